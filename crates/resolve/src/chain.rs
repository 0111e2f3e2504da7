//! From place to place until one has the secret.
//!
//! The decision: only absence falls through. A place that denies, or that holds something broken, ends the search,
//! since a production secret that is denied must not become a development default.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use reticent_core::{Attempt, ErrorKind, Recognised, Secret, SecretRef, SourceError};

use crate::backend::Answer;
use crate::policy::Fallthrough;
use crate::request::{Asked, Request};
use crate::resolver::Inner;
use crate::route::Places;

/// How many references in a row are followed.
const LONGEST_TRAIL: usize = 4;

/// How a search ended, and what it passed over on the way.
#[derive(Clone)]
pub(crate) struct Outcome {
    pub(crate) result: Result<Won, SourceError>,
    /// Every place that did not give the secret, in order; in a failure also the place that ended the search.
    pub(crate) tried: Vec<Attempt>,
    /// The places that held a reference to the next one, at the end of the search.
    pub(crate) followed: Vec<SecretRef>,
    /// Whether a place was passed over for a transient failure, so that the answer may be a makeshift.
    pub(crate) makeshift: bool,
}

/// The secret, and the place that gave it.
#[derive(Clone)]
pub(crate) struct Won {
    pub(crate) secret: Secret,
    pub(crate) place: SecretRef,
}

/// Searches for all of `requests` at once: one call for each source and round.
pub(crate) async fn search(inner: &Arc<Inner>, requests: &[Request]) -> Vec<Outcome> {
    let mut searches: Vec<Search<'_>> = requests.iter().map(|request| Search::new(inner, request)).collect();
    loop {
        let mut groups: BTreeMap<&str, Vec<(usize, SecretRef)>> = BTreeMap::new();
        for (index, search) in searches.iter().enumerate() {
            if let Some(place) = search.next_place() {
                groups.entry(place.scheme()).or_default().push((index, place.clone()));
            }
        }
        if groups.is_empty() {
            return searches.into_iter().map(Search::end).collect();
        }
        let reads: Vec<_> = groups.into_iter().map(|(scheme, group)| read(inner, scheme, group)).collect();
        for (index, place, answer) in join_all(reads).await.into_iter().flatten() {
            searches[index].take(place, answer);
        }
    }
}

async fn read(
    inner: &Arc<Inner>,
    scheme: &str,
    group: Vec<(usize, SecretRef)>,
) -> Vec<(usize, SecretRef, Answer)> {
    let (indices, places): (Vec<usize>, Vec<SecretRef>) = group.into_iter().unzip();
    let answers = match inner.backend(scheme) {
        Some(backend) => inner.read_places(backend, &places).await,
        None => places.iter().map(|at| Err(inner.no_source_for(at))).collect(),
    };
    indices
        .into_iter()
        .zip(places)
        .zip(answers)
        .map(|((index, place), answer)| (index, place, answer))
        .collect()
}

struct Search<'a> {
    inner: &'a Inner,
    request: &'a Request,
    places: Places,
    next: usize,
    /// The references that were followed from the present place, the last of which is read next.
    trail: Vec<SecretRef>,
    /// The places where these references stood.
    followed: Vec<SecretRef>,
    tried: Vec<Attempt>,
    absent: Option<SourceError>,
    passed_over: Option<(SourceError, SecretRef)>,
    result: Option<Result<Won, SourceError>>,
}

impl<'a> Search<'a> {
    fn new(inner: &'a Inner, request: &'a Request) -> Self {
        let places = inner.places(request.asked());
        Self {
            inner,
            request,
            places,
            next: 0,
            trail: vec![],
            followed: vec![],
            tried: vec![],
            absent: None,
            passed_over: None,
            result: None,
        }
    }

    fn next_place(&self) -> Option<&SecretRef> {
        if self.result.is_some() { None } else { self.trail.last().or_else(|| self.places.get(self.next)) }
    }

    fn take(&mut self, place: SecretRef, answer: Answer) {
        let error = match answer {
            Ok(secret) => return self.take_value(secret, place),
            Err(error) => error,
        };
        self.tried.push(attempt(&error, &place));
        self.next += 1;
        if !self.trail.is_empty() {
            // Somebody wrote that the secret is there; another place would be a guess.
            self.result = Some(Err(self.told_of_trail(error, &place)));
        } else if error.kind() == ErrorKind::NotFound {
            self.absent = Some(error);
        } else if error.is_transient() && self.inner.fallthrough == Fallthrough::NotFoundOrTransient {
            self.passed_over.get_or_insert((error, place));
        } else {
            self.result = Some(Err(self.told_by_name(error, &place)));
        }
    }

