//! Dates as people and spreadsheets write them.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};
use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

/// The text names no date of the calendar between 1900 and 2100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no date; write it as 2026-11-24")]
pub struct DateError;

impl DateError {
    /// The stable code of import warnings and field errors.
    pub fn code(self) -> &'static str {
        "date.wrong"
    }
}

fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "constant patterns, each compiled by a test")]
    Regex::new(text).unwrap()
}

/// Narrow characters, no spaces, no ="…".
fn normalise(raw: &str) -> String {
    let narrow: String = raw.nfkc().filter(|c| !c.is_control()).collect();
    narrow.trim().trim_start_matches('=').trim_matches(['"', '\'', ' ', '\u{feff}']).to_owned()
}

/// Reads a written date: 2026-11-24, 2026/11/24, 2026.11.24, 2026年11月24日, 20261124, with a time
/// behind it or not; a month alone is its first day; 45000 is Excel's count of days.
pub fn parse_date(raw: &str) -> Result<Date, DateError> {
    static PARTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*[日号]?|\s*月份?)?(?:[ T(].*)?$")
    });
    // What most cells hold.
    if raw.len() == 8 && raw.bytes().all(|b| b.is_ascii_digit()) {
        return checked(&raw[..4], &raw[4..6], &raw[6..]);
    }
    let text = normalise(raw).replace(['—', '–', '−'], "-");
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !text.contains("..") {
        let whole = text.split_once('.').map_or(text.as_str(), |(days, _)| days);
        match whole.len() {
            8 => return checked(&whole[..4], &whole[4..6], &whole[6..]),
            6 if text == whole => return checked(&whole[..4], &whole[4..], "1"),
            5 => return excel_day(whole),
            _ => {}
        }
    }
    let parts = PARTS.captures(&text).ok_or(DateError)?;
    checked(&parts[1], &parts[2], parts.get(3).map_or("1", |day| day.as_str()))
}

/// Reads a day with or without a time of day: 2026-11-28 09:30, 2026年11月28日下午2点半, or an instant, which is told in
/// the time of Asia/Shanghai. Answers it as 2026-11-28 09:30, or the day alone where no time is said.
pub fn parse_moment(raw: &str) -> Result<String, DateError> {
    static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(\d{4}\D{1,3}\d{1,2}\D{1,3}\d{1,2})\s*[日号]?[ T]*(早上|上午|中午|下午|晚上)?\s*(?:(\d{1,2})\s*[:点时]\s*(\d{1,2}|半)?分?(?::\d{2})?)?$",
        )
    });
    let text = normalise(raw);
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        let at = jiff::tz::Offset::constant(8).to_datetime(at);
        in_range(at.date())?;
        return Ok(at.strftime("%Y-%m-%d %H:%M").to_string());
    }
    let parts = MOMENT.captures(&text).ok_or(DateError)?;
    let day = parse_date(parts[1].trim())?;
    let Some(hour) = parts.get(3) else { return Ok(day.to_string()) };
    let mut hour: i8 = hour.as_str().parse().map_err(|_| DateError)?;
    if hour < 12 && parts.get(2).is_some_and(|half| matches!(half.as_str(), "下午" | "晚上")) {
        hour += 12;
    }
    let minute = match parts.get(4).map(|minute| minute.as_str()) {
        None => 0,
        Some("半") => 30,
        Some(minute) => minute.parse().map_err(|_| DateError)?,
    };
    let time = jiff::civil::Time::new(hour, minute, 0, 0).map_err(|_| DateError)?;
    Ok(format!("{day} {}", time.strftime("%H:%M")))
}

/// The day of a day or of an instant, that of Asia/Shanghai.
pub fn parse_day(raw: &str) -> Result<Date, DateError> {
    match parse_moment(raw) {
        Ok(moment) => parse_date(&moment),
        Err(_) => parse_date(raw),
    }
}

fn checked(year: &str, month: &str, day: &str) -> Result<Date, DateError> {
    let year = year.parse().map_err(|_| DateError)?;
    let (month, day) = (month.parse().map_err(|_| DateError)?, day.parse().map_err(|_| DateError)?);
    in_range(Date::new(year, month, day).map_err(|_| DateError)?)
}

fn in_range(day: Date) -> Result<Date, DateError> {
    if (1900..=2100).contains(&day.year()) { Ok(day) } else { Err(DateError) }
}

/// Days since 1899-12-30, which is right for every day after Excel's false 29 February 1900; five digits are 1927 to 2099.
fn excel_day(days: &str) -> Result<Date, DateError> {
    let days: i32 = days.parse().map_err(|_| DateError)?;
    if !(10_000..=73_050).contains(&days) {
        return Err(DateError);
    }
    add(date(1899, 12, 30), days.days())
}

