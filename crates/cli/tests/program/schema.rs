//! `schema`: what is declared, as a document for programs or for people.

use crate::support::Sandbox;

const DECLARED: &str = "\
[secrets]
GATEWAY_KEY = { about = \"Key of the API gateway\" }

[settings.PORT]
type = \"port\"
default = 8080

[settings.SESSION_SECRET]
type = \"secret\"
default = \"hidden-default-of-development\"
min-len = 32
";

#[test]
fn json_schema_has_each_setting_and_no_secret() {
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED).file(".env", "GATEWAY_KEY=hidden-key\n");
    let ran = sandbox.run(&["schema"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(!ran.stdout_text().contains("hidden"), "{}", ran.stdout_text());
    let document: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!(document["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(document["type"], "object");
    let properties = document["properties"].as_object().expect("properties");
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort();
    assert_eq!(names, ["GATEWAY_KEY", "PORT", "SESSION_SECRET"]);
    assert_eq!(properties["PORT"]["maximum"], 65535);
    assert_eq!(properties["PORT"]["default"], 8080);
    assert_eq!(properties["SESSION_SECRET"]["minLength"], 32);
    assert_eq!(properties["GATEWAY_KEY"]["description"], "Key of the API gateway");
    assert_eq!(document["required"], serde_json::json!(["GATEWAY_KEY"]));
    for arguments in [&["schema", "--json"][..], &["schema", "-f", "json"], &["-f", "json-schema", "schema"]]
    {
        assert_eq!(sandbox.run(arguments).stdout, ran.stdout, "{arguments:?}");
    }
}

#[test]
fn markdown_has_a_row_for_each_setting() {
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED);
    let markdown = sandbox.run(&["schema", "-f", "markdown"]).stdout_text();
    for row in ["| `PORT` | a whole number 0–65535 |", "| `SESSION_SECRET` |", "| `GATEWAY_KEY` |"] {
        assert!(markdown.contains(row), "{row} in {markdown}");
    }
    assert!(!markdown.contains("hidden"), "{markdown}");
    assert_eq!(sandbox.run(&["-f", "markdown", "schema"]).stdout_text(), markdown);
}

#[test]
fn a_form_belongs_to_its_command() {
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED);
    assert_eq!(sandbox.run(&["check", "-f", "markdown"]).code, 2);
    let ran = sandbox.run(&["schema", "-f", "hunter2"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0));
    assert_eq!(
        ran.stderr,
        "error: --format: it does not take this value (not shown)\n\
         hint: it takes one of json-schema, json, markdown\n"
    );
}
