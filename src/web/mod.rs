//! The HTTP door: request in, act, answer out.

pub mod ask;
pub mod fault;
pub mod health;
pub mod html;
pub mod json;
pub mod reply;
pub mod route;
pub mod server;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use http::{HeaderMap, Method, Response};

use ask::Ask;
use fault::Fault;
use reply::Answer;
use route::{Audience, Body, Found, Route};

use crate::actions::{self, Error, Office};
use crate::domain::actor::Actor;
use crate::pages::Lang;
use server::boxed as filter;

/// Largest body of a request that is no upload.
const BODY: usize = 1 << 20;
/// Largest upload.
pub const UPLOAD: usize = 64 << 20;
/// Longest wait for a whole body.
const BODY_TIME: Duration = Duration::from_secs(60);

/// What the door knows beside the office.
#[derive(Debug, Clone)]
pub struct Door {
    /// The office.
    pub office: Office,
    /// Cookies are `Secure` and named `__Host-…`.
    pub https: bool,
}

/// The peer's address, put into the request by the server loop.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// A request without its body.
#[derive(Debug)]
pub struct Head {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    peer: IpAddr,
}

/// Every route of the program.
pub fn tables() -> Vec<&'static [Route]> {
    let mut tables = json::tables();
    tables.extend(html::tables());
    tables.push(health::ROUTES);
    tables
}

impl Door {
    /// Name of the session cookie.
    pub fn cookie(&self) -> &'static str {
        if self.https { "__Host-shanhai" } else { "shanhai" }
    }

    /// Answers a request: every way out of the program's door comes through here.
    pub async fn answer<S, B, E>(&self, head: Head, body: S) -> Response<Bytes>
    where
        S: Stream<Item = Result<B, E>> + Send,
        B: Buf,
    {
        let lang = language(&head);
        let api = head.path.starts_with("/api/");
        let request = format!("{} {}", head.method, head.path);
        let is_head = head.method == Method::HEAD;
        let mut pattern = "none";
        let under_way = health::UnderWay::begin();
        // A panic is a fault of ours like any other: told with its number, and counted.
        let run = AssertUnwindSafe(self.run(head, body, lang, &mut pattern)).catch_unwind().await;
        let panicked = |_| Err((Fault::Act(Error::Internal("a handler panicked".to_owned())), None));
        let answer = match run.unwrap_or_else(panicked) {
            Ok(answer) => answer,
            Err((fault, ask)) => {
                let number = fault.log(&request);
                if let (Fault::Act(Error::Forbidden), Some(ask)) = (&fault, &ask)
                    && let Err(error) = self.office.refused(&ask.actor, pattern).await
                {
                    tracing::warn!(request, %error, "a refused door is not on record");
                }
                match ask {
                    Some(ask) if !api => html::fault(self, &ask, &fault, number).await,
                    _ if api => fault.problem(lang, number),
                    _ => html::plain_fault(lang, &fault, number),
                }
            }
        };
        under_way.answered(pattern, answer.status);
        let mut response = answer.into_response();
        let headers = response.headers_mut();
        for (name, value) in SECURITY_HEADERS {
            headers.entry(*name).or_insert(http::HeaderValue::from_static(value));
        }
        if is_head {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    async fn run<S, B, E>(
        &self,
        head: Head,
        body: S,
        lang: Lang,
        pattern: &mut &'static str,
    ) -> Result<Answer, (Fault, Option<Box<Ask>>)>
    where
        S: Stream<Item = Result<B, E>> + Send,
        B: Buf,
    {
        let bare = |fault| (fault, None);
        let tables = tables();
        let found = route::find(&tables, head.method.as_str(), &head.path);
        let (session, actor) = self.who(&head.headers).await.map_err(bare)?;
        let mut ask = Ask {
            office: self.office.clone(),
            actor,
            lang,
            method: head.method,
            path: head.path,
            params: Vec::new(),
            query: serde_urlencoded::from_str(&head.query).unwrap_or_default(),
            headers: head.headers,
            body: Bytes::new(),
            peer: head.peer,
            session,
        };
        let with = |fault, ask: Ask| (fault, Some(Box::new(ask)));
        let (route, params) = match found {
            Found::Route(route, params) => (route, params),
            Found::Methods(_) => return Err(with(Fault::Status(405, "method"), ask)),
            Found::Nothing => return Err(with(Fault::Act(Error::NotFound), ask)),
        };
        ask.params = params;
        *pattern = route.pattern;
        let admitted = admit(route, &ask);
        // A form is read all the same: its sender may only have to sign in again, and nothing typed is lost.
        if let Err(fault) = admitted
            && !route.is_form()
        {
            return Err(with(fault, ask));
        }
        let limit = if matches!(route.body, Body::Upload) { UPLOAD + (1 << 20) } else { BODY };
        if !matches!(route.body, Body::None) {
            match tokio::time::timeout(BODY_TIME, read(body, limit)).await {
                Ok(Ok(bytes)) => ask.body = bytes,
                Ok(Err(Fault::Status(413, _))) if matches!(route.body, Body::Upload) => {
                    return Err(with(Fault::Status(413, "sheet.too_large"), ask));
                }
                Ok(Err(fault)) => return Err(with(fault, ask)),
                Err(_) => return Err(with(Fault::Status(408, "body.slow"), ask)),
            }
        }
        if let Err(fault) = admit(route, &ask) {
            return Err(with(fault, ask));
        }
        if route.is_form()
            && let Some(field) = route.unknown(ask.form().iter().map(|(name, _)| name.as_str()))
        {
            return Err(with(Fault::Act(Error::field(field, "field.unknown")), ask));
        }
        let Some(handler) = route.handler else { return Err(with(Fault::Status(501, "not_yet"), ask)) };
        if route.method == "GET" && secret_in_query(&ask) {
            return Err(with(Fault::Status(400, "query.secret_in_url"), ask));
        }
        let keyed = ask.header("idempotency-key").map(str::to_owned).filter(|_| route.method != "GET");
        let Some(key) = keyed else { return handler(ask.clone()).await.map_err(|fault| with(fault, ask)) };
        json::idempotent(handler, ask.clone(), &key).await.map_err(|fault| with(fault, ask))
    }

    /// The session's secret and who asks: a bearer token, else the session cookie.
    async fn who(&self, headers: &HeaderMap) -> Result<(Option<String>, Actor), Fault> {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        if let Some(token) = text("authorization").and_then(|v| v.strip_prefix("Bearer ")) {
            let actor = actions::account::of_token(&self.office, token.trim()).await?;
            return Ok((None, actor.ok_or(Error::Unauthorized)?));
        }
        if let Some(token) = cookie(headers, self.cookie())
            && let Some(actor) = actions::account::of_session(&self.office, &token).await?
        {
            return Ok((Some(token), actor));
        }
        Ok((None, Actor::Anyone))
    }
}

/// Headers of every answer.
const SECURITY_HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
];

