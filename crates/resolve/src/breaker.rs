//! Sparing a backend that is down, and its callers the wait for it.
//!
//! The decision: after a few failures in a row, or one call that got no answer in time, the backend counts as down.
//! Then at most one call a step goes to it, whoever makes it, and all others are told so at once. Steps grow to no
//! more than a second and a half, so that its return is soon noticed. A probe that hangs does not keep the next one
//! waiting. Trouble with one place alone, such as a role whose database is away, is that place's and not the
//! backend's: others are read as ever until a second one fails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reticent_core::{ErrorKind, SecretRef, SourceError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::Instant;

use crate::backend::Answer;
use crate::jitter::Jitter;
use crate::policy::BreakerPolicy;

/// A call that waited this long in vain is enough: the next caller would wait as long.
const LONG: Duration = Duration::from_secs(1);

pub(crate) struct Breaker {
    policy: BreakerPolicy,
    label: Arc<str>,
    state: Mutex<State>,
    /// Ends the calls under way when the backend turns out to be down.
    opened: Notify,
    /// Wakes `keep_fresh`.
    signal: Arc<Notify>,
}

#[derive(Default)]
struct State {
    trouble: Option<Trouble>,
    last_success: Option<Instant>,
    /// Whether it came back and those who watch its secrets have not been told.
    is_back: bool,
}

struct Trouble {
    scope: Scope,
    failures: u32,
    last: SourceError,
    open: Option<Open>,
    /// Whether the backend answers but for this place.
    is_checked: bool,
}

enum Scope {
    One(SecretRef),
    Whole,
}

struct Open {
    step: u32,
    probe_at: Instant,
}

/// The leave to make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// One of many; it is called off when the backend turns out to be down.
    Ordinary,
    /// The one of its step.
    Probe,
}

impl Breaker {
    pub(crate) fn new(policy: BreakerPolicy, label: Arc<str>, signal: Arc<Notify>) -> Self {
        Self { policy, label, state: Mutex::default(), opened: Notify::new(), signal }
    }

    /// Lets a call for `places` pass, or says why not and when to come again.
    pub(crate) fn admit(&self, places: &[SecretRef], jitter: &Jitter) -> Result<Pass, SourceError> {
        let now = Instant::now();
        let mut state = self.lock();
        let Some(open) = state.open_for(places) else { return Ok(Pass::Ordinary) };
        if now < open.probe_at {
            return Err(state.refusal(&self.label, now));
        }
        open.step = open.step.saturating_add(1);
        open.probe_at = now + self.policy.step(open.step, jitter);
        Ok(Pass::Probe)
    }

    /// Says what a call for `places` would be refused with now, and takes no probe.
    pub(crate) fn refusal(&self, places: &[SecretRef]) -> Option<SourceError> {
        let now = Instant::now();
        let mut state = self.lock();
        let is_waiting = state.open_for(places).is_some_and(|open| now < open.probe_at);
        is_waiting.then(|| state.refusal(&self.label, now))
    }

    /// Says why a look at `place` is left to the probes of `keep_fresh`, if it is.
    pub(crate) fn left_to_probes(&self, place: &SecretRef) -> Option<SourceError> {
        let mut state = self.lock();
        let is_open = state.open_for(std::slice::from_ref(place)).is_some();
        let is_probed = state.trouble.as_ref().is_some_and(|trouble| !trouble.is_checked);
        (is_open && is_probed).then(|| state.refusal(&self.label, Instant::now()))
    }

