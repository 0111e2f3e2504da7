//! `set`: writes one secret.

use super::writing::{place_to_write, put};
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::Result;
use crate::input::ValueInput;

const EXAMPLES: &str = "\
Examples:
  reticent set DB_PASSWORD                   asks for it, unseen
  reticent generate token | reticent set API_KEY
  reticent set TLS_KEY --from-file key.pem   byte for byte
  reticent set file:///run/secrets/db < db   one place";

/// Writes one secret, whose value comes from standard input or a file
///
/// A name is written to the first of its places that can be written: `.env`, unless reticent.toml says otherwise.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SetArgs {
    /// A name such as DB_PASSWORD, or a reference such as dotenv://.env#DB_PASSWORD
    #[arg(value_name = "NAME-or-REF")]
    target: String,
    #[command(flatten)]
    input: ValueInput,
    /// Says what would be written, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &SetArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let target = Target::parse(&args.target, &setup)?;
    let at = place_to_write(&target, &setup)?;
    setup.can_write(&at)?;
    let value = args.input.read(&format!("value of {target}"), context.output)?;
    put(context, &setup, &at, &value, args.dry_run)?;
    Ok(Exit::Fine)
}
