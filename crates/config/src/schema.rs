//! What a program wants to know: its settings as data.
//!
//! The decision: a derive, `reticent.toml` and a policy all make this one [`Schema`], so a program in another
//! language is checked by the same code. The cost is that nothing here knows a Rust type; the derive alone does.

mod kind;
mod required;
mod setting;

pub use kind::Kind;
pub use required::{Condition, Required};
pub use setting::Setting;

/// The settings of one program, in the order in which they were declared.
///
/// ```
/// use reticent_config::{Kind, Schema, Setting};
///
/// let schema = Schema::new()
///     .with(Setting::new("PORT", Kind::PORT).with_default("8080"))
///     .with(Setting::new("DB_PASSWORD", Kind::Secret));
/// assert_eq!(schema.find("db_password").map(Setting::is_secret), Some(true));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    settings: Vec<Setting>,
    contradictions: Vec<String>,
}

impl Schema {
    /// Makes a schema without settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a setting; one of the same name is replaced in its place.
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        self.add(setting);
        self
    }

    /// Adds a setting; one of the same name is replaced in its place.
    pub fn add(&mut self, setting: Setting) {
        match self.settings.iter_mut().find(|known| known.answers_to(setting.name())) {
            Some(known) => *known = setting,
            None => self.settings.push(setting),
        }
    }

    /// Adds a field of a struct. Two fields may be one setting where they have one form; otherwise it is a mistake of the
    /// program, and a report tells it.
    pub(crate) fn add_field(&mut self, setting: Setting) {
        match self.settings.iter_mut().find(|known| known.answers_to(setting.name())) {
            None => self.settings.push(setting),
            Some(known) if known.kind() == setting.kind() => known.refine(&setting),
            Some(_) => self.contradictions.push(setting.name().to_owned()),
        }
    }

    /// Returns the names that two fields of a program give to settings of different forms.
    #[must_use]
    pub fn contradictions(&self) -> &[String] {
        &self.contradictions
    }

    /// Adds all of `other`, whose settings count where both have one.
    pub fn extend(&mut self, other: Self) {
        for setting in other.settings {
            self.add(setting);
        }
    }

    /// Adds what `other` says about settings that are here: rules, other names, that one is secret, what it is for,
    /// and that it must be there; settings that are there alone are left out.
    pub fn refine(&mut self, other: &Self) {
        for setting in &mut self.settings {
            if let Some(more) = other.find(setting.name()) {
                setting.refine(more);
            }
        }
    }

    /// Returns the settings in their order.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    pub(crate) fn settings_mut(&mut self) -> &mut [Setting] {
        &mut self.settings
    }

    /// Finds a setting by its name in any case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.answers_to(name))
    }
}
