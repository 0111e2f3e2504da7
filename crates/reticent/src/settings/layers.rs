//! From the order of places to layers.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use reticent_config::{DotenvLayer, FileFact, Held, Layer, Loader, SourceLayer};
use reticent_core::{Attempt, ErrorKind, SecretBuffer, SecretName, SecretRef, SourceError, Visible};
use reticent_provider_env::{EnvSource, Environment, FileRule};
use reticent_provider_file::{MountSource, SystemdSource};
use reticent_resolve::Resolver;

use super::places::LOCAL;
use crate::setup::{Config, Declared};

/// The largest file of values.
const LARGEST: usize = 16 << 20;

/// What a template's hole becomes, to see where it is.
const HOLE: &str = "0name0";

/// Adds what `reticent.toml` says about single names, and then the usual order.
pub(super) fn add(
    mut loader: Loader,
    config: &Config,
    variables: &Arc<dyn Environment>,
    resolver: &Resolver,
) -> Loader {
    let environments: Vec<String> = loader.policies().names().into_iter().map(str::to_owned).collect();
    for environment in environments.iter().filter(|name| config.has_environment(name)) {
        loader = loader.with_layer(DeclaredLayer::of(config, Some(environment)));
    }
    loader = loader.with_layer(DeclaredLayer::of(config, None));
    let mut seen: Vec<SecretRef> = Vec::new();
    let mut is_remote = false;
    for place in config.order().iter().filter_map(|template| place(template)) {
        if !is_remote && !LOCAL.contains(&place.scheme()) {
            is_remote = true;
            loader = loader.with_layer(RestOfOrder::of(config, resolver));
        }
        if !seen.contains(&place) {
            loader = add_place(loader, &place, config, variables, &environments);
            seen.push(place);
        }
    }
    loader
}

/// The place of a template with the hole's mark in it; every hole is the same to names in any case.
fn place(template: &str) -> Option<SecretRef> {
    let holes = ["{name}", "{NAME}", "{lower}"];
    holes.iter().fold(template.to_owned(), |text, hole| text.replace(hole, HOLE)).parse().ok()
}

fn add_place(
    loader: Loader,
    place: &SecretRef,
    config: &Config,
    variables: &Arc<dyn Environment>,
    environments: &[String],
) -> Loader {
    let prefix = place.path().split(HOLE).next().unwrap_or_default();
    match place.scheme() {
        "env" => {
            let rule = config.name_file_rule();
            let source = EnvSource::with_file_rule(Variables(Arc::clone(variables)), rule);
            let layer = SourceLayer::new("env", Arc::new(source), "env", prefix);
            loader.with_layer(if rule == FileRule::Off { layer } else { layer.also_with_suffix("_FILE") })
        }
        "file" => {
            // What stands before the hole is a folder, and perhaps the beginning of each name.
            let folder = config.base().join(prefix.rsplit_once('/').map_or("", |(folder, _)| folder));
            let path = config.base().join(prefix).to_string_lossy().into_owned();
            let source = Arc::new(MountSource::new(folder));
            loader.with_layer(SourceLayer::new("mounted secrets", source, "file", path).showing_paths())
        }
        "systemd" => {
            let source = Arc::new(SystemdSource::from_lookup(|name| variables.variable(name)));
            loader.with_layer(SourceLayer::new("systemd", source, "systemd", prefix))
        }
        "dotenv" => environments
            .iter()
            .map(|environment| (format!("{}.{environment}", place.path()), Some(environment)))
            .chain([(place.path().to_owned(), None)])
            .fold(loader, |loader, (name, environment)| {
                add_dotenv(loader, config.base(), &name, environment)
            }),
        _ => loader,
    }
}

/// Adds `.env`, or `.env.production` where that is there.
fn add_dotenv(loader: Loader, base: &Path, name: &str, environment: Option<&String>) -> Loader {
    let path = base.join(name);
    let layer = match reticent_files::read(&path, LARGEST) {
        Ok(content) => {
            let fact = FileFact::with_mode(name, content.state().mode());
            let layer = DotenvLayer::from_buffer(name, content.into_buffer());
            return with_dotenv(loader.with_file(fact), layer, environment);
        }
        Err(error) if error.is_absent() && environment.is_some() => return loader,
        Err(error) if error.is_absent() => DotenvLayer::from_buffer(name, SecretBuffer::new()),
        Err(error) => {
            let failure =
                SourceError::new(error.kind(), "dotenv").with_detail(format!("{}: {error}", Visible(name)));
            DotenvLayer::unreadable(name, failure)
        }
    };
    with_dotenv(loader, layer, environment)
}

