//! What the office does by itself once a day: digests, reminders, warnings before the last day, and sweeping.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::clock::start_of;
use super::error::{Error, Result};
use super::letter;
use super::office::Office;
use super::outbox::{Tell, To, hours, is_noted, notify};
use super::saved_search;
use super::worklist::EXPIRING_DAYS;
use crate::domain::introduction::IntroductionState;
use crate::domain::notice::NoticeKind;
use crate::mail::Language;
use crate::store::change::Kind;
use crate::store::introduction::{self as cases, Filter, Reach};
use crate::store::worker::Scope;
use crate::store::worklist as rows;
use crate::store::{employer, expiry, vacancy};

/// Notes the digest of the day for every station that has a mailbox and anything to read; one a station and day.
pub async fn digests(office: &Office) -> Result<u64> {
    let today = office.today();
    let mut noted = 0;
    for station in office.stations().await.iter().filter(|s| s.station.email.is_some()) {
        let once = format!("daily-digest.{}.{today}", station.id);
        if is_noted(office, &once).await? {
            continue;
        }
        let news = saved_search::news(office, station.id).await?;
        let payload = serde_json::json!({"searches": news});
        let says = letter::digest(office, station, Language::Zh, &payload).await?;
        if says.is_empty() {
            continue;
        }
        let mut tx = office.begin().await?;
        let to = To::Station(station.id);
        let tell = Tell { once: Some(once), payload, ..Tell::new(NoticeKind::DailyDigest, to, station.id) };
        let new = notify(office, &mut tx, &[tell]).await?;
        // Told and noted in one transaction: what stands in no letter is news tomorrow.
        if new > 0 {
            saved_search::told(office, &mut tx, &news).await?;
        }
        noted += new;
        office.commit(tx).await?;
    }
    Ok(noted)
}

/// Reminds employers that asked for mail, and the stations of their vacancies, of answers that are overdue: once for each day set.
pub async fn remind(office: &Office) -> Result<u64> {
    let today = office.today();
    let filter = Filter { states: vec![IntroductionState::Proposed], due_before: Some(today), ..Filter::default() };
    let reach = Reach::People(Scope::All);
    let mut noted = 0;
    let mut after = None;
    loop {
        let page = cases::list(&mut &office.db, &reach, &filter, after, 200).await?;
        let Some(last) = page.last() else { return Ok(noted) };
        after = Some(last.introduction.id);
        let mut tells = Vec::new();
        for case in &page {
            let i = &case.introduction;
            let Some(due) = i.due else { continue };
            let asked =
                employer::find(&mut &office.db, case.employer).await?.is_some_and(|e| e.employer.email.is_some());
            let to = if asked && case.consented {
                To::Employer(case.employer)
            } else if let Some(station) = case.vacancy_station.or(i.station) {
                To::Station(station)
            } else {
                continue;
            };
            tells.push(Tell {
                introduction: Some(i.id),
                once: Some(format!("remind.{}.{due}", i.id)),
                ..Tell::new(NoticeKind::Introduction, to, i.id)
            });
        }
        let mut tx = office.begin().await?;
        noted += notify(office, &mut tx, &tells).await?;
        office.commit(tx).await?;
    }
}

/// Warns stations of vacancies that close within three days: one letter a station and day, each vacancy once for its last day.
pub async fn warn_expiring(office: &Office) -> Result<u64> {
    let today = office.today();
    let last = today.checked_add(jiff::Span::new().days(EXPIRING_DAYS)).unwrap_or(today);
    let mut tx = office.begin().await?;
    let ids = vacancy::expiring(&mut tx, today, last, 5_000).await?;
    let mut by_station: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for advert in rows::adverts(&mut tx, &ids).await?.iter().filter(|a| a.left > 0) {
        if let Some(station) = advert.station {
            by_station.entry(station).or_default().push(advert.id);
        }
    }
    let tells: Vec<Tell> = by_station
        .into_iter()
        .map(|(station, vacancies)| {
            let payload = serde_json::json!({"vacancies": vacancies});
            Tell { payload, ..Tell::new(NoticeKind::Expiring, To::Station(station), station) }
        })
        .collect();
    if ids.is_empty() {
        return Ok(0);
    }
    // Marked and told in one transaction: a crash between the two would swallow the warning.
    vacancy::warned(&mut tx, &ids, today).await?;
    let noted = notify(office, &mut tx, &tells).await?;
    office.commit(tx).await?;
    Ok(noted)
}

