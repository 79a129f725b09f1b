//! Pages for workers and everyone else: search for work, a vacancy, leaving a number, the receipt, classes, sign-up.

use jiff::civil::Date;

use super::{chrome, page, refused, sentences};
use crate::actions::introduction::masked_name;
use crate::actions::search::{self, ClassAsk};
use crate::actions::{Error, class, clock, employer, interest, live, vacancy};
use crate::domain::interest::InterestState;
use crate::domain::region::{self, RegionCode};
use crate::domain::registration::Text;
use crate::domain::vacancy::{Asked, Benefit, EmploymentForm, Period, VacancyKind, VacancyState};
use crate::handler;
use crate::pages::{
    Bit, Choice, ClassLine, ClassPage, ClassSearch, Desk, Fact, Lang, Link, Listed, LogLine, Message, Receipt, Stage,
    Step, Tone, VacancyLine, VacancyPage, VacancySearch, format, forms, named, options, text, word,
};
use crate::search::suggest_titles;
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::list;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const FILTERS: &[&str] =
    &["q", "region", "occupation", "kind", "form", "min_wage", "lodging", "meals", "sort", "cursor", "seen"];

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/", Audience::Anyone, "find work", handler!(vacancies)).query(FILTERS),
    Route::get("/vacancies", Audience::Anyone, "find work", handler!(vacancies)).query(FILTERS),
    Route::get("/vacancies/{ref}", Audience::Anyone, "a vacancy", handler!(vacancy_page)),
    Route::post("/vacancies/{ref}/interest", Audience::Anyone, "leave a number", Body::Form, handler!(leave)),
    Route::get("/receipts/{code}", Audience::Anyone, "how far an interest has come", handler!(receipt)).query(&["new"]),
    Route::post("/receipts/{code}/withdraw", Audience::Anyone, "take an interest back", Body::Form, handler!(withdraw)),
    Route::get("/classes", Audience::Anyone, "training classes", handler!(classes)).query(&[
        "q",
        "region",
        "programme",
        "cursor",
        "seen",
    ]),
    Route::get("/classes/{ref}", Audience::Anyone, "a training class", handler!(class_page)),
    Route::get("/employers/new", Audience::Anyone, "the sign-up page of employers", handler!(sign_up_page)),
    Route::post("/employers/new", Audience::Anyone, "sign up as an employer", Body::Form, handler!(sign_up)),
];

/// Places offered first: the city's districts, then the sending province.
const REGIONS: &[&str] = &[
    "440100", "440106", "440111", "440113", "440114", "440118", "440112", "440115", "440600", "441900", "440300",
    "520000",
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
    let sorts = ["relevance", "newest", "wage"].map(|way| Step {
        href: address(&ask, "/vacancies", &[("sort", way), ("cursor", ""), ("seen", "")]),
        text: word(lang, "sort", way),
        here: way == sort,
    });
    let wages = std::iter::once(Choice::new("", text(lang, "any", &[]))).chain(WAGES.iter().map(|yuan| {
        let value = yuan.to_string();
        let on = chosen("min_wage") == Some(value.as_str());
        Choice::new(value.clone(), value).chosen(on)
    }));
    let code = |name: &str| ask.query(name);
    let q = ask.query("q").unwrap_or_default().to_owned();
    let offers = if q.is_empty() { "工" } else { q.as_str() };
    let titles = ["缝纫工", "电子装配工", "保洁员", "养老护理员", "焊工"];
    let view = VacancySearch {
        c: chrome(&ask, "/").await,
        offers: suggest_titles(offers, 8).into_iter().map(|t| t.title.to_owned()).collect(),
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
        sorts: sorts.to_vec(),
        common: titles.iter().map(|t| Link::to(address(&ask, "/vacancies", &[("q", t)]), *t)).collect(),
        shown,
        next,
        q,
    };
    Ok(page(&view))
}

fn yes_no(lang: Lang, yes: bool) -> String {
    text(lang, if yes { "yes" } else { "no" }, &[])
}

