//! What stands before a server and makes trouble: it passes requests on, or answers in the server's place.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The operation: what stands behind the dot of `X-Amz-Target`.
    pub(crate) operation: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// What is done with a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The server behind answers.
    Pass,
    /// The server behind answers, and its reply breaks off half-way.
    Half,
    /// These bytes are the reply: status line, headers and all.
    Raw(Vec<u8>),
    /// Nothing comes, ever.
    Hang,
    /// The connection is closed.
    Close,
}

impl Answer {
    /// A reply with a body.
    pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut reply = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\n");
        for (name, value) in headers {
            reply += &format!("{name}: {value}\r\n");
        }
        reply += &format!("content-length: {}\r\n\r\n{body}", body.len());
        Self::Raw(reply.into_bytes())
    }

    /// A reply in AWS's JSON.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::reply(status, &[("content-type", "application/x-amz-json-1.1")], body)
    }

    /// An error in AWS's JSON.
    pub(crate) fn error(code: &str, message: &str) -> Self {
        let status = if code == "InternalServiceError" { 500 } else { 400 };
        Self::json(status, &format!(r#"{{"__type":"{code}","Message":"{message}"}}"#))
    }
}

type Decide = dyn Fn(&Request) -> Answer + Send + Sync;

/// The front; its task ends with the runtime.
#[derive(Clone)]
pub(crate) struct Front {
    address: String,
    decide: Arc<Mutex<Arc<Decide>>>,
    seen: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
}

impl Front {
    /// Stands before the server at `behind` (`http://host:port`), and passes everything on. Must be called in a runtime.
    pub(crate) fn before(behind: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener of tokio's");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let front = Self {
            address,
            decide: Arc::new(Mutex::new(Arc::new(|_: &Request| Answer::Pass))),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let listener = TcpListener::from_std(listener).expect("a runtime");
        let behind = behind.trim_start_matches("http://").to_owned();
        tokio::spawn(front.clone().serve(listener, behind));
        front
    }

    /// Answers everything by itself.
    pub(crate) fn alone(decide: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let front = Self::before("127.0.0.1:1");
        front.decide(decide);
        front
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn decide(&self, decide: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        *self.decide.lock().expect("nobody panics with it") = Arc::new(decide);
    }

    /// The operations that were asked for since the last time, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.operation).collect()
    }

    /// The requests since the last time.
    pub(crate) fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.seen.lock().expect("nobody panics with it"))
    }

    async fn serve(self, listener: TcpListener, behind: String) {
        while let Ok((stream, _)) = listener.accept().await {
            self.connections.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(self.clone().one(stream, behind.clone()));
        }
    }

    async fn one(self, mut stream: TcpStream, behind: String) -> Option<()> {
        let (bytes, request) = read(&mut stream).await?;
        let decide = Arc::clone(&self.decide.lock().expect("nobody panics with it"));
        let answer = decide(&request);
        self.seen.lock().expect("nobody panics with it").push(request);
        let reply = match answer {
            Answer::Raw(reply) => reply,
            Answer::Hang => std::future::pending().await,
            Answer::Close => return None,
            Answer::Pass => pass(&behind, &bytes).await?,
            Answer::Half => {
                let reply = pass(&behind, &bytes).await?;
                reply[..reply.len() - 10].to_vec()
            }
        };
        stream.write_all(&reply).await.ok()?;
        stream.shutdown().await.ok()
    }
}

/// Reads one request: its head, and as many bytes more as it says.
async fn read(stream: &mut TcpStream) -> Option<(Vec<u8>, Request)> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 8192];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            lines
                .find(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        };
        let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            let target = header("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = bytes[end + 4..].to_vec();
            return Some((bytes, Request { operation, head, body }));
        }
    }
}

/// Hands a request on and returns the whole reply.
async fn pass(behind: &str, request: &[u8]) -> Option<Vec<u8>> {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut server = TcpStream::connect(behind).await.ok()?;
    server.write_all(&request[..end]).await.ok()?;
    server.write_all(b"\r\nconnection: close").await.ok()?;
    server.write_all(&request[end..]).await.ok()?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply).await.ok()?;
    Some(reply)
}
