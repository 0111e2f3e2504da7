//! `rewrap`: files that fail, that are passed over, that were not encrypted, and a run that was killed.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use crate::encrypt::{keys, said_by_python};
use crate::support::{Ran, Sandbox};

/// A sandbox whose value in `old` is under `k1`, while `k2` is primary.
fn sandbox() -> (Sandbox, String) {
    let (old, new) = keys();
    let sealed =
        Sandbox::new().with("ENCRYPTION_KEY", format!("k1:{old}")).run_with_stdin(&["encrypt"], "value");
    assert_eq!(sealed.code, 0, "{}", sealed.stderr);
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", format!("k2:{new},k1:{old}"));
    (sandbox, sealed.stdout_text())
}

#[track_caller]
fn document(ran: &Ran) -> serde_json::Value {
    assert_eq!(ran.stderr, "");
    serde_json::from_slice(&ran.stdout).expect("JSON")
}

#[test]
fn what_fails_is_listed_and_does_not_stop_the_rest() {
    let (sandbox, sealed) = sandbox();
    sandbox.write("data/a", &sealed);
    sandbox.write("data/b", format!("{}A", &sealed[..sealed.len() - 1]).replace("rt1.k1.", "rt1.k9."));
    sandbox.write("data/c", "not encrypted");
    sandbox.write("data/d", &sealed);
    let ran = sandbox.run(&["rewrap", "data"]);
    ran.is(
        1,
        "rewrapped 2 under \"k2\", 0 had it already, 2 failed\n\
         \x20 data/b  encrypted with the key \"k9\", which is not here\n\
         \x20 data/c  it is not encrypted\n\
         no file needs \"k1\" any more\n",
        "",
    );
    assert_eq!(sandbox.read("data/c"), "not encrypted");
    let again = document(&sandbox.run(&["rewrap", "data", "--json"]));
    assert_eq!(again["schema"], "reticent.rewrapped/1");
    assert_eq!(
        (&again["rewrapped"], &again["current"], &again["needs"]["k1"]),
        (&0.into(), &2.into(), &0.into())
    );
    assert_eq!(again["failures"][1]["path"], "data/c");
}

#[test]
fn another_context_fails_and_leaves_the_file() {
    let (sandbox, sealed) = sandbox();
    sandbox.write("a", &sealed);
    let ran = sandbox.run(&["rewrap", "a", "--context", "id=1"]);
    ran.is(
        1,
        "rewrapped 0 under \"k2\", 0 had it already, 1 failed\n\
         \x20 a  not an authentic ciphertext for this key, context and time\n1 file needs \"k1\"\n",
        "",
    );
    assert_eq!(sandbox.read("a"), sealed);
}

#[test]
fn plaintext_is_encrypted_only_when_it_is_asked_for() {
    let (sandbox, sealed) = sandbox();
    sandbox.write("data/plain", "a value");
    sandbox.write("data/sealed", &sealed);
    let plan =
        "1 file under \"k1\"\n1 file not encrypted: would fail without --plaintext\n1 file needs \"k1\"\n";
    sandbox.run(&["rewrap", "data", "--dry-run"]).is(0, plan, "");
    let plan = "1 file under \"k1\"\n1 file not encrypted: would be encrypted\n1 file needs \"k1\"\n";
    sandbox.run(&["rewrap", "data", "--dry-run", "--plaintext"]).is(0, plan, "");
    assert_eq!((sandbox.read("data/plain").as_str(), sandbox.read("data/sealed")), ("a value", sealed));
    assert!(!sandbox.path(".reticent").exists(), "a dry run keeps no job");
    let done = "rewrapped 2 under \"k2\", 0 had it already, 0 failed\nno file needs \"k1\" any more\n";
    sandbox.run(&["rewrap", "data", "--plaintext"]).is(0, done, "");
    sandbox.run(&["decrypt", "--in", "data/plain"]).is(0, "a value", "");
    let left = std::fs::read_dir(sandbox.path(".reticent")).expect("a folder").count();
    assert_eq!(left, 0, "a job that is over is not kept");
}

#[test]
fn what_keys_are_found_by_is_passed_over() {
    let (old, new) = keys();
    let env = format!("ENCRYPTION_KEY=k2:{new},k1:{old}\n");
    let sandbox =
        Sandbox::new().file(".env", &env).file("reticent.toml", "").file(".git/config", "x").file("a", "x");
    std::os::unix::fs::symlink("/etc/hostname", sandbox.path("link")).expect("a link");
    sandbox.write(".a.reticent-new", "half");
    let done = "rewrapped 1 under \"k2\", 0 had it already, 0 failed\nno file needs \"k1\" any more\n";
    sandbox.run(&["rewrap", ".", "--plaintext"]).is(0, done, "");
    assert_eq!((sandbox.read(".env"), sandbox.read("reticent.toml").as_str()), (env, ""));
    assert_eq!(sandbox.read(".git/config"), "x");
    assert!(sandbox.path("link").is_symlink());
}

