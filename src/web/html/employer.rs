//! Pages of employers: who was introduced and what to answer, own vacancies, posting and changing them.

use uuid::Uuid;

use super::posting::{self, Side};
use super::public::facts;
use super::station::introduction::log;
use super::station::vacancy::state_tag;
use super::{body_of, chrome, page, refused, sentences};
use crate::actions::introduction::{self as cases, Details, Step as CaseStep};
use crate::actions::{Error, vacancy};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::introduction::{IntroductionAct, IntroductionState};
use crate::domain::posting::Posting;
use crate::domain::vacancy::{Period, VacancyState};
use crate::handler;
use crate::pages::{
    Answers, Bit, Block, Button, Cell, Choice, Column, Desk, EmployerHome, Fact, Form, Introduced, IntroducedGroup,
    Link, Note, Row, Step, Table, Tag, Tone, code_sentence, employer_reasons, format, forms, named, text, word,
};
use crate::store;
use crate::store::introduction::{Case, Filter};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{typed, value};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const POSTS: Audience = Audience::Holds(&[Right::OwnVacancies]);
const CASES: Audience = Audience::Holds(&[Right::OwnIntroductions]);
const SIDE: Side = Side { root: "/employer/vacancies", staff: false };
/// People on a page, so that it stays small for a cheap telephone.
const PAGE: usize = 8;

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/employer", CASES, "people introduced", handler!(home)).query(&["vacancy", "state", "after"]),
    Route::post("/employer/introductions", CASES, "answer several", Body::Form, handler!(several))
        .takes(&["pick", "act", "reason"]),
    Route::get("/employer/introductions/{id}", CASES, "one introduction", handler!(show_case)),
    Route::post(
        "/employer/introductions/{id}",
        CASES,
        "answer one",
        Body::FormOf(shape::<cases::Details>),
        handler!(answer),
    )
    .takes(&["act"]),
    Route::get("/employer/vacancies", POSTS, "own vacancies", handler!(list)),
    Route::get("/employer/vacancies/new", POSTS, "the form to post", handler!(new)),
    Route::post("/employer/vacancies/new", POSTS, "post a vacancy", Body::FormOf(shape::<Posting>), handler!(create))
        .takes(&["act"]),
    Route::get("/employer/vacancies/{id}", POSTS, "an own vacancy", handler!(show)),
    Route::get("/employer/vacancies/{id}/edit", POSTS, "the form to change it", handler!(edit)),
    Route::post("/employer/vacancies/{id}/edit", POSTS, "change it", Body::FormOf(shape::<Posting>), handler!(change))
        .takes(&["act", "version"]),
    Route::get("/employer/vacancies/{id}/copy", POSTS, "post it again", handler!(copy)),
    Route::post("/employer/vacancies/{id}/{act}", POSTS, "submit, close or reopen", Body::Form, handler!(act)),
    Route::get("/employer/import", POSTS, "hand in a sheet of vacancies", handler!(sheet)),
    Route::post("/employer/import", POSTS, "upload the sheet", Body::Upload, handler!(upload)).takes(&["file"]),
];

/// The fields of the page's one form that an act reads.
fn fields_of(act: IntroductionAct) -> &'static [&'static str] {
    match act {
        IntroductionAct::Decline => &["reason", "text"],
        IntroductionAct::Interview => &["at", "place", "contact"],
        IntroductionAct::Place => &["from", "wage", "period", "contract_months", "organised"],
        _ => &[],
    }
}

fn introduced(ask: &Ask, case: &Case, bad: Option<&(Uuid, Form)>) -> Introduced {
    let (lang, today) = (ask.lang, ask.office.today());
    let i = &case.introduction;
    let answers = match i.state {
        IntroductionState::Proposed => Answers::Proposed,
        IntroductionState::Accepted | IntroductionState::Interview => Answers::Going,
        _ => Answers::None,
    };
    let late = i.due.is_some_and(|due| due < today);
    let invitation = i.interview.as_ref().map(|v| {
        let words = [Some(v.at.clone()), Some(v.place.clone()), v.contact.clone()];
        words.into_iter().flatten().collect::<Vec<_>>().join("　")
    });
    Introduced {
        id: i.id.to_string(),
        name: cases::name_for(&ask.actor, case),
        code: i.reference.clone(),
        from: format::day_desk(crate::actions::clock::day_of(i.created_at), today),
        summary: case.vacancy_title.clone(),
        reach: String::new(),
        tag: Tag::new(named(lang, i.state), if late { Tone::Bad } else { Tone::Plain }),
        answers,
        invitation: invitation.unwrap_or_default(),
        form: bad.filter(|(id, _)| *id == i.id).map(|(_, form)| form.clone()),
    }
}

