//! The source over the agent.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use reticent_core::{ErrorKind, Revision, Secret, SecretBuffer, SecretRef, SecretSource, SourceError};

use super::http;
use super::options::{AgentOptions, AgentToken, Freshness};
use super::reply;
use crate::error::{Failure, narrow, not_meant};
use crate::place::{CURRENT, SecretId, Wanted, wanted};

/// The scheme of secrets that the agent reads.
const SCHEME: &str = "aws-agent";

const PATH: &str = "/secretsmanager/get";

/// The largest token; it is a header's value.
const TOKEN_LIMIT: usize = 8 * 1024;

/// Reads secrets through the agent of this machine, which has AWS's credentials and a cache: `aws-agent://prod/db`.
///
/// Names, versions and fields are those of `aws-sm://`. Each request is a connection of its own, the token is read
/// for each, and replies are kept in buffers that are wiped. The SDK is not needed.
///
/// ```no_run
/// use reticent_core::SecretSource;
/// use reticent_provider_aws::{AgentOptions, AgentSource};
///
/// # async fn password() -> Result<(), Box<dyn std::error::Error>> {
/// let source = AgentSource::new(AgentOptions::from_env());
/// let password = source.get(&"aws-agent://prod/db#password".parse()?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AgentSource {
    label: Arc<str>,
    options: AgentOptions,
}

impl AgentSource {
    /// Makes a source over the agent that listens as the options say. It asks nothing yet.
    #[must_use]
    pub fn new(options: AgentOptions) -> Self {
        Self { label: SCHEME.into(), options }
    }

    /// Names this instance in errors and records, as `aws-agent(prod)`.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = label.into();
        self
    }

    async fn read(&self, at: &SecretRef) -> Result<reply::Read, SourceError> {
        if at.scheme() != SCHEME {
            return Err(not_meant(&self.label, at, format_args!("its scheme is not {SCHEME}")));
        }
        let id = SecretId::of(&self.label, at)?;
        let reply = self.ask(&self.query(id, wanted(at.version()))).await;
        reply
            .and_then(|reply| reply::read(&reply, &self.label))
            .map_err(|failure| failure.at(&self.label, at))
    }

    fn query(&self, id: SecretId<'_>, version: Wanted<'_>) -> String {
        let mut query = format!("?secretId={}", encoded(id.text));
        match version {
            Wanted::Stage(CURRENT) => {}
            Wanted::Stage(stage) => query.push_str(&format!("&versionStage={}", encoded(stage))),
            Wanted::Id(id) => query.push_str(&format!("&versionId={}", encoded(id))),
        }
        if self.options.freshness() == Freshness::Now {
            query.push_str("&refreshNow=true");
        }
        if let Some(role) = self.options.role() {
            query.push_str(&format!("&roleArn={}", encoded(role)));
        }
        query
    }

    async fn ask(&self, query: &str) -> Result<http::Reply, Failure> {
        let request = self.request(query)?;
        http::exchange(self.options.port(), &request, self.options.timeout()).await
    }

    /// The request, which is a secret because of the token in it.
    fn request(&self, query: &str) -> Result<Secret, Failure> {
        let token = self.token()?;
        #[expect(clippy::disallowed_methods, reason = "into a header of the request, which is wiped")]
        let token = token.expose_bytes();
        if token.is_empty() || !token.iter().all(u8::is_ascii_graphic) {
            return Err(Failure::new(ErrorKind::Unauthenticated)
                .because("the token is empty or holds what no header may")
                .hinting("see what is in the token's file or variable"));
        }
        let port = self.options.port();
        let mut request = SecretBuffer::with_capacity(512);
        request.extend_from_slice(
            format!("GET {PATH}{query} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n")
                .as_bytes(),
        );
        request.extend_from_slice(b"Accept: application/json\r\nX-Aws-Parameters-Secrets-Token: ");
        request.extend_from_slice(token);
        request.extend_from_slice(b"\r\n\r\n");
        Ok(request.into_secret())
    }

    fn token(&self) -> Result<Secret, Failure> {
        let path = match self.options.token() {
            AgentToken::Text(token) => return Ok(token.clone()),
            AgentToken::File(path) => path,
        };
        let mut token = SecretBuffer::new();
        let read = std::fs::File::open(path).and_then(|file| token.read_to_end(file, TOKEN_LIMIT));
        read.map_err(|error| {
            Failure::new(ErrorKind::Unauthenticated)
                .because(format!("the token's file cannot be read ({})", error.kind()))
                .hinting(format!("let this program read {}, or set AWS_TOKEN", path.display()))
        })?;
        #[expect(clippy::disallowed_methods, reason = "to look for the end of the line, which is cut off")]
        let length = token.expose_bytes().trim_ascii_end().len();
        token.truncate(length);
        Ok(token.into_secret())
    }
}

/// Writes a text so that it is one value of a query (RFC 3986 section 2.1).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[async_trait]
impl SecretSource for AgentSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.label)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        narrow(&self.label, at, self.read(at).await?.secret)
    }

    /// Sends a request that names no secret: the agent looks at the token before it refuses it.
    async fn check(&self) -> Result<(), SourceError> {
        let reply = self.ask("").await;
        reply.and_then(|reply| reply::known(&reply)).map_err(|failure| failure.of(&self.label))
    }

    /// Reads the secret and tells its version: the agent has no cheaper question, and mostly answers from its cache.
    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let read = self.read(at).await?;
        let version = read.secret.metadata().version().map(ToString::to_string);
        Ok(Revision::of(format!("{} {}", read.arn, version.unwrap_or_default())))
    }
}

impl fmt::Debug for AgentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentSource")
            .field("label", &self.label)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
