//! The settings as a page of Markdown.

use super::{necessity, shown_default};
use crate::schema::{Schema, Setting};

impl Schema {
    /// Returns a table of the settings in Markdown, one row each.
    ///
    /// ```
    /// use reticent_config::{Kind, Schema, Setting};
    ///
    /// let schema = Schema::new().with(Setting::new("PORT", Kind::PORT).with_default("80").with_about("Where it listens"));
    /// assert_eq!(
    ///     schema.markdown().lines().last(),
    ///     Some("| `PORT` | a whole number 0–65535 | optional | `80` | Where it listens |"),
    /// );
    /// ```
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text =
            "| name | form and rules | required | default | what it is for |\n|---|---|---|---|---|\n"
                .to_owned();
        for setting in self.settings().iter().filter(|setting| !setting.is_implied()) {
            text.push_str(&row(setting));
        }
        text
    }
}

fn row(setting: &Setting) -> String {
    let mut names = format!("`{}`", setting.name());
    for alias in setting.aliases() {
        names.push_str(&format!(", `{alias}`"));
    }
    let mut forms = vec![setting.kind().to_string()];
    forms.extend(setting.rules().iter().map(ToString::to_string));
    let default = match (setting.default(), shown_default(setting)) {
        (_, Some(default)) => format!("`{}`", default.replace('`', "'")),
        (Some(_), None) => "for development".to_owned(),
        (None, None) => String::new(),
    };
    let cells = [names, forms.join("; "), necessity(setting), default, setting.about().to_owned()];
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Keeps a cell in its row.
fn escaped(cell: &str) -> String {
    cell.replace('\\', "\\\\").replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}
