//! One call of one service, in the right region and with credentials that have not ended.
//!
//! The SDK writes to its log what servers answer, at the level of traces: whole answers of operations that it takes
//! for harmless, those of others where a variable says so, and the text of errors always. So nothing that it logs
//! during a call is passed on. The cost is that its log is silent; what became of a call is in the error and in the
//! resolver's own events.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber as _;

use super::classify::{self, Answer};
use super::session::{Aws, Session};

/// Runs a call of the SDK, and passes on nothing of its log.
async fn silently<T>(call: impl Future<Output = T>) -> T {
    call.with_subscriber(Dispatch::none()).await
}

/// The clients of one service: one for each region, made when it is first asked.
pub(crate) struct Service<C> {
    aws: Aws,
    make: fn(&SdkConfig, &Aws) -> C,
    made: Mutex<Vec<Made<C>>>,
}

struct Made<C> {
    session: u64,
    region: String,
    client: C,
}

impl<C: Clone> Service<C> {
    pub(crate) fn new(aws: &Aws, make: fn(&SdkConfig, &Aws) -> C) -> Self {
        Self { aws: aws.clone(), make, made: Mutex::new(Vec::new()) }
    }

    pub(crate) fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Runs `operation`, which needs the right `action`; where the session has ended, once more with a new one.
    pub(crate) async fn call<T, E, F>(
        &self,
        region: Option<&str>,
        action: &'static str,
        operation: impl Fn(C) -> F,
    ) -> Result<T, Answer>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let session = self.aws.session().await;
        let number = session.number;
        let answer = match silently(operation(self.client(&session, region)?)).await {
            Ok(output) => return Ok(output),
            Err(error) => classify::answer(&error, action),
        };
        if !answer.is_of_expired_session() {
            return Err(answer);
        }
        let session = self.aws.session_after(Some(number)).await;
        let again = silently(operation(self.client(&session, region)?)).await;
        again.map_err(|error| classify::answer(&error, action))
    }

    fn client(&self, session: &Session, region: Option<&str>) -> Result<C, Answer> {
        let failed = |failure| Answer { failure, code: None };
        let region = self.aws.region(session, region).map_err(failed)?;
        // Else the SDK sends nothing, and what it says could not be told from an outage.
        if session.config.credentials_provider().is_none() {
            return Err(failed(classify::no_credentials()));
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |made: &&Made<C>| made.session == session.number && made.region == region;
        if let Some(made) = made.iter().find(is_it) {
            return Ok(made.client.clone());
        }
        let config = session.config.to_builder().region(aws_config::Region::new(region.to_owned())).build();
        let client = (self.make)(&config, &self.aws);
        made.retain(|made| made.session >= session.number);
        made.push(Made { session: session.number, region: region.to_owned(), client: client.clone() });
        Ok(client)
    }
}
