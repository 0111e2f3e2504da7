//! `where`: what was tried for a name, in order.

use reticent::core::{Attempt, ErrorKind, SecretRef, Visible};
use serde_json::{Value, json};

use crate::app::written;
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::Result;

const EXAMPLES: &str = "\
Examples:
  reticent where DB_PASSWORD              each place, in the order that it is tried
  reticent where --json DB_PASSWORD       the same for a script; it shows no value
  reticent where file:///run/secrets/db   one place";

/// Says where a secret comes from: every place that was tried, in order, and why it was passed over
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WhereArgs {
    /// A name such as DB_PASSWORD, or a reference
    #[arg(value_name = "NAME-or-REF")]
    target: String,
}

pub(crate) fn run(args: &WhereArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let target = Target::parse(&args.target, &setup)?;
    let provenance = context.block_on(async {
        match &target {
            Target::Name(name) => setup.resolver().explain_name(name).await,
            Target::Reference(at) => setup.resolver().explain_ref(at).await,
        }
    });
    context.block_on(context.give_back(&setup));
    let exit = match provenance.failure() {
        None => Exit::Fine,
        Some(error) => Exit::of_kind(error.kind()),
    };
    let text = if context.is_json() { as_json(&target, &provenance) } else { as_text(&target, &provenance) };
    written(context.output.data(text.as_bytes()))?;
    match provenance.failure() {
        // What kept it from being found may lie behind the places that were tried, in a reference that one of them holds.
        Some(error) if error.kind() != ErrorKind::NotFound => context.output.failure(&error.clone().into()),
        Some(error) => error.hint().into_iter().for_each(|hint| context.output.say(format!("hint: {hint}"))),
        None => {}
    }
    Ok(exit)
}

fn as_text(target: &Target, provenance: &reticent::resolve::Provenance) -> String {
    let mut rows: Vec<(String, String)> = provenance.tried().iter().map(row).collect();
    let leads =
        |place: &SecretRef| (Visible(&place.to_string()).to_string(), "refers to the next".to_owned());
    let at = before_the_end(provenance);
    rows.splice(at..at, provenance.followed().iter().map(leads));
    if let Some(found) = provenance.found() {
        let version = found.version().map_or(String::new(), |version| format!(", version {version}"));
        rows.push((found.place().to_string(), format!("found{version}")));
    }
    let width = rows.iter().map(|(place, _)| place.chars().count()).max().unwrap_or(0);
    let mut text = format!("{}\n", Visible(&target.to_string()));
    for (place, outcome) in rows {
        text.push_str(&format!("  {place:width$}  {outcome}\n"));
    }
    text
}

/// Where the places that were followed belong: before the place that they lead to.
fn before_the_end(provenance: &reticent::resolve::Provenance) -> usize {
    let tried = provenance.tried().len();
    if provenance.found().is_some() { tried } else { tried.saturating_sub(1) }
}

fn row(attempt: &Attempt) -> (String, String) {
    let note = attempt.note().map_or(String::new(), |note| format!(" ({})", Visible(note)));
    (Visible(attempt.place()).to_string(), format!("{}{note}", attempt.kind()))
}

fn as_json(target: &Target, provenance: &reticent::resolve::Provenance) -> String {
    let mut tried: Vec<Value> = provenance
        .tried()
        .iter()
        .map(|attempt| {
            json!({
                "ref": attempt.place(), "source": attempt.source(),
                "status": attempt.kind().as_str(), "note": attempt.note(),
            })
        })
        .collect();
    let leads = |place: &SecretRef| json!({ "ref": place.to_string(), "source": place.scheme(), "status": "followed", "note": null });
    let at = before_the_end(provenance);
    tried.splice(at..at, provenance.followed().iter().map(leads));
    let found = provenance.found();
    if let Some(found) = found {
        tried.push(json!({ "ref": found.place().to_string(), "source": found.source(), "status": "found", "note": null }));
    }
    let document = json!({
        "schema": "reticent.where/1", "name": target.to_string(), "found": found.is_some(),
        "ref": found.map(|found| found.place().to_string()),
        "version": found.and_then(|found| found.version().map(ToString::to_string)),
        "tried": tried, "message": provenance.failure().map(ToString::to_string),
    });
    format!("{document}\n")
}
