//! Imports over a fresh database: every planted fault of a register, both ways of the order, resuming, scopes, round trips.

use bytes::Bytes;

use super::review::{self, Decision};
use super::{Done, Options, Summary, run};
use crate::actions::export;
use crate::actions::testing::{fresh, station};
use crate::actions::{Error, Office};
use crate::domain::actor::Actor;
use crate::domain::heading::{ExportKind, SheetKind};
use crate::sheets::Format;
use crate::store::import as journals;

const HEAD: &str = "县,乡,村,户编号,姓名,性别,出生日期,证件号码,成员联系电话,与户主关系,文化程度,在校生状况,劳动技能,务工时间（月）,健康状况,务工企业名称,就业渠道,务工所在地,监测对象类别,务工月收入,所属行业,是否点对点输送";

/// The 18 characters of a made-up person's number, the check character worked out.
fn number(region: &str, birth: &str, sequence: &str) -> String {
    let body = format!("{region}{birth}{sequence}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11])
}

/// A clean row of the register; the changes replace cells by heading.
fn row(household: &str, name: &str, id: &str, changes: &[(&str, &str)]) -> String {
    let heads: Vec<&str> = HEAD.split(',').collect();
    let birth = if id.len() >= 14 { &id[6..14] } else { "19900101" };
    let mut cells: Vec<String> = heads.iter().map(|_| String::new()).collect();
    let mut set = |head: &str, value: &str| {
        let at = heads.iter().position(|h| *h == head).unwrap();
        value.clone_into(&mut cells[at]);
    };
    for (head, value) in [
        ("县", "贵州省毕节市织金县"),
        ("乡", "猫场镇"),
        ("村", "大坝村"),
        ("户编号", household),
        ("姓名", name),
        ("出生日期", birth),
        ("证件号码", id),
        ("与户主关系", "户主"),
        ("文化程度", "初中"),
        ("劳动技能", "普通劳动力"),
        ("健康状况", "健康"),
    ] {
        set(head, value);
    }
    for (head, value) in changes {
        set(head, value);
    }
    cells.join(",")
}

const WORK: [(&str, &str); 7] = [
    ("务工时间（月）", "9"),
    ("务工企业名称", "某制衣有限公司"),
    ("就业渠道", "自主就业"),
    ("务工所在地", "广东省广州市白云区"),
    ("务工月收入", "4500"),
    ("所属行业", "制造业"),
    ("是否点对点输送", "否"),
];

fn working(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut all = WORK.to_vec();
    all.extend(changes);
    all
}

fn file(rows: &[String]) -> Bytes {
    format!("{HEAD}\r\n{}\r\n", rows.join("\r\n")).into()
}

/// Rows with everything that goes wrong in registers, once each, and some that are right.
fn planted() -> Vec<String> {
    let id = |n: u32| number("520524", &format!("19{:02}0209", 60 + n), "998");
    let wrong = |id: String| format!("{}{}", &id[..17], if id.ends_with('0') { '1' } else { '0' });
    vec![
        row("1", "王一山", &id(1), &working(&[])),
        row("2", "王二山", &format!("=\"{}\"", id(2)), &[("出生日期", "19620209")]),
        row("3", "王·三山", &id(3), &[]),
        row("4", "王 四 山", &id(4).to_lowercase(), &[]),
        row("5", "王五山", &format!("{}43B1", id(5)), &[("健康状况", "残疾")]),
        row("6", "王六山", &wrong(id(6)), &[]),
        row("7", "王七山", "5.22E+17", &[]),
        row("8", " ", &id(8), &[]),
        row("9", "王九山", "522732199902319998", &[]),
        row(
            "1",
            "王小一",
            &number("520524", "20130506", "998"),
            &[("与户主关系", "之女"), ("文化程度", ""), ("在校生状况", "七年级")],
        ),
        row("1", "王一山", &id(1), &working(&[])),
        row("1", "李一山", &id(1), &working(&[])),
        row("2", "王二山", "", &[("出生日期", "19620209")]),
        row("10", "王十山", &id(10), &working(&[("务工月收入", "")])),
        row("11", "王十一", &id(11), &working(&[("务工时间（月）", "")])),
        row("12", "王十二", &id(12), &[("成员联系电话", "1461234")]),
        row("13", "王十三", &id(13), &[("在校生状况", "高职高专一年级")]),
        row("14", "王十四", &id(14), &working(&[("劳动技能", "无劳动力"), ("健康状况", "长期慢性病")])),
        row("15", "王十五", &number("522401", "19700209", "998"), &[("监测对象类别", "脱贫不稳定户")]),
        row("16", "王十六", "", &[("出生日期", "19710209"), ("与户主关系", "配偶")]),
    ]
}

fn counts(s: &Summary) -> [u64; 7] {
    [s.rows, s.created, s.updated, s.unchanged, s.set_aside, s.rejected, s.warnings]
}

async fn import(office: &Office, actor: &Actor, bytes: &Bytes, options: &Options) -> Done {
    run(office, actor, SheetKind::Workers, bytes, options, &mut |_| {}).await.unwrap()
}

async fn workers(office: &Office, bytes: &Bytes) -> Done {
    import(office, &Actor::Operator, bytes, &Options::default()).await
}

/// An import remembers the account that brought it.
async fn has_account(office: &Office, actor: &Actor) {
    let Actor::Account { id, name, role, station, .. } = actor.clone() else { panic!("no account") };
    let account = crate::store::account::Account {
        id,
        name,
        role,
        station,
        employer: None,
        confidential: false,
        password_hash: None,
        email: None,
        disabled_at: None,
        failures: 0,
        locked_until: None,
    };
    let mut tx = office.begin().await.unwrap();
    crate::store::account::insert(&mut tx, &account, office.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Row numbers with outcome and codes.
async fn told(office: &Office, done: &Done) -> Vec<(i64, String, Vec<String>)> {
    let rows = journals::rows(&mut &office.db, done.import.unwrap(), None, 0, 1_000).await.unwrap();
    let codes = |r: &journals::ImportRow| {
        let errors = r.errors.as_array().unwrap().iter();
        errors.map(|e| e["code"].as_str().unwrap().to_owned()).filter(|c| !c.starts_with("region.")).collect()
    };
    rows.iter().map(|r| (r.row, r.outcome.clone(), codes(r))).collect()
}

#[tokio::test]
async fn each_planted_fault_has_its_outcome_and_a_second_import_changes_nothing() {
    let t = fresh().await;
    let bytes = file(&planted());
    let done = workers(&t.office, &bytes).await;
    assert_eq!(counts(&done.summary), [20, 12, 0, 1, 2, 5, 6]);
    assert_eq!(done.notes, [("region.retired".to_owned(), 1)]);
    let expected = [
        (7, "rejected", "identity.check"),
        (8, "rejected", "identity.scientific"),
        (9, "rejected", "name.empty"),
        (10, "rejected", "identity.birth_date"),
        (11, "rejected", "worker.under_16"),
        (12, "unchanged", "number.twice"),
        (13, "set_aside", "number.other_name"),
        (14, "set_aside", "duplicate.name_birth"),
        (15, "created", "work.wage_empty"),
        (16, "created", "work.place_without_months"),
        (17, "created", "phone.length"),
        (18, "created", "school.both"),
        (19, "created", "capacity.none_at_work"),
        (21, "created", "household.no_head"),
    ];
    let expected: Vec<_> = expected.map(|(row, outcome, code)| (row, outcome.to_owned(), vec![code.to_owned()])).into();
    assert_eq!(told(&t.office, &done).await, expected);
    assert_eq!(done.summary.warnings_household, 1);

    let again = workers(&t.office, &bytes).await;
    assert_eq!(counts(&again.summary), [20, 0, 0, 13, 2, 5, 6]);
}

#[tokio::test]
async fn the_order_of_the_rows_never_matters() {
    let t = fresh().await;
    let mut rows = planted();
    // Of two names with one number the first stands, so this row says nothing here.
    rows.retain(|row| !row.contains("李一山"));
    rows.reverse();
    let done = workers(&t.office, &file(&rows)).await;
    assert_eq!(counts(&done.summary), [19, 12, 0, 1, 1, 5, 6]);
}

#[tokio::test]
async fn a_child_raises_its_household_and_leaves_no_trace_of_itself() {
    let t = fresh().await;
    workers(&t.office, &file(&planted())).await;
    workers(&t.office, &file(&planted())).await;
    let households = crate::store::household::by_keys(&mut &t.office.db, &["n:1".to_owned()]).await.unwrap();
    let facts = &households["n:1"].facts;
    assert_eq!((facts.members, facts.minors), (Some(2), Some(1)));
    let none = crate::store::import::same_names(&mut &t.office.db, &["王小一".to_owned()], false).await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    let t = fresh().await;
    let bytes = file(&planted());
    let dry = Options { dry_run: true, ..Options::default() };
    let preview = import(&t.office, &Actor::Operator, &bytes, &dry).await;
    assert_eq!(counts(&preview.summary), [20, 12, 0, 1, 2, 5, 6]);
    assert_eq!(preview.summary.warnings_household, 1);
    assert!(crate::store::worker::ids_after(&mut &t.office.db, None, 10).await.unwrap().is_empty());
    assert!(preview.report(&t.office, &Actor::Operator, SheetKind::Workers).await.unwrap().starts_with(b"PK"));

    workers(&t.office, &bytes).await;
    let newer = file(&[row("1", "王一山", &number("520524", "19610209", "998"), &working(&[("务工月收入", "5200")]))]);
    let preview = import(&t.office, &Actor::Operator, &newer, &dry).await;
    assert_eq!(preview.changes, [(2, vec!["employment.wage".to_owned()])]);
    assert_eq!(workers(&t.office, &newer).await.summary.updated, 1);
    assert_eq!(workers(&t.office, &newer).await.summary.unchanged, 1);
}

#[tokio::test]
async fn a_newer_sheet_never_empties_a_field_because_a_column_is_missing() {
    let t = fresh().await;
    let id = number("520524", "19610209", "998");
    workers(&t.office, &file(&[row("1", "王一山", &id, &working(&[]))])).await;
    let short: Bytes = format!("姓名,证件号码,劳动技能\n王一山,{id},技能劳动力\n").into();
    assert_eq!(counts(&workers(&t.office, &short).await.summary)[2], 1);
    let ids = crate::store::worker::ids_after(&mut &t.office.db, None, 10).await.unwrap();
    let scope = crate::store::worker::Scope::All;
    let records = crate::store::worker::records(&mut &t.office.db, &scope, &ids).await.unwrap();
    let person = &records[0].person.worker;
    assert_eq!(person.capacity, Some(crate::domain::worker::Capacity::Skilled));
    assert!(person.schooling.is_some() && person.village.is_some() && records[0].job().is_some());
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_where_it_stopped() {
    let t = fresh().await;
    let rows: Vec<String> = (0..30)
        .map(|n| {
            row(
                &n.to_string(),
                "王一山",
                &number("520524", &format!("1970{:02}{:02}", n / 28 + 1, n % 28 + 1), "998"),
                &[],
            )
        })
        .collect();
    let whole = file(&rows);
    // What a killed program leaves: ten rows in, the import still running.
    let first = workers(&t.office, &file(&rows[..10])).await;
    let mut import = journals::find(&mut &t.office.db, first.import.unwrap()).await.unwrap().unwrap();
    import.id = t.office.id();
    import.state = "running".to_owned();
    import.file_hash = crate::store::crypt::hash(&whole);
    let mut tx = t.office.begin().await.unwrap();
    journals::insert(&mut tx, &import).await.unwrap();
    tx.commit().await.unwrap();
    // The same file of an employer is another import.
    let mut read = &t.office.db;
    let mut theirs = async |employer| {
        journals::unfinished(&mut read, "workers", import.station, employer, &import.file_hash).await.unwrap()
    };
    assert!(theirs(Some(t.office.id())).await.is_none());
    assert!(theirs(None).await.is_some());
    let done = workers(&t.office, &whole).await;
    assert_eq!(done.import, Some(import.id));
    assert_eq!(counts(&done.summary), [30, 30, 0, 0, 0, 0, 0]);
    assert_eq!(crate::store::worker::ids_after(&mut &t.office.db, None, 100).await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_person_of_another_station_is_linked_and_only_filled_up() {
    let t = fresh().await;
    let (one, _) = station(&t.office, "A", None, &["520524"]).await;
    let (_, clerk) = station(&t.office, "B", None, &["440111"]).await;
    has_account(&t.office, &clerk).await;
    let id = number("520524", "19610209", "998");
    let options = Options { station: Some(one), ..Options::default() };
    let bytes = file(&[row("1", "王一山", &id, &working(&[]))]);
    import(&t.office, &Actor::Operator, &bytes, &options).await;
    let other = file(&[row("1", "王一山", &id, &[("文化程度", "大专"), ("成员联系电话", "14600000071")])]);
    let done = import(&t.office, &clerk, &other, &Options::default()).await;
    assert_eq!(counts(&done.summary)[..4], [1, 0, 1, 0]);
    assert_eq!(import(&t.office, &clerk, &other, &Options::default()).await.summary.unchanged, 1);
    let ids = crate::store::worker::ids_after(&mut &t.office.db, None, 10).await.unwrap();
    let record = crate::actions::worker::find(&t.office, &clerk, ids[0]).await.unwrap();
    assert_eq!(record.person.worker.schooling, Some(crate::domain::worker::Schooling::JuniorMiddle));
    assert!(record.person.phone_hash.is_some());
    let elsewhere = Options { station: Some(one), ..Options::default() };
    let refused = run(&t.office, &clerk, SheetKind::Workers, &other, &elsewhere, &mut |_| {}).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

#[tokio::test]
async fn a_row_that_was_set_aside_is_entered_joined_or_left() {
    let t = fresh().await;
    let done = workers(&t.office, &file(&planted())).await;
    let id = done.import.unwrap();
    let before = crate::store::worker::ids_after(&mut &t.office.db, None, 100).await.unwrap().len();
    // Row 13 has another's number, row 14 the name and birth date of row 3.
    let taken = review::resolve(&t.office, &Actor::Operator, id, 13, Decision::New).await;
    assert!(matches!(taken, Err(Error::Conflict { code: "number.other_name", .. })));
    review::resolve(&t.office, &Actor::Operator, id, 13, Decision::Skip).await.unwrap();
    let row = review::resolve(&t.office, &Actor::Operator, id, 14, Decision::New).await.unwrap();
    assert_eq!(row.resolved.as_deref(), Some("new"));
    let after = crate::store::worker::ids_after(&mut &t.office.db, None, 100).await.unwrap().len();
    assert_eq!(after, before + 1);
    let twice = review::resolve(&t.office, &Actor::Operator, id, 14, Decision::New).await;
    assert!(matches!(twice, Err(Error::Conflict { code: "import.row_state", .. })));
    let again = workers(&t.office, &file(&planted())).await;
    assert_eq!(counts(&again.summary)[3..5], [14, 1]);
}

#[tokio::test]
async fn a_returned_sheet_can_be_corrected_and_imported_again() {
    let t = fresh().await;
    let done = workers(&t.office, &file(&planted())).await;
    let sheet = review::report(&t.office, &Actor::Operator, done.import.unwrap()).await.unwrap();
    let again = workers(&t.office, &sheet.into()).await;
    // The same faults, since nobody has corrected anything: five rejected, two set aside, six with warnings.
    assert_eq!(counts(&again.summary), [13, 0, 0, 6, 2, 5, 5]);
}

#[tokio::test]
async fn what_is_exported_and_imported_again_is_unchanged() {
    let t = fresh().await;
    let (id, _) = station(&t.office, "A", None, &["520524"]).await;
    let options = Options { station: Some(id), open: true, ..Options::default() };
    import(&t.office, &Actor::Operator, &file(&planted()), &options).await;
    let welder: Bytes = format!(
        "姓名,证件号码,证书\n王焊山,{},焊工证（中级，2027年1月1日到期）\n",
        number("520524", "19800209", "998")
    )
    .into();
    import(&t.office, &Actor::Operator, &welder, &options).await;
    let posts: Bytes = "岗位名称,用人单位,招聘人数,薪资待遇,工作地点,用工条件,食宿\n\
        焊工,某电子有限公司,5人,6000元以上,广州市番禺区,\"18-55岁，初中以上，持焊工证\",包吃住\n\
        保洁员,某家政有限公司,若干,面议,天河区,只招女工,\n"
        .into();
    let done = run(&t.office, &Actor::Operator, SheetKind::Vacancies, &posts, &options, &mut |_| {}).await.unwrap();
    assert_eq!((done.summary.created, done.summary.warnings), (2, 1));
    for (kind, list, rows) in
        [(SheetKind::Workers, ExportKind::Workers, 13), (SheetKind::Vacancies, ExportKind::Vacancies, 2)]
    {
        let how = export::Options::default();
        let (bytes, count) =
            export::run(&t.office, &Actor::Operator, list, Format::Xlsx, Vec::new(), &how).await.unwrap();
        assert_eq!(count, rows);
        let done = run(&t.office, &Actor::Operator, kind, &bytes.into(), &options, &mut |_| {}).await.unwrap();
        assert_eq!((done.summary.rows, done.summary.unchanged), (rows, rows), "{kind:?} {:?}", done.summary);
        let text = export::run(&t.office, &Actor::Operator, list, Format::Csv, Vec::new(), &how).await.unwrap().0;
        let text = String::from_utf8(text).unwrap();
        assert!(kind != SheetKind::Workers || text.contains("焊工证（等级 中级，有效至 2027-01-01）"), "{text}");
    }
}

#[tokio::test]
async fn numbers_leave_in_full_only_with_a_name_and_a_right() {
    let t = fresh().await;
    let (_, clerk) = station(&t.office, "A", None, &["520524"]).await;
    workers(&t.office, &file(&planted())).await;
    let masked = export::Options::default();
    let (bytes, _) =
        export::run(&t.office, &clerk, ExportKind::Workers, Format::Csv, Vec::new(), &masked).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("（掩码）") && !text.contains(&number("520524", "19610209", "998")));
    let in_full = export::Options { unmasked: true, ..export::Options::default() };
    for actor in [&clerk, &Actor::Operator] {
        let refused = export::run(&t.office, actor, ExportKind::Workers, Format::Csv, Vec::new(), &in_full).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
    }
}

#[tokio::test]
async fn answers_of_an_outside_source_set_the_state_and_list_what_differs() {
    let t = fresh().await;
    workers(&t.office, &file(&planted())).await;
    let id = |n: u32| number("520524", &format!("19{:02}0209", 60 + n), "998");
    let answers: Bytes = format!(
        "姓名,证件号码,核验结果,来源,日期\n王一山,{},一致,公安人口库,2026-11-20\n王二山,{},不一致,公安人口库,2026-11-20\n\
         王三山,{},查无此人,公安人口库,2026-11-20\n赵四山,{},一致,公安人口库,2026-11-20\n王九山,{},一致,公安人口库,\n",
        id(1), id(2), id(3), id(4), id(9),
    )
    .into();
    let go = async || {
        run(&t.office, &Actor::Operator, SheetKind::Verification, &answers, &Options::default(), &mut |_| {}).await
    };
    let first = go().await.unwrap();
    assert_eq!(counts(&first.summary), [5, 0, 2, 1, 1, 1, 2]);
    assert_eq!(counts(&go().await.unwrap().summary), [5, 0, 0, 3, 1, 1, 2]);
}

#[tokio::test]
async fn a_file_without_a_known_column_is_refused_with_one_code() {
    let t = fresh().await;
    let bytes: Bytes = "甲,乙,丙\nx,y,z\n".into();
    let done = run(&t.office, &Actor::Operator, SheetKind::Workers, &bytes, &Options::default(), &mut |_| {}).await;
    assert!(matches!(done, Err(Error::Refused("import.no_headings"))));
    let pdf = Bytes::from_static(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    let done = run(&t.office, &Actor::Operator, SheetKind::Workers, &pdf, &Options::default(), &mut |_| {}).await;
    assert!(matches!(done, Err(Error::Refused("sheet.foreign"))));
}

#[tokio::test]
async fn an_import_is_on_record_and_its_cells_are_sealed() {
    let t = fresh().await;
    let done = workers(&t.office, &file(&planted())).await;
    let rows = journals::rows(&mut &t.office.db, done.import.unwrap(), Some("rejected"), 0, 10).await.unwrap();
    for row in rows {
        let text = row.errors.to_string();
        assert!(!text.contains(&number("520524", "19660209", "998")[..16]), "{text}");
        assert!(row.sealed.is_some());
    }
    assert_eq!(crate::store::change::verify_chain(&t.office.db).await.unwrap(), None);
}
