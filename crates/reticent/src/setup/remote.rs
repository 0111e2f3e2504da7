//! The backends that are not on this machine, by scheme, with what each can do.

use std::sync::Arc;

use reticent_core::{RightsCheck, SecretList, SecretSink, SecretSource};

#[cfg(any(feature = "aws-agent", feature = "vault"))]
use super::{
    Config,
    config::labelled,
    credentials::Credentials,
    deferred::{Deferred, Lending},
};

/// One backend under one scheme.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    pub(super) scheme: String,
    pub(super) source: Arc<dyn SecretSource>,
    pub(super) sink: Option<Arc<dyn SecretSink>>,
    pub(super) list: Option<Arc<dyn SecretList>>,
    pub(super) rights: Option<Arc<dyn RightsCheck>>,
}

/// Makes a backend of each instance that the configuration has. None is asked anything, or made, before it is needed.
#[cfg(any(feature = "aws-agent", feature = "vault"))]
pub(super) fn backends(config: &Config, credentials: &Credentials) -> Vec<Backend> {
    let mut backends = Vec::new();
    #[cfg(feature = "vault")]
    backends
        .extend(config.remote.vault.iter().map(|(label, table)| vault(config, label, table, credentials)));
    #[cfg(feature = "aws")]
    backends
        .extend(config.remote.aws.iter().flat_map(|(label, table)| aws(config, label, table, credentials)));
    #[cfg(feature = "aws-agent")]
    backends
        .extend(config.remote.agent.iter().map(|(label, table)| agent(config, label, table, credentials)));
    backends
}

/// How an instance is called in errors: `vault`, or `vault(prod)`.
#[cfg(any(feature = "aws-agent", feature = "vault"))]
fn called(scheme: &str, label: &str) -> String {
    if label.is_empty() { scheme.to_owned() } else { format!("{scheme}({label})") }
}

#[cfg(feature = "vault")]
fn vault(
    config: &Config,
    label: &str,
    table: &super::config::VaultTable,
    credentials: &Credentials,
) -> Backend {
    let (name, scheme, is_usual) = (called("vault", label), labelled("vault", label), label.is_empty());
    let (table, base, credentials) = (table.clone(), config.base().to_owned(), credentials.clone());
    let (made_as, timeout) = (name.clone(), config.sources.timeout);
    let source = Arc::new(Deferred::new(name, "vault", scheme.clone(), Lending::Perhaps, move || {
        let (table, name, base) = (table.clone(), made_as.clone(), base.clone());
        Box::pin(super::vault::source(table, name, is_usual, base, timeout, credentials.clone()))
    }));
    Backend {
        scheme,
        sink: Some(source.clone()),
        list: Some(source.clone()),
        rights: Some(source.clone()),
        source,
    }
}

/// Both services of one instance, which share a session and so its credentials.
#[cfg(feature = "aws")]
fn aws(
    config: &Config,
    label: &str,
    table: &super::config::AwsTable,
    credentials: &Credentials,
) -> [Backend; 2] {
    let session = Arc::new(super::aws::Session::new(
        table.clone(),
        called("aws", label),
        config.base().to_owned(),
        config.sources.timeout,
        credentials.clone(),
    ));
    let (secrets, parameters) = (called("aws-sm", label), called("aws-ssm", label));
    [
        of_session("aws-sm", label, &session, move |session| session.secrets_manager(&secrets)),
        of_session("aws-ssm", label, &session, move |session| session.parameters(&parameters)),
    ]
}

#[cfg(feature = "aws")]
fn of_session<S>(
    plain: &'static str,
    label: &str,
    session: &Arc<super::aws::Session>,
    source: impl Fn(&super::aws::Open<'_>) -> S + Clone + Send + Sync + 'static,
) -> Backend
where
    S: SecretSink + SecretList + RightsCheck + 'static,
{
    let (session, scheme) = (Arc::clone(session), labelled(plain, label));
    let source =
        Arc::new(Deferred::new(called(plain, label), plain, scheme.clone(), Lending::Never, move || {
            let (session, source) = (Arc::clone(&session), source.clone());
            Box::pin(async move { Ok(source(&session.open().await?)) })
        }));
    Backend {
        scheme,
        sink: Some(source.clone()),
        list: Some(source.clone()),
        rights: Some(source.clone()),
        source,
    }
}

#[cfg(feature = "aws-agent")]
fn agent(
    config: &Config,
    label: &str,
    table: &super::config::AgentTable,
    credentials: &Credentials,
) -> Backend {
    let (name, scheme) = (called("aws-agent", label), labelled("aws-agent", label));
    let (table, base, credentials) = (table.clone(), config.base().to_owned(), credentials.clone());
    let (made_as, timeout) = (name.clone(), config.sources.timeout);
    let source = Arc::new(Deferred::new(name, "aws-agent", scheme.clone(), Lending::Never, move || {
        let (table, name, base) = (table.clone(), made_as.clone(), base.clone());
        Box::pin(super::agent::source(table, name, base, timeout, credentials.clone()))
    }));
    Backend { scheme, sink: None, list: None, rights: None, source }
}
