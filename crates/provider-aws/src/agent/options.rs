//! Where the agent listens, and by what it knows us.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use reticent_core::Secret;

/// Where the agent listens unless it is told otherwise.
const PORT: u16 = 2773;

/// After how long a request is given up: the agent may have to ask AWS first.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where the agent leaves its token.
const TOKEN_FILE: &str = "/var/run/awssmatoken";

/// The variables that tokens come by, in the agent's own order.
const VARIABLES: [&str; 3] = ["AWS_TOKEN", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];

/// How the agent of this machine is reached.
///
/// ```
/// use reticent_provider_aws::{AgentOptions, AgentToken};
///
/// let options = AgentOptions::default();
/// assert_eq!(options.port(), 2773);
/// let set = |name: &str| (name == "AWS_TOKEN").then(|| "file:///run/token".to_owned());
/// assert!(matches!(AgentOptions::from_variables(set).token(), AgentToken::File(path) if path.ends_with("token")));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgentOptions {
    port: u16,
    token: AgentToken,
    role: Option<String>,
    freshness: Freshness,
    timeout: Duration,
}

/// What proves to the agent that a request comes from this machine.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_provider_aws::AgentToken;
///
/// assert_eq!(format!("{:?}", AgentToken::Text(Secret::copy_of(b"word"))), "Text(Secret(..))");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum AgentToken {
    /// A file that holds it, read for each request, so that a restarted agent is no trouble.
    File(PathBuf),
    /// The token itself.
    Text(Secret),
}

/// Whether the agent's cache will do.
///
/// ```
/// use reticent_provider_aws::Freshness;
///
/// assert_eq!(Freshness::default(), Freshness::AsCached);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freshness {
    /// The agent answers from its cache, which lasts five minutes unless it is told otherwise.
    #[default]
    AsCached,
    /// The agent asks AWS first (`refreshNow`).
    Now,
}

impl AgentOptions {
    /// Finds the token as the agent itself does: `AWS_TOKEN` (a token, or `file://` and a path), then
    /// `AWS_SESSION_TOKEN`, then `AWS_CONTAINER_AUTHORIZATION_TOKEN`, then the file `/var/run/awssmatoken`.
    ///
    /// A variable that is empty counts as one that is not set.
    #[must_use]
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = VARIABLES.iter().find_map(|name| variable(name).filter(|text| !text.is_empty()));
        let token = match set {
            Some(text) => match text.strip_prefix("file://") {
                Some(path) => AgentToken::File(path.into()),
                None => AgentToken::Text(Secret::from_string(text)),
            },
            None => AgentToken::default(),
        };
        Self::default().with_token(token)
    }

    /// As [`from_variables`](Self::from_variables), over the process's own environment.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Sets the port of this machine's loopback at which the agent listens.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets where the token is.
    #[must_use]
    pub fn with_token(mut self, token: AgentToken) -> Self {
        self.token = token;
        self
    }

    /// Has the agent take this role, by its ARN, for each read.
    #[must_use]
    pub fn with_role(mut self, arn: impl Into<String>) -> Self {
        self.role = Some(arn.into());
        self
    }

    /// Says whether the agent's cache will do.
    #[must_use]
    pub fn with_freshness(mut self, freshness: Freshness) -> Self {
        self.freshness = freshness;
        self
    }

    /// Gives up a request after `timeout`; 10 s unless it is set.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Returns the port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns where the token is.
    #[must_use]
    pub fn token(&self) -> &AgentToken {
        &self.token
    }

    /// Returns the role that the agent takes.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// Returns whether the agent's cache will do.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness
    }

    /// Returns after how long a request is given up.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            port: PORT,
            token: AgentToken::default(),
            role: None,
            freshness: Freshness::default(),
            timeout: TIMEOUT,
        }
    }
}

impl Default for AgentToken {
    fn default() -> Self {
        Self::File(TOKEN_FILE.into())
    }
}

impl fmt::Debug for AgentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(secret) => f.debug_tuple("Text").field(secret).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(set: &[(&str, &str)]) -> String {
        let find =
            |name: &str| set.iter().find(|(other, _)| *other == name).map(|(_, text)| (*text).to_owned());
        match AgentOptions::from_variables(find).token {
            AgentToken::File(path) => path.display().to_string(),
            AgentToken::Text(secret) => format!("{} bytes", secret.len()),
        }
    }

    #[test]
    fn the_token_is_found_in_the_agents_own_order() {
        assert_eq!(token(&[]), "/var/run/awssmatoken");
        assert_eq!(token(&[("AWS_TOKEN", ""), ("AWS_SESSION_TOKEN", "four")]), "4 bytes");
        assert_eq!(token(&[("AWS_TOKEN", "file:///run/t"), ("AWS_SESSION_TOKEN", "four")]), "/run/t");
        assert_eq!(token(&[("AWS_CONTAINER_AUTHORIZATION_TOKEN", "three")]), "5 bytes");
    }
}
