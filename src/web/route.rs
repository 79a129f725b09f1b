//! Routes as data: one line each in const tables, looked up by method and path.

use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::ask::Ask;
use super::fault::Fault;
use super::reply::Answer;
use crate::domain::actor::Right;

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anybody, signed in or not.
    Anyone,
    /// Any signed-in account.
    Signed,
    /// Accounts whose role holds one of these rights; the act checks the row.
    Holds(&'static [Right]),
}

/// What a request body is.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// None.
    None,
    /// JSON of this shape.
    Json(Shape),
    /// A web form of the fields that the route [takes](Route::takes).
    Form,
    /// A web form whose fields are those of a JSON body, named by their paths (`wage.min`).
    FormOf(Shape),
    /// A web form with a file.
    Upload,
}

/// Makes a JSON schema.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type.
pub fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A handler: unpack, act, wrap.
pub type Handler = fn(Ask) -> BoxFuture<'static, Result<Answer, Fault>>;

/// One route.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET`, `POST` or `PATCH`.
    pub method: &'static str,
    /// Path with `{name}` segments; API paths start with `/api/v1`.
    pub pattern: &'static str,
    /// Whom it is for.
    pub audience: Audience,
    /// What is done, in a few words for the API's description.
    pub act: &'static str,
    /// Names of query parameters.
    pub query: &'static [&'static str],
    /// What the body is.
    pub body: Body,
    /// Names of a form's fields, beside those of its body; a name that ends in `-` stands for all that begin with it.
    pub takes: &'static [&'static str],
    /// Status of success and the shape of its body.
    pub answers: (u16, Option<Shape>),
    /// Media type of success.
    pub media: &'static str,
    /// The handler; none = named by the contract, not built yet: 501.
    pub handler: Option<Handler>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.pattern)
    }
}

const JSON: &str = "application/json";

/// Makes a handler of an async function.
#[macro_export]
macro_rules! handler {
    ($function:path) => {
        Some(|ask| Box::pin($function(ask)))
    };
}

impl Route {
    const fn new(
        method: &'static str,
        pattern: &'static str,
        audience: Audience,
        act: &'static str,
        body: Body,
        handler: Option<Handler>,
    ) -> Self {
        let answers = (200, None);
        Self { method, pattern, audience, act, query: &[], body, takes: &[], answers, media: JSON, handler }
    }

    /// A route that reads.
    pub const fn get(pattern: &'static str, audience: Audience, act: &'static str, handler: Option<Handler>) -> Self {
        Self::new("GET", pattern, audience, act, Body::None, handler)
    }

    /// A route that acts.
    pub const fn post(
        pattern: &'static str,
        audience: Audience,
        act: &'static str,
        body: Body,
        handler: Option<Handler>,
    ) -> Self {
        Self::new("POST", pattern, audience, act, body, handler)
    }

    /// A route that changes a row.
    pub const fn patch(
        pattern: &'static str,
        audience: Audience,
        act: &'static str,
        body: Body,
        handler: Option<Handler>,
    ) -> Self {
        Self::new("PATCH", pattern, audience, act, body, handler)
    }

    /// Names the query parameters; a form may send them too, where a list hands its filters on.
    pub const fn query(mut self, names: &'static [&'static str]) -> Self {
        self.query = names;
        self
    }

    /// Names the fields of a form; what a form sends and nobody names is refused, never dropped.
    pub const fn takes(mut self, names: &'static [&'static str]) -> Self {
        self.takes = names;
        self
    }

    /// True for a form.
    pub fn is_form(&self) -> bool {
        matches!(self.body, Body::Form | Body::FormOf(_))
    }

    /// The first of a form's fields that this route does not know.
    pub fn unknown<'a>(&self, fields: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let names = || self.takes.iter().chain(self.query);
        let named = |field: &str| names().any(|t| *t == field || (t.ends_with('-') && field.starts_with(t)));
        let mut rest = fields.into_iter().filter(|field| !named(field));
        let Body::FormOf(shape) = self.body else { return rest.next() };
        let mut generator = SchemaGenerator::default();
        let root = shape(&mut generator).to_value();
        let parts = generator.take_definitions(true);
        rest.find(|field| field.split('.').try_fold(&root, |at, name| part(&parts, at, name)).is_none())
    }

    /// Says what shape the body of success has.
    pub const fn gives<T: JsonSchema>(mut self) -> Self {
        self.answers.1 = Some(shape::<T>);
        self
    }

    /// Says of what media type success is, if not JSON.
    pub const fn media(mut self, media: &'static str) -> Self {
        self.media = media;
        self
    }

    /// Says with which status success answers, if not with 200.
    pub const fn status(mut self, status: u16) -> Self {
        self.answers.0 = status;
        self
    }

    /// The path's parameters if the path is of this pattern.
    pub fn params(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut params = Vec::new();
        let mut given = path.split('/');
        for wanted in self.pattern.split('/') {
            let segment = given.next()?;
            match wanted.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
                Some(_) if segment.is_empty() => return None,
                Some(name) => {
                    let text = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
                    params.push((name, text.into_owned()));
                }
                None if wanted == segment => {}
                None => return None,
            }
        }
        given.next().is_none().then_some(params)
    }
}

