//! `redact`: standard input to standard output, without the values that must not be shown.

mod flow;
mod input;
mod known;
mod output;

use std::borrow::Cow;
use std::path::PathBuf;

use clap::ValueEnum;
use reticent::core::{FingerprintKey, Secret, Visible};
use reticent::detect::Scanner;
use reticent::redact::{Mask, Redactor, Values};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use flow::Pauses;
use known::Named;
use output::Output;

const EXAMPLES: &str = "\
Examples:
  ./server 2>&1 | reticent redact                       values of reticent.toml and .env
  reticent redact --known-from .env < app.log           values of a file
  reticent redact --known-from <(sops -d s.env) < log   values that a program prints
  curl -s \"$URL\" | reticent redact --as json            escapes are read

Not masked: a value that is cut in half, reversed, spaced out, hashed or
compressed, or written in another alphabet such as base32.";

/// Copies standard input to standard output and masks known values and leaked secrets in it
///
/// Each value is masked in all its usual spellings: as it is, in base64, hex, percent escapes, JSON, shell quotes, HTML,
/// UTF-16 and more, also where it is wrapped, indented or coloured in the middle. What detection rules find is masked by
/// the rule's name, once its line has ended. Every other byte passes as it is and at once. A value of fewer than 6 bytes, or a common word, is not masked, and its name is told on stderr.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RedactArgs {
    /// Masks the values of this .env file or JSON object of names and values; may be given again. Without it: the
    /// secrets that `run` would hand over
    #[arg(long, value_name = "FILE")]
    known_from: Vec<PathBuf>,
    /// Masks what detection rules find as well; it is so unless --known-from says what is to be masked
    #[arg(long, overrides_with = "no_rules")]
    rules: bool,
    /// Looks for known values alone
    #[arg(long, overrides_with = "rules")]
    no_rules: bool,
    /// Masks what rules find from this confidence on, from 0 to 1
    #[arg(long, value_name = "N", value_parser = confidence, default_value_t = Scanner::DEFAULT_MIN_CONFIDENCE)]
    min_confidence: f32,
    /// Reads the input as this
    #[arg(long = "as", id = "as", value_enum, value_name = "FORM", default_value_t = Form::Text)]
    form: Form,
    /// Shows this in the place of a value
    #[arg(long, value_enum, value_name = "MASK", default_value_t = Shown::Name)]
    mask: Shown,
    /// Adds five hex digits, the same for the same value within this run
    #[arg(long)]
    mask_fingerprint: bool,
}

/// How the input is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Bytes
    Text,
    /// JSON or JSON Lines, also cut or broken
    Json,
    /// Server-sent events, also those of language models, which cut a text into many events
    Sse,
}

/// What stands in the place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shown {
    /// [REDACTED:NAME]
    Name,
    /// ***
    Fixed,
}

pub(crate) fn run(args: &RedactArgs, context: &Context) -> Result<Exit> {
    let mask = mask(args)?;
    let known = known::values(&args.known_from, context)?;
    let values: Values = known.iter().cloned().collect();
    let mut redactor = Redactor::new(&values).with_mask(mask);
    tell_refused(&redactor, &known, context);
    if args.rules || !args.no_rules && args.known_from.is_empty() {
        redactor = redactor.with_rules(Scanner::new().with_min_confidence(args.min_confidence));
    }
    let output = Output::open();
    let pauses = if output.is_terminal() { Pauses::Heeded } else { Pauses::Ignored };
    let (writer, pauses) = match args.form {
        Form::Text => (redactor.writer(output), pauses),
        // Programs read these, and wait for all of it.
        Form::Json => (redactor.json_writer(output), Pauses::Ignored),
        Form::Sse => (redactor.events_writer(output), Pauses::Ignored),
    };
    flow::through(writer, pauses)?;
    Ok(Exit::Fine)
}

fn confidence(text: &str) -> std::result::Result<f32, String> {
    let is_one = |number: &f32| (0.0..=1.0).contains(number);
    text.parse().ok().filter(is_one).ok_or_else(|| "a number from 0 to 1".to_owned())
}

fn mask(args: &RedactArgs) -> Result<Mask> {
    match (args.mask, args.mask_fingerprint) {
        (Shown::Fixed, true) => Err(Failure::usage("not together: --mask fixed, --mask-fingerprint")
            .with_hint("a fixed mask is the same for every value; leave one of them")),
        (Shown::Fixed, false) => Ok(Mask::fixed()),
        (Shown::Name, false) => Ok(Mask::name()),
        (Shown::Name, true) => {
            let key = FingerprintKey::random().map_err(|error| {
                Failure::new(Exit::Unavailable, format!("no key for fingerprints: {error}"))
            })?;
            Ok(Mask::name().with_fingerprint(key))
        }
    }
}

/// Names the values that are not masked, or not in full, one line each.
fn tell_refused(redactor: &Redactor, known: &[Named], context: &Context) {
    let mut told = String::new();
    for refusal in redactor.values().refused() {
        if told != refusal.name() {
            let mut own = known.iter().filter(|(name, _)| name == refusal.name());
            let part = if own.all(|(_, value)| is_masked(redactor, value)) { "a part of " } else { "" };
            let name = Visible(refusal.name());
            context.output.say(format!("warning: {part}\"{name}\" is not masked: it {}", refusal.reason()));
        }
        refusal.name().clone_into(&mut told);
    }
}

fn is_masked(redactor: &Redactor, value: &Secret) -> bool {
    #[expect(clippy::disallowed_methods, reason = "to the redactor, which tells whether it hides it")]
    let shown = redactor.redact(value.expose_bytes());
    matches!(shown, Cow::Owned(_))
}
