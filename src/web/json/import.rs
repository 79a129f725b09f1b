//! Imports in the API: upload, progress, rows that a person must look at, decisions, the sheet of faulty rows.

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shapes;
use super::worker::{Nothing, instant};
use crate::actions::Error;
use crate::actions::import::review::{self, Decision};
use crate::actions::import::{Options, upload};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::heading::SheetKind;
use crate::handler;
use crate::store::import::{Import, ImportRow};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const WHO: Audience = Audience::Holds(&[Right::Imports, Right::OwnVacancies]);
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post("/api/v1/imports", WHO, "upload a sheet", Body::Upload, handler!(create))
        .gives::<shapes::Import>()
        .status(202),
    Route::get("/api/v1/imports", WHO, "imports, newest first", handler!(list)).gives::<shapes::List<shapes::Import>>(),
    Route::get("/api/v1/imports/{id}", WHO, "how far an import is", handler!(find)).gives::<shapes::Import>(),
    Route::get("/api/v1/imports/{id}/rows", WHO, "rows that a person must look at", handler!(rows))
        .gives::<shapes::List<shapes::Row>>()
        .query(&["outcome", "limit", "cursor"]),
    Route::post(
        "/api/v1/imports/{id}/rows/{row}/resolve",
        Audience::Holds(&[Right::Imports]),
        "decide on a row that was set aside",
        Body::Json(shape::<ResolveBody>),
        handler!(resolve),
    )
    .gives::<shapes::Row>(),
    Route::get("/api/v1/imports/{id}/report.xlsx", WHO, "the faulty rows as a sheet", handler!(report)).media(XLSX),
    Route::post(
        "/api/v1/imports/{id}/write",
        WHO,
        "write what a dry run has shown",
        Body::Json(shape::<Nothing>),
        handler!(write),
    )
    .gives::<shapes::Import>()
    .status(202),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ResolveBody {
    /// `new`, `same` or `skip`.
    r#as: String,
    /// Who it is, with `same`.
    person: Option<uuid::Uuid>,
}

/// The API's view of an import.
pub fn view(import: &Import) -> Value {
    let mapping = review::mapping(import);
    let unknown: Vec<&str> = mapping.iter().filter(|m| m.field.is_none()).map(|m| m.heading.as_str()).collect();
    let options: Options = serde_json::from_value(import.options.clone()).unwrap_or_default();
    json!({
        "id": import.id,
        "kind": import.kind,
        "file": import.file_name,
        "state": import.state,
        "dry_run": options.dry_run,
        "open": options.open,
        "progress": {"done": import.done_rows, "all": options.expected},
        "summary": import.summary,
        "mapping": mapping,
        "unknown_headings": unknown,
        "fault": import.fault,
        "by": import.by_name,
        "created_at": instant(import.created_at),
        "updated_at": instant(import.updated_at),
    })
}

fn row_view(ask: &Ask, row: &ImportRow) -> Value {
    let errors = row.errors.as_array().map(Vec::as_slice).unwrap_or_default();
    let errors: Vec<Value> = errors.iter().map(|e| review::error_view(ask.lang, e)).collect();
    json!({
        "row": row.row,
        "outcome": row.outcome,
        "errors": errors,
        "changes": row.changes.as_ref().and_then(Value::as_object).map(super::changes),
        "object": row.object,
        "resolved": row.resolved,
    })
}

/// What a multipart upload holds.
pub struct Form {
    pub kind: SheetKind,
    pub file: Bytes,
    pub options: Options,
}

pub async fn form(ask: &Ask) -> Result<Form, Fault> {
    form_of(ask, None).await
}

