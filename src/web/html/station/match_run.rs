//! Batch runs for station staff: the list, starting one, following it, and what hangs on one run.

mod adopt;
mod compare;
mod form;
mod post;
mod print;
mod result;

use uuid::Uuid;

use crate::actions::match_run::{self, NotBegun, Told, Wanted};
use crate::actions::{Error, clock};
use crate::domain::actor::Right;
use crate::domain::fault::FieldFault;
use crate::domain::match_run::{RunStage, RunState};
use crate::handler;
use crate::pages::{
    Bit, Block, Button, Cell, Column, Desk, Form, Lang, Link, Note, Row, Table, Tag, Tone, Weight, code_sentence,
    format, named, text, word,
};
use crate::store::match_run::Run;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::{at_form, chrome, page};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Match]);
const NAV: &str = "/station/match-runs";

/// Routes of this file and of those below it.
pub static ROUTES: &[Route] = &[
    Route::get("/station/match-runs", STAFF, "batch runs", handler!(list)),
    Route::get("/station/match-runs/new", STAFF, "the form to start one", handler!(new)).query(&["from"]),
    Route::post("/station/match-runs/new", STAFF, "start a batch run", Body::FormOf(shape::<Wanted>), handler!(create)),
    Route::get("/station/match-runs/{id}", STAFF, "a batch run and its result", handler!(show))
        .query(&["employer", "place", "from"]),
    Route::post("/station/match-runs/{id}/cancel", STAFF, "stop a run", Body::Form, handler!(cancel)),
    Route::post(
        "/station/match-runs/{id}/adopt",
        STAFF,
        "make introductions of it",
        Body::Form,
        handler!(adopt::adopt),
    )
    .takes(&["vacancy", "act"]),
    Route::get("/station/match-runs/{id}/vacancies/{vacancy}", STAFF, "who goes to one post", handler!(post::show))
        .query(&["from"]),
    Route::post(
        "/station/match-runs/{id}/vacancies/{vacancy}",
        STAFF,
        "change it by hand, or adopt some",
        Body::Form,
        handler!(post::act),
    )
    .takes(&["worker", "act", "rest", "do-", "to-"]),
    Route::get(
        "/station/match-runs/{id}/compare/{other}",
        STAFF,
        "two runs beside each other",
        handler!(compare::show),
    ),
    Route::get("/station/match-runs/{id}/print/{by}", STAFF, "sheets by employer or village", handler!(print::show))
        .query(&["from"]),
];

fn address(id: Uuid) -> String {
    format!("{NAV}/{id}")
}

fn t(lang: Lang, key: &str) -> String {
    text(lang, key, &[])
}

/// A count out of what a run found; 0 where it says nothing.
fn number(run: &Run, name: &str) -> u64 {
    run.found[name].as_u64().unwrap_or(0)
}

fn counted(run: &Run, name: &str) -> String {
    format::count(number(run, name))
}

/// When and for which station a run was made.
async fn title(ask: &Ask, run: &Run) -> String {
    let stations = ask.office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == run.station).map(|s| s.station.name.clone());
    let at = clock::local(run.created_at).strftime("%Y-%m-%d %H:%M");
    format!("{at} {}", station.unwrap_or_else(|| t(ask.lang, "match-all-stations")))
}

