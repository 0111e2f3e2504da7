//! `encrypt`, `decrypt` and `inspect` of values: round trips, Python's tokens, and what must not open.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::foreign::python;
use crate::screen::on_a_screen;
use crate::support::{Ran, Sandbox};

/// Two keys that are made here and nowhere else.
pub(crate) fn keys() -> (String, String) {
    let made = || Sandbox::new().run(&["generate", "aes256-key"]).stdout_text().trim_end().to_owned();
    (made(), made())
}

/// A sandbox with keys in the environment.
fn with_keys(list: &str) -> Sandbox {
    Sandbox::new().with("ENCRYPTION_KEY", list)
}

#[track_caller]
fn fine(ran: &Ran) -> Vec<u8> {
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.stdout.clone()
}

const NOT_AUTHENTIC: &str = "error: standard input: not an authentic ciphertext for this key, context and time\n\
    hint: it was changed or cut, or it belongs to another --context, --purpose or key, or is too old\n";

const NO_CIPHERTEXT: &str = "error: standard input: it is no ciphertext of ours: neither a sealed value (rt1) nor a \
    sealed file (RTC1) nor a Fernet token\n";

#[test]
fn every_value_survives_and_names_its_key() {
    let (key, _) = keys();
    let sandbox = with_keys(&format!("k7:{key}"));
    for value in [&b""[..], b"x", b"two\nlines\n", b"\xff\x00", "Schlüssel".as_bytes(), &[7; 100_000]] {
        for padding in ["1", "16", "4096"] {
            let sealed = fine(&sandbox.run_with_stdin(&["encrypt", "--padding", padding], value));
            assert!(sealed.starts_with(b"rt1.k7."), "{}", String::from_utf8_lossy(&sealed));
            assert!(!sealed.ends_with(b"\n"), "the value alone");
            assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], &sealed)), value);
            // What an editor or a shell puts behind it is no part of it.
            assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], [&sealed[..], b"\r\n"].concat())), value);
        }
    }
}

#[test]
fn padding_hides_the_length() {
    let (key, _) = keys();
    let sandbox = with_keys(&key);
    let length = |value: &str| fine(&sandbox.run_with_stdin(&["encrypt", "--padding", "64"], value)).len();
    assert_eq!(length("a"), length(&"a".repeat(63)));
    assert!(length(&"a".repeat(64)) > length("a"));
}

#[test]
fn a_value_opens_in_its_own_context_alone() {
    let (key, _) = keys();
    let sandbox = with_keys(&format!("k1:{key}"));
    let row = ["--purpose", "users", "--context", "column=token", "--context", "id=42"];
    let sealed = fine(&sandbox.run_with_stdin(&[&["encrypt"], &row[..]].concat(), "value"));
    let other_order = ["--context", "id=42", "--context", "column=token", "--purpose", "users"];
    assert_eq!(fine(&sandbox.run_with_stdin(&[&["decrypt"], &other_order[..]].concat(), &sealed)), b"value");
    for other in [
        &[][..],
        &row[..4],
        &row[2..],
        &["--purpose", "users", "--context", "column=token", "--context", "id=43"],
        &["--purpose", "users", "--context", "column=token", "--context", "id=42", "--context", "x="],
    ] {
        sandbox.run_with_stdin(&[&["decrypt"], other].concat(), &sealed).is(1, "", NOT_AUTHENTIC);
    }
}

#[test]
fn what_is_wrong_with_a_ciphertext_is_told_and_nothing_of_it() {
    let (old, new) = keys();
    let sandbox = with_keys(&format!("k1:{old}"));
    let sealed = String::from_utf8(fine(&sandbox.run_with_stdin(&["encrypt"], "value"))).expect("text");
    let middle = sealed.len() - 20;
    let flipped = if &sealed[middle..=middle] == "A" { "B" } else { "A" };
    let changed = format!("{}{flipped}{}", &sealed[..middle], &sealed[middle + 1..]);
    sandbox.run_with_stdin(&["decrypt"], &changed).is(1, "", NOT_AUTHENTIC);
    sandbox.run_with_stdin(&["decrypt"], &sealed[..sealed.len() - 8]).is(1, "", NOT_AUTHENTIC);
    for text in ["hunter2", "rt1.", "rt1.K1.AAAA", "gAAAAA"] {
        sandbox.run_with_stdin(&["decrypt"], text).is(1, "", NO_CIPHERTEXT);
    }
    with_keys(&format!("k1:{new}")).run_with_stdin(&["decrypt"], &sealed).is(1, "", NOT_AUTHENTIC);
    with_keys(&format!("k2:{new}")).run_with_stdin(&["decrypt"], &sealed).is(
        1,
        "",
        "error: standard input: encrypted with the key \"k1\", which is not here\n\
         hint: reticent key list shows the keys that are here\n",
    );
    // The same key under another name is another key: the name is bound.
    let renamed = sealed.replace("rt1.k1.", "rt1.k2.");
    with_keys(&format!("k2:{old}")).run_with_stdin(&["decrypt"], renamed).is(1, "", NOT_AUTHENTIC);
}

