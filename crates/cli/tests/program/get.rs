//! `get` and `where`: what is shown, and what is never shown.

use crate::support::Sandbox;

#[test]
fn a_pipe_receives_the_bytes_alone() {
    let sandbox = Sandbox::new().with("DB_PASSWORD", b"two words\n\xff end");
    let ran = sandbox.run(&["get", "DB_PASSWORD"]);
    assert_eq!((ran.code, ran.stdout.as_slice(), ran.stderr.as_str()), (0, &b"two words\n\xff end"[..], ""));
}

#[test]
fn a_reference_reads_one_place() {
    let sandbox = Sandbox::new()
        .file(".env", "DB_PASSWORD=from-file\n")
        .file("secrets/db.json", r#"{"login": {"password": "nested", "port": 5432}}"#)
        .with("DB_PASSWORD", "from-environment");
    sandbox.run(&["get", "DB_PASSWORD"]).is(0, "from-environment", "");
    sandbox.run(&["get", "dotenv://.env#DB_PASSWORD"]).is(0, "from-file", "");
    sandbox.run(&["get", "file://secrets/db.json#/login/password"]).is(0, "nested", "");
    sandbox.run(&["get", "file://secrets/db.json#/login/port"]).is(0, "5432", "");
}

#[test]
fn a_missing_name_says_everything_that_was_tried() {
    Sandbox::new().run(&["get", "DB_PASSWORD"]).is(
        1,
        "",
        "error: DB_PASSWORD: not found. Looked in env://DB_PASSWORD, file:///run/secrets/DB_PASSWORD, \
         file:///run/secrets/db_password, dotenv://.env#DB_PASSWORD (there is no file [DIR]/.env).\n\
         hint: set one of them, or run: reticent set DB_PASSWORD\n",
    );
}

#[test]
fn a_value_in_the_place_of_a_name_is_not_repeated() {
    for value in ["postgres://app:hunter2@db/app", "hunter2 with blanks", "hunter2!"] {
        let ran = Sandbox::new().run(&["get", value]);
        assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{value}");
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("error: neither a name nor a reference: column "), "{}", ran.stderr);
    }
}

#[test]
fn a_misspelt_reference_has_its_column() {
    Sandbox::new().run(&["get", "env://A?versoin=1"]).is(
        2,
        "",
        "error: not a valid reference: column 9: unknown parameter \"versoin\"; did you mean \"version\"?\n",
    );
}

#[test]
fn a_missing_field_lists_its_neighbours() {
    let ran = Sandbox::new()
        .file("db.json", r#"{"host": "h", "password": "hunter2"}"#)
        .run(&["get", "file://db.json#pasword"]);
    assert_eq!(ran.code, 1);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    assert!(ran.stderr.contains("fields there: host, password"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean"), "{}", ran.stderr);
}

#[test]
fn json_has_the_value_only_with_reveal() {
    let sandbox = Sandbox::new().with("TOKEN", "shown once");
    sandbox.run(&["get", "--json", "TOKEN"]).is(
        0,
        "{\"name\":\"TOKEN\",\"schema\":\"reticent.secret/1\",\"source\":\"env\",\"version\":null}\n",
        "",
    );
    let revealed = sandbox.run(&["get", "--json", "--reveal", "TOKEN"]);
    assert!(revealed.stdout_text().contains("\"value\":\"shown once\""), "{}", revealed.stdout_text());
    sandbox.run(&["get", "--peek", "5", "TOKEN"]).is(0, "shown…\n", "");
    sandbox.run(&["get", "--peek", "99", "TOKEN"]).is(0, "shown once\n", "");
}

#[test]
fn both_a_variable_and_its_file_are_a_conflict() {
    let ran = Sandbox::new().with("K", "x").with("K_FILE", "/nowhere").run(&["get", "K"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("K and K_FILE are both set"), "{}", ran.stderr);
}

#[test]
fn a_variable_that_names_a_missing_file_is_an_error_and_no_fallback() {
    let ran = Sandbox::new().file(".env", "K=fallback\n").with("K_FILE", "/nowhere/k").run(&["get", "K"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.contains("K_FILE") && ran.stderr.contains("/nowhere/k"), "{}", ran.stderr);
}

#[test]
fn where_lists_the_places_in_order() {
    let sandbox = Sandbox::new().file(".env", "DB_PASSWORD=hunter2\n");
    sandbox.run(&["where", "DB_PASSWORD"]).is(
        0,
        "DB_PASSWORD\n\
         \x20 env://DB_PASSWORD                not found\n\
         \x20 file:///run/secrets/DB_PASSWORD  not found\n\
         \x20 file:///run/secrets/db_password  not found\n\
         \x20 dotenv://.env#DB_PASSWORD        found\n",
        "",
    );
    let missing = sandbox.run(&["where", "OTHER"]);
    assert_eq!(missing.code, 1);
    assert!(
        missing.stdout_text().contains("  dotenv://.env#OTHER        not found"),
        "{}",
        missing.stdout_text()
    );
}

#[test]
fn where_as_json_has_every_place_and_no_value() {
    let sandbox = Sandbox::new().file(".env", "DB_PASSWORD=hunter2\n");
    let ran = sandbox.run(&["where", "--json", "DB_PASSWORD"]);
    let document: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!(document["schema"], "reticent.where/1");
    assert_eq!(document["found"], true);
    assert_eq!(document["ref"], "dotenv://.env#DB_PASSWORD");
    let statuses: Vec<_> =
        document["tried"].as_array().expect("a list").iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["not_found", "not_found", "not_found", "found"]);
    assert!(!ran.stdout_text().contains("hunter2"));
}

#[test]
fn a_reference_found_in_a_layer_is_resolved() {
    let sandbox = Sandbox::new()
        .file(".env", "DB_PASSWORD=file://secrets/db\nLOOP=env://LOOP2\n")
        .file("secrets/db", "followed\n")
        .with("LOOP2", "env://LOOP2");
    sandbox.run(&["get", "DB_PASSWORD"]).is(0, "followed", "");
    sandbox.run(&["where", "DB_PASSWORD"]).is(
        0,
        "DB_PASSWORD\n\
         \x20 env://DB_PASSWORD                not found\n\
         \x20 file:///run/secrets/DB_PASSWORD  not found\n\
         \x20 file:///run/secrets/db_password  not found\n\
         \x20 dotenv://.env#DB_PASSWORD        refers to the next\n\
         \x20 file://secrets/db                found\n",
        "",
    );
    let looped = sandbox.run(&["get", "LOOP"]);
    assert_eq!(looped.code, 2, "{}", looped.stderr);
}

#[test]
fn a_broken_dotenv_file_is_an_error_with_its_place_and_not_its_text() {
    let ran = Sandbox::new().file(".env", "A=1\nB=\"hunter2\n").run(&["get", "A"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains(".env:2:3"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn a_loose_mode_is_warned_of_in_the_same_words_wherever_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new().file(".env", "A=x\n").file("b", "x").file("c", "x").with("C_FILE", "c");
    for name in [".env", "b", "c"] {
        let loose = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(sandbox.path(name), loose).expect("a mode");
    }
    let what =
        "its mode 0644 lets every user of the machine read it; chmod 600, or 640 to share it with one group";
    for (asked, shown) in [("dotenv://.env#A", "[DIR]/.env"), ("file://b", "file://b"), ("env://C", "c")] {
        sandbox.run(&["get", asked]).is(0, "x", &format!("warning: {shown}: {what}\n"));
    }
}
