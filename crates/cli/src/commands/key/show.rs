//! What a keyring holds, without any key.

use reticent::core::SourceError;
use reticent::crypto::{Entry, KeyId, Keyring, Report, State};
use reticent::setup::KeyringPlace;
use serde_json::{Value, json};

use super::replicas;

use crate::app::written;
use crate::commands::crypto::{KeyringArgs, ago, now, unopened, utc};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// After this long another key should encrypt: two years (NIST SP 800-57, part 1, section 5.3.6).
const OLD: u64 = 2 * 365 * 86_400;

/// After this long a program that reports, as it does every minute or so, is taken for gone by whoever looks: an hour.
const SILENT: u64 = 3_600;

/// The states in the order of a key's life.
const STATES: [State; 7] = [
    State::Staged,
    State::Primary,
    State::Accepted,
    State::Suspended,
    State::Retired,
    State::Compromised,
    State::Destroyed,
];

/// Lists the keys: identifier, state, times and check value
///
/// A check value tells that two keys of one name are not the same; the key cannot be found from it.
#[derive(clap::Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    keyring: KeyringArgs,
}

/// Says which key encrypts, how many there are in each state, and what to look after
///
/// Ends with 1 when nothing can be encrypted.
#[derive(clap::Args, Debug)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    keyring: KeyringArgs,
}

/// A keyring and where it is.
struct Shown {
    keyring: Keyring,
    place: KeyringPlace,
    reports: std::result::Result<Vec<Report>, SourceError>,
}

impl Shown {
    fn of(args: &KeyringArgs, context: &Context) -> Result<Self> {
        let setup = context.setup()?;
        let keyrings = args.keyrings(&setup, context)?;
        let keyring = context.block_on(keyrings.open()).map_err(|error| unopened(&keyrings, error))?;
        context.warn(&setup, &[]);
        Ok(Self { keyring, place: keyrings.place(), reports: replicas::reports(&keyrings, context) })
    }

    /// Tells whether keys have times and a generation; those of a variable have none.
    fn is_stored(&self) -> bool {
        matches!(self.place, KeyringPlace::File(_))
    }
}

pub(super) fn list(args: &ListArgs, context: &Context) -> Result<Exit> {
    let shown = Shown::of(&args.keyring, context)?;
    let entries = shown.keyring.entries();
    if context.is_json() {
        for entry in entries {
            written(context.output.line(document(entry, shown.is_stored())))?;
        }
        return Ok(Exit::Fine);
    }
    let rows: Vec<[String; 5]> = entries.map(|entry| row(entry, shown.is_stored())).collect();
    let head = ["key", "state", "check", "created", "since"].map(str::to_owned);
    let width = |column: usize| rows.iter().chain([&head]).map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    for row in [&head].into_iter().chain(&rows) {
        let [id, state, check, created, since] = row;
        let [w0, w1, w2, w3] = widths;
        let line = format!("{id:w0$}  {state:w1$}  {check:w2$}  {created:w3$}  {since}");
        written(context.output.line(line.trim_end()))?;
    }
    for entry in shown.keyring.entries() {
        if let Some(defect) = entry.defect() {
            context.output.say(format!("warning: the key \"{}\" {defect}; it encrypts nothing", entry.id()));
        }
    }
    Ok(Exit::Fine)
}

fn row(entry: &Entry, is_stored: bool) -> [String; 5] {
    let time = |seconds| if is_stored { utc(seconds) } else { "-".to_owned() };
    [
        entry.id().to_string(),
        entry.state().to_string(),
        check(entry),
        time(entry.created()),
        time(entry.changed()),
    ]
}

fn check(entry: &Entry) -> String {
    format!("{:08x}", u32::from_be_bytes(entry.check_value()))
}

/// Describes one key as a JSON object.
pub(super) fn document(entry: &Entry, is_stored: bool) -> String {
    let time = |seconds: u64| is_stored.then_some(seconds);
    json!({
        "schema": "reticent.key/1",
        "id": entry.id().as_str(),
        "state": entry.state().to_string(),
        "algorithm": "aes256",
        "created": time(entry.created()),
        "changed": time(entry.changed()),
        "check": check(entry),
        "encrypts": entry.encrypts(),
        "weak": entry.defect().map(|defect| defect.to_string()),
    })
    .to_string()
}

