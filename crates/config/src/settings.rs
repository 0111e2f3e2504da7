//! The traits between a Rust type and a schema; the derive writes their implementations.
//!
//! The decision: a struct says twice what its fields are, once into a [`Schema`] and once out of [`Values`], and both
//! go through the same [`Field`], so they cannot differ. serde has no part in it: it would stop at the first error
//! and repeat the value.

mod field;
mod value;
mod values;

pub use field::{Field, Group};
pub use value::{ByText, Expected, FromValue, FromVec, from_text, from_words};
pub use values::Values;

use crate::schema::Schema;

/// A struct whose fields are settings. Derive it.
///
/// ```
/// use reticent_config::{Loader, MapLayer, Settings};
/// use reticent_config::core::Secret;
///
/// #[derive(Settings)]
/// struct App {
///     /// Where the service listens
///     #[setting(default = 8080)]
///     port: u16,
///     postgres: Postgres,
/// }
///
/// #[derive(Settings)]
/// struct Postgres {
///     /// Password of the application's role
///     #[setting(alias = "db-password", min_len = 16, not_placeholder)]
///     password: Secret,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let layer = MapLayer::new("env").with("postgres_password", "q8Zt0vLw2nXc5Rb7");
/// let app: App = Loader::new().with_layer(layer).load().await?;
/// assert_eq!((app.port, app.postgres.password.len()), (8080, 16));
/// # Ok::<(), reticent_config::SettingsError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A type that does not fit its attributes does not compile: what is required only sometimes is an `Option`.
///
/// ```compile_fail,E0080
/// #[derive(reticent_config::Settings)]
/// struct App {
///     #[setting(required_in = "production")]
///     sentry_dsn: String,
/// }
/// ```
///
/// A secret is kept in a type whose `Debug` shows nothing.
///
/// ```compile_fail,E0080
/// #[derive(reticent_config::Settings)]
/// struct App {
///     #[setting(secret)]
///     api_key: String,
/// }
/// ```
///
/// A type that no value can be read into is refused.
///
/// ```compile_fail,E0277
/// #[derive(reticent_config::Settings)]
/// struct App {
///     since: std::time::Instant,
/// }
/// ```
pub trait Settings: Sized {
    /// What every name begins with when the struct is the outermost one.
    const PREFIX: &'static str = "";

    /// Adds the settings of the fields, which stand in `group`, to `schema`.
    fn declare(group: &Group, schema: &mut Schema);

    /// Takes the fields out of `values`; `None` when one of them is missing or invalid, which `values` then tells.
    fn extract(group: &Group, values: &mut Values) -> Option<Self>;

    /// Returns the schema.
    #[must_use]
    fn schema() -> Schema {
        let mut schema = Schema::new();
        Self::declare(&Group::root(Self::PREFIX), &mut schema);
        schema
    }
}

/// The type of a field: a value, an `Option` of one, or a nested struct.
///
/// Implement [`FromValue`] for a type of your own; this follows from it.
///
/// ```
/// use reticent_config::{FromSetting, Settings};
///
/// #[derive(Settings)]
/// struct Cache {
///     host: String,
///     port: Option<u16>,
/// }
///
/// assert!(<Option<u16> as FromSetting>::MAY_BE_ABSENT);
/// assert!(!<Cache as FromSetting>::MAY_BE_ABSENT);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a setting",
    label = "not a setting",
    note = "implement `FromValue` for it, write `#[setting(from_str)]` if it implements `FromStr`, or derive `Settings` \
            if it is a struct of settings or an enum of words"
)]
pub trait FromSetting: Sized {
    /// Whether a value exists for a setting that is absent.
    const MAY_BE_ABSENT: bool = false;

    /// Whether `Debug` of it shows the value.
    const SHOWS_VALUE: bool = false;

    /// Adds the setting, or the settings of a nested struct.
    fn declare(field: Field, schema: &mut Schema);

    /// Tells whether there is something to take.
    fn is_present(field: &Field, values: &Values) -> bool;

    /// Takes the value.
    fn extract(field: &Field, values: &mut Values) -> Option<Self>;
}

impl<T: FromValue> FromSetting for T {
    const SHOWS_VALUE: bool = T::SHOWS_VALUE;

    fn declare(field: Field, schema: &mut Schema) {
        schema.add_field(field.into_setting(T::kind()));
    }

    fn is_present(field: &Field, values: &Values) -> bool {
        values.has(field.name())
    }

    fn extract(field: &Field, values: &mut Values) -> Option<Self> {
        values.take(field.name())
    }
}

impl<T: FromSetting> FromSetting for Option<T> {
    const MAY_BE_ABSENT: bool = true;
    const SHOWS_VALUE: bool = T::SHOWS_VALUE;

    fn declare(field: Field, schema: &mut Schema) {
        T::declare(field.optional(), schema);
    }

    fn is_present(_: &Field, _: &Values) -> bool {
        true
    }

    fn extract(field: &Field, values: &mut Values) -> Option<Self> {
        if T::is_present(field, values) { T::extract(field, values).map(Some) } else { Some(None) }
    }
}

/// The parts of [`FromSetting`] that the derive writes for a struct; not for callers.
#[doc(hidden)]
pub mod nested {
    use super::{Field, Schema, Settings, Values};

    pub fn declare<T: Settings>(field: Field, schema: &mut Schema) {
        T::declare(&field.into_group(), schema);
    }

    pub fn is_present(field: &Field, values: &Values) -> bool {
        values.holds_all(&field.clone().optional().into_group().conditions)
    }

    pub fn extract<T: Settings>(field: &Field, values: &mut Values) -> Option<T> {
        T::extract(&field.clone().into_group(), values)
    }
}
