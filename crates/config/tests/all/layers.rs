//! Which layer speaks, how names are matched, and what is followed.

use std::sync::Arc;

use reticent_config::{
    DotenvLayer, Held, Kind, Layer, Loader, MapLayer, Report, Schema, Setting, Settings, SourceLayer, Status,
};
use reticent_core::hooks::{Actor, GateLog, Hooks, MaskerLog, RecorderLog};
use reticent_core::{Attempt, ErrorKind, Schemes, Secret, SourceError};
use reticent_testkit::MemorySource;

use crate::support::{block_on, env};

fn one(kind: Kind) -> Schema {
    Schema::new().with(Setting::new("DB_PASSWORD", kind).with_alias("db-password"))
}

fn check(loader: Loader) -> Report {
    block_on(loader.check(&one(Kind::Secret)))
}

fn place(loader: Loader) -> String {
    let report = check(loader);
    assert!(report.is_ok(), "{report}");
    report.items()[0].place().expect("it was found").to_owned()
}

#[test]
fn the_first_layer_that_has_the_name_counts() {
    let mounted = || {
        let source = MemorySource::new("files").with("mem:///run/secrets/db-password", "from a file");
        SourceLayer::new("mounted secrets", Arc::new(source), "mem", "/run/secrets/").showing_paths()
    };
    let dotenv = || DotenvLayer::parse(".env", b"# ours\nDB_PASSWORD=from-dotenv\n");
    let all = Loader::new()
        .with_layer(env(&[("db_password", "from-env")]))
        .with_layer(mounted())
        .with_layer(dotenv());
    assert_eq!(place(all), "env db_password");
    assert_eq!(
        place(Loader::new().with_layer(env(&[])).with_layer(mounted()).with_layer(dotenv())),
        "/run/secrets/db-password"
    );
    assert_eq!(place(Loader::new().with_layer(dotenv()).with_layer(mounted())), ".env:2");
}

#[test]
fn what_was_passed_over_is_told_of_what_was_found() {
    let loader =
        Loader::new().with_layer(env(&[])).with_layer(DotenvLayer::parse(".env", b"DB_PASSWORD=q8Zt0vLw"));
    let report = check(loader.with_layer(MapLayer::new("below")));
    let tried: Vec<_> = report.items()[0].tried().iter().map(Attempt::place).collect();
    assert_eq!(tried, ["env DB_PASSWORD", "env db-password"]);
}

#[test]
fn a_broken_layer_of_another_environment_is_not_missed() {
    let layers = |environment: &str| {
        Loader::new()
            .with_environment(environment)
            .with_layer(DotenvLayer::parse(".env.staging", b"DB_PASSWORD='x").for_environment("staging"))
            .with_layer(DotenvLayer::parse(".env", b"DB_PASSWORD=common-Password-1"))
    };
    assert_eq!(place(layers("development")), ".env:1");
    assert_eq!(
        check(layers("staging")).to_string(),
        ".env.staging: cannot be read: .env.staging:1:13 DB_PASSWORD: the quote opened here is never closed",
    );
}

#[test]
fn a_layer_of_another_environment_is_passed_over() {
    let layers = |environment: &str| {
        Loader::new()
            .with_environment(environment)
            .with_layer(
                DotenvLayer::parse(".env.staging", b"DB_PASSWORD=a-staging-password")
                    .for_environment("staging"),
            )
            .with_layer(DotenvLayer::parse(".env", b"DB_PASSWORD=common-Password-1"))
    };
    assert_eq!(place(layers("staging")), ".env.staging:1");
    assert_eq!(place(layers("development")), ".env:1");
}

#[test]
fn names_that_differ_in_case_alone_are_a_conflict_where_they_are_used() {
    let report = check(Loader::new().with_layer(env(&[
        ("DB_PASSWORD", "a"),
        ("db_password", "b"),
        ("x", "1"),
        ("X", "2"),
    ])));
    assert_eq!(
        report.to_string(),
        "DB_PASSWORD: names differ in case alone: DB_PASSWORD, db_password (from env)"
    );
    assert_eq!(report.items()[0].problems()[0].remedy(), Some("keep one of them"));
}

