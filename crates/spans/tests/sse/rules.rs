//! Single rules of the standard, and streams that want to cost more than they are.

use reticent_spans::sse::Extent::{self, LastPiece, Piece, Unfinished, Whole};
use reticent_spans::sse::{Message, Parser};

/// The messages of a stream that comes byte by byte: the extent, and each field.
fn check(stream: &str, want: &[(Extent, &[(&str, &str)])]) {
    let mut found = Vec::new();
    let mut tell = |message: Message<'_>| {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let fields = message.fields().map(|field| (text(field.name()), text(field.value())));
        found.push((message.extent(), fields.collect::<Vec<_>>()));
    };
    let mut parser = Parser::default();
    stream.as_bytes().chunks(1).for_each(|byte| parser.push(byte, &mut tell));
    parser.finish(tell);
    let owned = |(extent, fields): &(Extent, &[(&str, &str)])| {
        (*extent, fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    };
    assert_eq!(found, want.iter().map(owned).collect::<Vec<_>>(), "{stream:?}");
}

#[test]
fn the_examples_of_the_standard_are_read_as_it_says() {
    check(
        "data: YHOO\ndata: +2\ndata: 10\n\n",
        &[(Whole, &[("data", "YHOO"), ("data", "+2"), ("data", "10")])],
    );
    check(
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
        &[
            (Whole, &[("", "test stream")]),
            (Whole, &[("data", "first event"), ("id", "1")]),
            (Whole, &[("data", "second event"), ("id", "")]),
            (Unfinished, &[("data", " third event")]),
        ],
    );
    check(
        "data\n\ndata\ndata\n\ndata:",
        &[(Whole, &[("data", "")]), (Whole, &[("data", ""), ("data", "")]), (Unfinished, &[("data", "")])],
    );
    check("data:test\n\ndata: test\n\n", &[(Whole, &[("data", "test")]), (Whole, &[("data", "test")])]);
}

#[test]
fn a_byte_order_mark_counts_at_the_beginning_alone() {
    check(
        "\u{feff}data: a\n\n\u{feff}data: b\n\n",
        &[(Whole, &[("data", "a")]), (Whole, &[("\u{feff}data", "b")])],
    );
    check("\u{feff}\ndata: a\n\n", &[(Whole, &[]), (Whole, &[("data", "a")])]);
}

#[test]
fn a_stream_that_ends_in_a_carriage_return_ends_its_event() {
    check("data: a\r\r", &[(Whole, &[("data", "a")])]);
    check("data: a\r\n\r", &[(Whole, &[("data", "a")])]);
    check("data: a\r", &[(Unfinished, &[("data", "a")])]);
    check("\r", &[(Whole, &[])]);
    check("", &[]);
}

#[test]
fn an_event_goes_as_soon_as_its_line_feed_is_there() {
    let (mut parser, mut count) = (Parser::default(), 0);
    parser.push(b"data: a\n\n", |_| count += 1);
    parser.push(b"data: a\r\n\r\n", |_| count += 1);
    assert_eq!(count, 2);
    parser.push(b"data: a\r\n\r", |_| count += 1);
    assert_eq!((count, parser.held().len()), (2, 10));
    parser.push(b"\n", |_| count += 1);
    assert_eq!((count, parser.held()), (3, &b""[..]));
}

#[test]
fn data_without_a_second_line_is_borrowed() {
    let mut borrowed = Vec::new();
    Parser::default().push(b"data: a\n\ndata: a\ndata: b\n\nid: 1\n\n", |message| {
        borrowed.push(message.data().map(|data| data.is_borrowed()));
    });
    assert_eq!(borrowed, [Some(true), Some(false), None]);
}

#[test]
fn an_endless_event_is_held_up_to_the_limit_and_loses_nothing() {
    let (mut parser, mut bytes, mut extents) = (Parser::with_limit(1000), 0, Vec::new());
    for _ in 0..10_000 {
        parser.push(&[b'x'; 333], |message| {
            assert_eq!((message.start(), message.extent(), message.raw().len()), (bytes, Piece, 1000));
            bytes += 1000;
        });
        assert!(parser.held().len() <= 1000);
    }
    parser.push(b"\n\ndata: a\n\n", |message| {
        assert_eq!(message.start(), bytes);
        bytes += message.raw().len() as u64;
        extents.push((message.extent(), message.raw().len()));
    });
    assert_eq!(extents, [(Piece, 1000), (LastPiece, 2), (Whole, 9)]);
    assert_eq!(bytes, 3_330_011);
}

#[test]
fn debug_shows_nothing() {
    let mut shown = String::new();
    let mut parser = Parser::default();
    parser.push(b"data: plum\n\ndata: plum", |message| {
        shown += &format!("{message:?} {:?} ", message.fields().collect::<Vec<_>>());
    });
    shown += &format!("{parser:?}");
    let want =
        "Message(0, 12 bytes, Whole) [Field { line_range: 0..10, .. }] Parser { done: 12, held: 10, .. }";
    assert_eq!(shown, want);
}
