//! Random bytes from the system.

use ring::rand::{SecureRandom, SystemRandom};

use crate::error::Error;

/// Fills `bytes` from the system's generator.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    SystemRandom::new().fill(bytes).map_err(|_| Error::NoRandomness)
}
