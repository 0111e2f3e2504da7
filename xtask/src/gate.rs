//! What a check is, and the list of them all, in the order in which `lint` runs them.

use crate::{Error, Project};
use crate::{advisories, bans, clippy, features, fmt, generate, laws, layers, tidy, words};

/// What a check that ran has to say.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is wrong, one line each, with the remedy.
    pub violations: Vec<String>,
    /// What the reader should know even when nothing is wrong.
    pub notes: Vec<String>,
    /// Why nothing was checked after all; never silent, and shown in place of "ok".
    pub unchecked: Option<String>,
}

impl Outcome {
    pub(crate) fn of(violations: Vec<String>) -> Self {
        Self { violations, ..Self::default() }
    }
}

/// One check, callable alone or as a part of `lint`.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// The command's name.
    pub name: &'static str,
    /// One line that says what is refused.
    pub about: &'static str,
    /// Runs the check.
    pub run: fn(&Project) -> Result<Outcome, Error>,
}

/// The checks that `lint` runs, in this order.
pub const LINT: &[Gate] = &[
    Gate { name: "fmt", about: "each file is formatted as rustfmt would", run: fmt::check },
    Gate { name: "clippy", about: "no warning in any target of the workspace", run: clippy::check },
    Gate { name: "layers", about: "edges and confined crates as in layers.toml", run: layers::check },
    Gate { name: "bans", about: "no banned crate, unlisted duplicate or unlisted licence", run: bans::check },
    Gate { name: "tidy", about: "the rules of the house in tidy.toml", run: tidy::check },
    Gate {
        name: "features",
        about: "each feature compiles alone; trees stay in budget",
        run: features::check,
    },
    Gate { name: "generate", about: "the generated parts of the documents are fresh", run: generate::check },
    Gate { name: "typos", about: "no misspelt word", run: words::typos },
    Gate { name: "taplo", about: "each TOML file is formatted", run: words::taplo },
    Gate { name: "advisories", about: "no known hole in a dependency", run: advisories::check },
];

/// The check of what a test run left behind; `test` runs it.
pub const LAWS: Gate =
    Gate { name: "laws", about: "the last test run held each law that is pinned", run: laws::check };

/// Finds a check by its name.
#[must_use]
pub fn gate(name: &str) -> Option<Gate> {
    LINT.iter().copied().chain([LAWS]).find(|gate| gate.name == name)
}
