//! The tables of what can go wrong, from the files that the tests of each backend bring about row by row.

use serde::Deserialize;

use crate::{Error, Project, files};

/// Where a crate keeps its rows.
const FILE: &str = "tests/errors.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    row: Vec<Row>,
}

/// One situation, and what is said then.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    situation: String,
    shown_by: String,
    kind: String,
    transient: bool,
    hint: String,
    exit: u8,
}

pub(super) fn render(project: &Project) -> Result<String, Error> {
    let mut parts = Vec::new();
    for name in files::folders_in(project.root(), "crates")? {
        let file = format!("crates/{name}/{FILE}");
        if !project.root().join(&file).is_file() {
            continue;
        }
        let rows: Rows = project.read_toml(&file)?;
        if rows.row.is_empty() {
            return Err(Error::new(format!("{file} has no row")));
        }
        parts.push(table(&name, &rows.row));
    }
    if parts.is_empty() {
        return Ok("No crate has rows yet.".to_owned());
    }
    Ok(parts.join("\n\n"))
}

fn table(name: &str, rows: &[Row]) -> String {
    let mut lines = vec![
        format!("## {name}\n"),
        "| situation | kind | tried again | exit code | hint | shown by |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(rows.iter().map(|row| {
        format!(
            "| {} | `{}` | {} | {} | {} | {} |",
            cell(&row.situation),
            cell(&row.kind),
            if row.transient { "yes" } else { "no" },
            row.exit,
            cell(&row.hint),
            cell(&row.shown_by),
        )
    }));
    lines.join("\n")
}

/// A text in one cell: a bar would end it, and `<name>` would be taken for HTML, but for code, where it stands as it is.
fn cell(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(number, part)| {
        let is_code = number % 2 == 1;
        if is_code { part.to_owned() } else { part.replace('<', "&lt;") }
    });
    parts.collect::<Vec<_>>().join("`").replace('|', "\\|").replace('\n', " ")
}
