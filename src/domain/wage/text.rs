//! Wages as people write them in adverts and sheets, read into a range and a period.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Serialize;
use serde::ser::SerializeStruct as _;

use super::normal::normalise;
use super::{LIMIT_FEN, Pay, Period, yuan_json};
use crate::domain::code::Code as _;

/// What a text says of a wage; serialises as `{min, max, period}` in yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WageText {
    pub min_fen: Option<i64>,
    pub max_fen: Option<i64>,
    /// `None` where a sum stands alone and is too small to be a month's.
    pub period: Option<Period>,
    /// Says 面议 and names no sum: finding `wage_open`.
    pub open: bool,
}

impl WageText {
    /// The wage, if the text names a sum and its period is known.
    pub fn pay(&self) -> Option<Pay> {
        let pay = Pay { min: self.min_fen, max: self.max_fen, period: self.period, typical_month: None };
        pay.checked().ok().filter(Pay::is_stated)
    }
}

impl Serialize for WageText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("WageText", 3)?;
        object.serialize_field("min", &self.min_fen.map(yuan_json))?;
        object.serialize_field("max", &self.max_fen.map(yuan_json))?;
        object.serialize_field("period", &self.period.map(Period::code))?;
        object.end()
    }
}

pub(super) fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "constant patterns, each compiled by a test")]
    Regex::new(text).unwrap()
}

/// A sum or a range of sums with scale, currency, bound and period; the groups are named below.
static SUM: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"\d+(?:\.\d+)?";
    let scale = "万|千|百|w|k";
    let money = "元人民币|元|块钱|块|圆|rmb";
    let unit = "小时|工时|钟头|时|h|工日|天|日|周|星期|个月|月|年|件|个|只|单|次|趟|斤|吨|米|平方|平|套|台";
    let bound = r"及以上|以上|起步|起|打底|往上|\+|以下|以内|封顶|左右|上下|多";
    pattern(&format!(
        r"[¥$]?(?P<low>{number})(?P<low_scale>{scale})?(?P<low_money>{money})?(?:(?:[/每])(?P<low_per>{unit}))?(?:[-~至到][¥$]?(?P<high>{number})(?P<high_scale>{scale})?(?P<high_money>{money})?)?(?P<bound>{bound})?(?P<late_money>{money})?(?:(?:[/每]|一个?|1个?|\(每)?(?P<per>{unit}))?(?P<late_bound>{bound})?"
    ))
});

/// Period words, to be read nearest to the sum.
static PERIOD_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?P<hour>时薪|小时工资|每小时|一小时)|(?P<day>日薪|日工资|天薪|日结|每天|每日|一天|工价)|(?P<week>周薪|每周|一周)|(?P<month>月薪|月工资|月收入|月综合|每月|月均|一个月|月入)|(?P<year>年薪|年收入|每年|一年|全年|年综合)|(?P<piece>每件|单价|一件)",
    )
});

/// Words that make a number beside a wage something else, before it and right behind it.
const EXTRAS: &str =
    "补贴 补助 津贴 奖 全勤 餐补 房补 饭补 话补 押金 服装 体检 保险 社保 公积金 介绍费 加班 红包 工龄 返费 提成";
const OTHER_BEFORE: &str = "年龄 电话 招 身高 业绩 指标 销售额 资金 资产";
const OTHER_BEHIND: &str = "岁 周岁 人 名 位 薪 险 金 % 号 点 届 级 班 休 倍 : - 厘 c 楼 后";
/// Words that say that the number behind them is a wage.
const SPOKEN: &str = "薪 工资 待遇 收入 综合 保底 不低于 最低 最高 不超过 至少";
const WHOLE: &str = "综合 月均 到手 实发 总收入 人均 平均";
const BASE: &str = "底薪 基本工资 保底 无责 试用 学徒 实习";
/// Words before a single sum, and behind it, that leave one end open.
const FLOOR_BEFORE: &str = "不低于 不少于 至少 最低 高于 超过 底薪 保底 起薪 大于 > ≥";
const FLOOR_BEHIND: &str = "以上 起 打底 往上 + 多";
const CEILING_BEFORE: &str = "不超过 不高于 最高 高达 可达 上限 < ≤";
const CEILING_BEHIND: &str = "以下 以内 封顶";

