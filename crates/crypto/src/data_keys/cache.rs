//! What is kept, for how long, and for how much: a function of the time that it is told.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use reticent_core::{WrapContext, WrappedKey};

use super::{DataKey, DataKeyLimits};

/// What a key is kept for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    /// The wrapped key, or nothing for the one that encrypts.
    wrapped: Option<(Arc<str>, Arc<[u8]>)>,
    context: Vec<(String, String)>,
}

impl Slot {
    pub(super) fn sealing(context: &WrapContext) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self { wrapped: None, context: context.iter().map(own).collect() }
    }

    pub(super) fn opening(wrapped: &WrappedKey, context: &WrapContext) -> Self {
        let wrapped = Some((wrapped.key_id().into(), wrapped.ciphertext().into()));
        Self { wrapped, ..Self::sealing(context) }
    }
}

struct Kept {
    key: DataKey,
    since: SystemTime,
    messages: u64,
    bytes: u64,
}

pub(super) struct Cache {
    limits: DataKeyLimits,
    entries: HashMap<Slot, Kept>,
    latest: SystemTime,
}

impl Cache {
    pub(super) fn new(limits: DataKeyLimits) -> Self {
        Self { limits, entries: HashMap::new(), latest: SystemTime::UNIX_EPOCH }
    }

    pub(super) fn may_ever_seal(&self, length: u64) -> bool {
        length <= self.limits.bytes
    }

    /// Returns the key of a slot, if it is young enough.
    pub(super) fn find(&mut self, slot: &Slot, now: SystemTime) -> Option<DataKey> {
        self.sweep(now);
        self.entries.get(slot).map(|kept| kept.key.clone())
    }

    /// Returns the key of a slot and counts one message, if it is young enough and not used up.
    pub(super) fn reserve(&mut self, slot: &Slot, now: SystemTime, length: u64) -> Option<DataKey> {
        self.sweep(now);
        let kept = self.entries.get_mut(slot)?;
        let bytes = kept.bytes.checked_add(length).filter(|bytes| *bytes <= self.limits.bytes);
        match bytes {
            Some(bytes) if kept.messages < self.limits.messages => {
                (kept.messages, kept.bytes) = (kept.messages + 1, bytes);
                Some(kept.key.clone())
            }
            _ => {
                self.entries.remove(slot);
                None
            }
        }
    }

    /// Keeps a key whose age counts from `since`, if it is not too old by now.
    pub(super) fn keep(&mut self, slot: Slot, key: DataKey, since: SystemTime, now: SystemTime) {
        self.entries.insert(slot, Kept { key, since, messages: 0, bytes: 0 });
        self.sweep(now);
        while self.entries.len() > self.limits.keys {
            let oldest = self.entries.iter().min_by_key(|(_, kept)| kept.since);
            let Some(oldest) = oldest.map(|(slot, _)| slot.clone()) else { return };
            self.entries.remove(&oldest);
        }
    }

    /// Drops what is too old. By a clock that went back nothing can be told, so all goes.
    pub(super) fn sweep(&mut self, now: SystemTime) {
        if now < self.latest {
            self.entries.clear();
        }
        self.latest = now;
        let age = self.limits.age;
        self.entries.retain(|_, kept| now.duration_since(kept.since).is_ok_and(|elapsed| elapsed < age));
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::key::Key;

    fn data_key() -> (DataKey, std::sync::Weak<zeroize::Zeroizing<[u8; 32]>>) {
        let key = Key::generate().expect("randomness");
        let watched = key.watched();
        (DataKey::new(key, WrappedKey::new("k", vec![1])).expect("random"), watched)
    }

    #[test]
    fn a_key_that_goes_is_wiped_and_gone() {
        let slot = |name: &str| Slot::sealing(&WrapContext::default().with("name", name));
        let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        let after = |seconds| begin + Duration::from_secs(seconds);
        type Leave<'a> = &'a dyn Fn(&mut Cache);
        let ways: [(&str, Leave<'_>); 5] = [
            ("too old", &|cache| cache.sweep(after(60))),
            ("the clock went back", &|cache| cache.sweep(begin - Duration::from_secs(1))),
            ("used up", &|cache| {
                let reserve = |cache: &mut Cache| cache.reserve(&slot("a"), after(1), 0).is_some();
                assert!(reserve(cache) && reserve(cache) && !reserve(cache));
            }),
            ("no room", &|cache| {
                cache.keep(slot("b"), data_key().0, after(1), after(1));
            }),
            ("forgotten", &Cache::clear),
        ];
        for (why, leave) in ways {
            let limits = DataKeyLimits::new(Duration::from_secs(60)).with_messages(2).with_keys(1);
            let mut cache = Cache::new(limits);
            let (key, watched) = data_key();
            cache.keep(slot("a"), key, begin, begin);
            assert!(cache.find(&slot("a"), after(0)).is_some() && watched.upgrade().is_some());
            leave(&mut cache);
            assert!(watched.upgrade().is_none(), "{why}: its last owner wipes it");
        }
    }

    #[test]
    fn bytes_are_counted_and_never_overflow() {
        let limits = DataKeyLimits::new(Duration::from_secs(60)).with_bytes(u64::MAX);
        let (mut cache, slot) = (Cache::new(limits), Slot::sealing(&WrapContext::default()));
        let now = SystemTime::UNIX_EPOCH;
        cache.keep(slot.clone(), data_key().0, now, now);
        assert!(cache.reserve(&slot, now, u64::MAX).is_some());
        assert!(cache.reserve(&slot, now, 1).is_none(), "it is used up");
        assert!(cache.reserve(&slot, now, 0).is_none(), "and gone");
    }
}
