//! The form that starts a batch run: people and posts are typed by their codes, one a line, and every fault names its line.

use std::collections::HashMap;

use uuid::Uuid;

use super::{NAV, t};
use crate::actions::match_run::{At, Wanted};
use crate::actions::office::below;
use crate::domain::fault::FieldFault;
use crate::domain::region::{RegionCode, parse_region_text};
use crate::domain::vacancy::VacancyKind;
use crate::matching::plan::Aim;
use crate::pages::{Button, Choice, Field, Form, Kind, Lang, Link, Section, options, text, word};
use crate::store::match_run::Run;
use crate::store::worker::Scope;
use crate::store::{employer as employers, vacancy as vacancies, worker as people};
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::fields::{Pairs, region_name, value};

const AIMS: [(Aim, &str); 3] =
    [(Aim::Score, "score"), (Aim::MostPlaced, "most_placed"), (Aim::WatchedFirst, "watched_first")];

/// The empty form.
pub async fn start(ask: &Ask) -> Form {
    let lang = ask.lang;
    let field = |name: &str, kind: Kind| Field::new(name, t(lang, label(name)), kind);
    let lines = |name: &str, hint: &str| field(name, Kind::Area).hint(t(lang, hint));
    let stations = ask.office.stations().await;
    let own = ask.actor.station().map(|id| below(&stations, id));
    let seen = stations.iter().filter(|s| own.as_ref().is_none_or(|own| own.contains(&s.id)));
    let mut choices: Vec<Choice> = seen.map(|s| Choice::new(s.station.code.clone(), s.station.name.clone())).collect();
    if own.is_none() {
        choices.insert(0, Choice::new("", t(lang, "match-all-stations")));
    }
    let aims = AIMS
        .map(|(aim, code)| Choice::new(code, word(lang, "run", &format!("aim-{code}"))).chosen(aim == Aim::default()));
    let section = |legend: &str, fields| Section { legend: t(lang, legend), fields };
    let mut form = Form::new(format!("{NAV}/new"), vec![], vec![Button::main(t(lang, "match-start-now"))]);
    form.sections = vec![
        section(
            "match-whom",
            vec![
                field("scope.station", Kind::Select(choices)),
                field("scope.date", Kind::Date).hint(t(lang, "match-hint-date")),
                field("scope.kinds", Kind::Checks(options::<VacancyKind>(lang))).wide(),
                lines("scope.counties", "match-hint-counties"),
                field("scope.unknown_home", Kind::Checks(vec![Choice::new("yes", t(lang, "match-unknown-home-too"))]))
                    .hint(t(lang, "match-hint-unknown-home")),
                lines("scope.vacancies", "match-hint-vacancies"),
                lines("scope.leave_out", "match-hint-leave-out"),
            ],
        ),
        section(
            "match-aim",
            vec![
                field("aim", Kind::Radios(aims.to_vec())).hint(t(lang, "match-hint-aim")).wide(),
                lines("reserve", "match-hint-reserve"),
            ],
        ),
        section(
            "match-terms",
            vec![
                lines("pin", "match-hint-pin"),
                lines("forbid", "match-hint-forbid"),
                lines("together", "match-hint-together"),
                lines("min_to_run", "match-hint-min"),
                lines("employer_cap", "match-hint-cap"),
            ],
        ),
    ];
    form.cancel = Some(Link::to(NAV, word(lang, "go", "back")));
    form
}

fn label(name: &str) -> &'static str {
    match name {
        "scope.station" => "match-field-station",
        "scope.date" => "match-field-date",
        "scope.counties" => "match-field-counties",
        "scope.unknown_home" => "match-field-unknown-home",
        "scope.vacancies" => "match-field-vacancies",
        "scope.kinds" => "match-field-kinds",
        "scope.leave_out" => "match-field-leave-out",
        "aim" => "match-field-aim",
        "reserve" => "match-field-reserve",
        "pin" => "match-field-pin",
        "forbid" => "match-field-forbid",
        "together" => "match-field-together",
        "min_to_run" => "match-field-min",
        _ => "match-field-cap",
    }
}

