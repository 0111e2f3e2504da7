//! The concrete sources of this build, and the resolver over them.

use std::sync::Arc;

use reticent_core::hooks::{Actor, Hooks};
use reticent_core::{RightsCheck, SecretList, SecretRef, SecretSink};
use reticent_provider_env::{DotenvSource, EnvSource, ProcessEnvironment};
use reticent_provider_file::{FileSource, SystemdSource};
use reticent_resolve::{Fallthrough, Resolver, ResolverBuilder, RetryPolicy, SourcePolicy};

use super::config::FileRule;
use super::remote::Backend;
use super::{Config, Declared, SetupError};
#[cfg(any(feature = "aws-agent", feature = "vault"))]
use super::{credentials::Credentials, remote::backends};

#[derive(Clone, Debug)]
pub(super) struct Sources {
    env: Arc<EnvSource>,
    pub(super) dotenv: Arc<DotenvSource>,
    file: Arc<FileSource>,
    systemd: Arc<SystemdSource>,
    remote: Vec<Backend>,
}

impl Config {
    /// How `NAME_FILE` is read.
    pub(crate) fn name_file_rule(&self) -> reticent_provider_env::FileRule {
        match self.sources.file_rule {
            FileRule::OfficialImages => reticent_provider_env::FileRule::OfficialImages,
            FileRule::PythonHelper => reticent_provider_env::FileRule::PythonHelper,
            FileRule::Off => reticent_provider_env::FileRule::Off,
        }
    }

    /// The usual order, as templates with `{name}`, `{NAME}` or `{lower}`.
    pub(crate) fn order(&self) -> &[String] {
        &self.sources.order
    }
}

impl Sources {
    pub(super) fn of(config: &Config) -> Self {
        let env = Arc::new(EnvSource::with_file_rule(ProcessEnvironment, config.name_file_rule()));
        let dotenv = Arc::new(DotenvSource::new(config.base()));
        let file = Arc::new(FileSource::new(config.base()));
        let systemd = Arc::new(SystemdSource::from_environment());
        #[cfg(any(feature = "aws-agent", feature = "vault"))]
        let remote = {
            let (env, dotenv) = (Arc::clone(&env), Arc::clone(&dotenv));
            let (file, systemd) = (Arc::clone(&file), Arc::clone(&systemd));
            backends(config, &Credentials { env, dotenv, file, systemd })
        };
        #[cfg(not(any(feature = "aws-agent", feature = "vault")))]
        let remote = Vec::new();
        Self { env, dotenv, file, systemd, remote }
    }

    /// Builds the resolver over every source, also over sealed values where they can be opened.
    pub(super) fn resolver(
        &self,
        config: &Config,
        declared: &[Declared],
        hooks: Hooks,
        actor: Actor,
    ) -> Result<Resolver, SetupError> {
        let places = || self.places(config, hooks.clone(), actor.clone());
        let builder = places();
        #[cfg(feature = "crypto")]
        let builder = {
            let scheme = reticent_crypto::SealedSource::SCHEME;
            let others = routed(places(), declared, |place| place.scheme() != scheme);
            let sealed = super::sealed::ProgramSealed::new(config.clone(), built(others)?);
            builder.source_with(scheme, sealed, local())
        };
        built(routed(builder, declared, |_| true))
    }

    /// Adds the places of this machine and the rules of `reticent.toml`.
    fn places(&self, config: &Config, hooks: Hooks, actor: Actor) -> ResolverBuilder {
        let fallthrough = match config.sources.transient_falls_through {
            false => Fallthrough::NotFound,
            true => Fallthrough::NotFoundOrTransient,
        };
        let retry = RetryPolicy::default()
            .with_attempts(config.retry.attempts)
            .with_waits(config.retry.first_wait, config.retry.longest_wait);
        let cache = reticent_resolve::CachePolicy::default()
            .with_ttl(config.cache.ttl)
            .with_negative(config.cache.negative)
            .with_max_stale(config.cache.stale_if_error);
        let builder = Resolver::builder()
            .source_with("env", Arc::clone(&self.env), local().following())
            .source_with("dotenv", Arc::clone(&self.dotenv), local().following())
            .source_with("file", Arc::clone(&self.file), local().following())
            .source_with("systemd", Arc::clone(&self.systemd), local().following())
            .timeout(config.sources.timeout)
            .poll_every(config.sources.poll)
            .fallthrough(fallthrough)
            .retry(retry)
            .cache(cache)
            .hooks(hooks)
            .actor(actor);
        let builder = self.remote.iter().fold(builder, |builder, backend| {
            builder.source(backend.scheme.as_str(), Arc::clone(&backend.source))
        });
        config.sources.order.iter().fold(builder, |builder, template| builder.template(template))
    }

    /// Returns the writing half of a scheme's source; `None` when it only reads.
    pub(super) fn sink(&self, scheme: &str) -> Option<Arc<dyn SecretSink>> {
        match scheme {
            "dotenv" => Some(self.dotenv.clone()),
            "file" => Some(self.file.clone()),
            _ => self.backend(scheme)?.sink.clone(),
        }
    }

    fn backend(&self, scheme: &str) -> Option<&Backend> {
        self.remote.iter().find(|backend| backend.scheme == scheme)
    }

    /// Returns the listing half of a scheme's source; `None` when it names no secrets, or lists one folder alone.
    pub(super) fn lister(&self, scheme: &str) -> Option<Arc<dyn SecretList>> {
        match scheme {
            "dotenv" => Some(self.dotenv.clone()),
            "env" => Some(self.env.clone()),
            "systemd" => Some(self.systemd.clone()),
            _ => self.backend(scheme)?.list.clone(),
        }
    }

    /// Returns what tells the rights at a scheme's places; `None` where there are none to ask for.
    pub(super) fn rights(&self, scheme: &str) -> Option<Arc<dyn RightsCheck>> {
        self.backend(scheme)?.rights.clone()
    }

    pub(super) fn warnings(&self, places: &[SecretRef]) -> Vec<String> {
        let with = |hint: Option<&str>| hint.map_or(String::new(), |hint| format!("; {hint}"));
        let seen = self.env.warnings().into_iter().chain(self.dotenv.warnings());
        let mut lines: Vec<String> =
            seen.map(|warning| format!("{warning}{}", with(warning.hint()))).collect();
        for place in places.iter().filter(|place| place.scheme() == "file") {
            // A file that is not there, or not ours to look at, has nothing to warn of.
            for warning in self.file.warnings(place).unwrap_or_default() {
                lines.push(format!("{place}: {warning}{}", with(warning.hint())));
            }
        }
        lines
    }
}

/// What lies on this machine: a read costs no more than a look into a cache, and is never out of date.
fn local() -> SourcePolicy {
    SourcePolicy::default().uncached().with_retry(RetryPolicy::never())
}

/// Adds the places of declared secrets, as far as they are `wanted`.
fn routed(
    mut builder: ResolverBuilder,
    declared: &[Declared],
    wanted: impl Fn(&SecretRef) -> bool,
) -> ResolverBuilder {
    for declared in declared {
        let places: Vec<SecretRef> =
            declared.places().iter().filter(|place| wanted(place)).cloned().collect();
        if !places.is_empty() {
            builder = builder.route(declared.name().clone(), places);
        }
    }
    builder
}

fn built(builder: ResolverBuilder) -> Result<Resolver, SetupError> {
    builder.build().map_err(|error| SetupError::new("the sources contradict each other").with_cause(error))
}
