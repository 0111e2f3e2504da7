//! Credentials that OpenBao makes in PostgreSQL, and takes back.

use std::time::{Duration, SystemTime};

use reticent_core::{ErrorKind, Lease, LeaseKeeper as _, Secret, SecretSource as _};
use reticent_provider_vault::VaultLogin;
use serde_json::{Value, json};

use crate::logins::{app_role, secret_id, source_of};
use crate::raw::{Raw, shared, text};
use crate::support::{at, policy, root_source, source_as, token_with, unique};

/// A database engine of one's own over the shared PostgreSQL.
pub(crate) struct Database {
    pub(crate) mount: String,
    /// The beginning of its users' names.
    prefix: String,
}

impl Database {
    /// With a role `app` whose credentials live for `ttl` and at most `max` seconds.
    pub(crate) fn new(ttl: u32, max: u32) -> Self {
        let (raw, servers) = (Raw::root(), shared());
        let postgres = servers.postgres();
        let mount = crate::support::mounted(&raw, "database", Value::Null);
        let prefix = unique("lent").replace('-', "_");
        let url = format!(
            "postgresql://{{{{username}}}}:{{{{password}}}}@{}:{}/{}?sslmode=require",
            postgres.host, postgres.port, postgres.database
        );
        let config = json!({"plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "connection_url": url,
            "username": postgres.user, "password": text(&postgres.password),
            "username_template": format!("{prefix}_{{{{random 8}}}}")});
        raw.done("POST", &format!("{mount}/config/db"), config);
        let role = json!({"db_name": "db", "default_ttl": format!("{ttl}s"), "max_ttl": format!("{max}s"),
            "creation_statements": ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"]});
        raw.done("POST", &format!("{mount}/roles/app"), role);
        Self { mount, prefix }
    }

    pub(crate) fn place(&self) -> String {
        format!("vault://{}/creds/app", self.mount)
    }

    /// How many leases the server holds of it.
    fn leases(&self) -> usize {
        let (status, answer) =
            Raw::root().call("LIST", &format!("sys/leases/lookup/{}/creds/app/", self.mount), Value::Null);
        if status == 404 { 0 } else { answer["data"]["keys"].as_array().expect("keys").len() }
    }
}

fn lease_of(secret: &Secret) -> Lease {
    secret.metadata().lease().expect("a lease").clone()
}

#[tokio::test]
async fn a_credential_comes_with_its_lease_and_goes_with_it() {
    let (database, source) = (Database::new(60, 120), root_source());
    let place = at(&database.place());
    assert!(source.lends(&place).await.unwrap());
    let before = SystemTime::now();
    let whole = source.get(&place).await.unwrap();
    let fields = whole.fields().unwrap();
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["password", "username"]);
    assert!(text(&fields[1].1).starts_with(&database.prefix));
    let lease = lease_of(&whole);
    assert!(lease.id().starts_with(&format!("{}/creds/app/", database.mount)));
    assert_eq!((lease.duration(), lease.is_renewable()), (Duration::from_secs(60), true));
    assert!(lease.granted_at() >= before && lease.granted_at() <= SystemTime::now());
    assert_eq!(database.leases(), 1);

    let keeper = source.leases().unwrap();
    let renewed = keeper.renew(&lease, Duration::from_secs(90)).await.unwrap();
    assert_eq!((renewed.id(), renewed.duration()), (lease.id(), Duration::from_secs(90)));
    assert!(renewed.granted_at() >= lease.granted_at());
    // More than the most is capped, without an error.
    let capped = keeper.renew(&lease, Duration::from_secs(3600)).await.unwrap();
    assert!(capped.duration() <= Duration::from_secs(120) && capped.duration() > Duration::from_secs(100));

    keeper.revoke(&lease).await.unwrap();
    assert_eq!(database.leases(), 0);
    keeper.revoke(&lease).await.unwrap();
    let error = keeper.renew(&lease, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::Expired, Some(lease.id())));
    let bogus = Lease::new("no/such/lease", before, Duration::from_secs(9));
    assert_eq!(keeper.renew(&bogus, Duration::from_secs(9)).await.unwrap_err().kind(), ErrorKind::Expired);
    keeper.revoke(&bogus).await.unwrap();
}

#[tokio::test]
async fn a_field_of_a_credential_has_its_lease_too() {
    let (database, source) = (Database::new(60, 120), root_source());
    let user = source.get(&at(&format!("{}#username", database.place()))).await.unwrap();
    assert!(text(&user).starts_with(&database.prefix));
    source.leases().unwrap().revoke(&lease_of(&user)).await.unwrap();
    let error = source.get(&at(&format!("{}#pasword", database.place()))).await.unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, Some("did you mean password?")));
    let none = source.get(&at(&format!("vault://{}/creds/none", database.mount))).await.unwrap_err();
    assert_eq!((none.kind(), none.detail()), (ErrorKind::NotFound, Some("there is no such role")));
    let place = at(&database.place());
    assert_eq!(source.revision(&place).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let previous = at(&format!("{}?version=previous", database.place()));
    assert_eq!(source.get(&previous).await.unwrap_err().kind(), ErrorKind::InvalidReference);
}

