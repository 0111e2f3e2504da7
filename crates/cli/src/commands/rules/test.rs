//! `rules test`: a file of rules tried on a text.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use reticent::core::Visible;
use reticent::scan::{Event, Finding, Scan};

use crate::app::written;
use crate::commands::scan::{self, json, rules};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  echo 'token: acme_…' | reticent rules test acme.toml
  reticent rules test acme.toml samples.txt --reveal";

/// Tries a file of rules on a text and tells what is found where, also what is suppressed
///
/// The program's own rules look as well, so that it shows which of them answers. Ends with 1 if nothing is found.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TestArgs {
    /// The file of rules
    #[arg(value_name = "FILE")]
    rules: PathBuf,
    /// The text; without it, standard input
    #[arg(value_name = "TEXT")]
    text: Option<PathBuf>,
    /// Shows the values
    #[arg(long)]
    reveal: bool,
}

pub(super) fn run(args: &TestArgs, context: &Context) -> Result<Exit> {
    let mut scan = Scan::new(rules(Some(&args.rules), context)?).with_min_confidence(0.0).with_suppressed();
    if args.reveal {
        scan = scan.with_values();
    }
    let (name, text): (_, Box<dyn Read>) = match &args.text {
        None => ("-".to_owned(), Box::new(io::stdin().lock())),
        Some(path) => {
            let full = context.folder().join(path);
            let file = File::open(&full).map_err(|error| Failure::file("read", &full, &error))?;
            (path.to_string_lossy().into_owned(), Box::new(file))
        }
    };
    let (mut lines, mut found, mut unread) = (String::new(), 0_u64, None);
    scan.reader(&name, text, |event| {
        match event {
            Event::Finding(finding) => {
                found += u64::from(finding.suppressed().is_none());
                lines.push_str(&if context.is_json() { json(&finding) } else { human(&finding) });
            }
            Event::Skipped(skipped) => unread = Some(skipped.to_string()),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    written(context.output.data(lines.as_bytes()))?;
    match unread {
        Some(unread) => Err(Failure::new(Exit::Unavailable, unread)),
        None if found > 0 => Ok(Exit::Fine),
        None => {
            context.output.say("nothing was found");
            Ok(Exit::Findings)
        }
    }
}

/// The span in bytes is what an author of rules looks at.
fn human(finding: &Finding) -> String {
    let bytes = finding.bytes();
    let text = scan::human(finding);
    format!("bytes {}..{} of {}\n{text}", bytes.start, bytes.end, Visible(&finding.path().to_string_lossy()))
}
