//! What entering of every noun shares: the context of checks, outcomes of rows, a newer row laid over an older one, history.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::enter::difference;
use super::error::{Error, Result};
use super::office::Office;
use super::worker::merge_patch;
use crate::domain::actor::Actor;
use crate::domain::body::Context;
use crate::domain::fault::FieldFault;
use crate::store::history::Entry;

/// What became of a row of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was new.
    Created(Uuid),
    /// It stood already; `{field: [old, new]}` of what changed.
    Updated(Uuid, Map<String, Value>),
    /// It stood already just so.
    Unchanged(Uuid),
    /// It cannot be taken.
    Rejected(Vec<FieldFault>),
}

impl Outcome {
    /// The row's id, if it was taken.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Created(id) | Self::Updated(id, _) | Self::Unchanged(id) => Some(*id),
            Self::Rejected(_) => None,
        }
    }
}

/// What checks need from the office.
pub fn context(office: &Office) -> Context<'static> {
    Context {
        today: office.today(),
        occupation: &super::live::occupation_of,
        certificate: &super::live::certificate_of,
    }
}

/// The older body with everything on top that the newer one says; what the newer one leaves out stays.
pub fn overlay<B: Serialize + DeserializeOwned>(older: &B, newer: &B) -> Result<B> {
    fn lay(into: &mut Value, from: Value) {
        match (into, from) {
            (_, Value::Null) => {}
            (Value::Object(into), Value::Object(from)) => {
                for (name, value) in from {
                    lay(into.entry(name).or_insert(Value::Null), value);
                }
            }
            (_, Value::Array(list)) if list.is_empty() => {}
            (into, other) => *into = other,
        }
    }
    let internal = |e: serde_json::Error| Error::Internal(e.to_string());
    let mut whole = serde_json::to_value(older).map_err(internal)?;
    lay(&mut whole, serde_json::to_value(newer).map_err(internal)?);
    serde_json::from_value(whole).map_err(internal)
}

/// The body after a JSON merge patch: null takes away.
pub fn patched<B: Serialize + DeserializeOwned>(body: &B, patch: Map<String, Value>) -> Result<B> {
    let mut whole = serde_json::to_value(body).map_err(|e| Error::Internal(e.to_string()))?;
    merge_patch(&mut whole, Value::Object(patch));
    // A list that was taken away is an empty one.
    if let Some(map) = whole.as_object_mut() {
        map.retain(|_, v| !v.is_null());
    }
    serde_json::from_value(whole).map_err(|_| Error::field("", "field.type"))
}

/// `{field: [old, new]}` of two facts of one kind.
pub fn changes<T: Serialize>(before: &T, after: &T) -> Map<String, Value> {
    let map = |value: &T| match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    difference(&map(before), &map(after))
}

/// Names of changed fields, for the audit.
pub fn names(diff: &Map<String, Value>) -> String {
    diff.keys().map(String::as_str).collect::<Vec<_>>().join(",")
}

/// An entry of a row's history.
pub fn entry(office: &Office, actor: &Actor, kind: &str, object: Uuid, act: &str, diff: Map<String, Value>) -> Entry {
    Entry {
        id: office.id(),
        kind: kind.to_owned(),
        object,
        at: office.now(),
        actor: actor.name().to_owned(),
        act: act.to_owned(),
        diff,
        sealed: None,
    }
}

/// A reason of 2 to 200 characters.
pub fn reason(text: &str) -> Result<String> {
    let reason = text.trim();
    if !(2..=200).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(Error::field("reason", "reason.missing"));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::posting::Posting;

    fn posting(json: Value) -> Posting {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_newer_row_changes_what_it_says_and_empties_nothing() {
        let older =
            posting(serde_json::json!({"title": "焊工", "headcount": 3, "wage": {"min": 5000, "period": "month"},
            "benefits": ["lodging"]}));
        let newer = posting(serde_json::json!({"title": "焊工", "wage": {"max": 7000}, "benefits": []}));
        let wanted = posting(serde_json::json!({"title": "焊工", "headcount": 3,
            "wage": {"min": 5000, "max": 7000, "period": "month"}, "benefits": ["lodging"]}));
        assert_eq!(overlay(&older, &newer).unwrap(), wanted);
    }

    #[test]
    fn a_patch_takes_away_what_is_null() {
        let older = posting(serde_json::json!({"title": "焊工", "benefits": ["lodging"], "shift": "day"}));
        let patch = serde_json::json!({"benefits": null, "shift": null, "headcount": 4});
        let Value::Object(patch) = patch else { panic!("no object") };
        let wanted = posting(serde_json::json!({"title": "焊工", "headcount": 4}));
        assert_eq!(patched(&older, patch).unwrap(), wanted);
    }
}
