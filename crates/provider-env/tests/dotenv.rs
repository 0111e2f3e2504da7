//! What `dotenv://PATH#KEY` serves, refuses and writes.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;

use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretList, SecretRef, SecretSink, SecretSource,
    SourceError,
};
use reticent_provider_env::{DotenvSource, Warning};

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        fs::write(folder.path(".env"), text).expect("a file");
        fs::set_permissions(folder.path(".env"), fs::Permissions::from_mode(0o600)).expect("a mode");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).expect("a file").mode() & 0o7777
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

    fn source(&self) -> DotenvSource {
        DotenvSource::new(self.0.path())
    }

    fn get(&self, at: &str) -> Result<Secret, SourceError> {
        run(self.source().get(&reference(at)))
    }

    fn put(&self, at: &str, value: &str) -> Result<(), SourceError> {
        let value = Secret::copy_of(value.as_bytes());
        run(self.source().put(&reference(at), &value, &PutOptions::default())).map(drop)
    }
}

fn reference(at: &str) -> SecretRef {
    at.parse().expect("a reference")
}

fn check(text: &str, at: &str, want: &str) {
    assert_eq!(Folder::with(text).get(at).expect(at).expose_text().expect("text"), want);
}

fn check_error(text: &str, at: &str, want: &str, hint: Option<&str>) {
    let error = Folder::with(text).get(at).expect_err(at);
    assert_eq!((error.to_string().as_str(), error.hint()), (want, hint));
}

#[test]
fn a_key_of_a_file_is_served() {
    check("A=1\nB='$x #y'\n", "dotenv://.env#B", "$x #y");
    check("A=1\nA=\n", "dotenv://.env#A", "");
    check("A={\"b\":{\"c/d\":\"x\"}}\n", "dotenv://.env#/A/b/c~1d", "x");
    check("A.B=1\n", "dotenv://.env#/A.B", "1");
    let folder = Folder::with("A=1");
    let absolute = format!("dotenv://{}#A", folder.path(".env").display());
    assert_eq!(
        run(DotenvSource::new("/nowhere").get(&reference(&absolute))).expect("a value").expose_bytes(),
        b"1"
    );
}

