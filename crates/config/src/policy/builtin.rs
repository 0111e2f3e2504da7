//! The policies of development, staging and production.

use super::{Demand, Policy, Selection};
use crate::rule::{Rule, Strength};
use crate::schema::{Kind, Required, Setting};

/// Passwords that people choose.
const PASSWORDS: [&str; 6] = ["*PASSWORD", "*PASSWD", "*PASSPHRASE", "*_PASS", "*_PWD", "PASS"];

/// Secrets that a program makes for itself.
const OWN_TOKENS: [&str; 5] =
    ["*SESSION_SECRET", "*SECRET_KEY", "*JWT_SECRET", "*COOKIE_SECRET", "*CSRF_SECRET"];

/// Keys of 32 bytes.
const KEYS: [&str; 2] = ["*ENCRYPTION_KEY", "*FERNET_KEY"];

/// Switches and modes of connections to databases and caches.
const CONNECTIONS: [&str; 14] = [
    "*POSTGRES*_SSL*MODE",
    "PGSSLMODE",
    "*DB_SSL*MODE",
    "*DATABASE_SSL*MODE",
    "*MYSQL*_SSL*MODE",
    "*POSTGRES*_SSL",
    "*DB_SSL",
    "*DATABASE_SSL",
    "*VALKEY*_SSL",
    "*VALKEY*_TLS",
    "*REDIS*_SSL",
    "*REDIS*_TLS",
    "*CACHE_SSL",
    "*CACHE_TLS",
];

/// URLs of databases and caches.
const URLS: [&str; 9] = [
    "*DATABASE_URL",
    "*POSTGRES*_URL",
    "*MYSQL*_URL",
    "*MONGO*_UR*",
    "*REDIS*_URL",
    "*VALKEY*_URL",
    "*CACHE_URL",
    "*AMQP_URL",
    "*BROKER_URL",
];

/// Settings for the lowest version of TLS.
const LEAST_VERSIONS: [&str; 4] =
    ["*_SSL_MIN*VERSION", "*_TLS_MIN*VERSION", "*_MIN_TLS_VERSION", "*_MIN_SSL_VERSION"];

const DEBUG: [&str; 2] = ["DEBUG", "*_DEBUG"];

pub(super) fn all() -> [Policy; 3] {
    [Policy::new("development"), staging(), production()]
}

fn staging() -> Policy {
    Policy::new("staging")
        .demanding(debug())
        .with(Selection::of(DEBUG).with_rule(Rule::Off))
        .with(Selection::of(["*"]).secrets_only().with_rule(Rule::NotPlaceholder).with_rule(Rule::Unique))
        .with(Selection::of(PASSWORDS).secrets_only().with_rule(Rule::Strength(Strength::LenientPassword)))
}

fn production() -> Policy {
    let encrypted = |name: &str, kind: Kind| Setting::new(name, kind).with_rule(Rule::Tls);
    let version =
        |name: &str| Setting::new(name, Kind::Text).with_required(Required::Never).with_rule(Rule::MinTls);
    Policy::new("production")
        .with_private_files()
        .demanding(debug())
        .demanding(
            Demand::new(encrypted("POSTGRES_SSL_MODE", Kind::Text).with_alias("POSTGRES_SSLMODE"))
                .beside(["POSTGRES_HOST", "POSTGRES_PASSWORD", "POSTGRES_ENABLED"])
                .unless(["POSTGRES_SSL", "POSTGRES_URL", "DATABASE_URL"]),
        )
        .demanding(
            Demand::new(encrypted("VALKEY_SSL", Kind::Flag).with_alias("VALKEY_TLS"))
                .beside(["VALKEY_HOST", "VALKEY_PASSWORD", "VALKEY_ENABLED"])
                .unless(["VALKEY_URL"]),
        )
        .demanding(
            Demand::new(encrypted("REDIS_SSL", Kind::Flag).with_alias("REDIS_TLS"))
                .beside(["REDIS_HOST", "REDIS_PASSWORD", "REDIS_ENABLED"])
                .unless(["REDIS_URL"]),
        )
        .demanding(Demand::new(version("POSTGRES_SSL_MIN_PROTOCOL_VERSION")).beside(["POSTGRES_*"]))
        .demanding(Demand::new(version("VALKEY_SSL_MIN_VERSION")).beside(["VALKEY_*"]))
        .with(Selection::of(DEBUG).with_rule(Rule::Off))
        .with(Selection::of(["*"]).with_rule(Rule::NotPlaceholder))
        .with(Selection::of(["*"]).secrets_only().with_rule(Rule::Unique))
        .with(Selection::of(PASSWORDS).secrets_only().with_rule(Rule::Strength(Strength::Password)))
        .with(Selection::of(OWN_TOKENS).secrets_only().with_rule(Rule::Strength(Strength::Token)))
        .with(Selection::of(KEYS).secrets_only().with_rule(Rule::Strength(Strength::Key)))
        .with(Selection::of(CONNECTIONS).with_rule(Rule::Tls).required_with_product())
        .with(Selection::of(URLS).with_rule(Rule::Tls))
        .with(Selection::of(LEAST_VERSIONS).with_rule(Rule::MinTls))
}

/// `DEBUG` must be off where the program does not declare it, too.
fn debug() -> Demand {
    Demand::new(Setting::new("DEBUG", Kind::Text).with_required(Required::Never))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Condition, Schema};

    #[test]
    fn production_asks_for_tls_beside_a_database_and_a_cache() {
        let schema = Schema::new()
            .with(Setting::new("POSTGRES_ENABLED", Kind::Flag))
            .with(Setting::new("POSTGRES_PASSWORD", Kind::Secret))
            .with(Setting::new("VALKEY_PASSWORD", Kind::Secret));
        let asked = production().apply(&schema);
        let mode = asked.find("POSTGRES_SSL_MODE").expect("it is demanded");
        assert_eq!(mode.required(), &Required::When(vec![Condition::is_on("POSTGRES_ENABLED")]));
        assert!(mode.rules().contains(&Rule::Tls));
        let while_used = Required::When(vec![Condition::AnySet("VALKEY_".to_owned())]);
        assert_eq!(asked.find("VALKEY_SSL").expect("it is demanded").required(), &while_used);
        assert!(asked.find("REDIS_SSL").is_none());
        let password = asked.find("POSTGRES_PASSWORD").expect("it is declared");
        assert!(password.rules().contains(&Rule::Strength(Strength::Password)));
        assert!(password.rules().contains(&Rule::Unique));
    }

    #[test]
    fn development_asks_nothing() {
        let schema = Schema::new().with(Setting::new("DB_PASSWORD", Kind::Secret));
        assert_eq!(all()[0].apply(&schema), schema);
    }
}
