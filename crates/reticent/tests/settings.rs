//! A struct of settings from real places: variables, files that they name, a mounted folder, `.env`, `reticent.toml`.

#![cfg(feature = "setup")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use reticent::Settings;
use reticent::core::Secret;
use reticent::settings::{LoadError, Places};
use reticent::setup::Config;

const STRONG: &str = "q8Zt0vLw2n-c5Rb7";

#[derive(Settings, Debug)]
struct App {
    /// Where the service listens
    #[setting(default = 8080)]
    port: u16,
    /// Password of the application's role
    #[setting(alias = "db-password", min_len = 12)]
    db_password: Secret,
}

struct Scene {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, OsString>,
    environment: Option<&'static str>,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Self { folder, variables: BTreeMap::new(), environment: None };
        fs::create_dir(scene.path().join("mounted")).expect("a folder");
        scene.toml("")
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes `reticent.toml` with a mounted folder of this scene in the order of places.
    fn toml(self, more: &str) -> Self {
        let mounted = self.path().join("mounted");
        let order = format!(
            "[sources]\norder = [\"env://{{name}}\", \"env://{{NAME}}\", \"file://{}/{{name}}\", \"dotenv://.env#{{NAME}}\"]\n",
            mounted.display(),
        );
        fs::write(self.path().join("reticent.toml"), format!("{order}{more}")).expect("the configuration");
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
        self
    }

    fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    fn in_environment(mut self, environment: &'static str) -> Self {
        self.environment = Some(environment);
        self
    }

    fn load<T: Settings>(&self) -> Result<T, LoadError> {
        let mut places = Places::usual().in_folder(self.path()).with_variables(self.variables.clone());
        if let Some(environment) = self.environment {
            places = places.with_environment(environment);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(T::load_from(&places))
    }

    /// The lines of a failed load, with the scene's folder cut out.
    fn lines<T: Settings>(&self) -> String {
        let report = match self.load::<T>() {
            Ok(_) => "loads".to_owned(),
            Err(error) => error.report().map_or_else(|| error.to_string(), ToString::to_string),
        };
        report.replace(&self.path().display().to_string(), "")
    }

    fn password(&self) -> Secret {
        self.load::<App>().expect("it loads").db_password
    }
}

fn is(secret: &Secret, value: &str) -> bool {
    secret.ct_eq(&Secret::copy_of(value.as_bytes()))
}

#[test]
fn the_order_is_environment_mounted_folder_file_default() {
    let scene = Scene::new().file(".env", "DB_PASSWORD=from-the-dotenv-file\nPORT=1\n");
    assert!(is(&scene.password(), "from-the-dotenv-file"));
    assert_eq!(scene.load::<App>().expect("it loads").port, 1);
    let scene = scene.file("mounted/db-password", "from-the-mounted-folder\n");
    assert!(is(&scene.password(), "from-the-mounted-folder"));
    let scene = scene.variable("Db_Password", "from-the-environment");
    assert!(is(&scene.password(), "from-the-environment"));
}

#[test]
fn a_named_file_is_read_and_a_conflict_is_an_error() {
    let scene = Scene::new().file("named", "from-the-named-file\n");
    let path = scene.path().join("named");
    let scene = scene.variable("DB_PASSWORD_FILE", path.clone());
    assert!(is(&scene.password(), "from-the-named-file"));
    let scene = scene.variable("DB_PASSWORD", "hunter2");
    assert_eq!(
        scene.lines::<App>(),
        "DB_PASSWORD: env://DB_PASSWORD: conflict in env: DB_PASSWORD and DB_PASSWORD_FILE are both set (from env DB_PASSWORD)",
    );
    let scene = Scene::new().variable("DB_PASSWORD_FILE", "/nowhere");
    assert_eq!(
        scene.lines::<App>(),
        "DB_PASSWORD: env://DB_PASSWORD: malformed in env: DB_PASSWORD_FILE names /nowhere, which is not there (from env \
         DB_PASSWORD)",
    );
}

#[test]
fn a_missing_setting_tells_every_place() {
    assert_eq!(
        Scene::new().lines::<App>(),
        "DB_PASSWORD: not found; looked in env DB_PASSWORD, env DB_PASSWORD_FILE, env db-password, env db-password_FILE, \
         /mounted/DB_PASSWORD, /mounted/db-password, .env",
    );
}

#[test]
fn a_reference_is_followed_wherever_it_stands() {
    let scene = Scene::new().file("elsewhere", "from-elsewhere\n");
    let reference = format!("file://{}", scene.path().join("elsewhere").display());
    let scene = scene.file(".env", &format!("DB_PASSWORD={reference}\n"));
    assert!(is(&scene.password(), "from-elsewhere"));
    let scene =
        Scene::new().file(".env", "OTHER=from-another-key\n").variable("DB_PASSWORD", "dotenv://.env#OTHER");
    assert!(is(&scene.password(), "from-another-key"));
}

#[test]
fn the_file_says_where_a_name_lives_and_what_must_be_true_of_it() {
    let more = "[secrets]\nDB_PASSWORD = \"file://elsewhere\"\n[settings.PORT]\ntype = \"port\"\ndefault = 1\nmin = 1024\n";
    let scene =
        Scene::new().toml(more).file("elsewhere", "from-elsewhere\n").variable("DB_PASSWORD", "hunter2");
    let app = scene.load::<App>().expect("it loads");
    assert!(is(&app.db_password, "from-elsewhere"));
    assert_eq!(app.port, 8080);
    let scene = scene.variable("PORT", "80");
    assert_eq!(
        scene.lines::<App>(),
        "PORT: out of range (allowed: 1024 or more) (from env PORT; value withheld)"
    );
}

#[test]
fn a_file_of_an_environment_is_above_the_common_one() {
    let scene = Scene::new()
        .file(".env", "DB_PASSWORD=a-common-password\nENVIRONMENT=staging\n")
        .file(".env.staging", "DB_PASSWORD=a-staging-password\n");
    assert!(is(&scene.password(), "a-staging-password"));
    assert!(is(&scene.in_environment("development").password(), "a-common-password"));
}

#[test]
fn production_is_strict_about_values_and_files() {
    let scene =
        Scene::new().file(".env", "DB_PASSWORD=changeme-changeme\nDEBUG=1\n").in_environment("production");
    fs::set_permissions(scene.path().join(".env"), fs::Permissions::from_mode(0o644)).expect("a mode");
    assert_eq!(
        scene.lines::<App>(),
        ".env: others on this machine can read it\n\
         DB_PASSWORD: a placeholder (from .env:1; value withheld)\n\
         DEBUG: must be off here (from .env:2; value withheld)",
    );
    let scene = Scene::new().file(".env", &format!("DB_PASSWORD={STRONG}\n")).in_environment("production");
    assert!(is(&scene.password(), STRONG));
}

#[test]
fn a_file_that_cannot_be_parsed_stops_the_load() {
    let scene = Scene::new().file(".env", "DB_PASSWORD='hunter2").variable("DB_PASSWORD", STRONG);
    assert_eq!(
        scene.lines::<App>(),
        ".env: cannot be read: .env:1:13 DB_PASSWORD: the quote opened here is never closed",
    );
}

#[test]
fn a_mistake_in_the_configuration_has_its_place() {
    let scene = Scene::new().toml("[settings.PORT]\ntpye = \"port\"\n"); // typos: on purpose
    assert_eq!(scene.lines::<App>(), "/reticent.toml:4:1: settings.PORT.tpye: unknown key"); // typos: on purpose
}

#[test]
fn a_secret_with_a_path_for_a_name_is_found_as_a_variable() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::parse("[secrets]\n\"db/password\" = {}\n", folder.path().join("reticent.toml"));
    let variables = BTreeMap::from([("DB_PASSWORD".to_owned(), OsString::from(STRONG))]);
    let places = Places::usual().with_config(config.expect("it is right")).with_variables(variables);
    let prepared = places.prepare().expect("it is prepared");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let resolution = runtime.block_on(prepared.loader().resolve(prepared.schema()));
    assert!(resolution.value("db/password").is_some_and(|value| is(value, STRONG)));
}

