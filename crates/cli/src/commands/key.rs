//! `key`: the keys of a keyring, and what each of them may do.

mod change;
mod cover;
mod destroy;
mod import;
mod make;
mod replicas;
mod show;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

const EXAMPLES: &str = "\
Examples:
  reticent key generate          a keyring with its first key, or one more key
  reticent key promote k2        k2 encrypts from now on
  reticent rewrap data/          everything under k2
  reticent key retire k1
  reticent key destroy k1 --proof data/";

/// Makes keys and moves them through their states: staged, primary, accepted, retired, destroyed
///
/// A staged key decrypts and will encrypt once it is promoted; the primary one encrypts; an accepted one decrypts what
/// it encrypted before. A suspended or retired key does nothing and can be accepted again; a compromised one is read by
/// `rewrap` alone; a destroyed one is gone, and its name is never given again.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Generate(make::GenerateArgs),
    List(show::ListArgs),
    Status(show::StatusArgs),
    Stage(make::StageArgs),
    Promote(change::PromoteArgs),
    Retire(change::RetireArgs),
    Suspend(change::SuspendArgs),
    Accept(change::AcceptArgs),
    Compromise(change::CompromiseArgs),
    Destroy(destroy::DestroyArgs),
    Import(import::ImportArgs),
    Cover(cover::CoverArgs),
    Forget(replicas::ForgetArgs),
}

pub(crate) fn run(args: &KeyArgs, context: &Context) -> Result<Exit> {
    match &args.verb {
        Verb::Generate(args) => make::generate(args, context),
        Verb::List(args) => show::list(args, context),
        Verb::Status(args) => show::status(args, context),
        Verb::Stage(args) => make::stage(args, context),
        Verb::Promote(args) => change::promote(args, context),
        Verb::Retire(args) => change::retire(args, context),
        Verb::Suspend(args) => change::suspend(args, context),
        Verb::Accept(args) => change::accept(args, context),
        Verb::Compromise(args) => change::compromise(args, context),
        Verb::Destroy(args) => destroy::run(args, context),
        Verb::Import(args) => import::run(args, context),
        Verb::Cover(args) => cover::run(args, context),
        Verb::Forget(args) => replicas::forget(args, context),
    }
}
