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
    backends.extend(
        config.remote.aws.iter().map(|(label, table)| secrets_manager(config, label, table, credentials)),
    );
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

#[cfg(feature = "aws")]
fn secrets_manager(
    config: &Config,
    label: &str,
    table: &super::config::AwsTable,
    credentials: &Credentials,
) -> Backend {
    let (name, scheme) = (called("aws-sm", label), labelled("aws-sm", label));
    let (table, base, credentials) = (table.clone(), config.base().to_owned(), credentials.clone());
    let (made_as, timeout) = (name.clone(), config.sources.timeout);
    let source = Arc::new(Deferred::new(name, "aws-sm", scheme.clone(), Lending::Never, move || {
        let (table, name, base) = (table.clone(), made_as.clone(), base.clone());
        let credentials = credentials.clone();
        Box::pin(async move {
            let aws = super::aws::session(&table, &name, &base, timeout, &credentials).await?;
            Ok(super::aws::secrets_manager(&aws, &table, name))
        })
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
