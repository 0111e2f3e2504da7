//! One request over loopback, whose reply is wiped.
//!
//! The decision: an own exchange of some sixty lines over a parser of heads, since the reply is a secret, and HTTP
//! clients keep replies in buffers that nobody wipes. It can be so small because it says `Connection: close`, asks
//! by GET alone and speaks to this machine alone.

use std::time::Duration;

use reticent_core::{ErrorKind, Secret, SecretBuffer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use crate::error::Failure;

/// The largest reply: a secret of 65,536 bytes, each escaped, and what is said about it.
const LIMIT: usize = 1024 * 1024;

/// The largest head of a reply.
const HEAD_LIMIT: usize = 16 * 1024;

/// A reply, whole.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Secret,
}

/// Sends `request` to a port of this machine, and returns the reply.
pub(super) async fn exchange(port: u16, request: &Secret, limit: Duration) -> Result<Reply, Failure> {
    tokio::time::timeout(limit, unlimited(port, request))
        .await
        .unwrap_or_else(|_| Err(Failure::new(ErrorKind::Timeout)))
}

async fn unlimited(port: u16, request: &Secret) -> Result<Reply, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|_| {
        Failure::new(ErrorKind::Unavailable)
            .because("nothing listens at its port")
            .hinting("start the agent, or set its port")
    })?;
    #[expect(clippy::disallowed_methods, reason = "to the agent, with the token in a header")]
    let bytes = request.expose_bytes();
    stream.write_all(bytes).await.map_err(|_| broken_off())?;
    let mut received = SecretBuffer::new();
    let mut chunk = Zeroizing::new([0_u8; 4096]);
    let mut reading = Reading::default();
    loop {
        let count = stream.read(&mut chunk[..]).await.map_err(|_| broken_off())?;
        received.extend_from_slice(&chunk[..count]);
        if received.len() > LIMIT {
            return Err(malformed("the reply is too large"));
        }
        if let Some(reply) = reading.step(&received, count == 0)? {
            return Ok(reply);
        }
    }
}

fn broken_off() -> Failure {
    Failure::new(ErrorKind::Unavailable).because("the connection broke off")
}

fn malformed(why: &'static str) -> Failure {
    Failure::new(ErrorKind::Malformed).because(why)
}

/// What is known of a reply so far.
#[derive(Default)]
struct Reading {
    head: Option<Head>,
}

#[derive(Clone, Copy)]
struct Head {
    status: u16,
    length: usize,
    body: Body,
}

/// How the end of a body is told.
#[derive(Clone, Copy)]
enum Body {
    Length(usize),
    Chunked,
    ToTheEnd,
}

impl Reading {
    /// Looks at what has been received; gives the reply once it is whole.
    fn step(&mut self, received: &SecretBuffer, is_end: bool) -> Result<Option<Reply>, Failure> {
        #[expect(clippy::disallowed_methods, reason = "to the parser of this file, which keeps no copy")]
        let bytes = received.expose_bytes();
        if self.head.is_none() {
            self.head = head(bytes)?;
        }
        let Some(Head { status, length, body }) = self.head else {
            return if is_end { Err(broken_off()) } else { Ok(None) };
        };
        let rest = &bytes[length..];
        let body = match body {
            Body::Length(wanted) if rest.len() >= wanted => Some(Secret::copy_of(&rest[..wanted])),
            Body::ToTheEnd if is_end => Some(Secret::copy_of(rest)),
            Body::Chunked => chunks(rest)?,
            _ => None,
        };
        match body {
            Some(body) => Ok(Some(Reply { status, body })),
            None if is_end => Err(broken_off()),
            None => Ok(None),
        }
    }
}

/// Reads the head, once it is whole.
fn head(bytes: &[u8]) -> Result<Option<Head>, Failure> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let not_http = || malformed("the answer is not HTTP");
    let length = match response.parse(bytes).map_err(|_| not_http())? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial if bytes.len() > HEAD_LIMIT => return Err(not_http()),
        httparse::Status::Partial => return Ok(None),
    };
    let value = |name: &str| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
    };
    let body = match (value("transfer-encoding"), value("content-length")) {
        (Some(coding), _) if coding == "chunked" => Body::Chunked,
        (Some(_), _) => return Err(malformed("the reply is coded in an unknown way")),
        (None, Some(length)) => {
            Body::Length(length.parse().ok().filter(|length| *length <= LIMIT).ok_or_else(not_http)?)
        }
        (None, None) => Body::ToTheEnd,
    };
    Ok(Some(Head { status: response.code.unwrap_or_default(), length, body }))
}

/// Joins the chunks of a body, once the last one is there.
fn chunks(mut rest: &[u8]) -> Result<Option<Secret>, Failure> {
    let mut joined = SecretBuffer::new();
    loop {
        let size = httparse::parse_chunk_size(rest).map_err(|_| malformed("the answer is not HTTP"))?;
        let httparse::Status::Complete((start, size)) = size else { return Ok(None) };
        let size = usize::try_from(size).ok().filter(|size| *size <= LIMIT);
        let size = size.ok_or_else(|| malformed("the reply is too large"))?;
        if size == 0 {
            return Ok(Some(joined.into_secret()));
        }
        let Some(chunk) = rest.get(start..start + size) else { return Ok(None) };
        joined.extend_from_slice(chunk);
        let Some(after) = rest.get(start + size + 2..) else { return Ok(None) };
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds a reply byte by byte, which is every way of cutting it.
    fn read(reply: &[u8]) -> Result<(u16, usize), ErrorKind> {
        let (mut reading, mut received) = (Reading::default(), SecretBuffer::new());
        for byte in reply {
            received.push(*byte);
            if let Some(reply) = reading.step(&received, false).map_err(|failure| failure.kind())? {
                return Ok((reply.status, reply.body.len()));
            }
        }
        let last = reading.step(&received, true).map_err(|failure| failure.kind())?;
        last.map(|reply| (reply.status, reply.body.len())).ok_or(ErrorKind::Unavailable)
    }

    #[test]
    fn a_body_ends_where_its_head_says() {
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nvalueX"), Ok((200, 5)));
        assert_eq!(read(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"), Ok((403, 0)));
        assert_eq!(read(b"HTTP/1.0 200 OK\r\n\r\nto the end"), Ok((200, 10)));
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nval\r\n2;x=y\r\nue\r\n0\r\n\r\n";
        assert_eq!(read(chunked), Ok((200, 5)));
    }

    #[test]
    fn a_reply_that_breaks_off_is_no_reply() {
        for cut in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nvalu",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nval\r\n2\r\nu",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nval\r\n",
        ] {
            assert_eq!(read(cut), Err(ErrorKind::Unavailable), "{}", cut.escape_ascii());
        }
    }

    #[test]
    fn what_is_not_http_or_too_large_is_malformed() {
        let long = [b"HTTP/1.1 200 OK\r\nx: ".as_slice(), &[b'y'; 20_000]].concat();
        for reply in [
            &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
            b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
            &long,
        ] {
            assert_eq!(read(reply), Err(ErrorKind::Malformed), "{}", reply[..20].escape_ascii());
        }
    }
}