#[test]
fn without_a_key_nothing_is_made_and_the_remedy_is_told() {
    let sandbox = Sandbox::new();
    for command in ["encrypt", "decrypt"] {
        sandbox.run_with_stdin(&[command], "hunter2").is(
            1,
            "",
            "error: there is no key: neither [DIR]/.reticent/keyring.json nor ENCRYPTION_KEY is there\n\
             hint: if there was a keyring, put a copy of it back; reticent generate aes256-key --into \
             dotenv://.env#ENCRYPTION_KEY makes a key for a small deployment, \
             reticent key generate begins a stored keyring\n",
        );
    }
    // The remedy is one.
    let made = sandbox.run(&["generate", "aes256-key", "--into", "dotenv://.env#ENCRYPTION_KEY"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let sealed = fine(&sandbox.run_with_stdin(&["encrypt"], "value"));
    assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], sealed)), b"value");
}

#[test]
fn a_key_that_is_none_is_not_repeated_and_one_to_guess_encrypts_nothing() {
    let sandbox = with_keys("hunter2");
    let ran = sandbox.run_with_stdin(&["encrypt"], "value");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.starts_with("error: ENCRYPTION_KEY: ") && !ran.stderr.contains("hunter2"),
        "{}",
        ran.stderr
    );
    let zeros = format!("{}=", "A".repeat(43));
    let weak = with_keys(&format!("k0:{zeros}"));
    let warning = "warning: the key \"k0\" is a pattern, not random bytes; it encrypts nothing\n";
    for mode in ["aes256", "fernet"] {
        weak.run_with_stdin(&["encrypt", "--mode", mode], "value").is(
            2,
            "",
            &format!(
                "{warning}error: the key is a pattern, not random bytes\n\
                 hint: it decrypts, and encrypts nothing; reticent key generate makes a random one\n"
            ),
        );
    }
    // What Python has encrypted with it still opens.
    let token = said_by_python("Fernet(key).encrypt(data)", &zeros, b"value");
    weak.run_with_stdin(&["decrypt"], token).is(0, "value", warning);
}

/// Lets Python's `cryptography` compute `expression` over `key` and `data`.
pub(crate) fn said_by_python(expression: &str, key: &str, data: &[u8]) -> Vec<u8> {
    let program = format!(
        "import sys\nfrom cryptography.fernet import Fernet, MultiFernet\n\
         keys = sys.argv[1].split(',')\nkey = keys[0]\nmulti = MultiFernet([Fernet(k) for k in keys])\n\
         data = sys.stdin.buffer.read()\nsys.stdout.buffer.write({expression})\n"
    );
    let mut child = python()
        .args(["-c", &program, key])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("Python starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), data).expect("it reads");
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "Python has taken it");
    output.stdout
}

#[test]
fn python_and_the_program_read_each_others_tokens() {
    let (new, old) = keys();
    let both = format!("{new},{old}");
    let sandbox = with_keys(&both);
    let fernet = ["--mode", "fernet"];
    for value in [&b""[..], b"x", b"0123456789abcdef", b"\xff\x00\n", &[7; 70_000]] {
        let ours = fine(&sandbox.run_with_stdin(&[&["encrypt"], &fernet[..]].concat(), value));
        assert_eq!(said_by_python("Fernet(key).decrypt(data)", &new, &ours), value);
        for key in [&new, &old] {
            let theirs = said_by_python("Fernet(key).encrypt(data)", key, value);
            assert_eq!(fine(&sandbox.run_with_stdin(&[&["decrypt"], &fernet[..]].concat(), &theirs)), value);
            assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], theirs)), value, "recognised by its form");
        }
    }
    let foreign = said_by_python("Fernet(Fernet.generate_key()).encrypt(data)", &new, b"value");
    sandbox.run_with_stdin(&["decrypt"], foreign).is(1, "", NOT_AUTHENTIC);
    let generated = String::from_utf8(said_by_python("Fernet.generate_key()", &new, b"")).expect("text");
    let token = said_by_python("Fernet(key).encrypt(data)", &generated, b"value");
    assert_eq!(fine(&with_keys(&generated).run_with_stdin(&["decrypt"], token)), b"value");
}

