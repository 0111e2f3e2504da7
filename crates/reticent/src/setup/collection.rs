//! Many secrets of one backend: what stands under a prefix, each under the rest of its path as its name.

use std::fmt;
use std::path::Path;

use reticent_core::{
    ErrorKind, Field, SecretInfo, SecretList as _, SecretRef, SourceError, Version, Visible,
};
use reticent_provider_file::MountSource;

use super::{Setup, variable};

/// The `.env` file that `dotenv://` means.
const USUAL_FILE: &str = ".env";

/// A prefix of a backend: `aws-sm://prod/`, `vault://secret/prod/`, `file:///run/secrets/`, or a whole `.env` file.
///
/// What ends in `/` is a prefix, and so is a scheme alone and a `.env` file without a key; anything else is one secret.
///
/// ```
/// use reticent::core::Schemes;
/// use reticent::setup::Collection;
///
/// let schemes = Schemes::of(["dotenv", "file"]);
/// let folder = Collection::recognise("file:///run/secrets/", &schemes).expect("a prefix");
/// assert_eq!(folder.place_of("db")?.to_string(), "file:///run/secrets/db");
/// let file = Collection::recognise("dotenv://.env", &schemes).expect("a whole file");
/// assert_eq!(file.place_of("db/password")?.to_string(), "dotenv://.env#DB_PASSWORD");
/// assert!(Collection::recognise("file:///run/secrets/db", &schemes).is_none());
/// # Ok::<(), reticent::core::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    scheme: String,
    prefix: String,
}

/// One secret of a collection.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join(".env"), "DB_PASSWORD=correct horse\n")?;
/// # let base = folder.path();
/// use reticent::setup::{Collection, Config, Setup};
///
/// let setup = Setup::of(Config::without_file(base), None)?;
/// let file = Collection::recognise("dotenv://.env", &setup.schemes()).expect("a whole file");
/// let members = setup.members(&file).await?;
/// assert_eq!((members[0].name(), members.len()), ("DB_PASSWORD", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    name: String,
    info: SecretInfo,
}

impl Member {
    /// Returns what stands behind the prefix, or the key of a `.env` file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the reference that reads it.
    #[must_use]
    pub fn place(&self) -> &SecretRef {
        self.info.reference()
    }

    /// Returns what the listing told: never a value.
    #[must_use]
    pub fn info(&self) -> &SecretInfo {
        &self.info
    }
}

impl Collection {
    /// Reads a prefix; `None` is a name, one secret, or a text that is no reference at all.
    #[must_use]
    pub fn recognise(text: &str, schemes: &reticent_core::Schemes) -> Option<Self> {
        let plain = text.strip_prefix("ref+").unwrap_or(text);
        let (scheme, rest) = plain.split_once("://")?;
        if !schemes.contains(scheme) {
            return None;
        }
        let whole = |prefix: &str| Self { scheme: scheme.to_owned(), prefix: prefix.to_owned() };
        if rest.is_empty() {
            return Some(whole(if scheme == "dotenv" { USUAL_FILE } else { "" }));
        }
        let at: SecretRef = plain.parse().ok()?;
        let is_plain = at.field().is_none() && *at.version() == Version::Current;
        (is_plain && (scheme == "dotenv" || at.path().ends_with('/'))).then(|| whole(at.path()))
    }

    /// Returns the scheme of its backend.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Returns where a secret called `name` stands in it, whether it is there or not.
    ///
    /// A key of `.env` is the name as it stands where that can be a variable, and otherwise in upper case with `_` for
    /// every other character.
    ///
    /// # Errors
    /// `InvalidReference` for a name that would climb out of the prefix, or that the backend cannot mean.
    pub fn place_of(&self, name: &str) -> Result<SecretRef, SourceError> {
        let invalid = || {
            SourceError::new(ErrorKind::InvalidReference, self.scheme.clone())
                .for_key(self.to_string())
                .with_detail(format!("\"{}\" cannot be the name of a secret there", Visible(name)))
        };
        if self.scheme == "dotenv" {
            let key = Field::parse(&variable(name)).map_err(|_| invalid())?;
            let file = SecretRef::new(&self.scheme, &self.prefix).map_err(|_| invalid())?;
            return Ok(file.at_field(Some(key)));
        }
        let climbs = name.split('/').any(|part| matches!(part, "" | "." | ".."));
        let at = SecretRef::new(&self.scheme, &format!("{}{name}", self.prefix));
        at.ok().filter(|_| !climbs).ok_or_else(invalid)
    }

