//! Files encrypted anew: whole, resumed, and killed at any moment.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, Secret};
use reticent_crypto::rewrap::{FileSet, Job, Rewrap, Survey};
use reticent_crypto::{Compat, Context, Fernet, Key, KeyId, Keyring, Sealer, State};

/// Names the folder for a process that does the work of these tests and is killed in it.
const FOLDER: &str = "RETICENT_TEST_REWRAP";

fn id(text: &str) -> KeyId {
    text.parse().expect("an identifier")
}

fn context() -> Context {
    Context::new("files")
}

/// The keys of all tests: the same in the process that is killed.
fn key(number: u8) -> Key {
    // Both halves differ: two keys that sign alike would take each other's tokens for their own.
    let (first, last) = (char::from(b'A' + number), char::from(b'A' + number * 4));
    let text = format!("{first}{}0{last}=", "kR3yQz7Lp9".repeat(4));
    Key::parse(&Secret::from_string(text)).expect("a key")
}

fn old() -> Keyring {
    Keyring::of(id("k1"), key(1)).expect("a key")
}

/// The old key accepted, and a new one that encrypts.
fn both() -> Keyring {
    let mut keyring = old();
    keyring.stage(id("k2"), key(2)).expect("new");
    keyring.promote(&id("k2")).expect("a key");
    keyring
}

fn plaintext(number: usize) -> Vec<u8> {
    format!("value {number} ").repeat(number % 7 * 1_000 + 1).into_bytes()
}

/// A folder of files in every form, under the old key.
fn fill(folder: &Path, count: usize) -> BTreeMap<PathBuf, Vec<u8>> {
    let sealer = Sealer::new(old());
    let fernet = Fernet::new(&key(1).to_text()).expect("a key");
    let mut all = BTreeMap::new();
    for number in 0..count {
        let (path, plaintext) = (folder.join(format!("{number:04}")), plaintext(number));
        let content = match number % 3 {
            0 => sealer.seal(&context(), &plaintext).expect("a key").into_bytes(),
            1 => fernet.encrypt(&plaintext).expect("randomness").into_bytes(),
            _ => {
                let mut encryptor = sealer.encryptor(&context(), Vec::new()).expect("a key");
                std::io::Write::write_all(&mut encryptor, &plaintext).expect("a vector");
                encryptor.finish().expect("a vector")
            }
        };
        std::fs::write(&path, content).expect("room");
        all.insert(path, plaintext);
    }
    all
}

/// Fails without printing thousands of numbers.
fn assert_holds(path: &Path, sealer: &Sealer, plaintext: &[u8], when: &str) {
    let found = opened(path, sealer);
    let name = path.display();
    assert!(found == plaintext, "{name} holds {} bytes of {}, {when}", found.len(), plaintext.len());
}

fn opened(path: &Path, sealer: &Sealer) -> Vec<u8> {
    let content = std::fs::read(path).expect("it is there");
    if content.starts_with(b"RTC1") {
        let mut plaintext = Vec::new();
        let mut decryptor = sealer.decryptor(&context(), &content[..]).expect("authentic");
        std::io::Read::read_to_end(&mut decryptor, &mut plaintext).expect("authentic");
        return plaintext;
    }
    let text = String::from_utf8(content).expect("text");
    let secret = match text.strip_prefix("rt1.") {
        Some(_) => sealer.open(&context(), &text).expect("authentic"),
        None => sealer.keyring().multi_fernet().expect("keys").decrypt(&text).expect("authentic"),
    };
    #[expect(clippy::disallowed_methods, reason = "made up by this test")]
    secret.expose_bytes().to_vec()
}

fn files(paths: impl IntoIterator<Item = PathBuf>, folder: &Path) -> FileSet {
    FileSet::new(paths, &context(), folder.join("job.json")).expect("UTF-8")
}

fn run(files: &mut FileSet) -> Job {
    let rewrap = Rewrap::new(Sealer::new(both())).with_page(7);
    rewrap.run(files, |_| {}).now_or_never().expect("at once").expect("room")
}

fn survey(files: &mut FileSet) -> Survey {
    Rewrap::new(Sealer::new(both())).survey(files).now_or_never().expect("at once").expect("readable")
}

