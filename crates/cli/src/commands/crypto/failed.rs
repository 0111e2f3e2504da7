//! What went wrong with a ciphertext or a key, with its place and its remedy.

use std::io;

use reticent::core::Visible;
use reticent::crypto::{Error, KeyDefect, State};

use super::Mode;
use crate::exit::Exit;
use crate::failure::Failure;

/// A failure that is about keys alone.
pub(crate) fn failed(error: &Error) -> Failure {
    with_remedy(Failure::new(exit(error), error.to_string()), error)
}

/// A failure with what was read.
pub(crate) fn failed_in(name: &str, error: &Error) -> Failure {
    with_remedy(Failure::new(exit(error), format!("{}: {error}", Visible(name))), error)
}

/// Finds the error of a ciphertext behind one of reading.
pub(crate) fn inner(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// A ciphertext of another mode than was asked for.
pub(crate) fn of_other_mode(name: &str, is: &str, asked: Mode) -> Failure {
    Failure::new(
        Exit::Findings,
        format!("{}: it is {is}, and not of the mode {}", Visible(name), asked.name()),
    )
    .with_hint("without --mode the form is recognised")
}

/// What was read is none.
pub(crate) fn no_ciphertext(name: &str) -> Failure {
    Failure::new(
        Exit::Findings,
        format!(
            "{}: it is no ciphertext of ours: neither a sealed value (rt1) nor a sealed file (RTC1) nor a Fernet token",
            Visible(name)
        ),
    )
}

fn exit(error: &Error) -> Exit {
    match error {
        // The keyring as it is set up does not do what was asked.
        Error::NoKey | Error::Key(_) | Error::TooLong => Exit::Usage,
        Error::NoRandomness | Error::Clock => Exit::Unavailable,
        _ => Exit::Findings,
    }
}

fn with_remedy(failure: Failure, error: &Error) -> Failure {
    match error {
        Error::NotAuthentic => failure.with_hint(
            "it was changed or cut, or it belongs to another --context, --purpose or key, or is too old",
        ),
        Error::UnknownKey(_) => failure.with_hint("reticent key list shows the keys that are here"),
        Error::NoKey => failure.with_hint("reticent key promote ID lets a key encrypt"),
        Error::KeyUnusable { id, state: State::Compromised } => failure.with_hint(format!(
            "what \"{id}\" encrypted is read by `reticent rewrap` alone, which encrypts it under another key"
        )),
        Error::KeyUnusable { state: State::Destroyed, .. } => {
            failure.with_hint("what it encrypted can be read with a backup of the keyring from before alone")
        }
        Error::Key(KeyDefect::Encoding) => {
            failure.with_hint("a key is 32 bytes in base64url with padding, 44 characters")
        }
        Error::Key(KeyDefect::Identifier) => failure,
        Error::Key(_) => {
            failure.with_hint("it decrypts, and encrypts nothing; reticent key generate makes a random one")
        }
        Error::Transition { to: State::Destroyed, id, .. } => {
            failure.with_hint(format!("first: reticent key retire {id}"))
        }
        Error::Transition { from: State::Primary, .. } => {
            failure.with_hint("let another key encrypt first: reticent key promote ID")
        }
        _ => failure,
    }
}