    fn member(&self, info: SecretInfo) -> Option<Member> {
        let at = info.reference();
        let name = match at.field() {
            Some(key) if self.scheme == "dotenv" => key.tokens().first()?.clone(),
            _ => at.path().strip_prefix(&self.prefix)?.to_owned(),
        };
        (!name.is_empty()).then_some(Member { name, info })
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SecretRef::new(&self.scheme, &self.prefix) {
            Ok(at) => at.fmt(f),
            Err(_) => write!(f, "{}://", self.scheme),
        }
    }
}

impl Setup {
    /// Returns every secret of a collection by its listing, sorted by reference. No value is read.
    ///
    /// # Errors
    /// `Unsupported` where the backend names no secrets; else as [`SecretList::list`](reticent_core::SecretList::list).
    pub async fn members(&self, of: &Collection) -> Result<Vec<Member>, SourceError> {
        let infos = match of.scheme.as_str() {
            "file" => self.listed_files(&of.prefix).await?,
            scheme => match self.sources.lister(scheme) {
                Some(lister) => lister.list(&of.prefix).await?,
                None => {
                    return Err(SourceError::new(ErrorKind::Unsupported, scheme.to_owned())
                        .for_key(of.to_string())
                        .with_detail("its secrets cannot be listed")
                        .with_hint("name them one by one"));
                }
            },
        };
        Ok(infos.into_iter().filter_map(|info| of.member(info)).collect())
    }

    /// Lists a folder of files; relative ones are below the folder of `reticent.toml`, and are shown so.
    async fn listed_files(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let folder = self.config.base().join(prefix);
        let listed = MountSource::new(&folder).list("").await?;
        let shown = |info: SecretInfo| {
            let below = Path::new(info.reference().path()).strip_prefix(&folder).ok()?.to_str()?;
            let at = SecretRef::new("file", &format!("{prefix}{below}")).ok()?;
            let shown = SecretInfo::new(at);
            Some(info.modified().map_or(shown.clone(), |modified| shown.with_modified(modified)))
        };
        Ok(listed.into_iter().filter_map(shown).collect())
    }
}

#[cfg(test)]
mod tests {
    use reticent_core::Schemes;

    use super::*;

    fn schemes() -> Schemes {
        Schemes::of(["aws-sm", "dotenv", "env", "file", "sealed", "vault"])
    }

    #[test]
    fn what_ends_in_a_slash_is_a_prefix() {
        for (text, shown) in [
            ("vault://secret/prod/", Some("vault://secret/prod/")),
            ("ref+vault://secret/prod/", Some("vault://secret/prod/")),
            ("aws-sm://", Some("aws-sm://")),
            ("env://", Some("env://")),
            ("dotenv://", Some("dotenv://.env")),
            ("dotenv://config/.env.staging", Some("dotenv://config/.env.staging")),
            ("file://odd%23name/", Some("file://odd%23name/")),
            ("vault://secret/prod/db", None),
            ("vault://secret/prod/#field", None),
            ("vault://secret/prod/?version=previous", None),
            ("dotenv://.env#KEY", None),
            ("other://a/", None),
            ("sealed:rt1.k.AA/", None),
            ("DB_PASSWORD", None),
            ("staging/", None),
        ] {
            let found = Collection::recognise(text, &schemes()).map(|found| found.to_string());
            assert_eq!(found.as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn a_name_does_not_climb_out_of_its_prefix() {
        let vault = Collection::recognise("vault://secret/prod/", &schemes()).expect("a prefix");
        assert_eq!(vault.place_of("db/main").expect("a place").to_string(), "vault://secret/prod/db/main");
        for name in ["", ".", "..", "../x", "a//b", "a/../../x", "/x", "x/", "a\nb"] {
            let error = vault.place_of(name).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::InvalidReference, "{name}");
        }
        let file = Collection::recognise("dotenv://.env", &schemes()).expect("a file");
        assert_eq!(file.place_of("a.b-c").expect("a place").to_string(), "dotenv://.env#A_B_C");
        assert_eq!(file.place_of("lower").expect("a place").to_string(), "dotenv://.env#lower");
        assert_eq!(file.place_of("").expect_err("no name").kind(), ErrorKind::InvalidReference);
    }
}
