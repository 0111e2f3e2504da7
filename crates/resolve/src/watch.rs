//! The secrets that handles watch: the last good value of each, and when to look again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use reticent_core::hooks::{Actor, Hooks};
use reticent_core::{ErrorKind, Lease, Revision, Secret, SecretRef, SourceError};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::handle::Health;
use crate::hits::Hits;
use crate::lease::{self, Uses};
use crate::request::Request;
use crate::route::Places;

/// One watched secret of one actor; its handles hold the other end.
pub(crate) struct Watch {
    pub(crate) request: Request,
    pub(crate) actor: Actor,
    pub(crate) view: watch::Sender<View>,
    schedule: Mutex<Schedule>,
}

/// What a handle sees.
pub(crate) struct View {
    pub(crate) secret: Secret,
    pub(crate) previous: Option<Previous>,
    pub(crate) health: Health,
    pub(crate) hits: Arc<Hits>,
    /// The uses of its lease, if it has one.
    pub(crate) uses: Option<Arc<Uses>>,
}

pub(crate) struct Previous {
    pub(crate) secret: Secret,
    pub(crate) until: Instant,
}

/// What was last seen of the places, and when they are looked at next.
struct Schedule {
    seen: Vec<Sighting>,
    next_poll: Instant,
    /// When the value itself is read again, moved or not: before its lease or TTL ends.
    read_again_at: Option<Instant>,
    failures: u32,
}

/// What a place answered when it was asked whether its secret has moved.
pub(crate) enum Sighting {
    At(Revision),
    Absent,
    /// The place cannot tell at all.
    Blind,
    Failed(SourceError),
}

impl PartialEq for Sighting {
    /// A failure equals nothing: it tells nothing of the secret.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::At(left), Self::At(right)) => left == right,
            (Self::Absent, Self::Absent) | (Self::Blind, Self::Blind) => true,
            _ => false,
        }
    }
}

impl Sighting {
    pub(crate) fn of(answer: Result<Revision, SourceError>) -> Self {
        match answer {
            Ok(revision) => Self::At(revision),
            Err(error) => match error.kind() {
                ErrorKind::NotFound => Self::Absent,
                ErrorKind::Unsupported => Self::Blind,
                _ => Self::Failed(error),
            },
        }
    }
}

impl Sighting {
    pub(crate) fn failure(&self) -> Option<&SourceError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// A value that was fetched for a watched secret.
pub(crate) struct Offer<'a> {
    pub(crate) secret: &'a Secret,
    pub(crate) hits: &'a Hits,
    pub(crate) read_again_at: Option<Instant>,
    /// How long the value before it is remembered.
    pub(crate) previous_until: Instant,
    pub(crate) at: SystemTime,
    pub(crate) uses: Option<Arc<Uses>>,
}

impl Offer<'_> {
    /// How long the value that it takes the place of is remembered: not longer than its lease lives.
    fn remembered_until(&self, before: &Secret) -> Instant {
        let Some(lease) = before.metadata().lease() else { return self.previous_until };
        let left = lease.expires().duration_since(self.at).unwrap_or_default().min(lease.duration());
        self.previous_until.min(Instant::now() + left)
    }
}

fn lease_id(secret: &Secret) -> Option<&str> {
    secret.metadata().lease().map(Lease::id)
}

impl Schedule {
    /// Notes which lease the value held is under: it is that of the last place.
    fn note_lease(&mut self, held: Option<Revision>) {
        if let (Some(held), Some(last)) = (held, self.seen.last_mut()) {
            *last = Sighting::At(held);
        }
    }
}

impl Watch {
    pub(crate) fn new(request: Request, actor: Actor, offer: &Offer<'_>, next_poll: Instant) -> Self {
        let view = View {
            secret: offer.secret.clone(),
            previous: None,
            health: Health::good(offer.at),
            hits: Arc::new(offer.hits.successor()),
            uses: offer.uses.clone(),
        };
        let schedule =
            Schedule { seen: Vec::new(), next_poll, read_again_at: offer.read_again_at, failures: 0 };
        Self { request, actor, view: watch::Sender::new(view), schedule: Mutex::new(schedule) }
    }

