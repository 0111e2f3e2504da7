//! What a resolver is made of.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reticent_core::hooks::{Actor, Hooks};
use reticent_core::{Clock, Schemes, SecretName, SecretRef, SecretSource, SystemClock};
use tokio::sync::Notify;

use crate::backend::Backend;
use crate::breaker::Breaker;
use crate::error::BuildError;
use crate::jitter::Jitter;
use crate::policy::{BreakerPolicy, CachePolicy, Caching, Fallthrough, RetryPolicy, SourcePolicy};
use crate::resolver::{Inner, Resolver};
use crate::route::{Routes, Template};

/// The longest wait for one attempt, unless the program says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How many answers are kept at a time, unless the program says otherwise.
const CAPACITY: usize = 1000;

/// How often watched secrets are looked at, and hits reported.
const POLL: Duration = Duration::from_secs(10);
const REPORT: Duration = Duration::from_secs(60);

/// How long a handle remembers the value before the last change.
const GRACE: Duration = Duration::from_secs(300);

/// How long a rejected value is given to change.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a replaced lease lives on for those who do not say that they use it.
const LEASE_GRACE: Duration = Duration::from_secs(30);

/// Collects sources, routes and policies, and builds a [`Resolver`].
///
/// Nothing is checked before [`build`](Self::build), so that the order of calls does not matter.
///
/// ```
/// use std::time::Duration;
/// use reticent_resolve::{CachePolicy, Resolver, SourcePolicy};
/// # use reticent_testkit::MemorySource;
/// # let (near, far) = (MemorySource::new("env"), MemorySource::new("vault(prod)"));
///
/// let resolver = Resolver::builder()
///     .source_with("env", near, SourcePolicy::default().uncached())
///     .source("vault", far)
///     .template("env://{NAME}")
///     .template("vault://secret/app#{name}")
///     .route("db/password".parse()?, ["vault://secret/prod/db#password".parse()?])
///     .cache(CachePolicy::default().with_max_stale(Duration::from_secs(600)))
///     .timeout(Duration::from_secs(3))
///     .build()?;
/// # let _ = resolver;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it does nothing until `build`"]
pub struct ResolverBuilder {
    sources: Vec<(Arc<str>, Box<dyn SecretSource>, SourcePolicy)>,
    routes: Vec<(SecretName, Vec<SecretRef>)>,
    templates: Vec<String>,
    cache: CachePolicy,
    retry: RetryPolicy,
    breaker: BreakerPolicy,
    timeout: Duration,
    parts: Parts,
    actor: Actor,
}

/// What goes into the resolver as it is.
pub(crate) struct Parts {
    pub(crate) capacity: usize,
    pub(crate) fallthrough: Fallthrough,
    pub(crate) hooks: Hooks,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Jitter,
    pub(crate) poll_every: Duration,
    pub(crate) report_every: Duration,
    pub(crate) grace: Duration,
    pub(crate) patience: Duration,
    pub(crate) lease_grace: Duration,
}

impl ResolverBuilder {
    pub(crate) fn new() -> Self {
        Self {
            sources: Vec::new(),
            routes: Vec::new(),
            templates: Vec::new(),
            cache: CachePolicy::default(),
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            timeout: TIMEOUT,
            parts: Parts {
                capacity: CAPACITY,
                fallthrough: Fallthrough::default(),
                hooks: Hooks::none(),
                clock: Arc::new(SystemClock),
                jitter: Jitter::random(),
                poll_every: POLL,
                report_every: REPORT,
                grace: GRACE,
                patience: PATIENCE,
                lease_grace: LEASE_GRACE,
            },
            actor: Actor::default(),
        }
    }

    /// Lets `source` serve the references of `scheme`, under the resolver's own policies.
    pub fn source(self, scheme: impl Into<Arc<str>>, source: impl SecretSource + 'static) -> Self {
        self.source_with(scheme, source, SourcePolicy::default())
    }

    /// Lets `source` serve the references of `scheme` under a policy of its own.
    pub fn source_with(
        mut self,
        scheme: impl Into<Arc<str>>,
        source: impl SecretSource + 'static,
        policy: SourcePolicy,
    ) -> Self {
        self.sources.push((scheme.into(), Box::new(source), policy));
        self
    }

    /// Gives `name` its places, in the order in which they are tried; templates do not count for it then.
    pub fn route(mut self, name: SecretName, places: impl IntoIterator<Item = SecretRef>) -> Self {
        self.routes.push((name, places.into_iter().collect()));
        self
    }

    /// Adds a place for every name without a route, after those added before.
    ///
    /// `{name}` stands for the name as it is written, `{NAME}` for `DB_API_KEY` of `db/api-key`, `{lower}` for
    /// `db_api_key`.
    pub fn template(mut self, template: impl Into<String>) -> Self {
        self.templates.push(template.into());
        self
    }

    /// Keeps answers by `policy`, but for sources that have their own.
    pub fn cache(mut self, policy: CachePolicy) -> Self {
        self.cache = policy;
        self
    }

    /// Keeps at most `answers` at a time, 1000 by default; zero keeps none. The one used longest ago makes room.
    pub fn cache_capacity(mut self, answers: usize) -> Self {
        self.parts.capacity = answers;
        self
    }

    /// Repeats reads by `policy`, but for sources that have their own.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Takes sources for down by `policy`, but for sources that have their own.
    pub fn breaker(mut self, policy: BreakerPolicy) -> Self {
        self.breaker = policy;
        self
    }

    /// Waits at most `timeout` for each attempt, 10 s by default, but for sources that have their own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Says when the next place of a name is tried.
    pub fn fallthrough(mut self, fallthrough: Fallthrough) -> Self {
        self.parts.fallthrough = fallthrough;
        self
    }

