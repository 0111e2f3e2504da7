//! Names of settings: which of them mean a secret, by the words that they are made of.

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A password, which people choose.
    Password,
    /// A token, a secret or a key of a service, which is generated.
    Secret,
    /// A key of anything.
    Key,
    /// Something about a secret, or nothing of the kind.
    Nothing,
    /// Something that may be shown, though it is called a key or a token.
    Public,
}

/// A name has no more words that matter.
const WORDS: usize = 12;

/// Words that mean a password.
const PASSWORD: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"pwd",
    b"passphrase",
    b"pass",
    b"passcode",
    b"passwort",
    b"kennwort",
    b"senha",
    b"pw",
    b"psw",
    b"pswd",
    b"passw",
    b"contrasena",
];
/// Words that mean a generated secret.
const SECRET: &[&[u8]] = &[
    b"secret",
    b"secrets",
    b"token",
    b"tokens",
    b"credential",
    b"credentials",
    b"cred",
    b"creds",
    b"bearer",
    b"jwt",
    b"auth",
    b"authorization",
    b"pat",
    b"salt",
    b"secrete",
    b"sig",
];
/// Words that make a secret of the `key` behind them.
const BEFORE_KEY: &[&[u8]] = &[
    b"api",
    b"access",
    b"secret",
    b"private",
    b"priv",
    b"encryption",
    b"encrypt",
    b"decryption",
    b"signing",
    b"sign",
    b"signature",
    b"master",
    b"auth",
    b"account",
    b"shared",
    b"storage",
    b"service",
    b"app",
    b"application",
    b"hmac",
    b"aes",
    b"jwt",
    b"session",
    b"cipher",
    b"crypt",
    b"ssh",
    b"webhook",
    b"integration",
    b"consumer",
    b"admin",
    b"deploy",
    b"license",
    b"write",
    b"rest",
    b"hex",
    b"logged",
];
/// Ends of one long word, and what it then means.
const GLUED_PASSWORD: &[&[u8]] = &[b"password", b"passwd", b"passphrase", b"dbpass", b"userpass", b"pwd"];
const GLUED_SECRET: &[&[u8]] = &[
    b"secret",
    b"token",
    b"apikey",
    b"secretkey",
    b"accesskey",
    b"authkey",
    b"privatekey",
    b"appkey",
    b"masterkey",
    b"encryptionkey",
    b"signingkey",
    b"accountkey",
    b"sharedkey",
    b"storagekey",
    b"sessionkey",
    b"licensekey",
];
/// Words behind the secret one that say that this is something about it.
const ABOUT: &[&[u8]] = &[
    b"id",
    b"ids",
    b"name",
    b"names",
    b"path",
    b"paths",
    b"file",
    b"files",
    b"filename",
    b"url",
    b"uri",
    b"urls",
    b"field",
    b"fields",
    b"label",
    b"labels",
    b"type",
    b"types",
    b"length",
    b"len",
    b"size",
    b"count",
    b"index",
    b"policy",
    b"arn",
    b"env",
    b"var",
    b"variable",
    b"param",
    b"params",
    b"parameter",
    b"header",
    b"prefix",
    b"suffix",
    b"format",
    b"pattern",
    b"regex",
    b"placeholder",
    b"hint",
    b"title",
    b"message",
    b"msg",
    b"error",
    b"errors",
    b"expired",
    b"expiry",
    b"expires",
    b"expiration",
    b"ttl",
    b"date",
    b"time",
    b"at",
    b"enabled",
    b"required",
    b"algorithm",
    b"alg",
    b"usage",
    b"version",
    b"endpoint",
    b"provider",
    b"manager",
    b"store",
    b"service",
    b"class",
    b"method",
    b"function",
    b"handler",
    b"view",
    b"page",
    b"form",
    b"input",
    b"ref",
    b"reference",
    b"location",
    b"dir",
    b"directory",
    b"host",
    b"port",
    b"template",
    b"column",
    b"table",
    b"status",
    b"state",
    b"encoder",
    b"validator",
    b"strength",
    b"rule",
    b"rules",
    b"text",
    b"help",
    b"description",
    b"tag",
    b"selector",
    b"button",
    b"by",
];
/// Words before it that say that it may be shown, or is none.
const BEFORE_PUBLIC: &[&[u8]] = &[
    b"public",
    b"publishable",
    b"pub",
    b"mock",
    b"fake",
    b"dummy",
    b"csrf",
    b"xsrf",
    b"next",
    b"continuation",
    b"page",
    b"pagination",
    b"cache",
    b"sort",
    b"primary",
    b"foreign",
    b"partition",
    b"object",
    b"idempotency",
    b"cancellation",
    b"cancel",
    b"lock",
    b"registry",
    b"keyboard",
    b"hot",
    b"shortcut",
    b"anti",
    b"forgery",
    b"invalid",
    b"wrong",
    b"site",
    b"no",
    b"not",
    b"example",
    b"sample",
    b"ignore",
];

