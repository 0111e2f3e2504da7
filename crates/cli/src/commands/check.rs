//! `check`: every declared secret and setting, in one report.

use reticent::config::{Item, Report, Status};
use reticent::core::{Attempt, Visible};
use reticent::settings::Places;

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
/// All problems stand in one report. The environment is that of -e, else the setting ENVIRONMENT, else development.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {}

pub(crate) fn run(_: &CheckArgs, context: &Context) -> Result<Exit> {
    let prepared = context.places()?.prepare()?;
    let report = context.block_on(prepared.loader().check(prepared.schema()));
    if prepared.schema().settings().is_empty() {
        context.output.say("reticent.toml declares no secrets and no settings; `reticent init` begins");
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

/// One line a setting, the problems and warnings below it, and the counts at the end.
fn as_text(report: &Report, explain: bool) -> String {
    let items = report.items();
    let width = items.iter().map(|item| Visible(item.name()).to_string().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for item in items {
        let name = Visible(item.name()).to_string();
        let line = format!("{name:width$}  {:11}  {}", word(item.status()), whereabouts(item));
        text.push_str(line.trim_end());
        text.push('\n');
        let warnings = item.warnings().iter().map(|warning| ("warning: ", warning));
        for (label, problem) in item.problems().iter().map(|problem| ("", problem)).chain(warnings) {
            text.push_str(&format!("  {label}{}\n", item.line(problem)));
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
        "{} settings for {}: {} ok, {bad} with problems\n",
        items.len(),
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
    let place = item.place().map(|place| Visible(place).to_string());
    [place, version, age].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl Context {
    /// Opens the places that settings come from, by the options.
    pub(super) fn places(&self) -> Result<Places> {
        let places = Places::usual().in_folder(self.folder()).with_config(self.config()?);
        Ok(match &self.global.environment {
            Some(environment) => places.with_environment(environment.as_str()),
            None => places,
        })
    }
}
