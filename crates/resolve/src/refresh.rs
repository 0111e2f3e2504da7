//! Keeping what is used fresh, in the background that the program provides.
//!
//! The decision: nothing is spawned here. A reader never waits for a refresh while its answer is fresh; refreshing
//! ahead is [`Resolver::keep_fresh`]'s alone, and without it an answer is read anew by the first who asks after its
//! TTL. Only answers that were used since they were fetched are refreshed, in the name of the actor who fetched them.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, join};
use futures_util::stream::FuturesUnordered;
use reticent_core::SourceError;
use reticent_core::hooks::Actor;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::lease::{self, Work};
use crate::login;
use crate::probe;
use crate::request::Request;
use crate::resolver::{Inner, Resolver};
use crate::watch::{Sighting, Watch};

/// How many refreshes run at a time.
const AT_A_TIME: usize = 8;

/// The shortest and the longest wait between two tries to refresh an answer.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Resolver {
    /// Refreshes answers that are used at 80 % of their TTL, looks at intervals whether watched secrets have moved,
    /// reports hits, and wipes what has expired. The program spawns it once, or selects on it.
    ///
    /// It also renews leases and replaces them before they end, and keeps sources logged in, each in its own time.
    ///
    /// It ends when every clone of the resolver is gone, or it was [shut down](Self::shutdown). A failing source does not end it: it is asked again, at
    /// longer and longer intervals. Dropping it stops the upkeep and harms nothing.
    ///
    /// ```
    /// # use reticent_resolve::Resolver;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
    /// let resolver = Resolver::builder().build()?;
    /// let upkeep = tokio::spawn(resolver.keep_fresh());
    /// drop(resolver);
    /// upkeep.await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn keep_fresh(&self) -> impl Future<Output = ()> + Send + use<> {
        let resolver = Arc::downgrade(&self.inner);
        let signal = Arc::clone(&self.inner.signal);
        let mut report_at = Instant::now() + self.inner.report_every;
        let tending = tend(Weak::clone(&resolver), Arc::clone(&signal), self.actor.clone());
        let rounds = async move {
            loop {
                // From here on no signal is missed, whatever happens during the round.
                let woken = signal.notified();
                let Some(inner) = resolver.upgrade().filter(|inner| !inner.leases.is_closed()) else {
                    return;
                };
                let next = round(&inner, &mut report_at).await;
                drop(inner);
                tokio::select! {
                    () = sleep_until(next) => {}
                    () = woken => {}
                }
            }
        };
        async move {
            join(rounds, tending).await;
        }
    }
}

/// Tends leases and logins until the resolver is gone or shut down. What was begun is ended even then, so that a lease
/// which is being made is not lost.
async fn tend(resolver: Weak<Inner>, signal: Arc<Notify>, actor: Actor) {
    let mut working = FuturesUnordered::<Work>::new();
    loop {
        let woken = signal.notified();
        let Some(inner) = resolver.upgrade().filter(|inner| !inner.leases.is_closed()) else { break };
        let leases = lease::due_work(&inner, &actor, &mut |work| working.push(work));
        let logins = login::due_work(&inner, &mut |work| working.push(work));
        let probes = probe::due_work(&inner, &mut |work| working.push(work));
        drop(inner);
        let next = leases.into_iter().chain(logins).chain(probes).min();
        tokio::select! {
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
            () = woken => {}
            Some(()) = working.next() => {}
        }
    }
    while working.next().await.is_some() {}
}

/// Does what is due, and returns when something will be due again.
async fn round(inner: &Arc<Inner>, report_at: &mut Instant) -> Instant {
    let now = Instant::now();
    inner.let_go(inner.cache.remove_if(|entry| !entry.lifetime.outlasts(now)));
    inner.watches.prune(&inner.hooks);
    let mut work: Vec<BoxFuture<'_, ()>> = Vec::new();
    for (request, actor) in due_answers(inner, now) {
        work.push(Box::pin(refresh(inner, request, actor)));
    }
    for watch in inner.watches.all() {
        watch.forget_previous(now);
        if watch.due_at() <= now {
            work.push(Box::pin(poll(inner, watch)));
        }
    }
    futures_util::stream::iter(work).for_each_concurrent(AT_A_TIME, |work| work).await;
    if *report_at <= now {
        // What was lost stays counted, and is tried again at the next report.
        let _lost = inner.flush_hits().await;
        *report_at = now + inner.report_every;
    }
    next_round(inner, *report_at)
}

fn due_answers(inner: &Inner, now: Instant) -> Vec<(Request, Actor)> {
    let mut due = Vec::new();
    inner.cache.for_each(|entry| {
        if entry.content.answer.is_ok() && entry.lifetime.refresh_at <= now && entry.is_used() {
            due.push((entry.content.request.clone(), entry.content.actor.clone()));
        }
    });
    // Those that are watched have their own times.
    due.retain(|(request, _)| !inner.watches.contains(request.key()));
    due
}

fn next_round(inner: &Inner, report_at: Instant) -> Instant {
    let now = Instant::now();
    let mut next = report_at.min(now + inner.poll_every);
    inner.cache.for_each(|entry| {
        if entry.lifetime.refresh_at > now {
            next = next.min(entry.lifetime.refresh_at);
        }
    });
    let looks = inner.watches.all();
    let next = looks.iter().map(|watch| watch.due_at()).fold(next, Instant::min);
    inner.plan_round(next);
    next
}

/// Reads one answer anew for the actor who fetched it; a failure leaves what is kept, and is tried again.
async fn refresh(inner: &Arc<Inner>, request: Request, actor: Actor) {
    let resolver = Resolver { inner: Arc::clone(inner), actor };
    let renewed = match resolver.admit(&request) {
        Ok(()) => resolver.renew(&request).await,
        Err(denied) => {
            // It serves the others until it ends, and then whoever may read it reads it.
            inner.cache.change(request.key(), |life| life.refresh_at = life.stale_until);
            return drop(denied);
        }
    };
    if renewed.is_err() {
        let now = Instant::now();
        inner.cache.change(request.key(), |life| {
            let left = if life.is_fresh(now) { life.fresh_until - now } else { LONGEST_WAIT };
            life.refresh_at = now + inner.jitter.around((left / 4).clamp(SHORTEST_WAIT, LONGEST_WAIT), 0.1);
        });
    }
}

/// Looks whether a watched secret has moved, and reads it if so.
async fn poll(inner: &Arc<Inner>, watch: Arc<Watch>) {
    let places = inner.places(watch.request.asked());
    let seen = inner.look_at(&watch.relevant(&places)).await;
    let outcome = if watch.must_read(&seen, Instant::now()) {
        read_watched(inner, &watch).await.map(|()| watch.note_seen(seen, &places))
    } else {
        let failure = seen.iter().find_map(Sighting::failure);
        failure.cloned().map_or_else(|| Ok(()), Err)
    };
    match &outcome {
        Ok(()) => watch.note_unmoved(inner.clock.now()),
        Err(error) => watch.note_failure(error),
    }
    watch.plan(outcome.is_err(), |failures| inner.next_poll(failures));
}

pub(crate) async fn read_watched(inner: &Arc<Inner>, watch: &Watch) -> Result<(), SourceError> {
    let resolver = Resolver { inner: Arc::clone(inner), actor: watch.actor.clone() };
    resolver.admit(&watch.request)?;
    // The landing hands the value to all who watch it.
    resolver.renew(&watch.request).await
}
