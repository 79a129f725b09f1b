//! What every page carries around its content: language, audience, who is signed in, where we are.

use std::fmt::Display;

use super::form::{Field, FieldPart, Form, FormPart};
use super::format;
use super::language::{Lang, text};
use super::parts::{Bits, Block, BlockPart, Fact, FactsPart, LogLine, LogPart, Note};
use super::table::{Table, TablePart};

/// For whom a page is made; decides header, navigation and density.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Workers and everyone else: large type, no navigation.
    #[default]
    Public,
    /// Station staff: dense, with the person search in the header.
    Station,
    /// Employers: large type, own navigation.
    Employer,
    /// Administrators, auditors and key keepers: dense, own navigation.
    Admin,
}

/// The signed-in account as the header shows it.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Name of the account's owner.
    pub name: String,
    /// Station or employer the account belongs to; stands beside the product's name.
    pub place: String,
}

/// What every page carries around its content.
#[derive(Clone, Debug, Default)]
pub struct Chrome {
    /// Language of the page.
    pub lang: Lang,
    /// Large type, set by the `/elder` switch.
    pub elder: bool,
    /// For whom the page is made.
    pub audience: Audience,
    /// The navigation entry this page belongs to, as its path, such as `/station/workers`.
    pub nav: &'static str,
    /// Navigation entries that the account may not open, as their paths.
    pub closed: Vec<&'static str>,
    /// Path and query of this page, to come back to from the language and elder switches; a page answered to a POST gives a path that a GET can open.
    pub back: String,
    /// Who is signed in.
    pub who: Option<Who>,
    /// The station's telephone as it is written, such as `020-0000 0101`.
    pub phone: String,
    /// What the act before this page did, shown once above the content.
    pub notice: Option<Note>,
    /// Seconds after which the page loads itself again, for progress.
    pub refresh: Option<u32>,
}

/// One entry of the navigation.
pub(super) struct Entry {
    pub path: &'static str,
    key: &'static str,
}

const STATION: &[Entry] = &[
    Entry { path: "/station", key: "nav-home" },
    Entry { path: "/station/workers", key: "nav-workers" },
    Entry { path: "/station/vacancies", key: "nav-vacancies" },
    Entry { path: "/station/match-runs", key: "nav-match-runs" },
    Entry { path: "/station/employers", key: "nav-employers" },
    Entry { path: "/station/training", key: "nav-training" },
    Entry { path: "/station/imports", key: "nav-imports" },
    Entry { path: "/station/duplicates", key: "nav-duplicates" },
    Entry { path: "/station/outbox", key: "nav-outbox" },
];
const EMPLOYER: &[Entry] = &[
    Entry { path: "/employer", key: "nav-introduced" },
    Entry { path: "/employer/vacancies", key: "nav-own-vacancies" },
    Entry { path: "/employer/import", key: "nav-own-import" },
    Entry { path: "/employer/entry", key: "nav-own-entry" },
];
const ADMIN: &[Entry] = &[
    Entry { path: "/admin", key: "nav-stations" },
    Entry { path: "/admin/accounts", key: "nav-accounts" },
    Entry { path: "/admin/parameters", key: "nav-parameters" },
    Entry { path: "/admin/audit", key: "nav-audit" },
    Entry { path: "/admin/health", key: "nav-health" },
];

impl Chrome {
    /// The text of a key in the page's language.
    pub fn t(&self, key: &str) -> String {
        text(self.lang, key, &[])
    }

    /// The text of a key with one argument; `n` is a number and selects plurals.
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        text(self.lang, key, &[(name, &value)])
    }

    /// The text of a key with two arguments.
    pub fn t2(&self, key: &str, name: &str, value: impl Display, name2: &str, value2: impl Display) -> String {
        text(self.lang, key, &[(name, &value), (name2, &value2)])
    }

    pub(super) fn dense(&self) -> bool {
        matches!(self.audience, Audience::Station | Audience::Admin)
    }

    pub(super) fn station(&self) -> bool {
        self.audience == Audience::Station
    }

    pub(super) fn public(&self) -> bool {
        self.audience == Audience::Public
    }

    pub(super) fn home(&self) -> &'static str {
        match self.audience {
            Audience::Public => "/",
            Audience::Station => "/station",
            Audience::Employer => "/employer",
            Audience::Admin => "/admin",
        }
    }

    /// The words beside the product's name: the place of the account, else what the audience comes for.
    pub(super) fn place(&self) -> String {
        match (&self.who, self.audience) {
            (Some(who), Audience::Station | Audience::Admin) => who.place.clone(),
            (_, Audience::Employer) => self.t("brand-employer"),
            _ => self.t("brand-public"),
        }
    }

    pub(super) fn entries(&self) -> Vec<&'static Entry> {
        let all: &'static [Entry] = match self.audience {
            Audience::Public => &[],
            Audience::Station => STATION,
            Audience::Employer => EMPLOYER,
            Audience::Admin => ADMIN,
        };
        all.iter().filter(|e| !self.closed.contains(&e.path)).collect()
    }

    pub(super) fn label(&self, entry: &Entry) -> String {
        self.t(entry.key)
    }

    pub(super) fn here(&self, entry: &Entry) -> bool {
        entry.path == self.nav
    }

    pub(super) fn other(&self) -> Lang {
        match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    pub(super) fn tel(&self) -> String {
        format::tel(&self.phone)
    }

    pub(super) fn field<'a>(&'a self, f: &'a Field) -> FieldPart<'a> {
        FieldPart { c: self, f }
    }

    pub(super) fn form<'a>(&'a self, form: &'a Form) -> FormPart<'a> {
        FormPart { c: self, form }
    }

    pub(super) fn table<'a>(&'a self, table: &'a Table) -> TablePart<'a> {
        TablePart { c: self, table }
    }

    pub(super) fn facts<'a>(&'a self, rows: &'a [Fact]) -> FactsPart<'a> {
        FactsPart { c: self, rows }
    }

    pub(super) fn log<'a>(&'a self, lines: &'a [LogLine]) -> LogPart<'a> {
        LogPart { c: self, lines }
    }

    pub(super) fn bits<'a>(&'a self, bits: &'a [super::parts::Bit]) -> Bits<'a> {
        Bits { c: self, bits }
    }

    pub(super) fn block<'a>(&'a self, block: &'a Block) -> BlockPart<'a> {
        BlockPart { c: self, block }
    }
}
