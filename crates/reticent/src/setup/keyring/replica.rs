//! A program that works with a stored keyring for long: it reads it again when it has moved, and says what it has read.

use std::path::Path;

use reticent_core::{ErrorKind, SourceError};
use reticent_crypto::{Keyring, ReplicaId, Replicas as _, Report};
use reticent_files::FileState;

use super::{KeyringPlace, Keyrings, LONGEST, SOURCE, of_file};

/// How often the keyring may change between the reading and the report.
const ATTEMPTS: usize = 8;

/// One program that keeps a keyring at hand, and reports which keys it has.
///
/// `reticent key promote` lets no key encrypt that a replica which reports does not have yet, and `reticent key retire`
/// takes none out of use with which one still encrypts.
///
/// ```
/// use std::time::Duration;
///
/// use reticent::crypto::{Key, Keyring, Sealer};
/// use reticent::setup::{Config, Replica, Setup};
///
/// # let folder = tempfile::tempdir()?;
/// # let base = folder.path();
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// # let text = Key::generate()?.to_text();
/// # std::fs::write(base.join(".env"), [b"KEYRING_KEY=", text.expose_bytes(), b"\n"].concat())?;
/// let setup = Setup::of(Config::without_file(base), None)?;
/// # setup.keyrings().create(Keyring::of("k1".parse()?, Key::generate()?)?).await?;
/// let mut replica = Replica::new("web-1".parse()?); // a name of its own: that of its host
/// let mut sealer = Sealer::new(replica.refresh(&setup.keyrings()).await?.expect("the first time"));
/// # let mut minutes = 0..2;
/// while minutes.next().is_some() {
///     // Every minute; what goes wrong leaves the keys that are here.
///     if let Ok(Some(keyring)) = replica.refresh(&setup.keyrings()).await {
///         sealer = Sealer::new(keyring);
///     }
/// }
/// replica.leave(&setup.keyrings()).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Replica {
    id: ReplicaId,
    kept: Option<(FileState, Keyring)>,
}

impl Replica {
    /// Takes the name under which the program reports; no other that runs may have it.
    #[must_use]
    pub fn new(id: ReplicaId) -> Self {
        Self { id, kept: None }
    }

    /// Reports what it has, and returns the keyring if it is another than at the last time.
    ///
    /// The file is opened only when it has moved; a report is written each time, so that its age tells whether the
    /// program runs. The keys of a variable have no states to wait for: they are returned each time, and not reported.
    ///
    /// # Errors
    /// As [`Keyrings::open`]; what kept the report from being written, and then the program has to stay with the keyring
    /// that it had; `Unavailable` when the keyring changes all the time.
    pub async fn refresh(&mut self, keyrings: &Keyrings<'_>) -> Result<Option<Keyring>, SourceError> {
        let KeyringPlace::File(path) = keyrings.place() else { return keyrings.open().await.map(Some) };
        let replicas = keyrings.replicas();
        for _ in 0..ATTEMPTS {
            let (state, keyring, is_new) = self.read(keyrings, &path).await?;
            replicas.report(&Report::of(self.id.clone(), &keyring)).await?;
            // A key may have been promoted by one who looked for reports before there was this one.
            if is_state(&path, &state) {
                self.kept = Some((state, keyring.clone()));
                return Ok(is_new.then_some(keyring));
            }
        }
        let changing = SourceError::new(ErrorKind::Unavailable, SOURCE).for_key(path.to_string_lossy());
        Err(changing.with_detail("it changed during each attempt to report it"))
    }

    async fn read(
        &self,
        keyrings: &Keyrings<'_>,
        path: &Path,
    ) -> Result<(FileState, Keyring, bool), SourceError> {
        if let Some((state, keyring)) = &self.kept
            && is_state(path, state)
        {
            return Ok((*state, keyring.clone(), false));
        }
        let content = reticent_files::read(path, LONGEST).map_err(|error| of_file(path, error))?;
        let (file, state) = keyrings.read(path, content).await?;
        Ok((state, file.keyring().clone(), true))
    }

    /// Takes its report away at the end, so that nobody waits for it.
    ///
    /// # Errors
    /// What the system reports.
    pub async fn leave(self, keyrings: &Keyrings<'_>) -> Result<(), SourceError> {
        match keyrings.replicas().forget(&self.id).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            left => left,
        }
    }
}

fn is_state(path: &Path, state: &FileState) -> bool {
    FileState::of(path).is_ok_and(|now| now == *state)
}
