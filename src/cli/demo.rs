//! `demo`: a small world of made-up people, employers and posts in which every part of the program can be seen at work.

mod people;

use anyhow::{Context as _, Result};
use jiff::ToSpan as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Common, open, serve};
use crate::actions::account::{self, NewAccount};
use crate::actions::enter::{Bringer, Incoming, create};
use crate::actions::follow::Follower;
use crate::actions::introduction::{self, Details, NewIntroduction, Step};
use crate::actions::vacancy::Aim;
use crate::actions::{
    Office, class, employer, enrolment, interest, matching, put, saved_search, station, vacancy, worker,
};
use crate::config::{Config, Given};
use crate::domain::actor::{Actor, Role};
use crate::domain::introduction::IntroductionAct;
use crate::domain::registration::Registration;
use crate::domain::worker::ConsentScope;
use crate::jobs;
use crate::pages::Lang;
use crate::web::fault::{Fault, sentence};
use people::{COUNTIES, DISTRICTS, Dice};

/// Password of every demo account: the demo listens on a loopback address only and holds nobody's data.
const PASSWORD: &str = "shanhai-demo";
/// People registered.
const PEOPLE: usize = 2_000;
/// Posts open.
const POSTS: usize = 306;
/// Employers.
const EMPLOYERS: usize = 48;

/// Accounts: name, role, station, what it shows.
const ACCOUNTS: &[(&str, Role, Option<&str>)] = &[
    ("clerk", Role::Clerk, Some("GZ-ZJ")),
    ("head", Role::Head, Some("GZ-ZONG")),
    ("city", Role::Clerk, Some("GD-ZONG")),
    ("village", Role::Village, Some("GZ-ZJ")),
    ("leader", Role::Leader, None),
    ("employer", Role::Employer, None),
    ("admin", Role::Admin, None),
    ("auditor", Role::Auditor, None),
    ("security", Role::Security, None),
];

/// Makes the world at the first start, then serves it.
pub async fn run(common: &Common, listen: Option<String>, fresh: bool) -> Result<()> {
    let config = open::config(common, Given { listen, ..Given::default() })?;
    if !config.listen.ip().is_loopback() {
        return Err(open::Unusable("listen: the demo serves loopback addresses only".into()).into());
    }
    open::logging(&config, "warn")?;
    let _lock = serve::lock(&config)?;
    if fresh {
        wipe(&config)?;
    }
    let office = open::office(&config).await?;
    if office.stations().await.is_empty() {
        eprintln!("making the demo: {PEOPLE} people, {POSTS} posts, {EMPLOYERS} employers …");
        make(&config, &office).await?;
    }
    say!("Shanhai demo: http://{}", config.listen);
    say!("  jobs for workers  http://{}/", config.listen);
    say!("  sign in           http://{}/login   password: {PASSWORD}", config.listen);
    for (name, role, station) in ACCOUNTS {
        use crate::domain::code::Code as _;
        say!("    {name:<9} {} {}", role.name(), station.unwrap_or_default());
    }
    say!("  mails             {}", config.mail_url);
    serve::serve(&config, office).await
}

