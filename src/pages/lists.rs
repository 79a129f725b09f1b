//! Code lists in the reader's language: the domain's codes, each with its word in the locales.

use super::form::Choice;
use super::language::{Lang, word};
use crate::domain::actor::{Right, Role};
use crate::domain::code::Code;
use crate::domain::employer::{EmployerKind, EmployerState};
use crate::domain::heading::SheetKind;
use crate::domain::household::{HouseholdType, WatchClass};
use crate::domain::identity::Sex;
use crate::domain::interest::InterestState;
use crate::domain::introduction::{CallResult, IntroductionAct, IntroductionState, Reason};
use crate::domain::match_run::{RunStage, RunState};
use crate::domain::notice::{NoticeKind, NoticeState};
use crate::domain::station::{LinkRole, StationKind};
use crate::domain::task::TaskKind;
use crate::domain::training::{EnrolmentAct, EnrolmentState};
use crate::domain::vacancy::{Benefit, EmploymentForm, Period, VacancyKind, VacancyState};
use crate::domain::worker::{
    Basis, Capacity, ConsentScope, ConsentWay, Health, Need, Schooling, Shift, Statement, Status, Verification,
};

/// A code list whose words stand in the locales as `{LIST}-{code}`.
pub trait Listed: Code {
    /// Name of the list in the locales.
    const LIST: &'static str;
}

macro_rules! listed {
    ($($name:ident $list:literal),+ $(,)?) => {
        $(impl Listed for $name { const LIST: &'static str = $list; })+

        /// Every list with its codes, for the test that no word is missing.
        #[cfg(test)]
        pub(super) fn all() -> Vec<(&'static str, Vec<&'static str>)> {
            vec![$(($list, $name::ALL.iter().map(|v| v.code()).collect())),+]
        }
    };
}

listed! {
    Basis "basis", Benefit "benefit", CallResult "call-result", Capacity "capacity", ConsentScope "scope",
    ConsentWay "how", EmployerKind "employer-kind", EmployerState "employer-state", EmploymentForm "form",
    EnrolmentAct "enrolment-act", EnrolmentState "enrolment", Health "health", HouseholdType "household-type",
    InterestState "interest-state", IntroductionAct "act", IntroductionState "state", LinkRole "link", Need "need", NoticeKind "mail-kind",
    NoticeState "mail-state", Period "period", Reason "reason",
    Right "right", RunStage "run-stage", RunState "run-state", Role "role", Schooling "schooling", Sex "sex", SheetKind "sheet", Shift "shift", Statement "statement",
    StationKind "station-kind", Status "status", TaskKind "task", VacancyKind "kind", VacancyState "vacancy-state",
    Verification "verification", WatchClass "watch",
}

/// The word of a code in the reader's language.
pub fn named<C: Listed>(lang: Lang, value: C) -> String {
    word(lang, C::LIST, value.code())
}

/// The options of a code list, sending the code.
pub fn options<C: Listed>(lang: Lang) -> Vec<Choice> {
    C::ALL.iter().map(|value| Choice::new(value.code(), named(lang, *value))).collect()
}

/// What a wage is paid for; the month comes first, since a menu that nobody touched sends its first line.
pub fn periods(lang: Lang) -> Vec<Choice> {
    let mut periods = options::<Period>(lang);
    periods.sort_by_key(|p| p.value != Period::Month.code());
    periods
}

/// The reasons that an employer may give.
pub fn employer_reasons(lang: Lang) -> Vec<Choice> {
    Reason::ALL.iter().filter(|r| r.is_employers()).map(|r| Choice::new(r.code(), named(lang, *r))).collect()
}

/// The options of a list that only pages know.
fn choices(lang: Lang, list: &str, values: &[&str]) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(*value, word(lang, list, value))).collect()
}

/// Relations to the head of the household in the order of the official list; the words themselves are sent.
pub fn relations(lang: Lang) -> Vec<Choice> {
    [
        ("户主", "head"),
        ("配偶", "spouse"),
        ("之子", "son"),
        ("之女", "daughter"),
        ("之儿媳", "daughter-in-law"),
        ("之女婿", "son-in-law"),
        ("之孙子", "grandson"),
        ("之孙女", "granddaughter"),
        ("之父", "father"),
        ("之母", "mother"),
        ("之岳父", "wifes-father"),
        ("之岳母", "wifes-mother"),
        ("之公公", "husbands-father"),
        ("之婆婆", "husbands-mother"),
        ("之祖父", "grandfather"),
        ("之祖母", "grandmother"),
        ("之兄弟姐妹", "sibling"),
        ("其他", "other"),
    ]
    .map(|(value, code)| Choice::new(value, word(lang, "relation", code)))
    .into()
}

/// Kinds of exports.
pub fn export_kinds(lang: Lang) -> Vec<Choice> {
    choices(lang, "sheet", &["workers", "vacancies", "employers", "training", "placements", "matches"])
}

/// Why a number is shown in full; the words are sent, for they are what the audit shows.
pub fn reveal_reasons(lang: Lang) -> Vec<Choice> {
    ["call", "travel", "check", "claim", "order"]
        .map(|code| word(lang, "reveal", code))
        .map(|reason| Choice::new(reason.clone(), reason))
        .into()
}
