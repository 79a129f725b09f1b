//! Interests that workers leave, from the form to the person.

use shanhai::actions::error::Error;
use shanhai::domain::actor::Role;
use shanhai::domain::code::Code as _;
use shanhai::domain::registration::Registration;
use shanhai::domain::task::TaskKind;

use crate::town::*;
use crate::world::Engine;

async fn an_interest_goes_to_the_persons_station_and_its_receipt_tells_how_far_it_is(engine: Engine) {
    let t = town(engine).await;
    let vacancy = t.vacancy(2).await;
    let known = t.person_with("王小明", |b| b.phone = Some("14612340071".into())).await;
    let new = |name: &str, phone: &str| shanhai::actions::interest::NewInterest {
        name: Some(name.into()),
        phone: Some(phone.into()),
        consent: Some("true".into()),
        remark: Some("晚上打".into()),
    };
    let receipt = shanhai::actions::interest::leave(&t.office, vacancy, &new("王小明", "146 1234 0071")).await.unwrap();
    let listed =
        shanhai::actions::interest::list(&t.office, &t.clerk, &[shanhai::domain::interest::InterestState::Received], 9)
            .await
            .unwrap();
    assert_eq!(listed.len(), 1, "the county station knows the person");
    let stranger = shanhai::actions::interest::leave(&t.office, vacancy, &new("李生", "14612340072")).await.unwrap();
    let home_clerk = account(Role::Clerk, Some(t.home), None);
    let at_home = shanhai::actions::worklist::of(&t.office, &home_clerk).await.unwrap();
    assert_eq!(at_home.counts(), [(TaskKind::Interest, 1)], "a stranger goes to the service home of the district");
    assert!(at_home.tasks[0].title.starts_with("李* H-"), "{}", at_home.tasks[0].title);

    let state =
        async |code: String| shanhai::actions::interest::receipt(&t.office, &code).await.unwrap().interest.state.code();
    let id = listed[0].interest.id;
    let call = shanhai::actions::call::NewCall {
        interest: Some(id),
        result: Some("reached".into()),
        ..shanhai::actions::call::NewCall::default()
    };
    shanhai::actions::call::note(&t.office, &t.clerk, &call).await.unwrap();
    assert_eq!(state(receipt.clone()).await, "called");
    shanhai::actions::interest::link(&t.office, &t.clerk, id, known).await.unwrap();
    t.introduce(known, vacancy).await.unwrap();
    assert_eq!(state(receipt.to_lowercase()).await, "introduced");

    shanhai::actions::interest::withdraw(&t.office, &stranger).await.unwrap();
    shanhai::actions::interest::withdraw(&t.office, &stranger).await.unwrap();
    assert_eq!(state(stranger).await, "withdrawn");
    assert!(matches!(shanhai::actions::interest::receipt(&t.office, "H-NOTHING").await, Err(Error::NotFound)));

    for _ in 0..4 {
        shanhai::actions::interest::leave(&t.office, vacancy, &new("王小明", "14612340071")).await.unwrap();
    }
    let sixth = shanhai::actions::interest::leave(&t.office, vacancy, &new("王小明", "+86 14612340071")).await;
    assert_eq!(code_of(sixth), "interest.too_many");
    let mut without = new("王小明", "1461234");
    without.consent = None;
    let Err(Error::Invalid(faults)) = shanhai::actions::interest::leave(&t.office, vacancy, &without).await else {
        panic!("faults expected")
    };
    assert_eq!(faults.len(), 2);
}

async fn a_clerk_registers_a_person_from_an_interest_without_typing_again(engine: Engine) {
    let t = town(engine).await;
    let vacancy = t.vacancy_with(1, |v| v.vacancy.region = Some("520524".into())).await;
    let new = shanhai::actions::interest::NewInterest {
        name: Some("李生".into()),
        phone: Some("14612340072".into()),
        consent: Some("on".into()),
        remark: None,
    };
    shanhai::actions::interest::leave(&t.office, vacancy, &new).await.unwrap();
    let home_clerk = account(Role::Clerk, Some(t.home), None);
    let open = [shanhai::domain::interest::InterestState::Received];
    let left = shanhai::actions::interest::list(&t.office, &home_clerk, &open, 9).await.unwrap();
    let id = left[0].interest.id;
    assert_eq!(shanhai::actions::interest::masked_phone(&t.office, &left[0].interest).unwrap(), "146****0072");
    let body = Registration { id_missing_reason: Some("没带证".into()), ..Registration::default() };
    let done = shanhai::actions::interest::register(&t.office, &home_clerk, id, body).await.unwrap();
    let worker = done.interest.worker.unwrap();
    let record = shanhai::actions::worker::find(&t.office, &home_clerk, worker).await.unwrap();
    assert_eq!(record.person.name, "李生");
    assert_eq!(shanhai::actions::worker::masked(&t.office, &record).unwrap().1.as_deref(), Some("146****0072"));
}

on_both! {
    an_interest_goes_to_the_persons_station_and_its_receipt_tells_how_far_it_is,
    a_clerk_registers_a_person_from_an_interest_without_typing_again,
}
