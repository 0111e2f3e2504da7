//! Settings and policies as `reticent.toml` declares them, for a program in any language.

mod policy;
mod rules;
mod setting;

use crate::policy::Policies;
use crate::schema::Schema;
use crate::toml::{Document, Reader, TomlError};

/// `[settings.NAME]` and `[policies.ENVIRONMENT]` of a document; other tables are somebody else's.
///
/// ```
/// use reticent_config::{Declarations, Kind, Rule};
///
/// let declared = Declarations::parse(
///     r#"
///     [settings.PORT]
///     type = "port"
///     default = 8080
///
///     [settings.DB_PASSWORD]
///     type = "secret"
///     about = "Password of the application's role"
///     alias = "db-password"
///     required-when = "POSTGRES_ENABLED"
///     min-len = 16
///
///     [policies.production]
///     rules = [{ names = "*_TOKEN", min-len = 32 }]
///     "#,
/// )?;
/// let password = declared.schema().find("DB_PASSWORD").expect("it is declared");
/// assert_eq!((password.kind(), password.rules()), (&Kind::Secret, &[Rule::MinLen(16)][..]));
/// assert!(declared.policies().of("production").is_some());
/// # Ok::<(), reticent_config::toml::TomlError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Declarations {
    schema: Schema,
    policies: Policies,
}

impl Default for Declarations {
    /// No settings, and the builtin policies.
    fn default() -> Self {
        Self { schema: Schema::new(), policies: Policies::builtin() }
    }
}

impl Declarations {
    /// Reads a whole document.
    ///
    /// # Errors
    /// [`TomlError`] with the place of the first mistake, and no value.
    pub fn parse(text: &str) -> Result<Self, TomlError> {
        Self::read(&Document::parse(text)?.root())
    }

    /// Reads the two tables of a document.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn read(root: &Reader<'_>) -> Result<Self, TomlError> {
        let mut schema = Schema::new();
        if let Some(item) = root.item("settings") {
            for (name, item) in item.table()?.items() {
                if schema.find(name).is_some() {
                    return Err(item.error("this setting is declared twice, in another case"));
                }
                schema.add(setting::read(name, &item)?);
            }
        }
        let mut policies = Policies::builtin();
        if let Some(item) = root.item("policies") {
            for (name, item) in item.table()?.items() {
                policies = policies.with(policy::read(name, &item, &Policies::builtin())?);
            }
        }
        if let Some(item) = root.item("environments") {
            for (name, _) in item.table()?.items() {
                policies = policies.with_environment(name);
            }
        }
        Ok(Self { schema, policies })
    }

    /// Returns the settings.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the builtin policies, changed and added to.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.policies
    }
}