#[test]
fn everything_comes_under_the_new_key_and_the_old_one_can_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = fill(folder.path(), 50);
    let mut set = files(all.keys().cloned(), folder.path());
    assert_eq!((survey(&mut set).needs(&id("k1")), survey(&mut set).needs(&id("k2"))), (50, 0));
    let job = run(&mut set);
    assert_eq!((job.rewrapped(), job.current(), job.failures()), (50, 0, &[][..]));
    let proof = survey(&mut set);
    assert_eq!((proof.needs(&id("k1")), proof.needs(&id("k2"))), (0, 50));
    let mut keyring = both();
    keyring.set_state(&id("k1"), State::Retired).expect("accepted");
    keyring.destroy(&id("k1"), &proof).expect("nothing needs it");
    let sealer = Sealer::new(keyring);
    all.iter().for_each(|(path, plaintext)| assert_holds(path, &sealer, plaintext, "at the end"));
    assert_eq!((run(&mut set).rewrapped(), run(&mut set).current()), (0, 50));
}

#[test]
fn what_fails_is_listed_and_stops_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = fill(folder.path(), 9);
    let path = |number: usize| folder.path().join(format!("{number:04}"));
    std::fs::write(path(0), "not encrypted\n").expect("room");
    let mut cut = std::fs::read(path(2)).expect("it is there");
    cut.truncate(cut.len() - 1);
    std::fs::write(path(2), &cut).expect("room");
    std::fs::remove_file(path(4)).expect("it is there");
    let token = Fernet::new(&key(3).to_text()).expect("a key").encrypt(b"value").expect("randomness");
    std::fs::write(path(7), &token).expect("room");
    let mut set = files(all.keys().cloned(), folder.path());
    let job = run(&mut set);
    assert_eq!((job.rewrapped(), job.current()), (5, 1));
    let reasons: Vec<String> = job
        .failures()
        .iter()
        .map(|failure| format!("{}: {}", &failure.id()[failure.id().len() - 4..], failure.reason()))
        .collect();
    let refused = "not an authentic ciphertext for this key, context and time";
    assert_eq!(
        reasons,
        ["0000: it is not encrypted".to_owned(), format!("0002: {refused}"), format!("0007: {refused}")]
    );
    assert_eq!(std::fs::read(path(0)).expect("it is there"), b"not encrypted\n");
    assert_eq!(std::fs::read(path(2)).expect("it is there"), cut);
    let survey = survey(&mut set);
    assert_eq!((survey.plain(), survey.needs(&id("k1")), survey.unknown().len()), (1, 1, 1));
    assert!(!survey.frees(&id("k1")));
}

#[test]
fn what_begins_as_sealed_and_is_none_is_left_alone_and_frees_no_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = Sealer::new(old()).seal(&context(), b"value").expect("a key");
    let token = Fernet::new(&key(1).to_text()).expect("a key").encrypt(b"value").expect("randomness");
    // Python reads this token all the same.
    let wrapped = format!("{}\n{}", &token[..40], &token[40..]);
    let far = format!("{}{token}", " ".repeat(100));
    for text in
        [format!(" {sealed}"), format!("{sealed}="), wrapped, far, "rt1.k1.".to_owned(), " RTC1".to_owned()]
    {
        let path = folder.path().join("one");
        std::fs::write(&path, &text).expect("room");
        let mut set = files([path.clone()], folder.path()).with_plaintext();
        let proof = survey(&mut set);
        assert_eq!((proof.plain(), proof.frees(&id("k1"))), (0, false), "{text}");
        assert_eq!(run(&mut set).failures().len(), 1);
        assert_eq!(std::fs::read_to_string(&path).expect("text"), text);
    }
}

#[test]
fn a_folder_that_is_not_there_frees_no_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let mounted = folder.path().join("mounted");
    let mut set = files([mounted.join("one")], folder.path());
    assert!(!survey(&mut set).frees(&id("k1")));
    assert_eq!(run(&mut set).failures().len(), 1);
    std::fs::create_dir(&mounted).expect("room");
    assert!(survey(&mut set).frees(&id("k1")), "the file alone is gone");
    assert_eq!(run(&mut set).failures().len(), 0);
}

