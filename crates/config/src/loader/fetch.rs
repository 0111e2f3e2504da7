//! Finds and reads the value of each setting.

use std::sync::Arc;

use reticent_core::hooks::{Access, Action};
use reticent_core::{Attempt, ErrorKind, Recognised, Secret, SecretRef, SecretSource, SourceError};

use super::Loader;
use crate::layer::{Content, Held, Layer};
use crate::merge::{Candidate, Merged, Named};
use crate::report::{Item, Problem, Status};
use crate::schema::{Schema, Setting};

/// How many references may follow on each other.
const LONGEST_CHAIN: usize = 4;

/// The layers with their names.
pub(super) struct Names<'a>(pub(super) Vec<Named<'a>>);

/// A layer that cannot be looked through, and the environment that misses it; `None` is each.
pub(super) struct Broken {
    pub(super) environment: Option<String>,
    pub(super) item: Item,
}

/// The value of one setting, and where it stands.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) value: Secret,
    pub(crate) place: String,
    pub(crate) reference: Option<String>,
    pub(crate) is_default: bool,
    /// How many layers were looked through before.
    pub(crate) passed_over: usize,
    /// The places of its own that were asked before.
    pub(crate) tried: Vec<Attempt>,
}

/// What looking for one setting came to.
pub(super) enum Outcome {
    /// So many layers do not have it, nor do the places of its own that were asked after them.
    Absent {
        passed_over: usize,
        tried: Vec<Attempt>,
    },
    Found(Found),
    Failed {
        status: Status,
        problem: Problem,
        place: String,
    },
    /// Places that are still to be asked, and whether one that is absent may be passed over.
    Follow {
        places: Vec<SecretRef>,
        place: String,
        falls_through: bool,
        passed_over: usize,
    },
}

/// One setting after it was looked for.
pub(super) struct Fetched {
    pub(super) outcome: Outcome,
}

impl<'a> Names<'a> {
    /// Asks each layer for its names; one that cannot be looked through is an item of the report.
    pub(super) async fn of(layers: &'a [Arc<dyn Layer>], broken: &mut Vec<Broken>) -> Self {
        let mut named = Vec::new();
        for layer in layers {
            let names = layer.names().await.unwrap_or_else(|error| {
                let mut item = Item::new(layer.label(), "source");
                let why = error.detail().map_or_else(|| error.to_string(), str::to_owned);
                let problem = Problem::new("source", format!("cannot be read: {why}"))
                    .with_remedy(error.hint().unwrap_or("let this program read it, or take it away"));
                item.add_problem(Status::of_failure(error.kind()), problem);
                broken.push(Broken { environment: layer.environment().map(str::to_owned), item });
                Vec::new()
            });
            named.push(Named { layer: &**layer, names });
        }
        Self(named)
    }
}

impl Loader {
    /// Looks for every setting: first in the layers, then, all at once, where they refer to.
    pub(super) async fn fetch(&self, schema: &Schema, names: &Names<'_>, environment: &str) -> Vec<Fetched> {
        let merged = Merged::of(schema, &names.0, environment);
        let mut fetched = Vec::new();
        for setting in schema.settings() {
            let outcome = match merged.winner(setting) {
                Some(candidate) => self.read(setting, candidate, names).await,
                None => Outcome::Absent { passed_over: names.0.len(), tried: Vec::new() },
            };
            fetched.push(Fetched { outcome });
        }
        self.follow(schema, &mut fetched).await;
        for (setting, fetched) in schema.settings().iter().zip(&mut fetched) {
            if let (Outcome::Absent { passed_over, tried }, Some(default)) =
                (&fetched.outcome, setting.default())
            {
                fetched.outcome = Outcome::Found(Found {
                    name: setting.name().to_owned(),
                    value: Secret::copy_of(default.as_bytes()),
                    place: "default".to_owned(),
                    reference: None,
                    is_default: true,
                    passed_over: *passed_over,
                    tried: tried.clone(),
                });
            }
        }
        fetched
    }

    async fn read(&self, setting: &Setting, candidate: &Candidate, names: &Names<'_>) -> Outcome {
        let layer = names.0[candidate.layer].layer;
        let [spelling] = candidate.spellings.as_slice() else {
            let problem = Problem::new(
                "case",
                format!("names differ in case alone: {}", candidate.spellings.join(", ")),
            )
            .with_remedy("keep one of them");
            return Outcome::Failed { status: Status::Invalid, problem, place: layer.label().to_owned() };
        };
        let held = if setting.is_secret() {
            let access = Access::new(&self.actor, Action::Read, setting.name());
            self.hooks.act(&access, layer.label(), layer.read(spelling)).await
        } else {
            layer.read(spelling).await
        };
        match held {
            Ok(held) => self.take(setting, held, candidate.layer),
            Err(error) => failed(&error, format!("{} {spelling}", layer.label())),
        }
    }

