//! Another host, to which memory sends those who read from it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

use async_trait::async_trait;
use reticent_core::{ErrorKind, Secret, SecretRef};
use reticent_testkit::{MemorySource, Stranger};

#[derive(Default)]
pub(crate) struct Host {
    memory: OnceLock<MemorySource>,
    is_luring: AtomicBool,
    heard: Mutex<Vec<u8>>,
}

impl Host {
    /// Says whose clients are sent here.
    pub(crate) fn lures_from(&self, memory: &MemorySource) {
        assert!(self.memory.set(memory.clone()).is_ok(), "one harness has one memory");
    }

    pub(crate) fn is_luring(&self) -> bool {
        self.is_luring.load(Ordering::Relaxed)
    }

    pub(crate) fn hear(&self, said: &str) {
        self.heard.lock().expect("nobody panics here").extend_from_slice(said.as_bytes());
    }
}

#[async_trait]
impl Stranger for Host {
    async fn lure(&self, _: &SecretRef) {
        self.is_luring.store(true, Ordering::Relaxed);
        // A redirect is no answer that a source can use.
        self.memory.get().expect("the harness has a memory").fail_always(ErrorKind::Malformed);
    }

    fn heard(&self) -> Secret {
        Secret::copy_of(&self.heard.lock().expect("nobody panics here"))
    }
}
