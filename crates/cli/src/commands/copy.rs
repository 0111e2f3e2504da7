//! `copy`: one secret from one place to another.

use super::writing::{place_to_write, present_at, put};
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Copies one secret to another place
///
/// The values are compared before anything is written. Another value is not overwritten unless --overwrite says so.
#[derive(clap::Args, Debug)]
pub(crate) struct CopyArgs {
    /// Where it is: a name or a reference
    from: String,
    /// Where it shall be: a reference, or a name whose places can be written
    to: String,
    /// Replaces another value that is there
    #[arg(long)]
    overwrite: bool,
    /// Says what would be done, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &CopyArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let from = Target::parse(&args.from, &setup)?;
    let to = place_to_write(&Target::parse(&args.to, &setup)?, &setup)?;
    setup.can_write(&to)?;
    let value = context.block_on(async {
        match &from {
            Target::Name(name) => setup.resolver().get_name(name).await,
            Target::Reference(at) => setup.resolver().get_ref(at).await,
        }
    })?;
    match present_at(context, &setup, &to)? {
        Some(there) if there.ct_eq(&value) => {
            context.output.say(format!("{to} has the same value already"));
            return Ok(Exit::Fine);
        }
        Some(_) if !args.overwrite => {
            return Err(Failure::new(Exit::Findings, format!("{to} has another value"))
                .with_hint("--overwrite replaces it"));
        }
        Some(_) => context.output.say(format!("replacing the value of {to}")),
        None => {}
    }
    put(context, &setup, &to, &value, args.dry_run)?;
    Ok(Exit::Fine)
}
