//! The drawing of the layers, highest on top, from `layers.toml`.

use crate::layers::LayerRules;
use crate::{Error, Project};

pub(super) fn render(project: &Project) -> Result<String, Error> {
    let rules = LayerRules::load(project)?;
    let mut rows: Vec<(String, String, &str)> = Vec::new();
    for (level, layer) in rules.layers.iter().enumerate().rev() {
        rows.push((format!("{level} {}", layer.name), layer.crates.join("  "), &layer.about));
    }
    for group in &rules.groups {
        rows.push((format!("· {}", group.name), group.crates.join("  "), &group.about));
    }
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let names = widest(&mut rows.iter().map(|(name, ..)| name.chars().count()));
    let crates = widest(&mut rows.iter().map(|(_, listed, _)| listed.chars().count()));
    let lines: Vec<String> = rows
        .iter()
        .map(|(name, listed, about)| format!("{name:names$}   {listed:crates$}   {about}"))
        .collect();
    Ok(format!("```text\n{}\n```", lines.join("\n")))
}