/// Days before a class begins on which stations are told of its free seats.
const SEATS_DAYS: i64 = 7;

/// Tells every station with a mailbox of classes that begin in a week and have seats left: one letter a station and day.
pub async fn tell_seats(office: &Office) -> Result<u64> {
    const DONE: &str = "class_seats_until";
    let today = office.today();
    let in_days = |days: i64| today.checked_add(jiff::Span::new().days(days)).unwrap_or(today);
    let until = in_days(SEATS_DAYS);
    let mut tx = office.begin().await?;
    let done: Option<jiff::civil::Date> = expiry::mark(&mut tx, DONE).await?.and_then(|t| t.parse().ok());
    // Days that were told before are not told again; a program that slept tells what is still ahead.
    let from = done.and_then(|d| d.tomorrow().ok()).map_or(in_days(1), |d| d.max(in_days(1)));
    if from > until {
        return Ok(0);
    }
    let classes = rows::classes_with_seats(&mut tx, from, until).await?;
    let mut tells = Vec::new();
    if !classes.is_empty() {
        for station in office.stations().await.iter().filter(|s| s.station.email.is_some()) {
            tells.push(Tell {
                payload: serde_json::json!({"classes": classes}),
                once: Some(format!("class-seats.{}.{today}", station.id)),
                ..Tell::new(NoticeKind::ClassSeats, To::Station(station.id), station.id)
            });
        }
    }
    let noted = notify(office, &mut tx, &tells).await?;
    expiry::set_mark(&mut tx, DONE, &until.to_string()).await?;
    office.commit(tx).await?;
    Ok(noted)
}

/// Lets index and columns read again the vacancies whose last day has passed since this was done last; the state itself
/// follows from the date.
pub async fn end_expired(office: &Office) -> Result<u64> {
    const DONE: &str = "vacancies_ended";
    let today = office.today();
    let week_ago = today.checked_sub(jiff::Span::new().days(7)).unwrap_or(today);
    let done = expiry::mark(&mut &office.db, DONE).await?.and_then(|t| t.parse().ok()).unwrap_or(week_ago);
    if done >= today {
        return Ok(0);
    }
    let mut tx = office.begin().await?;
    let ids = vacancy::ended_on(&mut tx, done, today).await?;
    for id in &ids {
        tx.changed(Kind::Vacancy, *id);
    }
    expiry::set_mark(&mut tx, DONE, &today.to_string()).await?;
    office.commit(tx).await?;
    Ok(ids.len() as u64)
}

/// Days that an upload is kept.
const UPLOAD_DAYS: u64 = 7;

/// Deletes sessions, invitations, parked forms and kept answers that have run out, and uploads older than a week.
pub async fn sweep(office: &Office) -> Result<u64> {
    let now = office.now();
    let micros = |d: Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
    let idle = now - micros(super::account::IDLE);
    let begun = now - micros(super::account::ABSOLUTE);
    let gone = expiry::sweep(&office.db, now, idle, begun, now - hours(24)).await?
        + super::import::upload::sweep(office).await?;
    let folder = office.settings.data_dir.join("uploads");
    let oldest = SystemTime::UNIX_EPOCH + Duration::from_micros(now.max(0).unsigned_abs())
        - Duration::from_secs(UPLOAD_DAYS * 86_400);
    let files = tokio::task::spawn_blocking(move || sweep_folder(&folder, oldest))
        .await
        .map_err(|e| Error::Internal(e.to_string()))?
        .map_err(|e| Error::Internal(format!("uploads: {e}")))?;
    Ok(gone + files)
}

fn sweep_folder(folder: &std::path::Path, oldest: SystemTime) -> std::io::Result<u64> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(e),
    };
    let mut gone = 0;
    for entry in entries {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() && about.modified()? < oldest {
            std::fs::remove_file(entry.path())?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// True from the hour of the morning at which digests go out.
pub fn is_morning(office: &Office) -> bool {
    office.now() - start_of(office.today()) >= hours(6)
}