fn contains_any(text: &str, words: &str) -> bool {
    words.split(' ').any(|word| text.contains(word))
}

fn starts_with_any(text: &str, words: &str) -> bool {
    words.split(' ').any(|word| text.starts_with(word))
}

/// How near a sum is to what a worker takes home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Base,
    Plain,
    Whole,
}

struct Sum {
    min: Option<i64>,
    max: Option<i64>,
    period: Option<Period>,
    rank: Rank,
}

/// Reads a wage from a cell or an advert; never fails, what it cannot read stays empty.
pub fn parse_wage_text(raw: &str) -> WageText {
    let text = normalise(raw);
    let matches: Vec<Captures> = SUM.captures_iter(&text).collect();
    let mut sums: Vec<Sum> = Vec::new();
    for (at, found) in matches.iter().enumerate() {
        let span = |index: usize| matches.get(index).and_then(|m| m.get(0)).map(|m| m.range());
        let before = at.checked_sub(1).and_then(span).map_or(0, |r| r.end);
        let after = span(at + 1).map_or(text.len(), |r| r.start);
        sums.extend(read_sum(&text, found, before..after));
    }
    let piece = contains_any(&text, "计件 多劳多得 按件");
    // The first of the highest rank: later ones are other shifts or grades.
    let Some(best) = sums.iter().rev().max_by_key(|sum| sum.rank) else {
        return WageText {
            period: piece.then_some(Period::Piece),
            open: !piece && contains_any(&text, "面议 面谈 另议 详谈 协商 电议 商议"),
            ..WageText::default()
        };
    };
    let (mut min, mut max) = (best.min, best.max);
    // 最低4000，最高8000: two half-open sums make one range.
    let other = |half: fn(&Sum) -> bool| sums.iter().find(|sum| half(sum));
    if min.is_none() {
        min = other(|sum| sum.max.is_none()).and_then(|sum| sum.min);
    } else if max.is_none() {
        max = other(|sum| sum.min.is_none()).and_then(|sum| sum.max);
    }
    if let (Some(low), Some(high)) = (min, max)
        && low > high
    {
        (min, max) = (Some(high), Some(low));
    }
    WageText { min_fen: min, max_fen: max, period: best.period, open: false }
}

/// Fen of digits and a scale.
fn fen(number: &str, scale: i64) -> Option<i64> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() > 9 {
        return None;
    }
    let decimals: String = format!("{decimals:0<6}").chars().take(6).collect();
    let millionths = whole.parse::<i64>().ok()? * 1_000_000 + decimals.parse::<i64>().ok()?;
    let fen = (i128::from(millionths) * i128::from(scale) + 5_000) / 10_000;
    i64::try_from(fen).ok().filter(|fen| (1..LIMIT_FEN).contains(fen))
}

fn scale_of(word: &str) -> i64 {
    match word {
        "万" | "w" => 10_000,
        "千" | "k" => 1_000,
        "百" => 100,
        _ => 1,
    }
}

fn period_of(unit: &str) -> Period {
    match unit {
        "小时" | "工时" | "钟头" | "时" | "h" => Period::Hour,
        "天" | "日" | "工日" => Period::Day,
        "周" | "星期" => Period::Week,
        "月" | "个月" => Period::Month,
        "年" => Period::Year,
        _ => Period::Piece,
    }
}

