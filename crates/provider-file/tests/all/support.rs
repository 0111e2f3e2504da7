//! What the tests share: a volume written as kubelet writes it, and a thread without root's powers.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

/// Writes a file as a careful writer does: a new one, put in the place of the old one.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let fresh = path.with_file_name(format!("seed-{}.new", NEXT.fetch_add(1, Ordering::Relaxed)));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&fresh, bytes)?;
    fs::rename(&fresh, path).inspect_err(|_| {
        let _ = fs::remove_file(&fresh);
    })
}

/// Takes from this thread what lets root read and write everything; for other users it changes nothing.
pub(crate) fn become_ordinary() {
    let mut sets = capabilities(None).expect("the thread's own capabilities can be read");
    let powers = CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
    sets.effective &= !powers;
    set_capabilities(None, sets).expect("capabilities can be given up");
}

/// Gives this thread back what it may have.
pub(crate) fn become_powerful() {
    let mut sets = capabilities(None).expect("the thread's own capabilities can be read");
    sets.effective = sets.permitted;
    set_capabilities(None, sets).expect("permitted capabilities can be taken up");
}

/// A folder that changes as a whole, in the steps of the kubelet.
pub(crate) struct Volume {
    folder: PathBuf,
    number: u32,
}

impl Volume {
    pub(crate) fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("the folder can be made");
        Self { folder: folder.to_owned(), number: 0 }
    }

    /// Puts these files, and no others, in place of what is there.
    pub(crate) fn publish(&mut self, files: &[(String, Vec<u8>)]) -> std::io::Result<()> {
        self.number += 1;
        let state = format!("..2026_11_24_19_32_23.{}", self.number);
        let data = self.folder.join(&state);
        fs::create_dir(&data)?;
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755))?;
        for (name, bytes) in files {
            let path = data.join(name);
            fs::create_dir_all(path.parent().expect("a file has a folder"))?;
            fs::write(&path, bytes)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
        }
        let (link, fresh) = (self.folder.join("..data"), self.folder.join("..data_tmp"));
        let old = fs::read_link(&link).ok();
        symlink(&state, &fresh)?;
        fs::rename(&fresh, &link)?;
        self.link_names(files)?;
        match old {
            Some(old) => fs::remove_dir_all(self.folder.join(old)),
            None => Ok(()),
        }
    }

    /// Makes the links that users see, and removes those that lead nowhere now.
    fn link_names(&self, files: &[(String, Vec<u8>)]) -> std::io::Result<()> {
        let first = |name: &str| name.split('/').next().map(str::to_owned);
        let wanted: Vec<String> = files.iter().filter_map(|(name, _)| first(name)).collect();
        for name in &wanted {
            let link = self.folder.join(name);
            if fs::symlink_metadata(&link).is_err() {
                symlink(Path::new("..data").join(name), &link)?;
            }
        }
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with("..") && !wanted.contains(&name) {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        Ok(())
    }
}
