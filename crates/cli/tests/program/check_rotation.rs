//! `check --rotation` and `check --rights`, as far as this machine alone can show them.

use crate::support::Sandbox;

const DECLARED: &str = r#"
[rotation]
max-age = "30d"

[secrets]
API_KEY = "file://key"
TOKEN = { from = "file://token", max-age = "any" }

[environments.production]
max-age = "7d"

[environments.production.secrets]
API_KEY = { from = "file://key", max-age = "36h" }
"#;

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("reticent.toml", DECLARED)
        .file("key", "q8Zt+0vLw2nXc5Rb7!kM")
        .file("token", "Lw2nXc5Rb7q8kM4pZt0v")
}

#[test]
fn an_age_that_nobody_tells_is_a_finding_where_a_policy_asks_for_one() {
    let ran = sandbox().run(&["check", "--rotation"]);
    ran.is(
        1,
        "\
API_KEY  INVALID      file://key
  API_KEY: 30 days are allowed, and its source does not tell its age
    hint: keep it where versions have times, or say max-age = \"any\" for it
  rotation: age untold, 30 days allowed
TOKEN    ok           file://token
  rotation: its source has no versions
2 items for development: 1 ok, 1 with problems
",
        "",
    );
    assert_eq!(sandbox().run(&["check"]).code, 0);
}

#[test]
fn the_line_of_an_environment_counts_before_the_environment_and_that_before_all() {
    let ran = sandbox().run(&["check", "--rotation", "--json", "-e", "production"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout_text()).expect("JSON");
    assert_eq!((ran.code, &report["ok"], &report["schema"]), (1, &false.into(), &"reticent.check/1".into()));
    let limits: Vec<_> = report["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            (item["name"].clone(), item["rotation"]["max_age_seconds"].clone(), item["status"].clone())
        })
        .collect();
    assert_eq!(
        limits,
        [
            ("API_KEY".into(), (36 * 3600).into(), "invalid".into()),
            ("TOKEN".into(), serde_json::Value::Null, "ok".into()),
        ]
    );
    let item = &report["items"][0];
    assert_eq!((&item["rule"], &item["problems"][0]["rule"]), (&"max-age".into(), &"max-age".into()));
    assert_eq!(item["rotation"]["previous"], "not_asked");
    assert!(!ran.stdout_text().contains("q8Zt"));
}

#[test]
fn an_age_has_a_form() {
    let broken = DECLARED.replace("\"30d\"", "\"0d\"");
    let ran = Sandbox::new().file("reticent.toml", broken).run(&["check"]);
    ran.is(
        2,
        "",
        "error: [DIR]/reticent.toml:3:11: rotation.max-age: expected an age such as \"90d\" or \"12h\", or \"any\"\n",
    );
}

#[test]
fn rights_are_asked_only_where_there_are_any() {
    sandbox().run(&["check", "--rights"]).is(
        0,
        "0 items for development: 0 ok, 0 with problems\n",
        "no declared secret lives where rights can be asked for\n",
    );
    let both = sandbox().run(&["check", "--rights", "--rotation"]);
    assert_eq!(both.code, 1);
    assert!(both.stdout_text().starts_with("API_KEY  INVALID"), "{}", both.stdout_text());
}
