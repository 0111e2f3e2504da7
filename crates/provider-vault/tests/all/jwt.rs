//! JWTs that are signed in the test, and a Kubernetes that reviews them.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// Whoever signs.
pub(crate) struct Issuer(EcdsaKeyPair);

impl Issuer {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random);
        Self(key.expect("the key that was made"))
    }

    /// The public key, as the server is told it.
    pub(crate) fn pem(&self) -> String {
        // SubjectPublicKeyInfo of a point on P-256 (RFC 5480).
        let mut der = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00".to_vec();
        der.extend_from_slice(self.0.public_key().as_ref());
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", Base64::encode_string(&der))
    }

    /// A JWT of these claims that ends in some minutes.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
        let mut all =
            json!({"iss": "tests", "sub": "app", "aud": "vault", "iat": now, "nbf": now, "exp": now + 300});
        for (name, value) in claims.as_object().expect("claims") {
            all[name] = value.clone();
        }
        let part = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        let signed = format!("{}.{}", part(&json!({"alg": "ES256", "typ": "JWT"})), part(&all));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(signature.as_ref()))
    }
}

/// Reviews tokens as the API of Kubernetes does, each as that of the account `prod/app`; its port.
pub(crate) fn kubernetes() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while !request.ends_with(b"}") && !request.ends_with(b"}\n") {
                match stream.read(&mut chunk).expect("a request") {
                    0 => break,
                    count => request.extend_from_slice(&chunk[..count]),
                }
            }
            let review = json!({"status": {"authenticated": true, "audiences": ["vault"],
                "user": {"username": "system:serviceaccount:prod:app", "uid": "u1"}}});
            let body = review.to_string();
            let head = format!(
                "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).expect("the server reads");
        }
    });
    port
}
