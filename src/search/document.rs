//! What is indexed of a worker, a vacancy and a class, and how it becomes a tantivy document.

use std::fmt::Write as _;

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use crate::domain::occupation::Occupation;

use super::analysis::{TOKENIZER, fold};
use super::coder::code_occupation;
use super::{families, title};

/// A part of the index version: raise it when a field or its meaning changes.
pub const SCHEMA_VERSION: u32 = 3;

/// The columns that facets count, in the order of [`Fields::facets`].
pub const FACET_COLUMNS: [&str; 5] = ["place", "f1", "f2", "f3", "occupation"];

/// The three nouns of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Worker,
    Vacancy,
    Class,
}

impl Kind {
    /// The letter that stands before every filter term of this kind.
    pub fn letter(self) -> char {
        match self {
            Self::Worker => 'w',
            Self::Vacancy => 'v',
            Self::Class => 'c',
        }
    }
}

/// A person as the index knows them; never an ID number or a phone.
#[derive(Clone, Debug, Default)]
pub struct WorkerDoc {
    pub id: Uuid,
    /// The short code to say on the telephone, such as `R-7K2M`.
    pub reference: String,
    pub name: String,
    /// Toneless syllables written together, such as `wangxiaoming`.
    pub pinyin: String,
    pub initials: String,
    /// Days since 1970-01-01.
    pub born: Option<i32>,
    /// The origin's county code first, then the codes above it.
    pub origin: Vec<u32>,
    pub village: String,
    /// Occupations wished for and the last one held.
    pub occupations: Vec<Occupation>,
    /// Free words on work: wishes, last job, skills, certificates as written.
    pub job_words: String,
    pub capacity: Option<String>,
    pub watch_class: Option<String>,
    pub status: String,
    /// Certificate codes or names as the filter will ask for them.
    pub certificates: Vec<String>,
    pub skills: Vec<String>,
    /// Fen a month.
    pub wage_floor: Option<u64>,
    pub relocated: bool,
    pub schooling: Option<String>,
    /// The stations linked to the person and every station above them.
    pub stations: Vec<Uuid>,
    /// Microseconds since 1970.
    pub changed_at: i64,
}

/// A vacancy as the index knows it.
#[derive(Clone, Debug, Default)]
pub struct VacancyDoc {
    pub id: Uuid,
    pub reference: String,
    pub title: String,
    pub employer_name: String,
    pub description: String,
    pub occupations: Vec<Occupation>,
    /// The work place's county code first, then the codes above it.
    pub region: Vec<u32>,
    pub kind: String,
    pub form: String,
    /// Fen a month, comparable over periods.
    pub wage_min: Option<u64>,
    pub wage_max: Option<u64>,
    pub lodging: bool,
    pub meals: bool,
    pub employer: Option<Uuid>,
    /// The stations in charge and every station above them.
    pub stations: Vec<Uuid>,
    pub state: String,
    /// Microseconds since 1970.
    pub posted_at: i64,
    /// Days since 1970-01-01; the last day on which the vacancy is valid.
    pub valid_until: Option<i32>,
}

/// A training class as the index knows it.
#[derive(Clone, Debug, Default)]
pub struct ClassDoc {
    pub id: Uuid,
    pub reference: String,
    /// The class's name.
    pub name: String,
    pub programme_name: String,
    pub programme: Option<Uuid>,
    pub provider: String,
    /// Certificates and skills as written, and further text.
    pub words: String,
    pub occupations: Vec<Occupation>,
    pub region: Vec<u32>,
    pub stations: Vec<Uuid>,
    pub state: String,
    /// Whether people can enrol.
    pub open: bool,
    /// Days since 1970-01-01.
    pub starts: Option<i32>,
    pub changed_at: i64,
}

/// One document to put into the index in place of an earlier one of the same id.
#[derive(Clone, Debug)]
pub enum Doc {
    Worker(Box<WorkerDoc>),
    Vacancy(Box<VacancyDoc>),
    Class(Box<ClassDoc>),
}

/// The fields of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    pub id: Field,
    id_high: Field,
    id_low: Field,
    /// All filters as terms such as `w.status=looking`; the kind alone is `w`.
    pub tag: Field,
    pub reference: Field,
    changed: Field,
    pub wage: Field,
    pub day: Field,
    /// Title or name, stored for highlighting.
    pub label: Field,
    facets: [Field; 5],
    pub worker_name: Field,
    pub worker_pinyin: Field,
    pub worker_initials: Field,
    pub worker_place: Field,
    pub worker_jobs: Field,
    pub vacancy_title: Field,
    pub vacancy_text: Field,
    pub vacancy_employer: Field,
    pub class_title: Field,
    pub class_text: Field,
    /// Whole title parts, for exact hits (vacancies and classes).
    pub segment: Field,
    /// What makes the title near to others: its job families and the occupations that it may mean.
    pub vacancy_family: Field,
}

