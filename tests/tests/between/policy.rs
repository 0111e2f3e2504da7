//! A generated policy is what the program needs: with it everything works, without any part of it `check --rights` names
//! what is missing, and a neighbouring secret is denied.

use reticent_testkit::servers::Servers;

use crate::admin::{Bao, User, fresh};
use crate::project::Project;

/// What a token does for itself, so that the generated policy alone decides about secrets.
const OWN: &str = r#"
path "auth/token/lookup-self" { capabilities = ["read"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "sys/internal/ui/mounts/*" { capabilities = ["read"] }
"#;

#[test]
fn a_policy_of_vault_is_all_that_is_needed_and_no_less() {
    let servers = Servers::shared().expect("servers");
    let bao = Bao(servers.openbao());
    let (new, old) = (bao.store(2), bao.store(1));
    let declared = format!(
        "[sources.vault.instances.unused]\naddress = \"https://127.0.0.1:1\"\n\n\
         [secrets]\nDB_PASSWORD = \"vault://{new}/prod/db#password\"\nAPI_KEY = \"vault://{new}/prod/api\"\n\
         OLD_KEY = \"vault://{old}/prod/key\"\n"
    );
    let project = Project::new(&servers, &declared);
    for (place, value) in [
        (format!("vault://{new}/prod/db"), r#"{"password": "hunter2-db"}"#),
        (format!("vault://{new}/prod/api"), "hunter2-api"),
        (format!("vault://{new}/prod/other"), "hunter2-other"),
        (format!("vault://{old}/prod/key"), "hunter2-old"),
    ] {
        assert_eq!(project.run_with_stdin(&["set", &place], value).code, 0, "{place}");
    }
    // What the store at `old` is cannot be told from a path: the configuration says it.
    let told =
        declared.replace("[secrets]", &format!("[sources.vault.mounts]\n{old} = \"kv-v1\"\n\n[secrets]"));
    let project = Project::new(&servers, &told);
    let policy = project.run(&["policy", "vault"]);
    assert_eq!((policy.code, policy.stderr.as_str()), (0, ""));
    let statements: Vec<&str> = policy.stdout.split_inclusive("}\n").collect();
    assert_eq!(statements.len(), 5, "{}", policy.stdout);

    let (own, app) = (fresh("own"), fresh("app"));
    bao.install(&own, OWN);
    bao.install(&app, &policy.stdout);
    let project = project.set("VAULT_TOKEN", bao.token(&[&own, &app]));
    let ran = project.run(&["run", "--", "sh", "-c", "echo ${#DB_PASSWORD} ${#API_KEY} ${#OLD_KEY}"]);
    ran.is(0, "10 11 11\n", "");
    assert_eq!(project.run(&["check", "--rights"]).code, 0);
    assert_eq!(project.run(&["get", &format!("vault://{new}/prod/other")]).code, 4);

    for (index, left_out) in statements.iter().enumerate() {
        let rest: String = statements
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .map(|(_, text)| *text)
            .collect();
        bao.install(&app, &rest);
        let path = left_out.split('"').nth(1).expect("a path");
        let ran = project.run(&["check", "--rights"]);
        assert_eq!(ran.code, 4, "without {path}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("the right read on {path} is missing")), "{}", ran.stdout);
        assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
    }
}

#[test]
fn a_policy_of_iam_is_all_that_is_needed_and_no_less() {
    let servers = Servers::shared().expect("servers");
    let prefix = fresh("policy");
    let declared = format!(
        "[secrets]\nDB_PASSWORD = \"aws-sm://{prefix}/db#password\"\nAPI_KEY = \"aws-sm://{prefix}/api\"\n"
    );
    let owner = Project::new(&servers, &declared);
    for (name, value) in
        [("db", r#"{"password": "hunter2-db"}"#), ("api", "hunter2-api"), ("other", "hunter2-other")]
    {
        let place = format!("aws-sm://{prefix}/{name}");
        assert_eq!(owner.run_with_stdin(&["set", &place], value).code, 0, "{place}");
    }
    let policy = owner.run(&["policy", "aws"]);
    assert_eq!((policy.code, policy.stderr.as_str()), (0, ""));
    let whole: serde_json::Value = serde_json::from_str(&policy.stdout).expect("JSON");
    let resources = whole["Statement"][0]["Resource"].as_array().expect("resources").clone();
    assert_eq!((resources.len(), whole["Statement"].as_array().map(Vec::len)), (2, Some(1)));

    let user = User::new(servers.ministack());
    user.has(&policy.stdout);
    let project = owner.set("AWS_ACCESS_KEY_ID", &*user.key_id).set("AWS_SECRET_ACCESS_KEY", &*user.key);
    project.run(&["run", "--", "sh", "-c", "echo ${#DB_PASSWORD} ${#API_KEY}"]).is(0, "10 11\n", "");
    assert_eq!(project.run(&["check", "--rights"]).code, 0);
    assert_eq!(project.run(&["get", &format!("aws-sm://{prefix}/other")]).code, 4);

    for left_out in &resources {
        let mut rest = whole.clone();
        rest["Statement"][0]["Resource"].as_array_mut().expect("resources").retain(|kept| kept != left_out);
        user.has(&rest.to_string());
        let ran = project.run(&["check", "--rights", "--json"]);
        assert_eq!(ran.code, 4, "without {left_out}: {}{}", ran.stdout, ran.stderr);
        let report = ran.json().remove(0);
        let missing: Vec<&serde_json::Value> = report["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|item| item["status"] == "denied")
            .flat_map(|item| item["rights"][0]["missing"].as_array().expect("rights"))
            .collect();
        assert_eq!(missing.len(), 1, "{report}");
        assert_eq!(missing[0]["action"], "secretsmanager:GetSecretValue");
        let name = left_out.as_str().and_then(|arn| arn.split("secret:").nth(1)).expect("an ARN");
        let name = name.trim_end_matches("-??????");
        assert!(missing[0]["resource"].as_str().is_some_and(|resource| resource.contains(name)), "{report}");
        assert!(!ran.stdout.contains("hunter2"));
    }
}
