//! The worklist: everything that waits for somebody at a station, by kind and by day.

use jiff::civil::Date;
use uuid::Uuid;

use super::clock::day_of;
use super::error::Result;
use super::office::Office;
use super::outbox::desk;
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::identity::masked_name;
use crate::domain::interest::InterestState;
use crate::domain::introduction::IntroductionState;
use crate::domain::notice::NoticeState;
use crate::domain::task::TaskKind;
use crate::store::outbox::Desk;
use crate::store::worker::{self as people, Scope};
use crate::store::worklist::{self as rows, Waiting};
use crate::store::{interest, outbox};

/// Days before the last day of a vacancy from which it stands on the list.
pub const EXPIRING_DAYS: i64 = 3;
/// Rows of a kind that are read at most; who has more works them off first.
const MOST: i64 = 500;

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Task {
    /// Kind.
    pub kind: TaskKind,
    /// The row: introduction, interest, vacancy, …
    pub id: Uuid,
    /// Whom or what it is about: 王* with the code, and the title.
    pub title: String,
    /// Since when, microseconds UTC.
    pub since: i64,
    /// The day it is due.
    pub due: Date,
    /// Path of the page where it is done.
    pub link: String,
}

/// A station's worklist.
#[derive(Debug, Clone, Default)]
pub struct Worklist {
    /// Things to do, the most urgent first.
    pub tasks: Vec<Task>,
}

impl Worklist {
    /// How many there are of each kind that has any.
    pub fn counts(&self) -> Vec<(TaskKind, usize)> {
        TaskKind::ALL
            .iter()
            .map(|kind| (*kind, self.tasks.iter().filter(|t| t.kind == *kind).count()))
            .filter(|(_, n)| *n > 0)
            .collect()
    }

    /// How many should have been done before this day.
    pub fn overdue(&self, today: Date) -> usize {
        self.tasks.iter().filter(|t| t.due < today).count()
    }
}

/// The worklist of the actor's station.
pub async fn of(office: &Office, actor: &Actor) -> Result<Worklist> {
    office.need(actor, Right::Introductions)?;
    let (scope, desk) = (office.scope(actor).await?, desk(office, actor).await?);
    let list = gather(office, &scope, &desk).await?;
    office.read_of(actor, "worklist.read", None, "").await?;
    Ok(list)
}

fn about(w: &Waiting) -> String {
    let person = w.person.as_deref().map(masked_name);
    [person.as_deref(), Some(&w.reference), Some(&w.title)]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Everything that waits within a scope and desk.
pub(super) async fn gather(office: &Office, scope: &Scope, desk: &Desk) -> Result<Worklist> {
    let today = office.today();
    let plus = |day: Date, days: i64| day.checked_add(jiff::Span::new().days(days)).unwrap_or(day);
    let mut read = &office.db;
    let mut tasks = Vec::new();
    let mut add = |kind: TaskKind, found: Vec<Waiting>, days: i64, link: &dyn Fn(Uuid) -> String| {
        for w in found {
            let due = w.due.unwrap_or_else(|| plus(day_of(w.since), days));
            tasks.push(Task { kind, id: w.id, title: about(&w), since: w.since, due, link: link(w.id) });
        }
    };

    let open = [InterestState::Received, InterestState::Called];
    let left = interest::list(&mut read, desk, &open, MOST).await?;
    let left = left.into_iter().map(|l| Waiting {
        id: l.interest.id,
        person: Some(l.interest.name),
        reference: l.interest.receipt,
        title: l.vacancy_title,
        since: l.interest.created_at,
        due: None,
    });
    add(TaskKind::Interest, left.collect(), 1, &|id| format!("/station/interests/{id}"));

    let case = |id: Uuid| format!("/station/introductions/{id}");
    use IntroductionState as S;
    add(TaskKind::Consent, rows::introductions(&mut read, scope, &[S::Asked], None, MOST).await?, 2, &case);
    add(TaskKind::Remind, rows::introductions(&mut read, scope, &[S::Proposed], Some(today), MOST).await?, 0, &case);
    let tomorrow = plus(today, 1);
    let answered = rows::introductions(&mut read, scope, &[S::Accepted, S::Interview], Some(tomorrow), MOST).await?;
    add(TaskKind::Answer, answered, 0, &case);

    for (w, known) in rows::calls(&mut read, scope, desk, today, MOST).await? {
        let page = if known { "workers" } else { "interests" };
        add(TaskKind::Call, vec![w], 0, &|id| format!("/station/{page}/{id}#call"));
    }
    let vacancy = |id: Uuid| format!("/station/vacancies/{id}");
    add(TaskKind::Review, rows::reviews(&mut read, desk, MOST).await?, 1, &vacancy);
    add(TaskKind::Occupation, rows::unsure(&mut read, desk, today, MOST).await?, 3, &vacancy);
    let employers = rows::employers(&mut read, desk, MOST).await?;
    add(TaskKind::Employer, employers, 2, &|id| format!("/station/employers/{id}"));
    add(TaskKind::Import, rows::imports(&mut read, desk, MOST).await?, 3, &|id| format!("/station/imports/{id}"));
    let last = plus(today, EXPIRING_DAYS);
    add(TaskKind::Expiring, rows::expiring(&mut read, desk, today, last, MOST).await?, 0, &vacancy);
    let dead = outbox::list(&mut read, desk, Some(NoticeState::Dead), None, MOST).await?;
    let dead = dead.into_iter().map(|n| Waiting {
        id: n.id,
        person: None,
        reference: n.kind.name().to_owned(),
        title: n.last_error.unwrap_or_default(),
        since: n.created_at,
        due: None,
    });
    add(TaskKind::Mail, dead.collect(), 0, &|_| "/station/outbox?state=dead".to_owned());

    let pairs = people::suspects(&mut read, scope).await?;
    let firsts: Vec<Uuid> = pairs.iter().map(|(a, ..)| *a).collect();
    let records = people::names(&mut read, scope, &firsts).await?;
    for (a, b, _, at) in pairs {
        let Some((name, reference)) = records.get(&a) else { continue };
        let title = format!("{} {reference}", masked_name(name));
        let due = plus(day_of(at), 7);
        let link = format!("/station/duplicates/{a}/{b}");
        tasks.push(Task { kind: TaskKind::Duplicate, id: a, title, since: at, due, link });
    }
    tasks.sort_by_key(|t| (t.due, t.since, t.id));
    Ok(Worklist { tasks })
}