    /// Takes a value, or follows it if it is a reference in a place where references count.
    fn take_value(&mut self, secret: Secret, place: SecretRef) {
        let follows = matches!(self.request.asked(), Asked::Name(_))
            && self.inner.backend(place.scheme()).is_some_and(|backend| backend.follows);
        #[expect(clippy::disallowed_methods, reason = "looks for a registered scheme; a value is not kept")]
        let recognised = match secret.expose_text() {
            Ok(text) if follows => self.inner.schemes.recognise(text),
            _ => Recognised::Value,
        };
        self.result = match recognised {
            Recognised::Value => Some(Ok(Won { secret, place })),
            Recognised::Reference(_) if self.trail.len() == LONGEST_TRAIL => Some(Err(
                self.misled(&place, "more than four references lead from one to the next".to_owned())
            )),
            Recognised::Reference(target) => {
                self.trail.push(target);
                self.followed.push(place);
                None
            }
            Recognised::Malformed(error) => {
                Some(Err(self.misled(&place, format!("it holds a reference that is not valid: {error}"))))
            }
        };
    }

    fn misled(&self, place: &SecretRef, detail: String) -> SourceError {
        let label = self
            .inner
            .backend(place.scheme())
            .map_or_else(Arc::default, |backend| Arc::clone(&backend.label));
        self.told_by_name(SourceError::new(ErrorKind::InvalidReference, label).with_detail(detail), place)
    }

    fn end(self) -> Outcome {
        let Self { ref tried, ref result, .. } = self;
        let result = result.clone().unwrap_or_else(|| Err(self.nowhere()));
        let result = result.map_err(|error| error.with_tried(tried.clone()));
        let Self { tried, followed, passed_over, .. } = self;
        Outcome { result, tried, followed, makeshift: passed_over.is_some() }
    }

    /// No place has it. While one of them could not be asked, that is not the same as absent.
    fn nowhere(&self) -> SourceError {
        if let Some((error, place)) = &self.passed_over {
            return self.told_by_name(error.clone(), place);
        }
        match (self.request.asked(), &self.absent, &*self.places) {
            (Asked::Name(name), None, _) => self.inner.unrouted(name),
            (_, Some(error), [_]) => self.absent_from_one(error.clone()),
            _ => self.absent_from_several(),
        }
    }

    /// The one place knows best what is missing and what to do.
    fn absent_from_one(&self, error: SourceError) -> SourceError {
        let hint = format!("set {}", self.places[0]);
        let error = error.for_key(Arc::clone(self.request.shown()));
        match (self.request.asked(), error.hint()) {
            (Asked::Name(_), None) => error.with_hint(hint),
            _ => error,
        }
    }

    fn absent_from_several(&self) -> SourceError {
        let mut labels: Vec<&str> = Vec::new();
        for label in self.tried.iter().map(Attempt::source) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let places: Vec<&str> = self.tried.iter().map(Attempt::place).collect();
        SourceError::new(ErrorKind::NotFound, labels.join(", "))
            .for_key(Arc::clone(self.request.shown()))
            .with_hint(format!("set one of {}", places.join(", ")))
    }

    /// Says which place leads to the one that failed, since that is where a mistake would stand.
    fn told_of_trail(&self, error: SourceError, place: &SecretRef) -> SourceError {
        let Some(holder) = self.followed.last() else { return self.told_by_name(error, place) };
        let hint = format!("{holder} refers to {place}; set what is there, or mend the reference");
        self.told_by_name(error, place).with_hint(hint)
    }

    /// Says the logical name first, since that is what was asked for, and the place after it.
    fn told_by_name(&self, error: SourceError, place: &SecretRef) -> SourceError {
        let Asked::Name(name) = self.request.asked() else { return error };
        let detail = match error.detail() {
            Some(detail) => format!("at {place}: {detail}"),
            None => format!("at {place}"),
        };
        error.for_key(name.as_str()).with_detail(detail)
    }
}

fn attempt(error: &SourceError, place: &SecretRef) -> Attempt {
    let attempt = Attempt::new(error.source_name(), place.to_string(), error.kind());
    let cause = || std::error::Error::source(error).map(ToString::to_string);
    match error.detail().map(str::to_owned).or_else(cause) {
        Some(note) => attempt.with_note(note),
        None => attempt,
    }
}
