//! The laws, one function each; their names are their documentation.
//!
//! Each law is told apart from its neighbours by a faulty source that breaks it alone (`tests/faulty.rs`).

mod concurrency;
mod errors;
mod names;
mod read;
mod secrecy;
mod time;
mod version;
mod write;

use std::fmt;
use std::pin::Pin;

use crate::harness::Part;
use crate::scene::{Holds, Scene};

/// Every law, by subject.
pub const ALL: &[&[Case]] = &[
    read::LAWS,
    names::LAWS,
    errors::LAWS,
    secrecy::LAWS,
    write::LAWS,
    version::LAWS,
    concurrency::LAWS,
    time::LAWS,
];

/// One law: what it is called, which parts it needs, and how it is tried.
///
/// ```
/// use reticent_testkit::{Part, cases};
///
/// let law = cases::named("write::put_then_get").expect("a law");
/// assert_eq!(law.needs(), [Part::Sink]);
/// ```
pub struct Case {
    name: &'static str,
    needs: &'static [Part],
    run: Run,
}

type Run = for<'a> fn(Scene<'a>) -> Trial<'a>;
type Trial<'a> = Pin<Box<dyn Future<Output = Holds> + Send + 'a>>;

impl Case {
    const fn new(name: &'static str, needs: &'static [Part], run: Run) -> Self {
        Self { name, needs, run }
    }

    /// Returns its name: subject and law.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the parts without which it does not apply.
    #[must_use]
    pub const fn needs(&self) -> &'static [Part] {
        self.needs
    }

    pub(crate) fn run<'a>(&self, scene: Scene<'a>) -> Trial<'a> {
        (self.run)(scene)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).field("needs", &self.needs).finish_non_exhaustive()
    }
}

/// Returns every law in order.
pub fn iter() -> impl Iterator<Item = &'static Case> {
    ALL.iter().flat_map(|laws| laws.iter())
}

/// Returns the law of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Case> {
    iter().find(|case| case.name == name)
}

/// Makes a [`Case`] of an async function in this module: `law!("read", its_name)`, or with the parts it needs.
macro_rules! law {
    ($subject:literal, $name:ident $(, $part:expr)*) => {
        $crate::cases::Case::new(concat!($subject, "::", stringify!($name)), &[$($part),*], |scene| {
            Box::pin($name(scene))
        })
    };
}
use law;
