//! The rotation of a key from beginning to end, as docs/guides/key-rotation.md tells it, and what a backup brings back.

use crate::encrypt::keys;
use crate::key::{KEYRING, states, with_keyring};
use crate::support::{Ran, Sandbox};

#[track_caller]
fn done(ran: &Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout_text()
}

/// A project with a file, a value and a token under `k1`.
fn encrypted() -> Sandbox {
    let sandbox = with_keyring().file("plain", "a file").file("data/deep/keep", "");
    std::fs::remove_file(sandbox.path("data/deep/keep")).expect("a file");
    done(&sandbox.run(&["encrypt", "--in", "plain", "--out", "data/file.rtc"]));
    let value = done(&sandbox.run_with_stdin(&["encrypt"], "a value"));
    sandbox.write("data/deep/value", format!("{value}\n"));
    sandbox.write("data/token", done(&sandbox.run_with_stdin(&["encrypt", "--mode", "fernet"], "a token")));
    sandbox
}

#[track_caller]
fn opens(sandbox: &Sandbox) {
    for (name, want) in
        [("data/file.rtc", "a file"), ("data/deep/value", "a value"), ("data/token", "a token")]
    {
        sandbox.run(&["decrypt", "--in", name]).is(0, want, "");
    }
}

#[test]
fn a_key_is_rotated_from_beginning_to_end() {
    let sandbox = encrypted();
    done(&sandbox.run(&["key", "stage"]));
    opens(&sandbox);
    done(&sandbox.run(&["key", "promote", "k2"]));
    opens(&sandbox);
    sandbox.run(&["rewrap", "data", "--dry-run"]).is(0, "3 files under \"k1\"\n3 files need \"k1\"\n", "");

    done(&sandbox.run(&["key", "retire", "k1"]));
    let refused = sandbox.run(&["key", "destroy", "k1", "--proof", "data"]);
    refused.is(
        1,
        "",
        "data/deep/value needs it\ndata/file.rtc needs it\ndata/token needs it\n\
         error: the key \"k1\" is not destroyed: 3 files need it\n\
         hint: reticent key accept k1, then reticent rewrap encrypts them under the key that is primary\n",
    );
    done(&sandbox.run(&["key", "accept", "k1"]));

    sandbox.run(&["rewrap", "data"]).is(
        0,
        "rewrapped 3 under \"k2\", 0 had it already, 0 failed\nno file needs \"k1\" any more\n",
        "",
    );
    opens(&sandbox);
    assert!(
        sandbox.read("data/deep/value").starts_with("rt1.k2.")
            && sandbox.read("data/deep/value").ends_with('\n')
    );
    assert!(sandbox.read("data/token").starts_with("rt1.k2."), "a token becomes a sealed value");
    sandbox.run(&["rewrap", "data"]).is(
        0,
        "rewrapped 0 under \"k2\", 3 had it already, 0 failed\nno file needs \"k1\" any more\n",
        "",
    );

    let still = sandbox.run(&["key", "destroy", "k1", "--proof", "data"]);
    still.is(
        1,
        "",
        "error: the key \"k1\" is accepted, and cannot become destroyed\nhint: first: reticent key retire k1\n",
    );
    done(&sandbox.run(&["key", "retire", "k1"]));
    opens(&sandbox);
    let proved = "none of 3 files needs \"k1\"\n";
    sandbox.run(&["key", "destroy", "k1", "--proof", "data", "--dry-run"]).is(
        0,
        "",
        &format!("{proved}the key \"k1\" would be destroyed (was retired)\n"),
    );
    sandbox.run(&["key", "destroy", "k1", "--proof", "data"]).is(
        0,
        "",
        &format!("{proved}the key \"k1\" is destroyed (was retired)\n"),
    );
    assert_eq!(states(&sandbox), ["k1 destroyed", "k2 primary"]);
    opens(&sandbox);
}

#[test]
fn what_is_not_looked_at_proves_nothing() {
    let sandbox = encrypted().file("empty/keep", "");
    std::fs::remove_file(sandbox.path("empty/keep")).expect("a file");
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "promote", "k2"]));
    done(&sandbox.run(&["key", "retire", "k1"]));
    let nothing = sandbox.run(&["key", "destroy", "k1", "--proof", "empty"]);
    nothing.is(1, "", "error: there is no file among them, and nothing proves nothing\n");
    let absent = sandbox.run(&["key", "destroy", "k1", "--proof", "absent"]);
    assert_eq!(absent.code, 1, "{}", absent.stderr);
    let neither = sandbox.run(&["key", "destroy", "k1"]);
    assert_eq!(neither.code, 2, "{}", neither.stderr);
    // A file of which it is not known what it needs may need it.
    sandbox.write("empty/token", "rt1.k1.");
    let unknown = sandbox.run(&["key", "destroy", "k1", "--proof", "empty"]);
    assert_eq!((unknown.code, states(&sandbox)[0].as_str()), (1, "k1 retired"), "{}", unknown.stderr);
}

