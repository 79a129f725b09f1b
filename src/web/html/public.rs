//! Pages for workers and everyone else: search for work, a vacancy, leaving a number, the receipt, classes, sign-up.

mod learning;
mod receipt;

use jiff::civil::Date;

use super::{at_form, chrome, page, refused, sentences};
use crate::actions::{Error, employer, interest, live, search, vacancy};
use crate::domain::barred_post::hazard;
use crate::domain::body::Text;
use crate::domain::employer::{EmployerBody, EmployerKind, EmployerState};
use crate::domain::region::{self, RegionCode};
use crate::domain::vacancy::{Asked, Benefit, EmploymentForm, Period, VacancyKind, VacancyState};
use crate::handler;
use crate::pages::{
    Bit, Choice, Desk, Fact, Lang, Link, Listed, Message, Step, Tone, VacancyLine, VacancyPage, VacancySearch, format,
    forms, named, options, text, word,
};
use crate::search::suggest_titles;
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::list;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const FILTERS: &[&str] =
    &["q", "region", "occupation", "kind", "form", "min_wage", "lodging", "meals", "sort", "near", "cursor", "seen"];

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/", Audience::Anyone, "find work", handler!(vacancies)).query(FILTERS),
    Route::get("/vacancies", Audience::Anyone, "find work", handler!(vacancies)).query(FILTERS),
    Route::get("/vacancies/{ref}", Audience::Anyone, "a vacancy", handler!(vacancy_page)),
    Route::post("/vacancies/{ref}/interest", Audience::Anyone, "leave a number", Body::Form, handler!(leave))
        .takes(&["name", "phone", "consent", "remark"]),
    Route::get("/receipts", Audience::Anyone, "look a receipt up", handler!(receipt::find)).query(&["code"]),
    Route::get("/receipts/{code}", Audience::Anyone, "how far an interest has come", handler!(receipt::show))
        .query(&["new"]),
    Route::post(
        "/receipts/{code}/withdraw",
        Audience::Anyone,
        "take an interest back",
        Body::Form,
        handler!(receipt::withdraw),
    ),
    Route::get("/classes", Audience::Anyone, "training classes", handler!(learning::list)).query(&[
        "q",
        "region",
        "programme",
        "cursor",
        "seen",
    ]),
    Route::get("/classes/{ref}", Audience::Anyone, "a training class", handler!(learning::show)),
    Route::get("/employers/new", Audience::Anyone, "the sign-up page of employers", handler!(sign_up_page)),
    Route::post(
        "/employers/new",
        Audience::Anyone,
        "sign up as an employer",
        Body::FormOf(shape::<EmployerBody>),
        handler!(sign_up),
    ),
];

/// Places offered first: the city's districts, then the sending province.
const REGIONS: &[&str] = &[
    "440100", "440106", "440111", "440113", "440114", "440118", "440112", "440115", "440600", "441900", "440300",
    "520000",
];
/// Words offered while typing, those that most people look for.
const COMMON: &[&str] = &[
    "缝纫工",
    "电子装配工",
    "保洁员",
    "养老护理员",
    "焊工",
    "普工",
    "包装工",
    "保安员",
    "家政服务员",
    "服务员",
    "厨师",
    "快递员",
    "仓管员",
    "叉车司机",
    "月嫂",
    "分拣员",
];
/// Least wages offered, yuan a month.
const WAGES: &[i64] = &[3000, 4000, 5000, 6000, 7000, 8000];

fn region_name(code: &str) -> String {
    RegionCode::parse(code).and_then(region::full_name).unwrap_or_else(|| code.to_owned())
}

/// A menu of a code list with an empty first choice.
fn menu<C: Listed>(lang: Lang, chosen: Option<&str>) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", text(lang, "any", &[]))];
    choices.extend(options::<C>(lang).into_iter().map(|c| {
        let on = Some(c.value.as_str()) == chosen;
        c.chosen(on)
    }));
    choices
}

