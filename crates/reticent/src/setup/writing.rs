//! Writing to a place, and everything that can be checked before.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reticent_core::hooks::{Access, Action};
use reticent_core::{
    DeleteOptions, ErrorKind, PutOptions, Revision, Secret, SecretName, SecretRef, SecretSink, SourceError,
    VersionId,
};
use reticent_dotenv::render_entry;

use super::Setup;

impl Setup {
    /// Returns the first place of `name` that can be written.
    #[must_use]
    pub fn place_to_write(&self, name: &SecretName) -> Option<SecretRef> {
        let declares =
            self.declared.iter().any(|declared| declared.name() == name && !declared.places().is_empty());
        let places = self.places(name);
        // The usual order reads mounted files before `.env`; a value that a person sets belongs into `.env`.
        let own = (!declares).then(|| places.iter().find(|place| place.scheme() == "dotenv")).flatten();
        own.or_else(|| places.iter().find(|place| self.sources.sink(place.scheme()).is_some())).cloned()
    }

    /// Refuses a place that cannot be written, before a value is asked for.
    ///
    /// # Errors
    /// `Unsupported` when its source only reads, or has no such key.
    pub fn can_write(&self, at: &SecretRef) -> Result<(), SourceError> {
        self.check_put(at, &Secret::copy_of(b"x"))
    }

    /// Checks what a write of `value` at `at` would stumble over, and writes nothing: for a plan.
    ///
    /// # Errors
    /// As [`put`](Self::put), as far as it can be told before.
    pub fn check_put(&self, at: &SecretRef, value: &Secret) -> Result<(), SourceError> {
        self.sink(at)?;
        if at.scheme() == "dotenv" {
            let key = at.field().and_then(|field| field.tokens().first()).map_or("", String::as_str);
            let refused = |error: reticent_dotenv::RenderError| {
                SourceError::new(ErrorKind::Unsupported, "dotenv")
                    .for_key(at.to_string())
                    .with_detail(error.to_string())
            };
            render_entry(key, value).map_err(refused)?;
        }
        let Some(folder) = self.folder_of(at) else { return Ok(()) };
        // Any other trouble with the folder is for the write to tell: it knows denied from absent.
        let is_absent = match folder.metadata() {
            Ok(metadata) => !metadata.is_dir(),
            Err(error) => matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        };
        if !is_absent {
            return Ok(());
        }
        Err(SourceError::new(ErrorKind::NotFound, at.scheme().to_owned())
            .for_key(at.to_string())
            .with_detail(format!("there is no folder {}", folder.display()))
            .with_hint("make the folder first"))
    }

    /// Returns the folder that a write at `at` changes, behind a symbolic link in its place; `None` for what is not a
    /// file of this machine.
    #[must_use]
    pub fn folder_of(&self, at: &SecretRef) -> Option<PathBuf> {
        if !matches!(at.scheme(), "dotenv" | "file") {
            return None;
        }
        let path = self.config.base().join(at.path());
        let path = path.canonicalize().unwrap_or(path);
        let folder = path.parent().map(Path::to_owned);
        folder.map(|folder| if folder.as_os_str().is_empty() { ".".into() } else { folder })
    }

    /// Writes `value` at `at`, through the hooks.
    ///
    /// # Errors
    /// `Unsupported` when its source only reads; else as [`SecretSink::put`].
    pub async fn put(&self, at: &SecretRef, value: &Secret) -> Result<Option<VersionId>, SourceError> {
        self.put_with(at, value, &PutOptions::default()).await
    }

    /// Writes as [`put`](Self::put) does, if the place is as `options` expect it.
    ///
    /// # Errors
    /// As [`put`](Self::put), and `Conflict` when it is not.
    pub async fn put_with(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let sink = self.sink(at)?;
        let name = at.to_string();
        let access = Access::new(&self.actor, Action::Write, &name).at(at);
        self.hooks.learn(&name, value);
        let done = self.hooks.act(&access, &sink.name(), sink.put(at, value, options)).await;
        // A name, a field or another spelling may have been answered by what was there.
        self.resolver.invalidate_all();
        done
    }

    /// Reads what stands at a place that can be written, past every cache, with the state that a write can expect; `None`
    /// where nothing is.
    ///
    /// # Errors
    /// `Unsupported` when its source only reads; else as a read.
    pub async fn state_of(&self, at: &SecretRef) -> Result<Option<(Revision, Secret)>, SourceError> {
        let sink = self.sink(at)?;
        let name = at.to_string();
        let access = Access::new(&self.actor, Action::Read, &name).at(at);
        // The state comes first: a change while the value is read is noticed by the write.
        let both = async {
            let revision = sink.revision(at).await?;
            let value = self.hooks.read(&access, &sink.name(), sink.get(at)).await?;
            Ok::<_, SourceError>((revision, value))
        };
        match both.await {
            Ok(both) => Ok(Some(both)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes what is at `at`, through the hooks.
    ///
    /// # Errors
    /// `Unsupported` when its source only reads; else as [`SecretSink::delete`].
    pub async fn delete(&self, at: &SecretRef) -> Result<(), SourceError> {
        let sink = self.sink(at)?;
        let name = at.to_string();
        let access = Access::new(&self.actor, Action::Delete, &name).at(at);
        let options = DeleteOptions::default();
        let done = self.hooks.act(&access, &sink.name(), sink.delete(at, &options)).await;
        self.resolver.invalidate_all();
        done
    }

    fn sink(&self, at: &SecretRef) -> Result<Arc<dyn SecretSink>, SourceError> {
        self.sources.sink(at.scheme()).ok_or_else(|| {
            let schemes = self.config.schemes();
            let writable = schemes.iter().filter(|scheme| self.sources.sink(scheme).is_some());
            let writable: Vec<String> = writable.map(|scheme| format!("{scheme}://")).collect();
            SourceError::new(ErrorKind::Unsupported, at.scheme().to_owned())
                .for_key(at.to_string())
                .with_detail("it cannot be written")
                .with_hint(format!("places that can be written begin with {}", writable.join(", ")))
        })
    }
}
