//! Rows' facts and histories in words: codes named, places and days written out, timelines told, somebody else's change named.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::actions::clock::{self, SHANGHAI};
use crate::actions::live;
use crate::domain::code::Code;
use crate::domain::employer::{EmployerKind, EmployerState};
use crate::domain::household::{HouseholdType, WatchClass};
use crate::domain::identity::Sex;
use crate::domain::introduction::{CallResult, IntroductionState, Reason};
use crate::domain::training::EnrolmentState;
use crate::domain::vacancy::{Benefit, EmploymentForm, Period, VacancyKind, VacancyState};
use crate::domain::worker::{
    Capacity, ConsentScope, ConsentWay, Health, Need, Schooling, Shift, Statement, Verification,
};
use crate::pages::{Bit, Fact, Lang, Listed, LogLine, format, named, text, word};
use crate::store::history::Entry;
use crate::web::html::fields::region_name;
use crate::web::json::worker::instant;

/// An instant as desks read it, in Shanghai: `11-24 09:12`, with the year if it is not this one.
pub fn moment(at: i64, today: Date) -> String {
    let local = SHANGHAI.to_datetime(Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH));
    format!("{} {}", format::day_desk(clock::day_of(at), today), local.strftime("%H:%M"))
}

fn coded<C: Listed>(lang: Lang, code: &str) -> Option<String> {
    C::parse(code).map(|c| named(lang, c))
}

/// A word of a field that holds codes; none where the field holds free words.
fn code_word(lang: Lang, field: &str, code: &str) -> Option<String> {
    match field {
        "schooling" => coded::<Schooling>(lang, code),
        "capacity" => coded::<Capacity>(lang, code),
        "health" => coded::<Health>(lang, code),
        "sex" => coded::<Sex>(lang, code),
        "needs" => coded::<Need>(lang, code),
        "shift" => coded::<Shift>(lang, code),
        "statement" => coded::<Statement>(lang, code),
        "verification" => coded::<Verification>(lang, code),
        "watch_class" => coded::<WatchClass>(lang, code),
        "type" => coded::<HouseholdType>(lang, code),
        "kind" => coded::<VacancyKind>(lang, code).or_else(|| coded::<EmployerKind>(lang, code)),
        "employment_form" => coded::<EmploymentForm>(lang, code),
        "benefits" => coded::<Benefit>(lang, code),
        "period" => coded::<Period>(lang, code),
        "scope" | "consent" => coded::<ConsentScope>(lang, code),
        "how" => coded::<ConsentWay>(lang, code),
        "result" => coded::<CallResult>(lang, code),
        "reason" => coded::<Reason>(lang, code),
        "enrolment" => coded::<EnrolmentState>(lang, code),
        "state" => coded::<IntroductionState>(lang, code)
            .or_else(|| coded::<VacancyState>(lang, code))
            .or_else(|| coded::<EmployerState>(lang, code)),
        "occupation" | "occupations_wanted" => live::occupation_name(code),
        "origin" | "residence" | "region" | "regions" | "regions_wanted" | "county" => Some(region_name(code)),
        _ => None,
    }
}

/// A fact in words; `list` is the list of labels for facts that have parts.
pub fn fact(lang: Lang, list: &str, field: &str, value: &Value) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    let comma = text(lang, "comma", &[]);
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => text(lang, if *yes { "yes" } else { "no" }, &[]),
        Value::String(code) if matches!(code.as_str(), "true" | "false") => {
            text(lang, if code == "true" { "yes" } else { "no" }, &[])
        }
        Value::String(code) => code_word(lang, last, code).unwrap_or_else(|| code.clone()),
        // Rows keep money as whole fen; bodies as typed say it in yuan.
        Value::Number(fen) if matches!(last, "wage_floor" | "typical_month") && fen.is_i64() => {
            format::yuan(fen.as_i64().unwrap_or(0))
        }
        Value::Number(n) => n.to_string(),
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(|e| fact(lang, list, field, e)).collect();
            entries.into_iter().filter(|e| !e.is_empty()).collect::<Vec<_>>().join(&comma)
        }
        Value::Object(parts) => object(lang, list, field, parts),
    }
}

