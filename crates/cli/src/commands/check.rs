//! `check`: every declared secret and setting, in one report.

use reticent::config::{Item, Report, Status};
use reticent::core::{Attempt, Visible};
use reticent::settings::{Places, Prepared};

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  reticent check                  all that reticent.toml declares
  reticent check -e production    by the rules of production
  reticent check --explain        with everything that was tried
  reticent check --json           for a script; it shows no value";

/// Checks every declared secret and setting: found where, valid or not, and what to do about it
///
/// All problems stand in one report, and what is merely unwise on stderr. Ends with 1 if something is missing or invalid,
/// else with 4 if something is denied, else with 3 if a place does not answer. The environment is that of -e, else the
/// setting ENVIRONMENT, else development.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {}

pub(crate) fn run(_: &CheckArgs, context: &Context) -> Result<Exit> {
    let prepared = context.prepared()?;
    let report = context.block_on(prepared.loader().check(prepared.schema()));
    if prepared.schema().settings().is_empty() {
        context.output.say("reticent.toml declares no secrets and no settings; `reticent init` begins");
    }
    for (item, warning) in report.warnings() {
        context.output.say(format!("warning: {}", item.line(warning)));
        warning.remedy().iter().for_each(|remedy| context.output.say(format!("hint: {remedy}")));
    }
    let text = if context.is_json() {
        format!("{}\n", report.to_json())
    } else {
        as_text(&report, context.global.explain)
    };
    written(context.output.data(text.as_bytes()))?;
    Ok(exit(&report))
}

/// Turns the report's own code into the program's.
pub(super) fn exit(report: &Report) -> Exit {
    match report.exit_code() {
        0 => Exit::Fine,
        3 => Exit::Unavailable,
        4 => Exit::Denied,
        _ => Exit::Findings,
    }
}

/// Makes one failure of all problems, for a command that needs the settings and shows no report.
pub(super) fn failure(report: &Report) -> Failure {
    let exit = exit(report);
    let each = report.problems().map(|(item, problem)| {
        let failure = Failure::new(exit, item.line(problem));
        match problem.remedy() {
            Some(remedy) => failure.with_hint(remedy),
            None => failure,
        }
    });
    Failure::all(each.collect())
}

/// One line a setting, its problems below it, and the counts at the end.
fn as_text(report: &Report, explain: bool) -> String {
    // A file whose mode is unwise is no setting; its warning is told elsewhere.
    let shown = |item: &&Item| item.kind() != "file" || item.status() != Status::Ok;
    let items: Vec<&Item> = report.items().iter().filter(shown).collect();
    let width = items.iter().map(|item| Visible(item.name()).to_string().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for item in &items {
        let name = Visible(item.name()).to_string();
        let line = format!("{name:width$}  {:11}  {}", word(item.status()), whereabouts(item));
        text.push_str(line.trim_end());
        text.push('\n');
        for problem in item.problems() {
            text.push_str(&format!("  {}\n", item.line(problem)));
            if let Some(remedy) = problem.remedy() {
                text.push_str(&format!("    hint: {remedy}\n"));
            }
        }
        if explain {
            item.tried().iter().for_each(|attempt| text.push_str(&tried(attempt)));
        }
    }
    let bad = items.iter().filter(|item| item.status() != Status::Ok).count();
    text.push_str(&format!(
        "{} {} for {}: {} ok, {bad} with problems\n",
        items.len(),
        if items.len() == 1 { "item" } else { "items" },
        Visible(report.environment()),
        items.len() - bad
    ));
    text
}

fn tried(attempt: &Attempt) -> String {
    format!("  tried {attempt}\n")
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Missing => "MISSING",
        Status::Invalid => "INVALID",
        Status::Denied => "DENIED",
        Status::Unavailable => "UNAVAILABLE",
    }
}

fn whereabouts(item: &Item) -> String {
    let version = item.version().map(|version| format!("version {}", Visible(version)));
    let age = item.age_days().map(|days| format!("{days} days old"));
    let place = item.place().map(|place| match item.reference() {
        // What reticent.toml or a value refers to is where it is.
        Some(reference) if place == "reticent.toml" => Visible(reference).to_string(),
        Some(reference) if !names_the_same(reference, place) => {
            format!("{} from {}", Visible(reference), Visible(place))
        }
        _ => Visible(place).to_string(),
    });
    let known: Vec<String> = [place, version, age].into_iter().flatten().collect();
    if known.is_empty() && item.status() == Status::Ok { "not set".to_owned() } else { known.join(", ") }
}

/// `env://PORT` is the place `env PORT`, and `dotenv://.env#PORT` is in `.env:7`.
fn names_the_same(reference: &str, place: &str) -> bool {
    let path = reference.split_once("://").map_or("", |(_, path)| path);
    let path = path.split('#').next().unwrap_or_default();
    let last = place.rsplit(' ').next().unwrap_or_default();
    last == path || last.rsplit_once(':').is_some_and(|(file, _)| file == path)
}

impl Context {
    /// Opens the places that settings come from, by the options.
    pub(super) fn prepared(&self) -> Result<Prepared> {
        let places = Places::usual().in_folder(self.folder()).with_config(self.config()?);
        let Some(environment) = &self.global.environment else { return Ok(places.prepare()?) };
        let prepared = places.with_environment(environment.as_str()).prepare()?;
        let policies = prepared.loader().policies();
        if policies.canonical(environment).is_none() {
            let known: Vec<String> =
                policies.names().into_iter().map(|name| Visible(name).to_string()).collect();
            return Err(Failure::usage(format!("no environment \"{}\"", Visible(environment))).with_hint(
                format!("known: {}; [policies.NAME] in reticent.toml declares another", known.join(", ")),
            ));
        }
        Ok(prepared)
    }
}