async fn home_view(ask: &Ask, note: Option<Note>, bad: Option<(Uuid, Form)>) -> Result<EmployerHome, Fault> {
    let lang = ask.lang;
    let own = ask.actor.employer().ok_or(Error::Forbidden)?;
    let chosen = ask.query_as::<Uuid>("vacancy")?;
    let state = ask.query("state").and_then(IntroductionState::parse);
    let filter = Filter { vacancy: chosen, states: state.into_iter().collect(), ..Filter::default() };
    let found = cases::list(&ask.office, &ask.actor, &filter, ask.query_as("after")?, PAGE).await?;
    let mut groups: Vec<IntroducedGroup> = Vec::new();
    for wanted in IntroductionState::ALL {
        let people: Vec<Introduced> = found
            .items
            .iter()
            .filter(|c| c.introduction.state == *wanted)
            .map(|c| introduced(ask, c, bad.as_ref()))
            .collect();
        if !people.is_empty() {
            groups.push(IntroducedGroup { heading: format!("{} {}", named(lang, *wanted), people.len()), people });
        }
    }
    let ids = store::vacancy::of_employer(&mut &ask.office.db, own).await?;
    let posts = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    let mut vacancies = vec![Choice::new("", text(lang, "any", &[]))];
    vacancies.extend(posts.iter().map(|p| {
        let words = format!("{} {}", p.row.vacancy.title, text(lang, "places-left", &[("n", &p.places_left())]));
        Choice::new(p.row.id.to_string(), words).chosen(chosen == Some(p.row.id))
    }));
    let mut states: Vec<Step> = [
        IntroductionState::Proposed,
        IntroductionState::Accepted,
        IntroductionState::Interview,
        IntroductionState::Placed,
        IntroductionState::Declined,
    ]
    .into_iter()
    .map(|s| Step { href: format!("/employer?state={}", s.code()), text: named(lang, s), here: state == Some(s) })
    .collect();
    if let Some(next) = found.next {
        let mut query = vec![("after", next.to_string())];
        query.extend(state.map(|s| ("state", s.code().to_owned())));
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        states.push(Step { href: format!("/employer?{query}"), text: text(lang, "see-more", &[]), here: false });
    }
    Ok(EmployerHome {
        c: chrome(ask, "/employer").await,
        vacancies,
        states,
        note,
        groups,
        reasons: employer_reasons(lang),
    })
}

async fn home(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&home_view(&ask, None, None).await?))
}

fn step_of(ask: &Ask, act: IntroductionAct, fields: &[(String, String)]) -> Result<CaseStep, Error> {
    let own: Vec<(String, String)> =
        fields.iter().filter(|(n, _)| fields_of(act).contains(&n.as_str())).cloned().collect();
    let details: Details = body_of(&own).map_err(|_| Error::Refused("body.form"))?;
    CaseStep::check(act, &details, ask.office.today()).map_err(Error::Invalid)
}

/// Acts that an employer may do from its page.
fn act_of(fields: &Vec<(String, String)>) -> Result<IntroductionAct, Error> {
    use IntroductionAct as A;
    IntroductionAct::parse(value(fields, "act"))
        .filter(|a| matches!(a, A::Accept | A::Decline | A::Interview | A::Place))
        .ok_or_else(|| Error::field("act", "field.missing"))
}

async fn answer(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let act = act_of(&fields)?;
    let done = match step_of(&ask, act, &fields) {
        Ok(step) => cases::act(&ask.office, &ask.actor, id, step).await.map(drop),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Answer::see_other("/employer?said=saved")),
        Err(Error::Invalid(faults)) => {
            let mut form = forms::act(ask.lang, "", act);
            form.action = format!("/employer/introductions/{id}");
            form.buttons = vec![Button::second(named(ask.lang, act), "act", act.code())];
            let form = form.fill(typed(&fields)).mark(sentences(ask.lang, &faults));
            Ok(refused(&home_view(&ask, None, Some((id, form))).await?))
        }
        Err(other) => Err(other.into()),
    }
}

