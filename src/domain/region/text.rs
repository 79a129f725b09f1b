//! Places as people write them, read into the deepest division that the words name.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::{DIVISIONS, Division, Level, RegionCode, children, find, full_name_of};

/// What a text says of a place; serialises as `{code, name, retired}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RegionText {
    /// Deepest division that is certain.
    pub code: Option<RegionCode>,
    /// Full name of that division, with the name that the text uses.
    pub name: Option<String>,
    /// Whether that name is no longer in force.
    pub retired: bool,
    /// Equally good deeper readings when the text alone cannot tell (白云区).
    #[serde(skip)]
    pub candidates: Vec<RegionCode>,
    /// A part that looks like a division and is none (广州市不存在区): warning `region.unknown`.
    #[serde(skip)]
    pub unknown_part: Option<String>,
    /// What follows the division: town, village, street.
    #[serde(skip)]
    pub rest: String,
}

/// Names and stems to their divisions.
static ALIASES: LazyLock<HashMap<&'static str, Vec<&'static Division>>> = LazyLock::new(|| {
    let mut aliases: HashMap<_, Vec<_>> = HashMap::with_capacity(DIVISIONS.len() * 2);
    for division in DIVISIONS.iter().filter(|d| !d.is_collective()) {
        aliases.entry(division.name).or_default().push(division);
        let stem = division.stem();
        if stem != division.name {
            aliases.entry(stem).or_default().push(division);
        }
    }
    aliases
});

/// Divisions that bear a name or stem, retired ones included.
pub(super) fn named(alias: &str) -> &'static [&'static Division] {
    ALIASES.get(alias).map_or(&[], Vec::as_slice)
}

/// No name in the table is longer.
const LONGEST: usize = 20;
/// Words of an address that end like a county and are none.
const NO_COUNTY: [&str; 24] = [
    "开发区",
    "新区",
    "园区",
    "业区",
    "小区",
    "社区",
    "街区",
    "景区",
    "校区",
    "城区",
    "市区",
    "辖区",
    "厂区",
    "税区",
    "高新区",
    "经开区",
    "示范区",
    "管理区",
    "合作区",
    "试验区",
    "库区",
    "超市",
    "夜市",
    "林区",
];

/// The text's characters without separators, each with the byte where it ends in `whole`.
struct Words {
    whole: String,
    chars: Vec<char>,
    ends: Vec<usize>,
    /// `chars` as text and the byte where each begins, for slices.
    joined: String,
    starts: Vec<usize>,
}

impl Words {
    fn new(text: &str) -> Self {
        let whole: String = text.nfkc().collect();
        let (mut chars, mut ends, mut joined, mut starts) = (vec![], vec![], String::new(), vec![]);
        for (at, c) in whole.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
            starts.push(joined.len());
            joined.push(c);
            chars.push(c);
            ends.push(at + c.len_utf8());
        }
        starts.push(joined.len());
        Self { whole, chars, ends, joined, starts }
    }

    fn from(&self, at: usize) -> &str {
        &self.joined[self.starts[at]..]
    }

    fn slice(&self, at: usize, len: usize) -> &str {
        &self.joined[self.starts[at]..self.starts[at + len]]
    }

    fn rest(&self, at: usize) -> &str {
        let end = if at == 0 { 0 } else { self.ends[at - 1] };
        self.whole[end..].trim_start_matches(|c: char| !c.is_alphanumeric())
    }
}

/// One division read at a place of the text.
#[derive(Clone)]
struct Step {
    division: &'static Division,
    exact: bool,
    end: usize,
}

/// Reads a place from free text: 贵州省毕节市织金县…, 广东广州天河, 重庆市 - 江津市, 440106.
pub fn parse_region_text(text: &str) -> RegionText {
    parse_region_text_within(text, None)
}

/// Reads a place that is known to lie in `context`, so that 白云区 is certain within 广州市.
pub fn parse_region_text_within(text: &str, context: Option<RegionCode>) -> RegionText {
    let words = Words::new(text);
    if let Some(division) = RegionCode::parse(words.joined.trim()).and_then(find) {
        return report(division, &words, words.chars.len());
    }
    let mut chains = Vec::new();
    for start in 0..words.chars.len() {
        collect(&words, start, start > 0, context, &mut Vec::new(), &mut chains);
        if chains.is_empty() && context.is_some() {
            // The text may name a place elsewhere after all.
            collect(&words, start, start > 0, None, &mut Vec::new(), &mut chains);
        }
        if !chains.is_empty() {
            break;
        }
    }
    choose(&chains, &words, context)
}

/// All chains of nested divisions that begin at `at` and cannot be continued.
fn collect(
    words: &Words,
    at: usize,
    inside_text: bool,
    within: Option<RegionCode>,
    chain: &mut Vec<Step>,
    chains: &mut Vec<Vec<Step>>,
) {
    let mut extended = false;
    if chain.last().is_none_or(|s| s.division.code.level() < Level::County) {
        for step in steps(words, at, inside_text, within, chain.is_empty()) {
            extended = true;
            let (code, end) = (step.division.code, step.end);
            let end = skip_repetition(words, end, step.division);
            chain.push(step);
            collect(words, end, false, Some(code), chain, chains);
            chain.pop();
        }
    }
    if !extended && !chain.is_empty() {
        chains.push(chain.clone());
    }
}

