//! The nouns of Reticent: what a secret is, where it lives, who reads it and what can go wrong.
//!
//! Every other crate stands on these types. There is no I/O here, no async runtime and no serialisation: backends,
//! caches and hooks meet in these traits and know nothing of each other.
//!
//! ```
//! use reticent_core::{Secret, SecretRef};
//!
//! let at: SecretRef = "vault://secret/prod/db#password".parse()?;
//! assert_eq!(at.scheme(), "vault");
//! let secret = Secret::copy_of(br#"{"password": "correct horse"}"#);
//! let password = secret.field(at.field().expect("the reference names one"))?;
//! assert_eq!(format!("{password:?}"), "Secret(..)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod secret;

mod name;
mod reference;

mod error;
mod source;

pub mod hooks;

mod clock;
mod fingerprint;
mod flight;
mod placeholder;
mod text;

pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{Attempt, ErrorKind, SourceError};
pub use fingerprint::{Fingerprint, FingerprintKey, NoRandomness};
pub use flight::{Flight, Joined};
pub use name::SecretName;
pub use placeholder::Placeholder;
pub use reference::{Field, Recognised, ReferenceError, Schemes, SecretRef, Version, VersionId};
pub use secret::{FieldError, Lease, Metadata, NotText, Secret, SecretBuffer};
pub use source::{
    DeleteOptions, Expected, KeyWrap, LeaseKeeper, PutOptions, Revision, Right, RightsCheck, SecretInfo,
    SecretList, SecretSink, SecretSource, SecretStages, WrapContext, WrappedKey,
};
pub use text::{Visible, closest};
