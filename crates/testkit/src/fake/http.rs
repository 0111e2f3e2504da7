//! Reads requests: as much of HTTP/1.1 as clients of services speak (RFC 9112).

use std::io;

use reticent_core::{Secret, SecretBuffer};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The most that a request may have; a test that sends more has gone astray.
const LIMIT: usize = 40 << 20;

/// A request as it came. Headers and body are secrets, since they may well hold one.
///
/// ```
/// fn is_a_read(request: &reticent_testkit::fake::Received) -> bool {
///     request.method() == "GET" && request.header("x-vault-token").is_some()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Received {
    method: String,
    target: String,
    headers: Vec<(String, Secret)>,
    body: Secret,
}

impl Received {
    /// Returns its method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns its target: the path with its query, as it came.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Secret> {
        self.headers.iter().find(|(told, _)| told.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Tells whether some header of this name has exactly this value.
    #[must_use]
    pub fn has_header(&self, name: &str, value: &str) -> bool {
        let value = Secret::copy_of(value.as_bytes());
        self.headers.iter().any(|(told, had)| told.eq_ignore_ascii_case(name) && had.ct_eq(&value))
    }

    /// Returns the names of all headers, as they came.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    /// Returns its body.
    #[must_use]
    pub fn body(&self) -> &Secret {
        &self.body
    }

    /// Adds all that it says, a part a line.
    #[expect(
        clippy::disallowed_methods,
        reason = "into the wiped buffer of all that came, which a law searches"
    )]
    pub(super) fn append_to(&self, heard: &mut SecretBuffer) {
        let line = [self.method.as_bytes(), b" ", self.target.as_bytes(), b"\n"];
        line.iter().for_each(|part| heard.extend_from_slice(part));
        for (name, value) in &self.headers {
            let line = [name.as_bytes(), b": ", value.expose_bytes(), b"\n"];
            line.iter().for_each(|part| heard.extend_from_slice(part));
        }
        heard.extend_from_slice(self.body.expose_bytes());
        heard.push(b'\n');
    }
}

/// A connection, and what was read of it and not used yet.
pub(super) struct Requests<S> {
    stream: S,
    read: SecretBuffer,
    used: usize,
}

impl<S: AsyncRead + Unpin> Requests<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, read: SecretBuffer::with_capacity(16 << 10), used: 0 }
    }

    pub(super) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Returns the next request; `None` when the client has closed the connection between two.
    pub(super) async fn next(&mut self) -> io::Result<Option<Received>> {
        let Some(line) = self.line(true).await? else { return Ok(None) };
        let (method, target) = request_line(&line).ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line(false).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            match header(&line).ok_or(io::ErrorKind::InvalidData)? {
                Some(header) => headers.push(header),
                None => break,
            }
        }
        let request = Received { method, target, headers, body: Secret::copy_of(b"") };
        let body = self.body(&request).await?;
        Ok(Some(Received { body, ..request }))
    }

    async fn body(&mut self, request: &Received) -> io::Result<Secret> {
        if request.has_header("transfer-encoding", "chunked") {
            return self.chunks().await;
        }
        match request.header("content-length") {
            Some(length) => {
                let length = number(length, 10).ok_or(io::ErrorKind::InvalidData)?;
                self.take(length).await
            }
            None => Ok(Secret::copy_of(b"")),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "from one wiped buffer into the next: a body from its chunks"
    )]
    async fn chunks(&mut self) -> io::Result<Secret> {
        let mut body = SecretBuffer::with_capacity(0);
        loop {
            let line = self.line(false).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let length = number(&line, 16).ok_or(io::ErrorKind::InvalidData)?;
            body.extend_from_slice(self.take(length).await?.expose_bytes());
            // After a chunk its end of line; after the last one that of the empty trailer.
            self.line(false).await?;
            if length == 0 {
                return Ok(body.into_secret());
            }
        }
    }

    /// Takes a line without its end; `None` at the end of the stream, where that is allowed.
    #[expect(clippy::disallowed_methods, reason = "from the wiped buffer into a secret of its own: one line")]
    async fn line(&mut self, may_end: bool) -> io::Result<Option<Secret>> {
        loop {
            let rest = &self.read.expose_bytes()[self.used..];
            if let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
                let line = Secret::copy_of(&rest[..end]);
                self.used += end + 2;
                return Ok(Some(line));
            }
            let is_between = may_end && rest.is_empty();
            match self.fill().await? {
                0 if is_between => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "from the wiped buffer into a secret of its own: a body")]
    async fn take(&mut self, length: usize) -> io::Result<Secret> {
        while self.read.len() - self.used < length {
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let taken = Secret::copy_of(&self.read.expose_bytes()[self.used..self.used + length]);
        self.used += length;
        Ok(taken)
    }

    async fn fill(&mut self) -> io::Result<usize> {
        if self.used == self.read.len() {
            self.read.truncate(0);
            self.used = 0;
        }
        let mut piece = [0; 4096];
        let count = self.stream.read(&mut piece).await?;
        self.read.extend_from_slice(&piece[..count]);
        piece.fill(0);
        if self.read.len() > LIMIT { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(count) }
    }
}

#[expect(clippy::disallowed_methods, reason = "into what the test sees of a request: method and target")]
fn request_line(line: &Secret) -> Option<(String, String)> {
    let mut words = line.expose_text().ok()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    words.next()?.starts_with("HTTP/1.").then(|| (method.to_owned(), target.to_owned()))
}

/// `Some(None)` is the empty line after the last header.
#[expect(clippy::disallowed_methods, reason = "the name into a text, the value into a secret of its own")]
fn header(line: &Secret) -> Option<Option<(String, Secret)>> {
    let bytes = line.expose_bytes();
    if bytes.is_empty() {
        return Some(None);
    }
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(&bytes[..colon]).ok()?;
    Some(Some((name.to_owned(), Secret::copy_of(bytes[colon + 1..].trim_ascii()))))
}

#[expect(clippy::disallowed_methods, reason = "into a length")]
fn number(text: &Secret, radix: u32) -> Option<usize> {
    usize::from_str_radix(text.expose_text().ok()?.trim(), radix).ok()
}
