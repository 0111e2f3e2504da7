//! Values that are learnt while a text is under way, and values that were replaced.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use reticent_core::{ManualClock, Secret};
use reticent_redact::{Redactor, Values};

use crate::definition;
use crate::laws::{learnt, masked, named};

fn secret(text: &str) -> Secret {
    Secret::copy_of(text.as_bytes())
}

#[test]
fn a_late_value_counts_from_the_next_byte_on() {
    let values = Values::new();
    values.learn("A", &secret("stone-bridge"));
    let mut stream = Redactor::new(&values).stream();
    let mut shown = Vec::new();
    let mut push = |text: &str| stream.push(text.as_bytes(), |bytes| shown.extend_from_slice(bytes));
    push("orange-tiger stone-");
    values.learn("B", &secret("orange-tiger"));
    push("bridge orange-tiger ora");
    values.learn("C", &secret("nge-tiger-and-more"));
    push("nge-tiger-and-more");
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    let want = "orange-tiger [REDACTED:A] [REDACTED:B] [REDACTED:B]";
    assert_eq!(String::from_utf8_lossy(&shown), want);
}

#[test]
fn a_replaced_value_stays_masked_for_its_grace() {
    let clock = ManualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    let values = Values::with_grace(Duration::from_secs(60), Arc::new(clock.clone()));
    let redactor = Redactor::new(&values);
    let shows = |want: &str| {
        let text = redactor.redact_text("first-value second-value third-value").into_owned();
        assert_eq!(text, want);
    };
    values.learn("A", &secret("first-value"));
    shows("[REDACTED:A] second-value third-value");
    values.learn("A", &secret("second-value"));
    clock.advance(Duration::from_secs(59));
    values.learn("A", &secret("third-value"));
    shows("[REDACTED:A] [REDACTED:A] [REDACTED:A]");
    clock.advance(Duration::from_secs(59));
    values.learn("B", &secret("another-value"));
    shows("first-value [REDACTED:A] [REDACTED:A]");
    clock.advance(Duration::from_secs(2));
    values.learn("B", &secret("yet-another-value"));
    shows("first-value second-value [REDACTED:A]");
}

#[test]
fn a_value_that_comes_back_is_not_forgotten() {
    let clock = ManualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    let values = Values::with_grace(Duration::from_secs(60), Arc::new(clock.clone()));
    for text in ["first-value", "second-value", "first-value"] {
        values.learn("A", &secret(text));
    }
    clock.advance(Duration::from_secs(61));
    values.learn("B", &secret("another-value"));
    let redactor = Redactor::new(&values);
    assert_eq!(redactor.redact_text("first-value second-value"), "[REDACTED:A] second-value");
}

#[test]
fn a_thousand_lessons_are_a_few_sets() {
    let values = Values::new();
    let redactor = Redactor::new(&values);
    for at in 0..1_000 {
        values.learn(format!("N{at}"), &secret(&format!("value-number-{at:04}")));
        let text = format!("value-number-{at:04}");
        assert_eq!(redactor.redact_text(&text), format!("[REDACTED:N{at}]"));
    }
    let text = "value-number-0000 value-number-0999 value-number-0500";
    assert_eq!(redactor.redact_text(text), "[REDACTED:N0] [REDACTED:N999] [REDACTED:N500]");
}

#[test]
fn many_values_of_several_sets_in_one_text_take_no_longer_than_those_of_one() {
    let values = Values::new();
    let redactor = Redactor::new(&values);
    (0..9).for_each(|at| values.learn(format!("A{at}"), &secret(&format!("apple-{at}"))));
    let _ = redactor.redact_text("the first set is built");
    values.learn("B", &secret("banana"));
    // One that moves every span of the other set for each of its own would take minutes.
    let (text, want) = ("apple-7,banana,apple-0", "[REDACTED:A7],[REDACTED:B],[REDACTED:A0]");
    assert_eq!(redactor.redact_text(&text.repeat(100_000)), want.repeat(100_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_learnt_on_the_way_are_masked_as_defined(
        values in prop::collection::vec(prop::collection::vec(prop::sample::select(&b"ab"[..]), 6..10), 1..6),
        text in prop::collection::vec(prop::sample::select(&b"ab"[..]), 0..120),
        cuts in prop::collection::vec(0_usize..40, 5),
    ) {
        let named = named(&values);
        let all = learnt(&named[..1]);
        let mut stream = Redactor::new(&all).stream();
        let (mut shown, mut at, mut spans) = (Vec::new(), 0, Vec::new());
        let mut add = |named: &[(String, Vec<u8>)], from: usize| {
            for one in named {
                let occurrences = (from..text.len()).filter(|start| text[*start..].starts_with(&one.1));
                spans.extend(occurrences.map(|start| (start, start + one.1.len(), one.0.clone())));
            }
        };
        add(&named[..1], 0);
        for (index, cut) in cuts.iter().enumerate() {
            let end = (at + cut).min(text.len());
            stream.push(&text[at..end], |bytes| shown.extend_from_slice(bytes));
            at = end;
            if let Some((name, value)) = named.get(index + 1) {
                all.learn(name, &Secret::copy_of(value));
                add(&named[index + 1..index + 2], at);
            }
        }
        stream.push(&text[at..], |bytes| shown.extend_from_slice(bytes));
        stream.finish(|bytes| shown.extend_from_slice(bytes));
        spans.sort_by(|left, right| (left.0, usize::MAX - left.1, &left.2).cmp(&(right.0, usize::MAX - right.1, &right.2)));
        let mut merged: Vec<definition::Found> = Vec::new();
        for (start, end, name) in spans {
            match merged.last_mut() {
                Some(last) if (start as u64) < last.1 => last.1 = last.1.max(end as u64),
                _ => merged.push((start as u64, end as u64, name)),
            }
        }
        prop_assert_eq!(shown, masked(&merged, &text));
    }
}
