//! The type that people hold: which rules, what of their findings is told, and what is read.

use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use reticent_core::{Fingerprint, FingerprintKey, Secret};
use reticent_detect::{RuleSet, Scanner};
use zeroize::Zeroizing;

use crate::coverage::Coverage;
use crate::event::{Event, SkipReason, Skipped};
use crate::ignored::IgnoreRules;
use crate::opened;
use crate::progress::Progress;
use crate::selection::Selection;
use crate::text::{Buffer, Looked, Text};
use crate::turn::Turn;
use crate::walk::{self, Entry, RootError, Step, Walk};

/// The key of fingerprints as long as nobody gives another. It is no secret: whoever has a report can try guesses
/// against a fingerprint, which finds weak passwords.
const KEY: &[u8; 32] = b"reticent finding fingerprint v1\0";
/// More workers would need more memory than a scan may.
const MOST_WORKERS: usize = 16;
/// So many files wait for a worker.
const QUEUE: usize = 64;
/// So many findings does a file keep before its turn comes.
const KEPT: usize = 1024;

/// Looks for secrets in files, trees and streams.
///
/// It has no state and can be shared by threads.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::{Event, Scan, Selection};
///
/// let scan = Scan::new(RuleSet::shipped())
///     .with_min_confidence(0.9)
///     .with_selection(Selection::default().with("github"));
/// let coverage = scan.paths(&["src".into()], |event| {
///     if let Event::Finding(finding) = event {
///         println!("{}:{}: {}", finding.path().display(), finding.line(), finding.rule().title());
///     }
///     ControlFlow::Continue(())
/// })?;
/// assert!(coverage.files() > 0 && coverage.is_whole());
/// # Ok::<(), reticent_scan::RootError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scan {
    scanner: Scanner,
    selection: Selection,
    min_confidence: f32,
    shows_suppressed: bool,
    keeps_values: bool,
    rules: IgnoreRules,
    workers: usize,
    key: FingerprintKey,
    progress: Progress,
}

