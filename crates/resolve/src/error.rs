//! What is wrong with the parts that a resolver was to be built from.

use std::fmt;
use std::sync::Arc;

use reticent_core::{ReferenceError, SecretName, Visible};

/// Why a resolver could not be built.
///
/// ```
/// use reticent_resolve::{BuildError, Resolver};
///
/// let error = Resolver::builder().template("vault://secret/{KEY}").build().unwrap_err();
/// assert!(matches!(error, BuildError::Placeholder { template: 1, column: 16 }));
/// assert_eq!(error.to_string(), "template 1: column 16: a placeholder is {name}, {NAME} or {lower}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// Two sources were registered for one scheme.
    SchemeTaken {
        /// The scheme.
        scheme: Arc<str>,
    },
    /// A source was registered for what is no scheme.
    SchemeForm {
        /// What was given.
        scheme: Arc<str>,
    },
    /// A name was routed twice.
    RouteTaken {
        /// The name.
        name: SecretName,
    },
    /// A name was routed to no place at all.
    RouteEmpty {
        /// The name.
        name: SecretName,
    },
    /// A route names a scheme that no source is registered for.
    RouteScheme {
        /// The name.
        name: SecretName,
        /// The scheme.
        scheme: Arc<str>,
    },
    /// A template holds a brace that belongs to no known placeholder.
    Placeholder {
        /// Which template, counted from 1.
        template: usize,
        /// Where in it, in characters from 1.
        column: usize,
    },
    /// A template does not make references.
    Template {
        /// Which template, counted from 1.
        template: usize,
        /// What is wrong with the reference it makes of the name `a`.
        error: ReferenceError,
    },
    /// A template names a scheme that no source is registered for.
    TemplateScheme {
        /// Which template, counted from 1.
        template: usize,
        /// The scheme.
        scheme: Arc<str>,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchemeTaken { scheme } => {
                write!(f, "scheme {}: two sources are registered for it", Visible(scheme))
            }
            Self::SchemeForm { scheme } => {
                write!(f, "scheme {}: lower-case letters, digits, + - and . alone", Visible(scheme))
            }
            Self::RouteTaken { name } => write!(f, "route {name}: given twice"),
            Self::RouteEmpty { name } => write!(f, "route {name}: no place is given"),
            Self::RouteScheme { name, scheme } => {
                write!(f, "route {name}: no source is registered for scheme {scheme}")
            }
            Self::Placeholder { template, column } => write!(
                f,
                "template {template}: column {column}: a placeholder is {{name}}, {{NAME}} or {{lower}}"
            ),
            Self::Template { template, error } => write!(f, "template {template}: {error}"),
            Self::TemplateScheme { template, scheme } => {
                write!(f, "template {template}: no source is registered for scheme {scheme}")
            }
        }
    }
}

impl std::error::Error for BuildError {}
