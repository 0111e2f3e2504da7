//! Wrapping data keys under a key that never leaves the server.
//!
//! The decision: the key must be a derived one, since the server ignores `associated_data` when it rewraps, and binds a
//! derived key's `context` in every operation. That a key is there and derived is asked before each wrap, because an
//! encryption under an absent key would make one.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use base64ct::{Base64, Encoding as _};
use reticent_core::{ErrorKind, KeyWrap, Secret, SourceError, WrapContext, WrappedKey};
use zeroize::Zeroizing;

use crate::client::Call;
use crate::error::{Outcome, Problem, judge, judge_item, malformed};
use crate::json::Object;
use crate::path;
use crate::reply::{Reply, pick};
use crate::source::VaultSource;

/// How many keys go in one request; the server refuses JSON of more than a thousand texts.
const BATCH: usize = 100;

/// Separates our contexts from every other use of the same key.
const DOMAIN: &[u8] = b"reticent wrap 1\0";

/// A derived key of the Transit engine that wraps data keys.
///
/// The key is made by whoever keeps the server, and never by a wrap:
/// `vault write -f transit/keys/app derived=true`.
///
/// ```no_run
/// use reticent_core::{KeyWrap, Secret, WrapContext};
/// use reticent_provider_vault::{TransitKey, VaultSettings};
///
/// # async fn wrap() -> Result<(), Box<dyn std::error::Error>> {
/// let vault = VaultSettings::from_env()?.build()?;
/// let key = TransitKey::new(&vault, "transit", "app")?;
/// let context = WrapContext::default().with("tenant", "acme");
/// let wrapped = key.wrap(&Secret::copy_of(&[7; 32]), &context).await?;
/// let opened = key.unwrap(&wrapped, &context).await?;
/// # let _ = opened;
/// # Ok(())
/// # }
/// ```
pub struct TransitKey {
    source: VaultSource,
    mount: String,
    name: String,
    id: String,
    /// It was there and derived once; neither changes but by making another key of that name.
    was_seen: AtomicBool,
}

impl TransitKey {
    /// Names the key `name` of the Transit engine at `mount`, usually `transit`. Nothing is sent.
    ///
    /// # Errors
    /// `InvalidReference`: a mount or a name that is none.
    pub fn new(source: &VaultSource, mount: &str, name: &str) -> Result<Self, SourceError> {
        let id = format!("{mount}/{name}");
        let is_one_part = !name.contains('/');
        path::check(&id)
            .and_then(|()| {
                let wrong =
                    || Problem::new(ErrorKind::InvalidReference).with_detail("the name of a key has no /");
                if is_one_part { Ok(()) } else { Err(wrong()) }
            })
            .map_err(|problem| problem.of(&source.inner().label).for_key(id.as_str()))?;
        Ok(Self {
            source: source.clone(),
            mount: mount.to_owned(),
            name: name.to_owned(),
            id,
            was_seen: AtomicBool::new(false),
        })
    }

    /// Wraps several data keys at once; one result for each, in their order.
    pub async fn wrap_batch(&self, keys: &[(Secret, WrapContext)]) -> Vec<Result<WrappedKey, SourceError>> {
        if let Err(problem) = self.look().await {
            return keys.iter().map(|_| Err(self.error(problem.clone()))).collect();
        }
        let items = keys.iter().map(|(key, context)| Ok(plaintext_item(key, context))).collect();
        self.batch("encrypt", items, |item| self.wrapped(item)).await
    }

    /// Opens several wrapped keys at once; one that is not authentic does not fail its neighbours.
    pub async fn unwrap_batch(&self, keys: &[(WrappedKey, WrapContext)]) -> Vec<Result<Secret, SourceError>> {
        self.batch_of_wrapped("decrypt", keys, opened).await
    }

    /// Moves several wrapped keys under the present version of the key, without showing them to us.
    pub async fn rewrap_batch(
        &self,
        keys: &[(WrappedKey, WrapContext)],
    ) -> Vec<Result<WrappedKey, SourceError>> {
        self.batch_of_wrapped("rewrap", keys, |item| self.wrapped(item)).await
    }

