//! Variables for later steps, as a runner of GitHub Actions reads them from the file that `GITHUB_ENV` names.
//!
//! Each value stands between two lines of a delimiter that nobody can guess, so that no value ends itself and sets
//! another variable. The runner takes what is between them as it stands.

use reticent::core::SecretBuffer;
use ring::rand::{SecureRandom, SystemRandom};

use super::page::Unfit;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Makes the delimiter of each value.
pub(super) struct Delimiters(SystemRandom);

impl Delimiters {
    /// Draws once, so that a system without randomness is found out before anything is read.
    pub(super) fn random() -> Result<Self> {
        let delimiters = Self(SystemRandom::new());
        match delimiters.draw() {
            Some(_) => Ok(delimiters),
            None => Err(Failure::new(Exit::Unavailable, "the system gave no random bytes")),
        }
    }

    fn draw(&self) -> Option<String> {
        let mut bytes = [0_u8; 16];
        self.0.fill(&mut bytes).ok()?;
        Some(bytes.iter().fold("reticent_".to_owned(), |text, byte| format!("{text}{byte:02x}")))
    }

    /// Returns a delimiter that is no line of `value`.
    fn of(&self, value: &str) -> Option<String> {
        // One of 2^128: a second draw is for the sake of the promise.
        (0..8).filter_map(|_| self.draw()).find(|delimiter| !value.contains(delimiter.as_str()))
    }
}

/// Writes one variable without the last line's end.
pub(super) fn entry(
    name: &str,
    value: &str,
    delimiters: &Delimiters,
    out: &mut SecretBuffer,
) -> std::result::Result<(), Unfit> {
    check(name)?;
    if value.contains('\0') {
        return Err(Unfit::nul());
    }
    let delimiter = delimiters.of(value).ok_or(Unfit {
        problem: "no delimiter could be drawn for it",
        hint: "try again; the system gave no random bytes",
    })?;
    for piece in [name, "<<", &delimiter, "\n", value, "\n", &delimiter] {
        out.extend_from_slice(piece.as_bytes());
    }
    Ok(())
}

/// Refuses what a runner would read as something else, and what it refuses or sets itself.
fn check(name: &str) -> std::result::Result<(), Unfit> {
    let tears = |character: char| {
        character.is_whitespace() || character.is_control() || matches!(character, '=' | '<' | '\u{feff}')
    };
    let hint = "rename it, or name the others with --only";
    if name.is_empty() || name.contains(tears) {
        return Err(Unfit { problem: "no name that a line of GITHUB_ENV can have", hint });
    }
    let upper = name.to_ascii_uppercase();
    if upper == "NODE_OPTIONS" {
        return Err(Unfit {
            problem: "a variable that runners refuse, since it changes what actions run",
            hint,
        });
    }
    if upper.starts_with("GITHUB_") || upper.starts_with("RUNNER_") {
        return Err(Unfit { problem: "a variable that runners keep for themselves", hint });
    }
    Ok(())
}
