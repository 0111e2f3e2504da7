//! Mistakes on the command line: what is wrong and what to write instead, and never the text that was given, which may
//! be a value in the wrong place.
//!
//! The decision: clap's own messages repeat the argument, or the variable that stood for it. Only its findings are
//! used, and the words are ours.

use std::error::Error as _;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::arguments::variable;
use crate::failure::Failure;

/// Puts clap's finding into our words.
pub(crate) fn failure(error: &clap::Error) -> Failure {
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(error),
        ErrorKind::UnknownArgument => unknown_argument(error),
        ErrorKind::InvalidSubcommand => match first(error, ContextKind::SuggestedSubcommand) {
            Some(meant) => {
                Failure::usage("no such command").with_hint(format!("did you mean `reticent {meant}`?"))
            }
            None => Failure::usage("no such command").with_hint("see `reticent --help`"),
        },
        ErrorKind::MissingRequiredArgument => with_usage(
            Failure::usage(format!("missing: {}", all(error, ContextKind::InvalidArg).join(" "))),
            error,
        ),
        ErrorKind::ArgumentConflict => {
            let mut both = all(error, ContextKind::InvalidArg);
            both.extend(all(error, ContextKind::PriorArg));
            with_usage(Failure::usage(format!("not together: {}", both.join(", "))), error)
        }
        ErrorKind::InvalidUtf8 => {
            with_usage(Failure::usage("an argument, or the RETICENT_ variable for one, is not UTF-8"), error)
        }
        other => with_usage(Failure::usage(other.to_string()), error),
    }
}

fn invalid_value(error: &clap::Error) -> Failure {
    let argument = first(error, ContextKind::InvalidArg).unwrap_or_default();
    let name = argument.split([' ', '=']).next().unwrap_or_default();
    let from = match name.strip_prefix("--").map(variable) {
        Some(variable) if !is_given(name) => format!(" (from {variable})"),
        _ => String::new(),
    };
    let is_empty = all(error, ContextKind::InvalidValue).iter().all(String::is_empty);
    let problem = if is_empty { "it has no value" } else { "it does not take this value (not shown)" };
    let failure = Failure::usage(format!("{name}{from}: {problem}"));
    let known = all(error, ContextKind::ValidValue);
    match (first(error, ContextKind::SuggestedValue), error.source()) {
        (Some(meant), _) => {
            failure.with_hint(format!("did you mean {meant}? It takes one of {}", known.join(", ")))
        }
        // Our own parsers say what they take; the texts of the standard library's would not help.
        (None, Some(remedy)) if known.is_empty() => failure.with_hint(remedy.to_string()),
        (None, _) if known.is_empty() => with_usage(failure, error),
        (None, _) => failure.with_hint(format!("it takes one of {}", known.join(", "))),
    }
}

fn unknown_argument(error: &clap::Error) -> Failure {
    let argument = first(error, ContextKind::InvalidArg).unwrap_or_default();
    let letters = argument.trim_start_matches('-');
    let is_name = letters.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if argument.starts_with("--") && is_name || argument.len() == 2 && argument.starts_with('-') {
        let failure = Failure::usage(format!("no such option: {argument}"));
        return match first(error, ContextKind::SuggestedArg) {
            Some(meant) => failure.with_hint(format!("did you mean {meant}?")),
            None => with_usage(failure, error),
        };
    }
    let failure = Failure::usage("one argument too many (not shown, since it may be a value)");
    if usage(error).is_some_and(|usage| usage.starts_with("reticent run ")) {
        return failure.with_hint("put -- before the program: reticent run -- CMD");
    }
    failure.with_hint("values come from standard input or a file, never from the command line; see --help")
}

fn with_usage(failure: Failure, error: &clap::Error) -> Failure {
    match usage(error) {
        Some(usage) => failure.with_hint(format!("write {usage}")),
        None => failure.with_hint("see --help"),
    }
}

/// Returns how the command is written.
fn usage(error: &clap::Error) -> Option<String> {
    let text = first(error, ContextKind::Usage)?;
    let text = text.trim().strip_prefix("Usage:").unwrap_or(&text).trim();
    text.lines().next().map(str::to_owned)
}

/// Tells whether an option stands on the command line, so that its value did not come from a variable.
fn is_given(long: &str) -> bool {
    let short = long.as_bytes().get(2).map(|letter| [b'-', *letter]);
    let is = |given: &OsStr| {
        let given = given.as_bytes();
        given.starts_with(long.as_bytes()) || short.is_some_and(|short| given.starts_with(&short))
    };
    std::env::args_os().skip(1).take_while(|given| given != "--").any(|given| is(&given))
}

fn first(error: &clap::Error, kind: ContextKind) -> Option<String> {
    all(error, kind).into_iter().next()
}

fn all(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