    /// Takes over a fetched value; handles are woken when it differs from the one before.
    fn take(&self, offer: &Offer<'_>, hooks: &Hooks) {
        {
            let mut schedule = self.schedule();
            schedule.read_again_at = offer.read_again_at;
            schedule.note_lease(lease_id(offer.secret).map(Revision::of));
        }
        let mut counted = None;
        self.view.send_if_modified(|view| {
            // What was fetched before another lease took its place may land after that one.
            if offer.uses.as_ref().is_some_and(|uses| uses.is_replaced()) {
                return false;
            }
            let changed = !view.secret.ct_eq(offer.secret);
            let before = std::mem::replace(&mut view.secret, offer.secret.clone());
            view.uses.clone_from(&offer.uses);
            if changed {
                view.previous = Some(Previous { until: offer.remembered_until(&before), secret: before });
            }
            counted = Some(std::mem::replace(&mut view.hits, Arc::new(offer.hits.successor())));
            view.health = Health::good(offer.at);
            changed
        });
        // Outside the lock, since a recorder is anybody's code.
        if let Some(hits) = counted {
            hits.close(hooks);
        }
    }

    /// Takes over the metadata of a renewed lease.
    pub(crate) fn note_renewal(&self, renewed: &Secret, at: SystemTime) {
        self.change_quietly(|view| {
            if lease_id(&view.secret) == lease_id(renewed) {
                view.secret = view.secret.with_metadata(renewed.metadata().clone());
                view.health = Health::good(at);
            }
        });
    }

    /// Forgets the value before, if it was under the lease `id`, which was revoked.
    pub(crate) fn forget_previous_under(&self, id: &str) {
        let is_meant = |previous: &Previous| lease_id(&previous.secret) == Some(id);
        self.change_quietly(|view| view.previous = view.previous.take().filter(|before| !is_meant(before)));
    }

    pub(crate) fn note_failure(&self, error: &SourceError) {
        self.change_quietly(|view| view.health.last_error = Some(error.clone()));
    }

    /// Notes that the value held is still the one that its place has.
    pub(crate) fn note_unmoved(&self, at: SystemTime) {
        self.change_quietly(|view| view.health = Health::good(at));
    }

    pub(crate) fn forget_previous(&self, now: Instant) {
        self.change_quietly(|view| view.previous = view.previous.take().filter(|before| now < before.until));
    }

    /// Tells when it is to be looked at.
    pub(crate) fn due_at(&self) -> Instant {
        let schedule = self.schedule();
        schedule.read_again_at.map_or(schedule.next_poll, |again| again.min(schedule.next_poll))
    }

    /// Tells whether the value must be read, given what the places answer now.
    pub(crate) fn must_read(&self, seen: &[Sighting], now: Instant) -> bool {
        let schedule = self.schedule();
        let failed = seen.iter().any(|sighting| matches!(sighting, Sighting::Failed(_)));
        let moved = !failed && *seen != *schedule.seen;
        moved || seen.contains(&Sighting::Blind) || schedule.read_again_at.is_some_and(|again| again <= now)
    }

    /// Remembers what the relevant places answered.
    pub(crate) fn note_seen(&self, mut seen: Vec<Sighting>, places: &Places) {
        seen.truncate(self.relevant(places).len());
        let held = lease_id(&self.view.borrow().secret).map(Revision::of);
        let mut schedule = self.schedule();
        schedule.seen = seen;
        schedule.note_lease(held);
    }

    /// The places whose change changes the secret: those up to the one that gives it, and that one itself where a
    /// reference led to it.
    pub(crate) fn relevant(&self, places: &Places) -> Vec<SecretRef> {
        let giver = self.view.borrow().hits.place().clone();
        match places.iter().position(|place| *place == giver) {
            Some(index) => places[..=index].to_vec(),
            None => places.iter().cloned().chain([giver]).collect(),
        }
    }

    /// Plans the next look for `moment`, whatever failed before.
    pub(crate) fn look_at(&self, moment: Instant) {
        let mut schedule = self.schedule();
        schedule.failures = 0;
        schedule.next_poll = moment;
    }

