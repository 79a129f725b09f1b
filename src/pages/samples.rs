//! One filled page of every kind, for the tests; all people and employers are made up.

use super::*;
use crate::domain::code::Code;
use crate::domain::introduction::IntroductionAct;
use crate::domain::vacancy::{EmploymentForm, Period, VacancyKind};

mod general;

/// A page's name, whom it is for, and its HTML.
pub(super) struct Sample {
    pub name: &'static str,
    pub audience: Audience,
    pub html: String,
}

fn chrome(lang: Lang, audience: Audience, nav: &'static str) -> Chrome {
    let who = (audience != Audience::Public).then(|| Who { name: "岑小妹".into(), place: "纳雍站".into() });
    Chrome {
        lang,
        audience,
        nav,
        back: "/vacancies?q=做饭&sort=wage".into(),
        who,
        phone: "020-0000 0101".into(),
        ..Chrome::default()
    }
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn links(pairs: &[(&str, &str)]) -> Vec<Link> {
    pairs.iter().map(|(href, text)| Link::to(*href, *text)).collect()
}

fn choices(pairs: &[(&str, &str)]) -> Vec<Choice> {
    pairs.iter().enumerate().map(|(i, (v, t))| Choice::new(*v, *t).chosen(i == 1)).collect()
}

fn log() -> Vec<LogLine> {
    vec![LogLine {
        at: s("2026-11-23T09:12:00+08:00"),
        when: s("11-23 09:12"),
        text: vec!["岑小妹".into(), Bit::Old(s("4000")), Bit::New(s("4500")), Link::to("/x", "看").into()],
    }]
}

fn step(href: &str, text: &str, here: bool) -> Step {
    Step { href: s(href), text: s(text), here }
}

/// Every page of the room in a language, filled as on a busy day.
pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    let mut all = public(lang);
    all.extend(station(lang));
    all.extend(general::general(lang));
    all
}

fn sample(name: &'static str, audience: Audience, page: &impl Page) -> Sample {
    Sample { name, audience, html: html(page) }
}

fn vacancy_search(lang: Lang) -> VacancySearch {
    let line = VacancyLine {
        href: s("/vacancies/G-7K2M"),
        title: vec![Bit::Mark(s("电子")), "装配工（夫妻可以同厂）".into()],
        wage: format::wage_words(lang, Some(550_000), Some(680_000), Period::Month),
        place: s("广州市花都区"),
        facts: vec![s("包住（有夫妻房）"), s("包吃"), s("不限学历"), s("还招 12 人")],
        foot: vec![s("禾桥电子有限公司"), s("单位自招"), s("11月22日发布")],
    };
    VacancySearch {
        c: chrome(lang, Audience::Public, ""),
        q: s("\"><script>alert(1)</script>"),
        offers: vec![s("电子装配工"), s("焊工")],
        regions: choices(&[("", "不限"), ("440114", "花都区")]),
        wages: choices(&[("", "不限"), ("6000", "6000 元")]),
        lodging: true,
        occupation: s("装配"),
        kinds: options::<VacancyKind>(lang),
        forms: options::<EmploymentForm>(lang),
        total: 38,
        relaxed: vec![s("工资到 5500 元"), s("地区到全广州")],
        suggest: links(&[("/vacancies?q=注塑", "注塑")]),
        degraded: true,
        items: vec![line; 20],
        sorts: vec![step("/vacancies", "最接近", true), step("/vacancies?sort=newest", "最新", false)],
        common: links(&[("/vacancies?q=做饭", "做饭")]),
        shown: 20,
        next: s("/vacancies?cursor=abc"),
        ..VacancySearch::default()
    }
}

