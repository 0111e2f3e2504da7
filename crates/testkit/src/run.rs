//! Runs one law over one source, and says what became of it.

use std::time::Duration;

use crate::cases::{self, Case};
use crate::harness::{Harness, Part, Trouble};
use crate::logs::Logs;
use crate::report;
use crate::scene::Scene;
use crate::verdict::{Broken, Verdict};

/// After how long a law that does not end is broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// Judges one law, given by its name, over one source.
///
/// What the source logs on this thread is kept meanwhile, for the laws that search it.
///
/// ```
/// use reticent_testkit::{MemoryHarness, Verdict, judge};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let harness = MemoryHarness::new("mem");
/// assert_eq!(judge(&harness, "read::present_value_round_trips").await, Verdict::Passed);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn judge(harness: &dyn Harness, law: &str) -> Verdict {
    let Some(case) = cases::named(law) else {
        return Verdict::Broken(Broken::new(format!("there is no law of the name {law}")));
    };
    match standing(harness, case) {
        Ok(None) => {}
        Ok(Some(reason)) => return Verdict::NotApplicable { reason },
        Err(broken) => return Verdict::Broken(broken),
    }
    let logs = Logs::listen();
    let tried = tokio::time::timeout(PATIENCE, case.run(Scene::new(harness, &logs))).await;
    harness.relieve().await;
    match tried {
        Ok(Ok(())) => Verdict::Passed,
        Ok(Err(broken)) => Verdict::Broken(broken),
        Err(_) => Verdict::Broken(Broken::new(format!("no end after {} s", PATIENCE.as_secs()))),
    }
}

/// Runs one law as a test: makes the harness, judges, and reports. The macro calls it; so may a runner of one's own.
///
/// # Panics
/// When the law is broken, or its report cannot be written.
pub fn hold<H: Harness>(law: &'static str, harness: impl FnOnce() -> H) {
    settle(law, async {
        let harness = harness();
        (harness.label().to_owned(), judge(&harness, law).await)
    });
}

/// Waits for the label and the verdict of a law, and reports them.
pub(crate) fn settle(law: &'static str, judged: impl Future<Output = (String, Verdict)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (label, verdict) = runtime.expect("a runtime of one thread can be made").block_on(judged);
    if let Verdict::Broken(how) = &verdict {
        panic!("{label} breaks {law}: {how}");
    }
    report::write(&label, law, &verdict).expect("the report of the law can be written");
}

/// Compares the laws that a macro made tests of with [`cases::ALL`]. The macro calls it.
///
/// # Panics
/// When a law is missing, unknown or given twice, or there are none.
pub fn instantiated(laws: &[&str]) {
    let known: Vec<&str> = cases::iter().map(Case::name).collect();
    assert!(!laws.is_empty(), "a run of no laws proves nothing");
    for law in laws {
        assert!(known.contains(law), "{law} is in the macro and not in cases::ALL");
        let count = laws.iter().filter(|other| *other == law).count();
        assert_eq!(count, 1, "{law} is in the macro {count} times");
    }
    for law in known {
        assert!(laws.contains(&law), "{law} is in cases::ALL and not in the macro");
    }
}

/// Whether the law applies: `Some` is the reason why not, which the first part that is lacking gives.
fn standing(harness: &dyn Harness, case: &Case) -> Result<Option<&'static str>, Broken> {
    let lacking = harness.lacks();
    for part in case.needs() {
        let declared = lacking.iter().find(|(lacked, _)| lacked == part).map(|(_, reason)| *reason);
        match (is_there(harness, *part), declared) {
            (Some(true), Some(_)) => {
                return Err(Broken::new(format!("the harness declares {part:?} lacking, and has it")));
            }
            (Some(false), None) => {
                return Err(Broken::new(format!(
                    "the harness has no {part:?}, and gives no reason in lacks()"
                )));
            }
            (_, Some("")) => return Err(Broken::new(format!("the reason for lacking {part:?} is empty"))),
            (_, Some(reason)) => return Ok(Some(reason)),
            (_, None) => {}
        }
    }
    Ok(None)
}

/// Whether a part is there, where that can be seen without believing `lacks`.
fn is_there(harness: &dyn Harness, part: Part) -> Option<bool> {
    match part {
        Part::Sink => Some(harness.sink().is_some()),
        Part::List => Some(harness.list().is_some()),
        Part::Stages => Some(harness.stages().is_some()),
        Part::Credential => Some(harness.credential().is_some()),
        Part::Stranger => Some(harness.stranger().is_some()),
        Part::Trouble(Trouble::Hanging) => Some(harness.time_limit().is_some()),
        _ => None,
    }
}
