//! From an outbox row to a sent letter: what it says is read at the moment it is sent, and to which mailbox it goes.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::clock::start_of;
use super::error::{Error, Result};
use super::office::{Office, below};
use super::{order, saved_search, training_plan, worklist};
use crate::domain::code::Code as _;
use crate::domain::notice::{NoticeKind, NoticeState, back_off};
use crate::domain::saved_search::SearchKind;
use crate::domain::task::TaskKind;
use crate::mail::{self, Head, Language, Letter, Listed, Mailer, Matter, Outcome, Person, Words};
use crate::matching::recommend;
use crate::pages::{self, Lang};
use crate::store::introduction::{self as cases, Case, Reach};
use crate::store::outbox::{Desk, Notice};
use crate::store::station::StationRow;
use crate::store::worker::{self as people, Scope};
use crate::store::worklist::{self as rows, Advert};
use crate::store::{account, class, employer, interest, outbox};

/// New vacancies that a digest names at most.
const NEW_VACANCIES: usize = 10;
/// New vacancies that are compared with the station's people at most.
const LOOKED_AT: i64 = 100;
/// People whom a letter about a class names at most of those to enrol, and of the others.
const PEOPLE: usize = 12;
/// Hours that an invitation to set a password lasts.
const INVITE_HOURS: u32 = 7 * 24;

/// The letter of a row, or the code of why there is none and never will be.
pub async fn compose(office: &Office, n: &Notice) -> Result<std::result::Result<Letter, &'static str>> {
    let stations = office.stations().await;
    let by_id = |id: Option<Uuid>| stations.iter().find(|s| Some(s.id) == id);
    let about: Option<Uuid> = n.event.parse().ok();
    let case = match (n.kind, about) {
        (NoticeKind::Introduction | NoticeKind::Placement, Some(id)) => {
            match cases::find(&mut &office.db, &Reach::People(Scope::All), id).await? {
                Some(case) => Some(case),
                None => return Ok(Err("mail.gone")),
            }
        }
        _ => None,
    };
    // In whose name it is written: the station it goes to, else the one that looks after the case.
    let own = by_id(n.station).or_else(|| {
        let case = case.as_ref()?;
        by_id(case.vacancy_station).or(by_id(case.introduction.station))
    });
    let to = match recipient(office, n, own, case.as_ref()).await? {
        Ok(to) => to,
        Err(code) => return Ok(Err(code)),
    };
    let lang = match own.map(|s| s.station.lang.as_str()) {
        Some("en") => Language::En,
        _ => Language::Zh,
    };
    let Some((matter, path)) = matter(office, n, own, case, lang).await? else { return Ok(Err("mail.gone")) };
    let reply_to = own.and_then(|s| mailbox_upwards(&stations, s)).unwrap_or_else(|| to.clone());
    let head = Head {
        event_id: n.event.clone(),
        message_id: n.message_id.clone(),
        at: Timestamp::from_microsecond(n.created_at).unwrap_or(Timestamp::UNIX_EPOCH),
        to,
        reply_to,
        station: own.map(|s| s.station.name.as_str()).unwrap_or_default().into(),
        link: format!("{}{path}", office.settings.public_url.trim_end_matches('/')),
    };
    Ok(Ok(mail::compose(head, &matter)))
}

/// The mailbox of a station or of the nearest one above that has any.
fn mailbox_upwards(stations: &[StationRow], from: &StationRow) -> Option<String> {
    let mut at = Some(from);
    // A tree has no more levels than stations; a circle in bad data ends here too.
    for _ in 0..stations.len() {
        let station = at?;
        if let Some(email) = &station.station.email {
            return Some(email.clone());
        }
        at = stations.iter().find(|s| Some(s.id) == station.parent);
    }
    None
}

async fn recipient(
    office: &Office,
    n: &Notice,
    own: Option<&StationRow>,
    case: Option<&Case>,
) -> Result<std::result::Result<String, &'static str>> {
    let found = if n.station.is_some() {
        own.and_then(|s| s.station.email.clone())
    } else if let Some(id) = n.employer {
        // Asked again at the last moment: a consent taken back stops the letter.
        if case.is_some_and(|c| !c.consented) {
            return Ok(Err("consent.missing"));
        }
        employer::find(&mut &office.db, id).await?.and_then(|e| e.employer.email)
    } else if let Some(id) = n.account {
        account::find(&mut &office.db, id).await?.filter(|a| a.disabled_at.is_none()).and_then(|a| a.email)
    } else {
        None
    };
    Ok(found.filter(|m| !m.trim().is_empty()).ok_or("no_mailbox"))
}

