//! Writing and deleting, where the server checks that nobody else was faster.
//!
//! The decision: version 2 is written with check-and-set, so that what was expected and what is replaced are one step.
//! Version 1 has none, and an expectation there is refused rather than checked a moment too early.

use async_trait::async_trait;
use reticent_core::{
    DeleteOptions, ErrorKind, Expected, Field, PutOptions, Secret, SecretBuffer, SecretRef, SecretSink,
    SourceError, Version, VersionId,
};

use crate::client::Call;
use crate::error::{Outcome, Problem, judge, malformed, not_meant};
use crate::json::Object;
use crate::kv::{About, Asked, v2_path};
use crate::mounts::{Engine, Place};
use crate::path::encoded;
use crate::source::{Inner, VaultSource};
use crate::value;

#[async_trait]
impl SecretSink for VaultSource {
    /// A JSON object is stored as its fields, anything else as the one field `value`; with a field that one alone is
    /// written, as text. A put with an idempotency token writes nothing when the same value is there already.
    ///
    /// # Errors
    /// As the trait says; `Unsupported` for an expectation or a field in version 1, which cannot check.
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let put = async {
            let place = self.inner().writable(at).await?;
            match place.mount.engine {
                Engine::KvV1 => self.inner().put_v1(&place, at.field(), value, options).await.map(|()| None),
                _ => self.inner().put_v2(&place, at.field(), value, options).await.map(Some),
            }
        };
        put.await.map_err(|problem| self.error(problem, at))
    }

    /// In version 2 the current version is marked as deleted, which can be undone on the server; older ones stay.
    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        let delete = async {
            let place = self.inner().writable(at).await?;
            match place.mount.engine {
                Engine::KvV1 => self.inner().delete_v1(&place, at.field(), options).await,
                _ => self.inner().delete_v2(&place, at.field(), options).await,
            }
        };
        delete.await.map_err(|problem| self.error(problem, at))
    }
}

impl Inner {
    /// Finds a place that can be written: the current version in a store.
    async fn writable(&self, at: &SecretRef) -> Outcome<Place> {
        if *at.version() != Version::Current {
            return Err(not_meant("a version that was written is never changed"));
        }
        let (place, _) = self.place(at).await?;
        if place.mount.engine == Engine::Leased {
            return Err(not_meant("what is mounted there makes credentials, and stores none"));
        }
        Ok(place)
    }

    async fn put_v1(
        &self,
        place: &Place,
        field: Option<&Field>,
        value: &Secret,
        options: &PutOptions,
    ) -> Outcome<()> {
        if field.is_some() || options.expected().is_some() {
            return Err(no_check());
        }
        let path = format!("{}/{}", encoded(&place.mount.prefix), encoded(&place.rest));
        let reply = self.session.send(&Call::post(path, value::stored(value))).await?.reply;
        self.settled(place, &reply)
    }

    async fn put_v2(
        &self,
        place: &Place,
        field: Option<&Field>,
        value: &Secret,
        options: &PutOptions,
    ) -> Outcome<VersionId> {
        let name = field.map(key).transpose()?;
        if options.idempotency_token().is_some()
            && let Some(same) = self.written_before(place, field, value).await?
        {
            return Ok(same);
        }
        let basis = self.basis(place, field, options.expected()).await?;
        let Some(name) = name else {
            return self.write(place, value::stored(value), basis.cas).await;
        };
        let object = Object::new().secret(name, value).ok_or_else(|| {
            Problem::new(ErrorKind::Unsupported)
                .with_detail("a field is UTF-8 text; bytes are a whole secret")
        })?;
        if basis.is_there {
            self.patch(place, object.done(), basis.cas).await
        } else {
            self.write(place, object.done(), basis.cas).await
        }
    }

