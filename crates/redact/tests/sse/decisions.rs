//! What is decided, one by one.

use crate::forms::FORMS;
use crate::laws::{redactor, streamed};

fn plum() -> reticent_redact::Redactor {
    redactor(&[("A", "plum-Garden-42!")])
}

fn check(input: &str, want: &str) {
    assert_eq!(streamed(&plum(), input, &[]), want);
    assert_eq!(streamed(&plum(), input, &vec![1; input.len()]), want, "byte by byte");
    assert_eq!(streamed(&plum(), want, &[]), want, "masked again");
}

/// What is out after each event.
fn shown_after(events: &[String]) -> Vec<String> {
    let (mut stream, mut shown, mut all) = (plum().events(), Vec::new(), Vec::new());
    for event in events {
        stream.push(event.as_bytes(), |bytes| shown.extend_from_slice(bytes));
        all.push(String::from_utf8(shown.clone()).expect("text"));
    }
    all
}

#[test]
fn an_event_that_holds_nothing_goes_at_once() {
    for form in &FORMS {
        let events = [form.piece(0, "a", 9), form.piece(0, "plum-Gar", 9), form.piece(0, "lic.", 9)];
        let want = [events[0].clone(), events[0].clone(), events.concat()];
        assert_eq!(shown_after(&events), want, "{}", form.name);
    }
}

#[test]
fn what_ends_a_text_lets_it_go() {
    for form in &FORMS {
        for end in [form.end(0), "data: [DONE]\n\n".to_owned()] {
            let events = [form.piece(0, "plum-Gar", 9), end];
            assert_eq!(shown_after(&events), [String::new(), events.concat()], "{}", form.name);
        }
    }
}

#[test]
fn the_end_of_one_channel_is_not_the_end_of_another() {
    // Some ends are those of a whole message.
    let of_one =
        ["chat completions, content", "responses, text", "messages, text", "Gemini", "Cohere", "AI SDK"];
    for form in FORMS.iter().filter(|form| of_one.contains(&form.name)) {
        let events = [form.piece(0, "plum-", 9), form.end(1), form.piece(0, "Garden-42!", 9)];
        let shown = shown_after(&events);
        assert_eq!(shown[1], "", "{}", form.name);
        assert!(
            shown[2].contains("[REDACTED:A]") && !shown[2].contains("Garden"),
            "{}: {}",
            form.name,
            shown[2]
        );
    }
}

#[test]
fn an_emptied_event_still_goes() {
    check(
        "id: 1\ndata: {\"delta\":{\"text\":\"plum\"},\"index\":0}\n\nid: 2\ndata: {\"delta\":{\"text\":\"-Garden-\"},\"index\":0}\n\n\
         id: 3\ndata: {\"delta\":{\"text\":\"42!\"},\"index\":0}\n\n",
        "id: 1\ndata: {\"delta\":{\"text\":\"[REDACTED:A]\"},\"index\":0}\n\nid: 2\ndata: {\"delta\":{\"text\":\"\"},\"index\":0}\n\n\
         id: 3\ndata: {\"delta\":{\"text\":\"\"},\"index\":0}\n\n",
    );
}

#[test]
fn lines_that_are_no_data_are_texts_of_their_own() {
    check(
        ": plum-Garden-42! here\nevent: plum-Garden-42!\nid: plum-Garden-42!\nretry: 10\nplum-Garden-42!\n: plum-\n: Garden-42!\n\n",
        ": [REDACTED:A] here\nevent: [REDACTED:A]\nid: [REDACTED:A]\nretry: 10\n[REDACTED:A]\n: plum-\n: Garden-42!\n\n",
    );
}

#[test]
fn data_of_several_lines_is_one_text() {
    check(
        "data: {\"a\":\r\ndata:  \"\\u0070lum-Garden-42!\",\r\ndata: \"b\": 1}\r\n\r\n",
        "data: {\"a\":\r\ndata:  \"[REDACTED:A]\",\r\ndata: \"b\": 1}\r\n\r\n",
    );
    check("data: x plum-\ndata: Garden-42! y\n\n", "data: x [REDACTED:A] y\n\n");
}

