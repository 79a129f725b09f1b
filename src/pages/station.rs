//! Pages for station staff: worklist, person search, person, candidates.

use askama::Template;

use super::chrome::Chrome;
use super::form::{Choice, Form};
use super::format;
use super::parts::{Block, Fact, Link, LogLine, Note, Stat, Tag};
use super::table::{Row, Table};

/// A list behind a count.
#[derive(Clone, Debug, Default)]
pub struct Facet {
    /// Address of the list.
    pub href: String,
    /// What is counted.
    pub text: String,
    /// How many.
    pub n: u64,
    /// It is the list shown.
    pub here: bool,
}

impl Facet {
    fn number(&self) -> String {
        format::count(self.n)
    }
}

/// One thing to do.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Overdue, today, this week.
    pub due: Tag,
    /// What to do, such as 回电.
    pub act: String,
    /// Whom or what it is about.
    pub about: Link,
    /// The day it came.
    pub came: String,
    /// The day it is due.
    pub until: String,
    /// The next step.
    pub next: Link,
}

/// The worklist: `/station`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/home.html")]
pub struct Home {
    /// The page around it.
    pub c: Chrome,
    /// The day and the counts, such as 11月24日 星期二　逾期 3，今天 8.
    pub today: String,
    /// All, overdue, today, mine.
    pub filters: Vec<Facet>,
    /// By kind of task.
    pub kinds: Vec<Facet>,
    /// The tasks, most urgent first.
    pub tasks: Vec<Task>,
    /// When none is shown: the day of the earliest of the others; may be empty.
    pub later: String,
    /// Which of how many are shown.
    pub range: String,
    /// Address of the next page; empty on the last.
    pub next: String,
}

/// A facet of the person search; one of its values can be chosen.
#[derive(Clone, Debug, Default)]
pub struct FacetGroup {
    /// Name of the filter.
    pub name: String,
    /// The legend.
    pub legend: String,
    /// The values with exact counts.
    pub values: Vec<FacetValue>,
}

impl FacetGroup {
    fn narrowed(&self) -> bool {
        self.values.iter().any(|v| v.choice.on)
    }
}

/// A value of a facet with its exact count.
#[derive(Clone, Debug, Default)]
pub struct FacetValue {
    /// The value; ticked or not.
    pub choice: Choice,
    /// How many people have it.
    pub n: u64,
}

impl FacetValue {
    fn number(&self) -> String {
        format::count(self.n)
    }
}

/// Person search: `/station/workers`, searched by `POST /station/workers/find` (a number typed there must not stand in an address).
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/workers.html")]
pub struct WorkerFind {
    /// The page around it.
    pub c: Chrome,
    /// What was typed.
    pub q: String,
    /// Exact number of people in the actor's scope.
    pub total: u64,
    /// How the words were understood, and what was relaxed.
    pub understood: Vec<String>,
    /// "Did you mean".
    pub suggest: Vec<String>,
    /// The index is being rebuilt; the list comes from SQL.
    pub degraded: bool,
    /// Facets.
    pub facets: Vec<FacetGroup>,
    /// Ways to sort, `sort`.
    pub sorts: Vec<Choice>,
    /// The people; each row: name (head), age, origin, wishes and skills, certificates, least wage, status, household, last contact.
    pub rows: Vec<Row>,
    /// Which of how many are shown.
    pub range: String,
    /// Cursor of the next page; empty on the last.
    pub cursor: String,
}

impl WorkerFind {
    fn table(&self) -> Table {
        use super::table::Column;
        let c = &self.c;
        Table {
            id: "found".into(),
            caption: c.t("found-people"),
            quiet: true,
            columns: vec![
                Column::new(c.t("col-name")),
                Column::number(c.t("col-age")),
                Column::new(c.t("col-origin")),
                Column::new(c.t("col-wishes")),
                Column::new(c.t("col-certificates")),
                Column::number(c.t("col-wage-floor")),
                Column::new(c.t("col-status")),
                Column::new(c.t("col-household")),
                Column::number(c.t("col-last-contact")),
            ],
            rows: self.rows.clone(),
            empty: c.t("nobody-found"),
            ..Table::default()
        }
    }
}

/// A vacancy that fits a person, or a person who fits a vacancy.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// Id of the other side, sent when ticked.
    pub id: String,
    /// 0..1000.
    pub score: u32,
    /// Address of the other side.
    pub who: Link,
    /// Employer and place, or village.
    pub place: String,
    /// Wage, formatted; empty for people.
    pub wage: String,
    /// Places left and all; empty for people.
    pub places: String,
    /// Reasons: speaks for it (true) or good to know (false); at most four.
    pub reasons: Vec<(bool, String)>,
    /// What was not asked yet.
    pub asked: Vec<String>,
    /// How many are introduced already, in words; or that this one is.
    pub introduced: String,
    /// Points of the household's priority in words; for staff only, empty for vacancies.
    pub priority: String,
    /// Cannot be ticked (introduced already).
    pub taken: bool,
    /// Ticked already.
    pub on: bool,
}

/// A vacancy that nearly fits.
#[derive(Clone, Debug, Default)]
pub struct Near {
    /// The vacancy.
    pub vacancy: Link,
    /// Employer and place.
    pub place: String,
    /// Wage, formatted.
    pub wage: String,
    /// Where it sticks.
    pub stuck: String,
    /// The smallest change, or the two that are needed together.
    pub change: String,
    /// What to say to the person; empty if it is not theirs to change.
    pub tell: String,
    /// How many vacancies the change opens; empty if not counted.
    pub opens: String,
}

