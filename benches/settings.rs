//! How long a struct of 50 settings takes to load, beside figment, which takes ready values out of a map, and
//! pydantic-settings, which does the same work in Python.
//!
//! Ours and Python's read the same variables, the same `.env` and the same mounted folder at each load. Python's loads
//! are timed inside a warm process, in the same rounds; its median of a round leaves out what its collector adds.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use futures_util::FutureExt as _;
use reticent::settings::{Places, Settings as _};
use reticent::setup::Config;
use reticent_benches::Table;
use reticent_config::{Loader, MapLayer};

/// Where `cargo xtask bench` tells a Python that has the peer.
const PYTHON: &str = "RETICENT_PYTHON";

/// One list of fields, as our struct with its rules, as a plain one for serde, and as texts.
macro_rules! fields {
    ($($([$($rule:tt)*])? $name:ident: $type:ty = $text:literal;)*) => {
        mod ours {
            use std::time::Duration;

            use reticent::core::Secret;

            #[derive(reticent::Settings)]
            #[expect(dead_code, reason = "loaded and dropped")]
            pub(super) struct App { $($(#[setting($($rule)*)])? $name: $type,)* }
        }

        mod plain {
            type Secret = String;
            type Duration = u64;

            #[derive(serde::Deserialize)]
            #[expect(dead_code, reason = "loaded and dropped")]
            pub(super) struct App { $($name: $type,)* }
        }

        const FIELDS: [(&str, &str, &str); 50] = [$((stringify!($name), stringify!($type), $text)),*];
    };
}

fields! {
    app_name: String = "shop";
    app_owner: String = "team-payments";
    app_region: String = "eu-central";
    app_zone: String = "zone-b";
    [min_len = 3, max_len = 20] app_version: String = "v2.14.1";
    app_host: String = "shop.internal";
    app_listen: String = "all-interfaces";
    app_time_zone: String = "Europe/Berlin";
    app_locale: String = "de_DE.UTF-8";
    app_title: String = "The shop on the corner";
    app_bucket: String = "shop-uploads";
    app_queue: String = "orders";
    app_topic: String = "order-events";
    app_user: String = "shop_app";
    [pattern = "[a-z]+(-[a-z]+)*"] app_realm: String = "shop-customers";
    [min_len = 16] db_password: Secret = "q8Zt0vLw2n-c5Rb7";
    [min_len = 16] cache_password: Secret = "m4Xk9sTf6p-d1Hj3";
    [min_len = 16] mail_password: Secret = "w7Bn2yQg5r-a8Vc0";
    [min_len = 32] session_secret: Secret = "f3e1b5a79c0d2846e8f7a6b5c4d3e2f1";
    [starts_with = "tok_"] api_token: Secret = "tok_6hY2kPz9LmQ4xW8n";
    signing_key: Secret = "c2lnbmluZyBrZXkgb2YgYSBiZW5jaG1hcms";
    webhook_secret: Secret = "whsec_R5tY7uI9oP1aS3dF";
    oauth_client_secret: Secret = "ocs-G5hJ7kL9zX1cV3bN";
    storage_secret: Secret = "stg-M5qW7eR9tY1uI3oP";
    metrics_token: Secret = "met-A5sD7fG9hJ1kL3zX";
    port: u16 = "8080";
    admin_port: u16 = "8081";
    db_port: u16 = "5432";
    [min = 1, max = 1000] db_pool: u32 = "20";
    [min = 1, max = 1000] workers: u32 = "8";
    backlog: u32 = "1024";
    upload_limit: u64 = "104857600";
    retry_limit: u32 = "5";
    debug: bool = "false";
    trace: bool = "false";
    access_log: bool = "true";
    metrics: bool = "true";
    db_enabled: bool = "true";
    mail_enabled: bool = "false";
    connect_timeout: Duration = "PT5S";
    read_timeout: Duration = "PT30S";
    session_lifetime: Duration = "PT86400S";
    cache_lifetime: Duration = "PT300S";
    [url] public_url: String = "https://shop.example.com/";
    allowed_hosts: Vec<String> = r#"["shop.example.com", "www.shop.example.com"]"#;
    cors_origins: Vec<String> = r#"["https://a.example.com", "https://b.example.com"]"#;
    admins: Vec<String> = r#"["ada", "grace", "edsger"]"#;
    [one_of("trace", "debug", "info", "warn", "error")] log_level: String = "info";
    [one_of("text", "json")] log_format: String = "json";
    [one_of("strict", "lax", "none")] same_site: String = "lax";
}

/// Puts secrets into a mounted folder, and of the others one half into variables and the other into `.env`.
fn write_places(folder: &Path) -> std::io::Result<BTreeMap<String, OsString>> {
    let (mut variables, mut dotenv) = (BTreeMap::new(), String::new());
    let mounted = folder.join("mounted");
    std::fs::create_dir(&mounted)?;
    for (number, (name, form, text)) in FIELDS.iter().enumerate() {
        match number % 2 {
            _ if *form == "Secret" => std::fs::write(mounted.join(name), text)?,
            0 => drop(variables.insert(name.to_uppercase(), OsString::from(text))),
            _ => writeln!(dotenv, "{}='{text}'", name.to_uppercase()).expect("a string takes everything"),
        }
    }
    std::fs::write(folder.join(".env"), dotenv)?;
    Ok(variables)
}

fn places(folder: &Path, variables: BTreeMap<String, OsString>) -> Places {
    let order =
        "[sources]\norder = [\"env://{NAME}\", \"file://mounted/{lower}\", \"dotenv://.env#{NAME}\"]\n";
    let config = Config::parse(order, folder.join("reticent.toml")).expect("the configuration is right");
    Places::usual().with_config(config).with_variables(variables)
}

/// Ready values, so that figment has nothing to read and only to hand out.
struct Ready(Dict);

impl Ready {
    fn new() -> Self {
        let number = |text: &str| Value::from(text.parse::<u64>().expect("a number"));
        let value = |form: &str, text: &str| match form {
            "String" | "Secret" => Value::from(text),
            "bool" => Value::from(text == "true"),
            "Vec<String>" => Value::from(text.split('"').skip(1).step_by(2).collect::<Vec<_>>()),
            "Duration" => number(text.trim_matches(char::is_alphabetic)),
            _ => number(text),
        };
        Self(FIELDS.iter().map(|(name, form, text)| ((*name).to_owned(), value(form, text))).collect())
    }
}

impl Provider for Ready {
    fn metadata(&self) -> Metadata {
        Metadata::named("a map")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

/// A warm Python that makes as many loads as it is told to.
struct Python {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Python {
    fn start(folder: &Path, variables: &BTreeMap<String, OsString>) -> Result<Self, String> {
        let program = std::env::var_os(PYTHON).ok_or_else(|| format!("{PYTHON} names no Python"))?;
        let mut child = Command::new(program)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/settings.py"))
            .current_dir(folder)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start it: {error}"))?;
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut python = Self { child, answers };
        python.seconds(1).map(|_| python).ok_or_else(|| "it ended without an answer".to_owned())
    }

    /// Returns the median seconds of one load among `times`.
    fn seconds(&mut self, times: u32) -> Option<f64> {
        writeln!(self.child.stdin.as_ref()?, "{times}").ok()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).ok()?;
        answer.trim().parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.child.stdin.take()); // it ends with its input
        drop(self.child.wait());
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = write_places(folder.path()).expect("the places can be written");
    let places = places(folder.path(), variables.clone());
    let map = FIELDS.iter().fold(MapLayer::new("map"), |map, (name, _, text)| map.with(*name, *text));
    let loader = Loader::new().with_layer(map);
    let ready = Ready::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();

    let mut table = Table::new("loading a struct of 50 settings");
    table.row("figment and serde", "ready values out of a map; no secrets, no rules", || {
        Figment::from(&ready).extract::<plain::App>().expect("all is there")
    });
    table.row("reticent-config", "texts out of a map; secrets, rules", || {
        let loaded = loader.load::<ours::App>().now_or_never().expect("a map waits for nothing");
        loaded.expect("all is there")
    });
    table.row("reticent", "variables, .env, mounted folder; secrets, rules", || {
        runtime.block_on(ours::App::load_from(&places)).expect("all is there")
    });
    match Python::start(folder.path(), &variables) {
        Ok(mut python) => {
            table.timed("pydantic-settings", "the same places and rules, in Python", move |times| {
                python.seconds(times).expect("it answers until the end")
            })
        }
        Err(why) => table.missing("pydantic-settings", why),
    }
    table.print();
}