#[test]
fn what_cannot_be_served_is_told_apart() {
    check_error("A=1", "dotenv://.env#B", "dotenv://.env#B: not found in dotenv", None);
    check_error(
        "TOKEN=1",
        "dotenv://.env#TOKN",
        "dotenv://.env#TOKN: not found in dotenv",
        Some("did you mean TOKEN?"),
    );
    check_error(
        "A=1",
        "dotenv://.env",
        "dotenv://.env: not a valid reference for dotenv: it names no key",
        Some("write dotenv://.env#KEY"),
    );
    check_error(
        "A=1",
        "dotenv://.env?version=2#A",
        "dotenv://.env?version=2#A: not a valid reference for dotenv: it has no versions",
        Some("leave ?version= out"),
    );
    check_error(
        "A=1\nKEY=\"hunter2\nB\n",
        "dotenv://.env#A",
        "dotenv://.env#A: malformed in dotenv: .env:2:5 KEY: the quote opened here is never closed (and 1 more)",
        Some("close the quote, or put the other kind of quotes around the value"),
    );
    check_error(
        "A=x",
        "dotenv://.env#/A/b",
        "dotenv://.env#/A/b: malformed in dotenv: the value is not JSON (at byte 0), so it has no fields",
        None,
    );
    let folder = Folder::with("");
    let error = folder.get("dotenv://other#A").expect_err("no file");
    let path = folder.path("other");
    assert_eq!(
        error.to_string(),
        format!("dotenv://other#A: not found in dotenv: there is no file {}", path.display())
    );
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn keys_are_listed_once_and_sorted() {
    let folder = Folder::with("B=1\nA=2\nB=3\n");
    fs::write(folder.path("prod.env"), "C=1\n").expect("a file");
    let list = |prefix: &str| {
        let infos = run(folder.source().list(prefix)).expect("a list");
        infos.iter().map(|info| info.reference().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(""), ["dotenv://.env#A", "dotenv://.env#B"]);
    assert_eq!(list(".env"), list(""));
    assert_eq!(list("prod.env"), ["dotenv://prod.env#C"]);
    assert_eq!(list("none.env"), Vec::<String>::new());
}

#[test]
fn a_write_keeps_comments_and_mode_and_leaves_nothing_behind() {
    let folder = Folder::with("# c\r\nexport A='1' # one\r\n");
    fs::set_permissions(folder.path(".env"), fs::Permissions::from_mode(0o640)).expect("a mode");
    folder.put("dotenv://.env#A", "2").expect("written");
    folder.put("dotenv://.env#B", "3").expect("written");
    assert_eq!(folder.text(".env"), "# c\r\nexport A='2' # one\r\nB=3\r\n");
    assert_eq!(folder.mode(".env"), 0o640);
    assert_eq!(folder.names(), [".env"]);
    assert_eq!(folder.source().warnings(), []);
    let source = folder.source();
    run(source.get(&reference("dotenv://.env#A"))).expect("a value");
    assert_eq!(
        source.warnings(),
        [Warning::new(folder.path(".env"), reticent_files::Warning::ReadableByGroup { mode: 0o640 })]
    );
}

#[test]
fn a_write_keeps_the_owner() {
    let folder = Folder::with("A=1\n");
    // Only root can give a file away; anybody else writes to their own.
    drop(std::os::unix::fs::chown(folder.path(".env"), Some(1234), Some(5678)));
    let owner = || fs::metadata(folder.path(".env")).map(|file| (file.uid(), file.gid())).expect("a file");
    let before = owner();
    folder.put("dotenv://.env#A", "2").expect("written");
    assert_eq!((owner(), folder.mode(".env")), (before, 0o600));
}

#[test]
fn a_new_file_is_for_its_owner_alone() {
    let folder = Folder::with("");
    folder.put("dotenv://new.env#A", "x y").expect("written");
    assert_eq!((folder.text("new.env").as_str(), folder.mode("new.env")), ("A='x y'\n", 0o600));
    let error = folder.put("dotenv://no/folder#A", "x").expect_err("no folder");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[test]
fn through_a_link_the_target_is_edited() {
    let folder = Folder::with("A=1\n");
    symlink(".env", folder.path("link")).expect("a link");
    symlink("nowhere", folder.path("dangling")).expect("a link");
    folder.put("dotenv://link#A", "2").expect("written");
    assert!(folder.path("link").is_symlink());
    assert_eq!(folder.text(".env"), "A=2\n");
    assert_eq!(folder.put("dotenv://dangling#A", "2").expect_err("dangling").kind(), ErrorKind::Unavailable);
}

#[test]
fn a_malformed_file_is_not_written_to() {
    let folder = Folder::with("A=1\nB\n");
    assert_eq!(folder.put("dotenv://.env#A", "2").expect_err("malformed").kind(), ErrorKind::Malformed);
    assert_eq!(folder.text(".env"), "A=1\nB\n");
}

#[test]
fn what_a_file_cannot_hold_is_refused() {
    let folder = Folder::with("A=1\n");
    for (at, value, kind) in [
        ("dotenv://.env#A", &b"a\0b"[..], ErrorKind::Unsupported),
        ("dotenv://.env#A", b"\xff", ErrorKind::Unsupported),
        ("dotenv://.env#A B", b"x", ErrorKind::InvalidReference),
        ("dotenv://.env#/A/b", b"x", ErrorKind::InvalidReference),
        ("dotenv://.env", b"x", ErrorKind::InvalidReference),
    ] {
        let put = run(folder.source().put(&reference(at), &Secret::copy_of(value), &PutOptions::default()));
        assert_eq!(put.expect_err(at).kind(), kind, "{at}");
    }
    assert_eq!(folder.text(".env"), "A=1\n");
}

#[test]
fn an_expectation_is_about_one_key() {
    let folder = Folder::with("A=1\nB=1\n");
    let source = folder.source();
    let at = reference("dotenv://.env#A");
    let seen = run(source.revision(&at)).expect("a revision");
    folder.put("dotenv://.env#B", "2").expect("written");
    let expecting = PutOptions::default().expecting(Expected::Revision(seen.clone()));
    run(source.put(&at, &Secret::copy_of(b"2"), &expecting)).expect("only the neighbour had moved");
    let stale = run(source.put(&at, &Secret::copy_of(b"3"), &expecting)).expect_err("moved");
    assert_eq!(stale.to_string(), "dotenv://.env#A: conflict in dotenv: it is not as it was expected to be");
    let deleted = run(source.delete(&at, &DeleteOptions::default().expecting(Expected::Revision(seen))));
    assert_eq!(deleted.expect_err("moved").kind(), ErrorKind::Conflict);
    assert_eq!(folder.text(".env"), "A=2\nB=2\n");
}

#[test]
fn writers_wait_for_each_other_and_lose_nothing() {
    let folder = Folder::with("");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let folder = &folder;
            scope.spawn(move || {
                for number in 0..25 {
                    folder.put(&format!("dotenv://.env#K{writer}_{number}"), "v").expect("written");
                }
            });
        }
    });
    assert_eq!(folder.text(".env").lines().count(), 100);
    assert_eq!(folder.names(), [".env"]);
}
