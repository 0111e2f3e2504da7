//! One side of a comparison: an environment, a prefix, or one secret.

use reticent::core::{ErrorKind, Recognised, Secret, SecretRef, SourceError, Visible};
use reticent::setup::{Collection, Comparing, Known, Setup};

use super::Found;
use crate::context::Context;
use crate::failure::{Failure, Result};

/// What is compared.
pub(super) struct Side {
    /// As a person reads it: the environment's name, or the place.
    pub(super) label: String,
    pub(super) secrets: Vec<Compared>,
    kind: Kind,
    setup: Setup,
}

/// One secret of a side, and what came of reading it.
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) is_optional: bool,
    pub(super) found: Found,
    places: Vec<SecretRef>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Environment,
    Prefix,
    Single,
}

/// What a person named.
enum Meant {
    Environment,
    Prefix(Collection),
    Single(SecretRef),
}

impl Side {
    /// Reads both. One secret is compared with one other only, under whatever names.
    pub(super) fn both(texts: [&String; 2], context: &Context, comparing: &Comparing) -> Result<[Self; 2]> {
        let [a, b] = texts.map(|text| Self::read(text, context, comparing));
        let (mut a, mut b) = (a?, b?);
        match (a.kind, b.kind) {
            (Kind::Single, Kind::Single) => {
                let name = format!("{} and {}", a.label, b.label);
                for secret in a.secrets.iter_mut().chain(&mut b.secrets) {
                    secret.name.clone_from(&name);
                }
            }
            (Kind::Single, _) | (_, Kind::Single) => {
                let single = if a.kind == Kind::Single { &a } else { &b };
                return Err(Failure::usage(format!(
                    "{} is one secret, and the other side is many",
                    single.label
                ))
                .with_hint("end it with / to compare all that stands behind it"));
            }
            _ => {}
        }
        Ok([a, b])
    }

    fn read(text: &str, context: &Context, comparing: &Comparing) -> Result<Self> {
        let config = context.config()?;
        let meant = meant(text, config.schemes())?;
        let environment = matches!(meant, Meant::Environment).then_some(text);
        let setup = match environment {
            Some(_) => Setup::of(config, environment)?,
            None => context.setup()?,
        };
        let found = |result| found(result, comparing);
        let (label, kind, secrets) = match meant {
            Meant::Environment => {
                let known = context.block_on(setup.known())?;
                let results = context.block_on(setup.resolve(&known)).into_iter();
                let secrets =
                    known.iter().zip(results).map(|(known, result)| Compared::known(known, found(result)));
                (text.to_owned(), Kind::Environment, secrets.collect())
            }
            Meant::Prefix(of) => {
                let members = context.block_on(setup.members(&of))?;
                let places: Vec<SecretRef> = members.iter().map(|member| member.place().clone()).collect();
                let results = context.block_on(setup.resolver().get_many(&spelled(&places)));
                let each = members.iter().zip(results);
                let secrets = each.map(|(member, result)| {
                    Compared::at(member.name(), member.place(), found(result.map(Some)))
                });
                (of.to_string(), Kind::Prefix, secrets.collect())
            }
            Meant::Single(at) => {
                let result = context.block_on(setup.resolver().get_ref(&at));
                (at.to_string(), Kind::Single, vec![Compared::at("", &at, found(result.map(Some)))])
            }
        };
        Ok(Self { label, secrets, kind, setup })
    }

    pub(super) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Returns what is unwise about the files that were read.
    pub(super) fn warnings(&self) -> Vec<String> {
        let places: Vec<_> = self.secrets.iter().flat_map(|secret| &secret.places).cloned().collect();
        self.setup.warnings(&places)
    }

    pub(super) fn environment(&self) -> Option<&str> {
        (self.kind == Kind::Environment).then_some(&*self.label)
    }

    pub(super) fn place(&self) -> Option<&str> {
        (self.kind != Kind::Environment).then_some(&*self.label)
    }

    /// Returns a word for both sides.
    pub(super) fn what(&self, other: &Self) -> &'static str {
        let is_environment = self.kind == Kind::Environment && other.kind == Kind::Environment;
        if is_environment { "environment" } else { "side" }
    }
}

impl Compared {
    fn known(known: &Known, found: Found) -> Self {
        Self {
            name: known.name().to_owned(),
            is_optional: known.is_optional(),
            found,
            places: known.places().to_vec(),
        }
    }

    fn at(name: &str, place: &SecretRef, found: Found) -> Self {
        Self { name: name.to_owned(), is_optional: false, found, places: vec![place.clone()] }
    }
}

fn spelled(places: &[SecretRef]) -> Vec<String> {
    places.iter().map(|place| place.spelled().to_string()).collect()
}

fn found(result: std::result::Result<Option<Secret>, SourceError>, comparing: &Comparing) -> Found {
    match result {
        Ok(Some(value)) => Found::Value(comparing.fingerprint(&value)),
        Ok(None) => Found::Nothing,
        Err(error) if error.kind() == ErrorKind::NotFound => Found::Nothing,
        Err(error) => Found::Unreadable(error),
    }
}

/// Tells a prefix and a reference from the name of an environment.
fn meant(text: &str, schemes: &reticent::core::Schemes) -> Result<Meant> {
    if let Some(of) = Collection::recognise(text, schemes) {
        return Ok(Meant::Prefix(of));
    }
    match schemes.recognise(text) {
        Recognised::Reference(at) => Ok(Meant::Single(at)),
        Recognised::Malformed(error) => {
            Err(Failure::usage(format!("not a valid reference: {}", Visible(&error.to_string()))))
        }
        Recognised::Value => Ok(Meant::Environment),
    }
}
