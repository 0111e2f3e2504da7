//! `[sources.vault]`, `[sources.aws]` and `[sources.aws-agent]`: what is read, what is refused, and what is asked of nobody.

#![cfg(all(feature = "setup", feature = "aws", feature = "vault"))]

use reticent::core::{ErrorKind, SecretRef};
use reticent::setup::{Config, PolicyFor, PolicyOptions, Setup};

const WHOLE: &str = r#"
[sources.vault]
address = "https://vault.example.org:8200"
namespace = "team1"
ca-file = "ca.pem"
mounts = { kv = "kv-v1", "team/database" = "leased" }

[sources.vault.login]
method = "approle"
mount = "approle-prod"
role-id = "app"
secret-id = "file:///run/secrets/vault-secret-id"

[sources.vault.instances.other-site]
address = "https://vault.example.com:8200"
login = { method = "kubernetes", role = "app" }

[sources.aws]
region = "eu-west-1"
profile = "app"
recovery-days = 7
other-regions = "refuse"

[sources.aws.instances.audit]
region = "us-east-1"
access-key-id = "AKEYID"
secret-access-key = "env://AUDIT_SECRET_KEY"

[sources.aws-agent]
port = 2774
token = "file:///var/run/awssmatoken"
refresh-now = true

[secrets]
A = "vault://kv/app#password"
B = "vault+other-site://secret/app"
C = "aws-sm://prod/app"
D = "aws-sm+audit://log/key"
E = "aws-agent://prod/app"
"#;

fn parsed(text: &str) -> Result<Config, reticent::setup::SetupError> {
    Config::parse(text, "/srv/app/reticent.toml")
}

#[test]
fn every_key_is_read_and_every_instance_has_a_scheme() {
    let setup = Setup::of(parsed(WHOLE).expect("a configuration"), None).expect("sources");
    let schemes: Vec<String> = setup.schemes().iter().map(str::to_owned).collect();
    for scheme in ["aws-agent", "aws-sm", "aws-sm+audit", "vault", "vault+other-site"] {
        assert!(schemes.iter().any(|known| known == scheme), "{scheme} in {schemes:?}");
    }
    let hidden = format!("{setup:?}");
    assert!(!hidden.contains("vault-token"), "{hidden}");
}

