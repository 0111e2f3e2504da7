//! The values that are masked: learnt at any time, and forgotten some time after they were replaced.
//!
//! The decision: values are kept in a few sets, each with tables of its own, and a new set swallows those before it
//! that are not much larger. So a value that is learnt late costs little, and a stream follows few sets. Tables are
//! built by whoever redacts next, so that learning never waits.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use reticent_core::hooks::Masker;
use reticent_core::{Clock, Secret, SystemClock};
use reticent_needles::{Builder, Needles, Refusal};

/// How long a value stays masked after another one has taken its name.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// The values that are masked, shared by everything that masks them: a clone learns for all.
///
/// It is a [`Masker`], so that a resolver teaches it every secret that it hands out.
///
/// ```
/// use std::sync::Arc;
/// use reticent_core::{Secret, hooks::Hooks};
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// let hooks = Hooks::none().with_masker(Arc::new(values.clone()));
/// let redactor = Redactor::new(&values);
/// values.learn("TOKEN", &Secret::copy_of(b"late-but-masked"));
/// assert_eq!(redactor.redact(b"late-but-masked"), &b"[REDACTED:TOKEN]"[..]);
/// # let _ = hooks;
/// ```
#[derive(Clone)]
pub struct Values(Arc<Shared>);

struct Shared {
    /// Grows with each new value, so that a stream sees without a lock that there is none.
    generation: AtomicU64,
    state: Mutex<State>,
    /// Held while tables are built; never by `learn`.
    building: Mutex<()>,
    grace: Duration,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    /// The values of each name, of which the last one is in use.
    kept: BTreeMap<String, Vec<Kept>>,
    fresh: Vec<(String, Secret)>,
    sets: Vec<Arc<Set>>,
}

struct Kept {
    secret: Secret,
    replaced: Option<SystemTime>,
}

impl State {
    /// Drops the values that were replaced before `time`, and tells whether there were any.
    fn forget_replaced_before(&mut self, time: SystemTime) -> bool {
        let count = |kept: &BTreeMap<String, Vec<Kept>>| kept.values().map(Vec::len).sum::<usize>();
        let before = count(&self.kept);
        let is_wanted = |kept: &Kept| kept.replaced.is_none_or(|replaced| replaced >= time);
        self.kept.values_mut().for_each(|values| values.retain(is_wanted));
        count(&self.kept) < before
    }

    fn all(&self) -> Vec<(String, Secret)> {
        let named = |(name, values): (&String, &Vec<Kept>)| -> Vec<_> {
            values.iter().map(|kept| (name.clone(), kept.secret.clone())).collect()
        };
        self.kept.iter().flat_map(named).collect()
    }
}

/// Some values with their tables.
pub(crate) struct Set {
    needles: Needles,
    values: BTreeMap<String, Vec<Secret>>,
    count: usize,
}

impl Set {
    fn new(learnt: Vec<(String, Secret)>) -> Self {
        let count = learnt.len();
        let mut values = BTreeMap::<String, Vec<Secret>>::new();
        for (name, secret) in learnt {
            values.entry(name).or_default().push(secret);
        }
        let each = values.iter().flat_map(|(name, secrets)| secrets.iter().map(move |secret| (name, secret)));
        let learn =
            |builder: Builder, (name, secret): (&String, &Secret)| builder.learn(name.as_str(), secret);
        let needles = each.fold(Needles::builder(), learn).build();
        Self { needles, values, count }
    }

    fn learnt(&self) -> impl Iterator<Item = (String, Secret)> {
        let named = |(name, secrets): (&String, &Vec<Secret>)| -> Vec<_> {
            secrets.iter().map(|secret| (name.clone(), secret.clone())).collect()
        };
        self.values.iter().flat_map(named)
    }

    /// Returns the value that was learnt under `name` as number `nth`.
    pub(crate) fn secret(&self, name: &str, nth: usize) -> Option<&Secret> {
        self.values.get(name)?.get(nth)
    }
}

/// A set as what a finder holds.
#[derive(Clone)]
pub(crate) struct Tables(pub(crate) Arc<Set>);

