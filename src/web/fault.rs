//! What a door answers when an act is not done: one mapping from errors to status and problem document.

use serde_json::json;

use super::reply::Answer;
use crate::actions::Error;
use crate::domain::fault::FieldFault;
use crate::pages::{self, Lang};

/// Why a handler has no answer.
#[derive(Debug)]
pub enum Fault {
    /// The act's own error.
    Act(Error),
    /// A matter of HTTP: status and code.
    Status(u16, &'static str),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Act(error)
    }
}

impl From<crate::store::Error> for Fault {
    fn from(error: crate::store::Error) -> Self {
        Self::Act(error.into())
    }
}

impl Fault {
    /// A fault of a JSON body at its place.
    pub fn json(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            return Self::Status(400, "body.json");
        }
        let message = inner.to_string();
        let named = message.split('`').nth(1).unwrap_or_default().to_owned();
        let (field, code) = if message.starts_with("unknown field") {
            (join(&path, &named), "field.unknown")
        } else if message.starts_with("missing field") {
            (join(&path, &named), "field.missing")
        } else {
            (path, "field.type")
        };
        Self::Act(Error::Invalid(vec![FieldFault::new(field, code)]))
    }

    /// Status and code.
    pub fn status(&self) -> (u16, &'static str) {
        match self {
            Self::Status(status, code) => (*status, code),
            Self::Act(error) => match error {
                Error::Unauthorized => (401, "auth.missing"),
                Error::Forbidden => (403, "auth.forbidden"),
                Error::NotFound => (404, "not_found"),
                Error::Conflict { code, .. } => (409, code),
                Error::Stale => (412, "version.stale"),
                Error::Invalid(_) => (422, "invalid"),
                Error::Refused(code) => (422, code),
                Error::TooMany(code) => (429, code),
                Error::Busy(_) => (503, "busy"),
                Error::Internal(_) => (500, "internal"),
            },
        }
    }

    /// The faults at fields, if it is about fields.
    pub fn fields(&self) -> &[FieldFault] {
        match self {
            Self::Act(Error::Invalid(faults)) => faults,
            _ => &[],
        }
    }

    /// The sentence of the whole fault.
    pub fn detail(&self, lang: Lang) -> String {
        told(lang, self.status().1, &[])
    }

    /// Logs a fault of ours, once; answers the number under which a failure stands in the log, to be read out on the
    /// telephone.
    pub fn log(&self, request: &str) -> Option<String> {
        match self {
            Self::Act(Error::Internal(why)) => {
                let number = format!("{:04}-{:04}", rand::random_range(0..10_000), rand::random_range(0..10_000));
                tracing::error!(number, request, why, "an act failed");
                return Some(number);
            }
            Self::Act(Error::Busy(why)) => tracing::warn!(request, why, "an act has to wait"),
            _ => {}
        }
        None
    }

    /// The fault as RFC 9457 problem document; `number` is what [`Fault::log`] answered.
    pub fn problem(&self, lang: Lang, number: Option<String>) -> Answer {
        let (status, code) = self.status();
        let errors: Vec<_> = self
            .fields()
            .iter()
            .map(|f| json!({"field": f.field, "code": f.code, "message": sentence(lang, f)}))
            .collect();
        let mut body = json!({
            "type": format!("urn:shanhai:problem:{code}"),
            "title": told(lang, &format!("status.{status}"), &[]),
            "status": status,
            "detail": self.detail(lang),
            "code": code,
        });
        if let Some(number) = number {
            body["instance"] = json!(format!("urn:shanhai:fault:{number}"));
        }
        if !errors.is_empty() {
            body["errors"] = errors.into();
        }
        if let Self::Act(Error::Conflict { with: Some(id), .. }) = self {
            body["with"] = json!(id);
            if code == "worker.exists" {
                body["link"] = json!(format!("/api/v1/workers/{id}"));
            }
        }
        let answer = Answer::json(status, &body).header("content-type", "application/problem+json");
        match status {
            401 => answer.header("www-authenticate", "Bearer"),
            429 => answer.header("retry-after", "60"),
            503 => answer.header("retry-after", "2"),
            _ => answer,
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() || path == "." {
        name.to_owned()
    } else if path == name || path.ends_with(&format!(".{name}")) {
        path.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The sentence of a field's fault in the reader's language.
pub fn sentence(lang: Lang, fault: &FieldFault) -> String {
    told(lang, &fault.code, &fault.args)
}

/// The sentence of a code with its words; a code without one is told as it is.
fn told(lang: Lang, code: &str, args: &[(String, String)]) -> String {
    let args: Vec<(&str, &dyn std::fmt::Display)> =
        args.iter().map(|(name, value)| (name.as_str(), value as &dyn std::fmt::Display)).collect();
    pages::code_sentence(lang, code, &args).unwrap_or_else(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_number_to_read_out_stands_in_the_log() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let number = tracing::subscriber::with_default(subscriber, || {
            assert_eq!(Fault::Act(Error::NotFound).log("GET /x"), None);
            Fault::Act(Error::Internal("the disk is full".into())).log("GET /x")
        });
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains(&number.unwrap()) && log.contains("the disk is full"), "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
    }
}