#[test]
fn a_mistake_has_its_place_and_no_value() {
    for (text, want) in [
        ("[sources.vault]\nadress = \"x\"", "2:1: sources.vault.adress: unknown key"),
        ("[sources.vault]\naddress = \"\"", "2:11: sources.vault.address: it is empty"),
        (
            "[sources.vault]\nclient-cert = \"a.pem\"",
            "2:15: sources.vault.client-cert: a certificate comes with its key: client-key is missing",
        ),
        ("[sources.vault]\nmounts = { kv = \"v3\" }", "2:17: sources.vault.mounts.kv: expected \"kv-v1\" or"),
        ("[sources.vault.login]\nrole = \"a\"", "1:1: sources.vault.login: method is missing: how to log in"),
        (
            "[sources.vault.login]\nmethod = \"token\"\ntoken = \"hunter2\"",
            "3:9: sources.vault.login.token: not a reference to a secret",
        ),
        (
            "[sources.vault.login]\nmethod = \"token\"\ntoken = \"vault://secret/token\"",
            "3:9: sources.vault.login.token: not a reference to a secret",
        ),
        (
            "[sources.vault.login]\nmethod = \"userpass\"\nuser = \"a\"\npassword = \"env://P\"\nrole = \"x\"",
            "5:8: sources.vault.login.role: this way of logging in does not use it",
        ),
        (
            "[sources.vault.login]\nmethod = \"approle\"\nrole-id = \"a\"",
            "1:1: sources.vault.login: secret-id is missing",
        ),
        ("[sources.aws]\nrecovery-days = 3", "2:17: sources.aws.recovery-days: expected 7 to 30 days"),
        (
            "[sources.aws]\naccess-key-id = \"A\"",
            "2:17: sources.aws.access-key-id: a key's identifier comes with the key",
        ),
        ("[sources.aws-agent]\nport = 65536", "2:8: sources.aws-agent.port: expected a port from 1 to 65535"),
        (
            "[sources.vault.instances.\"A b\"]\naddress = \"https://x\"",
            "an instance is called by lower-case letters, digits and -",
        ),
        (
            "[sources.vault.instances.a.instances.b]\naddress = \"https://x\"",
            "sources.vault.instances.a.instances: unknown key",
        ),
        ("[secrets]\nA = \"vault+prod://secret/x\"", "2:5: secrets.A: not a reference to a secret"),
    ] {
        let error = parsed(text).expect_err(text);
        let told = format!("{error} {}", error.hint().unwrap_or_default());
        assert!(told.contains(want), "{text}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_are_told_when_the_backend_is_asked_and_not_before() {
    for (text, at, kind, detail) in [
        (
            "[sources.vault]\naddress = \"http://vault.example.org\"",
            "vault://secret/x",
            ErrorKind::Unsupported,
            "its settings: address: plain http is for loopback alone",
        ),
        (
            "[sources.vault.instances.b]\nnamespace = \"a\"",
            "vault+b://secret/x",
            ErrorKind::Unsupported,
            "its settings: address is missing",
        ),
        (
            "[sources.vault]\naddress = \"https://127.0.0.1:1\"\nlogin = { method = \"token\", token = \"env://NO_SUCH\" }",
            "vault://secret/x",
            ErrorKind::Unauthenticated,
            "the credential of its login cannot be read: env://NO_SUCH: not found in env",
        ),
        (
            "[sources.aws]\nendpoint = \"http://aws.example.org\"",
            "aws-sm://x",
            ErrorKind::Unsupported,
            "its settings: the endpoint is http",
        ),
    ] {
        let setup = Setup::of(parsed(text).expect(text), None).expect("nothing is asked yet");
        let error = setup.resolver().get(at).await.expect_err(text);
        assert_eq!((error.kind(), error.key()), (kind, Some(at)), "{text}: {error}");
        assert!(error.detail().is_some_and(|told| told.contains(detail)), "{text}: {error}");
    }
}

#[test]
fn a_policy_is_of_the_references_of_one_backend_and_one_instance() {
    let setup = Setup::of(parsed(WHOLE).expect("a configuration"), None).expect("sources");
    let all: Vec<SecretRef> = setup
        .config()
        .secrets(None)
        .expect("secrets")
        .iter()
        .flat_map(|declared| declared.places().to_vec())
        .collect();
    let policy = |backend, options: PolicyOptions| setup.policy(backend, &all, &options).expect("a policy");
    let vault = policy(PolicyFor::Vault, PolicyOptions::default()).expect("a reference");
    assert!(vault.contains("path \"kv/app\" {") && !vault.contains("secret/"), "{vault}");
    let other =
        policy(PolicyFor::Vault, PolicyOptions::default().of_instance("other-site")).expect("a reference");
    assert!(other.contains("path \"secret/data/app\" {") && !other.contains("kv/"), "{other}");
    let aws = policy(PolicyFor::Aws, PolicyOptions::default()).expect("a reference");
    assert!(aws.contains(":eu-west-1:*:secret:prod/app-??????") && !aws.contains("log/key"), "{aws}");
    let audit = policy(PolicyFor::Aws, PolicyOptions::default().of_instance("audit")).expect("a reference");
    assert!(audit.contains(":us-east-1:*:secret:log/key-??????") && !audit.contains("prod/app"), "{audit}");
    assert_eq!(policy(PolicyFor::Vault, PolicyOptions::default().of_instance("none")), None);
}

#[cfg(feature = "crypto")]
#[tokio::test]
async fn what_a_program_refers_to_is_told_without_reading_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(".env"), "HELD=vault://kv/held#field\n").expect("a file");
    let text = "[sources]\norder = [\"dotenv://.env#{name}\", \"vault://kv/usual#{name}\"]\n\n\
                [keyring]\nkey = \"vault://kv/keyring#key\"\n\n\
                [secrets]\nOWN = [\"vault://kv/own\", \"aws-sm://own\"]\nHELD = {}\nUSUAL = {}\n";
    let config = Config::parse(text, folder.path().join("reticent.toml")).expect("a configuration");
    let prepared = reticent::settings::Places::usual().with_config(config).prepare().expect("places");
    let (environment, referred) = prepared.referred().await;
    let told: Vec<String> = referred
        .iter()
        .map(|referred| {
            let places: Vec<String> = referred.references().iter().map(ToString::to_string).collect();
            format!("{}: {}", referred.name(), places.join(" "))
        })
        .collect();
    assert_eq!(environment, "development");
    assert_eq!(
        told,
        [
            "OWN: vault://kv/own aws-sm://own",
            "HELD: vault://kv/usual#HELD vault://kv/held#field",
            "USUAL: vault://kv/usual#USUAL",
            "[keyring]: vault://kv/keyring#key",
        ]
    );
}
