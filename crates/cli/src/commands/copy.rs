//! `copy`: secrets from one place to another, one or many.

mod plan;
mod work;

use reticent::core::Visible;
use reticent::setup::{Collection, Setup};

use crate::app::written;
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use plan::{Plan, Wanted};

const EXAMPLES: &str = "\
Examples:
  reticent copy DB_PASSWORD file:///run/secrets/db
  reticent copy DB_USER DB_PASSWORD vault://secret/prod/       several, each under its name
  reticent copy --dry-run aws-sm://prod/ vault://secret/prod/  a whole prefix: the plan alone
  reticent copy vault://secret/prod/ dotenv://.env.local";

/// Copies secrets to another place: one, several, or all under a prefix
///
/// What ends in / is a prefix, and so is a .env file without a key: each secret goes to the same name behind it. The plan
/// is shown first. Values are compared by fingerprints, and nothing is written if another value would be replaced,
/// unless --overwrite says so. A place that somebody changes meanwhile is left alone. If a write fails, the report says
/// of each secret what was done.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CopyArgs {
    /// Where they are: names, references, or a prefix
    #[arg(required = true, num_args = 1..)]
    from: Vec<String>,
    /// Where they shall be: a reference or a name whose places can be written; for several, a prefix
    #[arg(required = true)]
    to: String,
    /// Replaces other values that are there
    #[arg(long)]
    overwrite: bool,
    /// Says what would be done, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &CopyArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let wanted = wanted(args, context, &setup)?;
    if wanted.is_empty() {
        return Err(Failure::new(Exit::Findings, "there is no secret to copy, so nothing was written"));
    }
    let plan = Plan::make(context, &setup, wanted)?;
    plan.show(args.overwrite, context);
    let done = match plan.refusal(args.overwrite) {
        Some(refusal) => Err(refusal),
        None => plan.carry_out(args.dry_run, context, &setup),
    };
    context.block_on(context.give_back(&setup));
    if context.is_json() {
        written(context.output.data(plan.as_json(&done, args.overwrite, args.dry_run).as_bytes()))?;
    }
    let failures: Vec<Failure> = match done {
        Err(refusal) => return Err(refusal),
        Ok(outcomes) => outcomes.into_iter().filter_map(work::Outcome::failure).collect(),
    };
    if failures.is_empty() { Ok(Exit::Fine) } else { Err(Failure::all(failures)) }
}

/// Pairs each secret with the place that it goes to.
fn wanted(args: &CopyArgs, context: &Context, setup: &Setup) -> Result<Vec<Wanted>> {
    let into = Collection::recognise(&args.to, &setup.schemes());
    let Some(into) = into else {
        let [from] = &args.from[..] else {
            return Err(Failure::usage("several secrets cannot go to one place").with_hint(
                "name a prefix, such as vault://secret/prod/ or file://secrets/, or a .env file: dotenv://.env",
            ));
        };
        if let Some(from) = Collection::recognise(from, &setup.schemes()) {
            return Err(Failure::usage(format!("{from} is a prefix, and the other place is not"))
                .with_hint("end it with /, or name a .env file: dotenv://.env"));
        }
        let at = super::writing::place_to_write(&Target::parse(&args.to, setup)?, setup)?;
        return Ok(vec![Wanted::one(Target::parse(from, setup)?, at)]);
    };
    let mut wanted = Vec::new();
    for from in &args.from {
        match Collection::recognise(from, &setup.schemes()) {
            Some(from) => {
                let members = context.block_on(setup.members(&from))?;
                if members.is_empty() {
                    context.output.say(format!("warning: {from} holds no secret"));
                }
                for member in members {
                    let at = into.place_of(member.name())?;
                    wanted.push(Wanted::member(member.name(), member.place().clone(), at));
                }
            }
            None => {
                let target = Target::parse(from, setup)?;
                let name = name_of(&target)?;
                wanted.push(Wanted::member_of(&name, target, into.place_of(&name)?));
            }
        }
    }
    Ok(wanted)
}

/// Returns what a secret that is named by itself is called behind a prefix: its name, its field, or the end of its path.
fn name_of(target: &Target) -> Result<String> {
    let at = match target {
        Target::Name(name) => return Ok(name.to_string()),
        Target::Reference(at) => at,
    };
    let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let name = match at.field().and_then(|field| field.tokens().last()) {
        Some(field) => field.clone(),
        None => last(at.path()),
    };
    if at.scheme() == "sealed" || name.is_empty() {
        return Err(Failure::usage(format!("{} has no name", Visible(&at.to_string())))
            .with_hint("name the place that it goes to in full"));
    }
    Ok(name)
}
