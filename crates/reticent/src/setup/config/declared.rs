//! `[secrets]`: one line for each secret that a program declares.

use std::time::Duration;

use reticent_config::toml::{Item, Reader, TomlError};
use reticent_core::{Schemes, SecretName, SecretRef};

use super::places::reference;

/// One secret that a program declares.
///
/// ```
/// use std::time::Duration;
/// use reticent::setup::Config;
///
/// let text = "[secrets]\nDSN = { optional = true, about = \"errors\", max-age = \"90d\" }";
/// let config = Config::parse(text, "/srv/reticent.toml")?;
/// let declared = &config.secrets(None)?[0];
/// assert!(declared.is_optional() && declared.places().is_empty());
/// assert_eq!(declared.about(), Some("errors"));
/// assert_eq!(config.max_age("DSN", None), Some(Duration::from_secs(90 * 86_400)));
/// # Ok::<(), reticent::setup::SetupError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    name: SecretName,
    places: Vec<SecretRef>,
    optional: bool,
    about: Option<String>,
    pub(super) max_age: Option<MaxAge>,
}

/// How old a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MaxAge {
    Any,
    AtMost(Duration),
}

impl MaxAge {
    pub(super) fn limit(self) -> Option<Duration> {
        match self {
            Self::Any => None,
            Self::AtMost(limit) => Some(limit),
        }
    }
}

impl Declared {
    /// Returns what the program calls it.
    #[must_use]
    pub fn name(&self) -> &SecretName {
        &self.name
    }

    /// Returns where it is looked for, in order; empty means the usual order of sources.
    #[must_use]
    pub fn places(&self) -> &[SecretRef] {
        &self.places
    }

    /// Tells whether the program starts without it.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// Returns what it is for.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }
}

pub(super) fn secrets(table: &Reader<'_>, schemes: &Schemes) -> Result<Vec<Declared>, TomlError> {
    table.items().into_iter().map(|(name, item)| declared(name, &item, schemes)).collect()
}

fn declared(name: &str, item: &Item<'_>, schemes: &Schemes) -> Result<Declared, TomlError> {
    let name = SecretName::parse(name).map_err(|error| item.error(format!("not a name: {error}")))?;
    let places = |items: Vec<Item<'_>>| -> Result<Vec<SecretRef>, TomlError> {
        items.iter().map(|item| reference(item, schemes)).collect()
    };
    if !item.is_table() {
        let places = places(item.texts()?)?;
        return Ok(Declared { name, places, optional: false, about: None, max_age: None });
    }
    let table = item.table()?;
    table.only(&["from", "optional", "about", "max-age"])?;
    Ok(Declared {
        name,
        places: places(table.item("from").map_or(Ok(Vec::new()), |item| item.texts())?)?,
        optional: table.item("optional").map_or(Ok(false), |item| item.flag())?,
        about: table.item("about").map(|item| item.text().map(str::to_owned)).transpose()?,
        max_age: table.item("max-age").map(|item| max_age(&item)).transpose()?,
    })
}

/// Reads how old a value may be: a duration, or `"any"`.
pub(super) fn max_age(item: &Item<'_>) -> Result<MaxAge, TomlError> {
    if item.text().is_ok_and(|text| text == "any") {
        return Ok(MaxAge::Any);
    }
    match item.duration() {
        Ok(limit) if !limit.is_zero() => Ok(MaxAge::AtMost(limit)),
        _ => Err(item.error("expected an age such as \"90d\" or \"12h\", or \"any\"")),
    }
}
