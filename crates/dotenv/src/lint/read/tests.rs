//! Every reader against what its tool made of the 84 inputs.

use serde_json::Value as Json;

use super::{Reading, Value, Variables, as_tool};
use crate::lint::Tool;

/// The matrix's names of the tools.
const COLUMNS: [(&str, Tool); 8] = [
    ("node", Tool::Node),
    ("nodeexp", Tool::NodeExpand),
    ("py", Tool::Python),
    ("ruby", Tool::Ruby),
    ("dotenvy", Tool::Dotenvy),
    ("ng", Tool::DotenvNg),
    ("ng-subst", Tool::DotenvNgSubstituting),
    ("compose", Tool::DockerCompose),
];

/// Cells that are not reproduced to the letter.
const NOT_REPRODUCED: [(&str, &str, &str); 2] = [
    ("cmd_subst", "nodeexp", "the command is recognised and never run, so that its output is unknown"),
    ("cmd_subst", "ruby", "the command is recognised and never run, so that its output is unknown"),
];

/// The tools whose parser was measured without the loader that takes a byte order mark off.
const KEEP_THE_MARK: [Tool; 2] = [Tool::Ruby, Tool::Dotenvy];

fn same(reading: &Reading, want: &Json) -> bool {
    let Some(want) = want.as_object() else { return !reading.refused.is_empty() };
    let is_same = |(key, value): (&String, &Json)| match (reading.get(key), value) {
        (Some(Value::Text(text)), Json::String(want)) => text.as_str() == want,
        (Some(Value::Unset), Json::Null) => true,
        _ => false,
    };
    reading.refused.is_empty() && reading.latest.len() == want.len() && want.iter().all(is_same)
}

#[test]
fn every_cell_of_the_matrix_is_reproduced() {
    let cases: Json = serde_json::from_str(include_str!("../../../tests/data/dotenv_matrix.json")).unwrap();
    let mut cells = 0;
    let mut differing = Vec::new();
    for case in cases.as_array().unwrap() {
        let (name, input) = (case["name"].as_str().unwrap(), case["input"].as_str().unwrap());
        for (column, tool) in COLUMNS {
            let text =
                if KEEP_THE_MARK.contains(&tool) { input } else { input.trim_start_matches('\u{feff}') };
            let reading = as_tool(tool, text, Variables::Replaced);
            cells += 1;
            if !same(&reading, &case["results"][column]) {
                differing.push((name, column));
            }
        }
    }
    assert_eq!(cells, 84 * 8);
    assert_eq!(differing, NOT_REPRODUCED.map(|(name, column, _)| (name, column)));
}

#[test]
fn a_command_is_recognised_and_never_run() {
    for tool in [Tool::NodeExpand, Tool::Ruby] {
        let reading = as_tool(tool, "A=$(echo hi)", Variables::Replaced);
        assert!(matches!(reading.get("A"), Some(Value::RanCommand)), "{tool}");
    }
}