/// A class and what it opens to a person.
#[derive(Clone, Debug, Default)]
pub struct Gain {
    /// The class.
    pub class: Link,
    /// Id, posted to enrol.
    pub id: String,
    /// Days.
    pub days: String,
    /// Seats left and all.
    pub seats: String,
    /// Seats are left.
    pub free: bool,
    /// How many vacancies it opens.
    pub opens: u64,
    /// Which.
    pub which: Vec<Link>,
    /// Enrolled already, in words; else empty.
    pub state: String,
}

/// An introduction in a table, with the mail's delivery.
#[derive(Clone, Debug, Default)]
pub struct IntroductionLine {
    /// The day.
    pub day: String,
    /// The vacancy or the person.
    pub with: Link,
    /// Employer or village.
    pub place: String,
    /// The state.
    pub state: Tag,
    /// Delivery of the mails, such as 11-21 10:02 送到.
    pub mail: String,
    /// Address of the introduction's page.
    pub href: String,
}

/// A person: `/station/workers/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/worker.html")]
pub struct WorkerPage {
    /// The page around it.
    pub c: Chrome,
    /// Id, for the acts posted under `/station/workers/{id}/…`.
    pub id: String,
    /// The name as the actor may see it.
    pub name: String,
    /// Sex and age, ref.
    pub lead: String,
    /// Status, household's watch class, verification.
    pub tags: Vec<Tag>,
    /// Merged, closed, opted out and the like.
    pub note: Option<Note>,
    /// Phone and identity number, masked; or revealed now.
    pub numbers: Vec<Fact>,
    /// The form of [`super::forms::reveal`]; none while the numbers are shown in full, or if there are none.
    pub reveal: Option<Form>,
    /// The facts.
    pub facts: Vec<Fact>,
    /// The household with its members; empty if none.
    pub household: Vec<Fact>,
    /// Version of the parameters behind the scores.
    pub rules: String,
    /// More vacancies fit than are shown.
    pub cut: bool,
    /// The best of them.
    pub matches: Vec<Match>,
    /// Those that nearly fit.
    pub near: Vec<Near>,
    /// Classes ranked by what they open.
    pub training: Vec<Gain>,
    /// Records merged into this one: each with where to take it apart again.
    pub merged: Vec<(Link, String)>,
    /// Introductions, newest first.
    pub introductions: Vec<IntroductionLine>,
    /// Timeline, newest first.
    pub log: Vec<LogLine>,
    /// Address of the whole timeline; empty if all is shown.
    pub more_log: String,
    /// The last ten people opened by this account.
    pub opened: Vec<Link>,
    /// The form of [`super::forms::call`].
    pub call: Form,
    /// The form of [`super::forms::consent`].
    pub consent: Form,
}

impl WorkerPage {
    fn act(&self, act: &str) -> String {
        format!("/station/workers/{}/{act}", self.id)
    }

    fn faults(&self) -> usize {
        self.reveal.as_ref().map_or(0, Form::faults) + self.call.faults() + self.consent.faults()
    }
}

/// The people who fit a vacancy: `/station/vacancies/{id}/candidates`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/candidates.html")]
pub struct Candidates {
    /// The page around it.
    pub c: Chrome,
    /// Id of the vacancy; introductions are posted to `/station/vacancies/{id}/introduce`.
    pub id: String,
    /// The vacancy's title.
    pub title: String,
    /// The employer.
    pub employer: Link,
    /// State and the like.
    pub tags: Vec<Tag>,
    /// Wage.
    pub wage: String,
    /// Short facts.
    pub lead: String,
    /// Places left, placed, introduced, fitting.
    pub stats: Vec<Stat>,
    /// Why nobody can be introduced now, such as full or closed.
    pub note: Option<Note>,
    /// Version of the parameters behind the scores.
    pub rules: String,
    /// More people fit than are shown.
    pub cut: bool,
    /// The reader may change the vacancy.
    pub edit: bool,
    /// The best of them.
    pub people: Vec<Match>,
    /// Places left.
    pub places_left: u32,
    /// Open introductions.
    pub waiting: u32,
    /// People whom one change or two keep from it: address, village, where it sticks, the change, what to say.
    pub near: Vec<Near>,
    /// Those introduced already.
    pub introductions: Vec<IntroductionLine>,
    /// Facts of the employer.
    pub about: Vec<Fact>,
    /// Address of more people; empty if all are shown.
    pub more: String,
}

impl Candidates {
    fn action(&self) -> String {
        format!("/station/vacancies/{}/introduce", self.id)
    }

    fn address(&self, tail: &str) -> String {
        format!("/station/vacancies/{}{tail}", self.id)
    }
}

/// The worker form with possible duplicates beside it: `/station/workers/new` and `…/edit`.
///
/// A twin whom another station keeps has no link.
pub fn worker_aside(c: &Chrome, twins: &[(Option<Link>, String)]) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !twins.is_empty() {
        let links = twins
            .iter()
            .filter_map(|(link, why)| link.as_ref().map(|link| Link::to(&link.href, format!("{}　{why}", link.text))))
            .collect();
        let elsewhere = twins.iter().filter(|(link, _)| link.is_none());
        let elsewhere: String = elsewhere.map(|(_, why)| c.t1("twin-elsewhere", "why", why)).collect();
        blocks.push(Block::Note(Note {
            tone: super::parts::Tone::Warn,
            lead: c.t("maybe-known"),
            text: format!("{}{elsewhere}", c.t("maybe-known-next")),
            links,
        }));
    }
    blocks.push(Block::Heading(String::new(), c.t("quick-typing")));
    blocks.push(Block::Text(c.t("quick-typing-how")));
    blocks
}
