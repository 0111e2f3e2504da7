//! Leaves one small JSON file for each law that ran, for whoever counts them.
//!
//! One file a law, since a test runner may give each test a process of its own.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::verdict::Verdict;

/// The folder of the reports; without it nothing is written.
const FOLDER: &str = "RETICENT_CONFORMANCE_DIR";

pub(crate) fn write(source: &str, law: &str, verdict: &Verdict) -> io::Result<()> {
    match std::env::var_os(FOLDER) {
        Some(folder) => write_into(Path::new(&folder), source, law, verdict),
        None => Ok(()),
    }
}

fn write_into(folder: &Path, source: &str, law: &str, verdict: &Verdict) -> io::Result<()> {
    let folder = folder.join(source);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("{}.json", law.replace("::", "__"))), render(source, law, verdict))
}

fn render(source: &str, law: &str, verdict: &Verdict) -> String {
    let (status, reason) = match verdict {
        Verdict::Passed => ("passed", "null".to_owned()),
        Verdict::NotApplicable { reason } => ("not-applicable", quoted(reason)),
        Verdict::Broken(how) => ("broken", quoted(&how.to_string())),
    };
    let (source, law) = (quoted(source), quoted(law));
    format!(
        "{{\"schema\":\"reticent.law/1\",\"source\":{source},\"law\":{law},\"status\":\"{status}\",\"reason\":{reason}}}\n"
    )
}

/// A JSON string (RFC 8259 section 7).
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control.is_control() => {
                write!(json, "\\u{:04x}", u32::from(control)).expect("a string takes all text");
            }
            other => json.push(other),
        }
    }
    json + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_of_json() {
        assert_eq!(
            render("env", "read::present_value_round_trips", &Verdict::Passed),
            concat!(
                r#"{"schema":"reticent.law/1","source":"env","law":"read::present_value_round_trips","#,
                r#""status":"passed","reason":null}"#,
                "\n"
            )
        );
        assert_eq!(
            render("env", "a::b", &Verdict::NotApplicable { reason: "a \"b\" \\ \n c" }),
            concat!(
                r#"{"schema":"reticent.law/1","source":"env","law":"a::b","#,
                r#""status":"not-applicable","reason":"a \"b\" \\ \u000a c"}"#,
                "\n"
            )
        );
    }
}
