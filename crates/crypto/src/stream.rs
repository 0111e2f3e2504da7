//! Files of any size, in constant memory: `RTC1`, the key's identifier, then Cobblestone-256.

use std::fmt;
use std::io::{self, Read, Write};

use zeroize::{Zeroize as _, Zeroizing};

use crate::chunked::{CHUNK, HEAD, Message, TAG};
use crate::context::Context;
use crate::error::Error;
use crate::key::{Key, KeyId};

/// How a file begins; it is bound into the context, too.
pub(crate) const MAGIC: &str = "RTC1";

/// Encrypts what is written to it.
///
/// Without [`finish`](Self::finish) the end is missing, and the file opens as a cut one does: not at all.
///
/// ```
/// use std::io::{Read, Write};
/// use reticent_crypto::{Context, Key, Keyring, Sealer};
///
/// let sealer = Sealer::new(Keyring::of("k1".parse()?, Key::generate()?)?);
/// let context = Context::new("backup");
/// let mut encryptor = sealer.encryptor(&context, Vec::new())?;
/// encryptor.write_all(b"many bytes")?;
/// let sealed = encryptor.finish()?;
/// let mut plain = Vec::new();
/// sealer.decryptor(&context, &sealed[..])?.read_to_end(&mut plain)?;
/// assert_eq!(plain, b"many bytes");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Encryptor<W> {
    message: Message,
    sink: W,
    chunk: Zeroizing<Vec<u8>>,
    /// A chunk is missing from what was written, and no later one could make up for it.
    is_broken: bool,
}

impl<W: Write> Encryptor<W> {
    pub(crate) fn new(key: &Key, id: &KeyId, context: &Context, mut sink: W) -> io::Result<Self> {
        let (message, head) = Message::begin(key, &context.bytes(MAGIC, id.as_str())?)?;
        let id = id.as_str().as_bytes();
        sink.write_all(MAGIC.as_bytes())?;
        sink.write_all(&[u8::try_from(id.len()).expect("an identifier is short")])?;
        sink.write_all(id)?;
        sink.write_all(&head)?;
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        Ok(Self { message, sink, chunk, is_broken: false })
    }

    /// Writes the last chunk, flushes, and returns the sink.
    ///
    /// # Errors
    /// What the sink reports; after an error of a write always one.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_chunk()?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn write_chunk(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_broken, true) {
            return Err(io::Error::other("an earlier part could not be written"));
        }
        let tag = self.message.seal(&mut self.chunk)?;
        self.chunk.extend_from_slice(&tag);
        self.sink.write_all(&self.chunk)?;
        self.chunk.clear();
        self.is_broken = false;
        Ok(())
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK.saturating_sub(self.chunk.len()));
        self.chunk.extend_from_slice(&bytes[..taken]);
        if self.chunk.len() >= CHUNK {
            self.write_chunk()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl<W> fmt::Debug for Encryptor<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encryptor(..)")
    }
}

/// Decrypts what is read from it, chunk by chunk; no byte comes out that is not authentic.
///
/// A missing end is told at the end: who keeps what came before has to drop it then.
/// Its errors are [`io::ErrorKind::InvalidData`] with an [`Error`] inside.
pub struct Decryptor<R> {
    id: KeyId,
    message: Message,
    source: R,
    chunk: Zeroizing<Vec<u8>>,
    /// The part of `chunk` that is plaintext and was not read yet.
    ready: std::ops::Range<usize>,
    is_over: bool,
}

impl<R: Read> Decryptor<R> {
    pub(crate) fn new<'k>(
        key: impl FnOnce(&KeyId) -> Result<&'k Key, Error>,
        context: &Context,
        mut source: R,
    ) -> io::Result<Self> {
        let id = read_id(&mut source)?;
        let mut head = [0; HEAD];
        fill(&mut source, &mut head)?;
        let message = Message::resume(key(&id)?, &head, &context.bytes(MAGIC, id.as_str())?)?;
        let chunk = Zeroizing::new(vec![0; CHUNK + TAG]);
        Ok(Self { id, message, source, chunk, ready: 0..0, is_over: false })
    }

    /// Returns the identifier of the key.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.id
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let mut length = 0;
        while length < self.chunk.len() {
            match self.source.read(&mut self.chunk[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.is_over = length < self.chunk.len();
        let opened = self.message.open(&mut self.chunk[..length]).map(|plaintext| plaintext.len());
        if opened.is_err() {
            self.chunk.zeroize();
            self.is_over = false;
        }
        self.ready = 0..opened?;
        Ok(())
    }
}

/// Reads `RTC1` and the identifier of the key.
pub(crate) fn read_id(source: &mut impl Read) -> io::Result<KeyId> {
    let mut start = [0; MAGIC.len() + 1];
    fill(source, &mut start)?;
    let (magic, length) = start.split_at(MAGIC.len());
    if magic != MAGIC.as_bytes() {
        return Err(Error::Malformed.into());
    }
    let mut id = vec![0; usize::from(length[0])];
    fill(source, &mut id)?;
    let id = std::str::from_utf8(&id).ok().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::Malformed.into())
}

/// Fills `bytes`, or says that this is no such file.
fn fill(source: &mut impl Read, bytes: &mut [u8]) -> io::Result<()> {
    source.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::Malformed.into(),
        _ => error,
    })
}

impl<R: Read> Read for Decryptor<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        while self.ready.is_empty() && !self.is_over {
            if self.chunk.is_empty() {
                return Err(Error::NotAuthentic.into());
            }
            self.next_chunk()?;
        }
        let count = bytes.len().min(self.ready.len());
        let start = self.ready.start;
        bytes[..count].copy_from_slice(&self.chunk[start..start + count]);
        self.ready.start += count;
        Ok(count)
    }
}

impl<R> fmt::Debug for Decryptor<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decryptor(..)")
    }
}
