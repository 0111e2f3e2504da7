//! A token and how long it lives.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::Instant;

use super::now;
use crate::error::Outcome;
use crate::reply::Reply;

/// The longest time before its end at which a token is replaced.
const LONGEST_MARGIN: Duration = Duration::from_secs(30);

/// As good as never, and far from where clocks overflow.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 100);

/// The longest time for which a renewal or a login that failed is left alone while the old token lives.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One token; calls share it.
pub(crate) struct Token {
    pub(crate) header: Arc<HeaderValue>,
    /// Counts the tokens of this session.
    pub(crate) generation: u64,
    born: Instant,
    life: Mutex<Life>,
    may_not_ask: AtomicBool,
    /// Until when nothing is tried again that has failed.
    rests_until: Mutex<Instant>,
}

/// How long a token lives, as far as we know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    known: bool,
    since: Instant,
    /// `None`: it does not end.
    ttl: Option<Duration>,
    /// What it was when it was known first.
    first: Option<Duration>,
    renewable: bool,
    renew_after: Duration,
}

/// What a token needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Renewal,
    Login,
}

impl Token {
    pub(super) fn new(header: Arc<HeaderValue>, generation: u64, life: Life) -> Self {
        let (born, may_not_ask) = (now(), AtomicBool::new(false));
        Self { header, generation, born, life: Mutex::new(life), may_not_ask, rests_until: Mutex::new(born) }
    }

    fn life(&self) -> Life {
        *self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what the server said of it.
    pub(super) fn set_life(&self, life: Life) {
        let mut held = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Life { first: held.first.or(life.ttl), ..life };
    }

    /// Takes over a renewal; one that grants less than a third of the first time is the last.
    pub(super) fn was_renewed(&self, life: Life) {
        self.set_life(life);
        let mut held = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        if held.first.zip(held.ttl).is_some_and(|(first, granted)| granted < first / 3) {
            held.renewable = false;
        }
    }

    pub(super) fn cannot_be_renewed(&self) {
        self.life.lock().unwrap_or_else(PoisonError::into_inner).renewable = false;
    }

    pub(super) fn is_known(&self) -> bool {
        self.life().known
    }

    pub(super) fn is_alive(&self) -> bool {
        self.remaining().is_none_or(|left| !left.is_zero())
    }

    /// Returns how long it lives from now; `None` when it does not end, or nobody knows.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        let life = self.life();
        life.ttl.map(|ttl| (life.since + ttl).saturating_duration_since(now()))
    }

    /// Tells whether it is past two thirds of its life and cannot be renewed.
    pub(super) fn ends_soon(&self) -> bool {
        let life = self.life();
        !life.renewable && life.ttl.is_some() && life.since.elapsed() >= life.renew_after
    }

    /// Leaves what has failed alone for a while, since the token serves as it is.
    pub(super) fn rest(&self) {
        let pause = self.life().ttl.map_or(LONGEST_PAUSE, pause);
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = now() + pause;
    }

    fn is_resting(&self) -> bool {
        now() < *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn due(&self, can_log_in: bool) -> Due {
        if self.is_resting() {
            return Due::Nothing;
        }
        let life = self.life();
        let elapsed = now().saturating_duration_since(life.since);
        match life.ttl {
            Some(ttl) if can_log_in && elapsed >= ttl - margin(ttl) => Due::Login,
            Some(_) if life.renewable && elapsed >= life.renew_after => Due::Renewal,
            _ => Due::Nothing,
        }
    }

    /// After how long something is due; `None` when nothing will be.
    pub(super) fn due_in(&self, can_log_in: bool) -> Option<Duration> {
        let life = self.life();
        let ttl = life.ttl?;
        let after = match (life.renewable, can_log_in) {
            (true, _) => life.renew_after,
            (false, true) => ttl - margin(ttl),
            (false, false) => return None,
        };
        // What is due now and was not done is tried again, and not at once.
        Some((life.since + after).saturating_duration_since(now()).max(pause(ttl)))
    }

    pub(super) fn cannot_look_itself_up(&self) {
        self.may_not_ask.store(true, Ordering::Relaxed);
    }

    /// Tells whether it may not look itself up and is so new that it must be alive.
    pub(super) fn is_trusted_for(&self, time: Duration) -> bool {
        self.may_not_ask.load(Ordering::Relaxed) && self.born.elapsed() < time
    }
}

impl Life {
    /// Of a token that was handed to us.
    pub(super) fn unknown() -> Self {
        Self {
            known: false,
            since: now(),
            ttl: None,
            first: None,
            renewable: false,
            renew_after: Duration::ZERO,
        }
    }

    /// Of a login, or of a renewal.
    pub(super) fn of_auth(reply: &Reply) -> Outcome<Self> {
        Ok(Self::granted(reply.seconds("/auth/lease_duration")?, reply.is_true("/auth/renewable")?))
    }

    pub(super) fn of_lookup(reply: &Reply) -> Outcome<Self> {
        Ok(Self::granted(reply.seconds("/data/ttl")?, reply.is_true("/data/renewable")?))
    }

    fn granted(ttl: Duration, renewable: bool) -> Self {
        let ttl = Some(ttl.min(LONGEST_LIFE)).filter(|ttl| !ttl.is_zero());
        let renew_after = ttl.unwrap_or_default().mul_f64(2.0 / 3.0 - 0.1 * draw());
        Self {
            known: true,
            since: now(),
            ttl,
            first: ttl,
            renewable: renewable && ttl.is_some(),
            renew_after,
        }
    }
}

/// How long what has failed is left alone.
fn pause(ttl: Duration) -> Duration {
    margin(ttl).min(LONGEST_PAUSE)
}

/// How long before its end a token is replaced.
fn margin(ttl: Duration) -> Duration {
    (ttl / 10).min(LONGEST_MARGIN)
}

/// A number from 0 to 1, so that many processes do not renew in step; it need not be unguessable.
fn draw() -> f64 {
    let bits = RandomState::new().hash_one(0) >> 40;
    f64::from(u32::try_from(bits).expect("24 bits are left")) / f64::from(1_u32 << 24)
}
