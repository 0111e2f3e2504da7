//! What a token must be allowed, and no more, to read given references: as a policy to install, and as a question.
//!
//! The decision: one list of needs serves both, so that a policy with a statement taken out is what `missing_rights`
//! names. The functions here are pure; which engine serves a mount is told, or supposed in a way that is documented.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reticent_core::{ErrorKind, SecretRef, SourceError};

use crate::mounts::Engine;
use crate::path;
use crate::source::SCHEME;

/// The label of errors, since no source is asked.
const LABEL: &str = "vault";

/// What else a policy is to allow, and what is known of the mounts.
///
/// ```
/// use reticent_provider_vault::Engine;
/// use reticent_provider_vault::policy::{PolicyOptions, for_references};
///
/// let options = PolicyOptions::default().with_mount("team/kv", Engine::KvV1);
/// let policy = for_references(&["vault://team/kv/db#password".parse()?], &options)?;
/// assert!(policy.contains("path \"team/kv/db\" {\n  capabilities = [\"read\"]\n}"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyOptions {
    mounts: Vec<(String, Engine)>,
    transit: Vec<(String, String)>,
    writes: bool,
    lists: bool,
    token: bool,
}

impl PolicyOptions {
    /// Says what is mounted at `mount`. Of a mount that nobody names, the first part of the path is taken for it: one
    /// that goes on with `creds/`, `static-creds/` or `static-cred/` is supposed to lend, any other to be of version 2.
    #[must_use]
    pub fn with_mount(mut self, mount: impl Into<String>, engine: Engine) -> Self {
        self.mounts.push((mount.into().trim_matches('/').to_owned(), engine));
        self
    }

    /// Allows wrapping under this key of the Transit engine at `mount`, as [`TransitKey`](crate::TransitKey) does.
    #[cfg(feature = "transit")]
    #[must_use]
    pub fn with_transit_key(mut self, mount: impl Into<String>, key: impl Into<String>) -> Self {
        self.transit.push((mount.into().trim_matches('/').to_owned(), key.into()));
        self
    }

    /// Allows writing and deleting as well.
    #[must_use]
    pub fn with_writes(mut self) -> Self {
        self.writes = true;
        self
    }

    /// Allows listing the folders in which the references lie.
    #[must_use]
    pub fn with_lists(mut self) -> Self {
        self.lists = true;
        self
    }

    /// Allows what the policy `default` allows a token to do for itself, for tokens that are made without it.
    #[must_use]
    pub fn without_default_policy(mut self) -> Self {
        self.token = true;
        self
    }
}

/// One thing that must be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) capability: &'static str,
    pub(crate) path: String,
    /// What it is for, besides reading.
    purpose: &'static str,
}

impl Need {
    fn new(capability: &'static str, path: impl Into<String>) -> Self {
        Self { capability, path: path.into(), purpose: "" }
    }

    fn to(self, purpose: &'static str) -> Self {
        Self { purpose, ..self }
    }
}

/// Returns a policy in HCL that allows reading the references, their revisions and renewing what is lent.
///
/// Equal references give an equal text, whatever their order. A comment at each path names the references for which it
/// is there.
///
/// # Errors
/// `InvalidReference`: a reference that `VaultSource` does not read either, or whose path a policy cannot name without
/// naming others (an ending `*`, a part `+`, `{{`).
///
/// ```
/// use reticent_provider_vault::policy::{PolicyOptions, for_references};
///
/// let policy = for_references(&["vault://secret/prod/db#password".parse()?], &PolicyOptions::default())?;
/// assert_eq!(
///     policy,
///     r#"# vault://secret/prod/db#password
/// path "secret/data/prod/db" {
///   capabilities = ["read"]
/// }
///
/// ## vault://secret/prod/db#password, to see whether it has changed
/// path "secret/metadata/prod/db" {
///   capabilities = ["read"]
/// }
/// "#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn for_references(at: &[SecretRef], options: &PolicyOptions) -> Result<String, SourceError> {
    let mut policy = Policy::default();
    for at in at {
        let (mount, rest, engine) = options.place(at)?;
        let name = at.to_string();
        // What the policy `default` has would say nothing here, and could be left out unnoticed.
        let reads = reads(&mount, &rest, engine).into_iter();
        reads
            .filter(|need| options.token || need.path != LEASE_RENEWAL)
            .for_each(|need| policy.allow(need, &name));
        if options.writes {
            writes(&mount, &rest, engine).into_iter().for_each(|need| policy.allow(need, &name));
        }
        if options.lists && engine != Engine::Leased {
            policy.allow(lists(&mount, &rest, engine), &name);
        }
    }
    for (mount, key) in &options.transit {
        let path = format!("{mount}/{key}");
        nameable(&path).map_err(|why| refused(&path, why))?;
        transit(mount, key)
            .into_iter()
            .for_each(|need| policy.allow(need, &format!("wrapping under {path}")));
    }
    if options.token {
        OF_A_TOKEN.iter().for_each(|(capability, path)| {
            policy.allow(Need::new(capability, *path), "what a token does for itself");
        });
    }
    Ok(policy.text())
}

