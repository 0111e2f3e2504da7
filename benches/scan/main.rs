//! What it costs to scan, beside other scanners: processor time and peak memory of whole programs, in one run.
//!
//! The first row is ours; each other tells how many times ours it took. The floor is ripgrep with a text that is nowhere.
//! `-- --mebibytes N` makes the large files smaller than 1 GiB.

mod inputs;
mod measure;
mod peers;

use std::path::Path;

use measure::{Program, cost, costs};

/// A program that takes longer than this is given less to read.
const PIECE: u64 = 64;

fn main() {
    let mebibytes = mebibytes();
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("a folder");
    let ours = match peers::ours() {
        Ok(ours) => ours,
        Err(why) => return say(&format!("reticent: {why}")),
    };
    // Kingfisher keeps what it has compiled; that is the warm state which the goals name.
    let _ = cost(&peers::kingfisher(), &home, &home);
    let fast = [ours.clone(), peers::floor(), peers::kingfisher(), peers::betterleaks()];

    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    table("an empty folder", &fast, &empty, &home, 9, ["", "", "goal 60x", "goal 14x"], 0);
    match inputs::sources() {
        Some(tree) => {
            let size = inputs::size(&tree);
            table(
                "the sources of the crates in the local registry",
                &fast,
                &tree,
                &home,
                3,
                ["", "goal 1/3.5", "goal 3x", "goal 9x"],
                size,
            );
            slow(&ours, &tree, folder.path(), &home);
        }
        None => say("the sources of the crates in the local registry: NOT TIMED: there are none"),
    }
    large(
        "one line",
        inputs::one_line,
        mebibytes,
        folder.path(),
        &home,
        &ours,
        ["", "goal 1/25", "goal 25x", "goal 10x"],
    );
    large(
        "a log",
        inputs::log,
        mebibytes,
        folder.path(),
        &home,
        &ours,
        ["", "goal 1/30", "goal 2x", "goal 6x"],
    );
}

fn mebibytes() -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--mebibytes");
    arguments.nth(1).and_then(|number| number.parse().ok()).unwrap_or(1024)
}

/// Peers that take minutes for a tree get a small part of it.
fn slow(ours: &Program, tree: &Path, folder: &Path, home: &Path) {
    let part = folder.join("part");
    std::fs::create_dir(&part).expect("a folder");
    let size = inputs::part(tree, &part, 2 << 20).expect("the tree can be copied");
    let programs = [ours.clone(), peers::detect_secrets()];
    table("2 MB of them", &programs, &part, home, 2, ["", "goal 500x", "", ""], size);
}

/// A file that is made here. Kingfisher gets a piece of it, for its time and its memory grow with the line.
fn large(
    name: &str,
    make: fn(&Path, u64) -> std::io::Result<()>,
    mebibytes: u64,
    folder: &Path,
    home: &Path,
    ours: &Program,
    goals: [&str; 4],
) {
    let (whole, piece) = (folder.join("large.txt"), folder.join("piece.txt"));
    make(&whole, mebibytes << 20).expect("room for the file");
    make(&piece, PIECE << 20).expect("room for the file");
    let programs = [ours.clone(), peers::floor(), peers::betterleaks()];
    let title = format!("{name} of {mebibytes} MiB");
    table(&title, &programs, &whole, home, 2, [goals[0], goals[1], goals[3], ""], mebibytes << 20);
    let programs = [ours.clone(), peers::floor(), peers::kingfisher()];
    let title = format!("{name} of {PIECE} MiB");
    table(&title, &programs, &piece, home, 2, [goals[0], goals[1], goals[2], ""], PIECE << 20);
    std::fs::remove_file(whole).expect("it is ours");
}

fn table(
    title: &str,
    programs: &[Program],
    input: &Path,
    home: &Path,
    rounds: u32,
    goals: [&str; 4],
    bytes: u64,
) {
    let costs = costs(programs, input, home, rounds);
    let first = costs.first().and_then(|cost| cost.as_ref().ok()).map_or(f64::NAN, |cost| cost.seconds);
    let size = if bytes == 0 { String::new() } else { format!(", {:.1} MB", bytes as f64 / 1e6) };
    say(&format!("{title}{size}"));
    for ((program, cost), goal) in programs.iter().zip(&costs).zip(goals) {
        say(&match cost {
            Ok(cost) => format!(
                "  {:<24} {:>9.3} s {:>8.1} MB {:>9.2}x {:>7.0} MB/s  {goal}",
                program.name,
                cost.seconds,
                cost.kibibytes as f64 * 1024.0 / 1e6,
                cost.seconds / first,
                bytes as f64 / 1e6 / cost.seconds,
            ),
            Err(why) => format!("  {:<24} NOT TIMED: {why}", program.name),
        });
    }
}

#[expect(clippy::print_stdout, reason = "the tables are what the program is for")]
fn say(line: &str) {
    println!("{line}");
}
