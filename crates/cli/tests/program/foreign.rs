//! What other programs read in our output: shells, Python's parsers, and the rules of Docker and of GitHub's runner.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a consumer has read: names and values, byte for byte.
pub(crate) type Read = BTreeMap<String, Vec<u8>>;

/// The Python that has the parsers of `xtask/requirements.txt`.
pub(crate) fn python() -> Command {
    let python =
        std::env::var_os("RETICENT_PYTHON").expect("RETICENT_PYTHON is not set: use `cargo xtask test`");
    Command::new(python)
}

/// Lets a Python program read `input`; it calls `show(name, value)` for each pair, with text or bytes.
pub(crate) fn with_python(program: &str, input: &[u8]) -> Read {
    let show = "import sys\n\
        data = sys.stdin.buffer.read()\n\
        def show(name, value):\n\
        \x20   value = value if isinstance(value, bytes) else value.encode()\n\
        \x20   print(name.encode().hex(), value.hex())\n";
    let said = piped(python().arg("-c").arg(format!("{show}{program}")), input);
    let text = String::from_utf8(said).expect("hex digits");
    let pair = |line: &str| {
        let (name, value) = line.split_once(' ').expect("two numbers");
        (String::from_utf8(unhex(name)).expect("a name is text"), unhex(value))
    };
    text.lines().map(pair).collect()
}

/// Sources `script` in a shell, which hands its variables on to another program.
pub(crate) fn with_shell(shell: &str, script: &Path, names: &[String]) -> Read {
    let values = names.iter().map(|name| format!("\"${name}\"")).collect::<Vec<_>>().join(" ");
    let mut command = Command::new(shell);
    command.args(["-c", &format!("set -eu; . \"$0\"; printf '%s\\0' {values}")]).arg(script).env_clear();
    split_nul(&piped(&mut command, b""), names)
}

/// Evaluates `script` in a shell, as `eval "$(reticent export --format shell)"` does.
pub(crate) fn with_eval(shell: &str, script: &Path, names: &[String]) -> Read {
    let values = names.iter().map(|name| format!("\"${name}\"")).collect::<Vec<_>>().join(" ");
    let mut command = Command::new(shell);
    command.args(["-c", &format!("set -eu; eval \"$(cat \"$0\")\"; printf '%s\\0' {values}")]).arg(script);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    split_nul(&piped(&mut command, b""), names)
}

/// Reads an `--env-file` by the rules in docker/cli, package `kvfile`: UTF-8; lines end with LF, or CR LF; white space
/// before a line, a byte order mark before the first, comments and empty lines are dropped; the name has no blanks.
pub(crate) fn by_docker(file: &[u8]) -> Read {
    let text = std::str::from_utf8(file).expect("docker refuses what is not UTF-8");
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split_terminator('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).trim_start());
    let pairs = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        assert!(line.len() < 65_536, "docker reads no longer line");
        // A name alone would be looked up in the environment.
        let (name, value) = line.split_once('=').expect("a name and a value");
        assert!(!name.is_empty() && !name.contains([' ', '\t']), "{name:?}");
        (name.to_owned(), value.as_bytes().to_vec())
    });
    pairs.collect()
}

/// Reads the file of `GITHUB_ENV` by the rules in actions/runner, `FileCommandManager`: `NAME=value`, or `NAME<<END`
/// and all lines up to one that is `END`; empty lines between are skipped.
pub(crate) fn by_runner(file: &[u8]) -> Read {
    let text = std::str::from_utf8(file).expect("the runner replaces what is not UTF-8");
    let mut lines = text.split_terminator('\n');
    let mut read = Read::new();
    while let Some(line) = lines.next() {
        let (name, value) = match (line.find('='), line.find("<<")) {
            _ if line.is_empty() => continue,
            (equals, Some(heredoc)) if equals.is_none_or(|equals| heredoc < equals) => {
                let (name, end) = (&line[..heredoc], &line[heredoc + 2..]);
                assert!(!name.is_empty() && !end.is_empty(), "the runner refuses the file");
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                (name, value.join("\n"))
            }
            (Some(equals), _) => (&line[..equals], line[equals + 1..].to_owned()),
            _ => panic!("the runner refuses a line of {} bytes", line.len()),
        };
        read.insert(name.to_owned(), value.into_bytes());
    }
    read
}

/// Reads what the runner masks from now on: the data of each `::add-mask::`, unescaped in the runner's order.
pub(crate) fn masks(stdout: &str) -> Vec<String> {
    let data = stdout.lines().filter_map(|line| line.strip_prefix("::add-mask::"));
    data.map(|data| data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")).collect()
}

fn split_nul(said: &[u8], names: &[String]) -> Read {
    let mut values: Vec<&[u8]> = said.split(|byte| *byte == 0).collect();
    assert_eq!(values.pop(), Some(&b""[..]), "each value ends with NUL");
    assert_eq!(values.len(), names.len());
    names.iter().cloned().zip(values.into_iter().map(<[u8]>::to_vec)).collect()
}

/// Runs a consumer, which must like what it reads.
fn piped(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let shown = format!("{:?}", command.get_program());
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{shown} cannot be started: {error}"));
    // A consumer that reads nothing closes its input; that is its right.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the consumer ends");
    assert!(output.status.success(), "{shown}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shown}");
    output.stdout
}

fn unhex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("hex"))
        .collect()
}