#[test]
fn the_job_is_none_of_its_own_files() {
    let error = FileSet::new(["job".into()], &context(), "job".into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn plaintext_is_sealed_when_asked_and_opened_by_its_context() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "not encrypted\n").expect("room");
    let mut set = files([path.clone()], folder.path()).with_plaintext();
    assert_eq!(run(&mut set).rewrapped(), 1);
    assert_eq!(opened(&path, &Sealer::new(both())), b"not encrypted\n");
}

#[test]
fn a_line_break_behind_a_value_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let sealed = Sealer::new(old()).seal(&context(), b"value").expect("a key");
    std::fs::write(&path, format!("{sealed}\r\n")).expect("room");
    assert_eq!(run(&mut files([path.clone()], folder.path())).rewrapped(), 1);
    let now = std::fs::read_to_string(&path).expect("text");
    assert!(now.starts_with("rt1.k2.") && now.ends_with("\r\n"), "{now}");
}

#[test]
fn a_dump_needs_the_keys_of_all_that_stands_in_it_and_is_not_sealed_over_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = Sealer::new(old()).seal(&context(), b"value").expect("a key");
    let token = Fernet::new(&key(1).to_text()).expect("a key").encrypt(b"value").expect("randomness");
    let mut archive = Sealer::new(old()).encryptor(&context(), b"archive\0".to_vec()).expect("a key");
    std::io::Write::write_all(&mut archive, b"value").expect("a vector");
    let archive = archive.finish().expect("a vector");
    let dumps = [
        format!("INSERT INTO users VALUES (1, '{sealed}');\n").into_bytes(),
        format!("id,token\n1,{token}\n").into_bytes(),
        archive,
    ];
    for dump in dumps {
        let path = folder.path().join("dump");
        std::fs::write(&path, &dump).expect("room");
        let mut set = files([path.clone()], folder.path()).with_plaintext();
        let proof = survey(&mut set);
        assert_eq!(
            (proof.needs(&id("k1")), proof.frees(&id("k1")), proof.frees(&id("k2"))),
            (1, false, true)
        );
        let job = run(&mut set);
        assert_eq!((job.rewrapped(), job.failures().len()), (0, 1));
        assert!(job.failures()[0].reason().starts_with("values stand in it that are encrypted"));
        assert!(std::fs::read(&path).expect("it is there") == dump);
    }
}

#[test]
fn plaintext_behind_many_blanks_is_plaintext() {
    let folder = tempfile::tempdir().expect("a folder");
    for text in [" ".repeat(1_000), format!("{}value", "\n".repeat(64)), String::new()] {
        let path = folder.path().join("one");
        std::fs::write(&path, &text).expect("room");
        let mut set = files([path], folder.path()).with_plaintext();
        assert_eq!((survey(&mut set).plain(), run(&mut set).rewrapped()), (1, 1), "{text:?}");
    }
}

/// The spellings of a token that Python takes.
fn spellings(token: &str) -> [String; 6] {
    [
        token.to_owned(),
        format!("{}\n{}", &token[..40], &token[40..]),
        token.replace('-', "+").replace('_', "/"),
        format!("\"{token}\"\n"),
        format!("{}{token} and more", " ".repeat(100)),
        token.chars().flat_map(|character| ['\n', character]).collect(),
    ]
}

#[test]
fn a_token_stays_one_under_its_own_time_where_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let old_fernet = Fernet::new(&key(1).to_text()).expect("a key");
    let token = old_fernet.encrypt_at_time(b"value", 1_000_000_000).expect("randomness");
    let current = Fernet::new(&key(2).to_text()).expect("a key").encrypt(b"value").expect("randomness");
    let value = Sealer::new(old()).seal(&context(), b"value").expect("a key");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("room");
        path
    };
    let paths = [write("old", &format!("{token}\n")), write("current", &current), write("value", &value)];
    let mut set = files(paths.clone(), folder.path()).with_fernet_kept();
    let job = run(&mut set);
    assert_eq!((job.rewrapped(), job.current(), job.failures().len()), (2, 1, 0));
    let read = |path: &Path| std::fs::read_to_string(path).expect("text");
    let newest = Fernet::new(&key(2).to_text()).expect("a key");
    let rotated = read(&paths[0]);
    assert_eq!(newest.extract_timestamp(rotated.trim_ascii_end()), Ok(1_000_000_000));
    assert!(rotated.ends_with('\n'));
    assert_eq!(read(&paths[1]), current, "byte for byte");
    assert!(read(&paths[2]).starts_with("rt1.k2."), "a value stays a value");
    assert!(survey(&mut set).frees(&id("k1")));
    assert_eq!(run(&mut set).rewrapped(), 0);
}

