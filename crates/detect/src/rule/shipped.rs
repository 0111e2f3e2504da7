//! The rules that come with the crate, as constants.

use super::Rule;
use super::load;

/// A rule as the build script writes it, and as a checked entry of a file hands it over.
pub(super) struct Data<'r> {
    pub(super) vendor: &'r str,
    pub(super) id: &'r str,
    pub(super) title: &'r str,
    pub(super) risk: &'r str,
    pub(super) severity: &'r str,
    pub(super) anchor: &'r str,
    pub(super) pattern: &'r str,
    pub(super) alphabet: &'r str,
    pub(super) run_len: Option<[u32; 2]>,
    pub(super) max_len: u32,
    pub(super) confidence: f32,
    pub(super) role: &'r str,
    pub(super) checksum: &'r str,
    pub(super) structure: &'r str,
    pub(super) fix: &'r str,
    pub(super) reference: &'r [&'r str],
    pub(super) keywords: &'r [&'r str],
}

static SHIPPED: &[Data<'static>] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Builds the rules that come with the crate; no expression is compiled yet.
pub(crate) fn shipped() -> Vec<Rule> {
    SHIPPED.iter().map(|data| load::rule(data).expect("the tests have loaded every shipped rule")).collect()
}