    /// Runs `hooks` around every access.
    pub fn hooks(mut self, hooks: Hooks) -> Self {
        self.parts.hooks = hooks;
        self
    }

    /// Says who acts, unless [`acting_as`](Resolver::acting_as) says otherwise.
    pub fn actor(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// Tells by `clock` how long leases and values have left. The hooks keep their own clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.parts.clock = clock;
        self
    }

    /// Draws waits and the spread of lifetimes from `jitter`.
    pub fn jitter(mut self, jitter: Jitter) -> Self {
        self.parts.jitter = jitter;
        self
    }

    /// Looks at watched secrets this often while [`keep_fresh`](Resolver::keep_fresh) runs, 10 s by default.
    pub fn poll_every(mut self, interval: Duration) -> Self {
        self.parts.poll_every = interval;
        self
    }

    /// Reports cache hits this often while [`keep_fresh`](Resolver::keep_fresh) runs, 60 s by default.
    pub fn report_hits_every(mut self, interval: Duration) -> Self {
        self.parts.report_every = interval;
        self
    }

    /// Lets handles remember the value before the last change for `grace`, 300 s by default.
    pub fn previous_grace(mut self, grace: Duration) -> Self {
        self.parts.grace = grace;
        self
    }

    /// Lets [`with_fresh`](Resolver::with_fresh) wait this long for a new value when one was refused, 30 s by default.
    pub fn rejection_patience(mut self, patience: Duration) -> Self {
        self.parts.patience = patience;
        self
    }

    /// Revokes a lease this long after it was replaced, 30 s by default, unless somebody says by
    /// [`hold`](crate::SecretHandle::hold) that they use it.
    ///
    /// One that was held is revoked as soon as the last hold is dropped, and one that is held not before that.
    pub fn lease_grace(mut self, grace: Duration) -> Self {
        self.parts.lease_grace = grace;
        self
    }

    /// Checks the parts and puts them together.
    ///
    /// # Errors
    /// [`BuildError`] when a scheme or a name is given twice, or a route or template cannot mean anything.
    pub fn build(self) -> Result<Resolver, BuildError> {
        let Self { sources, routes, templates, cache, retry, breaker, timeout, parts, actor } = self;
        let signal = Arc::<Notify>::default();
        let common = Common { cache, retry, breaker, timeout, signal };
        let mut backends = BTreeMap::new();
        for (scheme, source, policy) in sources {
            check_scheme(&scheme)?;
            let backend = common.backend(source, policy);
            if backends.insert(Box::<str>::from(&*scheme), backend).is_some() {
                return Err(BuildError::SchemeTaken { scheme });
            }
        }
        let schemes = Schemes::of(backends.keys().cloned());
        let routes = Routes::new(named(routes, &schemes)?, parsed(&templates, &schemes)?);
        Ok(Resolver::new(Inner::new(backends, schemes, routes, parts, common.signal), actor))
    }
}

/// What a source has unless its own policy says otherwise.
struct Common {
    cache: CachePolicy,
    retry: RetryPolicy,
    breaker: BreakerPolicy,
    timeout: Duration,
    signal: Arc<Notify>,
}

impl Common {
    fn backend(&self, source: Box<dyn SecretSource>, policy: SourcePolicy) -> Backend {
        let label: Arc<str> = source.name().into();
        let breaker = policy.breaker.unwrap_or_else(|| self.breaker.clone());
        let retry = policy.retry.unwrap_or_else(|| self.retry.clone());
        Backend {
            breaker: Breaker::new(breaker.after(&retry), Arc::clone(&label), Arc::clone(&self.signal)),
            label,
            source,
            cache: match policy.cache {
                Caching::Inherited => Some(self.cache.clone()),
                Caching::Never => None,
                Caching::Kept(own) => Some(own),
            },
            timeout: policy.timeout.unwrap_or(self.timeout),
            retry,
            follows: policy.follows,
            login: Arc::default(),
        }
    }
}

fn check_scheme(scheme: &Arc<str>) -> Result<(), BuildError> {
    match SecretRef::new(scheme, "x") {
        Ok(_) => Ok(()),
        Err(_) => Err(BuildError::SchemeForm { scheme: Arc::clone(scheme) }),
    }
}

fn named(
    routes: Vec<(SecretName, Vec<SecretRef>)>,
    schemes: &Schemes,
) -> Result<HashMap<SecretName, Arc<[SecretRef]>>, BuildError> {
    let mut named = HashMap::new();
    for (name, places) in routes {
        if places.is_empty() {
            return Err(BuildError::RouteEmpty { name });
        }
        if let Some(place) = places.iter().find(|place| !schemes.contains(place.scheme())) {
            return Err(BuildError::RouteScheme { name, scheme: place.scheme().into() });
        }
        if named.insert(name.clone(), places.into()).is_some() {
            return Err(BuildError::RouteTaken { name });
        }
    }
    Ok(named)
}

fn parsed(texts: &[String], schemes: &Schemes) -> Result<Vec<Template>, BuildError> {
    let parse = |(index, text): (usize, &String)| {
        let number = index + 1;
        let template =
            Template::parse(text).map_err(|column| BuildError::Placeholder { template: number, column })?;
        let sample = template.fill("a").map_err(|error| BuildError::Template { template: number, error })?;
        if !schemes.contains(sample.scheme()) {
            let scheme = sample.scheme().into();
            return Err(BuildError::TemplateScheme { template: number, scheme });
        }
        Ok(template)
    };
    texts.iter().enumerate().map(parse).collect()
}

impl fmt::Debug for ResolverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schemes: Vec<&str> = self.sources.iter().map(|(scheme, ..)| &**scheme).collect();
        f.debug_struct("ResolverBuilder").field("schemes", &schemes).finish_non_exhaustive()
    }
}