/// Divisions that can be read at one place.
fn steps(words: &Words, at: usize, inside_text: bool, within: Option<RegionCode>, first: bool) -> Vec<Step> {
    let mut found = Vec::new();
    for len in 2..=LONGEST.min(words.chars.len() - at) {
        let alias = words.slice(at, len);
        for division in named(alias) {
            let exact = division.name == alias;
            let level = division.code.level();
            if within.is_some_and(|outer| !outer.contains(division.code) || outer == division.code)
                || (inside_text && level == Level::County && (!exact || len < 3))
            {
                continue;
            }
            let read = if exact { Some((0, true)) } else { stem_end(words.from(at + len), division, first) };
            found.extend(read.map(|(more, exact)| Step { division, exact, end: at + len + more }));
        }
    }
    found
}

/// How many characters of a kind follow a stem, and whether that makes the everyday form of the
/// name (务川县); `None` if what follows shows that the stem is none (南京路).
fn stem_end(after: &str, division: &Division, first: bool) -> Option<(usize, bool)> {
    let level = division.code.level();
    let road = after.strip_prefix(['东', '南', '西', '北', '中']).unwrap_or(after);
    if ["路", "街", "大道"].iter().any(|kind| road.starts_with(kind)) {
        return None;
    }
    let kinds: &[&str] = match level {
        Level::Province => &["自治区", "省"],
        Level::Prefecture => &["自治州", "州"],
        Level::County => &["自治县", "自治旗", "县", "旗"],
    };
    let autonomous = division.name.contains("自治");
    if let Some(kind) = kinds.iter().find(|kind| autonomous && after.starts_with(*kind)) {
        return Some((kind.chars().count(), true));
    }
    // A kind that is not its own is forgiven where the outer division leaves no doubt (广州增城县).
    match after.chars().next() {
        Some('区' | '县' | '市' | '旗') if level == Level::County => (!first).then_some((1, false)),
        _ => Some((0, false)),
    }
}

/// 北京市北京市朝阳区, 北京市市辖区朝阳区: the second word says nothing new.
fn skip_repetition(words: &Words, at: usize, division: &Division) -> usize {
    [division.name, "市辖区"]
        .iter()
        .find(|word| words.from(at).starts_with(*word))
        .filter(|word| **word != "市辖区" || division.code.level() != Level::County)
        .map_or(at, |word| at + word.chars().count())
}

fn choose(chains: &[Vec<Step>], words: &Words, context: Option<RegionCode>) -> RegionText {
    let nothing = || RegionText {
        rest: words.whole.trim().to_owned(),
        unknown_part: looks_like_division(words.from(0)),
        ..RegionText::default()
    };
    let score = |chain: &Vec<Step>| {
        let last = chain.last()?;
        Some((
            last.end,
            chain.iter().filter(|step| step.exact).count(),
            last.division.recency(),
            Reverse(last.division.code.level()),
        ))
    };
    let Some(best) = chains.iter().max_by_key(|chain| score(chain)) else {
        return nothing();
    };
    let Some(last) = best.last() else {
        return nothing();
    };
    let mut ties: Vec<RegionCode> = chains
        .iter()
        .filter(|chain| score(chain) == score(best))
        .filter_map(|chain| chain.last().map(|step| step.division.code))
        .collect();
    ties.sort_unstable();
    ties.dedup();
    if ties.len() == 1 {
        return report(last.division, words, last.end);
    }
    // Undecided: the division that all readings share is certain.
    let shared = best.iter().rev().skip(1).find(|step| ties.iter().all(|code| step.division.code.contains(*code)));
    let known = shared.map(|step| step.division).or_else(|| context.and_then(find));
    RegionText {
        candidates: ties,
        unknown_part: None,
        ..known.map_or_else(nothing, |division| report(division, words, last.end))
    }
}

fn report(division: &Division, words: &Words, end: usize) -> RegionText {
    let unknown_part = (division.code.level() < Level::County && !children(Some(division.code)).is_empty())
        .then(|| looks_like_division(words.from(end)))
        .flatten();
    RegionText {
        code: Some(division.code),
        name: Some(full_name_of(division)),
        retired: division.retired(),
        candidates: Vec::new(),
        unknown_part,
        rest: words.rest(end).trim().to_owned(),
    }
}

