//! What a finder keeps is bounded by the longest spelling, whatever the text.

use reticent_core::Secret;

use super::*;

const LONGEST: usize = 1_000;

/// Values of one letter, so that all of them overlap with themselves and each other.
fn nested() -> Needles {
    let learn = |builder: crate::Builder, length: usize| {
        builder.learn(format!("N{length}"), &Secret::from_vec(vec![b'a'; length]))
    };
    (6..=LONGEST).step_by(7).fold(Needles::builder(), learn).build()
}

/// Goes through `text` in chunks, and returns how many runs and open spans were kept at most, and how much is carried.
fn kept(needles: &Needles, text: &[u8], size: usize) -> (usize, usize, usize) {
    let (mut finder, mut most) = (needles.finder(), (0, 0, 0));
    for chunk in text.chunks(size) {
        finder.push(chunk, |_| {});
        let (runs, open) = (finder.runs.len(), finder.reach.open.len());
        most = (most.0.max(runs), most.1.max(open), most.2.max(finder.carry.len()));
        assert!(finder.batch.is_empty() && finder.batch.capacity() <= 2 * BATCH, "{size}");
    }
    most
}

#[test]
fn what_is_kept_is_bounded_by_the_longest_spelling() {
    let needles = nested();
    // Its UTF-16 and hex are twice as long.
    let longest = 2 * LONGEST;
    let pieces: [&[u8]; 9] =
        [b"\n", b"\r\n", b"\x1b[31m", b"\x1b[31mb", b"[", b"a", b"a\n", b"\x1b[1ma", b"aaaaaa\nb"];
    for piece in pieces {
        let text = piece.repeat(60_000 / piece.len());
        for size in [1, 7, 4_096, text.len()] {
            let (runs, open, carried) = kept(&needles, &text, size);
            assert!(runs <= longest + 1, "{runs} runs of {piece:?} in {size}s");
            assert!(open <= longest / 6, "{open} open spans of {piece:?} in {size}s");
            assert!(carried <= LONGEST_PIECE, "{carried} bytes of {piece:?} in {size}s");
        }
    }
}

#[test]
fn a_text_that_wraps_within_a_value_keeps_as_many_runs_as_the_value_has_wraps() {
    let needles = Needles::builder().learn("A", &Secret::from_vec(vec![b'a'; 300])).build();
    // The bound above can be met: nothing of this may be forgotten.
    assert_eq!(kept(&needles, &b"a\n".repeat(299), 1).0, 299);
}

#[test]
fn a_push_that_carries_nothing_allocates_no_carry() {
    let needles = nested();
    let mut finder = needles.finder();
    for byte in b"a line of text\nand \x1bone more".repeat(9) {
        finder.push(&[byte], |_| {});
    }
    let capacity = finder.carry.capacity();
    finder.push(b"a line of text\nand one more", |_| {});
    assert_eq!((finder.carry.capacity(), finder.batch.capacity() < 64), (capacity, true));
}

#[test]
fn a_clone_copies_no_buffer_that_is_empty() {
    let needles = nested();
    let mut finder = needles.finder();
    finder.push(&b"a line\n".repeat(9_000), |_| {});
    assert!(finder.batch.capacity() >= 4_096);
    assert_eq!(finder.clone().batch.capacity(), 0);
}
