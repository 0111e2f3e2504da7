//! The agent, by its contract.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use reticent_core::{Secret, SecretRef, SecretSource};
use reticent_provider_aws::{AgentOptions, AgentSource, AgentToken};
use reticent_testkit::{Harness, Part, SideDoorError, Stranger, Trouble, conformance};

use super::elsewhere::Elsewhere;
use crate::front::{Answer, Front, Request};
use crate::support;

const LIMIT: Duration = Duration::from_secs(1);
const TOKEN: &str = "the-token-of-the-laws";

/// The versions of each secret, oldest first.
type Store = Arc<Mutex<HashMap<String, Vec<Vec<u8>>>>>;

/// The agent by its contract, since it runs beside real credentials alone.
struct Agent {
    front: Front,
    store: Store,
    source: Arc<AgentSource>,
    elsewhere: Arc<Elsewhere>,
}

fn harness() -> Agent {
    let store = Store::default();
    let front = Front::alone(serving(&store));
    let source = Arc::new(source_at(front.address()));
    let elsewhere = Elsewhere::new(|address| Arc::new(source_at(address)));
    Agent { front, store, source, elsewhere }
}

fn source_at(address: &str) -> AgentSource {
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let options = AgentOptions::default()
        .with_port(port)
        .with_token(AgentToken::Text(support::secret(TOKEN)))
        .with_timeout(LIMIT);
    AgentSource::new(options)
}

fn serving(store: &Store) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    let store = Arc::clone(store);
    move |request| {
        let query = request.head.split([' ', '?']).nth(2).unwrap_or_default();
        let part = |name: &str| {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(other, _)| *other == name).map(|(_, value)| decoded(value))
        };
        let Some(name) = part("secretId") else { return Answer::reply(400, &[], "missing secretId") };
        let store = store.lock().expect("nobody panics with it");
        let versions = store.get(&name).map(Vec::as_slice).unwrap_or_default();
        let wanted = match (part("versionStage").as_deref(), part("versionId")) {
            (Some("AWSPREVIOUS"), _) => versions.len().checked_sub(2),
            (Some(_), _) => None,
            (None, Some(id)) => (0..versions.len()).find(|number| version(*number) == id),
            (None, None) => versions.len().checked_sub(1),
        };
        match wanted {
            Some(number) => Answer::reply(200, &[], &json(&name, number, &versions[number])),
            None => Answer::reply(400, &[], r#"{"__type":"ResourceNotFoundException","message":"x"}"#),
        }
    }
}

fn version(number: usize) -> String {
    format!("{number:032}")
}

fn json(name: &str, number: usize, value: &[u8]) -> String {
    let value = match std::str::from_utf8(value) {
        Ok(text) => format!(r#""SecretString":"{}""#, escaped(text)),
        Err(_) => format!(r#""SecretBinary":"{}""#, base64(value)),
    };
    format!(r#"{{"ARN":"arn:{name}","VersionId":"{}",{value}}}"#, version(number))
}

fn escaped(text: &str) -> String {
    let escape = |character: char| match character {
        '"' | '\\' => format!("\\{character}"),
        control if control.is_control() => format!("\\u{:04x}", u32::from(control)),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        let digit = |at: usize| match group.len() < at {
            true => '=',
            false => char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]),
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = (*first == b'%').then(|| std::str::from_utf8(&after[..2]).expect("two digits"));
        bytes.push(digits.map_or(*first, |digits| u8::from_str_radix(digits, 16).expect("hex")));
        rest = if digits.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).expect("text")
}

#[async_trait]
impl Harness for Agent {
    fn label(&self) -> &str {
        "aws-agent"
    }

    fn source(&self) -> Arc<dyn SecretSource> {
        self.elsewhere.instead_of(self.source.clone())
    }

    fn stranger(&self) -> Option<Arc<dyn Stranger>> {
        Some(self.elsewhere.clone())
    }

    fn credential(&self) -> Option<Secret> {
        Some(support::secret(TOKEN))
    }

    fn place_for(&self, name: &str) -> Option<SecretRef> {
        SecretRef::new("aws-agent", name).ok()
    }

    async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
        let mut store = self.store.lock().expect("nobody panics with it");
        store.entry(at.path().to_owned()).or_default().push(value.to_vec());
        Ok(())
    }

    async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
        self.store.lock().expect("nobody panics with it").remove(at.path());
        Ok(())
    }

    fn lacks(&self) -> Vec<(Part, &'static str)> {
        let only_reads = "the agent only reads";
        vec![
            (Part::Sink, only_reads),
            (Part::List, only_reads),
            (Part::Stages, only_reads),
            (Part::Expiry, "a secret of AWS does not end"),
            (Part::Trouble(Trouble::FailingWrites), only_reads),
        ]
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(LIMIT)
    }

    async fn inflict(&self, trouble: Trouble, _: &SecretRef) {
        self.front.decide(move |_| match trouble {
            Trouble::Denied => {
                Answer::reply(400, &[], r#"{"__type":"AccessDeniedException","message":"not authorized"}"#)
            }
            Trouble::BadCredentials => Answer::reply(403, &[], "Bad Token"),
            Trouble::Throttled => Answer::reply(429, &[], "Connection limit exceeded"),
            Trouble::MalformedReply => Answer::reply(200, &[("content-type", "text/html")], "<html></html>"),
            Trouble::TruncatedReply => {
                Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"SecretString\":\"v".to_vec())
            }
            Trouble::Hanging => Answer::Hang,
            _ => Answer::Close,
        });
    }

    async fn relieve(&self) {
        self.front.decide(serving(&self.store));
    }
}

conformance!(harness());
