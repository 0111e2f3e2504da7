//! Where settings are looked for: every part has its usual value and can be given.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use reticent_config::{Condition, Kind, Layer, Loader, Required, Schema, Setting};
use reticent_core::Schemes;
use reticent_core::hooks::{Actor, Hooks};
use reticent_provider_env::{Environment, ProcessEnvironment};

use super::layers;
use crate::setup::{Config, Declared, Setup, SetupError};

/// The schemes whose values are followed where they are references again.
pub(super) const LOCAL: [&str; 4] = ["dotenv", "env", "file", "systemd"];

/// The places that settings come from.
///
/// ```
/// use reticent::settings::Places;
/// use reticent::setup::Config;
///
/// # let folder = tempfile::tempdir()?;
/// let config = Config::parse("[settings.PORT]\ntype = \"port\"\n", folder.path().join("reticent.toml"))?;
/// let prepared = Places::usual().with_config(config).with_environment("staging").prepare()?;
/// assert_eq!(prepared.schema().settings().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Places {
    folder: Option<PathBuf>,
    config: Option<Config>,
    setup: Option<Setup>,
    variables: Arc<dyn Environment>,
    environment: Option<String>,
    above: Vec<Arc<dyn Layer>>,
    pub(crate) hooks: Hooks,
    actor: Actor,
}

/// The places, opened: a loader, and what `reticent.toml` declares.
///
/// ```
/// use reticent::settings::Places;
///
/// # let folder = tempfile::tempdir()?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let prepared = Places::usual().in_folder(folder.path()).with_environment("development").prepare()?;
/// assert!(prepared.loader().check(prepared.schema()).await.is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Prepared {
    loader: Loader,
    schema: Schema,
    setup: Setup,
}

impl Places {
    /// Takes the environment of the process, and `reticent.toml` in the working directory or above it.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            folder: None,
            config: None,
            setup: None,
            variables: Arc::new(ProcessEnvironment),
            environment: None,
            above: Vec::new(),
            hooks: Hooks::none(),
            actor: Actor::default(),
        }
    }

    /// Looks for `reticent.toml` and `.env` from this folder on.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Takes this configuration, and looks for none.
    #[must_use]
    pub fn with_config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// Takes the configuration and the sources of `setup`, so that both read a secret once and log in once.
    #[must_use]
    pub fn with_setup(mut self, setup: Setup) -> Self {
        self.setup = Some(setup);
        self
    }

    /// Takes these variables instead of those of the process.
    #[must_use]
    pub fn with_variables(mut self, variables: impl Environment + 'static) -> Self {
        self.variables = Arc::new(variables);
        self
    }

    /// Says which environment it is, instead of the setting `ENVIRONMENT`.
    #[must_use]
    pub fn with_environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// Adds a layer above all others, below those that were added so: a command line's options.
    #[must_use]
    pub fn with_layer(mut self, layer: impl Layer + 'static) -> Self {
        self.above.push(Arc::new(layer));
        self
    }

    /// Lets `hooks` decide, record and mask each read of a secret, which `actor` makes.
    #[must_use]
    pub fn with_hooks(mut self, hooks: Hooks, actor: Actor) -> Self {
        self.hooks = hooks;
        self.actor = actor;
        self
    }

    /// Finds the configuration, and builds the layers and the resolver behind them.
    ///
    /// # Errors
    /// [`SetupError`] when the configuration is not as it should be, or there is no working directory.
    pub fn prepare(&self) -> Result<Prepared, SetupError> {
        let setup = match &self.setup {
            Some(setup) => setup.clone(),
            None => Setup::with_hooks(self.find_config()?, None, self.hooks.clone(), self.actor.clone())?,
        };
        let config = setup.config().clone();
        let mut loader = Loader::new()
            .with_policies(config.declarations().policies().clone())
            .with_hooks(self.hooks.clone(), self.actor.clone())
            .with_source(setup.schemes(), setup.resolver().clone())
            .with_following(Schemes::of(LOCAL));
        if let Some(environment) = &self.environment {
            loader = loader.with_environment(environment);
        }
        loader = self.above.iter().cloned().fold(loader, Loader::with_shared_layer);
        loader = layers::add(loader, &config, &self.variables, setup.resolver());
        let schema = with_secrets(config.declarations().schema().clone(), &config)?;
        Ok(Prepared { loader, schema, setup })
    }

    fn find_config(&self) -> Result<Config, SetupError> {
        if let Some(config) = &self.config {
            return Ok(config.clone());
        }
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => std::env::current_dir()
                .map_err(|error| SetupError::new("there is no working directory").with_cause(error))?,
        };
        Config::discover(&folder)
    }
}

/// Adds the declared secrets. `[secrets]` says where, `[settings]` says what; a name in both is one setting. A secret must
/// be there in the environments that declare it so, as `run` has it.
fn with_secrets(mut schema: Schema, config: &Config) -> Result<Schema, SetupError> {
    let environments = config.declarations().policies().names();
    let mut all: Vec<(Declared, Vec<String>)> =
        config.secrets(None)?.into_iter().map(|declared| (declared, Vec::new())).collect();
    for environment in &environments {
        let own = config.has_environment(environment).then_some(*environment);
        for declared in config.secrets(own)? {
            let index = all.iter().position(|(known, _)| known.name() == declared.name());
            let index = index.unwrap_or(all.len());
            if index == all.len() {
                all.push((declared.clone(), Vec::new()));
            }
            if !declared.is_optional() {
                all[index].1.push((*environment).to_owned());
            }
        }
    }
    for (declared, required_in) in all {
        if schema.find(declared.name().as_str()).is_some() {
            continue;
        }
        let required = match required_in.len() {
            0 => Required::Never,
            count if count == environments.len() => Required::Always,
            _ => Required::When(vec![Condition::in_environments(required_in)]),
        };
        schema.add(as_setting(&declared, required));
    }
    Ok(schema)
}

/// A line of `[secrets]` as a setting; `db/password` is also looked for as `DB_PASSWORD`.
fn as_setting(declared: &Declared, required: Required) -> Setting {
    let name = declared.name().as_str();
    let setting = Setting::new(name, Kind::Secret)
        .with_required(required)
        .with_about(declared.about().unwrap_or_default());
    let variable: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    if setting.answers_to(&variable) { setting } else { setting.with_alias(variable) }
}

impl Prepared {
    /// Returns the loader over the places.
    #[must_use]
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// Returns what `reticent.toml` declares: its settings, and its secrets as settings.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        self.setup.config()
    }

    /// Returns the sources behind the places.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Adds to the settings of a program what `reticent.toml` says about them: rules, other names, and that they must
    /// be there.
    #[must_use]
    pub fn refined(&self, mut schema: Schema) -> Schema {
        schema.refine(self.config().declarations().schema());
        schema
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places")
            .field("folder", &self.folder)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
