//! Which rights the program lacks at a place, asked of the backend and not tried by reading.

use reticent_core::{Right, SecretRef, SourceError};

use super::Setup;

impl Setup {
    /// Returns for each reference, in their order, the rights that reading it needs and that are missing; `None` where
    /// its source has no rights to ask for, as a file of this machine.
    ///
    /// No value is read. Each source is asked once.
    pub async fn missing_rights(&self, at: &[SecretRef]) -> Vec<Option<Result<Vec<Right>, SourceError>>> {
        let mut answers: Vec<Option<Result<Vec<Right>, SourceError>>> = at.iter().map(|_| None).collect();
        let mut schemes: Vec<&str> = at.iter().map(SecretRef::scheme).collect();
        schemes.sort_unstable();
        schemes.dedup();
        for scheme in schemes {
            let Some(source) = self.sources.rights(scheme) else { continue };
            let places: Vec<usize> = (0..at.len()).filter(|index| at[*index].scheme() == scheme).collect();
            let asked: Vec<SecretRef> = places.iter().map(|index| at[*index].clone()).collect();
            for (index, answer) in places.into_iter().zip(source.missing_rights(&asked).await) {
                answers[index] = Some(answer);
            }
        }
        answers
    }
}
