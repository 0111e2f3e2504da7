//! Random bytes from the system.

use ring::rand::{SecureRandom, SystemRandom};

use crate::error::Error;

/// Fills `bytes` from the system's generator.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    #[cfg(test)]
    if seeded::fill(bytes) {
        return Ok(());
    }
    SystemRandom::new().fill(bytes).map_err(|_| Error::NoRandomness)
}

/// Bytes that follow from a seed, so that vectors can be made again.
#[cfg(test)]
pub(crate) mod seeded {
    use std::cell::RefCell;

    use ring::digest;

    thread_local! {
        static STATE: RefCell<Option<(String, u64)>> = const { RefCell::new(None) };
    }

    /// Runs `work` with random bytes that follow from `seed`.
    pub(crate) fn with<T>(seed: &str, work: impl FnOnce() -> T) -> T {
        let around = STATE.replace(Some((seed.to_owned(), 0)));
        let result = work();
        STATE.set(around);
        result
    }

    pub(super) fn fill(bytes: &mut [u8]) -> bool {
        STATE.with_borrow_mut(|state| {
            let Some((seed, count)) = state else { return false };
            for piece in bytes.chunks_mut(32) {
                *count += 1;
                let digest = digest::digest(&digest::SHA256, format!("{seed} {count}").as_bytes());
                piece.copy_from_slice(&digest.as_ref()[..piece.len()]);
            }
            true
        })
    }
}
