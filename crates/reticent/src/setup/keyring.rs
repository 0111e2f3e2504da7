//! The keyring of a program: a stored one, or the keys of one variable.
//!
//! The decision: a file that is there wins over the variable, and nothing is tried after what was found, since a
//! keyring that lacks a key must not be mended by another. The cost is that a project that begins a stored keyring has
//! to import the key of its variable.

mod replica;
mod stored;

use std::path::{Path, PathBuf};

use reticent_core::{ErrorKind, KeyWrap, Secret, SecretRef, SourceError};
use reticent_crypto::{Key, Keyring, KeyringFile, LocalWrap, PassphraseWrap, ReplicaFolder};
use reticent_resolve::Resolver;

use super::{Config, Setup};

pub use replica::Replica;
pub use stored::StoredKeyring;

/// The name of the keys of a small deployment.
const VARIABLE: &str = "ENCRYPTION_KEY";

/// The name of the key that covers a stored keyring, where nothing else is said.
const COVER: &str = "KEYRING_KEY";

/// Where a stored keyring is, where nothing else is said.
const USUAL: &str = ".reticent/keyring.json";

/// What the folder is called in which programs report, behind the name of the keyring.
const REPLICAS: &str = ".replicas";

/// What covers a keyring, where it is a passphrase.
const PASSPHRASE: &str = "passphrase";

/// What an error about a stored keyring names as its source.
const SOURCE: &str = "the keyring";

/// The longest keyring file.
const LONGEST: usize = 16 << 20;

/// Where the keyring of a program is.
///
/// ```
/// use reticent::setup::KeyringPlace;
///
/// assert_eq!(KeyringPlace::Variable.to_string(), "ENCRYPTION_KEY");
/// assert_eq!(KeyringPlace::File("keys.json".into()).to_string(), "keys.json");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyringPlace {
    /// In this file.
    File(PathBuf),
    /// In `ENCRYPTION_KEY`, wherever that name is found.
    Variable,
}

impl std::fmt::Display for KeyringPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => reticent_core::Visible(&path.to_string_lossy()).fmt(f),
            Self::Variable => f.write_str(VARIABLE),
        }
    }
}

/// A keyring that is there, or a new one that nothing keeps.
///
/// ```
/// use reticent::setup::{Config, Setup};
///
/// # let folder = tempfile::tempdir()?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let setup = Setup::of(Config::without_file(folder.path()), None)?;
/// let opened = setup.keyrings().open_or_generate(Some("development")).await?;
/// if let Some(warning) = opened.warning() {
///     eprintln!("{warning}");
/// }
/// assert!(setup.keyrings().open_or_generate(Some("production")).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Opened {
    keyring: Keyring,
    is_new: bool,
}

impl Opened {
    /// Returns the keyring.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Hands over the keyring.
    #[must_use]
    pub fn into_keyring(self) -> Keyring {
        self.keyring
    }

    /// Returns what the operator must be told, if the keyring was made just now.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        self.is_new.then_some(
            "warning: there was no ENCRYPTION_KEY, so a key was made that ends with this process; what it encrypts \
             cannot be decrypted afterwards",
        )
    }
}

/// The ways to a program's keyring: `[keyring]` in `reticent.toml`, and what is said on top of it.
///
/// ```
/// use reticent::crypto::{Context, Key, Keyring, Sealer};
/// use reticent::setup::{Config, Setup};
///
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join(".env"), "")?;
/// # let base = folder.path();
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// # let text = Key::generate()?.to_text();
/// # std::fs::write(base.join(".env"), [b"KEYRING_KEY=", text.expose_bytes(), b"\n"].concat())?;
/// let setup = Setup::of(Config::without_file(base), None)?; // KEYRING_KEY is in .env
/// let keyring = Keyring::of("k1".parse()?, Key::generate()?)?;
/// setup.keyrings().create(keyring).await?; // .reticent/keyring.json
///
/// let sealer = Sealer::new(setup.keyrings().open().await?);
/// assert!(sealer.seal(&Context::new("docs"), b"value")?.starts_with("rt1.k1."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Keyrings<'s> {
    config: &'s Config,
    resolver: &'s Resolver,
    file: Option<PathBuf>,
    cover: Cover,
}