fn page_lang(lang: Language) -> Lang {
    match lang {
        Language::Zh => Lang::Zh,
        Language::En => Lang::En,
    }
}

fn day(lang: Language, day: Option<Date>) -> Words {
    day.map(|d| pages::format::day_words(page_lang(lang), d)).unwrap_or_default().into()
}

fn listed(lang: Language, a: &Advert) -> Listed {
    Listed {
        title: a.title.as_str().into(),
        code: a.reference.as_str().into(),
        left: u32::try_from(a.left).unwrap_or(0),
        day: day(lang, a.valid_until),
    }
}

/// What a letter says and the page that it links to; none = what it was about is gone.
async fn matter(
    office: &Office,
    n: &Notice,
    own: Option<&StationRow>,
    case: Option<Case>,
    lang: Language,
) -> Result<Option<(Matter, String)>> {
    let mut read = &office.db;
    let ids = |key: &str| -> Vec<Uuid> {
        let list = n.payload.get(key).and_then(|v| v.as_array()).cloned().unwrap_or_default();
        list.iter().filter_map(|v| v.as_str()?.parse().ok()).collect()
    };
    Ok(match n.kind {
        NoticeKind::Introduction => {
            let Some(case) = case else { return Ok(None) };
            let Some(advert) = rows::adverts(&mut read, &[case.introduction.vacancy]).await?.pop() else {
                return Ok(None);
            };
            let page = if n.employer.is_some() { "employer" } else { "station" };
            let matter = mail::Introduction {
                lang,
                to_employer: n.employer.is_some(),
                vacancy: listed(lang, &advert),
                employer: case.employer_name.as_str().into(),
                people: vec![Person::new(&case.worker_name, &case.worker_reference)],
                answer_by: day(lang, case.introduction.due),
            };
            Some((Matter::Introduction(matter), format!("/{page}/introductions/{}", case.introduction.id)))
        }
        NoticeKind::Placement => {
            let Some(case) = case else { return Ok(None) };
            let Some(advert) = rows::adverts(&mut read, &[case.introduction.vacancy]).await?.pop() else {
                return Ok(None);
            };
            let matter = mail::Placement {
                lang,
                person: Person::new(&case.worker_name, &case.worker_reference),
                vacancy: listed(lang, &advert),
                employer: case.employer_name.as_str().into(),
                from: day(lang, case.introduction.placement.as_ref().and_then(|p| p.agreed.from)),
            };
            Some((Matter::Placement(matter), format!("/station/introductions/{}", case.introduction.id)))
        }
        NoticeKind::Interest => {
            let id = n.event.parse().unwrap_or_default();
            let Some(left) = interest::find(&mut read, &Desk::All, id).await? else { return Ok(None) };
            let Some(advert) = rows::adverts(&mut read, &[left.interest.vacancy]).await?.pop() else {
                return Ok(None);
            };
            let came = super::clock::day_of(left.interest.created_at);
            let matter = mail::Interest {
                lang,
                person: Person::new(&left.interest.name, &left.interest.receipt),
                vacancy: listed(lang, &advert),
                call_by: day(lang, came.tomorrow().ok()),
            };
            Some((Matter::Interest(matter), format!("/station/interests/{id}")))
        }
        NoticeKind::DailyDigest => match own {
            Some(own) => {
                Some((Matter::DailyDigest(digest(office, own, lang, &n.payload).await?), "/station".to_owned()))
            }
            None => None,
        },
        NoticeKind::Expiring => {
            let adverts = rows::adverts(&mut read, &ids("vacancies")).await?;
            let vacancies = adverts.iter().map(|a| listed(lang, a)).collect();
            let path = match adverts.as_slice() {
                [] => return Ok(None),
                [one] => format!("/station/vacancies/{}", one.id),
                _ => "/station?kind=expiring".to_owned(),
            };
            Some((Matter::Expiring(mail::Expiring { lang, vacancies }), path))
        }
        NoticeKind::ClassSeats => {
            let classes = class::records(&mut read, &ids("classes")).await?;
            if classes.is_empty() {
                return Ok(None);
            }
            let path = match classes.as_slice() {
                [one] => format!("/station/training/{}/seats", one.row.id),
                _ => "/station/training/plan".to_owned(),
            };
            let stations = match own {
                Some(own) => below(&office.stations().await, own.id),
                None => Vec::new(),
            };
            let ids: Vec<Uuid> = classes.iter().map(|c| c.row.id).collect();
            let mut whom = training_plan::to_seat(office, &stations, &ids).await?;
            let named = |people: &[(String, String)]| mail::People {
                first: people.iter().take(PEOPLE).map(|(name, code)| Person::new(name, code)).collect(),
                more: people.len().saturating_sub(PEOPLE),
            };
            let seats = |c: &class::Record| {
                let whom = whom.remove(&c.row.id).unwrap_or_default();
                mail::Seats {
                    class: Listed {
                        title: c.row.class.name.as_str().into(),
                        code: c.row.reference.as_str().into(),
                        left: c.row.class.seats.saturating_sub(c.taken),
                        day: day(lang, c.row.class.starts),
                    },
                    enrol: named(&whom.enrol),
                    better: named(&whom.better),
                }
            };
            let classes = classes.iter().map(seats).collect();
            Some((Matter::ClassSeats(mail::ClassSeats { lang, classes }), path))
        }
        NoticeKind::Password => {
            let Some(account) = account::find(&mut read, n.account.unwrap_or_default()).await? else {
                return Ok(None);
            };
            // The link is made when the letter is: the outbox never holds it.
            let mut tx = office.begin().await?;
            let token = super::account::invite(office, &mut tx, account.id).await?;
            office.commit(tx).await?;
            let matter = mail::PasswordLink { lang, account: account.name.as_str().into(), hours: INVITE_HOURS };
            Some((Matter::Password(matter), format!("/password/{token}")))
        }
    })
}

