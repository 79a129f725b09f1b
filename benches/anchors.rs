//! Search and index building beside raw tantivy, a plain hyper server, and matching in memory: figures that need the crate's types.
//!
//! `anchors search ROWS`, `anchors hyper BYTES`, and what `matching/mod.rs` names; prints one JSON line a figure.
//! `benches/run` calls it.

mod matching;

use std::time::Instant;

use serde_json::{Value, json};
use shanhai::domain::occupation::Occupation;
use shanhai::search::{Doc, Effort, Paging, Rebuild, Scope, Sort, WorkerDoc, WorkerQuery};
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Order, Searcher, Term};
use uuid::Uuid;

use matching::dice::Dice;
use matching::process_cpu;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let number = |at: usize, or: usize| args.get(at).and_then(|text| text.parse().ok()).unwrap_or(or);
    if let Some(figure) = matching::run(&args) {
        say(&figure?);
        return Ok(());
    }
    match args.first().map(String::as_str) {
        Some("search") => search(number(1, 100_000)),
        Some("hyper") => hyper_alone(number(1, 20_000)),
        _ => Err("anchors search ROWS | hyper BYTES | edges … | everyone, batch, even or one PEOPLE".into()),
    }
}

fn say(figure: &Value) {
    println!("{figure}");
}

/// CPU seconds of this thread: nanoseconds on a processor, the first number of its scheduler statistics.
fn thread_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

const SURNAMES: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "黄", "吴", "周", "罗", "石", "蒙", "莫", "岑"];
const GIVEN: &[&str] = &["伟", "强", "秀英", "小明", "建国", "春花", "玉兰", "志文", "海燕", "天成", "丽", "军", "芳"];
const COUNTIES: &[u32] = &[520_502, 520_521, 520_524, 520_525, 520_526, 520_527, 520_422, 520_424, 520_425, 522_722];
const JOBS: &[&str] = &[
    "缝纫工",
    "电子装配工",
    "保洁员",
    "养老护理员",
    "焊工",
    "叉车司机",
    "砌筑工",
    "快递员",
    "餐厅服务员",
    "茶园管理员",
    "钢筋工",
    "汽车修理工",
    "家政服务员",
    "保安员",
    "装卸搬运工",
    "中式烹调师",
    "母婴护理员",
    "蔬菜种植工",
    "木工",
    "电工",
];
const PLACES: &[&str] = &["猫营镇", "宗地镇", "大营镇", "板当镇", "猴场镇", "白石岩乡", "火花镇", "坝羊镇", "四大寨乡"];

fn worker(n: usize, dice: &mut Dice, occupations: &[Occupation], station: Uuid) -> Doc {
    let county = *dice.of(COUNTIES);
    let wishes: Vec<Occupation> = (0..=dice.next() % 3).map(|_| *dice.of(occupations)).collect();
    Doc::Worker(Box::new(WorkerDoc {
        id: Uuid::from_u128(u128::from(dice.next()) << 64 | n as u128),
        reference: format!("R-{n:06X}"),
        name: format!("{}{}", dice.of(SURNAMES), dice.of(GIVEN)),
        pinyin: "wangxiaoming".into(),
        initials: "wxm".into(),
        born: Some((dice.next() % 15_000) as i32 - 3_000),
        origin: vec![county, county / 100 * 100, county / 10_000 * 10_000],
        village: format!("{}{}村", dice.of(PLACES), dice.next() % 300),
        occupations: wishes,
        job_words: format!("{} {}", dice.of(JOBS), dice.of(JOBS)),
        capacity: Some((*dice.of(&["ordinary", "skilled", "weak", "none"])).into()),
        watch_class: Some((*dice.of(&["none", "lifted", "unstable", "marginal", "hardship"])).into()),
        status: (*dice.of(&["looking", "employed", "unknown", "training"])).into(),
        wage_floor: dice.next().is_multiple_of(2).then(|| 300_000 + dice.next() % 60 * 10_000),
        stations: vec![station],
        changed_at: 1_700_000_000_000_000 + (dice.next() % 1_000_000_000) as i64,
        ..WorkerDoc::default()
    }))
}