fn object(lang: Lang, list: &str, field: &str, parts: &Map<String, Value>) -> String {
    let part = |name: &str| fact(lang, list, name, parts.get(name).unwrap_or(&Value::Null));
    let joined =
        |names: &[&str]| names.iter().map(|name| part(name)).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
    if parts.contains_key("township") {
        return joined(&["county", "township", "village"]);
    }
    if parts.contains_key("years") {
        return joined(&["occupation", "years"]);
    }
    if field == "certificates" {
        return joined(&["name", "level", "expires"]);
    }
    if let (Some(Value::String(code)), Some(name)) = (parts.get("code"), parts.get("name")) {
        let last = field.rsplit('.').next().unwrap_or(field);
        return code_word(lang, last, code).or_else(|| name.as_str().map(str::to_owned)).unwrap_or_default();
    }
    if parts.contains_key("min") && parts.contains_key("max") {
        let period = parts.get("period").and_then(Value::as_str).and_then(Period::parse).unwrap_or(Period::Month);
        let fen = |name: &str| parts.get(name).and_then(Value::as_i64);
        return format::wage(lang, fen("min"), fen("max"), period);
    }
    let said = parts.iter().map(|(name, value)| (name, fact(lang, list, name, value)));
    said.filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{} {value}", label(lang, list, &format!("{field}.{name}"))))
        .collect::<Vec<_>>()
        .join(&text(lang, "comma", &[]))
}

/// The label of a field: that of the form, or of its whole group.
pub fn label(lang: Lang, list: &str, field: &str) -> String {
    match word(lang, list, field) {
        // Parts that the form does not show are called by their own name.
        unnamed if unnamed == field => word(lang, list, field.rsplit('.').next().unwrap_or(field)),
        named => named,
    }
}

/// The facts of a body in words, each under the label of its form's field; what was not said is left out.
pub fn facts(lang: Lang, list: &str, body: &impl serde::Serialize) -> Vec<Fact> {
    let Ok(Value::Object(parts)) = serde_json::to_value(body) else { return Vec::new() };
    let told = parts.iter().map(|(name, value)| (name, fact(lang, list, name, value)));
    told.filter(|(_, value)| !value.is_empty()).map(|(name, value)| Fact::new(label(lang, list, name), value)).collect()
}

/// `[old, new]` of a field in words.
pub fn pair(value: &Value) -> Option<(&Value, &Value)> {
    match value.as_array().map(Vec::as_slice) {
        Some([old, new]) => Some((old, new)),
        _ => None,
    }
}

fn change(lang: Lang, list: &str, name: &str, value: &Value) -> String {
    let field = label(lang, list, name);
    let Some((old, new)) = pair(value) else {
        let new = fact(lang, list, name, value);
        return if new.is_empty() { field } else { text(lang, "log-set", &[("field", &field), ("new", &new)]) };
    };
    let (old, new) = (fact(lang, list, name, old), fact(lang, list, name, new));
    match (old.is_empty(), new.is_empty()) {
        (true, _) => text(lang, "log-set", &[("field", &field), ("new", &new)]),
        (false, true) => text(lang, "log-cleared", &[("field", &field), ("old", &old)]),
        (false, false) => text(lang, "log-changed", &[("field", &field), ("old", &old), ("new", &new)]),
    }
}

