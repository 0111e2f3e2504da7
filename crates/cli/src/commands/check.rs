//! `check`: every declared secret and setting, in one report.

mod rights;
mod rotation;
mod row;

use reticent::config::Report;
use reticent::core::Visible;
use reticent::settings::{Places, Prepared};
use reticent::setup::Setup;
use serde_json::json;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use row::Row;

const EXAMPLES: &str = "\
Examples:
  reticent check                  all that reticent.toml declares
  reticent check -e production    by the rules of production
  reticent check --rotation       with ages, previous versions and leases
  reticent check --rights         what may be read, asked without reading
  reticent check --explain        with everything that was tried
  reticent check --json           for a script; it shows no value";

/// Checks every declared secret and setting: found where, valid or not, and what to do about it
///
/// All problems stand in one report, and what is merely unwise on stderr. Ends with 1 if something is missing or invalid,
/// else with 4 if something is denied, else with 3 if a place does not answer. The environment is that of -e, else the
/// setting ENVIRONMENT, else development.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {
    /// Also reads the previous version of each secret, and judges ages, leases and whether the last rotation changed
    /// anything
    #[arg(long)]
    rotation: bool,
    /// Asks the backends which rights are missing; without --rotation no value of a backend is read
    #[arg(long)]
    rights: bool,
}

/// What a check found: a row for each setting.
struct Checked {
    environment: String,
    rows: Vec<Row>,
}

pub(crate) fn run(args: &CheckArgs, context: &Context) -> Result<Exit> {
    let prepared = context.prepared()?;
    if prepared.schema().settings().is_empty() {
        context.output.say("reticent.toml declares no secrets and no settings; `reticent init` begins");
    }
    let checked = if args.rights && !args.rotation {
        context.block_on(rights::alone(&prepared))
    } else {
        values(args, &prepared, context)?
    };
    context.block_on(context.give_back(prepared.setup()));
    if args.rights && checked.rows.iter().all(|row| !row.has_rights()) {
        context.output.say("no declared secret lives where rights can be asked for");
    }
    let text = if context.is_json() { checked.as_json() } else { checked.as_text() };
    written(context.output.data(text.as_bytes()))?;
    Ok(checked.exit())
}

/// Reads and judges every value.
fn values(args: &CheckArgs, prepared: &Prepared, context: &Context) -> Result<Checked> {
    let report = context.block_on(prepared.loader().check(prepared.schema()));
    for (item, warning) in report.warnings() {
        context.output.say(format!("warning: {}", item.line(warning)));
        warning.remedy().iter().for_each(|remedy| context.output.say(format!("hint: {remedy}")));
    }
    let mut rows = Row::all(&report, context.global.explain);
    if args.rotation {
        context.block_on(rotation::add(&mut rows, &report, prepared))?;
    }
    if args.rights {
        context.block_on(rights::add(&mut rows, prepared));
    }
    Ok(Checked { environment: report.environment().to_owned(), rows })
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

impl Checked {
    fn exit(&self) -> Exit {
        Exit::of_several(self.rows.iter().map(Row::exit))
    }

    /// The document of the schema `reticent.check/1`.
    fn as_json(&self) -> String {
        let items: Vec<_> = self.rows.iter().map(Row::json).collect();
        let document = json!({
            "schema": "reticent.check/1", "environment": self.environment, "ok": self.exit() == Exit::Fine,
            "items": items,
        });
        format!("{document}\n")
    }

    /// One line a setting, its problems below it, and the counts at the end.
    fn as_text(&self) -> String {
        let shown: Vec<&Row> = self.rows.iter().filter(|row| row.is_shown()).collect();
        let width = shown.iter().map(|row| row.name().chars().count()).max().unwrap_or(0);
        let mut text: String = shown.iter().map(|row| row.as_text(width)).collect();
        let bad = shown.iter().filter(|row| row.exit() != Exit::Fine).count();
        text.push_str(&format!(
            "{} {} for {}: {} ok, {bad} with problems\n",
            shown.len(),
            if shown.len() == 1 { "item" } else { "items" },
            Visible(&self.environment),
            shown.len() - bad
        ));
        text
    }
}

impl Context {
    /// Opens the places that settings come from, by the options.
    pub(super) fn prepared(&self) -> Result<Prepared> {
        self.prepared_over(&Setup::of(self.config()?, None)?)
    }

    /// Does as [`prepared`](Self::prepared) over the sources of `setup`, so that a secret is read once.
    pub(super) fn prepared_over(&self, setup: &Setup) -> Result<Prepared> {
        let places = Places::usual().in_folder(self.folder()).with_setup(setup.clone());
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
