//! The table of what each source is proved to do, from `conformance.toml`.
//!
//! From the pins and not from the last run's reports: the table is then the same on each machine, and the test
//! run itself fails when the pins are wrong.

use crate::laws::Pins;
use crate::{Error, Project};

pub(super) fn render(project: &Project) -> Result<String, Error> {
    let pins = Pins::load(project)?;
    let mut lines =
        vec!["| source | laws that hold | not applicable |".to_owned(), "|---|---|---|".to_owned()];
    let mut reasons = Vec::new();
    for (source, pin) in pins.iter() {
        let without = pin.not_applicable.len();
        lines.push(format!(
            "| `{source}` | {} of {} | {without} |",
            pin.laws.saturating_sub(without),
            pin.laws
        ));
        for (law, reason) in &pin.not_applicable {
            reasons.push(format!("- `{source}`, `{law}`: {reason}"));
        }
    }
    if lines.len() == 2 {
        return Ok("No source is pinned yet.".to_owned());
    }
    if !reasons.is_empty() {
        lines.push("\nNot applicable, and why:\n".to_owned());
    }
    lines.extend(reasons);
    Ok(lines.join("\n"))
}
