//! What is unwise about a secret file: said when asked, never printed.

use std::path::Path;

use reticent_files::{FileState, Links, Readers, Warning};

use crate::error::Problem;
use crate::mountinfo::Mount;
use crate::session::Session;

/// Looks at one file; `mountinfo` is the text of `/proc/self/mountinfo`, or empty where there is none.
pub(crate) fn inspect(base: &Path, path: &Path, mountinfo: &str) -> Result<Vec<Warning>, Problem> {
    let look = |session: &mut Session| -> Result<(u32, bool), Problem> {
        let spot = session.find(base, path)?;
        let mode = FileState::at(spot.folder, spot.name)?.mode();
        Ok((mode, session.has_volume()))
    };
    let (mode, in_volume) = Session::steady(Links::Followed, look, Result::is_ok).and_then(|found| found)?;
    let real = std::fs::canonicalize(base.join(path)).ok();
    let mount = real.as_ref().and_then(|real| Mount::of(real, mountinfo));
    let is_given = in_volume || mount.as_ref().is_some_and(Mount::is_given);
    let is_single = real.is_some_and(|real| mount.is_some_and(|mount| mount.is_of_file(&real)));
    Ok(judge(mode, is_given, is_single))
}

fn judge(mode: u32, is_given: bool, is_single: bool) -> Vec<Warning> {
    let readers = if is_given { Readers::Anyone } else { Readers::Group };
    let mut warnings = Warning::of_mode(mode, readers);
    warnings.extend(is_single.then_some(Warning::NeverUpdated));
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_its_own_mount_point_is_warned_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().canonicalize().expect("a path").join("db");
        std::fs::write(&file, "x").expect("a file");
        let mountinfo = format!("46 22 0:41 /..2026/db {} ro - tmpfs tmpfs rw\n", file.display());
        assert_eq!(inspect(Path::new(""), &file, &mountinfo), Ok(vec![Warning::NeverUpdated]));
    }
}
