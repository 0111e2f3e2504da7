//! `key cover`: a stored keyring under another covering key or passphrase.

use super::change::to_change;
use crate::commands::crypto::{KeyringArgs, reference, with_new_passphrase};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Covers a stored keyring with another key or passphrase; its own keys stay as they are
///
/// Nothing has to be encrypted anew. What covered the keyring before opens this file no more, but it opens the copies
/// that somebody kept: if others may know it, replace the keys as well.
#[derive(clap::Args, Debug)]
pub(super) struct CoverArgs {
    /// Covers it with the key at this reference
    #[arg(long, value_name = "REF", required_unless_present_any = ["with_passphrase", "ask_new_passphrase"],
        conflicts_with_all = ["with_passphrase", "ask_new_passphrase"])]
    with_key: Option<String>,
    /// Covers it with the passphrase at this reference
    #[arg(long, value_name = "REF", conflicts_with = "ask_new_passphrase")]
    with_passphrase: Option<String>,
    /// Covers it with a passphrase that is asked for at the terminal, twice
    #[arg(long)]
    ask_new_passphrase: bool,
    /// Opens the keyring and what shall cover it, and changes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(super) fn run(args: &CoverArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let keyrings = args.keyring.keyrings(&setup, context)?;
    let mut stored = to_change(&keyrings, context)?;
    let at =
        |option, text: &Option<String>| text.as_ref().map(|text| reference(option, text, &setup)).transpose();
    let (key, passphrase) =
        (at("--with-key", &args.with_key)?, at("--with-passphrase", &args.with_passphrase)?);
    let settled = match (&key, &passphrase) {
        (Some(key), _) => Some(format!("key = \"{key}\"")),
        (None, passphrase) => passphrase.as_ref().map(|at| format!("passphrase = \"{at}\"")),
    };
    let other = setup.keyrings().with_file(stored.path());
    let other = match (key, passphrase) {
        (Some(key), _) => other.with_key_at(key),
        (None, Some(passphrase)) => other.with_passphrase_at(passphrase),
        (None, None) => with_new_passphrase(other)?,
    };
    context.block_on(stored.cover_anew(&other)).map_err(Failure::from)?;
    let path = stored.path().display().to_string();
    if args.dry_run {
        context.output.say(format!("would cover {path} anew"));
        return Ok(Exit::Fine);
    }
    stored.save()?;
    context.output.say(format!("covered {path} anew; what covered it before opens it no more"));
    if let Some(line) = settled {
        context.output.say(format!("next: in [keyring] of reticent.toml, {line}"));
    }
    Ok(Exit::Fine)
}
