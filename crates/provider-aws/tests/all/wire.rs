//! What stands before a server that speaks TLS: it passes bytes on, or stops doing so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Wire {
    /// They pass.
    Whole = 0,
    /// The connection is closed, new ones too.
    Closed = 1,
    /// They are taken, and nothing comes back.
    Silent = 2,
}

/// The proxy; its task ends with the runtime.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    address: String,
    state: Arc<AtomicU8>,
}

impl Proxy {
    /// Stands before `https://host:port`.
    pub(crate) fn before(behind: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener of tokio's");
        let address = format!("https://{}", listener.local_addr().expect("an address"));
        let proxy = Self { address, state: Arc::default() };
        let listener = TcpListener::from_std(listener).expect("a runtime");
        tokio::spawn(proxy.clone().serve(listener, behind.trim_start_matches("https://").to_owned()));
        proxy
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn is(&self, wire: Wire) {
        self.state.store(wire as u8, Ordering::SeqCst);
    }

    fn has_become(&self, wire: Wire) -> bool {
        self.state.load(Ordering::SeqCst) == wire as u8
    }

    async fn serve(self, listener: TcpListener, behind: String) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(self.clone().one(stream, behind.clone()));
        }
    }

    async fn one(self, mut near: TcpStream, behind: String) -> Option<()> {
        let mut far = TcpStream::connect(behind).await.ok()?;
        let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
        loop {
            let (count, bytes, to) = tokio::select! {
                count = near.read(&mut up) => (count, &up, &mut far),
                count = far.read(&mut down) => (count, &down, &mut near),
            };
            let count = count.ok().filter(|count| *count > 0)?;
            if self.has_become(Wire::Closed) {
                return None;
            }
            if self.has_become(Wire::Silent) {
                std::future::pending::<()>().await;
            }
            to.write_all(&bytes[..count]).await.ok()?;
        }
    }
}