fn public(lang: Lang) -> Vec<Sample> {
    let c = || chrome(lang, Audience::Public, "");
    let vacancy = VacancyPage {
        c: c(),
        back: Link::to("/vacancies", "38"),
        code: s("G-7K2M"),
        title: s("电子装配工"),
        wage: s("每月 5500–6800 元"),
        facts: vec![Fact::new("在哪里", "花都区新雅街 18 号"), Fact::new("住", "包住")],
        description: vec![s("坐着装小零件。")],
        details: vec![Fact::new("单位", Link::to("/x", "禾桥电子有限公司"))],
        open: true,
        interest: forms::interest(lang, "G-7K2M").fill([("name", "王<小>明"), ("phone", "1460000")]).mark([
            ("phone", code_text(lang, "phone.length").unwrap_or_default()),
            ("consent", code_text(lang, "consent.needed").unwrap_or_default()),
        ]),
    };
    let shut = VacancyPage { open: false, interest: Form::default(), ..vacancy.clone() };
    let receipt = Receipt {
        c: c(),
        code: s("K7Q2-M41K"),
        vacancy: Link::to("/vacancies/G-7K2M", "电子装配工"),
        fresh: true,
        who: s("王*，146****0088"),
        by: s("11月26日"),
        ..Receipt::default()
    };
    let gone = Receipt { fresh: false, stage: Stage::Withdrawn, log: log(), ..receipt.clone() };
    let classes = ClassSearch {
        c: c(),
        regions: choices(&[("", "不限")]),
        programmes: choices(&[("", "不限"), ("nanyue", "南粤家政")]),
        total: 1,
        items: vec![ClassLine {
            href: s("/classes/C-1"),
            name: s("母婴护理"),
            facts: vec![s("12月5日开班"), s("余 4 个")],
            opens: s("月嫂"),
        }],
        shown: 1,
        ..ClassSearch::default()
    };
    let class = ClassPage {
        c: c(),
        name: s("母婴护理"),
        code: s("C-1"),
        facts: vec![Fact::new("开班", "12月5日")],
        opens: links(&[("/vacancies/G-1", "月嫂"), ("", "育婴员")]),
        open: false,
    };
    let wrong = [("account", code_text(lang, "login.wrong").unwrap_or_default())];
    let login =
        Login { c: c(), form: forms::login(lang, "/station").fill([("account", "cen")]).mark(wrong), kept: true };
    let message = Message {
        c: c(),
        tone: Tone::Ok,
        heading: s("收到了"),
        text: s("工作站一个工作日内核验。"),
        steps: vec![s("核验")],
        links: links(&[("/", "首页"), ("/login", "登录")]),
    };
    let mut all = vec![
        sample("vacancies", Audience::Public, &vacancy_search(lang)),
        sample("no vacancies", Audience::Public, &VacancySearch { c: c(), ..VacancySearch::default() }),
        sample("vacancy", Audience::Public, &vacancy),
        sample("closed vacancy", Audience::Public, &shut),
        sample("receipt", Audience::Public, &receipt),
        sample("withdrawn receipt", Audience::Public, &gone),
        sample("classes", Audience::Public, &classes),
        sample("no classes", Audience::Public, &ClassSearch { c: c(), ..ClassSearch::default() }),
        sample("class", Audience::Public, &class),
        sample("login", Audience::Public, &login),
        sample("message", Audience::Public, &message),
        sample("sign up", Audience::Public, &Desk::form(c(), "登记单位", forms::sign_up(lang))),
        sample("password", Audience::Public, &Desk::form(c(), "设密码", forms::password(lang, "T0K3N"))),
    ];
    for status in [400, 403, 404, 409, 422, 500, 502, 503] {
        let page = ErrorPage { c: c(), status, detail: s("详情"), code: s("7Q2M-41K"), ..ErrorPage::default() };
        all.push(sample("error", Audience::Public, &page));
    }
    all
}

fn matched(lang: Lang) -> Match {
    Match {
        id: s("018f"),
        score: 920,
        who: Link::to("/station/vacancies/1", "养老护理员"),
        place: s("榕安养老服务中心"),
        wage: format::wage(lang, Some(580_000), Some(650_000), Period::Month),
        places: s("3 / 5"),
        reasons: vec![(true, s("本行，做过 2 年")), (false, s("离家远"))],
        asked: vec![s("肯不肯上夜班"), s("几时能走")],
        introduced: s("已推荐 2 人"),
        priority: s("脱贫不稳定 +6"),
        ..Match::default()
    }
}

fn introduction() -> IntroductionLine {
    IntroductionLine {
        day: s("11-21"),
        with: Link::to("/station/vacancies/2", "养老护理员"),
        place: s("颐乐园"),
        state: Tag::new("等答复", Tone::Warn),
        mail: s("11-21 10:02 送到"),
        href: s("/station/introductions/3"),
    }
}

