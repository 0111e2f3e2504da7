//! Looks for a value in this process's own memory.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// How much is looked through at a time.
const STEP: usize = 4096;

/// The longest value that can be looked for.
const LONGEST: usize = 256;

/// Counts a value in every readable and writable mapping of this process, by its masked form: the value with every bit
/// turned, so that neither the caller nor the search adds a copy.
///
/// # Panics
/// Where the system has no `/proc`, and for more than 256 bytes.
///
/// ```
/// let value = std::hint::black_box(b"a value that is held here".to_vec());
/// let masked: Vec<u8> = value.iter().map(|byte| !byte).collect();
/// assert!(reticent_testkit::copies_in_memory(&masked) > 0);
/// ```
#[must_use]
pub fn copies_in_memory(masked: &[u8]) -> usize {
    assert!(masked.len() <= LONGEST, "at most {LONGEST} bytes are looked for");
    // One window is reused and cleared after each look: a larger buffer would find its own copies.
    let mut window = [0; STEP + LONGEST - 1];
    let window = &mut window[..STEP + masked.len() - 1];
    let maps = std::fs::read_to_string("/proc/self/maps").expect("own maps");
    let memory = File::open("/proc/self/mem").expect("own memory");
    let mut found = 0;
    for range in maps.lines().filter(|line| line.contains(" rw")).filter_map(|line| line.split(' ').next()) {
        let (start, end) = range.split_once('-').expect("a range");
        for at in (hex(start)..hex(end)).step_by(STEP) {
            let wanted = window.len().min(usize::try_from(hex(end) - at).expect("fits"));
            let count = memory.read_at(&mut window[..wanted], at).unwrap_or(0);
            window[..count].iter_mut().for_each(|byte| *byte = !*byte);
            found += window[..count].windows(masked.len()).filter(|seen| *seen == masked).count();
            window.fill(0);
        }
    }
    found
}

fn hex(digits: &str) -> u64 {
    u64::from_str_radix(digits, 16).expect("an address")
}
