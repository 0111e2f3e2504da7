//! One setting of a schema.

use super::{Condition, Kind, Required};
use crate::rule::Rule;

/// One setting: what it is called, what form it has, and what must be true of it.
///
/// ```
/// use reticent_config::{Kind, Required, Rule, Setting};
///
/// let setting = Setting::new("DB_PASSWORD", Kind::Secret)
///     .with_alias("db-password")
///     .with_rule(Rule::MinLen(16))
///     .with_about("Password of the application's role");
/// assert!(setting.is_secret() && setting.answers_to("db_Password"));
/// assert_eq!(setting.required(), &Required::Always);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    name: String,
    aliases: Vec<String>,
    kind: Kind,
    secret: bool,
    default: Option<String>,
    example: Option<String>,
    required: Required,
    rules: Vec<Rule>,
    about: String,
    group: Vec<String>,
    implied: bool,
}

impl Setting {
    /// Starts a required setting of this name and form; [`Kind::Secret`] makes it a secret.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        let is_secret = |kind: &Kind| matches!(kind, Kind::Secret);
        let secret = match &kind {
            Kind::List(inner) => is_secret(inner),
            kind => is_secret(kind),
        };
        Self {
            name: name.into(),
            aliases: Vec::new(),
            kind,
            secret,
            default: None,
            example: None,
            required: Required::Always,
            rules: Vec::new(),
            about: String::new(),
            group: Vec::new(),
            implied: false,
        }
    }

    /// Adds another name that it answers to.
    #[must_use]
    pub fn with_alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Makes it a secret whatever its form is.
    #[must_use]
    pub fn as_secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Adds the value that it has where no source has one; then it need not be there.
    #[must_use]
    pub fn with_default(mut self, default: impl Into<String>) -> Self {
        self.default = Some(default.into());
        self.required = Required::Never;
        self
    }

    /// Adds a value for documents; it is never used, and refused where no placeholder may stand.
    #[must_use]
    pub fn with_example(mut self, example: impl Into<String>) -> Self {
        self.example = Some(example.into());
        self
    }

    /// Says when it must be there.
    #[must_use]
    pub fn with_required(mut self, required: Required) -> Self {
        self.required = required;
        self
    }

    /// Adds a rule; of two that say the same thing the later one counts.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.retain(|known| known.as_str() != rule.as_str());
        self.rules.push(rule);
        self
    }

    /// Removes the rule with this token.
    #[must_use]
    pub fn without_rule(mut self, token: &str) -> Self {
        self.rules.retain(|known| known.as_str() != token);
        self
    }

    /// Says what it is for.
    #[must_use]
    pub fn with_about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into().trim().to_owned();
        self
    }

    /// Says which nested structs it stands in, outermost first.
    #[must_use]
    pub fn with_group(mut self, group: Vec<String>) -> Self {
        self.group = group;
        self
    }

    /// Marks it as asked for by a policy and not by the program: it is reported only where there is something to say.
    #[must_use]
    pub fn implied(mut self) -> Self {
        self.implied = true;
        self
    }

    /// Returns what it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its other names.
    #[must_use]
    pub fn aliases(&self) -> &[String] {
        &self.aliases
    }

    /// Returns its name and then its other names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// Returns the form of its value.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Tells whether its value is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Returns the value that it has where no source has one.
    #[must_use]
    pub fn default(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// Returns the value for documents.
    #[must_use]
    pub fn example(&self) -> Option<&str> {
        self.example.as_deref()
    }

    /// Returns when it must be there.
    #[must_use]
    pub fn required(&self) -> &Required {
        &self.required
    }

    /// Returns what must be true of its value.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns what it is for.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the nested structs that it stands in, outermost first.
    #[must_use]
    pub fn group(&self) -> &[String] {
        &self.group
    }

    /// Tells whether a policy asks for it, and not the program.
    #[must_use]
    pub fn is_implied(&self) -> bool {
        self.implied
    }

    /// Tells whether `name` is its name or one of its other names, in any case.
    #[must_use]
    pub fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Tells whether it is in use only while something else holds, and what.
    pub(crate) fn conditions(&self) -> &[Condition] {
        match &self.required {
            Required::When(conditions) => conditions,
            _ => &[],
        }
    }

    /// Takes over what `more` adds; the form and the default stay, since a type stands behind them.
    pub(crate) fn refine(&mut self, more: &Self) {
        more.rules.iter().cloned().for_each(|rule| self.add_rule(rule));
        let fresh = more.names().filter(|name| !self.answers_to(name)).map(str::to_owned);
        self.aliases.extend(fresh.collect::<Vec<_>>());
        self.secret |= more.secret;
        if self.about.is_empty() {
            self.about.clone_from(&more.about);
        }
        if self.default.is_none() && self.required == Required::Never && more.required != Required::Never {
            self.required = more.required.clone();
        }
    }

    pub(crate) fn require(&mut self, required: Required) {
        self.required = required;
    }

    pub(crate) fn add_rule(&mut self, rule: Rule) {
        self.rules.retain(|known| known.as_str() != rule.as_str());
        self.rules.push(rule);
    }

    pub(crate) fn drop_rule(&mut self, token: &str) {
        self.rules.retain(|known| known.as_str() != token);
    }
}
