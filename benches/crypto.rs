//! How fast values are encrypted and decrypted: Fernet beside Python's and the crate's, and `rt1` and `RTC1` beside
//! ring's bare AES-GCM; and how much memory a large file takes.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use reticent_benches::Table;
use reticent_crypto::{Context, Fernet, Key, Keyring, Sealer};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

const SIZES: [(usize, &str); 4] =
    [(64, "64 B"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB")];

/// The size of the large file.
const LARGE: u64 = 4 << 30;

/// Another program that makes one operation as often as it is told.
struct Peer {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(mut command: Command, operation: &str, size: usize) -> Result<Self, String> {
        command.args([operation, &size.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("it does not start: {error}"))?;
        let answers = BufReader::new(child.stdout.take().ok_or("it has no output")?);
        let mut peer = Self { child, answers };
        peer.seconds(1).map(|_| peer).ok_or_else(|| "it ended without an answer".to_owned())
    }

    /// Returns the seconds of one of so many operations.
    fn seconds(&mut self, times: u32) -> Option<f64> {
        writeln!(self.child.stdin.as_mut()?, "{times}").ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        line.trim().parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Python with `crypto.py`.
fn python() -> Result<Command, String> {
    let python = std::env::var_os("RETICENT_PYTHON").ok_or("RETICENT_PYTHON names no Python")?;
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/crypto.py"));
    Ok(command)
}

/// The program of the crate `fernet`, which is built for this.
fn crate_fernet() -> Result<Command, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/fernet");
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| usual.into());
    let target = Path::new(&target).join("peers");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--release", "--locked", "--target-dir"]).arg(&target);
    let built = cargo.current_dir(folder).status().map_err(|error| format!("no cargo: {error}"))?;
    if !built.success() {
        return Err("it cannot be built".to_owned());
    }
    Ok(Command::new(target.join("release/reticent-peer-fernet")))
}

fn peer(
    table: &mut Table<'_>,
    name: &'static str,
    peer: Result<Command, String>,
    asked: (&'static str, usize),
) {
    match peer.and_then(|command| Peer::start(command, asked.0, asked.1)) {
        Ok(mut peer) => {
            table.timed(name, "", move |times| peer.seconds(times).expect("it answers until the end"));
        }
        Err(why) => table.missing(name, why),
    }
}

fn fernet(size: usize, called: &str) {
    let fernet = Fernet::new(&Fernet::generate_key().expect("randomness")).expect("a key");
    let value = vec![b'a'; size];
    let token = fernet.encrypt(&value).expect("randomness");
    for operation in ["encrypt", "decrypt"] {
        let title = format!("Fernet, {operation}ing {called}");
        let mut table = Table::new(&title);
        match operation {
            "encrypt" => table.row("reticent-crypto", "", || fernet.encrypt(&value)),
            _ => table.row("reticent-crypto", "into a wiped secret", || fernet.decrypt(&token)),
        }
        peer(&mut table, "crate fernet, on RustCrypto", crate_fernet(), (operation, size));
        peer(&mut table, "Python cryptography", python(), (operation, size));
        table.print();
    }
}

/// One pass of AES-256-GCM over a copy, without any format.
fn bare(key: &LessSafeKey, value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + 16);
    sealed.extend_from_slice(value);
    let nonce = Nonce::assume_unique_for_key([7; 12]);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).expect("short");
    sealed
}

fn sealed(size: usize, called: &str) {
    let key = Key::generate().expect("randomness");
    let sealer = Sealer::new(Keyring::of("k1".parse().expect("an identifier"), key).expect("a key"));
    let context = Context::new("bench").with("row_id", "42");
    let value = vec![b'a'; size];
    let gcm = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("a key"));
    let file = || {
        let room = Vec::with_capacity(size + size / 512 + 512);
        let mut encryptor = sealer.encryptor(&context, room).expect("a vector");
        encryptor.write_all(&value).expect("a vector");
        encryptor.finish().expect("a vector")
    };
    let (text, written) = (sealer.seal(&context, &value).expect("a key"), file());

    let title = format!("AES-256, encrypting {called}");
    let mut table = Table::new(&title);
    table.row("ring, bare AES-256-GCM", "no key derived, no format", || bare(&gcm, &value));
    table.row("RTC1", "committed, bound", file);
    table.row("rt1", "committed, bound, in base64", || sealer.seal(&context, &value));
    table.print();

    let (mut plaintext, copied) = (vec![0; size], bare(&gcm, &value));
    let title = format!("AES-256, decrypting {called}");
    let mut table = Table::new(&title);
    table.row("ring, bare AES-256-GCM", "no key derived, no format", || {
        let mut opened = copied.clone();
        let nonce = Nonce::assume_unique_for_key([7; 12]);
        black_box(gcm.open_in_place(nonce, Aad::empty(), &mut opened).expect("its own").len())
    });
    table.row("RTC1", "committed, bound", || {
        let mut decryptor = sealer.decryptor(&context, &written[..]).expect("its own");
        decryptor.read_exact(&mut plaintext).expect("its own");
    });
    table.row("rt1", "committed, bound, in base64", || sealer.open(&context, &text));
    table.print();
}

/// Encrypts a file that is all hole, decrypts it at the other end of a socket, and says what that took.
#[expect(clippy::print_stdout, reason = "the numbers are what the program is for")]
fn large_file() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large");
    File::create(&path)?.set_len(LARGE)?;
    let key = Key::generate().map_err(io::Error::other)?;
    let keyring = Keyring::of("k1".parse().map_err(io::Error::other)?, key).map_err(io::Error::other)?;
    let (sealer, context) = (Sealer::new(keyring), Context::new("bench"));
    let (near, far) = UnixStream::pair()?;
    let start = Instant::now();
    let read = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut encryptor = sealer.encryptor(&context, near)?;
            io::copy(&mut File::open(&path)?, &mut encryptor)?;
            encryptor.finish().map(drop)
        });
        let mut decryptor = sealer.decryptor(&context, far)?;
        let read = io::copy(&mut decryptor, &mut io::sink())?;
        writer.join().expect("no panic").map(|()| read)
    })?;
    assert_eq!(read, LARGE, "all of it came through");
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or("VmHWM: not told");
    println!(
        "a file of 4 GiB, encrypted and decrypted at once: {seconds:.1} s, peak of memory {}",
        &peak[6..].trim()
    );
    Ok(())
}

fn main() {
    // First, while the process is small.
    large_file().expect("room for a sparse file");
    for (size, called) in SIZES {
        fernet(size, called);
        sealed(size, called);
    }
}