impl Deref for Tables {
    type Target = Needles;

    fn deref(&self) -> &Needles {
        &self.0.needles
    }
}

impl Values {
    /// Begins with no values; a replaced one stays masked for 24 hours.
    #[must_use]
    pub fn new() -> Self {
        Self::with_grace(GRACE, Arc::new(SystemClock))
    }

    /// Begins with no values; a replaced one stays masked for `grace` by `clock`, and on until the next value is
    /// learnt.
    #[must_use]
    pub fn with_grace(grace: Duration, clock: Arc<dyn Clock>) -> Self {
        let (generation, state, building) = (AtomicU64::new(0), Mutex::default(), Mutex::default());
        Self(Arc::new(Shared { generation, state, building, grace, clock }))
    }

    /// Learns `secret` under `name`: it is masked from the next byte on, in every stream. Another value of the name,
    /// if there is one, counts as replaced.
    pub fn learn(&self, name: impl AsRef<str>, secret: &Secret) {
        let mut state = self.state();
        let State { kept, fresh, .. } = &mut *state;
        // Most lessons are known already, since every access is one.
        let newest = kept.get(name.as_ref()).and_then(|values| values.last());
        if newest.is_some_and(|kept| kept.secret.ct_eq(secret)) {
            return;
        }
        let values = kept.entry(name.as_ref().to_owned()).or_default();
        if let Some(before) = values.last_mut() {
            before.replaced = Some(self.0.clock.now());
        }
        let again = values.iter().position(|kept| kept.secret.ct_eq(secret));
        if let Some(at) = again {
            values.remove(at);
        } else {
            fresh.push((name.as_ref().to_owned(), secret.clone()));
        }
        values.push(Kept { secret: secret.clone(), replaced: None });
        // After the value: who sees the new generation finds it.
        self.0.generation.fetch_add(1, Ordering::Release);
    }

    /// Returns the names whose value, or a part of it, is not masked, and why.
    #[must_use]
    pub fn refused(&self) -> Vec<Refusal> {
        let sets = self.sets();
        let mut all = Vec::new();
        for refusal in sets.iter().flat_map(|set| set.needles.refused()) {
            if !all.contains(refusal) {
                all.push(refusal.clone());
            }
        }
        all.sort_by(|left, right| left.name().cmp(right.name()));
        all
    }

    /// Returns a number that changes whenever a value is learnt.
    pub(crate) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// Returns the tables of all values that were learnt before the call, the largest set first.
    pub(crate) fn sets(&self) -> Vec<Arc<Set>> {
        let _building = self.0.building.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut sets, learnt) = {
            let mut state = self.state();
            if state.fresh.is_empty() {
                return state.sets.clone();
            }
            let fresh = std::mem::take(&mut state.fresh);
            let grown_old = self.0.clock.now().checked_sub(self.0.grace);
            if grown_old.is_some_and(|time| state.forget_replaced_before(time)) {
                (Vec::new(), state.all())
            } else {
                (state.sets.clone(), fresh)
            }
        };
        let mut learnt = learnt;
        while let Some(set) = sets.pop_if(|set| set.count <= 2 * learnt.len()) {
            learnt.extend(set.learnt());
        }
        sets.push(Arc::new(Set::new(learnt)));
        self.state().sets.clone_from(&sets);
        sets
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Values {
    fn default() -> Self {
        Self::new()
    }
}

impl Masker for Values {
    fn learn(&self, name: &str, secret: &Secret) {
        Self::learn(self, name, secret);
    }
}

impl<N: AsRef<str>> Extend<(N, Secret)> for Values {
    fn extend<I: IntoIterator<Item = (N, Secret)>>(&mut self, values: I) {
        values.into_iter().for_each(|(name, secret)| self.learn(name, &secret));
    }
}

impl<N: AsRef<str>> FromIterator<(N, Secret)> for Values {
    fn from_iter<I: IntoIterator<Item = (N, Secret)>>(values: I) -> Self {
        let mut all = Self::new();
        all.extend(values);
        all
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("names", &self.state().kept.len()).finish_non_exhaustive()
    }
}
