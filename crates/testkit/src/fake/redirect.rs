//! Two hosts, the first of which sends everybody to the second.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use reticent_core::{Secret, SecretRef};

use super::exchange::Reply;
use super::server::FakeServer;
use crate::harness::Stranger;

/// A backend that sends every client to another host, and that host.
///
/// A harness makes its source over [`url`](Self::url) once [`is_luring`](Self::is_luring).
///
/// ```
/// use reticent_testkit::fake::{Redirect, Reply};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let redirect = Redirect::start(Reply::new(200).with_body("from a stranger")).await?;
/// assert!(redirect.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Redirect {
    backend: FakeServer,
    stranger: FakeServer,
    is_luring: AtomicBool,
}

impl Redirect {
    /// Starts both; `answer` is what the second host says to whoever comes.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(answer: Reply) -> io::Result<Self> {
        let stranger = FakeServer::start([answer]).await?;
        // By name, so that the hosts differ and not the ports alone: some clients compare hosts.
        let elsewhere = format!("http://localhost:{}/elsewhere", stranger.address().port());
        let backend = FakeServer::start([Reply::new(307).with_header("location", &elsewhere)]).await?;
        Ok(Self { backend, stranger, is_luring: false.into() })
    }

    /// Returns the address of the backend.
    #[must_use]
    pub fn url(&self) -> String {
        self.backend.url()
    }

    /// Tells whether a source is to meet it from now on.
    #[must_use]
    pub fn is_luring(&self) -> bool {
        self.is_luring.load(Ordering::Relaxed)
    }

    /// Returns how many requests the backend has sent away.
    #[must_use]
    pub fn count(&self) -> usize {
        self.backend.count()
    }
}

#[async_trait]
impl Stranger for Redirect {
    async fn lure(&self, _: &SecretRef) {
        self.is_luring.store(true, Ordering::Relaxed);
    }

    fn heard(&self) -> Secret {
        self.stranger.heard()
    }
}
