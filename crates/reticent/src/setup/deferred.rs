//! A backend that is made when it is first asked, and one of several that share a form of references.
//!
//! The decision: settings of a backend that no reference names cost nothing and can be wrong. An instance with a label
//! has the scheme `vault+prod`; its source knows the plain scheme alone, so references are put into its words on the
//! way in and back on the way out.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use reticent_core::{
    DeleteOptions, Lease, LeaseKeeper, PutOptions, Revision, Right, RightsCheck, Secret, SecretInfo,
    SecretList, SecretRef, SecretSink, SecretSource, SourceError, VersionId,
};
use tokio::sync::OnceCell;

/// How often a backend that nobody has asked yet is looked at, to see whether it has to be kept logged in.
const IDLE: Duration = Duration::from_secs(10);

/// What makes the source.
type Make<S> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<S, SourceError>> + Send>> + Send + Sync>;

/// The source, once it is needed.
pub(super) struct Deferred<S> {
    label: String,
    plain: &'static str,
    scheme: String,
    lending: Lending,
    make: Make<S>,
    made: OnceCell<S>,
}

/// Whether a kind of source hands out leases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lending {
    Never,
    #[cfg(feature = "vault")]
    Perhaps,
}

impl<S: SecretSource> Deferred<S> {
    /// Says how the source is made that serves `scheme`, and that knows its references under the scheme `plain`.
    pub(super) fn new(
        label: String,
        plain: &'static str,
        scheme: String,
        lending: Lending,
        make: impl Fn() -> Pin<Box<dyn Future<Output = Result<S, SourceError>> + Send>> + Send + Sync + 'static,
    ) -> Self {
        Self { label, plain, scheme, lending, make: Box::new(make), made: OnceCell::new() }
    }

    async fn made(&self) -> Result<&S, SourceError> {
        self.made.get_or_try_init(|| (self.make)()).await
    }

    async fn made_for(&self, at: &SecretRef) -> Result<&S, SourceError> {
        self.made().await.map_err(|error| error.for_key(at.to_string()))
    }

    /// Puts a reference into the words of the source.
    fn inward<'r>(&self, at: &'r SecretRef) -> Cow<'r, SecretRef> {
        if at.scheme() != self.scheme || self.scheme == self.plain {
            return Cow::Borrowed(at);
        }
        Cow::Owned(renamed(at, self.plain))
    }

    /// Puts an error back into the words of the caller.
    fn told<T>(&self, at: &SecretRef, result: Result<T, SourceError>) -> Result<T, SourceError> {
        if self.scheme == self.plain { result } else { result.map_err(|error| error.for_key(at.to_string())) }
    }
}

fn renamed(at: &SecretRef, scheme: &str) -> SecretRef {
    let renamed = SecretRef::new(scheme, at.path()).expect("the path was one, and the scheme is ours");
    renamed.at_version(at.version().clone()).at_field(at.field().cloned())
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<S: SecretSource> SecretSource for Deferred<S> {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.label)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let result = self.made_for(at).await?.get(&self.inward(at)).await;
        self.told(at, result)
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let source = match self.made().await {
            Ok(source) => source,
            Err(error) => {
                return at.iter().map(|at| Err(error.clone().for_key(at.to_string()))).collect();
            }
        };
        let asked: Vec<SecretRef> = at.iter().map(|at| self.inward(at).into_owned()).collect();
        let answers = source.get_many(&asked).await;
        at.iter().zip(answers).map(|(at, answer)| self.told(at, answer)).collect()
    }

    async fn check(&self) -> Result<(), SourceError> {
        self.made().await?.check().await
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let result = self.made_for(at).await?.revision(&self.inward(at)).await;
        self.told(at, result)
    }

    fn leases(&self) -> Option<&dyn LeaseKeeper> {
        (self.lending != Lending::Never).then_some(self)
    }

    async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        match self.made.get() {
            Some(source) => source.keep_alive().await,
            None => Ok(Some(IDLE)),
        }
    }
}

#[async_trait]
impl<S: SecretSource> LeaseKeeper for Deferred<S> {
    async fn lends(&self, at: &SecretRef) -> Result<bool, SourceError> {
        match self.made_for(at).await?.leases() {
            Some(keeper) => self.told(at, keeper.lends(&self.inward(at)).await),
            None => Ok(false),
        }
    }

    async fn renew(&self, lease: &Lease, wanted: Duration) -> Result<Lease, SourceError> {
        match self.made().await?.leases() {
            Some(keeper) => keeper.renew(lease, wanted).await,
            None => Ok(lease.clone()),
        }
    }

