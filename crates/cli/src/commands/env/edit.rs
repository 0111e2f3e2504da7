//! `env set` and `env unset`: one key of a file, with all the rest as it was.

use std::path::{Path, PathBuf};

use reticent::core::{Field, SecretRef};
use reticent::setup::Setup;

use super::super::writing::put;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::input::ValueInput;

/// Sets one key of a .env file to a value from standard input or a file
///
/// Comments, order and spacing stay as they are. The file is replaced whole or not at all.
#[derive(clap::Args, Debug)]
pub(crate) struct SetArgs {
    /// The file; it is made, readable by its owner alone, if there is none
    file: PathBuf,
    /// The key
    key: String,
    #[command(flatten)]
    input: ValueInput,
    /// Says what would be written, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

/// Takes one key out of a .env file
#[derive(clap::Args, Debug)]
pub(crate) struct UnsetArgs {
    /// The file
    file: PathBuf,
    /// The key
    key: String,
    /// Says what would be taken out, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn set(args: &SetArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let at = place(context, &setup, &args.file, &args.key)?;
    setup.can_write(&at)?;
    let value = args.input.read(&format!("value of {}", args.key), context.output)?;
    put(context, &setup, &at, &value, args.dry_run)?;
    Ok(Exit::Fine)
}

pub(super) fn unset(args: &UnsetArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let at = place(context, &setup, &args.file, &args.key)?;
    if super::super::writing::present_at(context, &setup, &at)?.is_none() {
        return Err(Failure::new(Exit::Findings, format!("{at}: not found, so nothing was taken out")));
    }
    if args.dry_run {
        super::super::writing::may_write(&setup, &at)?;
        context.output.say(format!("would take out {at}"));
    } else {
        context.block_on(setup.delete(&at))?;
        context.output.say(format!("took out {at}"));
    }
    Ok(Exit::Fine)
}

/// The key's place as a reference; the file is named from the working directory, not from the configuration's folder.
fn place(context: &Context, setup: &Setup, file: &Path, key: &str) -> Result<SecretRef> {
    // A reference begins at the configuration's folder; where that is here, the name may stay as it was given.
    let path =
        if setup.config().base() == context.folder() { file.into() } else { context.folder().join(file) };
    let text = path.to_str().ok_or_else(|| Failure::usage("the file's name is not UTF-8"))?;
    if key.starts_with('/') {
        return Err(Failure::usage("a key does not begin with /"));
    }
    Ok(SecretRef::new("dotenv", text)?.at_field(Some(Field::parse(key)?)))
}
