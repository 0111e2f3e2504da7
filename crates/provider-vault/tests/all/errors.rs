//! Each row of `errors.toml` is brought about, on the real server or by the fake that it names.

use std::collections::BTreeSet;
use std::time::Duration;

use reticent_core::{
    ErrorKind, Expected, Lease, LeaseKeeper as _, PutOptions, Secret, SecretSink as _, SecretSource as _,
    SourceError,
};
use reticent_provider_vault::{Engine, VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::fake::{FakeServer, cases};
use reticent_testkit::servers::Servers;
use serde_json::{Value, json};

use crate::jwt::Issuer;
use crate::logins::{Store, app_login, app_role, source_of};
use crate::raw::{Raw, shared};
use crate::support::{at, kv1, kv2, mounted, mounted_login, root_source, settings, source_as, token_with};

/// One row of the file.
struct Row {
    situation: String,
    shown_by: String,
    kind: String,
    transient: bool,
    hint: String,
    exit: i64,
}

fn rows() -> Vec<Row> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors.toml");
    let table: toml::Table = std::fs::read_to_string(file).expect("the file").parse().expect("TOML");
    let row = |row: &toml::Value| {
        let text = |key: &str| row[key].as_str().expect("a text").to_owned();
        let (transient, exit) = (row["transient"].as_bool(), row["exit"].as_integer());
        Row {
            situation: text("situation"),
            shown_by: text("shown_by"),
            kind: text("kind"),
            transient: transient.expect("true or false"),
            hint: text("hint"),
            exit: exit.expect("a number"),
        }
    };
    table["row"].as_array().expect("rows").iter().map(row).collect()
}

/// The exit codes of the program, by kind.
fn exit(kind: ErrorKind) -> i64 {
    match kind {
        ErrorKind::NotFound | ErrorKind::Malformed | ErrorKind::Expired | ErrorKind::Conflict => 1,
        ErrorKind::InvalidReference | ErrorKind::Unsupported => 2,
        kind if kind.is_transient() => 3,
        _ => 4,
    }
}

/// The situations that one test has brought about.
#[derive(Default)]
struct Proved(BTreeSet<String>);

impl Proved {
    /// Compares an error with its row, in whose hint these words stand for those.
    fn is<T>(&mut self, situation: &str, result: Result<T, SourceError>, words: &[(&str, &str)]) {
        let Err(error) = result else { panic!("{situation}: no error") };
        let rows = rows();
        let row = rows.iter().find(|row| row.situation == situation);
        let row = row.unwrap_or_else(|| panic!("{situation}: no row"));
        let hint = words.iter().fold(row.hint.clone(), |hint, (word, meant)| hint.replace(word, meant));
        assert_eq!(format!("{:?}", error.kind()), row.kind, "{situation}: {error}");
        assert_eq!(error.is_transient(), row.transient, "{situation}");
        assert_eq!(error.hint().unwrap_or_default(), hint, "{situation}");
        assert_eq!(exit(error.kind()), row.exit, "{situation}");
        self.0.insert(situation.to_owned());
    }

    /// Ends the test: it has brought about just what it stands for in `every_row_is_brought_about`.
    fn are(self, group: &[&str]) {
        let group: BTreeSet<String> = group.iter().map(|situation| (*situation).to_owned()).collect();
        assert_eq!(self.0, group);
    }
}

fn secret(text: &str) -> Secret {
    Secret::copy_of(text.as_bytes())
}

async fn get(source: &VaultSource, place: &str) -> Result<Secret, SourceError> {
    source.get(&at(place)).await
}

#[test]
fn every_row_is_brought_about() {
    let real = [STORED, REACHED, LOGINS, WRITES, LENT, OWN].concat();
    let real: BTreeSet<String> = real.into_iter().map(str::to_owned).collect();
    let rows = rows();
    let told = rows.iter().filter(|row| row.shown_by == "openbao").map(|row| row.situation.clone());
    assert_eq!(told.collect::<BTreeSet<_>>(), real);
    let situations: BTreeSet<&str> = rows.iter().map(|row| row.situation.as_str()).collect();
    assert_eq!(situations.len(), rows.len(), "a situation stands twice");
}

