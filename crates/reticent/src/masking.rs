//! Lets a program's secrets be known to what masks them.

use std::sync::Arc;

use reticent_core::hooks::{Actor, Hooks};
use reticent_redact::Values;

use crate::settings::Places;
use crate::setup::{Config, Setup, SetupError};

impl Setup {
    /// Builds as [`of`](Self::of) does, and lets `values` learn each secret before it is handed out.
    ///
    /// A program with a gate or a recorder calls [`with_hooks`](Self::with_hooks), and gives its hooks the values as
    /// their masker.
    ///
    /// ```
    /// use reticent::redact::{Redactor, Values};
    /// use reticent::setup::{Config, Setup};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join(".env"), "DB_PASSWORD=plum-Garden-42\n")?;
    /// # let base = folder.path();
    /// let values = Values::new();
    /// let setup = Setup::masking(Config::without_file(base), None, &values)?;
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    /// # runtime.block_on(async {
    /// let password = setup.resolver().get("DB_PASSWORD").await?;
    /// # drop(password);
    /// let redactor = Redactor::new(&values);
    /// assert_eq!(redactor.redact_text("me:plum-Garden-42@db"), "me:[REDACTED:DB_PASSWORD]@db");
    /// # Ok::<(), reticent::core::SourceError>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn masking(config: Config, environment: Option<&str>, values: &Values) -> Result<Self, SetupError> {
        let hooks = Hooks::none().with_masker(Arc::new(values.clone()));
        Self::with_hooks(config, environment, hooks, Actor::default())
    }
}

impl Places {
    /// Lets `values` learn each secret before it is handed out, beside the hooks that are set already.
    ///
    /// ```
    /// use reticent::Settings;
    /// use reticent::core::Secret;
    /// use reticent::redact::{Redactor, Values};
    /// use reticent::settings::{Places, Settings as _};
    ///
    /// #[derive(Settings, Debug)]
    /// struct App {
    ///     db_password: Secret,
    /// }
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join(".env"), "DB_PASSWORD=plum-Garden-42\n")?;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
    /// let values = Values::new();
    /// let places = Places::usual().masking(&values);
    /// # let places = places.in_folder(folder.path());
    /// let app = App::load_from(&places).await?;
    /// # drop(app);
    /// let redactor = Redactor::new(&values);
    /// assert_eq!(redactor.redact_text("me:plum-Garden-42@db"), "me:[REDACTED:DB_PASSWORD]@db");
    /// # Ok::<(), reticent::settings::LoadError>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn masking(mut self, values: &Values) -> Self {
        self.hooks = self.hooks.with_masker(Arc::new(values.clone()));
        self
    }
}
