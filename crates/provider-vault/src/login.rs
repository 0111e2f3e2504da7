//! The ways of becoming known to the server.

use std::fmt;
use std::path::{Path, PathBuf};

use reticent_core::{ErrorKind, Secret, SecretBuffer};

use crate::client::Call;
use crate::config::trimmed;
use crate::error::{Outcome, Problem};
use crate::json::Object;
use crate::path;

/// Where Kubernetes puts the token of a service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// The most that a file with a token holds.
const FILE_LIMIT: usize = 64 * 1024;

/// How a source makes itself known to the server.
///
/// What is in a file is read again at each login, so that whoever renews the file need tell nobody. `Debug` shows
/// which way it is, and no credential.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_provider_vault::VaultLogin;
///
/// let login = VaultLogin::app_role("web", Secret::copy_of(b"a secret id")).at_mount("approle-prod");
/// assert_eq!(format!("{login:?}"), "VaultLogin(app role at auth/approle-prod)");
/// ```
#[derive(Clone)]
pub struct VaultLogin {
    method: Method,
    mount: Option<String>,
}

#[derive(Clone)]
enum Method {
    Token(Secret),
    TokenFile(PathBuf),
    AppRole { role_id: String, secret_id: SecretId },
    Jwt { role: Option<String>, jwt: Credential, is_kubernetes: bool },
    Userpass { user: String, password: Credential },
    Certificate { role: Option<String> },
}

/// A credential, or where it is read from each time.
#[derive(Clone)]
enum Credential {
    Given(Secret),
    File(PathBuf),
}

#[derive(Clone)]
enum SecretId {
    Plain(Credential),
    Wrapped(Secret),
}

impl VaultLogin {
    fn of(method: Method) -> Self {
        Self { method, mount: None }
    }

    /// Uses this token; when it ends, so does the access.
    #[must_use]
    pub fn token(token: Secret) -> Self {
        Self::of(Method::Token(token))
    }

    /// Uses the token in this file, and reads it again when the file has changed or the token is refused.
    #[must_use]
    pub fn token_file(file: impl Into<PathBuf>) -> Self {
        Self::of(Method::TokenFile(file.into()))
    }

    /// Logs in with a role id and a secret id.
    #[must_use]
    pub fn app_role(role_id: impl Into<String>, secret_id: Secret) -> Self {
        let secret_id = SecretId::Plain(Credential::Given(secret_id));
        Self::of(Method::AppRole { role_id: role_id.into(), secret_id })
    }

    /// Logs in with a role id and the secret id in a file.
    #[must_use]
    pub fn app_role_with_file(role_id: impl Into<String>, secret_id: impl Into<PathBuf>) -> Self {
        let secret_id = SecretId::Plain(Credential::File(secret_id.into()));
        Self::of(Method::AppRole { role_id: role_id.into(), secret_id })
    }

    /// Logs in with a role id and a secret id that was handed over response-wrapped: the wrapping token is used once.
    ///
    /// # Security
    /// When the wrapping token was used before, the first login fails and says so: somebody else has the secret id.
    #[must_use]
    pub fn app_role_wrapped(role_id: impl Into<String>, wrapping_token: Secret) -> Self {
        let secret_id = SecretId::Wrapped(wrapping_token);
        Self::of(Method::AppRole { role_id: role_id.into(), secret_id })
    }

    /// Logs in with a JWT; without a role the server's default one is used.
    #[must_use]
    pub fn jwt(role: Option<&str>, jwt: Secret) -> Self {
        let (role, jwt) = (role.map(str::to_owned), Credential::Given(jwt));
        Self::of(Method::Jwt { role, jwt, is_kubernetes: false })
    }

    /// Logs in with the JWT in a file.
    #[must_use]
    pub fn jwt_file(role: Option<&str>, file: impl Into<PathBuf>) -> Self {
        let (role, jwt) = (role.map(str::to_owned), Credential::File(file.into()));
        Self::of(Method::Jwt { role, jwt, is_kubernetes: false })
    }

    /// Logs in with the token of the pod's service account.
    #[must_use]
    pub fn kubernetes(role: impl Into<String>) -> Self {
        Self::kubernetes_with_file(role, SERVICE_ACCOUNT)
    }

    /// Logs in with a service account's token in this file, such as a projected one.
    #[must_use]
    pub fn kubernetes_with_file(role: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        let jwt = Credential::File(file.into());
        Self::of(Method::Jwt { role: Some(role.into()), jwt, is_kubernetes: true })
    }

    /// Logs in with a user name and a password.
    #[must_use]
    pub fn userpass(user: impl Into<String>, password: Secret) -> Self {
        Self::of(Method::Userpass { user: user.into(), password: Credential::Given(password) })
    }

    /// Logs in with a user name and the password in a file.
    #[must_use]
    pub fn userpass_with_file(user: impl Into<String>, password: impl Into<PathBuf>) -> Self {
        Self::of(Method::Userpass { user: user.into(), password: Credential::File(password.into()) })
    }

    /// Logs in with the client certificate of the settings; without a role the server tries all.
    #[must_use]
    pub fn certificate(role: Option<&str>) -> Self {
        Self::of(Method::Certificate { role: role.map(str::to_owned) })
    }

