//! From `[sources.vault]` and Vault's own variables to a source.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reticent_core::{ErrorKind, SecretRef, SourceError};
use reticent_provider_vault::{Engine, SettingsError, VaultLogin, VaultSettings, VaultSource};

use super::config::{LoginMethod, LoginTable, MountKind, VaultTable};
use super::credentials::{Credentials, unread};

/// Makes the source. The variables say what the table leaves out; a labelled instance takes nothing from them, since
/// they are about the usual server.
pub(super) async fn source(
    table: VaultTable,
    label: String,
    is_usual: bool,
    base: PathBuf,
    timeout: Duration,
    credentials: Credentials,
) -> Result<VaultSource, SourceError> {
    let wrong = |error: SettingsError| wrong(&label, &error);
    let address = table.address.clone();
    if address.is_none() && !is_usual {
        return Err(SourceError::new(ErrorKind::Unsupported, label)
            .with_detail("its settings: address is missing")
            .with_hint("give the instance its address in [sources.vault.instances]"));
    }
    let lookup = |name: &str| match (name, &address) {
        ("VAULT_ADDR", Some(address)) => Some(address.into()),
        _ if is_usual => std::env::var_os(name),
        _ => None,
    };
    let mut settings = VaultSettings::from_variables(lookup).map_err(wrong)?;
    settings = settings.with_label(label.as_str()).with_timeout(timeout);
    if let Some(namespace) = table.namespace {
        settings = settings.with_namespace(namespace);
    }
    if let Some(file) = table.ca_file {
        settings = settings.with_ca_file(base.join(file));
    }
    if let (Some(chain), Some(key)) = (table.client_cert, table.client_key) {
        settings = settings.with_identity_files(base.join(chain), base.join(key));
    }
    for (mount, kind) in table.mounts {
        settings = settings.with_mount(mount, engine(kind));
    }
    if table.plain_http {
        settings = settings.danger_allow_plain_http();
    }
    if let Some(login) = table.login {
        let login = self::login(login, &base, &credentials).await.map_err(|error| unread(&label, &error))?;
        settings = settings.with_login(login);
    }
    settings.build().map_err(wrong)
}

pub(super) fn engine(kind: MountKind) -> Engine {
    match kind {
        MountKind::KvV1 => Engine::KvV1,
        MountKind::KvV2 => Engine::KvV2,
        MountKind::Leased => Engine::Leased,
    }
}

/// A credential in a file is handed over as the file, so that it is read again when it has changed.
async fn login(table: LoginTable, base: &Path, credentials: &Credentials) -> Result<VaultLogin, SourceError> {
    let file = |at: &SecretRef| whole_file(at, base);
    let login = match table.method {
        LoginMethod::Token(at) => match file(&at) {
            Some(file) => VaultLogin::token_file(file),
            None => VaultLogin::token(credentials.read(&at).await?),
        },
        LoginMethod::AppRole { role_id, secret_id } => match file(&secret_id) {
            Some(file) => VaultLogin::app_role_with_file(role_id, file),
            None => VaultLogin::app_role(role_id, credentials.read(&secret_id).await?),
        },
        LoginMethod::AppRoleWrapped { role_id, token } => {
            VaultLogin::app_role_wrapped(role_id, credentials.read(&token).await?)
        }
        LoginMethod::Jwt { role, jwt } => match file(&jwt) {
            Some(file) => VaultLogin::jwt_file(role.as_deref(), file),
            None => VaultLogin::jwt(role.as_deref(), credentials.read(&jwt).await?),
        },
        LoginMethod::Kubernetes { role, jwt } => match jwt {
            None => VaultLogin::kubernetes(role),
            Some(at) => match file(&at) {
                Some(file) => VaultLogin::kubernetes_with_file(role, file),
                None => return Err(not_a_file(&at)),
            },
        },
        LoginMethod::Userpass { user, password } => match file(&password) {
            Some(file) => VaultLogin::userpass_with_file(user, file),
            None => VaultLogin::userpass(user, credentials.read(&password).await?),
        },
        LoginMethod::Certificate { role } => VaultLogin::certificate(role.as_deref()),
    };
    Ok(match table.mount {
        Some(mount) => login.at_mount(mount),
        None => login,
    })
}

/// Returns the file that a reference without a field names.
fn whole_file(at: &SecretRef, base: &Path) -> Option<PathBuf> {
    (at.scheme() == "file" && at.field().is_none()).then(|| base.join(at.path()))
}

fn not_a_file(at: &SecretRef) -> SourceError {
    SourceError::new(ErrorKind::InvalidReference, at.scheme().to_owned())
        .for_key(at.to_string())
        .with_detail("a service account's token is a whole file")
}

/// The settings are wrong: nothing was asked, and asking again would not help.
fn wrong(label: &str, error: &SettingsError) -> SourceError {
    let told = SourceError::new(ErrorKind::Unsupported, label.to_owned())
        .with_detail(format!("its settings: {error}"));
    match error.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}
