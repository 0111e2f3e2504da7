//! What is written: one form, entry after entry, in a buffer that wipes itself.

use reticent::core::{Secret, SecretBuffer};
use reticent::dotenv::{RenderError, render_entry};

use super::quoted::{Language, quote};
use super::{docker, gha, kubernetes, masks, shell};
use crate::failure::Result;

/// The forms, and what each needs to know.
pub(super) enum Form {
    Dotenv,
    Json,
    Yaml,
    Shell,
    Docker,
    Kubernetes { name: String },
    Gha,
}

/// Why a secret cannot be written in a form. It holds nothing of the value.
pub(super) struct Unfit {
    pub(super) problem: &'static str,
    pub(super) hint: &'static str,
}

/// A page that is being written.
pub(super) struct Page {
    form: Form,
    body: SecretBuffer,
    masks: SecretBuffer,
    notes: Vec<String>,
    entries: usize,
    value_bytes: usize,
    delimiters: gha::Delimiters,
}

impl Page {
    pub(super) fn begin(form: Form) -> Result<Self> {
        let mut body = SecretBuffer::new();
        match &form {
            Form::Json => body.push(b'{'),
            Form::Kubernetes { name } => kubernetes::head(name, &mut body),
            _ => {}
        }
        Ok(Self {
            form,
            body,
            masks: SecretBuffer::new(),
            notes: Vec::new(),
            entries: 0,
            value_bytes: 0,
            delimiters: gha::Delimiters::random()?,
        })
    }

    /// Writes one variable. After a refusal the page is of no use but to find further ones.
    pub(super) fn add(&mut self, name: &str, value: &Secret) -> std::result::Result<(), Unfit> {
        let out = &mut self.body;
        self.entries += 1;
        self.value_bytes += value.len();
        match &self.form {
            Form::Dotenv => {
                let entry = render_entry(name, value).map_err(unfit)?;
                #[expect(clippy::disallowed_methods, reason = "into the page, which wipes itself")]
                out.extend_from_slice(entry.expose_bytes());
            }
            Form::Json => {
                if self.entries > 1 {
                    out.push(b',');
                }
                quote(name, Language::Json, out);
                out.push(b':');
                quote(text(value)?, Language::Json, out);
                return Ok(());
            }
            Form::Yaml => {
                quote(name, Language::Yaml, out);
                out.extend_from_slice(b": ");
                quote(text(value)?, Language::Yaml, out);
            }
            Form::Shell => shell::entry(name, value, out)?,
            Form::Docker => docker::entry(name, text(value)?, out)?,
            Form::Kubernetes { .. } => {
                if self.entries == 1 {
                    out.extend_from_slice(b"data:\n");
                }
                kubernetes::entry(name, value, self.value_bytes, out)?;
            }
            Form::Gha => {
                let text = text(value)?;
                gha::entry(name, text, &self.delimiters, out)?;
                if masks::write(text, &mut self.masks).is_some() {
                    self.notes.push(format!(
                        "{name}: a line or field of it is too short to be masked, so logs may show it"
                    ));
                }
            }
        }
        out.push(b'\n');
        Ok(())
    }

    pub(super) fn end(mut self) -> Self {
        match &self.form {
            Form::Json => self.body.extend_from_slice(b"}\n"),
            Form::Yaml if self.entries == 0 => self.body.extend_from_slice(b"{}\n"),
            Form::Kubernetes { .. } if self.entries == 0 => self.body.extend_from_slice(b"data: {}\n"),
            _ => {}
        }
        self
    }

    /// The entries, in a file or on stdout.
    pub(super) fn body(&self) -> &SecretBuffer {
        &self.body
    }

    /// What a runner must read on stdout before the entries take effect.
    pub(super) fn masks(&self) -> &SecretBuffer {
        &self.masks
    }

    /// What is unwise about them.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }
}

fn text(value: &Secret) -> std::result::Result<&str, Unfit> {
    #[expect(clippy::disallowed_methods, reason = "into the page, which wipes itself")]
    value.expose_text().map_err(|_| Unfit::not_text())
}

fn unfit(error: RenderError) -> Unfit {
    match error {
        RenderError::NotUtf8 => Unfit::not_text(),
        RenderError::Nul => Unfit::nul(),
        _ => Unfit {
            problem: "no key that a .env file can have",
            hint: "rename it, or name the others with --only",
        },
    }
}

impl Unfit {
    pub(super) fn not_text() -> Self {
        Self {
            problem: "the value is not UTF-8 text, which this format cannot hold",
            hint: "--format k8s holds any bytes; else keep it encoded, as base64",
        }
    }

    pub(super) fn nul() -> Self {
        Self {
            problem: "a value with a NUL byte cannot be a variable",
            hint: "hand it over as a file, and name the file in a variable",
        }
    }
}
