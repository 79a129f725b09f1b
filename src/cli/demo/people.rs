//! Made-up people, employers and posts of the demo: the same on every machine, dated from the first start.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

/// Counties of Guizhou with their station's code, name and townships.
pub const COUNTIES: &[(&str, &str, &[&str])] = &[
    ("520524", "织金县", &["猫场镇", "以那镇", "官寨乡"]),
    ("520525", "纳雍县", &["雍熙街道", "阳长镇", "勺窝镇"]),
    ("520526", "威宁县", &["草海镇", "迤那镇", "小海镇"]),
    ("520522", "黔西市", &["钟山镇", "新仁乡", "素朴镇"]),
    ("520324", "正安县", &["瑞溪镇", "安场镇", "土坪镇"]),
    ("520325", "道真县", &["玉溪镇", "大磏镇", "三桥镇"]),
    ("520624", "思南县", &["塘头镇", "鹦鹉溪镇", "许家坝镇"]),
    ("522632", "榕江县", &["古州镇", "忠诚镇", "平江镇"]),
    ("522633", "从江县", &["丙妹镇", "贯洞镇", "洛香镇"]),
    ("522728", "罗甸县", &["龙坪镇", "边阳镇", "沫阳镇"]),
];

/// Districts of Guangzhou with a service home.
pub const DISTRICTS: &[(&str, &str)] = &[
    ("440106", "天河区"),
    ("440111", "白云区"),
    ("440113", "番禺区"),
    ("440114", "花都区"),
    ("440118", "增城区"),
    ("440112", "黄埔区"),
];

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "吴", "罗", "周", "潘", "石", "龙", "田", "熊", "马", "陆", "韦", "蒙", "谢",
    "邓", "欧阳",
];
const FIRST: &[&str] =
    &["小", "光", "正", "明", "秀", "玉", "永", "文", "兴", "春", "国", "德", "桂", "应", "朝", "启"];
const SECOND: &[&str] =
    &["山", "海", "兰", "英", "华", "平", "芬", "林", "红", "军", "梅", "贵", "福", "云", "珍", "强", "花", "勇"];
const ETHNIC: &[&str] = &["汉族", "汉族", "苗族", "布依族", "侗族", "彝族", "水族", "仡佬族"];

