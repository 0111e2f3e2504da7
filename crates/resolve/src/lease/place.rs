//! One place that lends: the lease that is served from it, and the one before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reticent_core::{Lease, Secret, SecretRef, SourceError};
use tokio::time::Instant;

use super::terms::Terms;
use super::uses::Uses;
use crate::jitter::Jitter;

pub(crate) struct Place {
    /// Without a field.
    pub(crate) at: SecretRef,
    state: Mutex<State>,
    tended: AtomicBool,
}

#[derive(Default)]
struct State {
    current: Option<Lent>,
    /// The leases before it that still live: one, since a second is revoked before a third is made.
    retired: Vec<Retired>,
    /// Whether it ever lent, so that caches and handles may have a value of another lease.
    has_lent: bool,
    /// Whether handles still have a value of another lease.
    spread_due: bool,
    retry_at: Option<Instant>,
    failures: u32,
    last_error: Option<SourceError>,
}

/// A lease and what was handed out under it.
#[derive(Clone)]
pub(crate) struct Lent {
    /// The whole value, with the lease as it was last granted.
    pub(crate) secret: Secret,
    pub(crate) terms: Terms,
    pub(crate) uses: Arc<Uses>,
    /// Somebody was refused with it.
    refused: bool,
    /// How many reads it has answered.
    reads: u64,
}

struct Retired {
    lent: Lent,
    since: Instant,
    grace_until: Instant,
    retry_at: Option<Instant>,
    failures: u32,
}

/// Whether another lease may be made: there are two at most.
pub(super) enum Room {
    Free,
    /// After this one is revoked.
    After(Lent),
    /// Not before one of them is let go of or ends.
    Full(Secret),
}

impl Lent {
    pub(super) fn new(secret: Secret, terms: Terms, uses: Arc<Uses>) -> Self {
        Self { secret, terms, uses, refused: false, reads: 1 }
    }

    pub(super) fn lease(&self) -> &Lease {
        self.secret.metadata().lease().expect("what is lent has a lease")
    }

    pub(super) fn is_alive(&self, now: Instant) -> bool {
        now < self.terms.ends_at
    }

    fn has_id(&self, id: &str) -> bool {
        self.lease().id() == id
    }
}

impl Retired {
    /// When it is to be revoked: nobody uses it, or nobody says whether they do and the grace is over, or it should
    /// have ended by itself.
    fn due_at(&self) -> Instant {
        let uses = &self.lent.uses;
        let due = match (uses.is_in_use(), uses.are_told()) {
            (true, _) => self.lent.terms.ends_at,
            (false, true) => self.since,
            (false, false) => self.grace_until,
        };
        let due = due.min(self.lent.terms.ends_at);
        due.max(self.retry_at.unwrap_or(due))
    }

    /// Whether its backend has surely taken it back by itself. It may have renewed it without our hearing of it.
    fn is_over(&self, now: Instant) -> bool {
        let terms = &self.lent.terms;
        terms.ends_at.checked_add(terms.first).is_none_or(|over| over <= now)
    }
}

impl Place {
    pub(super) fn new(at: SecretRef) -> Self {
        Self { at, state: Mutex::default(), tended: AtomicBool::new(false) }
    }

    /// Returns what is served now without asking for another lease.
    pub(super) fn serve(&self, now: Instant, margin: Duration) -> Option<Secret> {
        let mut state = self.lock();
        let current = state.current.as_mut()?;
        let serves = !current.refused && now < current.terms.serves_until(margin);
        serves.then(|| {
            current.reads = current.reads.saturating_add(1);
            current.secret.clone()
        })
    }

    /// Returns what may still be served while another lease cannot be had.
    pub(super) fn fall_back(&self, now: Instant) -> Option<Secret> {
        let state = self.lock();
        let current = state.current.as_ref()?;
        (!current.refused && current.is_alive(now)).then(|| current.secret.clone())
    }

    /// Returns the lease that needs no replacing yet.
    pub(super) fn settled(&self, now: Instant) -> Option<Secret> {
        let state = self.lock();
        let current = state.current.as_ref()?;
        (!current.refused && now < current.terms.due_at).then(|| current.secret.clone())
    }

