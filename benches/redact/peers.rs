//! What others do in memory.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use aho_corasick::AhoCorasick;
use reticent_benches::Table;

use crate::MASK;

/// Where `cargo xtask bench` tells a Python.
const PYTHON: &str = "RETICENT_PYTHON";

/// Replaces what the automaton finds; of values that overlap the rest stays.
pub(crate) fn replaced(peer: &AhoCorasick, text: &[u8], out: &mut Vec<u8>) -> usize {
    out.clear();
    peer.replace_all_with_bytes(text, out, |_, _, out| {
        out.extend_from_slice(MASK);
        true
    });
    out.len()
}

/// Does so between a reader and a writer.
pub(crate) fn stream_replaced(peer: &AhoCorasick, text: &[u8], out: &mut Vec<u8>) -> usize {
    out.clear();
    let done = peer.try_stream_replace_all_with(text, &mut *out, |_, _, out| out.write_all(MASK));
    done.expect("memory takes all");
    out.len()
}

/// A warm Python that replaces one needle after the other, as often as it is told to.
struct Python {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

/// Adds the row of Python.
pub(crate) fn python(table: &mut Table<'_>, needles: &[Vec<u8>], text: &[u8]) {
    let name = "Python, str.replace in a loop";
    match Python::start(needles, text) {
        Ok(mut python) => table.timed(name, "one needle after the other", move |times| {
            python.seconds(times).expect("it answers until the end")
        }),
        Err(why) => table.missing(name, why),
    }
}

impl Python {
    fn start(needles: &[Vec<u8>], text: &[u8]) -> Result<Self, String> {
        let program = std::env::var_os(PYTHON).ok_or_else(|| format!("{PYTHON} names no Python"))?;
        let mut child = Command::new(program)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/redact/replace.py"))
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start it: {error}"))?;
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut python = Self { child, answers };
        python.tell(needles, text).map_err(|error| format!("it does not listen: {error}"))?;
        python.seconds(1).map(|_| python).ok_or_else(|| "it ended without an answer".to_owned())
    }

    fn tell(&mut self, needles: &[Vec<u8>], text: &[u8]) -> std::io::Result<()> {
        let mut input = self.child.stdin.as_ref().expect("it is piped");
        writeln!(input, "{} {}", needles.len(), text.len())?;
        for needle in needles {
            writeln!(input, "{}", needle.len())?;
            input.write_all(needle)?;
        }
        input.write_all(text)
    }

    /// Returns the least seconds of one pass among `times`.
    fn seconds(&mut self, times: u32) -> Option<f64> {
        writeln!(self.child.stdin.as_ref()?, "{times}").ok()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).ok()?;
        answer.trim().parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.child.stdin.take()); // it ends with its input
        drop(self.child.wait());
    }
}
