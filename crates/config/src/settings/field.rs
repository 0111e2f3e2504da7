//! Where a field stands, and what its attributes say.

use crate::rule::Rule;
use crate::schema::{Condition, Kind, Required, Setting};

/// A struct's place: what the names of its fields begin with, and when it is in use.
///
/// ```
/// use reticent_config::Group;
///
/// assert_eq!(Group::root("APP").field("port").name(), "APP_PORT");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    prefix: String,
    path: Vec<String>,
    pub(crate) conditions: Vec<Condition>,
}

/// A field of a struct, before its type has said what form its value has.
///
/// ```
/// use reticent_config::{Group, Rule};
///
/// let field = Group::root("").field("r#type").with_rule(Rule::MinLen(1)).with_about("What it is");
/// assert_eq!(field.name(), "TYPE");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    name: String,
    part: String,
    group: Group,
    aliases: Vec<String>,
    default: Option<String>,
    example: Option<String>,
    secret: bool,
    optional: bool,
    conditions: Vec<Condition>,
    rules: Vec<Rule>,
    about: String,
}

impl Group {
    /// Makes the place of an outermost struct.
    #[must_use]
    pub fn root(prefix: &str) -> Self {
        Self { prefix: prefix.trim_end_matches('_').to_ascii_uppercase(), ..Self::default() }
    }

    /// Starts the field that the struct calls `identifier`; its name is the place's and its own, joined by `_`.
    #[must_use]
    pub fn field(&self, identifier: &str) -> Field {
        let part = identifier.trim_start_matches("r#");
        Field {
            name: self.join(part),
            part: part.to_owned(),
            group: self.clone(),
            aliases: Vec::new(),
            default: None,
            example: None,
            secret: false,
            optional: false,
            conditions: Vec::new(),
            rules: Vec::new(),
            about: String::new(),
        }
    }

    fn join(&self, part: &str) -> String {
        let part = part.to_ascii_uppercase();
        if self.prefix.is_empty() {
            part
        } else if part.is_empty() {
            self.prefix.clone()
        } else {
            format!("{}_{part}", self.prefix)
        }
    }
}

impl Field {
    /// Takes `name` for its whole name, whatever it stands in.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// Takes `part` in the place of the identifier; an empty one adds nothing to the names of a nested struct.
    #[must_use]
    pub fn renamed(mut self, part: &str) -> Self {
        self.name = self.group.join(part);
        self
    }

    /// Adds another name.
    #[must_use]
    pub fn with_alias(mut self, alias: &str) -> Self {
        self.aliases.push(alias.to_owned());
        self
    }

    /// Adds the value that it has where no source has one.
    #[must_use]
    pub fn with_default(mut self, default: &str) -> Self {
        self.default = Some(default.to_owned());
        self
    }

    /// Adds a value for documents.
    #[must_use]
    pub fn with_example(mut self, example: &str) -> Self {
        self.example = Some(example.to_owned());
        self
    }

    /// Makes it a secret.
    #[must_use]
    pub fn as_secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Requires it where this holds, and all else that was asked.
    #[must_use]
    pub fn required_when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Adds a rule.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Says what it is for.
    #[must_use]
    pub fn with_about(mut self, about: &str) -> Self {
        self.about = about.to_owned();
        self
    }

    /// Lets it be absent.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes a setting of it, whose value has the form `kind`.
    #[must_use]
    pub fn into_setting(self, kind: Kind) -> Setting {
        let required = self.required();
        let mut setting = Setting::new(self.name, kind).with_about(self.about).with_group(self.group.path);
        setting = self.aliases.into_iter().fold(setting, Setting::with_alias);
        setting = self.rules.into_iter().fold(setting, Setting::with_rule);
        if self.secret {
            setting = setting.as_secret();
        }
        if let Some(default) = self.default {
            setting = setting.with_default(default);
        }
        if let Some(example) = self.example {
            setting = setting.with_example(example);
        }
        setting.with_required(required)
    }

    /// Makes the place of a nested struct of it.
    #[must_use]
    pub fn into_group(self) -> Group {
        let mut conditions = self.group.conditions;
        let asks_nothing = self.conditions.is_empty();
        conditions.extend(self.conditions);
        if self.optional && asks_nothing {
            conditions.push(Condition::AnySet(format!("{}_", self.name)));
        }
        let mut path = self.group.path;
        path.push(self.part);
        Group { prefix: self.name, path, conditions }
    }

    fn required(&self) -> Required {
        if self.default.is_some() || self.optional && self.conditions.is_empty() {
            return Required::Never;
        }
        let conditions: Vec<_> = self.group.conditions.iter().chain(&self.conditions).cloned().collect();
        if conditions.is_empty() { Required::Always } else { Required::When(conditions) }
    }
}
