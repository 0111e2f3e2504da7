//! Tells which secret has changed, for programs that are restarted or signalled.

use std::fmt;
use std::future::{self, Future};
use std::pin::Pin;
use std::task::Poll;

use reticent_resolve::SecretHandle;

type Background = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The changes of some secrets, one after the other.
///
/// It keeps the resolver fresh while it is awaited, so it needs no task of its own.
///
/// ```
/// use reticent::setup::Changes;
///
/// assert_eq!(format!("{:?}", Changes::never()), "Changes { names: [], .. }");
/// ```
pub struct Changes {
    background: Background,
    handles: Vec<(String, SecretHandle)>,
}

impl Changes {
    /// Makes changes that never come.
    #[must_use]
    pub fn never() -> Self {
        Self { background: Box::pin(future::pending()), handles: Vec::new() }
    }

    pub(super) fn of(background: Background, handles: Vec<(String, SecretHandle)>) -> Self {
        Self { background, handles }
    }

    /// Waits for the next change and returns the name of the secret. It may be cancelled and called again.
    pub async fn next(&mut self) -> String {
        let Self { background, handles } = self;
        let mut waiting: Vec<_> =
            handles.iter_mut().map(|(name, handle)| (name.clone(), Box::pin(handle.changed()))).collect();
        let mut done = false;
        future::poll_fn(move |context| {
            // The background ends with the resolver; what was seen before can still be told.
            done = done || background.as_mut().poll(context).is_ready();
            for (name, change) in &mut waiting {
                if change.as_mut().poll(context).is_ready() {
                    return Poll::Ready(std::mem::take(name));
                }
            }
            Poll::Pending
        })
        .await
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.handles.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Changes").field("names", &names).finish_non_exhaustive()
    }
}