/// What an entry of a person's history says.
fn told(lang: Lang, entry: &Entry) -> Vec<String> {
    let of = |name: &str| entry.diff.get(name).map(|v| fact(lang, "worker", name, v)).unwrap_or_default();
    let plain = |key: &str| vec![text(lang, key, &[])];
    match entry.act.as_str() {
        "worker.register" => plain("log-registered"),
        "worker.import" if entry.diff.is_empty() => plain("log-imported"),
        "worker.merge" => vec![text(lang, "log-merged", &[("who", &of("merged"))]), of("reason")],
        "worker.unmerge" => vec![text(lang, "log-unmerged", &[("who", &of("unmerged"))])],
        "worker.distinct" => vec![text(lang, "log-distinct", &[("who", &of("distinct"))]), of("reason")],
        "worker.link" => plain("log-linked"),
        "worker.reveal" => vec![text(lang, "log-revealed", &[("why", &of("reason"))])],
        "worker.consented" => vec![text(lang, "log-consented", &[("scope", &of("scope")), ("how", &of("how"))])],
        "worker.consent_withdrawn" => vec![text(lang, "log-consent-withdrawn", &[("scope", &of("scope"))])],
        "worker.call" => {
            let mut words = vec![text(lang, "log-called", &[("outcome", &of("result"))]), of("note")];
            let again = of("again");
            if !again.is_empty() {
                words.push(text(lang, "log-call-again", &[("day", &again)]));
            }
            words
        }
        "enrolment.enrol" => {
            let class = entry.diff.get("class").and_then(pair).map(|(_, new)| fact(lang, "class", "name", new));
            vec![text(lang, "log-enrolled", &[("class", &class.unwrap_or_default())])]
        }
        act if act.starts_with("introduction.") => {
            let vacancy = of("vacancy");
            let key = if act == "introduction.introduce" { "log-introduced" } else { "log-introduction" };
            vec![text(lang, key, &[("vacancy", &vacancy), ("state", &of("state"))]), of("reason")]
        }
        act => {
            let mut words: Vec<String> = entry.diff.iter().map(|(n, v)| change(lang, "worker", n, v)).collect();
            if act == "worker.import" {
                words.insert(0, text(lang, "log-imported", &[]));
            }
            if entry.sealed.is_some() {
                words.push(text(lang, "log-sealed", &[]));
            }
            words
        }
    }
}

/// An entry of a person's history as a line of the timeline.
pub fn line(lang: Lang, today: Date, entry: &Entry) -> LogLine {
    let mut words = told(lang, entry);
    words.retain(|w| !w.is_empty());
    LogLine {
        at: instant(entry.at),
        when: moment(entry.at, today),
        text: vec![Bit::Text(words.join("；")), Bit::Small(format!(" {}", entry.actor))],
    }
}

/// What a form that came too late is told: that somebody was faster, who, and what they changed; `versions` lie between.
pub fn stale(lang: Lang, list: &str, newest: &[Entry], versions: i64) -> Vec<(String, String)> {
    let told = crate::pages::code_sentence(lang, "version.stale", &[]).unwrap_or_default();
    let what = meanwhile(lang, list, newest, versions);
    let who = if what.is_empty() { String::new() } else { text(lang, "stale-who", &[("what", &what)]) };
    vec![("version".to_owned(), format!("{told} {who}").trim().to_owned())]
}

fn meanwhile(lang: Lang, list: &str, newest: &[Entry], versions: i64) -> String {
    let count = usize::try_from(versions).unwrap_or(0).min(5);
    let said = newest.iter().take(count).filter(|e| !e.diff.is_empty()).map(|e| {
        let changes: Vec<String> = e.diff.iter().map(|(n, v)| change(lang, list, n, v)).collect();
        format!("{}{}{}", e.actor, text(lang, "colon", &[]), changes.join("；"))
    });
    said.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_are_told_in_words_and_never_as_codes() {
        for (field, value, words) in [
            ("schooling", json!("primary"), "小学"),
            ("schooling", json!({"code": "primary", "name": "小学"}), "小学"),
            ("wants_change", json!(true), "是"),
            ("wants_change", json!("false"), "否"),
            ("wage_floor", json!(450_000), "4500"),
            ("wage_floor", json!("4500"), "4500"),
            ("residence", json!("440106"), "广东省广州市天河区"),
            ("skills", json!(["平车", "四线"]), "平车，四线"),
            (
                "village",
                json!({"county": "520524", "township": "猫场镇", "village": "大寨村"}),
                "贵州省毕节市织金县 猫场镇 大寨村",
            ),
            ("pay", json!({"min": 500_000, "max": 600_000, "period": "month"}), "5000–6000 元/月"),
            ("certificates", json!([{"name": "焊工证", "level": null, "expires": "2027-05-01"}]), "焊工证 2027-05-01"),
        ] {
            assert_eq!(fact(Lang::Zh, "worker", field, &value), words, "{field}");
        }
    }

    #[test]
    fn a_moment_of_another_year_says_its_year() {
        let today = jiff::civil::date(2026, 11, 24);
        let at = clock::start_of(jiff::civil::date(2025, 3, 2)) + 9 * 3_600_000_000;
        assert_eq!(moment(at, today), "2025-03-02 09:00");
        assert_eq!(moment(clock::start_of(today), today), "11-24 00:00");
    }
}
