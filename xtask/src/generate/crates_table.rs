//! The table of the crates that a team can pick, lowest layer first, each with its manifest's description.

use crate::layers::LayerRules;
use crate::manifest::{self, Member};
use crate::{Error, Project};

pub(super) fn render(project: &Project) -> Result<String, Error> {
    let rules = LayerRules::load(project)?;
    let order: Vec<&String> = rules.placed().collect();
    let mut members: Vec<Member> = manifest::members(project)?
        .into_iter()
        .filter(|member| member.folder.starts_with("crates/"))
        .collect();
    members.sort_by_key(|member| order.iter().position(|name| **name == member.name));
    let mut lines = vec!["| crate | what it is |".to_owned(), "|---|---|".to_owned()];
    for member in &members {
        let description = member.package_text("description").ok_or_else(|| {
            Error::new(format!("{}/Cargo.toml has no description for the table of crates", member.folder))
        })?;
        lines.push(format!("| [`{}`]({}) | {description} |", member.name, member.folder));
    }
    Ok(lines.join("\n"))
}
