//! `redact`: which values, which bytes, what is said, and how it ends.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Sandbox;

/// The shared cases.
pub(crate) fn cases(key: &str) -> Vec<Value> {
    let text = include_str!("../../../needles/tests/data/redaction_cases.json");
    let file: Value = serde_json::from_str(text).expect("JSON");
    file[key].as_array().expect("cases").clone()
}

fn bytes(case: &Value, key: &str) -> Vec<u8> {
    let text = case[key].as_str().expect("a text");
    match case["binary"] == true {
        true => decoded(text),
        false => text.as_bytes().to_vec(),
    }
}

fn decoded(text: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<usize> = text.chars().filter_map(|digit| digits.find(digit)).collect();
    let bit = |at: usize| bits[at / 6] >> (5 - at % 6) & 1;
    let byte = |at: usize| (0..8).fold(0, |byte, offset| byte * 2 + bit(at * 8 + offset));
    (0..bits.len() * 6 / 8).map(|at| u8::try_from(byte(at)).expect("eight bits")).collect()
}

#[test]
fn every_shared_case_holds_and_a_masked_text_is_not_changed_again() {
    let all = cases("cases");
    assert_eq!(all.len(), 93);
    for case in all {
        let name = case["name"].as_str().expect("a name");
        let sandbox = Sandbox::new().file("known.json", case["known"].to_string());
        let arguments = [
            "redact",
            "--no-rules",
            "--known-from",
            "known.json",
            "--as",
            case["as"].as_str().unwrap_or("text"),
        ];
        let (input, want) = (bytes(&case, "input"), bytes(&case, "expected"));
        let warned: Vec<&str> = case["warns"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|name| name.as_str().expect("a name"))
            .collect();
        for text in [&input, &want] {
            let ran = sandbox.run_with_stdin(&arguments, text);
            let shown = String::from_utf8_lossy;
            assert_eq!((ran.code, shown(&ran.stdout)), (0, shown(&want)), "{name}: {}", ran.stderr);
            assert_eq!(ran.stdout, want, "{name}");
            let named: Vec<&str> =
                ran.stderr.lines().map(|line| line.split('"').nth(1).unwrap_or(line)).collect();
            assert_eq!(named, warned, "{name}");
        }
    }
}

#[test]
fn what_is_not_masked_is_named_once_and_never_shown() {
    let known = json!({ "PIN": "hun2", "STAGE": "Production", "B": {"a": "ab", "token": "hunter2-hunter2"}, "C": null, "URL": "x://app:hun2@db-of-plums/" });
    let sandbox =
        Sandbox::new().file("known.json", known.to_string()).file("more.env", "PIN=too\nD=plum-Garden-42!\n");
    let arguments = ["redact", "--known-from", "known.json", "--known-from", "more.env"];
    sandbox.run_with_stdin(&arguments, "hun2 production hunter2-hunter2 plum-Garden-42!\n").is(
        0,
        "hun2 production [REDACTED:B] [REDACTED:D]\n",
        "warning: \"PIN\" is not masked: it has fewer than 6 bytes\n\
         warning: \"STAGE\" is not masked: it is a common word\n\
         warning: a part of \"URL\" is not masked: it has fewer than 6 bytes\n",
    );
    sandbox.run_with_stdin(&["-q", "redact", "--known-from", "known.json"], "hun2").is(0, "hun2", "");
    let empty = Sandbox::new().file("none.env", "# nothing yet\n");
    empty.run_with_stdin(&["redact", "--known-from", "none.env"], "as it is").is(
        0,
        "as it is",
        "warning: [DIR]/none.env holds no value\n",
    );
}

#[test]
fn without_a_file_it_masks_what_run_would_hand_over() {
    let config = "[secrets]\n\"db/password\" = \"file://db\"\nNONE = { optional = true }\n\
                  [environments.staging.secrets]\n\"db/password\" = \"file://other\"\n\
                  [settings.PAGE]\ntype = \"text\"\n[settings.TOKEN]\ntype = \"secret\"\nalias = \"old-token\"\n";
    let sandbox = Sandbox::new()
        .file("reticent.toml", config)
        .file("db", "plum-Garden-42!\n")
        .file("other", "pear-Garden-43!\n")
        .file(".env", "PAGE=orange-tiger\nOLD_TOKEN=stone-bridge-of-nine\nMORE=apple-Garden-44!\n");
    let text = "plum-Garden-42! pear-Garden-43! orange-tiger stone-bridge-of-nine apple-Garden-44!";
    sandbox.run_with_stdin(&["redact"], text).is(
        0,
        "[REDACTED:DB_PASSWORD] pear-Garden-43! orange-tiger [REDACTED:OLD_TOKEN] [REDACTED:MORE]",
        "",
    );
    let staging = sandbox.run_with_stdin(&["redact", "-e", "staging"], text).stdout_text();
    assert!(staging.starts_with("plum-Garden-42! [REDACTED:DB_PASSWORD] orange-tiger "), "{staging}");
    // Files that are named are all that counts.
    sandbox.run_with_stdin(&["redact", "--known-from", ".env"], text).is(
        0,
        "plum-Garden-42! pear-Garden-43! [REDACTED:PAGE] [REDACTED:OLD_TOKEN] [REDACTED:MORE]",
        "",
    );
}

