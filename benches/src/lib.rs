//! A small harness: it times ours and its peers in one run, in turns, and prints ratios.
//!
//! The decision: a machine's speed is nobody's promise, so nothing here fails for being slow; what counts is the
//! ratio to a peer that was timed in the same minute. Rounds of all rows alternate, so that a busy machine slows
//! all of them, and the best round of each counts.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one round of one row lasts at least.
const ROUND: Duration = Duration::from_millis(50);
const ROUNDS: usize = 15;

/// Operations to be timed against each other; the first row is what the others are compared with.
///
/// ```
/// let mut table = reticent_benches::Table::new("adding");
/// table.row("u64", "", || std::hint::black_box(1_u64) + 1);
/// ```
#[derive(Default)]
pub struct Table<'a> {
    title: &'a str,
    rows: Vec<Row<'a>>,
    missing: Vec<(&'a str, String)>,
}

struct Row<'a> {
    name: &'a str,
    note: String,
    run: Box<dyn FnMut(u32) -> f64 + 'a>,
    best: f64,
}

impl<'a> Table<'a> {
    /// Makes an empty table.
    #[must_use]
    pub fn new(title: &'a str) -> Self {
        Self { title, ..Self::default() }
    }

    /// Adds an operation, and a note that is printed behind its time.
    pub fn row<T>(&mut self, name: &'a str, note: impl Into<String>, mut operation: impl FnMut() -> T + 'a) {
        self.timed(name, note, move |times| {
            let start = Instant::now();
            for _ in 0..times {
                black_box(operation());
            }
            start.elapsed().as_secs_f64() / f64::from(times)
        });
    }

    /// Adds an operation that runs elsewhere: `run` has it done so many times and returns the seconds of one.
    pub fn timed(&mut self, name: &'a str, note: impl Into<String>, run: impl FnMut(u32) -> f64 + 'a) {
        self.rows.push(Row { name, note: note.into(), run: Box::new(run), best: f64::INFINITY });
    }

    /// Says aloud that a peer is not in the table, and why.
    pub fn missing(&mut self, name: &'a str, why: impl Into<String>) {
        self.missing.push((name, why.into()));
    }

    /// Times all rows and prints them.
    #[expect(clippy::print_stdout, reason = "the table is what the program is for")]
    pub fn print(mut self) {
        let times: Vec<u32> = self.rows.iter_mut().map(Row::calibrate).collect();
        for _ in 0..ROUNDS {
            for (row, times) in self.rows.iter_mut().zip(&times) {
                row.best = row.best.min((row.run)(*times));
            }
        }
        let first = self.rows.first().map_or(f64::NAN, |row| row.best);
        println!("{}", self.title);
        for Row { name, note, best, .. } in &self.rows {
            println!("  {name:<44} {:>12} {:>6.2}x  {note}", duration(*best), best / first);
        }
        for (name, why) in &self.missing {
            println!("  {name:<44} NOT TIMED: {why}");
        }
    }
}

impl Row<'_> {
    fn calibrate(&mut self) -> u32 {
        let mut times = 1;
        while (self.run)(times) * f64::from(times) < ROUND.as_secs_f64() && times < u32::MAX / 2 {
            times *= 2;
        }
        times
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.1} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} us", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}

impl std::fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.rows.iter().map(|row| row.name).collect();
        f.debug_struct("Table").field("title", &self.title).field("rows", &names).finish_non_exhaustive()
    }
}
