//! Judges what was fetched, setting by setting.

use reticent_core::{Attempt, Secret};

use super::fetch::{Fetched, Names, Outcome};
use super::{Found, Loader, conditions, missing};
use crate::judge::{self, Neighbour, Subject, Verdict};
use crate::read;
use crate::report::{Item, Problem, Report, Status};
use crate::rule::Rule;
use crate::schema::{Kind, Required, Schema, Setting};

const SECONDS_A_DAY: u64 = 86_400;

impl Loader {
    /// Adds an item for each setting, and returns the values.
    pub(super) fn judge(
        &self,
        schema: &Schema,
        fetched: Vec<Fetched>,
        names: &Names<'_>,
        report: &mut Report,
    ) -> Vec<Found> {
        let environment = report.environment().to_owned();
        let neighbours = neighbours(schema, &fetched);
        let all: Vec<&Found> = fetched.iter().filter_map(as_found).collect();
        let mut items = Vec::new();
        for (setting, fetched) in schema.settings().iter().zip(&fetched) {
            let in_use = conditions::hold(setting.conditions(), &environment, &all);
            let mut item = Item::new(setting.name(), setting.kind().as_str());
            item.set_secret(setting.is_secret());
            match &fetched.outcome {
                Outcome::Found(found) => {
                    let mut tried = missing::places(setting, names, &environment, found.passed_over);
                    tried.extend(found.tried.iter().cloned());
                    item.set_tried(tried);
                    self.judge_found(&mut item, setting, found, &neighbours, in_use);
                }
                Outcome::Failed { status, problem, place } => {
                    item.set_place(place.clone());
                    item.add_problem(*status, problem.clone());
                }
                Outcome::Absent { passed_over, tried: also } => {
                    let mut tried = missing::places(setting, names, &environment, *passed_over);
                    tried.extend(also.iter().cloned());
                    let near = missing::misspelt(setting, names, schema);
                    judge_absent(&mut item, setting, tried, in_use, near);
                }
                Outcome::Follow { place, .. } => {
                    item.set_place(place.clone());
                    item.add_problem(
                        Status::Invalid,
                        Problem::new("reference", "there is no source to follow it with")
                            .with_remedy("hand a source to the loader"),
                    );
                }
            }
            let is_quiet = item.problems().is_empty() && item.warnings().is_empty();
            if !(setting.is_implied() && is_quiet) {
                items.push(item);
            }
        }
        items.into_iter().for_each(|item| report.push(item));
        fetched
            .into_iter()
            .filter_map(|fetched| match fetched.outcome {
                Outcome::Found(found) => Some(found),
                _ => None,
            })
            .collect()
    }

    fn judge_found(
        &self,
        item: &mut Item,
        setting: &Setting,
        found: &Found,
        neighbours: &[Neighbour],
        in_use: bool,
    ) {
        item.set_place(found.place.clone());
        if let Some(reference) = &found.reference {
            item.set_reference(reference.clone());
        }
        self.set_age(item, &found.value);
        let is_required = match setting.required() {
            Required::Always => true,
            Required::When(_) => in_use,
            Required::Never => false,
        };
        if !judge_form(item, setting, &found.value, is_required) {
            return;
        }
        let subject = Subject { setting, value: &found.value, neighbours };
        for rule in applicable(setting, &found.value, in_use) {
            let problem = |message: String| {
                Problem::new(rule.as_str(), message).about_value().with_remedy(judge::remedy(rule))
            };
            match judge::judge(rule, &subject) {
                Verdict::Pass => {}
                Verdict::Warn(message) => item.add_warning(problem(message)),
                // Two rules may see the same: that it is a placeholder, that it is somebody else's.
                Verdict::Fail(message) if item.problems().iter().any(|known| known.message() == message) => {}
                Verdict::Fail(message) => item.add_problem(Status::Invalid, problem(message)),
            }
        }
    }

    fn set_age(&self, item: &mut Item, value: &Secret) {
        let metadata = value.metadata();
        let age = metadata.created().and_then(|created| self.clock.now().duration_since(created).ok());
        item.set_age(
            metadata.version().map(ToString::to_string),
            age.map(|age| age.as_secs() / SECONDS_A_DAY),
        );
    }
}

fn as_found(fetched: &Fetched) -> Option<&Found> {
    match &fetched.outcome {
        Outcome::Found(found) => Some(found),
        _ => None,
    }
}

fn neighbours(schema: &Schema, fetched: &[Fetched]) -> Vec<Neighbour> {
    let settings = schema.settings().iter();
    settings
        .zip(fetched)
        .filter_map(|(setting, fetched)| Some((setting, as_found(fetched)?)))
        // Flags and numbers are equal to a password by chance alone.
        .filter(|(setting, _)| setting.is_secret() || *setting.kind() == Kind::Text)
        .map(|(setting, found)| Neighbour {
            name: found.name.clone(),
            value: found.value.clone(),
            secret: setting.is_secret(),
        })
        .collect()
}

/// Judges the form of a value; rules are for values that have it.
fn judge_form(item: &mut Item, setting: &Setting, value: &Secret, is_required: bool) -> bool {
    if value.is_empty() && is_required && !matches!(setting.kind(), Kind::List(_)) {
        let problem = Problem::new("not-empty", format!("set and empty; expected {}", setting.kind()));
        item.add_problem(
            Status::Invalid,
            problem.about_value().with_remedy(format!("give {} a value", setting.name())),
        );
        return false;
    }
    if read::has_form(setting.kind(), value) {
        return true;
    }
    let problem = Problem::new("type", format!("expected {}", setting.kind())).about_value();
    item.add_problem(
        Status::Invalid,
        problem.with_remedy(format!("set {} to {}", setting.name(), setting.kind())),
    );
    false
}

/// The rules that count: of a setting that is not in use, that it holds no placeholder; of an empty optional one,
/// that a connection must be encrypted.
fn applicable<'a>(setting: &'a Setting, value: &Secret, in_use: bool) -> impl Iterator<Item = &'a Rule> {
    let is_empty = value.is_empty();
    setting.rules().iter().filter(move |rule| match rule {
        Rule::NotPlaceholder => true,
        Rule::Tls => in_use,
        _ => in_use && !is_empty,
    })
}

fn judge_absent(item: &mut Item, setting: &Setting, tried: Vec<Attempt>, in_use: bool, near: Option<String>) {
    let is_missing = match setting.required() {
        Required::Always => true,
        Required::When(_) => in_use,
        Required::Never => false,
    };
    if is_missing {
        item.add_problem(Status::Missing, missing::problem(setting, &tried, near));
    }
    item.set_tried(tried);
}
