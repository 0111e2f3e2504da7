//! Every command that reads or writes, on Vault and on AWS, and between both.

use reticent_testkit::servers::Servers;

use crate::admin::{Bao, fresh};
use crate::project::Project;

#[test]
fn secrets_are_set_read_listed_watched_and_deleted_wherever_they_live() {
    let servers = Servers::shared().expect("servers");
    let store = Bao(servers.openbao()).store(2);
    let name = fresh("each");
    for prefix in [
        format!("vault://{store}/{name}/"),
        format!("aws-sm://{name}/"),
        format!("aws-sm+moto://{name}/"),
        format!("aws-ssm+moto:///{name}/"),
    ] {
        let place = format!("{prefix}db");
        let declared = format!("[secrets]\nDB_PASSWORD = \"{place}#password\"\n");
        let project = Project::new(&servers, &declared);
        let absent = project.run(&["get", "DB_PASSWORD"]);
        assert_eq!((absent.code, absent.stdout.as_str()), (1, ""), "{}", absent.stderr);
        assert_eq!(project.run(&["check"]).code, 1);

        let set = |value: &str| project.run_with_stdin(&["set", &place], value);
        set(r#"{"user": "app", "password": "hunter2-first"}"#).is(0, "", &format!("wrote {place}\n"));
        project.run(&["get", "DB_PASSWORD"]).is(0, "hunter2-first", "");
        let rotation = project.run(&["check", "--rotation", "--json"]).json().remove(0);
        assert_eq!(rotation["items"][0]["rotation"]["previous"], "absent", "{rotation}");

        set(r#"{"user": "app", "password": "hunter2-second"}"#).is(0, "", &format!("wrote {place}\n"));
        project.run(&["get", "DB_PASSWORD"]).is(0, "hunter2-second", "");
        // ministack forgets the version that was.
        if !prefix.starts_with("aws-sm://") {
            project.run(&["get", "--version", "previous", "DB_PASSWORD"]).is(0, "hunter2-first", "");
            let rotation = project.run(&["check", "--rotation", "--json"]).json().remove(0);
            assert_eq!(
                (&rotation["ok"], &rotation["items"][0]["rotation"]["previous"]),
                (&true.into(), &"different".into())
            );
            set(r#"{"password": "hunter2-second", "user": "app", "kept": "1"}"#);
            let same = project.run(&["check", "--rotation", "--json"]);
            let report = same.json().remove(0);
            assert_eq!((same.code, &report["items"][0]["rule"]), (1, &"rotated".into()), "{report}");
        }

        let shown = project.run(&["run", "--", "sh", "-c", "echo $DB_PASSWORD"]);
        shown.is(0, "[REDACTED:DB_PASSWORD]\n", "");
        project.run(&["list", &prefix]).is(0, &format!("db  {place}\n"), "");
        let found = project.run(&["where", "DB_PASSWORD"]);
        assert!(
            found.code == 0 && found.stdout.contains(&format!("  {place}#password  found, version ")),
            "{}",
            found.stdout
        );
        project.run(&["delete", "--yes", &place]).is(0, "", &format!("deleted {place}\n"));
        assert_eq!(project.run(&["get", &place]).code, 1);
        project.run(&["list", &prefix]).is(0, "", &format!("{prefix} holds no secret\n"));
    }
}

#[test]
fn a_prefix_moves_between_backends_with_a_plan_and_by_fingerprints() {
    let servers = Servers::shared().expect("servers");
    let bao = Bao(servers.openbao());
    let (new, old) = (bao.store(2), bao.store(1));
    let name = fresh("between");
    let project = Project::new(&servers, "");
    let from = format!("aws-sm://{name}/");
    for (key, value) in [
        ("api", "hunter2-api"),
        ("db", r#"{"user": "app", "password": "hunter2-db"}"#),
        ("deep/key", "hunter2\n"),
    ] {
        assert_eq!(project.run_with_stdin(&["set", &format!("{from}{key}")], value).code, 0);
    }
    for to in
        [format!("vault://{new}/{name}/"), format!("vault://{old}/{name}/"), format!("aws-sm+moto://{name}/")]
    {
        let plan: String =
            ["api", "db", "deep/key"].map(|key| format!("new       {to}{key}  from {from}{key}\n")).concat();
        let would: String = ["api", "db", "deep/key"].map(|key| format!("would write {to}{key}\n")).concat();
        project.run(&["copy", "--dry-run", &from, &to]).is(0, "", &format!("{plan}{would}"));
        assert_eq!(project.run(&["diff", &from, &to]).code, 1, "nothing was written");
        let wrote: String = ["api", "db", "deep/key"].map(|key| format!("wrote {to}{key}\n")).concat();
        project.run(&["copy", &from, &to]).is(0, "", &format!("{plan}{wrote}"));
        project.run(&["diff", &from, &to]).is(0, "api       same\ndb        same\ndeep/key  same\n", "");

        assert_eq!(project.run_with_stdin(&["set", &format!("{to}api")], "hunter2-other").code, 0);
        let refused = project.run(&["copy", &from, &to]);
        assert_eq!(refused.code, 1);
        assert!(
            refused.stderr.contains(&format!("different {to}api  from {from}api\n")),
            "{}",
            refused.stderr
        );
        project.run(&["get", &format!("{to}api")]).is(0, "hunter2-other", "");
        let replaced = project.run(&["copy", "--overwrite", "--json", &from, &to]);
        let told: Vec<String> = replaced.json().iter().map(|line| line["status"].to_string()).collect();
        assert_eq!(
            (replaced.code, told.join(" ").as_str()),
            (0, r#""replaced" "same" "same""#),
            "{}",
            replaced.stderr
        );
        assert_eq!(project.run(&["diff", &from, &to]).code, 0);
        assert!(!replaced.stderr.contains("hunter2") && !replaced.stdout.contains("hunter2"));
    }
}

#[test]
fn a_variable_that_refers_to_a_backend_is_followed_by_every_command() {
    let servers = Servers::shared().expect("servers");
    let store = Bao(servers.openbao()).store(2);
    let place = format!("vault://{store}/app#password");
    let declared = "[secrets]\nDB_PASSWORD = {}\n";
    let project = Project::new(&servers, declared).set("DB_PASSWORD", &*place);
    let set = project
        .run_with_stdin(&["set", &format!("vault://{store}/app")], r#"{"password": "hunter2-followed"}"#);
    assert_eq!(set.code, 0, "{}", set.stderr);
    project.run(&["get", "DB_PASSWORD"]).is(0, "hunter2-followed", "");
    let rights = project.run(&["check", "--rights", "--json"]).json().remove(0);
    assert_eq!(rights["items"][0]["rights"][0]["ref"], place.as_str(), "{rights}");
    let policy = project.run(&["policy", "vault"]);
    assert!(policy.stdout.contains(&format!("path \"{store}/data/app\"")), "{}", policy.stdout);
    let report = project.run(&["check", "--rotation", "--json"]).json().remove(0);
    assert_eq!(report["items"][0]["rotation"]["version"], "1", "{report}");
}

#[test]
fn a_program_is_started_anew_when_its_secret_is_rotated_in_a_backend() {
    use std::io::{BufRead as _, BufReader};
    let servers = Servers::shared().expect("servers");
    let store = Bao(servers.openbao()).store(2);
    let name = fresh("watched");
    for place in
        [format!("vault://{store}/db"), format!("aws-sm://{name}/db"), format!("aws-sm+moto://{name}/db")]
    {
        let declared = format!(
            "[secrets]\nDB_PASSWORD = \"{place}#password\"\n\n[settings.DB_PASSWORD]\ntype = \"secret\"\n"
        );
        // The usual order is looked at every 10 s; here a test waits.
        let project = Project::new(&servers, &format!("[sources]\npoll = \"100ms\"\n\n{declared}"));
        let set = |value: &str| {
            let set = project.run_with_stdin(&["set", &place], &format!("{{\"password\": \"{value}\"}}"));
            assert_eq!(set.code, 0, "{}", set.stderr);
        };
        set("hunter2-first");
        let script = "echo $DB_PASSWORD; read line || exit 7";
        let mut command =
            project.command(&["run", "--no-redact", "--watch", "restart", "--", "sh", "-c", script]);
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut next = || lines.next().expect("a line").expect("text");
        assert_eq!(next(), "hunter2-first", "{place}");
        for value in ["hunter2-second", "hunter2-third"] {
            set(value);
            assert_eq!(next(), value, "{place}");
        }
        drop(child.stdin.take());
        assert_eq!(child.wait().expect("it ends").code(), Some(7), "{place}");
    }
}

#[test]
fn a_backend_in_the_usual_order_is_asked_for_each_declared_name_in_its_turn() {
    let servers = Servers::shared().expect("servers");
    let store = Bao(servers.openbao()).store(2);
    let declared = format!(
        "[sources]\norder = [\"env://{{NAME}}\", \"vault://{store}/app#{{name}}\", \"dotenv://.env#{{NAME}}\"]\n\n\
         [secrets]\nA_KEY = {{}}\nB_KEY = {{}}\nC_KEY = {{}}\n\n[settings.D_KEY]\ntype = \"secret\"\n"
    );
    let project = Project::new(&servers, &declared).set("A_KEY", "hunter2-from-env");
    let app = r#"{"A_KEY": "hunter2-hidden", "B_KEY": "hunter2-from-vault", "D_KEY": "hunter2-setting"}"#;
    assert_eq!(project.run_with_stdin(&["set", &format!("vault://{store}/app")], app).code, 0);
    project.file(".env", "B_KEY=hunter2-hidden\nC_KEY=hunter2-from-dotenv\nD_KEY=hunter2-hidden\n");

    let report = project.run(&["check", "--json"]);
    let places: Vec<String> = report.json().remove(0)["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            format!(
                "{} {}",
                item["name"].as_str().unwrap_or_default(),
                item["ref"].as_str().unwrap_or_default()
            )
        })
        .collect();
    let want = [
        "D_KEY vault://STORE/app#D_KEY",
        "A_KEY env://A_KEY",
        "B_KEY vault://STORE/app#B_KEY",
        "C_KEY dotenv://.env#C_KEY",
    ];
    assert_eq!(places, want.map(|line| line.replace("STORE", &store)), "{}{}", report.stdout, report.stderr);
    let script = "echo $A_KEY $B_KEY $C_KEY $D_KEY";
    let ran = project.run(&["run", "--no-redact", "--", "sh", "-c", script]);
    ran.is(0, "hunter2-from-env hunter2-from-vault hunter2-from-dotenv hunter2-setting\n", "");
    let policy = project.run(&["policy", "vault"]);
    assert!(
        policy.stdout.contains(&format!("path \"{store}/data/app\"")),
        "{}{}",
        policy.stdout,
        policy.stderr
    );
}
