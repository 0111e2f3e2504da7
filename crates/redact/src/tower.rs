//! A layer that masks what a service answers: the values of response headers, bodies and trailers.
//!
//! The decision: the layer asks the service for a whole body without an encoding, since neither a part nor a
//! compressed body can be masked, and refuses an answer that is one nevertheless; nothing passes unread. It finds
//! known values alone: what goes by a name, as a cookie does, is what a caller came for. The cost is that lengths,
//! digests and entity tags, which are those of the body before, are left out.

mod body;
mod future;
mod head;
mod reading;

use std::task::{Context, Poll};

use http::{Method, Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

pub use body::MaskedBody;
pub use future::ResponseFuture;

use crate::redactor::Redactor;

/// Masks known values in the responses of a service; see [`RedactResponse`].
///
/// ```
/// use http::{Request, Response};
/// use http_body_util::BodyExt as _;
/// use reticent_core::Secret;
/// use reticent_redact::tower::RedactResponseLayer;
/// use reticent_redact::{Redactor, Values};
/// use tower::{ServiceBuilder, ServiceExt as _, service_fn};
///
/// let values = Values::new();
/// values.learn("TOKEN", &Secret::copy_of(b"plum-Garden-42!"));
/// let service = ServiceBuilder::new()
///     .layer(RedactResponseLayer::new(&Redactor::new(&values)))
///     .service(service_fn(async |_: Request<()>| {
///         Ok::<_, std::convert::Infallible>(Response::new("token plum-Garden-42!".to_owned()))
///     }));
/// # let shown = futures_util::FutureExt::now_or_never(async {
/// let response = service.oneshot(Request::new(())).await?;
/// assert_eq!(response.into_body().collect().await?.to_bytes(), "token [REDACTED:TOKEN]");
/// # Ok::<(), std::convert::Infallible>(())
/// # });
/// # assert!(matches!(shown, Some(Ok(()))));
/// ```
#[derive(Clone, Debug)]
pub struct RedactResponseLayer {
    redactor: Redactor,
}

impl RedactResponseLayer {
    /// Masks with `redactor`, those of its values that are learnt later as well.
    #[must_use]
    pub fn new(redactor: &Redactor) -> Self {
        Self { redactor: redactor.clone() }
    }
}

impl<S> Layer<S> for RedactResponseLayer {
    type Service = RedactResponse<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RedactResponse { inner, redactor: self.redactor.clone() }
    }
}

/// A service whose responses show no known value.
///
/// Bodies flow: what cannot be a part of a value goes on at once. JSON, also line by line, is masked in place,
/// server-sent events as by [`Redactor::events`], and every other type as text, byte for byte, whether it is text or
/// not. Header values and trailers are masked, too; a
/// cookie or a location that holds no known value stays as it is.
///
/// Requests reach the service without `Range` and with `Accept-Encoding: identity`. A layer that compresses stands
/// outside of this one. A response that is encoded, in part (206), or that leaves HTTP (101, or a tunnel) becomes a
/// `502 Bad Gateway` without any of its content. `Content-Length`, `ETag`, `Accept-Ranges` and digests are left out.
///
/// The error is the service's own.
///
/// ```
/// use reticent_redact::tower::{RedactResponse, RedactResponseLayer};
/// use reticent_redact::{Redactor, Values};
/// use tower::Layer as _;
///
/// # let service = ();
/// let layer = RedactResponseLayer::new(&Redactor::new(&Values::new()));
/// let service: RedactResponse<_> = layer.layer(service);
/// # drop(service);
/// ```
#[derive(Clone, Debug)]
pub struct RedactResponse<S> {
    inner: S,
    redactor: Redactor,
}

impl<S, Q, B> Service<Request<Q>> for RedactResponse<S>
where
    S: Service<Request<Q>, Response = Response<B>>,
    B: Body,
{
    type Response = Response<MaskedBody<B>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Q>) -> Self::Future {
        head::ask_for_all(request.headers_mut());
        let is_connect = request.method() == Method::CONNECT;
        ResponseFuture::new(self.inner.call(request), self.redactor.clone(), is_connect)
    }
}
