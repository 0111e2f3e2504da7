//! Why settings could not be loaded: the whole report.

use std::fmt;

use crate::report::Report;

/// Settings are missing or invalid.
///
/// `Display` lists every problem with its rule and its remedy, and `Debug` is the same, since a program that returns
/// it from `main` prints that. No value is in it.
///
/// ```
/// use reticent_config::{Loader, MapLayer, Settings};
///
/// #[derive(Settings, Debug)]
/// struct App {
///     port: u16,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let error = Loader::new().with_layer(MapLayer::new("env").with("PORT", "x")).load::<App>().await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "1 problem with the settings of development\n  \
///      PORT: expected a whole number 0–65535 (from env PORT; value withheld) [type]\n    \
///      hint: set PORT to a whole number 0–65535",
/// );
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct SettingsError(Box<Report>);

impl SettingsError {
    /// Refuses settings for what `report` says.
    #[must_use]
    pub fn new(report: Report) -> Self {
        Self(Box::new(report))
    }

    /// Returns the report.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.0
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.problems().count();
        let problems = if count == 1 { "problem" } else { "problems" };
        write!(f, "{count} {problems} with the settings of {}", self.0.environment())?;
        for (item, problem) in self.0.problems() {
            write!(f, "\n  {} [{}]", item.line(problem), problem.rule())?;
            if let Some(remedy) = problem.remedy() {
                write!(f, "\n    hint: {remedy}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for SettingsError {}
