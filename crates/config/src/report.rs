//! What was found, setting by setting: no value is in it, whatever went wrong.

mod item;
mod json;

use std::fmt;

pub use item::{Item, Problem, Status};

/// Every setting of a program, and every problem at once.
///
/// `Display` is one line for each problem, without a remedy; [`Item::problems`] have theirs.
///
/// ```
/// use reticent_config::{Kind, Loader, MapLayer, Schema, Setting, Status};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let schema = Schema::new().with(Setting::new("PORT", Kind::PORT)).with(Setting::new("API_KEY", Kind::Secret));
/// let loader = Loader::new().with_layer(MapLayer::new("env").with("PORT", "hunter2"));
/// let report = loader.check(&schema).await;
/// assert_eq!(report.find("PORT").map(|item| item.status()), Some(Status::Invalid));
/// assert_eq!(
///     report.to_string(),
///     "PORT: expected a whole number 0–65535 (from env PORT; value withheld)\n\
///      API_KEY: not found; looked in env API_KEY",
/// );
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    environment: String,
    items: Vec<Item>,
}

impl Report {
    /// Makes a report without settings.
    #[must_use]
    pub fn new(environment: impl Into<String>) -> Self {
        Self { environment: environment.into(), items: Vec::new() }
    }

    /// Returns the environment whose policy was asked.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Returns the settings in the order of the schema; what is wrong with a source or a file comes before them.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Finds a setting by its name in any case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name().eq_ignore_ascii_case(name))
    }

    /// Tells whether nothing is wrong; warnings are not.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.items.iter().all(|item| item.status() == Status::Ok)
    }

    /// Returns the problems, each with the item that has it.
    pub fn problems(&self) -> impl Iterator<Item = (&Item, &Problem)> {
        self.items.iter().flat_map(|item| item.problems().iter().map(move |problem| (item, problem)))
    }

    /// Returns the warnings, each with the item that has it.
    pub fn warnings(&self) -> impl Iterator<Item = (&Item, &Problem)> {
        self.items.iter().flat_map(|item| item.warnings().iter().map(move |warning| (item, warning)))
    }

    /// Returns the exit code of the program: 0 fine, 1 missing or invalid, 4 denied, 3 unavailable, in this order.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let has = |status: Status| self.items.iter().any(|item| item.status() == status);
        if has(Status::Missing) || has(Status::Invalid) {
            1
        } else if has(Status::Denied) {
            4
        } else if has(Status::Unavailable) {
            3
        } else {
            0
        }
    }

    pub(crate) fn push(&mut self, item: Item) {
        self.items.push(item);
    }

    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.name() == name)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.problems().map(|(item, problem)| item.line(problem));
        match lines.next() {
            None => return write!(f, "{} settings, no problems", self.items.len()),
            Some(line) => f.write_str(&line)?,
        }
        lines.try_for_each(|line| write!(f, "\n{line}"))
    }
}

impl std::error::Error for Report {}
