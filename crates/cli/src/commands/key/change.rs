//! Keys that move from one state to another.

use std::time::Duration;

use reticent::core::{ErrorKind, SourceError};
use reticent::crypto::{Error, KeyId, Keyring, State};
use reticent::setup::{Keyrings, StoredKeyring};

use super::replicas::{self, Gate};
use super::show::document;
use crate::app::written;
use crate::commands::crypto::{KeyringArgs, failed, unopened};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// One key, and what happens to it.
#[derive(clap::Args, Debug)]
pub(super) struct OneKey {
    /// The key's identifier, as `key list` shows it
    #[arg(value_name = "ID", value_parser = id)]
    id: KeyId,
    /// Says what would change, and changes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

/// Lets a staged or accepted key encrypt; the one before it goes on decrypting
///
/// Whatever reads the keyring must have the new key before something is encrypted with it. It is refused while a program
/// that reports what it has read does not have the key; of programs that do not report nothing is known.
#[derive(clap::Args, Debug)]
pub(super) struct PromoteArgs {
    #[command(flatten)]
    key: OneKey,
    /// Waits at most so long until every program that reports has the key
    #[arg(long, value_name = "SECONDS", value_parser = seconds, conflicts_with = "force")]
    wait: Option<Duration>,
    /// Promotes it whoever lacks it: what it encrypts does not open there
    #[arg(long)]
    force: bool,
}

/// Takes a key out of use, once nothing needs it any more; it can be accepted again
///
/// It is refused while a program that reports still encrypts with it.
#[derive(clap::Args, Debug)]
pub(super) struct RetireArgs {
    #[command(flatten)]
    key: OneKey,
    /// Retires it whoever still encrypts with it
    #[arg(long)]
    force: bool,
}

/// Lets a key do nothing for now; it can be accepted again
#[derive(clap::Args, Debug)]
pub(super) struct SuspendArgs {
    #[command(flatten)]
    key: OneKey,
}

/// Lets a suspended or retired key decrypt again
#[derive(clap::Args, Debug)]
pub(super) struct AcceptArgs {
    #[command(flatten)]
    key: OneKey,
}

/// Says that others may know a key: `rewrap` alone reads what it encrypted, and no way leads back
#[derive(clap::Args, Debug)]
pub(super) struct CompromiseArgs {
    #[command(flatten)]
    key: OneKey,
}

pub(super) fn promote(args: &PromoteArgs, context: &Context) -> Result<Exit> {
    let OneKey { id, dry_run, .. } = &args.key;
    let setup = context.setup()?;
    let keyrings = args.key.keyring.keyrings(&setup, context)?;
    if let Some(longest) = args.wait.filter(|_| !dry_run) {
        replicas::wait(id, &keyrings, longest, context)?;
    }
    let stored = to_change(&keyrings, context)?;
    // What is wrong with the key itself comes before who has it.
    stored.keyring().clone().promote(id).map_err(|error| unchanged(&error))?;
    let gate = Gate {
        id,
        change: "promoted",
        says: ["does not have it", "do not have it"],
        remedy: "they have to read the keyring again, and --wait SECONDS waits for them",
        force: args.force,
    };
    let entry = stored.keyring().entries().find(|entry| entry.id() == id);
    let is_reported = gate.pass(&keyrings, context, |report| entry.is_none_or(|entry| !report.has(entry)))?;
    let exit = change(stored, *dry_run, context, |keyring| keyring.promote(id))?;
    if !is_reported {
        context.output.say(format!(
            "every program that decrypts must have read the keyring since \"{id}\" was staged; none reports what it has read"
        ));
    }
    Ok(exit)
}

pub(super) fn retire(args: &RetireArgs, context: &Context) -> Result<Exit> {
    let OneKey { id, dry_run, .. } = &args.key;
    let setup = context.setup()?;
    let keyrings = args.key.keyring.keyrings(&setup, context)?;
    let stored = to_change(&keyrings, context)?;
    stored.keyring().clone().set_state(id, State::Retired).map_err(|error| unchanged(&error))?;
    still_encrypting(id, "retired", args.force)
        .pass(&keyrings, context, |report| report.primary() == Some(id))?;
    change(stored, *dry_run, context, |keyring| keyring.set_state(id, State::Retired))
}

/// What keeps a key from being taken away: a program that has not read that another one encrypts.
pub(super) fn still_encrypting<'g>(id: &'g KeyId, change: &'static str, force: bool) -> Gate<'g> {
    let says = ["still encrypts with it", "still encrypt with it"];
    Gate { id, change, says, remedy: "they have to read the keyring again", force }
}

pub(super) fn suspend(args: &SuspendArgs, context: &Context) -> Result<Exit> {
    args.key.become_(State::Suspended, context)
}

pub(super) fn accept(args: &AcceptArgs, context: &Context) -> Result<Exit> {
    args.key.become_(State::Accepted, context)
}

pub(super) fn compromise(args: &CompromiseArgs, context: &Context) -> Result<Exit> {
    let exit = args.key.become_(State::Compromised, context)?;
    context.output.say("next: reticent rewrap what it encrypted, and take whatever was in it for known");
    Ok(exit)
}

impl OneKey {
    fn become_(&self, state: State, context: &Context) -> Result<Exit> {
        let setup = context.setup()?;
        let keyrings = self.keyring.keyrings(&setup, context)?;
        let stored = to_change(&keyrings, context)?;
        change(stored, self.dry_run, context, |keyring| keyring.set_state(&self.id, state))
    }
}

/// Reads an identifier; the remedy repeats nothing, since a key may stand in its place.
pub(super) fn id(text: &str) -> std::result::Result<KeyId, &'static str> {
    text.parse().map_err(|_| "an identifier is 1 to 24 lower-case letters and digits, such as k2")
}

