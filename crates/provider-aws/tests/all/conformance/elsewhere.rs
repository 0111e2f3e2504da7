//! A host to which AWS sends its clients, and a source that meets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use reticent_core::{Secret, SecretRef, SecretSource};
use reticent_testkit::Stranger;

use crate::front::{Answer, Front};

/// What the stranger says to whoever comes: a value that no source may take for AWS's.
const ANSWER: &str =
    r#"{"ARN":"arn:x","Name":"x","VersionId":"00000000000000000000000000000000","SecretString":"x"}"#;

/// The stranger, and a source whose service answers each request by a redirect to it.
pub(super) struct Elsewhere {
    host: Front,
    lured: Arc<dyn SecretSource>,
    is_luring: AtomicBool,
}

impl Elsewhere {
    /// Makes the source over the address of a service that redirects.
    pub(super) fn new(lured: impl FnOnce(&str) -> Arc<dyn SecretSource>) -> Arc<Self> {
        let host = Front::alone(|_| Answer::json(200, ANSWER));
        // By name, so that the host is another one and not the port alone.
        let location = host.address().replace("127.0.0.1", "localhost");
        let service = Front::alone(move |_| Answer::reply(307, &[("location", &location)], ""));
        Arc::new(Self { host, lured: lured(service.address()), is_luring: AtomicBool::new(false) })
    }

    /// Returns the source that is sent away once it is luring, and `other` before.
    pub(super) fn instead_of(&self, other: Arc<dyn SecretSource>) -> Arc<dyn SecretSource> {
        if self.is_luring.load(Ordering::Relaxed) { self.lured.clone() } else { other }
    }
}

#[async_trait]
impl Stranger for Elsewhere {
    async fn lure(&self, _: &SecretRef) {
        self.is_luring.store(true, Ordering::Relaxed);
    }

    fn heard(&self) -> Secret {
        let requests = self.host.requests();
        let heard = requests.iter().flat_map(|request| [request.head.as_bytes(), &request.body]);
        Secret::from_vec(heard.collect::<Vec<_>>().concat())
    }
}