/// Refuses who may not come in; whether the row is theirs is the act's question.
fn admit(route: &Route, ask: &Ask) -> Result<(), Fault> {
    match (route.audience, &ask.actor) {
        (Audience::Anyone, _) => Ok(()),
        (_, Actor::Anyone) => Err(Fault::Act(Error::Unauthorized)),
        (Audience::Signed, _) => Ok(()),
        (Audience::Holds(rights), actor) if rights.iter().any(|r| actor.may(*r)) => Ok(()),
        (Audience::Holds(_), _) => Err(Fault::Act(Error::Forbidden)),
    }
}

async fn read<S, B, E>(body: S, limit: usize) -> Result<Bytes, Fault>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(part) = body.next().await {
        let mut part = part.map_err(|_| Fault::Status(400, "body.broken"))?;
        if bytes.len() + part.remaining() > limit {
            return Err(Fault::Status(413, "body.large"));
        }
        while part.has_remaining() {
            let chunk = part.chunk();
            bytes.extend_from_slice(chunk);
            let n = chunk.len();
            part.advance(n);
        }
    }
    Ok(bytes.freeze())
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all("cookie")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, v)| v.to_owned())
}

fn language(head: &Head) -> Lang {
    if !head.path.starts_with("/api/")
        && let Some(lang) = cookie(&head.headers, "lang").and_then(|tag| Lang::parse(&tag))
    {
        return lang;
    }
    head.headers.get("accept-language").and_then(|v| v.to_str().ok()).map_or_else(Lang::default, Lang::accepted)
}

/// True if a query value is a whole ID number or phone: those must never stand in an address.
fn secret_in_query(ask: &Ask) -> bool {
    ask.query.iter().any(|(_, value)| {
        value.split([' ', ',', '，', '　']).any(|word| {
            crate::domain::identity::Phone::parse(word).is_ok()
                || crate::domain::identity::IdNumber::parse(word, ask.office.today()).is_ok()
        })
    })
}
