//! A value is in no output, whatever the type of its field and whatever the rule that it breaks.

use std::time::Duration;

use proptest::prelude::*;
use reticent_config::{
    Kind, Loader, MapLayer, Report, Required, Rule, Schema, Setting, Settings, SettingsError, Strength,
};
use reticent_core::Secret;
use reticent_testkit::Canary;

use crate::support::block_on;

/// One field of each type.
#[derive(Settings, Debug)]
#[expect(dead_code, reason = "it is never loaded")]
struct All {
    text: String,
    secret: Secret,
    flag: bool,
    small: i8,
    huge: u128,
    number: f64,
    time: Duration,
    path: std::path::PathBuf,
    word: Word,
    list: Vec<u16>,
    secrets: Vec<Secret>,
    maybe: Option<u32>,
    #[setting(from_str)]
    parsed: std::net::SocketAddr,
    nested: Nested,
}

#[derive(Settings, Debug)]
enum Word {
    One,
    Two,
}

#[derive(Settings, Debug)]
#[expect(dead_code, reason = "it is never loaded")]
struct Nested {
    #[setting(min_len = 1000, classes = 4, not_placeholder, one_of("a", "b"), starts_with = "sk_", url, tls)]
    token: Secret,
    #[setting(max = 5)]
    count: u8,
    #[setting(strength = "password", unique, entropy = 900, max_len = 1)]
    password: Secret,
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Text),
        Just(Kind::Secret),
        Just(Kind::Flag),
        Just(Kind::PORT),
        Just(Kind::Number),
        Just(Kind::Duration),
        Just(Kind::Path),
        Just(Kind::Choice(vec!["a".to_owned(), "b".to_owned()])),
        Just(Kind::List(Box::new(Kind::PORT))),
        Just(Kind::List(Box::new(Kind::Secret))),
    ]
}

fn rules() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (0..2000_usize).prop_map(Rule::MinLen),
        (0..2000_usize).prop_map(Rule::MaxLen),
        (0..5_u8).prop_map(Rule::Classes),
        (0..2000_u32).prop_map(Rule::Entropy),
        Just(Rule::Pattern("[a-z]+".to_owned())),
        Just(Rule::OneOf(vec!["a".to_owned()])),
        Just(Rule::Prefix("sk_".to_owned())),
        Just(Rule::Range(Some(0.0), Some(1.0))),
        Just(Rule::Url),
        Just(Rule::Tls),
        Just(Rule::MinTls),
        Just(Rule::NotPlaceholder),
        Just(Rule::Strength(Strength::Password)),
        Just(Rule::Strength(Strength::Token)),
        Just(Rule::Strength(Strength::Key)),
        Just(Rule::Unique),
        Just(Rule::Off),
    ]
}

/// The canary's core inside of something that looks like a form.
fn shaped(core: &str, shape: usize) -> String {
    let shapes = [
        core.to_owned(),
        format!("{core} "),
        format!("[\"{core}\"]"),
        format!("[{core}"),
        format!("{{\"a\": \"{core}\"}}"),
        format!("1{core}"),
        format!("1,{core}"),
        format!("https://u:{core}@host/{core}?token={core}"),
        format!("mem://{core}@@"),
        format!("'{core}\n{core}'"),
        format!("\u{1b}[31m{core}"),
        format!("${{{core}}}"),
        format!("P1{core}"),
        format!("{core}={core}"),
    ];
    shapes[shape % shapes.len()].clone()
}

fn shown(report: &Report) -> String {
    let remedies: Vec<_> =
        report.problems().chain(report.warnings()).filter_map(|(_, problem)| problem.remedy()).collect();
    format!("{report}\n{report:?}\n{report:#?}\n{}\n{remedies:?}", report.to_json())
}

fn refused(error: SettingsError) -> Result<(), SettingsError> {
    Err(error)
}

fn is_silent(canary: &Canary, shown: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(canary.find_in(shown.as_bytes()), None, "a value was shown");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_value_is_shown_for_any_form_and_rule(
        kind in kinds(),
        rules in prop::collection::vec(rules(), 0..4),
        shape in 0_usize..14,
        environment in prop_oneof![Just("development"), Just("staging"), Just("production")],
        secret in any::<bool>(),
    ) {
        let canary = Canary::new();
        let value = shaped(canary.core(), shape);
        let mut setting = rules.into_iter().fold(Setting::new("DB_PASSWORD", kind), Setting::with_rule);
        if secret {
            setting = setting.as_secret();
        }
        let schema = Schema::new()
            .with(setting)
            .with(Setting::new("TWIN_SECRET", Kind::Secret))
            .with(Setting::new("POSTGRES_USER", Kind::Text).with_required(Required::Never));
        let layer = MapLayer::new("env")
            .with("DB_PASSWORD", &value)
            .with("TWIN_SECRET", &value)
            .with("POSTGRES_USER", &value)
            .with("ENVIRONMENT", &value);
        let loader = Loader::new().with_environment(environment).with_layer(layer.clone());
        let resolution = block_on(loader.resolve(&schema));
        is_silent(&canary, &shown(resolution.report()))?;
        is_silent(&canary, &format!("{resolution:?} {loader:?}"))?;
        let report = block_on(Loader::new().with_layer(layer).check(&schema));
        is_silent(&canary, &shown(&report))?;
        for (item, problem) in report.problems() {
            prop_assert!(problem.remedy().is_some(), "{} has no remedy", item.line(problem));
            prop_assert!(item.place().is_some() || problem.rule() == "required", "{} has no place", item.line(problem));
        }
    }

    #[test]
    fn no_value_is_shown_by_any_type(shape in 0_usize..14, only in prop::option::of(0_usize..16)) {
        let canary = Canary::new();
        let names = [
            "TEXT", "SECRET", "FLAG", "SMALL", "HUGE", "NUMBER", "TIME", "PATH", "WORD", "LIST", "SECRETS", "MAYBE", "PARSED",
            "NESTED_TOKEN", "NESTED_COUNT", "NESTED_PASSWORD",
        ];
        let value = shaped(canary.core(), shape);
        let chosen = names.iter().enumerate().filter(|(index, _)| only.is_none_or(|only| only == *index));
        let layer = chosen.fold(MapLayer::new("env"), |layer, (_, name)| layer.with(*name, &value));
        let error = block_on(Loader::new().with_layer(layer).load::<All>()).expect_err("nothing fits");
        is_silent(&canary, &format!("{error} {error:?} {error:#?} {}", shown(error.report())))?;
        // What a program does with it at start-up.
        let panicked = std::panic::catch_unwind(|| refused(error).expect("the settings"));
        let message = panicked.expect_err("it panics").downcast::<String>().expect("a text");
        is_silent(&canary, &message)?;
    }
}

#[test]
fn a_loaded_secret_is_not_shown_by_debug() {
    let canary = Canary::new();
    #[derive(Settings, Debug)]
    struct Secrets {
        #[expect(dead_code, reason = "shown by Debug alone")]
        one: Secret,
        #[expect(dead_code, reason = "shown by Debug alone")]
        many: Vec<Secret>,
    }
    let layer =
        MapLayer::new("env").with("ONE", canary.bytes()).with("MANY", format!("{0},{0}", canary.core()));
    let secrets: Secrets = block_on(Loader::new().with_layer(layer).load()).expect("it loads");
    assert_eq!(format!("{secrets:?}"), "Secrets { one: Secret(..), many: [Secret(..), Secret(..)] }");
}