/// Reads one match; `room` is the text between the neighbouring matches.
fn read_sum(text: &str, found: &Captures, room: Range<usize>) -> Option<Sum> {
    let whole = found.get(0)?;
    let group = |name| found.name(name).map_or("", |m| m.as_str());
    let stops = [',', ';', '。', '、', '(', ')', '=', '\n', '|'];
    let before = text[room.start..whole.start()].rsplit(stops).next()?;

    let money = ["low_money", "high_money", "late_money"].iter().any(|name| !group(name).is_empty())
        || whole.as_str().starts_with(['¥', '$']);
    let scaled = !group("low_scale").is_empty() || !group("high_scale").is_empty();
    // 8小时, 25天, 12个月 without money, scale or slash are lengths of time; behind money they may
    // begin another word (元年终奖, 元周末双休), so only hours and days need no slash.
    let per = found.name("per");
    let divided =
        per.is_some_and(|per| text[..per.start()].ends_with(['/', '每', '一'])) || whole.as_str().contains("一个");
    if per.is_some() && !(money || scaled || divided) {
        return None;
    }
    let per = per.filter(|per| divided || matches!(per.as_str(), "小时" | "工时" | "h" | "天" | "日"));
    let unit = per.or(found.name("low_per")).map(|unit| unit.as_str());
    let marked = money || scaled || unit.is_some();
    let end = match found.name("per") {
        Some(word) if per.is_none() => word.start(),
        _ => whole.end(),
    };
    let behind = text[end..room.end].split(stops).next()?;
    let next_to = before.rsplit('+').next()?;
    if (!marked && starts_with_any(&text[whole.end()..], OTHER_BEHIND))
        || contains_any(before, OTHER_BEFORE)
        || contains_any(next_to, EXTRAS)
        || (!whole.as_str().ends_with('+') && starts_with_any(behind, EXTRAS))
    {
        return None;
    }

    let (low, high) = ends(found)?;
    let largest = high.unwrap_or(low).max(low);
    let named = unit
        .map(period_of)
        .or_else(|| spoken_period(before, largest, Iterator::last))
        .or_else(|| spoken_period(behind, largest, |mut words| words.next()));
    let alone = whole.as_str() == text;
    let spoken = contains_any(before, SPOKEN) && largest >= 10_000;
    if behind.starts_with('/') && largest < 100_000 {
        // 50元/人: a gift, no wage.
        return None;
    }
    if !(marked || named.is_some() || spoken || alone || largest >= 100_000) {
        return None;
    }
    let period = named
        .or_else(|| (largest < 150_000).then(|| spoken_period(text, largest, |mut words| words.next()))?)
        .or(match largest {
            // 8-15万 without a word is said of years.
            5_000_000.. if scaled => Some(Period::Year),
            100_000.. => Some(Period::Month),
            _ => None,
        });

    let base = starts_with_any(behind, BASE);
    let rank = if contains_any(before, WHOLE) {
        Rank::Whole
    } else if base || contains_any(before, BASE) {
        Rank::Base
    } else {
        Rank::Plain
    };
    let bound = [group("bound"), group("late_bound")].concat();
    let (mut min, mut max) = (Some(low), Some(high.unwrap_or(low)));
    if high.is_none() {
        if contains_any(&bound, CEILING_BEHIND) || contains_any(before, CEILING_BEFORE) {
            min = None;
        } else if base
            || behind.starts_with('+')
            || contains_any(&bound, FLOOR_BEHIND)
            || contains_any(before, FLOOR_BEFORE)
        {
            max = None;
        }
    }
    Some(Sum { min, max, period, rank })
}

/// Lower end in fen, and the upper one if a range is written.
fn ends(found: &Captures) -> Option<(i64, Option<i64>)> {
    let group = |name| found.name(name).map_or("", |m| m.as_str());
    let (low, high) = (group("low"), group("high"));
    let (low_scale, high_scale) = (scale_of(group("low_scale")), scale_of(group("high_scale")));
    if high.is_empty() {
        return Some((fen(low, low_scale)?, None));
    }
    // 4-8千, 5千-7: one scale stands for both; in 8000-1万 it does not.
    let upper = fen(high, high_scale)?;
    if low_scale == 1 && fen(low, 1)? <= fen(high, 1)? {
        return Some((fen(low, high_scale)?, Some(upper)));
    }
    let lower = fen(low, low_scale)?;
    if high_scale == 1 && upper < lower {
        return Some((lower, Some(fen(high, low_scale)?)));
    }
    Some((lower, Some(upper)))
}