/// The public facts of a vacancy, first what one asks first.
pub fn facts(lang: Lang, record: &Record) -> (Vec<Fact>, Vec<Fact>) {
    let v = &record.row.vacancy;
    let place =
        [v.region.as_deref().map(region_name), v.address.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let benefits = |wanted: &[Benefit]| {
        let words: Vec<String> = v.benefits.iter().filter(|b| wanted.contains(b)).map(|b| named(lang, *b)).collect();
        if words.is_empty() { yes_no(lang, false) } else { words.join(" ") }
    };
    let asked = asked_words(lang, &v.requirements);
    let mut first = vec![
        Fact::named(lang, "place", place),
        Fact::named(lang, "lodging", benefits(&[Benefit::Lodging, Benefit::CoupleRoom])),
        Fact::named(lang, "meals", benefits(&[Benefit::Meals])),
    ];
    if !asked.is_empty() {
        first.push(Fact::named(lang, "asked", asked.join("　")));
    }
    first.push(Fact::named(lang, "places", text(lang, "places-left", &[("n", &record.places_left())])));
    let mut more = vec![Fact::named(lang, "employer", record.employer_name.clone())];
    let mut add = |name: &str, value: Option<String>| more.extend(value.map(|value| Fact::named(lang, name, value)));
    add("occupation", v.occupation.as_deref().and_then(live::occupation_name));
    add("kind", v.kind.map(|k| named(lang, k)));
    add("form", v.employment_form.map(|f| named(lang, f)));
    add("shift", v.shift.map(|s| named(lang, s)));
    let preferred = asked_words(lang, &v.preferences);
    add("preferred", (!preferred.is_empty()).then(|| preferred.join("　")));
    add("contract", v.contract_months.map(|n| text(lang, "months", &[("n", &n)])));
    add("insurance", v.social_insurance.map(|yes| yes_no(lang, yes)));
    add("start", v.start_from.map(|day| format::day_words(lang, day)));
    add("until", v.valid_until.map(|day| format::day_words(lang, day)));
    add("source", v.source.name.clone());
    (first, more)
}

async fn vacancy_view(
    ask: &Ask,
    typed: &[(String, String)],
    faults: &[(String, String)],
) -> Result<VacancyPage, Fault> {
    let record = vacancy::find_for_page(&ask.office, &ask.actor, ask.param("ref")).await?;
    let v = &record.row.vacancy;
    let (first, details) = facts(ask.lang, &record);
    let mut c = chrome(ask, "/").await;
    if let Some((_, _, Some(phone))) = &record.station {
        c.phone.clone_from(phone);
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
        Err(other) => Err(other.into()),
    }
}

async fn receipt(ask: Ask) -> Result<Answer, Fault> {
    let found = interest::receipt(&ask.office, ask.param("code")).await?;
    let i = &found.interest;
    let stage = match i.state {
        InterestState::Received => Stage::Received,
        InterestState::Called => Stage::Called,
        InterestState::Introduced => Stage::Introduced,
        InterestState::Closed => Stage::Closed,
        InterestState::Withdrawn => Stage::Withdrawn,
    };
    let left = clock::day_of(i.created_at);
    let by = left.saturating_add(jiff::Span::new().days(2));
    let log = |day: Date, what: String| LogLine {
        at: format::day_words(ask.lang, day),
        text: vec![Bit::Text(what)],
        ..LogLine::default()
    };
    let mut c = chrome(&ask, "/").await;
    c.back = format!("/receipts/{}", i.receipt);
    let view = Receipt {
        c,
        code: i.receipt.clone(),
        vacancy: Link::to(format!("/vacancies/{}", found.vacancy_reference), found.vacancy_title.clone()),
        fresh: ask.query("new").is_some(),
        who: format!("{} {}", masked_name(&i.name), interest::masked_phone(&ask.office, i).unwrap_or_default()),
        stage,
        by: format::day_words(ask.lang, by),
        log: vec![log(left, text(ask.lang, "stage-received", &[]))],
    };
    Ok(page(&view))
}

async fn withdraw(ask: Ask) -> Result<Answer, Fault> {
    let found = interest::withdraw(&ask.office, ask.param("code")).await?;
    Ok(Answer::see_other(format!("/receipts/{}?said=interest-withdrawn", found.interest.receipt)))
}

fn class_facts(lang: Lang, record: &crate::store::class::Record) -> Vec<Fact> {
    let c = &record.row.class;
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| facts.extend(value.map(|v| Fact::named(lang, name, v)));
    let days: Vec<String> = [c.starts, c.ends].into_iter().flatten().map(|d| format::day_words(lang, d)).collect();
    add("days", (!days.is_empty()).then(|| days.join("–")));
    add("place", c.place.clone().or_else(|| c.region.as_deref().map(region_name)));
    add("seats", Some(text(lang, "seats-left", &[("n", &record.seats_left())])));
    add("fee", c.fee.map(|fen| if fen == 0 { text(lang, "free", &[]) } else { format!("{} 元", format::yuan(fen)) }));
    add("provider", c.provider.clone());
    let certificates: Vec<String> = c.certificates.iter().map(|c| certificate_name(lang, c)).collect();
    add("certificates", (!certificates.is_empty()).then(|| certificates.join(" ")));
    facts
}

async fn classes(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let asked = ClassAsk {
        q: ask.query("q").unwrap_or_default().to_owned(),
        programme: ask.query("programme").map(str::to_owned),
        region: ask.query("region").map(str::to_owned),
        open: true,
        page: search::Page { facets: false, ..list::page(&ask)? },
    };
    let found = search::classes(&ask.office, asked).await?;
    let seen: u64 = ask.query("seen").and_then(|n| n.parse().ok()).unwrap_or(0);
    let shown = seen + found.items.len() as u64;
    let programmes = ["粤菜师傅", "广东技工", "南粤家政"];
    let chosen = ask.query("programme");
    let mut choices = vec![Choice::new("", text(lang, "any", &[]))];
    choices.extend(programmes.map(|p| Choice::new(p, p).chosen(chosen == Some(p))));
    let items = found.items.iter().map(|(record, _)| {
        let bits = |fact: &Fact| {
            fact.value
                .iter()
                .filter_map(|b| if let Bit::Text(t) = b { Some(t.clone()) } else { None })
                .collect::<String>()
        };
        ClassLine {
            href: format!("/classes/{}", record.row.reference),
            name: record.row.class.name.clone(),
            facts: class_facts(lang, record).iter().take(4).map(bits).collect(),
            opens: record.row.class.occupation.as_deref().and_then(live::occupation_name).unwrap_or_default(),
        }
    });
    let view = ClassSearch {
        c: chrome(&ask, "/").await,
        q: ask.query("q").unwrap_or_default().to_owned(),
        regions: region_menu(lang, ask.query("region")),
        programmes: choices,
        total: found.total,
        items: items.collect(),
        shown,
        next: found.next_cursor.as_ref().map_or_else(String::new, |cursor| {
            address(&ask, "/classes", &[("cursor", cursor), ("seen", &shown.to_string())])
        }),
    };
    Ok(page(&view))
}

async fn class_page(ask: Ask) -> Result<Answer, Fault> {
    let record = class::find(&ask.office, ask.param("ref")).await?;
    let c = &record.row.class;
    let opens = c.occupation.as_deref().and_then(live::occupation_name);
    let begun = c.starts.is_some_and(|day| day < ask.office.today());
    let view = ClassPage {
        c: chrome(&ask, "/").await,
        name: c.name.clone(),
        code: record.row.reference.clone(),
        facts: class_facts(ask.lang, &record),
        opens: opens
            .map(|name| Link::to(address(&ask, "/vacancies", &[("q", &name)]), name.clone()))
            .into_iter()
            .collect(),
        open: record.seats_left() > 0 && !begun,
    };
    Ok(page(&view))
}

async fn sign_up_page(ask: Ask) -> Result<Answer, Fault> {
    let c = chrome(&ask, "").await;
    Ok(page(&Desk::form(c, text(ask.lang, "page-sign-up", &[]), forms::sign_up(ask.lang))))
}

async fn sign_up(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body = super::body_of(&fields)?;
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
        Err(Error::Invalid(faults)) => {
            let form = forms::sign_up(ask.lang)
                .fill(fields.iter().map(|(n, v)| (n.as_str(), v.as_str())))
                .mark(sentences(ask.lang, &faults));
            Ok(refused(&Desk::form(c, text(ask.lang, "page-sign-up", &[]), form)))
        }
        Err(other) => Err(other.into()),
    }
}
