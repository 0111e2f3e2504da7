//! Each way of becoming known, right and wrong.

use reticent_core::{ErrorKind, Secret, SecretSource as _};
use reticent_provider_vault::{VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::fake::{FakeServer, Reply};
use serde_json::{Value, json};

use crate::jwt::{Issuer, kubernetes};
use crate::raw::{Raw, shared};
use crate::support::{at, kv2, mounted_login, policy, settings, unique};

/// A store with one secret, and a policy that reads it.
pub(crate) struct Store {
    pub(crate) mount: String,
    pub(crate) policy: String,
}

impl Store {
    pub(crate) fn new() -> Self {
        let (mount, raw) = (kv2(), Raw::root());
        raw.done("POST", &format!("{mount}/data/db"), json!({"data": {"value": "x"}}));
        raw.done("POST", &format!("{mount}/data/other"), json!({"data": {"value": "x"}}));
        let hcl = format!("path \"{mount}/data/db\" {{ capabilities = [\"read\"] }}");
        Self { policy: policy(&raw, &hcl), mount }
    }

    pub(crate) fn place(&self) -> String {
        format!("vault://{}/db", self.mount)
    }

    /// A place that the policy does not reach.
    pub(crate) fn denied(&self) -> String {
        format!("vault://{}/other", self.mount)
    }
}

pub(crate) fn source_of(login: VaultLogin) -> VaultSource {
    settings().with_login(login).build().expect("right settings")
}

fn secret(text: &str) -> Secret {
    Secret::copy_of(text.as_bytes())
}

/// An AppRole with these further settings: its mount, and its role id.
pub(crate) fn app_role(store: &Store, mut more: Value) -> (String, String) {
    let raw = Raw::root();
    let mount = mounted_login(&raw, "approle");
    more["token_policies"] = json!([store.policy]);
    raw.done("POST", &format!("auth/{mount}/role/app"), more);
    let role_id = raw.done("GET", &format!("auth/{mount}/role/app/role-id"), Value::Null);
    (mount, role_id["data"]["role_id"].as_str().expect("a role id").to_owned())
}

/// Makes a secret id of the role.
pub(crate) fn secret_id(mount: &str) -> String {
    let made = Raw::root().done("POST", &format!("auth/{mount}/role/app/secret-id"), json!({}));
    made["data"]["secret_id"].as_str().expect("a secret id").to_owned()
}

/// An AppRole's login that works.
pub(crate) fn app_login(store: &Store, more: Value) -> VaultLogin {
    let (mount, role_id) = app_role(store, more);
    VaultLogin::app_role(role_id, secret(&secret_id(&mount))).at_mount(mount)
}

async fn works(store: &Store, login: VaultLogin) {
    let source = source_of(login);
    source.get(&at(&store.place())).await.expect("the policy reaches it");
    source.check().await.expect("the login is right");
    let denied = source.get(&at(&store.denied())).await.expect_err("the policy does not reach it");
    assert_eq!(denied.kind(), ErrorKind::AccessDenied);
}

/// What a login that is wrong says: kind and detail.
async fn refused(store: &Store, login: VaultLogin) -> (ErrorKind, String) {
    let error = source_of(login).get(&at(&store.place())).await.expect_err("the login is wrong");
    (error.kind(), error.detail().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn an_app_role_logs_in_and_a_wrong_one_is_refused() {
    let store = Store::new();
    let (mount, role_id) = app_role(&store, json!({"secret_id_num_uses": 1}));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret-id");
    std::fs::write(&file, format!("{}\n", secret_id(&mount))).unwrap();
    works(&store, VaultLogin::app_role_with_file(&role_id, &file).at_mount(&mount)).await;

    let no_id = (ErrorKind::Unauthenticated, "the role id or the secret id is refused".to_owned());
    let used = VaultLogin::app_role_with_file(&role_id, &file).at_mount(&mount);
    assert_eq!(refused(&store, used).await, no_id);
    assert_eq!(refused(&store, VaultLogin::app_role("nobody", secret("x")).at_mount(&mount)).await, no_id);
    assert_eq!(refused(&store, VaultLogin::app_role(&role_id, secret("x")).at_mount(&mount)).await, no_id);
    let nowhere = VaultLogin::app_role(&role_id, secret("x")).at_mount(unique("nowhere"));
    assert_eq!(refused(&store, nowhere).await.0, ErrorKind::Unauthenticated);
    let up = VaultLogin::app_role(&role_id, secret("x")).at_mount("../sys");
    assert_eq!(refused(&store, up).await.0, ErrorKind::InvalidReference);
    let missing = VaultLogin::app_role_with_file(&role_id, folder.path().join("none")).at_mount(&mount);
    let (kind, detail) = refused(&store, missing).await;
    assert_eq!(kind, ErrorKind::Unauthenticated);
    assert!(detail.ends_with("none: entity not found"), "{detail}");
    let folder_itself = VaultLogin::app_role_with_file(&role_id, folder.path()).at_mount(&mount);
    assert!(refused(&store, folder_itself).await.1.ends_with(": not a regular file"));
}

/// Makes a wrapped secret id: the wrapping token.
fn wrapped(mount: &str) -> String {
    let made = Raw::root().wrapped("POST", &format!("auth/{mount}/role/app/secret-id"), &json!({}));
    made["wrap_info"]["token"].as_str().expect("a wrapping token").to_owned()
}

#[tokio::test]
async fn a_wrapped_secret_id_is_unwrapped_once_and_used_again() {
    let store = Store::new();
    let (mount, role_id) = app_role(&store, json!({}));
    let wrapping = wrapped(&mount);
    let source = source_of(VaultLogin::app_role_wrapped(&role_id, secret(&wrapping)).at_mount(&mount));
    source.get(&at(&store.place())).await.unwrap();
    // The token dies, and the secret id logs in again without its wrapping.
    Raw::root().done("POST", &format!("sys/leases/revoke-prefix/auth/{mount}"), json!({}));
    source.get(&at(&store.place())).await.unwrap();

    let stolen = VaultLogin::app_role_wrapped(&role_id, secret(&wrapping)).at_mount(&mount);
    let error = source_of(stolen).get(&at(&store.place())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(error.detail(), Some("the wrapped secret id was unwrapped before, or has ended"));
    let hint = "if you did not do that, somebody else has read it: revoke it and make a new one";
    assert_eq!(error.hint(), Some(hint));
    let wrong = VaultLogin::app_role_wrapped(&role_id, secret("no token\n")).at_mount(&mount);
    assert_eq!(refused(&store, wrong).await.0, ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn an_unwrapping_whose_answer_was_lost_raises_no_alarm() {
    let cut = Reply::new(200).with_body(r#"{"data":{"secret_id":"x"}}"#).cut_after(9);
    let used = Reply::new(400).with_body(r#"{"errors":["wrapping token is not valid or does not exist"]}"#);
    let fake = FakeServer::start([cut, used]).await.unwrap();
    let login = VaultLogin::app_role_wrapped("role", secret("s.wrapping"));
    let source = VaultSettings::new(fake.url()).with_login(login).build().unwrap();
    let lost = source.check().await.unwrap_err();
    assert_eq!((lost.kind(), lost.detail()), (ErrorKind::Unavailable, Some("the connection broke off")));
    let error = source.check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(error.detail(), Some("the wrapped secret id was asked for, and the answer was lost"));
    assert_eq!(error.hint(), Some("revoke it and make a new one"));
}

#[tokio::test]
async fn a_jwt_logs_in_and_a_wrong_one_is_refused() {
    let (store, raw, issuer) = (Store::new(), Raw::root(), Issuer::new());
    let mount = mounted_login(&raw, "jwt");
    raw.done("POST", &format!("auth/{mount}/config"), json!({"jwt_validation_pubkeys": [issuer.pem()]}));
    let role = json!({"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"],
        "bound_subject": "app", "token_policies": [store.policy]});
    raw.done("POST", &format!("auth/{mount}/role/app"), role);
    let login = |jwt: &str| VaultLogin::jwt(Some("app"), secret(jwt)).at_mount(&mount);
    works(&store, login(&issuer.sign(&json!({})))).await;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwt");
    std::fs::write(&file, issuer.sign(&json!({}))).unwrap();
    works(&store, VaultLogin::jwt_file(Some("app"), &file).at_mount(&mount)).await;

    let no = (ErrorKind::Unauthenticated, "the JWT is refused".to_owned());
    for claims in [
        json!({"aud": "other"}),
        json!({"exp": 1_000_000, "iat": 999_000, "nbf": 999_000}),
        json!({"sub": "other"}),
    ] {
        assert_eq!(refused(&store, login(&issuer.sign(&claims))).await, no, "{claims}");
    }
    assert_eq!(refused(&store, login(&Issuer::new().sign(&json!({})))).await, no);
    assert_eq!(refused(&store, login("no.jwt.at all")).await.0, ErrorKind::Unauthenticated);
    let no_role = VaultLogin::jwt(Some("zz"), secret(&issuer.sign(&json!({})))).at_mount(&mount);
    let want = (ErrorKind::InvalidReference, "there is no such role to log in with".to_owned());
    assert_eq!(refused(&store, no_role).await, want);
}

#[tokio::test]
async fn a_service_account_logs_in_with_the_token_that_its_file_holds_now() {
    let (store, raw, issuer) = (Store::new(), Raw::root(), Issuer::new());
    let mount = mounted_login(&raw, "kubernetes");
    let ca = std::fs::read_to_string(&shared().openbao().ca).unwrap();
    let config = json!({"kubernetes_host": format!("http://127.0.0.1:{}", kubernetes()), "kubernetes_ca_cert": ca,
        "disable_local_ca_jwt": true});
    raw.done("POST", &format!("auth/{mount}/config"), config);
    let role = json!({"bound_service_account_names": ["app"], "bound_service_account_namespaces": ["prod"],
        "token_policies": [store.policy]});
    raw.done("POST", &format!("auth/{mount}/role/app"), role);
    let account = json!({"kubernetes.io/serviceaccount/namespace": "prod", "kubernetes.io/serviceaccount/service-account.name": "app",
        "kubernetes.io/serviceaccount/service-account.uid": "u1", "aud": ["vault"], "sub": "system:serviceaccount:prod:app",
        "kubernetes.io": {"namespace": "prod", "serviceaccount": {"name": "app", "uid": "u1"}}});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let login = |role: &str| VaultLogin::kubernetes_with_file(role, &file).at_mount(&mount);
    std::fs::write(&file, "not yet a token").unwrap();
    let source = source_of(login("app"));
    assert_eq!(source.get(&at(&store.place())).await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    std::fs::write(&file, issuer.sign(&account)).unwrap();
    source.get(&at(&store.place())).await.unwrap();
    works(&store, login("app")).await;
    let want = (ErrorKind::InvalidReference, "there is no such role to log in with".to_owned());
    assert_eq!(refused(&store, login("nope")).await, want);
}

#[tokio::test]
async fn a_user_logs_in_and_a_wrong_password_locks_out() {
    let (store, raw) = (Store::new(), Raw::root());
    let mount = mounted_login(&raw, "userpass");
    let user = json!({"password": "right word", "token_policies": [store.policy]});
    raw.done("POST", &format!("auth/{mount}/users/app"), user);
    let login = |word: &str| VaultLogin::userpass("app", secret(word)).at_mount(&mount);
    works(&store, login("right word")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "right word\n").unwrap();
    works(&store, VaultLogin::userpass_with_file("app", &file).at_mount(&mount)).await;

    let no = (ErrorKind::Unauthenticated, "the user name or the password is refused".to_owned());
    for _ in 0..5 {
        assert_eq!(refused(&store, login("wrong")).await, no);
    }
    let error = source_of(login("right word")).get(&at(&store.place())).await.unwrap_err();
    assert_eq!((error.kind(), error.detail()), (ErrorKind::Unauthenticated, Some("the login is refused")));
    let hint = "a user is locked out for a while after five failures; else see the login's mount";
    assert_eq!(error.hint(), Some(hint));
    let up = VaultLogin::userpass("../../sys", secret("x")).at_mount(&mount);
    assert_eq!(refused(&store, up).await.0, ErrorKind::InvalidReference);
}

#[tokio::test]
async fn a_certificate_logs_in_and_none_is_refused() {
    let (store, raw, servers) = (Store::new(), Raw::root(), shared());
    let openbao = servers.openbao();
    let mount = mounted_login(&raw, "cert");
    let certificate = std::fs::read_to_string(&openbao.client_cert).unwrap();
    let role = json!({"certificate": certificate, "token_policies": [store.policy]});
    raw.done("POST", &format!("auth/{mount}/certs/app"), role);
    let login = |role| VaultLogin::certificate(role).at_mount(&mount);
    for role in [None, Some("app")] {
        let settings = settings().with_identity_files(&openbao.client_cert, &openbao.client_key);
        settings.with_login(login(role)).build().unwrap().get(&at(&store.place())).await.unwrap();
    }
    let want = (ErrorKind::Unauthenticated, "the server saw no client certificate".to_owned());
    assert_eq!(refused(&store, login(None)).await, want);
    let settings = settings().with_identity_files(&openbao.client_cert, &openbao.client_key);
    let other = settings.with_login(login(Some("other"))).build().unwrap();
    assert_eq!(other.get(&at(&store.place())).await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}
