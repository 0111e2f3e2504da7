//! The settings of a real service, as a struct: adding one is one field.
//!
//! `reticent.toml` beside this package declares the same for a program in any language, and `.env.example` at the root
//! of the repository is made from the struct; tests hold the three together.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example talks")]
#![expect(dead_code, reason = "the example shows its settings and uses none of them")]

use std::process::ExitCode;

use reticent::core::Secret;
use reticent::settings::Settings as _;

/// How much is logged.
#[derive(reticent::Settings, Clone, Copy, Debug, PartialEq, Eq)]
enum LogLevel {
    Debug,
    Info,
    Warning,
    Error,
}

/// How a connection to PostgreSQL is encrypted.
#[derive(reticent::Settings, Clone, Copy, Debug, PartialEq, Eq)]
enum SslMode {
    Disable,
    Require,
    VerifyFull,
}

/// All settings of the service.
#[derive(reticent::Settings, Debug)]
struct Service {
    /// Which environment this is: development, staging or production
    #[setting(default = "development")]
    environment: String,
    /// Shows details of errors to the caller; off outside development
    #[setting(default = false)]
    debug: bool,
    /// How much is logged
    #[setting(default = "info")]
    log_level: LogLevel,
    /// Whether there is a database
    #[setting(default = false)]
    postgres_enabled: bool,
    #[setting(required_when = "POSTGRES_ENABLED")]
    postgres: Option<Postgres>,
    /// Whether there is a cache
    #[setting(default = false)]
    valkey_enabled: bool,
    #[setting(required_when = "VALKEY_ENABLED")]
    valkey: Option<Valkey>,
    /// Key of the API gateway
    #[setting(required_in("staging", "production"), not_placeholder)]
    gateway_api_key: Option<Secret>,
    /// Signs what the service hands out
    #[setting(min_len = 32, not_placeholder, unique)]
    signing_key: Secret,
    /// Signs the session cookies
    #[setting(strength = "token", unique)]
    session_secret: Secret,
    /// Encrypts what is stored: 32 random bytes, as `reticent generate aes256-key` makes them
    #[setting(required_in("production"), strength = "key", unique)]
    encryption_key: Option<Secret>,
}

/// The database.
#[derive(reticent::Settings, Debug)]
struct Postgres {
    /// Host of the database
    host: String,
    /// Port of the database
    #[setting(default = 5432)]
    port: u16,
    /// Role of the service
    user: String,
    /// Password of the role
    #[setting(alias = "db-password", not_placeholder)]
    password: Secret,
    /// How the connection is encrypted
    #[setting(default = "verify-full")]
    ssl_mode: SslMode,
}

/// The cache.
#[derive(reticent::Settings, Debug)]
struct Valkey {
    /// Address of the cache
    host: String,
    /// Password of the cache
    #[setting(not_placeholder)]
    password: Secret,
    /// Whether the connection is encrypted
    #[setting(default = true)]
    ssl: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Service::load().await {
        Ok(service) => {
            println!("{service:#?}"); // secrets show as Secret(..)
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::path::Path;

    use reticent::settings::Places;
    use reticent::setup::Config;

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn the_committed_example_is_what_the_struct_says() {
        let committed = std::fs::read_to_string(root().join("../../.env.example")).expect("it is committed");
        let drift = Service::schema().example_drift(&committed);
        assert!(drift.is_empty(), "write .env.example anew:\n{}", Service::schema().example());
    }

    #[test]
    fn the_struct_and_the_declarations_for_other_languages_name_the_same_settings() {
        let config = Config::read(&root().join("reticent.toml")).expect("it parses");
        let names = |schema: &reticent::config::Schema| -> Vec<String> {
            let mut names: Vec<_> =
                schema.settings().iter().map(|setting| setting.name().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(config.declarations().schema()), names(&Service::schema()));
    }

    #[tokio::test]
    async fn both_report_the_same_problems() {
        let variables = || -> BTreeMap<String, OsString> {
            [
                ("ENVIRONMENT", "production"),
                ("DEBUG", "true"),
                ("POSTGRES_ENABLED", "yes"),
                ("POSTGRES_HOST", "db.internal"),
                ("POSTGRES_USER", "app"),
                ("POSTGRES_PASSWORD", "changeme"),
                ("POSTGRES_SSL_MODE", "disable"),
                ("SIGNING_KEY", "too-short"),
                ("SESSION_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ]
            .map(|(name, value)| (name.to_owned(), OsString::from(value)))
            .into()
        };
        let config = Config::read(&root().join("reticent.toml")).expect("it parses");
        let declared =
            Places::usual().with_config(config).with_variables(variables()).prepare().expect("places");
        let by_data = declared.loader().check(declared.schema()).await;
        let bare = Places::usual().with_config(Config::without_file(root())).with_variables(variables());
        let bare = bare.prepare().expect("places");
        let by_type = bare.loader().check(&Service::schema()).await;
        let told = |report: &reticent::config::Report| -> Vec<String> {
            let mut lines: Vec<_> = report.problems().map(|(item, problem)| item.line(problem)).collect();
            lines.sort();
            lines
        };
        assert_eq!(told(&by_data), told(&by_type));
        assert!(told(&by_type).len() >= 6, "{:?}", told(&by_type));
        assert!(!format!("{by_type:?} {by_type}").contains("too-short"));
    }
}