#[test]
fn a_backup_of_the_keyring_opens_what_was_encrypted_before_it_and_nothing_else() {
    let sandbox = encrypted();
    let backup = sandbox.read(KEYRING);
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "promote", "k2"]));
    let later = done(&sandbox.run_with_stdin(&["encrypt"], "later"));

    // Lost: without the keyring its covering key opens nothing.
    std::fs::remove_file(sandbox.path(KEYRING)).expect("a file");
    let lost = sandbox.run(&["decrypt", "--in", "data/file.rtc"]);
    assert_eq!((lost.code, lost.stdout.len()), (1, 0), "{}", lost.stderr);

    // From the backup: what is older opens, and what a later key encrypted does not.
    sandbox.write(KEYRING, &backup);
    opens(&sandbox);
    sandbox.run_with_stdin(&["decrypt"], &later).is(
        1,
        "",
        "error: standard input: encrypted with the key \"k2\", which is not here\n\
         hint: reticent key list shows the keys that are here\n",
    );
    // A new key of the old name is another key, and does not pretend to be it.
    done(&sandbox.run(&["key", "stage"]));
    assert_eq!(states(&sandbox), ["k1 primary", "k2 staged"]);
    assert_eq!(sandbox.run_with_stdin(&["decrypt"], &later).code, 1);

    // And a backup without the key that covers it is nothing.
    sandbox.write(".env", "");
    assert_eq!(sandbox.run(&["decrypt", "--in", "data/file.rtc"]).code, 1);
}

#[test]
fn a_backup_brings_back_a_destroyed_key() {
    let sandbox = encrypted();
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "promote", "k2"]));
    done(&sandbox.run(&["key", "retire", "k1"]));
    let backup = sandbox.read(KEYRING);
    done(&sandbox.run(&["key", "destroy", "k1", "--force"]));
    let gone = sandbox.run(&["decrypt", "--in", "data/file.rtc"]);
    assert_eq!(gone.code, 1);
    assert!(
        gone.stderr.starts_with("error: [DIR]/data/file.rtc: the key \"k1\" is destroyed\nhint: "),
        "{}",
        gone.stderr
    );
    sandbox.write(KEYRING, &backup);
    done(&sandbox.run(&["key", "accept", "k1"]));
    opens(&sandbox);
}

#[test]
fn a_key_that_a_reference_needs_is_not_destroyed() {
    let sandbox = encrypted();
    let reference = done(&sandbox.run_with_stdin(&["encrypt", "--reference"], "a value"));
    let covered = sandbox.read(".env");
    let places = ["reticent.toml", ".env", "data/app.yaml"];
    let write = |place: &str, reference: &str| match place {
        "reticent.toml" => sandbox.write(place, format!("[secrets]\nA = \"{reference}\"\n")),
        ".env" => sandbox.write(place, format!("{covered}A={reference}\n")),
        _ => sandbox.write(place, format!("database:\n  password: {reference}\n")),
    };
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "promote", "k2"]));
    done(&sandbox.run(&["rewrap", "data"]));
    let moved = done(&sandbox.run_with_stdin(&["rewrap"], &reference));
    done(&sandbox.run(&["key", "retire", "k1"]));
    for place in places {
        write(place, &reference);
        let ran = sandbox.run(&["key", "destroy", "k1", "--proof", "data"]);
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{place}");
        let told = format!("{place} needs it for something within it, which goes through `reticent rewrap`");
        assert!(ran.stderr.contains(&told), "{place}: {}", ran.stderr);
        assert!(ran.stderr.contains("is not destroyed: 1 files need it"), "{place}: {}", ran.stderr);
        write(place, &moved);
    }
    done(&sandbox.run(&["key", "destroy", "k1", "--proof", "data"]));
    assert_eq!(states(&sandbox), ["k1 destroyed", "k2 primary"]);
    assert_eq!(done(&sandbox.run(&["get", "A"])), "a value");
}

#[test]
fn a_compromised_key_is_read_by_rewrap_alone() {
    let sandbox = encrypted();
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "promote", "k2"]));
    done(&sandbox.run(&["key", "compromise", "k1"]));
    for name in ["data/file.rtc", "data/deep/value", "data/token"] {
        let ran = sandbox.run(&["decrypt", "--in", name]);
        assert_eq!((ran.code, ran.stdout.len()), (1, 0));
        assert!(ran.stderr.contains("the key \"k1\" is compromised\n"), "{name}: {}", ran.stderr);
    }
    done(&sandbox.run(&["rewrap", "data"]));
    opens(&sandbox);
}

#[test]
fn fernet_is_left_file_by_file() {
    let (python, cover) = keys();
    let sandbox =
        Sandbox::new().with("ENCRYPTION_KEY", &python).with("KEYRING_KEY", cover).file("data/plain", "text");
    sandbox.write("data/token", done(&sandbox.run_with_stdin(&["encrypt", "--mode", "fernet"], "a token")));
    done(&sandbox.run_with_stdin(&["key", "import", "python", "--fernet"], &python));
    done(&sandbox.run(&["key", "generate", "--id", "k1"]));
    done(&sandbox.run(&["key", "promote", "k1"]));
    assert_eq!(states(&sandbox), ["python accepted", "k1 primary"]);
    sandbox.run(&["decrypt", "--in", "data/token"]).is(0, "a token", "");
    sandbox.run(&["rewrap", "data", "--plaintext"]).is(
        0,
        "rewrapped 2 under \"k1\", 0 had it already, 0 failed\nno file needs \"python\" any more\n",
        "",
    );
    sandbox.run(&["decrypt", "--in", "data/token"]).is(0, "a token", "");
    sandbox.run(&["decrypt", "--in", "data/plain"]).is(0, "text", "");
    done(&sandbox.run(&["key", "retire", "python"]));
    done(&sandbox.run(&["key", "destroy", "python", "--proof", "data"]));
}