/// What a station's digest of today says, read now.
pub(super) async fn digest(
    office: &Office,
    own: &StationRow,
    lang: Language,
    payload: &serde_json::Value,
) -> Result<mail::DailyDigest> {
    let ids = below(&office.stations().await, own.id);
    let list = worklist::gather(office, &Scope::Stations(ids.clone()), &Desk::Stations(ids.clone())).await?;
    let today = office.today();
    let yesterday = today.yesterday().unwrap_or(today);
    let opened = rows::opened(&mut &office.db, start_of(yesterday), office.now() + 1, today, LOOKED_AT).await?;
    let opened = open_to_all(office, fitting(office, &ids, opened).await?).await?;
    let count = |(kind, n): (TaskKind, usize)| mail::Count {
        what: pages::word(page_lang(lang), "task", kind.code()).into(),
        n: n as u64,
    };
    Ok(mail::DailyDigest {
        lang,
        station: own.station.name.as_str().into(),
        day: day(lang, Some(today)),
        tasks: list.counts().into_iter().map(count).collect(),
        overdue: list.overdue(today) as u64,
        vacancies: opened.iter().take(NEW_VACANCIES).map(|a| listed(lang, a)).collect(),
        searches: found(office, own.id, lang, payload, &Scope::Stations(ids)).await?,
    })
}

/// The news of saved searches that a digest was noted with; who left the scope since is not named.
async fn found(
    office: &Office,
    station: Uuid,
    lang: Language,
    payload: &serde_json::Value,
    scope: &Scope,
) -> Result<Vec<mail::Found>> {
    let news: Vec<saved_search::News> = serde_json::from_value(payload["searches"].clone()).unwrap_or_default();
    let mut all = Vec::with_capacity(news.len());
    let mut read = &office.db;
    for news in &news {
        let Some(saved) = saved_search::behind(office, station, news).await? else { continue };
        let n = news.n as u64;
        all.push(match saved.kind {
            // A station's name for a search of people may say more of them than a letter may.
            SearchKind::Workers => {
                let names = people::names(&mut read, scope, &news.ids).await?;
                let named = news.ids.iter().filter_map(|id| names.get(id));
                let people = named.map(|(name, code)| Person::new(name, code)).collect();
                mail::Found { n, people, ..mail::Found::default() }
            }
            SearchKind::Vacancies => {
                let adverts = open_to_all(office, rows::adverts(&mut read, &news.ids).await?).await?;
                let vacancies = adverts.iter().map(|a| listed(lang, a)).collect();
                mail::Found { name: saved.name.as_str().into(), n, vacancies, ..mail::Found::default() }
            }
        });
    }
    Ok(all)
}

