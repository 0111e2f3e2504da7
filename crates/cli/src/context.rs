//! What every command works with: the options, the configuration, the resolver.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use clap::parser::ValueSource;
use reticent::core::{Recognised, SecretName, SecretRef};
use reticent::setup::{Config, Setup};
use tokio::runtime::Runtime;

use crate::arguments::{Format, Global, variable};
use crate::failure::{Failure, Result};
use crate::output::Output;

/// How long a command that is done waits for what it gives back.
const PATIENCE: Duration = Duration::from_secs(5);

/// The options and the place a command runs in.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) output: Output,
    folder: PathBuf,
    /// One for the whole command: a client of a server keeps connections that live as long as their runtime.
    runtime: Runtime,
}

/// What a person names on the command line.
#[derive(Debug)]
pub(crate) enum Target {
    Name(SecretName),
    Reference(SecretRef),
}

impl Context {
    pub(crate) fn new(global: Global, colour: bool) -> Result<Self> {
        let folder = env::current_dir()
            .map_err(|error| Failure::usage(format!("the working directory cannot be used: {error}")))?;
        let output = Output::new(global.quiet, global.verbose, colour);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime on one thread needs nothing that could be missing");
        Ok(Self { global, output, folder, runtime })
    }

    pub(crate) fn is_json(&self) -> bool {
        self.global.json || self.global.format == Format::Json
    }

    /// Returns the working directory.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub(crate) fn config(&self) -> Result<Config> {
        Ok(match &self.global.config {
            Some(path) => Config::read(&self.folder.join(path))?,
            None => Config::discover(&self.folder)?,
        })
    }

    /// Builds the sources and the resolver from the configuration.
    pub(crate) fn setup(&self) -> Result<Setup> {
        let config = self.config()?;
        let environment = self.environment(&config);
        Ok(Setup::of(config, environment.as_deref())?)
    }

    /// Says what is unwise about the files that were read.
    pub(crate) fn warn(&self, setup: &Setup, places: &[SecretRef]) {
        for warning in setup.warnings(places) {
            self.output.say(format!("warning: {warning}"));
        }
    }

    /// The option, else `ENVIRONMENT` where the configuration knows such an environment.
    fn environment(&self, config: &Config) -> Option<String> {
        let asked = self.global.environment.clone();
        asked.or_else(|| env::var("ENVIRONMENT").ok().filter(|name| config.has_environment(name)))
    }

    /// Gives back what was lent to a command that is done with it.
    pub(crate) async fn give_back(&self, setup: &Setup) {
        if let Err(error) = setup.give_back(PATIENCE).await {
            self.output.say(format!("warning: {error}"));
        }
    }

    /// Runs a future to its end on this thread.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Says where each option came from, if `--explain` asks for it.
    pub(crate) fn explain(&self, matches: &ArgMatches) {
        if !self.global.explain {
            return;
        }
        match self.config().as_ref().map(Config::file) {
            Ok(Some(file)) => self.output.error(format!("explain: configuration from {}\n", file.display())),
            Ok(None) => self.output.error("explain: no reticent.toml here or above\n"),
            Err(_) => {} // the command itself reports it
        }
        let mut seen = Vec::new();
        let mut level = Some(matches);
        while let Some(matches) = level {
            for id in matches.ids().map(clap::Id::as_str) {
                // Groups have no source of their own, and the options of every command stand at each level.
                let Some(source) = matches.try_contains_id(id).ok().and_then(|_| matches.value_source(id))
                else {
                    continue;
                };
                let is_group = id.starts_with(|first: char| first.is_ascii_uppercase());
                if is_group || seen.contains(&id) {
                    continue;
                }
                seen.push(id);
                let from = match source {
                    ValueSource::CommandLine => "the command line".to_owned(),
                    ValueSource::EnvVariable => variable(id),
                    _ => "its default".to_owned(),
                };
                self.output.error(format!("explain: {} from {from}\n", id.replace('_', "-")));
            }
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        if self.global.environment.is_none() && env::var_os("ENVIRONMENT").is_some() {
            self.output.error("explain: ENVIRONMENT names the environment if reticent.toml declares it\n");
        }
    }
}

impl Target {
    /// Reads a name or a reference; what is neither may be a value and is not repeated.
    pub(crate) fn parse(text: &str, setup: &Setup) -> Result<Self> {
        match setup.schemes().recognise(text) {
            Recognised::Reference(reference) => Ok(Self::Reference(reference)),
            Recognised::Malformed(error) => Err(Failure::usage(format!("not a valid reference: {error}"))),
            Recognised::Value => match SecretName::parse(text) {
                Ok(name) => Ok(Self::Name(name)),
                Err(error) => {
                    let schemes: Vec<_> = setup.schemes().iter().map(|scheme| format!("{scheme}:")).collect();
                    Err(Failure::usage(format!("neither a name nor a reference: {error}"))
                        .with_hint(format!("references here begin with {}", schemes.join(", "))))
                }
            },
        }
    }

    /// Returns where it is looked for.
    pub(crate) fn places(&self, setup: &Setup) -> Vec<SecretRef> {
        match self {
            Self::Name(name) => setup.resolver().places(name),
            Self::Reference(at) => vec![at.clone()],
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Reference(reference) => reference.fmt(f),
        }
    }
}