    /// Uses the login mounted at `auth/MOUNT` rather than at its usual place.
    #[must_use]
    pub fn at_mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = Some(mount.into());
        self
    }

    /// Returns where the login is mounted, below `auth/`; none for tokens.
    pub(crate) fn mount(&self) -> Option<&str> {
        let usual = match &self.method {
            Method::Token(_) | Method::TokenFile(_) => return None,
            Method::AppRole { .. } => "approle",
            Method::Jwt { is_kubernetes: false, .. } => "jwt",
            Method::Jwt { is_kubernetes: true, .. } => "kubernetes",
            Method::Userpass { .. } => "userpass",
            Method::Certificate { .. } => "cert",
        };
        Some(self.mount.as_deref().unwrap_or(usual))
    }

    /// Returns the token that needs no login, as it is now.
    pub(crate) fn ready_token(&self) -> Option<Outcome<Secret>> {
        match &self.method {
            Method::Token(token) => Some(Ok(token.clone())),
            Method::TokenFile(file) => Some(read(file)),
            _ => None,
        }
    }

    /// Tells whether a token that was refused can be replaced by another.
    pub(crate) fn can_renew_itself(&self) -> bool {
        !matches!(self.method, Method::Token(_))
    }

    /// Returns the token under which the secret id lies wrapped.
    pub(crate) fn wrapping_token(&self) -> Option<&Secret> {
        match &self.method {
            Method::AppRole { secret_id: SecretId::Wrapped(token), .. } => Some(token),
            _ => None,
        }
    }

    /// Makes the request of the login; `unwrapped` is the secret id that lay wrapped.
    pub(crate) fn call(&self, unwrapped: Option<&Secret>) -> Outcome<Call> {
        let mount = self.mount().expect("a token needs no login");
        path::check(mount)?;
        let mut place = format!("auth/{}/login", path::encoded(mount));
        let body = match &self.method {
            Method::Token(_) | Method::TokenFile(_) => unreachable!("a token needs no login"),
            Method::AppRole { role_id, secret_id } => {
                let object = Object::new().text("role_id", role_id);
                let secret_id = match secret_id {
                    SecretId::Plain(credential) => credential.read()?,
                    SecretId::Wrapped(_) => unwrapped.expect("it was unwrapped first").clone(),
                };
                with_secret(object, "secret_id", &secret_id)?
            }
            Method::Jwt { role, jwt, .. } => {
                let object = Object::new();
                let object = match role {
                    Some(role) => object.text("role", role),
                    None => object,
                };
                with_secret(object, "jwt", &jwt.read()?)?
            }
            Method::Userpass { user, password } => {
                path::check(user)?;
                place = format!("{place}/{}", path::encoded(user));
                with_secret(Object::new(), "password", &password.read()?)?
            }
            Method::Certificate { role: Some(role) } => Object::new().text("name", role).done(),
            Method::Certificate { role: None } => Object::new().done(),
        };
        Ok(Call::post(place, body))
    }

    fn what(&self) -> &'static str {
        match &self.method {
            Method::Token(_) => "token",
            Method::TokenFile(_) => "token file",
            Method::AppRole { secret_id: SecretId::Wrapped(_), .. } => "app role with a wrapped secret id",
            Method::AppRole { .. } => "app role",
            Method::Jwt { is_kubernetes: false, .. } => "jwt",
            Method::Jwt { is_kubernetes: true, .. } => "kubernetes",
            Method::Userpass { .. } => "userpass",
            Method::Certificate { .. } => "certificate",
        }
    }
}

impl fmt::Debug for VaultLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.method, self.mount()) {
            (Method::TokenFile(file), _) => write!(f, "VaultLogin(token file {file:?})"),
            (_, Some(mount)) => write!(f, "VaultLogin({} at auth/{mount})", self.what()),
            (_, None) => write!(f, "VaultLogin({})", self.what()),
        }
    }
}

impl Credential {
    fn read(&self) -> Outcome<Secret> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::File(file) => read(file),
        }
    }
}

fn with_secret(object: Object, name: &str, value: &Secret) -> Outcome<SecretBuffer> {
    let not_text =
        || Problem::new(ErrorKind::Unauthenticated).with_detail("the credential is not UTF-8 text");
    Ok(object.secret(name, value).ok_or_else(not_text)?.done())
}

/// Reads a credential from a file, without the blanks around it.
fn read(file: &Path) -> Outcome<Secret> {
    let unread = |problem: &dyn fmt::Display| {
        Problem::new(ErrorKind::Unauthenticated)
            .with_detail(format!("{}: {problem}", file.display()))
            .with_hint("log in so that the file is there, or name another login")
    };
    let is_file = std::fs::metadata(file).map_err(|error| unread(&error.kind()))?.is_file();
    if !is_file {
        // A pipe would be waited for.
        return Err(unread(&"not a regular file"));
    }
    let opened = std::fs::File::open(file).map_err(|error| unread(&error.kind()))?;
    let mut buffer = SecretBuffer::new();
    buffer.read_to_end(opened, FILE_LIMIT).map_err(|error| unread(&error.kind()))?;
    Ok(trimmed(&buffer.into_secret()))
}
