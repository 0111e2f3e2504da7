//! What the hooks are told: who does what with which secret, and how it ended.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::error::{ErrorKind, SourceError};
use crate::reference::{SecretRef, VersionId};
use crate::text::Visible;

/// Who acts: a service, a person, an agent. The name is the program's to choose.
///
/// ```
/// use reticent_core::hooks::Actor;
///
/// assert_eq!(Actor::new("agent/billing").as_str(), "agent/billing");
/// assert_eq!(Actor::default().as_str(), "process");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Actor(Arc<str>);

impl Actor {
    /// Names an actor.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// Returns its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Actor {
    /// The program itself, when it says no more.
    fn default() -> Self {
        Self::new("process")
    }
}

/// What is done with a secret.
///
/// ```
/// assert_eq!(reticent_core::hooks::Action::Read.as_str(), "read");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Action {
    /// Its value is read.
    Read,
    /// A value is written.
    Write,
    /// It is deleted.
    Delete,
    /// Names are listed.
    List,
    /// A pending version becomes the current one.
    Promote,
    /// A lease is extended or ended.
    Lease,
    /// A key is wrapped or data is encrypted.
    Encrypt,
    /// A key is unwrapped or data is decrypted.
    Decrypt,
    /// A key or credential is replaced.
    Rotate,
    /// A credential of one's own is issued.
    Issue,
    /// A credential of one's own is checked.
    Verify,
    /// A credential of one's own is ended.
    Revoke,
}

impl Action {
    /// Returns the stable token for rules, records and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::List => "list",
            Self::Promote => "promote",
            Self::Lease => "lease",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::Rotate => "rotate",
            Self::Issue => "issue",
            Self::Verify => "verify",
            Self::Revoke => "revoke",
        }
    }
}

/// One access, before it happens.
///
/// ```
/// use reticent_core::hooks::{Access, Action, Actor};
///
/// let actor = Actor::default();
/// let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
/// assert_eq!((access.action(), access.name()), (Action::Read, "DB_PASSWORD"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    actor: &'a Actor,
    action: Action,
    name: &'a str,
    place: Option<&'a SecretRef>,
}

impl<'a> Access<'a> {
    /// Describes what `actor` is about to do with the secret called `name`.
    #[must_use]
    pub fn new(actor: &'a Actor, action: Action, name: &'a str) -> Self {
        Self { actor, action, name, place: None }
    }

    /// Adds where the secret lives, once that is known.
    #[must_use]
    pub fn at(mut self, place: &'a SecretRef) -> Self {
        self.place = Some(place);
        self
    }

    /// Returns who acts.
    #[must_use]
    pub fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// Returns what is done.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// Returns the logical name, or the reference as text where there is no name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Returns where the secret lives, where that is known.
    #[must_use]
    pub fn place(&self) -> Option<&'a SecretRef> {
        self.place
    }

    pub(super) fn shown_name(&self) -> Arc<str> {
        self.name.into()
    }
}

/// What a gate says.
///
/// ```
/// use reticent_core::hooks::Decision;
///
/// assert_eq!(Decision::deny("no rule allows it"), Decision::Deny { reason: "no rule allows it".into() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: a gate says yes or no")]
pub enum Decision {
    /// The access may happen.
    Allow,
    /// It may not.
    Deny {
        /// Why: a lower-case clause for the error, without a value.
        reason: Arc<str>,
    },
}

impl Decision {
    /// Denies, and says why.
    #[must_use]
    pub fn deny(reason: impl Into<Arc<str>>) -> Self {
        Self::Deny { reason: reason.into() }
    }
}

/// How an access ended.
///
/// ```
/// use reticent_core::{ErrorKind, hooks::Outcome};
///
/// assert_eq!(Outcome::Failed(ErrorKind::NotFound).as_str(), "not_found");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: it was done, or it failed with a kind")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It failed, and no secret was handed out.
    Failed(ErrorKind),
}

impl Outcome {
    pub(super) fn of<T>(result: &Result<T, SourceError>) -> Self {
        result.as_ref().map_or_else(|error| Self::Failed(error.kind()), |_| Self::Done)
    }

    /// Returns `done`, or the token of the failure.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed(kind) => kind.as_str(),
        }
    }
}

/// What a recorder keeps of one access, or of a number of equal ones that a cache served.
///
/// ```
/// use std::time::SystemTime;
/// use reticent_core::hooks::{Access, Action, Actor, Event, Outcome};
///
/// let actor = Actor::new("service/api");
/// let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
/// let event = Event::new(SystemTime::UNIX_EPOCH, &access, "env", Outcome::Done);
/// assert_eq!(event.to_string(), "service/api read DB_PASSWORD from env: done");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When it ended.
    pub at: SystemTime,
    /// Who acted.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// The logical name, or the reference where there is no name.
    pub name: Arc<str>,
    /// Where the secret lives, where that was known.
    pub place: Option<SecretRef>,
    /// The label of the source.
    pub source: Arc<str>,
    /// The version that was handed out, where the backend has them.
    pub version: Option<VersionId>,
    /// How it ended.
    pub outcome: Outcome,
    /// How many accesses this event stands for; more than one only for those that a cache served.
    pub count: u64,
    /// Whether a cache served them.
    pub cached: bool,
}

impl Event {
    /// Describes one access that reached its backend.
    #[must_use]
    pub fn new(at: SystemTime, access: &Access<'_>, source: &str, outcome: Outcome) -> Self {
        Self {
            at,
            actor: access.actor().clone(),
            action: access.action(),
            name: access.shown_name(),
            place: access.place().cloned(),
            source: source.into(),
            version: None,
            outcome,
            count: 1,
            cached: false,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { actor, action, name, source, outcome, .. } = self;
        let (actor, name, source) = (Visible(actor.as_str()), Visible(name), Visible(source));
        write!(f, "{actor} {} {name} from {source}: {}", action.as_str(), outcome.as_str())
    }
}
