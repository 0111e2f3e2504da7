//! The other tools that read `.env` files.

use std::fmt;

/// A tool, in the version that `tests/data/dotenv_matrix.json` was measured with.
///
/// ```
/// use reticent_dotenv::Tool;
///
/// assert_eq!(Tool::DockerCompose.to_string(), "Docker Compose");
/// assert_eq!(Tool::ALL.len(), 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Tool {
    /// `dotenv` 18.0.10 of Node.
    Node,
    /// `dotenv-expand` 1000.0.0 behind it.
    NodeExpand,
    /// `python-dotenv` 1.2.4.
    Python,
    /// `dotenv` of Ruby at 34156bf.
    Ruby,
    /// `dotenvy` 0.15.7 of Rust.
    Dotenvy,
    /// `dotenv-ng` 1.0.0 of Rust.
    DotenvNg,
    /// `dotenv-ng` 1.0.0 with substitution.
    DotenvNgSubstituting,
    /// Docker Compose, by `compose-go` at e70e961.
    DockerCompose,
}

impl Tool {
    /// Every tool.
    pub const ALL: &'static [Self] = &[
        Self::Node,
        Self::NodeExpand,
        Self::Python,
        Self::Ruby,
        Self::Dotenvy,
        Self::DotenvNg,
        Self::DotenvNgSubstituting,
        Self::DockerCompose,
    ];

    /// Returns the name that people know it by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Node => "Node dotenv",
            Self::NodeExpand => "dotenv-expand",
            Self::Python => "python-dotenv",
            Self::Ruby => "Ruby dotenv",
            Self::Dotenvy => "dotenvy",
            Self::DotenvNg => "dotenv-ng",
            Self::DotenvNgSubstituting => "dotenv-ng with substitution",
            Self::DockerCompose => "Docker Compose",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
