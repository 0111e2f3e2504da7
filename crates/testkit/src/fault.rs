//! A TCP proxy that breaks connections as it is told, between a client under test and any server.
//!
//! It passes bytes and knows no protocol, so TLS goes through untouched. A fault takes hold of connections that are
//! open already too, since clients keep theirs. The cost of being in the process is that a test needs a runtime with
//! its network driver on; the gain is that connections are counted and faults switched by a plain call.

mod counts;
mod door;
mod pipe;
mod relay;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::ToSocketAddrs;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use counts::Counts;
use door::Door;

/// What the proxy does to connections.
///
/// Bytes are counted on the way back to the client, from when the fault was set or the connection made, the later of both.
///
/// ```
/// use std::time::Duration;
/// use reticent_testkit::fault::Fault;
///
/// assert_ne!(Fault::Latency(Duration::from_millis(50)), Fault::None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Passes everything.
    None,
    /// Each piece of a reply comes this much later.
    Latency(Duration),
    /// Connections are reset as soon as they are made.
    Reset,
    /// The connection is reset after this many bytes of the reply.
    ResetAfter(usize),
    /// The connection is closed after this many bytes of the reply.
    CloseAfter(usize),
    /// Connections are taken, and everything that is sent disappears.
    BlackHole,
    /// Nobody listens: connections are refused, and open ones reset.
    Refuse,
    /// Replies come in pieces of this size, with a pause before each.
    Trickle {
        /// Bytes in a piece.
        size: usize,
        /// The pause before each.
        pause: Duration,
    },
    /// What the client sends is answered with bytes of no protocol, and the connection closed.
    Garbage,
    /// What the client sends is answered with these bytes, and the connection closed.
    Scripted(Vec<u8>),
}

/// A proxy on a port of its own; dropped, it closes everything.
///
/// ```
/// use reticent_testkit::fault::{Fault, FaultProxy};
/// use tokio::net::{TcpListener, TcpStream};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = TcpListener::bind("127.0.0.1:0").await?;
/// let proxy = FaultProxy::start(server.local_addr()?).await?;
/// TcpStream::connect(proxy.address()).await?;
/// proxy.set(Fault::Refuse).await;
/// assert!(TcpStream::connect(proxy.address()).await.is_err());
/// assert_eq!(proxy.connections(), 1);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    orders: mpsc::Sender<Order>,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

/// A new fault, and whom to tell that it holds.
type Order = (Fault, oneshot::Sender<()>);

impl FaultProxy {
    /// Listens on a free port of the loopback, and passes connections on to `server`.
    ///
    /// # Errors
    /// The address of the server cannot be found, or no port be had.
    pub async fn start(server: impl ToSocketAddrs) -> std::io::Result<Self> {
        let server = tokio::net::lookup_host(server).await?.next().ok_or(std::io::ErrorKind::NotFound)?;
        let door = Door::open()?;
        let address = door.address();
        let (orders, received) = mpsc::channel(1);
        let counts = Arc::new(Counts::default());
        let task = tokio::spawn(door::keep(door, server, counts.clone(), received));
        Ok(Self { address, orders, counts, task })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Switches to another fault; when this returns, it holds for new connections and for open ones.
    ///
    /// # Panics
    /// The runtime that the proxy was started on has ended.
    pub async fn set(&self, fault: Fault) {
        let (done, is_done) = oneshot::channel();
        self.orders.send((fault, done)).await.expect("the proxy lives as long as its runtime");
        is_done.await.expect("the proxy answers each order");
    }

    /// Returns how many connections were taken so far, whatever became of them.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.counts.connections()
    }

    /// Returns how many bytes were passed on to the server.
    #[must_use]
    pub fn bytes_to_server(&self) -> usize {
        self.counts.to_server()
    }

    /// Returns how many bytes were passed back to clients.
    #[must_use]
    pub fn bytes_to_client(&self) -> usize {
        self.counts.to_client()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
