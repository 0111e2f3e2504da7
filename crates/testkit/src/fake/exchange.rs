//! What is answered to which request.

use std::time::Duration;

use super::http::Received;

/// An answer, byte for byte.
///
/// ```
/// use reticent_testkit::fake::Reply;
///
/// let reply = Reply::new(429).with_header("Retry-After", "1").with_body(r#"{"errors":["slow down"]}"#);
/// assert_eq!(reply.status(), 429);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cut_after: Option<usize>,
    delay: Duration,
}

impl Reply {
    /// Answers with a status and nothing else.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), cut_after: None, delay: Duration::ZERO }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says what the body is.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Closes the connection after this many bytes of the body, though the header has promised all of them.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut_after = Some(bytes);
        self
    }

    /// Answers this much later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn delay(&self) -> Duration {
        self.delay
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut_after.is_some_and(|bytes| bytes < self.body.len())
    }

    /// Renders it as it goes over the wire (RFC 9112), cut if it is to be cut.
    pub(super) fn render(&self, has_body: bool) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} .\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        // These have no body, and must not say how long it is (RFC 9110 section 8.6).
        if self.status >= 200 && self.status != 204 {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        let end = self.cut_after.unwrap_or(usize::MAX).min(self.body.len());
        if has_body {
            bytes.extend_from_slice(&self.body[..end]);
        }
        bytes
    }
}

/// One request and its answer.
///
/// ```
/// use reticent_testkit::fake::{Exchange, Reply};
///
/// let read = Exchange::new(Reply::new(200)).expecting("GET", "/v1/secret/data/db").with_header("X-Vault-Token", "t");
/// assert_eq!(read.reply().status(), 200);
/// ```
#[derive(Clone, Debug)]
pub struct Exchange {
    request: Option<(String, String)>,
    headers: Vec<(String, String)>,
    absent: Vec<String>,
    reply: Reply,
}

impl Exchange {
    /// Answers any request.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        Self { request: None, headers: Vec::new(), absent: Vec::new(), reply }
    }

    /// Asks for a method and a target: the path with its query, as it stands in the request.
    #[must_use]
    pub fn expecting(mut self, method: &str, target: &str) -> Self {
        self.request = Some((method.to_owned(), target.to_owned()));
        self
    }

    /// Asks for a header with exactly this value.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Asks for a request without this header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.absent.push(name.to_owned());
        self
    }

    /// Returns the answer.
    #[must_use]
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    /// Says what is wrong with a request; no value of a header is repeated.
    pub(super) fn complaint(&self, request: &Received) -> Option<String> {
        let (told, asked) = (request.method(), request.target());
        if let Some((method, target)) = &self.request
            && (told, asked) != (method, target)
        {
            return Some(format!("{told} {asked} came, and {method} {target} was expected"));
        }
        for (name, value) in &self.headers {
            if !request.has_header(name, value) {
                return Some(format!("{told} {asked} has not the {name} that was expected"));
            }
        }
        let unwanted = self.absent.iter().find(|name| request.header(name).is_some());
        unwanted.map(|name| format!("{told} {asked} has {name}"))
    }
}

impl From<Reply> for Exchange {
    fn from(reply: Reply) -> Self {
        Self::new(reply)
    }
}
