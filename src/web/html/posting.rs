//! Posting a vacancy by form: what station and employer pages share.

use uuid::Uuid;

use super::{at_form, body_of, chrome, page, timeline};
use crate::actions::vacancy::{self, Aim};
use crate::actions::{Error, employer};
use crate::domain::posting::Posting;
use crate::domain::vacancy::VacancyState;
use crate::pages::{Block, Desk, Field, Finding, Form, Kind, Lang, Section, forms, text};
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, over, stored, typed, value};
use crate::web::reply::Answer;

/// Whose pages they are: the list's address, and whether staff post.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    /// `/station/vacancies` or `/employer/vacancies`.
    pub root: &'static str,
    /// Station staff say whose vacancy it is.
    pub staff: bool,
}

/// A hidden field.
pub fn hidden(name: &str, value: impl Into<String>) -> Section {
    let field = Field { name: name.into(), kind: Kind::Hidden, values: vec![value.into()], ..Field::default() };
    Section { fields: vec![field], ..Section::default() }
}

/// A finding of the law check as the pages show it.
pub fn finding(lang: Lang, f: &crate::domain::finding::Finding) -> Finding {
    let words = match lang {
        Lang::Zh => f.rule.suggestion_zh(),
        Lang::En => f.rule.suggestion_en(),
    };
    Finding {
        blocks: f.severity == crate::domain::advert::Severity::Block,
        quote: f.text.clone(),
        text: words.to_owned(),
        article: f.article.clone(),
    }
}

fn with_findings(lang: Lang, mut form: Form, found: &[crate::domain::finding::Finding]) -> Form {
    for f in found {
        form = form.find(&f.field, finding(lang, f));
    }
    form
}

/// The empty form, or that of a copy.
pub async fn new_page(ask: &Ask, side: Side, copy: Option<&Record>) -> Desk {
    let mut form = forms::vacancy(ask.lang, &format!("{}/new", side.root), side.root, side.staff);
    let mut heading = "page-vacancy-new";
    if let Some(record) = copy {
        // A copy is a new advert: its dates are asked anew.
        let mut posting = vacancy::posting(record);
        posting.valid_until = None;
        posting.start_from = None;
        posting.source = None;
        form = form.fill(filled(side, record, &posting));
        heading = "page-vacancy-copy";
    }
    Desk::form(chrome(ask, side.root).await, text(ask.lang, heading, &[]), form)
}

/// The form of a vacancy that stands, with its findings beside the fields.
pub async fn edit_page(ask: &Ask, side: Side, record: &Record) -> Desk {
    let action = format!("{}/{}/edit", side.root, record.row.id);
    let back = format!("{}/{}", side.root, record.row.id);
    let mut form =
        forms::vacancy(ask.lang, &action, &back, side.staff).fill(filled(side, record, &vacancy::posting(record)));
    form.sections.push(hidden("version", record.row.version.to_string()));
    let form = with_findings(ask.lang, form, &record.row.findings);
    Desk::form(chrome(ask, side.root).await, text(ask.lang, "page-vacancy-edit", &[]), form)
}

/// The posting that a form says; a name of an employer is looked up by staff, that of the standing vacancy is its own.
async fn posting(ask: &Ask, side: Side, fields: &Pairs, standing: Option<&Record>) -> Result<Posting, Fault> {
    let mut body: Posting = body_of(fields)?;
    if !side.staff {
        body.employer = ask.actor.employer().map(|id| id.to_string().into());
        return Ok(body);
    }
    let named = value(fields, "employer").to_owned();
    if named.is_empty() || named.parse::<Uuid>().is_ok() {
        return Ok(body);
    }
    if let Some(own) = standing.filter(|record| record.employer_name == named) {
        body.employer = Some(own.row.employer.to_string().into());
        return Ok(body);
    }
    let wanted = crate::store::employer::Wanted { text: &named, state: None, stations: None, verified_before: None };
    let (rows, _) = employer::list(&ask.office, &ask.actor, &wanted, 50, 0).await?;
    let mut exact = rows.iter().filter(|e| e.employer.name == named);
    let one = match (exact.next(), exact.next(), rows.as_slice()) {
        (Some(one), None, _) | (None, _, [one]) => Some(one.id),
        _ => None,
    };
    if let Some(one) = one {
        body.employer = Some(one.to_string().into());
    }
    Ok(body)
}

/// What the form of a stored vacancy is filled with; staff read the employer's name.
fn filled(side: Side, record: &Record, posting: &Posting) -> Pairs {
    let mut pairs = stored(posting);
    for (_, text) in pairs.iter_mut().filter(|(name, _)| side.staff && name == "employer") {
        text.clone_from(&record.employer_name);
    }
    pairs
}

