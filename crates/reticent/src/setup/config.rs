//! `reticent.toml` as plain data.

mod declared;
mod places;
mod remote;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reticent_config::Declarations;
use reticent_config::toml::{Document, Item, Reader, TomlError};
use reticent_core::{Schemes, SecretRef};

use super::SetupError;
use declared::{MaxAge, max_age, secrets};
use places::{reference, template};

pub use declared::Declared;
#[cfg(feature = "aws-agent")]
pub(super) use remote::AgentTable;
#[cfg(feature = "aws")]
pub(super) use remote::AwsTable;
pub(super) use remote::Remote;
pub(super) use remote::labelled;
#[cfg(feature = "vault")]
pub(super) use remote::{LoginMethod, LoginTable, MountKind, VaultTable};

/// The schemes that this build can read.
pub(super) const SCHEMES: &[&str] = &[
    #[cfg(feature = "aws-agent")]
    "aws-agent",
    #[cfg(feature = "aws")]
    "aws-sm",
    #[cfg(feature = "aws")]
    "aws-ssm",
    "dotenv",
    "env",
    "file",
    #[cfg(feature = "crypto")]
    reticent_crypto::SealedSource::SCHEME,
    "systemd",
    #[cfg(feature = "vault")]
    "vault",
];

/// Where a name without a place of its own is looked for, in order.
const ORDER: [&str; 6] = [
    "env://{name}",
    "env://{NAME}",
    "file:///run/secrets/{name}",
    "file:///run/secrets/{lower}",
    "dotenv://.env#{name}",
    "dotenv://.env#{NAME}",
];

/// What `reticent.toml` says. Everything works without the file: then this is [`Config::without_file`].
///
/// ```
/// use reticent::setup::Config;
///
/// let config = Config::parse(
///     r#"
///     [secrets]
///     DB_PASSWORD = "file:///run/secrets/db"
///     API_KEY = ["env://API_KEY", "dotenv://.env#API_KEY"]
///     SENTRY_DSN = { optional = true }
///
///     [environments.production.secrets]
///     DB_PASSWORD = "systemd://db"
///     "#,
///     "/srv/app/reticent.toml",
/// )?;
/// let names: Vec<_> = config.secrets(None)?.iter().map(|secret| secret.name().to_string()).collect();
/// assert_eq!(names, ["DB_PASSWORD", "API_KEY", "SENTRY_DSN"]);
/// let production = config.secrets(Some("production"))?;
/// assert_eq!(production[0].places()[0].to_string(), "systemd://db");
/// # Ok::<(), reticent::setup::SetupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    file: Option<PathBuf>,
    base: PathBuf,
    schemes: Schemes,
    secrets: Vec<Declared>,
    environments: BTreeMap<String, Environment>,
    max_age: Option<MaxAge>,
    declarations: Declarations,
    pub(super) sources: SourceOptions,
    pub(super) remote: Remote,
    pub(super) cache: Cache,
    pub(super) retry: Retry,
    pub(super) keyring: KeyringOptions,
}

/// `[environments.NAME]`: what stands in the place of the common lines.
#[derive(Clone, Debug, Default)]
struct Environment {
    secrets: Vec<Declared>,
    max_age: Option<MaxAge>,
}

/// `[sources]`: the usual order, and how the local sources read.
#[derive(Clone, Debug)]
pub(super) struct SourceOptions {
    pub(super) order: Vec<String>,
    pub(super) file_rule: FileRule,
    pub(super) transient_falls_through: bool,
    pub(super) timeout: Duration,
    pub(super) poll: Duration,
}

/// How `NAME_FILE` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileRule {
    OfficialImages,
    PythonHelper,
    Off,
}

/// `[cache]`, for sources that are not local.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cache {
    pub(super) ttl: Duration,
    pub(super) negative: Duration,
    pub(super) stale_if_error: Duration,
}

/// `[retry]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    pub(super) attempts: u32,
    pub(super) first_wait: Duration,
    pub(super) longest_wait: Duration,
}

/// `[keyring]`: where the stored keyring is, and what covers it.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "crypto"),
    expect(dead_code, reason = "read all the same, so that one file suits every build")
)]
pub(super) struct KeyringOptions {
    pub(super) file: Option<String>,
    pub(super) key: Option<SecretRef>,
    pub(super) passphrase: Option<SecretRef>,
    pub(super) replicas: Option<String>,
}

