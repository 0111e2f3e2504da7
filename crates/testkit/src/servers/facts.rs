//! How to reach each server, read from JSON by core's own reader, so that no secret has a second copy.

use std::path::PathBuf;

use reticent_core::{Field, FieldError, Secret};

use super::error::ServersError;

/// OpenBao: unsealed, with its root token.
///
/// ```
/// fn shows_no_token(openbao: &reticent_testkit::servers::OpenBao) -> String {
///     format!("{openbao:?}")
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenBao {
    /// `https://127.0.0.1:PORT`.
    pub address: String,
    /// The authority that its certificate is of, and those of clients.
    pub ca: PathBuf,
    /// A client's certificate.
    pub client_cert: PathBuf,
    /// Its key.
    pub client_key: PathBuf,
    /// The root token.
    pub token: Secret,
    /// The one key that unseals it.
    pub unseal_key: Secret,
}

/// PostgreSQL: over TLS alone, with a superuser.
///
/// ```
/// fn connection(postgres: &reticent_testkit::servers::Postgres) -> String {
///     format!("host={} port={} user={}", postgres.host, postgres.port, postgres.user)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Postgres {
    /// An address, which its certificate is for.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The superuser.
    pub user: String,
    /// The superuser's password.
    pub password: Secret,
    /// A database to connect to.
    pub database: String,
    /// The authority that its certificate is of.
    pub ca: PathBuf,
}

/// moto: Amazon's services, which ask for no credential.
///
/// ```
/// fn endpoint(moto: &reticent_testkit::servers::Moto) -> &str {
///     &moto.endpoint
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Moto {
    /// `http://127.0.0.1:PORT`.
    pub endpoint: String,
}

/// ministack: Amazon's services, which authenticate and authorise.
///
/// ```
/// fn shows_no_key(ministack: &reticent_testkit::servers::Ministack) -> String {
///     format!("{ministack:?}")
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ministack {
    /// `https://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The authority that its certificate is of.
    pub ca: PathBuf,
    /// The access key of the account's owner, who may do everything.
    pub access_key_id: String,
    /// The owner's secret key.
    pub secret_access_key: Secret,
}

/// Valkey: without TLS, with a password.
///
/// ```
/// fn place(valkey: &reticent_testkit::servers::Valkey) -> (&str, u16) {
///     (&valkey.host, valkey.port)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Valkey {
    /// An address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The default user's password.
    pub password: Secret,
}

/// What is known of the servers of one run.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) openbao: Option<OpenBao>,
    pub(super) postgres: Option<Postgres>,
    pub(super) moto: Option<Moto>,
    pub(super) ministack: Option<Ministack>,
    pub(super) valkey: Option<Valkey>,
}

impl Facts {
    pub(super) fn read(text: &Secret) -> Result<Self, ServersError> {
        let schema = Section { name: "", text }.text("schema")?;
        if schema != "1" {
            return Err(ServersError::new(format!(
                "what tells of the servers has schema {schema}, which is unknown"
            )));
        }
        Ok(Self {
            openbao: section(text, "openbao", OpenBao::read)?,
            postgres: section(text, "postgres", Postgres::read)?,
            moto: section(text, "moto", Moto::read)?,
            ministack: section(text, "ministack", Ministack::read)?,
            valkey: section(text, "valkey", Valkey::read)?,
        })
    }
}

/// Reads a server's section; one that is not there is a server that was not asked for.
fn section<T>(
    text: &Secret,
    name: &str,
    read: impl FnOnce(Section<'_>) -> Result<T, ServersError>,
) -> Result<Option<T>, ServersError> {
    let section = Section { name, text };
    match text.field(&section.pointer("")) {
        Ok(_) => read(section).map(Some),
        Err(FieldError::Missing { .. }) => Ok(None),
        Err(error) => Err(section.error("", &error)),
    }
}

struct Section<'a> {
    name: &'a str,
    text: &'a Secret,
}

impl Section<'_> {
    fn pointer(&self, key: &str) -> Field {
        let path: Vec<&str> = [self.name, key].into_iter().filter(|part| !part.is_empty()).collect();
        Field::parse(&format!("/{}", path.join("/"))).expect("names of servers and keys are plain words")
    }

    fn error(&self, key: &str, error: &FieldError) -> ServersError {
        ServersError::new(format!("what tells of the servers does not say {} {key}: {error}", self.name))
    }

    fn secret(&self, key: &str) -> Result<Secret, ServersError> {
        self.text.field(&self.pointer(key)).map_err(|error| self.error(key, &error))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "into the public fields of a handle: an address, a name or a path"
    )]
    fn text(&self, key: &str) -> Result<String, ServersError> {
        let secret = self.secret(key)?;
        let text = secret
            .expose_text()
            .map_err(|error| ServersError::new(format!("{key} of {}: {error}", self.name)));
        text.map(str::to_owned)
    }

    fn path(&self, key: &str) -> Result<PathBuf, ServersError> {
        self.text(key).map(PathBuf::from)
    }

    fn port(&self, key: &str) -> Result<u16, ServersError> {
        self.text(key)?.parse().map_err(|_| ServersError::new(format!("{key} of {} is no port", self.name)))
    }
}

impl OpenBao {
    fn read(said: Section<'_>) -> Result<Self, ServersError> {
        Ok(Self {
            address: said.text("address")?,
            ca: said.path("ca")?,
            client_cert: said.path("client_cert")?,
            client_key: said.path("client_key")?,
            token: said.secret("token")?,
            unseal_key: said.secret("unseal_key")?,
        })
    }
}

impl Postgres {
    fn read(said: Section<'_>) -> Result<Self, ServersError> {
        Ok(Self {
            host: said.text("host")?,
            port: said.port("port")?,
            user: said.text("user")?,
            password: said.secret("password")?,
            database: said.text("database")?,
            ca: said.path("ca")?,
        })
    }
}

impl Moto {
    fn read(said: Section<'_>) -> Result<Self, ServersError> {
        Ok(Self { endpoint: said.text("endpoint")? })
    }
}

impl Ministack {
    fn read(said: Section<'_>) -> Result<Self, ServersError> {
        Ok(Self {
            endpoint: said.text("endpoint")?,
            ca: said.path("ca")?,
            access_key_id: said.text("access_key_id")?,
            secret_access_key: said.secret("secret_access_key")?,
        })
    }
}

impl Valkey {
    fn read(said: Section<'_>) -> Result<Self, ServersError> {
        Ok(Self { host: said.text("host")?, port: said.port("port")?, password: said.secret("password")? })
    }
}
