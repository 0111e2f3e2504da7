//! `key`: a keyring that is made, changed, covered and refused.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::encrypt::keys;
use crate::support::{Ran, Sandbox};

/// A project whose keyring is covered by a key in `.env`.
pub(crate) fn project() -> Sandbox {
    Sandbox::new().file(".env", format!("KEYRING_KEY={}\n", keys().0))
}

/// A project with a keyring of one key.
pub(crate) fn with_keyring() -> Sandbox {
    let sandbox = project();
    sandbox.run(&["key", "generate"]).is(
        0,
        "",
        "wrote [DIR]/.reticent/keyring.json\nthe key \"k1\" is primary (new)\n",
    );
    sandbox
}

pub(crate) const KEYRING: &str = ".reticent/keyring.json";

/// Identifiers and states, as `key list` has them.
#[track_caller]
pub(crate) fn states(sandbox: &Sandbox) -> Vec<String> {
    let ran = sandbox.run(&["key", "list", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let text = ran.stdout_text();
    let key = |line: &str| {
        let key: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(key["schema"], "reticent.key/1");
        format!("{} {}", key["id"].as_str().expect("text"), key["state"].as_str().expect("text"))
    };
    text.lines().map(key).collect()
}

#[track_caller]
pub(crate) fn fine(ran: &Ran) -> Vec<u8> {
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.stdout.clone()
}

#[track_caller]
pub(crate) fn done(ran: &Ran) {
    assert_eq!((ran.code, ran.stdout.len()), (0, 0), "{}", ran.stderr);
}

fn mode(sandbox: &Sandbox, name: &str) -> u32 {
    std::fs::metadata(sandbox.path(name)).expect("it is there").permissions().mode() & 0o7777
}

#[test]
fn a_keyring_and_its_folder_are_their_owners_alone() {
    let sandbox = with_keyring();
    assert_eq!((mode(&sandbox, ".reticent"), mode(&sandbox, KEYRING)), (0o700, 0o600));
    sandbox.run(&["key", "stage"]).is(0, "", "the key \"k2\" is staged (new)\n");
    assert_eq!(mode(&sandbox, KEYRING), 0o600);
    let names: Vec<_> = std::fs::read_dir(sandbox.path(".reticent")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "nothing is left behind");
    let stored: Value = serde_json::from_str(&sandbox.read(KEYRING)).expect("JSON");
    assert_eq!(stored["schema"], "reticent.keyring/1");
}

#[test]
fn a_key_goes_the_ways_that_its_state_allows() {
    let sandbox = with_keyring();
    sandbox.run(&["key", "generate", "--id", "next"]).is(0, "", "the key \"next\" is staged (new)\n");
    assert_eq!(states(&sandbox), ["k1 primary", "next staged"]);
    let told = "every program that decrypts must have read the keyring since \"next\" was staged; none reports what it has read\n";
    sandbox.run(&["key", "promote", "next"]).is(
        0,
        "",
        &format!(
            "the key \"k1\" is accepted (was primary)\nthe key \"next\" is primary (was staged)\n{told}"
        ),
    );
    sandbox.run(&["key", "suspend", "k1"]).is(0, "", "the key \"k1\" is suspended (was accepted)\n");
    sandbox.run(&["key", "accept", "k1"]).is(0, "", "the key \"k1\" is accepted (was suspended)\n");
    let next = "next: reticent rewrap what it encrypted, and take whatever was in it for known\n";
    let compromised = format!("the key \"k1\" is compromised (was accepted)\n{next}");
    sandbox.run(&["key", "compromise", "k1"]).is(0, "", &compromised);
    for (arguments, code, message) in [
        (&["key", "accept", "k1"][..], 1, "the key \"k1\" is compromised, and cannot become accepted"),
        (&["key", "retire", "next"], 1, "the key \"next\" is primary, and cannot become retired"),
        (&["key", "promote", "k9"], 1, "there is no key \"k9\" in the keyring"),
        (
            &["key", "destroy", "next", "--force"],
            1,
            "the key \"next\" is primary, and cannot become destroyed",
        ),
        (&["key", "stage", "--id", "k1"], 1, "the identifier \"k1\" was given before"),
        (&["key", "promote", "Not an id"], 2, "<ID>: it does not take this value (not shown)"),
    ] {
        let ran = sandbox.run(arguments);
        assert_eq!((ran.code, ran.stdout.len()), (code, 0), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("error: {message}\n")), "{arguments:?}: {}", ran.stderr);
    }
    sandbox.run(&["key", "destroy", "k1", "--force"]).is(
        0,
        "",
        "the key \"k1\" is destroyed (was compromised)\n",
    );
    assert_eq!(states(&sandbox), ["k1 destroyed", "next primary"]);
    let again = sandbox.run(&["key", "generate", "--id", "k1"]);
    assert_eq!((again.code, states(&sandbox).len()), (1, 2), "an identifier is never given again");
}

#[test]
fn a_dry_run_changes_nothing() {
    let sandbox = project();
    let said = "would make [DIR]/.reticent/keyring.json\nthe key \"k1\" would be primary (new)\n";
    sandbox.run(&["key", "generate", "--dry-run"]).is(0, "", said);
    assert!(!sandbox.path(".reticent").exists());
    let sandbox = with_keyring();
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "retire", "k3"]));
    let before = sandbox.read(KEYRING);
    for arguments in [
        &["key", "generate"][..],
        &["key", "stage"],
        &["key", "promote", "k2"],
        &["key", "retire", "k2"],
        &["key", "suspend", "k2"],
        &["key", "compromise", "k2"],
        &["key", "accept", "k3"],
        &["key", "destroy", "k3", "--force"],
    ] {
        let ran = sandbox.run(&[arguments, &["--dry-run"]].concat());
        assert_eq!((ran.code, ran.stdout.len()), (0, 0), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(" would be "), "{arguments:?}: {}", ran.stderr);
        assert_eq!(sandbox.read(KEYRING), before, "{arguments:?}");
    }
    let import = sandbox.run_with_stdin(&["key", "import", "x", "--dry-run"], keys().0);
    import.is(0, "", "the key \"x\" would be staged (new)\n");
    assert_eq!(sandbox.read(KEYRING), before);
}