#[tokio::test]
async fn what_no_server_here_shows_is_scripted() {
    let mut proved = 0;
    for row in rows() {
        let Some(id) = row.shown_by.strip_prefix("fake:") else { continue };
        // Of several answers the first is the situation; the others are what comes after it.
        let first = cases::replies(id).into_iter().next();
        let fake = FakeServer::start([first.expect("an answer")]).await.unwrap();
        let source = VaultSettings::new(fake.url())
            .with_login(VaultLogin::token(secret("s.token")))
            .with_mount("secret", Engine::KvV2)
            .build()
            .unwrap();
        Proved::default().is(&row.situation, get(&source, "vault://secret/prod/db").await, &[]);
        proved += 1;
    }
    assert!(proved > 0);
}

const STORED: &[&str] = &[
    "nothing is stored there, in version 2",
    "nothing is stored there, in version 1",
    "a version that never was, or was trimmed",
    "a version that was deleted",
    "a version that was destroyed",
    "the version before the first",
    "a field that is not there, beside one of a similar name",
    "a version that is no number, 0 or below",
    "a path with a `..`",
    "a mount and nothing below it",
];

#[tokio::test]
async fn what_is_not_stored_is_told_apart() {
    let (one, two, raw, source) = (kv1(), kv2(), Raw::root(), root_source());
    for _ in 0..2 {
        raw.done("POST", &format!("{two}/data/db"), json!({"data": {"password": "x"}}));
    }
    raw.done("POST", &format!("{two}/data/once"), json!({"data": {"password": "x"}}));
    raw.done("POST", &format!("{two}/delete/db"), json!({"versions": [2]}));
    raw.done("POST", &format!("{two}/destroy/db"), json!({"versions": [1]}));
    let mut proved = Proved::default();
    let read = async |place: &str| get(&source, &format!("vault://{place}")).await;
    let words = [("<mount>", two.as_str()), ("<version>", "2"), ("<name>", "db")];
    proved.is(STORED[0], read(&format!("{two}/none")).await, &[]);
    proved.is(STORED[1], read(&format!("{one}/none")).await, &[]);
    proved.is(STORED[2], read(&format!("{two}/db?version=9")).await, &[("<version>", "9")]);
    proved.is(STORED[3], read(&format!("{two}/db")).await, &words);
    proved.is(STORED[4], read(&format!("{two}/db?version=previous")).await, &[]);
    proved.is(STORED[5], read(&format!("{two}/once?version=previous")).await, &[]);
    proved.is(STORED[6], read(&format!("{two}/once#pasword")).await, &[]);
    for version in ["0", "-1", "latest"] {
        proved.is(STORED[7], read(&format!("{two}/once?version={version}")).await, &[]);
    }
    proved.is(STORED[8], read(&format!("{two}/../{one}/db")).await, &[]);
    proved.is(STORED[9], read(&two).await, &[]);
    proved.are(STORED);
}

const REACHED: &[&str] = &[
    "nothing is mounted there, seen by a token that may see everything",
    "no policy of the token reaches under the mount, or nothing is mounted there",
    "a store that was set to be of version 1 and is of version 2",
    "a namespace that is not there",
    "a policy denies",
    "the token is unknown or has ended",
    "a token with a line break",
    "no token and no login",
    "the file of the token is not there",
    "the server's certificate is signed by nobody whom we trust",
    "more requests than the server's quota",
];

#[tokio::test]
async fn whoever_is_not_let_in_is_told_why() {
    let (store, raw) = (Store::new(), Raw::root());
    let root = || VaultLogin::token(shared().openbao().token.clone());
    let mut proved = Proved::default();
    proved.is(REACHED[0], get(&root_source(), "vault://nowhere/db").await, &[]);
    let hcl = format!("path \"{}/data/db\" {{ capabilities = [\"read\"] }}", store.mount);
    let limited = source_as(&token_with(&raw, &hcl, json!({})));
    proved.is(REACHED[1], get(&limited, "vault://nowhere/db").await, &[]);
    let wrong = settings().with_login(root()).with_mount(&store.mount, Engine::KvV1).build().unwrap();
    proved.is(REACHED[2], get(&wrong, &store.place()).await, &[]);
    let nowhere = settings().with_login(root()).with_namespace("nowhere").build().unwrap();
    proved.is(REACHED[3], get(&nowhere, "vault://secret/db").await, &[]);
    proved.is(REACHED[4], get(&limited, &store.denied()).await, &[]);
    proved.is(REACHED[5], get(&source_as("s.unknown"), &store.place()).await, &[]);
    proved.is(REACHED[6], get(&source_as("s.token\n"), &store.place()).await, &[]);
    proved.is(REACHED[7], get(&settings().build().unwrap(), &store.place()).await, &[]);
    let missing = source_of(VaultLogin::token_file("/no/such/file"));
    proved.is(REACHED[8], get(&missing, &store.place()).await, &[]);

    // Certificates, but none that has signed the server's.
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.pem");
    std::fs::write(&other, std::fs::read(&shared().openbao().client_cert).unwrap()).unwrap();
    let distrustful = VaultSettings::new(&shared().openbao().address).with_ca_file(other);
    let distrustful = distrustful.with_login(root()).build().unwrap();
    proved.is(REACHED[9], get(&distrustful, &store.place()).await, &[]);

    raw.done("POST", "sys/quotas/config", json!({"enable_rate_limit_response_headers": true}));
    let quota = json!({"path": format!("{}/", store.mount), "rate": 1, "interval": "1h"});
    raw.done("POST", &format!("sys/quotas/rate-limit/{}", store.policy), quota);
    let source = root_source();
    drop(get(&source, &store.place()).await);
    let throttled = get(&source, &store.place()).await;
    assert!(throttled.as_ref().unwrap_err().retry_after().unwrap() <= Duration::from_secs(3600));
    proved.is(REACHED[10], throttled, &[]);
    raw.done("DELETE", &format!("sys/quotas/rate-limit/{}", store.policy), Value::Null);
    proved.are(REACHED);
}