fn station(lang: Lang) -> Vec<Sample> {
    let c = |nav| chrome(lang, Audience::Station, nav);
    let facet = |text: &str, here| Facet { href: s("/station?kind=x"), text: s(text), n: 1209, here };
    let task = Task {
        due: Tag::new(word(lang, "due", "overdue"), Tone::Bad),
        act: word(lang, "task", "call"),
        about: Link::to("/station/workers/1", "杨胜梅 问“养老护理员”"),
        came: s("11-22"),
        until: s("11-23"),
        next: Link::to("/station/workers/1#call", "回电"),
    };
    let home = Home {
        c: c("/station"),
        today: s("11月24日"),
        filters: vec![facet("全部要办", true), facet("逾期", false)],
        kinds: vec![facet("网页意向", false)],
        tasks: vec![task; 16],
        range: s("第 1–16 件，共 31 件"),
        next: s("/station?cursor=x"),
        ..Home::default()
    };
    let row = Row {
        tick: None,
        cells: vec![
            Cell::head(Link::to("/station/workers/1", "杨秀兰")),
            Cell::number("47"),
            Cell::new("纳雍"),
            Cell::new(Bit::Mark(s("护工"))),
            Cell::new("健康证"),
            Cell::number("4500"),
            Cell::new(Tag::new("在找", Tone::Plain)),
            Cell::new("脱贫户"),
            Cell::number("11-21"),
        ],
    };
    let find = WorkerFind {
        c: c("/station/workers"),
        q: s("护工 梨树村"),
        total: 47,
        understood: vec![s("职业 护工类")],
        suggest: vec![s("护理"), s("陪护")],
        degraded: true,
        facets: vec![FacetGroup {
            name: s("status"),
            legend: s("状态"),
            values: vec![FacetValue { choice: Choice::new("looking", "在找").chosen(true), n: 1038 }],
        }],
        sorts: choices(&[("relevance", "相关"), ("newest", "最新")]),
        rows: vec![row; 20],
        range: s("第 1–20 人"),
        cursor: s("abc"),
    };
    let worker = WorkerPage {
        c: c("/station/workers"),
        id: s("018f"),
        name: s("杨秀兰"),
        lead: s("女，47 岁　R-7K2M"),
        tags: vec![Tag::new("在找", Tone::Ok)],
        note: Some(Note {
            tone: Tone::Warn, lead: s("合并过"), text: s("看另一条"), links: links(&[("/x", "看")])
        }),
        numbers: vec![
            Fact::new("手机", format::masked("14600000071")),
            Fact::new("证号", format::masked("520525197903129966")),
        ],
        reveal: Some(forms::reveal(lang, "/station/workers/018f/reveal")),
        merged: vec![(Link::to("/x", "杨秀兰 R-8M3N"), s("/station/workers/019a/unmerge"))],
        facts: vec![Fact::new("户籍", "纳雍")],
        household: vec![Fact::new("户主", Link::to("/station/workers/2", "陈应福"))],
        rules: s("2026-11"),
        cut: true,
        matches: vec![matched(lang), Match { taken: true, ..matched(lang) }],
        near: vec![Near {
            vacancy: Link::to("/x", "月嫂"),
            place: s("蓝榕"),
            wage: s("8000"),
            stuck: s("没有证"),
            change: s("上班"),
            tell: s("先拿到证"),
            opens: s("5"),
        }],
        training: vec![
            Gain { class: Link::to("/x", "母婴班"), id: s("9"), free: true, opens: 5, ..Gain::default() },
            Gain { class: Link::to("/x", "粤菜班"), id: s("8"), ..Gain::default() },
            Gain { class: Link::to("/x", "养老班"), state: s("已报名"), ..Gain::default() },
        ],
        introductions: vec![introduction()],
        log: log(),
        more_log: s("/station/workers/018f/history"),
        opened: links(&[("/station/workers/2", "陈应福")]),
        call: forms::call(lang, "/station/workers/018f/call"),
        consent: forms::consent(lang, "/station/workers/018f/consent"),
    };
    let bare = WorkerPage {
        c: c("/station/workers"),
        name: s("王*"),
        call: forms::call(lang, "/x"),
        consent: forms::consent(lang, "/x"),
        ..WorkerPage::default()
    };
    let stats = vec![
        Stat { number: s("3"), text: s("还剩名额"), href: String::new() },
        Stat { number: s("2"), text: s("已录用"), href: s("#done") },
    ];
    let candidates = Candidates {
        c: c("/station/vacancies"),
        id: s("018f"),
        title: s("养老护理员"),
        employer: Link::to("/station/employers/1", "榕安养老"),
        tags: vec![Tag::new("招工中", Tone::Ok)],
        stats,
        rules: s("2026-11"),
        cut: true,
        edit: true,
        people: vec![matched(lang); 10],
        places_left: 3,
        waiting: 3,
        introductions: vec![introduction()],
        about: vec![Fact::new("联系", "黄主任")],
        more: s("/x"),
        ..Candidates::default()
    };
    vec![
        sample("home", Audience::Station, &home),
        sample("home without tasks", Audience::Station, &Home { c: c("/station"), ..Home::default() }),
        sample("find", Audience::Station, &find),
        sample("nobody found", Audience::Station, &WorkerFind { c: c("/station/workers"), ..WorkerFind::default() }),
        sample("worker", Audience::Station, &worker),
        sample("bare worker", Audience::Station, &bare),
        sample("candidates", Audience::Station, &candidates),
        sample(
            "no candidates",
            Audience::Station,
            &Candidates {
                title: s("焊工"),
                employer: Link::to("/x", "禾桥"),
                ..Candidates { c: c("/station/vacancies"), ..Candidates::default() }
            },
        ),
        sample("import preview", Audience::Station, &import(lang, ImportStage::Preview)),
        sample("import writing", Audience::Station, &import(lang, ImportStage::Writing)),
        sample("import reading", Audience::Station, &import(lang, ImportStage::Reading)),
        sample("duplicates", Audience::Station, &duplicates(lang)),
        sample(
            "no duplicates",
            Audience::Station,
            &Duplicates { c: c("/station/duplicates"), ..Duplicates::default() },
        ),
    ]
}

