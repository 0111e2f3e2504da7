//! Keys that were made elsewhere.

use std::path::PathBuf;

use reticent::core::Secret;
use reticent::crypto::{Key, KeyId};

use super::change::id;
use super::make::add;
use crate::commands::crypto::{Interrupt, KeyringArgs, Source, failed_in};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// The longest text that may hold one key, its blanks included.
const LONGEST: usize = 4 << 10;

const EXAMPLES: &str = "\
Examples:
  reticent get ENCRYPTION_KEY | reticent key import
  reticent key import python --fernet --in fernet.key";

/// Adds a key from standard input or a file: 32 bytes in base64url, as `generate` and Python make them
///
/// It is staged, and decrypts; in a new keyring it is the key that encrypts. One that anybody can guess is taken too, so
/// that what it encrypted can be read; it encrypts nothing.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ImportArgs {
    /// Calls the key so; without it as ENCRYPTION_KEY calls a key without a name
    #[arg(value_name = "ID", value_parser = id)]
    id: Option<KeyId>,
    /// Reads this file instead of standard input
    #[arg(long = "in", id = "in", value_name = "FILE")]
    input: Option<PathBuf>,
    /// Reads the key as Python does: `+` and `/` stand for `-` and `_`, and what is not of the alphabet for nothing
    #[arg(long)]
    fernet: bool,
    /// Says what would be imported, and imports nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(super) fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    let mut source = Source::open(args.input.as_deref(), context, &Interrupt::none())?;
    let text = source.read_whole("key", LONGEST)?;
    let key = key(&text, args.fernet).map_err(|error| failed_in(source.name(), &error))?;
    let usual = || format!("k{:08x}", u32::from_be_bytes(key.check_value())).parse();
    let id = args.id.clone().map_or_else(usual, Ok).map_err(|error| failed_in(source.name(), &error))?;
    if let Some(defect) = key.defect() {
        context.output.say(format!("warning: the key \"{id}\" {defect}; it encrypts nothing"));
    }
    add(Some(id), key, &args.keyring, args.dry_run, context)
}

fn key(text: &Secret, is_lenient: bool) -> std::result::Result<Key, reticent::crypto::Error> {
    if is_lenient {
        return Key::parse_as_python(text);
    }
    #[expect(clippy::disallowed_methods, reason = "into the key's bytes, which are wiped")]
    let bytes = text.expose_bytes().trim_ascii();
    Key::parse(&Secret::copy_of(bytes))
}
