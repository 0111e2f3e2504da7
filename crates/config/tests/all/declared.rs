//! Schemas and policies in `reticent.toml`.

use reticent_config::{
    Condition, Declarations, Kind, Loader, Required, Rule, Schema, Setting, Settings, Strength,
};
use reticent_core::Secret;

use crate::support::{block_on, env};

fn mistake(text: &str) -> String {
    let error = Declarations::parse(text).expect_err(text);
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    match error.hint() {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

#[test]
fn a_file_declares_what_a_derive_declares() {
    #[derive(Settings, Debug)]
    #[expect(dead_code, reason = "its schema is what is tested")]
    struct App {
        /// Where the service listens
        #[setting(default = 8080)]
        port: u16,
        postgres: Postgres,
        #[setting(one_of("debug", "info"), default = "info")]
        level: String,
        #[setting(required_in("staging", "production"), url)]
        sentry: Option<String>,
        hosts: Option<Vec<String>>,
    }
    #[derive(Settings, Debug)]
    #[expect(dead_code, reason = "its schema is what is tested")]
    struct Postgres {
        #[setting(
            alias = "db-password",
            min_len = 16,
            strength = "password",
            not_placeholder,
            example = "a b"
        )]
        password: Secret,
    }
    let declared = Declarations::parse(
        r#"
        [settings.PORT]
        type = "port"
        default = 8080
        about = "Where the service listens"
        [settings.POSTGRES_PASSWORD]
        secret = true
        alias = ["db-password"]
        example = "a b"
        min-len = 16
        strength = "password"
        not-placeholder = true
        [settings.LEVEL]
        default = "info"
        one-of = ["debug", "info"]
        [settings.SENTRY]
        type = "url"
        required-in = ["staging", "production"]
        [settings.HOSTS]
        type = "list"
        required = false
        "#,
    );
    let declared = declared.expect("it is right");
    let derived: Vec<Setting> =
        App::schema().settings().iter().map(|setting| setting.clone().with_group(Vec::new())).collect();
    assert_eq!(declared.schema().settings(), derived);
}

#[test]
fn every_mistake_has_its_place_and_no_value() {
    for (text, want) in [
        ("[settings.PORT]\ntpye = \"port\"", "2:1: settings.PORT.tpye: unknown key (did you mean `type`?)"), // typos: on purpose
        (
            "[settings.\"a-b\"]",
            "1:1: settings.a-b: not a name (a name is letters, digits and `_`, and begins with no digit)",
        ),
        ("settings.PORT = \"hunter2\"", "1:17: settings.PORT: expected a table"),
        (
            "[settings.PORT]\ntype = \"port\"\ndefault = \"hunter2\"",
            "3:11: settings.PORT.default: expected a whole number 0–65535",
        ),
        (
            "[settings.A]\ndefault = 1\nrequired = true",
            "2:11: settings.A.default: a setting with a default is never missing, so `required` says nothing",
        ),
        (
            "[settings.A]\nrequired = false\nrequired-in = \"x\"",
            "2:12: settings.A.required: `required = false` and a condition contradict each other",
        ),
        ("[settings.A]\ntype = \"choice\"", "2:8: settings.A.type: a choice needs its `words`"),
        ("[settings.A]\nclasses = 5", "2:11: settings.A.classes: expected a whole number from 1 to 4"),
        ("[settings.A]\n[settings.a]", "2:1: settings.a: this setting is declared twice, in another case"),
        (
            "[settings.A]\nstrength = \"hunter2\"",
            "2:12: settings.A.strength: expected \"password\" or \"lenient-password\" or \"token\" or \"key\"",
        ),
        (
            "[policies.qa]\nlike = \"hunter2\"",
            "2:8: policies.qa.like: expected \"nothing\", \"development\", \"production\", \"staging\"",
        ),
        (
            "[[policies.qa.rules]]\nmin-length = 3",
            "2:1: policies.qa.rules.min-length: unknown key (known here: names, except, secret, required, drop, min-len, max-len, classes, entropy, pattern, one-of, starts-with, min, max, url, tls, min-tls, not-placeholder, strength, unique, off)",
        ),
        ("[settings.A]\ndefault = 'hunter2", "2:19: not TOML: invalid literal string, expected `'`"),
    ] {
        let found = mistake(text);
        assert_eq!(found, want, "{text}");
    }
}

#[test]
fn a_program_in_another_language_is_checked_just_the_same() {
    let text = r#"
        [settings.PORT]
        type = "port"
        [settings.API_TOKEN]
        type = "secret"
        [settings.POSTGRES_PASSWORD]
        type = "secret"
        required-when = "POSTGRES_ENABLED"
        [policies.production]
        private-files = false
        rules = [
            { names = "*_TOKEN", secret = true, min-len = 32 },
            { names = "POSTGRES_*", drop = ["strength"] },
        ]
        [policies.qa]
        like = "staging"
        [policies.lab]
        like = "nothing"
        [environments.canary.secrets]
    "#;
    let declared = Declarations::parse(text).expect("it is right");
    assert_eq!(declared.policies().names(), ["canary", "development", "lab", "production", "qa", "staging"]);
    assert!(!declared.policies().of("production").expect("it is there").wants_private_files());
    let loader =
        Loader::new().with_policies(declared.policies().clone()).with_environment("prod").with_layer(env(&[
            ("PORT", "hunter2"),
            ("api_token", "q8Zt0vLw2nXc5Rb7"),
            ("POSTGRES_PASSWORD", "q8Zt"),
            ("POSTGRES_ENABLED", "1"),
            ("POSTGRES_SSL_MODE", "verify-full"),
        ]));
    assert_eq!(
        block_on(loader.check(declared.schema())).to_string(),
        "PORT: expected a whole number 0–65535 (from env PORT; value withheld)\n\
         API_TOKEN: too short (need 32 or more characters) (from env api_token; value withheld)",
    );
}

#[test]
fn an_environment_that_nobody_described_is_judged_as_staging() {
    let declared = Declarations::parse(
        "[environments.canary.secrets]\n[policies.qa]\n[policies.lab]\nlike = \"nothing\"",
    );
    let policies = declared.expect("it is right").policies().clone();
    for (environment, want) in [("canary", 1), ("qa", 1), ("lab", 0), ("development", 0)] {
        let loader = Loader::new().with_policies(policies.clone()).with_environment(environment);
        let report = block_on(loader.with_layer(env(&[("DEBUG", "1")])).check(&Schema::new()));
        assert_eq!(report.problems().count(), want, "{environment}");
    }
}

#[test]
fn a_setting_has_conditions_and_rules() {
    let text = "[settings.A]\nrequired-in = \"production\"\nrequired-when = [\"B\", \"C=x\"]\nmin = 1\nmax = 2.5\nstrength = \"key\"\n\
                url = false\ntls = true\n[settings.D]\ntype = \"list\"\nof = \"secret\"";
    let declared = Declarations::parse(text).expect("it is right");
    let [a, d] = declared.schema().settings() else { panic!("two settings") };
    let conditions =
        [Condition::in_environments(["production"]), Condition::is_on("B"), Condition::on_setting("C=x")];
    assert_eq!(a.required(), &Required::When(conditions.into()));
    assert_eq!(a.rules(), [Rule::Strength(Strength::Key), Rule::Tls, Rule::Range(Some(1.0), Some(2.5))]);
    assert!(d.is_secret() && *d.kind() == Kind::List(Box::new(Kind::Secret)));
}
