//! Asking the server what our token may do, without reading a value.

use async_trait::async_trait;
use reticent_core::{ErrorKind, Right, RightsCheck, SecretRef, SourceError};

use crate::client::Call;
use crate::error::{Outcome, Problem, judge};
use crate::json::{Object, write_text};
use crate::path;
use crate::policy::{Need, reads, supposed};
use crate::reply::Reply;
use crate::source::{Inner, VaultSource};

/// How many paths are asked about at a time; the server refuses JSON of more than a thousand texts.
const AT_A_TIME: usize = 200;

#[async_trait]
impl RightsCheck for VaultSource {
    /// Asks `sys/capabilities-self`, which every token may unless it lacks the policy `default`.
    ///
    /// What is missing is what [`for_references`](crate::policy::for_references) would allow. Under a mount of which the
    /// token may see nothing, the engine is supposed as there.
    async fn missing_rights(&self, at: &[SecretRef]) -> Vec<Result<Vec<Right>, SourceError>> {
        let mut needs = Vec::with_capacity(at.len());
        for at in at {
            needs.push(self.inner().needs(at).await);
        }
        let asked: Vec<&Need> = needs.iter().flatten().flatten().collect();
        let missing = self.inner().missing(&asked).await;
        let answer = |(at, needs): (&SecretRef, Outcome<Vec<Need>>)| {
            let needs = needs.map_err(|problem| self.error(problem, at))?;
            let missing = missing.as_ref().map_err(|problem| self.error(problem.clone(), at))?;
            let lacking = needs.iter().filter(|need| missing.contains(need));
            Ok(lacking.map(|need| Right::new(need.capability, need.path.as_str())).collect())
        };
        at.iter().zip(needs).map(answer).collect()
    }
}

impl Inner {
    async fn needs(&self, at: &SecretRef) -> Outcome<Vec<Need>> {
        match self.place(at).await {
            Ok((place, _)) => Ok(reads(&place.mount.prefix, &place.rest, place.mount.engine)),
            Err(problem) if problem.kind == ErrorKind::AccessDenied => {
                path::check(at.path())?;
                let (mount, rest, engine) = supposed(at.path()).ok_or(problem)?;
                Ok(reads(mount, rest, engine))
            }
            Err(problem) => Err(problem),
        }
    }

    /// Returns those of the needs that are not met.
    async fn missing(&self, needs: &[&Need]) -> Outcome<Vec<Need>> {
        let mut missing = Vec::new();
        for needs in needs.chunks(AT_A_TIME) {
            let mut paths = reticent_core::SecretBuffer::new();
            paths.push(b'[');
            for (number, need) in needs.iter().enumerate() {
                if number > 0 {
                    paths.push(b',');
                }
                write_text(&mut paths, &need.path);
            }
            paths.push(b']');
            #[expect(
                clippy::disallowed_methods,
                reason = "paths, which are no secrets, into the body of a request"
            )]
            let body = Object::new().raw("paths", paths.expose_bytes()).done();
            let reply = self.session.send(&Call::post("sys/capabilities-self", body)).await?.reply;
            if let Some(problem) = judge(&reply) {
                return Err(cannot_ask(problem));
            }
            for need in needs {
                if !has(&reply, need) {
                    missing.push((*need).clone());
                }
            }
        }
        Ok(missing)
    }
}

fn has(reply: &Reply, need: &Need) -> bool {
    let path = need.path.replace('~', "~0").replace('/', "~1");
    let capabilities = reply.texts(&format!("/data/{path}")).unwrap_or_default();
    capabilities.iter().any(|known| known == need.capability || known == "root")
}

fn cannot_ask(problem: Problem) -> Problem {
    if problem.kind == ErrorKind::AccessDenied {
        problem.with_hint("grant update on sys/capabilities-self, which the policy default has")
    } else {
        problem
    }
}