/// The schema and its fields.
pub fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let raw = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    );
    let text = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let column = TextOptions::default().set_fast("raw");
    let fields = Fields {
        id: schema.add_bytes_field("id", INDEXED),
        id_high: schema.add_u64_field("id_high", FAST),
        id_low: schema.add_u64_field("id_low", FAST),
        tag: schema.add_text_field("tag", raw.clone()),
        reference: schema.add_text_field("reference", raw.clone()),
        changed: schema.add_u64_field("changed", FAST),
        wage: schema.add_u64_field("wage", FAST),
        day: schema.add_i64_field("day", FAST),
        label: schema.add_text_field("label", TextOptions::default() | STORED),
        facets: FACET_COLUMNS.map(|name| schema.add_text_field(name, column.clone())),
        worker_name: schema.add_text_field("worker_name", text.clone()),
        worker_pinyin: schema.add_text_field("worker_pinyin", raw.clone()),
        worker_initials: schema.add_text_field("worker_initials", raw.clone()),
        worker_place: schema.add_text_field("worker_place", text.clone()),
        worker_jobs: schema.add_text_field("worker_jobs", text.clone()),
        vacancy_title: schema.add_text_field("vacancy_title", text.clone()),
        vacancy_text: schema.add_text_field("vacancy_text", text.clone()),
        vacancy_employer: schema.add_text_field("vacancy_employer", text.clone()),
        class_title: schema.add_text_field("class_title", text.clone()),
        class_text: schema.add_text_field("class_text", text),
        segment: schema.add_text_field("segment", raw.clone()),
        vacancy_family: schema.add_text_field("vacancy_family", raw),
    };
    (schema.build(), fields)
}

/// The term that names a document.
pub fn id_term(fields: &Fields, id: Uuid) -> Term {
    Term::from_field_bytes(fields.id, id.as_bytes())
}

/// A filter term of one kind.
pub fn tag(kind: Kind, name: &str, value: &str) -> String {
    format!("{}.{name}={value}", kind.letter())
}

struct Builder<'f> {
    doc: TantivyDocument,
    fields: &'f Fields,
    kind: Kind,
    /// Texts are put together here: a document has some twenty, and a rebuild a million documents.
    scratch: String,
}

impl Builder<'_> {
    fn text(&mut self, field: Field, text: std::fmt::Arguments<'_>) {
        self.scratch.clear();
        // A string never refuses.
        let _ = self.scratch.write_fmt(text);
        self.doc.add_text(field, &self.scratch);
    }

    fn tag(&mut self, name: &str, value: impl std::fmt::Display) {
        self.text(self.fields.tag, format_args!("{}.{name}={value}", self.kind.letter()));
    }

    fn common(&mut self, id: Uuid, reference: &str, label: &str, changed: i64) {
        let (high, low) = id.as_u64_pair();
        self.doc.add_bytes(self.fields.id, id.as_bytes());
        self.doc.add_u64(self.fields.id_high, high);
        self.doc.add_u64(self.fields.id_low, low);
        self.text(self.fields.tag, format_args!("{}", self.kind.letter()));
        if !reference.is_empty() {
            self.text(self.fields.reference, format_args!("{}.{}", self.kind.letter(), fold(reference)));
        }
        self.doc.add_u64(self.fields.changed, changed.max(0) as u64);
        self.doc.add_text(self.fields.label, label);
    }

    fn stations(&mut self, stations: &[Uuid]) {
        for station in stations {
            self.tag("station", station.simple());
        }
    }

    /// The county code goes into the column that facets and nearness read; every code is a filter term.
    fn place(&mut self, codes: &[u32]) {
        match codes.first() {
            Some(county) => self.text(self.fields.facets[0], format_args!("{county:06}")),
            None => self.doc.add_text(self.fields.facets[0], ""),
        }
        for code in codes {
            self.tag("place", format_args!("{code:06}"));
        }
    }

    fn occupations(&mut self, codes: &[Occupation]) {
        let mut groups: Vec<Occupation> = codes.iter().flat_map(|code| code.with_groups()).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            self.tag("occupation", group);
        }
        let mut codes = codes.to_vec();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            self.text(self.fields.facets[4], format_args!("{code}"));
        }
    }

    /// A closed list: a filter term and a facet column, which is full (empty text for unknown) to be read fast.
    fn listed(&mut self, column: usize, name: &str, value: &str) {
        self.doc.add_text(self.fields.facets[column], value);
        if !value.is_empty() {
            self.tag(name, value);
        }
    }
}

impl Doc {
    /// The document's id.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Worker(doc) => doc.id,
            Self::Vacancy(doc) => doc.id,
            Self::Class(doc) => doc.id,
        }
    }

    pub(super) fn build(&self, fields: &Fields) -> TantivyDocument {
        let kind = match self {
            Self::Worker(_) => Kind::Worker,
            Self::Vacancy(_) => Kind::Vacancy,
            Self::Class(_) => Kind::Class,
        };
        let mut builder = Builder { doc: TantivyDocument::new(), fields, kind, scratch: String::with_capacity(64) };
        match self {
            Self::Worker(doc) => builder.worker(doc),
            Self::Vacancy(doc) => builder.vacancy(doc),
            Self::Class(doc) => builder.class(doc),
        }
        builder.doc
    }
}

