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

    /// Logs a fault of ours, once.
    pub fn log(&self, request: &str) {
        match self {
            Self::Act(Error::Internal(why)) => tracing::error!(request, why, "an act failed"),
            Self::Act(Error::Busy(why)) => tracing::warn!(request, why, "an act has to wait"),
            _ => {}
        }
    }

    /// The fault as RFC 9457 problem document.
    pub fn problem(&self, lang: Lang) -> Answer {
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