/// The field at which a contradiction stands.
pub fn field_of(code: &str) -> &'static str {
    match code {
        "match.pins_over_cap" => "employer_cap",
        "match.reserve_over_places" | "match.pins_over_reserve" => "reserve",
        "match.minimum_over_places" | "match.minimum_over_cap" | "match.pin_below_minimum" => "min_to_run",
        "match.together_twice" | "match.together_apart" | "match.together_impossible" => "together",
        "match.contradictory_all" => "",
        _ => "pin",
    }
}

/// A form read: what is wanted, what is wrong, and which line each entry stands on.
#[derive(Default)]
pub struct Read {
    pub wanted: Wanted,
    pub faults: Vec<(String, String)>,
    /// Path of an entry in the body, its field, and its line as it is called in a sentence.
    lines: Vec<(String, &'static str, String)>,
}

impl Read {
    /// A fault of the act at the field and line that it is about.
    pub fn at_line(&self, lang: Lang, fault: &FieldFault) -> (String, String) {
        let said = sentence(lang, fault);
        let of = |path: &&(String, &'static str, String)| {
            fault.field.strip_prefix(&path.0).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        match self.lines.iter().rev().find(of) {
            Some((_, field, line)) => ((*field).to_owned(), format!("{line}{said}")),
            None => (fault.field.clone(), said),
        }
    }
}

/// Reads lines of codes, looks them up, and notes what is wrong by line.
struct Reader<'a> {
    ask: &'a Ask,
    scope: Scope,
    read: Read,
    known: HashMap<String, Option<Uuid>>,
}

/// What a code stands for.
#[derive(Clone, Copy)]
enum Of {
    Worker,
    Vacancy,
    Employer,
}

/// The entries of a line: codes and numbers, however they are set apart.
fn entries(line: &str) -> Vec<&str> {
    line.split(|c: char| c.is_whitespace() || "，,、；;：:=→".contains(c)).filter(|part| !part.is_empty()).collect()
}

/// A code as it is said on the telephone, in one spelling.
fn spelled(code: &str) -> String {
    code.chars().map(|c| if "－—–".contains(c) { '-' } else { c.to_ascii_uppercase() }).collect()
}

/// Lines with something on them, with their numbers.
fn lines_of<'t>(fields: &'t Pairs, name: &str) -> Vec<(usize, &'t str)> {
    let text = fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    (1..).zip(text.lines()).map(|(n, line)| (n, line.trim())).filter(|(_, line)| !line.is_empty()).collect()
}

