//! A value or a token, decrypted, or why it was not.

use std::io;

use reticent::core::{Secret, Visible};
use reticent::crypto::{Error, KeyId, Sealed, Sealer, State};

use super::DecryptArgs;
use crate::commands::crypto::{Mode, failed_in, inner, no_ciphertext, of_other_mode};
use crate::failure::{Failure, Result};

/// A decrypted value.
pub(super) struct Opened {
    pub(super) plaintext: Secret,
    pub(super) mode: Mode,
    pub(super) key: Option<KeyId>,
}

/// Decrypts the text that `name` holds.
pub(super) fn value(args: &DecryptArgs, sealer: &Sealer, text: &Secret, name: &str) -> Result<Opened> {
    let text = &*args.compat.text_of(text);
    match (sealer.inspect(text), args.mode) {
        (Some(Sealed::Key(_)), Some(Mode::Fernet)) => {
            Err(of_other_mode(name, "a sealed value (rt1)", Mode::Fernet))
        }
        (Some(Sealed::Fernet(_)), Some(Mode::Aes256)) => {
            Err(of_other_mode(name, "a Fernet token", Mode::Aes256))
        }
        (Some(Sealed::Key(id)), _) => {
            refuse_ttl(args, name)?;
            let opened = sealer.open(&args.belonging.context()?, text);
            let plaintext = opened.map_err(|error| failed_in(name, &error))?;
            Ok(Opened { plaintext, mode: Mode::Aes256, key: Some(id) })
        }
        (sealed, mode) if sealed.is_some() || mode == Some(Mode::Fernet) => {
            args.belonging.refuse_for_fernet()?;
            let key = sealed.and_then(|sealed| if let Sealed::Fernet(id) = sealed { id } else { None });
            let plaintext = token(args, sealer, text)
                .map_err(|error| failed_in(name, &unusable(sealer, key.as_ref()).unwrap_or(error)))?;
            Ok(Opened { plaintext, mode: Mode::Fernet, key })
        }
        _ => Err(no_ciphertext(name)),
    }
}

fn token(args: &DecryptArgs, sealer: &Sealer, text: &str) -> std::result::Result<Secret, Error> {
    let fernet = sealer.keyring().multi_fernet()?.with_compat(args.compat.get());
    match args.ttl() {
        Some(ttl) => fernet.decrypt_with_ttl(text, ttl),
        None => fernet.decrypt(text),
    }
}

/// The key that signed a token may be one that decrypts nothing in its state; to say so tells no more than the keyring.
fn unusable(sealer: &Sealer, key: Option<&KeyId>) -> Option<Error> {
    let entry = sealer.keyring().entries().find(|entry| Some(entry.id()) == key)?;
    let decrypts = matches!(entry.state(), State::Staged | State::Primary | State::Accepted);
    (!decrypts).then(|| Error::KeyUnusable { id: entry.id().clone(), state: entry.state() })
}

/// Refuses a file where a token was asked for.
pub(super) fn refuse_file(args: &DecryptArgs, name: &str) -> Result<()> {
    match args.mode {
        Some(Mode::Fernet) => Err(of_other_mode(name, "a sealed file (RTC1)", Mode::Fernet)),
        _ => refuse_ttl(args, name),
    }
}

fn refuse_ttl(args: &DecryptArgs, name: &str) -> Result<()> {
    match args.ttl {
        // Who asks for an age must not get a value that has none.
        Some(_) => {
            Err(Failure::usage(format!("{}: --ttl is for Fernet, whose tokens have a time", Visible(name))))
        }
        None => Ok(()),
    }
}

/// Tells why a file was not begun.
pub(super) fn unopened(name: &str, error: &io::Error) -> Failure {
    match inner(error) {
        Some(error) => failed_in(name, error),
        None => Failure::file("read", name.as_ref(), error),
    }
}
