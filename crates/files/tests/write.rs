//! A file is replaced whole or not at all.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use reticent_core::ErrorKind;
use reticent_files::{FileError, FileState, Place, Readers};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        fs::write(folder.at(name), text).expect("a file");
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).expect("a file")
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.at(name)).expect("a file").mode() & 0o7777
    }

    /// Names of all files, sorted: a write leaves nothing else behind.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
            .collect();
        names.sort_unstable();
        names
    }
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut place = Place::of(path)?;
    let mut new = place.begin(Readers::Owner)?;
    new.write_all(bytes)?;
    new.replace()
}

fn create(path: &Path, readers: Readers) -> Result<(), FileError> {
    let mut place = Place::of(path)?;
    let mut new = place.begin(readers)?;
    new.write_all(b"new")?;
    new.create()
}

#[test]
fn a_new_file_is_for_its_readers_and_an_old_one_keeps_its_mode() {
    let folder = Folder::new();
    for (name, readers, mode) in
        [("a", Readers::Owner, 0o600), ("b", Readers::Group, 0o640), ("c", Readers::Anyone, 0o644)]
    {
        create(&folder.at(name), readers).expect("created");
        // Without what the process masks out.
        assert_eq!(folder.mode(name) | 0o044, mode | 0o044, "{name}");
        assert_eq!(folder.mode(name) & !mode, 0, "{name}");
    }
    for mode in [0o400, 0o640, 0o666, 0o4710] {
        fs::set_permissions(folder.at("a"), fs::Permissions::from_mode(mode)).expect("a mode");
        replace(&folder.at("a"), b"two\n").expect("replaced");
        assert_eq!((folder.mode("a"), folder.text("a").as_str()), (mode, "two\n"));
    }
    replace(&folder.at("d"), b"").expect("made");
    assert_eq!((folder.mode("d"), folder.names()), (0o600, ["a", "b", "c", "d"].map(str::to_owned).to_vec()));
}

#[test]
fn a_file_is_not_taken_from_its_owner() {
    let folder = Folder::with("db", "old");
    let owner = || fs::metadata(folder.at("db")).map(|file| (file.uid(), file.gid())).expect("a file");
    if let Err(error) = std::os::unix::fs::chown(folder.at("db"), Some(65_534), Some(65_533)) {
        println!("files cannot be given away here ({error}): only root's writes could take them");
        return;
    }
    fs::set_permissions(folder.at("db"), fs::Permissions::from_mode(0o640)).expect("a mode");
    replace(&folder.at("db"), b"new").expect("replaced");
    assert_eq!((owner(), folder.mode("db"), folder.text("db").as_str()), ((65_534, 65_533), 0o640, "new"));

    let mut sets = capabilities(None).expect("the thread's own");
    sets.effective.remove(CapabilitySet::CHOWN);
    set_capabilities(None, sets).expect("capabilities can be given up");
    let refused = replace(&folder.at("db"), b"newer");
    assert_eq!(
        (refused, FileError::ChangesHands.kind()),
        (Err(FileError::ChangesHands), ErrorKind::AccessDenied)
    );
    assert_eq!(
        (owner(), folder.text("db").as_str(), folder.names()),
        ((65_534, 65_533), "new", vec!["db".into()])
    );
}

#[test]
fn creating_overwrites_nothing() {
    let folder = Folder::with("db", "old");
    symlink("nowhere", folder.at("dangling")).expect("a link");
    assert_eq!(create(&folder.at("db"), Readers::Owner), Err(FileError::AlreadyThere));
    assert_eq!(FileError::AlreadyThere.kind(), ErrorKind::Conflict);
    assert_eq!(create(&folder.at("dangling"), Readers::Owner), Err(FileError::DanglingLink));
    assert_eq!((folder.text("db").as_str(), folder.names()), ("old", vec!["dangling".into(), "db".into()]));
}

#[test]
fn of_two_that_create_one_wins() {
    let folder = Folder::new();
    let results = std::thread::scope(|scope| {
        let writers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| create(&folder.at("db"), Readers::Owner))).collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(FileError::AlreadyThere))));
}

