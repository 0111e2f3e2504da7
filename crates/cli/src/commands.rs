//! One file a command: its arguments, whose docs are the help, and what it does.

use std::process::ExitCode;

use crate::arguments::{Command, Format};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod copy;
mod crypto;
pub(crate) mod decrypt;
pub(crate) mod delete;
pub(crate) mod diff;
pub(crate) mod encrypt;
pub(crate) mod env;
pub(crate) mod example;
pub(crate) mod export;
pub(crate) mod generate;
pub(crate) mod get;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod policy;
pub(crate) mod redact;
pub(crate) mod rewrap;
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod scan;
pub(crate) mod schema;
pub(crate) mod set;
mod wanted;
pub(crate) mod where_;
mod writing;

/// Runs the command that was asked for.
pub(crate) fn run(command: Command, context: &Context) -> Result<ExitCode> {
    let is_general = Format::GENERAL.contains(&context.global.format);
    if !is_general && !matches!(command, Command::Export(_) | Command::Schema(_)) {
        return Err(Failure::usage("--format: it does not take this value (not shown)")
            .with_hint(format!("it takes one of {}", Format::names(&Format::GENERAL))));
    }
    match command {
        Command::Check(args) => check::run(&args, context),
        Command::Example(args) => example::run(&args, context),
        Command::Schema(args) => schema::run(&args, context),
        Command::Policy(args) => policy::run(&args, context),
        Command::Get(args) => get::run(&args, context),
        Command::Set(args) => set::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Delete(args) => delete::run(&args, context),
        Command::Where(args) => where_::run(&args, context),
        Command::Run(args) => return run::run(&args, context),
        Command::Copy(args) => copy::run(&args, context),
        Command::Export(args) => export::run(&args, context),
        Command::Import(args) => import::run(&args, context),
        Command::Diff(args) => diff::run(&args, context),
        Command::Redact(args) => redact::run(&args, context),
        Command::Scan(args) => scan::run(&args, context),
        Command::Rules(args) => rules::run(&args, context),
        Command::Generate(args) => generate::run(&args, context),
        Command::Encrypt(args) => encrypt::run(&args, context),
        Command::Decrypt(args) => decrypt::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
        Command::Rewrap(args) => rewrap::run(&args, context),
        Command::Key(args) => key::run(&args, context),
        Command::Env(args) => env::run(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
    .map(Exit::into)
}