/// Occupations of the demo: title, code of the classification by name, wage range in yuan, district or workshop, text.
pub struct Trade {
    /// Title of the post.
    pub title: &'static str,
    /// Lowest and highest monthly wage, yuan.
    pub wage: (i64, i64),
    /// Requirements as JSON.
    pub asks: &'static str,
    /// What is done.
    pub text: &'static str,
    /// Certificate that people of the trade have, and how many of a hundred have it.
    pub certificate: Option<(&'static str, u32)>,
}

/// The trades.
pub const TRADES: &[Trade] = &[
    Trade {
        title: "缝纫工",
        wage: (5000, 8000),
        asks: r#"{"min_age":18,"max_age":55,"skills":["平车"]}"#,
        text: "平车、四线，做女装和童装，计件多劳多得。",
        certificate: None,
    },
    Trade {
        title: "电子装配工",
        wage: (4800, 6500),
        asks: r#"{"min_age":18,"schooling":"初中"}"#,
        text: "手机主板插件、贴标，坐着上班，两班倒。",
        certificate: None,
    },
    Trade {
        title: "焊工",
        wage: (6500, 9500),
        asks: r#"{"min_age":18,"certificates":["焊工证"],"experience_years":1}"#,
        text: "二保焊、氩弧焊，货架和钢构件。",
        certificate: Some(("焊工证", 45)),
    },
    Trade {
        title: "电工",
        wage: (6000, 9000),
        asks: r#"{"min_age":18,"certificates":["低压电工证"]}"#,
        text: "厂房设备保养和线路检修。",
        certificate: Some(("低压电工证", 50)),
    },
    Trade {
        title: "叉车司机",
        wage: (5500, 7500),
        asks: r#"{"min_age":18,"certificates":["叉车证"]}"#,
        text: "仓库装卸、码垛，平衡重叉车。",
        certificate: Some(("叉车证", 55)),
    },
    Trade {
        title: "保洁员",
        wage: (3000, 4200),
        asks: r#"{"min_age":18}"#,
        text: "写字楼和小区的清扫，分片负责。",
        certificate: None,
    },
    Trade {
        title: "养老护理员",
        wage: (5000, 7500),
        asks: r#"{"min_age":20,"certificates":["养老护理员证"]}"#,
        text: "照顾老人起居，喂饭、翻身、陪同散步。",
        certificate: Some(("养老护理员证", 35)),
    },
    Trade {
        title: "母婴护理员",
        wage: (7000, 12000),
        asks: r#"{"min_age":25,"certificates":["母婴护理证"]}"#,
        text: "照看产妇和新生儿，住家二十六天。",
        certificate: Some(("母婴护理证", 30)),
    },
    Trade {
        title: "家政服务员",
        wage: (4500, 7000),
        asks: r#"{"min_age":20}"#,
        text: "做饭、打扫、接送孩子，可住家。",
        certificate: None,
    },
    Trade {
        title: "中式烹调师",
        wage: (5500, 9000),
        asks: r#"{"min_age":18,"experience_years":1}"#,
        text: "粤菜后厨，打荷、砧板都要人。",
        certificate: Some(("中式烹调师证", 40)),
    },
    Trade {
        title: "餐厅服务员",
        wage: (4200, 5500),
        asks: r#"{"min_age":18}"#,
        text: "点菜、传菜、收台，包吃住。",
        certificate: None,
    },
    Trade {
        title: "保安员",
        wage: (4500, 6000),
        asks: r#"{"min_age":18,"schooling":"初中","certificates":["保安员证"]}"#,
        text: "小区门岗和巡逻，三班轮换。",
        certificate: Some(("保安员证", 40)),
    },
    Trade {
        title: "快递员",
        wage: (6000, 10000),
        asks: r#"{"min_age":18}"#,
        text: "片区派件收件，公司配三轮车。",
        certificate: Some(("C1驾驶证", 60)),
    },
    Trade {
        title: "货车司机",
        wage: (7000, 10500),
        asks: r#"{"min_age":21,"certificates":["B2驾驶证"]}"#,
        text: "市内配送，当天往返。",
        certificate: Some(("B2驾驶证", 60)),
    },
    Trade {
        title: "包装工",
        wage: (4500, 5800),
        asks: r#"{"min_age":18}"#,
        text: "食品和日用品的装箱、贴标、封口。",
        certificate: None,
    },
    Trade {
        title: "制鞋工",
        wage: (5000, 7500),
        asks: r#"{"min_age":18}"#,
        text: "针车、成型、贴底，熟手生手都行。",
        certificate: None,
    },
    Trade {
        title: "注塑工",
        wage: (5200, 6800),
        asks: r#"{"min_age":18}"#,
        text: "看机台、取件、修边，长白班。",
        certificate: None,
    },
    Trade {
        title: "瓦工",
        wage: (7500, 11000),
        asks: r#"{"min_age":18,"experience_years":2}"#,
        text: "住宅贴砖、砌墙，按月发工资。",
        certificate: None,
    },
];

/// The dice of the demo.
pub struct Dice(StdRng);

impl Dice {
    /// The same throws for the same number.
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// One of a list.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.0.random_range(0..list.len())]
    }

    /// A number from a range.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most)
    }

    /// True so many times of a hundred.
    pub fn percent(&mut self, n: i64) -> bool {
        self.between(1, 100) <= n
    }
}

fn check_character(body: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| c.to_digit(10).unwrap_or(0) * w).sum();
    ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize]
}

/// A credit code that is formally right and belongs to nobody.
pub fn credit_code(n: usize) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("914401{:02}MADEMO{:03}", n % 90 + 10, n);
    let body = body.replace('O', "0");
    let mut weight = 1_usize;
    let mut sum = 0;
    for c in body.bytes() {
        sum += ALPHABET.iter().position(|a| *a == c).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    format!("{body}{}", ALPHABET[(31 - sum % 31) % 31] as char)
}

