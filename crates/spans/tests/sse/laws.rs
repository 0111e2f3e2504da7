//! What holds for every stream and every cut.

use proptest::prelude::*;
use reticent_spans::sse::{Extent, Message, Parser};

use crate::definition::{Told, messages};

/// A message as the parser tells it.
#[derive(Clone, Debug, PartialEq)]
struct Owned {
    start: u64,
    raw: Vec<u8>,
    extent: Extent,
}

fn owned(message: Message<'_>) -> Owned {
    for field in message.fields() {
        assert_eq!(&message.raw()[field.value_range()], field.value());
        let line = &message.raw()[field.line_range()];
        assert!(line.starts_with(field.name()) && line.ends_with(field.value()));
    }
    if let Some(data) = message.data() {
        for (at, byte) in data.bytes().iter().enumerate() {
            let raw = &message.raw()[data.raw_range_of(at..at + 1)];
            assert!(raw == [*byte] || *byte == b'\n' && matches!(raw, b"\r" | b"\r\n"), "{raw:?}");
        }
    }
    Owned { start: message.start(), raw: message.raw().to_vec(), extent: message.extent() }
}

fn read<'t>(limit: usize, chunks: impl IntoIterator<Item = &'t [u8]>) -> Vec<Owned> {
    let (mut parser, mut found) = (Parser::with_limit(limit), Vec::new());
    for chunk in chunks {
        parser.push(chunk, |message| found.push(owned(message)));
        assert!(parser.held().len() <= limit);
    }
    parser.finish(|message| found.push(owned(message)));
    found
}

/// What the definition tells, in pieces of the limit.
fn pieces(told: &[Told], limit: usize) -> Vec<Owned> {
    let mut found = Vec::new();
    for message in told {
        let whole = if message.is_whole { Extent::Whole } else { Extent::Unfinished };
        let count = message.raw.len().div_ceil(limit);
        for (nth, raw) in message.raw.chunks(limit).enumerate() {
            let extent = match count {
                1 => whole,
                _ if nth + 1 == count => Extent::LastPiece,
                _ => Extent::Piece,
            };
            found.push(Owned { start: (message.start + nth * limit) as u64, raw: raw.to_vec(), extent });
        }
    }
    found
}

/// Streams in which endings, marks and blank lines are near to each other.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![&b"\n"[..], b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n"]),
        2 => proptest::sample::select(vec![&b"data: "[..], b"data:", b"data", b"event: x", b": c", b":", b" "]),
        1 => proptest::sample::select(vec![&b"{\"a\": 1}"[..], b"id", b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\0"]),
        1 => Just(&[b'x'; 40][..]),
    ];
    let mark = proptest::sample::select(vec![&b""[..], b"\xef\xbb\xbf", b"\xef", b"\xef\xbb"]);
    (mark, proptest::collection::vec(piece, 0..30))
        .prop_map(|(mark, pieces)| [mark, &pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_stream_is_read_as_defined_however_it_is_cut(
        stream in streams(),
        limit in prop_oneof![1..40_usize, Just(1_000_000)],
        size in 1..50_usize,
    ) {
        let defined = pieces(&messages(&stream), limit);
        prop_assert_eq!(&read(limit, [&stream[..]]), &defined);
        prop_assert_eq!(&read(limit, stream.chunks(1)), &defined);
        prop_assert_eq!(&read(limit, stream.chunks(size)), &defined);
        let raw: Vec<u8> = defined.iter().flat_map(|message| message.raw.clone()).collect();
        prop_assert_eq!(raw, stream);
    }

    #[test]
    fn fields_and_data_are_as_defined(stream in streams()) {
        let mut found = Vec::new();
        let mut tell = |message: Message<'_>| {
            let field = |field: reticent_spans::sse::Field<'_>| (field.name().to_vec(), field.value().to_vec());
            let fields: Vec<_> = message.fields().map(field).collect();
            found.push((fields, message.data().map(|data| data.bytes().to_vec())));
        };
        let mut parser = Parser::default();
        parser.push(&stream, &mut tell);
        parser.finish(tell);
        let want: Vec<_> = messages(&stream).iter().map(|told| (told.fields.clone(), told.data())).collect();
        prop_assert_eq!(found, want);
    }

    #[test]
    fn what_was_sent_is_received(
        sent in proptest::collection::vec("[ -~é😀]{0,30}(\n[ -~]{0,9}){0,3}", 1..8),
        ending in proptest::sample::select(vec!["\n", "\r", "\r\n"]),
        size in 1..50_usize,
    ) {
        let line = |line: &str| format!("data: {line}{ending}");
        let event = |text: &String| text.split('\n').map(line).collect::<String>() + ending;
        let stream: String = sent.iter().map(event).collect();
        let mut received = Vec::new();
        let mut parser = Parser::default();
        let mut receive = |message: Message<'_>| {
            let data = message.data().expect("each event has data");
            received.push(String::from_utf8(data.bytes().to_vec()).expect("UTF-8"));
        };
        stream.as_bytes().chunks(size).for_each(|chunk| parser.push(chunk, &mut receive));
        parser.finish(receive);
        prop_assert_eq!(received, sent);
    }
}
