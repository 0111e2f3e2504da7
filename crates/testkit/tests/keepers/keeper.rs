//! A keeper that protects nothing, since its hash is no cipher, and can be given a defect.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use reticent_core::{ErrorKind, KeyWrap, Secret, SourceError, WrapContext, WrappedKey};

const ID: &str = "toy/1";

/// Number and check, before the key.
const HEAD: usize = 16;

/// One planted defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    TrimsKeys,
    IgnoresFurtherPairs,
    IgnoresLastByte,
    TakesAnotherKeyForDenied,
    TellsContextsApart,
    NamesAnotherKey,
    WrapsAlike,
    RewrapsNothing,
    RewrapsUnderAnyContext,
    WrapsInClear,
    ShowsItsKeyInDebug,
    ShowsKeysInHints,
    LogsKeys,
}

impl Defect {
    /// Each defect and the one law that it breaks.
    pub(crate) const TABLE: &[(Self, &str)] = &[
        (Self::TrimsKeys, "wrap::key_round_trips"),
        (Self::IgnoresFurtherPairs, "wrap::context_is_bound"),
        (Self::IgnoresLastByte, "wrap::changed_bytes_are_malformed"),
        (Self::TakesAnotherKeyForDenied, "wrap::another_key_is_malformed"),
        (Self::TellsContextsApart, "wrap::failures_are_not_told_apart"),
        (Self::NamesAnotherKey, "wrap::wrapped_key_names_its_key"),
        (Self::WrapsAlike, "wrap::each_wrapping_differs"),
        (Self::RewrapsNothing, "wrap::rewrapped_key_is_the_same_key"),
        (Self::RewrapsUnderAnyContext, "wrap::rewrap_checks_the_context"),
        (Self::WrapsInClear, "wrap::wrapped_key_hides_the_key"),
        (Self::ShowsItsKeyInDebug, "wrap::errors_and_debug_hold_no_key"),
        (Self::ShowsKeysInHints, "wrap::errors_and_debug_hold_no_key"),
        (Self::LogsKeys, "wrap::errors_and_debug_hold_no_key"),
    ];
}

pub(crate) struct Toy {
    key: &'static str,
    defect: Option<Defect>,
    next: AtomicU64,
}

impl Toy {
    pub(crate) fn new(key: &'static str, defect: Option<Defect>) -> Self {
        Self { key, defect, next: AtomicU64::new(1) }
    }

    pub(crate) fn credential(&self) -> Secret {
        Secret::copy_of(self.key.as_bytes())
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn hash(&self, parts: impl std::hash::Hash) -> [u8; 8] {
        let mut hasher = DefaultHasher::new();
        (self.key, parts).hash(&mut hasher);
        hasher.finish().to_be_bytes()
    }

    fn pairs(&self, context: &WrapContext) -> Vec<(String, String)> {
        let is_careless = self.has(Defect::IgnoresFurtherPairs);
        let known = |(name, _): &(&str, &str)| !is_careless || ["keyring", "tenant"].contains(name);
        context.iter().filter(known).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn masked(&self, number: [u8; 8], bytes: &[u8]) -> Vec<u8> {
        let mask = |(at, byte): (usize, &u8)| byte ^ self.hash((number, at))[0];
        if self.has(Defect::WrapsInClear) {
            bytes.to_vec()
        } else {
            bytes.iter().enumerate().map(mask).collect()
        }
    }

    fn sealed(&self, number: u64, key: &[u8], context: &WrapContext) -> Vec<u8> {
        let number = number.to_be_bytes();
        let check = self.hash((number, self.pairs(context), key));
        [&number[..], &check, &self.masked(number, key)].concat()
    }

    fn refused(&self, kind: ErrorKind, detail: &'static str) -> SourceError {
        SourceError::new(kind, ID).with_detail(detail)
    }

    fn opened(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Vec<u8>, SourceError> {
        let malformed = || self.refused(ErrorKind::Malformed, "not authentic");
        let (head, masked) = wrapped.ciphertext().split_at_checked(HEAD).ok_or_else(malformed)?;
        let (number, check) = head.split_at(8);
        let number: [u8; 8] = number.try_into().expect("eight bytes");
        let mut key = self.masked(number, masked);
        let holds = |key: &[u8]| self.hash((number, self.pairs(context), key)) == *check;
        if self.has(Defect::IgnoresLastByte) && !holds(&key) {
            // As if the last bit were not authenticated.
            *key.last_mut().ok_or_else(malformed)? ^= 1;
        }
        if holds(&key) {
            return Ok(key);
        }
        let own = |context: WrapContext| self.hash((number, self.pairs(&context), &key)) == *check;
        let is_ours = own(WrapContext::default().with("keyring", "conformance").with("tenant", "acme"));
        Err(match self.defect {
            Some(Defect::TellsContextsApart) if is_ours => {
                self.refused(ErrorKind::Malformed, "of another context")
            }
            Some(Defect::ShowsKeysInHints) if is_ours => {
                malformed().with_hint(String::from_utf8_lossy(&key).into_owned())
            }
            Some(Defect::TakesAnotherKeyForDenied) if self.key.starts_with("other") => {
                self.refused(ErrorKind::AccessDenied, "not ours")
            }
            _ => malformed(),
        })
    }
}

#[async_trait]
impl KeyWrap for Toy {
    fn key_id(&self) -> &str {
        ID
    }

    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        #[expect(clippy::disallowed_methods, reason = "into a ciphertext of a test")]
        let key = data_key.expose_bytes();
        let key = if self.has(Defect::TrimsKeys) { key.trim_ascii_end() } else { key };
        if self.has(Defect::LogsKeys) {
            tracing::trace!(key = ?String::from_utf8_lossy(key), "wrap");
        }
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let number = if self.has(Defect::WrapsAlike) { 0 } else { next };
        let id = if self.has(Defect::NamesAnotherKey) { "toy/0" } else { ID };
        Ok(WrappedKey::new(id, self.sealed(number, key, context)))
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError> {
        self.opened(wrapped, context).map(Secret::from_vec)
    }

    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        let own = WrapContext::default().with("keyring", "conformance").with("tenant", "acme");
        let old = if self.has(Defect::RewrapsUnderAnyContext) { &own } else { context };
        let key = self.opened(wrapped, old)?;
        if self.has(Defect::RewrapsNothing) {
            return Ok(wrapped.clone());
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(WrappedKey::new(ID, self.sealed(number, &key, context)))
    }
}

impl std::fmt::Debug for Toy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = if self.has(Defect::ShowsItsKeyInDebug) { self.key } else { ".." };
        write!(f, "Toy({key})")
    }
}