fn add(day: Date, span: Span) -> Result<Date, DateError> {
    day.checked_add(span).map_err(|_| DateError).and_then(in_range)
}

/// Reads when someone can or shall start: a written date or words such as 随时, 下月初, 一周后.
/// Nothing said (empty, 不详, 无) is `None`.
pub fn parse_when(raw: &str, today: Date) -> Result<Option<Date>, DateError> {
    let text: String = normalise(raw).split_whitespace().collect();
    if text.chars().all(|c| !c.is_alphanumeric())
        || ["不详", "未知", "无", "不限", "待定", "未定", "不清楚"].contains(&text.as_str())
    {
        return Ok(None);
    }
    parse_date(raw).or_else(|_| in_words(&text, today)).map(Some)
}

fn in_words(text: &str, today: Date) -> Result<Date, DateError> {
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:约|大约)?(半|\d{1,3}|[一二两三四五六七八九十])个?(天|日|周|星期|礼拜|月|年)(?:之|以)?后")
    });
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(今年|明年|本月|这个?月|下个?月)?(?:(\d{1,2})月份?)?(?:(\d{1,2})[日号]|(初|上旬|中旬?|底|末|下旬))?(?:左右|前|后|起|以后|之后|到岗|可到岗|开始)*$",
        )
    });
    static WEEK: LazyLock<Regex> = LazyLock::new(|| pattern("^下个?(?:周|星期|礼拜)([一二三四五六日天]?)"));

    let now = ["随时", "即日", "立即", "立刻", "马上", "即时", "即可", "现在", "当天", "今天", "尽快", "长期", "目前"];
    if now.iter().any(|word| text.starts_with(word)) {
        return Ok(today);
    }
    for (word, days) in [("明天", 1), ("后天", 2), ("大后天", 3)] {
        if text.starts_with(word) {
            return add(today, days.days());
        }
    }
    if let Some(found) = LATER.captures(text) {
        return later(today, &found[1], &found[2]);
    }
    if let Some(found) = WEEK.captures(text) {
        let monday = add(today, (7 - i32::from(today.weekday().to_monday_zero_offset())).days())?;
        let offset = "一二三四五六日".chars().position(|c| found[1].replace('天', "日").starts_with(c));
        return add(monday, i32::try_from(offset.unwrap_or(0)).unwrap_or(0).days());
    }
    if ["年底", "年末", "今年底", "年前"].iter().any(|word| text.starts_with(word)) {
        return Date::new(today.year(), 12, 31).map_err(|_| DateError);
    }
    let text = text.strip_prefix(['月']).map_or_else(|| text.to_owned(), |rest| format!("本月{rest}"));
    let found = DAY.captures(&text).ok_or(DateError)?;
    let word = |at: usize| found.get(at).map_or("", |m| m.as_str());
    let (relative, month, day, part) = (word(1), word(2), word(3), word(4));
    if month.is_empty() && !relative.ends_with('月') {
        return Err(DateError);
    }
    let first = today.first_of_month();
    let first = if month.is_empty() {
        add(first, i32::from(relative.starts_with('下')).months())?
    } else {
        let number = month.parse().map_err(|_| DateError)?;
        let year = today.year() + i16::from(relative == "明年");
        let this = Date::new(year, number, 1).map_err(|_| DateError)?;
        // A month that has passed is next year's, unless the year is said.
        if this < first && relative.is_empty() { add(this, 1.years())? } else { this }
    };
    if !day.is_empty() {
        let day = day.parse().map_err(|_| DateError)?;
        return Date::new(first.year(), first.month(), day).map_err(|_| DateError);
    }
    let day = match part {
        "中" | "中旬" => 11,
        "下旬" => 21,
        "底" | "末" => first.days_in_month(),
        _ => 1,
    };
    let start = first.with().day(day).build().map_err(|_| DateError)?;
    Ok(start.max(today))
}

