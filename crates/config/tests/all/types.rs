//! Every type of a field, with values that it takes and values that it refuses.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use reticent_config::{FromSetting, Settings};
use reticent_core::Secret;

use crate::support::{lines, load};

#[derive(Settings, Debug, PartialEq)]
enum Level {
    Quiet,
    VeryLoud,
    #[setting(rename = "off")]
    Disabled,
}

#[derive(Debug, PartialEq)]
struct Even(u32);

impl FromStr for Even {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: u32 = text.parse().map_err(|_| format!("{text} is no number"))?;
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err(format!("{text} is odd")) }
    }
}

/// A struct of one field of the type under test.
macro_rules! one_of_type {
    ($name:ident, $type:ty $(, $attribute:meta)?) => {
        #[derive(Settings, Debug)]
        struct $name {
            $(#[$attribute])?
            value: $type,
        }
    };
}

one_of_type!(Text, String);
one_of_type!(Flag, bool);
one_of_type!(Port, u16);
one_of_type!(Small, i8);
one_of_type!(Wide, i128);
one_of_type!(Huge, u128);
one_of_type!(Fraction, f64);
one_of_type!(Time, Duration);
one_of_type!(Place, PathBuf);
one_of_type!(Word, Level);
one_of_type!(List, Vec<u8>);
one_of_type!(Texts, Vec<String>);
one_of_type!(Maybe, Option<u16>);
one_of_type!(Address, IpAddr);
one_of_type!(Parsed, Even, setting(from_str));
one_of_type!(MaybeParsed, Option<Even>, setting(from_str));
one_of_type!(ListParsed, Vec<Even>, setting(from_str));

fn takes<T: Settings, V: PartialEq + std::fmt::Debug>(text: &str, field: impl Fn(T) -> V, want: V) {
    let loaded = load::<T>(&[("VALUE", text)]).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(field(loaded), want, "{text}");
}

fn refuses<T: Settings>(texts: &[&str], expected: &str) {
    for text in texts {
        let want = format!("VALUE: {expected} (from env VALUE; value withheld)");
        assert_eq!(lines::<T>(&[("VALUE", text)]), want, "{text}");
    }
    assert_eq!(lines::<T>(&[]), "VALUE: not found; looked in env VALUE");
    let empty = format!("VALUE: set and empty; {expected} (from env VALUE; value withheld)");
    assert_eq!(lines::<T>(&[("VALUE", "")]), empty);
}

#[test]
fn values_are_read_into_their_types() {
    takes("007", |text: Text| text.value, "007".to_owned());
    takes(" Yes ", |flag: Flag| flag.value, true);
    takes("off", |flag: Flag| flag.value, false);
    takes(" 8_080 ", |port: Port| port.value, 8080);
    takes("-128", |small: Small| small.value, -128);
    takes(&i128::MIN.to_string(), |wide: Wide| wide.value, i128::MIN);
    takes(&u128::MAX.to_string(), |huge: Huge| huge.value, u128::MAX);
    takes("2.5", |fraction: Fraction| fraction.value, 2.5);
    takes("1h30m", |time: Time| time.value, Duration::from_secs(5_400));
    takes("/run/app", |place: Place| place.value, PathBuf::from("/run/app"));
    takes("VERY_LOUD", |word: Word| word.value, Level::VeryLoud);
    takes("Off", |word: Word| word.value, Level::Disabled);
    takes("1, 2,3", |list: List| list.value, vec![1, 2, 3]);
    takes("[1, 2]", |list: List| list.value, vec![1, 2]);
    takes(r#"["a,b", "c"]"#, |list: Texts| list.value, vec!["a,b".to_owned(), "c".to_owned()]);
    takes("", |list: Texts| list.value, Vec::new());
    takes("5", |maybe: Maybe| maybe.value, Some(5));
    takes("::1", |address: Address| address.value, "::1".parse::<IpAddr>().expect("an address"));
    takes("4", |parsed: Parsed| parsed.value, Even(4));
    takes("4", |parsed: MaybeParsed| parsed.value, Some(Even(4)));
    takes("4,6", |parsed: ListParsed| parsed.value, vec![Even(4), Even(6)]);
    assert_eq!(load::<Maybe>(&[]).expect("it may be absent").value, None);
    assert_eq!(load::<MaybeParsed>(&[]).expect("it may be absent").value, None);
}

#[test]
fn values_of_another_form_are_refused_without_the_value() {
    refuses::<Flag>(&["maybe", "2", "truee", "\u{1f600}"], "expected true or false");
    refuses::<Port>(
        &["65536", "-1", "8080x", "0x10", "1e3", "1__0", "hunter2"],
        "expected a whole number 0–65535",
    );
    refuses::<Small>(&["128", "-129", "1.5"], "expected a whole number -128–127");
    refuses::<Huge>(&["-1", "340282366920938463463374607431768211456"], "expected a whole number 0 or more");
    refuses::<Fraction>(&["1,5", "ten", "_1"], "expected a number");
    refuses::<Time>(&["5 parsecs", "-1s", "1:99"], "expected a duration such as 250ms, 30s, 5m or 1h30m");
    refuses::<Word>(&["loud", "quiet ", "0"], "expected one of quiet, very-loud, off");
    refuses::<Address>(&["localhost", "1.2.3"], "expected an IP address");
    refuses::<Parsed>(&["3", "x"], "expected what Even accepts");
}

#[test]
fn an_entry_of_a_list_is_refused_as_a_whole() {
    for text in ["1,x", "[1, 300]", "[1, null]", "[1", "1,,2"] {
        let want = "VALUE: expected a list with commas or a JSON list, each entry a whole number 0–255 (from env VALUE; \
                    value withheld)";
        assert_eq!(lines::<List>(&[("VALUE", text)]), want, "{text}");
    }
    assert_eq!(
        lines::<MaybeParsed>(&[("VALUE", "3")]),
        "VALUE: expected what Even accepts (from env VALUE; value withheld)"
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_by_text_alone() {
    #[derive(Settings, Debug)]
    struct Both {
        #[expect(dead_code, reason = "the load is what is tested")]
        text: String,
        secret: Secret,
    }
    let layer = reticent_config::MapLayer::new("env").with("TEXT", b"\xff\xfe").with("SECRET", b"\xff\xfe");
    let error =
        crate::support::block_on(reticent_config::Loader::new().with_layer(layer.clone()).load::<Both>());
    let report = error.expect_err("no text").report().to_string();
    assert_eq!(report, "TEXT: expected UTF-8 text (from env TEXT; value withheld)");
    let layer = layer.with("TEXT", "text");
    let both: Both =
        crate::support::block_on(reticent_config::Loader::new().with_layer(layer).load()).expect("both");
    assert!(both.secret.ct_eq(&Secret::copy_of(b"\xff\xfe")));
}

#[test]
fn all_problems_are_in_one_report() {
    #[derive(Settings, Debug)]
    #[settings(prefix = "APP")]
    #[expect(dead_code, reason = "the load is what is tested")]
    struct App {
        port: u16,
        debug: bool,
        database: Database,
        #[setting(min_len = 12, classes = 3)]
        token: Secret,
        workers: u8,
    }
    #[derive(Settings, Debug)]
    #[expect(dead_code, reason = "the load is what is tested")]
    struct Database {
        password: Secret,
        #[setting(url, tls)]
        url: String,
    }
    let pairs =
        [("APP_PORT", "x"), ("APP_DATABASE_URL", "postgres://u:hunter2@h/db"), ("APP_TOKEN", "hunter2")];
    assert_eq!(
        lines::<App>(&pairs),
        "APP_PORT: expected a whole number 0–65535 (from env APP_PORT; value withheld)\n\
         APP_DEBUG: not found; looked in env APP_DEBUG\n\
         APP_DATABASE_PASSWORD: not found; looked in env APP_DATABASE_PASSWORD\n\
         APP_DATABASE_URL: the connection is not encrypted with TLS (from env APP_DATABASE_URL; value withheld)\n\
         APP_TOKEN: too short (need 12 or more characters) (from env APP_TOKEN; value withheld)\n\
         APP_TOKEN: too uniform (need 3 of: lower case, upper case, digits, other characters) (from env APP_TOKEN; \
         value withheld)\n\
         APP_WORKERS: not found; looked in env APP_WORKERS",
    );
    const { assert!(!<App as FromSetting>::MAY_BE_ABSENT) };
}

#[test]
fn a_rule_is_judged_beside_the_type() {
    #[derive(Settings, Debug)]
    struct Limits {
        #[setting(min = 1, max = 64, default = 4)]
        workers: u8,
        #[setting(one_of("debug", "info"), default = "info")]
        level: String,
        #[setting(starts_with = "sk_live_", name = "STRIPE_KEY", alias("STRIPE", "stripe-key"))]
        stripe: Option<Secret>,
        #[setting(min = 0.5)]
        ratio: Option<f32>,
    }
    let limits = load::<Limits>(&[("stripe-key", "sk_live_abc")]).expect("it loads");
    assert_eq!((limits.workers, limits.level.as_str(), limits.ratio), (4, "info", None));
    assert!(limits.stripe.is_some_and(|stripe| stripe.ct_eq(&Secret::copy_of(b"sk_live_abc"))));
    let pairs = [("WORKERS", "65"), ("LEVEL", "Info"), ("STRIPE", "sk_test_abc"), ("RATIO", "0.1")];
    assert_eq!(
        lines::<Limits>(&pairs),
        "WORKERS: out of range (allowed: from 1 to 64) (from env WORKERS; value withheld)\n\
         LEVEL: expected one of debug, info (from env LEVEL; value withheld)\n\
         STRIPE_KEY: expected it to begin with sk_live_ (from env STRIPE; value withheld)\n\
         RATIO: out of range (allowed: 0.5 or more) (from env RATIO; value withheld)",
    );
}

#[test]
fn two_fields_of_one_name_agree_or_are_told() {
    #[derive(Settings, Debug)]
    struct Outer {
        log_level: String,
        #[setting(prefix = "")]
        inner: Inner,
        #[setting(prefix = "")]
        other: Other,
    }
    #[derive(Settings, Debug)]
    struct Inner {
        #[setting(min_len = 3)]
        log_level: String,
    }
    #[derive(Settings, Debug)]
    struct Other {
        #[expect(dead_code, reason = "it is never loaded")]
        log_level: bool,
    }
    assert_eq!(Outer::schema().settings().len(), 1);
    assert_eq!(Outer::schema().contradictions(), ["LOG_LEVEL"]);
    assert_eq!(lines::<Outer>(&[("LOG_LEVEL", "true")]), "LOG_LEVEL: declared twice, with different forms");
    let inner: Inner = load(&[("LOG_LEVEL", "info")]).expect("it loads");
    assert_eq!(inner.log_level, "info");
    let outer = |outer: Outer| (outer.log_level, outer.inner, outer.other);
    assert!(load::<Outer>(&[("LOG_LEVEL", "true")]).map(outer).is_err());
}
