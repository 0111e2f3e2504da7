//! Where the server is, how it is trusted and who we are: all of it given, nothing guessed.
//!
//! The decision: settings are plain values that a program hands over, and `build` judges all of them before anything
//! is sent. The environment is read only by [`VaultSettings::from_variables`], which says what it takes.

mod address;
mod environment;
mod error;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reticent_core::{Clock, Secret, SystemClock};

pub(crate) use address::Address;
pub use error::SettingsError;

use crate::login::VaultLogin;
use crate::mounts::Engine;
use crate::source::VaultSource;

/// Longer than any healthy answer takes, and short enough that a person waits for it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How a [`VaultSource`] reaches its server, and as whom.
///
/// An address is `https://…`, or `http://…` on loopback. Certificates are verified against the system's roots, or
/// against a CA file alone where one is given. `Debug` shows no credential.
///
/// ```
/// use reticent_provider_vault::{VaultLogin, VaultSettings};
///
/// let source = VaultSettings::new("http://127.0.0.1:8200")
///     .with_label("vault(dev)")
///     .with_namespace("team1")
///     .with_login(VaultLogin::token_file("/run/secrets/vault-token"))
///     .build()?;
/// assert_eq!(format!("{source:?}"), r#"VaultSource { label: "vault(dev)", address: "http://127.0.0.1:8200", .. }"#);
///
/// let refused = VaultSettings::new("http://vault.example.org:8200").build().unwrap_err();
/// assert_eq!(refused.to_string(), "address: plain http is for loopback alone");
/// # Ok::<(), reticent_provider_vault::SettingsError>(())
/// ```
#[derive(Clone)]
pub struct VaultSettings {
    pub(crate) address: String,
    pub(crate) label: Arc<str>,
    pub(crate) login: Option<VaultLogin>,
    pub(crate) namespace: Option<String>,
    pub(crate) trust: Trust,
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
    pub(crate) timeout: Duration,
    pub(crate) mounts: Vec<(String, Engine)>,
    pub(crate) plain_http: bool,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Whose signature on the server's certificate is believed.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trust {
    #[default]
    System,
    File(PathBuf),
}

impl VaultSettings {
    /// Starts from the server's address, such as `https://vault.example.org:8200`; a path prefix is kept.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            label: "vault".into(),
            login: None,
            namespace: None,
            trust: Trust::System,
            identity: None,
            timeout: TIMEOUT,
            mounts: Vec::new(),
            plain_http: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// Names this instance in errors and records; the usual name is `vault`. It holds no credential.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = label.into();
        self
    }

    /// Says how the source makes itself known.
    #[must_use]
    pub fn with_login(mut self, login: VaultLogin) -> Self {
        self.login = Some(login);
        self
    }

    /// Works in this namespace, such as `team1` or `team1/app`.
    #[must_use]
    pub fn with_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Trusts the certificates in this PEM file, and none of the system's.
    #[must_use]
    pub fn with_ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.trust = Trust::File(file.into());
        self
    }

    /// Shows the server this certificate: two PEM files, the chain and its key.
    #[must_use]
    pub fn with_identity_files(mut self, chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.identity = Some((chain.into(), key.into()));
        self
    }

    /// Gives up on an answer after `timeout`; it is 10 s unless said otherwise.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Says what is mounted at `mount`, so that the server is not asked; for tokens that may not ask.
    #[must_use]
    pub fn with_mount(mut self, mount: impl Into<String>, engine: Engine) -> Self {
        self.mounts.push((mount.into(), engine));
        self
    }

    /// Tells the time by `clock`, for when a value ends.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Accepts a plain `http://` address that is not on loopback.
    ///
    /// # Security
    /// The token and every value then cross the network in clear, and anybody between may change them.
    #[must_use]
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Judges the settings, reads the files that they name, and makes the source. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SettingsError`], which names the setting and repeats no credential.
    pub fn build(self) -> Result<VaultSource, SettingsError> {
        VaultSource::of(self)
    }
}

impl fmt::Debug for VaultSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold credentials until `build` has judged it.
        f.debug_struct("VaultSettings")
            .field("label", &self.label)
            .field("login", &self.login)
            .field("namespace", &self.namespace)
            .field("trust", &self.trust)
            .field("timeout", &self.timeout)
            .field("mounts", &self.mounts)
            .finish_non_exhaustive()
    }
}

/// Returns a credential file's text without the blanks around it, as editors and `echo` leave them.
pub(crate) fn trimmed(text: &Secret) -> Secret {
    #[expect(clippy::disallowed_methods, reason = "copied into a Secret of its own, without the blanks")]
    let bytes = text.expose_bytes();
    Secret::copy_of(bytes.trim_ascii())
}
