//! What went through.

use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug, Default)]
pub(super) struct Counts {
    connections: AtomicUsize,
    to_server: AtomicUsize,
    to_client: AtomicUsize,
}

impl Counts {
    pub(super) fn add_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_to_server(&self, bytes: usize) {
        self.to_server.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn add_to_client(&self, bytes: usize) {
        self.to_client.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn to_server(&self) -> usize {
        self.to_server.load(Ordering::Relaxed)
    }

    pub(super) fn to_client(&self) -> usize {
        self.to_client.load(Ordering::Relaxed)
    }
}