    /// Returns how long the value under lease `id` is served from caches, at `now`.
    pub(crate) fn serves_for(&self, id: &str, now: Instant, margin: Duration) -> Option<Duration> {
        let state = self.lock();
        let current = state.current.as_ref().filter(|lent| lent.has_id(id) && !lent.refused)?;
        Some(current.terms.serves_until(margin).saturating_duration_since(now))
    }

    pub(super) fn uses_of(&self, id: &str) -> Option<Arc<Uses>> {
        let state = self.lock();
        let mut all = state.current.iter().chain(state.retired.iter().map(|retired| &retired.lent));
        all.find(|lent| lent.has_id(id)).map(|lent| Arc::clone(&lent.uses))
    }

    /// Returns the identifier of the lease that is served, and what failed since it was last granted.
    pub(crate) fn sighting(&self) -> (Option<String>, Option<SourceError>) {
        let state = self.lock();
        let id = state.current.as_ref().map(|lent| lent.lease().id().to_owned());
        (id, state.last_error.clone())
    }

    pub(super) fn refuse(&self, id: &str) {
        if let Some(current) = self.lock().current.as_mut().filter(|lent| lent.has_id(id)) {
            current.refused = true;
        }
    }

    /// Tells whether another lease may be made.
    pub(super) fn room(&self, now: Instant) -> Room {
        let state = self.lock();
        let Some(current) = state.current.as_ref().filter(|lent| lent.is_alive(now)) else {
            return Room::Free;
        };
        let Some(before) = state.retired.first() else { return Room::Free };
        if before.lent.uses.end_unused() || !before.lent.is_alive(now) {
            Room::After(before.lent.clone())
        } else if current.refused && current.uses.end_unused() {
            Room::After(current.clone())
        } else {
            Room::Full(current.secret.clone())
        }
    }

    /// Serves `lent` from now on, and tells whether it takes the place of another lease, which is retired.
    pub(super) fn install(&self, lent: Lent, now: Instant, grace: Duration) -> bool {
        let mut state = self.lock();
        state.succeed();
        let before = state.current.replace(lent);
        let is_successor = std::mem::replace(&mut state.has_lent, true);
        state.spread_due |= is_successor;
        if let Some(before) = before {
            before.uses.replace();
            let (since, grace_until) = (now, now + grace);
            state.retired.push(Retired { lent: before, since, grace_until, retry_at: None, failures: 0 });
        }
        is_successor
    }

    /// Notes what a renewal of lease `id` granted, and returns the value under it.
    pub(super) fn renew(&self, granted: Lease, terms: Terms) -> Option<Secret> {
        let mut state = self.lock();
        state.succeed();
        let current = state.current.as_mut().filter(|lent| lent.has_id(granted.id()))?;
        current.terms = terms;
        let metadata = current.secret.metadata().clone().with_lease(granted);
        current.secret = current.secret.with_metadata(metadata);
        Some(current.secret.clone())
    }

    /// Notes that lease `id` has ended before its time, or will not be renewed.
    pub(super) fn give_up(&self, id: &str, ends_at: Option<Instant>) {
        if let Some(current) = self.lock().current.as_mut().filter(|lent| lent.has_id(id)) {
            current.terms.renewable = false;
            if let Some(ends_at) = ends_at {
                current.terms.ends_at = ends_at;
                current.terms.due_at = ends_at;
            }
        }
    }

    /// Forgets lease `id`, which was revoked or has ended.
    pub(super) fn forget(&self, id: &str) {
        let mut state = self.lock();
        state.retired.retain(|retired| !retired.lent.has_id(id));
        if let Some(ended) = state.current.take_if(|lent| lent.has_id(id)) {
            ended.uses.replace();
        }
    }

    /// Notes a failure to renew or replace, and plans the next attempt.
    pub(super) fn fail(&self, error: &SourceError, now: Instant, jitter: &Jitter) {
        let mut state = self.lock();
        state.last_error = Some(error.clone());
        let wait = state.current.as_ref().map(|lent| lent.terms.wait_after(state.failures, jitter));
        state.failures = state.failures.saturating_add(1);
        state.retry_at = wait.map(|wait| now + wait);
    }

