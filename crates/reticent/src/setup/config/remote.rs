//! `[sources.vault]`, `[sources.aws]` and `[sources.aws-agent]`: where a backend is, and as whom we ask it.
//!
//! The decision: a credential stands here as a reference to a place of this machine and never as itself. What a key
//! leaves out comes from the variables that the backend's own tools read, so that most programs need no table at all.

use std::collections::BTreeMap;

use reticent_config::toml::{Item, Reader, TomlError};
use reticent_core::{Schemes, SecretRef};

use super::places::reference;

/// The schemes of this machine, where credentials may stand.
const LOCAL: [&str; 4] = ["dotenv", "env", "file", "systemd"];

/// What stands for the instance in a scheme: `vault+prod`.
pub(crate) const INSTANCE: char = '+';

/// Every backend that is not on this machine, by its instance; the usual one has the empty label.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remote {
    pub(crate) vault: BTreeMap<String, VaultTable>,
    pub(crate) aws: BTreeMap<String, AwsTable>,
    pub(crate) agent: BTreeMap<String, AgentTable>,
}

/// `[sources.vault]`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "vault"),
    expect(dead_code, reason = "read all the same, so that one file suits every build")
)]
pub(crate) struct VaultTable {
    pub(crate) address: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) ca_file: Option<String>,
    pub(crate) client_cert: Option<String>,
    pub(crate) client_key: Option<String>,
    pub(crate) mounts: Vec<(String, MountKind)>,
    pub(crate) plain_http: bool,
    pub(crate) login: Option<LoginTable>,
}

/// What serves a mount of Vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MountKind {
    KvV1,
    KvV2,
    Leased,
}

/// `[sources.vault.login]`.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "vault"),
    expect(dead_code, reason = "read all the same, so that one file suits every build")
)]
pub(crate) struct LoginTable {
    pub(crate) mount: Option<String>,
    pub(crate) method: LoginMethod,
}

/// A way of logging in, with its credential as a reference.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "vault"),
    expect(dead_code, reason = "read all the same, so that one file suits every build")
)]
pub(crate) enum LoginMethod {
    Token(SecretRef),
    AppRole { role_id: String, secret_id: SecretRef },
    AppRoleWrapped { role_id: String, token: SecretRef },
    Jwt { role: Option<String>, jwt: SecretRef },
    Kubernetes { role: String, jwt: Option<SecretRef> },
    Userpass { user: String, password: SecretRef },
    Certificate { role: Option<String> },
}

/// `[sources.aws]`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "read all the same, so that one file suits every build")
)]
pub(crate) struct AwsTable {
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) ca_file: Option<String>,
    pub(crate) access_key_id: Option<String>,
    pub(crate) secret_access_key: Option<SecretRef>,
    pub(crate) session_token: Option<SecretRef>,
    pub(crate) refuses_other_regions: bool,
    pub(crate) recovery_days: Option<u8>,
    pub(crate) parameter_key: Option<String>,
    pub(crate) plain_http: bool,
}

/// `[sources.aws-agent]`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "aws-agent"),
    expect(dead_code, reason = "read all the same, so that one file suits every build")
)]
pub(crate) struct AgentTable {
    pub(crate) port: Option<u16>,
    pub(crate) token: Option<SecretRef>,
    pub(crate) role: Option<String>,
    pub(crate) asks_aws_first: bool,
}

impl Remote {
    /// The usual instance of each, as without a table.
    pub(super) fn usual() -> Self {
        let label = String::new;
        Self {
            vault: BTreeMap::from([(label(), VaultTable::default())]),
            aws: BTreeMap::from([(label(), AwsTable::default())]),
            agent: BTreeMap::from([(label(), AgentTable::default())]),
        }
    }

    /// Reads the tables of `[sources]`.
    pub(super) fn read(table: &Reader<'_>, local: &Schemes) -> Result<Self, TomlError> {
        let mut remote = Self::usual();
        instances(table, "vault", VAULT, &mut remote.vault, |table| vault(table, local))?;
        instances(table, "aws", AWS, &mut remote.aws, |table| aws(table, local))?;
        instances(table, "aws-agent", AGENT, &mut remote.agent, |table| agent(table, local))?;
        Ok(remote)
    }

