//! Shapes of the API's answers, for its description; every journey checks every answer against them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::code::Code;
use crate::domain::employer::{EmployerKind, EmployerState};
use crate::domain::household::WatchClass;
use crate::domain::identity::Sex;
use crate::domain::interest::InterestState;
use crate::domain::introduction::{self, CallResult, IntroductionState};
use crate::domain::match_run::{RunStage, RunState};
use crate::domain::notice::{NoticeKind, NoticeState};
use crate::domain::saved_search::SearchKind;
use crate::domain::station::{LinkRole, StationKind};
use crate::domain::task::TaskKind;
use crate::domain::training::EnrolmentState;
use crate::domain::vacancy::{Asked, Benefit, EmploymentForm, Platform, Source, VacancyKind, VacancyState};
use crate::domain::wage::Period;
use crate::domain::worker::{
    Basis, Capacity, ConsentScope, ConsentWay, Employment, Health, HeldCertificate, Need, Schooling, Shift, Statement,
    Status, Verification, Village,
};

/// The bare code of a code list.
pub struct Word<C>(PhantomData<C>);

impl<C: Code + JsonSchema> JsonSchema for Word<C> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Code", C::schema_name()).into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"enum": C::ALL.iter().map(|v| v.code()).collect::<Vec<_>>()})
    }
}

/// Declares shapes; what is an `Option` may be null or absent, all else is in every answer.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$rule:meta])* $field:ident: $type:ty),+ $(,)? })+) => { $(
        $(#[$about])*
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name { $($(#[$rule])* pub $field: $type),+ }
    )+ };
}

/// A page of a list.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct List<T> {
    /// Rows in order.
    pub items: Vec<T>,
    /// Exact number of all rows within the actor's scope.
    pub total: u64,
    /// What `cursor` asks for the next page; null = this is the last one.
    pub next_cursor: Option<String>,
    /// Counts beside filters, by the filter's name.
    pub facets: BTreeMap<String, Vec<Facet>>,
    /// Filters that were loosened because nothing else was found.
    pub relaxed: Vec<Relaxation>,
    /// Other words to search for.
    pub suggest: Vec<String>,
    /// Said when the index is away and SQL answers.
    pub notice: Option<String>,
}

/// Start and end of each hit in the title or name, in characters; only in answers of searches.
type Highlight = Option<Vec<[u32; 2]>>;
/// An instant, RFC 3339 UTC.
type Instant = String;
/// A day, ISO 8601.
type Day = String;
/// Yuan with at most two decimals.
type Yuan = f64;