pub(super) fn status(args: &StatusArgs, context: &Context) -> Result<Exit> {
    let shown = Shown::of(&args.keyring, context)?;
    let keyring = &shown.keyring;
    let primary = keyring.entries().find(|entry| entry.state() == State::Primary);
    let counts: Vec<(State, usize)> = STATES
        .map(|state| (state, keyring.entries().filter(|entry| entry.state() == state).count()))
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    let reports = shown.reports.as_deref().unwrap_or_default();
    let mut warnings = warnings(keyring, shown.is_stored(), now());
    warnings.extend(shown.reports.as_ref().err().map(ToString::to_string));
    warnings.extend(reports.iter().flat_map(|report| behind(report, keyring, now())));
    let generation = shown.is_stored().then(|| keyring.generation());
    if context.is_json() {
        let states: serde_json::Map<_, _> =
            counts.iter().map(|(state, count)| (state.to_string(), json!(count))).collect();
        let object = json!({
            "schema": "reticent.key-status/1",
            "keyring": shown.place.to_string(),
            "generation": generation,
            "primary": primary.map(|entry| entry.id().as_str()),
            "keys": states,
            "replicas": shown.reports.is_ok().then(|| reports.iter().map(replica).collect::<Vec<_>>()),
            "warnings": warnings,
        });
        written(context.output.line(object.to_string()))?;
    } else {
        let counted: Vec<_> = counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let generation = generation.map_or("-".to_owned(), |generation| generation.to_string());
        let primary = primary.map_or("none", |entry| entry.id().as_str());
        let place = &shown.place;
        let lines = format!(
            "keyring     {place}\ngeneration  {generation}\nprimary     {primary}\nkeys        {}",
            counted.join(", ")
        );
        written(context.output.line(lines))?;
        for report in reports {
            let line = format!("replica     {}: {}", report.replica(), replicas::last(report));
            written(context.output.line(line))?;
        }
        warnings.iter().for_each(|warning| context.output.say(format!("warning: {warning}")));
    }
    Ok(if keyring.entries().any(Entry::encrypts) { Exit::Fine } else { Exit::Findings })
}

fn replica(report: &Report) -> Value {
    json!({
        "name": report.replica().as_str(),
        "generation": report.generation(),
        "primary": report.primary().map(KeyId::as_str),
        "at": report.at(),
    })
}

/// What a program that reports has not read yet, and whether it still runs.
fn behind(report: &Report, keyring: &Keyring, now: u64) -> Vec<String> {
    let name = report.replica();
    let mut warnings = Vec::new();
    for entry in keyring.entries().filter(|entry| !report.has(entry)) {
        if matches!(entry.state(), State::Staged | State::Primary | State::Accepted) {
            warnings.push(format!("{name} does not have the key \"{}\"", entry.id()));
        }
    }
    let encrypts = keyring.entries().find(|entry| entry.state() == State::Primary).map(Entry::id);
    if let Some(other) = report.primary().filter(|other| Some(*other) != encrypts) {
        warnings.push(format!("{name} still encrypts with \"{other}\""));
    }
    if now.saturating_sub(report.at()) > SILENT {
        let since = ago(report.at(), now);
        warnings.push(format!(
            "{name} reported {since} for the last time: reticent key forget {name} if it is gone"
        ));
    }
    warnings
}

/// What to look after, at this time.
fn warnings(keyring: &Keyring, is_stored: bool, now: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    if !keyring.entries().any(|entry| entry.state() == State::Primary) {
        warnings.push("no key encrypts: reticent key promote ID".to_owned());
    }
    for entry in keyring.entries().filter(|entry| entry.state() != State::Destroyed) {
        let id = entry.id();
        if let Some(defect) = entry.defect() {
            warnings.push(format!("the key \"{id}\" {defect}; it encrypts nothing"));
        }
        if is_stored && entry.state() == State::Primary && now.saturating_sub(entry.created()) > OLD {
            warnings
                .push(format!("the key \"{id}\" is older than two years: reticent key stage makes another"));
        }
        if entry.state() == State::Compromised {
            warnings.push(format!("the key \"{id}\" is compromised: reticent rewrap what it encrypted"));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use reticent::crypto::Key;

    use super::*;

    #[test]
    fn a_key_that_encrypts_for_more_than_two_years_is_warned_of() {
        let keyring = Keyring::of("k1".parse().expect("an identifier"), Key::generate().expect("randomness"))
            .expect("random");
        let created = keyring.entries().next().expect("one").created();
        assert_eq!(warnings(&keyring, true, created + OLD), [""; 0]);
        let warned = ["the key \"k1\" is older than two years: reticent key stage makes another"];
        assert_eq!(warnings(&keyring, true, created + OLD + 1), warned);
        assert_eq!(warnings(&keyring, false, created + OLD + 1), [""; 0]);
        assert_eq!(warnings(&Keyring::new(), true, 0), ["no key encrypts: reticent key promote ID"]);
    }

    #[test]
    fn a_program_that_lacks_a_key_or_is_silent_is_warned_of() {
        let id = |text: &str| text.parse::<KeyId>().expect("an identifier");
        let key = || Key::generate().expect("randomness");
        let mut keyring = Keyring::of(id("k1"), key()).expect("random");
        let report = Report::of("web-1".parse().expect("a name"), &keyring);
        assert_eq!(behind(&report, &keyring, report.at() + SILENT), [""; 0]);
        keyring.stage(id("k2"), key()).expect("new");
        keyring.stage(id("k3"), key()).expect("new");
        keyring.set_state(&id("k3"), State::Suspended).expect("staged");
        assert_eq!(behind(&report, &keyring, report.at()), ["web-1 does not have the key \"k2\""]);
        keyring.promote(&id("k2")).expect("staged");
        assert_eq!(
            behind(&report, &keyring, report.at() + SILENT + 1),
            [
                "web-1 does not have the key \"k2\"",
                "web-1 still encrypts with \"k1\"",
                "web-1 reported 1 hour ago for the last time: reticent key forget web-1 if it is gone"
            ]
        );
    }
}
