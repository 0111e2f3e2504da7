//! Data keys: how often their keeper is asked, and what happens while it is out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use reticent_core::{ErrorKind, KeyWrap, ManualClock, Secret, SourceError, WrapContext, WrappedKey};
use reticent_crypto::{Context, DataKey, DataKeyLimits, DataKeys, Key, LocalWrap};

/// Counts what it is asked, takes a turn of the executor to answer, and can be out.
#[derive(Debug)]
struct Counting {
    inner: LocalWrap,
    asked: AtomicU32,
    is_out: AtomicBool,
}

impl Counting {
    async fn answer(&self) -> Result<(), SourceError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        // Lets the other callers join.
        let mut is_first = true;
        futures_util::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::take(&mut is_first) { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
        })
        .await;
        if self.is_out.load(Ordering::Relaxed) {
            return Err(SourceError::new(ErrorKind::Unavailable, "keeper"));
        }
        Ok(())
    }
}

#[async_trait]
impl KeyWrap for Counting {
    fn key_id(&self) -> &str {
        self.inner.key_id()
    }

    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        self.answer().await?;
        self.inner.wrap(data_key, context).await
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError> {
        self.answer().await?;
        self.inner.unwrap(wrapped, context).await
    }

    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        self.inner.rewrap(wrapped, context).await
    }
}

const AGE: u64 = 300;

struct Scene {
    keeper: Arc<Counting>,
    clock: ManualClock,
    keys: DataKeys,
}

impl Scene {
    fn new(limits: DataKeyLimits) -> Self {
        let inner = LocalWrap::new("keeper", Key::generate().expect("randomness"));
        let keeper = Arc::new(Counting { inner, asked: AtomicU32::new(0), is_out: AtomicBool::new(false) });
        let clock = ManualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let keys = DataKeys::new(keeper.clone(), limits).with_clock(Arc::new(clock.clone()));
        Self { keeper, clock, keys }
    }

    /// How often the keeper was asked since the last time.
    fn asked(&self) -> u32 {
        self.keeper.asked.swap(0, Ordering::Relaxed)
    }

    fn to_seal(&self, tenant: &str, length: u64) -> Result<DataKey, SourceError> {
        futures_executor(self.keys.to_seal(&context(tenant), length))
    }

    fn to_open(&self, wrapped: &WrappedKey, tenant: &str) -> Result<DataKey, SourceError> {
        futures_executor(self.keys.to_open(wrapped, &context(tenant)))
    }
}

fn context(tenant: &str) -> WrapContext {
    WrapContext::default().with("tenant", tenant)
}

/// Polls until the end: whatever waits here wakes itself.
fn futures_executor<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        if let Some(output) = future.as_mut().now_or_never() {
            return output;
        }
    }
}

fn limits() -> DataKeyLimits {
    DataKeyLimits::new(Duration::from_secs(AGE))
}

#[test]
fn a_key_serves_until_its_age_and_the_keeper_is_asked_once() {
    let scene = Scene::new(limits());
    let first = scene.to_seal("acme", 5).expect("a key");
    let text = first.sealer().seal(&Context::new("test"), b"value").expect("random");
    scene.clock.advance(Duration::from_secs(AGE - 1));
    assert_eq!(scene.to_seal("acme", 5).expect("a key").wrapped(), first.wrapped());
    let opened = scene.to_open(first.wrapped(), "acme").expect("it was made here");
    assert!(opened.sealer().open(&Context::new("test"), &text).is_ok());
    assert_eq!(scene.asked(), 1);
    scene.clock.advance(Duration::from_secs(1));
    assert_ne!(scene.to_seal("acme", 5).expect("a key").wrapped(), first.wrapped());
    let opened = scene.to_open(first.wrapped(), "acme").expect("the keeper opens it");
    assert!(opened.sealer().open(&Context::new("test"), &text).is_ok());
    assert_eq!(scene.asked(), 2);
}