    /// Takes a value, or sees that it is a reference.
    fn take(&self, setting: &Setting, held: Held, passed_over: usize) -> Outcome {
        let place = held.place().to_owned();
        let reference = held.reference().map(ToString::to_string);
        let value = match held.content {
            Content::Places(places) if places.is_empty() => {
                return Outcome::Absent { passed_over, tried: Vec::new() };
            }
            Content::Places(places) => {
                return Outcome::Follow { places, place, falls_through: true, passed_over };
            }
            Content::Literal(value) => value,
            Content::Value(value) => match self.recognise(&value) {
                Recognised::Reference(at) => {
                    return Outcome::Follow { places: vec![at], place, falls_through: false, passed_over };
                }
                Recognised::Malformed(error) => return malformed(error.column(), place),
                Recognised::Value => value,
            },
        };
        let name = setting.name().to_owned();
        let tried = Vec::new();
        self.found(setting, Found { name, value, place, reference, is_default: false, passed_over, tried })
    }

    fn recognise(&self, value: &Secret) -> Recognised {
        #[expect(
            clippy::disallowed_methods,
            reason = "looked at for a registered scheme, and not kept otherwise"
        )]
        let text = value.expose_text();
        text.map_or(Recognised::Value, |text| self.schemes.recognise(text))
    }

    fn found(&self, setting: &Setting, found: Found) -> Outcome {
        if setting.is_secret() {
            self.hooks.learn(setting.name(), &found.value);
        }
        Outcome::Found(found)
    }

    /// Asks for the first place of each reference at once, and then for the next ones where that may be.
    async fn follow(&self, schema: &Schema, fetched: &mut [Fetched]) {
        let Some(source) = &self.source else { return };
        let first = |fetched: &Fetched| match &fetched.outcome {
            Outcome::Follow { places, .. } => places.first().cloned(),
            _ => None,
        };
        let wanted: Vec<SecretRef> = fetched.iter().filter_map(first).collect();
        if wanted.is_empty() {
            return;
        }
        let mut answers = source.get_many(&wanted).await.into_iter();
        for (setting, fetched) in schema.settings().iter().zip(fetched) {
            if !matches!(fetched.outcome, Outcome::Follow { .. }) {
                continue;
            }
            let outcome = std::mem::replace(
                &mut fetched.outcome,
                Outcome::Absent { passed_over: 0, tried: Vec::new() },
            );
            let Outcome::Follow { places, place, falls_through, passed_over } = outcome else { continue };
            let short = || SourceError::new(ErrorKind::Unavailable, source.name().into_owned());
            let answer = answers.next().unwrap_or_else(|| Err(short()));
            let mut walk = Walk { source: &**source, at: places[0].clone(), answer, tried: Vec::new() };
            walk.past_absent_places(&places[1..]).await;
            let ended = walk.along_references(self).await;
            fetched.outcome = match (ended, walk.answer) {
                (Err(problem), _) => Outcome::Failed { status: Status::Invalid, problem, place },
                (Ok(()), Ok(value)) => {
                    let (name, reference) = (setting.name().to_owned(), Some(walk.at.to_string()));
                    let tried = walk.tried;
                    self.found(
                        setting,
                        Found { name, value, place, reference, is_default: false, passed_over, tried },
                    )
                }
                (Ok(()), Err(error)) if falls_through && error.kind() == ErrorKind::NotFound => {
                    walk.tried.push(Attempt::new(
                        error.source_name(),
                        walk.at.to_string(),
                        ErrorKind::NotFound,
                    ));
                    Outcome::Absent { passed_over, tried: walk.tried }
                }
                (Ok(()), Err(error)) => failed(&error, place),
            };
        }
    }
}

/// The way from a reference to its value.
struct Walk<'a> {
    source: &'a dyn SecretSource,
    at: SecretRef,
    answer: Result<Secret, SourceError>,
    tried: Vec<Attempt>,
}

impl Walk<'_> {
    /// Goes on to the next place while there is nothing.
    async fn past_absent_places(&mut self, next: &[SecretRef]) {
        for next in next {
            let Err(error) = &self.answer else { return };
            if error.kind() != ErrorKind::NotFound {
                return;
            }
            self.tried.push(Attempt::new(error.source_name(), self.at.to_string(), ErrorKind::NotFound));
            self.at = next.clone();
            self.answer = self.source.get(next).await;
        }
    }

    /// Goes on while a local place holds a reference again; a circle ends here.
    async fn along_references(&mut self, loader: &Loader) -> Result<(), Problem> {
        for _ in 0..LONGEST_CHAIN {
            let Ok(value) = &self.answer else { return Ok(()) };
            if !loader.following.contains(self.at.scheme()) {
                return Ok(());
            }
            match loader.recognise(value) {
                Recognised::Value => return Ok(()),
                Recognised::Malformed(error) => return Err(unreadable(error.column())),
                Recognised::Reference(next) => {
                    self.answer = self.source.get(&next).await;
                    self.at = next;
                }
            }
        }
        let problem = Problem::new("reference", format!("more than {LONGEST_CHAIN} references in a row"));
        Err(problem.with_remedy("refer to the place that holds the value"))
    }
}

fn failed(error: &SourceError, place: String) -> Outcome {
    Outcome::Failed { status: Status::of_failure(error.kind()), problem: Problem::of_failure(error), place }
}

fn malformed(column: usize, place: String) -> Outcome {
    Outcome::Failed { status: Status::Invalid, problem: unreadable(column), place }
}

/// Says no more than the column: what looks like a reference may be a value after all.
fn unreadable(column: usize) -> Problem {
    Problem::new("reference", format!("a reference that cannot be read, from column {column} on"))
        .about_value()
        .with_remedy("write scheme://path[?version=…][#field]")
}
