//! The keepers of this crate, held to the laws of `KeyWrap`.

use reticent_core::{KeyWrap, Secret};
use reticent_testkit::wrap::WrapHarness;

/// A keeper, one of the same name with another key, and the keys of both.
struct Two<K> {
    label: &'static str,
    keepers: [K; 2],
    credentials: Vec<Secret>,
}

impl<K: KeyWrap> WrapHarness for Two<K> {
    fn label(&self) -> &str {
        self.label
    }

    fn keeper(&self) -> &dyn KeyWrap {
        &self.keepers[0]
    }

    fn stranger(&self) -> &dyn KeyWrap {
        &self.keepers[1]
    }

    fn credentials(&self) -> Vec<Secret> {
        self.credentials.clone()
    }
}

mod local {
    use reticent_crypto::{Key, LocalWrap};

    use super::Two;

    fn two() -> Two<LocalWrap> {
        let keys = [(); 2].map(|()| Key::generate().expect("randomness"));
        let credentials = keys.each_ref().map(Key::to_text).to_vec();
        Two { label: "local-wrap", keepers: keys.map(|key| LocalWrap::new("env:KEY", key)), credentials }
    }

    reticent_testkit::wrap_conformance!(two());
}

mod passphrase {
    use reticent_core::Secret;
    use reticent_crypto::PassphraseWrap;

    use super::Two;

    fn two() -> Two<PassphraseWrap> {
        let credentials = [&b"correct horse battery"[..], b"correct house battery"].map(Secret::copy_of);
        let keepers = credentials.each_ref().map(|passphrase| PassphraseWrap::new("passphrase", passphrase));
        Two { label: "passphrase-wrap", keepers, credentials: credentials.to_vec() }
    }

    reticent_testkit::wrap_conformance!(two());
}

#[test]
fn an_empty_passphrase_wraps_nothing() {
    use futures_util::FutureExt as _;
    use reticent_core::{ErrorKind, WrapContext};

    let keeper = reticent_crypto::PassphraseWrap::new("passphrase", &Secret::copy_of(b""));
    let answer = keeper.wrap(&Secret::copy_of(b"a key"), &WrapContext::default()).now_or_never();
    assert_eq!(answer.expect("at once").unwrap_err().kind(), ErrorKind::Unsupported);
}