fn import(lang: Lang, stage: ImportStage) -> ImportPage {
    let bad = Cell {
        bits: vec![Bit::Bold(s("5.20525E+17")), Bit::Break, "原号已丢".into()],
        tone: Tone::Bad,
        ..Cell::default()
    };
    ImportPage {
        c: Chrome {
            refresh: (stage != ImportStage::Preview).then_some(2),
            ..chrome(lang, Audience::Station, "/station/imports")
        },
        href: s("/station/imports/7"),
        file: s("纳雍11月外出名单.xls"),
        lead: s("1,248 行"),
        stage,
        progress: (2000, 100_000),
        stats: vec![Stat { number: s("15"), text: s("退回"), href: s("#bad") }],
        rows: Some(Table {
            id: s("bad"),
            caption: s("有问题的行"),
            cells: true,
            columns: vec![Column::number("行"), Column::new("C 证件号码")],
            rows: vec![Row { tick: None, cells: vec![Cell { head: true, ..Cell::number("5") }, bad] }],
            ..Table::default()
        }),
        filters: vec![step("?outcome=rejected", "退回 15", true)],
        next: s("?after=50"),
        changes: Some(Table {
            id: s("upd"),
            caption: s("会更新的"),
            columns: vec![Column::new("哪一项")],
            ..Table::default()
        }),
        aside: vec![
            SetAside {
                row: 63,
                text: s("韦美芬"),
                why: s("同名同生日"),
                same: choices(&[("1", "韦美芬"), ("2", "韦美芳")]),
            },
            SetAside { row: 64, text: s("李光明"), why: s("差一字"), same: vec![] },
        ],
        unsure: vec![Form {
            label: s("第 7 行　操作员 G-7K2M"),
            ..Form::new("/station/imports/7/rows/7/occupation", vec![], vec![Button::main("机床操作工")])
        }],
        mapping: vec![
            Mapped {
                letter: s("A"),
                heading: s("户编号"),
                sample: s("520525…"),
                field: s("household.number"),
                source: s("词典"),
                fault: String::new(),
            },
            Mapped { letter: s("B"), heading: s("愿去哪"), ..Mapped::default() },
        ],
        fields: choices(&[("", "请选择"), ("household.number", "户编号")]),
        writes: 1209,
        report: true,
        ..ImportPage::default()
    }
}

fn duplicates(lang: Lang) -> Duplicates {
    let side = |differs| Side { text: s("手机"), a: vec!["146****0019".into()], b: vec!["没有".into()], differs };
    Duplicates {
        c: chrome(lang, Audience::Station, "/station/duplicates"),
        action: s("/station/duplicates/1/2"),
        place: Some((1, 7)),
        later: 1,
        next: s("/station/duplicates?at=1"),
        why: s("同名、同生日、同村。"),
        doubt: s("乙没有证号。"),
        a: (Link::to("/station/workers/1", "韦美芬"), s("2025-10-30 登记")),
        b: (Link::to("/station/workers/2", "韦美芬"), s("2026-11-20 导入")),
        second: true,
        sides: vec![side(true), side(false)],
    }
}
