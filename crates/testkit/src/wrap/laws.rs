//! The laws, one function each; their names are their documentation.

use reticent_core::{ErrorKind, KeyWrap, Secret, SourceError, WrapContext, WrappedKey};

use super::{WrapHarness, WrapLaw};
use crate::canary::Canary;
use crate::capture::Capture;
use crate::logs::Logs;
use crate::verdict::Broken;

type Holds = Result<(), Broken>;

macro_rules! law {
    ($name:ident) => {
        WrapLaw { name: concat!("wrap::", stringify!($name)), run: |harness, _| Box::pin($name(harness)) }
    };
    ($name:ident, with_logs) => {
        WrapLaw {
            name: concat!("wrap::", stringify!($name)),
            run: |harness, logs| Box::pin($name(harness, logs)),
        }
    };
}

pub(super) const LAWS: &[WrapLaw] = &[
    law!(key_round_trips),
    law!(context_is_bound),
    law!(changed_bytes_are_malformed),
    law!(another_key_is_malformed),
    law!(failures_are_not_told_apart),
    law!(wrapped_key_names_its_key),
    law!(each_wrapping_differs),
    law!(rewrapped_key_is_the_same_key),
    law!(rewrap_checks_the_context),
    law!(wrapped_key_hides_the_key),
    law!(errors_and_debug_hold_no_key, with_logs),
];

fn context() -> WrapContext {
    WrapContext::default().with("keyring", "conformance").with("tenant", "acme")
}

fn key() -> Secret {
    Secret::copy_of(Canary::new().bytes())
}

async fn wrapped(keeper: &dyn KeyWrap, key: &Secret) -> Result<WrappedKey, Broken> {
    keeper.wrap(key, &context()).await.map_err(|error| Broken::new(format!("wrap fails: {:?}", error.kind())))
}

/// The refusal that `answer` has to be.
fn refusal(what: &str, answer: Result<Secret, SourceError>) -> Result<SourceError, Broken> {
    match answer {
        Ok(_) => Err(Broken::new(format!("{what} opens"))),
        Err(error) if error.kind() == ErrorKind::Malformed => Ok(error),
        Err(error) => Err(Broken::new(format!("{what} is {:?}, not Malformed", error.kind()))),
    }
}

async fn opens(what: &str, keeper: &dyn KeyWrap, wrapped: &WrappedKey, key: &Secret) -> Holds {
    match keeper.unwrap(wrapped, &context()).await {
        Ok(opened) if opened.ct_eq(key) => Ok(()),
        Ok(_) => Err(Broken::new(format!("{what} opens as another key"))),
        Err(error) => Err(Broken::new(format!("{what} does not open: {:?}", error.kind()))),
    }
}

async fn key_round_trips(harness: &dyn WrapHarness) -> Holds {
    // The sizes of keys, and bytes that are neither text nor free of what ends one.
    for key in [vec![0; 16], (0..=255).collect(), vec![0xff; 32], b"with a line break\n".to_vec(), vec![7]] {
        let what = format!("a key of {} bytes", key.len());
        let key = Secret::from_vec(key);
        opens(&what, harness.keeper(), &wrapped(harness.keeper(), &key).await?, &key).await?;
    }
    Ok(())
}

async fn context_is_bound(harness: &dyn WrapHarness) -> Holds {
    let keeper = harness.keeper();
    let wrapped = wrapped(keeper, &key()).await?;
    for (what, context) in [
        ("another value", context().with("tenant", "acne")),
        ("a pair more", context().with("region", "eu")),
        ("a pair less", WrapContext::default().with("keyring", "conformance")),
        ("no pair", WrapContext::default()),
        ("values swapped", WrapContext::default().with("keyring", "acme").with("tenant", "conformance")),
    ] {
        refusal(&format!("a context with {what}"), keeper.unwrap(&wrapped, &context).await)?;
    }
    Ok(())
}

/// The wrapped key, changed in one byte here and there, cut, longer, and gone.
fn spoilt(wrapped: &WrappedKey) -> Vec<(String, WrappedKey)> {
    let bytes = wrapped.ciphertext();
    let of = |bytes: Vec<u8>| WrappedKey::new(wrapped.key_id(), bytes);
    let changed = [0, bytes.len() / 4, bytes.len() / 2, bytes.len() * 3 / 4, bytes.len() - 1].map(|at| {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        (format!("a wrapped key with byte {at} changed"), of(changed))
    });
    let mut all = changed.to_vec();
    all.push(("a wrapped key that is cut".to_owned(), of(bytes[..bytes.len() - 1].to_vec())));
    all.push(("a wrapped key that is longer".to_owned(), of([bytes, b"\0"].concat())));
    all.push(("a wrapped key of no bytes".to_owned(), of(Vec::new())));
    all
}

async fn changed_bytes_are_malformed(harness: &dyn WrapHarness) -> Holds {
    let keeper = harness.keeper();
    for (what, spoilt) in spoilt(&wrapped(keeper, &key()).await?) {
        refusal(&what, keeper.unwrap(&spoilt, &context()).await)?;
    }
    Ok(())
}