    /// Returns the schemes of labelled instances whose plain schemes this build has.
    pub(super) fn schemes(&self, plain: &[&str]) -> Vec<String> {
        let of = |schemes: &'static [&'static str], label: &String| -> Vec<String> {
            let known = schemes.iter().filter(|scheme| plain.contains(scheme));
            known.map(|scheme| labelled(scheme, label)).collect()
        };
        let vault = self.vault.keys().flat_map(|label| of(&["vault"], label));
        let aws = self.aws.keys().flat_map(|label| of(&["aws-sm", "aws-ssm"], label));
        let agent = self.agent.keys().flat_map(|label| of(&["aws-agent"], label));
        vault.chain(aws).chain(agent).collect()
    }
}

/// The scheme of an instance: `vault`, or `vault+prod`.
pub(crate) fn labelled(scheme: &str, label: &str) -> String {
    if label.is_empty() { scheme.to_owned() } else { format!("{scheme}{INSTANCE}{label}") }
}

const VAULT: &[&str] = &[
    "address",
    "namespace",
    "ca-file",
    "client-cert",
    "client-key",
    "mounts",
    "login",
    "danger-allow-plain-http",
    "instances",
];
const AWS: &[&str] = &[
    "region",
    "profile",
    "endpoint",
    "ca-file",
    "access-key-id",
    "secret-access-key",
    "session-token",
    "other-regions",
    "recovery-days",
    "parameter-key",
    "danger-allow-plain-http",
    "instances",
];
const AGENT: &[&str] = &["port", "token", "role", "refresh-now", "instances"];

/// Reads one backend's table and those of its further instances, which have the same keys.
fn instances<T>(
    sources: &Reader<'_>,
    key: &str,
    known: &'static [&'static str],
    into: &mut BTreeMap<String, T>,
    read: impl Fn(&Reader<'_>) -> Result<T, TomlError>,
) -> Result<(), TomlError> {
    let Some(item) = sources.item(key) else { return Ok(()) };
    let table = item.table()?;
    table.only(known)?;
    into.insert(String::new(), read(&table)?);
    let Some(further) = table.item("instances") else { return Ok(()) };
    for (label, item) in further.table()?.items() {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if label.is_empty() || !label.bytes().all(fits) {
            return Err(item.error("an instance is called by lower-case letters, digits and -"));
        }
        let table = item.table()?;
        table.only(&known[..known.len() - 1])?;
        into.insert(label.to_owned(), read(&table)?);
    }
    Ok(())
}

fn vault(table: &Reader<'_>, local: &Schemes) -> Result<VaultTable, TomlError> {
    let read = VaultTable {
        address: text(table, "address")?,
        namespace: text(table, "namespace")?,
        ca_file: text(table, "ca-file")?,
        client_cert: text(table, "client-cert")?,
        client_key: text(table, "client-key")?,
        mounts: table.item("mounts").map_or(Ok(Vec::new()), |item| mounts(&item))?,
        plain_http: flag(table, "danger-allow-plain-http")?,
        login: table.item("login").map(|item| login(&item, local)).transpose()?,
    };
    match (table.item("client-cert"), table.item("client-key")) {
        (Some(given), None) => Err(given.error("a certificate comes with its key: client-key is missing")),
        (None, Some(given)) => Err(given.error("a key comes with its certificate: client-cert is missing")),
        _ => Ok(read),
    }
}

fn mounts(item: &Item<'_>) -> Result<Vec<(String, MountKind)>, TomlError> {
    let words = [("kv-v1", MountKind::KvV1), ("kv-v2", MountKind::KvV2), ("leased", MountKind::Leased)];
    let each = item.table()?.items().into_iter();
    each.map(|(mount, item)| Ok((mount.to_owned(), item.one_of(&words)?))).collect()
}

