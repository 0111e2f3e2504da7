//! From `[sources.aws-agent]` and the agent's own variables to a source.

use std::path::PathBuf;
use std::time::Duration;

use reticent_core::SourceError;
use reticent_provider_aws::{AgentOptions, AgentSource, AgentToken, Freshness};

use super::config::AgentTable;
use super::credentials::{Credentials, unread};

/// Makes the source over the local agent.
pub(super) async fn source(
    table: AgentTable,
    label: String,
    base: PathBuf,
    timeout: Duration,
    credentials: Credentials,
) -> Result<AgentSource, SourceError> {
    let mut options = AgentOptions::from_env().with_timeout(timeout);
    if let Some(port) = table.port {
        options = options.with_port(port);
    }
    if let Some(at) = &table.token {
        let is_file = at.scheme() == "file" && at.field().is_none();
        options = options.with_token(if is_file {
            AgentToken::File(base.join(at.path()))
        } else {
            AgentToken::Text(credentials.read(at).await.map_err(|error| unread(&label, &error))?)
        });
    }
    if let Some(role) = table.role {
        options = options.with_role(role);
    }
    if table.asks_aws_first {
        options = options.with_freshness(Freshness::Now);
    }
    Ok(AgentSource::new(options).with_label(label))
}
