//! The variables that users of Vault know, read strictly.

use std::ffi::OsString;
use std::path::Path;

use reticent_core::Secret;

use super::{SettingsError, VaultSettings};
use crate::login::VaultLogin;

/// Where a server of one's own listens, for `vault` and `bao` too.
const USUAL_ADDRESS: &str = "https://127.0.0.1:8200";

/// The file in the home folder to which `vault login` writes.
const TOKEN_FILE: &str = ".vault-token";

impl VaultSettings {
    /// Reads the variables of this process, as [`from_variables`](Self::from_variables) does.
    ///
    /// # Errors
    /// As there.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// Reads `VAULT_ADDR`, `VAULT_TOKEN`, `VAULT_NAMESPACE`, `VAULT_CACERT`, `VAULT_CLIENT_CERT` and
    /// `VAULT_CLIENT_KEY`.
    ///
    /// A variable that is set and empty counts as absent. Without `VAULT_ADDR` it is `https://127.0.0.1:8200`.
    /// Without `VAULT_TOKEN` the token is in `.vault-token` below `HOME`; that file is read when it is needed, and
    /// again when it has changed.
    ///
    /// # Errors
    /// A variable that is not text, a certificate without its key, and `VAULT_SKIP_VERIFY` that asks for unverified
    /// connections, since there are none.
    ///
    /// ```
    /// use reticent_provider_vault::VaultSettings;
    ///
    /// let variables = |name: &str| (name == "VAULT_SKIP_VERIFY").then(|| "true".into());
    /// let error = VaultSettings::from_variables(variables).unwrap_err();
    /// assert_eq!(error.to_string(), "VAULT_SKIP_VERIFY: certificates are always verified");
    /// ```
    pub fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, SettingsError> {
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &'static str| match given(name).map(OsString::into_string) {
            Some(Err(_)) => Err(SettingsError::new(name, "it is not UTF-8 text")),
            Some(Ok(text)) => Ok(Some(text)),
            None => Ok(None),
        };
        if text("VAULT_SKIP_VERIFY")?.is_some_and(|asked| !is_false(&asked)) {
            return Err(SettingsError::new("VAULT_SKIP_VERIFY", "certificates are always verified")
                .with_hint("unset it, and name the server's CA in VAULT_CACERT"));
        }
        let mut settings = Self::new(text("VAULT_ADDR")?.unwrap_or_else(|| USUAL_ADDRESS.to_owned()));
        settings.namespace = text("VAULT_NAMESPACE")?;
        if let Some(file) = given("VAULT_CACERT") {
            settings = settings.with_ca_file(file);
        }
        settings = match (given("VAULT_CLIENT_CERT"), given("VAULT_CLIENT_KEY")) {
            (Some(chain), Some(key)) => settings.with_identity_files(chain, key),
            (None, None) => settings,
            (Some(_), None) => {
                return Err(SettingsError::new("VAULT_CLIENT_KEY", "VAULT_CLIENT_CERT needs it"));
            }
            (None, Some(_)) => {
                return Err(SettingsError::new("VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY needs it"));
            }
        };
        Ok(match (text("VAULT_TOKEN")?, given("HOME")) {
            (Some(token), _) => settings.with_login(VaultLogin::token(Secret::from_string(token))),
            (None, Some(home)) => {
                settings.with_login(VaultLogin::token_file(Path::new(&home).join(TOKEN_FILE)))
            }
            (None, None) => settings,
        })
    }
}

/// What `vault` takes for no, and nothing that it takes for yes.
fn is_false(text: &str) -> bool {
    ["0", "f", "false"].iter().any(|no| text.eq_ignore_ascii_case(no))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<VaultSettings, SettingsError> {
        VaultSettings::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_usual_variables_are_read() {
        let settings = of(&[
            ("VAULT_ADDR", "https://vault.example.org:8200"),
            ("VAULT_TOKEN", "a token"),
            ("VAULT_NAMESPACE", "team1"),
            ("VAULT_CACERT", "/etc/ca.pem"),
            ("HOME", "/home/app"),
        ]);
        assert_eq!(
            format!("{:?}", settings.expect("they are right")),
            "VaultSettings { label: \"vault\", login: Some(VaultLogin(token)), namespace: Some(\"team1\"), trust: \
             File(\"/etc/ca.pem\"), timeout: 10s, mounts: [], .. }"
        );
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let names = ["VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE", "VAULT_CACERT", "VAULT_SKIP_VERIFY"];
        let empty: Vec<_> = names.iter().map(|name| (*name, "")).chain([("HOME", "/home/app")]).collect();
        let settings = of(&empty).expect("nothing is set");
        assert_eq!(settings.address, USUAL_ADDRESS);
        assert_eq!(
            format!("{settings:?}"),
            "VaultSettings { label: \"vault\", login: Some(VaultLogin(token file \"/home/app/.vault-token\")), \
             namespace: None, trust: System, timeout: 10s, mounts: [], .. }"
        );
        assert!(of(&[]).expect("nothing is set").login.is_none());
    }

    #[test]
    fn verification_is_never_off() {
        for asked in ["1", "true", "T", "yes", " ", "off"] {
            let error = of(&[("VAULT_SKIP_VERIFY", asked)]).expect_err(asked);
            assert_eq!(error.to_string(), "VAULT_SKIP_VERIFY: certificates are always verified", "{asked}");
        }
        for not_asked in ["0", "false", "F", "FALSE"] {
            of(&[("VAULT_SKIP_VERIFY", not_asked)]).expect(not_asked);
        }
    }

    #[test]
    fn a_certificate_comes_with_its_key() {
        let error = of(&[("VAULT_CLIENT_CERT", "a.pem")]).expect_err("half");
        assert_eq!(error.to_string(), "VAULT_CLIENT_KEY: VAULT_CLIENT_CERT needs it");
        let error = of(&[("VAULT_CLIENT_KEY", "a.pem")]).expect_err("half");
        assert_eq!(error.to_string(), "VAULT_CLIENT_CERT: VAULT_CLIENT_KEY needs it");
    }
}
