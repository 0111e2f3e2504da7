//! Data keys that a keeper wraps, kept for a while so that it is not asked for each value.
//!
//! The decision: a kept key has an age that is never exceeded, whatever its keeper answers by then: while the keeper is
//! out, keys that were opened before serve until their age, and not a moment longer. Callers who want the same key at
//! the same time are one question to the keeper.

mod cache;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reticent_core::{Clock, ErrorKind, Flight, KeyWrap, SourceError, SystemClock, WrapContext, WrappedKey};

use crate::error::Error;
use crate::key::Key;
use crate::keyring::Keyring;
use crate::sealer::Sealer;
use cache::{Cache, Slot};

/// What a data key is called in what it encrypts; the wrapped key beside it tells which it is.
const ID: &str = "data";

/// For how long and how much one data key is used.
///
/// ```
/// use std::time::Duration;
/// use reticent_crypto::DataKeyLimits;
///
/// let limits = DataKeyLimits::new(Duration::from_secs(300)).with_messages(10_000).with_bytes(1 << 30);
/// # let _ = limits;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DataKeyLimits {
    age: Duration,
    messages: u64,
    bytes: u64,
    keys: usize,
}

impl DataKeyLimits {
    /// Keeps each key for at most `age`; encrypts at most 2^32 messages and 2^40 bytes with one; keeps at most a
    /// thousand.
    #[must_use]
    pub fn new(age: Duration) -> Self {
        Self { age, messages: 1 << 32, bytes: 1 << 40, keys: 1_000 }
    }

    /// Encrypts at most this many messages with one key, one at least.
    #[must_use]
    pub fn with_messages(mut self, messages: u64) -> Self {
        self.messages = messages.max(1);
        self
    }

    /// Encrypts at most this many bytes with one key.
    #[must_use]
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Keeps at most this many keys, one at least; the oldest goes first.
    #[must_use]
    pub fn with_keys(mut self, keys: usize) -> Self {
        self.keys = keys.max(1);
        self
    }
}

/// A data key in the clear, with what its keeper made of it, to be stored beside what it encrypts.
///
/// The key is wiped when the last clone is dropped: hold it for one value and not longer.
///
/// ```
/// # use reticent_crypto::{Context, DataKey, Error};
/// fn sealed(key: &DataKey, plaintext: &[u8]) -> Result<(Vec<u8>, String), Error> {
///     let text = key.sealer().seal(&Context::new("tokens"), plaintext)?;
///     Ok((key.wrapped().ciphertext().to_vec(), text))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct DataKey {
    sealer: Sealer,
    wrapped: WrappedKey,
}

impl DataKey {
    fn new(key: Key, wrapped: WrappedKey) -> Result<Self, Error> {
        let id = ID.parse()?;
        Ok(Self { sealer: Sealer::new(Keyring::of(id, key)?), wrapped })
    }

    /// Returns what encrypts and decrypts with this key.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Returns the key as its keeper encrypted it.
    #[must_use]
    pub fn wrapped(&self) -> &WrappedKey {
        &self.wrapped
    }
}

/// Data keys of one keeper, kept within limits.
///
/// Keys that are too old go with the next call of any kind, or with [`forget_old`](Self::forget_old).
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use reticent_core::WrapContext;
/// use reticent_crypto::{Context, DataKeyLimits, DataKeys, Key, LocalWrap};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let keeper = Arc::new(LocalWrap::new("env:KEEPER_KEY", Key::generate()?));
/// let keys = DataKeys::new(keeper, DataKeyLimits::new(Duration::from_secs(300)));
/// let tenant = WrapContext::default().with("tenant", "acme");
/// let key = keys.to_seal(&tenant, 5).await?;
/// let text = key.sealer().seal(&Context::new("tokens"), b"value")?;
///
/// let key = keys.to_open(key.wrapped(), &tenant).await?;
/// assert_eq!(key.sealer().open(&Context::new("tokens"), &text)?.len(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap().unwrap();
/// ```
pub struct DataKeys {
    keeper: Arc<dyn KeyWrap>,
    clock: Arc<dyn Clock>,
    cache: Arc<Mutex<Cache>>,
    flight: Flight<Slot, Result<DataKey, SourceError>>,
}