/// The schema of a property; `parts` holds what a schema refers to.
fn part<'a>(parts: &'a Map<String, Value>, schema: &'a Value, name: &str) -> Option<&'a Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return part(parts, parts.get(reference.rsplit('/').next()?)?, name);
    }
    let ways = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    schema["properties"].get(name).or_else(|| ways.iter().find_map(|way| part(parts, way, name)))
}

/// What a look-up found.
pub enum Found {
    /// The route and its path parameters.
    Route(&'static Route, Vec<(&'static str, String)>),
    /// The path exists with these methods only.
    Methods(Vec<&'static str>),
    /// No such path.
    Nothing,
}

/// Finds the route; a literal segment wins over a parameter.
pub fn find(tables: &[&'static [Route]], method: &str, path: &str) -> Found {
    let mut best: Option<(&'static Route, Vec<(&'static str, String)>)> = None;
    let mut methods = Vec::new();
    for route in tables.iter().flat_map(|t| t.iter()) {
        let Some(params) = route.params(path) else { continue };
        methods.push(route.method);
        let matches = route.method == method || (method == "HEAD" && route.method == "GET");
        if matches && best.as_ref().is_none_or(|(_, p)| params.len() < p.len()) {
            best = Some((route, params));
        }
    }
    match best {
        Some((route, params)) => Found::Route(route, params),
        None if methods.is_empty() => Found::Nothing,
        None => Found::Methods(methods),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: &[Route] =
        &[Route::get("/w/{id}", Audience::Anyone, "one", None), Route::get("/w/new", Audience::Anyone, "form", None)];

    #[test]
    fn a_literal_segment_wins_over_a_parameter() {
        let Found::Route(route, params) = find(&[TABLE], "GET", "/w/new") else { panic!("not found") };
        assert_eq!((route.act, params.len()), ("form", 0));
        let Found::Route(route, params) = find(&[TABLE], "GET", "/w/%E7%8E%8B") else { panic!("not found") };
        assert_eq!((route.act, params[0].1.as_str()), ("one", "王"));
    }

    #[test]
    fn a_form_knows_its_own_names_and_the_paths_of_its_body() {
        use crate::domain::registration::Registration;
        let plain = Route::post("/x", Audience::Anyone, "act", Body::Form, None).takes(&["reason", "map-"]);
        assert_eq!(plain.unknown(["reason", "map-A", "map-B"]), None);
        assert_eq!(plain.unknown(["reason", "reasons", "x"]), Some("reasons"));
        let body = Body::FormOf(shape::<Registration>);
        let person = Route::post("/w", Audience::Anyone, "register", body, None).takes(&["version"]);
        assert_eq!(person.unknown(["name", "village.township", "household.type", "consent", "version"]), None);
        for name in ["mail", "village.street", "name.first", "household.kind", "", "."] {
            assert_eq!(person.unknown([name]), Some(name));
        }
    }

    #[test]
    fn a_path_with_another_method_is_told_from_no_path() {
        assert!(matches!(find(&[TABLE], "POST", "/w/1"), Found::Methods(m) if m == ["GET"]));
        assert!(matches!(find(&[TABLE], "GET", "/w/1/2"), Found::Nothing));
        assert!(matches!(find(&[TABLE], "GET", "/w/"), Found::Nothing));
    }
}
