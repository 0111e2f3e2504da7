//! A process that is killed at each step of its work, and what is found then.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt as _;
use reticent_core::Secret;

use super::step::Step;
use super::{FileSet, Rewrap};
use crate::{Context, Fernet, Key, KeyId, Keyring, Sealer};

/// Names the folder for the process that does the work.
const FOLDER: &str = "RETICENT_TEST_KILLED_IN";

/// Names the step, and how often it is reached before it kills.
const STEP: &str = "RETICENT_TEST_KILLED_AT";

const STEPS: [Step; 5] = [Step::Read, Step::Begun, Step::Written, Step::Replaced, Step::Noted];

const FILES: u8 = 9;

/// The files of one page, so that a job is kept in between.
const PAGE: usize = 4;

static REACHED: AtomicU32 = AtomicU32::new(0);

/// Kills this process when `step` is the one that was named, and was reached as often as was named.
pub(super) fn at(step: Step) {
    let Ok(named) = std::env::var(STEP) else { return };
    let (name, count) = named.split_once(' ').expect("a step and a number");
    if name == format!("{step:?}")
        && REACHED.fetch_add(1, Ordering::Relaxed) == count.parse::<u32>().expect("a number")
    {
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::KILL).expect("it is our own");
    }
}

fn key(number: u8) -> Key {
    Key::filled(|bytes| {
        bytes.iter_mut().zip(1..).for_each(|(byte, at): (&mut u8, u8)| *byte = number ^ at.wrapping_mul(at));
        Ok(())
    })
    .expect("filled")
}

fn id(text: &str) -> KeyId {
    text.parse().expect("an identifier")
}

fn sealer(has_new: bool) -> Sealer {
    let mut keyring = Keyring::of(id("k1"), key(1)).expect("a key");
    if has_new {
        keyring.stage(id("k2"), key(2)).expect("new");
        keyring.promote(&id("k2")).expect("a key");
    }
    Sealer::new(keyring)
}

/// Files in every form, with the plaintext of each.
fn fill(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let write = |number: u8| {
        let plaintext = format!("value {number}").into_bytes();
        let sealed = match number % 3 {
            0 => sealer(false).seal(&Context::new("test"), &plaintext).expect("a key").into_bytes(),
            1 => Fernet::of(&key(1)).encrypt(&plaintext).expect("randomness").into_bytes(),
            _ => {
                let encryptor = sealer(false).encryptor(&Context::new("test"), Vec::new());
                let mut encryptor = encryptor.expect("a vector");
                std::io::Write::write_all(&mut encryptor, &plaintext).expect("a vector");
                encryptor.finish().expect("a vector")
            }
        };
        let path = folder.join(number.to_string());
        std::fs::write(&path, sealed).expect("room");
        (path, plaintext)
    };
    (0..FILES).map(write).collect()
}

fn opened(path: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).ok()?;
    let (sealer, context) = (sealer(true), Context::new("test"));
    if bytes.starts_with(b"RTC1") {
        let mut plaintext = Vec::new();
        let mut decryptor = sealer.decryptor(&context, &bytes[..]).ok()?;
        std::io::Read::read_to_end(&mut decryptor, &mut plaintext).ok()?;
        return Some(plaintext);
    }
    let text = std::str::from_utf8(&bytes).ok()?;
    let opened: Secret = match sealer.open(&context, text) {
        Ok(opened) => opened,
        Err(_) => sealer.keyring().multi_fernet().ok()?.decrypt(text).ok()?,
    };
    #[expect(clippy::disallowed_methods, reason = "to be compared in a test")]
    Some(opened.expose_bytes().to_vec())
}

fn run(folder: &Path) -> super::Job {
    let paths = (0..FILES).map(|number| folder.join(number.to_string()));
    let mut set = FileSet::new(paths, &Context::new("test"), folder.join("job")).expect("UTF-8");
    let rewrap = Rewrap::new(sealer(true)).with_page(PAGE);
    let job = rewrap.run(&mut set, |_| {}).now_or_never().expect("at once").expect("it can be kept");
    let survey = rewrap.survey(&mut set).now_or_never().expect("at once").expect("readable");
    assert!(survey.frees(&id("k1")) && survey.needs(&id("k2")) == u64::from(FILES));
    job
}

/// Not a test of its own: the process that the next one has killed.
#[test]
fn a_process_that_kills_itself() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        run(Path::new(&folder));
    }
}

#[test]
fn a_kill_at_each_step_loses_nothing_and_wraps_nothing_twice() {
    for step in STEPS {
        // The first file, one within the first page, and one behind a kept job; a page is noted three times.
        for count in if step == Step::Noted { [0, 1, 2] } else { [0, 2, 6] } {
            let folder = tempfile::tempdir().expect("a folder");
            let all = fill(folder.path());
            let status = Command::new(std::env::current_exe().expect("this test"))
                .args(["--exact", "rewrap::killed::a_process_that_kills_itself"])
                .env(FOLDER, folder.path())
                .env(STEP, format!("{step:?} {count}"))
                .stdout(Stdio::null())
                .status()
                .expect("it starts");
            assert_eq!(status.signal(), Some(9), "{step:?} {count}");
            for (path, plaintext) in &all {
                assert_eq!(opened(path).as_ref(), Some(plaintext), "{step:?} {count}: {}", path.display());
            }
            let job = run(folder.path());
            assert_eq!((job.done(), job.failures()), (u64::from(FILES), &[][..]), "{step:?} {count}");
            for (path, plaintext) in &all {
                assert_eq!(opened(path).as_ref(), Some(plaintext), "{step:?} {count}: {}", path.display());
            }
            let left = std::fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(left, usize::from(FILES) + 1, "{step:?} {count}: the files and the job alone");
        }
    }
}
