//! The command line: its options are documented where they are declared.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    completions, copy, delete, env, generate, get, import, init, list, man, run, set, where_,
};

/// Loads secrets from wherever they live, runs programs with them, and says what was tried.
///
/// Every option can be given as a variable: --environment is RETICENT_ENVIRONMENT. Options that show a value or skip a
/// question (--reveal, --peek, --yes, --overwrite) are given on the command line only.
#[derive(Debug, Parser)]
#[command(name = "reticent", version, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Reads this configuration instead of the nearest `reticent.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Uses the declarations of this environment
    #[arg(short, long, global = true, value_name = "ENV")]
    pub(crate) environment: Option<String>,
    /// Prints results in this form
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Short for --format json
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Colours help and messages
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    /// Says nothing but errors on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Says more on stderr
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Says on stderr where each setting came from
    #[arg(long, global = true)]
    pub(crate) explain: bool,
}

/// The form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One document, or one object a line where results stream
    Json,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(get::GetArgs),
    Set(set::SetArgs),
    List(list::ListArgs),
    Delete(delete::DeleteArgs),
    Where(where_::WhereArgs),
    Run(run::RunArgs),
    Copy(copy::CopyArgs),
    Import(import::ImportArgs),
    Generate(generate::GenerateArgs),
    Env(env::EnvArgs),
    Init(init::InitArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The options that no variable may set, since a forgotten variable would show or destroy something.
const COMMAND_LINE_ONLY: [&str; 6] = ["reveal", "peek", "yes", "overwrite", "help", "version"];

/// Lets `RETICENT_<OPTION>` stand for each long option.
pub(crate) fn with_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|argument| match argument.get_long() {
            Some(long) if !COMMAND_LINE_ONLY.contains(&long) => {
                let variable = format!("RETICENT_{}", long.to_ascii_uppercase().replace('-', "_"));
                argument.env(variable).hide_env(true)
            }
            _ => argument,
        })
        .mut_subcommands(with_variables)
}