impl Scan {
    /// Looks with these rules.
    #[must_use]
    pub fn new(rules: Arc<RuleSet>) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            // What is not told is masked all the same where it stands beside a finding.
            scanner: Scanner::with_rules(rules).with_min_confidence(0.0).with_suppressed(),
            selection: Selection::default(),
            min_confidence: Scanner::DEFAULT_MIN_CONFIDENCE,
            shows_suppressed: false,
            keeps_values: false,
            rules: IgnoreRules::default(),
            workers: cores.min(MOST_WORKERS),
            key: FingerprintKey::from_bytes(KEY),
            progress: Progress::default(),
        }
    }

    /// Tells findings from `confidence` on.
    #[must_use]
    pub fn with_min_confidence(mut self, confidence: f32) -> Self {
        self.min_confidence = confidence;
        self
    }

    /// Tells candidates that were suppressed too.
    #[must_use]
    pub fn with_suppressed(mut self) -> Self {
        self.shows_suppressed = true;
        self
    }

    /// Keeps the value in each finding.
    ///
    /// # Security
    /// Whoever prints it has leaked it once more.
    #[must_use]
    pub fn with_values(mut self) -> Self {
        self.keeps_values = true;
        self
    }

    /// Lets only these rules tell.
    #[must_use]
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Honours git's ignore rules or not.
    #[must_use]
    pub fn with_ignore_rules(mut self, rules: IgnoreRules) -> Self {
        self.rules = rules;
        self
    }

    /// Reads with so many threads, from 1 to 16; without this, one for each core.
    #[must_use]
    pub fn with_workers(mut self, count: usize) -> Self {
        self.workers = count.clamp(1, MOST_WORKERS);
        self
    }

    /// Makes fingerprints under this key, so that nobody else can try guesses against them.
    #[must_use]
    pub fn with_fingerprint_key(mut self, key: FingerprintKey) -> Self {
        self.key = key;
        self
    }

    /// Counts in `progress` what is being read.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Looks through files and trees, and calls `each` with what is found, in the order of the paths.
    ///
    /// A path that leads to a file is read whatever it is, also a link or a pipe. `each` is called by several threads,
    /// one after the other, and can end it. Where paths overlap, a file is read once.
    ///
    /// # Errors
    /// [`RootError`] if one of `paths` cannot be read; then none was. What cannot be read below them is told as
    /// [`Event::Skipped`].
    pub fn paths(
        &self,
        paths: &[PathBuf],
        each: impl FnMut(Event) -> ControlFlow<()> + Send,
    ) -> Result<Coverage, RootError> {
        let roots = walk::roots(paths)?;
        let turn = Turn::new(each);
        let (send, receive) = sync_channel::<(u64, Entry)>(QUEUE);
        let receive = Mutex::new(receive);
        let passed = thread::scope(|scope| {
            for _ in 0..self.workers {
                scope.spawn(|| self.work(&receive, &turn));
            }
            // Taken along, so that it ends with the walk and the workers see that nothing more comes.
            let send = send;
            let mut number = 0;
            let mut step = |step| {
                turn.begin(number)?;
                let told = match step {
                    Step::Skipped(skipped) => turn.finish(number, vec![Event::Skipped(skipped)], |_| {}),
                    Step::File(entry) => match send.send((number, entry)) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    },
                };
                number += 1;
                told
            };
            let mut walk = Walk::new(self.rules, &mut step);
            let _ = walk.through(&roots);
            walk.coverage
        });
        let looked = turn.into_coverage();
        Ok(Coverage {
            ignored_files: passed.ignored_files,
            ignored_folders: passed.ignored_folders,
            links: passed.links,
            special: looked.special + passed.special,
            ..looked
        })
    }

    /// Looks through all that `reader` gives, which is called `name`.
    pub fn reader(
        &self,
        name: &str,
        reader: impl Read,
        each: impl FnMut(Event) -> ControlFlow<()>,
    ) -> Coverage {
        let turn = Turn::new(each);
        let path: Arc<Path> = Path::new(name).into();
        let text = Text { path: &path, hint: name, file: None };
        let looked = self.look(&text, reader, &mut Buffer::new(), &mut |events| turn.tell(0, events));
        self.count(&turn, 0, &path, looked, Vec::new());
        turn.into_coverage()
    }

    fn work<F: FnMut(Event) -> ControlFlow<()>>(
        &self,
        receive: &Mutex<Receiver<(u64, Entry)>>,
        turn: &Turn<F>,
    ) {
        let _guard = Guard(turn);
        let mut buffer = Buffer::new();
        loop {
            let next = receive.lock().expect("nobody panics while waiting").recv();
            let Ok((number, entry)) = next else { return };
            self.entry(number, &entry, &mut buffer, turn);
        }
    }

    fn entry<F: FnMut(Event) -> ControlFlow<()>>(
        &self,
        number: u64,
        entry: &Entry,
        buffer: &mut Buffer,
        turn: &Turn<F>,
    ) {
        let opened = match entry.is_root {
            true => File::open(&entry.real).map(|file| {
                let is_regular = file.metadata().ok().filter(std::fs::Metadata::is_file);
                Some((file, is_regular.map(|metadata| metadata.len())))
            }),
            false => opened::regular(&entry.real).map(|file| file.map(|(file, length)| (file, Some(length)))),
        };
        let (file, length) = match opened {
            Ok(Some(opened)) => opened,
            Ok(None) => {
                let _ = turn.finish(number, Vec::new(), |coverage| coverage.special += 1);
                return;
            }
            Err(error) => {
                let skipped = Event::Skipped(Skipped::of(&entry.shown, error));
                let _ = turn.finish(number, vec![skipped], |_| {});
                return;
            }
        };
        let path: Arc<Path> = entry.shown.as_path().into();
        let text = Text { path: &path, hint: &entry.hint, file: length.is_some().then_some(&file) };
        // Of a file that somebody writes to, what was there when it was opened; where the system does not know how much
        // that is, as below /proc, all that comes.
        let limit = length.filter(|length| *length > 0).unwrap_or(u64::MAX);
        let mut kept = Vec::new();
        let mut sink = |events: Vec<Event>| {
            kept.extend(events);
            if kept.len() < KEPT {
                ControlFlow::Continue(())
            } else {
                turn.tell(number, std::mem::take(&mut kept))
            }
        };
        let looked = self.look(&text, (&file).take(limit), buffer, &mut sink);
        let grew = file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() > limit);
        if grew && looked.error.is_none() {
            kept.push(Event::Skipped(Skipped::new(&entry.shown, SkipReason::Grew)));
        }
        self.count(turn, number, &path, looked, kept);
    }

    /// Tells the rest of a text and counts it.
    fn count<F: FnMut(Event) -> ControlFlow<()>>(
        &self,
        turn: &Turn<F>,
        number: u64,
        path: &Path,
        looked: Looked,
        mut events: Vec<Event>,
    ) {
        if let Some(error) = looked.error {
            events.push(Event::Skipped(Skipped::new(path, SkipReason::Unreadable(error))));
        }
        self.progress.count_file();
        let _ = turn.finish(number, events, |coverage| {
            coverage.files += 1;
            coverage.bytes += looked.bytes;
            coverage.binary += u64::from(looked.is_binary);
        });
    }

    pub(crate) fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(crate) fn keeps_values(&self) -> bool {
        self.keeps_values
    }

    /// Tells whether a candidate is to be told.
    pub(crate) fn wants(&self, found: &reticent_detect::Finding) -> bool {
        let is_wanted = match found.suppressed() {
            Some(_) => self.shows_suppressed,
            None => found.confidence() >= self.min_confidence,
        };
        is_wanted && self.selection.has(found.rule().id())
    }

    /// The vendor is part of it and the rule is not, so that a baseline outlives a rule that becomes two.
    pub(crate) fn fingerprint(&self, vendor: &str, value: &[u8]) -> Fingerprint {
        let mut text = Zeroizing::new(Vec::with_capacity(vendor.len() + 1 + value.len()));
        text.extend_from_slice(vendor.as_bytes());
        text.push(0);
        text.extend_from_slice(value);
        self.key.fingerprint(&Secret::copy_of(&text))
    }
}

/// Lets nobody wait for a worker that panicked.
struct Guard<'t, F: FnMut(Event) -> ControlFlow<()>>(&'t Turn<F>);

impl<F: FnMut(Event) -> ControlFlow<()>> Drop for Guard<'_, F> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.give_up();
        }
    }
}