#[test]
fn settings_are_loaded_once_a_process_where_they_are_shared() {
    #[derive(Settings, Debug)]
    struct Shared {
        #[setting(default = 1, name = "RETICENT_TEST_OF_SHARED_SETTINGS")]
        number: u8,
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let (first, second) = runtime.block_on(async { tokio::join!(Shared::shared(), Shared::shared()) });
    let (first, second) = (first.expect("it loads"), second.expect("it loads"));
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    assert_eq!(first.number, 1);
}

#[test]
fn what_is_declared_is_checked_without_a_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[secrets]\nAPI_KEY = \"env://OTHER\"\nDSN = { optional = true, about = \"errors\" }\n[settings.PORT]\ntype = \"port\"\n";
    let config = Config::parse(text, folder.path().join("reticent.toml")).expect("it is right");
    let variables = BTreeMap::from([("PORT".to_owned(), OsString::from("hunter2"))]);
    let prepared =
        Places::usual().with_config(config).with_variables(variables).prepare().expect("it is prepared");
    let names: Vec<_> = prepared.schema().settings().iter().map(|setting| setting.name()).collect();
    assert_eq!(names, ["PORT", "API_KEY", "DSN"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let report = runtime.block_on(prepared.loader().check(prepared.schema()));
    let lines = report.to_string();
    assert!(
        lines.starts_with(
            "PORT: expected a whole number 0–65535 (from env PORT; value withheld)\nAPI_KEY: not found; "
        ),
        "{lines}"
    );
    assert_eq!(report.items().len(), 3);
}