async fn several(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let act = act_of(&fields)?;
    let picked: Vec<Uuid> = fields.iter().filter(|(n, _)| n == "pick").filter_map(|(_, v)| v.parse().ok()).collect();
    if picked.is_empty() {
        return Err(Error::field("pick", "field.missing").into());
    }
    let mut why: Vec<String> = Vec::new();
    let mut failed = 0_usize;
    for id in picked {
        let done = match step_of(&ask, act, &fields) {
            Ok(step) => cases::act(&ask.office, &ask.actor, id, step).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            failed += 1;
            let fault = Fault::Act(error);
            let told = fault.fields().first().map_or_else(
                || code_sentence(ask.lang, fault.status().1, &[]).unwrap_or_default(),
                |f| crate::web::fault::sentence(ask.lang, f),
            );
            if !why.contains(&told) {
                why.push(told);
            }
        }
    }
    if failed == 0 {
        return Ok(Answer::see_other("/employer?said=saved"));
    }
    let said = text(ask.lang, "said-some-failed", &[("n", &failed), ("why", &why.join(" "))]);
    let note = Note { tone: Tone::Warn, text: said, ..Note::default() };
    let mut answer = page(&home_view(&ask, Some(note), None).await?);
    answer.status = 409;
    Ok(answer)
}