#[test]
fn what_python_takes_for_a_token_is_rewrapped_where_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let fernet = Fernet::new(&key(1).to_text()).expect("a key");
    // Both of the characters that are spelt in two ways.
    let mut tokens = std::iter::repeat_with(|| fernet.encrypt(b"value").expect("randomness"));
    let token = tokens.find(|token| token.contains('-') && token.contains('_')).expect("one in a few");
    let python = Rewrap::new(Sealer::new(both()).with_compat(Compat::Python));
    for (number, text) in spellings(&token).into_iter().enumerate() {
        let path = folder.path().join(number.to_string());
        for keeps in [false, true] {
            std::fs::write(&path, &text).expect("room");
            let set = files([path.clone()], folder.path());
            let mut set = if keeps { set.with_fernet_kept() } else { set };
            // Without it nothing in the last one looks like a token at all.
            assert_eq!(survey(&mut set).frees(&id("k1")), number == 5, "{text:?}");
            let look = python.survey(&mut set).now_or_never().expect("at once").expect("readable");
            assert_eq!((look.needs(&id("k1")), look.unknown().len()), (1, 0), "{text:?}");
            let job = python.run(&mut set, |_| {}).now_or_never().expect("at once").expect("room");
            assert_eq!((job.rewrapped(), job.failures().len()), (1, 0), "{text:?}");
            // What was made is canonical: no switch is needed any more.
            assert!(survey(&mut set).frees(&id("k1")), "{text:?}");
            let now = std::fs::read_to_string(&path).expect("text");
            std::fs::write(&path, now.trim_ascii_end()).expect("room");
            assert_eq!(opened(&path, &Sealer::new(both())), b"value", "{text:?}");
            assert_eq!(now.starts_with("rt1.k2."), !keeps);
        }
    }
}

#[test]
fn a_keyring_without_a_key_rewraps_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut set = files([], folder.path());
    let rewrap = Rewrap::new(Sealer::new(Keyring::new()));
    let error = rewrap.run(&mut set, |_| {}).now_or_never().expect("at once").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

/// Not a test of its own: the process that the next one kills.
#[test]
fn a_process_that_rewraps() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let paths = (0..60).map(|number| folder.join(format!("{number:04}")));
    run(&mut files(paths, &folder));
}

#[test]
fn a_kill_at_any_moment_loses_nothing_and_wraps_nothing_twice() {
    let is_long = std::env::var_os("RETICENT_TEST_LONG").is_some();
    let mut killed = 0;
    for round in 0..if is_long { 300 } else { 12 } {
        let folder = tempfile::tempdir().expect("a folder");
        let all = fill(folder.path(), 60);
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "rewrap::a_process_that_rewraps"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_micros(2_000 + round * 7_919 % 60_000));
        let _ = child.kill();
        killed += usize::from(child.wait().expect("it ends").signal().is_some());
        let sealer = Sealer::new(both());
        all.iter().for_each(|(path, plaintext)| {
            assert_holds(path, &sealer, plaintext, &format!("killed in round {round}"))
        });
        let mut set = files(all.keys().cloned(), folder.path());
        let before = survey(&mut set);
        assert!(before.unknown().is_empty());
        let job = run(&mut set);
        assert_eq!(job.failures(), []);
        assert!(survey(&mut set).frees(&id("k1")));
        all.iter().for_each(|(path, plaintext)| assert_holds(path, &sealer, plaintext, "at the end"));
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 61, "the files and the job, and nothing half-written");
    }
    assert!(killed > 0, "no process was killed in its work");
}