#[test]
fn a_missing_setting_tells_every_place() {
    let source = Arc::new(MemorySource::new("files"));
    let loader = Loader::new()
        .with_layer(SourceLayer::new("env", source.clone(), "mem", "").also_with_suffix("_FILE"))
        .with_layer(SourceLayer::new("mounted secrets", source, "mem", "/run/secrets/").showing_paths())
        .with_layer(DotenvLayer::parse(".env", b""));
    let report = check(loader);
    assert_eq!(
        report.to_string(),
        "DB_PASSWORD: not found; looked in env DB_PASSWORD, env DB_PASSWORD_FILE, env db-password, env db-password_FILE, \
         /run/secrets/DB_PASSWORD, /run/secrets/db-password, .env",
    );
    let item = &report.items()[0];
    assert_eq!((item.status(), item.tried().len()), (Status::Missing, 7));
    assert_eq!(
        item.problems()[0].remedy(),
        Some("set it in one of these places, or run: reticent set DB_PASSWORD"),
    );
}

#[test]
fn what_stands_in_the_way_is_told_apart() {
    for (kind, status) in [
        (ErrorKind::AccessDenied, Status::Denied),
        (ErrorKind::Unauthenticated, Status::Denied),
        (ErrorKind::Unavailable, Status::Unavailable),
        (ErrorKind::Timeout, Status::Unavailable),
        (ErrorKind::Malformed, Status::Invalid),
        (ErrorKind::NotFound, Status::Missing),
    ] {
        let vault = MemorySource::new("vault").with("mem://db", "x");
        vault.fail_at("mem://db", kind);
        let loader = Loader::new()
            .with_layer(env(&[("DB_PASSWORD", "mem://db")]))
            .with_source(Schemes::of(["mem"]), vault);
        let report = check(loader);
        assert_eq!(report.items()[0].status(), status, "{kind:?}");
        assert!(report.problems().all(|(_, problem)| problem.remedy().is_some()), "{kind:?}");
        assert_eq!(
            report.exit_code(),
            [1, 4, 3][usize::from(status == Status::Denied) + 2 * usize::from(status == Status::Unavailable)]
        );
    }
}

