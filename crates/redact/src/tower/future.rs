//! The response of a service, to be masked when it comes.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body::Body;
use pin_project_lite::pin_project;

use super::body::MaskedBody;
use super::head;
use super::reading::reading;
use crate::redactor::Redactor;

pin_project! {
    /// The future of [`RedactResponse`](super::RedactResponse).
    ///
    /// ```
    /// # use http::Request;
    /// # use http_body_util::Empty;
    /// use reticent_redact::tower::{RedactResponse, ResponseFuture};
    /// use tower::Service;
    ///
    /// fn ask<S>(service: &mut RedactResponse<S>, request: Request<()>) -> ResponseFuture<S::Future>
    /// where
    ///     S: Service<Request<()>, Response = http::Response<String>>,
    /// {
    ///     service.call(request)
    /// }
    /// ```
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        redactor: Redactor,
        is_connect: bool,
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn new(inner: F, redactor: Redactor, is_connect: bool) -> Self {
        Self { inner, redactor, is_connect }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<MaskedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(context))?;
        Poll::Ready(Ok(masked(this.redactor, response, *this.is_connect)))
    }
}

fn masked<B: Body>(redactor: &Redactor, response: Response<B>, is_connect: bool) -> Response<MaskedBody<B>> {
    let (mut parts, body) = response.into_parts();
    if let Some(reason) = head::refusal(&parts, is_connect) {
        return refused(reason);
    }
    let reading = reading(redactor, &parts.headers);
    head::mask(redactor, &mut parts.headers);
    Response::from_parts(parts, MaskedBody::new(body, reading, redactor.clone()))
}

fn refused<B>(reason: &str) -> Response<MaskedBody<B>> {
    let text = format!("the response cannot be masked: {reason}\n");
    let mut response = Response::new(MaskedBody::saying(text));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
