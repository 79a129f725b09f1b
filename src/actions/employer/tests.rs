//! Employers: signing up, approving, finding again, re-verifying.

use super::*;
use crate::actions::testing::{Fresh, account, fresh, station};

const CODE: &str = "91440101MA52518873";

fn body(json: Value) -> EmployerBody {
    serde_json::from_value(json).unwrap()
}

fn sign_up() -> EmployerBody {
    body(serde_json::json!({"name": "广州某电子厂", "credit_code": CODE, "kind": "own", "region": "440106",
        "contact": "张工", "phone": "020-12345678", "email": "hr@example.com"}))
}

async fn enter(office: &Office, actor: &Actor, rows: &[EmployerBody]) -> Vec<Outcome> {
    let mut tx = office.begin().await.unwrap();
    let outcomes = put_many(office, &mut tx, actor, actor.station(), rows).await.unwrap();
    office.commit(tx).await.unwrap();
    outcomes
}

async fn with_stations() -> (Fresh, Actor, Actor) {
    let fresh = fresh().await;
    let (_, clerk) = station(&fresh.office, "TH", None, &["440106"]).await;
    let (_, other) = station(&fresh.office, "NY", None, &["520525"]).await;
    (fresh, clerk, other)
}

#[tokio::test]
async fn who_signs_up_waits_for_the_station_of_the_place_and_is_invited_on_approval() {
    let (fresh, clerk, other) = with_stations().await;
    let office = &fresh.office;
    let waiting = create(office, &Actor::Anyone, &sign_up()).await.unwrap();
    assert_eq!((waiting.state, waiting.station), (EmployerState::Waiting, clerk.station()));
    assert!(matches!(
        create(office, &Actor::Anyone, &sign_up()).await,
        Err(Error::Conflict { code: "employer.exists", with: None })
    ));
    assert!(matches!(approve(office, &other, waiting.id).await, Err(Error::NotFound)));
    let done = approve(office, &clerk, waiting.id).await.unwrap();
    assert_eq!((done.row.state, done.row.verified_on), (EmployerState::Approved, Some(office.today())));
    assert_eq!(done.invited.as_deref(), Some("hr@example.com"));
    let account = accounts::by_name(&mut &office.db, "hr@example.com").await.unwrap().unwrap();
    assert_eq!((account.role, account.employer), (Role::Employer, Some(waiting.id)));
    let letters = crate::actions::outbox::list(office, &Actor::Operator, None, None, 10).await.unwrap();
    assert_eq!(
        letters.items.iter().map(|(n, _)| (n.kind, n.account)).collect::<Vec<_>>(),
        [(NoticeKind::Password, Some(account.id))]
    );
    assert!(matches!(approve(office, &clerk, waiting.id).await, Err(Error::Conflict { code: "employer.state", .. })));
}

#[tokio::test]
async fn a_family_is_entered_by_a_station_only() {
    let (fresh, clerk, _) = with_stations().await;
    let office = &fresh.office;
    let family =
        body(serde_json::json!({"name": "陈家", "kind": "家庭", "contact": "陈", "phone": "1", "email": "a@b.cn"}));
    let Err(Error::Invalid(faults)) = create(office, &Actor::Anyone, &family).await else { panic!("taken") };
    assert_eq!(faults, [FieldFault::new("kind", "employer.household_station")]);
    let row = create(office, &clerk, &family).await.unwrap();
    assert_eq!(row.state, EmployerState::Approved);
}

#[tokio::test]
async fn an_employer_changes_how_it_is_reached_but_not_who_it_is() {
    let (fresh, clerk, _) = with_stations().await;
    let office = &fresh.office;
    let row = create(office, &clerk, &sign_up()).await.unwrap();
    let own = account(Role::Employer, None, Some(row.id));
    let map = |json: Value| -> Map<String, Value> { serde_json::from_value(json).unwrap() };
    let changed = patch(office, &own, row.id, map(serde_json::json!({"phone": "020-1"})), 1).await.unwrap();
    assert_eq!((changed.employer.phone.as_deref(), changed.version), (Some("020-1"), 2));
    let Err(Error::Invalid(faults)) = patch(office, &own, row.id, map(serde_json::json!({"name": "别的厂"})), 2).await
    else {
        panic!("taken")
    };
    assert_eq!(faults, [FieldFault::new("name", "employer.fixed")]);
    let stranger = account(Role::Employer, None, Some(clerk.station().unwrap()));
    assert!(matches!(find(office, &stranger, row.id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn an_approval_is_renewed_after_half_a_year() {
    let (fresh, clerk, _) = with_stations().await;
    let office = &fresh.office;
    let row = create(office, &clerk, &sign_up()).await.unwrap();
    assert!(!row.must_reverify(office.today()));
    office.clock.advance(std::time::Duration::from_hours(183 * 24));
    assert!(row.must_reverify(office.today()));
    let fresh_row = reverify(office, &clerk, row.id).await.unwrap();
    assert!(!fresh_row.must_reverify(office.today()));
    let rejected = reject(office, &clerk, row.id, "执照吊销").await.unwrap();
    assert_eq!((rejected.state, rejected.reason.as_deref()), (EmployerState::Rejected, Some("执照吊销")));
    assert!(matches!(reject(office, &clerk, row.id, " ").await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn sheets_find_the_same_employer_by_code_or_by_station_and_name() {
    let (fresh, clerk, other) = with_stations().await;
    let office = &fresh.office;
    let rows = [
        body(serde_json::json!({"name": "广州某电子厂"})),
        body(serde_json::json!({"name": "广州 某电子厂"})),
        body(serde_json::json!({"name": "坏码厂", "credit_code": "91440101MA52518874"})),
    ];
    let first = enter(office, &clerk, &rows).await;
    let Outcome::Created(id) = first[0] else { panic!("{first:?}") };
    assert!(matches!(&first[1], Outcome::Updated(same, f) if *same == id && f.keys().eq(["name"])), "{first:?}");
    assert!(matches!(&first[2], Outcome::Rejected(f) if f[0].code == "employer.code"), "{first:?}");
    let row = find(office, &clerk, id).await.unwrap();
    assert_eq!((row.state, row.employer.kind_guessed), (EmployerState::Unverified, true));

    let second = enter(office, &clerk, &rows[1..2]).await;
    assert_eq!(second, [Outcome::Unchanged(id)]);

    // A code completes what was known by name only, and from then on finds it whatever the name.
    let coded = [body(serde_json::json!({"name": "广州 某电子厂", "credit_code": CODE}))];
    assert!(matches!(&enter(office, &clerk, &coded).await[0], Outcome::Updated(same, _) if *same == id));
    assert_eq!(find(office, &clerk, id).await.unwrap().state, EmployerState::Approved);

    // Another station only fills what was unknown.
    let elsewhere = [body(serde_json::json!({"name": "某厂", "credit_code": CODE, "phone": "020-9"}))];
    let filled = enter(office, &other, &elsewhere).await;
    assert!(matches!(&filled[0], Outcome::Updated(same, f) if *same == id && f.keys().eq(["phone"])), "{filled:?}");
    // The same name at another station is another employer.
    assert!(matches!(enter(office, &other, &rows[..1]).await[0], Outcome::Created(new) if new != id));
}
