//! Fields of forms: read, put back, and made from what is stored.

use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::actions::call::NewCall;
use crate::actions::{Error, live};
use crate::domain::body::{Field as Typed, Text};
use crate::domain::region::{self, RegionCode};
use crate::pages::Form;
use crate::web::fault::Fault;

/// Fields of a form in order.
pub type Pairs = Vec<(String, String)>;

/// A field's text.
pub fn value<'a>(fields: &'a Pairs, name: &str) -> &'a str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
}

/// An address with its query; empty values are left out.
pub fn here(path: &str, query: &[(&str, &str)]) -> String {
    let said: Vec<_> = query.iter().filter(|(_, value)| !value.is_empty()).collect();
    match serde_urlencoded::to_string(said) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The ids that a field was sent with, in order.
pub fn ids_of(fields: &Pairs, name: &str) -> Vec<Uuid> {
    fields.iter().filter(|(n, _)| n == name).filter_map(|(_, v)| v.parse().ok()).collect()
}

/// A field as the API's bodies know it.
pub fn field(fields: &Pairs, name: &str) -> Typed {
    Some(value(fields, name)).filter(|v| !v.is_empty()).map(Text::from)
}

/// The call that the form for calls says, about nobody yet.
pub fn call_of(fields: &Pairs) -> NewCall {
    let (result, again, note) = (field(fields, "result"), field(fields, "again"), field(fields, "text"));
    NewCall { result, again, note, ..NewCall::default() }
}

/// The full name of a region code.
pub fn region_name(code: &str) -> String {
    RegionCode::parse(code).and_then(region::full_name).unwrap_or_else(|| code.to_owned())
}

/// What stands with every field of the form as it was typed: an emptied field is empty, a field that the form does not
/// show stays.
pub fn over<T: serde::Serialize + DeserializeOwned>(stands: &T, form: &Form, typed: &T) -> Result<T, Fault> {
    fn lay(into: &mut Value, from: &Value, path: &[&str]) {
        let Some((name, rest)) = path.split_first() else {
            from.clone_into(into);
            return;
        };
        if !into.is_object() {
            *into = Value::Object(serde_json::Map::new());
        }
        if let Value::Object(map) = into {
            lay(map.entry(*name).or_insert(Value::Null), from.get(name).unwrap_or(&Value::Null), rest);
            // A part with nothing in it is none.
            if map.values().all(Value::is_null) {
                *into = Value::Null;
            }
        }
    }
    let internal = |e: serde_json::Error| Fault::Act(Error::Internal(e.to_string()));
    let mut whole = serde_json::to_value(stands).map_err(internal)?;
    let typed = serde_json::to_value(typed).map_err(internal)?;
    for name in form.names() {
        let path: Vec<&str> = name.split('.').collect();
        // What a form carries beside the body is not the body's.
        if path.first().is_some_and(|first| typed.get(first).is_some()) {
            lay(&mut whole, &typed, &path);
        }
    }
    serde_json::from_value(whole).map_err(internal)
}

/// A form of a page with several that was not accepted: its act, what was typed, what is wrong.
pub struct Refused<'a> {
    /// The act that the form is posted to.
    pub act: &'a str,
    /// What was typed.
    pub fields: &'a Pairs,
    /// Sentences with their fields.
    pub faults: Vec<(String, String)>,
}

/// The form of an act; if it was the one refused, with what was typed and each fault at its field.
pub fn with(form: Form, act: &str, bad: Option<&Refused<'_>>) -> Form {
    match bad {
        Some(bad) if bad.act == act => form.fill(typed(bad.fields)).mark(bad.faults.clone()),
        _ => form,
    }
}

/// Fields for putting back into a form.
pub fn typed(fields: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().map(|(n, v)| (n.as_str(), v.as_str()))
}

/// The names and texts with which the form of a stored body is filled.
pub fn stored(body: &impl serde::Serialize) -> Pairs {
    fn flat(into: &mut Pairs, name: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) => into.push((name.to_owned(), text.clone())),
            Value::Bool(b) => into.push((name.to_owned(), b.to_string())),
            Value::Number(n) => into.push((name.to_owned(), n.to_string())),
            Value::Object(map) => {
                for (part, value) in map {
                    flat(into, &if name.is_empty() { part.clone() } else { format!("{name}.{part}") }, value);
                }
            }
            Value::Array(list) => {
                let entries: Vec<String> = list.iter().map(spoken).filter(|e| !e.is_empty()).collect();
                if matches!(name, "health" | "needs" | "benefits" | "hazards") {
                    into.extend(entries.into_iter().map(|e| (name.to_owned(), e)));
                } else if !entries.is_empty() {
                    into.push((name.to_owned(), entries.join("；")));
                }
            }
        }
    }
    fn spoken(entry: &Value) -> String {
        let part = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        match entry {
            Value::String(text) => live::occupation_name(text).unwrap_or_else(|| text.clone()),
            Value::Object(map) if map.contains_key("occupation") => {
                let title = live::occupation_name(&part("occupation")).unwrap_or_else(|| part("occupation"));
                format!("{title} {}", part("years"))
            }
            Value::Object(_) => format!("{} {}", part("name"), part("expires")).trim().to_owned(),
            _ => String::new(),
        }
    }
    let mut pairs = Vec::new();
    flat(&mut pairs, "", &serde_json::to_value(body).unwrap_or_default());
    pairs
}
