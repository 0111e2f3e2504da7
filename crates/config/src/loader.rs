//! From layers and a schema to values and a report.
//!
//! The decision: everything is looked for, read and judged before anything is refused, so that one run shows every
//! problem. A loader is data that its caller gives: it reads no environment and opens no file itself.

mod conditions;
mod fetch;
mod judged;
mod missing;

use std::fmt;
use std::sync::Arc;

use reticent_core::hooks::{Actor, Hooks};
use reticent_core::{Clock, Schemes, Secret, SecretSource, SystemClock};

use crate::error::SettingsError;
use crate::layer::Layer;
use crate::policy::Policies;
use crate::report::{Item, Problem, Report, Status};
use crate::schema::{Kind, Schema, Setting};
use crate::settings::{Settings, Values};

pub(crate) use conditions::hold;
pub(crate) use fetch::Found;
use fetch::Names;

/// The name of the setting that tells in which environment a program runs.
const ENVIRONMENT: &str = "ENVIRONMENT";

/// Where a program runs if nobody says so.
const USUAL_ENVIRONMENT: &str = "development";

/// Reads settings from layers, first that has the name, and judges them.
///
/// ```
/// use reticent_config::{Loader, MapLayer, Kind, Schema, Setting};
/// use reticent_config::core::Schemes;
/// use reticent_testkit::MemorySource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let vault = MemorySource::new("vault").with("mem://prod/db", "q8Zt0vLw2nXc5Rb7");
/// let loader = Loader::new()
///     .with_layer(MapLayer::new("env").with("db_password", "mem://prod/db"))
///     .with_source(Schemes::of(["mem"]), vault);
/// let resolution = loader.resolve(&Schema::new().with(Setting::new("DB_PASSWORD", Kind::Secret))).await;
/// assert!(resolution.report().is_ok());
/// assert_eq!(resolution.value("DB_PASSWORD").map(|secret| secret.len()), Some(16));
/// assert_eq!(resolution.report().items()[0].reference(), Some("mem://prod/db"));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Loader {
    layers: Vec<Arc<dyn Layer>>,
    source: Option<Arc<dyn SecretSource>>,
    schemes: Schemes,
    following: Schemes,
    environment: Option<String>,
    policies: Policies,
    files: Vec<FileFact>,
    hooks: Hooks,
    actor: Actor,
    clock: Arc<dyn Clock>,
}

/// What is known about a file of values: its path and its permission bits.
///
/// ```
/// use reticent_config::{FileFact, Loader, Schema};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let loader = Loader::new().with_environment("production").with_file(FileFact::with_mode(".env", 0o644));
/// let report = loader.check(&Schema::new()).await;
/// assert_eq!(report.to_string(), ".env: others on this machine can read it");
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFact {
    path: String,
    mode: u32,
}

impl FileFact {
    /// Describes a file by the permission bits of Unix.
    #[must_use]
    pub fn with_mode(path: impl Into<String>, mode: u32) -> Self {
        Self { path: path.into(), mode }
    }
}

