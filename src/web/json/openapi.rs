//! The API's description (OpenAPI 3.1), made from the route table and the code's types.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::handler;
use crate::pages::{self, Bit, Block, Cell, Chrome, Column, Desk, Link, Row, Table};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/openapi.json", Audience::Anyone, "this description", handler!(serve)),
    Route::get("/api/v1/", Audience::Anyone, "a page to try the API", handler!(page)).media("text/html"),
];

fn parameters(route: &Route) -> Vec<Value> {
    let named = route.pattern.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
    let path = named.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let query = route.query.iter().map(|name| {
        let schema = match *name {
            "limit" => json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
            "sort" => json!({"enum": ["relevance", "newest", "wage", "near"]}),
            _ => json!({"type": "string"}),
        };
        json!({"name": name, "in": "query", "schema": schema})
    });
    let key = (route.method != "GET").then(|| {
        json!({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"},
               "description": "the same key and body within 24 h gives the first answer again"})
    });
    let version = (route.method == "PATCH").then(|| {
        json!({"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string"},
               "description": "the version of the row's ETag"})
    });
    path.chain(query).chain(key).chain(version).collect()
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let (status, shape) = route.answers;
    let body = match shape {
        Some(shape) => shape(generator).to_value(),
        None => json!(true),
    };
    let status = if route.handler.is_some() { status } else { 501 };
    let kind = if status == 501 { "application/problem+json" } else { route.media };
    let mut operation = json!({
        "summary": route.act,
        "parameters": parameters(route),
        "responses": {
            status.to_string(): {"description": route.act, "content": {kind: {"schema": body}}},
            "default": {"description": "a problem", "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        },
    });
    let content = match route.body {
        Body::None => None,
        Body::Json(shape) => Some(json!({"application/json": {"schema": shape(generator).to_value()}})),
        Body::Form | Body::FormOf(_) => {
            Some(json!({"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}))
        }
        Body::Upload => Some(json!({"multipart/form-data": {"schema": {"type": "object", "properties": {
            "kind": {"type": "string"}, "file": {"type": "string", "format": "binary"}}}}})),
    };
    if let Some(content) = content {
        operation["requestBody"] = json!({"content": content});
    }
    if route.audience == Audience::Anyone {
        operation["security"] = json!([]);
    }
    operation
}

/// The description of all routes under `/api/v1`.
pub fn description() -> Value {
    let mut generator =
        SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into()).into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in super::super::tables().into_iter().flatten().filter(|r| r.pattern.starts_with("/api/v1")) {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.pattern).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert(
        "Problem".into(),
        json!({
            "type": "object", "required": ["type", "title", "status", "code"],
            "properties": {
                "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                "detail": {"type": "string"}, "code": {"type": "string"},
                "errors": {"type": "array", "items": {"type": "object", "properties": {
                    "field": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}}}},
            },
        }),
    );
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Shanhai", "version": env!("CARGO_PKG_VERSION"),
                 "description": "Registry, vacancies, matching and casework of labour-cooperation stations."},
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "shanhai"},
            },
        },
    })
}

async fn serve(_: Ask) -> Result<Answer, Fault> {
    Ok(Answer::json(200, &description()).header("cache-control", "public, max-age=300"))
}

async fn page(ask: Ask) -> Result<Answer, Fault> {
    let routes = super::super::tables().into_iter().flatten().filter(|r| r.pattern.starts_with("/api/v1"));
    let rows = routes.map(|route| {
        let path = if is_open(route) {
            Bit::Link(Link::to(route.pattern, route.pattern))
        } else {
            Bit::Text(route.pattern.to_owned())
        };
        let state = if route.handler.is_some() { "" } else { "501" };
        let cells = vec![Cell::new(route.method), Cell::head(path), Cell::new(route.act), Cell::new(state)];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "routes".into(),
        caption: "/api/v1".into(),
        columns: ["method", "path", "act", "state"].map(Column::new).to_vec(),
        rows: rows.collect(),
        ..Table::default()
    };
    let call = "curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' -d '{…}' URL/api/v1/…";
    let desk = Desk {
        c: Chrome { lang: ask.lang, back: ask.path.clone(), ..Chrome::default() },
        heading: "Shanhai API".into(),
        links: vec![Link::to("/api/v1/openapi.json", "openapi.json")],
        blocks: vec![Block::Text(call.into()), Block::Table(table)],
        ..Desk::default()
    };
    Ok(Answer::page(200, pages::html(&desk)))
}

/// True for a route that a browser can simply open: no body, no parameter, for anybody.
fn is_open(route: &Route) -> bool {
    route.method == "GET"
        && route.audience == Audience::Anyone
        && !route.pattern.contains('{')
        && route.handler.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_description_points_to_a_schema() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    map.values().for_each(|v| references(v, found));
                }
                Value::Array(list) => list.iter().for_each(|v| references(v, found)),
                _ => {}
            }
        }
        let description = description();
        let mut found = Vec::new();
        references(&description, &mut found);
        assert!(found.len() > 20, "{}", found.len());
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(description.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_route_of_the_api_is_described_once() {
        let tables = super::super::super::tables();
        let routes: Vec<_> = tables.iter().flat_map(|t| t.iter()).filter(|r| r.pattern.starts_with("/api/")).collect();
        let described: usize =
            description()["paths"].as_object().unwrap().values().map(|p| p.as_object().unwrap().len()).sum();
        assert_eq!(described, routes.len());
    }
}