#[test]
fn whatever_python_reads_is_read_when_it_is_asked_for() {
    let (new, old) = keys();
    let sandbox = with_keys(&format!("k2:{new},k1:{old}"));
    let token = String::from_utf8(said_by_python("Fernet(key).encrypt(data)", &old, b"value")).expect("text");
    let lenient = ["--compat", "python"];
    let with = |command: &[&str], text: &[u8]| sandbox.run_with_stdin(command, text);
    let mut strange = token.as_bytes()[..30].to_vec();
    strange.extend([0xff, b'\n', 0]);
    strange.extend(&token.as_bytes()[30..]);
    for text in [
        token.clone().into_bytes(),
        format!("{}\n{}", &token[..40], &token[40..]).into_bytes(),
        token.replace('-', "+").replace('_', "/").into_bytes(),
        format!("'{token}' and more").into_bytes(),
        strange,
    ] {
        assert_eq!(said_by_python("Fernet(key).decrypt(data)", &old, &text), b"value");
        assert_eq!(with(&["decrypt"], &text).code == 0, text == token.as_bytes());
        assert_eq!(fine(&with(&[&["decrypt"], &lenient[..]].concat(), &text)), b"value");
        assert_eq!(fine(&with(&[&["decrypt", "--mode", "fernet"], &lenient[..]].concat(), &text)), b"value");
        let told = with(&[&["inspect", "--json"], &lenient[..]].concat(), &text).stdout_text();
        assert!(told.contains("\"key\":\"k1\"") && told.contains("\"age_seconds\":"), "{told}");
        let rotated = fine(&with(&[&["rewrap", "--mode", "fernet"], &lenient[..]].concat(), &text));
        assert_eq!(said_by_python("Fernet(key).decrypt(data)", &new, &rotated), b"value");
    }
    let refused = with(&["decrypt", "--mode", "aes256", "--compat", "python"], token.as_bytes());
    let message = "error: --compat is for Fernet; a sealed value has one spelling\n";
    refused.is(2, "", message);
}