/// Where leases are renewed, which the policy `default` lets every token do.
const LEASE_RENEWAL: &str = "sys/leases/renew";

/// What the policy `default` has of what a source does with its own token.
const OF_A_TOKEN: [(&str, &str); 3] = [
    ("read", "auth/token/lookup-self"),
    ("update", "auth/token/renew-self"),
    ("update", "sys/capabilities-self"),
];

/// What reading needs: the value, whether it has changed, and the care for its lease.
pub(crate) fn reads(mount: &str, rest: &str, engine: Engine) -> Vec<Need> {
    match engine {
        Engine::KvV1 => vec![Need::new("read", format!("{mount}/{rest}"))],
        Engine::KvV2 => vec![
            Need::new("read", format!("{mount}/data/{rest}")),
            Need::new("read", format!("{mount}/metadata/{rest}")).to("see whether it has changed"),
        ],
        Engine::Leased if is_static(rest) => vec![Need::new("read", format!("{mount}/{rest}"))],
        Engine::Leased => vec![
            Need::new("read", format!("{mount}/{rest}")),
            Need::new("update", LEASE_RENEWAL).to("renew its lease"),
            Need::new("update", "sys/leases/revoke").to("give it back"),
        ],
    }
}

fn writes(mount: &str, rest: &str, engine: Engine) -> Vec<Need> {
    match engine {
        Engine::KvV1 => {
            ["create", "update", "delete"].map(|can| Need::new(can, format!("{mount}/{rest}"))).to_vec()
        }
        Engine::KvV2 => {
            let data =
                ["create", "update", "patch"].map(|can| Need::new(can, format!("{mount}/data/{rest}")));
            let mut all = data.to_vec();
            all.push(Need::new("update", format!("{mount}/delete/{rest}")));
            all
        }
        Engine::Leased => Vec::new(),
    }
}

fn lists(mount: &str, rest: &str, engine: Engine) -> Need {
    let folder = rest.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let word = if engine == Engine::KvV2 { "metadata/" } else { "" };
    Need::new("list", format!("{mount}/{word}{folder}")).to("list its folder")
}

fn transit(mount: &str, key: &str) -> Vec<Need> {
    let mut needs = vec![Need::new("read", format!("{mount}/keys/{key}"))];
    // `update` alone: with `create` a typo would make a key.
    needs.extend(
        ["encrypt", "decrypt", "rewrap"].map(|word| Need::new("update", format!("{mount}/{word}/{key}"))),
    );
    needs
}

pub(crate) fn is_static(rest: &str) -> bool {
    ["static-creds/", "static-cred/"].iter().any(|word| rest.starts_with(word))
}

/// Supposes where a reference leads when nobody has told.
pub(crate) fn supposed(path: &str) -> Option<(&str, &str, Engine)> {
    let (mount, rest) = path.split_once('/')?;
    let lends = rest.starts_with("creds/") || is_static(rest);
    Some((mount, rest, if lends { Engine::Leased } else { Engine::KvV2 }))
}

impl PolicyOptions {
    fn place(&self, at: &SecretRef) -> Result<(String, String, Engine), SourceError> {
        let name = at.to_string();
        if at.scheme() != SCHEME {
            return Err(refused(&name, "its scheme is not vault"));
        }
        path::check(at.path()).map_err(|problem| problem.at(LABEL, at))?;
        nameable(at.path()).map_err(|why| refused(&name, why))?;
        let told = self.mounts.iter().filter_map(|(mount, engine)| {
            Some((mount.as_str(), at.path().strip_prefix(mount.as_str())?.strip_prefix('/')?, *engine))
        });
        let place = told.max_by_key(|(mount, ..)| mount.len()).or_else(|| supposed(at.path()));
        let (mount, rest, engine) =
            place.ok_or_else(|| refused(&name, "it names a mount and nothing below it"))?;
        Ok((mount.to_owned(), rest.to_owned(), engine))
    }
}

