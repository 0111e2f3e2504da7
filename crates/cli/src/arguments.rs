//! The command line: its options are documented where they are declared.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    check, completions, copy, decrypt, delete, diff, encrypt, env, example, export, generate, get, import,
    init, inspect, key, list, man, policy, redact, rewrap, rules, run, scan, schema, set, where_,
};

/// Loads secrets from wherever they live, runs programs with them, and says what was tried.
///
/// Every option can be given as a variable: --environment is RETICENT_ENVIRONMENT, and RETICENT_QUIET=1 is --quiet. The
/// command line wins over a variable, and an empty variable counts for nothing. Options that show a value, skip a
/// question or pick a version (--reveal, --peek, --no-redact, --yes, --overwrite, --version) are given on the command
/// line only.
#[derive(Debug, Parser)]
#[command(name = "reticent", version, disable_help_subcommand = true, max_term_width = 80, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to type first.
const EXAMPLES: &str = "\
Examples:
  reticent init                      begin a project
  reticent set DB_PASSWORD           ask for a value and keep it in .env
  reticent run -- ./server           start a program with its secrets
  reticent where DB_PASSWORD         say where a secret comes from, or what was tried

Exit codes: 0 fine; 1 secrets missing or invalid, or findings; 2 usage or
configuration; 3 a backend is unavailable; 4 denied. `run` ends as its program.";

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Reads this configuration instead of the nearest `reticent.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Uses the declarations of this environment
    #[arg(short, long, global = true, value_name = "ENV")]
    pub(crate) environment: Option<String>,
    /// Prints results in this form
    #[arg(short, long, global = true, value_parser = Format::every(), value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Short for --format json
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Colours help and messages; `auto` heeds NO_COLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    /// Says nothing but errors on stderr
    #[arg(short, long, global = true)]
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
    /// NAME=value lines of a .env file
    Dotenv,
    /// A mapping of names to quoted values
    Yaml,
    /// export NAME='value' lines for a shell
    Shell,
    /// NAME=value lines for docker run --env-file
    Docker,
    /// A Secret of Kubernetes
    K8s,
    /// Masks and variables for a runner of GitHub Actions
    Gha,
    /// JSON Schema, draft 2020-12
    JsonSchema,
    /// A table for people
    Markdown,
}

impl Format {
    /// What every command takes.
    pub(crate) const GENERAL: [Self; 2] = [Self::Human, Self::Json];
    /// What `export` takes.
    pub(crate) const OF_EXPORT: [Self; 7] =
        [Self::Dotenv, Self::Json, Self::Yaml, Self::Shell, Self::Docker, Self::K8s, Self::Gha];

    /// What `schema` takes.
    pub(crate) const OF_SCHEMA: [Self; 3] = [Self::JsonSchema, Self::Json, Self::Markdown];

    /// Reads one of `taken`. A command that takes others than every command declares its own `--format` with this:
    /// clap lets it stand for the global one, as both are called the same and hold the same type.
    pub(crate) fn among(taken: &[Self]) -> impl TypedValueParser<Value = Self> + use<> {
        parser(taken.iter().filter_map(Self::to_possible_value).collect())
    }

    /// Reads any, since the command may stand behind the option; help and hints name what every command takes.
    fn every() -> impl TypedValueParser<Value = Self> {
        let shown = |format: &Self| {
            let value = format.to_possible_value()?;
            Some(value.hide(!Self::GENERAL.contains(format)))
        };
        parser(Self::value_variants().iter().filter_map(shown).collect())
    }

    /// Lists names for a hint.
    pub(crate) fn names(formats: &[Self]) -> String {
        let values = formats.iter().filter_map(Self::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    }
}

fn parser(values: Vec<PossibleValue>) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(values)
        .map(|name| Format::from_str(&name, false).expect("the parser lets these names through alone"))
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
    Check(check::CheckArgs),
    Get(get::GetArgs),
    Set(set::SetArgs),
    List(list::ListArgs),
    Delete(delete::DeleteArgs),
    Where(where_::WhereArgs),
    Run(run::RunArgs),
    Copy(copy::CopyArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Diff(diff::DiffArgs),
    Redact(redact::RedactArgs),
    Scan(scan::ScanArgs),
    Rules(rules::RulesArgs),
    Example(example::ExampleArgs),
    Schema(schema::SchemaArgs),
    Policy(policy::PolicyArgs),
    Generate(generate::GenerateArgs),
    Encrypt(encrypt::EncryptArgs),
    Decrypt(decrypt::DecryptArgs),
    Inspect(inspect::InspectArgs),
    Rewrap(rewrap::RewrapArgs),
    Key(key::KeyArgs),
    Env(env::EnvArgs),
    Init(init::InitArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The options that no variable may set, since a forgotten variable would show or destroy something.
const COMMAND_LINE_ONLY: [&str; 8] =
    ["reveal", "peek", "no-redact", "yes", "overwrite", "force", "help", "version"];

/// Lets `RETICENT_<OPTION>` stand for each long option. A variable that is empty stands for nothing, since a script's
/// unset `$X` arrives as an empty one.
pub(crate) fn with_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|argument| {
            let argument = match argument.get_action() {
                ArgAction::SetTrue => argument.value_parser(flag),
                _ => argument,
            };
            match argument.get_long() {
                Some(long) if !COMMAND_LINE_ONLY.contains(&long) => {
                    let variable = variable(long);
                    let is_set = std::env::var_os(&variable).is_some_and(|value| !value.is_empty());
                    if is_set { argument.env(variable).hide_env(true) } else { argument }
                }
                _ => argument,
            }
        })
        .mut_subcommands(with_variables)
}

/// Returns the variable that stands for a long option.
pub(crate) fn variable(long: &str) -> String {
    format!("RETICENT_{}", long.to_ascii_uppercase().replace('-', "_"))
}

impl Global {
    /// Lets what was typed win over a variable that says the contrary.
    pub(crate) fn settle(&mut self, matches: &ArgMatches) {
        let typed = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        self.json &= typed("json") || !typed("format");
        if typed("json") && !typed("format") {
            self.format = Format::Json;
        }
        self.quiet &= typed("quiet") || !typed("verbose");
        self.verbose &= !self.quiet;
    }
}

/// Reads a variable that stands for an option without a value.
fn flag(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("write 1, true, yes or on; or 0, false, no or off"),
    }
}

/// Reads a count; the remedy repeats nothing.
pub(crate) fn count(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "write a whole number")
}