/// What covers a stored keyring.
#[derive(Debug)]
enum Cover {
    /// `KEYRING_KEY`, wherever that name is found.
    Usual,
    KeyAt(SecretRef),
    PassphraseAt(SecretRef),
    Passphrase(Secret),
}

impl Setup {
    /// Returns the ways to the program's keyring.
    #[must_use]
    pub fn keyrings(&self) -> Keyrings<'_> {
        Keyrings::of(&self.config, &self.resolver)
    }
}

impl<'s> Keyrings<'s> {
    /// Returns the ways that `config` tells; what they need is found by `resolver`.
    pub(super) fn of(config: &'s Config, resolver: &'s Resolver) -> Self {
        let options = &config.keyring;
        let cover = match (&options.key, &options.passphrase) {
            (Some(at), _) => Cover::KeyAt(at.clone()),
            (None, Some(at)) => Cover::PassphraseAt(at.clone()),
            (None, None) => Cover::Usual,
        };
        let file = options.file.as_ref().map(|file| config.base().join(file));
        Self { config, resolver, file, cover }
    }
}

impl Keyrings<'_> {
    /// Takes the keyring of this file, whatever `reticent.toml` says.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Takes the key at this place as the one that covers the keyring: 32 bytes in base64url.
    #[must_use]
    pub fn with_key_at(mut self, at: SecretRef) -> Self {
        self.cover = Cover::KeyAt(at);
        self
    }

    /// Takes the passphrase at this place as what covers the keyring.
    #[must_use]
    pub fn with_passphrase_at(mut self, at: SecretRef) -> Self {
        self.cover = Cover::PassphraseAt(at);
        self
    }

    /// Takes this passphrase as what covers the keyring.
    #[must_use]
    pub fn with_passphrase(mut self, passphrase: &Secret) -> Self {
        self.cover = Cover::Passphrase(passphrase.clone());
        self
    }

    /// Tells where the keyring is: in the file that was named, else in `.reticent/keyring.json` if that is there, else
    /// in `ENCRYPTION_KEY`.
    #[must_use]
    pub fn place(&self) -> KeyringPlace {
        let path = self.path();
        // What cannot be looked at is there as far as we know; it must not be passed over.
        let is_absent =
            matches!(path.symlink_metadata(), Err(error) if error.kind() == std::io::ErrorKind::NotFound);
        if self.file.is_none() && is_absent { KeyringPlace::Variable } else { KeyringPlace::File(path) }
    }

    /// Returns where a stored keyring is or would be.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| self.config.base().join(USUAL))
    }

    /// Returns where programs report which keys they have read: the folder that `reticent.toml` names, else the one beside
    /// the keyring that has its name and `.replicas` behind it.
    #[must_use]
    pub fn replicas(&self) -> ReplicaFolder {
        if let Some(folder) = &self.config.keyring.replicas {
            return ReplicaFolder::new(self.config.base().join(folder));
        }
        let mut path = self.path().into_os_string();
        path.push(REPLICAS);
        ReplicaFolder::new(path)
    }

    /// Opens the keyring to encrypt and decrypt with it.
    ///
    /// # Errors
    /// `NotFound`: there is none, or nothing that covers it. `Malformed`: it is none, was changed, or is covered by
    /// another key. What the sources report.
    pub async fn open(&self) -> Result<Keyring, SourceError> {
        match self.place() {
            KeyringPlace::File(path) => {
                let content = reticent_files::read(&path, LONGEST).map_err(|error| of_file(&path, error))?;
                Ok(self.read(&path, content).await?.0.keyring().clone())
            }
            KeyringPlace::Variable => self.of_variable().await,
        }
    }

    /// Opens the keyring, or makes one of a new key in `development`; `environment` is the setting `ENVIRONMENT` if it
    /// is not given, and without any it is development.
    ///
    /// # Errors
    /// As [`open`](Self::open); `NotFound` in every other environment when there is none.
    pub async fn open_or_generate(&self, environment: Option<&str>) -> Result<Opened, SourceError> {
        let error = match self.open().await {
            Ok(keyring) => return Ok(Opened { keyring, is_new: false }),
            Err(error) if self.place() == KeyringPlace::Variable && error.kind() == ErrorKind::NotFound => {
                error
            }
            Err(error) => return Err(error),
        };
        if !self.is_development(environment).await? {
            return Err(error.with_hint("a key is made in development alone; set ENCRYPTION_KEY"));
        }
        let new = || Keyring::of("generated".parse()?, Key::generate()?);
        let keyring = new().map_err(|error| refused(ErrorKind::Unavailable, VARIABLE, &error))?;
        Ok(Opened { keyring, is_new: true })
    }

    async fn is_development(&self, given: Option<&str>) -> Result<bool, SourceError> {
        let found = match given {
            Some(given) => Some(Secret::copy_of(given.as_bytes())),
            None => match self.resolver.get("ENVIRONMENT").await {
                Ok(found) => Some(found),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            },
        };
        let Some(found) = found else { return Ok(true) };
        #[expect(
            clippy::disallowed_methods,
            reason = "the name of an environment is no secret, and is compared alone"
        )]
        let name = found.expose_text().unwrap_or("?");
        let meant = self.config.declarations().policies().canonical(name);
        Ok(meant.as_deref() == Some("development"))
    }

    async fn of_variable(&self) -> Result<Keyring, SourceError> {
        let list = self.resolver.get(VARIABLE).await?;
        Keyring::parse(&list).map_err(|error| {
            refused(ErrorKind::Malformed, VARIABLE, &error).with_hint(
                "it is KEY, or KEY,KEY…, or id:KEY,id:KEY…, each 32 random bytes in base64url with padding",
            )
        })
    }

    /// Tells whether the keyring cannot be opened without a passphrase that somebody gives: none was given, and it is
    /// covered by one.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn needs_passphrase(&self) -> Result<bool, SourceError> {
        let KeyringPlace::File(path) = self.place() else { return Ok(false) };
        if !matches!(self.cover, Cover::Usual) {
            return Ok(false);
        }
        let content = reticent_files::read(&path, LONGEST).map_err(|error| of_file(&path, error))?;
        Ok(covered_by(&path, content.into_buffer())? == PASSPHRASE)
    }

    /// Opens a stored keyring to change it; until it is dropped, no other process of this kind writes into its folder.
    ///
    /// # Errors
    /// As [`open`](Self::open); `Unsupported` when the keyring is that of the variable; `Timeout` when another process
    /// is changing it.
    pub async fn open_to_change(&self) -> Result<StoredKeyring, SourceError> {
        match self.place() {
            KeyringPlace::File(path) => StoredKeyring::open(self, path).await,
            KeyringPlace::Variable => Err(SourceError::new(ErrorKind::Unsupported, SOURCE)
                .for_key(VARIABLE)
                .with_detail("a list of keys has no states to change")),
        }
    }

    /// Stores a new keyring where [`path`](Self::path) says, and makes `.reticent` if that is its folder.
    ///
    /// # Errors
    /// `Conflict`: one is there. `NotFound`: nothing that covers it, or no folder. What the sources and the system
    /// report.
    pub async fn create(&self, keyring: Keyring) -> Result<(), SourceError> {
        let path = self.path();
        let keeper = self.keeper().await?;
        if self.file.is_none() {
            stored::make_folder(path.parent().unwrap_or(Path::new("")))
                .map_err(|error| of_file(&path, error))?;
        }
        stored::create(&path, keyring, &*keeper).await
    }

    async fn read(
        &self,
        path: &Path,
        content: reticent_files::Content,
    ) -> Result<(KeyringFile, reticent_files::FileState), SourceError> {
        let keeper = self.keeper().await?;
        let state = *content.state();
        let buffer = content.into_buffer();
        #[expect(clippy::disallowed_methods, reason = "a stored keyring holds no key in clear")]
        let bytes = buffer.expose_bytes();
        let covered_by = KeyringFile::covered_by(bytes).map_err(|error| told(path, &error))?;
        if covered_by != keeper.key_id() {
            return Err(of_another(path, &covered_by, keeper.key_id()));
        }
        let file = KeyringFile::read(bytes, &*keeper).await.map_err(|error| told(path, &error))?;
        Ok((file, state))
    }

    /// What opens the covering key: its identifier tells keys apart, so that the wrong one is not taken for a change.
    async fn keeper(&self) -> Result<Box<dyn KeyWrap>, SourceError> {
        let resolver = self.resolver;
        let (name, key) = match &self.cover {
            Cover::Passphrase(passphrase) => return Ok(by_passphrase(passphrase)),
            Cover::PassphraseAt(at) => return Ok(by_passphrase(&resolver.get_ref(at).await?)),
            Cover::KeyAt(at) => (at.to_string(), resolver.get_ref(at).await?),
            Cover::Usual => (COVER.to_owned(), resolver.get(COVER).await.map_err(uncovered)?),
        };
        let key = Key::parse(&key).map_err(|error| refused(ErrorKind::Malformed, &name, &error))?;
        if let Some(defect) = key.defect() {
            return Err(refused(ErrorKind::Malformed, &name, &reticent_crypto::Error::Key(defect)));
        }
        let id = format!("key:{:08x}", u32::from_be_bytes(key.check_value()));
        Ok(Box::new(LocalWrap::new(id, key)))
    }
}