/// A made-up person of a county: number `n` of all, so that no two have the same identity number.
pub fn person(dice: &mut Dice, county: usize, n: usize, today: Date) -> Value {
    let (code, county_name, townships) = COUNTIES[county];
    // 73 days apart and coming round after 14,601 days: no two of a county share a birthday, the youngest is 17.
    let birth = today.saturating_sub((17 * 366 + (n as i64 * 73) % 14_601).days());
    // Sequence numbers 996 to 999 are given to nobody; odd is male.
    let sequence = 996 + n % 4;
    let body = format!("{code}{:04}{:02}{:02}{sequence}", birth.year(), birth.month(), birth.day());
    let number = format!("{body}{}", check_character(&body));
    let name =
        format!("{}{}{}", dice.of(SURNAMES), if dice.percent(80) { dice.of(FIRST) } else { "" }, dice.of(SECOND));
    let township = *dice.of(townships);
    let village = format!("{}村", dice.of(&["红星", "大坪", "青山", "新寨", "岩脚", "龙井"]));
    let trade = dice.of(TRADES);
    let asked = dice.percent(75);
    let household = n / 3;
    let kind = if household.is_multiple_of(3) { "脱贫户" } else { "一般农户" };
    let watch = (household.is_multiple_of(17)).then(|| *dice.of(&["脱贫不稳定户", "边缘易致贫户", "突发严重困难户"]));
    let mut body = json!({
        "name": name, "id_number": number, "ethnicity": dice.of(ETHNIC),
        "phone": format!("146{:08}", 10_000_000 + n * 37),
        "origin": code, "village": {"county": code, "township": township, "village": village},
        "schooling": dice.of(&["小学", "初中", "初中", "高中", "大专"]),
        "capacity": if dice.percent(20) { "技能劳动力" } else { "普通劳动力" },
        "health": ["健康"],
        "household": {
            "number": format!("DEMO{code}{household:05}"), "head": format!("{}{}", SURNAMES[household % 20], SECOND[household % 18]),
            "relation": if n.is_multiple_of(3) { "户主" } else { *dice.of(&["配偶", "之子", "之女"]) },
            "type": kind, "watch_class": watch, "relocated": household.is_multiple_of(11),
        },
        "origin_text": format!("贵州省{county_name}{township}{village}"),
    });
    if asked {
        let floor = (trade.wage.0 - 800 + dice.between(0, 10) * 100).max(2500);
        body["occupations_wanted"] = json!([trade.title]);
        body["wage_floor"] = json!(floor);
        body["regions_wanted"] = json!([if dice.percent(70) { "440100" } else { dice.of(DISTRICTS).0 }]);
        body["can_leave_home"] = json!(true);
        body["statement"] = json!("looking");
        body["shift"] = json!(if dice.percent(30) { "day" } else { "any" });
        body["needs"] = if dice.percent(60) { json!(["lodging"]) } else { json!([]) };
        body["experience"] = json!([{"occupation": trade.title, "years": dice.between(1, 8)}]);
        let mut consent =
            vec![json!({"scope": "registry", "how": "paper"}), json!({"scope": "matching", "how": "paper"})];
        if dice.percent(45) {
            consent.push(json!({"scope": "employer", "how": "paper"}));
        }
        body["consent"] = consent.into();
        if trade.title == "缝纫工" {
            body["skills"] = json!(["平车"]);
        }
        if let Some((certificate, share)) = trade.certificate
            && dice.percent(i64::from(share))
        {
            body["certificates"] = json!([{"name": certificate}]);
        }
    } else if dice.percent(40) {
        body["employment"] = json!({
            "employer": format!("{}{}", dice.of(&["广州花都", "佛山南海", "浙江义乌"]), dice.of(&["电子厂", "制衣厂", "物流园"])),
            "place": dice.of(&["广东省广州市花都区", "广东省佛山市南海区", "浙江省义乌市"]),
            "wage": dice.between(38, 65) * 100, "industry": "制造业", "channel": "自发外出", "organised": false,
            "months": dice.between(3, 11),
        });
    } else if dice.percent(30) {
        body["can_leave_home"] = json!(false);
    }
    body
}