    /// Notes a failure to revoke.
    pub(super) fn fail_to_revoke(&self, id: &str, now: Instant, jitter: &Jitter) {
        let mut state = self.lock();
        if let Some(retired) = state.retired.iter_mut().find(|retired| retired.lent.has_id(id)) {
            let wait = retired.lent.terms.wait_after(retired.failures, jitter);
            retired.failures = retired.failures.saturating_add(1);
            retired.retry_at = Some(now + wait);
        }
    }

    /// Puts off what is due of the current lease.
    pub(super) fn put_off(&self, now: Instant, jitter: &Jitter) {
        let mut state = self.lock();
        let wait = state.current.as_ref().map(|lent| lent.terms.wait_after(u32::MAX, jitter));
        state.retry_at = wait.map(|wait| now + wait);
    }

    pub(super) fn want_spread(&self) {
        self.lock().spread_due = true;
    }

    /// Tells whether handles have to be told of another value, and counts on the caller to do it.
    pub(super) fn take_spread(&self) -> bool {
        std::mem::take(&mut self.lock().spread_due)
    }

    /// Returns the retired leases that are to be revoked, and forgets those that are over.
    pub(super) fn due_retired(&self, now: Instant) -> Vec<Lent> {
        let mut state = self.lock();
        state.retired.retain(|retired| !retired.is_over(now));
        let is_due = |retired: &&Retired| {
            let Retired { lent, .. } = retired;
            retired.due_at() <= now && (lent.uses.end_unused() || !lent.is_alive(now))
        };
        state.retired.iter().filter(is_due).map(|retired| retired.lent.clone()).collect()
    }

    /// Returns the current lease when something is due of it.
    pub(super) fn due_current(&self, now: Instant) -> Option<Lent> {
        let state = self.lock();
        let due_at = state.current_due_at()?;
        (due_at <= now).then(|| state.current.clone()).flatten()
    }

    /// Tells whether anybody read it again since its lease was made.
    pub(super) fn is_read(&self) -> bool {
        self.lock().current.as_ref().is_some_and(|lent| lent.reads > 1 || lent.uses.is_in_use())
    }

    /// Returns every lease that was not revoked and may live.
    pub(super) fn unrevoked(&self) -> Vec<Lent> {
        let state = self.lock();
        let all = state.current.iter().chain(state.retired.iter().map(|retired| &retired.lent));
        all.cloned().collect()
    }

    /// Counts the leases that live.
    pub(super) fn alive(&self, now: Instant) -> usize {
        self.unrevoked().iter().filter(|lent| lent.is_alive(now)).count()
    }

    /// Tells whether nothing is lent from here any more.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        !self.tended.load(Ordering::SeqCst) && self.alive(now) == 0
    }

    /// When something is due here.
    pub(super) fn due_at(&self, now: Instant) -> Option<Instant> {
        if self.tended.load(Ordering::SeqCst) {
            return None;
        }
        let state = self.lock();
        let spread = state.spread_due.then_some(now);
        let retired = state.retired.iter().map(Retired::due_at);
        retired.chain(spread).chain(state.current_due_at()).min()
    }

    /// Takes the place in hand, unless somebody else has it.
    pub(super) fn take_in_hand(self: &Arc<Self>) -> Option<Tended> {
        let was_tended = self.tended.swap(true, Ordering::SeqCst);
        (!was_tended).then(|| Tended(Arc::clone(self)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn succeed(&mut self) {
        self.failures = 0;
        self.retry_at = None;
        self.last_error = None;
    }

    fn current_due_at(&self) -> Option<Instant> {
        let terms = self.current.as_ref()?.terms;
        Some(self.retry_at.map_or(terms.due_at, |retry| retry.max(terms.due_at)))
    }
}

/// A place in the hands of one who tends it; also when that one is dropped halfway.
pub(super) struct Tended(Arc<Place>);

impl std::ops::Deref for Tended {
    type Target = Arc<Place>;

    fn deref(&self) -> &Arc<Place> {
        &self.0
    }
}

impl Drop for Tended {
    fn drop(&mut self) {
        self.0.tended.store(false, Ordering::SeqCst);
    }
}
