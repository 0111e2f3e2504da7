//! One line of a report.

use reticent_core::{Attempt, ErrorKind, SourceError, Visible};

/// How one setting stands.
///
/// ```
/// use reticent_config::Status;
///
/// assert_eq!(Status::Unavailable.as_str(), "unavailable");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: the report's schema has these five")]
pub enum Status {
    /// It is there and keeps its rules, or it may be absent.
    Ok,
    /// It must be there, and no place has it.
    Missing,
    /// It is there, and breaks a rule.
    Invalid,
    /// We may not read it.
    Denied,
    /// The place where it lives did not answer.
    Unavailable,
}

impl Status {
    /// Returns the stable token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
        }
    }

    /// Returns how a setting stands whose place failed in this way.
    #[must_use]
    pub fn of_failure(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::AccessDenied | ErrorKind::Unauthenticated | ErrorKind::NotRecorded => Self::Denied,
            kind if kind.is_transient() => Self::Unavailable,
            _ => Self::Invalid,
        }
    }
}

/// What is wrong with a setting, or unwise: which rule, in words, and what to do.
///
/// ```
/// use reticent_config::Problem;
///
/// let problem = Problem::new("min-len", "too short (need 16 or more characters)").with_remedy("make a longer one");
/// assert_eq!((problem.rule(), problem.remedy()), ("min-len", Some("make a longer one")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    rule: String,
    message: String,
    remedy: Option<String>,
    about_value: bool,
}

impl Problem {
    /// Says that `rule` is broken: `message` is one lower-case clause without a value.
    #[must_use]
    pub fn new(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule: rule.into(), message: message.into(), remedy: None, about_value: false }
    }

    /// Says what to do.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Says that it is about a value, so that a line names the place and withholds the value.
    #[must_use]
    pub(crate) fn about_value(mut self) -> Self {
        self.about_value = true;
        self
    }

    pub(crate) fn of_failure(error: &SourceError) -> Self {
        let rule = match error.kind() {
            ErrorKind::Conflict => "conflict",
            ErrorKind::NotFound => "required",
            kind => kind.as_str(),
        };
        Self::new(rule, error.to_string()).with_remedy(error.hint().unwrap_or(usual_remedy(error.kind())))
    }

    /// Returns the token of the rule.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to do.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }
}

/// What to do about a failure whose source gives no hint.
fn usual_remedy(kind: ErrorKind) -> &'static str {
    match Status::of_failure(kind) {
        Status::Missing => "create it there, or correct the reference",
        Status::Denied => "ask for the right to read it",
        Status::Unavailable => "try again once its source answers",
        _ => "correct what stands there",
    }
}

/// One setting of a report.
///
/// ```
/// use reticent_config::{Item, Problem, Status};
///
/// let item = Item::new("PORT", "integer").found_at("env PORT").with_problem(Problem::new("type", "expected a port"));
/// assert_eq!(item.status(), Status::Invalid);
/// assert_eq!(item.to_string(), "PORT: expected a port (from env PORT)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    name: String,
    kind: String,
    status: Status,
    place: Option<String>,
    reference: Option<String>,
    version: Option<String>,
    age_days: Option<u64>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    tried: Vec<Attempt>,
    secret: bool,
}

impl Item {
    /// Starts an item that is fine.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            status: Status::Ok,
            place: None,
            reference: None,
            version: None,
            age_days: None,
            problems: Vec::new(),
            warnings: Vec::new(),
            tried: Vec::new(),
            secret: false,
        }
    }

    /// Says where the value stands.
    #[must_use]
    pub fn found_at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Adds a problem that makes it invalid.
    #[must_use]
    pub fn with_problem(mut self, problem: Problem) -> Self {
        self.add_problem(Status::Invalid, problem);
        self
    }

    /// Adds something unwise.
    #[must_use]
    pub fn with_warning(mut self, warning: Problem) -> Self {
        self.warnings.push(warning);
        self
    }

    pub(crate) fn set_secret(&mut self, secret: bool) {
        self.secret = secret;
    }

    pub(crate) fn set_place(&mut self, place: String) {
        self.place = Some(place);
    }

    pub(crate) fn set_reference(&mut self, reference: String) {
        self.reference = Some(reference);
    }

    pub(crate) fn set_age(&mut self, version: Option<String>, age_days: Option<u64>) {
        self.version = version;
        self.age_days = age_days;
    }

    pub(crate) fn set_tried(&mut self, tried: Vec<Attempt>) {
        self.tried = tried;
    }

    /// The first problem decides the status.
    pub(crate) fn add_problem(&mut self, status: Status, problem: Problem) {
        if self.problems.is_empty() {
            self.status = status;
        }
        self.problems.push(problem);
    }

    pub(crate) fn add_warning(&mut self, warning: Problem) {
        self.warnings.push(warning);
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the token of its form: `secret`, `integer`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Tells whether its value is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Returns how it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns where the value stands as a person reads it: `env PORT`, `.env:7`, `default`; `None` if it was not found.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Returns the reference that reads the value.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// Returns the version of the value, where its source has versions.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Returns how many days ago the value was written, where its source tells.
    #[must_use]
    pub fn age_days(&self) -> Option<u64> {
        self.age_days
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns what is unwise.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Returns the places that were looked through and passed over, in order, whether it was found behind them or not.
    #[must_use]
    pub fn tried(&self) -> &[Attempt] {
        &self.tried
    }

    /// Returns the line that tells `problem`: name, what is wrong, and where the value stands.
    #[must_use]
    pub fn line(&self, problem: &Problem) -> String {
        let name = Visible(&self.name);
        match &self.place {
            Some(place) if problem.about_value => {
                format!("{name}: {} (from {}; value withheld)", problem.message, Visible(place))
            }
            Some(place) => format!("{name}: {} (from {})", problem.message, Visible(place)),
            None => format!("{name}: {}", problem.message),
        }
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.problems.first() {
            Some(problem) => f.write_str(&self.line(problem)),
            None => write!(f, "{}: {}", Visible(&self.name), self.status.as_str()),
        }
    }
}