#[test]
fn contexts_have_keys_of_their_own() {
    let scene = Scene::new(limits());
    let (one, other) = (scene.to_seal("acme", 5).expect("a key"), scene.to_seal("acne", 5).expect("a key"));
    assert_ne!(one.wrapped(), other.wrapped());
    // What is kept under one context is not served under another.
    assert_eq!(scene.to_open(one.wrapped(), "acne").unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn a_key_is_used_up_by_messages_and_by_bytes() {
    for limits in [limits().with_messages(3), limits().with_bytes(15)] {
        let scene = Scene::new(limits);
        let keys: Vec<_> = (0..6).map(|_| scene.to_seal("acme", 5).expect("a key")).collect();
        assert_eq!(scene.asked(), 2);
        assert!(keys[..3].iter().all(|key| key.wrapped() == keys[0].wrapped()));
        assert!(keys[3..].iter().all(|key| key.wrapped() == keys[3].wrapped()));
        assert_ne!(keys[0].wrapped(), keys[3].wrapped());
    }
    let error = Scene::new(limits().with_bytes(15)).to_seal("acme", 16).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn callers_at_the_same_time_are_one_question() {
    let scene = Scene::new(limits());
    let acme = context("acme");
    let all = futures_executor(join_all((0..50).map(|_| scene.keys.to_seal(&acme, 5))));
    let wrapped = all[0].as_ref().expect("a key").wrapped().clone();
    assert!(all.iter().all(|key| key.as_ref().is_ok_and(|key| *key.wrapped() == wrapped)));
    assert_eq!(scene.asked(), 1);
    scene.keys.forget_all();
    let all = futures_executor(join_all((0..50).map(|_| scene.keys.to_open(&wrapped, &acme))));
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(scene.asked(), 1);
}

#[test]
fn callers_at_the_same_time_never_exceed_a_limit() {
    let scene = Scene::new(limits().with_messages(7));
    let acme = context("acme");
    let all = futures_executor(join_all((0..50).map(|_| scene.keys.to_seal(&acme, 5))));
    let mut uses = std::collections::HashMap::<Vec<u8>, u32>::new();
    for key in all {
        *uses.entry(key.expect("a key").wrapped().ciphertext().to_vec()).or_default() += 1;
    }
    assert!(uses.values().all(|count| *count <= 7), "{:?}", uses.values());
    assert_eq!((uses.values().sum::<u32>(), scene.asked()), (50, 8));
}

#[test]
fn while_the_keeper_is_out_kept_keys_serve_until_their_age_and_never_longer() {
    let scene = Scene::new(limits());
    let key = scene.to_seal("acme", 5).expect("a key");
    scene.keeper.is_out.store(true, Ordering::Relaxed);
    scene.clock.advance(Duration::from_secs(AGE - 1));
    assert!(scene.to_open(key.wrapped(), "acme").is_ok());
    assert!(scene.to_seal("acme", 5).is_ok());
    scene.clock.advance(Duration::from_secs(1));
    for _ in 0..2 {
        assert_eq!(scene.to_open(key.wrapped(), "acme").unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(scene.to_seal("acme", 5).unwrap_err().kind(), ErrorKind::Unavailable);
    }
    scene.keeper.is_out.store(false, Ordering::Relaxed);
    assert!(scene.to_open(key.wrapped(), "acme").is_ok(), "an outage leaves it usable");
}

#[test]
fn reading_a_key_makes_it_no_younger() {
    let scene = Scene::new(limits());
    let key = scene.to_seal("acme", 5).expect("a key");
    for _ in 0..AGE {
        assert!(scene.to_open(key.wrapped(), "acme").is_ok());
        scene.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(scene.asked(), 1);
    assert!(scene.to_open(key.wrapped(), "acme").is_ok());
    assert_eq!(scene.asked(), 1, "it was opened anew");
}

#[test]
fn what_the_keeper_opens_and_is_no_key_is_malformed() {
    let scene = Scene::new(limits());
    let wrapped = scene.keeper.inner.wrap(&Secret::copy_of(b"no key"), &context("acme")).now_or_never();
    let error = scene.to_open(&wrapped.expect("at once").expect("a key"), "acme").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(format!("{:?}", scene.keys), "DataKeys { keeper: \"keeper\", .. }");
}
