//! Mounts, policies and sources that a test makes for itself.

use std::sync::atomic::{AtomicU32, Ordering};

use reticent_core::{Secret, SecretRef, SecretSource as _, SourceError};
use reticent_provider_vault::{VaultLogin, VaultSettings, VaultSource};
use serde_json::{Value, json};

use crate::raw::{Raw, shared, text};

/// A name that no other test and no other process uses.
pub(crate) fn unique(word: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{word}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Mounts an engine of one's own, and returns its path.
pub(crate) fn mounted(raw: &Raw, kind: &str, options: Value) -> String {
    let mount = unique(kind);
    raw.done("POST", &format!("sys/mounts/{mount}"), json!({"type": kind, "options": options}));
    mount
}

/// Mounts a way to log in of one's own, and returns its place below `auth/`.
pub(crate) fn mounted_login(raw: &Raw, kind: &str) -> String {
    let mount = unique(kind);
    raw.done("POST", &format!("sys/auth/{mount}"), json!({"type": kind}));
    mount
}

pub(crate) fn kv1() -> String {
    mounted(&Raw::root(), "kv", json!({"version": "1"}))
}

pub(crate) fn kv2() -> String {
    let raw = Raw::root();
    let mount = mounted(&raw, "kv", json!({"version": "2"}));
    wait_for(&raw, &mount);
    mount
}

/// Waits until a new store of version 2 has made itself ready.
pub(crate) fn wait_for(raw: &Raw, mount: &str) {
    let begun = std::time::Instant::now();
    while raw.call("GET", &format!("{mount}/config"), Value::Null).0 != 200 {
        assert!(begun.elapsed().as_secs() < 30, "{mount} does not become ready");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// How to reach the shared server, as nobody yet.
pub(crate) fn settings() -> VaultSettings {
    let servers = shared();
    let openbao = servers.openbao();
    VaultSettings::new(&openbao.address).with_ca_file(&openbao.ca)
}

/// A source as this token.
pub(crate) fn source_as(token: &str) -> VaultSource {
    settings()
        .with_login(VaultLogin::token(Secret::copy_of(token.as_bytes())))
        .build()
        .expect("right settings")
}

pub(crate) fn root_source() -> VaultSource {
    source_as(&text(&shared().openbao().token))
}

/// Writes a policy of these HCL lines, and returns its name.
pub(crate) fn policy(raw: &Raw, hcl: &str) -> String {
    let name = unique("policy");
    raw.done("PUT", &format!("sys/policies/acl/{name}"), json!({"policy": hcl}));
    name
}

/// Makes a token with this policy of HCL lines and these further settings.
pub(crate) fn token_with(raw: &Raw, hcl: &str, mut more: Value) -> String {
    let name = policy(raw, hcl);
    more["policies"] = json!([name]);
    let made = raw.done("POST", "auth/token/create", more);
    made["auth"]["client_token"].as_str().expect("a token").to_owned()
}

pub(crate) fn at(text: &str) -> SecretRef {
    text.parse().expect("a reference")
}

/// Reads as text.
pub(crate) async fn read(source: &VaultSource, place: &str) -> Result<String, SourceError> {
    source.get(&at(place)).await.map(|secret| text(&secret))
}
