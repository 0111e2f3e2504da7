//! Random bytes from the system.

use std::cell::RefCell;

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::Error;

/// The bytes of an initialisation vector.
const IV: usize = 16;

/// How many of them are fetched at once.
const FETCHED: usize = 64;

thread_local! {
    static POOL: RefCell<Pool> = RefCell::new(Pool::new());
}

/// Returns a random initialisation vector of Fernet, out of a pool of this thread.
///
/// Asking the system for each is two fifths of the time of a small token. What has to be unique for a key, as the salt
/// of a message, is never taken from here: a pool could be doubled where nobody notices, as in a snapshot of a virtual
/// machine, and two tokens with one vector show no more than whether they begin with the same blocks.
pub(crate) fn iv() -> Result<[u8; IV], Error> {
    #[cfg(test)]
    if let Some(iv) = seeded::iv() {
        return Ok(iv);
    }
    POOL.with_borrow_mut(|pool| pool.take(std::process::id(), fill))
}

/// Vectors that were fetched and not used yet.
struct Pool {
    bytes: Zeroizing<Vec<u8>>,
    /// The process that fetched them: after a fork, both would use the same.
    process: u32,
}

impl Pool {
    fn new() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(FETCHED * IV)), process: 0 }
    }

    /// Takes one, which is wiped here, and fetches more when none is left or they are another process's.
    fn take(
        &mut self,
        process: u32,
        fill: impl FnOnce(&mut [u8]) -> Result<(), Error>,
    ) -> Result<[u8; IV], Error> {
        if self.bytes.is_empty() || self.process != process {
            self.bytes.zeroize();
            self.bytes.resize(FETCHED * IV, 0);
            if let Err(error) = fill(&mut self.bytes) {
                self.bytes.clear();
                return Err(error);
            }
            self.process = process;
        }
        let rest = self.bytes.len() - IV;
        let mut iv = [0; IV];
        iv.copy_from_slice(&self.bytes[rest..]);
        self.bytes[rest..].zeroize();
        self.bytes.truncate(rest);
        Ok(iv)
    }
}

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

    pub(super) fn iv() -> Option<[u8; super::IV]> {
        let mut iv = [0; super::IV];
        fill(&mut iv).then_some(iv)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_vector_is_given_twice_and_none_is_left_behind() {
        let mut pool = Pool::new();
        let mut given = BTreeSet::new();
        for at in 0..3 * FETCHED {
            assert!(given.insert(pool.take(7, fill).expect("randomness")));
            assert_eq!(pool.bytes.len(), (FETCHED - 1 - at % FETCHED) * IV);
        }
    }

    #[test]
    fn another_process_fetches_its_own() {
        let mut pool = Pool::new();
        let counting = |with: u8| {
            move |bytes: &mut [u8]| {
                bytes.fill(with);
                Ok(())
            }
        };
        assert_eq!(pool.take(7, counting(1)), Ok([1; IV]));
        assert_eq!(pool.take(8, counting(2)), Ok([2; IV]), "what a fork copied is not used");
        assert_eq!(pool.take(8, counting(3)), Ok([2; IV]));
    }

    #[test]
    fn without_randomness_there_is_no_vector() {
        let mut pool = Pool::new();
        let fails = |_: &mut [u8]| Err(Error::NoRandomness);
        assert_eq!(pool.take(7, fails), Err(Error::NoRandomness));
        assert_eq!(pool.take(7, fails), Err(Error::NoRandomness), "zeros are no randomness");
        assert!(pool.take(7, fill).is_ok_and(|iv| iv != [0; IV]));
    }
}