/// Medians of CPU milliseconds of several ways, taken in turns so that all meet the same machine. The kernel counts a
/// thread's time in steps of up to 4 ms, so that each of the turns lasts a hundred steps or so.
fn side_by_side<const N: usize>(mut ways: [&mut dyn FnMut() -> Outcome; N]) -> Outcome<[f64; N]> {
    fn turn(way: &mut dyn FnMut() -> Outcome) -> Outcome<f64> {
        // The first time reads the files into memory and fills the tables of values.
        way()?;
        let (wall, from, mut times) = (Instant::now(), thread_cpu(), 0.0);
        while wall.elapsed().as_millis() < 400 {
            way()?;
            times += 1.0;
        }
        Ok((thread_cpu() - from) * 1000.0 / times)
    }
    let mut turns = [const { Vec::new() }; N];
    for _ in 0..5 {
        for (turns, way) in turns.iter_mut().zip(&mut ways) {
            turns.push(turn(*way)?);
        }
    }
    Ok(turns.map(|mut turns: Vec<f64>| {
        turns.sort_by(f64::total_cmp);
        turns[turns.len() / 2]
    }))
}

fn search(rows: usize) -> Outcome {
    let root = std::env::temp_dir().join(format!("shanhai-bench-{}", std::process::id()));
    let done = search_in(&root, rows);
    std::fs::remove_dir_all(&root)?;
    done
}

fn search_in(root: &std::path::Path, rows: usize) -> Outcome {
    std::fs::create_dir_all(root)?;
    let occupations: Vec<Occupation> = Occupation::all().filter(|code| code.to_string().len() > 8).collect();
    let (mut dice, station) = (Dice(7), Uuid::from_u128(99));
    let (wall, cpu) = (Instant::now(), process_cpu());
    let mut making = 0.0;
    let mut rebuild = Rebuild::begin(root, "bench", Effort::REBUILD)?;
    for from in (0..rows).step_by(10_000) {
        let start = Instant::now();
        let docs: Vec<Doc> =
            (from..rows.min(from + 10_000)).map(|n| worker(n, &mut dice, &occupations, station)).collect();
        making += start.elapsed().as_secs_f64();
        rebuild.add(&docs)?;
    }
    let index = rebuild.finish(&json!({"0": 1}))?;
    let (wall, cpu) = (wall.elapsed().as_secs_f64() - making, process_cpu() - cpu - making);
    say(&json!({"what": "build", "rows": rows, "wall": wall, "cpu": cpu}));

    let folder = std::fs::read_to_string(root.join("current"))?;
    let bare = tantivy::Index::open_in_dir(root.join(folder.trim()))?;
    let searcher = bare.reader()?.searcher();
    let scope = Scope::Stations(vec![station]);
    let cases: Vec<(&str, Option<u32>, Option<&str>, &str)> = vec![
        ("one county", Some(520_502), None, ""),
        ("province, looking", Some(520_000), Some("looking"), ""),
        ("a trade in a county", Some(520_502), None, "缝纫工"),
        ("a trade, looking", None, Some("looking"), "养老护理员"),
        ("a name", None, None, "石秀英"),
    ];
    for facets in [true, false] {
        for (name, origin, status, q) in &cases {
            let query = WorkerQuery {
                q: (*q).to_owned(),
                origin: *origin,
                status: status.map(str::to_owned),
                paging: Paging { sort: Sort::Relevance, facets, ..Paging::default() },
                ..WorkerQuery::within(scope.clone())
            };
            // The same form: the same words with the same synonyms. By hand: the whole text as a phrase, which finds less.
            let by_hand = raw_query(&searcher, *origin, *status, q, station)?;
            let same = index.workers_query(&query);
            let mut totals = (0, 0, 0);
            let [ours, raw, hand] = side_by_side([
                &mut || {
                    totals.0 = index.workers(&query)?.total;
                    Ok(())
                },
                &mut || {
                    totals.1 = raw_page(&searcher, &*same, q.is_empty(), facets)?;
                    Ok(())
                },
                &mut || {
                    totals.2 = raw_page(&searcher, &*by_hand, q.is_empty(), facets)?;
                    Ok(())
                },
            ])?;
            say(&json!({
                "what": "search", "rows": rows, "case": name, "facets": facets, "words": !q.is_empty(), "ours_ms": ours,
                "raw_ms": raw, "ratio": ours / raw, "hand_ms": hand, "hand_ratio": ours / hand,
                "total": totals.0, "raw_total": totals.1, "hand_total": totals.2,
            }));
        }
    }
    Ok(())
}