#[test]
fn a_file_keeps_its_mode() {
    let (sandbox, sealed) = sandbox();
    sandbox.write("a", &sealed);
    std::fs::set_permissions(sandbox.path("a"), std::fs::Permissions::from_mode(0o640)).expect("a mode");
    assert_eq!(sandbox.run(&["rewrap", "a"]).code, 0);
    assert_eq!(std::fs::metadata(sandbox.path("a")).expect("a file").permissions().mode() & 0o7777, 0o640);
}

#[test]
fn columns_come_with_the_store() {
    let (sandbox, _) = sandbox();
    let ran = sandbox.run(&["rewrap", "--db", "env://DB", "--table", "t", "--column", "c"]);
    ran.is(
        2,
        "",
        "error: --db, --table and --column are not there yet: they come with the store\n\
         hint: files and folders are rewrapped now: reticent rewrap PATH\n",
    );
}

#[test]
fn a_run_that_was_killed_goes_on_and_loses_nothing() {
    const FILES: usize = 300;
    let (sandbox, sealed) = sandbox();
    for number in 0..FILES {
        sandbox.write(&format!("data/{number}"), &sealed);
    }
    let under = |id: &str| {
        let names = (0..FILES).map(|number| sandbox.read(&format!("data/{number}")));
        names.filter(|text| text.starts_with(&format!("rt1.{id}."))).count()
    };
    for pause in [0, 5, 20, 60] {
        let mut child = sandbox.command(&["rewrap", "data"]).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(pause));
        child.kill().expect("ours");
        let status = child.wait().expect("it ends");
        assert!(status.success() || status.signal() == Some(9));
        assert_eq!(under("k1") + under("k2"), FILES, "each is whole, under one key or the other");
    }
    assert_eq!(sandbox.run(&["rewrap", "data"]).code, 0);
    assert_eq!(under("k2"), FILES);
    for number in [0, FILES / 2, FILES - 1] {
        sandbox.run(&["decrypt", "--in", &format!("data/{number}")]).is(0, "value", "");
    }
}

#[test]
fn one_value_goes_from_stdin_to_stdout_and_from_file_to_file() {
    let (sandbox, sealed) = sandbox();
    let piped = sandbox.run_with_stdin(&["rewrap"], format!("{sealed}\n"));
    assert_eq!((piped.code, piped.stderr.as_str()), (0, ""));
    let piped = piped.stdout_text();
    assert!(piped.starts_with("rt1.k2.") && !piped.ends_with('\n'), "{piped}");
    assert_eq!(sandbox.run_with_stdin(&["decrypt"], &piped).stdout, b"value");
    // What is under the key already stays byte for byte.
    assert_eq!(sandbox.run_with_stdin(&["rewrap"], &piped).stdout_text(), piped);

    sandbox.write("old", &sealed);
    let dry = ["rewrap", "--in", "old", "--out", "new", "--dry-run"];
    sandbox.run(&dry).is(0, "", "[DIR]/old: would be under \"k2\"\n");
    assert!(!sandbox.path("new").exists());
    sandbox.run(&dry[..5]).is(0, "", "");
    assert_eq!(sandbox.run_with_stdin(&["decrypt"], sandbox.read("new")).stdout, b"value");
    let told = document(&sandbox.run(&["rewrap", "--in", "old", "--json"]));
    assert_eq!((&told["schema"], &told["key"]), (&"reticent.encrypted/1".into(), &"k2".into()));
}

#[test]
fn a_token_is_rotated_under_its_own_time_or_becomes_a_sealed_value() {
    let (old, new) = keys();
    // Made long ago: a time of now could not be told from the one that is kept.
    let token = said_by_python("Fernet(key).encrypt_at_time(data, 1000000000)", &old, b"value");
    let token = std::str::from_utf8(&token).expect("text");
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", format!("{new},{old}"));
    let after = Sandbox::new().with("ENCRYPTION_KEY", &new);

    let rotated = sandbox.run_with_stdin(&["rewrap", "--mode", "fernet"], token).stdout_text();
    assert_ne!(rotated, token);
    assert_eq!(after.run_with_stdin(&["decrypt", "--mode", "fernet"], &rotated).stdout, b"value");
    // The version and the time stand in the first nine bytes, which are twelve characters.
    assert_eq!(rotated[..12], token[..12]);
    assert_eq!(sandbox.run_with_stdin(&["rewrap", "--mode", "fernet"], &rotated).stdout_text(), rotated);

    let sealed = sandbox.run_with_stdin(&["rewrap", "--context", "id=1"], token).stdout_text();
    assert!(sealed.starts_with("rt1."), "{sealed}");
    assert_eq!(after.run_with_stdin(&["decrypt", "--context", "id=1"], &sealed).stdout, b"value");
}

