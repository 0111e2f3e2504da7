//! The bytes that are looked at, and what is known about them.

/// How a text is written, as far as that changes what a value may look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Nobody knows.
    #[default]
    Unknown,
    /// A program: what stands without quotes is an expression.
    Code,
    /// Settings, data or a shell: what stands without quotes is a value.
    Plain,
    /// A list of exact versions with their hashes.
    Lock,
}

/// Bytes in one encoding with what their path tells.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) bytes: &'t [u8],
    pub(crate) syntax: Syntax,
    pub(crate) file: FileKind,
    /// Whether its path says that it belongs to tests.
    pub(crate) is_test: bool,
    /// Whether nothing in a line depends on the lines below it.
    pub(crate) is_by_line: bool,
}

impl<'t> Text<'t> {
    /// The bytes of the file `path`; an empty one tells nothing.
    pub(crate) fn of(path: &str, bytes: &'t [u8]) -> Self {
        Self {
            bytes,
            syntax: Syntax::of(path),
            file: FileKind::of(path),
            is_test: is_test(path),
            is_by_line: false,
        }
    }
}

/// Whether a folder or a file of the path is named for tests.
fn is_test(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| {
        part.split(|character: char| !character.is_ascii_alphanumeric()).any(|word| {
            [
                "test", "tests", "testing", "testdata", "fixture", "fixtures", "spec", "specs", "mock",
                "mocks", "vectors",
            ]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
        })
    })
}

/// Files whose whole form is known by their name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FileKind {
    #[default]
    Other,
    Netrc,
    Pgpass,
    Htpasswd,
    Shadow,
    /// One secret and nothing else.
    Secret,
}

const CODE: &str = "rs go py pyi js jsx mjs cjs ts tsx java kt kts scala c h cc cpp cxx hpp hh cs fs vb php phtml rb \
                    swift m mm pl pm lua r dart ex exs erl hs clj groovy gradle jl nim zig sol vue svelte sql proto \
                    graphql tf hcl bicep css scss less ipynb";
const PLAIN: &str = "env ini cfg conf config properties yml yaml toml json json5 jsonc xml plist sh bash zsh fish ps1 \
                     bat cmd tfvars txt log csv tsv netrc npmrc pypirc mk dockerfile service http rest reg";
const LOCKS: [&str; 12] = [
    "cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "go.sum",
    "composer.lock",
    "gemfile.lock",
    "pipfile.lock",
    "flake.lock",
    "uv.lock",
];

impl Syntax {
    /// Judges by the name of the file.
    pub(crate) fn of(path: &str) -> Self {
        let name = file_name(path);
        if LOCKS.contains(&name.as_str()) {
            return Self::Lock;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_in = |list: &str| list.split_ascii_whitespace().any(|known| known == extension);
        if is_in(CODE) {
            Self::Code
        } else if is_in(PLAIN)
            || name.starts_with(".env")
            || matches!(&*name, "dockerfile" | "makefile" | "jenkinsfile")
        {
            Self::Plain
        } else {
            Self::Unknown
        }
    }
}

impl FileKind {
    /// Judges by the name of the file.
    pub(crate) fn of(path: &str) -> Self {
        let name = file_name(path);
        match &*name {
            ".netrc" | "_netrc" | "netrc" => Self::Netrc,
            ".pgpass" | "pgpass.conf" | "pgpass" => Self::Pgpass,
            "shadow" | "gshadow" | "shadow-" => Self::Shadow,
            _ if name.ends_with("passwd") => Self::Htpasswd,
            _ if names_a_secret(&name) => Self::Secret,
            _ => Self::Other,
        }
    }
}

/// `password`, `some.secret`, `app.clientSecret`, `master.key`.
fn names_a_secret(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    ["password", "secret", "token", "passwd", "passphrase"].iter().any(|word| last.ends_with(word))
        || name == "master.key"
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase()
}