#[test]
fn only_the_state_that_was_seen_is_replaced() {
    let folder = Folder::with("db", "one");
    let attempt = |seen: &FileState| {
        let mut place = Place::of(&folder.at("db")).expect("a place");
        place.begin(Readers::Owner).expect("begun").replace_if(seen)
    };
    let seen = FileState::of(&folder.at("db")).expect("a file");
    fs::write(folder.at("db"), "somebody else's").expect("written");
    assert_eq!(attempt(&seen), Err(FileError::Changed));
    assert_eq!((folder.text("db").as_str(), folder.names()), ("somebody else's", vec!["db".to_owned()]));
    let seen = FileState::of(&folder.at("db")).expect("a file");
    fs::remove_file(folder.at("db")).expect("removed");
    assert_eq!(attempt(&seen), Err(FileError::Changed));
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn through_a_link_the_target_is_replaced() {
    let folder = Folder::with("real", "old");
    symlink("real", folder.at("link")).expect("a link");
    symlink("nowhere", folder.at("dangling")).expect("a link");
    replace(&folder.at("link"), b"new").expect("replaced");
    assert_eq!(fs::read_link(folder.at("link")).expect("a link"), Path::new("real"));
    assert_eq!(folder.text("real"), "new");
    assert_eq!(replace(&folder.at("dangling"), b"new"), Err(FileError::DanglingLink));
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let folder = Folder::new();
    fs::create_dir(folder.at("sub")).expect("a folder");
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.at("pipe"), 0o600.into()).expect("a pipe");
    assert_eq!(replace(&folder.at("sub"), b"x"), Err(FileError::NotRegular("a folder")));
    assert_eq!(replace(&folder.at("pipe"), b"x"), Err(FileError::NotRegular("a named pipe")));
    assert_eq!(replace(Path::new("/"), b"x"), Err(FileError::NotRegular("a folder")));
    assert_eq!(replace(&folder.at("no/folder"), b"x").map_err(FileError::kind), Err(ErrorKind::NotFound));
    assert_eq!(folder.names(), ["pipe", "sub"]);
}

#[test]
fn a_removed_file_is_gone_and_of_a_link_the_link() {
    let folder = Folder::with("real", "x");
    symlink("real", folder.at("link")).expect("a link");
    let open = fs::File::open(folder.0.path()).expect("a folder");
    let remove = |name: &str| {
        let place = Place::within(std::os::fd::AsFd::as_fd(&open), name.as_ref()).expect("a place");
        place.remove()
    };
    assert_eq!(remove("link"), Ok(()));
    assert_eq!(folder.names(), ["real"]);
    assert_eq!(remove("real"), Ok(()));
    assert!(remove("real").expect_err("it is gone").is_absent());
}

#[test]
fn the_longest_name_can_be_written() {
    let folder = Folder::new();
    let name = "x".repeat(255);
    replace(&folder.at(&name), b"x").expect("written");
    assert_eq!(folder.names(), [name]);
}

#[test]
fn writers_wait_for_each_other_and_lose_nothing() {
    let folder = Folder::with("count", "0");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let mut place = Place::of(&folder.at("count")).expect("a place");
                    let count: u32 = folder.text("count").parse().expect("a number");
                    let mut new = place.begin(Readers::Owner).expect("begun");
                    write!(new, "{}", count + 1).expect("written");
                    new.replace().expect("replaced");
                }
            });
        }
    });
    assert_eq!((folder.text("count").as_str(), folder.names()), ("100", vec!["count".to_owned()]));
}

#[test]
fn a_reader_never_sees_half_a_write() {
    let folder = Folder::new();
    replace(&folder.at("db"), &[b'a'; 65_536]).expect("written");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..200_u8 {
                replace(&folder.at("db"), &[b'a' + number % 2; 65_536]).expect("written");
            }
        });
        while !writer.is_finished() {
            let bytes = fs::read(folder.at("db")).expect("it is always there");
            assert!(bytes.len() == 65_536 && bytes.iter().all(|byte| *byte == bytes[0]), "half a write");
        }
    });
}

/// Not a law: what the laws below run in a process of its own, which they limit.
#[test]
fn child_that_writes_a_large_file() {
    let Some(folder) = std::env::var_os("RETICENT_WRITE_IN") else { return };
    let written = replace(&PathBuf::from(folder).join(".env"), &[b'x'; 100_000]);
    std::process::exit(if written.is_ok() { 0 } else { 7 });
}

/// Writes in a child whose files may grow to 1 KiB; the shell's `trap` says what the signal for more does.
fn write_with_little_room(folder: &Folder, trap: &str) -> Option<i32> {
    let me = std::env::current_exe().expect("a path");
    let script = format!("{trap} ulimit -f 2; exec \"$0\" --exact child_that_writes_a_large_file");
    let mut child = Command::new("sh");
    child.args(["-c", &script]).arg(me).env("RETICENT_WRITE_IN", folder.0.path());
    child.output().expect("a child").status.code()
}

#[test]
fn a_write_that_finds_no_room_leaves_the_old_file() {
    let folder = Folder::with(".env", "A=old\n");
    assert_eq!(write_with_little_room(&folder, "trap '' XFSZ;"), Some(7));
    assert_eq!((folder.text(".env").as_str(), folder.names()), ("A=old\n", vec![".env".to_owned()]));
}

#[test]
fn a_writer_that_is_killed_leaves_the_old_file_and_the_next_one_cleans_up() {
    let folder = Folder::with(".env", "A=old\n");
    assert_eq!(write_with_little_room(&folder, ""), None, "it was killed by a signal");
    assert_eq!(folder.text(".env"), "A=old\n");
    assert_eq!(folder.names(), [".env", ".env.reticent-new"]);
    assert_eq!(folder.mode(".env.reticent-new"), 0o600);
    replace(&folder.at(".env"), b"A=new\n").expect("written");
    assert_eq!((folder.text(".env").as_str(), folder.names()), ("A=new\n", vec![".env".to_owned()]));
}
