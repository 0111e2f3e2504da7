//! A finding as it is shown: for people, and for programs.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use reticent::core::Visible;
use reticent::scan::Finding;
use reticent::scan::detect::Layer;
use serde_json::{Value, json};

use crate::output::one_line;

/// Place, rule and title; below them the line with a mark under the secret.
pub(in crate::commands) fn human(finding: &Finding) -> String {
    let path = finding.path().to_string_lossy();
    let rule = finding.rule();
    let mut text = format!(
        "{}:{}:{}: {} {}: {}, {}",
        Visible(&path),
        finding.line(),
        finding.column(),
        finding.severity(),
        Visible(rule.id()),
        Visible(rule.title()),
        rounded(finding.confidence()),
    );
    let mut add = |more: String| text.push_str(&more);
    if !finding.layers().is_empty() {
        add(format!(", in {}", layers(finding).join(" in ")));
    }
    if let Some(pointer) = finding.pointer().filter(|pointer| !pointer.is_empty()) {
        add(format!(", at {}", Visible(pointer)));
    }
    if let Some(reason) = finding.suppressed() {
        add(format!("; suppressed: {reason}"));
    }
    add(format!("\n    {}\n    {}^^^\n", finding.context(), " ".repeat(finding.mask_at())));
    if let Some(secret) = value(finding) {
        add(format!("    value: {}\n", one_line(&secret)));
    }
    text
}

/// One object of the schema `reticent.finding/1`.
pub(in crate::commands) fn json(finding: &Finding) -> String {
    let (rule, bytes) = (finding.rule(), finding.bytes());
    let verdict = if finding.suppressed().is_some() { "suppressed" } else { "finding" };
    let mut object = json!({
        "schema": "reticent.finding/1",
        "rule": rule.id(), "title": rule.title(),
        "severity": finding.severity().as_str(), "confidence": rounded(finding.confidence()),
        "path": finding.path().to_string_lossy(),
        "start_byte": bytes.start, "end_byte": bytes.end,
        "line": finding.line(), "column": finding.column(),
        "end_line": finding.end_line(), "end_column": finding.end_column(),
        "commit": null, "author": null, "date": null,
        "in": layers(finding), "context": finding.context(),
        "fingerprint": finding.fingerprint().to_string(),
        "verdict": verdict, "reason": finding.suppressed().map(|reason| reason.as_str()),
    });
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            object[name] = value;
        }
    };
    add("pointer", finding.pointer().map(Value::from));
    add("path_bytes", path_bytes(finding.path()).map(Value::from));
    add("secret", value(finding).map(Value::from));
    format!("{object}\n")
}

/// The encodings around it, the outermost first.
fn layers(finding: &Finding) -> Vec<&'static str> {
    finding.layers().iter().copied().map(Layer::as_str).collect()
}

/// Two decimals, as rules state them.
fn rounded(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}

/// The value, if it was asked for; bytes that are no text are replaced.
fn value(finding: &Finding) -> Option<String> {
    let secret = finding.secret()?;
    #[expect(clippy::disallowed_methods, reason = "to standard output, as --reveal asks")]
    Some(String::from_utf8_lossy(secret.expose_bytes()).into_owned())
}

/// The bytes of a path that is no text, in hex.
fn path_bytes(path: &Path) -> Option<String> {
    let digits = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes all text");
            text
        })
    };
    path.to_str().is_none().then(|| digits(path.as_os_str().as_bytes()))
}
