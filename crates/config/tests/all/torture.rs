//! Values that other loaders change or refuse.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

use reticent_config::{DotenvLayer, Loader, Settings};
use reticent_core::Secret;
use reticent_dotenv::render_entry;

use crate::support::{block_on, load};

const VALUES: [&str; 16] = [
    "123456",
    "007",
    "3.14",
    "true",
    "null",
    "[a,b]",
    "{k=v}",
    "{\"k\": \"v\"}",
    "\"dq\"",
    "'sq'",
    "  padded  ",
    "$2a$10$abcdefghijklmnopqrstuv",
    "p#w",
    "line one\nline two\r\n",
    "h\u{e9}llo \u{1f600}",
    "postgres://u:p@h/db?a=b&c=%20",
];

#[derive(Settings, Debug)]
struct Both {
    secret: Secret,
    text: String,
}

#[test]
fn every_value_survives_byte_for_byte() {
    for value in VALUES {
        let both: Both = load(&[("SECRET", value), ("TEXT", value)]).expect(value);
        assert_eq!(both.secret.expose_bytes(), value.as_bytes(), "{value:?}");
        assert_eq!(both.text, value);
    }
}

#[test]
fn every_value_survives_a_file_of_values() {
    for value in VALUES {
        let secret = Secret::copy_of(value.as_bytes());
        let lines = ["SECRET", "TEXT"].map(|key| render_entry(key, &secret).expect(value));
        let text: Vec<u8> = lines.iter().flat_map(|line| [line.expose_bytes(), b"\n"].concat()).collect();
        let loader = Loader::new().with_layer(DotenvLayer::parse(".env", &text));
        let both: Both = block_on(loader.load()).expect(value);
        assert!(both.secret.ct_eq(&secret), "{value:?}");
        assert_eq!(both.text, value);
    }
}

#[test]
fn every_byte_survives_in_a_secret() {
    let all: Vec<u8> = (0..=255).collect();
    let layer = reticent_config::MapLayer::new("env").with("SECRET", &all).with("TEXT", "x");
    let both: Both = block_on(Loader::new().with_layer(layer).load()).expect("any bytes");
    assert_eq!(both.secret.expose_bytes(), all);
}