    /// Returns the version at which just this value stands already.
    async fn written_before(
        &self,
        place: &Place,
        field: Option<&Field>,
        value: &Secret,
    ) -> Outcome<Option<VersionId>> {
        let data = match self.read_v2(place, Asked::Current).await {
            Ok(data) => data,
            Err(problem) if problem.kind == ErrorKind::NotFound => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let is_same = match field {
            None => value::is_same(&value::served(&data), value),
            Some(field) => data.field(field).is_ok_and(|found| found.ct_eq(value)),
        };
        Ok(data.metadata().version().cloned().filter(|_| is_same))
    }

    /// Says which version is replaced, when that matters or the write needs to know.
    async fn basis(
        &self,
        place: &Place,
        field: Option<&Field>,
        expected: Option<&Expected>,
    ) -> Outcome<Basis> {
        if expected.is_none() && field.is_none() {
            return Ok(Basis { cas: None, is_there: true });
        }
        let current = self.current(place).await?;
        let there = current.as_ref().filter(|about| about.gone(place, self.clock.now()).is_none());
        // A deleted version still counts: the next one must name it.
        let cas = Some(current.as_ref().map_or(0, |about| about.number));
        match (expected, there) {
            (None, _) | (Some(Expected::Absent), None) => {}
            (Some(Expected::Absent), Some(_)) if field.is_none() => {
                return Err(conflict("something is there"));
            }
            (Some(Expected::Absent), Some(_)) => self.has_no(place, field).await?,
            (Some(Expected::Revision(seen)), Some(about)) if about.revision() == *seen => {}
            (Some(Expected::Revision(_)), Some(_)) => return Err(conflict("it has been written since")),
            (Some(Expected::Revision(_)), None) => return Err(conflict("it is not there any more")),
            (Some(_), _) => return Err(Problem::new(ErrorKind::Unsupported)),
        }
        // Without an expectation a field is patched into whatever is there by then.
        let cas = cas.filter(|_| expected.is_some() || there.is_none());
        Ok(Basis { cas, is_there: there.is_some() })
    }

    async fn has_no(&self, place: &Place, field: Option<&Field>) -> Outcome<()> {
        let data = self.read_v2(place, Asked::Current).await?;
        match field.map(|field| data.field(field)) {
            Some(Ok(_)) => Err(conflict("the field is there")),
            _ => Ok(()),
        }
    }

    /// Returns the current version, which may be deleted; `None` when there never was one.
    async fn current(&self, place: &Place) -> Outcome<Option<About>> {
        match self.history(place).await {
            Ok(history) => Ok(Some(history.current)),
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    async fn write(&self, place: &Place, data: SecretBuffer, cas: Option<u64>) -> Outcome<VersionId> {
        let body = envelope(&data, cas);
        let reply = self.session.send(&Call::post(v2_path(place, "data"), body)).await?.reply;
        if cas.is_none() && reply.status == 400 && reply.says("check-and-set parameter required") {
            // The mount wants to be told what is replaced, and the caller does not mind what that is.
            let current = self.current(place).await?.map_or(0, |about| about.number);
            let call = Call::post(v2_path(place, "data"), envelope(&data, Some(current)));
            let reply = self.session.send(&call).await?.reply;
            return self.version_of(place, &reply);
        }
        self.version_of(place, &reply)
    }

    async fn patch(&self, place: &Place, data: SecretBuffer, cas: Option<u64>) -> Outcome<VersionId> {
        let call = Call::patch(v2_path(place, "data"), envelope(&data, cas));
        let reply = self.session.send(&call).await?.reply;
        self.version_of(place, &reply)
    }

    fn version_of(&self, place: &Place, reply: &crate::reply::Reply) -> Outcome<VersionId> {
        self.settled(place, reply)?;
        let number = reply.text("/data/version")?.ok_or_else(|| malformed("the version is missing"))?;
        VersionId::parse(&number).map_err(|_| malformed("the version is none"))
    }

    async fn delete_v1(&self, place: &Place, field: Option<&Field>, options: &DeleteOptions) -> Outcome<()> {
        if field.is_some() || options.expected().is_some() {
            return Err(no_check());
        }
        self.read_v1(place).await?;
        let path = format!("{}/{}", encoded(&place.mount.prefix), encoded(&place.rest));
        let reply = self.session.send(&Call::delete(path)).await?.reply;
        self.settled(place, &reply)
    }

    async fn delete_v2(&self, place: &Place, field: Option<&Field>, options: &DeleteOptions) -> Outcome<()> {
        let current = self.current(place).await?.filter(|about| about.number > 0);
        let current = current.ok_or_else(|| Problem::new(ErrorKind::NotFound))?;
        if let Some(gone) = current.gone(place, self.clock.now()) {
            return Err(gone);
        }
        match options.expected() {
            None => {}
            Some(Expected::Revision(seen)) if current.revision() == *seen => {}
            Some(Expected::Revision(_)) => return Err(conflict("it has been written since")),
            Some(_) => return Err(conflict("something is there")),
        }
        if let Some(field) = field {
            return self.delete_field(place, field, current.number).await;
        }
        // The version is named, so that one which was written since stays.
        let versions = format!("[{}]", current.number);
        let body = Object::new().raw("versions", versions.as_bytes()).done();
        let reply = self.session.send(&Call::post(v2_path(place, "delete"), body)).await?.reply;
        judge(&reply).map_or(Ok(()), Err)
    }

    async fn delete_field(&self, place: &Place, field: &Field, current: u64) -> Outcome<()> {
        let name = key(field)?;
        let data = self.read_v2(place, Asked::Number(current)).await?;
        if data.field(field).is_err() {
            return Err(Problem::new(ErrorKind::NotFound).with_detail("there is no such field"));
        }
        let without = Object::new().raw(name, b"null").done();
        self.patch(place, without, Some(current)).await.map(drop)
    }
}

/// What a write replaces.
struct Basis {
    cas: Option<u64>,
    is_there: bool,
}

fn envelope(data: &SecretBuffer, cas: Option<u64>) -> SecretBuffer {
    let object = match cas {
        Some(version) => Object::new().object("options", Object::new().number("cas", version)),
        None => Object::new(),
    };
    #[expect(clippy::disallowed_methods, reason = "into the body of the request, which is wiped")]
    let data = data.expose_bytes();
    object.raw("data", data).done()
}

/// A field that is written is a name of the object itself.
fn key(field: &Field) -> Outcome<&str> {
    match field.tokens() {
        [name] => Ok(name),
        _ => Err(not_meant("a field within a field is not written; write the one around it")),
    }
}

fn conflict(detail: &'static str) -> Problem {
    Problem::new(ErrorKind::Conflict).with_detail(detail).with_hint("read it again, and decide anew")
}

fn no_check() -> Problem {
    Problem::new(ErrorKind::Unsupported)
        .with_detail("version 1 of the engine cannot check what it replaces")
        .with_hint("`vault kv enable-versioning` makes it version 2")
}