#[test]
fn the_age_of_a_token_counts_when_it_is_asked_for() {
    let (key, _) = keys();
    let sandbox = with_keys(&key);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let made_at =
        |time: u64| said_by_python(&format!("Fernet(key).encrypt_at_time(data, {time})"), &key, b"value");
    let decrypt = |token: &[u8], more: &[&str]| sandbox.run_with_stdin(&[&["decrypt"], more].concat(), token);
    let old = made_at(now - 1_000);
    assert_eq!(fine(&decrypt(&old, &[])), b"value");
    assert_eq!(fine(&decrypt(&old, &["--ttl", "1060"])), b"value");
    decrypt(&old, &["--ttl", "999"]).is(1, "", NOT_AUTHENTIC);
    let future = made_at(now + 1_000);
    assert_eq!(fine(&decrypt(&future, &[])), b"value");
    decrypt(&future, &["--ttl", "100"]).is(1, "", NOT_AUTHENTIC);
    // A value that has no time is not let through to who asks for one.
    let sealed = fine(&sandbox.run_with_stdin(&["encrypt"], "value"));
    let ran = decrypt(&sealed, &["--ttl", "60"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{}", ran.stderr);
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_read() {
    let (key, _) = keys();
    let sandbox = with_keys(&key);
    for (arguments, message) in [
        (&["encrypt", "--mode", "fernet", "--context", "a=hunter2"][..], "Fernet binds no context"),
        (&["encrypt", "--mode", "fernet", "--binary"], "Fernet has one form, without padding of ours"),
        (&["encrypt", "--binary", "--padding", "16"], "--padding is for values, and a file is binary"),
        (&["encrypt", "--context", "hunter2"], "--context: it does not take this value (not shown)"),
        (&["encrypt", "--context", "a=1", "--context", "a=hunter2"], "--context: a name is given twice"),
        (&["decrypt", "--mode", "fernet", "--purpose", "hunter2"], "Fernet binds no context"),
        (&["decrypt", "--mode", "aes256", "--ttl", "1"], "--ttl is for Fernet, whose tokens have a time"),
        (&["decrypt", "--ttl", "soon"], "--ttl: it does not take this value (not shown)"),
        (&["encrypt", "hunter2"], "one argument too many (not shown, since it may be a value)"),
    ] {
        let ran = sandbox.run_with_stdin(arguments, "value");
        assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("error: {message}\n")), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
    let nothing = sandbox.run(&["encrypt"]);
    nothing.is(
        2,
        "",
        "error: standard input: there is nothing\nhint: pipe it in, or name a file with --in FILE\n",
    );
}

#[test]
fn a_terminal_shows_a_value_only_when_it_is_asked_to() {
    let (key, _) = keys();
    let sandbox = with_keys(&format!("k1:{key}")).file("plain", "red \u{1b}[31m text");
    sandbox.write("sealed", fine(&sandbox.run_with_stdin(&["encrypt", "--in", "plain"], "")));
    let shown = |arguments: &[&str]| {
        let output = on_a_screen(sandbox.command(arguments));
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let told = "authentic: 14 bytes of aes256 under the key \"k1\"\r\n";
    assert_eq!(shown(&["decrypt", "--in", "sealed"]), (Some(0), told.to_owned()));
    assert_eq!(
        shown(&["decrypt", "--reveal", "--in", "sealed"]),
        (Some(0), "red \\u{1b}[31m text\r\n".to_owned())
    );
    let (code, line) = shown(&["encrypt", "--in", "plain"]);
    assert!(code == Some(0) && line.starts_with("rt1.k1.") && line.ends_with("\r\n"), "{line}");
    let (code, line) = shown(&["encrypt", "--binary", "--in", "plain"]);
    assert_eq!((code, line.as_str()), (Some(2), ""));
}

#[test]
fn json_has_the_value_only_with_reveal() {
    let (key, _) = keys();
    let sandbox = with_keys(&format!("k1:{key}"));
    let ran = sandbox.run_with_stdin(&["encrypt", "--json"], "value");
    let document: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!((&document["schema"], &document["key"]), (&"reticent.encrypted/1".into(), &"k1".into()));
    let sealed = document["value"].as_str().expect("text");
    sandbox.run_with_stdin(&["decrypt", "--json"], sealed).is(
        0,
        "{\"bytes\":5,\"key\":\"k1\",\"mode\":\"aes256\",\"schema\":\"reticent.decrypted/1\"}\n",
        "",
    );
    sandbox.run_with_stdin(&["decrypt", "--json", "--reveal"], sealed).is(
        0,
        "{\"bytes\":5,\"key\":\"k1\",\"mode\":\"aes256\",\"schema\":\"reticent.decrypted/1\",\"value\":\"value\"}\n",
        "",
    );
}

#[test]
fn inspect_tells_form_key_and_state_and_decrypts_nothing() {
    let (new, old) = keys();
    let (fresh, both) = (with_keys(&format!("k1:{old}")), with_keys(&format!("k2:{new},k1:{old}")));
    let sealed = fine(&fresh.run_with_stdin(&["encrypt", "--context", "a=b"], "hunter2"));
    let lines = |key: &str| {
        format!("form  rt1, a sealed value\nmode  aes256\nkey   {key}\nsize  {} bytes\n", sealed.len())
    };
    fresh.run_with_stdin(&["inspect"], &sealed).is(0, &lines("k1 (primary)"), "");
    both.run_with_stdin(&["inspect"], &sealed).is(0, &lines("k1 (accepted)"), "");
    Sandbox::new().run_with_stdin(&["inspect"], &sealed).is(0, &lines("k1 (not here)"), "");
    let binary = fine(&fresh.run_with_stdin(&["encrypt", "--binary"], "hunter2"));
    let document = fresh.run_with_stdin(&["inspect", "--json"], &binary).stdout_text();
    let want = format!(
        "{{\"age_seconds\":null,\"bytes\":{},\"form\":\"rtc1\",\"key\":\"k1\",\"made\":null,\"mode\":\"aes256\",\
         \"schema\":\"reticent.inspect/1\",\"state\":\"primary\",\"verified\":null}}\n",
        binary.len()
    );
    assert_eq!(document, want);
    both.run_with_stdin(&["inspect"], "hunter2").is(1, "", NO_CIPHERTEXT);
}

#[test]
fn inspect_marks_a_time_that_nobody_vouches_for() {
    let (key, _) = keys();
    let sandbox = with_keys(&format!("k1:{key}"));
    let token = said_by_python("Fernet(key).encrypt_at_time(data, 951782400)", &key, b"value");
    let head = "form  a Fernet token\nmode  fernet\nkey   ";
    let ours = sandbox.run_with_stdin(&["inspect"], &token);
    assert!(ours.stdout_text().starts_with(&format!("{head}k1 (primary)\nmade  2000-02-29 00:00:00 UTC, ")));
    assert!(!ours.stdout_text().contains("unverified"), "{}", ours.stdout_text());
    let theirs = Sandbox::new().run_with_stdin(&["inspect"], &token).stdout_text();
    assert!(
        theirs.starts_with(&format!("{head}none that is here\nmade  2000-02-29 00:00:00 UTC, ")),
        "{theirs}"
    );
    assert!(theirs.contains(" days ago, unverified\n"), "{theirs}");
}

#[test]
fn a_decrypted_file_is_its_owners_alone() {
    let (key, _) = keys();
    let sandbox = with_keys(&key).file("plain", "value").file("old", "");
    let loose = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(sandbox.path("old"), loose).expect("a mode");
    let sealed = fine(&sandbox.run_with_stdin(&["encrypt", "--in", "plain"], ""));
    for out in ["new", "old"] {
        fine(&sandbox.run_with_stdin(&["decrypt", "--out", out], &sealed));
        assert_eq!(sandbox.read(out), "value");
        let mode = std::fs::metadata(sandbox.path(out)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{out}");
    }
}

#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let (key, _) = keys();
    let sandbox = with_keys(&key).file("plain", "value");
    fine(&sandbox.run(&["encrypt", "--in", "plain", "--out", "sealed"]));
    for arguments in [
        &["encrypt", "--in", "plain"][..],
        &["encrypt", "--binary", "--in", "plain"],
        &["decrypt", "--in", "sealed"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        let output = sandbox.command(arguments).stdout(full).output().expect("it runs");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert_eq!(said, "error: cannot write to stdout: No space left on device (os error 28)\n");
    }
}

#[test]
fn a_reference_stands_in_the_configuration_and_serves_the_value() {
    let (key, _) = keys();
    let sandbox = with_keys(&format!("k7:{key}"));
    let reference = fine(&sandbox.run_with_stdin(&["encrypt", "--reference"], "correct horse"));
    let reference = String::from_utf8(reference).expect("text");
    assert!(reference.starts_with("sealed:rt1.k7."), "{reference}");
    sandbox.write("reticent.toml", format!("[secrets]\nDB_PASSWORD = \"{reference}\"\n"));
    sandbox.write(".env", format!("API_KEY={reference}\n"));

    for name in ["DB_PASSWORD", "API_KEY", reference.as_str()] {
        assert_eq!(fine(&sandbox.run(&["get", name])), b"correct horse", "{name}");
    }
    let shown = ["run", "--no-redact", "--only", "DB_PASSWORD", "--", "printenv", "DB_PASSWORD"];
    assert_eq!(fine(&sandbox.run(&shown)), b"correct horse\n");
    let place = fine(&sandbox.run(&["where", "DB_PASSWORD"]));
    let place = String::from_utf8(place).expect("text");
    assert!(place.contains("sealed:rt1.k7.…") && !place.contains(&reference), "{place}");
}

#[test]
fn a_reference_that_does_not_open_is_told_by_its_key_alone() {
    let (key, other) = keys();
    let sealed = with_keys(&format!("k7:{key}")).run_with_stdin(&["encrypt", "--reference"], "correct horse");
    let reference = String::from_utf8(fine(&sealed)).expect("text");
    let declared = format!("[secrets]\nDB_PASSWORD = [\"{reference}\", \"env://FALLBACK\"]\n");
    let scene = || Sandbox::new().file("reticent.toml", &declared).with("FALLBACK", "a default");
    for (sandbox, code, told) in [
        (scene(), 4, "there is no keyring to open it with"),
        (scene().with("ENCRYPTION_KEY", format!("k8:{other}")), 4, "k7"),
        (scene().with("ENCRYPTION_KEY", format!("k7:{other}")), 1, "not an authentic"),
    ] {
        let ran = sandbox.run(&["get", "DB_PASSWORD"]);
        assert_eq!((ran.code, ran.stdout_text().as_str()), (code, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(told) && ran.stderr.contains("sealed:rt1.k7.…"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&reference[16..]), "{}", ran.stderr);
    }
}

#[test]
fn what_is_no_sealed_value_is_not_repeated() {
    let (key, _) = keys();
    let sandbox = with_keys(&key).file("reticent.toml", "[secrets]\nA = \"sealed:my.open.secret\"\n");
    for arguments in [&["get", "A"][..], &["check"], &["where", "A"], &["get", "sealed:my.open.secret"]] {
        let ran = sandbox.run(arguments);
        assert_ne!(ran.code, 0, "{arguments:?}");
        assert!(!format!("{}{}", ran.stdout_text(), ran.stderr).contains("open.secret"), "{arguments:?}");
    }
}
