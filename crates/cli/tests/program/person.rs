//! A person at a terminal that controls what runs there.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::marker::PhantomData;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::screen::screen;
use crate::support::Sandbox;

/// Longer than anything here takes, on a machine that does much else.
const LONG: Duration = Duration::from_secs(30);

/// What a person sees and types, and the program that was started.
pub(crate) struct Person<'s> {
    /// The folder stays until the end.
    sandbox: PhantomData<&'s Sandbox>,
    keys: Arc<File>,
    program: Option<File>,
    /// Whether the terminal is still open.
    is_here: Arc<AtomicBool>,
    shown: Receiver<Vec<u8>>,
    /// All that was shown so far, and how much of it was looked at.
    screen: Vec<u8>,
    seen: usize,
    child: Child,
}

impl<'s> Person<'s> {
    /// Starts a program of the sandbox on a new terminal, which controls it.
    pub(crate) fn starts(sandbox: &'s Sandbox, program: &str, arguments: &[&str]) -> Self {
        Self::starts_with(sandbox, program, arguments, |_| {})
    }

    /// Starts it with what `changed` does to the command, such as another stderr.
    pub(crate) fn starts_with(
        sandbox: &'s Sandbox,
        program: &str,
        arguments: &[&str],
        changed: impl FnOnce(&mut Command),
    ) -> Self {
        let (person, terminal) = screen();
        tcsetwinsize(&terminal, size(33, 101)).expect("a size");
        let end = || Stdio::from(terminal.try_clone().expect("a copy"));
        let ours = sandbox.command(&[]);
        // `setsid` makes the terminal the controlling one, as a shell's is; then it becomes the program.
        let mut command = Command::new("setsid");
        command.args(["--ctty", program]).args(arguments).env_clear();
        command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(ours.get_current_dir().expect("a folder"));
        command.stdin(end()).stdout(end()).stderr(end());
        changed(&mut command);
        let child = command.spawn().expect("setsid runs");
        let keys = Arc::new(person);
        let is_here = Arc::new(AtomicBool::new(true));
        let shown = reading(Arc::clone(&keys), Arc::clone(&is_here));
        Self {
            sandbox: PhantomData,
            keys,
            program: Some(terminal),
            is_here,
            shown,
            screen: Vec::new(),
            seen: 0,
            child,
        }
    }

    /// Starts `reticent run` with these arguments.
    pub(crate) fn runs(sandbox: &'s Sandbox, arguments: &[&str]) -> Self {
        Self::starts(sandbox, env!("CARGO_BIN_EXE_reticent"), &[&["run"], arguments].concat())
    }

    /// Starts `reticent run -- sh -c script`.
    pub(crate) fn runs_script(sandbox: &'s Sandbox, script: &str) -> Self {
        Self::runs(sandbox, &["--", "sh", "-c", script])
    }

    pub(crate) fn types(&mut self, text: &[u8]) {
        (&*self.keys).write_all(text).expect("it is typed");
    }

    /// Waits until `text` is shown, after what was waited for before.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) {
        let begun = Instant::now();
        loop {
            let rest = &self.screen[self.seen..];
            if let Some(at) = rest.windows(text.len()).position(|part| part == text.as_bytes()) {
                self.seen += at + text.len();
                return;
            }
            let patience = LONG.checked_sub(begun.elapsed()).unwrap_or_default();
            match self.shown.recv_timeout(patience) {
                Ok(more) => self.screen.extend(more),
                Err(_) => panic!("{text:?} never came: {:?}", self.text()),
            }
        }
    }

    /// Returns all that was shown so far.
    pub(crate) fn text(&mut self) -> String {
        self.screen.extend(self.shown.try_iter().flatten());
        String::from_utf8_lossy(&self.screen).into_owned()
    }

    /// Makes the terminal larger or smaller.
    pub(crate) fn resizes(&self, rows: u16, columns: u16) {
        tcsetwinsize(&self.keys, size(rows, columns)).expect("a size");
    }

    /// Tells whether the terminal itself edits lines and echoes.
    pub(crate) fn edits_lines(&self) -> bool {
        let modes = tcgetattr(&self.keys).expect("modes").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Waits until the terminal edits lines, or does so no more.
    #[track_caller]
    pub(crate) fn waits_until_lines_are_edited(&self, want: bool) {
        until("the terminal changes", || self.edits_lines() == want);
    }

    pub(crate) fn sends(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it is there");
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process")).expect("not zero")
    }

    /// Closes the terminal, as a window is closed.
    pub(crate) fn goes_away(&mut self) {
        self.is_here.store(false, Ordering::SeqCst);
        self.screen.extend(self.shown.iter().flatten());
        self.keys = Arc::new(File::open("/dev/null").expect("it opens"));
    }

    /// Waits for the end: the exit code, and all that was shown.
    #[track_caller]
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("it is ours") {
                Some(status) => break status,
                None if begun.elapsed() > LONG => panic!("it never ended: {:?}", self.text()),
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        assert!(self.edits_lines(), "the terminal is as it was");
        // A terminal that nobody else holds ends.
        self.program = None;
        self.screen.extend(self.shown.iter().flatten());
        (status.code(), String::from_utf8_lossy(&self.screen).into_owned())
    }
}

impl Drop for Person<'_> {
    /// A test that fails leaves nothing running: what is left on the terminal is hung up.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.is_here.store(false, Ordering::SeqCst);
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LONG, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// Hands over what is shown as it comes.
fn reading(from: Arc<File>, is_here: Arc<AtomicBool>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let patience = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        let mut chunk = vec![0; 1 << 16];
        while is_here.load(Ordering::SeqCst) {
            if poll(&mut [PollFd::new(&from, PollFlags::IN)], Some(&patience)) == Ok(0) {
                continue;
            }
            // A terminal that nobody else holds ends with an error.
            let Ok(length @ 1..) = (&*from).read(&mut chunk) else { break };
            let _ = sender.send(chunk[..length].to_vec());
        }
        // Before the sender, whose end tells that the terminal is closed.
        drop(from);
    });
    receiver
}
