//! A request taken apart: who asks, for what, in which language, with which body.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::fault::Fault;
use crate::actions::{Error, Office};
use crate::domain::actor::Actor;
use crate::pages::Lang;

/// A request for a handler.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The office.
    pub office: Office,
    /// Who asks.
    pub actor: Actor,
    /// Language of the answer.
    pub lang: Lang,
    /// Method.
    pub method: Method,
    /// Path without query.
    pub path: String,
    /// Parameters of the path.
    pub params: Vec<(&'static str, String)>,
    /// Query parameters in order.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Peer address.
    pub peer: IpAddr,
    /// The session's secret, for signing out.
    pub session: Option<String>,
}

impl Ask {
    /// What the pairs of a query ask, without a request around them.
    pub fn of_pairs(office: &Office, actor: &Actor, query: Vec<(String, String)>) -> Self {
        Self {
            office: office.clone(),
            actor: actor.clone(),
            lang: Lang::Zh,
            method: Method::GET,
            path: String::new(),
            params: Vec::new(),
            query,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            peer: IpAddr::from([127, 0, 0, 1]),
            session: None,
        }
    }

    /// A parameter of the path; the route's pattern names it.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v)
    }

    /// An id of the path; what is no id is not found.
    pub fn id(&self, name: &str) -> Result<Uuid, Fault> {
        self.param(name).parse().map_err(|_| Fault::Act(Error::NotFound))
    }

    /// A query parameter that is not empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// Every value of a query parameter, comma-separated ones taken apart.
    pub fn query_all(&self, name: &str) -> Vec<String> {
        self.query
            .iter()
            .filter(|(n, _)| n == name)
            .flat_map(|(_, v)| v.split(','))
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
            .collect()
    }

    /// A query parameter of a type; what cannot be read is a fault at its name.
    pub fn query_as<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Fault> {
        self.query(name).map(|v| v.parse().map_err(|_| Fault::Act(Error::field(name, "query.value")))).transpose()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The JSON body; unknown fields and wrong types are faults at their place.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        let mut reader = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(Fault::json)?;
        reader.end().map_err(|_| Fault::Status(400, "body.json"))?;
        Ok(value)
    }

    /// The fields of a web form in order.
    pub fn form(&self) -> Vec<(String, String)> {
        serde_urlencoded::from_bytes(&self.body).unwrap_or_default()
    }

    /// The version that `If-Match` names: 428 without.
    pub fn if_match(&self) -> Result<i64, Fault> {
        let text = self.header("if-match").ok_or(Fault::Status(428, "if_match.missing"))?;
        text.trim().trim_start_matches("W/").trim_matches('"').parse().map_err(|_| Fault::Act(Error::Stale))
    }
}