fn by_passphrase(passphrase: &Secret) -> Box<dyn KeyWrap> {
    Box::new(PassphraseWrap::new(PASSPHRASE, passphrase))
}

fn uncovered(error: SourceError) -> SourceError {
    match error.kind() {
        ErrorKind::NotFound => error.with_hint(
            "nothing covers the keyring: set KEYRING_KEY (reticent generate aes256-key), or name a key or a passphrase \
             in [keyring] of reticent.toml",
        ),
        _ => error,
    }
}

fn covered_by(path: &Path, buffer: reticent_core::SecretBuffer) -> Result<String, SourceError> {
    #[expect(clippy::disallowed_methods, reason = "a stored keyring holds no key in clear")]
    let bytes = buffer.expose_bytes();
    KeyringFile::covered_by(bytes).map_err(|error| told(path, &error))
}

fn of_another(path: &Path, covered_by: &str, ours: &str) -> SourceError {
    let called = |id: &str| match id.strip_prefix("key:") {
        Some(check) => format!("a key of check value {check}"),
        None => format!("a {id}"),
    };
    let detail = format!("{} covers it, and {} was given", called(covered_by), called(ours));
    let own =
        SourceError::new(ErrorKind::Malformed, SOURCE).for_key(path.to_string_lossy()).with_detail(detail);
    own.with_hint(
        "what covers it is KEYRING_KEY, or what [keyring] of reticent.toml, --keyring-key or --keyring-passphrase names; \
         a copy opens with what covered it when it was made",
    )
}

/// Puts the file's name before what is wrong with what stands in it.
fn told(path: &Path, error: &SourceError) -> SourceError {
    let detail = error.detail().map_or_else(|| error.to_string(), str::to_owned);
    let own = SourceError::new(error.kind(), SOURCE).for_key(path.to_string_lossy()).with_detail(detail);
    error.hint().map_or(own.clone(), |hint| own.with_hint(hint))
}

fn of_file(path: &Path, error: reticent_files::FileError) -> SourceError {
    SourceError::new(error.kind(), SOURCE).for_key(path.to_string_lossy()).with_detail(error.to_string())
}

fn refused(kind: ErrorKind, name: &str, error: &reticent_crypto::Error) -> SourceError {
    SourceError::new(kind, SOURCE).for_key(name).with_detail(error.to_string())
}
