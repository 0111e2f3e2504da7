//! Whether messages are coloured.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;

use clap::{ColorChoice, ValueEnum as _};

use crate::arguments::{Colour, variable};

/// Finds `--color` before anything is parsed, since the message about a mistake is coloured too.
pub(crate) fn asked_for(
    arguments: impl IntoIterator<Item = OsString>,
    variables: impl Fn(&str) -> Option<OsString>,
) -> ColorChoice {
    let mut asked = variables(&variable("color"));
    let mut arguments = arguments.into_iter().skip(1).take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        match argument.to_str().and_then(|text| text.strip_prefix("--color")) {
            Some("") => asked = arguments.next(),
            Some(rest) => asked = rest.strip_prefix('=').map(OsString::from),
            None => {}
        }
    }
    // What is neither of the three is reported by the parser.
    match asked.as_deref().and_then(OsStr::to_str).and_then(|text| Colour::from_str(text, false).ok()) {
        Some(Colour::Always) => ColorChoice::Always,
        Some(Colour::Never) => ColorChoice::Never,
        Some(Colour::Auto) | None => ColorChoice::Auto,
    }
}

/// Tells whether talk on stderr is coloured.
pub(crate) fn on_stderr(choice: ColorChoice) -> bool {
    decide(choice, std::io::stderr().is_terminal(), |name| std::env::var_os(name))
}

/// `NO_COLOR` (no-color.org) forbids, `CLICOLOR_FORCE` (bixense.com/clicolors) demands, else a terminal decides.
fn decide(choice: ColorChoice, is_terminal: bool, variables: impl Fn(&str) -> Option<OsString>) -> bool {
    let is = |name: &str, value: &str| variables(name).is_some_and(|found| found == value);
    let is_set = |name: &str| variables(name).is_some_and(|found| !found.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR") => false,
        ColorChoice::Auto if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") => true,
        ColorChoice::Auto => is_terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_the_command_line_counts() {
        for (arguments, variable, want) in [
            ("get A", None, ColorChoice::Auto),
            ("get A", Some("never"), ColorChoice::Never),
            ("--color always get A", Some("never"), ColorChoice::Always),
            ("--color=never get A --color=always", None, ColorChoice::Always),
            ("run -- ls --color=always", None, ColorChoice::Auto),
            ("--color=hunter2", None, ColorChoice::Auto),
            ("--color", None, ColorChoice::Auto),
        ] {
            let words = std::iter::once("reticent").chain(arguments.split(' ')).map(OsString::from);
            assert_eq!(asked_for(words, |_| variable.map(OsString::from)), want, "{arguments}");
        }
    }

    #[test]
    fn variables_decide_where_nothing_was_asked() {
        for (choice, terminal, name, value, want) in [
            (ColorChoice::Auto, true, "", "", true),
            (ColorChoice::Auto, false, "", "", false),
            (ColorChoice::Auto, true, "NO_COLOR", "1", false),
            (ColorChoice::Auto, true, "NO_COLOR", "", true),
            (ColorChoice::Auto, false, "CLICOLOR_FORCE", "1", true),
            (ColorChoice::Auto, false, "CLICOLOR_FORCE", "0", false),
            (ColorChoice::Auto, true, "CLICOLOR", "0", false),
            (ColorChoice::Auto, true, "TERM", "dumb", false),
            (ColorChoice::Always, false, "NO_COLOR", "1", true),
            (ColorChoice::Never, true, "CLICOLOR_FORCE", "1", false),
        ] {
            let variables = |asked: &str| (asked == name).then(|| OsString::from(value));
            assert_eq!(decide(choice, terminal, variables), want, "{choice:?} {name}={value}");
        }
    }
}
