//! What `env://NAME` serves, and what it refuses.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use reticent_core::{ErrorKind, Secret, SecretList, SecretRef, SecretSource, SourceError};
use reticent_files::Warning as What;
use reticent_provider_env::{EnvSource, FileRule, ProcessEnvironment, Warning};

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn source(rule: FileRule, variables: &[(&str, &str)]) -> EnvSource {
    let variables: BTreeMap<_, _> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    EnvSource::with_file_rule(variables, rule)
}

fn get(source: &EnvSource, at: &str) -> Result<Secret, SourceError> {
    run(source.get(&at.parse().expect("a reference")))
}

/// Reads `env://A` over these variables: the value, or the kind, the clause and the hint.
fn check(rule: FileRule, variables: &[(&str, &str)], want: Result<&[u8], (ErrorKind, &str, &str)>) {
    match (get(&source(rule, variables), "env://A"), want) {
        (Ok(secret), Ok(value)) => assert_eq!(secret.expose_bytes(), value),
        (Err(error), Err((kind, text, hint))) => {
            assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
            assert_eq!(error.hint(), Some(hint));
        }
        (got, _) => panic!("{got:?}"),
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: &[u8], mode: u32) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        text(&path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_variable_is_served_as_it_stands() {
    check(FileRule::OfficialImages, &[("A", " v\n")], Ok(b" v\n"));
    check(FileRule::OfficialImages, &[("A", "")], Ok(b""));
    check(FileRule::OfficialImages, &[("A", "v"), ("A_FILE", "")], Ok(b"v"));
    check(FileRule::Off, &[("A", "v"), ("A_FILE", "/nowhere")], Ok(b"v"));
}

#[test]
fn bytes_that_are_no_text_survive() {
    let bytes = b"\xff\xfe\x01".to_vec();
    let variables = BTreeMap::from([("A".to_owned(), OsString::from_vec(bytes.clone()))]);
    assert_eq!(get(&EnvSource::new(variables), "env://A").expect("a value").expose_bytes(), bytes);
}

#[test]
fn an_absent_variable_is_not_found_and_the_hint_says_what_to_set() {
    let not_found = "env://A: not found in env";
    let hint = "set A, or A_FILE to the path of a file that holds it";
    check(FileRule::OfficialImages, &[("a", "v")], Err((ErrorKind::NotFound, not_found, hint)));
    check(FileRule::PythonHelper, &[("A_FILE", "/nowhere")], Err((ErrorKind::NotFound, not_found, hint)));
    check(FileRule::Off, &[("A_FILE", "/nowhere")], Err((ErrorKind::NotFound, not_found, "set A")));
}

#[test]
fn exactly_one_line_ending_is_taken_off_a_file() {
    let folder = Folder::new();
    for (content, want) in [
        (&b"v\n"[..], &b"v"[..]),
        (b"v\r\n", b"v"),
        (b"v\n\n", b"v\n"),
        (b"v\r", b"v\r"),
        (b"v\r\r\n", b"v\r"),
        (b" v ", b" v "),
        (b"\n", b""),
        (b"", b""),
        (b"\xff\0", b"\xff\0"),
    ] {
        let path = folder.file("secret", content, 0o400);
        check(FileRule::OfficialImages, &[("A_FILE", &path)], Ok(want));
        // A variable that is set and empty is what a Compose file leaves of an unset one.
        check(FileRule::OfficialImages, &[("A", ""), ("A_FILE", &path)], Ok(want));
    }
}

#[test]
fn the_python_helper_prefers_the_file_and_takes_its_blanks_off() {
    let folder = Folder::new();
    let path = folder.file("secret", " v w\u{a0}\n\n".as_bytes(), 0o400);
    check(FileRule::PythonHelper, &[("A", "variable"), ("A_FILE", &path)], Ok(b"v w"));
    check(FileRule::PythonHelper, &[("A", " variable "), ("A_FILE", "/nowhere")], Ok(b" variable "));
    let path = folder.file("bytes", b" \xff\n", 0o400);
    check(FileRule::PythonHelper, &[("A_FILE", &path)], Ok(b"\xff"));
}

#[test]
fn both_set_is_a_conflict_that_names_both() {
    check(
        FileRule::OfficialImages,
        &[("A", "v"), ("A_FILE", "/nowhere")],
        Err((ErrorKind::Conflict, "env://A: conflict in env: A and A_FILE are both set", "keep one of them")),
    );
}

#[test]
fn a_named_file_that_is_missing_does_not_fall_through() {
    check(
        FileRule::OfficialImages,
        &[("A_FILE", "/nowhere/a")],
        Err((
            ErrorKind::Malformed,
            "env://A: malformed in env: A_FILE names /nowhere/a, which is not there",
            "create the file, or unset A_FILE",
        )),
    );
}

#[test]
fn what_is_no_small_regular_file_is_refused() {
    let folder = Folder::new();
    let fifo = folder.path("fifo");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).expect("a FIFO");
    let large = folder.file("large", &vec![b'x'; (1 << 20) + 1], 0o400);
    let inside = text(&folder.path("large").join("inside"));
    for (path, want) in [
        (text(&fifo), format!("malformed in env: {}: it is a named pipe, not a regular file", text(&fifo))),
        (
            text(folder.0.path()),
            format!("malformed in env: {}: it is a folder, not a regular file", text(folder.0.path())),
        ),
        (large.clone(), format!("malformed in env: {large}: the file has more than 1048576 bytes")),
        (inside.clone(), format!("env is unavailable: {inside} cannot be used")),
    ] {
        let error =
            get(&source(FileRule::OfficialImages, &[("A_FILE", &path)]), "env://A").expect_err("refused");
        assert_eq!(error.to_string(), format!("env://A: {want}"));
        assert_eq!(error.hint(), Some("A_FILE names this file"));
    }
    let largest = folder.file("largest", &vec![b'x'; 1 << 20], 0o400);
    check(FileRule::OfficialImages, &[("A_FILE", &largest)], Ok(&vec![b'x'; 1 << 20]));
}

#[test]
fn a_file_that_is_not_its_owners_alone_is_served_and_warned_about_once() {
    let folder = Folder::new();
    for (mode, whats) in [
        (0o400, vec![]),
        (0o600, vec![]),
        (0o440, vec![What::ReadableByGroup { mode: 0o440 }]),
        (0o604, vec![What::ReadableByOthers { mode: 0o604 }]),
        (0o666, vec![What::ReadableByOthers { mode: 0o666 }, What::WritableByOthers { mode: 0o666 }]),
    ] {
        let path = folder.file("secret", b"v", mode);
        let source = source(FileRule::OfficialImages, &[("A_FILE", &path)]);
        for _ in 0..2 {
            assert_eq!(get(&source, "env://A").expect("a value").expose_bytes(), b"v");
        }
        let want: Vec<_> = whats.into_iter().map(|what| Warning::new(&path, what)).collect();
        assert_eq!(source.warnings(), want, "{mode:o}");
        fs::remove_file(path).expect("removed");
    }
}

#[test]
fn a_field_is_taken_out_and_its_errors_name_no_value() {
    let source =
        source(FileRule::OfficialImages, &[("A", r#"{"user": "u", "null": null}"#), ("B", "hunter2")]);
    assert_eq!(get(&source, "env://A#/user").expect("a value").expose_bytes(), b"u");
    for (at, kind, text, hint) in [
        (
            "env://A#usr",
            ErrorKind::NotFound,
            "no field \"usr\"; fields there: user, null",
            Some("did you mean \"user\"?"),
        ),
        ("env://A#null", ErrorKind::Malformed, "field \"null\" is null", None),
        ("env://B#x", ErrorKind::Malformed, "the value is not JSON (at byte 0), so it has no fields", None),
    ] {
        let error = get(&source, at).expect_err(at);
        assert_eq!((error.kind(), error.detail(), error.hint()), (kind, Some(text), hint));
    }
}

#[test]
fn a_reference_that_means_nothing_here_is_invalid() {
    let source = source(FileRule::OfficialImages, &[("A", "v")]);
    for (at, text) in [
        ("env://A?version=previous", "not a valid reference for env: it has no versions"),
        ("env://A=B", "not a valid reference for env: a variable's name holds no ="),
    ] {
        let error = get(&source, at).expect_err(at);
        assert_eq!(error.to_string(), format!("{at}: {text}"));
    }
}

#[test]
fn names_are_listed_and_what_a_file_variable_serves() {
    let variables = [("B_FILE", "/x"), ("A", "v"), ("AB", "v"), ("A_FILE", "/x"), ("", "v"), ("n\nl", "v")];
    let list = |rule, prefix| {
        let infos = run(source(rule, &variables).list(prefix)).expect("a list");
        infos.iter().map(|info| info.reference().path().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(FileRule::OfficialImages, ""), ["A", "AB", "A_FILE", "B", "B_FILE"]);
    assert_eq!(list(FileRule::Off, "A"), ["A", "AB", "A_FILE"]);
}

#[test]
fn the_revision_moves_with_the_variable_and_with_the_file() {
    let folder = Folder::new();
    let path = folder.file("secret", b"one", 0o600);
    let revision = |variables: &[(&str, &str)], at: &SecretRef| {
        run(source(FileRule::OfficialImages, variables).revision(at)).expect("a revision")
    };
    let at: SecretRef = "env://A".parse().expect("a reference");
    let first = revision(&[("A_FILE", &path)], &at);
    assert_eq!(first, revision(&[("A_FILE", &path)], &at));
    fs::write(folder.path("new"), b"two").expect("a file");
    fs::rename(folder.path("new"), &path).expect("renamed");
    assert_ne!(first, revision(&[("A_FILE", &path)], &at));
    let one = source(FileRule::Off, &[("A", "v"), ("B", "v"), ("C", "w")]);
    let of = |name: &str| {
        run(one.revision(&SecretRef::new("env", name).expect("a reference"))).expect("a revision")
    };
    assert_eq!(of("A"), of("B"));
    assert_ne!(of("A"), of("C"));
    assert_ne!(revision(&[("A", "v")], &at), revision(&[("A", "v")], &at), "each source has its own key");
}

#[test]
fn the_environment_of_the_process_is_read() {
    let source = EnvSource::process();
    assert_eq!(
        get(&source, "env://CARGO_PKG_NAME").expect("cargo sets it").expose_bytes(),
        env!("CARGO_PKG_NAME").as_bytes()
    );
    let infos = run(source.list("CARGO_PKG_NAME")).expect("a list");
    assert_eq!(infos.len(), 1);
    assert_eq!(
        get(&EnvSource::new(ProcessEnvironment), "env://RETICENT_UNSET")
            .map(drop)
            .map_err(|error| error.kind()),
        Err(ErrorKind::NotFound)
    );
}

#[test]
fn debug_shows_no_variable() {
    let shown = format!("{:?}", source(FileRule::Off, &[("A", "hunter2")]));
    assert_eq!(shown, "EnvSource { file_rule: Off, .. }");
}
