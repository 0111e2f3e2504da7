//! A body whose bytes and trailers are masked as they come.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::head;
use crate::redactor::Redactor;
use crate::writer::Form;

pin_project! {
    /// The body of a response, masked.
    ///
    /// Frames come as those of the body within, but for bytes that are held back until they are known to be no part
    /// of a value; those come before the trailers, or at the end. After an error of the body within nothing comes.
    ///
    /// ```
    /// use http_body_util::{BodyExt as _, Full};
    /// use reticent_redact::tower::MaskedBody;
    ///
    /// async fn read(body: MaskedBody<Full<&'static [u8]>>) -> Vec<u8> {
    ///     body.collect().await.expect("it cannot fail").to_bytes().to_vec()
    /// }
    /// ```
    pub struct MaskedBody<B> {
        // Nothing when it has ended.
        #[pin]
        inner: Option<B>,
        reading: Option<Form>,
        redactor: Option<Redactor>,
        // Masked, and next to go.
        ready: Bytes,
        trailers: Option<HeaderMap>,
    }
}

impl<B: Body> MaskedBody<B> {
    pub(super) fn new(body: B, reading: Form, redactor: Redactor) -> Self {
        let inner = (!body.is_end_stream()).then_some(body);
        let (reading, redactor) = (Some(reading), Some(redactor));
        Self { inner, reading, redactor, ready: Bytes::new(), trailers: None }
    }
}

impl<B> MaskedBody<B> {
    /// A body of its own, which shows no secret.
    pub(super) fn saying(text: String) -> Self {
        Self { inner: None, reading: None, redactor: None, ready: Bytes::from(text), trailers: None }
    }
}

impl<B: Body> Body for MaskedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        loop {
            if !this.ready.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(std::mem::take(this.ready)))));
            }
            if let Some(trailers) = this.trailers.take() {
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            let Some(inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
            let frame = match ready!(inner.poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => {
                    this.inner.set(None);
                    let reading = this.reading.take();
                    let Some(Err(error)) = end else {
                        *this.ready = finished(reading);
                        continue;
                    };
                    return Poll::Ready(Some(Err(error)));
                }
            };
            match frame.into_data() {
                Ok(data) => *this.ready = masked(this.reading.as_mut(), data),
                Err(frame) => {
                    let Ok(mut trailers) = frame.into_trailers() else { continue };
                    if let Some(redactor) = this.redactor {
                        head::mask_values(redactor, &mut trailers);
                    }
                    *this.trailers = Some(trailers);
                    *this.ready = finished(this.reading.take());
                    this.inner.set(None);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_none() && self.ready.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.inner {
            None => SizeHint::with_exact(self.ready.len() as u64),
            Some(_) => SizeHint::default(),
        }
    }
}

/// Takes the bytes of a frame, and returns what is free to go.
fn masked(reading: Option<&mut Form>, mut data: impl Buf) -> Bytes {
    let mut shown = Vec::new();
    if let Some(reading) = reading {
        while data.has_remaining() {
            let chunk = data.chunk();
            reading.push(chunk, &mut |bytes| shown.extend_from_slice(bytes));
            let length = chunk.len();
            data.advance(length);
        }
    }
    Bytes::from(shown)
}

/// Returns what is left at the end.
fn finished(reading: Option<Form>) -> Bytes {
    let mut shown = Vec::new();
    if let Some(reading) = reading {
        reading.finish(&mut |bytes| shown.extend_from_slice(bytes));
    }
    Bytes::from(shown)
}

impl<B> fmt::Debug for MaskedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskedBody").finish_non_exhaustive()
    }
}
