//! The laws of `KeyWrap`, and the harness that the author of a keeper writes.
//!
//! The decision: a keeper is judged through its trait alone. What must fail is made by changing what it wrapped, so a
//! keeper in a cloud needs no side door.

mod laws;
mod macros;

use std::fmt;
use std::pin::Pin;

use reticent_core::{KeyWrap, Secret};

use crate::logs::Logs;
use crate::run::settle;
use crate::verdict::{Broken, Verdict};

/// What the author of a keeper writes: the keeper, another that has another key, and what must not be shown.
///
/// ```
/// use reticent_core::{KeyWrap, Secret};
/// use reticent_testkit::wrap::WrapHarness;
///
/// struct Mine<K>(K, K);
///
/// impl<K: KeyWrap> WrapHarness for Mine<K> {
///     fn label(&self) -> &str {
///         "mine"
///     }
///     fn keeper(&self) -> &dyn KeyWrap {
///         &self.0
///     }
///     fn stranger(&self) -> &dyn KeyWrap {
///         &self.1
///     }
///     fn credentials(&self) -> Vec<Secret> {
///         Vec::new()
///     }
/// }
/// ```
pub trait WrapHarness: Send + Sync {
    /// Returns what the keeper is called in reports.
    fn label(&self) -> &str;

    /// Returns the keeper that is judged.
    fn keeper(&self) -> &dyn KeyWrap;

    /// Returns a keeper of the same kind and the same key identifier that has another key.
    fn stranger(&self) -> &dyn KeyWrap;

    /// Returns the keys, passphrases and tokens that the keeper holds and must not show; none, if it holds none.
    fn credentials(&self) -> Vec<Secret>;
}

/// One law of `KeyWrap`.
///
/// ```
/// use reticent_testkit::wrap;
///
/// assert!(wrap::ALL.iter().any(|law| law.name() == "wrap::context_is_bound"));
/// ```
pub struct WrapLaw {
    name: &'static str,
    run: Run,
}

type Run = for<'a> fn(&'a dyn WrapHarness, &'a Logs) -> Trial<'a>;
type Trial<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send + 'a>>;

impl WrapLaw {
    /// Returns its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Debug for WrapLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrapLaw").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every law of `KeyWrap`.
pub const ALL: &[WrapLaw] = laws::LAWS;

/// Judges one law, given by its name, over one keeper.
pub async fn judge(harness: &dyn WrapHarness, law: &str) -> Verdict {
    let Some(law) = ALL.iter().find(|known| known.name == law) else {
        return Verdict::Broken(Broken::new(format!("there is no law of the name {law}")));
    };
    let logs = Logs::listen();
    match (law.run)(harness, &logs).await {
        Ok(()) => Verdict::Passed,
        Err(broken) => Verdict::Broken(broken),
    }
}

/// Runs one law as a test: makes the harness, judges, and reports. The macro calls it.
///
/// # Panics
/// When the law is broken, or its report cannot be written.
pub fn hold<H: WrapHarness>(law: &'static str, harness: impl FnOnce() -> H) {
    settle(law, async {
        let harness = harness();
        (harness.label().to_owned(), judge(&harness, law).await)
    });
}

/// Compares the laws that a macro made tests of with [`ALL`]. The macro calls it.
///
/// # Panics
/// When a law is missing, unknown or given twice.
pub fn instantiated(laws: &[&str]) {
    let known: Vec<&str> = ALL.iter().map(WrapLaw::name).collect();
    assert_eq!(laws, known, "the macro and wrap::ALL differ");
}
