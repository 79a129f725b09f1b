//! Wage texts brought into one way of writing before they are read.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization as _;

use super::text::pattern;

/// One way of writing: narrow characters, one dash, digits for Chinese numerals, no spaces but between digits.
pub(super) fn normalise(raw: &str) -> String {
    static SPACES: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\D|^)\s+|\s+(\D|$)"));
    static DASHES: LazyLock<Regex> = LazyLock::new(|| pattern("-{2,}"));
    static THOUSANDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d),(\d{3})(?-u:\b)"));
    static NUMERALS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            "([一二两三四五六七八九][一二两三四五六七八九十百千万零]*[百千万](?:零?[一二两三四五六七八九](?:十[一二两三四五六七八九]?)?)?)(天|个|月|年|小时|周)?",
        )
    });
    let text: String = raw
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '—' | '–' | '−' | '―' | '‐' | '─' | '~' | '∼' | '〜' | '﹣' => '-',
            _ => c,
        })
        .collect();
    let text = SPACES.replace_all(&text, "$1$2");
    let text = DASHES.replace_all(&text, "-");
    let text = THOUSANDS.replace_all(&text, "$1$2");
    NUMERALS
        .replace_all(&text, |found: &Captures| {
            let unit = found.get(2).map_or("", |m| m.as_str());
            // 两百一天 is 200 a day, 两百一 alone is 210.
            match found[1].strip_suffix('一').filter(|_| !unit.is_empty()) {
                Some(sum) => format!("{}一{unit}", numeral(sum)),
                None => numeral(&found[1]) + unit,
            }
        })
        .into_owned()
}

/// 三千五 → 3500, 一万二 → 12000, 四五千 → 4-5千; what is no numeral stays.
fn numeral(text: &str) -> String {
    let digit = |c| {
        "一二三四五六七八九".chars().position(|d| d == c).map_or((c == '两').then_some(2), |at| Some(at as i64 + 1))
    };
    let chars: Vec<char> = text.chars().collect();
    if let [first, second, scale] = chars[..]
        && let (Some(first), Some(second), None) = (digit(first), digit(second), digit(scale))
    {
        return format!("{first}-{second}{scale}");
    }
    let (mut total, mut section, mut pending, mut last_scale) = (0i64, 0i64, None, 1i64);
    for c in chars {
        let scale = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            '万' => 10_000,
            '零' => {
                last_scale = 10;
                continue;
            }
            _ => {
                if pending.is_some() {
                    return text.to_owned();
                }
                pending = digit(c);
                continue;
            }
        };
        if scale == 10_000 {
            total += (section + pending.take().unwrap_or(0)) * scale;
            section = 0;
        } else {
            section += pending.take().unwrap_or(1) * scale;
        }
        last_scale = scale;
    }
    (total + section + pending.unwrap_or(0) * last_scale / 10).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_become_digits() {
        for (text, wanted) in [
            ("三千五", "3500"),
            ("一万二", "12000"),
            ("一千零五十", "1050"),
            ("二百五十三", "253"),
            ("四五千", "4-5千"),
            ("两百一天", "200一天"),
            ("五险一金", "五险一金"),
            ("三班两倒", "三班两倒"),
        ] {
            assert_eq!(normalise(text), wanted, "{text}");
        }
    }

    #[test]
    fn dashes_spaces_and_thousands_have_one_form() {
        assert_eq!(normalise("￥4,500 ～ ￥6,000 元 / 月"), "¥4500-¥6000元/月");
        assert_eq!(normalise("18 45"), "18 45");
        assert_eq!(normalise("５Ｋ————７Ｋ"), "5k-7k");
    }
}