impl Builder<'_> {
    fn worker(&mut self, doc: &WorkerDoc) {
        self.common(doc.id, &doc.reference, &doc.name, doc.changed_at);
        self.stations(&doc.stations);
        self.place(&doc.origin);
        self.occupations(&doc.occupations);
        self.listed(1, "capacity", doc.capacity.as_deref().unwrap_or_default());
        self.listed(2, "watch", doc.watch_class.as_deref().unwrap_or_default());
        self.listed(3, "status", &doc.status);
        for certificate in &doc.certificates {
            self.tag("certificate", fold(certificate));
        }
        for skill in &doc.skills {
            self.tag("skill", fold(skill));
        }
        if let Some(schooling) = &doc.schooling {
            self.tag("schooling", schooling);
        }
        if doc.relocated {
            self.tag("relocated", "yes");
        }
        if let Some(floor) = doc.wage_floor {
            self.doc.add_u64(self.fields.wage, floor);
        }
        if let Some(born) = doc.born {
            self.doc.add_i64(self.fields.day, i64::from(born));
        }
        self.doc.add_text(self.fields.worker_name, &doc.name);
        if doc.name.contains('·') {
            // The interpunct of minority names is often left out in typing.
            self.doc.add_text(self.fields.worker_name, doc.name.replace('·', ""));
        }
        if !doc.pinyin.is_empty() {
            self.doc.add_text(self.fields.worker_pinyin, &doc.pinyin);
            self.doc.add_text(self.fields.worker_initials, &doc.initials);
        }
        if !doc.village.is_empty() {
            self.doc.add_text(self.fields.worker_place, &doc.village);
        }
        let mut jobs = String::with_capacity(doc.job_words.len() + 16 * doc.occupations.len());
        for code in &doc.occupations {
            jobs.push_str(code.name());
            jobs.push(',');
        }
        jobs.push_str(&doc.job_words);
        if !jobs.is_empty() {
            self.doc.add_text(self.fields.worker_jobs, &jobs);
        }
    }

    fn vacancy(&mut self, doc: &VacancyDoc) {
        self.common(doc.id, &doc.reference, &doc.title, doc.posted_at);
        self.stations(&doc.stations);
        self.place(&doc.region);
        self.occupations(&doc.occupations);
        self.listed(1, "kind", &doc.kind);
        self.listed(2, "form", &doc.form);
        self.listed(3, "state", &doc.state);
        if doc.lodging {
            self.tag("lodging", "yes");
        }
        if doc.meals {
            self.tag("meals", "yes");
        }
        if let Some(employer) = doc.employer {
            self.tag("employer", employer.simple());
        }
        if let Some(wage) = doc.wage_max.or(doc.wage_min) {
            self.doc.add_u64(self.fields.wage, wage);
        }
        // A vacancy without an end is valid on every day.
        self.doc.add_i64(self.fields.day, doc.valid_until.map_or(i64::from(i32::MAX), i64::from));
        self.doc.add_text(self.fields.vacancy_title, &doc.title);
        self.doc.add_text(self.fields.vacancy_text, &doc.description);
        self.doc.add_text(self.fields.vacancy_employer, &doc.employer_name);
        self.segments(&doc.title);
        for (kin, _) in families::kin(&doc.title, &code_occupation(&doc.title)) {
            self.doc.add_text(self.fields.vacancy_family, kin);
        }
    }

    fn class(&mut self, doc: &ClassDoc) {
        self.common(doc.id, &doc.reference, &doc.name, doc.changed_at);
        self.stations(&doc.stations);
        self.place(&doc.region);
        self.occupations(&doc.occupations);
        self.listed(1, "open", if doc.open { "yes" } else { "no" });
        self.listed(2, "", "");
        self.listed(3, "state", &doc.state);
        if let Some(programme) = doc.programme {
            self.tag("programme", programme.simple());
        }
        if let Some(starts) = doc.starts {
            self.doc.add_i64(self.fields.day, i64::from(starts));
        }
        let names: Vec<&str> = doc.occupations.iter().map(|code| code.name()).collect();
        let title = format!("{},{},{}", doc.name, doc.programme_name, names.join(","));
        self.doc.add_text(self.fields.class_title, title);
        self.doc.add_text(self.fields.class_text, format!("{}\n{}", doc.provider, doc.words));
        self.segments(&doc.name);
    }

    fn segments(&mut self, label: &str) {
        for part in title::normalise(label).parts {
            self.doc.add_text(self.fields.segment, format!("{}.{part}", self.kind.letter()));
        }
    }
}