#[test]
fn other_strings_are_texts_of_their_own() {
    check(
        "data: {\"type\":\"response.output_text.done\",\"text\":\"my \\u0070lum-Garden-42!\",\"n\":[\"plum-\",\"Garden-42!\"]}\n\n",
        "data: {\"type\":\"response.output_text.done\",\"text\":\"my [REDACTED:A]\",\"n\":[\"plum-\",\"Garden-42!\"]}\n\n",
    );
}

#[test]
fn a_stream_that_is_cut_off_keeps_its_bytes() {
    let begin = "data: {\"index\":0,\"delta\":{\"text\":\"plum-\"}}\n\n";
    check(
        &format!("{begin}data: {{\"index\":0,\"delta\":{{\"text\":\"Gar"),
        &format!("{begin}data: {{\"index\":0,\"delta\":{{\"text\":\"Gar"),
    );
    // A reader drops the last event, but its bytes are there.
    check(
        &format!("{begin}data: {{\"index\":0,\"delta\":{{\"text\":\"Garden-42! x"),
        "data: {\"index\":0,\"delta\":{\"text\":\"[REDACTED:A]\"}}\n\ndata: {\"index\":0,\"delta\":{\"text\":\" x",
    );
}

#[test]
fn a_string_alone_and_text_are_one_channel() {
    check(
        "data: plum-\n\ndata: \"Garden-\"\n\ndata: 42!\n\n",
        "data: [REDACTED:A]\n\ndata: \"\"\n\ndata: \n\n",
    );
}

#[test]
fn a_byte_order_mark_counts_at_the_beginning_alone() {
    check("\u{feff}data: plum-Garden-42!\n\n", "\u{feff}data: [REDACTED:A]\n\n");
    check(
        "data: plum-\n\n\u{feff}data: x\ndata: Garden-42!\n\n",
        "data: [REDACTED:A]\n\n\u{feff}data: x\ndata: \n\n",
    );
}

#[test]
fn a_mask_in_a_fragment_is_escaped_with_its_quotes() {
    let redactor = redactor(&[("N", "90210867")]);
    let piece = |text: &str| format!("data: {{\"index\":0,\"delta\":{{\"partial_json\":\"{text}\"}}}}\n\n");
    let input = [piece(r#"{\"n\": 19021"#), piece("0867"), piece("}")].concat();
    let want = [piece(r#"{\"n\": \"[REDACTED:N]\""#), piece(""), piece("}")].concat();
    assert_eq!(streamed(&redactor, &input, &[]), want);
}

#[test]
fn settled_events_overtake_when_very_much_waits() {
    let form = &FORMS[0];
    let waiting = form.piece(1, "plum-Gar", 99);
    let other = form.piece(0, &"x".repeat(10_000), 99_999);
    let mut events = vec![waiting.clone()];
    events.resize(200, other.clone());
    let shown = shown_after(&events);
    let count = (1 << 20) / other.len();
    assert_eq!(shown[count - 2], "");
    assert_eq!(shown[count + 1], other.repeat(count + 1));
    events.push(form.piece(1, "den-42!", 99));
    let last = shown_after(&events).pop().expect("there are events");
    assert!(!last.contains("Gar") && last.contains("[REDACTED:A]") && last.matches("data: ").count() == 201);
}

#[test]
fn one_channel_too_many_ends_the_one_that_rested_longest() {
    let form = &FORMS[0];
    let mut events: Vec<String> = (0..256).map(|at| form.piece(at, "plum-", 99)).collect();
    events.push(form.piece(256, "a", 99));
    let shown = shown_after(&events);
    assert_eq!((shown[255].as_str(), &shown[256]), ("", &events[0]));
}

#[test]
fn an_event_that_is_too_large_is_masked_alone() {
    let form = &FORMS[0];
    let begin = form.piece(0, "plum-", 99);
    let mut large = "data: {\"x\":\"".to_owned();
    large.push_str(&"a line of the text, ".repeat((16 << 20) / 20 + 1));
    let (mut stream, mut shown) = (plum().events(), Vec::new());
    let end = "\\u0070lum-Garden-42!\"}\n\n";
    for text in [&begin, &large, end, &begin] {
        stream.push(text.as_bytes(), |bytes| shown.extend_from_slice(bytes));
    }
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    assert!(shown == format!("{begin}{large}[REDACTED:A]\"}}\n\n{begin}").into_bytes());
}