#[test]
fn nothing_is_shown_while_the_values_cannot_be_read() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB = \"file://db\"\n")
        .file("torn.env", "A=plum-Garden-42!\nB=\"hunter2\n")
        .file("torn.json", "{\n  \"A\": {\"b\": hunter2}\n}")
        .file("fine.env", "A=plum-Garden-42!\n");
    let hint = "hint: what begins with { must be one JSON object of names and values\n";
    for (arguments, code, stderr) in [
        (
            &["--known-from", "absent"][..],
            1,
            "error: cannot read [DIR]/absent: No such file or directory (os error 2)\n",
        ),
        (
            &["--known-from", "fine.env", "--known-from", "."],
            2,
            "error: cannot read [DIR]/.: Is a directory (os error 21)\n",
        ),
        (
            &["--known-from", "torn.env"],
            1,
            "error: [DIR]/torn.env:2:3 B: the quote opened here is never closed\n\
             hint: close the quote, or put the other kind of quotes around the value\n",
        ),
        (
            &["--known-from", "torn.json"],
            1,
            &format!("error: [DIR]/torn.json:2:14 A.b: no JSON value begins like this\n{hint}"),
        ),
        (&[], 1, "error: DB: not found. Looked in file://db.\nhint: set file://db\n"),
    ] {
        let ran = sandbox.run_with_stdin(&[&["redact"], arguments].concat(), "plum-Garden-42! hunter2");
        ran.is(code, "", stderr);
    }
}

