//! What an environment asks of the settings, beyond what the program asks.
//!
//! The decision: a policy is data that changes a schema before anything is judged, so that one judgement serves both
//! and a report names the rule that a policy added as it names any other.

mod builtin;
mod glob;

use std::collections::BTreeMap;

use crate::rule::Rule;
use crate::schema::{Condition, Required, Schema, Setting};

pub use glob::matches_pattern;

/// What one environment asks.
///
/// ```
/// use reticent_config::{Policies, Policy, Rule, Selection, Kind, Schema, Setting};
///
/// let schema = Schema::new().with(Setting::new("DB_PASSWORD", Kind::Secret));
/// let policy = Policy::new("qa").with(Selection::of(["*PASSWORD"]).with_rule(Rule::MinLen(12)));
/// assert_eq!(policy.apply(&schema).settings()[0].rules(), [Rule::MinLen(12)]);
/// assert!(Policies::builtin().of("production").is_some());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    name: String,
    private_files: bool,
    selections: Vec<Selection>,
    demands: Vec<Demand>,
}

/// Some settings, by name and by whether they are secret, and what is asked of them.
///
/// ```
/// use reticent_config::{Kind, Rule, Selection, Setting};
///
/// let selection = Selection::of(["*_TOKEN"]).except(["PUBLIC_*"]).secrets_only().with_rule(Rule::MinLen(20));
/// assert!(selection.selects(&Setting::new("API_TOKEN", Kind::Secret)));
/// assert!(!selection.selects(&Setting::new("PUBLIC_TOKEN", Kind::Secret)));
/// assert!(!selection.selects(&Setting::new("API_TOKEN", Kind::Text)));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    names: Vec<String>,
    except: Vec<String>,
    secrets_only: bool,
    rules: Vec<Rule>,
    dropped: Vec<String>,
    required: Option<Wanted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Always,
    WhileProductIsUsed,
    Never,
}

/// A setting that must be there beside others, whether or not the program declares it.
///
/// ```
/// use reticent_config::{Demand, Kind, Policy, Rule, Schema, Setting};
///
/// let demand = Demand::new(Setting::new("VALKEY_SSL", Kind::Flag).with_rule(Rule::Tls)).beside(["VALKEY_*"]);
/// let policy = Policy::new("production").demanding(demand);
/// let schema = Schema::new().with(Setting::new("VALKEY_PASSWORD", Kind::Secret));
/// assert!(policy.apply(&schema).find("VALKEY_SSL").is_some());
/// assert!(policy.apply(&Schema::new()).find("VALKEY_SSL").is_none());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    setting: Setting,
    beside: Vec<String>,
    unless: Vec<String>,
}

impl Policy {
    /// Makes a policy that asks nothing.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), private_files: false, selections: Vec::new(), demands: Vec::new() }
    }

    /// Adds rules over a selection; they come after those that are there, and count where both say something.
    #[must_use]
    pub fn with(mut self, selection: Selection) -> Self {
        self.selections.push(selection);
        self
    }

    /// Adds a setting that must be there.
    #[must_use]
    pub fn demanding(mut self, demand: Demand) -> Self {
        self.demands.push(demand);
        self
    }

    /// Refuses a file of values that others on the machine can read.
    #[must_use]
    pub fn with_private_files(mut self) -> Self {
        self.private_files = true;
        self
    }

    /// Accepts a file of values that others can read, with a warning.
    #[must_use]
    pub fn with_open_files(mut self) -> Self {
        self.private_files = false;
        self
    }

    /// Returns the same policy under another name.
    #[must_use]
    pub fn renamed(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns the environment that it is for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether a file of values that others can read is refused.
    #[must_use]
    pub fn wants_private_files(&self) -> bool {
        self.private_files
    }

    /// Returns the schema with what this policy asks added to it.
    #[must_use]
    pub fn apply(&self, schema: &Schema) -> Schema {
        let mut schema = schema.clone();
        for demand in &self.demands {
            demand.add_to(&mut schema);
        }
        let declared = schema.clone();
        for setting in schema.settings_mut() {
            for selection in &self.selections {
                if selection.selects(setting) {
                    selection.change(setting, &declared);
                }
            }
        }
        schema
    }
}

impl Selection {
    /// Selects settings whose name matches one of `patterns`, in any case; `*` stands for any characters.
    pub fn of<S: Into<String>>(patterns: impl IntoIterator<Item = S>) -> Self {
        Self { names: patterns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Leaves out settings whose name matches one of `patterns`.
    #[must_use]
    pub fn except<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.except.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Leaves out what is no secret.
    #[must_use]
    pub fn secrets_only(mut self) -> Self {
        self.secrets_only = true;
        self
    }

    /// Asks this of each; a rule of the same token is replaced.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Takes the rule with this token away.
    #[must_use]
    pub fn dropping(mut self, token: impl Into<String>) -> Self {
        self.dropped.push(token.into());
        self
    }

    /// Makes each required; where it has a condition the condition stays.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = Some(Wanted::Always);
        self
    }

    /// Makes each required while its product is used: `NAME_ENABLED` is on, or without one any `NAME_*` is set.
    #[must_use]
    pub fn required_with_product(mut self) -> Self {
        self.required = Some(Wanted::WhileProductIsUsed);
        self
    }

    /// Makes each optional.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = Some(Wanted::Never);
        self
    }

