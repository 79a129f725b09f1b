//! What the index is told of a person: words and codes, never a number or a phone.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::code::Code as _;
use crate::domain::occupation::Occupation;
use crate::domain::region::RegionCode;
use crate::domain::vacancy::Benefit;
use crate::search::{ClassDoc, Doc, VacancyDoc, WorkerDoc};
use crate::store::worker::Record;
use crate::store::{class, vacancy};

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

/// A vacancy as the index knows it.
pub fn of_vacancy(record: &vacancy::Record, today: Date) -> Doc {
    let row = &record.row;
    let v = &row.vacancy;
    let (min, max) = v.pay.monthly();
    let fen = |wage: Option<i64>| wage.and_then(|w| u64::try_from(w).ok());
    let mut text: Vec<&str> = Vec::new();
    text.extend(v.description.as_deref());
    text.extend(v.work_unit.as_deref());
    text.extend(v.address.as_deref());
    text.extend(v.requirements.skills.iter().chain(&v.requirements.certificates).map(String::as_str));
    Doc::Vacancy(Box::new(VacancyDoc {
        id: row.id,
        reference: row.reference.clone(),
        title: v.title.clone(),
        employer_name: record.employer_name.clone(),
        description: text.join("\n"),
        occupations: occupations(v.occupation.iter()),
        region: v.region.as_deref().map(region_chain).unwrap_or_default(),
        kind: v.kind.map(|k| k.code().to_owned()).unwrap_or_default(),
        form: v.employment_form.map(|f| f.code().to_owned()).unwrap_or_default(),
        wage_min: fen(min),
        wage_max: fen(max),
        lodging: v.benefits.iter().any(|b| matches!(b, Benefit::Lodging | Benefit::CoupleRoom)),
        meals: v.benefits.contains(&Benefit::Meals),
        employer: Some(row.employer),
        stations: row.station.into_iter().collect(),
        state: record.state(today).code().to_owned(),
        posted_at: row.opened_at.unwrap_or(row.created_at),
        valid_until: v.valid_until.map(day_number),
    }))
}

/// A class as the index knows it.
pub fn of_class(record: &class::Record, today: Date) -> Doc {
    let c = &record.row.class;
    let words: Vec<&str> =
        c.certificates.iter().chain(&c.skills).map(String::as_str).chain(c.place.as_deref()).collect();
    let open = record.seats_left() > 0 && c.starts.is_none_or(|day| day >= today);
    Doc::Class(Box::new(ClassDoc {
        id: record.row.id,
        reference: record.row.reference.clone(),
        name: c.name.clone(),
        programme_name: c.programme.clone(),
        programme: None,
        provider: c.provider.clone().unwrap_or_default(),
        words: words.join(" "),
        occupations: occupations(c.occupation.iter()),
        region: c.region.as_deref().map(region_chain).unwrap_or_default(),
        stations: record.row.station.into_iter().collect(),
        state: if open { "open" } else { "closed" }.to_owned(),
        open,
        starts: c.starts.map(day_number),
        changed_at: record.row.updated_at,
    }))
}
