//! What a handler answers: status, headers, body.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    fn new(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into() }
    }

    /// JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        Self::new(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    /// A page.
    pub fn page(status: u16, html: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", html)
    }

    /// Plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.into())
    }

    /// A file to save; the name goes out in both spellings that browsers read.
    pub fn file(name: &str, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let plain: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
        let coded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        Self::new(200, kind, body)
            .header("content-disposition", format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"))
    }

    /// A file that pages link to under an address with its hash: may be cached for good.
    pub fn asset(kind: &'static str, body: &'static [u8]) -> Self {
        Self::new(200, kind, body).header("cache-control", "public, max-age=31536000, immutable")
    }

    /// Sends the browser on with GET.
    pub fn see_other(to: impl Into<String>) -> Self {
        Self { status: 303, headers: vec![("location", to.into())], body: Bytes::new() }
    }

    /// No content.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// Sets a header; `set-cookie` may stand several times.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if name != "set-cookie" {
            self.headers.retain(|(n, _)| *n != name);
        }
        self.headers.push((name, value.into()));
        self
    }

    /// Keeps the answer out of every cache: pages and rows about people.
    pub fn private(self) -> Self {
        self.header("cache-control", "no-store")
    }

    /// The row's version as `ETag`.
    pub fn version(self, version: i64) -> Self {
        self.header("etag", format!("\"{version}\""))
    }

    /// As an HTTP response; a header value that cannot be sent is left out.
    pub fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}
