//! Words that begin a form, all in one pass.

use std::sync::OnceLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

/// What a word begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is part of a name that may mean a secret.
    Name,
    Url,
    Block,
    Putty,
    Command,
    Pgpass,
    /// Behind it stands a quoted password.
    Sql,
}

/// At most 64, and no two bytes of a name more than it needs: the fewer and the longer, the faster.
const WORDS: [(&str, Word); 44] = [
    ("pass", Word::Name),
    ("Pass", Word::Name),
    ("PASS", Word::Name),
    ("pwd", Word::Name),
    ("Pwd", Word::Name),
    ("PWD", Word::Name),
    ("_pw", Word::Name),
    ("_PW", Word::Name),
    ("secr", Word::Name),
    ("Secr", Word::Name),
    ("SECR", Word::Name),
    ("oken", Word::Name),
    ("OKEN", Word::Name),
    ("key", Word::Name),
    ("Key", Word::Name),
    ("KEY", Word::Name),
    ("auth", Word::Name),
    ("Auth", Word::Name),
    ("AUTH", Word::Name),
    ("cred", Word::Name),
    ("Cred", Word::Name),
    ("CRED", Word::Name),
    ("_salt", Word::Name),
    ("_SALT", Word::Name),
    ("_pat", Word::Name),
    ("_PAT", Word::Name),
    ("jwt", Word::Name),
    ("JWT", Word::Name),
    ("sig=", Word::Name),
    ("IDENTIFIED BY ", Word::Sql),
    ("identified by ", Word::Sql),
    ("senha", Word::Name),
    ("passw", Word::Name),
    ("://", Word::Url),
    ("-----BEGIN ", Word::Block),
    ("PuTTY-User-Key-File-", Word::Putty),
    ("mysql", Word::Command),
    ("mariadb", Word::Command),
    ("curl ", Word::Command),
    ("redis-cli", Word::Command),
    ("docker login", Word::Command),
    ("ldapsearch", Word::Command),
    (":5432:", Word::Pgpass),
    ("smbclient", Word::Command),
];

/// Calls `each` with every word, its place and its end.
pub(crate) fn words(bytes: &[u8], mut each: impl FnMut(Word, usize, usize)) {
    match searcher() {
        Finder::Packed(searcher) => {
            for found in searcher.find_iter(bytes) {
                each(WORDS[found.pattern().as_usize()].1, found.start(), found.end());
            }
        }
        Finder::Automaton(automaton) => {
            for found in automaton.find_iter(bytes) {
                each(WORDS[found.pattern().as_usize()].1, found.start(), found.end());
            }
        }
    }
}

enum Finder {
    Packed(Searcher),
    /// On processors without the vectors that the other one needs.
    Automaton(AhoCorasick),
}

fn searcher() -> &'static Finder {
    static FINDER: OnceLock<Finder> = OnceLock::new();
    FINDER.get_or_init(|| {
        let words = WORDS.iter().map(|(word, _)| word);
        let packed =
            Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(words.clone()).build();
        packed.map_or_else(
            || {
                let automaton = AhoCorasickBuilder::new()
                    .match_kind(aho_corasick::MatchKind::LeftmostFirst)
                    .build(words)
                    .expect("a few dozen short words are within every limit");
                Finder::Automaton(automaton)
            },
            Finder::Packed,
        )
    })
}