impl Loader {
    /// Makes a loader without layers, with the builtin policies.
    #[must_use]
    pub fn new() -> Self {
        Self {
            layers: Vec::new(),
            source: None,
            schemes: Schemes::default(),
            following: Schemes::default(),
            environment: None,
            policies: Policies::builtin(),
            files: Vec::new(),
            hooks: Hooks::none(),
            actor: Actor::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Adds a layer below those that are there.
    #[must_use]
    pub fn with_layer(self, layer: impl Layer + 'static) -> Self {
        self.with_shared_layer(Arc::new(layer))
    }

    /// Adds a layer below those that are there.
    #[must_use]
    pub fn with_shared_layer(mut self, layer: Arc<dyn Layer>) -> Self {
        self.layers.push(layer);
        self
    }

    /// Follows text in a layer that begins with one of `schemes`, by asking `source`.
    #[must_use]
    pub fn with_source(mut self, schemes: Schemes, source: impl SecretSource + 'static) -> Self {
        self.schemes = schemes;
        self.source = Some(Arc::new(source));
        self
    }

    /// Follows what references of these schemes lead to as well, where that is a reference again: they are local, and
    /// whoever writes there is trusted. A value from a server is never followed.
    #[must_use]
    pub fn with_following(mut self, local: Schemes) -> Self {
        self.following = local;
        self
    }

    /// Says which environment it is; otherwise the setting `ENVIRONMENT` does, and without it it is development.
    #[must_use]
    pub fn with_environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// Judges by these policies instead of the builtin ones.
    #[must_use]
    pub fn with_policies(mut self, policies: Policies) -> Self {
        self.policies = policies;
        self
    }

    /// Judges who can read this file, too.
    #[must_use]
    pub fn with_file(mut self, file: FileFact) -> Self {
        self.files.push(file);
        self
    }

    /// Lets `hooks` decide, record and mask each read of a secret, which `actor` makes.
    #[must_use]
    pub fn with_hooks(mut self, hooks: Hooks, actor: Actor) -> Self {
        self.hooks = hooks;
        self.actor = actor;
        self
    }

    /// Counts ages from the time of this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Returns the policies.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Reads and judges the settings of `T`.
    ///
    /// # Errors
    /// [`SettingsError`] with every problem at once.
    pub async fn load<T: Settings>(&self) -> Result<T, SettingsError> {
        self.load_with(&T::schema()).await
    }

    /// Does as [`load`](Self::load) by a schema that says more than the type: rules of `reticent.toml`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_with<T: Settings>(&self, schema: &Schema) -> Result<T, SettingsError> {
        let Resolution { report, found, .. } = self.resolve(schema).await;
        let mut values = Values::new(report, found);
        let settings = T::extract(&crate::settings::Group::root(T::PREFIX), &mut values);
        match (settings, values.into_report()) {
            (Some(settings), report) if report.is_ok() => Ok(settings),
            (_, report) => Err(SettingsError::new(report)),
        }
    }

    /// Reads and judges the settings of `schema`, and gives the report alone.
    pub async fn check(&self, schema: &Schema) -> Report {
        self.resolve(schema).await.report
    }

    /// Reads and judges the settings of `schema`.
    pub async fn resolve(&self, schema: &Schema) -> Resolution {
        let mut broken = Vec::new();
        let mut items: Vec<Item> = schema.contradictions().iter().map(|name| contradiction(name)).collect();
        let names = Names::of(&self.layers, &mut broken).await;
        let environment = self.find_environment(&names, &mut items).await;
        let is_missed =
            |broken: &fetch::Broken| broken.environment.as_ref().is_none_or(|own| *own == environment);
        items.extend(broken.into_iter().filter(is_missed).map(|broken| broken.item));
        let schema = conditions::with_switches(match self.policies.of(&environment) {
            Some(policy) => policy.apply(schema),
            None => schema.clone(),
        });
        let fetched = self.fetch(&schema, &names, &environment).await;
        let mut report = Report::new(environment);
        items.into_iter().for_each(|item| report.push(item));
        self.judge_files(&mut report);
        let found = self.judge(&schema, fetched, &names, &mut report);
        Resolution { report, schema, found }
    }

    /// The environment that was given, or the one that the layers tell.
    async fn find_environment(&self, names: &Names<'_>, items: &mut Vec<Item>) -> String {
        let (word, place) = match &self.environment {
            Some(given) => (Some(Secret::copy_of(given.as_bytes())), "as given".to_owned()),
            None => self.read_environment(names).await,
        };
        let Some(word) = word.filter(|word| !word.is_empty()) else { return USUAL_ENVIRONMENT.to_owned() };
        #[expect(clippy::disallowed_methods, reason = "compared with the known environments, and not kept")]
        let known = word.expose_text().ok().and_then(|word| self.policies.canonical(word));
        known.unwrap_or_else(|| {
            let message = format!("expected one of {}", self.policies.names().join(", "));
            let problem = Problem::new("environment", message)
                .about_value()
                .with_remedy("declare another environment as [policies.NAME] in reticent.toml");
            let kind = Kind::Choice(Vec::new());
            items.push(Item::new(ENVIRONMENT, kind.as_str()).found_at(place).with_problem(problem));
            // An unknown environment is judged as the strictest one: nothing slips through a misspelling.
            "production".to_owned()
        })
    }

    async fn read_environment(&self, names: &Names<'_>) -> (Option<Secret>, String) {
        let setting = Setting::new(ENVIRONMENT, Kind::Text);
        let schema = Schema::new().with(setting.clone());
        let mut fetched = self.fetch(&schema, names, USUAL_ENVIRONMENT).await;
        match fetched.pop().map(|fetched| fetched.outcome) {
            Some(fetch::Outcome::Found(found)) => (Some(found.value), found.place),
            _ => (None, String::new()),
        }
    }

    fn judge_files(&self, report: &mut Report) {
        let private =
            self.policies.of(report.environment()).is_some_and(|policy| policy.wants_private_files());
        for file in &self.files {
            let message = match (file.mode & 0o007 != 0, file.mode & 0o070 != 0) {
                (true, _) => "others on this machine can read it",
                (_, true) => "its group can read it",
                _ => continue,
            };
            let problem = Problem::new("file-mode", message).with_remedy(format!("chmod 600 {}", file.path));
            let mut item = Item::new(file.path.as_str(), "file");
            match private && file.mode & 0o007 != 0 {
                true => item.add_problem(Status::Invalid, problem),
                false => item.add_warning(problem),
            }
            report.push(item);
        }
    }
}

fn contradiction(name: &str) -> Item {
    let problem = Problem::new("schema", "declared twice, with different forms");
    Item::new(name, "schema").with_problem(problem.with_remedy("give one of the two fields another name"))
}

impl Default for Loader {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("layers", &self.layers)
            .field("schemes", &self.schemes)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// The report and the values behind it.
///
/// `Debug` shows the report.
///
/// ```
/// use reticent_config::{Kind, Loader, MapLayer, Schema, Setting};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let loader = Loader::new().with_layer(MapLayer::new("env").with("A", "1"));
/// let resolution = loader.resolve(&Schema::new().with(Setting::new("A", Kind::Secret))).await;
/// let values: Vec<_> = resolution.values().map(|(name, secret)| (name, secret.len())).collect();
/// assert_eq!(values, [("A", 1)]);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Resolution {
    report: Report,
    schema: Schema,
    found: Vec<Found>,
}

impl Resolution {
    /// Returns what was found, and every problem.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns the schema by which it was judged: what was declared, and what the policy asks.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the value of a setting, in any case of its name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Secret> {
        self.found.iter().find(|found| found.name.eq_ignore_ascii_case(name)).map(|found| &found.value)
    }

    /// Returns each setting that has a value, in the order of the schema; defaults among them.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.found.iter().map(|found| (found.name.as_str(), &found.value))
    }
}

impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolution").field("report", &self.report).finish_non_exhaustive()
    }
}
