//! One exchange with the server: a request goes out, an answer comes back, or a failure that has a kind.
//!
//! The decision: HTTP/1.1 over a few kept connections which each call drives by itself, so that there is no task, no
//! redirect, no proxy and no environment, and a body goes from the connection into a buffer that is wiped. The cost
//! is the pool below.

mod connect;
mod exchange;
mod pool;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::Full;
use reticent_core::{ErrorKind, SecretBuffer};
use zeroize::Zeroizing;

use crate::config::{Address, SettingsError, VaultSettings};
use crate::error::{Outcome, Problem};
use crate::reply::Reply;
use pool::Pool;

/// The body of a request.
pub(crate) type Body = Full<Bytes>;

/// What is asked, apart from who asks. Cheap to clone, for a second try under another token.
#[derive(Clone)]
pub(crate) struct Call {
    method: Method,
    path: String,
    body: Option<Bytes>,
}

/// The content type of a patch that names what changes (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None }
    }

    pub(crate) fn list(path: impl Into<String>) -> Self {
        // The word of the query is Vault's own for clients that know no LIST.
        Self { method: Method::GET, path: format!("{}?list=true", path.into()), body: None }
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None }
    }

    /// Sends a JSON text; it is wiped when the last copy of the call goes.
    pub(crate) fn post(path: impl Into<String>, json: SecretBuffer) -> Self {
        #[expect(clippy::disallowed_methods, reason = "into the body of the request, which is wiped")]
        let bytes = Zeroizing::new(json.expose_bytes().to_vec());
        Self { method: Method::POST, path: path.into(), body: Some(Bytes::from_owner(bytes)) }
    }

    /// Sends a JSON merge patch, which is wiped likewise.
    pub(crate) fn patch(path: impl Into<String>, json: SecretBuffer) -> Self {
        Self { method: Method::PATCH, ..Self::post(path, json) }
    }

    /// Whether asking twice is like asking once.
    fn is_repeatable(&self) -> bool {
        self.method == Method::GET
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

/// Speaks with one server.
pub(crate) struct Client {
    address: Address,
    tls: Option<tls::Tls>,
    host: HeaderValue,
    namespace: Option<HeaderValue>,
    timeout: Duration,
    pool: Pool,
}

impl Client {
    pub(crate) fn of(settings: &VaultSettings) -> Result<Self, SettingsError> {
        let address = Address::parse(&settings.address, settings.plain_http)?;
        let host = HeaderValue::from_str(&address.authority());
        let namespace = settings.namespace.as_deref().map(namespace).transpose()?;
        let tls = if address.is_tls() { Some(tls::Tls::of(settings, &address)?) } else { None };
        Ok(Self {
            host: host.map_err(|_| SettingsError::new("address", "it is no URL"))?,
            namespace,
            tls,
            timeout: settings.timeout,
            pool: Pool::default(),
            address,
        })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Sends `call` under `token` and returns the answer, whatever its status.
    pub(crate) async fn send(&self, call: &Call, token: Option<&HeaderValue>) -> Outcome<Reply> {
        match tokio::time::timeout(self.timeout, self.exchange(call, token)).await {
            Ok(answer) => answer,
            Err(_) => Err(Problem::new(ErrorKind::Timeout)
                .with_detail(format!("no answer within {} ms", self.timeout.as_millis()))),
        }
    }

    async fn exchange(&self, call: &Call, token: Option<&HeaderValue>) -> Outcome<Reply> {
        // A kept connection may have been closed by the server a moment ago: that is no failure of the server's.
        while let Some(mut kept) = self.pool.take().await {
            match kept.exchange(self.request(call, token)?).await {
                Ok(reply) => {
                    self.pool.keep(kept);
                    return Ok(reply);
                }
                Err(failure) if failure.was_stale && (call.is_repeatable() || failure.was_unsent) => {}
                Err(failure) => return Err(failure.problem),
            }
        }
        let mut fresh = connect::connect(&self.address, self.tls.as_ref()).await?;
        let reply = fresh.exchange(self.request(call, token)?).await.map_err(|failure| failure.problem)?;
        self.pool.keep(fresh);
        Ok(reply)
    }

    fn request(&self, call: &Call, token: Option<&HeaderValue>) -> Outcome<Request<Body>> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}/v1/{}", self.address.prefix(), call.path))
            .header(header::HOST, &self.host)
            // Vault's defence against requests that a browser was tricked into.
            .header("x-vault-request", "true");
        if let Some(namespace) = &self.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        if let Some(token) = token {
            request = request.header("x-vault-token", token);
        }
        if call.body.is_some() {
            let kind = if call.method == Method::PATCH { MERGE_PATCH } else { "application/json" };
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let body = Full::new(call.body.clone().unwrap_or_default());
        let unfit = || Problem::new(ErrorKind::InvalidReference).with_detail("the path fits no request");
        request.body(body).map_err(|_| unfit())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

fn namespace(text: &str) -> Result<HeaderValue, SettingsError> {
    let is_fit = !text.trim_matches('/').is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    HeaderValue::from_str(text)
        .ok()
        .filter(|_| is_fit)
        .ok_or_else(|| SettingsError::new("namespace", "it is one or more names with / between"))
}

/// Makes the header of a token, in memory that is wiped; `None` when no token can look like that.
pub(crate) fn token_header(token: &reticent_core::Secret) -> Option<Arc<HeaderValue>> {
    #[expect(clippy::disallowed_methods, reason = "into the header of requests, in memory that is wiped")]
    let bytes = Zeroizing::new(token.expose_bytes().to_vec());
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(bytes)).ok()?;
    header.set_sensitive(true);
    Some(Arc::new(header))
}
