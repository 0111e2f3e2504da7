//! What is lent: one lease for all fields, kept while a program runs, and given back when a command is done.

use std::time::{Duration, Instant};

use reticent_testkit::servers::Servers;

use crate::admin::{Bao, exposed, fresh};
use crate::project::{Project, Ran};

/// Mounts a database whose users live for `ttl`, renewed up to `longest`.
fn database(servers: &Servers, ttl: &str, longest: &str) -> String {
    let (bao, postgres) = (Bao(servers.openbao()), servers.postgres());
    let name = fresh("lent");
    bao.must("POST", &format!("sys/mounts/{name}"), r#"{"type": "database"}"#);
    let config = serde_json::json!({
        "plugin_name": "postgresql-database-plugin", "allowed_roles": "app", "username": postgres.user,
        "password": exposed(&postgres.password),
        "connection_url": format!(
            "postgresql://{{{{username}}}}:{{{{password}}}}@{}:{}/{}?sslmode=require",
            postgres.host, postgres.port, postgres.database
        ),
    });
    bao.must("POST", &format!("{name}/config/db"), &config.to_string());
    let role = serde_json::json!({
        "db_name": "db", "default_ttl": ttl, "max_ttl": longest,
        "creation_statements":
            ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"],
    });
    bao.must("POST", &format!("{name}/roles/app"), &role.to_string());
    name
}

/// Counts the leases that live.
fn leases(servers: &Servers, mount: &str) -> usize {
    let path = format!("sys/leases/lookup/{mount}/creds/app?list=true");
    let (status, answer) = Bao(servers.openbao()).call("GET", &path, "");
    if status == 404 {
        return 0;
    }
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    answer["data"]["keys"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_program_has_one_credential_that_lives_as_long_as_it_runs() {
    let servers = Servers::shared().expect("servers");
    let mount = database(&servers, "2s", "60s");
    let declared = format!(
        "[secrets]\nDB_USER = \"vault://{mount}/creds/app#username\"\nDB_PASSWORD = \"vault://{mount}/creds/app#password\"\n"
    );
    let project = Project::new(&servers, &declared);
    let mut command = project.command(&["run", "--no-redact", "--", "sh", "-c", "echo $DB_USER; read line"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("the program starts");
    // Longer than the credential would live if nobody renewed it.
    let start = Instant::now();
    let mut seen = 0;
    while start.elapsed() < Duration::from_secs(5) {
        seen = seen.max(leases(&servers, &mount));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!((seen, leases(&servers, &mount)), (1, 1), "both fields are of one lease, and it lives");
    drop(child.stdin.take());
    let ran = Ran::of(child.wait_with_output().expect("the program ends"));
    assert!(ran.stdout.starts_with("v-"), "{ran:?}");
    assert_eq!(leases(&servers, &mount), 0, "it is given back");
}

#[test]
fn a_check_gives_back_what_it_was_lent_and_says_for_how_long_it_was() {
    let servers = Servers::shared().expect("servers");
    let mount = database(&servers, "10m", "1h");
    let declared = format!(
        "[secrets]\nDB_USER = \"vault://{mount}/creds/app#username\"\nDB_PASSWORD = \"vault://{mount}/creds/app#password\"\n"
    );
    let project = Project::new(&servers, &declared);
    let ran = project.run(&["check", "--rotation", "--json"]);
    let report = ran.json().remove(0);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{report}");
    for item in report["items"].as_array().expect("items") {
        let lease = &item["rotation"]["lease"];
        let left = lease["left_seconds"].as_u64().expect("a number");
        assert!((590..=600).contains(&left) && lease["renewable"] == true, "{report}");
        assert_eq!(item["rotation"]["previous"], "not_asked");
    }
    assert_eq!(leases(&servers, &mount), 0);

    let got = project.run(&["get", "DB_USER"]);
    assert_eq!(got.stderr, "DB_USER is lent for 600 seconds, and nobody renews it\n");
    assert_eq!(leases(&servers, &mount), 1, "what was asked for is not taken back");
    Bao(servers.openbao()).must("PUT", &format!("sys/leases/revoke-prefix/{mount}"), "{}");
}