impl Reader<'_> {
    fn called(&self, n: usize, line: &str) -> String {
        text(self.ask.lang, "match-line", &[("n", &n), ("line", &line)])
    }

    fn fault(&mut self, field: &str, n: usize, line: &str, said: &str) {
        let line = self.called(n, line);
        self.read.faults.push((field.to_owned(), format!("{line}{said}")));
    }

    fn note(&mut self, path: String, field: &'static str, n: usize, line: &str) {
        let line = self.called(n, line);
        self.read.lines.push((path, field, line));
    }

    /// What a code stands for; what stands for nothing is noted.
    async fn id(&mut self, field: &str, n: usize, code: &str, of: Of) -> Result<Option<Uuid>, Fault> {
        let code = spelled(code);
        let mut db = &self.ask.office.db;
        let found = match (self.known.get(&code), of) {
            (Some(known), _) => *known,
            (None, Of::Worker) => people::by_reference(&mut db, &self.scope, &code).await?.map(|p| p.id),
            (None, Of::Vacancy) => vacancies::by_reference(&mut db, &code).await?,
            (None, Of::Employer) => employers::by_reference(&mut db, &code).await?.map(|e| e.id),
        };
        self.known.insert(code.clone(), found);
        if found.is_none() {
            let unknown = match of {
                Of::Worker => "worker.unknown",
                Of::Vacancy => "vacancy.unknown",
                Of::Employer => "employer.unknown",
            };
            let said = sentence(self.ask.lang, &FieldFault::new(field, unknown));
            self.fault(field, n, &code, &said);
        }
        Ok(found)
    }

    /// A list of codes, any number a line.
    async fn ids(&mut self, fields: &Pairs, field: &'static str, of: Of) -> Result<Vec<Uuid>, Fault> {
        let mut found = vec![];
        for (n, line) in lines_of(fields, field) {
            for code in entries(line) {
                if let Some(id) = self.id(field, n, code, of).await? {
                    self.note(format!("{field}[{}]", found.len()), field, n, code);
                    found.push(id);
                }
            }
        }
        Ok(found)
    }

    /// A person and a vacancy a line.
    async fn pairs(&mut self, fields: &Pairs, field: &'static str) -> Result<Vec<At>, Fault> {
        let mut found = vec![];
        for (n, line) in lines_of(fields, field) {
            let &[worker, vacancy] = entries(line).as_slice() else {
                self.fault(field, n, line, &t(self.ask.lang, "match-line-pair"));
                continue;
            };
            let worker = self.id(field, n, worker, Of::Worker).await?;
            let vacancy = self.id(field, n, vacancy, Of::Vacancy).await?;
            if let Some((worker, vacancy)) = worker.zip(vacancy) {
                self.note(format!("{field}[{}]", found.len()), field, n, line);
                found.push(At { worker, vacancy });
            }
        }
        Ok(found)
    }

    /// A code and a number a line.
    async fn numbers(&mut self, fields: &Pairs, field: &'static str, of: Of) -> Result<Vec<(Uuid, u32)>, Fault> {
        let mut found = vec![];
        for (n, line) in lines_of(fields, field) {
            let parts = entries(line);
            let number = parts.get(1).and_then(|part| part.trim_end_matches(['人', '个']).parse::<u32>().ok());
            let (&[code, _], Some(number)) = (parts.as_slice(), number) else {
                self.fault(field, n, line, &t(self.ask.lang, "match-line-number"));
                continue;
            };
            if let Some(id) = self.id(field, n, code, of).await? {
                if found.iter().any(|(known, _)| *known == id) {
                    self.fault(field, n, line, &t(self.ask.lang, "match-line-twice"));
                }
                self.note(format!("{field}.{id}"), field, n, line);
                found.push((id, number));
            }
        }
        Ok(found)
    }

    async fn groups(&mut self, fields: &Pairs) -> Result<Vec<Vec<Uuid>>, Fault> {
        let mut found = vec![];
        for (n, line) in lines_of(fields, "together") {
            let codes = entries(line);
            if codes.len() < 2 {
                self.fault("together", n, line, &t(self.ask.lang, "match-line-group"));
                continue;
            }
            let mut group = vec![];
            for code in codes {
                group.extend(self.id("together", n, code, Of::Worker).await?);
            }
            self.note(format!("together[{}]", found.len()), "together", n, line);
            found.push(group);
        }
        Ok(found)
    }

    fn counties(&mut self, fields: &Pairs) -> Vec<String> {
        let mut found = vec![];
        for (n, line) in lines_of(fields, "scope.counties") {
            if let Some(code) = RegionCode::parse(line).or_else(|| parse_region_text(line).code) {
                self.note(format!("scope.counties[{}]", found.len()), "scope.counties", n, line);
                found.push(code.to_string());
            } else {
                let said = sentence(self.ask.lang, &FieldFault::new("", "region.unknown"));
                self.fault("scope.counties", n, line, &said);
            }
        }
        found
    }
}

/// Reads what was typed.
pub async fn read(ask: &Ask, fields: &Pairs) -> Result<Read, Fault> {
    let scope = ask.office.scope(&ask.actor).await?;
    let mut r = Reader { ask, scope, read: Read::default(), known: HashMap::new() };
    let said = |name: &str| Some(value(fields, name).to_owned()).filter(|v| !v.is_empty());
    let mut wanted = Wanted::default();
    wanted.scope.station = said("scope.station");
    wanted.scope.date = said("scope.date");
    wanted.scope.kinds =
        fields.iter().filter(|(n, v)| n == "scope.kinds" && !v.is_empty()).map(|(_, v)| v.clone()).collect();
    wanted.scope.counties = r.counties(fields);
    wanted.scope.unknown_home = said("scope.unknown_home").is_some();
    wanted.scope.vacancies = r.ids(fields, "scope.vacancies", Of::Vacancy).await?;
    wanted.scope.leave_out = r.ids(fields, "scope.leave_out", Of::Worker).await?;
    match AIMS.iter().find(|(_, code)| said("aim").is_none_or(|aim| aim == *code)) {
        Some((aim, _)) => wanted.aim = *aim,
        None => r.read.faults.push(("aim".into(), sentence(ask.lang, &FieldFault::new("aim", "choice.unknown")))),
    }
    wanted.reserve = r.numbers(fields, "reserve", Of::Vacancy).await?.into_iter().collect();
    wanted.min_to_run = r.numbers(fields, "min_to_run", Of::Vacancy).await?.into_iter().collect();
    wanted.employer_cap = r.numbers(fields, "employer_cap", Of::Employer).await?.into_iter().collect();
    wanted.together = r.groups(fields).await?;
    wanted.pin = r.pairs(fields, "pin").await?;
    wanted.forbid = r.pairs(fields, "forbid").await?;
    Ok(Read { wanted, ..r.read })
}