fn with_dotenv(loader: Loader, layer: DotenvLayer, environment: Option<&String>) -> Loader {
    match environment {
        Some(environment) => loader.with_layer(layer.for_environment(environment)),
        None => loader.with_layer(layer),
    }
}

/// The variables that all layers share.
struct Variables(Arc<dyn Environment>);

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<std::ffi::OsString> {
        self.0.variable(name)
    }

    fn names(&self) -> Vec<String> {
        self.0.names()
    }
}

/// The places that `[secrets]` gives to single names.
#[derive(Debug)]
struct DeclaredLayer {
    declared: Vec<Declared>,
    environment: Option<String>,
}

impl DeclaredLayer {
    fn of(config: &Config, environment: Option<&String>) -> Self {
        let mut declared = config.secrets(environment.map(String::as_str)).unwrap_or_default();
        declared.retain(|declared| !declared.places().is_empty());
        Self { declared, environment: environment.cloned() }
    }

    fn find(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.name().as_str() == name)
    }
}

#[async_trait]
impl Layer for DeclaredLayer {
    fn label(&self) -> &str {
        "reticent.toml"
    }

    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.declared.iter().map(|declared| declared.name().to_string()).collect())
    }

    fn places(&self, name: &str) -> Vec<Attempt> {
        let places = self.find(name).map(Declared::places).unwrap_or_default();
        places
            .iter()
            .map(|place| Attempt::new(place.scheme(), place.to_string(), ErrorKind::NotFound))
            .collect()
    }

    async fn read(&self, name: &str) -> Result<Held, SourceError> {
        let absent = || SourceError::new(ErrorKind::NotFound, "reticent.toml").for_key(name);
        let declared = self.find(name).ok_or_else(absent)?;
        Ok(Held::references(declared.places().to_vec(), "reticent.toml"))
    }
}

/// The usual order from its first place on that is not on this machine, for the secrets that are declared without places
/// of their own.
///
/// A backend is not asked for all its names: each of these is looked for there, and then in the places behind, which are
/// read by the resolver as well. So what `check` finds is what `run` hands over.
#[derive(Debug)]
struct RestOfOrder {
    names: Vec<SecretName>,
    resolver: Resolver,
}

impl RestOfOrder {
    fn of(config: &Config, resolver: &Resolver) -> Self {
        let settings = config.declarations().schema().settings().iter();
        let settings = settings.filter(|setting| setting.is_secret());
        let settings = settings.filter_map(|setting| SecretName::parse(setting.name()).ok());
        let environments = config.declarations().policies().names().into_iter();
        let environments = environments.filter(|name| config.has_environment(name)).map(Some);
        let mut names: Vec<SecretName> = settings.collect();
        for environment in environments.chain([None]) {
            let declared = config.secrets(environment).unwrap_or_default();
            names.extend(declared.iter().map(|declared| declared.name().clone()));
        }
        names.sort_unstable();
        names.dedup();
        Self { names, resolver: resolver.clone() }
    }

    fn references(&self, name: &str) -> Vec<SecretRef> {
        let Some(name) = self.names.iter().find(|known| known.as_str() == name) else { return Vec::new() };
        let places = self.resolver.places(name).into_iter();
        places.skip_while(|place| LOCAL.contains(&place.scheme())).collect()
    }
}

#[async_trait]
impl Layer for RestOfOrder {
    fn label(&self) -> &str {
        "reticent.toml"
    }

    fn environment(&self) -> Option<&str> {
        None
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.names.iter().map(ToString::to_string).collect())
    }

    fn places(&self, name: &str) -> Vec<Attempt> {
        let each = self.references(name).into_iter();
        each.map(|place| Attempt::new(place.scheme(), place.to_string(), ErrorKind::NotFound)).collect()
    }

    async fn read(&self, name: &str) -> Result<Held, SourceError> {
        Ok(Held::references(self.references(name), "reticent.toml"))
    }
}