fn state_tag(lang: Lang, state: RunState) -> Tag {
    let tone = match state {
        RunState::Done => Tone::Ok,
        RunState::Failed => Tone::Bad,
        RunState::Cancelled => Tone::Warn,
        RunState::Queued | RunState::Running => Tone::Plain,
    };
    Tag::new(named(lang, state), tone)
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let runs = match_run::newest(&ask.office, &ask.actor).await?;
    let mut rows = Vec::with_capacity(runs.len());
    for run in &runs {
        let done = run.state == RunState::Done;
        let figure = |name: &str| Cell::number(if done { counted(run, name) } else { String::new() });
        let wanted: Wanted = serde_json::from_value(run.asked.clone()).unwrap_or_default();
        let change = wanted.parent.filter(|_| done).map(|parent| {
            let link = Link::to(format!("{}/compare/{parent}", address(run.id)), t(lang, "match-compare-parent"));
            Bit::RowLink(link, title_of(run))
        });
        rows.push(Row {
            tick: None,
            cells: vec![
                Cell::head(Link::to(address(run.id), title(&ask, run).await)),
                Cell::new(run.by.clone()),
                Cell::new(word(lang, "run", &format!("aim-{}", aim_code(&wanted)))),
                Cell::new(state_tag(lang, run.state)),
                figure("workers"),
                figure("places"),
                figure("assigned"),
                Cell { bits: change.into_iter().collect(), ..Cell::default() },
            ],
        });
    }
    let table = Table {
        id: "runs".into(),
        caption: t(lang, "match-runs"),
        columns: vec![
            Column::new(t(lang, "match-col-run")),
            Column::new(t(lang, "match-col-by")),
            Column::new(t(lang, "match-col-aim")),
            Column::named(lang, "state"),
            Column::number(t(lang, "match-col-people")),
            Column::number(t(lang, "match-col-places")),
            Column::number(t(lang, "match-col-assigned")),
            Column::new(t(lang, "match-col-change")),
        ],
        rows,
        empty: t(lang, "match-none-yet"),
        ..Table::default()
    };
    Ok(page(&Desk {
        c: chrome(&ask, NAV).await,
        heading: t(lang, "match-runs"),
        links: vec![Link::to(format!("{NAV}/new"), t(lang, "match-start"))],
        blocks: vec![Block::Text(t(lang, "match-what-it-does")), Block::Table(table)],
        ..Desk::default()
    }))
}

fn title_of(run: &Run) -> String {
    clock::local(run.created_at).strftime("%m-%d %H:%M").to_string()
}

fn aim_code(wanted: &Wanted) -> String {
    serde_json::to_value(wanted.aim).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

async fn start_page(ask: &Ask, form: Form) -> Desk {
    Desk {
        crumb: vec![Link::to(NAV, t(ask.lang, "match-runs")), Link::to("", t(ask.lang, "match-start"))],
        ..Desk::form(chrome(ask, NAV).await, t(ask.lang, "match-start"), form)
    }
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    let mut form = form::start(&ask).await;
    if let Some(from) = ask.query_as::<Uuid>("from")? {
        let run = match_run::find(&ask.office, &ask.actor, from).await?;
        form = form.fill(form::spoken(&ask, &run).await?);
    }
    Ok(page(&start_page(&ask, form).await))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let read = form::read(&ask, &fields).await?;
    let mut faults = read.faults.clone();
    let mut status = 422;
    if faults.is_empty() {
        match match_run::begin(&ask.office, &ask.actor, read.wanted.clone()).await {
            Ok(run) => return Ok(Answer::see_other(address(run.id))),
            Err(NotBegun::Contradictions(list)) => {
                let people = About::of(&ask, &list).await?;
                faults.extend(
                    list.iter().map(|one| (form::field_of(one.code).to_owned(), people.sentence(ask.lang, one))),
                );
            }
            Err(NotBegun::Error(Error::Invalid(list))) => {
                faults.extend(list.iter().map(|fault| read.at_line(ask.lang, fault)));
            }
            Err(NotBegun::Error(other)) => (status, faults) = at_form(ask.lang, other)?,
        }
    }
    let typed = fields.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    let form = form::start(&ask).await.fill(typed).mark(faults);
    Ok(Answer { status, ..page(&start_page(&ask, form).await) })
}

/// Names of whom and what contradictions are about.
struct About {
    people: std::collections::HashMap<Uuid, (String, String)>,
    posts: std::collections::HashMap<Uuid, crate::store::vacancy::Record>,
}

impl About {
    async fn of(ask: &Ask, list: &[Told]) -> Result<Self, Fault> {
        let people = list.iter().flat_map(|one| one.workers.iter().copied());
        let posts = list.iter().flat_map(|one| one.vacancies.iter().copied());
        Self::new(ask, people, posts).await
    }

    async fn new(
        ask: &Ask,
        people: impl IntoIterator<Item = Uuid>,
        posts: impl IntoIterator<Item = Uuid>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            people: match_run::names(&ask.office, &ask.actor, people).await?,
            posts: match_run::posts(&ask.office, posts).await?,
        })
    }

    fn person(&self, id: Uuid) -> Option<String> {
        self.people.get(&id).map(|(name, reference)| format!("{name} {reference}"))
    }

    /// A link to the person's page, or that the person is not to be seen from here any more.
    fn person_link(&self, lang: Lang, id: Uuid) -> Bit {
        match self.people.get(&id) {
            Some((name, _)) => Link::to(format!("/station/workers/{id}"), name.clone()).into(),
            None => t(lang, "match-not-yours").into(),
        }
    }

    fn post(&self, id: Uuid) -> Option<String> {
        self.posts.get(&id).map(|p| format!("{}（{}）", p.row.vacancy.title, p.row.reference))
    }

    /// Title and employer, linked.
    fn post_bits(&self, id: Uuid) -> Vec<Bit> {
        let Some(p) = self.posts.get(&id) else { return vec![] };
        let link = Link::to(format!("/station/vacancies/{id}"), p.row.vacancy.title.clone());
        vec![link.into(), Bit::Small(p.employer_name.clone())]
    }

    /// A contradiction with the names of those it is about.
    fn sentence(&self, lang: Lang, one: &Told) -> String {
        let (wanted, there) = one.numbers.unwrap_or((0, 0));
        let fault = FieldFault::new("", one.code).with("wanted", wanted).with("there", there);
        let about: Vec<String> = one
            .workers
            .iter()
            .filter_map(|id| self.person(*id))
            .chain(one.vacancies.iter().filter_map(|id| self.post(*id)))
            .collect();
        let said = sentence(lang, &fault);
        if about.is_empty() { said } else { format!("{}{}{said}", about.join(&t(lang, "match-and")), t(lang, "colon")) }
    }
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    let run = match_run::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    if run.state == RunState::Done {
        return result::page_of(&ask, run.id, None).await;
    }
    Ok(page(&going_on(&ask, &run).await))
}