impl Config {
    /// Returns the configuration of a folder that has no `reticent.toml`: nothing declared, everything usual.
    #[must_use]
    pub fn without_file(base: impl Into<PathBuf>) -> Self {
        Self {
            file: None,
            base: base.into(),
            schemes: Schemes::of(SCHEMES.iter().copied()),
            secrets: Vec::new(),
            environments: BTreeMap::new(),
            max_age: None,
            declarations: Declarations::default(),
            sources: SourceOptions {
                order: ORDER.map(str::to_owned).into(),
                file_rule: FileRule::OfficialImages,
                transient_falls_through: false,
                timeout: Duration::from_secs(10),
                poll: Duration::from_secs(10),
            },
            remote: Remote::usual(),
            cache: Cache {
                ttl: Duration::from_secs(300),
                negative: Duration::from_secs(5),
                stale_if_error: Duration::ZERO,
            },
            retry: Retry {
                attempts: 3,
                first_wait: Duration::from_millis(100),
                longest_wait: Duration::from_secs(5),
            },
            keyring: KeyringOptions::default(),
        }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`SetupError`] when it cannot be read or is not as it should be.
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let text = super::file::text_of(path)?;
        Self::parse(&text, path)
    }

    /// Finds `reticent.toml` in `start` or the nearest folder above it, and reads it.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when something of that name is no file. No file is no error.
    pub fn discover(start: &Path) -> Result<Self, SetupError> {
        let found = super::file::nearest(start)?;
        found.map_or_else(|| Ok(Self::without_file(start)), |path| Self::read(&path))
    }

    /// Reads the text of a configuration that stands in the file `path`.
    ///
    /// # Errors
    /// [`SetupError`] with line and column for the first mistake.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self, SetupError> {
        let path = path.as_ref();
        Self::parse_text(text, path).map_err(|error| SetupError::of_document(&error).in_file(path))
    }

    fn parse_text(text: &str, path: &Path) -> Result<Self, TomlError> {
        let document = Document::parse(text)?;
        let root = document.root();
        root.only(&[
            "secrets",
            "environments",
            "settings",
            "policies",
            "sources",
            "cache",
            "retry",
            "keyring",
            "rotation",
        ])?;
        let mut config = Self::without_file(path.parent().unwrap_or(Path::new("")));
        config.file = Some(path.to_owned());
        // Instances come first, since their labels make schemes that everything else may name.
        if let Some(item) = root.item("sources") {
            config.remote = Remote::read(&item.table()?, &remote::local())?;
            let known = SCHEMES.iter().map(|scheme| (*scheme).to_owned());
            config.schemes = Schemes::of(known.chain(config.remote.schemes(SCHEMES)));
        }
        config.read_secrets(&root)?;
        config.declarations = Declarations::read(&root)?;
        config.read_sources(&root)?;
        config.read_times(&root)?;
        config.keyring = root
            .item("keyring")
            .map_or(Ok(KeyringOptions::default()), |item| keyring(&item, &config.schemes))?;
        Ok(config)
    }

    fn read_secrets(&mut self, root: &Reader<'_>) -> Result<(), TomlError> {
        let declared = |item: Item<'_>| secrets(&item.table()?, &self.schemes);
        if let Some(item) = root.item("secrets") {
            self.secrets = declared(item)?;
        }
        if let Some(item) = root.item("environments") {
            for (name, environment) in item.table()?.items() {
                let environment = environment.table()?;
                environment.only(&["secrets", "max-age"])?;
                let own = Environment {
                    secrets: environment.item("secrets").map(declared).transpose()?.unwrap_or_default(),
                    max_age: environment.item("max-age").map(|item| max_age(&item)).transpose()?,
                };
                self.environments.insert(name.to_owned(), own);
            }
        }
        if let Some(item) = root.item("rotation") {
            let table = item.table()?;
            table.only(&["max-age"])?;
            self.max_age = table.item("max-age").map(|item| max_age(&item)).transpose()?;
        }
        Ok(())
    }

    fn read_sources(&mut self, root: &Reader<'_>) -> Result<(), TomlError> {
        let Some(item) = root.item("sources") else { return Ok(()) };
        let table = item.table()?;
        table.only(&[
            "order",
            "name-file",
            "fall-through",
            "timeout",
            "poll",
            "vault",
            "aws",
            "aws-agent",
        ])?;
        if let Some(item) = table.item("order") {
            let places = item.texts()?;
            if places.is_empty() {
                return Err(item
                    .error("no place at all, so no secret would be found")
                    .with_hint("leave the key out for the usual order"));
            }
            self.sources.order =
                places.iter().map(|place| template(place, &self.schemes)).collect::<Result<_, _>>()?;
        }
        if let Some(item) = table.item("name-file") {
            self.sources.file_rule = item.one_of(&[
                ("official-images", FileRule::OfficialImages),
                ("python-helper", FileRule::PythonHelper),
                ("off", FileRule::Off),
            ])?;
        }
        if let Some(item) = table.item("fall-through") {
            self.sources.transient_falls_through =
                item.one_of(&[("not-found", false), ("not-found-or-transient", true)])?;
        }
        set(&mut self.sources.timeout, table.item("timeout"), Item::duration)?;
        set(&mut self.sources.poll, table.item("poll"), Item::duration)
    }

    fn read_times(&mut self, root: &Reader<'_>) -> Result<(), TomlError> {
        if let Some(item) = root.item("cache") {
            let table = item.table()?;
            table.only(&["ttl", "negative", "stale-if-error"])?;
            set(&mut self.cache.ttl, table.item("ttl"), Item::duration)?;
            set(&mut self.cache.negative, table.item("negative"), Item::duration)?;
            set(&mut self.cache.stale_if_error, table.item("stale-if-error"), Item::duration)?;
        }
        if let Some(item) = root.item("retry") {
            let table = item.table()?;
            table.only(&["attempts", "first-wait", "longest-wait"])?;
            set(&mut self.retry.attempts, table.item("attempts"), Item::count)?;
            set(&mut self.retry.first_wait, table.item("first-wait"), Item::duration)?;
            set(&mut self.retry.longest_wait, table.item("longest-wait"), Item::duration)?;
        }
        Ok(())
    }

    /// Returns the file that was read; `None` when there is none.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns the folder that relative references start from: the file's, else the working directory.
    #[must_use]
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Returns the settings and the policies that are declared; without any, the builtin policies.
    #[must_use]
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// Tells whether the environment `name` is declared.
    #[must_use]
    pub fn has_environment(&self, name: &str) -> bool {
        self.environments.contains_key(name)
    }

    /// Returns what is declared, with the environment's own declarations in the place of the common ones.
    ///
    /// # Errors
    /// [`SetupError`] when `environment` is not declared.
    pub fn secrets(&self, environment: Option<&str>) -> Result<Vec<Declared>, SetupError> {
        let mut secrets = self.secrets.clone();
        let Some(name) = environment else { return Ok(secrets) };
        let own = match self.environments.get(name) {
            Some(own) => own.secrets.as_slice(),
            // An environment that only judges has no secrets of its own.
            None if self.declarations.policies().of(name).is_some() => &[],
            None => return Err(self.unknown_environment(name)),
        };
        for declared in own {
            match secrets.iter_mut().find(|common| common.name() == declared.name()) {
                Some(common) => *common = declared.clone(),
                None => secrets.push(declared.clone()),
            }
        }
        Ok(secrets)
    }

    /// Returns how old the value of `name` may be, for a check of its rotation: what its own line says, else its
    /// environment, else `[rotation]`.
    #[must_use]
    pub fn max_age(&self, name: &str, environment: Option<&str>) -> Option<Duration> {
        let own = environment.and_then(|name| self.environments.get(name));
        let line = |secrets: &[Declared]| {
            secrets.iter().find(|declared| declared.name().as_str().eq_ignore_ascii_case(name)).cloned()
        };
        let line = own.and_then(|own| line(&own.secrets)).or_else(|| line(&self.secrets));
        let says = line.and_then(|line| line.max_age).or(own.and_then(|own| own.max_age)).or(self.max_age);
        says.and_then(MaxAge::limit)
    }

    /// Returns what opens the stored keyring, where that is said.
    #[cfg(feature = "crypto")]
    pub(crate) fn keyring_references(&self) -> Vec<SecretRef> {
        [&self.keyring.key, &self.keyring.passphrase].into_iter().flatten().cloned().collect()
    }

    /// Returns the schemes that make a text a reference under this configuration.
    #[must_use]
    pub fn schemes(&self) -> &Schemes {
        &self.schemes
    }

    fn unknown_environment(&self, name: &str) -> SetupError {
        let error = SetupError::new(format!("no environment \"{}\"", reticent_core::Visible(name)));
        let known: Vec<String> =
            self.environments.keys().map(|name| reticent_core::Visible(name).to_string()).collect();
        match (&self.file, known.is_empty()) {
            (Some(file), true) => error.in_file(file).with_hint("declare it as [environments.NAME.secrets]"),
            (Some(file), false) => error.in_file(file).with_hint(format!("declared: {}", known.join(", "))),
            (None, _) => {
                error.with_hint("environments are declared in reticent.toml, and there is none here")
            }
        }
    }
}

fn keyring(item: &Item<'_>, schemes: &Schemes) -> Result<KeyringOptions, TomlError> {
    let table = item.table()?;
    table.only(&["file", "key", "passphrase", "replicas"])?;
    let at = |name: &str| table.item(name).map(|item| reference(&item, schemes)).transpose();
    let path = |name: &str| table.item(name).map(|item| item.text().map(str::to_owned)).transpose();
    let (file, replicas) = (path("file")?, path("replicas")?);
    let options = KeyringOptions { file, key: at("key")?, passphrase: at("passphrase")?, replicas };
    match (&options.key, table.item("passphrase")) {
        (Some(_), Some(second)) => Err(second.error("a key covers the keyring already")),
        _ => Ok(options),
    }
}

fn set<'a, T>(
    field: &mut T,
    item: Option<Item<'a>>,
    read: impl Fn(&Item<'a>) -> Result<T, TomlError>,
) -> Result<(), TomlError> {
    if let Some(item) = item {
        *field = read(&item)?;
    }
    Ok(())
}
