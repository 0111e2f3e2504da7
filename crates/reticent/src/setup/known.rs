//! The secrets that a project knows of: what it declares, and the keys of its `.env`.

use reticent_core::{SecretName, SecretRef};

use super::Declared;

/// One secret of a project, before anything is read.
///
/// ```
/// use reticent::core::SecretName;
/// use reticent::setup::Known;
///
/// let known = Known::asked_for(SecretName::parse("db/password")?);
/// assert_eq!(known.variable(), "DB_PASSWORD");
/// # Ok::<(), reticent::core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    route: Route,
    name: String,
    places: Vec<SecretRef>,
    declared: bool,
    optional: bool,
    about: Option<String>,
}

/// How it is read: by its name through its places, or in the one place where it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Name(SecretName),
    Place(SecretRef),
}

impl Known {
    /// Describes a name that somebody asks for, declared or not.
    #[must_use]
    pub fn asked_for(name: SecretName) -> Self {
        let text = name.to_string();
        Self {
            route: Route::Name(name),
            name: text,
            places: Vec::new(),
            declared: false,
            optional: false,
            about: None,
        }
    }

    pub(super) fn declared(declared: &Declared, places: Vec<SecretRef>) -> Self {
        Self {
            places,
            declared: true,
            optional: declared.is_optional(),
            about: declared.about().map(str::to_owned),
            ..Self::asked_for(declared.name().clone())
        }
    }

    /// Describes a key of a `.env` file; what is no name of ours is read where it stands.
    pub(super) fn in_file(key: &str, place: SecretRef) -> Self {
        let route = SecretName::parse(key).map_or_else(|_| Route::Place(place.clone()), Route::Name);
        Self {
            route,
            name: key.to_owned(),
            places: vec![place],
            declared: false,
            optional: false,
            about: None,
        }
    }

    /// Returns what it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the resolver is asked for.
    pub(super) fn asked(&self) -> String {
        match &self.route {
            Route::Name(name) => name.to_string(),
            Route::Place(place) => place.spelled().to_string(),
        }
    }

    /// Returns where it is looked for, in order.
    #[must_use]
    pub fn places(&self) -> &[SecretRef] {
        &self.places
    }

    /// Tells whether `reticent.toml` declares it.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.declared
    }

    /// Tells whether a program starts without it.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// Returns what it is for.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// Returns the environment variable that a child reads it from: the name, in upper case with `_` for every other
    /// character if it could not be a variable as it stands. A key of `.env` is its own variable.
    #[must_use]
    pub fn variable(&self) -> String {
        if matches!(self.route, Route::Place(_)) || !self.declared && !self.places.is_empty() {
            return self.name.clone();
        }
        variable(&self.name)
    }
}

/// Returns `name` as it stands where it can be a variable, and otherwise in upper case with `_` for every other
/// character.
pub(crate) fn variable(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return name.to_owned();
    }
    let upper = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    name.to_ascii_uppercase().chars().map(upper).collect()
}
