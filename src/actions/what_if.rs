//! What a change would bring, without making it: a person's wishes relaxed, a vacancy's terms changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::error::{Error, Result};
use super::matching::{compute, say_all, slots, why_not};
use super::office::Office;
use super::put::patched;
use super::vacancy::{load_own, posting};
use super::worker::load;
use crate::domain::actor::{Actor, Right};
use crate::domain::posting::Posting;
use crate::domain::vacancy::{Opening, VacancyState};
use crate::matching::condition::{Pair, eligible};
use crate::matching::near::{self, WhyNot};
use crate::matching::row::OpeningRow;
use crate::matching::sentence::Say;
use crate::store::worker::Scope;

/// So many changes at most are tried at once.
const CHANGES: usize = 12;

/// Counts of people below this are not told: they could point at one.
pub const SMALL: usize = 5;

/// Why a person of the actor's scope is not to be recommended at all; empty if they are.
pub async fn kept_out(office: &Office, actor: &Actor, worker: Uuid) -> Result<Vec<Say>> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, worker).await?;
    let (id, today) = (record.person.id, office.today());
    compute(office, move |columns| Ok(near::kept_out(columns, id, today))).await
}

/// Which changes of a person would open vacancies, alone or two together; among them what is usually asked: a wage floor
/// a tenth lower, two weeks earlier, two weeks later. Audited.
pub async fn of_worker(office: &Office, actor: &Actor, worker: Uuid) -> Result<Vec<(WhyNot, Vec<Say>)>> {
    let mut found = why_not(office, actor, worker).await?;
    let (today, known) = (office.today(), found.iter().map(|(why, _)| why.changes.clone()).collect::<Vec<_>>());
    let tried = compute(office, move |columns| {
        let asked = near::usual(columns, worker, today).into_iter();
        let tried = asked.filter_map(|change| near::tried(columns, worker, &change, today));
        let tells = tried.filter(|why| why.opens + why.closes > 0 && !known.contains(&why.changes));
        Ok(tells.map(|why| (say_all(columns, &why.changes), why)).collect::<Vec<_>>())
    })
    .await?;
    found.extend(tried.into_iter().map(|(words, why)| (why, words)));
    found.sort_by_key(|(why, _)| (why.changes.len(), std::cmp::Reverse(why.opens), why.cost));
    Ok(found)
}

/// A change of a vacancy as asked: field of the body, dotted, and its new value.
#[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alteration {
    /// Field of the vacancy's body, dotted where it is nested.
    pub field: String,
    /// New value; null takes it away.
    pub value: Value,
}

/// What is asked about a vacancy.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VacancyQuestion {
    /// A vacancy by id, or the whole body of one that is being written.
    pub vacancy: Value,
    /// Changes to be tried, each alone and all together; none = what is usual.
    #[serde(default)]
    pub changes: Vec<Alteration>,
}

/// What some changes would bring.
#[derive(Debug)]
pub struct Effect {
    /// The changes.
    pub changes: Vec<Alteration>,
    /// People who could go now.
    pub eligible: usize,
    /// People who could go besides.
    pub opens: usize,
    /// Those by county: code, name, how many.
    pub counties: Vec<(u32, String, usize)>,
}

/// `{"a": {"b": value}}` for `a.b`.
fn nested(change: &Alteration) -> Map<String, Value> {
    let wrap = |value: Value, name: &str| json!({name: value});
    let value = change.field.rsplit('.').fold(change.value.clone(), wrap);
    value.as_object().cloned().unwrap_or_default()
}

/// Changes that are usual: a tenth more wage, lodging, anywhere in the prefecture, and each requirement taken away.
fn usual(body: &Posting) -> Vec<Alteration> {
    let body = serde_json::to_value(body).unwrap_or_default();
    let mut list = vec![];
    let mut add = |field: &str, value: Value| list.push(Alteration { field: field.to_owned(), value });
    let money = |name: &str| {
        let said = &body["wage"][name];
        said.as_f64().or_else(|| said.as_str().and_then(|text| text.parse().ok()))
    };
    let upper = if money("max").is_some() { "max" } else { "min" };
    for name in [upper, "typical_month"] {
        if let Some(yuan) = money(name) {
            add(&format!("wage.{name}"), json!((yuan * 1.1).round()));
        }
    }
    let benefits: Vec<Value> = body["benefits"].as_array().cloned().unwrap_or_default();
    let offers =
        |code: &str, name: &str| benefits.iter().any(|b| [code, name].contains(&b.as_str().unwrap_or_default()));
    if !offers("lodging", "包住") {
        let more = benefits.iter().cloned().chain([json!("lodging")]);
        add("benefits", more.collect());
    }
    if let Some(county) = body["region"].as_str().filter(|code| code.len() == 6 && !code.ends_with("00")) {
        add("region", json!(format!("{}00", &county[..4])));
    }
    for name in ["schooling", "certificates", "skills", "experience_years", "capacity", "min_age", "max_age"] {
        let said = &body["requirements"][name];
        if !said.is_null() && said.as_array().is_none_or(|list| !list.is_empty()) {
            add(&format!("requirements.{name}"), if said.is_array() { json!([]) } else { Value::Null });
        }
    }
    list
}

