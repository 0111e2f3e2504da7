//! Calls neither mix nor break each other.

use std::time::Duration;

use reticent_core::SecretRef;

use super::{Case, law};
use crate::scene::{Holds, Scene, check, is_value, poll_once};

pub(super) const LAWS: &[Case] =
    &[law!("concurrency", parallel_gets_agree), law!("concurrency", cancelled_get_leaves_source_usable)];

/// How many reads run at the same time.
const READERS: usize = 32;

async fn parallel_gets_agree(scene: Scene<'_>) -> Holds {
    let mut places = Vec::new();
    for number in 0..READERS {
        let value = format!("value {}", number % 4);
        places.push((scene.planted(&format!("parallel{number}"), value.as_bytes()).await?, value));
    }
    let source = scene.source();
    let reads = places.iter().map(|(at, _)| source.get(at));
    let answers = futures_util::future::join_all(reads).await;
    let mut pairs = places.iter().zip(answers);
    pairs.try_for_each(|((at, value), answer)| is_value(at, answer, value.as_bytes()))
}

async fn cancelled_get_leaves_source_usable(scene: Scene<'_>) -> Holds {
    let at = scene.planted("cancelled", b"value").await?;
    let source = scene.source();
    for polls in 1..=4 {
        cancel_after(polls, source.get(&at)).await;
        let answer = tokio::time::timeout(Duration::from_secs(30), source.get(&at)).await;
        check(answer.is_ok(), || format!("no answer after a read was cancelled at poll {polls}"))?;
        answer.map_or(Ok(()), |answer| is_value(&SecretRef::clone(&at), answer, b"value"))?;
    }
    Ok(())
}

/// Polls a call a number of times, with other work between, and drops it.
async fn cancel_after(polls: usize, call: impl Future) {
    let mut call = std::pin::pin!(call);
    for _ in 0..polls {
        if poll_once(call.as_mut()).await.is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
