//! What is read is what is stored.

use reticent_core::{ErrorKind, Field, Secret, SecretRef};

use super::{Case, law};
use crate::harness::{Part, TrailingNewline};
use crate::scene::{Holds, Scene, check, done, is_kind, is_value};
use crate::verdict::Broken;

pub(super) const LAWS: &[Case] = &[
    law!("read", present_value_round_trips),
    law!("read", every_byte_value_survives, Part::AnyBytes),
    law!("read", trailing_newline_is_kept_or_documented),
    law!("read", empty_value_is_not_absent, Part::EmptyValues),
    law!("read", large_value_round_trips),
    law!("read", field_of_structured_value, Part::Fields),
    law!("read", absent_field_is_not_found, Part::Fields),
    law!("read", change_is_seen_at_once, Part::LiveChanges),
    law!("read", value_names_its_source),
    law!("read", get_many_answers_in_order),
    law!("read", get_many_fails_each_alone),
    law!("read", get_many_serves_duplicates),
];

async fn present_value_round_trips(scene: Scene<'_>) -> Holds {
    let values =
        ["word", " padded\t", "p$a${b}c#d", "'single' \"double\" \\back", "a=b&c=%2F", "h\u{e9} \u{1f511}"];
    for (number, value) in values.iter().enumerate() {
        let at = scene.planted(&format!("present{number}"), value.as_bytes()).await?;
        scene.serves(&at, value.as_bytes()).await?;
    }
    Ok(())
}

async fn every_byte_value_survives(scene: Scene<'_>) -> Holds {
    // From 1 to 255, then 0: so no byte is at an end that a convention would strip.
    let value: Vec<u8> = (1..=255).chain([0, b'.']).collect();
    let at = scene.planted("bytes", &value).await?;
    scene.serves(&at, &value).await
}

async fn trailing_newline_is_kept_or_documented(scene: Scene<'_>) -> Holds {
    let policy: TrailingNewline = scene.harness.trailing_newline();
    for (number, stored) in ["line\n", "line\r\n", "lines\n\n", "line\r"].iter().enumerate() {
        let at = scene.planted(&format!("newline{number}"), stored.as_bytes()).await?;
        scene.serves(&at, policy.served(stored.as_bytes())).await?;
    }
    Ok(())
}

async fn empty_value_is_not_absent(scene: Scene<'_>) -> Holds {
    let at = scene.planted("empty", b"").await?;
    scene.serves(&at, b"").await
}

async fn large_value_round_trips(scene: Scene<'_>) -> Holds {
    let value: Vec<u8> = (b'a'..=b'z').cycle().take(64 * 1024).collect();
    let at = scene.planted("large", &value).await?;
    scene.serves(&at, &value).await
}

async fn field_of_structured_value(scene: Scene<'_>) -> Holds {
    let at = structured(scene).await?;
    scene.serves(&with_field(&at, "host"), b"db").await?;
    scene.serves(&with_field(&at, "/login/password"), b"a\"b").await
}

async fn absent_field_is_not_found(scene: Scene<'_>) -> Holds {
    let at = structured(scene).await?;
    for field in ["hots", "/login/user"] {
        scene.refuses(&with_field(&at, field), ErrorKind::NotFound).await?;
    }
    Ok(())
}

async fn change_is_seen_at_once(scene: Scene<'_>) -> Holds {
    let at = scene.planted("changed", b"before").await?;
    let source = scene.source();
    done("the first read", source.get(&at).await)?;
    scene.seed(&at, b"after!").await?;
    is_value(&at, source.get(&at).await, b"after!")
}

async fn value_names_its_source(scene: Scene<'_>) -> Holds {
    let at = scene.planted("labelled", b"value").await?;
    let source = scene.source();
    let secret = done("the read", source.get(&at).await)?;
    let (told, name) = (secret.metadata().source(), source.name());
    check(told == name, || format!("the value says that it came from {told:?}, and the source is {name:?}"))
}

async fn get_many_answers_in_order(scene: Scene<'_>) -> Holds {
    let mut places = Vec::new();
    for number in 0..20 {
        places.push(scene.planted(&format!("many{number}"), number.to_string().as_bytes()).await?);
    }
    let answers = scene.source().get_many(&places).await;
    check(answers.len() == places.len(), || {
        format!("{} answers for {} references", answers.len(), places.len())
    })?;
    let empty = scene.source().get_many(&[]).await.len();
    check(empty == 0, || format!("{empty} answers for no reference"))?;
    let mut numbered = places.iter().zip(answers).enumerate();
    numbered.try_for_each(|(number, (at, answer))| is_value(at, answer, number.to_string().as_bytes()))
}

async fn get_many_fails_each_alone(scene: Scene<'_>) -> Holds {
    let places = [
        scene.planted("one", b"first").await?,
        scene.place("absent")?,
        scene.planted("three", b"third").await?,
    ];
    let [Ok(_), absent, Ok(_)]: [_; 3] = answers(&scene, &places).await? else {
        return Err(Broken::new("what is absent has failed its neighbours"));
    };
    is_kind("the read of what is absent", absent, ErrorKind::NotFound).map(drop)
}

async fn get_many_serves_duplicates(scene: Scene<'_>) -> Holds {
    let at = scene.planted("twice", b"same").await?;
    let answers: [_; 3] = answers(&scene, &[at.clone(), at.clone(), at.clone()]).await?;
    answers.into_iter().try_for_each(|answer| is_value(&at, answer, b"same"))
}

type Answer = Result<Secret, reticent_core::SourceError>;

async fn answers<const N: usize>(scene: &Scene<'_>, places: &[SecretRef; N]) -> Result<[Answer; N], Broken> {
    let answers = scene.source().get_many(places).await;
    answers
        .try_into()
        .map_err(|answers: Vec<Answer>| Broken::new(format!("{} answers for {N} references", answers.len())))
}

async fn structured(scene: Scene<'_>) -> Result<SecretRef, Broken> {
    let json = br#"{"host": "db", "login": {"password": "a\"b", "port": 5432}}"#;
    scene.planted("structured", json).await
}

pub(super) fn with_field(at: &SecretRef, field: &str) -> SecretRef {
    at.clone().at_field(Some(Field::parse(field).expect("a field")))
}
