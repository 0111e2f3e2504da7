//! Events as owned values that do not depend on how a text was cut.

use reticent_spans::json::{Event, Lexer};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Start(u64, bool),
    Text(u64, Vec<u8>),
    Escape(u64, u8, Vec<u8>),
    End(u64, bool),
    Number(u64, Vec<u8>, bool),
    Punctuation(u64, u8),
}

/// Adds a token; runs of text that touch are one.
pub(crate) fn add(tokens: &mut Vec<Token>, token: Token) {
    if let (Some(Token::Text(start, run)), Token::Text(at, bytes)) = (tokens.last_mut(), &token) {
        assert_eq!(*start + run.len() as u64, *at, "no byte between two runs");
        run.extend(bytes);
    } else {
        tokens.push(token);
    }
}

pub(crate) fn token(event: Event<'_>) -> Token {
    match event {
        Event::StringStart { at, is_key } => Token::Start(at, is_key),
        Event::Text { raw_start, bytes } => Token::Text(raw_start, bytes.to_vec()),
        Event::Escape { raw_start, raw_len, bytes } => Token::Escape(raw_start, raw_len, bytes.to_vec()),
        Event::StringEnd { at, closed } => Token::End(at, closed),
        Event::Number { start, bytes, more } => Token::Number(start, bytes.to_vec(), more),
        Event::Punctuation { at, byte } => Token::Punctuation(at, byte),
        other => panic!("{other:?} is new"),
    }
}

/// Reads the chunks, and looks after each at what is held.
pub(crate) fn read<'t>(chunks: impl IntoIterator<Item = &'t [u8]>) -> Vec<Token> {
    let (mut tokens, mut lexer, mut text) = (Vec::new(), Lexer::default(), Vec::new());
    for chunk in chunks {
        text.extend_from_slice(chunk);
        lexer.push(chunk, |event| add(&mut tokens, token(event)));
        assert!(lexer.held().len() <= 256);
        assert_eq!(&text[lexer.settled() as usize..], lexer.held());
    }
    lexer.finish(|event| add(&mut tokens, token(event)));
    tokens
}

/// Divides a text at each of the places, which are taken modulo its length.
pub(crate) fn cut(text: &[u8], places: &[usize]) -> Vec<Vec<u8>> {
    let mut at: Vec<usize> = places.iter().map(|place| place % (text.len() + 1)).collect();
    at.extend([0, text.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| text[pair[0]..pair[1]].to_vec()).collect()
}
