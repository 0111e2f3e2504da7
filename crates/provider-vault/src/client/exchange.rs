//! One request and its answer over one open connection, driven by the call that waits for it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, Request, header};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{Connection, SendRequest};
use hyper_util::rt::TokioIo;
use reticent_core::SecretBuffer;
use tokio::time::Instant;

use super::Body;
use super::connect::Stream;
use crate::error::{Problem, hyper_failure, malformed};
use crate::reply::Reply;

/// More than any answer to a single read or list; Vault itself takes requests of 32 MiB.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// A connection over which a request can be sent.
pub(super) struct Open {
    sender: SendRequest<Body>,
    connection: Pin<Box<Connection<TokioIo<Stream>, Body>>>,
    ended: bool,
    is_used: bool,
    pub(super) idle_since: Instant,
}

/// Why an exchange failed.
pub(super) struct Failure {
    pub(super) problem: Problem,
    /// The connection had served before, and may have been closed since.
    pub(super) was_stale: bool,
    /// The request never left.
    pub(super) was_unsent: bool,
}

impl Open {
    pub(super) fn new(sender: SendRequest<Body>, connection: Connection<TokioIo<Stream>, Body>) -> Self {
        Self {
            sender,
            connection: Box::pin(connection),
            ended: false,
            is_used: false,
            idle_since: Instant::now(),
        }
    }

    pub(super) async fn exchange(&mut self, request: Request<Body>) -> Result<Reply, Failure> {
        let was_used = std::mem::replace(&mut self.is_used, true);
        let Self { sender, connection, ended, .. } = self;
        let mut answer = pin!(answer(sender, request, was_used));
        poll_fn(|cx| {
            if let Poll::Ready(answer) = answer.as_mut().poll(cx) {
                return Poll::Ready(answer);
            }
            drive(connection, ended, cx);
            answer.as_mut().poll(cx)
        })
        .await
    }

    /// Tells whether the next request can be sent, once what came in meanwhile was looked at.
    pub(super) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| {
            drive(&mut self.connection, &mut self.ended, cx);
            Poll::Ready(())
        })
        .await;
        !self.ended && self.sender.is_ready()
    }
}

/// Moves bytes in and out.
fn drive(
    connection: &mut Pin<Box<Connection<TokioIo<Stream>, Body>>>,
    ended: &mut bool,
    cx: &mut Context<'_>,
) {
    if !*ended {
        // Its error reaches the answer that waits.
        *ended = connection.as_mut().poll(cx).is_ready();
    }
}

async fn answer(
    sender: &mut SendRequest<Body>,
    request: Request<Body>,
    was_used: bool,
) -> Result<Reply, Failure> {
    let failed = |error: &hyper::Error, answered: bool| Failure {
        problem: hyper_failure(error),
        was_stale: was_used && !answered,
        was_unsent: error.is_canceled(),
    };
    let response = sender.send_request(request).await.map_err(|error| failed(&error, false))?;
    let (head, mut body) = response.into_parts();
    let mut bytes = SecretBuffer::with_capacity(length(&head.headers));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| failed(&error, true))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > BODY_LIMIT {
            let problem = malformed("the answer is longer than any of Vault's");
            return Err(Failure { problem, was_stale: false, was_unsent: false });
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Reply::new(head.status.as_u16(), retry_after(&head.headers), bytes.into_secret()))
}

/// How much room the body needs, as far as the server may be believed.
fn length(headers: &HeaderMap) -> usize {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    told.unwrap_or(0).min(64 * 1024)
}

/// How long the server asks to wait; a date is not what Vault writes.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
