//! Secrets Manager on ministack.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use reticent_core::{Secret, SecretList, SecretRef, SecretSource, SecretStages};
use reticent_provider_aws::{Aws, SecretsManagerSource};
use reticent_testkit::{Harness, Part, SideDoorError, Stranger, Trouble, conformance};

use super::elsewhere::Elsewhere;
use crate::iam::{User, arn, statement};
use crate::support;
use crate::wire::{Proxy, Wire};

const LIMIT: Duration = Duration::from_secs(3);

/// Secrets Manager as ministack plays it: over TLS, with users and policies.
struct Ministack {
    proxy: Proxy,
    user: User,
    side_door: Client,
    source: Arc<SecretsManagerSource>,
    elsewhere: Arc<Elsewhere>,
}

fn harness() -> Ministack {
    let (proxy, user) = (Proxy::before(&support::ministack().endpoint), User::new());
    let source_at = |address: &str| {
        let options = user.options(address).with_timeout(LIMIT);
        SecretsManagerSource::new(&Aws::from_default_chain(options)).with_label("aws-sm(mini)")
    };
    let source = Arc::new(source_at(proxy.address()));
    let elsewhere = Elsewhere::new(|address| Arc::new(source_at(address)));
    Ministack { proxy, user, side_door: support::owners_door(), source, elsewhere }
}

#[async_trait]
impl Harness for Ministack {
    fn label(&self) -> &str {
        "aws-sm-ministack"
    }

    fn source(&self) -> Arc<dyn SecretSource> {
        self.elsewhere.instead_of(self.source.clone())
    }

    fn stranger(&self) -> Option<Arc<dyn Stranger>> {
        Some(self.elsewhere.clone())
    }

    fn list(&self) -> Option<Arc<dyn SecretList>> {
        Some(self.source.clone())
    }

    fn stages(&self) -> Option<Arc<dyn SecretStages>> {
        Some(self.source.clone())
    }

    fn credential(&self) -> Option<Secret> {
        Some(self.user.secret())
    }

    fn place_for(&self, name: &str) -> Option<SecretRef> {
        SecretRef::new("aws-sm", name).ok()
    }

    async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
        support::plant(&self.side_door, at.path(), value).await
    }

    async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
        support::uproot(&self.side_door, at.path()).await
    }

    fn lacks(&self) -> Vec<(Part, &'static str)> {
        let inside = "it happens inside of TLS; `aws-sm` shows it";
        vec![
            (Part::EmptyValues, "AWS has no empty secret; writing one is refused"),
            (Part::Sink, "ministack forgets the token of a creation; `aws-sm` shows writes"),
            (Part::Expiry, "a secret of AWS does not end"),
            (Part::Trouble(Trouble::Throttled), "ministack does not throttle; `aws-sm` shows it"),
            (Part::Trouble(Trouble::MalformedReply), inside),
            (Part::Trouble(Trouble::TruncatedReply), inside),
            (Part::Trouble(Trouble::FailingWrites), inside),
        ]
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(LIMIT)
    }

    async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
        match trouble {
            Trouble::Denied => {
                let denied = statement("Deny", "secretsmanager:*", &arn(at.path()));
                self.user.may(&format!("{},{denied}", statement("Allow", "*", "*")));
            }
            Trouble::BadCredentials => self.user.key_is("Inactive"),
            Trouble::Hanging => self.proxy.is(Wire::Silent),
            _ => self.proxy.is(Wire::Closed),
        }
    }

    async fn relieve(&self) {
        self.proxy.is(Wire::Whole);
        self.user.key_is("Active");
        self.user.may(&statement("Allow", "*", "*"));
    }
}

conformance!(harness());
