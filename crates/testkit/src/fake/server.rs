//! The server: takes connections, matches requests with the script, and keeps what came.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reticent_core::{Secret, SecretBuffer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::exchange::{Exchange, Reply};
use super::http::{Received, Requests};

/// A scripted server on a free port of the loopback; dropped, it closes everything.
///
/// ```
/// use reticent_testkit::fake::{FakeServer, Reply};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let fake = FakeServer::start([Reply::new(503), Reply::new(200)]).await?;
/// assert!(fake.url().starts_with("http://127.0.0.1:"));
/// assert_eq!(fake.count(), 0);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct FakeServer {
    address: SocketAddr,
    desk: Arc<Desk>,
    task: JoinHandle<()>,
}

impl FakeServer {
    /// Starts one that answers these in order, and the last one for ever.
    ///
    /// # Errors
    /// No port can be had.
    ///
    /// # Panics
    /// There is no answer at all.
    pub async fn start<E: Into<Exchange>>(script: impl IntoIterator<Item = E>) -> std::io::Result<Self> {
        let script: Vec<Exchange> = script.into_iter().map(Into::into).collect();
        assert!(!script.is_empty(), "a server without an answer proves nothing");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk { script: Mutex::new(script), kept: Mutex::default() });
        let task = tokio::spawn(serve(listener, desk.clone()));
        Ok(Self { address, desk, task })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Replaces what is left of the script.
    ///
    /// # Panics
    /// There is no answer at all.
    pub fn answer<E: Into<Exchange>>(&self, script: impl IntoIterator<Item = E>) {
        let script: Vec<Exchange> = script.into_iter().map(Into::into).collect();
        assert!(!script.is_empty(), "a server without an answer proves nothing");
        *lock(&self.desk.script) = script;
    }

    /// Returns how many requests came.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.desk.kept).requests.len()
    }

    /// Returns the requests that came, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.desk.kept).requests.clone()
    }

    /// Returns everything that came, so that it can be searched for what must not be sent here.
    #[must_use]
    pub fn heard(&self) -> Secret {
        let mut heard = SecretBuffer::with_capacity(0);
        lock(&self.desk.kept).requests.iter().for_each(|request| request.append_to(&mut heard));
        heard.into_secret()
    }

    /// Returns what was wrong with requests; a test asserts that this is empty.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.desk.kept).complaints.clone()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug)]
struct Desk {
    script: Mutex<Vec<Exchange>>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: Vec<Received>,
    complaints: Vec<String>,
}

impl Desk {
    /// Takes the answer that is next, and keeps the request.
    fn answer(&self, request: Received) -> Reply {
        let mut script = lock(&self.script);
        let exchange = if script.len() > 1 { script.remove(0) } else { script[0].clone() };
        let mut kept = lock(&self.kept);
        let complaint = exchange.complaint(&request);
        kept.requests.push(request);
        match complaint {
            None => exchange.reply().clone(),
            Some(complaint) => {
                kept.complaints.push(complaint);
                Reply::new(418)
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => drop(connections.spawn(converse(client, desk.clone()))),
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers requests until one side closes the connection.
async fn converse(client: TcpStream, desk: Arc<Desk>) {
    let mut requests = Requests::new(client);
    while let Ok(Some(request)) = requests.next().await {
        let has_body = request.method() != "HEAD";
        let reply = desk.answer(request);
        tokio::time::sleep(reply.delay()).await;
        let written = requests.stream().write_all(&reply.render(has_body)).await;
        if written.is_err() || reply.is_cut() {
            break;
        }
    }
    // Fails only for a connection that is gone.
    drop(requests.stream().shutdown().await);
}