fn later(today: Date, count: &str, unit: &str) -> Result<Date, DateError> {
    let half = count == "半";
    let count: i32 = count
        .parse()
        .ok()
        .or_else(|| {
            "一二三四五六七八九十".chars().position(|c| count.starts_with(c)).and_then(|at| i32::try_from(at + 1).ok())
        })
        .unwrap_or(2);
    add(
        today,
        match unit {
            "月" if half => 15.days(),
            "年" if half => 6.months(),
            "月" => count.months(),
            "年" => count.years(),
            "天" | "日" if half => 1.days(),
            "天" | "日" => count.days(),
            _ => (7 * count).days(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 24);

    #[test]
    fn a_moment_is_a_day_and_a_time_of_day_in_shanghai() {
        for (said, read) in [
            ("2026-11-28 09:30", "2026-11-28 09:30"),
            ("2026-11-28T01:30:00Z", "2026-11-28 09:30"),
            ("2026-11-28T09:30:00+08:00", "2026-11-28 09:30"),
            ("2026-11-28T09:30", "2026-11-28 09:30"),
            ("2026年11月28日下午2点半", "2026-11-28 14:30"),
            ("2026/11/28 9点", "2026-11-28 09:00"),
            ("2026-11-28", "2026-11-28"),
        ] {
            assert_eq!(parse_moment(said).as_deref(), Ok(read), "{said}");
        }
        for wrong in ["x", "明天三点", "2026-13-28 09:30", "2026-11-28 25:00", "2026-11-28 09:61", "09:30", ""] {
            assert!(parse_moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn written_dates_are_read() {
        for text in [
            "2026-11-24",
            "2026/11/24",
            "2026.11.24",
            "2026年11月24日",
            "2026年11月24号",
            "20261124",
            "２０２６－１１－２４",
            " 2026-11-24 00:00:00 ",
            "2026-11-24T08:30:00Z",
            "2026/11/24 8:30",
            "2026年11月24日(星期二)",
            "=\"2026-11-24\"",
            "46350",
            "46350.5",
            "20261124.0",
        ] {
            assert_eq!(parse_date(text), Ok(date(2026, 11, 24)), "{text}");
        }
        assert_eq!(parse_date("2026/1/5"), Ok(date(2026, 1, 5)));
        for text in ["2026-11", "2026年11月", "2026.11", "202611", "2026年11月份"] {
            assert_eq!(parse_date(text), Ok(date(2026, 11, 1)), "{text}");
        }
        assert_eq!(parse_date("45000"), Ok(date(2023, 3, 15)));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "19990231",
            "2026-13-01",
            "2026-02-29",
            "99999",
            "9999",
            "1234567",
            "26-11-24",
            "0001-01-01",
            "2101-01-01",
            "abc",
            "...",
            "2026-11-24-3",
        ] {
            assert_eq!(parse_date(text).map_err(DateError::code), Err("date.wrong"), "{text}");
        }
    }

    #[test]
    fn words_are_read_from_the_day_given() {
        for (text, wanted) in [
            ("随时", TODAY),
            ("随时到岗", TODAY),
            ("即日起", TODAY),
            ("明天", date(2026, 11, 25)),
            ("大后天", date(2026, 11, 27)),
            ("3天后", date(2026, 11, 27)),
            ("一周后", date(2026, 12, 1)),
            ("两周后", date(2026, 12, 8)),
            ("半个月后", date(2026, 12, 9)),
            ("一个月后", date(2026, 12, 24)),
            ("下周", date(2026, 11, 30)),
            ("下周三", date(2026, 12, 2)),
            ("下月初", date(2026, 12, 1)),
            ("下个月", date(2026, 12, 1)),
            ("下月15号", date(2026, 12, 15)),
            ("月底", date(2026, 11, 30)),
            ("本月底", date(2026, 11, 30)),
            ("年底", date(2026, 12, 31)),
            ("12月中旬", date(2026, 12, 11)),
            ("3月", date(2027, 3, 1)),
            ("明年3月初", date(2027, 3, 1)),
            ("12月8日", date(2026, 12, 8)),
            ("2027-01-05", date(2027, 1, 5)),
        ] {
            assert_eq!(parse_when(text, TODAY), Ok(Some(wanted)), "{text}");
        }
        for text in ["", " ", "-", "无", "不详"] {
            assert_eq!(parse_when(text, TODAY), Ok(None), "{text}");
        }
        for text in ["等孩子放假", "13月", "2月30日", "5"] {
            assert_eq!(parse_when(text, TODAY), Err(DateError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_written_date_reads_back(days in 0i32..73_000) {
            let day = add(date(1900, 1, 1), days.days()).unwrap();
            for form in ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d"] {
                prop_assert_eq!(parse_date(&day.strftime(form).to_string()), Ok(day));
            }
        }

        #[test]
        fn any_text_is_answered(any in "\\PC{0,20}", near in "[0-9年月日下个初底后半周天.\\-/ ]{0,12}") {
            for text in [any, near] {
                let _ = parse_date(&text);
                let _ = parse_when(&text, TODAY);
            }
        }
    }
}
