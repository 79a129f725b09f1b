//! How money, days, counts and masked numbers are written for people.

use jiff::civil::Date;

use super::language::{Lang, text};
use crate::domain::code::Code;
use crate::domain::vacancy::Period;

/// An amount of fen in yuan without needless decimals: 550000 is `5500`, 1250 is `12.5`.
pub fn yuan(fen: i64) -> String {
    let (whole, rest) = (fen / 100, (fen % 100).abs());
    let sign = if fen < 0 && whole == 0 { "-" } else { "" };
    match rest {
        0 => format!("{sign}{whole}"),
        r if r % 10 == 0 => format!("{sign}{whole}.{}", r / 10),
        r => format!("{sign}{whole}.{r:02}"),
    }
}

/// A wage range in fen as desks write it: `5500–6800 元/月`, `6000 元/月以上`, or that it is open to talk.
pub fn wage(lang: Lang, min: Option<i64>, max: Option<i64>, period: Period) -> String {
    wage_text(lang, "wage", min, max, period)
}

/// A wage range in fen as workers read it: `每月 5500–6800 元`.
pub fn wage_words(lang: Lang, min: Option<i64>, max: Option<i64>, period: Period) -> String {
    wage_text(lang, "pay", min, max, period)
}

fn wage_text(lang: Lang, style: &str, min: Option<i64>, max: Option<i64>, period: Period) -> String {
    let (shape, amount) = match (min, max) {
        (Some(a), Some(b)) if a == b => ("", yuan(a)),
        (Some(a), Some(b)) => ("", format!("{}–{}", yuan(a), yuan(b))),
        (Some(a), None) => ("-from", yuan(a)),
        (None, Some(b)) => ("-to", yuan(b)),
        (None, None) => return text(lang, "wage-open", &[]),
    };
    let unit = text(lang, &format!("{style}-unit-{}", period.code()), &[]);
    text(lang, &format!("{style}-range{shape}"), &[("amount", &amount), ("unit", &unit)])
}

/// A day as workers read it: `11月24日`, `24 Nov`.
pub fn day_words(lang: Lang, day: Date) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", day.month(), day.day()),
        Lang::En => format!("{} {}", day.day(), day.strftime("%b")),
    }
}

/// A day as desks write it: `11-24` in the year of `today`, else `2026-11-24`.
pub fn day_desk(day: Date, today: Date) -> String {
    if day.year() == today.year() { day.strftime("%m-%d").to_string() } else { day.to_string() }
}

/// A count with thousands marked: `1,209`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An identity number or phone with its middle hidden: `5205**********1234`, `146****0071`.
/// Short or foreign numbers show at most their last two characters.
pub fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let (head, tail) = match chars.len() {
        15.. => (4, 4),
        11 => (3, 4),
        5.. => (0, 2),
        _ => (0, 0),
    };
    let hidden = chars.len() - head - tail;
    chars[..head]
        .iter()
        .copied()
        .chain(std::iter::repeat_n('*', hidden))
        .chain(chars[chars.len() - tail..].iter().copied())
        .collect()
}

/// The digits of a phone for a `tel:` link.
pub fn tel(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wage_says_its_range_and_period() {
        let month = Period::Month;
        assert_eq!(wage(Lang::Zh, Some(550000), Some(680000), month), "5500–6800 元/月");
        assert_eq!(wage(Lang::Zh, Some(600000), None, month), "6000 元/月以上");
        assert_eq!(wage(Lang::Zh, Some(2250), Some(2250), Period::Hour), "22.5 元/小时");
        assert_eq!(wage(Lang::Zh, None, None, month), "面议");
        assert_eq!(wage_words(Lang::Zh, Some(550000), Some(680000), month), "每月 5500–6800 元");
        assert_eq!(wage(Lang::En, Some(550000), Some(680000), month), "¥5500–6800/month");
    }

    #[test]
    fn days_differ_for_workers_and_desks() {
        let day = jiff::civil::date(2026, 11, 24);
        assert_eq!(day_words(Lang::Zh, day), "11月24日");
        assert_eq!(day_words(Lang::En, day), "24 Nov");
        assert_eq!(day_desk(day, day), "11-24");
        assert_eq!(day_desk(day, jiff::civil::date(2027, 1, 1)), "2026-11-24");
    }

    #[test]
    fn a_masked_number_keeps_only_its_ends() {
        assert_eq!(masked("520525197903129966"), "5205**********9966");
        assert_eq!(masked("14600000071"), "146****0071");
        assert_eq!(masked("E1234567"), "******67");
        assert_eq!(masked("12"), "**");
        assert_eq!(masked(""), "");
    }

    proptest! {
        #[test]
        fn a_count_without_its_commas_is_the_number(n: u64) {
            prop_assert_eq!(count(n).replace(',', ""), n.to_string());
        }

        #[test]
        fn masking_keeps_the_length_and_hides_half(number in "\\PC{0,40}") {
            let hidden = masked(&number);
            prop_assert_eq!(hidden.chars().count(), number.chars().count());
            prop_assert!(hidden.chars().filter(|c| *c == '*').count() * 2 >= number.chars().count().min(8));
        }

        #[test]
        fn yuan_reads_back_as_the_same_fen(fen in -1_000_000_000i64..1_000_000_000) {
            let read: f64 = yuan(fen).parse().expect("yuan writes a number");
            prop_assert_eq!((read * 100.0).round() as i64, fen);
        }
    }
}
