//! A volume that turns under a busy reader is always read in one state.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use reticent_core::{Secret, SecretRef, SecretSource, SourceError};
use reticent_provider_file::{FileSource, MountSource};

use crate::support::Volume;

/// How often the volume turns.
const SWAPS: u32 = 1500;

/// The keys of the volume; one is in a folder of its own.
const NAMES: [&str; 3] = ["user", "password", "nested/token"];

fn state(number: u32) -> Vec<(String, Vec<u8>)> {
    // Long enough that half of it could be seen.
    let value = format!("{number:08}").repeat(512).into_bytes();
    NAMES.map(|name| (name.to_owned(), value.clone())).to_vec()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    mixed: u32,
    broken: u32,
    failed: Vec<String>,
}

impl Tally {
    fn count(&mut self, answers: Vec<Result<Secret, SourceError>>) {
        let mut values = Vec::new();
        for answer in answers {
            match answer {
                Ok(value) => values.push(value),
                Err(error) => self.failed.push(error.to_string()),
            }
        }
        self.mixed += u32::from(values.windows(2).any(|pair| !pair[0].ct_eq(&pair[1])));
        self.broken += u32::from(values.iter().any(|value| value.len() != 8 * 512));
    }
}

fn read_while_it_turns(source: impl FnOnce(&std::path::Path) -> Box<dyn SecretSource>) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("app");
    let mut volume = Volume::new(&root);
    volume.publish(&state(0)).expect("a volume");
    let places =
        NAMES.map(|name| SecretRef::new("file", &format!("{}/{name}", root.display())).expect("a reference"));
    let source = source(&root);
    let is_over = AtomicBool::new(false);
    let (tally, reads) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut tally, mut reads) = (Tally::default(), 0_u32);
            while !is_over.load(Ordering::Relaxed) {
                let answers = source.get_many(&places).now_or_never().expect("files are read at once");
                tally.count(answers);
                let alone = source.get(&places[2]).now_or_never().expect("files are read at once");
                tally.count(vec![alone]);
                reads += 1;
            }
            (tally, reads)
        });
        for number in 1..=SWAPS {
            volume.publish(&state(number)).expect("the volume turns");
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader does not panic")
    });
    assert_eq!(tally, Tally::default(), "in {reads} reads");
    assert!(reads > 100, "the reader was not busy: {reads} reads");
}

#[test]
fn files_named_in_full_are_of_one_state() {
    read_while_it_turns(|_| Box::new(FileSource::new("")));
}

#[test]
fn files_of_a_mounted_folder_are_of_one_state() {
    read_while_it_turns(|root| Box::new(MountSource::new(root)));
}

#[test]
fn files_of_a_folder_above_the_mount_are_of_one_state() {
    read_while_it_turns(|root| Box::new(MountSource::new(root.parent().expect("a folder"))));
}

#[test]
fn a_turned_volume_has_another_revision_even_with_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut volume = Volume::new(folder.path());
    volume.publish(&state(1)).expect("a volume");
    let source = MountSource::new(folder.path());
    let at = "file://nested/token".parse().expect("a reference");
    let revision = || source.revision(&at).now_or_never().expect("at once").expect("it is there");
    let first = revision();
    assert_eq!(first, revision());
    volume.publish(&state(1)).expect("the volume turns");
    assert_ne!(first, revision());
}

#[test]
fn the_workings_of_a_volume_are_neither_listed_nor_served() {
    use reticent_core::{ErrorKind, SecretList};

    let folder = tempfile::tempdir().expect("a folder");
    let mut volume = Volume::new(folder.path());
    volume.publish(&state(1)).expect("a volume");
    let source = MountSource::new(folder.path());
    let listed = source.list("").now_or_never().expect("at once").expect("it is there");
    let names: Vec<String> = listed.iter().map(|info| info.reference().path().to_owned()).collect();
    let want = ["nested/token", "password", "user"].map(|name| format!("{}/{name}", folder.path().display()));
    assert_eq!(names, want);
    for name in ["..data/user", "..2026_11_24_19_32_23.1/user"] {
        let at = SecretRef::new("file", name).expect("a reference");
        let error = source.get(&at).now_or_never().expect("at once").expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidReference);
    }
    // Whoever writes it in full reaches the same file.
    let full = format!("file://{}/..data/user", folder.path().display()).parse().expect("a reference");
    assert!(FileSource::new("").get(&full).now_or_never().expect("at once").is_ok());
}

#[test]
fn what_is_above_a_volume_is_found_through_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut volume = Volume::new(&folder.path().join("app"));
    volume.publish(&state(1)).expect("a volume");
    std::fs::write(folder.path().join("beside"), "x").expect("a file");
    let at = "file://app/../beside".parse().expect("a reference");
    let value = FileSource::new(folder.path()).get(&at).now_or_never().expect("at once");
    assert_eq!(value.expect("it is there").len(), 1);
}