impl DataKeys {
    /// Keeps keys of `keeper` within `limits`.
    #[must_use]
    pub fn new(keeper: Arc<dyn KeyWrap>, limits: DataKeyLimits) -> Self {
        let cache = Arc::new(Mutex::new(Cache::new(limits)));
        Self { keeper, clock: Arc::new(SystemClock), cache, flight: Flight::new() }
    }

    /// Takes the age of keys from `clock`; a clock that goes back empties the cache.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Returns a key to encrypt one message of `length` bytes with: the present one of this context, or a new one when
    /// that is too old or used up.
    ///
    /// # Errors
    /// `Unsupported` when one message is longer than a key may encrypt; what the keeper reports.
    pub async fn to_seal(&self, context: &WrapContext, length: u64) -> Result<DataKey, SourceError> {
        if !self.with_cache(|cache| cache.may_ever_seal(length)) {
            let error = SourceError::new(ErrorKind::Unsupported, self.keeper.key_id());
            return Err(error.with_detail("the message is longer than what one data key may encrypt"));
        }
        let slot = Slot::sealing(context);
        loop {
            if let Some(key) = self.with_cache(|cache| cache.reserve(&slot, self.clock.now(), length)) {
                return Ok(key);
            }
            // Whoever comes too late for a use of the new key asks for the next one.
            self.flight.join(&slot, || self.make(slot.clone(), context.clone())).await?;
        }
    }

    /// Returns the key that was wrapped, from the cache or its keeper.
    ///
    /// # Errors
    /// What the keeper reports; `Malformed` when what it opens is no data key.
    pub async fn to_open(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<DataKey, SourceError> {
        let slot = Slot::opening(wrapped, context);
        if let Some(key) = self.with_cache(|cache| cache.find(&slot, self.clock.now())) {
            return Ok(key);
        }
        self.flight.join(&slot, || self.unwrap(slot.clone(), wrapped.clone(), context.clone())).await
    }

    /// Drops the keys that are too old.
    pub fn forget_old(&self) {
        self.with_cache(|cache| cache.sweep(self.clock.now()));
    }

    /// Drops all keys, as when one of the keeper's was revoked.
    pub fn forget_all(&self) {
        self.with_cache(Cache::clear);
    }

    fn with_cache<T>(&self, work: impl FnOnce(&mut Cache) -> T) -> T {
        work(&mut self.cache.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a new key for a context, and keeps it for opening, too.
    fn make(
        &self,
        slot: Slot,
        context: WrapContext,
    ) -> impl Future<Output = Result<DataKey, SourceError>> + Send + 'static {
        let (keeper, cache, clock) =
            (Arc::clone(&self.keeper), Arc::clone(&self.cache), Arc::clone(&self.clock));
        async move {
            let since = clock.now();
            let cannot = |error: Error| refused(&*keeper, ErrorKind::Unavailable, &error);
            let key = Key::generate().map_err(cannot)?;
            let wrapped = keeper.wrap(&key.to_text(), &context).await?;
            let key = DataKey::new(key, wrapped).map_err(cannot)?;
            let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.keep(Slot::opening(&key.wrapped, &context), key.clone(), since, clock.now());
            cache.keep(slot, key.clone(), since, clock.now());
            Ok(key)
        }
    }

    /// Opens a key, whose age begins before its keeper was asked.
    fn unwrap(
        &self,
        slot: Slot,
        wrapped: WrappedKey,
        context: WrapContext,
    ) -> impl Future<Output = Result<DataKey, SourceError>> + Send + 'static {
        let (keeper, cache, clock) =
            (Arc::clone(&self.keeper), Arc::clone(&self.cache), Arc::clone(&self.clock));
        async move {
            let since = clock.now();
            let text = keeper.unwrap(&wrapped, &context).await?;
            let key = Key::parse(&text).and_then(|key| DataKey::new(key, wrapped));
            let key = key.map_err(|_| refused(&*keeper, ErrorKind::Malformed, &Error::NotAuthentic))?;
            let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.keep(slot, key.clone(), since, clock.now());
            Ok(key)
        }
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKeys").field("keeper", &self.keeper.key_id()).finish_non_exhaustive()
    }
}

fn refused(keeper: &dyn KeyWrap, kind: ErrorKind, error: &Error) -> SourceError {
    SourceError::new(kind, keeper.key_id()).with_detail(error.to_string())
}