async fn show_case(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let whole = cases::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let case = &whole.case;
    let facts = vec![
        Fact::named(lang, "code", case.introduction.reference.clone()),
        Fact::new(word(lang, "col", "title"), case.vacancy_title.clone()),
        Fact::named(lang, "state", named(lang, case.introduction.state)),
    ];
    // Letters are the station's affair.
    let shown = cases::Whole { mail: Vec::new(), ..whole.clone() };
    let view = Desk {
        c: chrome(&ask, "/employer").await,
        heading: cases::name_for(&ask.actor, case),
        links: vec![Link::to(format!("/employer?vacancy={}", case.introduction.vacancy), word(lang, "go", "open"))],
        blocks: vec![Block::Facts(facts), Block::Log(log(lang, ask.office.today(), &shown))],
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let own = ask.actor.employer().ok_or(Error::Forbidden)?;
    let ids = store::vacancy::of_employer(&mut &ask.office.db, own).await?;
    let posts = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    let rows = posts.iter().map(|r| {
        let cells = vec![
            Cell::head(Link::to(format!("/employer/vacancies/{}", r.row.id), r.row.vacancy.title.clone())),
            Cell::new(r.row.reference.clone()),
            Cell::number(format!("{} / {}", r.places_left(), r.row.vacancy.headcount)),
            Cell::number(r.row.vacancy.valid_until.map(|d| format::day_desk(d, today)).unwrap_or_default()),
            Cell::new(Bit::Tag(state_tag(lang, r.state(today)))),
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "vacancies".into(),
        caption: text(lang, "page-own-vacancies", &[]),
        quiet: true,
        columns: vec![
            Column::named(lang, "title"),
            Column::named(lang, "code"),
            Column::figures(lang, "left"),
            Column::figures(lang, "valid-until"),
            Column::named(lang, "now"),
        ],
        rows: rows.take(100).collect(),
        ..Table::default()
    };
    let view = Desk {
        c: chrome(&ask, "/employer/vacancies").await,
        heading: text(lang, "page-own-vacancies", &[]),
        links: vec![Link::to("/employer/vacancies/new", word(lang, "go", "new-vacancy"))],
        blocks: vec![Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&posting::new_page(&ask, SIDE, None).await))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    posting::create(&ask, SIDE).await
}

async fn own(ask: &Ask) -> Result<store::vacancy::Record, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    if vacancy::may_change(&ask.office, &ask.actor, &record).await { Ok(record) } else { Err(Error::NotFound.into()) }
}

async fn copy(ask: Ask) -> Result<Answer, Fault> {
    let record = own(&ask).await?;
    Ok(page(&posting::new_page(&ask, SIDE, Some(&record)).await))
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let record = own(&ask).await?;
    Ok(page(&posting::edit_page(&ask, SIDE, &record).await))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let record = own(&ask).await?;
    posting::change(&ask, SIDE, &record).await
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let record = own(&ask).await?;
    let root = format!("/employer/vacancies/{}", record.row.id);
    let v = &record.row.vacancy;
    let (first, more) = facts(lang, &record);
    let mut blocks = vec![Block::Facts(first.into_iter().chain(more).collect())];
    if !record.row.findings.is_empty() {
        blocks.push(Block::Findings(record.row.findings.iter().map(|f| posting::finding(lang, f)).collect()));
    }
    let state = record.state(today);
    let (act, key) = match state {
        VacancyState::Draft => ("open", "open"),
        VacancyState::InReview | VacancyState::Open | VacancyState::Filled => ("close", "close"),
        VacancyState::Closed | VacancyState::Expired => ("reopen", "reopen"),
    };
    let button = Form::new(format!("{root}/{act}"), Vec::new(), vec![Button::second(word(lang, "go", key), "", "")]);
    blocks.push(Block::Form(button));
    let view = Desk {
        c: chrome(&ask, "/employer/vacancies").await,
        heading: v.title.clone(),
        crumb: vec![Link::to("/employer/vacancies", text(lang, "page-own-vacancies", &[]))],
        tags: vec![state_tag(lang, state)],
        lead: vec![Bit::Wage(format::wage(lang, v.pay.min, v.pay.max, v.pay.period.unwrap_or(Period::Month)))],
        links: vec![
            Link::to(format!("{root}/edit"), word(lang, "go", "edit")),
            Link::to(format!("{root}/copy"), word(lang, "go", "copy")),
        ],
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let said = match ask.param("act") {
        "open" => vacancy::open(&ask.office, &ask.actor, id).await.map(|_| "in-review"),
        "close" => vacancy::close(&ask.office, &ask.actor, id, None).await.map(|_| "closed"),
        "reopen" => vacancy::reopen(&ask.office, &ask.actor, id).await.map(|_| "reopened"),
        _ => return Err(Error::NotFound.into()),
    }?;
    Ok(Answer::see_other(format!("/employer/vacancies/{id}?said={said}")))
}

async fn sheet_view(ask: &Ask, told: Vec<Block>) -> Desk {
    let mut blocks = told;
    blocks.push(Block::Form(forms::upload(ask.lang, "/employer/import", false)));
    let c = chrome(ask, "/employer/import").await;
    Desk { c, heading: text(ask.lang, "page-own-import", &[]), blocks, ..Desk::default() }
}

async fn sheet(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&sheet_view(&ask, Vec::new()).await))
}

/// An employer's sheet is written at once into review; what was taken and what was not is told on the page.
async fn upload(ask: Ask) -> Result<Answer, Fault> {
    use crate::actions::import;
    use crate::domain::heading::SheetKind;
    let form = match crate::web::json::import::form_of(&ask, Some(SheetKind::Vacancies)).await {
        Ok(form) => form,
        Err(fault) if fault.status().0 == 422 => {
            let words: Vec<String> = fault.fields().iter().map(|f| crate::web::fault::sentence(ask.lang, f)).collect();
            let note = Note { tone: Tone::Bad, text: words.join(" "), ..Note::default() };
            return Ok(refused(&sheet_view(&ask, vec![Block::Note(note)]).await));
        }
        Err(fault) => return Err(fault),
    };
    let done =
        import::run(&ask.office, &ask.actor, SheetKind::Vacancies, &form.file, &form.options, &mut |_| {}).await?;
    let stat = |n: u64, key: &str| crate::pages::Stat {
        number: n.to_string(),
        text: word(ask.lang, "col", key),
        href: String::new(),
    };
    let s = &done.summary;
    let stats = vec![
        stat(s.created, "created"),
        stat(s.updated, "updated"),
        stat(s.unchanged, "unchanged"),
        stat(s.rejected, "rejected"),
        stat(s.rows, "rows"),
    ];
    let link = Link::to("/employer/vacancies", text(ask.lang, "page-own-vacancies", &[]));
    Ok(page(&sheet_view(&ask, vec![Block::Stats(stats), Block::Links(vec![link])]).await))
}
