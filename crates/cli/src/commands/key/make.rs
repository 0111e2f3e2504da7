//! New keys, and the keyring that the first of them begins.

use reticent::core::ErrorKind;
use reticent::crypto::{Entry, Error, Key, KeyId, Keyring};
use reticent::setup::{Keyrings, Setup};

use super::change::{change, id, tell, to_change};
use crate::commands::crypto::{KeyringArgs, failed};
use crate::commands::writing::may_write_into;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Makes a key: the first one of a new keyring, which encrypts at once, or one more that is staged
///
/// A new keyring is covered by the key that KEYRING_KEY or [keyring] of reticent.toml names, or by a passphrase: with
/// --ask-passphrase it is asked for twice.
#[derive(clap::Args, Debug)]
pub(super) struct GenerateArgs {
    /// Calls the key so; without it k1, k2 and so on
    #[arg(long, value_name = "ID", value_parser = id)]
    id: Option<KeyId>,
    /// Says what would be made, and makes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

/// Adds a new key to a keyring that is there: it decrypts, and will encrypt once it is promoted
#[derive(clap::Args, Debug)]
pub(super) struct StageArgs {
    /// Calls the key so; without it k1, k2 and so on
    #[arg(long, value_name = "ID", value_parser = id)]
    id: Option<KeyId>,
    /// Says what would be made, and makes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(super) fn generate(args: &GenerateArgs, context: &Context) -> Result<Exit> {
    let key = Key::generate().map_err(|error| failed(&error))?;
    add(args.id.clone(), key, &args.keyring, args.dry_run, context)
}

pub(super) fn stage(args: &StageArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let keyrings = args.keyring.keyrings(&setup, context)?;
    let key = Key::generate().map_err(|error| failed(&error))?;
    stage_in(&keyrings, args.id.clone(), key, args.dry_run, context)
}

/// Adds a key to the keyring, which it begins if there is none.
pub(super) fn add(
    id: Option<KeyId>,
    key: Key,
    keyring: &KeyringArgs,
    dry_run: bool,
    context: &Context,
) -> Result<Exit> {
    let setup = context.setup()?;
    if is_there(&setup, keyring, context)? {
        let keyrings = keyring.keyrings(&setup, context)?;
        return stage_in(&keyrings, id, key, dry_run, context);
    }
    let keyrings = keyring.to_make(&setup, context)?;
    let made = begun(id, key).map_err(|error| failed(&error))?;
    if dry_run {
        let path = keyrings.path();
        // The folder of what the program keeps is made with the first file in it.
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
        folder.map_or(Ok(()), may_write_into)?;
        context.output.say(format!("would make {}", path.display()));
    } else {
        context.block_on(keyrings.create(made.clone()))?;
        context.output.say(format!("wrote {}", keyrings.path().display()));
    }
    tell(&Keyring::new(), &made, dry_run, context)?;
    warn_of_variable(&setup, &made, context);
    Ok(Exit::Fine)
}

/// Tells whether something stands where the keyring would be; what cannot be looked at is there.
fn is_there(setup: &Setup, keyring: &KeyringArgs, context: &Context) -> Result<bool> {
    let path = keyring.named(setup, context)?.path();
    path.try_exists().map_err(|error| Failure::file("read", &path, &error))
}

/// A keyring of one key, which encrypts unless anybody can guess it.
fn begun(id: Option<KeyId>, key: Key) -> std::result::Result<Keyring, Error> {
    let id = id.map_or_else(|| "k1".parse(), Ok)?;
    let encrypts = key.defect().is_none();
    let mut keyring = Keyring::new();
    keyring.stage(id.clone(), key)?;
    if encrypts {
        keyring.promote(&id)?;
    }
    Ok(keyring)
}

fn stage_in(
    keyrings: &Keyrings<'_>,
    id: Option<KeyId>,
    key: Key,
    dry_run: bool,
    context: &Context,
) -> Result<Exit> {
    let stored = to_change(keyrings, context)?;
    let id = match id {
        Some(id) => id,
        None => next_id(stored.keyring()).map_err(|error| failed(&error))?,
    };
    change(stored, dry_run, context, |keyring| keyring.stage(id, key))
}

/// `k` and one more than the highest number that was given, destroyed keys included.
fn next_id(keyring: &Keyring) -> std::result::Result<KeyId, Error> {
    let number = |id: &KeyId| id.as_str().strip_prefix('k')?.parse::<u32>().ok();
    let highest = keyring.entries().filter_map(|entry| number(entry.id())).max().unwrap_or(0);
    format!("k{}", u64::from(highest) + 1).parse()
}

/// A keyring that is there is read in the place of the variable, so what the variable's keys encrypted would not open,
/// unless they were what the keyring began with.
fn warn_of_variable(setup: &Setup, made: &Keyring, context: &Context) {
    let is_in = |entry: &Entry| made.entries().any(|other| other.check_value() == entry.check_value());
    match context.block_on(setup.resolver().get("ENCRYPTION_KEY")) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Ok(list) if Keyring::parse(&list).is_ok_and(|keyring| keyring.entries().all(is_in)) => {}
        _ => context.output.say(
            "warning: ENCRYPTION_KEY is not read any more where this keyring is; import its keys if they encrypted \
             anything: reticent get ENCRYPTION_KEY | reticent key import",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_never_given_again() {
        let key = || Key::generate().expect("randomness");
        let mut keyring = Keyring::new();
        assert_eq!(next_id(&keyring).expect("an identifier").as_str(), "k1");
        for id in ["k9", "kx", "old", "k10", "k4294967295"] {
            keyring.stage(id.parse().expect("an identifier"), key()).expect("new");
        }
        assert_eq!(next_id(&keyring).expect("an identifier").as_str(), "k4294967296");
    }
}