const LOGINS: &[&str] = &[
    "a role id or secret id that is wrong or used up",
    "a wrapped secret id that somebody has unwrapped",
    "a wrong password",
    "a user who is locked out",
    "a JWT of another audience",
    "a role to log in with that is not there",
    "a login by certificate without one",
];

#[tokio::test]
async fn a_login_that_fails_says_why() {
    let (store, raw) = (Store::new(), Raw::root());
    let mut proved = Proved::default();
    let log_in = async |login: VaultLogin| get(&source_of(login), &store.place()).await;
    let used_up = app_login(&store, json!({"secret_id_num_uses": 1}));
    log_in(used_up.clone()).await.unwrap();
    proved.is(LOGINS[0], log_in(used_up).await, &[]);
    let (mount, role_id) = app_role(&store, json!({}));
    proved.is(LOGINS[0], log_in(VaultLogin::app_role(&role_id, secret("x")).at_mount(&mount)).await, &[]);
    let wrapped = VaultLogin::app_role_wrapped(&role_id, secret("s.unwrapped")).at_mount(&mount);
    proved.is(LOGINS[1], log_in(wrapped).await, &[]);

    let users = mounted_login(&raw, "userpass");
    raw.done("POST", &format!("auth/{users}/users/app"), json!({"password": "right word"}));
    let user = |word: &str| VaultLogin::userpass("app", secret(word)).at_mount(&users);
    for _ in 0..5 {
        proved.is(LOGINS[2], log_in(user("wrong")).await, &[]);
    }
    proved.is(LOGINS[3], log_in(user("right word")).await, &[]);

    let (jwt, issuer) = (mounted_login(&raw, "jwt"), Issuer::new());
    raw.done("POST", &format!("auth/{jwt}/config"), json!({"jwt_validation_pubkeys": [issuer.pem()]}));
    let role = json!({"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"]});
    raw.done("POST", &format!("auth/{jwt}/role/app"), role);
    let signed = |role, claims| VaultLogin::jwt(Some(role), secret(&issuer.sign(&claims))).at_mount(&jwt);
    proved.is(LOGINS[4], log_in(signed("app", json!({"aud": "other"}))).await, &[]);
    proved.is(LOGINS[5], log_in(signed("zz", json!({}))).await, &[]);
    let certificates = mounted_login(&raw, "cert");
    proved.is(LOGINS[6], log_in(VaultLogin::certificate(None).at_mount(certificates)).await, &[]);
    proved.are(LOGINS);
}

const WRITES: &[&str] = &[
    "a put over a version that has moved",
    "a put that expects something, in version 1",
    "a value larger than the server stores",
    "a request larger than the server takes",
    "a value of more than a thousand texts",
];