    /// Plans the next look; `wait` reckons it from how many in a row have failed.
    pub(crate) fn plan(&self, failed: bool, wait: impl FnOnce(u32) -> Instant) {
        let mut schedule = self.schedule();
        schedule.failures = if failed { schedule.failures.saturating_add(1) } else { 0 };
        schedule.next_poll = wait(schedule.failures);
        if failed {
            // The next look reads again, and not before.
            schedule.read_again_at = schedule.read_again_at.map(|again| again.max(schedule.next_poll));
        }
    }

    fn change_quietly(&self, change: impl FnOnce(&mut View)) {
        self.view.send_if_modified(|view| {
            change(view);
            false
        });
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All watched secrets of a resolver.
#[derive(Default)]
pub(crate) struct Watches(Mutex<Vec<Arc<Watch>>>);

impl Watches {
    /// Joins the watch of this key and actor, or adds `another`.
    ///
    /// What is looked for, added and joined at once is at no moment without somebody who holds it, and so is not let
    /// go of by [`prune`](Self::prune) on another thread.
    pub(crate) fn join(&self, another: Watch) -> (Arc<Watch>, watch::Receiver<View>) {
        let mut list = self.list();
        let is_same = |watch: &&Arc<Watch>| {
            watch.request.key() == another.request.key() && watch.actor == another.actor
        };
        if let Some(watch) = list.iter().find(is_same) {
            return (Arc::clone(watch), watch.view.subscribe());
        }
        let watch = Arc::new(another);
        let view = watch.view.subscribe();
        list.push(Arc::clone(&watch));
        (watch, view)
    }

    pub(crate) fn all(&self) -> Vec<Arc<Watch>> {
        self.list().clone()
    }

    pub(crate) fn of_key(&self, key: &str) -> Vec<Arc<Watch>> {
        self.list().iter().filter(|watch| &**watch.request.key() == key).cloned().collect()
    }

    /// Returns a value that was current until lately, and where its uses are counted.
    pub(crate) fn previous(&self, key: &str) -> Option<(Secret, Arc<Hits>)> {
        let now = Instant::now();
        self.of_key(key).iter().find_map(|watch| {
            let view = watch.view.borrow();
            let previous = view.previous.as_ref().filter(|previous| now < previous.until)?;
            Some((previous.secret.clone(), Arc::clone(&view.hits)))
        })
    }

    /// Returns those whose value came from the place `whole`, in any field, and that somebody holds.
    pub(crate) fn of_place(&self, whole: &SecretRef) -> Vec<Arc<Watch>> {
        let is_meant = |watch: &Watch| {
            watch.view.receiver_count() > 0 && lease::whole(watch.view.borrow().hits.place()) == *whole
        };
        self.list().iter().filter(|watch| is_meant(watch)).cloned().collect()
    }

    /// Returns those whose value came from the source of `scheme`.
    pub(crate) fn of_scheme(&self, scheme: &str) -> Vec<Arc<Watch>> {
        let is_meant = |watch: &Watch| watch.view.borrow().hits.place().scheme() == scheme;
        self.list().iter().filter(|watch| is_meant(watch)).cloned().collect()
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.list().iter().any(|watch| &**watch.request.key() == key)
    }

    /// Lets go of what no handle holds any more.
    pub(crate) fn prune(&self, hooks: &Hooks) {
        let is_held = |watch: &mut Arc<Watch>| watch.view.receiver_count() > 0;
        let gone: Vec<_> = self.list().extract_if(.., |watch| !is_held(watch)).collect();
        for watch in gone {
            let hits = Arc::clone(&watch.view.borrow().hits);
            hits.close(hooks);
        }
    }

    /// Offers a fetched value to those who watch it and may have it.
    pub(crate) fn offer(&self, key: &str, offer: &Offer<'_>, hooks: &Hooks) {
        for watch in self.of_key(key) {
            match hooks.admit(&watch.request.access(&watch.actor)) {
                Ok(()) => watch.take(offer, hooks),
                Err(denied) => watch.note_failure(&denied),
            }
        }
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Watch>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
