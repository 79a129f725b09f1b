//! What the index is told of a person: words and codes, never a number or a phone.

use uuid::Uuid;

use crate::domain::code::Code as _;
use crate::domain::occupation::Occupation;
use crate::domain::region::RegionCode;
use crate::search::{Doc, WorkerDoc};
use crate::store::worker::Record;

/// Days since 1970-01-01.
pub fn day_number(day: jiff::civil::Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(day).map_or(0, |span| span.get_days())
}

/// A region's code first, then the codes above it.
pub fn region_chain(code: &str) -> Vec<u32> {
    let Some(code) = RegionCode::parse(code) else { return Vec::new() };
    let mut chain: Vec<u32> = vec![code.number(), code.prefecture().number(), code.province().number()];
    chain.dedup();
    chain
}

/// Occupation codes of texts that are codes.
pub fn occupations<'a>(codes: impl IntoIterator<Item = &'a String>) -> Vec<Occupation> {
    let mut found: Vec<Occupation> = codes.into_iter().filter_map(|c| c.parse().ok()).collect();
    found.dedup();
    found
}

/// A person as the index knows them.
pub fn of_worker(record: &Record) -> Doc {
    let p = &record.person;
    let w = &p.worker;
    let (pinyin, initials) = p.pinyin.split_once(' ').unwrap_or((&p.pinyin, ""));
    let last = record.jobs.iter().find_map(|j| j.occupation.clone());
    let coded = occupations(w.occupations_wanted.iter().chain(last.iter()));
    let mut words: Vec<&str> = coded.iter().map(|o| o.name()).collect();
    words.extend(w.skills.iter().map(String::as_str));
    words.extend(w.certificates.iter().map(|c| c.name.as_str()));
    for job in &record.jobs {
        words.extend(job.facts.employer.as_deref());
        words.extend(job.facts.industry.as_deref());
    }
    let certificates = w.certificates.iter().flat_map(|c| c.code.iter().cloned().chain([c.name.clone()])).collect();
    let mut stations: Vec<Uuid> = record.links.iter().map(|l| l.station).collect();
    stations.dedup();
    Doc::Worker(Box::new(WorkerDoc {
        id: p.id,
        reference: p.reference.clone(),
        name: p.name.clone(),
        pinyin: pinyin.to_owned(),
        initials: initials.to_owned(),
        born: w.birth_date.map(day_number),
        origin: w.origin.as_deref().map(region_chain).unwrap_or_default(),
        village: w.village.as_ref().map(|v| format!("{}{}", v.township, v.village)).unwrap_or_default(),
        job_words: words.join(" "),
        occupations: coded,
        capacity: w.capacity.map(|c| c.code().to_owned()),
        watch_class: record.watch.map(|c| c.code().to_owned()),
        status: record.status().code().to_owned(),
        certificates,
        skills: w.skills.clone(),
        wage_floor: w.wage_floor.and_then(|fen| u64::try_from(fen).ok()),
        relocated: record.household.as_ref().and_then(|(_, h)| h.relocated).unwrap_or(false),
        schooling: w.schooling.map(|s| s.code().to_owned()),
        stations,
        changed_at: p.updated_at,
    }))
}
