//! Which keyring a command works with.

use std::fs::File;
use std::path::PathBuf;

use reticent::core::{ErrorKind, Secret, SecretBuffer, SecretRef, SourceError};
use reticent::crypto::{Error, Keyring, State};
use reticent::setup::{KeyringPlace, Keyrings, Setup};

use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The longest passphrase that is asked for.
const PASSPHRASE_LIMIT: usize = 4 << 10;

/// The shortest new one: characters that a person chose have little in them.
const SHORTEST: usize = 12;

/// Which keyring, and what opens it.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Keyring")]
pub(crate) struct KeyringArgs {
    /// Takes the stored keyring of this file; without it .reticent/keyring.json if that is there, else ENCRYPTION_KEY
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
    /// Opens it with the key at this reference; without it [keyring] of reticent.toml, else KEYRING_KEY
    #[arg(long, value_name = "REF", conflicts_with_all = ["keyring_passphrase", "ask_passphrase"])]
    keyring_key: Option<String>,
    /// Opens it with the passphrase at this reference
    #[arg(long, value_name = "REF", conflicts_with = "ask_passphrase")]
    keyring_passphrase: Option<String>,
    /// Opens it with a passphrase that is asked for at the terminal
    #[arg(long)]
    ask_passphrase: bool,
}

impl KeyringArgs {
    /// Returns the ways to the keyring, after asking for the passphrase of one that is there.
    pub(crate) fn keyrings<'s>(&self, setup: &'s Setup, context: &Context) -> Result<Keyrings<'s>> {
        let keyrings = self.named(setup, context)?;
        let is_needed = || keyrings.needs_passphrase().map_err(|error| unopened(&keyrings, error));
        if self.ask_passphrase || is_needed()? {
            let question = format!("passphrase of {}", keyrings.path().display());
            return Ok(keyrings.with_passphrase(&asked(&question)?));
        }
        Ok(keyrings)
    }

    /// Returns the ways to the keyring for who can do without: nothing is asked that was not asked for.
    pub(crate) fn unasked<'s>(&self, setup: &'s Setup, context: &Context) -> Result<Keyrings<'s>> {
        if self.ask_passphrase { self.keyrings(setup, context) } else { self.named(setup, context) }
    }

    /// Returns the ways to a keyring that is about to be made; a new passphrase is asked for twice.
    pub(crate) fn to_make<'s>(&self, setup: &'s Setup, context: &Context) -> Result<Keyrings<'s>> {
        let keyrings = self.named(setup, context)?;
        if self.ask_passphrase { with_new_passphrase(keyrings) } else { Ok(keyrings) }
    }

    /// Returns the ways to it without opening it, and asks nothing.
    pub(crate) fn named<'s>(&self, setup: &'s Setup, context: &Context) -> Result<Keyrings<'s>> {
        let mut keyrings = setup.keyrings();
        if let Some(file) = &self.keyring {
            keyrings = keyrings.with_file(context.folder().join(file));
        }
        if let Some(at) = &self.keyring_key {
            keyrings = keyrings.with_key_at(reference("--keyring-key", at, setup)?);
        }
        if let Some(at) = &self.keyring_passphrase {
            keyrings = keyrings.with_passphrase_at(reference("--keyring-passphrase", at, setup)?);
        }
        Ok(keyrings)
    }

    /// Opens the keyring to work with it, and warns of keys that anybody can guess.
    pub(crate) fn open(&self, setup: &Setup, context: &Context) -> Result<Keyring> {
        let keyrings = self.keyrings(setup, context)?;
        let keyring = context.block_on(keyrings.open()).map_err(|error| unopened(&keyrings, error))?;
        context.warn(setup, &[]);
        warn(&keyring, context);
        Ok(keyring)
    }
}

/// Asks twice for the passphrase that shall cover the keyring.
pub(crate) fn with_new_passphrase(keyrings: Keyrings<'_>) -> Result<Keyrings<'_>> {
    let question = format!("new passphrase of {}", keyrings.path().display());
    let passphrase = asked(&question)?;
    if passphrase.len() < SHORTEST {
        return Err(Failure::usage(format!("a passphrase of fewer than {SHORTEST} bytes would be guessed")));
    }
    if !asked("the same again")?.ct_eq(&passphrase) {
        return Err(Failure::usage("the two passphrases differ, so nothing was written"));
    }
    Ok(keyrings.with_passphrase(&passphrase))
}

/// Returns the key that encrypts.
pub(crate) fn primary(keyring: &Keyring) -> std::result::Result<String, Error> {
    let primary = keyring.entries().find(|entry| entry.state() == State::Primary).ok_or(Error::NoKey)?;
    primary.defect().map_or_else(|| Ok(primary.id().to_string()), |defect| Err(Error::Key(defect)))
}

/// Says which keys anybody can guess.
pub(crate) fn warn(keyring: &Keyring, context: &Context) {
    for entry in keyring.entries().filter(|entry| entry.state() != State::Destroyed) {
        if let Some(defect) = entry.defect() {
            context.output.say(format!("warning: the key \"{}\" {defect}; it encrypts nothing", entry.id()));
        }
    }
}

/// Tells why there is no keyring, and what makes one.
pub(crate) fn unopened(keyrings: &Keyrings<'_>, error: SourceError) -> Failure {
    if error.kind() != ErrorKind::NotFound {
        return error.into();
    }
    match keyrings.place() {
        KeyringPlace::Variable => Failure::new(
            Exit::Findings,
            format!("there is no key: neither {} nor ENCRYPTION_KEY is there", keyrings.path().display()),
        )
        .with_hint(
            "if there was a keyring, put a copy of it back; reticent generate aes256-key --into \
             dotenv://.env#ENCRYPTION_KEY makes a key for a small deployment, reticent key generate begins a stored keyring",
        ),
        KeyringPlace::File(path) if !path.exists() => {
            Failure::new(Exit::Findings, format!("there is no keyring {}", path.display()))
                .with_hint("if there was one, put a copy of it back; reticent key generate begins one")
        }
        _ => error.into(),
    }
}

pub(crate) fn reference(option: &str, text: &str, setup: &Setup) -> Result<SecretRef> {
    match Target::parse(text, setup)? {
        Target::Reference(at) => Ok(at),
        Target::Name(_) => Err(Failure::usage(format!("{option}: it is not a reference (not shown)"))
            .with_hint(
                "say where the value lives, such as env://KEYRING_KEY or file:///run/secrets/keyring",
            )),
    }
}

/// Asks the person at the terminal, whatever standard input is.
fn asked(question: &str) -> Result<Secret> {
    let unasked = |error: std::io::Error| {
        Failure::usage(format!("the passphrase cannot be asked for: {error}"))
            .with_hint("without a terminal, --keyring-passphrase REF says where it is")
    };
    let terminal = File::options().read(true).write(true).open("/dev/tty").map_err(unasked)?;
    let mut passphrase = SecretBuffer::new();
    crate::prompt::ask(&mut passphrase, &terminal, question, PASSPHRASE_LIMIT).map_err(unasked)?;
    match passphrase.is_empty() {
        true => Err(Failure::usage("no passphrase was typed")),
        false => Ok(passphrase.into_secret()),
    }
}