#[tokio::test]
async fn a_write_that_is_refused_says_why() {
    let (one, two, source) = (kv1(), kv2(), root_source());
    let mut proved = Proved::default();
    let place = at(&format!("vault://{two}/db"));
    let plainly = PutOptions::default();
    source.put(&place, &secret("one"), &plainly).await.unwrap();
    let seen = plainly.clone().expecting(Expected::Revision(source.revision(&place).await.unwrap()));
    source.put(&place, &secret("two"), &plainly).await.unwrap();
    proved.is(WRITES[0], source.put(&place, &secret("three"), &seen).await, &[]);
    let absent = plainly.clone().expecting(Expected::Absent);
    proved.is(WRITES[1], source.put(&at(&format!("vault://{one}/db")), &secret("x"), &absent).await, &[]);
    proved.is(WRITES[2], source.put(&place, &secret(&"x".repeat(1_500_000)), &plainly).await, &[]);
    proved.is(WRITES[3], source.put(&place, &secret(&"x".repeat(34_000_000)), &plainly).await, &[]);
    let many: serde_json::Map<_, _> = (0..1100).map(|number| (format!("n{number}"), json!("x"))).collect();
    proved.is(WRITES[4], source.put(&place, &secret(&Value::Object(many).to_string()), &plainly).await, &[]);
    proved.are(WRITES);
}

const LENT: &[&str] = &[
    "the database is down in which a credential is to be made",
    "a role that lends nothing, since it is not there",
    "a lease that has ended or was revoked is renewed",
    "the revision of what is lent",
];

#[tokio::test]
async fn what_is_not_lent_says_why() {
    let (raw, source) = (Raw::root(), root_source());
    let mount = mounted(&raw, "database", Value::Null);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = json!({"plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "verify_connection": false,
        "connection_url": format!("postgresql://admin:x@127.0.0.1:{port}/postgres")});
    raw.done("POST", &format!("{mount}/config/db"), config);
    let role =
        json!({"db_name": "db", "default_ttl": "60s", "creation_statements": ["CREATE ROLE \"{{name}}\""]});
    raw.done("POST", &format!("{mount}/roles/app"), role);
    let mut proved = Proved::default();
    proved.is(LENT[0], get(&source, &format!("vault://{mount}/creds/app")).await, &[]);
    proved.is(LENT[1], get(&source, &format!("vault://{mount}/creds/none")).await, &[]);
    let lease =
        Lease::new(format!("{mount}/creds/app/gone"), std::time::SystemTime::now(), Duration::from_secs(9));
    proved.is(LENT[2], source.renew(&lease, Duration::from_secs(9)).await, &[]);
    proved.is(LENT[3], source.revision(&at(&format!("vault://{mount}/creds/app"))).await, &[]);
    proved.are(LENT);
}

const OWN: &[&str] =
    &["the server is sealed", "a write while no server is active", "the server hangs", "the server is gone"];

#[tokio::test]
async fn a_server_that_is_in_trouble_says_which() {
    let servers = Servers::own(&["openbao"]).unwrap();
    let openbao = servers.openbao();
    let raw = Raw::of(openbao);
    raw.done("POST", "sys/mounts/secret", json!({"type": "kv", "options": {"version": "2"}}));
    crate::support::wait_for(&raw, "secret");
    raw.done("POST", "secret/data/db", json!({"data": {"value": "x"}}));
    let source = VaultSettings::new(&openbao.address)
        .with_ca_file(&openbao.ca)
        .with_login(VaultLogin::token(openbao.token.clone()))
        .with_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let place = at("vault://secret/db");
    source.get(&place).await.unwrap();
    let mut proved = Proved::default();

    raw.done("PUT", "sys/step-down", Value::Null);
    // For some seconds nobody is active; before that the old one may still answer.
    let begun = std::time::Instant::now();
    let refused = loop {
        match source.put(&place, &secret("y"), &PutOptions::default()).await {
            Err(error) => break error,
            Ok(_) => assert!(begun.elapsed() < Duration::from_secs(10), "the server stays active"),
        }
    };
    proved.is(OWN[1], Err::<(), _>(refused), &[]);

    servers.restart("openbao").unwrap();
    raw.done("PUT", "sys/seal", Value::Null);
    proved.is(OWN[0], source.get(&place).await, &[]);
    proved.is(OWN[0], source.check().await, &[]);
    servers.restart("openbao").unwrap();
    source.get(&place).await.unwrap();
    servers.pause("openbao").unwrap();
    proved.is(OWN[2], source.get(&place).await, &[]);
    servers.resume("openbao").unwrap();
    source.get(&place).await.unwrap();
    servers.kill("openbao").unwrap();
    proved.is(OWN[3], source.get(&place).await, &[]);
    servers.restart("openbao").unwrap();
    source.get(&place).await.unwrap();
    proved.are(OWN);
}