/// A made-up employer.
pub fn employer(dice: &mut Dice, n: usize) -> Value {
    let (district, district_name) = DISTRICTS[n % DISTRICTS.len()];
    let (word, kind) = *dice.of(&[
        ("制衣有限公司", "own"),
        ("电子科技有限公司", "own"),
        ("物流有限公司", "own"),
        ("餐饮管理有限公司", "own"),
        ("物业服务有限公司", "own"),
        ("家政服务有限公司", "own"),
        ("人力资源有限公司", "agency"),
        ("鞋业有限公司", "own"),
    ]);
    let name = format!(
        "广州{}{}{word}",
        dice.of(&["粤黔", "山海", "云岭", "珠江", "黔粤", "乌江"]),
        dice.of(&["兴", "达", "和", "盛", "安", "顺", "荣"])
    );
    json!({
        "name": format!("{name}（{district_name}{n}厂）"), "kind": kind, "credit_code": credit_code(n), "region": district,
        "address": format!("广州市{district_name}工业大道{}号", 10 + n), "contact": "招工组",
        "email": format!("hr{n}@employer.example"), "licence": if kind == "agency" { json!(format!("粤人资{n:05}")) } else { json!(null) },
        "size": dice.between(30, 900),
    })
}

/// A made-up post of an employer.
pub fn post(dice: &mut Dice, n: usize, code: &str, today: Date) -> Value {
    let trade = &TRADES[n % TRADES.len()];
    let district = DISTRICTS[n % DISTRICTS.len()];
    let (low, high) = (trade.wage.0 + dice.between(0, 4) * 100, trade.wage.1 - dice.between(0, 8) * 100);
    let mut benefits = vec!["lodging"];
    if dice.percent(70) {
        benefits.push("meals");
    }
    if dice.percent(25) {
        benefits.push("couple_room");
    }
    if dice.percent(60) {
        benefits.push("insurance");
    }
    let asks: Value = serde_json::from_str(trade.asks).unwrap_or_default();
    json!({
        "title": trade.title, "employer": code, "occupation": trade.title, "kind": "market", "employment_form": "full_time",
        "headcount": dice.between(1, 12), "region": district.0, "address": format!("广州市{}工业大道", district.1),
        "wage": {"min": low.min(high), "max": high.max(low), "period": "month"}, "requirements": asks,
        "shift": if dice.percent(40) { "day" } else { "any" }, "benefits": benefits, "social_insurance": true,
        "contract_months": 12, "start_from": today.saturating_add(7.days()).to_string(),
        "valid_until": today.saturating_add((2 + dice.between(0, 50)).days()).to_string(),
        "description": format!("{} {}", trade.text, dice.of(&["入职签合同，每月15号发工资。", "有班车接送，培训期间有工资。", "可以夫妻一起来，安排宿舍。"])),
        "contact": "招工组",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::{CreditCode, IdNumber, Phone};

    #[test]
    fn made_up_people_and_employers_are_formally_right_and_the_same_every_time() {
        let today = jiff::civil::date(2026, 11, 24);
        let make = || (0..200).map(|n| person(&mut Dice::new(n as u64), n % 10, n, today)).collect::<Vec<_>>();
        let people = make();
        assert_eq!(people, make());
        for p in &people {
            let number = p["id_number"].as_str().unwrap();
            assert!(IdNumber::parse(number, today).is_ok(), "{number}");
            assert!((996..=999).contains(&number[14..17].parse::<u16>().unwrap()));
            assert!(Phone::parse(p["phone"].as_str().unwrap()).is_ok());
        }
        for n in 0..60 {
            assert!(CreditCode::parse(&credit_code(n)).is_ok(), "{}", credit_code(n));
        }
    }
}
