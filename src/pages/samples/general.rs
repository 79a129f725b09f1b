//! Samples of the general page with every block and form, and of the employer's home.

use super::*;

pub(super) fn general(lang: Lang) -> Vec<Sample> {
    let c = |audience, nav| chrome(lang, audience, nav);
    let desk = |audience, nav, form| Desk::form(c(audience, nav), "标题", form);
    let station = Audience::Station;
    let worker = Desk {
        aside: worker_aside(
            &c(station, ""),
            &[(Some(Link::to("/station/workers/1", "杨秀兰")), s("同名、同生日")), (None, s("同名、同手机"))],
        ),
        ..desk(
            station,
            "/station/workers",
            forms::worker(lang, "/station/workers/new", "/station/workers")
                .fill([("name", "杨秀兰"), ("health", "健康"), ("consent", "registry")])
                .mark([("id_number", "最后一位不对"), ("consent", "请勾选"), ("elsewhere", "别的错")])
                .warn([("origin", "旧代码")]),
        )
    };
    let vacancy = forms::vacancy(lang, "/employer/vacancies/new", "/employer/vacancies", false).find(
        "title",
        Finding {
            blocks: true, quote: s("限男性"), text: s("招人不能限定性别。"), article: s("就业促进法第二十七条")
        },
    );
    let table = |tick: bool| Table {
        id: s("list"),
        caption: s("岗位"),
        note: s("共 3 个"),
        columns: vec![
            Column::new("名称"),
            Column { sort: s("?sort=wage"), sorted: Some(false), ..Column::number("工资") },
        ],
        rows: vec![Row {
            tick: tick.then(|| Tick { name: s("v"), value: s("1"), label: s("焊工"), on: true }),
            cells: vec![
                Cell::head(Link::to("/station/vacancies/1", "焊工")),
                Cell {
                    bits: vec![Bit::Wage(s("6500")), Bit::Small(s("元")), Bit::Reason(false, s("低"))],
                    number: true,
                    ..Cell::default()
                },
            ],
        }],
        ..Table::default()
    };
    let post = Row {
        tick: None,
        cells: vec![
            Cell::head(Bit::Post(Link::to("/station/outbox/1/retry", "重发"), s("村单"))),
            Cell::new(Bit::RowLink(Link::to("/x", "看"), s("村单"))),
        ],
    };
    let mut choosing = Table { id: s("pick"), caption: s("可选的岗位"), ..table(true) };
    choosing.rows[0].cells[1] = Cell {
        bits: [("do-1", Kind::Select(choices(&[("", "不动"), ("keep", "留下")]))), ("to-1", Kind::Text)]
            .map(|(name, kind)| Bit::Choose(Box::new(Field::new(name, name, kind))))
            .into(),
        ..Cell::default()
    };
    let sheet = Sheet { heading: s("示例村"), lead: s("共 2 人"), table: table(false), foot: s("电话") };
    let sheets = Sheets {
        c: c(station, "/station"),
        heading: s("按村打印"),
        crumb: links(&[("/x", "批量匹配"), ("", "打印")]),
        sheets: vec![sheet],
        more: (s("1 / 2"), s("?from=1")),
        ..Sheets::default()
    };
    let one = Desk {
        crumb: links(&[("/station", "工作台"), ("", "推荐")]),
        tags: vec![Tag::new("等答复", Tone::Warn)],
        lead: vec!["杨秀兰".into()],
        links: links(&[("/x", "打印")]),
        jump: vec![step("#a", "经过", true), step("", "写入", false)],
        aside: vec![Block::Stats(vec![Stat::default()]), Block::Links(links(&[("/x", "一"), ("/y", "二")]))],
        blocks: vec![
            Block::Heading(s("a"), s("经过")),
            Block::Text(s("一段话")),
            Block::Note(Note { text: s("话"), ..Note::default() }),
            Block::Facts(vec![Fact::new("户籍", "纳雍")]),
            Block::Progress(s("分配岗位"), 45),
            Block::Words(vec![Bit::Bold(s("没分到的")), Link::to("/x", "杨秀兰").into()]),
            Block::Explained(s("怎么知道的"), s("总分到了上限。")),
            Block::Filter(
                s("/x"),
                s("只看一部分"),
                vec![Field::new("employer", "单位", Kind::Select(choices(&[("", "全部"), ("1", "甲")])))],
            ),
            Block::Log(log()),
            Block::Findings(vec![Finding { text: s("提醒"), ..Finding::default() }]),
            Block::Table(Table { rows: vec![post], ..table(false) }),
            Block::More(s("共 3 个"), s("?cursor=x")),
            Block::Pick(Box::new(Pick {
                action: s("/x"),
                table: choosing,
                fields: vec![
                    Field::new("msg", "给单位的话", Kind::Text),
                    Field::new("to", "给谁", Kind::Select(choices(&[("1", "一")]))),
                ],
                buttons: vec![Button::main("推荐")],
                range: s("第 1 页"),
                next: s("?page=2"),
            })),
        ],
        ..Desk { c: c(station, "/station"), heading: s("推荐"), ..Desk::default() }
    };
    let mut folds = Desk { c: c(station, "/station"), heading: s("推荐"), ..Desk::default() };
    folds.blocks = IntroductionAct::ALL
        .iter()
        .map(|act| Block::Fold(named(lang, *act), forms::act(lang, "/station/introductions/3", *act)))
        .collect();
    let person = Introduced {
        id: s("018f"),
        name: s("王*"),
        code: s("R-7K2M"),
        summary: s("做过电子装配 3 年"),
        tag: Tag::new("等您答复，第 4 天", Tone::Warn),
        answers: Answers::Proposed,
        ..Introduced::default()
    };
    let going = Introduced {
        id: s("0190"),
        answers: Answers::Going,
        invited: true,
        can_call: true,
        notes: vec![s("面试：11-27 10:00　一号门")],
        form: Some(forms::act(lang, "/x", IntroductionAct::Interview).mark([("at", "空着")])),
        ..person.clone()
    };
    let several = (0..6).map(|i| Introduced { id: i.to_string(), code: format!("R-{i}"), ..person.clone() }).collect();
    let home = EmployerHome {
        c: c(Audience::Employer, "/employer"),
        vacancies: choices(&[("1", "装配工"), ("2", "焊工")]),
        states: vec![step("/employer", "等答复 3", true)],
        note: Some(Note { tone: Tone::Warn, lead: s("2 人等了 3 天以上。"), ..Note::default() }),
        groups: vec![
            IntroducedGroup { vacancy: Link::to("/x", "装配工"), about: s("G-7K2M"), people: several },
            IntroducedGroup { vacancy: Link::to("/y", "焊工"), about: s("G-7K2N"), people: vec![going] },
        ],
        reasons: employer_reasons(lang),
        state: s("proposed"),
        outcomes: vec![(s("王*"), s("名额刚满"), false)],
        fault: s("先勾上要答复的人"),
        query: s("state=proposed"),
        next: s("/employer?after=1"),
    };
    let (employer, admin) = (Audience::Employer, Audience::Admin);
    vec![
        sample("worker form", station, &worker),
        sample("vacancy form", employer, &desk(employer, "/employer/vacancies", vacancy)),
        sample("vacancy form of staff", station, &desk(station, "", forms::vacancy(lang, "/x", "/y", true))),
        sample("employer form", station, &desk(station, "", forms::employer(lang, "/x", "/y"))),
        sample("class form", station, &desk(station, "", forms::class(lang, "/x", "/y"))),
        sample("upload", station, &desk(station, "/station/imports", forms::upload(lang, "/x", true))),
        sample("upload of employers", employer, &desk(employer, "/employer/import", forms::upload(lang, "/x", false))),
        sample("export", station, &desk(station, "", forms::export(lang, "/x"))),
        sample("station form", admin, &desk(admin, "/admin", forms::station(lang, "/x"))),
        sample("account form", admin, &desk(admin, "/admin/accounts", forms::account(lang, "/x"))),
        sample("desk", station, &one),
        sample("acts", station, &folds),
        sample("sheets", station, &sheets),
        sample("employer home", employer, &home),
        sample(
            "empty employer home",
            employer,
            &EmployerHome { c: c(employer, "/employer"), ..EmployerHome::default() },
        ),
    ]
}