fn login(item: &Item<'_>, local: &Schemes) -> Result<LoginTable, TomlError> {
    const KNOWN: &[&str] = &[
        "method",
        "mount",
        "token",
        "role-id",
        "secret-id",
        "wrapped-secret-id",
        "role",
        "jwt",
        "user",
        "password",
    ];
    let table = item.table()?;
    table.only(KNOWN)?;
    let method = table.item("method").ok_or_else(|| item.error("method is missing: how to log in"))?;
    let credential = |key: &str| at(&table, key, local);
    let needed = |key: &str| credential(key)?.ok_or_else(|| item.error(format!("{key} is missing")));
    let named = |key: &str| text(&table, key)?.ok_or_else(|| item.error(format!("{key} is missing")));
    let words = ["token", "approle", "jwt", "kubernetes", "userpass", "certificate"].map(|word| (word, word));
    let (own, method): (&[&str], LoginMethod) = match method.one_of(&words)? {
        "token" => (&["token"], LoginMethod::Token(needed("token")?)),
        "approle" => {
            let (role_id, wrapped) = (named("role-id")?, credential("wrapped-secret-id")?);
            let method = match wrapped {
                Some(token) => LoginMethod::AppRoleWrapped { role_id, token },
                None => LoginMethod::AppRole { role_id, secret_id: needed("secret-id")? },
            };
            (&["mount", "role-id", "secret-id", "wrapped-secret-id"], method)
        }
        "jwt" => {
            let method = LoginMethod::Jwt { role: text(&table, "role")?, jwt: needed("jwt")? };
            (&["mount", "role", "jwt"], method)
        }
        "kubernetes" => {
            let method = LoginMethod::Kubernetes { role: named("role")?, jwt: credential("jwt")? };
            (&["mount", "role", "jwt"], method)
        }
        "userpass" => {
            let method = LoginMethod::Userpass { user: named("user")?, password: needed("password")? };
            (&["mount", "user", "password"], method)
        }
        _ => (&["mount", "role"], LoginMethod::Certificate { role: text(&table, "role")? }),
    };
    let stranger = table.items().into_iter().find(|(key, _)| *key != "method" && !own.contains(key));
    match stranger {
        Some((_, item)) => Err(item.error("this way of logging in does not use it")),
        None => Ok(LoginTable { mount: text(&table, "mount")?, method }),
    }
}

fn aws(table: &Reader<'_>, local: &Schemes) -> Result<AwsTable, TomlError> {
    let read = AwsTable {
        region: text(table, "region")?,
        profile: text(table, "profile")?,
        endpoint: text(table, "endpoint")?,
        ca_file: text(table, "ca-file")?,
        access_key_id: text(table, "access-key-id")?,
        secret_access_key: at(table, "secret-access-key", local)?,
        session_token: at(table, "session-token", local)?,
        refuses_other_regions: table
            .item("other-regions")
            .map_or(Ok(false), |item| item.one_of(&[("follow", false), ("refuse", true)]))?,
        recovery_days: table.item("recovery-days").map(|item| recovery_days(&item)).transpose()?,
        parameter_key: text(table, "parameter-key")?,
        plain_http: flag(table, "danger-allow-plain-http")?,
    };
    match (table.item("access-key-id"), table.item("secret-access-key")) {
        (Some(given), None) => {
            Err(given.error("a key's identifier comes with the key: secret-access-key is missing"))
        }
        (None, Some(given)) => Err(given.error("a key comes with its identifier: access-key-id is missing")),
        _ => Ok(read),
    }
}

/// Reads for how many days a deleted secret can be restored; AWS allows 7 to 30, and 0 is at once.
fn recovery_days(item: &Item<'_>) -> Result<u8, TomlError> {
    match item.count().map(u8::try_from) {
        Ok(Ok(days)) if days == 0 || (7..=30).contains(&days) => Ok(days),
        _ => Err(item.error("expected 7 to 30 days, or 0 for a deletion at once")),
    }
}

fn agent(table: &Reader<'_>, local: &Schemes) -> Result<AgentTable, TomlError> {
    let port = |item: Item<'_>| {
        let port = item.count().ok().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
        port.ok_or_else(|| item.error("expected a port from 1 to 65535"))
    };
    Ok(AgentTable {
        port: table.item("port").map(port).transpose()?,
        token: at(table, "token", local)?,
        role: text(table, "role")?,
        asks_aws_first: flag(table, "refresh-now")?,
    })
}

fn text(table: &Reader<'_>, key: &str) -> Result<Option<String>, TomlError> {
    let Some(item) = table.item(key) else { return Ok(None) };
    match item.text()? {
        "" => Err(item.error("it is empty").with_hint("leave the key out")),
        text => Ok(Some(text.to_owned())),
    }
}

fn flag(table: &Reader<'_>, key: &str) -> Result<bool, TomlError> {
    table.item(key).map_or(Ok(false), |item| item.flag())
}

/// Reads where a credential stands: on this machine, since what logs in cannot be behind the login.
fn at(table: &Reader<'_>, key: &str, local: &Schemes) -> Result<Option<SecretRef>, TomlError> {
    table.item(key).map(|item| reference(&item, local)).transpose()
}

/// The schemes that credentials may have.
pub(super) fn local() -> Schemes {
    Schemes::of(LOCAL)
}