fn region_menu(lang: Lang, chosen: Option<&str>) -> Vec<Choice> {
    let mut codes: Vec<&str> = REGIONS.to_vec();
    // A place that is not among the common ones stays chosen.
    codes.extend(chosen.filter(|c| !REGIONS.contains(c)));
    let mut choices = vec![Choice::new("", text(lang, "any", &[]))];
    choices.extend(codes.into_iter().map(|c| Choice::new(c, region_name(c)).chosen(chosen == Some(c))));
    choices
}

/// The address of the same search with other parameters.
fn address(ask: &Ask, path: &str, with: &[(&str, &str)]) -> String {
    let kept = ask.query.iter().filter(|(n, v)| !v.is_empty() && !with.iter().any(|(w, _)| w == n) && n != "said");
    let mut query: Vec<(&str, &str)> = kept.map(|(n, v)| (n.as_str(), v.as_str())).collect();
    query.extend(with.iter().filter(|(_, v)| !v.is_empty()));
    match serde_urlencoded::to_string(&query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The wage in words for workers.
pub fn wage_words(lang: Lang, record: &Record) -> String {
    let pay = &record.row.vacancy.pay;
    format::wage_words(lang, pay.min, pay.max, pay.period.unwrap_or(Period::Month))
}

/// What a post asks, in short words.
pub fn asked_words(lang: Lang, asked: &Asked) -> Vec<String> {
    let mut words = Vec::new();
    match (asked.min_age, asked.max_age) {
        (Some(least), Some(most)) => words.push(text(lang, "asked-ages", &[("least", &least), ("most", &most)])),
        (Some(least), None) => words.push(text(lang, "asked-age-from", &[("least", &least)])),
        (None, Some(most)) => words.push(text(lang, "asked-age-to", &[("most", &most)])),
        (None, None) => {}
    }
    if let Some(schooling) = asked.schooling {
        words.push(text(lang, "asked-schooling", &[("schooling", &named(lang, schooling))]));
    }
    words.extend(asked.certificates.iter().map(|c| certificate_name(lang, c)));
    words.extend(asked.skills.iter().cloned());
    if let Some(years) = asked.experience_years.filter(|y| *y > 0.0) {
        words.push(text(lang, "asked-years", &[("years", &years)]));
    }
    words
}

fn certificate_name(lang: Lang, code: &str) -> String {
    use crate::domain::certificate::Certificate;
    let known = Certificate::from_code(code).or_else(|| Certificate::parse(code));
    known.map_or_else(|| code.to_owned(), |c| if lang == Lang::Zh { c.zh() } else { c.en() })
}

/// A vacancy as a line of a list, with what was found marked.
fn line(lang: Lang, record: &Record, spans: &[std::ops::Range<usize>]) -> VacancyLine {
    let v = &record.row.vacancy;
    let mut facts: Vec<String> = v
        .benefits
        .iter()
        .filter(|b| matches!(b, Benefit::Lodging | Benefit::Meals | Benefit::CoupleRoom))
        .map(|b| named(lang, *b))
        .collect();
    facts.extend(asked_words(lang, &v.requirements).into_iter().take(3));
    facts.push(text(lang, "places-left", &[("n", &record.places_left())]));
    VacancyLine {
        href: format!("/vacancies/{}", record.row.reference),
        title: Bit::marked(&v.title, spans),
        wage: wage_words(lang, record),
        place: v.region.as_deref().map(region_name).unwrap_or_default(),
        facts,
        foot: vec![record.employer_name.clone(), record.row.reference.clone()],
    }
}

async fn vacancies(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let mut asked = super::super::json::vacancy::vacancy_ask(&ask)?;
    asked.state = None;
    asked.page.limit = 20;
    asked.page.facets = false;
    let found = search::vacancies(&ask.office, &ask.actor, asked).await?;
    let seen: u64 = ask.query("seen").and_then(|n| n.parse().ok()).unwrap_or(0);
    let shown = seen + found.items.len() as u64;
    let chosen = |name: &str| ask.query(name);
    let next = match &found.next_cursor {
        Some(cursor) => address(&ask, "/vacancies", &[("cursor", cursor), ("seen", &shown.to_string())]),
        None => String::new(),
    };
    let sort = ask.query("sort").unwrap_or("relevance");
    // A place that was chosen is where the worker wants to be: sorted by nearness, places around it count too.
    let near = ask.query("near").or(chosen("region"));
    let mut sorts: Vec<Step> = ["relevance", "newest", "wage"]
        .map(|way| Step {
            href: address(&ask, "/vacancies", &[("sort", way), ("cursor", ""), ("seen", "")]),
            text: word(lang, "sort", way),
            here: way == sort,
        })
        .into();
    sorts.extend(near.map(|place| Step {
        href: address(
            &ask,
            "/vacancies",
            &[("sort", "near"), ("near", place), ("region", ""), ("cursor", ""), ("seen", "")],
        ),
        text: text(lang, "sort-near-place", &[("place", &region_name(place))]),
        here: sort == "near",
    }));
    let mut kept: Vec<(String, String)> = Vec::new();
    if sort != "relevance" {
        kept.push(("sort".into(), sort.into()));
        kept.extend(ask.query("near").filter(|_| sort == "near").map(|place| ("near".into(), place.into())));
    }
    let least = chosen("min_wage");
    let mut yuans: Vec<String> = WAGES.iter().map(i64::to_string).collect();
    // A wage that is not among the common ones stays chosen.
    yuans.extend(least.filter(|l| !yuans.iter().any(|y| y == l)).map(str::to_owned));
    let wages = std::iter::once(Choice::new("", text(lang, "any", &[]))).chain(yuans.into_iter().map(|yuan| {
        let on = least == Some(yuan.as_str());
        Choice::new(yuan.clone(), text(lang, "fee-yuan", &[("yuan", &yuan)])).chosen(on)
    }));
    let code = |name: &str| ask.query(name);
    let q = ask.query("q").unwrap_or_default().to_owned();
    let mut offers: Vec<String> = suggest_titles(&q, 8).into_iter().map(|t| t.title.to_owned()).collect();
    for title in COMMON {
        if !offers.iter().any(|o| o == title) {
            offers.push((*title).to_owned());
        }
    }
    let view = VacancySearch {
        c: chrome(&ask, "/").await,
        offers,
        kept,
        regions: region_menu(lang, chosen("region")),
        wages: wages.collect(),
        lodging: list::truth(&ask, "lodging"),
        meals: list::truth(&ask, "meals"),
        occupation: ask.query("occupation").unwrap_or_default().to_owned(),
        kinds: menu::<VacancyKind>(lang, code("kind")),
        forms: menu::<EmploymentForm>(lang, code("form")),
        total: found.total,
        relaxed: found.relaxed.iter().map(|r| list::relaxed_text(lang, r)).collect(),
        suggest: found.suggest.iter().map(|s| Link::to(address(&ask, "/vacancies", &[("q", s)]), s.clone())).collect(),
        degraded: found.degraded,
        items: found.items.iter().map(|(record, spans)| line(lang, record, spans)).collect(),
        sorts,
        common: COMMON[..5].iter().map(|t| Link::to(address(&ask, "/vacancies", &[("q", t)]), *t)).collect(),
        shown,
        next,
        q,
    };
    Ok(page(&view))
}

/// The public facts of a vacancy, first what one asks first; what the employer did not write is said to be unsaid.
pub fn facts(lang: Lang, record: &Record) -> (Vec<Fact>, Vec<Fact>) {
    let v = &record.row.vacancy;
    let say = |key: &str| text(lang, key, &[]);
    let place = place_words(v.region.as_deref().map(region_name), v.address.as_deref());
    let benefits = |wanted: &dyn Fn(Benefit) -> bool| {
        let words: Vec<String> = v.benefits.iter().filter(|b| wanted(**b)).map(|b| named(lang, *b)).collect();
        (!words.is_empty()).then(|| words.join("　"))
    };
    let bed = |b: Benefit| matches!(b, Benefit::Lodging | Benefit::CoupleRoom);
    let asked = asked_words(lang, &v.requirements);
    let asked = if asked.is_empty() { say("say-not-said") } else { asked.join("　") };
    let places = text(lang, "say-places-of", &[("left", &record.places_left()), ("all", &v.headcount)]);
    let first = vec![
        Fact::named(lang, "place", if place.is_empty() { say("say-not-said") } else { place }),
        Fact::named(lang, "lodging", benefits(&bed).unwrap_or_else(|| say("say-not-said"))),
        Fact::named(lang, "meals", benefits(&|b| b == Benefit::Meals).unwrap_or_else(|| say("say-not-said"))),
        Fact::named(lang, "asked", asked),
        Fact::named(lang, "places", places),
    ];
    let mut more = Vec::new();
    let mut add = |name: &str, value: Option<String>| more.extend(value.map(|value| Fact::named(lang, name, value)));
    add("pay", v.pay.typical_month.map(|fen| text(lang, "typical-month", &[("yuan", &format::yuan(fen))])));
    add("benefits", benefits(&|b| !bed(b) && b != Benefit::Meals));
    add("shift", v.shift.map(|s| named(lang, s)));
    add("occupation", v.occupation.as_deref().and_then(live::occupation_name));
    add("form", v.employment_form.map(|f| named(lang, f)));
    add("contract", v.contract_months.map(|n| text(lang, "say-contract", &[("n", &n)])));
    add("probation", probation(lang, v));
    add("insurance", v.social_insurance.map(|yes| say(if yes { "insured" } else { "not-insured" })));
    let hazards: Vec<&str> =
        v.hazards.iter().map(|h| hazard(h).map_or(h.as_str(), |h| h.name(lang == Lang::Zh))).collect();
    add("hazards", (!hazards.is_empty()).then(|| hazards.join("　")));
    let preferred = asked_words(lang, &v.preferences);
    add("preferred", (!preferred.is_empty()).then(|| preferred.join("　")));
    let day = |day: Date| format::day_words(lang, day);
    add(
        "start",
        match (v.start_from, v.start_until) {
            (Some(from), Some(until)) => Some(text(lang, "say-from-to", &[("from", &day(from)), ("to", &day(until))])),
            (from, until) => from.or(until).map(day),
        },
    );
    let hires = match record.employer_kind {
        Some(EmployerKind::Own) => Some(say("say-hires-itself")),
        Some(EmployerKind::Agency) => Some(say("say-agency")),
        Some(kind) => Some(named(lang, kind)),
        None => None,
    };
    let employer = [Some(record.employer_name.clone()), hires, v.work_unit.clone()];
    add("employer", Some(employer.into_iter().flatten().collect::<Vec<_>>().join("　")));
    add("kind", v.kind.map(|k| named(lang, k)));
    add("until", v.valid_until.map(day));
    add("source", v.source.name.clone());
    (first, more)
}

/// Region and address in one; an address that names its district needs no region before it.
fn place_words(region: Option<String>, address: Option<&str>) -> String {
    let Some(region) = region else { return address.unwrap_or_default().to_owned() };
    let district = region.rsplit(['省', '市']).find(|part| !part.is_empty()).unwrap_or(&region);
    match address {
        Some(address) if address.contains(district) => address.to_owned(),
        Some(address) => format!("{region} {address}"),
        None => region,
    }
}

fn probation(lang: Lang, v: &crate::domain::vacancy::Vacancy) -> Option<String> {
    let months = v.probation.months.map(|n| text(lang, "months", &[("n", &n)]));
    let wage = v.probation.wage.map(|fen| text(lang, "fee-yuan", &[("yuan", &format::yuan(fen))]));
    let words: Vec<String> = months.into_iter().chain(wage).collect();
    (!words.is_empty()).then(|| words.join("　"))
}

/// When the employer was verified last, and by which station; or that nobody has done so yet.
async fn verified(ask: &Ask, record: &Record) -> Option<Fact> {
    let words = match (record.employer_state, record.employer_verified) {
        (EmployerState::Unverified, _) => text(ask.lang, "say-not-verified", &[]),
        (EmployerState::Approved, (Some(day), station)) => {
            let stations = ask.office.stations().await;
            let by = stations.iter().find(|s| Some(s.id) == station).map(|s| s.station.name.as_str());
            let by = by.unwrap_or_default();
            text(ask.lang, "say-verified-by", &[("day", &format::day_words(ask.lang, day)), ("by", &by)])
        }
        _ => return None,
    };
    Some(Fact::named(ask.lang, "verified", words))
}

async fn vacancy_view(
    ask: &Ask,
    typed: &[(String, String)],
    faults: &[(String, String)],
) -> Result<VacancyPage, Fault> {
    let record = vacancy::find_for_page(&ask.office, &ask.actor, ask.param("ref")).await?;
    let v = &record.row.vacancy;
    let (first, mut details) = facts(ask.lang, &record);
    details.extend(verified(ask, &record).await);
    let mut c = chrome(ask, "/").await;
    // The number that will ring, else that of the station which posted.
    let caller = interest::calls_back(&ask.office, v.region.as_deref(), record.row.station).await;
    let posted = record.station.as_ref().and_then(|(_, _, phone)| phone.clone());
    if let Some(phone) = interest::telephone(&ask.office, caller).await.or(posted) {
        c.phone = phone;
    }
    c.back = format!("/vacancies/{}", record.row.reference);
    Ok(VacancyPage {
        c,
        back: Link::to("/vacancies", text(ask.lang, "find-work", &[])),
        code: record.row.reference.clone(),
        title: v.title.clone(),
        wage: wage_words(ask.lang, &record),
        facts: first,
        description: v.description.iter().flat_map(|d| d.lines()).map(str::to_owned).collect(),
        details,
        open: record.state(ask.office.today()) == VacancyState::Open,
        interest: forms::interest(ask.lang, &record.row.reference)
            .fill(typed.iter().map(|(n, v)| (n.as_str(), v.as_str())))
            .mark(faults.iter().map(|(n, v)| (n.as_str(), v.as_str()))),
    })
}

async fn vacancy_page(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&vacancy_view(&ask, &[], &[]).await?))
}