    async fn batch_of_wrapped<T>(
        &self,
        word: &str,
        keys: &[(WrappedKey, WrapContext)],
        take: impl Fn(&Secret) -> Outcome<T>,
    ) -> Vec<Result<T, SourceError>> {
        if let Err(problem) = self.look_once().await {
            return keys.iter().map(|_| Err(self.error(problem.clone()))).collect();
        }
        let items = keys.iter().map(|(key, context)| ciphertext_item(key, context)).collect();
        self.batch(word, items, take).await
    }

    /// Sends those items that can be sent, and puts the answers in the places of all.
    async fn batch<T>(
        &self,
        word: &str,
        items: Vec<Outcome<Object>>,
        take: impl Fn(&Secret) -> Outcome<T>,
    ) -> Vec<Result<T, SourceError>> {
        let mut results: Vec<Option<Outcome<T>>> = Vec::with_capacity(items.len());
        let mut sent = Vec::new();
        for item in items {
            match item {
                Ok(item) => {
                    sent.push((results.len(), item));
                    results.push(None);
                }
                Err(problem) => results.push(Some(Err(problem))),
            }
        }
        while !sent.is_empty() {
            let chunk: Vec<_> = sent.drain(..sent.len().min(BATCH)).collect();
            let (places, objects): (Vec<_>, Vec<_>) = chunk.into_iter().unzip();
            let reply = self.send(word, Object::new().list("batch_input", objects)).await;
            for (number, place) in places.into_iter().enumerate() {
                results[place] =
                    Some(reply.as_ref().map_err(Clone::clone).and_then(|reply| item(reply, number, &take)));
            }
        }
        let answered = results.into_iter().map(|result| result.expect("each item was refused or sent"));
        answered.map(|result| result.map_err(|problem| self.error(problem))).collect()
    }

    async fn send(&self, word: &str, body: Object) -> Outcome<Reply> {
        let path = format!("{}/{word}/{}", path::encoded(&self.mount), path::encoded(&self.name));
        Ok(self.source.inner().session.send(&Call::post(path, body.done())).await?.reply)
    }

    /// Sees that the key is there and derived.
    async fn look(&self) -> Outcome<()> {
        let path = format!("{}/keys/{}", path::encoded(&self.mount), path::encoded(&self.name));
        let reply = self.source.inner().session.send(&Call::get(path)).await?.reply;
        match judge(&reply) {
            None => {}
            Some(problem) if problem.kind == ErrorKind::NotFound => {
                return Err(problem
                    .with_detail("there is no such Transit key")
                    .with_hint("make it first, with derived=true: a wrap makes none"));
            }
            Some(problem) => return Err(problem),
        }
        if !reply.is_true("/data/derived")? {
            return Err(Problem::new(ErrorKind::Unsupported)
                .with_detail("the key is not a derived one, so it binds no context")
                .with_hint("make another key, with derived=true"));
        }
        self.was_seen.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn look_once(&self) -> Outcome<()> {
        if self.was_seen.load(Ordering::Relaxed) { Ok(()) } else { self.look().await }
    }

    async fn single(&self, word: &str, wrapped: &WrappedKey, context: &WrapContext) -> Outcome<Secret> {
        self.look_once().await?;
        let reply = self.send(word, ciphertext_item(wrapped, context)?).await?;
        match judge(&reply) {
            Some(problem) => Err(problem),
            None => reply.need("/data"),
        }
    }

    fn wrapped(&self, data: &Secret) -> Outcome<WrappedKey> {
        let ciphertext = pick(data, "/ciphertext")?.ok_or_else(|| malformed("the ciphertext is missing"))?;
        #[expect(clippy::disallowed_methods, reason = "a ciphertext, which is stored in clear")]
        let bytes = ciphertext.expose_bytes();
        Ok(WrappedKey::new(self.id.as_str(), bytes))
    }

    fn error(&self, problem: Problem) -> SourceError {
        problem.of(&self.source.inner().label).for_key(self.id.as_str())
    }
}

#[async_trait]
impl KeyWrap for TransitKey {
    fn key_id(&self) -> &str {
        &self.id
    }

    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        let wrap = async {
            self.look().await?;
            let reply = self.send("encrypt", plaintext_item(data_key, context)).await?;
            match judge(&reply) {
                Some(problem) => Err(problem),
                None => self.wrapped(&reply.need("/data")?),
            }
        };
        wrap.await.map_err(|problem| self.error(problem))
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError> {
        let data = self.single("decrypt", wrapped, context).await;
        data.and_then(|data| opened(&data)).map_err(|problem| self.error(problem))
    }

    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        let data = self.single("rewrap", wrapped, context).await;
        data.and_then(|data| self.wrapped(&data)).map_err(|problem| self.error(problem))
    }
}

