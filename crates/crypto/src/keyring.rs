//! The keys of one purpose: one that encrypts, and several that may still decrypt.
//!
//! The decision: a key is found by its identifier and never by trying, so one ciphertext is one derivation, and what a
//! key may do is its state's business alone. A destroyed key leaves its identifier, which is never given again.

mod environment;
mod file;
mod state;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use reticent_core::{Clock, SystemClock};

pub use file::KeyringFile;
pub(crate) use file::{check_value, hex};
pub(crate) use state::Permission;
pub use state::State;

use crate::error::{Error, KeyDefect};
use crate::fernet::{Compat, Fernet, MultiFernet};
use crate::key::{Key, KeyId};
use crate::rewrap::Survey;

/// The keys of one purpose.
///
/// ```
/// use reticent_crypto::{Key, Keyring, State};
///
/// let mut keyring = Keyring::new();
/// keyring.stage("k1".parse()?, Key::generate()?)?;
/// keyring.promote(&"k1".parse()?)?;
/// keyring.stage("k2".parse()?, Key::generate()?)?;
/// keyring.promote(&"k2".parse()?)?;
/// let states: Vec<_> = keyring.entries().map(|entry| (entry.id().as_str(), entry.state())).collect();
/// assert_eq!(states, [("k1", State::Accepted), ("k2", State::Primary)]);
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    generation: u64,
    entries: Vec<Entry>,
    clock: Arc<dyn Clock>,
}

/// One key of a keyring.
///
/// ```
/// use reticent_crypto::{Key, Keyring};
///
/// let keyring = Keyring::of("k1".parse()?, Key::generate()?)?;
/// let entry = keyring.entries().next().expect("one");
/// assert!(entry.defect().is_none());
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone)]
pub struct Entry {
    id: KeyId,
    state: State,
    /// Nothing once it is destroyed.
    key: Option<Key>,
    check_value: [u8; 4],
    defect: Option<KeyDefect>,
    /// Seconds since 1970.
    created: u64,
    changed: u64,
}

impl Entry {
    /// Returns the identifier.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// Returns the state.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Returns the check value, which tells that two keys of one identifier are not the same.
    #[must_use]
    pub fn check_value(&self) -> [u8; 4] {
        self.check_value
    }

    /// Returns when the key came, in seconds since 1970.
    #[must_use]
    pub fn created(&self) -> u64 {
        self.created
    }

    /// Returns when the key came into its state, in seconds since 1970.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Tells why the key must not encrypt anything, if so.
    #[must_use]
    pub fn defect(&self) -> Option<KeyDefect> {
        self.defect
    }
}

impl Keyring {
    /// Begins without a key.
    #[must_use]
    pub fn new() -> Self {
        Self { generation: 0, entries: Vec::new(), clock: Arc::new(SystemClock) }
    }

    /// Takes the times of changes from `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes a keyring of one key, which encrypts.
    ///
    /// # Errors
    /// As [`promote`](Self::promote).
    pub fn of(id: KeyId, key: Key) -> Result<Self, Error> {
        let mut keyring = Self::new();
        keyring.stage(id.clone(), key)?;
        keyring.promote(&id)?;
        Ok(keyring)
    }

    /// Returns the number that grows with each change.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the keys in the order in which they came.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Adds a key that decrypts and does not encrypt yet.
    ///
    /// # Errors
    /// [`Error::DuplicateKey`] when the identifier was given before, even to a key that is destroyed; [`Error::Key`] when
    /// the key is here under another one, whose state would not hold for it.
    pub fn stage(&mut self, id: KeyId, key: Key) -> Result<(), Error> {
        if self.entries.iter().any(|entry| entry.id == id) {
            return Err(Error::DuplicateKey(id));
        }
        if self.entries.iter().filter_map(|entry| entry.key.as_ref()).any(|other| other.is(&key)) {
            return Err(Error::Key(KeyDefect::Repeated));
        }
        let (check_value, defect) = (key.check_value(), key.defect());
        let now = self.now();
        let (created, changed) = (now, now);
        let entry = Entry { id, state: State::Staged, key: Some(key), check_value, defect, created, changed };
        self.entries.push(entry);
        self.generation = self.generation.saturating_add(1);
        Ok(())
    }

    /// Lets a staged or accepted key encrypt from now on; the one that did so before goes on decrypting.
    ///
    /// # Errors
    /// [`Error::Key`] for a key that anybody can guess, [`Error::Transition`] from other states.
    pub fn promote(&mut self, id: &KeyId) -> Result<(), Error> {
        if let Some(defect) = self.entry(id)?.defect() {
            return Err(Error::Key(defect));
        }
        self.change(id, State::Primary)?;
        let now = self.now();
        let before = self.entries.iter_mut().find(|entry| entry.state == State::Primary && entry.id != *id);
        if let Some(before) = before {
            (before.state, before.changed) = (State::Accepted, now);
        }
        Ok(())
    }

