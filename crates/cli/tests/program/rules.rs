//! `rules`: what is listed, shown, checked and tried.

use serde_json::{Value, json};

use crate::support::Sandbox;

#[test]
fn every_rule_is_listed_in_the_order_of_the_ids() {
    let ran = Sandbox::new().run(&["rules", "list", "--json"]);
    let rules: Vec<Value> =
        ran.stdout_text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().expect("text")).collect();
    assert!(ran.code == 0 && ids.is_sorted() && ids.len() > 150, "{}", ids.len());
    assert!(ids.contains(&"github.pat-classic") && ids.contains(&"generic.password"));
    assert!(rules.iter().all(|rule| rule["schema"] == "reticent.rule/1" && rule["fix"] != ""));
    let human = Sandbox::new().run(&["rules", "list"]).stdout_text();
    assert_eq!(human.lines().count(), ids.len());
}

#[test]
fn the_rules_of_one_vendor_are_listed() {
    let ran = Sandbox::new().run(&["rules", "list", "npm"]);
    assert!(ran.stdout_text().lines().all(|line| line.starts_with("npm.")) && !ran.stdout.is_empty());
    Sandbox::new().run(&["rules", "list", "githb"]).is(
        2,
        "",
        "error: no such vendor\nhint: did you mean github?\n",
    );
}

#[test]
fn a_rule_is_shown_with_its_references_and_its_fix() {
    let shown = Sandbox::new().run(&["rules", "show", "github.pat-classic"]).stdout_text();
    for part in [
        "github.pat-classic: GitHub personal access token (classic)\n\n",
        "severity    high\n",
        "\nfix         ",
        "\nstated in   https://github.blog/",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let ran = Sandbox::new().run(&["rules", "show", "github.pat-classic", "--json"]);
    let rule: Value = serde_json::from_slice(&ran.stdout).expect("one object");
    assert_eq!((&rule["vendor"], &rule["confidence"]), (&json!("github"), &json!(0.95)));
    Sandbox::new().run(&["rules", "show", "github.pat-clasic"]).is(
        2,
        "",
        "error: no such rule: github.pat-clasic\nhint: did you mean github.pat-classic?\n",
    );
}

#[test]
fn a_new_file_keeps_its_word_and_replaces_none() {
    let sandbox = Sandbox::new();
    sandbox.run(&["rules", "new", "acme-cloud", "--out", "acme.toml"]).is(0, "", "");
    sandbox.run(&["rules", "check", "acme.toml"]).is(0, "", "");
    assert_eq!(sandbox.run(&["rules", "new", "acme-cloud"]).stdout_text(), sandbox.read("acme.toml"));
    let ran = sandbox.run(&["rules", "new", "other", "--out", "acme.toml"]);
    assert_ne!(ran.code, 0);
    assert!(sandbox.read("acme.toml").contains("acme-cloud"), "{}", ran.stderr);
    assert_eq!(sandbox.run(&["rules", "new", "Acme"]).code, 2);
}

#[test]
fn every_problem_of_a_file_is_told_with_its_rule() {
    let sandbox = Sandbox::new();
    let text = sandbox.run(&["rules", "new", "acme"]).stdout_text();
    sandbox.write(
        "a.toml",
        text.replace("\"longer\"", "\"longer\", \"larger\"").replace("x{{secret}}", "{{secret}}"),
    );
    sandbox.write("b.toml", "schema = 2\nvendor = \"acme\"\n");
    sandbox.run(&["rules", "check", "a.toml", "b.toml"]).is(
        1,
        "a.toml: rule acme.api-key: counter-example 2 is found\n\
         a.toml: rule acme.api-key: near_miss is of shorter, longer and bad-checksum\n\
         b.toml: schema 2 is not known: this version reads schema 1\n",
        "",
    );
    let ran = sandbox.run(&["rules", "check", "b.toml", "--json"]);
    let problem: Value = serde_json::from_slice(&ran.stdout).expect("one object");
    assert_eq!(
        problem,
        json!({"schema": "reticent.rule-problem/1", "path": "b.toml",
               "message": "schema 2 is not known: this version reads schema 1"})
    );
}

#[test]
fn a_rule_is_tried_on_a_text() {
    let sandbox = Sandbox::new();
    sandbox.run(&["rules", "new", "acme", "--out", "acme.toml"]).is(0, "", "");
    let token = ["acme_li", "ve_", "q8Zt0vLw2nXc5Rb7TkPy3mJd9Hs1Gu4E"].concat();
    sandbox.run_with_stdin(&["rules", "test", "acme.toml"], format!("see {token}\n")).is(
        0,
        "bytes 4..46 of -\n-:1:5: high acme.api-key: acme API key, 0.9\n    see […]\n        ^^^\n",
        "",
    );
    sandbox.write("text", "see nothing\n");
    sandbox.run(&["rules", "test", "acme.toml", "text"]).is(1, "", "nothing was found\n");
}