/// What changes of a vacancy would bring: each alone, then all together.
pub async fn of_vacancy(office: &Office, actor: &Actor, asked: VacancyQuestion) -> Result<Vec<Effect>> {
    let (body, mut base) = match &asked.vacancy {
        Value::String(key) => {
            let id = key.parse().map_err(|_| Error::NotFound)?;
            let record = load_own(office, actor, id).await?;
            (posting(&record), record.opening(office.today()))
        }
        whole => {
            super::vacancy::need_writer(office, actor)?;
            let body: Posting =
                serde_json::from_value(whole.clone()).map_err(|_| Error::field("vacancy", "field.type"))?;
            let vacancy = super::vacancy::checked(office, &body)?;
            let opening = Opening {
                id: Uuid::nil(),
                places_left: vacancy.headcount,
                vacancy,
                state: VacancyState::Open,
                kept: 0,
                introduced: 0,
                employer: Uuid::nil(),
                station: None,
            };
            (body, opening)
        }
    };
    // Asked is who could go, whatever became of the vacancy and its places meanwhile.
    (base.state, base.places_left, base.kept) = (VacancyState::Open, base.places_left.max(1), 0);
    base.vacancy.valid_until = None;
    let given = !asked.changes.is_empty();
    let single = if given { asked.changes } else { usual(&body) };
    if single.len() > CHANGES {
        return Err(Error::field("changes", "field.type"));
    }
    let mut sets: Vec<Vec<Alteration>> = single.iter().map(|change| vec![change.clone()]).collect();
    if given && single.len() > 1 {
        sets.push(single);
    }
    let mut openings = vec![];
    for (place, set) in sets.iter().enumerate() {
        let mut changed = body.clone();
        for change in set {
            changed = patched(&changed, nested(change))
                .map_err(|_| Error::field(&format!("changes[{place}].field"), "field.unknown"))?;
        }
        let vacancy = super::vacancy::checked(office, &changed)?;
        openings.push(Opening {
            vacancy: crate::domain::vacancy::Vacancy { valid_until: None, ..vacancy },
            ..base.clone()
        });
    }
    let scope = if actor.may(Right::Persons) { office.scope(actor).await? } else { Scope::All };
    let today = office.today();
    compute(office, move |columns| {
        let people = slots(columns, &scope);
        // Words of the changed vacancies are numbered in a copy: they are nobody's yet.
        let mut words = columns.words.clone();
        let slack = columns.parameters.start.slack_days;
        let before = OpeningRow::pack(&base, &mut words, slack);
        let rows: Vec<OpeningRow> = openings.iter().map(|o| OpeningRow::pack(o, &mut words, slack)).collect();
        let slot = columns.openings.find(base.id).map_or(u32::MAX, |(slot, _)| slot);
        let mut found: Vec<(usize, usize, BTreeMap<u32, usize>)> = vec![Default::default(); rows.len()];
        for (number, seeker) in columns.seekers.iter() {
            if people.as_ref().is_some_and(|set| !set.contains(number)) {
                continue;
            }
            let fits = |opening: &OpeningRow| {
                let parameters = &columns.parameters;
                eligible(&Pair { seeker, opening, slot, today, words: &words, parameters })
            };
            let already = fits(&before);
            for (row, (now, more, counties)) in rows.iter().zip(&mut found) {
                *now += usize::from(already);
                if !already && fits(row) {
                    *more += 1;
                    *counties.entry(seeker.comes_from()).or_insert(0) += 1;
                }
            }
        }
        let effect =
            |(changes, (eligible, opens, counties)): (Vec<Alteration>, (usize, usize, BTreeMap<u32, usize>))| {
                let county = |(code, count): (u32, usize)| (code, words.region_name(code), count);
                let mut counties: Vec<_> = counties.into_iter().filter(|(code, _)| *code != 0).map(county).collect();
                counties.sort_by_key(|(code, _, count)| (std::cmp::Reverse(*count), *code));
                Effect { changes, eligible, opens, counties }
            };
        Ok(sets.into_iter().zip(found).map(effect).collect())
    })
    .await
}