/// The words of a name in lower case, at their places in one buffer.
pub(crate) struct Words {
    letters: [u8; 96],
    ends: [u8; WORDS],
    count: usize,
    /// The first word behind the last dot.
    last_part: usize,
}

impl Words {
    /// Splits at delimiters and at changes of case; what is beyond 96 letters or twelve words counts no more.
    pub(crate) fn of(name: &[u8]) -> Self {
        let mut words = Self { letters: [0; 96], ends: [0; WORDS], count: 0, last_part: 0 };
        let mut filled = 0;
        for (at, byte) in name.iter().enumerate().take(96) {
            if !byte.is_ascii_alphanumeric() {
                words.end(filled);
                if *byte == b'.' {
                    words.last_part = words.count;
                }
                continue;
            }
            if at > 0 && is_border(name, at) {
                words.end(filled);
            }
            words.letters[filled] = byte.to_ascii_lowercase();
            filled += 1;
        }
        words.end(filled);
        words
    }

    fn end(&mut self, filled: usize) {
        let last = if self.count == 0 { 0 } else { usize::from(self.ends[self.count - 1]) };
        if filled > last && self.count < WORDS {
            self.ends[self.count] = filled as u8;
            self.count += 1;
        }
    }

    pub(crate) fn get(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { usize::from(self.ends[at - 1]) };
        &self.letters[start..usize::from(self.ends[at])]
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// All letters and digits of the name without delimiters.
    pub(crate) fn joined(&self) -> &[u8] {
        let end = if self.count == 0 { 0 } else { usize::from(self.ends[self.count - 1]) };
        &self.letters[..end]
    }

    /// Says what the name means.
    pub(crate) fn meaning(&self) -> Meaning {
        let Some((at, meaning)) = (0..self.len()).rev().find_map(|at| Some((at, self.meaning_of(at)?)))
        else {
            return Meaning::Nothing;
        };
        let is_public = (self.last_part..at).any(|before| BEFORE_PUBLIC.contains(&self.get(before)));
        if is_public {
            return Meaning::Public;
        }
        let is_about = (at + 1..self.len()).any(|behind| ABOUT.contains(&self.get(behind)));
        if is_about { Meaning::Nothing } else { meaning }
    }

    fn meaning_of(&self, at: usize) -> Option<Meaning> {
        let word = self.get(at);
        let ends = |list: &[&[u8]]| list.iter().any(|end| word.len() > end.len() && word.ends_with(end));
        if PASSWORD.contains(&word) || ends(GLUED_PASSWORD) {
            return Some(Meaning::Password);
        }
        if SECRET.contains(&word) || GLUED_SECRET.contains(&word) || ends(GLUED_SECRET) {
            return Some(Meaning::Secret);
        }
        if word != b"key" && word != b"keys" {
            return None;
        }
        let is_secret = at > 0 && BEFORE_KEY.contains(&self.get(at - 1));
        Some(if is_secret { Meaning::Secret } else { Meaning::Key })
    }
}

/// Whether a word begins at `at`: a capital behind a small letter, or the last capital before small ones.
fn is_border(name: &[u8], at: usize) -> bool {
    let (before, here) = (name[at - 1], name[at]);
    here.is_ascii_uppercase()
        && (before.is_ascii_lowercase()
            || before.is_ascii_digit() && name.get(at + 1).is_some_and(u8::is_ascii_lowercase)
            || before.is_ascii_uppercase() && name.get(at + 1).is_some_and(u8::is_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, want: Meaning) {
        assert_eq!(Words::of(name.as_bytes()).meaning(), want, "{name}");
    }

    #[test]
    fn names_mean_what_their_words_say() {
        for name in
            ["password", "DB_PASSWORD", "dbPassword", "spring.datasource.password", "mysqlpwd", "admin-pass"]
        {
            check(name, Meaning::Password);
        }
        for name in
            ["api_key", "APIKey", "clientSecret", "GITHUB_TOKEN", "x-api-key", "apikey", "awsSecretAccessKey"]
        {
            check(name, Meaning::Secret);
        }
        check("primary", Meaning::Nothing);
        check("bucket_key", Meaning::Key);
        check("passwordField", Meaning::Nothing);
        check("secret_name", Meaning::Nothing);
        check("token_url", Meaning::Nothing);
        check("public_key", Meaning::Public);
        check("csrf_token", Meaning::Public);
        check("compass", Meaning::Nothing);
        check("keyboard", Meaning::Nothing);
        check("author", Meaning::Nothing);
    }
}
