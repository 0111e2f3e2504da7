//! The peer of `crypto.rs` in Rust: one operation of the crate `fernet` on a value of one size.
//!
//! It is asked and answers as `crypto.py`: arguments are encrypt or decrypt and the size; each line read is how many
//! operations to make, and each line written the time of one in nanoseconds.

use std::hint::black_box;
use std::io::BufRead as _;
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let operation = arguments.next().expect("encrypt or decrypt");
    let size = arguments.next().and_then(|size| size.parse().ok()).expect("a size");
    let fernet = fernet::Fernet::new(&fernet::Fernet::generate_key()).expect("a key");
    let value = vec![b'a'; size];
    let token = fernet.encrypt(&value);
    for line in std::io::stdin().lock().lines() {
        let times: u32 = line.expect("text").trim().parse().expect("a number");
        let start = Instant::now();
        for _ in 0..times {
            if operation == "decrypt" {
                black_box(fernet.decrypt(&token).expect("its own"));
            } else {
                black_box(fernet.encrypt(&value));
            }
        }
        println!("{}", start.elapsed().as_secs_f64() * 1e9 / f64::from(times));
    }
}