/// The period that one of the words in a text names.
fn spoken_period<'a>(
    text: &'a str,
    largest: i64,
    choose: fn(regex::CaptureMatches<'static, 'a>) -> Option<Captures<'a>>,
) -> Option<Period> {
    let words: &'static Regex = &PERIOD_WORDS;
    let found = choose(words.captures_iter(text))?;
    // 日结 says when it is paid; with a month's sum it says nothing of the period.
    if &found[0] == "日结" && largest >= 150_000 {
        return None;
    }
    ["hour", "day", "week", "month", "year", "piece"]
        .into_iter()
        .find(|name| found.name(name).is_some())
        .and_then(Period::of_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Period::*;
    use proptest::prelude::*;

    fn check(text: &str, min: f64, max: f64, period: impl Into<Option<Period>>) {
        let fen = |yuan: f64| (yuan > 0.0).then_some((yuan * 100.0).round() as i64);
        let wanted = WageText { min_fen: fen(min), max_fen: fen(max), period: period.into(), open: false };
        assert_eq!(parse_wage_text(text), wanted, "{text}");
    }

    #[test]
    fn ranges_with_scale_and_period() {
        check("0.6-0.8万/月", 6000.0, 8000.0, Month);
        check("4-8千/月", 4000.0, 8000.0, Month);
        check("4.1-7千/月", 4100.0, 7000.0, Month);
        check("20-40万/年", 200_000.0, 400_000.0, Year);
        check("5K-7K", 5000.0, 7000.0, Month);
        check("6-8k·13薪", 6000.0, 8000.0, Month);
        check("月薪5千-7千", 5000.0, 7000.0, Month);
        check("8000-1万", 8000.0, 10_000.0, Month);
        check("5千-7", 5000.0, 7000.0, Month);
        check("4500-6000元/月", 4500.0, 6000.0, Month);
        check("4500元/月-6000元/月", 4500.0, 6000.0, Month);
        check("￥4,500 ～ ￥6,000", 4500.0, 6000.0, Month);
        check("４５００—６０００", 4500.0, 6000.0, Month);
        check("6000-5000", 5000.0, 6000.0, Month);
        check("5000到6000块钱一个月", 5000.0, 6000.0, Month);
        check("8-15万", 80_000.0, 150_000.0, Year);
    }

    #[test]
    fn single_sums_and_their_period() {
        check("5500", 5500.0, 5500.0, Month);
        check("1.2万", 12_000.0, 12_000.0, Month);
        check("年薪10万", 100_000.0, 100_000.0, Year);
        check("200元/天", 200.0, 200.0, Day);
        check("180元/天", 180.0, 180.0, Day);
        check("22元/小时", 22.0, 22.0, Hour);
        check("20元每小时", 20.0, 20.0, Hour);
        check("时薪18.5", 18.5, 18.5, Hour);
        check("每小时20-22元", 20.0, 22.0, Hour);
        check("20/h", 20.0, 20.0, Hour);
        check("日结150", 150.0, 150.0, Day);
        check("150-200元日结", 150.0, 200.0, Day);
        check("一天200块", 200.0, 200.0, Day);
        check("周薪1200元", 1200.0, 1200.0, Week);
        check("0.35元/件", 0.35, 0.35, Piece);
        check("200", 200.0, 200.0, None);
    }

    #[test]
    fn open_ends() {
        check("6000元以上", 6000.0, 0.0, Month);
        check("6000元以上/月", 6000.0, 0.0, Month);
        check("4500起", 4500.0, 0.0, Month);
        check("5000+", 5000.0, 0.0, Month);
        check("不低于5000", 5000.0, 0.0, Month);
        check("保底4000", 4000.0, 0.0, Month);
        check("8000以下", 0.0, 8000.0, Month);
        check("不超过8000元", 0.0, 8000.0, Month);
        check("最低4000，最高8000", 4000.0, 8000.0, Month);
        check("底薪3500+提成", 3500.0, 0.0, Month);
    }

    #[test]
    fn the_whole_beats_the_base_and_extras_are_no_wage() {
        check("底薪3500+提成，综合6000-8000元", 6000.0, 8000.0, Month);
        check("试用期4000元，转正5000-6000元", 5000.0, 6000.0, Month);
        check("5000-6000元/月，包吃住，五险一金，全勤奖200元", 5000.0, 6000.0, Month);
        check("每天工作8小时，月休4天，4500元/月", 4500.0, 4500.0, Month);
        check("年龄18-45岁，薪资5000-8000", 5000.0, 8000.0, Month);
        check("招5人，200元/天，做12个月", 200.0, 200.0, Day);
        check("押金200元，工资4000元", 4000.0, 4000.0, Month);
        check("日结，4000-5000元/月", 4000.0, 5000.0, Month);
        check("计件，5000-8000元/月", 5000.0, 8000.0, Month);
        check("20元/小时，月综合5000元", 5000.0, 5000.0, Month);
        check("6、1500~5000元/月", 1500.0, 5000.0, Month);
        check("5、前台 1名 2500元-3500元", 2500.0, 3500.0, Month);
        check("5.薪资待遇：4000元-9000元/月，8小时工作制", 4000.0, 9000.0, Month);
        check("薪资2300底薪+300补助+100满勤奖", 2300.0, 0.0, Month);
        check("无责底薪+提成+奖金=2000-5000元", 2000.0, 5000.0, Month);
        check("日结，150元", 150.0, 150.0, Day);
        check("月薪3500元----4000元 + 年终福利", 3500.0, 4000.0, Month);
        check("4000元周末双休", 4000.0, 4000.0, Month);
        check("10万年薪", 100_000.0, 100_000.0, Year);
        check("150元天", 150.0, 150.0, Day);
    }

    #[test]
    fn chinese_numerals() {
        check("三千五", 3500.0, 3500.0, Month);
        check("五千到七千", 5000.0, 7000.0, Month);
        check("一万二", 12_000.0, 12_000.0, Month);
        check("四五千", 4000.0, 5000.0, Month);
        check("两百一天", 200.0, 200.0, Day);
        check("一千零五十元", 1050.0, 1050.0, Month);
    }

    #[test]
    fn open_and_silent_texts() {
        for text in ["面议", "薪资面议", "工资详谈"] {
            let read = parse_wage_text(text);
            assert!(read.open, "{text}");
            let json = serde_json::to_string(&read).unwrap();
            assert_eq!(json, r#"{"min":null,"max":null,"period":null}"#);
        }
        assert_eq!(parse_wage_text(""), WageText::default());
        assert_eq!(parse_wage_text("18-45岁，五险一金，两班倒"), WageText::default());
        for text in ["2026-11-24", "2、带薪年假", "6、全年13薪", "补贴为50元/天", "300元补助"] {
            assert_eq!(parse_wage_text(text), WageText::default(), "{text}");
        }
        assert_eq!(parse_wage_text("计件").period, Some(Piece));
        check("面议，4000-5000", 4000.0, 5000.0, Month);
    }

    #[test]
    fn json_is_in_yuan() {
        let json = |text| serde_json::to_string(&parse_wage_text(text)).unwrap();
        assert_eq!(json("6000元以上"), r#"{"min":6000,"max":null,"period":"month"}"#);
        assert_eq!(json("18.5元/小时"), r#"{"min":18.5,"max":18.5,"period":"hour"}"#);
    }

    proptest! {
        #[test]
        fn ends_are_in_order_and_nothing_panics(
            any in "\\PC{0,30}", near in "[0-9.万千元/天月年小时以上底薪综合至到一二五百k\\-+,， ]{0,24}"
        ) {
            for text in [any, near] {
                let read = parse_wage_text(&text);
                if let (Some(min), Some(max)) = (read.min_fen, read.max_fen) {
                    prop_assert!(min <= max);
                }
                prop_assert!(read.min_fen.is_none_or(|fen| fen > 0));
            }
        }

        #[test]
        fn a_written_range_reads_back(min in 1000i64..20_000, more in 0i64..20_000) {
            let read = parse_wage_text(&format!("{min}-{}元/月", min + more));
            prop_assert_eq!((read.min_fen, read.max_fen), (Some(min * 100), Some((min + more) * 100)));
            prop_assert_eq!(read.period, Some(Month));
        }
    }
}
