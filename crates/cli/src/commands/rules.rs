//! `rules`: what `scan` looks for.

mod check;
mod list;
mod new;
mod show;
mod test;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// Lists, shows, checks and tries detection rules
#[derive(clap::Args, Debug)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Check(check::CheckArgs),
    Test(test::TestArgs),
    New(new::NewArgs),
}

pub(crate) fn run(args: &RulesArgs, context: &Context) -> Result<Exit> {
    match &args.verb {
        Verb::List(args) => list::run(args, context),
        Verb::Show(args) => show::run(args, context),
        Verb::Check(args) => check::run(args, context),
        Verb::Test(args) => test::run(args, context),
        Verb::New(args) => new::run(args, context),
    }
}