fn seconds(text: &str) -> std::result::Result<Duration, &'static str> {
    text.parse().map(Duration::from_secs).map_err(|_| "write a whole number of seconds")
}

/// Opens a stored keyring to change it.
pub(super) fn to_change(keyrings: &Keyrings<'_>, context: &Context) -> Result<StoredKeyring> {
    context.block_on(keyrings.open_to_change()).map_err(|error| unchangeable(keyrings, error))
}

fn unchangeable(keyrings: &Keyrings<'_>, error: SourceError) -> Failure {
    if error.kind() != ErrorKind::Unsupported {
        return unopened(keyrings, error);
    }
    Failure::usage(format!("there is no keyring {} to change", keyrings.path().display())).with_hint(
        "reticent key generate begins one; the keys of ENCRYPTION_KEY have no states: put a new one first, ID:KEY,ID:KEY",
    )
}

/// Changes a keyring and stores it, or says what would change.
pub(super) fn change(
    mut stored: StoredKeyring,
    dry_run: bool,
    context: &Context,
    changed: impl FnOnce(&mut Keyring) -> std::result::Result<(), Error>,
) -> Result<Exit> {
    let before = stored.keyring().clone();
    changed(stored.keyring_mut()).map_err(|error| unchanged(&error))?;
    let after = stored.keyring().clone();
    if !dry_run {
        stored.save()?;
    }
    tell(&before, &after, dry_run, context)?;
    Ok(Exit::Fine)
}

/// A failure about a key of the keyring; nothing was decrypted.
pub(super) fn unchanged(error: &Error) -> Failure {
    match error {
        Error::UnknownKey(id) => {
            Failure::new(Exit::Findings, format!("there is no key \"{id}\" in the keyring"))
                .with_hint("reticent key list shows the keys that are here")
        }
        _ => failed(error),
    }
}

/// Says which keys are in another state, or new.
pub(super) fn tell(before: &Keyring, after: &Keyring, dry_run: bool, context: &Context) -> Result<()> {
    for entry in after.entries() {
        let old = before.entries().find(|old| old.id() == entry.id()).map(|old| old.state());
        if old == Some(entry.state()) {
            continue;
        }
        if context.is_json() {
            written(context.output.line(document(entry, true)))?;
        }
        let is = if dry_run { "would be" } else { "is" };
        let was = old.map_or("new".to_owned(), |old| format!("was {old}"));
        context.output.say(format!("the key \"{}\" {is} {} ({was})", entry.id(), entry.state()));
    }
    Ok(())
}