/// Vacancies with the places left that no order class keeps.
async fn open_to_all(office: &Office, mut adverts: Vec<Advert>) -> Result<Vec<Advert>> {
    let ids: Vec<Uuid> = adverts.iter().map(|advert| advert.id).collect();
    let kept = order::kept_of(&mut &office.db, &ids).await?;
    for advert in &mut adverts {
        advert.left -= kept.get(&advert.id).copied().map_or(0, i64::from);
    }
    Ok(adverts)
}

/// Those vacancies that fit at least one person of these stations; all of them on a node that does not match.
async fn fitting(office: &Office, stations: &[Uuid], mut adverts: Vec<Advert>) -> Result<Vec<Advert>> {
    if adverts.is_empty() || !office.live.matching_ready() {
        return Ok(adverts);
    }
    let (office, stations, today) = (office.clone(), stations.to_vec(), office.today());
    let looking = move || {
        let columns = office.live.columns()?;
        let people = columns.seekers_of(&stations);
        adverts.retain(|a| !recommend::top_workers(&columns, a.id, 1, Some(&people), today).is_empty());
        Ok(adverts)
    };
    tokio::task::spawn_blocking(looking).await.map_err(|e| Error::Internal(e.to_string()))?
}

/// Letters leased at once.
const AT_ONCE: i64 = 16;
/// How long a lease holds: longer than a batch can take over four connections of half a minute a letter.
const LEASE_SECONDS: i64 = 240;

/// What became of a batch of letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Taken by the server, or on the disk.
    pub sent: u64,
    /// To be tried again later.
    pub waiting: u64,
    /// Given up; a person must look.
    pub dead: u64,
}

impl Sent {
    /// How many letters it was.
    pub fn all(self) -> u64 {
        self.sent + self.waiting + self.dead
    }
}

/// Leases the letters that are due and sends them side by side; nothing of the database is held while it sends.
pub async fn send_due(office: &Office, mailer: &Mailer) -> Result<Sent> {
    let now = office.now();
    let leased = outbox::lease(&office.db, now, now + LEASE_SECONDS * 1_000_000, AT_ONCE).await?;
    let outcomes = futures_util::future::join_all(leased.into_iter().map(|n| send(office, mailer, n))).await;
    let mut done = Sent::default();
    for n in outcomes {
        // Somebody with a newer lease writes the outcome of this letter.
        if !outbox::finish(&office.db, &n).await? {
            continue;
        }
        match n.state {
            NoticeState::Sent => done.sent += 1,
            NoticeState::Dead => done.dead += 1,
            NoticeState::Pending | NoticeState::Sending => done.waiting += 1,
        }
    }
    Ok(done)
}

/// Longest reason that is kept, in characters.
const REASON: usize = 200;

async fn send(office: &Office, mailer: &Mailer, mut n: Notice) -> Notice {
    let dead = |n: &mut Notice, why: &str| {
        n.state = NoticeState::Dead;
        n.last_error = Some(why.to_owned());
    };
    if office.now() >= n.give_up_at {
        // The reason of the last try says more than that time is up.
        let why = n.last_error.clone().unwrap_or_else(|| "expired".to_owned());
        dead(&mut n, &why);
        return n;
    }
    let outcome = match compose(office, &n).await {
        Ok(Ok(letter)) => mailer.send(&letter).await,
        Ok(Err(code)) => {
            dead(&mut n, code);
            return n;
        }
        Err(error) => {
            tracing::warn!(letter = %n.id, %error, "a letter could not be composed");
            Outcome::Retry { reason: "compose".to_owned() }
        }
    };
    let reason = match outcome {
        Outcome::Sent => {
            n.state = NoticeState::Sent;
            n.sent_at = Some(office.now());
            n.last_error = None;
            return n;
        }
        Outcome::Refused { reason } => {
            dead(&mut n, &short(&reason));
            return n;
        }
        Outcome::MaybeDelivered { reason } => {
            n.maybe_duplicate = true;
            reason
        }
        Outcome::Retry { reason } => reason,
    };
    n.last_error = Some(short(&reason));
    let wait = back_off(u32::try_from(n.attempts).unwrap_or(u32::MAX)) as f64 * rand::random_range(0.75..1.25);
    n.next_at = office.now() + (wait * 1e6) as i64;
    if n.next_at >= n.give_up_at {
        n.state = NoticeState::Dead;
    } else {
        n.state = NoticeState::Pending;
    }
    n
}

fn short(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_control()).take(REASON).collect()
}
