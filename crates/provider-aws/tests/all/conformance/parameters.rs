//! Parameters on moto.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;
use reticent_core::{Secret, SecretList, SecretRef, SecretSink, SecretSource};
use reticent_provider_aws::{Aws, ParameterSource};
use reticent_testkit::{Harness, Part, SideDoorError, Stranger, Trouble, conformance};

use super::elsewhere::Elsewhere;
use crate::front::{Answer, Front};
use crate::support;

const LIMIT: Duration = Duration::from_secs(3);
const KEY: &str = "the secret access key of the laws";

/// Parameters as moto plays them.
struct Parameters {
    front: Front,
    side_door: Client,
    source: Arc<ParameterSource>,
    elsewhere: Arc<Elsewhere>,
}

fn harness() -> Parameters {
    let front = Front::before(&support::moto());
    let source = Arc::new(source_at(front.address()));
    let elsewhere = Elsewhere::new(|address| Arc::new(source_at(address)));
    let side_door = Client::new(&support::sdk_config(&support::moto()));
    Parameters { front, side_door, source, elsewhere }
}

fn source_at(address: &str) -> ParameterSource {
    let options = support::options(address).with_timeout(LIMIT);
    let options = options.with_credentials("AKIDOFTHELAWS", support::secret(KEY), None);
    ParameterSource::new(&Aws::from_default_chain(options))
}

#[async_trait]
impl Harness for Parameters {
    fn label(&self) -> &str {
        "aws-ssm"
    }

    fn source(&self) -> Arc<dyn SecretSource> {
        self.elsewhere.instead_of(self.source.clone())
    }

    fn stranger(&self) -> Option<Arc<dyn Stranger>> {
        Some(self.elsewhere.clone())
    }

    fn sink(&self) -> Option<Arc<dyn SecretSink>> {
        Some(self.source.clone())
    }

    fn list(&self) -> Option<Arc<dyn SecretList>> {
        Some(self.source.clone())
    }

    fn credential(&self) -> Option<Secret> {
        Some(support::secret(KEY))
    }

    fn place_for(&self, name: &str) -> Option<SecretRef> {
        SecretRef::new("aws-ssm", name).ok()
    }

    async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
        let put = self.side_door.put_parameter().name(at.path()).r#type(ParameterType::SecureString);
        put.value(std::str::from_utf8(value)?).overwrite(true).send().await?;
        Ok(())
    }

    async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
        self.side_door.delete_parameter().name(at.path()).send().await?;
        Ok(())
    }

    fn lacks(&self) -> Vec<(Part, &'static str)> {
        let unchecked = "moto checks no credentials; `aws-sm-ministack` shows it";
        vec![
            (Part::AnyBytes, "a parameter is text"),
            (Part::EmptyValues, "AWS has no empty parameter; writing one is refused"),
            (Part::Expiry, "a parameter that is read does not end"),
            (Part::Stages, "a parameter has no stages"),
            (Part::Trouble(Trouble::Denied), unchecked),
            (Part::Trouble(Trouble::BadCredentials), unchecked),
        ]
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(LIMIT)
    }

    async fn inflict(&self, trouble: Trouble, _: &SecretRef) {
        self.front.decide(move |request| match trouble {
            Trouble::Unreachable => Answer::Close,
            Trouble::Throttled => Answer::error("ThrottlingException", "Rate exceeded"),
            Trouble::MalformedReply => {
                Answer::reply(200, &[("content-type", "text/html")], "<html>Log in to the network</html>")
            }
            Trouble::TruncatedReply => Answer::Half,
            Trouble::Hanging => Answer::Hang,
            Trouble::FailingWrites if !is_read(&request.operation) => {
                Answer::error("InternalServiceError", "x")
            }
            _ => Answer::Pass,
        });
    }

    async fn relieve(&self) {
        self.front.decide(|_| Answer::Pass);
    }
}

fn is_read(operation: &str) -> bool {
    operation.starts_with("Get") || operation.starts_with("Describe") || operation.starts_with("List")
}

conformance!(harness());
