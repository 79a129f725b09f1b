//! Every JSON answer of every journey is held against the API's own description.

use std::sync::LazyLock;

use serde_json::{Value, json};
use shanhai::web::json::openapi;
use shanhai::web::route::{self, Found};

use crate::client::Answer;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(openapi::description);

/// Collects where a value is not as a schema says. Knows the keywords that the description uses and no others, so that
/// a new keyword is never passed over.
fn hold(schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else {
        if schema != &Value::Bool(true) {
            faults.push(format!("{at} is not described"));
        }
        return;
    };
    for (keyword, rule) in rules {
        let list = || rule.as_array().expect("a list of the schema");
        let fits = match keyword.as_str() {
            "title" | "description" | "format" | "default" | "$schema" => true,
            "$ref" => {
                let pointer = rule.as_str().expect("a reference").trim_start_matches('#');
                hold(DESCRIPTION.pointer(pointer).expect("a schema"), value, at, faults);
                true
            }
            "type" => {
                let is = |name: &Value| match name.as_str().expect("a type") {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "string" => value.is_string(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("a type {other}"),
                };
                rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
            }
            "enum" => list().contains(value),
            "const" => rule == value,
            "anyOf" | "oneOf" => list().iter().any(|schema| {
                let mut faults = Vec::new();
                hold(schema, value, at, &mut faults);
                faults.is_empty()
            }),
            "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().expect("a bound")),
            "maximum" => value.as_f64().is_none_or(|n| n <= rule.as_f64().expect("a bound")),
            "minItems" => value.as_array().is_none_or(|v| v.len() as u64 >= rule.as_u64().expect("a bound")),
            "maxItems" => value.as_array().is_none_or(|v| v.len() as u64 <= rule.as_u64().expect("a bound")),
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    hold(rule, item, &format!("{at}/{i}"), faults);
                }
                true
            }
            "required" => {
                let missing = list().iter().filter(|n| value.is_object() && value.get(n.as_str().unwrap()).is_none());
                faults.extend(missing.map(|name| format!("{at} has no {name}")));
                true
            }
            "properties" => {
                for (name, schema) in rule.as_object().expect("properties") {
                    if let Some(value) = value.get(name) {
                        hold(schema, value, &format!("{at}/{name}"), faults);
                    }
                }
                true
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if rules.get("properties").is_none_or(|p| p.get(name).is_none()) {
                        hold(rule, value, &format!("{at}/{name}"), faults);
                    }
                }
                true
            }
            other => panic!("the description uses the keyword {other}, which this test does not know"),
        };
        if !fits {
            faults.push(format!("{at} is not as {keyword} {rule} says"));
        }
    }
}

/// Says what of the answer is not as described.
fn differs(pattern: &str, method: &str, answer: &Answer) -> Option<String> {
    let responses = &DESCRIPTION["paths"][pattern][method.to_lowercase()]["responses"];
    let response = match &responses[answer.status.to_string()] {
        Value::Null if answer.status >= 400 => &responses["default"],
        Value::Null => return Some(format!("status {} is not described", answer.status)),
        response => response,
    };
    let kind = answer.header("content-type")?.split(';').next()?.to_owned();
    let Some(schema) = response["content"].get(&kind).map(|c| &c["schema"]) else {
        return Some(format!("{kind} is not described"));
    };
    if !kind.ends_with("json") {
        return None;
    }
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Some("no JSON".into()) };
    let mut faults = Vec::new();
    hold(schema, &body, "", &mut faults);
    (!faults.is_empty()).then(|| faults.join("; "))
}

/// Panics if an answer of the API is not as its description says.
pub fn check(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    if !path.starts_with("/api/v1/") || method == "HEAD" {
        return;
    }
    if let Found::Route(route, _) = route::find(&shanhai::web::tables(), method, path)
        && let Some(differs) = differs(route.pattern, method, answer)
    {
        panic!("{method} {path} answers {}: {differs}\n{}", answer.status, answer.text());
    }
}

#[test]
fn every_act_that_is_built_describes_what_it_answers() {
    let paths = DESCRIPTION["paths"].as_object().expect("paths");
    for (path, acts) in paths {
        for (method, act) in acts.as_object().expect("acts") {
            for (status, response) in act["responses"].as_object().expect("responses") {
                for (kind, content) in response["content"].as_object().expect("content") {
                    let said = content["schema"] != json!(true) || kind != "application/json";
                    let of_its_own = path == "/api/v1/openapi.json" || status == "501";
                    assert!(said || of_its_own, "{method} {path} {status} does not say its shape");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_is_not_as_described_is_found() {
    let answer = |status, body: Value| {
        let text = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n\r\n{body}");
        Answer::read("GET /api/v1/stations".into(), text.as_bytes())
    };
    let list = json!({"items": [], "total": 0, "next_cursor": null, "facets": {}, "relaxed": [], "suggest": []});
    let differs = |status, body| differs("/api/v1/stations", "GET", &answer(status, body));
    assert_eq!(differs(200, list.clone()), None);
    assert!(differs(201, list.clone()).is_some());
    let mut odd = list.clone();
    odd["colour"] = json!("red");
    assert!(differs(200, odd).is_some_and(|d| d.contains("colour")));
    let mut odd = list;
    odd["items"] = json!([{"code": "GZ"}]);
    assert!(differs(200, odd).is_some_and(|d| d.contains("/items/0")));
}
