//! Typed settings from the usual places: the environment, mounted secrets, `.env`, and what they refer to.
//!
//! The decision: `reticent-config` is given its layers, and here they are built, in the order that `reticent.toml`
//! says or the usual one. The cost is that a name is read by a layer and not by the resolver, so that it matches in
//! any case; a reference that a layer holds is the resolver's again.

mod error;
mod layers;
mod places;
mod shared;
mod unread;

use std::future::Future;
use std::sync::Arc;

use reticent_config::Schema;

pub use error::LoadError;
pub use places::{Places, Prepared};
pub use unread::Referred;

/// Loads a struct of settings. Derive `Settings`, which is of the same name.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::ffi::OsString;
/// use reticent::core::Secret;
/// use reticent::settings::{Places, Settings};
///
/// #[derive(reticent::Settings, Debug)]
/// struct App {
///     /// Where the service listens
///     #[setting(default = 8080)]
///     port: u16,
///     /// Password of the application's role
///     #[setting(alias = "db-password", min_len = 12)]
///     db_password: Secret,
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let variables = BTreeMap::from([("db_password".to_owned(), OsString::from("q8Zt0vLw2nXc"))]);
/// let places = Places::usual().with_variables(variables); // a program writes `App::load().await?`
/// # let places = places.in_folder(folder.path());
/// let app = App::load_from(&places).await?;
/// assert_eq!((app.port, app.db_password.len()), (8080, 12));
/// # Ok::<(), reticent::settings::LoadError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Settings: reticent_config::Settings + Send {
    /// Returns the schema, from which `.env.example` and the other documents are made.
    #[must_use]
    fn schema() -> Schema {
        <Self as reticent_config::Settings>::schema()
    }

    /// Loads from the usual places, by `reticent.toml` if there is one.
    ///
    /// # Errors
    /// [`LoadError`]: every missing or invalid setting at once, or a mistake in `reticent.toml`.
    fn load() -> impl Future<Output = Result<Self, LoadError>> + Send {
        async { Self::load_from(&Places::usual()).await }
    }

    /// Loads from `places`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn load_from(places: &Places) -> impl Future<Output = Result<Self, LoadError>> + Send {
        async move {
            let prepared = places.prepare()?;
            let schema = prepared.refined(<Self as reticent_config::Settings>::schema());
            Ok(prepared.loader().load_with(&schema).await?)
        }
    }

    /// Loads as [`load`](Self::load) does, once in a process: whoever asks first loads, and all hold the same.
    ///
    /// A failure is not kept; the next one to ask tries again.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn shared() -> impl Future<Output = Result<Arc<Self>, LoadError>> + Send
    where
        Self: Sync + 'static,
    {
        shared::once(Self::load)
    }
}

impl<T: reticent_config::Settings + Send> Settings for T {}