async fn another_key_is_malformed(harness: &dyn WrapHarness) -> Holds {
    let wrapped = wrapped(harness.keeper(), &key()).await?;
    refusal("what another key wrapped", harness.stranger().unwrap(&wrapped, &context()).await).map(|_| ())
}

async fn failures_are_not_told_apart(harness: &dyn WrapHarness) -> Holds {
    let keeper = harness.keeper();
    let wrapped = wrapped(keeper, &key()).await?;
    // Which kind each failure has is other laws' business.
    let said = |answer: Result<Secret, SourceError>| {
        answer.err().filter(|error| error.kind() == ErrorKind::Malformed).map(|error| error.to_string())
    };
    let changed = said(keeper.unwrap(&spoilt(&wrapped)[2].1, &context()).await);
    let stranger = said(harness.stranger().unwrap(&wrapped, &context()).await);
    let context = said(keeper.unwrap(&wrapped, &context().with("tenant", "acne")).await);
    let told = [&changed, &stranger, &context].map(Option::is_some);
    if told == [true; 3] && (changed != stranger || changed != context) {
        return Err(Broken::new("the errors of a changed byte, another key and another context differ"));
    }
    Ok(())
}

async fn wrapped_key_names_its_key(harness: &dyn WrapHarness) -> Holds {
    let keeper = harness.keeper();
    let wrapped = wrapped(keeper, &key()).await?;
    let is_named = !keeper.key_id().is_empty() && wrapped.key_id() == keeper.key_id();
    if is_named { Ok(()) } else { Err(Broken::new("a wrapped key does not name the keeper's present key")) }
}

async fn each_wrapping_differs(harness: &dyn WrapHarness) -> Holds {
    let key = key();
    let (one, other) = (wrapped(harness.keeper(), &key).await?, wrapped(harness.keeper(), &key).await?);
    if one.ciphertext() == other.ciphertext() {
        return Err(Broken::new("a key that is wrapped twice shows that it is the same key"));
    }
    Ok(())
}

async fn rewrapped_key_is_the_same_key(harness: &dyn WrapHarness) -> Holds {
    let (keeper, key) = (harness.keeper(), key());
    let wrapped = wrapped(keeper, &key).await?;
    let again = keeper.rewrap(&wrapped, &context()).await;
    let again = again.map_err(|error| Broken::new(format!("rewrap fails: {:?}", error.kind())))?;
    if again.ciphertext() == wrapped.ciphertext() || again.key_id() != keeper.key_id() {
        return Err(Broken::new("a rewrapped key is not under the present key anew"));
    }
    opens("a rewrapped key", keeper, &again, &key).await
}

async fn rewrap_checks_the_context(harness: &dyn WrapHarness) -> Holds {
    let keeper = harness.keeper();
    let wrapped = wrapped(keeper, &key()).await?;
    let answer = keeper.rewrap(&wrapped, &WrapContext::default().with("tenant", "acne")).await;
    match answer {
        Ok(_) => Err(Broken::new("a key is rewrapped under a context that is not its own")),
        Err(error) if error.kind() == ErrorKind::Malformed => Ok(()),
        Err(error) => Err(Broken::new(format!("rewrap under another context is {:?}", error.kind()))),
    }
}

async fn wrapped_key_hides_the_key(harness: &dyn WrapHarness) -> Holds {
    let canary = Canary::new();
    let wrapped = wrapped(harness.keeper(), &Secret::copy_of(canary.bytes())).await?;
    match canary.find_in(wrapped.ciphertext()) {
        None => Ok(()),
        Some(spelling) => Err(Broken::new(format!("the wrapped key holds the key as {spelling:?}"))),
    }
}

async fn errors_and_debug_hold_no_key(harness: &dyn WrapHarness, logs: &Logs) -> Holds {
    let (keeper, canary) = (harness.keeper(), Canary::new());
    let key = Secret::copy_of(canary.bytes());
    let wrapped = wrapped(keeper, &key).await?;
    let mut capture = Capture::new();
    capture.debug("the keeper", &keeper);
    capture.debug("the stranger", &harness.stranger());
    capture.text("the name of the key", keeper.key_id());
    capture.result("unwrap", &harness.stranger().unwrap(&wrapped, &context()).await);
    capture.result("unwrap", &keeper.unwrap(&wrapped, &WrapContext::default()).await);
    capture.result("rewrap", &harness.stranger().rewrap(&wrapped, &context()).await);
    for (_, spoilt) in spoilt(&wrapped) {
        capture.result("unwrap", &keeper.unwrap(&spoilt, &context()).await);
    }
    capture.text("the log", &logs.text());
    let credentials = harness.credentials().iter().map(Canary::of).collect::<Vec<_>>();
    for canary in credentials.iter().chain([&canary]) {
        if let Some(leak) = capture.find(canary) {
            return Err(Broken::new(format!("a key is shown: {leak}")));
        }
    }
    Ok(())
}