    /// Moves a key to another state, as [`State::may_become`] allows.
    ///
    /// # Errors
    /// [`Error::UnknownKey`], [`Error::Transition`]; for [`State::Primary`] as [`promote`](Self::promote), and for
    /// [`State::Destroyed`] always [`Error::Unproved`], since that is [`destroy`](Self::destroy)'s.
    pub fn set_state(&mut self, id: &KeyId, state: State) -> Result<(), Error> {
        match state {
            State::Primary => self.promote(id),
            State::Destroyed => Err(Error::Unproved(id.clone())),
            _ => self.change(id, state),
        }
    }

    /// Wipes a retired or compromised key, once a survey of everything that it may have encrypted shows that nothing
    /// needs it; its identifier stays.
    ///
    /// # Errors
    /// [`Error::Unproved`] when something needs it or it is not known; [`Error::UnknownKey`], [`Error::Transition`].
    pub fn destroy(&mut self, id: &KeyId, proof: &Survey) -> Result<(), Error> {
        if !proof.frees(id) {
            return Err(Error::Unproved(id.clone()));
        }
        self.change(id, State::Destroyed)
    }

    /// Wipes a retired or compromised key, whatever still needs it.
    ///
    /// # Security
    /// What is encrypted with it is lost for ever, as it is meant to be where data of one person goes with its key.
    ///
    /// # Errors
    /// [`Error::UnknownKey`], [`Error::Transition`].
    pub fn destroy_unproved(&mut self, id: &KeyId) -> Result<(), Error> {
        self.change(id, State::Destroyed)
    }

    fn change(&mut self, id: &KeyId, state: State) -> Result<(), Error> {
        let now = self.now();
        let entry = self.entries.iter_mut().find(|entry| entry.id == *id);
        let entry = entry.ok_or_else(|| Error::UnknownKey(id.clone()))?;
        if !entry.state.may_become(state) {
            return Err(Error::Transition { id: id.clone(), from: entry.state, to: state });
        }
        (entry.state, entry.changed) = (state, now);
        if state == State::Destroyed {
            entry.key = None;
        }
        self.generation = self.generation.saturating_add(1);
        Ok(())
    }

    /// Seconds since 1970; a clock before that counts as it.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
    }

    fn entry(&self, id: &KeyId) -> Result<&Entry, Error> {
        self.entries.iter().find(|entry| entry.id == *id).ok_or_else(|| Error::UnknownKey(id.clone()))
    }

    /// Returns the key that encrypts, and its identifier, unless anybody can guess it.
    pub(crate) fn sealing(&self) -> Result<(&KeyId, &Key), Error> {
        let entry = self.primary()?;
        let key = entry.key.as_ref().ok_or(Error::NoKey)?;
        entry.defect.map_or(Ok((&entry.id, key)), |defect| Err(Error::Key(defect)))
    }

    fn primary(&self) -> Result<&Entry, Error> {
        self.entries.iter().find(|entry| entry.state == State::Primary).ok_or(Error::NoKey)
    }

    /// Returns the key that `id` names, if its state permits what it is wanted for.
    pub(crate) fn key(&self, id: &KeyId, wanted: Permission) -> Result<&Key, Error> {
        let entry = self.entry(id)?;
        let key = entry.key.as_ref().filter(|_| entry.state.permits(wanted));
        key.ok_or_else(|| Error::KeyUnusable { id: id.clone(), state: entry.state })
    }

    /// Returns the keys for Fernet tokens, which name no key: the one that encrypts first, then all that may decrypt.
    ///
    /// A first key that anybody can guess decrypts, too, and encrypts nothing; where none is primary, nothing encrypts.
    ///
    /// # Errors
    /// [`Error::NoKey`] when none decrypts.
    pub fn multi_fernet(&self) -> Result<MultiFernet, Error> {
        self.fernet_for(Permission::Decrypt)
    }

    pub(crate) fn fernet_for(&self, wanted: Permission) -> Result<MultiFernet, Error> {
        let primary = self.primary().ok();
        let others = self.entries.iter().filter(|entry| entry.state != State::Primary);
        let others = others.filter(|entry| entry.state.permits(wanted));
        let keys = primary.into_iter().chain(others).filter_map(|entry| entry.key.as_ref()).map(Fernet::of);
        if primary.is_some() { MultiFernet::new(keys) } else { MultiFernet::decrypting(keys) }
    }

    /// Returns the key that signed a Fernet token, whatever its state.
    pub(crate) fn signer_of(&self, token: &str, compat: Compat) -> Option<KeyId> {
        let is_authentic = |key: &Key| Fernet::of(key).with_compat(compat).extract_timestamp(token).is_ok();
        let signed = |entry: &&Entry| entry.key.as_ref().is_some_and(is_authentic);
        self.entries.iter().find(signed).map(|entry| entry.id.clone())
    }
}

impl Default for Keyring {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Keyring");
        shown.field("generation", &self.generation).field("entries", &self.entries).finish()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}