#[tokio::test]
async fn a_lease_ends_with_the_token_that_it_was_made_under() {
    let (database, raw) = (Database::new(60, 120), Raw::root());
    let hcl = format!("path \"{}/creds/*\" {{ capabilities = [\"read\"] }}", database.mount);
    let token = token_with(&raw, &hcl, json!({"ttl": "20s", "renewable": false}));
    let secret = source_as(&token).get(&at(&database.place())).await.unwrap();
    let lease = lease_of(&secret);
    assert!(lease.duration() <= Duration::from_secs(20) && lease.duration() > Duration::from_secs(15));
}

#[tokio::test]
async fn a_lease_of_a_token_that_was_replaced_has_ended() {
    let (database, raw) = (Database::new(60, 120), Raw::root());
    let hcl = format!(
        "path \"{}/creds/*\" {{ capabilities = [\"read\"] }}\npath \"sys/leases/*\" {{ capabilities = [\"update\"] }}",
        database.mount
    );
    let store = crate::logins::Store { mount: database.mount.clone(), policy: policy(&raw, &hcl) };
    let (mount, role_id) = app_role(&store, json!({}));
    let login = VaultLogin::app_role(role_id, Secret::copy_of(secret_id(&mount).as_bytes())).at_mount(&mount);
    let source = source_of(login);
    let keeper = source.leases().unwrap();
    let first = lease_of(&source.get(&at(&database.place())).await.unwrap());
    keeper.renew(&first, Duration::from_secs(60)).await.unwrap();
    raw.done("POST", &format!("sys/leases/revoke-prefix/auth/{mount}"), json!({}));
    let second = lease_of(&source.get(&at(&database.place())).await.unwrap());
    let error = keeper.renew(&first, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
    assert_eq!(error.detail(), Some("the token that it was made under was replaced"));
    keeper.renew(&second, Duration::from_secs(60)).await.unwrap();
    keeper.revoke(&first).await.unwrap();
    keeper.revoke(&second).await.unwrap();
    assert_eq!(database.leases(), 0);
}

#[tokio::test]
async fn a_token_near_its_end_is_replaced_before_it_lends() {
    let (database, raw) = (Database::new(60, 120), Raw::root());
    let hcl = format!("path \"{}/creds/*\" {{ capabilities = [\"read\"] }}", database.mount);
    let store = crate::logins::Store { mount: database.mount.clone(), policy: policy(&raw, &hcl) };
    let (mount, role_id) = app_role(&store, json!({"token_ttl": "3s", "token_type": "batch"}));
    let login = VaultLogin::app_role(role_id, Secret::copy_of(secret_id(&mount).as_bytes())).at_mount(&mount);
    let source = source_of(login);
    source.check().await.unwrap();
    tokio::time::sleep(Duration::from_millis(2200)).await;
    let lease = lease_of(&source.get(&at(&database.place())).await.unwrap());
    // The old one had less than a second left.
    assert!(lease.duration() >= Duration::from_secs(2), "{:?}", lease.duration());
}

#[tokio::test]
async fn a_static_role_says_until_when_its_password_holds() {
    let (database, raw, source) = (Database::new(60, 120), Raw::root(), root_source());
    let user = unique("static").replace('-', "_");
    // The engine makes the user, since no test here speaks PostgreSQL.
    let maker = json!({"db_name": "db", "default_ttl": "1h", "max_ttl": "1h", "creation_statements":
        [format!("CREATE ROLE {user} LOGIN PASSWORD 'first word'"), "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}'"]});
    raw.done("POST", &format!("{}/roles/maker", database.mount), maker);
    raw.done("GET", &format!("{}/creds/maker", database.mount), Value::Null);
    let role = json!({"db_name": "db", "username": user, "rotation_period": "3600s"});
    raw.done("POST", &format!("{}/static-roles/fixed", database.mount), role);
    let place = at(&format!("vault://{}/static-creds/fixed", database.mount));
    assert!(!source.lends(&place).await.unwrap());
    let secret = source.get(&place).await.unwrap();
    assert_eq!(secret.metadata().lease(), None);
    let left = secret.metadata().expires().unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(left > Duration::from_secs(3500) && left <= Duration::from_secs(3600), "{left:?}");
    let seen = source.revision(&place).await.unwrap();
    raw.done("POST", &format!("{}/rotate-role/fixed", database.mount), json!({}));
    assert_ne!(source.revision(&place).await.unwrap(), seen);
    assert_eq!(text(&source.get(&at(&format!("{place}#username"))).await.unwrap()), user);
}

#[tokio::test]
async fn a_store_lends_nothing() {
    let store = crate::logins::Store::new();
    assert!(!root_source().lends(&at(&store.place())).await.unwrap());
}

#[tokio::test]
async fn what_the_database_says_is_not_passed_on() {
    let (database, raw, source) = (Database::new(60, 120), Raw::root(), root_source());
    let role = json!({"db_name": "db", "default_ttl": "60s", "creation_statements": ["SELECT no_such_function('{{password}}')"]});
    raw.done("POST", &format!("{}/roles/broken", database.mount), role);
    let error = source.get(&at(&format!("vault://{}/creds/broken", database.mount))).await.unwrap_err();
    assert_eq!((error.kind(), error.detail()), (ErrorKind::Unavailable, Some("the server failed inside")));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("no_such_function") && !shown.contains("127.0.0.1"), "{shown}");
}