impl fmt::Debug for TransitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransitKey")
            .field("id", &self.id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// Reads one item of an answer to a batch, which has a status of its own.
fn item<T>(reply: &Reply, number: usize, take: impl Fn(&Secret) -> Outcome<T>) -> Outcome<T> {
    let found = reply.pick(&format!("/data/batch_results/{number}"))?;
    match (found, judge(reply)) {
        (Some(item), _) => match pick(&item, "/error")? {
            Some(said) if !said.is_empty() => Err(judge_item(&said)),
            _ => take(&item),
        },
        (None, Some(problem)) => Err(problem),
        (None, None) => Err(malformed("an item of the answer is missing")),
    }
}

fn opened(data: &Secret) -> Outcome<Secret> {
    let text = pick(data, "/plaintext")?.ok_or_else(|| malformed("the key is missing"))?;
    #[expect(clippy::disallowed_methods, reason = "decoded into a secret")]
    let decoded = text.expose_text().ok().and_then(|text| Base64::decode_vec(text).ok());
    decoded.map(Secret::from_vec).ok_or_else(|| malformed("the key is no base64"))
}

fn plaintext_item(key: &Secret, context: &WrapContext) -> Object {
    #[expect(
        clippy::disallowed_methods,
        reason = "into base64 in a buffer that is wiped, for the server to encrypt"
    )]
    let text = Zeroizing::new(Base64::encode_string(key.expose_bytes()));
    Object::new().text("plaintext", &text).text("context", &encoded(context))
}

fn ciphertext_item(wrapped: &WrappedKey, context: &WrapContext) -> Outcome<Object> {
    let text = std::str::from_utf8(wrapped.ciphertext()).ok().filter(|text| is_canonical(text));
    let text = text.ok_or_else(|| malformed("not authentic"))?;
    Ok(Object::new().text("ciphertext", text).text("context", &encoded(context)))
}

/// Checks `vault:vN:base64` in its one spelling: the server passes over bits at the end that mean nothing.
fn is_canonical(text: &str) -> bool {
    let Some((version, digits)) = text.strip_prefix("vault:v").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    let is_number =
        !version.starts_with('0') && version.parse::<u32>().is_ok_and(|number| number.to_string() == version);
    is_number && Base64::decode_vec(digits).is_ok()
}

/// Writes a context so that no two give the same bytes: pairs sorted by name, each part after its length.
fn encoded(context: &WrapContext) -> String {
    let mut bytes = DOMAIN.to_vec();
    for part in context.iter().flat_map(|(name, value)| [name, value]) {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    Base64::encode_string(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_contexts_are_written_alike() {
        let of = |pairs: &[(&str, &str)]| {
            encoded(&pairs.iter().fold(WrapContext::default(), |all, (name, value)| all.with(*name, *value)))
        };
        let all = [
            of(&[]),
            of(&[("a", "b")]),
            of(&[("ab", "")]),
            of(&[("", "ab")]),
            of(&[("a", "b"), ("c", "d")]),
            of(&[("a", "bcd")]),
        ];
        for (number, one) in all.iter().enumerate() {
            assert!(all[..number].iter().all(|other| other != one), "{number}");
        }
        assert_eq!(of(&[("a", "b"), ("c", "d")]), of(&[("c", "d"), ("a", "b")]));
        assert_eq!(of(&[]), "cmV0aWNlbnQgd3JhcCAxAA==");
    }

    #[test]
    fn a_ciphertext_has_one_spelling() {
        assert!(is_canonical("vault:v1:AAEC"));
        assert!(is_canonical("vault:v12:AAE="));
        for other in [
            "",
            "vault:v1",
            "vault:v0:AAEC",
            "vault:v01:AAEC",
            "vault:v+1:AAEC",
            "vault:v1:AAF=",
            "vault:v1:AAE",
            "vault:v1:AAEC\n",
            "Vault:v1:AAEC",
            "vault:v1:AA EC",
        ] {
            assert!(!is_canonical(other), "{other:?}");
        }
    }
}
