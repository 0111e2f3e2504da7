//! `delete`: removes one secret.

use std::io::{self, BufRead as _, IsTerminal as _};

use reticent::core::{ErrorKind, SecretRef};

use super::writing::{may_write, place_to_write, present_at};
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Deletes one secret
///
/// Says what will be deleted, and asks first on a terminal.
#[derive(clap::Args, Debug)]
pub(crate) struct DeleteArgs {
    /// A name such as DB_PASSWORD, or a reference such as dotenv://.env#DB_PASSWORD
    #[arg(value_name = "NAME-or-REF")]
    target: String,
    /// Does not ask
    #[arg(short, long)]
    yes: bool,
    /// Says what would be deleted, and deletes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &DeleteArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let target = Target::parse(&args.target, &setup)?;
    let at = place_to_write(&target, &setup)?;
    setup.can_write(&at)?;
    if present_at(context, &setup, &at)?.is_none() {
        let absent =
            reticent::core::SourceError::new(ErrorKind::NotFound, at.scheme()).for_key(at.to_string());
        return Err(absent.into());
    }
    if args.dry_run {
        may_write(&setup, &at)?;
        context.output.say(format!("would delete {at}"));
        return Ok(Exit::Fine);
    }
    if !args.yes && !confirmed(&at, context)? {
        return Err(Failure::usage("nothing was deleted"));
    }
    context.block_on(setup.delete(&at))?;
    context.output.say(format!("deleted {at}"));
    Ok(Exit::Fine)
}

/// Asks on a terminal; a script has said what it wants.
fn confirmed(at: &SecretRef, context: &Context) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    context.output.error(format!("delete {at}? [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::usage(format!("cannot read the answer: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
