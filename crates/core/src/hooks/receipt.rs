//! A recorder's promise that an event is kept.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The record of an access was lost.
///
/// ```
/// assert_eq!(reticent_core::hooks::Lost.to_string(), "the record was lost");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "complete: there is nothing more to tell")]
pub struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record was lost")
    }
}

impl std::error::Error for Lost {}

/// Tells when an event is kept; awaited by async callers, waited for by sync ones.
///
/// A recorder that drops its [`Acknowledgement`] without confirming has lost the event.
///
/// ```
/// use reticent_core::hooks::{Lost, Receipt};
///
/// let (receipt, acknowledgement) = Receipt::pending();
/// acknowledgement.confirm();
/// assert_eq!(receipt.wait(), Ok(()));
///
/// let (receipt, acknowledgement) = Receipt::pending();
/// drop(acknowledgement);
/// assert_eq!(receipt.wait(), Err(Lost));
/// ```
#[must_use = "an access whose record is lost must be refused"]
#[derive(Debug)]
pub struct Receipt(State);

#[derive(Debug)]
enum State {
    Settled(Result<(), Lost>),
    Pending(Arc<Slot>),
}

#[derive(Debug, Default)]
struct Slot {
    inner: Mutex<Inner>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    answer: Option<Result<(), Lost>>,
    waker: Option<Waker>,
}

impl Receipt {
    /// The event is kept already.
    pub fn kept() -> Self {
        Self(State::Settled(Ok(())))
    }

    /// The event is lost already.
    pub fn lost() -> Self {
        Self(State::Settled(Err(Lost)))
    }

    /// Makes a receipt that the other half settles.
    pub fn pending() -> (Self, Acknowledgement) {
        let slot = Arc::new(Slot::default());
        (Self(State::Pending(Arc::clone(&slot))), Acknowledgement(slot))
    }

    /// Waits on this thread. Do not call it from an async task: await the receipt there.
    ///
    /// # Errors
    /// [`Lost`] when the event is not kept.
    pub fn wait(self) -> Result<(), Lost> {
        match self.0 {
            State::Settled(answer) => answer,
            State::Pending(slot) => {
                let inner = slot.inner.lock().unwrap_or_else(PoisonError::into_inner);
                let inner = slot.settled.wait_while(inner, |inner| inner.answer.is_none());
                inner.unwrap_or_else(PoisonError::into_inner).answer.unwrap_or(Err(Lost))
            }
        }
    }
}

impl Future for Receipt {
    type Output = Result<(), Lost>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &self.0 {
            State::Settled(answer) => Poll::Ready(*answer),
            State::Pending(slot) => {
                let mut inner = slot.inner.lock().unwrap_or_else(PoisonError::into_inner);
                match inner.answer {
                    Some(answer) => Poll::Ready(answer),
                    None => {
                        inner.waker = Some(context.waker().clone());
                        Poll::Pending
                    }
                }
            }
        }
    }
}

/// The recorder's half of a [`Receipt`]. Dropped without [`confirm`](Self::confirm), the event counts as lost.
///
/// ```
/// use reticent_core::hooks::{Acknowledgement, Receipt};
///
/// fn keep(done: Acknowledgement) {
///     // … written and synced …
///     done.confirm();
/// }
/// let (receipt, acknowledgement) = Receipt::pending();
/// keep(acknowledgement);
/// assert_eq!(receipt.wait(), Ok(()));
/// ```
#[derive(Debug)]
pub struct Acknowledgement(Arc<Slot>);

impl Acknowledgement {
    /// Says that the event is kept.
    pub fn confirm(self) {
        self.settle(Ok(()));
    }

    fn settle(&self, answer: Result<(), Lost>) {
        let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.answer.is_none() {
            inner.answer = Some(answer);
            self.0.settled.notify_all();
            if let Some(waker) = inner.waker.take() {
                waker.wake();
            }
        }
    }
}

impl Drop for Acknowledgement {
    fn drop(&mut self) {
        self.settle(Err(Lost));
    }
}