    async fn revoke(&self, lease: &Lease) -> Result<(), SourceError> {
        match self.made().await?.leases() {
            Some(keeper) => keeper.revoke(lease).await,
            None => Ok(()),
        }
    }
}

#[async_trait]
impl<S: SecretSink> SecretSink for Deferred<S> {
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let result = self.made_for(at).await?.put(&self.inward(at), value, options).await;
        self.told(at, result)
    }

    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        let result = self.made_for(at).await?.delete(&self.inward(at), options).await;
        self.told(at, result)
    }
}

#[async_trait]
impl<S: SecretList> SecretList for Deferred<S> {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let infos = self.made().await?.list(prefix).await?;
        if self.scheme == self.plain {
            return Ok(infos);
        }
        let outward = |info: SecretInfo| {
            let mut shown = SecretInfo::new(renamed(info.reference(), &self.scheme));
            if let Some(version) = info.version() {
                shown = shown.with_version(version.clone());
            }
            match info.modified() {
                Some(modified) => shown.with_modified(modified),
                None => shown,
            }
        };
        Ok(infos.into_iter().map(outward).collect())
    }
}

#[async_trait]
impl<S: RightsCheck> RightsCheck for Deferred<S> {
    async fn missing_rights(&self, at: &[SecretRef]) -> Vec<Result<Vec<Right>, SourceError>> {
        let source = match self.made().await {
            Ok(source) => source,
            Err(error) => {
                return at.iter().map(|at| Err(error.clone().for_key(at.to_string()))).collect();
            }
        };
        let asked: Vec<SecretRef> = at.iter().map(|at| self.inward(at).into_owned()).collect();
        let answers = source.missing_rights(&asked).await;
        at.iter().zip(answers).map(|(at, answer)| self.told(at, answer)).collect()
    }
}

impl<S> fmt::Debug for Deferred<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred")
            .field("label", &self.label)
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use reticent_core::ErrorKind;
    use reticent_testkit::MemorySource;

    use super::*;

    fn at(text: &str) -> SecretRef {
        text.parse().expect("a reference")
    }

    fn of(source: MemorySource, made: &Arc<AtomicUsize>) -> Deferred<MemorySource> {
        let made = Arc::clone(made);
        Deferred::new("mem(b)".to_owned(), "mem", "mem+b".to_owned(), Lending::Never, move || {
            let (source, first) = (source.clone(), made.fetch_add(1, Ordering::SeqCst) == 0);
            Box::pin(async move {
                if first { Err(SourceError::new(ErrorKind::Unavailable, "mem(b)")) } else { Ok(source) }
            })
        })
    }

    #[tokio::test]
    async fn an_instance_answers_in_the_words_that_it_was_asked_in() {
        let made = Arc::default();
        let deferred = of(MemorySource::new("mem").with("mem://a/x", r#"{"k":"v"}"#), &made);
        let failed = deferred.get(&at("mem+b://a/x")).await.expect_err("the first making fails");
        assert_eq!((failed.key(), failed.kind()), (Some("mem+b://a/x"), ErrorKind::Unavailable));
        assert_eq!(deferred.get(&at("mem+b://a/x#k")).await.expect("it is there").len(), 1);
        let absent = deferred.get_many(&[at("mem+b://a/y?version=previous"), at("mem+b://a/x")]).await;
        let error = absent[0].as_ref().expect_err("absent");
        assert_eq!((error.key(), error.kind()), (Some("mem+b://a/y?version=previous"), ErrorKind::NotFound));
        assert!(absent[1].is_ok());
        let listed = deferred.list("a/").await.expect("a listing");
        assert_eq!(listed[0].reference(), &at("mem+b://a/x"));
        deferred
            .put(&at("mem+b://a/z"), &Secret::copy_of(b"v"), &PutOptions::default())
            .await
            .expect("a write");
        assert!(deferred.revision(&at("mem+b://a/z")).await.is_ok());
        deferred.delete(&at("mem+b://a/z"), &DeleteOptions::default()).await.expect("a deletion");
        assert_eq!(made.load(Ordering::SeqCst), 2, "it is made until it is there, and no more");
    }

    #[tokio::test]
    async fn nothing_is_made_to_stay_logged_in() {
        let made = Arc::default();
        let deferred = of(MemorySource::new("mem"), &made);
        assert_eq!(deferred.keep_alive().await.expect("nothing is due"), Some(IDLE));
        assert_eq!(made.load(Ordering::SeqCst), 0);
    }
}