/// The form once more, with what was typed and what the law has against it; `over` is the row it goes over with its
/// version, none for a new one.
async fn again(
    ask: &Ask,
    side: Side,
    (fields, body): (&Pairs, &Posting),
    over: Option<(&Record, i64)>,
    (status, faults): (u16, Vec<(String, String)>),
    above: Option<Block>,
) -> Answer {
    let (heading, back, action) = match over {
        Some((record, _)) => ("page-vacancy-edit", format!("{}/{}", side.root, record.row.id), "edit"),
        None => ("page-vacancy-new", side.root.to_owned(), "new"),
    };
    let action = format!("{back}/{action}");
    let mut form = forms::vacancy(ask.lang, &action, &back, side.staff);
    if let Some((_, version)) = over {
        form.sections.push(hidden("version", version.to_string()));
    }
    let mut c = chrome(ask, side.root).await;
    c.back = action;
    let form = form.fill(typed(fields).filter(|(n, _)| *n != "version")).mark(faults);
    let form = with_findings(ask.lang, form, &vacancy::findings_so_far(&ask.office, body));
    let mut view = Desk::form(c, text(ask.lang, heading, &[]), form);
    view.blocks.splice(0..0, above);
    Answer { status, ..page(&view) }
}

/// What changes would bring while the form is being written: the form once more, as it was typed, below it.
async fn what_if(
    ask: &Ask,
    side: Side,
    (fields, body): (&Pairs, &Posting),
    over: Option<(&Record, i64)>,
) -> Result<Answer, Fault> {
    let whole = serde_json::to_value(body).map_err(|e| Fault::Act(Error::Internal(e.to_string())))?;
    Ok(match super::what_if::of_vacancy(ask, whole).await {
        Ok(block) => again(ask, side, (fields, body), over, (200, Vec::new()), Some(block)).await,
        Err(error) => again(ask, side, (fields, body), over, at_form(ask.lang, error)?, None).await,
    })
}

fn said(record: &Record, today: jiff::civil::Date) -> &'static str {
    match record.state(today) {
        VacancyState::Draft => "draft",
        VacancyState::InReview => "in-review",
        _ => "posted",
    }
}

/// Takes a posted form: a new vacancy.
pub async fn create(ask: &Ask, side: Side) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body = posting(ask, side, &fields, None).await?;
    if value(&fields, "act") == "what-if" {
        return what_if(ask, side, (&fields, &body), None).await;
    }
    let aim = match (value(&fields, "act"), side.staff) {
        ("draft", _) => Aim::Draft,
        (_, true) => Aim::Open,
        (_, false) => Aim::Review,
    };
    match vacancy::post(&ask.office, &ask.actor, &body, aim).await {
        Ok(done) => {
            let said = said(&done.record, ask.office.today());
            Ok(Answer::see_other(format!("{}/{}?said={said}", side.root, done.record.row.id)))
        }
        Err(error) => Ok(again(ask, side, (&fields, &body), None, at_form(ask.lang, error)?, None).await),
    }
}

/// Takes a posted form: a vacancy that stands.
pub async fn change(ask: &Ask, side: Side, record: &Record) -> Result<Answer, Fault> {
    let fields = ask.form();
    let action = format!("{}/{}/edit", side.root, record.row.id);
    let form = forms::vacancy(ask.lang, &action, side.root, side.staff);
    let body = over(&vacancy::posting(record), &form, &posting(ask, side, &fields, Some(record)).await?)?;
    let version = value(&fields, "version").parse().unwrap_or(0);
    if value(&fields, "act") == "what-if" {
        return what_if(ask, side, (&fields, &body), Some((record, version))).await;
    }
    match vacancy::change_to(&ask.office, &ask.actor, record, &body, version).await {
        Ok(record) => {
            let said = if record.state(ask.office.today()) == VacancyState::InReview { "in-review" } else { "saved" };
            Ok(Answer::see_other(format!("{}/{}?said={said}", side.root, record.row.id)))
        }
        Err(Error::Stale) => {
            // After somebody else was faster, the next press goes over what stands now.
            let (fresh, entries) = vacancy::timeline(&ask.office, &ask.actor, record.row.id).await?;
            let told = timeline::stale(ask.lang, "vacancy", &entries, fresh.row.version - version);
            Ok(again(ask, side, (&fields, &body), Some((record, fresh.row.version)), (422, told), None).await)
        }
        Err(error) => {
            let told = at_form(ask.lang, error)?;
            Ok(again(ask, side, (&fields, &body), Some((record, version)), told, None).await)
        }
    }
}
