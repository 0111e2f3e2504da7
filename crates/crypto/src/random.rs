//! Random bytes from the system.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroize as _;

use crate::error::Error;

/// The bytes of an initialisation vector.
const IV: usize = 16;

/// How many of them are fetched at once.
const FETCHED: usize = 64;

/// For how long a pool is taken for this process's own without asking. A fork takes longer than that from its call to
/// the first instruction of the new process, so what the new process finds in its copy is always looked at.
const TRUSTED: Duration = Duration::from_micros(10);

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool::new()) };
}

/// Returns a random initialisation vector of Fernet, out of a pool of this thread.
///
/// Asking the system for each, or for the number of this process each time, is a third of the time of a small token.
/// What has to be unique for a key, as the salt of a message, is never taken from here: a pool could be doubled where
/// nobody notices, as in a snapshot of a virtual machine, and two tokens with one vector show no more than whether they
/// begin with the same blocks.
pub(crate) fn iv() -> Result<[u8; IV], Error> {
    #[cfg(test)]
    if let Some(iv) = seeded::iv() {
        return Ok(iv);
    }
    POOL.with_borrow_mut(|pool| pool.take(Instant::now(), std::process::id, fill))
}

/// Vectors that were fetched and not used yet.
struct Pool {
    bytes: [[u8; IV]; FETCHED],
    left: usize,
    /// The process that fetched them, after a fork both would use the same; and when it was asked for last.
    owner: Option<(u32, Instant)>,
}

impl Pool {
    const fn new() -> Self {
        Self { bytes: [[0; IV]; FETCHED], left: 0, owner: None }
    }

    /// Takes one, which is wiped here, and fetches more when none is left or they are another process's.
    fn take(
        &mut self,
        now: Instant,
        process: impl FnOnce() -> u32,
        fill: impl FnOnce(&mut [u8]) -> Result<(), Error>,
    ) -> Result<[u8; IV], Error> {
        if !self.is_own(now, process) || self.left == 0 {
            self.left = 0;
            fill(self.bytes.as_flattened_mut())?;
            self.left = FETCHED;
        }
        self.left -= 1;
        let iv = self.bytes[self.left];
        self.bytes[self.left].zeroize();
        Ok(iv)
    }

    /// Tells whether this process fetched what is left, and notes that it has what will be.
    fn is_own(&mut self, now: Instant, process: impl FnOnce() -> u32) -> bool {
        match self.owner {
            Some((_, asked)) if now.saturating_duration_since(asked) < TRUSTED => true,
            owner => {
                let process = process();
                self.owner = Some((process, now));
                owner.is_some_and(|(owner, _)| owner == process)
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.bytes.as_flattened_mut().zeroize();
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
            assert!(given.insert(pool.take(Instant::now(), || 7, fill).expect("randomness")));
            assert_eq!(pool.left, FETCHED - 1 - at % FETCHED);
            assert!(pool.bytes[pool.left..].iter().all(|used| used == &[0; IV]));
        }
    }

    /// Fills with this byte.
    fn filling(with: u8) -> impl Fn(&mut [u8]) -> Result<(), Error> {
        move |bytes: &mut [u8]| {
            bytes.fill(with);
            Ok(())
        }
    }

    #[test]
    fn another_process_fetches_its_own() {
        let (mut pool, begun) = (Pool::new(), Instant::now());
        assert_eq!(pool.take(begun, || 7, filling(1)), Ok([1; IV]));
        assert_eq!(
            pool.take(begun + TRUSTED, || 8, filling(2)),
            Ok([2; IV]),
            "what a fork copied is not used"
        );
        assert_eq!(pool.take(begun + TRUSTED * 2, || 8, filling(3)), Ok([2; IV]));
        // A clock that goes back asks for the process no later than one that stands.
        assert_eq!(pool.take(begun, || 9, filling(4)), Ok([2; IV]));
    }

    #[test]
    fn the_process_is_not_asked_for_each_vector() {
        let (mut pool, begun) = (Pool::new(), Instant::now());
        pool.take(begun, || 7, fill).expect("randomness");
        let unasked = || panic!("it was asked for just now");
        pool.take(begun + TRUSTED / 2, unasked, fill).expect("randomness");
    }

    #[test]
    fn without_randomness_there_is_no_vector() {
        let mut pool = Pool::new();
        let fails = |_: &mut [u8]| Err(Error::NoRandomness);
        for _ in 0..2 {
            assert_eq!(
                pool.take(Instant::now(), || 7, fails),
                Err(Error::NoRandomness),
                "zeros are no randomness"
            );
        }
        assert!(pool.take(Instant::now(), || 7, fill).is_ok_and(|iv| iv != [0; IV]));
    }
}