/// The leading word if it ends like a county and is no zone, estate or market.
fn looks_like_division(text: &str) -> Option<String> {
    let mut word = String::new();
    for c in text.chars().take(10) {
        word.push(c);
        match c {
            // 本县, 外省市区 point somewhere without naming it.
            '区' | '县' | '市' | '旗' if word.chars().count() > 1 && !word.starts_with(['本', '外']) => {
                return (!NO_COUNTY.iter().any(|end| word.ends_with(end))).then_some(word);
            }
            '镇' | '乡' | '村' | '街' | '路' | '号' | '0'..='9' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (String, bool) {
        let found = parse_region_text(text);
        (found.code.map(|code| code.to_string()).unwrap_or_default(), found.retired)
    }

    #[test]
    fn full_short_and_separated_names_are_read() {
        for (text, code) in [
            ("贵州省毕节市织金县猫场镇大坝村", "520524"),
            ("贵州省-毕节市-织金县", "520524"),
            ("广东广州天河", "440106"),
            ("广东 广州 白云", "440111"),
            ("广州市白云区太和镇", "440111"),
            ("贵州省贵阳市白云区", "520113"),
            ("贵州织金", "520524"),
            ("织金", "520524"),
            ("务川县", "520326"),
            ("贵州省黔南州三都县", "522732"),
            ("黔西南州", "522300"),
            ("浙江省台州市", "331000"),
            ("广东省东莞市长安镇", "441900"),
            ("东莞", "441900"),
            ("内蒙古 - 赤峰市", "150400"),
            ("上海浦东", "310115"),
            ("北京市北京市朝阳区", "110105"),
            ("北京市市辖区朝阳区", "110105"),
            ("朝阳市", "211300"),
            ("吉林", "220000"),
            ("吉林市", "220200"),
            ("海南", "460000"),
            ("香港", "810000"),
            ("广西", "450000"),
            ("中山", "442000"),
            ("４４０１０６", "440106"),
            ("现在在广州打工", "440100"),
            ("湖北省仙桃市", "429004"),
            ("毕节市", "520500"),
            ("遵义", "520300"),
            ("贵州省遵义市", "520300"),
            ("重庆石柱县", "500240"),
            ("威宁彝族回族苗族自治县", "520526"),
        ] {
            assert_eq!(read(text), (code.to_owned(), false), "{text}");
        }
    }

    #[test]
    fn retired_names_are_read_and_marked() {
        for (text, code) in [
            ("重庆市 - 江津市", "500381"),
            ("上海市闸北区", "310108"),
            ("毕节地区织金县", "522425"),
            ("贵州省遵义县", "520321"),
            ("广州市增城市", "440183"),
        ] {
            assert_eq!(read(text), (code.to_owned(), true), "{text}");
        }
        let name = parse_region_text("广州市郊区").name;
        assert_eq!(name.as_deref(), Some("广东省广州市郊区"));
    }

    #[test]
    fn an_ambiguous_name_needs_its_context() {
        let alone = parse_region_text("白云区");
        assert_eq!(alone.code, None);
        assert_eq!(alone.candidates.len(), 2);
        let guangzhou = RegionCode::parse("440100");
        let known = parse_region_text_within("白云区", guangzhou);
        assert_eq!(known.code, RegionCode::parse("440111"));
        let elsewhere = parse_region_text_within("贵州省织金县", guangzhou);
        assert_eq!(elsewhere.code, RegionCode::parse("520524"));
        let half = parse_region_text("河北省桥西区");
        assert_eq!(half.code, RegionCode::parse("130000"));
        assert!(half.candidates.len() > 1);
    }

    #[test]
    fn a_county_that_does_not_exist_is_named() {
        let found = parse_region_text("广州市不存在区");
        assert_eq!(found.code, RegionCode::parse("440100"));
        assert_eq!(found.unknown_part.as_deref(), Some("不存在区"));
        assert_eq!(parse_region_text("广州市高新技术开发区").unknown_part, None);
        assert_eq!(parse_region_text("东莞市南城区").unknown_part, None);
        assert_eq!(parse_region_text("乌有县").unknown_part.as_deref(), Some("乌有县"));
    }

    #[test]
    fn the_rest_keeps_its_own_spelling() {
        let found = parse_region_text("广东省广州市白云区，太和镇 大源村12-3号");
        assert_eq!(found.rest, "太和镇 大源村12-3号");
    }

    #[test]
    fn roads_are_no_places() {
        assert_eq!(read("南京路").0, "");
        assert_eq!(read("广州市北京路12号").0, "440100");
    }

    #[test]
    fn nothing_is_read_from_nothing() {
        let json = serde_json::to_string(&parse_region_text("")).unwrap();
        assert_eq!(json, r#"{"code":null,"name":null,"retired":false}"#);
        assert_eq!(read("不详").0, "");
    }

    #[test]
    fn every_full_name_in_force_reads_back_as_its_code() {
        for division in DIVISIONS.iter().filter(|d| !d.retired() && !d.is_collective()) {
            let text = full_name_of(division);
            assert_eq!(read(&text), (division.code.to_string(), false), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}", place in "[广东贵州省市区县白云毕节路不]{0,12}") {
            let _ = parse_region_text(&text);
            let _ = parse_region_text_within(&place, RegionCode::parse("440100"));
        }
    }
}