/// The same conditions put together by hand: filter terms, and the text as a phrase in any of three fields.
fn raw_query(
    searcher: &Searcher,
    origin: Option<u32>,
    status: Option<&str>,
    q: &str,
    station: Uuid,
) -> Outcome<Box<dyn Query>> {
    let schema = searcher.schema();
    let tag = schema.get_field("tag")?;
    let is = |text: String| -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(tag, &text), IndexRecordOption::Basic))
    };
    let mut clauses = vec![is(format!("w.station={}", station.simple()))];
    clauses.extend(origin.map(|code| is(format!("w.place={code:06}"))));
    clauses.extend(status.map(|status| is(format!("w.status={status}"))));
    if !q.is_empty() {
        let letters: Vec<char> = q.chars().collect();
        let mut fields = Vec::new();
        for name in ["worker_jobs", "worker_name", "worker_place"] {
            let field = schema.get_field(name)?;
            let pairs = letters.windows(2).enumerate();
            let terms = pairs.map(|(at, pair)| (at, Term::from_field_text(field, &pair.iter().collect::<String>())));
            let row: Box<dyn Query> = Box::new(PhraseQuery::new_with_offset(terms.collect()));
            fields.push(row);
        }
        clauses.push(Box::new(BooleanQuery::union(fields)));
    }
    Ok(Box::new(BooleanQuery::intersection(clauses)))
}

/// Twenty hits, the exact count, and the counts of five columns by tantivy's own terms aggregation.
fn raw_page(searcher: &Searcher, query: &dyn Query, newest: bool, facets: bool) -> Outcome<u64> {
    let counts = |name: &str| json!({"terms": {"field": name, "size": 50}});
    let columns = ["place", "f1", "f2", "f3", "occupation"];
    let asked: Value =
        columns.iter().map(|name| ((*name).to_owned(), counts(name))).collect::<serde_json::Map<_, _>>().into();
    let asked: Aggregations = serde_json::from_value(asked)?;
    let counted = || AggregationCollector::from_aggs(asked.clone(), tantivy::aggregation::AggContextParams::default());
    let by_day = TopDocs::with_limit(20).order_by_fast_field::<u64>("changed", Order::Desc);
    let by_score = TopDocs::with_limit(20).order_by_score();
    Ok(match (newest, facets) {
        (true, true) => searcher.search(query, &(by_day, Count, counted()))?.1,
        (true, false) => searcher.search(query, &(by_day, Count))?.1,
        (false, true) => searcher.search(query, &(by_score, Count, counted()))?.1,
        (false, false) => searcher.search(query, &(by_score, Count))?.1,
    } as u64)
}

/// A server that answers everything with so many bytes; says its port and runs until it is ended.
fn hyper_alone(bytes: usize) -> Outcome {
    use std::convert::Infallible;

    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    let body = "x".repeat(bytes);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        say(&json!({"port": listener.local_addr()?.port()}));
        loop {
            let (stream, _) = listener.accept().await?;
            let body = body.clone();
            tokio::spawn(async move {
                let answer = service_fn(move |_| {
                    let body = body.clone();
                    async move { Ok::<_, Infallible>(http::Response::new(body)) }
                });
                // A client that goes away ends its own connection and nothing else.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    })
}
