//! The concrete sources of this build, and the resolver over them.

use std::sync::Arc;

use reticent_core::hooks::{Actor, Hooks};
use reticent_core::{SecretRef, SecretSink};
use reticent_provider_env::{DotenvSource, EnvSource, ProcessEnvironment};
use reticent_provider_file::{FileSource, SystemdSource};
use reticent_resolve::{Fallthrough, Resolver, RetryPolicy, SourcePolicy};

use super::config::FileRule;
use super::{Config, Declared, SetupError};

#[derive(Clone, Debug)]
pub(super) struct Sources {
    env: Arc<EnvSource>,
    pub(super) dotenv: Arc<DotenvSource>,
    file: Arc<FileSource>,
    systemd: Arc<SystemdSource>,
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
        Self {
            env: Arc::new(EnvSource::with_file_rule(ProcessEnvironment, config.name_file_rule())),
            dotenv: Arc::new(DotenvSource::new(config.base())),
            file: Arc::new(FileSource::new(config.base())),
            systemd: Arc::new(SystemdSource::from_environment()),
        }
    }

    pub(super) fn resolver(
        &self,
        config: &Config,
        declared: &[Declared],
        hooks: Hooks,
        actor: Actor,
    ) -> Result<Resolver, SetupError> {
        // These lie on this machine: a read costs no more than a look into a cache, and is never out of date.
        let local = || SourcePolicy::default().uncached().following().with_retry(RetryPolicy::never());
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
        let mut builder = Resolver::builder()
            .source_with("env", Arc::clone(&self.env), local())
            .source_with("dotenv", Arc::clone(&self.dotenv), local())
            .source_with("file", Arc::clone(&self.file), local())
            .source_with("systemd", Arc::clone(&self.systemd), local())
            .timeout(config.sources.timeout)
            .poll_every(config.sources.poll)
            .fallthrough(fallthrough)
            .retry(retry)
            .cache(cache)
            .hooks(hooks)
            .actor(actor);
        for template in &config.sources.order {
            builder = builder.template(template);
        }
        for declared in declared.iter().filter(|declared| !declared.places().is_empty()) {
            builder = builder.route(declared.name().clone(), declared.places().iter().cloned());
        }
        builder
            .build()
            .map_err(|error| SetupError::new("the sources contradict each other").with_cause(error))
    }

    /// Returns the writing half of a scheme's source; `None` when it only reads.
    pub(super) fn sink(&self, scheme: &str) -> Option<Arc<dyn SecretSink>> {
        match scheme {
            "dotenv" => Some(self.dotenv.clone()),
            "file" => Some(self.file.clone()),
            _ => None,
        }
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
