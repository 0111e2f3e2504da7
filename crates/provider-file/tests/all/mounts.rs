//! Files that the platform mounted, seen through the system's own table of mounts.

use std::fs;
use std::process::Command;

use reticent_core::SecretRef;
use reticent_provider_file::{FileSource, Warning};

/// Set in the copy of this test that runs among mounts of its own; it names the file to look at.
const INSIDE: &str = "RETICENT_TEST_MOUNTED_FILE";

/// A tmpfs with a file 0644, and that file mounted alone elsewhere, as `subPath` does.
const SCRIPT: &str = "mkdir given && mount -t tmpfs tmpfs given && echo x > given/db && chmod 644 given/db \
    && : > single && mount --bind given/db single && mount -o remount,ro,bind given && exec \"$0\" \"$@\"";

#[test]
fn a_file_mounted_alone_is_warned_of_and_a_given_folder_is_not() {
    if std::env::var_os(INSIDE).is_some() {
        return judge_from_inside();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let test = std::env::current_exe().expect("the test's own program");
    let mut command = Command::new("unshare");
    command
        .args(["-Urm", "sh", "-c", SCRIPT])
        .arg(test)
        .args(["--exact", "mounts::a_file_mounted_alone_is_warned_of_and_a_given_folder_is_not"]);
    let output = command.env(INSIDE, folder.path()).current_dir(folder.path()).output();
    match output {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("1 passed"), "the copy ran no test: {said}");
        }
        Ok(output) if !fs::exists(folder.path().join("single")).expect("a folder") => {
            let said = String::from_utf8_lossy(&output.stderr);
            println!("mounts cannot be made here ({said}): judged by the text of a table of mounts alone");
        }
        Ok(output) => panic!("{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat())),
        Err(error) => println!("no unshare here ({error}): judged by the text of a table of mounts alone"),
    }
}

fn judge_from_inside() {
    let folder = std::env::var(INSIDE).expect("it is set");
    let warnings = |name: &str| {
        let at = SecretRef::new("file", name).expect("a reference");
        FileSource::new(&folder).warnings(&at).expect("it is there")
    };
    assert_eq!(warnings("given/db"), []);
    assert_eq!(warnings("single"), [Warning::ReadableByOthers { mode: 0o644 }, Warning::NeverUpdated]);
}