/// The parts of an upload whose kind may be known beforehand.
pub async fn form_of(ask: &Ask, known: Option<SheetKind>) -> Result<Form, Fault> {
    let boundary = ask.header("content-type").and_then(|t| multer::parse_boundary(t).ok());
    let boundary = boundary.ok_or(Fault::Status(415, "body.multipart"))?;
    let whole = ask.body.clone();
    let body = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(whole) });
    let mut parts = multer::Multipart::new(body, boundary);
    let broken = |_| Fault::Status(400, "body.broken");
    let (mut kind, mut file, mut options) = (known, None, Options::default());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let yes = |text: &str| matches!(text.trim(), "true" | "1" | "on" | "yes" | "是");
        match name.as_str() {
            "kind" => kind = SheetKind::parse(&part.text().await.map_err(broken)?),
            "file" => {
                options.file_name = part.file_name().unwrap_or_default().chars().take(200).collect();
                file = Some(part.bytes().await.map_err(broken)?);
            }
            "open" => options.open = yes(&part.text().await.map_err(broken)?),
            "allow_findings" => options.allow_findings = yes(&part.text().await.map_err(broken)?),
            "dry_run" => options.dry_run = yes(&part.text().await.map_err(broken)?),
            other => return Err(Error::field(other, "field.unknown").into()),
        }
    }
    let mut faults = Vec::new();
    // A browser sends an empty part without a name where no file was chosen.
    let file_fault = match &file {
        Some(file) if !file.is_empty() => None,
        Some(_) if !options.file_name.is_empty() => Some("sheet.empty"),
        _ => Some("field.missing"),
    };
    for (field, code) in [("kind", kind.is_none().then_some("field.missing")), ("file", file_fault)] {
        faults.extend(code.map(|code| crate::domain::fault::FieldFault::new(field, code)));
    }
    match (kind, file) {
        (Some(kind), Some(file)) if faults.is_empty() => Ok(Form { kind, file, options }),
        _ => Err(Error::Invalid(faults).into()),
    }
}

/// The words of an upload without its file, to be put back into the form.
pub async fn words(ask: &Ask) -> Vec<(String, String)> {
    let Some(boundary) = ask.header("content-type").and_then(|t| multer::parse_boundary(t).ok()) else {
        return Vec::new();
    };
    let whole = ask.body.clone();
    let body = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(whole) });
    let mut parts = multer::Multipart::new(body, boundary);
    let mut words = Vec::new();
    while let Ok(Some(part)) = parts.next_field().await {
        if let (None, Some(name)) = (part.file_name(), part.name().map(str::to_owned)) {
            words.push((name, part.text().await.unwrap_or_default()));
        }
    }
    words
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let Form { kind, file, options } = form(&ask).await?;
    let import = upload::upload(&ask.office, &ask.actor, kind, &file, options).await?;
    Ok(Answer::json(202, &view(&import)).header("location", format!("/api/v1/imports/{}", import.id)).private())
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let imports = review::list(&ask.office, &ask.actor, 100).await?;
    let items: Vec<Value> = imports.iter().map(view).collect();
    Ok(Answer::json(200, &super::items(items)).private())
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let import = review::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&import)).private())
}

async fn rows(ask: Ask) -> Result<Answer, Fault> {
    let limit = super::limit(&ask)? as i64;
    let after = ask.query_as::<i64>("cursor")?.unwrap_or(0);
    let outcome = ask.query("outcome");
    let (rows, total) = review::rows(&ask.office, &ask.actor, ask.id("id")?, outcome, after, limit).await?;
    let next = rows.last().filter(|_| rows.len() as i64 == limit).map(|r| r.row.to_string());
    let items: Vec<Value> = rows.iter().map(|row| row_view(&ask, row)).collect();
    Ok(Answer::json(200, &super::paged(items, total, next)).private())
}

async fn resolve(ask: Ask) -> Result<Answer, Fault> {
    let body: ResolveBody = ask.json()?;
    let row = ask.param("row").parse().map_err(|_| Fault::Act(Error::NotFound))?;
    let how = match body.r#as.as_str() {
        "new" => Decision::New,
        "same" => Decision::Same(body.person),
        "skip" => Decision::Skip,
        _ => return Err(Error::field("as", "choice.unknown").into()),
    };
    let row = review::resolve(&ask.office, &ask.actor, ask.id("id")?, row, how).await?;
    Ok(Answer::json(200, &row_view(&ask, &row)).private())
}

async fn report(ask: Ask) -> Result<Answer, Fault> {
    let bytes = review::report(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::file("退回.xlsx", XLSX, bytes).private())
}

async fn write(ask: Ask) -> Result<Answer, Fault> {
    let import = upload::write(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(202, &view(&import)).private())
}
