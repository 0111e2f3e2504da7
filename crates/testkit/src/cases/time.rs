//! Waits end, and values say when they do.

use std::time::{Duration, SystemTime};

use reticent_core::ErrorKind;

use super::{Case, law};
use crate::harness::{Part, Trouble};
use crate::scene::{Holds, Scene, check, done, is_kind};
use crate::verdict::Broken;

pub(super) const LAWS: &[Case] = &[
    law!("time", timeout_is_honoured, Part::Trouble(Trouble::Hanging)),
    law!("time", expiry_is_reported, Part::Expiry),
];

/// What a busy machine may add to a wait.
const LATENESS: Duration = Duration::from_secs(1);

async fn timeout_is_honoured(scene: Scene<'_>) -> Holds {
    let limit = scene.harness.time_limit().expect("the law needs Trouble::Hanging, which has a limit");
    let at = scene.planted("hanging", b"value").await?;
    scene.harness.inflict(Trouble::Hanging, &at).await;
    let source = scene.source();
    let answer = tokio::time::timeout(limit * 2 + LATENESS, source.get(&at)).await;
    let answer = answer.map_err(|_| Broken::new(format!("no end although the limit is {limit:?}")))?;
    is_kind("the read from a backend that hangs", answer, ErrorKind::Timeout).map(drop)
}

async fn expiry_is_reported(scene: Scene<'_>) -> Holds {
    // A backend may keep whole seconds only.
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds + 3600);
    let at = scene.place("expiring")?;
    let planted = scene.harness.seed_expiring(&at, b"value", expires).await;
    planted.map_err(|error| Broken::new(format!("the side door cannot seed {at}: {error}")))?;
    let secret = done("the read", scene.source().get(&at).await)?;
    let told = secret.metadata().expires();
    check(told == Some(expires), || format!("the value ends at {expires:?}, and says {told:?}"))
}