async fn leave(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let field = |name: &str| fields.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| Text(v.clone()));
    let new = interest::NewInterest {
        name: field("name"),
        phone: field("phone"),
        consent: field("consent"),
        remark: field("remark"),
    };
    let record = vacancy::find_for_page(&ask.office, &ask.actor, ask.param("ref")).await?;
    match interest::leave(&ask.office, record.row.id, &new).await {
        Ok(code) => Ok(Answer::see_other(format!("/receipts/{code}?new=1"))),
        Err(Error::Invalid(faults)) => Ok(refused(&vacancy_view(&ask, &fields, &sentences(ask.lang, &faults)).await?)),
        // Filled or closed in the meantime: the page says so.
        Err(Error::Conflict { .. }) => Ok(Answer { status: 409, ..page(&vacancy_view(&ask, &fields, &[]).await?) }),
        // Too many today, or too busy now: what was typed stays, with the sentence above it.
        Err(error @ (Error::TooMany(_) | Error::Busy(_))) => {
            let fault = Fault::Act(error);
            let told = [(String::new(), fault.detail(ask.lang))];
            let answer = page(&vacancy_view(&ask, &fields, &told).await?);
            Ok(Answer { status: fault.status().0, ..answer }.header("retry-after", "60"))
        }
        Err(other) => Err(other.into()),
    }
}

async fn sign_up_page(ask: Ask) -> Result<Answer, Fault> {
    let c = chrome(&ask, "").await;
    Ok(page(&Desk::form(c, text(ask.lang, "page-sign-up", &[]), forms::sign_up(ask.lang))))
}

async fn sign_up(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body: EmployerBody = super::body_of(&fields)?;
    let mut c = chrome(&ask, "").await;
    c.back = "/employers/new".to_owned();
    match employer::create(&ask.office, &ask.actor, &body).await {
        Ok(_) => Ok(page(&Message {
            c,
            tone: Tone::Ok,
            heading: text(ask.lang, "page-sign-up-done", &[]),
            text: text(ask.lang, "said-sign-up", &[]),
            ..Message::default()
        })),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            let form = forms::sign_up(ask.lang).fill(fields.iter().map(|(n, v)| (n.as_str(), v.as_str()))).mark(faults);
            let view = Desk::form(c, text(ask.lang, "page-sign-up", &[]), form);
            Ok(Answer { status, ..page(&view) })
        }
    }
}