    /// Tells whether `setting` is one of them.
    #[must_use]
    pub fn selects(&self, setting: &Setting) -> bool {
        let is_one_of =
            |patterns: &[String]| patterns.iter().any(|pattern| matches_pattern(pattern, setting.name()));
        (setting.is_secret() || !self.secrets_only) && is_one_of(&self.names) && !is_one_of(&self.except)
    }

    fn change(&self, setting: &mut Setting, declared: &Schema) {
        for token in &self.dropped {
            setting.drop_rule(token);
        }
        for rule in &self.rules {
            setting.add_rule(rule.clone());
        }
        let is_free = *setting.required() == Required::Never && setting.default().is_none();
        match self.required {
            Some(Wanted::Always) if is_free => setting.require(Required::Always),
            Some(Wanted::WhileProductIsUsed) if is_free => {
                setting.require(while_product_is_used(setting, declared));
            }
            Some(Wanted::Never) => setting.require(Required::Never),
            _ => {}
        }
    }
}

/// `POSTGRES_SSL_MODE` is required while `POSTGRES_ENABLED` is on, or any `POSTGRES_*` is set.
fn while_product_is_used(setting: &Setting, declared: &Schema) -> Required {
    let product = setting.name().split('_').next().unwrap_or_default();
    let switch = format!("{product}_ENABLED");
    Required::When(vec![match declared.find(&switch) {
        Some(_) => Condition::IsOn(switch),
        None => Condition::AnySet(format!("{product}_")),
    }])
}

impl Demand {
    /// Asks for `setting`.
    #[must_use]
    pub fn new(setting: Setting) -> Self {
        Self { setting: setting.implied(), beside: Vec::new(), unless: Vec::new() }
    }

    /// Asks only where the program declares a setting that matches one of `patterns`.
    #[must_use]
    pub fn beside<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.beside.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Does not ask where the program declares a setting that matches one of `patterns`: another way to say the same.
    #[must_use]
    pub fn unless<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.unless.extend(patterns.into_iter().map(Into::into));
        self
    }

    fn add_to(&self, schema: &mut Schema) {
        let declares = |patterns: &[String]| {
            let settings = schema.settings().iter();
            settings
                .map(Setting::name)
                .any(|name| patterns.iter().any(|pattern| matches_pattern(pattern, name)))
        };
        let is_there = self.setting.names().any(|name| schema.find(name).is_some());
        let asked = self.beside.is_empty() || declares(&self.beside);
        if is_there || !asked || declares(&self.unless) {
            return;
        }
        let mut setting = self.setting.clone();
        if *setting.required() == Required::Always && !self.beside.is_empty() {
            setting.require(while_product_is_used(&setting, schema));
        }
        schema.add(setting);
    }
}

/// The policies by environment.
///
/// ```
/// use reticent_config::{Policies, Policy};
///
/// let policies = Policies::builtin().with(Policy::new("qa"));
/// assert_eq!(policies.names(), ["development", "production", "qa", "staging"]);
/// assert_eq!(policies.canonical("Prod").as_deref(), Some("production"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies(BTreeMap<String, Policy>);

impl Policies {
    /// Makes a set without environments.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns the policies of development, staging and production.
    #[must_use]
    pub fn builtin() -> Self {
        builtin::all().into_iter().fold(Self::none(), Self::with)
    }

    /// Adds a policy, or replaces the one of its environment.
    #[must_use]
    pub fn with(mut self, policy: Policy) -> Self {
        self.0.insert(policy.name.clone(), policy);
        self
    }

    /// Adds an environment that nobody described, where it is not known yet: it asks what staging asks.
    #[must_use]
    pub fn with_environment(mut self, name: &str) -> Self {
        if self.canonical(name).is_none() {
            let policy =
                self.of("staging").map_or_else(|| Policy::new(name), |policy| policy.clone().renamed(name));
            self.0.insert(name.to_owned(), policy);
        }
        self
    }

    /// Returns the policy of an environment.
    #[must_use]
    pub fn of(&self, environment: &str) -> Option<&Policy> {
        self.0.get(environment)
    }

    /// Returns the environments in alphabetical order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Returns the environment that `word` means: in any case, and `dev`, `stage`, `prod` for short.
    #[must_use]
    pub fn canonical(&self, word: &str) -> Option<String> {
        let word = word.trim();
        let long = match word.to_ascii_lowercase().as_str() {
            "dev" | "develop" | "local" => "development".to_owned(),
            "stage" => "staging".to_owned(),
            "prod" => "production".to_owned(),
            other => other.to_owned(),
        };
        let known = self.0.keys().find(|name| name.eq_ignore_ascii_case(word));
        known.or_else(|| self.0.keys().find(|name| name.eq_ignore_ascii_case(&long))).cloned()
    }
}
