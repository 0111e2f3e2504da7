//! The source keeps the laws, over both versions of the store on the real server.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use reticent_core::{Secret, SecretList, SecretRef, SecretSink, SecretSource};
use reticent_provider_vault::{VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::fake::{Redirect, Reply};
use reticent_testkit::fault::{Fault, FaultProxy};
use reticent_testkit::{Harness, Part, SideDoorError, Stranger, Trouble};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::raw::{Raw, shared};
use crate::support::{kv1, kv2, unique};

/// Long enough for a busy machine, and for a law to wait for it.
const LIMIT: Duration = Duration::from_secs(1);

/// A store of one's own, a token for it alone, and a proxy before the server.
struct Store {
    label: &'static str,
    versions: bool,
    raw: Raw,
    mount: String,
    policy: String,
    token: String,
    proxy: FaultProxy,
    source: Arc<VaultSource>,
    /// A backend that sends everybody away, and a source over it with the same token.
    redirect: Arc<Redirect>,
    lured: Arc<VaultSource>,
}

impl Store {
    fn new(label: &'static str, versions: bool) -> Self {
        let (raw, servers) = (Raw::root(), shared());
        let openbao = servers.openbao();
        let mount = if versions { kv2() } else { kv1() };
        let policy = unique("law");
        let server = openbao.address.trim_start_matches("https://").to_owned();
        let proxy = apart(async move { FaultProxy::start(server).await.expect("a proxy") });
        let store = raw.clone();
        grant(&store, &policy, &mount, "");
        let made = raw.done("POST", "auth/token/create", json!({"policies": [policy]}));
        let token = made["auth"]["client_token"].as_str().expect("a token").to_owned();
        let login = || VaultLogin::token(Secret::copy_of(token.as_bytes()));
        let source = VaultSettings::new(format!("https://{}", proxy.address()))
            .with_ca_file(&openbao.ca)
            .with_timeout(LIMIT)
            .with_login(login())
            .build()
            .expect("right settings");
        let redirect =
            apart(async { Redirect::start(Reply::new(200).with_body("{}")).await.expect("a redirect") });
        let lured = VaultSettings::new(redirect.url()).with_login(login()).build().expect("right settings");
        let (source, redirect, lured) = (Arc::new(source), Arc::new(redirect), Arc::new(lured));
        Self { label, versions, raw, mount, policy, token, proxy, source, redirect, lured }
    }

    /// The path of a place below the API's root, under one of the engine's words.
    fn path(&self, word: &str, at: &SecretRef) -> String {
        let name = at.path().strip_prefix(&format!("{}/", self.mount)).expect("a place of this store");
        let name = percent(name);
        if self.versions { format!("{}/{word}/{name}", self.mount) } else { format!("{}/{name}", self.mount) }
    }

    fn try_call(&self, method: &str, path: &str, body: Value) -> Result<Value, SideDoorError> {
        let (status, answer) = self.raw.call(method, path, body);
        if status < 300 {
            Ok(answer)
        } else {
            Err(format!("{method} {path}: {status} {}", answer["errors"]).into())
        }
    }
}

/// Lets the law's token do everything in its store, but for these further lines.
fn grant(raw: &Raw, policy: &str, mount: &str, more: &str) {
    let can = r#"["create", "read", "update", "patch", "delete", "list"]"#;
    let hcl = format!("path \"{mount}/*\" {{ capabilities = {can} }}\n{more}");
    raw.done("PUT", &format!("sys/policies/acl/{policy}"), json!({"policy": hcl}));
}

/// Runs what needs a runtime that outlives the law's own.
fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let made = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        made.expect("a runtime can be made")
    });
    std::thread::spawn(move || runtime.block_on(work)).join().expect("the work does not panic")
}

fn percent(name: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
    let text = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(text).collect()
}