#[test]
fn files_of_tokens_are_rotated_in_place_however_they_are_spelt() {
    let (old, new) = keys();
    let made = "Fernet(key).encrypt_at_time(data, 1000000000)";
    let token = String::from_utf8(said_by_python(made, &old, b"value")).expect("text");
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", format!("k2:{new},k1:{old}"));
    sandbox.write("data/plain", format!("{token}\n"));
    sandbox.write("data/wrapped", format!("{}\r\n{}", &token[..50], &token[50..]));
    let strict = sandbox.run(&["rewrap", "data", "--mode", "fernet"]);
    strict.is(
        1,
        "rewrapped 1 under \"k2\", 0 had it already, 1 failed\n\
         \x20 data/wrapped  it begins as an encrypted value does, and is none\n\
         no file is known to need \"k1\", and 1 may\n",
        "",
    );
    let lenient = ["rewrap", "data", "--mode", "fernet", "--compat", "python"];
    let dry = [&lenient[..], &["--dry-run"]].concat();
    sandbox.run(&dry).is(0, "1 file under \"k1\"\n1 file under \"k2\"\n1 file needs \"k1\"\n", "");
    sandbox.run(&lenient).is(
        0,
        "rewrapped 1 under \"k2\", 1 had it already, 0 failed\nno file needs \"k1\" any more\n",
        "",
    );
    for name in ["data/plain", "data/wrapped"] {
        let rotated = sandbox.read(name);
        let rotated = rotated.trim_end();
        let timestamp = "str(Fernet(key).extract_timestamp(data)).encode()";
        assert_eq!(said_by_python(timestamp, &new, rotated.as_bytes()), b"1000000000", "{name}");
        assert_eq!(said_by_python("Fernet(key).decrypt(data)", &new, rotated.as_bytes()), b"value");
    }
}

#[test]
fn one_value_that_is_none_is_refused_and_not_repeated() {
    let (sandbox, sealed) = sandbox();
    for (arguments, input, code) in [
        (&["rewrap"][..], "hunter2", 1),
        (&["rewrap"], "", 1),
        (&["rewrap", "--mode", "fernet"], sealed.as_str(), 1),
        (&["rewrap", "--context", "id=1"], &sealed, 1),
        (&["rewrap", "--mode", "fernet", "--context", "id=1"], &sealed, 2),
        (&["rewrap", "--plaintext"], "hunter2", 2),
        (&["rewrap", "--in", "absent"], "", 1),
        (&["rewrap"], "RTC1 and more", 2),
    ] {
        let ran = sandbox.run_with_stdin(arguments, input);
        assert_eq!((ran.code, ran.stdout.len()), (code, 0), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2") && !ran.stderr.contains(&sealed), "{}", ran.stderr);
    }
}

#[test]
fn a_reference_stays_one_with_its_field_and_goes_under_the_new_key() {
    let (old, new) = keys();
    let before = Sandbox::new().with("ENCRYPTION_KEY", format!("k1:{old}"));
    let reference = before.run_with_stdin(&["encrypt", "--reference"], r#"{"user":"app"}"#).stdout_text();
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", format!("k2:{new},k1:{old}"));
    let moved = sandbox.run_with_stdin(&["rewrap"], format!("{reference}#user\n")).stdout_text();
    assert!(moved.starts_with("sealed:rt1.k2.") && moved.ends_with("#user"), "{moved}");
    let after = Sandbox::new().with("ENCRYPTION_KEY", format!("k2:{new}"));
    assert_eq!(after.run(&["get", &moved]).stdout, b"app");
    for arguments in [&["rewrap", "--context", "id=1"][..], &["rewrap", "--mode", "fernet"]] {
        let ran = sandbox.run_with_stdin(arguments, &reference);
        assert!(ran.code != 0 && ran.stdout.is_empty(), "{arguments:?}");
    }
    let none = sandbox.run_with_stdin(&["rewrap"], "sealed:hunter2");
    assert_eq!((none.code, none.stdout.len()), (1, 0));
    assert!(!none.stderr.contains("hunter2"), "{}", none.stderr);
}