#[test]
fn references_are_followed_all_at_once_and_urls_are_values() {
    #[derive(Settings, Debug)]
    struct App {
        key: Secret,
        port: u16,
        url: String,
    }
    let vault = MemorySource::new("vault").with("mem://app", r#"{"key": "q8Zt0vLw2nXc", "port": 5432}"#);
    let loader = Loader::new()
        .with_layer(env(&[
            ("KEY", "mem://app#key"),
            ("PORT", "ref+mem://app#port"),
            ("URL", "postgres://u:p@h/db"),
        ]))
        .with_source(Schemes::of(["mem"]), vault.clone());
    let app: App = block_on(loader.load()).expect("it loads");
    assert_eq!((app.key.len(), app.port, app.url.as_str()), (12, 5432, "postgres://u:p@h/db"));
    assert_eq!(vault.calls(), 2);
}

#[test]
fn a_local_reference_may_lead_to_another_and_a_circle_ends() {
    let loader = |first: &str| {
        let source = MemorySource::new("local")
            .with("local://a", "local://b")
            .with("local://b", "q8Zt0vLw2nXc")
            .with("local://circle", "local://circle")
            .with("local://broken", "local://x?hunter2")
            .with("local://remote", "remote://a")
            .with("remote://a", "local://b");
        Loader::new()
            .with_layer(env(&[("DB_PASSWORD", first)]))
            .with_source(Schemes::of(["local", "remote"]), source)
            .with_following(Schemes::of(["local"]))
    };
    let length = |first: &str| {
        let resolution = block_on(loader(first).resolve(&one(Kind::Secret)));
        resolution.value("DB_PASSWORD").map(Secret::len)
    };
    assert_eq!(length("local://a"), Some("q8Zt0vLw2nXc".len()));
    // What a server says is a value.
    assert_eq!(length("remote://a"), Some("local://b".len()));
    assert_eq!(length("local://remote"), Some("local://b".len()));
    assert_eq!(
        check(loader("local://circle")).to_string(),
        "DB_PASSWORD: more than 4 references in a row (from env DB_PASSWORD)",
    );
    assert_eq!(
        check(loader("local://broken")).to_string(),
        "DB_PASSWORD: a reference that cannot be read, from column 11 on (from env DB_PASSWORD; value withheld)",
    );
}

#[test]
fn a_name_that_is_nearly_right_is_pointed_out() {
    let report = check(Loader::new().with_layer(env(&[("DB_PASWORD", "hunter2")]))); // typos: on purpose
    let remedy = report.items()[0].problems()[0].remedy().expect("a remedy");
    assert!(remedy.ends_with("; is DB_PASWORD of env misspelt?"), "{remedy}"); // typos: on purpose
}

#[test]
fn a_reference_that_cannot_be_read_is_not_repeated() {
    let loader = Loader::new()
        .with_layer(env(&[("DB_PASSWORD", "mem://x?hunter2")]))
        .with_source(Schemes::of(["mem"]), MemorySource::new("vault"));
    assert_eq!(
        check(loader).to_string(),
        "DB_PASSWORD: a reference that cannot be read, from column 9 on (from env DB_PASSWORD; value withheld)",
    );
}

#[test]
fn a_file_of_values_that_cannot_be_parsed_is_a_problem_of_its_own() {
    let loader = Loader::new().with_layer(DotenvLayer::parse(".env", b"A=1\nDB_PASSWORD='hunter2"));
    let report = check(loader);
    assert_eq!(
        report.to_string(),
        ".env: cannot be read: .env:2:13 DB_PASSWORD: the quote opened here is never closed\n\
         DB_PASSWORD: not found; looked in .env",
    );
}

/// A layer as a project file makes one: names to places.
#[derive(Debug)]
struct Declared(Vec<&'static str>);

#[async_trait::async_trait]
impl Layer for Declared {
    fn label(&self) -> &str {
        "reticent.toml"
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(vec!["DB_PASSWORD".to_owned()])
    }

    fn places(&self, _: &str) -> Vec<Attempt> {
        Vec::new()
    }

    async fn read(&self, _: &str) -> Result<Held, SourceError> {
        let places = self.0.iter().map(|place| place.parse().expect("a reference")).collect();
        Ok(Held::references(places, "reticent.toml:3"))
    }
}

#[test]
fn declared_places_are_tried_in_order() {
    let vault = MemorySource::new("vault").with("mem://second", "q8Zt0vLw2nXc");
    let loader = |places: &[&'static str]| {
        Loader::new().with_layer(Declared(places.to_vec())).with_source(Schemes::of(["mem"]), vault.clone())
    };
    let report = check(loader(&["mem://first", "mem://second"]));
    assert_eq!(report.items()[0].reference(), Some("mem://second"));
    let report = check(loader(&["mem://first", "mem://third"]));
    assert_eq!(report.items()[0].status(), Status::Missing);
    assert_eq!(report.items()[0].tried().len(), 2);
    assert_eq!(check(loader(&[])).items()[0].status(), Status::Missing);
}

#[test]
fn a_read_of_a_secret_passes_the_hooks() {
    let (gate, recorder) = (Arc::new(GateLog::denying(["DB_PASSWORD"])), Arc::new(RecorderLog::default()));
    let loader = |hooks| {
        Loader::new().with_layer(env(&[("DB_PASSWORD", "q8Zt0vLw2nXc")])).with_hooks(hooks, Actor::default())
    };
    let report = check(loader(Hooks::none().with_gate(gate)));
    assert_eq!(report.items()[0].status(), Status::Denied);
    let masker = Arc::new(MaskerLog::new().expect("randomness"));
    let report = check(loader(Hooks::none().with_recorder(recorder.clone()).with_masker(masker.clone())));
    assert!(report.is_ok());
    assert_eq!(recorder.events().len(), 1);
    assert_eq!(masker.names(), ["DB_PASSWORD"]);
}

#[test]
fn a_setting_that_may_be_absent_is_fine() {
    let schema = Schema::new().with(Setting::new("A", Kind::Text).with_default("x"));
    let resolution = block_on(Loader::new().with_layer(MapLayer::new("env")).resolve(&schema));
    assert!(resolution.report().is_ok());
    assert_eq!(resolution.report().items()[0].place(), Some("default"));
    assert!(resolution.value("a").is_some_and(|value| value.ct_eq(&Secret::copy_of(b"x"))));
}