#[test]
fn what_makes_no_sense_is_a_usage_error_with_a_remedy() {
    let file = ["redact", "--known-from", "a.env"];
    let sandbox = Sandbox::new().file("a.env", "A=plum-Garden-42!\n");
    let from_input = "error: --known-from: standard input is the text that is masked\n\
                      hint: name a file, or in bash what a program prints: --known-from <(PROGRAM)\n";
    for (arguments, stderr) in [
        (&["redact", "--known-from", "-"][..], from_input),
        (&["redact", "--known-from", "/dev/stdin"], from_input),
        (
            &[&file[..], &["--mask", "fixed", "--mask-fingerprint"]].concat(),
            "error: not together: --mask fixed, --mask-fingerprint\n\
             hint: a fixed mask is the same for every value; leave one of them\n",
        ),
        (
            &["redact"],
            "error: there is nothing to mask: no secret is declared, .env has none, and no --known-from is given\n\
             hint: name a .env file or a JSON object of names and values: --known-from FILE\n",
        ),
    ] {
        sandbox.run_with_stdin(arguments, "plum-Garden-42!").is(2, "", stderr);
    }
    for arguments in [&["--as", "xml"], &["--mask", "hunter2"]] {
        let ran = sandbox.run_with_stdin(&[&file[..], arguments].concat(), "plum-Garden-42!");
        assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
}

#[test]
fn a_mask_is_fixed_or_has_a_fingerprint_when_that_is_asked_for() {
    let sandbox = Sandbox::new().file("a.json", r#"{"A":"plum-Garden-42!","B":"pear-Garden-43!"}"#);
    let text = "plum-Garden-42! pear-Garden-43! plum-Garden-42%21";
    let shown = |more: &[&str]| {
        let arguments = [&["redact", "--known-from", "a.json"], more].concat();
        let ran = sandbox.run_with_stdin(&arguments, text);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        ran.stdout_text()
    };
    assert_eq!(shown(&["--mask", "name"]), "[REDACTED:A] [REDACTED:B] [REDACTED:A]");
    assert_eq!(shown(&["--mask", "fixed"]), "*** *** ***");
    let (one, other) = (shown(&["--mask-fingerprint"]), shown(&["--mask-fingerprint"]));
    let masks: Vec<&str> = one.split(' ').collect();
    let is_mask = |mask: &str| mask.len() == "[REDACTED:A#1a2b3]".len() && mask.starts_with("[REDACTED:");
    assert!(masks.iter().all(|mask| is_mask(mask)), "{one}");
    assert_eq!(masks[0], masks[2]);
    assert_ne!(one, other, "the key is of one run");
}

#[test]
fn a_value_that_a_model_sends_in_pieces_is_masked_in_its_events() {
    let sandbox = Sandbox::new().file("a.env", "A=plum-Garden-42!\n");
    let event = |text: &str| {
        format!("id: 7\ndata: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let events =
        |texts: &[&str]| texts.iter().map(|text| event(text)).collect::<String>() + "data: [DONE]\n\n";
    let ran = sandbox.run_with_stdin(
        &["redact", "--known-from", "a.env", "--as", "sse"],
        events(&["It is plum", "-Garden", "-42! and pl", "ain"]),
    );
    ran.is(0, &events(&["It is [REDACTED:A]", "", " and pl", "ain"]), "");
}

/// The program in a pipe, which is written to piece by piece.
fn piped(sandbox: &Sandbox) -> Child {
    piped_as(sandbox, "text")
}

fn piped_as(sandbox: &Sandbox, form: &str) -> Child {
    let arguments = ["redact", "--known-from", "a.env", "--as", form];
    sandbox.command(&arguments).stdin(Stdio::piped()).spawn().expect("it starts")
}

#[test]
fn a_prompt_passes_at_once_and_what_may_begin_a_value_waits() {
    let sandbox = Sandbox::new().file("a.env", "A=plum-Garden-42!\n");
    let mut child = piped(&sandbox);
    let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut next = |text: &str, want: &str| {
        input.write_all(text.as_bytes()).expect("it is read");
        let mut shown = vec![0; want.len()];
        output.read_exact(&mut shown).expect("it comes without more input");
        assert_eq!(String::from_utf8_lossy(&shown), want);
    };
    next("Password: ", "Password: ");
    next("\0? p", "\0? ");
    // No pause lets go of it: this is no terminal.
    std::thread::sleep(Duration::from_millis(150));
    next("lum-Garden-42!.", "[REDACTED:A].");
    next("plum-Garden", "");
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("text");
    assert_eq!(rest, "plum-Garden");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_closed_pipe_is_silent_and_a_full_disk_is_told() {
    let sandbox = Sandbox::new().file("a.env", "A=plum-Garden-42!\n");
    let mut child = piped(&sandbox);
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("a pipe");
    // Until the program sees that nobody reads, and goes.
    while input.write_all(&[b'x'; 1 << 16]).is_ok() {}
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));

    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let text = File::open(sandbox.path("a.env")).expect("a file");
    let mut command = sandbox.command(&["redact", "--known-from", "a.env"]);
    let output = command.stdin(text).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stderr, b"error: cannot write to stdout: No space left on device (os error 28)\n");
}

#[test]
fn an_input_that_cannot_be_read_is_told() {
    let sandbox = Sandbox::new().file("a.env", "A=plum-Garden-42!\n");
    let folder = File::open(sandbox.path("")).expect("a folder opens");
    let mut command = sandbox.command(&["redact", "--known-from", "a.env"]);
    let output = command.stdin(folder).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert_eq!(output.stderr, b"error: cannot read standard input: Is a directory (os error 21)\n");
}

#[test]
fn memory_stays_flat_whatever_the_text() {
    let is_long = std::env::var_os("RETICENT_TEST_LONG").is_some();
    // What is dense with values takes its time, and grows, if it does, with each of them.
    let megabytes = |is_dense: bool| match (is_long, is_dense) {
        (true, false) => 1024,
        (true, true) => 64,
        (false, _) => 8,
    };
    for (form, is_dense, beginning, piece) in [
        ("text", false, "", "one line without an end "),
        ("text", false, "", "plum-Garden-"),
        ("text", true, "", "a line\n"),
        ("text", true, "", "plum-Garden-42!"),
        ("json", false, "[\"", "one string without an end "),
        ("json", true, "[\"", "\\u0041\\n with escapes"),
        ("json", true, "[", "123456"),
        ("json", true, "", "{\"a\":[null,\"plum-Garden-42!\"]}\n"),
        ("sse", true, "", "data: {\"delta\": \"plum\"}\n\n"),
    ] {
        let sandbox = Sandbox::new().file("a.env", "A=plum-Garden-42!\n");
        let mut child = piped_as(&sandbox, form);
        let (mut input, mut output) =
            (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let counter = std::thread::spawn(move || {
            let (mut total, mut chunk) = (0, vec![0; 1 << 16]);
            loop {
                match output.read(&mut chunk).expect("it is read") {
                    0 => return total,
                    length => total += length,
                }
            }
        });
        let block = piece.repeat((1 << 20) / piece.len());
        input.write_all(beginning.as_bytes()).expect("it is read");
        (0..megabytes(is_dense)).for_each(|_| input.write_all(block.as_bytes()).expect("it is read"));
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        drop(input);
        let of = |key: &str| -> usize {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).expect("a line");
            line.trim().trim_end_matches(" kB").parse().expect("a number")
        };
        // The program's own pages are no memory that a text costs, and grow with the backends that it is built with.
        let kilobytes = of("VmHWM:") - of("RssFile:");
        assert!(kilobytes < 12 << 10, "{kilobytes} kB for {form} of {piece:?}");
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        assert!(counter.join().expect("it counts") > 0);
    }
}
