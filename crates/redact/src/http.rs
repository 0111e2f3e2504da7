//! Headers, URLs, forms and cookies: what carries a credential by its name, beside the values that are known.
//!
//! The decision: a form is read by one function that tells where, in some bytes, the credentials stand, and which
//! bytes that are masked already, or will be, count as opaque. It reads again until it finds nothing new, so a masked
//! form is read as the form was, and is not changed again. What cannot be read is masked whole. The cost is a copy of
//! each text while it is looked at, in memory that is wiped.

mod authorization;
mod cookies;
mod cover;
mod decoded;
mod header;
mod masks;
mod named;
mod names;
mod parameters;
mod url;

use std::borrow::Cow;

use crate::redactor::Redactor;

/// # HTTP
///
/// A credential that is masked for its name bears that name in small letters, and a known value its own. An empty
/// value stays, and so do all other bytes. What is borrowed was not changed.
impl Redactor {
    /// Masks the value of one header.
    ///
    /// A header whose name tells of a credential is masked whole but for the scheme, as in `Bearer
    /// [REDACTED:authorization]`, and for what says nothing secret in `Digest`, `OAuth` and their like. Cookies are
    /// masked as by [`redact_cookies`](Self::redact_cookies), and a URL as by [`redact_url`](Self::redact_url); in any
    /// other header known values are masked, and the URLs in it.
    ///
    /// ```
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let redactor = Redactor::new(&Values::new());
    /// let shown = redactor.redact_header("Authorization", b"Bearer abc.def");
    /// assert_eq!(shown, &b"Bearer [REDACTED:authorization]"[..]);
    /// assert_eq!(redactor.redact_header("X-Api-Key", b"abc"), &b"[REDACTED:x-api-key]"[..]);
    /// assert_eq!(redactor.redact_header("Accept", b"text/html"), &b"text/html"[..]);
    /// ```
    #[must_use]
    pub fn redact_header<'v>(&self, name: &str, value: &'v [u8]) -> Cow<'v, [u8]> {
        cover::redact(self, value, name, |shape| header::named(name.as_bytes(), shape))
    }

    /// Masks a URL, absolute or relative: the password before the host, and the parameters of its path, query and
    /// fragment whose names tell of a credential, also in URLs that are parameters of it.
    ///
    /// The password ends at the last `@` before `/`, `?` or `#`. A user name stays, unless it has 20 bytes or more and
    /// stands without a password, as tokens do. What cannot be a URL, since its host or port cannot be one, is masked
    /// whole: it may be that a password in it holds what it must not.
    ///
    /// ```
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let redactor = Redactor::new(&Values::new());
    /// let shown = redactor.redact_url("https://me:pw@example.org/cb?code=42&page=2#top");
    /// assert_eq!(shown, "https://me:[REDACTED:password]@example.org/cb?code=[REDACTED:code]&page=2#top");
    /// assert_eq!(redactor.redact_url("https://me:p/w@example.org/"), "[REDACTED:url]");
    /// ```
    #[must_use]
    pub fn redact_url<'u>(&self, url: &'u str) -> Cow<'u, str> {
        text(cover::redact(self, url.as_bytes(), "url", url::named))
    }

    /// Masks the query of a URL, with or without its question mark, or a fragment that has parameters.
    ///
    /// ```
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let redactor = Redactor::new(&Values::new());
    /// let shown = redactor.redact_query("q=tea&client%5Fsecret=abc&access_token=");
    /// assert_eq!(shown, "q=tea&client%5Fsecret=[REDACTED:client_secret]&access_token=");
    /// ```
    #[must_use]
    pub fn redact_query<'q>(&self, query: &'q str) -> Cow<'q, str> {
        text(cover::redact(self, query.as_bytes(), "query", parameters::query))
    }

    /// Masks the body of a form, of the type `application/x-www-form-urlencoded`.
    ///
    /// ```
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let redactor = Redactor::new(&Values::new());
    /// let shown = redactor.redact_form(b"user=me&password=tea+time");
    /// assert_eq!(shown, &b"user=me&password=[REDACTED:password]"[..]);
    /// ```
    #[must_use]
    pub fn redact_form<'f>(&self, body: &'f [u8]) -> Cow<'f, [u8]> {
        cover::redact(self, body, "form", parameters::query)
    }

    /// Masks the values of the header `Cookie`, and keeps the names.
    ///
    /// ```
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let redactor = Redactor::new(&Values::new());
    /// assert_eq!(redactor.redact_cookies("id=a3f; theme=dark"), "id=[REDACTED:id]; theme=[REDACTED:theme]");
    /// ```
    #[must_use]
    pub fn redact_cookies<'c>(&self, cookies: &'c str) -> Cow<'c, str> {
        text(cover::redact(self, cookies.as_bytes(), "cookie", cookies::sent))
    }

    /// Masks the value of the header `Set-Cookie`, and keeps its name and attributes.
    ///
    /// ```
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let redactor = Redactor::new(&Values::new());
    /// let shown = redactor.redact_set_cookie("id=a3f; Path=/; HttpOnly");
    /// assert_eq!(shown, "id=[REDACTED:id]; Path=/; HttpOnly");
    /// ```
    #[must_use]
    pub fn redact_set_cookie<'c>(&self, cookie: &'c str) -> Cow<'c, str> {
        text(cover::redact(self, cookie.as_bytes(), "set-cookie", cookies::set))
    }
}

/// The masked bytes of a text.
fn text(shown: Cow<'_, [u8]>) -> Cow<'_, str> {
    match shown {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        // A value that is no text may end within a character.
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }),
    }
}