/// What a run was asked, as it is typed into the form.
pub async fn spoken(ask: &Ask, run: &Run) -> Result<Pairs, Fault> {
    let wanted: Wanted = serde_json::from_value(run.asked.clone()).unwrap_or_default();
    let at = || wanted.pin.iter().chain(&wanted.forbid);
    let workers = at().map(|a| a.worker).chain(wanted.together.iter().flatten().copied());
    let workers = workers.chain(wanted.scope.leave_out.iter().copied());
    let posts = at().map(|a| a.vacancy).chain(wanted.scope.vacancies.iter().copied());
    let posts = posts.chain(wanted.reserve.keys().chain(wanted.min_to_run.keys()).copied());
    let about = super::About::new(ask, workers, posts).await?;
    let firms: Vec<Uuid> = wanted.employer_cap.keys().copied().collect();
    let firms = employers::by_ids(&mut &ask.office.db, &firms).await?;
    let person = |id: &Uuid| about.people.get(id).map(|(_, reference)| reference.clone());
    let post = |id: &Uuid| about.posts.get(id).map(|p| p.row.reference.clone());
    let firm = |id: &Uuid| firms.iter().find(|e| e.id == *id).map(|e| e.reference.clone());
    let pair = |a: &At| Some(format!("{} {}", person(&a.worker)?, post(&a.vacancy)?));
    let number = |code: Option<String>, n: &u32| code.map(|code| format!("{code} {n}"));
    let lines = |list: Vec<String>| list.join("\n");
    let mut pairs: Pairs = vec![
        ("scope.station".into(), wanted.scope.station.clone().unwrap_or_default()),
        ("scope.date".into(), wanted.scope.date.clone().unwrap_or_default()),
        ("scope.counties".into(), lines(wanted.scope.counties.iter().map(|c| region_name(c)).collect())),
        ("scope.vacancies".into(), lines(wanted.scope.vacancies.iter().filter_map(post).collect())),
        ("scope.leave_out".into(), lines(wanted.scope.leave_out.iter().filter_map(person).collect())),
        ("aim".into(), super::aim_code(&wanted)),
        ("reserve".into(), lines(wanted.reserve.iter().filter_map(|(id, n)| number(post(id), n)).collect())),
        ("min_to_run".into(), lines(wanted.min_to_run.iter().filter_map(|(id, n)| number(post(id), n)).collect())),
        ("employer_cap".into(), lines(wanted.employer_cap.iter().filter_map(|(id, n)| number(firm(id), n)).collect())),
        ("pin".into(), lines(wanted.pin.iter().filter_map(pair).collect())),
        ("forbid".into(), lines(wanted.forbid.iter().filter_map(pair).collect())),
        (
            "together".into(),
            lines(wanted.together.iter().map(|g| g.iter().filter_map(person).collect::<Vec<_>>().join(" ")).collect()),
        ),
    ];
    if wanted.scope.station.is_none() {
        let stations = ask.office.stations().await;
        let own = stations.iter().find(|s| Some(s.id) == run.station).map(|s| s.station.code.clone());
        pairs[0].1 = own.unwrap_or_default();
    }
    pairs.extend(wanted.scope.unknown_home.then(|| ("scope.unknown_home".to_owned(), "yes".to_owned())));
    pairs.extend(wanted.scope.kinds.iter().map(|kind| ("scope.kinds".to_owned(), kind.clone())));
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_however_its_entries_are_set_apart() {
        for line in ["R-7K2M3 G-7K2M", "R-7K2M3，G-7K2M", " R-7K2M3 → G-7K2M ", "R-7K2M3:　G-7K2M"] {
            assert_eq!(entries(line), ["R-7K2M3", "G-7K2M"], "{line}");
        }
        assert_eq!(spelled("r－7k2m3"), "R-7K2M3");
    }
}