/// A run that has no result: how far it is, or why it has none.
async fn going_on(ask: &Ask, run: &Run) -> Desk {
    let lang = ask.lang;
    let mut c = chrome(ask, NAV).await;
    let mut blocks = vec![];
    if run.state.is_under_way() {
        c.refresh = Some(2);
        let stage = run.found["stage"].as_str().and_then(<RunStage as crate::domain::code::Code>::parse);
        let what = match stage {
            Some(RunStage::Solving) if number(run, "of") > 0 => text(
                lang,
                "match-solving",
                &[("done", &format::count(number(run, "done"))), ("of", &format::count(number(run, "of")))],
            ),
            Some(stage) => named(lang, stage),
            None => named(lang, run.state),
        };
        let part = u8::try_from(run.progress.clamp(0, 100)).unwrap_or(100);
        blocks.push(Block::Progress(what, part));
        blocks.push(Block::Text(t(lang, "match-may-leave")));
        let stop = Button { weight: Weight::Red, ..Button::main(t(lang, "match-stop")) };
        blocks.push(Block::Form(Form::new(format!("{}/cancel", address(run.id)), vec![], vec![stop])));
    } else {
        let why = match &run.fault {
            Some(code) => code_sentence(lang, code, &[]).unwrap_or_else(|| t(lang, "match-failed")),
            None => t(lang, "match-was-stopped"),
        };
        let again = Link::to(format!("{NAV}/new?from={}", run.id), t(lang, "match-start-again"));
        blocks.push(Block::Note(Note { tone: Tone::Warn, text: why, links: vec![again], ..Note::default() }));
    }
    Desk {
        c,
        heading: t(lang, "match-run"),
        crumb: vec![Link::to(NAV, t(lang, "match-runs")), Link::to("", title(ask, run).await)],
        tags: vec![state_tag(lang, run.state)],
        blocks,
        ..Desk::default()
    }
}

async fn cancel(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    match match_run::cancel(&ask.office, &ask.actor, id).await {
        // It ended while the button was pressed: its page says how.
        Ok(_) | Err(Error::Conflict { .. }) => Ok(Answer::see_other(address(id))),
        Err(other) => Err(other.into()),
    }
}