/// Refuses what a policy would take for a pattern.
fn nameable(path: &str) -> Result<(), &'static str> {
    let is_pattern = path.ends_with('*') || path.split('/').any(|part| part == "+") || path.contains("{{");
    if is_pattern { Err("a policy cannot name it without naming others") } else { Ok(()) }
}

fn refused(key: &str, why: &'static str) -> SourceError {
    SourceError::new(ErrorKind::InvalidReference, LABEL).for_key(key).with_detail(why)
}

/// Paths, with what is allowed there and for which sake.
#[derive(Default)]
struct Policy(BTreeMap<String, (Vec<&'static str>, Vec<String>)>);

impl Policy {
    fn allow(&mut self, need: Need, reason: &str) {
        let reason = match need.purpose {
            "" => reason.to_owned(),
            purpose => format!("{reason}, to {purpose}"),
        };
        let (capabilities, reasons) = self.0.entry(need.path).or_default();
        capabilities.push(need.capability);
        reasons.push(reason);
    }

    fn text(mut self) -> String {
        let mut text = String::new();
        for (path, (capabilities, reasons)) in &mut self.0 {
            reasons.sort();
            reasons.dedup();
            capabilities.sort_unstable();
            capabilities.dedup();
            if !text.is_empty() {
                text.push('\n');
            }
            for reason in reasons {
                writeln!(text, "# {reason}").expect("a string takes all text");
            }
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            let capabilities = capabilities.join("\", \"");
            write!(text, "path \"{path}\" {{\n  capabilities = [\"{capabilities}\"]\n}}\n")
                .expect("a string takes all text");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(texts: &[&str]) -> Vec<SecretRef> {
        texts.iter().map(|text| text.parse().expect("a reference")).collect()
    }

    #[test]
    fn equal_references_give_one_policy_in_any_order() {
        let one = refs(&[
            "vault://secret/a#x",
            "vault://secret/a#y",
            "vault://database/creds/app",
            "vault://secret/a#x",
        ]);
        let mut other = one.clone();
        other.reverse();
        let policy = for_references(&one, &PolicyOptions::default()).expect("right references");
        assert_eq!(for_references(&other, &PolicyOptions::default()).expect("right references"), policy);
        assert_eq!(policy.matches("path ").count(), 4);
        assert!(
            policy.contains("# vault://secret/a#x\n# vault://secret/a#y\npath \"secret/data/a\" {"),
            "{policy}"
        );
    }

    #[test]
    fn a_path_that_a_policy_takes_for_a_pattern_is_refused() {
        for at in [
            "vault://secret/a*",
            "vault://secret/+/b",
            "vault://secret/{{identity.entity.id}}",
            "vault://secret",
            "env://A/b",
        ] {
            let error = for_references(&refs(&[at]), &PolicyOptions::default()).expect_err(at);
            assert_eq!(error.kind(), ErrorKind::InvalidReference, "{at}");
        }
        let star = for_references(&refs(&["vault://secret/a*b\"c\\"]), &PolicyOptions::default())
            .expect("no pattern");
        assert!(star.contains("path \"secret/data/a*b\\\"c\\\\\" {"), "{star}");
    }

    #[test]
    fn writing_and_listing_are_allowed_when_asked() {
        let options = PolicyOptions::default().with_writes().with_lists().without_default_policy();
        let policy = for_references(&refs(&["vault://secret/a/b"]), &options).expect("a right reference");
        for line in [
            "path \"secret/data/a/b\" {\n  capabilities = [\"create\", \"patch\", \"read\", \"update\"]",
            "path \"secret/delete/a/b\" {\n  capabilities = [\"update\"]",
            "path \"secret/metadata/a/\" {\n  capabilities = [\"list\"]",
            "path \"auth/token/renew-self\" {\n  capabilities = [\"update\"]",
        ] {
            assert!(policy.contains(line), "{line}\n{policy}");
        }
    }
}