#[test]
fn a_keyring_opens_with_what_covers_it_alone() {
    let sandbox = with_keyring();
    let sealed = fine(&sandbox.run_with_stdin(&["encrypt"], "value"));
    assert!(sealed.starts_with(b"rt1.k1."));
    sandbox.write(".env", "");
    sandbox.run_with_stdin(&["decrypt"], &sealed).is(
        1,
        "",
        "error: KEYRING_KEY: not found. Looked in env://KEYRING_KEY, file:///run/secrets/KEYRING_KEY, \
         file:///run/secrets/keyring_key, dotenv://.env#KEYRING_KEY.\n\
         hint: set one of them, or run: reticent set KEYRING_KEY\n",
    );
    sandbox.write(".env", format!("KEYRING_KEY={}\n", keys().1));
    let ran = sandbox.run_with_stdin(&["decrypt"], &sealed);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    assert!(
        ran.stderr.contains("/.reticent/keyring.json: ") && ran.stderr.contains(" covers it, and a key of "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_keyring_that_was_changed_or_cut_is_refused() {
    let sandbox = with_keyring();
    done(&sandbox.run(&["key", "stage"]));
    let whole = sandbox.read(KEYRING);
    let staged = whole.replace("\"staged\"", "\"accepted\"");
    let older = whole.replace("\"generation\": 3", "\"generation\": 2");
    assert!(staged != whole && older != whole);
    for broken in [staged, older, whole[..whole.len() / 2].to_owned(), String::new()] {
        sandbox.write(KEYRING, &broken);
        for arguments in [&["key", "list"][..], &["key", "stage"], &["encrypt"]] {
            let ran = sandbox.run_with_stdin(arguments, "value");
            assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{arguments:?}");
            assert!(ran.stderr.starts_with("error: [DIR]/.reticent/keyring.json: "), "{}", ran.stderr);
        }
        assert_eq!(sandbox.read(KEYRING), broken);
    }
}

#[test]
fn what_is_wrong_with_a_stored_keyring_is_told_with_its_remedy() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[keyring]\npassphrase = \"file://pass\"\n")
        .file("pass", "correct horse battery staple");
    done(&sandbox.run(&["key", "generate"]));
    let whole = sandbox.read(KEYRING);
    let cut = "it is cut, or no stored keyring\nhint: put a copy of the whole file in its place\n";
    let unopened = "what was given does not open it, or it was changed\n\
        hint: a copy opens with the key or the passphrase that covered it when it was made\n";
    let changed = "it was changed since it was written\nhint: put a copy of it in its place\n";
    for (keyring, passphrase, told) in [
        (&whole[..whole.len() / 2], "correct horse battery staple", cut),
        ("", "correct horse battery staple", cut),
        (&whole, "another passphrase", unopened),
        (&whole.replace("\"primary\"", "\"accepted\""), "correct horse battery staple", changed),
    ] {
        sandbox.write(KEYRING, keyring);
        sandbox.write("pass", passphrase);
        let error = "error: [DIR]/.reticent/keyring.json: malformed in the keyring: ";
        sandbox.run(&["key", "list"]).is(1, "", &format!("{error}{told}"));
    }
    sandbox.write(KEYRING, &whole);
    sandbox.write("other", keys().0);
    let other = sandbox.run(&["key", "list", "--keyring-key", "file://other"]);
    assert_eq!((other.code, other.stdout.len()), (1, 0));
    assert!(other.stderr.contains("a passphrase covers it, and a key of check value "), "{}", other.stderr);
    assert!(
        other.stderr.contains("\nhint: what covers it is KEYRING_KEY, or what [keyring] of"),
        "{}",
        other.stderr
    );
}

#[test]
fn a_passphrase_from_a_reference_covers_a_keyring() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[keyring]\nfile = \"keys/app.json\"\npassphrase = \"file://pass\"\n")
        .file("pass", "correct horse battery staple")
        .file("keys/keep", "");
    let made = sandbox.run(&["key", "generate"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!((mode(&sandbox, "keys/app.json"), sandbox.path(".reticent").exists()), (0o600, false));
    let sealed = fine(&sandbox.run_with_stdin(&["encrypt"], "value"));
    sandbox.write("pass", "another passphrase");
    let ran = sandbox.run_with_stdin(&["decrypt"], &sealed);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    assert!(
        !ran.stderr.contains("passphrase\n") && !ran.stderr.contains("another passphrase"),
        "{}",
        ran.stderr
    );
    sandbox.write("other", "correct horse battery staple");
    let named = ["decrypt", "--keyring", "keys/app.json", "--keyring-passphrase", "file://other"];
    assert_eq!(fine(&sandbox.run_with_stdin(&named, &sealed)), b"value");
}

#[test]
fn a_configuration_of_the_keyring_is_checked() {
    for (text, message) in [
        ("[keyring]\nkey = \"hunter2\"\n", "2:7: keyring.key: not a reference to a secret\n"),
        ("[keyring]\nkye = \"env://K\"\n", "2:1: keyring.kye: unknown key\n"),
        (
            "[keyring]\nkey = \"env://K\"\npassphrase = \"env://P\"\n",
            "3:14: keyring.passphrase: a key covers the keyring already\n",
        ),
    ] {
        let ran = Sandbox::new().file("reticent.toml", text).run(&["key", "list"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.starts_with(&format!("error: [DIR]/reticent.toml:{message}")), "{}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"));
    }
}

#[test]
fn without_what_covers_it_no_keyring_is_made() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["key", "generate"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    assert!(ran.stderr.starts_with("error: KEYRING_KEY: not found. Looked in "), "{}", ran.stderr);
    assert!(!sandbox.path(".reticent").exists());
    let changed = Sandbox::new().with("ENCRYPTION_KEY", keys().0).run(&["key", "stage"]);
    assert_eq!(changed.code, 2);
    let said = "error: there is no keyring [DIR]/.reticent/keyring.json to change\n\
        hint: reticent key generate begins one; the keys of ENCRYPTION_KEY have no states: put a new one first, \
        ID:KEY,ID:KEY\n";
    assert_eq!(changed.stderr, said);
}

#[test]
fn list_and_status_tell_everything_but_keys() {
    let sandbox = with_keyring();
    done(&sandbox.run(&["key", "stage"]));
    let list = sandbox.run(&["key", "list"]).stdout_text();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(
        lines[0].starts_with("key  state    check     created ") && lines[1].starts_with("k1   primary  "),
        "{list}"
    );
    assert!(lines[2].ends_with(" UTC"), "{list}");
    sandbox.run(&["key", "status"]).is(
        0,
        "keyring     [DIR]/.reticent/keyring.json\ngeneration  3\nprimary     k1\nkeys        1 staged, 1 primary\n",
        "",
    );
    let status = sandbox.run(&["key", "status", "--json"]).stdout_text();
    assert_eq!(
        status,
        "{\"generation\":3,\"keyring\":\"[DIR]/.reticent/keyring.json\",\"keys\":{\"primary\":1,\"staged\":1},\
         \"primary\":\"k1\",\"replicas\":[],\"schema\":\"reticent.key-status/1\",\"warnings\":[]}\n"
    );
    // The keys of a variable have neither times nor a generation.
    let variable = Sandbox::new().with("ENCRYPTION_KEY", format!("new:{},old:{}", keys().0, keys().1));
    assert_eq!(states(&variable), ["new primary", "old accepted"]);
    let status = variable.run(&["key", "status"]).stdout_text();
    assert_eq!(
        status,
        "keyring     ENCRYPTION_KEY\ngeneration  -\nprimary     new\nkeys        1 primary, 1 accepted\n"
    );
    let weak = Sandbox::new().with("ENCRYPTION_KEY", format!("{}=", "A".repeat(43))).run(&["key", "status"]);
    assert_eq!(weak.code, 1, "nothing can be encrypted");
    assert!(weak.stderr.contains("is a pattern, not random bytes; it encrypts nothing"), "{}", weak.stderr);
}

#[test]
fn a_keyring_goes_under_another_cover_with_its_keys_as_they_were() {
    let sandbox = with_keyring();
    sandbox.write("new.key", keys().0);
    sandbox.write("words", "three plain long words");
    let sealed = fine(&sandbox.run_with_stdin(&["encrypt"], "value"));
    let before = (states(&sandbox), sandbox.read(KEYRING));

    let dry = sandbox.run(&["key", "cover", "--with-key", "file://new.key", "--dry-run"]);
    dry.is(0, "", "would cover [DIR]/.reticent/keyring.json anew\n");
    assert_eq!(sandbox.read(KEYRING), before.1);

    sandbox.run(&["key", "cover", "--with-key", "file://new.key"]).is(
        0,
        "",
        "covered [DIR]/.reticent/keyring.json anew; what covered it before opens it no more\n\
         next: in [keyring] of reticent.toml, key = \"file://new.key\"\n",
    );
    assert_eq!(mode(&sandbox, KEYRING), 0o600);
    let old = sandbox.run_with_stdin(&["decrypt"], &sealed);
    assert_eq!((old.code, old.stdout.len()), (1, 0), "{}", old.stderr);
    assert!(old.stderr.contains("covers it, and a key of check value"), "{}", old.stderr);
    sandbox.write("reticent.toml", "[keyring]\nkey = \"file://new.key\"\n");
    assert_eq!(states(&sandbox), before.0);
    assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], &sealed)), b"value");

    done(&sandbox.run(&["key", "cover", "--with-passphrase", "file://words"]));
    sandbox.write("reticent.toml", "[keyring]\npassphrase = \"file://words\"\n");
    assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], &sealed)), b"value");
}

#[test]
fn a_cover_that_is_none_leaves_the_keyring_as_it_was() {
    let sandbox = with_keyring();
    sandbox.write("weak", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    sandbox.write("short", "hunter2");
    let before = sandbox.read(KEYRING);
    for (cover, code) in [("file://absent", 1), ("file://weak", 1), ("file://short", 1), ("hunter2", 2)] {
        let ran = sandbox.run(&["key", "cover", "--with-key", cover]);
        assert_eq!((ran.code, ran.stdout.len()), (code, 0), "{cover}: {}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        assert_eq!(sandbox.read(KEYRING), before, "{cover}");
    }
    assert_eq!(sandbox.run(&["key", "cover"]).code, 2);
    let listed = with_no_keyring();
    assert_eq!(listed.run(&["key", "cover", "--with-key", "env://ENCRYPTION_KEY"]).code, 2);
}

/// A project whose keys are those of a variable.
fn with_no_keyring() -> Sandbox {
    Sandbox::new().with("ENCRYPTION_KEY", keys().0)
}