shapes! {
    /// One value of a facet.
    Facet { code: String, name: String, count: u64 }
    /// A filter that was loosened.
    Relaxation { filter: String, text: String }
    /// A code with its name.
    Named { code: String, name: String }
    /// A station that a person is linked to.
    Link { code: String, name: String, role: Word<LinkRole> }
    /// A station and its telephone.
    Desk { code: String, name: String, phone: Option<String> }
    /// A warning that does not stop the act.
    Warned { field: String, code: String, message: String }
    /// Years of work.
    Worked { occupation: Named, years: f64 }
    /// A consent, a refusal, or a consent that was withdrawn.
    Consented {
        scope: Word<ConsentScope>, how: Word<ConsentWay>, at: Instant, by: Option<String>, refused: bool,
        withdrawn_at: Option<Instant>,
    }
    /// A household as far as the register knows it.
    Household {
        id: Uuid, number: Option<String>, head: Option<String>, relation: Option<String>,
        #[schemars(rename = "type")] kind: Option<Value>, watch_class: Option<WatchClass>,
        risk_cleared: Option<bool>, relocated: Option<bool>, settlement: Option<String>, members: Option<u32>,
        minors: Option<u32>,
    }
    /// A person, numbers masked.
    Worker {
        id: Uuid, #[schemars(rename = "ref")] reference: String, name: String, id_number: Option<String>,
        id_missing_reason: Option<String>, birth_date: Option<Day>, sex: Option<Sex>, ethnicity: Option<String>,
        phone: Option<String>, origin: Option<String>, origin_text: Option<String>, village: Option<Village>,
        residence: Option<String>, schooling: Option<Schooling>, school_status: Option<String>,
        capacity: Option<Capacity>, health: Vec<Health>, disability: Option<String>, occupations_wanted: Vec<Named>,
        experience: Vec<Worked>, skills: Vec<String>, certificates: Vec<HeldCertificate>, wage_floor: Option<Yuan>,
        regions_wanted: Vec<String>, can_leave_home: Option<bool>, shift: Option<Shift>, available_from: Option<Day>,
        needs: Vec<Need>, partner: Option<Uuid>, wants_change: bool, statement: Option<Statement>,
        statement_on: Option<Day>, remark: Option<String>, employment: Option<Employment>,
        /// Every stretch of work on record, newest first.
        employments: Vec<Employment>, household: Option<Household>,
        consent: Vec<Consented>, status: Word<Status>, basis: Word<Basis>, verification: Word<Verification>,
        stations: Vec<Link>, version: i64, created_at: Instant, updated_at: Instant, highlight: Highlight,
        /// Only after registering.
        warnings: Option<Vec<Warned>>,
        /// Only after registering.
        possible_duplicates: Option<Vec<Alike>>,
    }
    /// Somebody who may be the same person, and why.
    Alike { worker: Uuid, code: String }
    /// Two people who may be one.
    Duplicate { code: String, at: Instant, workers: [Worker; 2] }
    /// The fields that were asked for, in clear.
    Revealed { phone: Option<String>, id_number: Option<String> }
    /// A line of a history: `changes` holds `{field: [old, new]}`.
    Change { id: Uuid, at: Instant, actor: String, act: String, changes: Value, sealed_changes: Option<bool> }
    /// The employer of a vacancy.
    Posted {
        id: Uuid, #[schemars(rename = "ref")] reference: String, name: String, kind: Option<Word<EmployerKind>>,
        state: Word<EmployerState>,
    }
    /// A finding of the law check.
    Finding { rule: String, article: String, text: String, severity: String, field: Option<String> }
    /// A wage; `max` null = from `min` on, both null = to be agreed.
    Wage { min: Option<Yuan>, max: Option<Yuan>, period: Option<Word<Period>>, typical_month: Option<Yuan> }
    /// Probation.
    Probation { months: Option<f64>, wage: Option<Yuan> }
    /// Why findings were overruled.
    Overruled { reason: String, by: String, at: Instant }
    /// A vacancy; from `findings` on only for those who look after it.
    Vacancy {
        id: Uuid, #[schemars(rename = "ref")] reference: String, title: String, employer: Posted,
        station: Option<Desk>, work_unit: Option<String>, occupation: Option<Named>, kind: Option<VacancyKind>,
        employment_form: Option<EmploymentForm>, headcount: u32, region: Option<String>, region_name: Option<String>,
        address: Option<String>, wage: Wage, requirements: Asked, preferences: Asked, hazards: Vec<String>,
        barred_for: Vec<String>, shift: Option<Shift>, benefits: Vec<Benefit>, probation: Probation,
        contract_months: Option<u32>, social_insurance: Option<bool>, start_from: Option<Day>,
        start_until: Option<Day>, valid_until: Option<Day>, description: Option<String>, contact: Option<String>,
        source: Source, platform: Option<Platform>, state: Word<VacancyState>, places_left: u32,
        opened_at: Option<Instant>, version: i64, created_at: Instant, updated_at: Instant, highlight: Highlight,
        findings: Option<Vec<Finding>>, introduced: Option<u32>, closed_reason: Option<String>,
        overruled: Option<Overruled>,
        /// Only after posting.
        warnings: Option<Vec<Warned>>,
    }
    /// Points of a part of a score.
    Points { code: String, points: i64, max: i64, text: Option<String> }
    /// A reason of a score.
    Reason { code: String, weight: i64, text: String }
    /// Something nobody has asked the person yet.
    Unasked { code: String, text: String }
    /// A vacancy for a person.
    Match {
        vacancy: Vacancy, score: u32, parts: Vec<Points>, reasons: Vec<Reason>, asked: Vec<Unasked>,
        places_left: u32, introduced: u32,
    }
    /// A person for a vacancy.
    Candidate {
        worker: Worker, score: u32, parts: Vec<Points>, reasons: Vec<Reason>, asked: Vec<Unasked>, places_left: u32,
        introduced: u32,
    }
    /// The smallest change that makes a condition true.
    SmallestChange { side: String, field: String, value: Value, text: String }
    /// A condition of a pair.
    Condition { code: String, ok: bool, known: bool, text: String, changes: Option<Vec<SmallestChange>> }
    /// One change or two that make a pair eligible; `tell` is what is said to the person, where all of it is theirs.
    Way { changes: Vec<SmallestChange>, cost: u32, tell: Option<String> }
    /// A pair taken apart; `score` is 0..1000, the sum of `points`; the cheapest way first.
    Fit { eligible: bool, score: u32, conditions: Vec<Condition>, parts: Vec<Points>, ways: Vec<Way> }
    /// A class and the vacancies that it opens to the person.
    Opened { class: Class, opens: u64, vacancies: Vec<Vacancy> }
    /// A training class.
    Class {
        id: Uuid, #[schemars(rename = "ref")] reference: String, programme: Option<String>, name: String,
        occupation: Option<Named>, certificates: Vec<String>, skills: Vec<String>, starts: Option<Day>,
        ends: Option<Day>, seats: u32, seats_left: u32, region: Option<String>, place: Option<String>,
        provider: Option<String>, fee: Option<Yuan>, vacancy: Option<Uuid>, vacancies: Vec<Uuid>,
        station: Option<Desk>, version: i64,
        created_at: Instant, updated_at: Instant, highlight: Highlight,
    }
    /// A person to be seated, the posts that the class opens to them, where the best assignment sends them, and whether one
    /// more is placed by it.
    TrainingSeat { worker: Somebody, opens: Vec<Post>, goes: Option<Post>, places: bool }
    /// Whom to seat in a class: how many more are placed, and how many more any choice could place at most.
    TrainingPlan { class: Class, candidates: u64, placed: u64, at_most: u64, seats: Vec<TrainingSeat> }
    /// A person in a class; who passes an order class is introduced, or told why not.
    Enrolment {
        id: Uuid, worker: Uuid, class: Uuid, state: Word<EnrolmentState>, version: i64, created_at: Instant,
        updated_at: Instant, introduction: Option<Uuid>, not_introduced: Option<String>,
    }
    /// The station of an employer, an introduction.
    Office { code: String, name: String }
    /// An employer.
    Employer {
        id: Uuid, #[schemars(rename = "ref")] reference: String, name: String, kind: Option<Word<EmployerKind>>,
        kind_guessed: bool, credit_code: Option<String>, region: Option<String>, address: Option<String>,
        industry: Option<String>, contact: Option<String>, phone: Option<String>, email: Option<String>,
        licence: Option<String>, size: Option<u32>, remark: Option<String>, state: Word<EmployerState>,
        reason: Option<String>, verified_on: Option<Day>, reverify_by: Option<Day>, must_reverify: bool,
        station: Option<Office>, version: i64, created_at: Instant, updated_at: Instant,
        /// Only after approval: the account that was invited.
        account: Option<String>,
    }
    /// A station.
    Station {
        id: Uuid, code: String, name: String, kind: StationKind, parent: Option<String>, regions: Vec<String>,
        email: Option<String>, phone: Option<String>, address: Option<String>, lang: String, version: i64,
    }
    /// The person of an introduction; employers get no id, but what the person agreed to tell them.
    Introduced {
        id: Option<Uuid>, #[schemars(rename = "ref")] reference: String, name: String,
        offer: Option<introduction::Offer>,
    }
    /// The vacancy of an introduction or interest.
    Post { id: Option<Uuid>, #[schemars(rename = "ref")] reference: String, title: String }
    /// The employer of an introduction.
    Firm { id: Uuid, name: String }
    /// When and where the employer meets the person.
    Interview { at: String, place: String, contact: Option<String> }
    /// What was agreed.
    Placement {
        from: Option<Day>, wage: Option<Yuan>, period: Option<Period>, contract_months: Option<u32>,
        organised: Option<bool>,
    }
    /// A step of an introduction.
    Event {
        at: Instant, act: String, from: Option<Word<IntroductionState>>, to: Word<IntroductionState>,
        note: Option<String>, actor: Option<String>,
    }
    /// A letter of an introduction.
    Letter {
        id: Uuid, kind: Word<NoticeKind>, state: Word<NoticeState>, at: Instant, error: Option<String>,
        maybe_duplicate: bool,
    }
    /// An introduction; `history` and `mail` only where one is answered.
    Introduction {
        id: Uuid, #[schemars(rename = "ref")] reference: String, state: Word<IntroductionState>, worker: Introduced,
        vacancy: Post, employer: Firm, station: Option<Office>, consented: bool, reason: Option<introduction::Reason>,
        note: Option<String>, interview: Option<Interview>, placement: Option<Placement>, due: Option<Day>,
        version: i64, created_at: Instant, updated_at: Instant, history: Option<Vec<Event>>,
        mail: Option<Vec<Letter>>,
    }
    /// A receipt of an interest.
    Receipt { receipt: String }
    /// How far an interest has come; nothing of the person.
    Told {
        receipt: String, state: Word<InterestState>, vacancy: Post, created_at: Instant, updated_at: Instant,
    }
    /// An interest as a clerk sees it.
    Interest {
        id: Uuid, receipt: String, state: Word<InterestState>, name: String, phone: Option<String>,
        remark: Option<String>, vacancy: Post, worker: Option<Uuid>, introduction: Option<Uuid>,
        created_at: Instant, updated_at: Instant,
    }
    /// The telephone of an interest, in clear.
    Phone { phone: Option<String> }
    /// Something that waits for somebody.
    Task {
        kind: Word<TaskKind>, id: Uuid, title: String, since: Instant, due: Day, overdue: bool, link: String,
    }
    /// A note of a telephone call.
    Call {
        id: Uuid, worker: Option<Uuid>, introduction: Option<Uuid>, interest: Option<Uuid>, result: Word<CallResult>,
        again: Option<Day>, note: Option<String>, at: Instant, by: String,
    }
    /// Whom a letter goes to.
    Addressee { kind: String, name: String }
    /// A letter of the outbox.
    Notice {
        id: Uuid, kind: Word<NoticeKind>, event: String, message_id: String, to: Addressee,
        introduction: Option<Uuid>, state: Word<NoticeState>, attempts: u32, error: Option<String>,
        maybe_duplicate: bool, next_at: Option<Instant>, created_at: Instant, sent_at: Option<Instant>,
    }
    /// Rows read and rows expected.
    Progress { done: i64, all: Option<u64> }
    /// Each row is counted in exactly one of created, updated, unchanged, set_aside, rejected.
    Summary {
        rows: u64, created: u64, updated: u64, unchanged: u64, set_aside: u64, rejected: u64, warnings: u64,
        warnings_household: u64, seconds: f64,
    }
    /// A column and the field it goes to; `-` is known and not kept, null is unknown.
    Column { column: u32, heading: String, key: String, field: Option<String>, remembered: bool }
    /// An import.
    Import {
        id: Uuid, kind: String, file: String, state: String, dry_run: bool, open: bool, progress: Progress,
        summary: Option<Summary>, mapping: Vec<Column>, unknown_headings: Vec<String>, fault: Option<String>,
        by: String, created_at: Instant, updated_at: Instant,
    }
    /// What is wrong with a cell.
    CellFault {
        column: Option<String>, cell: Option<String>, code: String, value_masked: Option<String>, message: String,
        proposal: Option<String>,
    }
    /// A row of an import that somebody must look at.
    Row {
        row: u64, outcome: String, errors: Vec<CellFault>, changes: Option<Value>, object: Option<Uuid>,
        resolved: Option<String>,
    }
    /// Why a run failed.
    RunFault { code: String, text: String }
    /// A vacancy that stays short: places that stay empty, what one more would be worth in points, and why in words.
    Shortage { vacancy: Uuid, missing: u32, price: u64, text: String }
    /// A vacancy that is full while people who fit are left over: points that one more place gains and one fewer loses.
    Sought { vacancy: Uuid, gain: u64, loss: Option<u64>, text: String }
    /// A batch run; figures only when it is done. `seconds` is the solving alone.
    MatchRun {
        id: Uuid, state: Word<RunState>, progress: u8, by: String, asked: Value, created_at: Instant,
        updated_at: Instant, fault: Option<RunFault>, workers: Option<u64>, vacancies: Option<u64>,
        places: Option<u64>, assigned: Option<u64>, objective: Option<u64>, bound: Option<u64>,
        optimal: Option<bool>, seconds: Option<f64>, shortages: Option<Vec<Shortage>>,
        sought: Option<Vec<Sought>>,
        stage: Option<Word<RunStage>>, done: Option<u64>, of: Option<u64>, parameters: Option<String>,
        spread: Option<Spread>, unknown_home: Option<u64>,
    }
    /// Who got a post in a run and who did not, and why; every person is counted once.
    Spread {
        placed: u64, lost_out: u64, no_post: u64, empty: u64, watched: u64, watched_placed: u64, most_open: u64,
        lost_out_people: Vec<Uuid>, no_post_people: Vec<Uuid>,
    }
    /// A search that a station keeps; `new` counts what came since the last digest, null = stopped or not counted.
    SavedSearch {
        id: Uuid, kind: Word<SearchKind>, name: String, query: BTreeMap<String, String>, by: String, created_at: Instant,
        told_until: Instant, stopped_at: Option<Instant>, new: Option<u64>,
    }
    /// Somebody by name.
    Somebody { id: Uuid, #[schemars(rename = "ref")] reference: String, name: String }
    /// A post by title.
    PostOf { id: Uuid, #[schemars(rename = "ref")] reference: String, title: String, employer: String }
    /// Who goes where in a run, and the introduction that was made of it.
    Assignment { worker: Somebody, vacancy: PostOf, score: u32, introduction: Option<Uuid> }
    /// An introduction that a run became.
    Made { worker: Uuid, vacancy: Uuid, introduction: Uuid }
    /// A pair of a run that could not be introduced any more.
    NotMade { worker: Uuid, vacancy: Uuid, code: String, text: String }
    /// What became of a run.
    Adopted { adopted: u64, introductions: Vec<Made>, refused: Vec<NotMade> }
    /// A change of a person that opens vacancies.
    Relaxed {
        changes: Vec<SmallestChange>, opens: u64, closes: u64, cost: u64, text: String, tell: Option<String>,
        examples: Vec<Post>,
    }
    /// A change of a vacancy.
    Altered { side: String, field: String, value: Value }
    /// People of a county; fewer than five are `"<5"`.
    OfCounty { code: String, name: String, count: Value }
    /// What a change of a vacancy brings; counts under five are `"<5"`.
    Effect {
        changes: Vec<Altered>, opens: Value, eligible: Value, examples: Vec<Value>, counties: Vec<OfCounty>,
    }
}
