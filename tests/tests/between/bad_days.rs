//! What the program says when a backend denies, does not know us, is not to be trusted or is not there.

use reticent_testkit::servers::Servers;

use crate::admin::{Bao, User, exposed, fresh};
use crate::project::{Project, REGION};

/// Runs every command that reads `place`, and holds each to the code of the bad day.
#[track_caller]
fn check(project: &Project, place: &str, code: i32, said: &str) {
    for arguments in [
        &["get", place][..],
        &["check"],
        &["where", place],
        &["run", "--", "true"],
        &["export", "--format", "json"],
        &["copy", place, "file://copied"],
        &["diff", place, "file://copied"],
    ] {
        let ran = project.run(arguments);
        // To `check` a place that cannot be meant is a setting that is invalid.
        let wanted = if arguments[0] == "check" && code == 2 { 1 } else { code };
        assert_eq!(ran.code, wanted, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        let quiet = ["check", "diff"].contains(&arguments[0]) && code == 1;
        assert!(quiet || told.contains(said), "{arguments:?}: {told}");
        assert!(!told.contains("hunter2") && !ran.stdout.contains("copied\n"), "{told}");
    }
}

#[test]
fn each_bad_day_of_vault_has_its_code_and_says_what_to_do() {
    let servers = Servers::shared().expect("servers");
    let openbao = servers.openbao();
    let bao = Bao(openbao);
    let store = bao.store(2);
    let place = format!("vault://{store}/app");
    let declared = format!("[secrets]\nX = \"{place}\"\n");
    let project = || Project::new(&servers, &declared);
    check(&project(), &place, 1, "not found");
    assert_eq!(project().run_with_stdin(&["set", &place], "hunter2").code, 0);
    assert_eq!(project().run(&["get", &place]).code, 0);

    let policy = fresh("nothing");
    bao.install(&policy, "path \"auth/token/lookup-self\" { capabilities = [\"read\"] }");
    check(&project().set("VAULT_TOKEN", bao.token(&[&policy])), &place, 4, "access denied by vault");
    check(&project().set("VAULT_TOKEN", "s.hunter2-is-no-token"), &place, 4, "not authenticated to vault");

    let elsewhere = |address: &str, more: &str| {
        let configuration =
            format!("[sources.vault]\naddress = \"{address}\"\n{more}\n[retry]\nattempts = 1\n\n{declared}");
        Project::with(&configuration).set("VAULT_TOKEN", exposed(&openbao.token))
    };
    check(&elsewhere(&openbao.address, ""), &place, 4, "certificate is not trusted");
    let ca = format!("ca-file = \"{}\"\n", openbao.ca.display());
    check(&elsewhere("https://127.0.0.1:1", &ca), &place, 3, "vault is unavailable");
    check(&elsewhere("http://vault.example.org:8200", ""), &place, 2, "plain http is for loopback alone");
    let nobody =
        Project::with(&format!("[sources.vault]\naddress = \"{}\"\n{ca}\n{declared}", openbao.address));
    check(&nobody, &place, 4, "not authenticated to vault");
}

#[test]
fn each_bad_day_of_aws_has_its_code_and_says_what_to_do() {
    let servers = Servers::shared().expect("servers");
    let ministack = servers.ministack();
    let place = format!("aws-sm://{}", fresh("bad"));
    let declared = format!("[secrets]\nX = \"{place}\"\n");
    let project = || Project::new(&servers, &declared);
    check(&project(), &place, 1, "not found");
    assert_eq!(project().run_with_stdin(&["set", &place], "hunter2").code, 0);
    assert_eq!(project().run(&["get", &place]).code, 0);

    let user = User::new(ministack);
    let as_user = project().set("AWS_ACCESS_KEY_ID", &*user.key_id).set("AWS_SECRET_ACCESS_KEY", &*user.key);
    check(&as_user, &place, 4, "access denied by aws-sm");
    let forged = project().set("AWS_ACCESS_KEY_ID", &*user.key_id).set("AWS_SECRET_ACCESS_KEY", "hunter2");
    check(&forged, &place, 4, "not authenticated to aws-sm");

    let elsewhere = |endpoint: &str, more: &str| {
        let configuration = format!(
            "[sources.aws]\nregion = \"{REGION}\"\nendpoint = \"{endpoint}\"\n{more}\n[retry]\nattempts = 1\n\n{declared}"
        );
        let project = Project::with(&configuration).set("AWS_ACCESS_KEY_ID", ministack.access_key_id.clone());
        project.set("AWS_SECRET_ACCESS_KEY", exposed(&ministack.secret_access_key))
    };
    check(&elsewhere(&ministack.endpoint, ""), &place, 4, "certificate is not trusted");
    let ca = format!("ca-file = \"{}\"\n", ministack.ca.display());
    check(&elsewhere("https://127.0.0.1:1", &ca), &place, 3, "aws-sm is unavailable");
    check(&elsewhere("http://aws.example.org", ""), &place, 2, "its settings: the endpoint is http");
    let configuration = format!(
        "[sources.aws]\nregion = \"{REGION}\"\nendpoint = \"{}\"\n{ca}\n{declared}",
        ministack.endpoint
    );
    check(&Project::with(&configuration), &place, 4, "not authenticated to aws-sm");
}

#[test]
fn a_copy_that_loses_its_backend_says_how_far_it_came() {
    let servers = Servers::own(&["openbao"]).expect("servers");
    let bao = Bao(servers.openbao());
    let store = bao.store(2);
    let configuration = format!(
        "[sources.vault]\naddress = \"{}\"\nca-file = \"{}\"\n[retry]\nattempts = 1\n",
        servers.openbao().address,
        servers.openbao().ca.display()
    );
    // A token that may write two of three.
    let policy = fresh("some");
    let allowed = ["a", "c"].map(|name| {
        format!("path \"{store}/data/to/{name}\" {{ capabilities = [\"create\", \"read\", \"update\"] }}\n")
    });
    let reads = format!("path \"{store}/*\" {{ capabilities = [\"read\", \"list\"] }}\n");
    bao.install(
        &policy,
        &format!(
            "{reads}{}path \"auth/token/lookup-self\" {{ capabilities = [\"read\"] }}",
            allowed.concat()
        ),
    );
    let root = Project::with(&configuration).set("VAULT_TOKEN", exposed(&servers.openbao().token));
    for name in ["a", "b", "c"] {
        let set = root.run_with_stdin(&["set", &format!("vault://{store}/from/{name}")], "hunter2");
        assert_eq!(set.code, 0, "{}", set.stderr);
    }
    let (from, to) = (format!("vault://{store}/from/"), format!("vault://{store}/to/"));
    let some = Project::with(&configuration).set("VAULT_TOKEN", bao.token(&[&policy]));
    let ran = some.run(&["copy", "--json", &from, &to]);
    let told: Vec<String> = ran.json().iter().map(|line| line["status"].to_string()).collect();
    assert_eq!((ran.code, told.join(" ").as_str()), (4, r#""written" "failed" "written""#), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 written, 1 failed, 0 not tried\n"), "{}", ran.stderr);

    servers.kill("openbao").expect("it ends");
    let down = root.run(&["copy", &from, &to]);
    assert_eq!((down.code, down.stdout.as_str()), (3, ""), "{}", down.stderr);
}