    /// Waits until calls under way are called off; made before the call begins, so that nothing is missed.
    pub(crate) fn opened(&self) -> Notified<'_> {
        self.opened.notified()
    }

    /// Notes what became of a call for `places` that began at `since`; for no place, of one that says whether the
    /// backend is there.
    pub(crate) fn note(
        &self,
        places: &[SecretRef],
        since: Instant,
        outcome: Result<(), &SourceError>,
        jitter: &Jitter,
    ) {
        match outcome {
            Err(error) if is_down(error) => self.fail(places, since, error, jitter),
            _ => self.succeed(places),
        }
    }

    /// Notes what became of a read.
    pub(crate) fn note_answers(
        &self,
        places: &[SecretRef],
        since: Instant,
        answers: &[Answer],
        jitter: &Jitter,
    ) {
        let down = |answer: &Answer| matches!(answer, Err(error) if is_down(error));
        match answers.first() {
            Some(Err(error)) if answers.iter().all(down) => self.fail(places, since, error, jitter),
            _ => self.succeed(places),
        }
    }

    fn succeed(&self, places: &[SecretRef]) {
        let mut state = self.lock();
        state.last_success = Some(Instant::now());
        let Some(trouble) = &mut state.trouble else { return };
        match &trouble.scope {
            Scope::One(_) if places.is_empty() => trouble.is_checked = true,
            Scope::One(at) if !places.contains(at) => {}
            _ => {
                state.is_back = trouble.open.is_some();
                state.trouble = None;
                drop(state);
                self.signal.notify_waiters();
            }
        }
    }

    fn fail(&self, places: &[SecretRef], since: Instant, error: &SourceError, jitter: &Jitter) {
        if self.policy.failures() == 0 {
            return;
        }
        let mut state = self.lock();
        let trouble = state.trouble.get_or_insert_with(|| Trouble::new(places, error));
        let hangs = error.kind() == ErrorKind::Timeout && since.elapsed() >= LONG;
        trouble.widen(places, error, hangs);
        let opens = trouble.failures >= self.policy.failures() || hangs;
        if !opens || trouble.open.is_some() {
            return;
        }
        let probe_at = Instant::now() + self.policy.step(0, jitter);
        trouble.open = Some(Open { step: 0, probe_at });
        if matches!(trouble.scope, Scope::Whole) {
            self.opened.notify_waiters();
        }
        drop(state);
        self.signal.notify_waiters();
    }

    /// When `keep_fresh` should look whether the backend is there.
    pub(crate) fn probe_at(&self) -> Option<Instant> {
        let state = self.lock();
        let trouble = state.trouble.as_ref().filter(|trouble| !trouble.is_checked)?;
        trouble.open.as_ref().map(|open| open.probe_at)
    }

    /// Takes the probe that is due, if one is.
    pub(crate) fn take_probe(&self, jitter: &Jitter) -> bool {
        let now = Instant::now();
        let mut state = self.lock();
        let trouble = state.trouble.as_mut().filter(|trouble| !trouble.is_checked);
        let open = trouble.and_then(|trouble| trouble.open.as_mut());
        let Some(open) = open.filter(|open| open.probe_at <= now) else { return false };
        open.step = open.step.saturating_add(1);
        open.probe_at = now + self.policy.step(open.step, jitter);
        true
    }

    /// Tells once that the backend has come back.
    pub(crate) fn take_return(&self) -> bool {
        std::mem::take(&mut self.lock().is_back)
    }

    /// Adds to a transient failure how long ago the backend last answered, and when it is asked again.
    pub(crate) fn tell(&self, places: &[SecretRef], error: SourceError) -> SourceError {
        let now = Instant::now();
        let mut state = self.lock();
        let wait = state.open_for(places).map(|open| open.probe_at.saturating_duration_since(now));
        let error = match wait {
            Some(wait) if error.retry_after().is_none() => error.with_retry_after(wait),
            _ => error,
        };
        match state.last_success {
            Some(at) => error.with_since_success(now - at),
            None => error,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn open_for(&mut self, places: &[SecretRef]) -> Option<&mut Open> {
        let trouble = self.trouble.as_mut()?;
        let concerns = match &trouble.scope {
            Scope::Whole => true,
            Scope::One(at) => !places.is_empty() && places.iter().all(|place| place == at),
        };
        trouble.open.as_mut().filter(|_| concerns)
    }

    fn refusal(&self, label: &Arc<str>, now: Instant) -> SourceError {
        let trouble = self.trouble.as_ref().expect("what refuses is in trouble");
        let probe_at = trouble.open.as_ref().map_or(now, |open| open.probe_at);
        let wait = probe_at.saturating_duration_since(now);
        let since = self.last_success.map(|at| now - at);
        let seen = match since {
            Some(since) => format!("it last answered {} ago", Rounded(since)),
            None => "it has not answered yet".to_owned(),
        };
        let error = SourceError::new(trouble.last.kind(), Arc::clone(label))
            .with_detail(format!("{seen}, and is asked again in {}", Rounded(wait)))
            .with_retry_after(wait);
        let error = since.into_iter().fold(error, SourceError::with_since_success);
        match trouble.last.hint() {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

impl Trouble {
    fn new(places: &[SecretRef], error: &SourceError) -> Self {
        let scope = match places {
            [at] => Scope::One(at.clone()),
            _ => Scope::Whole,
        };
        Self { scope, failures: 0, last: error.clone(), open: None, is_checked: false }
    }

    fn widen(&mut self, places: &[SecretRef], error: &SourceError, hangs: bool) {
        self.failures = self.failures.saturating_add(1);
        self.last = error.clone();
        let is_same = matches!((&self.scope, places), (Scope::One(at), [place]) if at == place);
        if !is_same || hangs {
            self.scope = Scope::Whole;
            self.is_checked = false;
        }
    }
}

/// Whether the backend gave no answer at all; one that refuses, or asks to wait, is there.
fn is_down(error: &SourceError) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Timeout)
}

/// A duration as people say it.
struct Rounded(Duration);

impl std::fmt::Display for Rounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 >= Duration::from_secs(10) {
            write!(f, "{} s", self.0.as_secs())
        } else {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        }
    }
}
