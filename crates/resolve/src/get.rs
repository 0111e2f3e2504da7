//! Reading: one secret, many, or one that may be absent.

use futures_util::future::join_all;
use reticent_core::{ErrorKind, Joined, Secret, SecretName, SecretRef, SourceError};

use crate::backend::Answer;
use crate::batch::Batch;
use crate::cache::Kept;
use crate::fetch::{Landed, Reading};
use crate::request::{Request, with_key};
use crate::resolver::Resolver;

impl Resolver {
    /// Returns the secret that `text` names: a reference of a registered scheme, or a logical name.
    ///
    /// A kept answer is served without asking the backend; else one fetch serves all who wait for it, and a
    /// cancelled call ends nobody else's. With hooks the gate is asked each time, and the read is recorded before
    /// the secret is handed out.
    ///
    /// # Errors
    /// `NotFound`: no place has it; [`tried`](SourceError::tried) lists them. `InvalidReference`: neither a name nor
    /// a reference; the text is not repeated, since it may be a value. `AccessDenied` by the gate or a source.
    /// `NotRecorded`: the record was lost. Otherwise what the place said that ended the search.
    pub async fn get(&self, text: &str) -> Result<Secret, SourceError> {
        match self.look(text) {
            Look::Served(answer) => answer,
            Look::Kept(kept) => self.hand_out(kept).await,
            // Boxed, so that the future of a hit stays small.
            Look::Nothing => Box::pin(async { self.read(&self.inner.recognise(text)?).await }).await,
        }
    }

    /// Returns the secret at `at`.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn get_ref(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        match with_key(at, |key| self.look(key)) {
            Look::Served(answer) => answer,
            Look::Kept(kept) => self.hand_out(kept).await,
            Look::Nothing => Box::pin(async { self.read(&self.inner.request_at(at)?).await }).await,
        }
    }

    /// Returns the secret called `name`, from the first of its places that has it.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn get_name(&self, name: &SecretName) -> Result<Secret, SourceError> {
        match self.look(name.as_str()) {
            Look::Served(answer) => answer,
            Look::Kept(kept) => self.hand_out(kept).await,
            Look::Nothing => Box::pin(async { self.read(&Request::of_name(name)).await }).await,
        }
    }

    /// Returns the secret as [`get`](Self::get) does, and `None` when no place has it.
    ///
    /// # Errors
    /// As [`get`](Self::get), but for `NotFound`: what is denied or out of reach is not absent.
    pub async fn optional(&self, text: &str) -> Result<Option<Secret>, SourceError> {
        match self.get(text).await {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns one result for each text, in their order; one failure does not fail its neighbours.
    ///
    /// What is not kept is asked for in one call to each source. Gate, record and cache work for each secret by
    /// itself, as in [`get`](Self::get).
    pub async fn get_many<T: AsRef<str>>(&self, texts: &[T]) -> Vec<Result<Secret, SourceError>> {
        let requests = texts.iter().map(|text| self.inner.recognise(text.as_ref())).collect();
        self.read_many(requests).await
    }

    pub(crate) async fn read_many(&self, requests: Vec<Result<Request, SourceError>>) -> Vec<Answer> {
        let batch = Batch::new(&self.inner);
        // All join before the first is polled, since the first poll sends the batch off.
        let begun: Vec<Begun> = requests.into_iter().map(|request| self.begin(request, &batch)).collect();
        join_all(begun.into_iter().map(|begun| self.finish(begun)).collect::<Vec<_>>()).await
    }

    fn begin(&self, request: Result<Request, SourceError>, batch: &Batch) -> Begun {
        let request = match request {
            Ok(request) => request,
            Err(error) => return Begun::Over(Err(error)),
        };
        match self.look(request.key()) {
            Look::Served(answer) => return Begun::Over(answer),
            Look::Kept(kept) => return Begun::Kept(kept),
            Look::Nothing => {}
        }
        match self.admit(&request) {
            Ok(()) => Begun::Joined(self.join(&request, 0, Reading::Batch(batch.clone()))),
            Err(error) => Begun::Over(Err(error)),
        }
    }

    async fn finish(&self, begun: Begun) -> Answer {
        match begun {
            Begun::Over(answer) => answer,
            Begun::Kept(kept) => self.hand_out(kept).await,
            Begun::Joined(joined) => {
                let leads = joined.is_leader();
                Ok(self.arrive(joined.await, leads).await?.secret.clone())
            }
        }
    }

    /// Looks into the cache: the whole of a hit without hooks, while with hooks there is more to do.
    fn look(&self, key: &str) -> Look {
        if self.inner.hooks.is_silent() {
            self.inner.cache.serve(key).map_or(Look::Nothing, Look::Served)
        } else {
            self.inner.cache.find(key, 0).map_or(Look::Nothing, Look::Kept)
        }
    }

    /// Reads what is not kept under the key that the caller wrote, and may be kept under its own.
    async fn read(&self, request: &Request) -> Answer {
        match self.look(request.key()) {
            Look::Served(answer) => answer,
            Look::Kept(kept) => self.hand_out(kept).await,
            Look::Nothing => {
                self.admit(request)?;
                Ok(self.fetch(request, 0).await?.secret.clone())
            }
        }
    }

    /// Hands out a kept answer to whom the gate admits.
    async fn hand_out(&self, kept: Kept) -> Answer {
        let Kept { content, stale, .. } = kept;
        self.admit(&content.request)?;
        self.inner.cache.count(&content.answer, stale);
        if let Some(hits) = &content.hits {
            self.record_hit(hits).await?;
        }
        content.answer.clone()
    }
}

/// What a look into the cache gave.
enum Look {
    Served(Answer),
    /// To be handed out once the hooks have had their say.
    Kept(Kept),
    Nothing,
}

/// One secret of many, after everything that needs no waiting.
enum Begun {
    Over(Answer),
    Kept(Kept),
    Joined(Joined<Landed>),
}