/// The object as which a user of Vault would store this value, or which this crate documents for bytes.
fn object(value: &[u8]) -> Value {
    match std::str::from_utf8(value) {
        Ok(text) => match serde_json::from_str::<Value>(text) {
            Ok(object @ Value::Object(_)) => object,
            _ => json!({"value": text}),
        },
        Err(_) => json!({"encoding": "base64", "value": base64(value)}),
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64::encode_string(bytes)
}

#[async_trait]
impl Harness for Store {
    fn label(&self) -> &str {
        self.label
    }

    fn source(&self) -> Arc<dyn SecretSource> {
        if self.redirect.is_luring() { self.lured.clone() } else { self.source.clone() }
    }

    fn stranger(&self) -> Option<Arc<dyn Stranger>> {
        Some(self.redirect.clone())
    }

    fn sink(&self) -> Option<Arc<dyn SecretSink>> {
        if self.versions { Some(self.source.clone()) } else { None }
    }

    fn list(&self) -> Option<Arc<dyn SecretList>> {
        Some(self.source.clone())
    }

    fn credential(&self) -> Option<Secret> {
        Some(Secret::copy_of(self.token.as_bytes()))
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(LIMIT)
    }

    fn place_for(&self, name: &str) -> Option<SecretRef> {
        SecretRef::new("vault", &format!("{}/{name}", self.mount)).ok()
    }

    async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
        let object = object(value);
        let body = if self.versions { json!({"data": object}) } else { object };
        self.try_call("POST", &self.path("data", at), body).map(drop)
    }

    async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
        self.try_call("DELETE", &self.path("metadata", at), Value::Null).map(drop)
    }

    fn lacks(&self) -> Vec<(Part, &'static str)> {
        let mut lacks = vec![
            (Part::Stages, "Vault's versions have no pending one"),
            (Part::Expiry, "the server sets the end by its own clock; a test of its own reads one"),
        ];
        if !self.versions {
            let one = "version 1 of the store keeps one version";
            let unchecked = "version 1 of the store checks nothing; tests of their own write to it";
            lacks.extend([(Part::Versions, one), (Part::Sink, unchecked)]);
            lacks.push((Part::Trouble(Trouble::FailingWrites), unchecked));
        }
        lacks
    }

    async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
        match trouble {
            Trouble::Denied => {
                let deny = format!("path \"{}\" {{ capabilities = [\"deny\"] }}", self.path("data", at));
                grant(&self.raw, &self.policy, &self.mount, &deny);
            }
            Trouble::FailingWrites => {
                let read = format!("path \"{}\" {{ capabilities = [\"read\"] }}", self.path("data", at));
                grant(&self.raw, &self.policy, &self.mount, &read);
            }
            Trouble::BadCredentials => {
                self.raw.done("POST", "auth/token/revoke", json!({"token": self.token}));
            }
            Trouble::Throttled => {
                self.raw.done(
                    "POST",
                    "sys/quotas/config",
                    json!({"enable_rate_limit_response_headers": true}),
                );
                let quota = json!({"path": format!("{}/", self.mount), "rate": 1, "interval": "1h"});
                self.raw.done("POST", &format!("sys/quotas/rate-limit/{}", self.policy), quota);
                drop(self.raw.call("GET", &self.path("data", at), Value::Null));
            }
            Trouble::Unreachable => self.proxy.set(Fault::Refuse).await,
            Trouble::MalformedReply => self.proxy.set(Fault::Garbage).await,
            // The first record of an answer is longer.
            Trouble::TruncatedReply => self.proxy.set(Fault::CloseAfter(40)).await,
            Trouble::Hanging => self.proxy.set(Fault::BlackHole).await,
            other => unreachable!("{other:?} is lacking"),
        }
    }

    async fn relieve(&self) {
        self.proxy.set(Fault::None).await;
        grant(&self.raw, &self.policy, &self.mount, "");
        drop(self.raw.call("DELETE", &format!("sys/quotas/rate-limit/{}", self.policy), Value::Null));
    }
}

mod version_two {
    use super::*;

    reticent_testkit::conformance!(Store::new("vault", true));
}

mod version_one {
    use super::*;

    reticent_testkit::conformance!(Store::new("vault-kv1", false));
}
