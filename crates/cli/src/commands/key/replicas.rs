//! What programs report of a keyring: who holds a change up, and who is gone.

use std::time::{Duration, Instant};

use reticent::core::SourceError;
use reticent::crypto::{Entry, KeyId, ReplicaId, Replicas as _, Report};
use reticent::setup::{KeyringPlace, Keyrings};

use crate::commands::crypto::{KeyringArgs, ago, now, unopened};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// How often it is looked whether a report has come.
const LOOK: Duration = Duration::from_millis(200);

/// Takes off programs that reported and run no more, so that nobody waits for them
///
/// A program that still runs reports again.
#[derive(clap::Args, Debug)]
pub(super) struct ForgetArgs {
    /// What the program is called, as `key status` shows it
    #[arg(value_name = "NAME", required = true, value_parser = name)]
    names: Vec<ReplicaId>,
    /// Says who would be taken off, and takes off nobody
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

fn name(text: &str) -> std::result::Result<ReplicaId, &'static str> {
    text.parse().map_err(|_| "a program is called by letters, digits, \"-\", \"_\" and \".\"")
}

pub(super) fn forget(args: &ForgetArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let keyrings = args.keyring.named(&setup, context)?;
    let replicas = keyrings.replicas();
    for name in &args.names {
        if args.dry_run {
            context.output.say(format!("would forget {name}"));
            continue;
        }
        context.block_on(replicas.forget(name))?;
        context.output.say(format!("forgot {name}; it is waited for again once it reports"));
    }
    Ok(Exit::Fine)
}

/// Returns what is reported; nothing is of the keys of a variable.
pub(super) fn reports(
    keyrings: &Keyrings<'_>,
    context: &Context,
) -> std::result::Result<Vec<Report>, SourceError> {
    match keyrings.place() {
        KeyringPlace::File(_) => context.block_on(keyrings.replicas().reports()),
        _ => Ok(Vec::new()),
    }
}

/// What a change needs of every program that reports.
pub(super) struct Gate<'g> {
    pub(super) id: &'g KeyId,
    /// What the key does not become: promoted, retired, destroyed.
    pub(super) change: &'static str,
    /// What is said of a program that holds it up, and of several.
    pub(super) says: [&'static str; 2],
    pub(super) remedy: &'static str,
    pub(super) force: bool,
}

impl Gate<'_> {
    /// Refuses the change while `holds_up` is true of a report, and says of which; tells whether anybody reports.
    pub(super) fn pass(
        &self,
        keyrings: &Keyrings<'_>,
        context: &Context,
        holds_up: impl Fn(&Report) -> bool,
    ) -> Result<bool> {
        let warning = if self.force { "warning: " } else { "" };
        let reports = match reports(keyrings, context) {
            Err(error) if self.force => {
                context.output.say(format!("{warning}{error}"));
                return Ok(true);
            }
            reports => reports?,
        };
        let held: Vec<&Report> = reports.iter().filter(|report| holds_up(report)).collect();
        let [one, several] = self.says;
        for report in &held {
            context.output.say(format!("{warning}{} {one}: {}", report.replica(), last(report)));
        }
        if held.is_empty() || self.force {
            return Ok(!reports.is_empty());
        }
        let says = if held.len() == 1 { one } else { several };
        let counted = format!("{} of {} that report {says}", held.len(), reports.len());
        let Self { id, change, remedy, .. } = self;
        Err(Failure::new(Exit::Findings, format!("the key \"{id}\" is not {change}: {counted}")).with_hint(
            format!("{remedy}; reticent key forget NAME takes one off that is gone, and --force asks none"),
        ))
    }
}

/// What was read, and when that was said.
pub(super) fn last(report: &Report) -> String {
    format!("generation {}, {}", report.generation(), ago(report.at(), now()))
}

/// Waits until every program that reports has the key, or the time is over; the keyring is not held meanwhile.
pub(super) fn wait(id: &KeyId, keyrings: &Keyrings<'_>, longest: Duration, context: &Context) -> Result<()> {
    let keyring = context.block_on(keyrings.open()).map_err(|error| unopened(keyrings, error))?;
    // What is wrong with the key itself is told by who changes it.
    let Some(entry) = keyring.entries().find(|entry| entry.id() == id) else { return Ok(()) };
    let until = Instant::now().checked_add(longest);
    let mut told = Vec::new();
    loop {
        let lacking = lacking(entry, &reports(keyrings, context)?);
        if lacking.is_empty() || until.is_some_and(|until| Instant::now() >= until) {
            return Ok(());
        }
        if told != lacking {
            let names = lacking.iter().map(ReplicaId::as_str).collect::<Vec<_>>().join(", ");
            context.output.say(format!("waiting for {names}"));
            told = lacking;
        }
        std::thread::sleep(LOOK);
    }
}

fn lacking(entry: &Entry, reports: &[Report]) -> Vec<ReplicaId> {
    reports.iter().filter(|report| !report.has(entry)).map(|report| report.replica().clone()).collect()
}
