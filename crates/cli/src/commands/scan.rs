//! `scan`: leaked secrets in files, trees and streams.

mod line;
mod selected;
mod summary;

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use reticent::core::Visible;
use reticent::scan::detect::Severity;
use reticent::scan::{
    Coverage, Event, IgnoreRules, Progress as Counts, RootError, Scan, SkipReason, Skipped,
};

use crate::app::written;
use crate::commands::crypto::{Progress, Unit};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

pub(super) use line::{human, json};
pub(super) use selected::{rules, unknown};
use summary::Summary;

const EXAMPLES: &str = "\
Examples:
  reticent scan                          all files below the working directory
  reticent scan --json src | jq .path    one finding a line, for a script
  git diff | reticent scan --stdin       a text
  reticent scan --rule aws --not-rule aws.access-key-id

A line that is to be allowed bears the mark reticent:allow in a comment.
Exit codes: 0 no finding of this severity and confidence; 1 findings; 2 usage.";

/// Finds leaked secrets in files and says what was covered
///
/// Hidden files are read, and so is what is encoded in base64, hex, percent escapes, JSON escapes or UTF-16. What git
/// ignores is left out and counted. Links are not followed, and of .git only the configuration is read. Nothing is sent
/// anywhere, and no value is shown.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScanArgs {
    /// The files and folders; without any, the working directory
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Reads standard input
    #[arg(long, conflicts_with = "paths")]
    stdin: bool,
    /// Reads what git ignores as well
    #[arg(long)]
    no_ignore: bool,
    /// Tells findings from this confidence on, from 0 to 1
    #[arg(long, value_name = "N", value_parser = confidence, default_value = "0.5")]
    min_confidence: f32,
    /// Ends with 1 if there is a finding of this severity or a worse one
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), default_value = "low")]
    fail_on: String,
    /// Tells candidates that were suppressed, and why
    #[arg(long)]
    show_suppressed: bool,
    /// Tells what this rule finds, or the rules of this vendor, and no other; may be given again
    #[arg(long = "rule", value_name = "ID")]
    rule: Vec<String>,
    /// Does not tell what this rule finds, or the rules of this vendor; may be given again
    #[arg(long, value_name = "ID")]
    not_rule: Vec<String>,
    /// Adds the rules of this file
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Fails if anything could not be read, or if there was nothing to read
    #[arg(long)]
    strict: bool,
    /// Shows the values
    #[arg(long)]
    reveal: bool,
}

/// Reads a number from 0 to 1.
fn confidence(text: &str) -> std::result::Result<f32, &'static str> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or("write a number from 0 to 1")
}

fn severities() -> PossibleValuesParser {
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str))
}

pub(crate) fn run(args: &ScanArgs, context: &Context) -> Result<Exit> {
    let fail_on = Severity::parse(&args.fail_on).expect("the parser lets severities through alone");
    let mut report =
        Report { args, context, summary: Summary::default(), skipped: Vec::new(), broken: Ok(()) };
    let counts = Counts::default();
    let scan = scan(args, context)?.with_progress(counts.clone());
    let coverage = watched(&counts, context, || look(args, &scan, |event| report.tell(event)))?;
    let Report { summary, skipped, broken, .. } = report;
    if broken.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return Ok(summary.exit(fail_on));
    }
    written(broken)?;
    summary.say(coverage, args.no_ignore, context.output);
    if args.strict {
        strict(coverage, &skipped, summary.exit(fail_on))?;
    }
    Ok(summary.exit(fail_on))
}

fn scan(args: &ScanArgs, context: &Context) -> Result<Scan> {
    let rules = rules(args.rules.as_deref(), context)?;
    let selection = selected::selection(&args.rule, &args.not_rule, &rules)?;
    let ignore = if args.no_ignore { IgnoreRules::Disregarded } else { IgnoreRules::Honoured };
    let mut scan = Scan::new(rules)
        .with_min_confidence(args.min_confidence)
        .with_selection(selection)
        .with_ignore_rules(ignore);
    if args.show_suppressed {
        scan = scan.with_suppressed();
    }
    if args.reveal {
        scan = scan.with_values();
    }
    Ok(scan)
}

fn look(args: &ScanArgs, scan: &Scan, each: impl FnMut(Event) -> ControlFlow<()> + Send) -> Result<Coverage> {
    if args.stdin {
        return Ok(scan.reader("-", io::stdin().lock(), each));
    }
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    scan.paths(paths, each).map_err(|error| unreadable(&error))
}

/// A path that is not there is a mistake of the caller; a script must not take it for a finding.
fn unreadable(error: &RootError) -> Failure {
    match error.io_error().kind() {
        io::ErrorKind::NotFound => Failure::usage(format!(
            "cannot scan {}: it is not there",
            Visible(&error.path().to_string_lossy())
        )),
        _ => Failure::file("read", error.path(), error.io_error()),
    }
}

/// Shows how far the work has come until it is done.
fn watched<T>(counts: &Counts, context: &Context, work: impl FnOnce() -> T) -> T {
    let (done, is_done) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut progress = Progress::new("scanning", Unit::Bytes, context.output);
            while is_done.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
                progress.at(counts.bytes(), None);
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// What is shown while the scan runs, and what is kept for its end.
struct Report<'a> {
    args: &'a ScanArgs,
    context: &'a Context,
    summary: Summary,
    /// The exit code of each file that was skipped.
    skipped: Vec<Exit>,
    broken: io::Result<()>,
}

impl Report<'_> {
    fn tell(&mut self, event: Event) -> ControlFlow<()> {
        match event {
            Event::Finding(finding) => {
                let line = if self.context.is_json() { json(&finding) } else { human(&finding) };
                self.summary.count(&finding);
                self.broken = self.context.output.data(line.as_bytes());
                if self.broken.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
            Event::Skipped(skipped) => {
                self.context.output.say(format!("warning: {skipped}"));
                if self.args.strict {
                    self.skipped.push(exit_of(&skipped));
                }
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn exit_of(skipped: &Skipped) -> Exit {
    match skipped.reason() {
        SkipReason::Unreadable(error) if error.kind() == io::ErrorKind::PermissionDenied => Exit::Denied,
        _ => Exit::Unavailable,
    }
}

/// A scan that has not seen all is no clean one.
fn strict(coverage: Coverage, skipped: &[Exit], found: Exit) -> Result<()> {
    let what = match (coverage.skipped(), coverage.bytes()) {
        (0, 0) => return Err(Failure::new(Exit::Usage, "nothing was scanned")),
        (0, _) => return Ok(()),
        (1, _) => "one file or folder was not scanned whole".to_owned(),
        (count, _) => format!("{count} files or folders were not scanned whole"),
    };
    let exit = Exit::of_several(skipped.iter().copied().chain([found]));
    Err(Failure::new(exit, what))
}