/// Takes away what an earlier demo left in the folder; refuses a folder that holds anything else.
fn wipe(config: &Config) -> Result<()> {
    const OURS: &[&str] =
        &["shanhai.db", "shanhai.db-wal", "shanhai.db-shm", "secret.key", "mail", "index", "uploads", "serve.lock"];
    for entry in std::fs::read_dir(&config.data_dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if !OURS.iter().any(|ours| name == *ours) {
            let path = entry.path();
            return Err(
                open::Unusable(format!("--fresh: {} is not the demo's: nothing was touched", path.display())).into()
            );
        }
    }
    for name in OURS.iter().filter(|n| **n != "serve.lock") {
        let path = config.data_dir.join(name);
        if path.is_dir() {
            std::fs::remove_dir_all(&path)?;
        } else if path.exists() {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// A body from JSON; the demo's own bodies are right, and a test makes them.
fn body<T: DeserializeOwned>(value: Value) -> Result<T> {
    Ok(serde_json::from_value(value)?)
}

fn act(error: crate::actions::Error) -> anyhow::Error {
    let fault = Fault::Act(error);
    let fields: Vec<String> = fault.fields().iter().map(|f| format!("{} {}", f.field, sentence(Lang::En, f))).collect();
    anyhow::anyhow!("the demo cannot be made: {} {}", fault.status().1, fields.join("; "))
}

async fn make(config: &Config, office: &Office) -> Result<()> {
    let mut dice = Dice::new(20_261_124);
    stations(office).await?;
    let employers = employers(office, &mut dice).await?;
    accounts(office, &employers).await?;
    let clerk = account::of_name(office, "clerk").await.map_err(act)?;
    let city = account::of_name(office, "city").await.map_err(act)?;
    // Before there are posts, so that all that it finds is news.
    search(office, &clerk).await?;
    posts(office, &city, &mut dice).await?;
    let classes = classes(office, &city, &mut dice).await?;
    everybody(office, &mut dice).await?;
    let mut follower = Follower::start(office).await.map_err(act)?;
    follower.catch_up(office).await.map_err(act)?;
    cases(office, &clerk, &mut dice).await?;
    visitors(office, &mut dice).await?;
    enrolments(office, &clerk, &classes).await?;
    order_class(office, &clerk, &city).await?;
    let mailer = serve::mailer(config)?;
    jobs::run_until_idle(office, &mailer, Some(&mut follower)).await.map_err(act)?;
    Ok(())
}

async fn stations(office: &Office) -> Result<()> {
    let mut list = vec![
        json!({"code": "GZ-ZONG", "name": "贵州省驻广州劳务协作总站", "kind": "general", "regions": ["520000"]}),
        json!({"code": "GZ-BJ", "name": "毕节市驻广州劳务协作分站", "kind": "branch", "parent": "GZ-ZONG", "regions": ["520500"]}),
        json!({"code": "GZ-ZY", "name": "遵义市驻广州劳务协作分站", "kind": "branch", "parent": "GZ-ZONG", "regions": ["520300"]}),
        json!({"code": "GD-ZONG", "name": "广州市山海心连之家总站", "kind": "general", "regions": ["440100"]}),
    ];
    let initials = ["ZJ", "NY", "WN", "QX", "ZA", "DZ", "SN", "RJ", "CJ", "LD"];
    for ((code, name, _), short) in COUNTIES.iter().zip(initials) {
        let parent = match &code[..4] {
            "5205" => "GZ-BJ",
            "5203" => "GZ-ZY",
            _ => "GZ-ZONG",
        };
        list.push(json!({
            "code": format!("GZ-{short}"), "name": format!("{name}驻广州劳务协作工作站"), "kind": "county", "parent": parent,
            "regions": [code],
        }));
    }
    for (n, (code, name)) in DISTRICTS.iter().enumerate() {
        list.push(json!({
            "code": format!("GD-{}", &code[4..]), "name": format!("{name}山海心连之家"), "kind": "service_home",
            "parent": "GD-ZONG", "regions": [code], "address": format!("广州市{name}政务服务中心{}楼", n + 1),
        }));
    }
    for (n, s) in list.iter_mut().enumerate() {
        let mailbox = s["code"].as_str().unwrap_or_default().to_lowercase();
        s["email"] = json!(format!("{mailbox}@station.example"));
        s["phone"] = json!(format!("020-8800{:04}", 1000 + n));
        s["lang"] = json!("zh");
    }
    let bodies = list.into_iter().map(body).collect::<Result<Vec<_>>>()?;
    let mut tx = office.begin().await.map_err(act)?;
    let outcomes = station::put_many(office, &mut tx, &Actor::Operator, &bodies).await.map_err(act)?;
    anyhow::ensure!(outcomes.iter().all(|o| o.id().is_some()), "a station of the demo was refused: {outcomes:?}");
    office.commit(tx).await.map_err(act)?;
    office.reload_stations().await.map_err(act)
}

async fn employers(office: &Office, dice: &mut Dice) -> Result<Vec<Uuid>> {
    let city = station::id_of(office, "GD-ZONG").await;
    let bodies = (0..EMPLOYERS).map(|n| body(people::employer(dice, n))).collect::<Result<Vec<_>>>()?;
    let mut tx = office.begin().await.map_err(act)?;
    let outcomes = employer::put_many(office, &mut tx, &Actor::Operator, city, &bodies).await.map_err(act)?;
    office.commit(tx).await.map_err(act)?;
    let ids: Vec<Uuid> = outcomes.iter().filter_map(put::Outcome::id).collect();
    anyhow::ensure!(ids.len() == EMPLOYERS, "an employer of the demo was refused: {outcomes:?}");
    // One firm has just signed up by itself and waits for a station.
    let new = json!({"name": "广州黔味轩餐饮管理有限公司", "kind": "own", "credit_code": people::credit_code(EMPLOYERS), "region": "440106",
                     "contact": "店长", "phone": "020-87001234", "email": "new@employer.example"});
    employer::create(office, &Actor::Anyone, &body(new)?).await.map_err(act)?;
    Ok(ids)
}

async fn accounts(office: &Office, employers: &[Uuid]) -> Result<()> {
    for (name, role, code) in ACCOUNTS {
        let station = match code {
            Some(code) => station::id_of(office, code).await,
            None => None,
        };
        let new = NewAccount {
            name: (*name).to_owned(),
            role: *role,
            station,
            employer: employers.first().copied().filter(|_| *role == Role::Employer),
            confidential: false,
            password: Some(PASSWORD.to_owned()),
            email: None,
        };
        account::add(office, &Actor::Operator, new).await.map_err(act)?;
    }
    Ok(())
}

async fn posts(office: &Office, city: &Actor, dice: &mut Dice) -> Result<()> {
    for n in 0..POSTS {
        let code = people::credit_code(if n % 5 == 0 { 0 } else { n % EMPLOYERS });
        let post = people::post(dice, n, &code, office.today());
        vacancy::post(office, city, &body(post)?, Aim::Open).await.map_err(act)?;
    }
    // Posts near home, and two adverts that the law check stops.
    let until = office.today().saturating_add(40.days()).to_string();
    for (n, (title, kind, region, wage, text)) in [
        ("护林员", "公益性岗位", "520524", (1000, 1200), "巡山护林，记录火情，每天四小时。"),
        ("保洁员", "公益性岗位", "520525", (1000, 1300), "村寨公共区域清扫。"),
        ("缝纫工", "就业帮扶车间", "520524", (2800, 4200), "帮扶车间做校服，接送孩子时间可调。"),
        ("竹藤师", "就业帮扶车间", "522633", (2500, 3800), "竹编手工，计件，可带回家做。"),
    ]
    .into_iter()
    .enumerate()
    {
        let post = json!({
            "title": title, "employer": people::credit_code(n + 1), "occupation": title, "kind": kind,
            "employment_form": if kind == "公益性岗位" { "part_time" } else { "full_time" }, "headcount": 6 + n, "region": region,
            "address": "村委会旁", "wage": {"min": wage.0, "max": wage.1, "period": "month"}, "requirements": {"min_age": 18},
            "shift": "day", "benefits": [], "contract_months": 12, "valid_until": until, "description": text, "contact": "村委会",
        });
        vacancy::post(office, city, &body(post)?, Aim::Open).await.map_err(act)?;
    }
    for (title, text) in
        [("前台文员", "只招女性，形象气质佳，未婚优先。"), ("配送司机", "入职交服装押金300元，押身份证一周。")]
    {
        let mut post = people::post(dice, 3, &people::credit_code(2), office.today());
        post["title"] = json!(title);
        post["occupation"] = json!(null);
        post["description"] = json!(text);
        vacancy::post(office, city, &body(post)?, Aim::Open).await.map_err(act)?;
    }
    Ok(())
}

async fn classes(office: &Office, city: &Actor, dice: &mut Dice) -> Result<Vec<Uuid>> {
    let mut ids = Vec::new();
    for (n, (programme, name, occupation, certificate)) in [
        ("南粤家政", "养老护理员初级班", "养老护理员", "养老护理员证"),
        ("南粤家政", "母婴护理班", "母婴护理员", "母婴护理证"),
        ("粤菜师傅", "粤菜烹饪班", "中式烹调师", "中式烹调师证"),
        ("广东技工", "焊工取证班", "焊工", "焊工证"),
        ("广东技工", "低压电工取证班", "电工", "低压电工证"),
        ("广东技工", "叉车司机班", "叉车司机", "叉车证"),
        ("广东技工", "保安员上岗班", "保安员", "保安员证"),
    ]
    .into_iter()
    .enumerate()
    {
        for run in 0..2_i64 {
            let starts = office.today().saturating_add((5 + run * 20 + dice.between(0, 4)).days());
            let district = DISTRICTS[n % DISTRICTS.len()];
            let class = json!({
                "programme": programme, "name": format!("{name}第{}期", run + 1), "occupation": occupation,
                "certificates": [certificate], "starts": starts.to_string(),
                "ends": starts.saturating_add(14.days()).to_string(), "seats": 20 + 5 * run, "region": district.0,
                "place": format!("广州市{}职业培训中心", district.1), "provider": "山海技能培训学校", "fee": 0,
            });
            ids.push(class::create(office, city, &body(class)?).await.map_err(act)?.row.id);
        }
    }
    Ok(ids)
}

async fn everybody(office: &Office, dice: &mut Dice) -> Result<()> {
    let codes = ["GZ-ZJ", "GZ-NY", "GZ-WN", "GZ-QX", "GZ-ZA", "GZ-DZ", "GZ-SN", "GZ-RJ", "GZ-CJ", "GZ-LD"];
    let per_county = PEOPLE / COUNTIES.len();
    for (county, code) in codes.iter().enumerate() {
        let station = station::id_of(office, code).await;
        let mut everyone = Vec::with_capacity(per_county);
        for n in 0..per_county {
            let number = county * per_county + n;
            let registration: Registration = body(people::person(dice, county, number, office.today()))?;
            let checked =
                worker::check(office, &registration).map_err(|faults| act(crate::actions::Error::Invalid(faults)))?;
            everyone.push(checked);
        }
        let incoming: Vec<_> = everyone.iter().map(|checked| Incoming { checked, import_key: None }).collect();
        let by = Bringer { actor: &Actor::Operator, station, act: "worker.import" };
        let mut tx = office.begin().await.map_err(act)?;
        create(office, &mut tx, &by, &incoming).await.map_err(act)?;
        tx.audit(office.audit(&Actor::Operator, "import", "worker", None, "demo"));
        office.commit(tx).await.map_err(act)?;
    }
    // Two people without a card who may be in the register already: the review list has something to show.
    let clerk = account::of_name(office, "clerk").await.map_err(act)?;
    let page = crate::actions::search::Page { limit: 2, ..Default::default() };
    let ask = crate::actions::search::WorkerAsk { origin: Some("520524".into()), page, ..Default::default() };
    for (record, _) in crate::actions::search::workers(office, &clerk, ask).await.map_err(act)?.items {
        let again = json!({
            "name": record.person.name, "birth_date": record.person.worker.birth_date, "id_missing_reason": "身份证补办中",
            "origin": record.person.worker.origin,
        });
        worker::register(office, &clerk, &body(again)?).await.map_err(act)?;
    }
    Ok(())
}

/// Introductions that wait for the person's consent.
const WAITING: usize = 6;

/// Introductions in every state.
async fn cases(office: &Office, clerk: &Actor, dice: &mut Dice) -> Result<()> {
    let boss = account::of_name(office, "employer").await.map_err(act)?;
    let ask = crate::actions::search::VacancyAsk {
        page: crate::actions::search::Page { limit: 100, sort: crate::search::Sort::Newest, ..Default::default() },
        employer: boss.employer(),
        ..Default::default()
    };
    let own = crate::actions::search::vacancies(office, &boss, ask.clone()).await.map_err(act)?;
    let all = crate::actions::search::VacancyAsk { employer: None, ..ask };
    let others = crate::actions::search::vacancies(office, clerk, all).await.map_err(act)?;
    let mut made = 0;
    for (record, _) in own.items.iter().take(30).chain(others.items.iter().take(60)) {
        let mine = Some(record.row.employer) == boss.employer();
        let found = matching::candidates(office, clerk, record.row.id, 3).await.map_err(act)?;
        for (m, _) in found.into_iter().take(if mine { 2 } else { 1 }) {
            let agreed = dice.percent(70);
            let consent = agreed.then(|| json!({"how": "call", "at": office.today().to_string()}));
            let new: NewIntroduction = body(json!({"worker": m.worker, "vacancy": m.vacancy, "consent": consent}))?;
            let Ok(done) = introduction::introduce(office, clerk, &new).await else { continue };
            made += 1;
            if agreed && mine {
                answer(office, clerk, &boss, done.case.introduction.id, made).await?;
            }
        }
    }
    anyhow::ensure!(made >= 20, "only {made} introductions could be made");
    // Some still have to be asked whether the employer may be told.
    let mut waiting = 0;
    for (record, _) in others.items.iter().rev() {
        let found = matching::candidates(office, clerk, record.row.id, 20).await.map_err(act)?;
        let silent = found.iter().find(|(_, person)| person.consent(ConsentScope::Employer).is_none());
        let Some((m, _)) = silent.filter(|_| waiting < WAITING) else { continue };
        let new: NewIntroduction = body(json!({"worker": m.worker, "vacancy": m.vacancy}))?;
        waiting += usize::from(introduction::introduce(office, clerk, &new).await.is_ok());
    }
    anyhow::ensure!(waiting > 0, "nobody is left to be asked");
    Ok(())
}

/// What the employer says to the `n`-th introduction.
async fn answer(office: &Office, clerk: &Actor, boss: &Actor, id: Uuid, n: usize) -> Result<()> {
    let today = office.today();
    let from = today.saturating_add(3.days()).to_string();
    let steps: &[(IntroductionAct, Value, &Actor)] = match n % 6 {
        0 => &[(IntroductionAct::Accept, json!({}), boss)],
        1 => &[
            (IntroductionAct::Accept, json!({}), boss),
            (
                IntroductionAct::Place,
                json!({"from": from, "wage": 6200, "period": "month", "contract_months": 12, "organised": true}),
                boss,
            ),
        ],
        2 => &[(IntroductionAct::Decline, json!({"reason": "skill", "text": "机器不会开"}), boss)],
        3 => &[(
            IntroductionAct::Interview,
            json!({"at": format!("{from} 09:30"), "place": "厂门口招工处", "contact": "招工组"}),
            boss,
        )],
        4 => &[(IntroductionAct::Withdraw, json!({"reason": "other_job"}), clerk)],
        _ => &[],
    };
    for (what, details, who) in steps {
        let details: Details = body(details.clone())?;
        let step = Step::check(*what, &details, today).map_err(|f| act(crate::actions::Error::Invalid(f)))?;
        introduction::act(office, who, id, step).await.map_err(act)?;
    }
    Ok(())
}

/// People who found a post on the web and left their number.
async fn visitors(office: &Office, dice: &mut Dice) -> Result<()> {
    let ask = crate::actions::search::VacancyAsk::default();
    let found = crate::actions::search::vacancies(office, &Actor::Anyone, ask).await.map_err(act)?;
    for (n, (record, _)) in found.items.iter().take(8).enumerate() {
        let new = json!({
            "name": format!("{}{}", dice.of(&["潘", "石", "龙", "韦"]), dice.of(&["小妹", "大哥", "春花", "阿福"])),
            "phone": format!("1469999{n:04}"), "consent": true,
            "remark": dice.of(&["下个月可以来", "想问包不包住", "两口子一起来行吗"]),
        });
        interest::leave(office, record.row.id, &body(new)?).await.map_err(act)?;
    }
    Ok(())
}

/// A search that the clerk's station keeps.
async fn search(office: &Office, clerk: &Actor) -> Result<()> {
    let asked = crate::actions::search::VacancyAsk { q: "焊工".into(), lodging: true, ..Default::default() };
    let query = "q=%E7%84%8A%E5%B7%A5&lodging=true".to_owned();
    let asked = saved_search::Asked::Vacancies(asked);
    saved_search::save(office, clerk, "包住的焊工岗位", query, asked).await.map_err(act)?;
    Ok(())
}

/// A class that an employer has ordered, with people in it whose places are kept.
async fn order_class(office: &Office, clerk: &Actor, city: &Actor) -> Result<()> {
    let day = |days: i64| office.today().saturating_add(days.days()).to_string();
    let post = json!({
        "title": "焊工", "employer": people::credit_code(0), "occupation": "焊工", "kind": "校企合作", "employment_form": "full_time",
        "headcount": 8, "region": "440112", "address": "广州市黄埔区工业大道", "contact": "招工组",
        "wage": {"min": 6500, "max": 8500, "period": "month"}, "requirements": {"certificates": ["焊工证"]},
        "benefits": ["lodging", "meals", "training"], "social_insurance": true, "contract_months": 24, "start_from": day(22),
        "valid_until": day(60), "description": "企业定向委托培训，结业持证上岗。",
    });
    let post = vacancy::post(office, city, &body(post)?, Aim::Open).await.map_err(act)?.record.row.id;
    let class = json!({
        "programme": "广东技工", "name": "焊工订单班", "occupation": "焊工", "certificates": ["焊工证"], "starts": day(6),
        "ends": day(20), "seats": 10, "region": "440112", "place": "广州市黄埔区职业培训中心", "provider": "山海技能培训学校",
        "fee": 0, "vacancies": [post],
    });
    let class = class::create(office, city, &body(class)?).await.map_err(act)?.row.id;
    let page = crate::actions::search::Page { limit: 100, ..Default::default() };
    let ask = crate::actions::search::WorkerAsk {
        status: Some("looking".into()),
        occupation: Some("焊工".into()),
        page,
        ..Default::default()
    };
    let people = crate::actions::search::workers(office, clerk, ask).await.map_err(act)?;
    anyhow::ensure!(!people.items.is_empty(), "nobody in the demo would be a welder");
    for (record, _) in people.items.iter().rev().take(5) {
        // Somebody who sits in a class already does not sit in a second one.
        let _ = enrolment::enrol(office, clerk, record.person.id, class).await;
    }
    Ok(())
}

/// People who sit in classes.
async fn enrolments(office: &Office, clerk: &Actor, classes: &[Uuid]) -> Result<()> {
    let page = crate::actions::search::Page { limit: 40, ..Default::default() };
    let ask = crate::actions::search::WorkerAsk { status: Some("looking".into()), page, ..Default::default() };
    let people = crate::actions::search::workers(office, clerk, ask).await.map_err(act)?;
    let first = classes.first().context("the demo has classes")?;
    for (n, (record, _)) in people.items.iter().enumerate() {
        let class = if n < 19 { *first } else { classes[n % classes.len()] };
        // Somebody who sits in a class already does not sit in a second one.
        let _ = enrolment::enrol(office, clerk, record.person.id, class).await;
    }
    Ok(())
}
