//! Administrative divisions of GB/T 2260 since 1980: codes, names, parents, nearness and typing aid.

mod neighbours;
mod text;

use std::fmt;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti as _;
use serde::{Deserialize, Serialize};

use neighbours::neighbours;
pub use text::{RegionText, parse_region_text, parse_region_text_within};

/// A six-digit division code; it need not exist (an identity number may carry an unknown one).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct RegionCode(u32);

/// How deep a division stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Province,
    Prefecture,
    County,
}

/// How near two divisions lie, nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    County,
    Prefecture,
    Province,
    NeighbouringProvince,
    Far,
}

/// Until when a name was in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    InForce,
    Year(u16),
    /// Retired in a year that the sources do not name.
    Unknown,
}

/// One name of one code with the years it was in use; a renamed code has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    pub code: RegionCode,
    pub name: &'static str,
    /// First year; `None` = before the list begins (1980) or not noted.
    pub first: Option<u16>,
    pub until: Until,
}

impl RegionCode {
    /// Reads six digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok().map(Self)).flatten()
    }

    /// The code as a number, for compact columns.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The code of a number below one million.
    pub fn from_number(number: u32) -> Option<Self> {
        (number < 1_000_000).then_some(Self(number))
    }

    /// Code of the province it lies in.
    pub fn province(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// Code of the prefecture it lies in (a province's own code for a province).
    pub fn prefecture(self) -> Self {
        Self(self.0 / 100 * 100)
    }

    /// Level that the digits say.
    pub fn level(self) -> Level {
        match self.0 {
            n if n.is_multiple_of(10_000) => Level::Province,
            n if n.is_multiple_of(100) => Level::Prefecture,
            _ => Level::County,
        }
    }

    /// Whether `other` is this division or lies in it, by the digits.
    pub fn contains(self, other: Self) -> bool {
        match self.level() {
            Level::Province => other.province() == self,
            Level::Prefecture => other.prefecture() == self,
            Level::County => other == self,
        }
    }

    /// The unit that counts as one prefecture for nearness: a municipality is one, a county ruled
    /// directly by its province (code xx90xx) stands alone.
    fn city(self) -> Self {
        if matches!(self.0 / 10_000, 11 | 12 | 31 | 50) {
            self.province()
        } else if self.0 / 100 % 100 == 90 {
            self
        } else {
            self.prefecture()
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RegionCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for RegionCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("region.code")
    }
}

impl Division {
    /// Whether the name is no longer in use for its code.
    pub fn retired(&self) -> bool {
        self.until != Until::InForce
    }

    /// Year for ordering: later is larger, in force is largest.
    fn recency(&self) -> u16 {
        match self.until {
            Until::InForce => u16::MAX,
            Until::Year(year) => year,
            Until::Unknown => 0,
        }
    }

    /// Entries such as 市辖区 that group counties and name no place.
    fn is_collective(&self) -> bool {
        matches!(self.name, "市辖区" | "县" | "市" | "市区" | "林区") || self.name.contains("直辖")
    }

    /// Name without its kind and peoples: 织金县 → 织金, 务川仡佬族苗族自治县 → 务川.
    fn stem(&self) -> &'static str {
        stem(self.name, self.code.level())
    }
}

/// All names, sorted by code, then by age with the name in force last.
static DIVISIONS: LazyLock<Vec<Division>> =
    LazyLock::new(|| include_str!("../../index/regions/divisions.tsv").lines().filter_map(read_line).collect());

fn read_line(line: &'static str) -> Option<Division> {
    let mut cells = line.split('\t');
    let code = RegionCode::parse(cells.next()?)?;
    let name = cells.next()?;
    let first = cells.next()?.parse().ok();
    let until = match cells.next()? {
        "" => Until::InForce,
        year => year.parse().map_or(Until::Unknown, Until::Year),
    };
    Some(Division { code, name, first, until })
}

const PEOPLES: &str = "蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 \
    土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 \
    柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 \
    怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 \
    门巴族 珞巴族 基诺族 各族 哈萨克 蒙古 柯尔克孜 塔吉克 锡伯";

fn stem(name: &'static str, level: Level) -> &'static str {
    let long_enough = |s: &&str| s.chars().nth(1).is_some();
    let autonomous = ["自治区", "自治州", "自治县", "自治旗"].iter().find_map(|kind| name.strip_suffix(kind));
    if let Some(mut rest) = autonomous {
        if level == Level::Province {
            return ["内蒙古", "广西", "西藏", "宁夏", "新疆"]
                .into_iter()
                .find(|short| rest.starts_with(short))
                .unwrap_or(rest);
        }
        while let Some(shorter) =
            PEOPLES.split_whitespace().find_map(|people| rest.strip_suffix(people).filter(long_enough))
        {
            rest = shorter;
        }
        return rest.strip_suffix('族').filter(long_enough).unwrap_or(rest);
    }
    ["特别行政区", "行政区", "地区", "新区", "特区", "省", "市", "盟", "区", "县", "旗"]
        .iter()
        .find_map(|kind| name.strip_suffix(kind).filter(long_enough))
        .unwrap_or(name)
}

fn names_of(code: RegionCode) -> &'static [Division] {
    let start = DIVISIONS.partition_point(|d| d.code < code);
    let len = DIVISIONS[start..].partition_point(|d| d.code == code);
    &DIVISIONS[start..start + len]
}

/// The name in force for a code, else the last one it had; `None` for a code that never existed.
pub fn find(code: RegionCode) -> Option<&'static Division> {
    names_of(code).iter().max_by_key(|d| d.recency())
}

/// Name with all that it lies in: 贵州省毕节市织金县.
pub fn full_name(code: RegionCode) -> Option<String> {
    find(code).map(full_name_of)
}

fn full_name_of(division: &Division) -> String {
    let code = division.code;
    let mut parents = vec![code.province(), code.prefecture()];
    parents.dedup();
    parents.retain(|parent| *parent != code);
    let mut name = String::new();
    for parent in parents.into_iter().filter_map(find) {
        if !parent.is_collective() {
            name.push_str(parent.name);
        }
    }
    name.push_str(division.name);
    name
}

/// Divisions in force directly below a code (`None`: the provinces), for select lists.
pub fn children(parent: Option<RegionCode>) -> Vec<&'static Division> {
    DIVISIONS
        .iter()
        .filter(|d| !d.retired() && !d.is_collective())
        .filter(|d| match parent {
            None => d.code.level() == Level::Province,
            Some(parent) if d.code == parent || !parent.contains(d.code) => false,
            // Counties of a municipality and those ruled directly stand right below the province.
            Some(parent) if parent.level() == Level::Province => {
                d.code.level() == Level::Prefecture || names_of(d.code.prefecture()).iter().any(Division::is_collective)
            }
            Some(_) => true,
        })
        .collect()
}

/// The division in force that bears a retired code's name in the same province (522401 毕节市 → 520500), if only one does.
pub fn successor(code: RegionCode) -> Option<RegionCode> {
    let old = find(code)?;
    if !old.retired() {
        return Some(code);
    }
    // Chongqing left Sichuan in 1997, Hainan left Guangdong in 1988.
    let also = match code.number() / 10_000 {
        51 => 50,
        44 => 46,
        same => same,
    };
    let heirs = |level: Level| {
        let mut found = text::named(old.stem()).iter().filter(|d| {
            let province = d.code.number() / 10_000;
            !d.retired()
                && d.code.level() == level
                && (province == code.number() / 10_000 || province == also)
                && d.stem() == old.stem()
        });
        found.next().filter(|_| found.next().is_none())
    };
    [code.level(), Level::Prefecture, Level::Province].into_iter().find_map(heirs).map(|heir| heir.code)
}

/// How near two divisions lie; a retired code counts as the one that took its place.
pub fn nearness(a: RegionCode, b: RegionCode) -> Nearness {
    let (a, b) = (successor(a).unwrap_or(a), successor(b).unwrap_or(b));
    let smallest =
        |code: RegionCode| code.level() == Level::County || matches!(code.number(), 441_900 | 442_000 | 460_400);
    if a == b && smallest(a) {
        Nearness::County
    } else if a.city() == b.city()
        && (a.level() != Level::Province || matches!(a.number(), 110_000 | 120_000 | 310_000 | 500_000))
    {
        Nearness::Prefecture
    } else if a.province() == b.province() {
        Nearness::Province
    } else if neighbours(a.province()).contains(&(b.province().number() / 10_000)) {
        Nearness::NeighbouringProvince
    } else {
        Nearness::Far
    }
}

/// Divisions in force whose name begins with the text, or whose pinyin initials do (any reading), higher levels first.
pub fn suggest(prefix: &str, limit: usize) -> Vec<&'static Division> {
    let prefix = prefix.trim().to_lowercase();
    if prefix.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<_> = DIVISIONS
        .iter()
        .filter(|d| !d.retired() && !d.is_collective())
        .filter(|d| d.name.starts_with(&prefix) || initials_match(d.name, &prefix))
        .collect();
    found.sort_by_key(|d| (d.code.level(), d.code));
    found.truncate(limit);
    found
}

fn initials_match(name: &str, initials: &str) -> bool {
    let mut readings = name.to_pinyin_multi();
    initials.chars().all(|wanted| {
        readings
            .next()
            .flatten()
            .is_some_and(|all| all.into_iter().any(|reading| reading.first_letter().starts_with(wanted)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn the_table_holds_the_tree_in_force_and_the_past_in_code_order() {
        assert!(DIVISIONS.is_sorted_by_key(|d| d.code));
        assert_eq!(children(None).len(), 34);
        assert!(DIVISIONS.iter().filter(|d| !d.retired()).count() > 3_200);
        assert!(DIVISIONS.iter().filter(|d| d.retired()).count() > 3_000);
    }

    #[test]
    fn full_names_skip_collective_entries() {
        let name = |text| full_name(code(text)).unwrap();
        assert_eq!(name("520524"), "贵州省毕节市织金县");
        assert_eq!(name("500103"), "重庆市渝中区");
        assert_eq!(name("429004"), "湖北省仙桃市");
        assert_eq!(name("441900"), "广东省东莞市");
        assert_eq!(name("522401"), "贵州省毕节地区毕节市");
        assert_eq!(full_name(code("431389")), None);
    }

    #[test]
    fn a_retired_code_knows_its_years_and_its_heir() {
        let old = find(code("522401")).unwrap();
        assert_eq!((old.first, old.until), (Some(1993), Until::Year(2011)));
        assert_eq!(successor(code("522401")), Some(code("520500")));
        assert_eq!(successor(code("522425")), Some(code("520524")));
        assert_eq!(successor(code("520524")), Some(code("520524")));
        assert_eq!(successor(code("510202")), Some(code("500103")));
        assert_eq!(successor(code("110104")), None);
    }

    #[test]
    fn a_renamed_code_is_in_force() {
        let division = find(code("440111")).unwrap();
        assert_eq!((division.name, division.retired()), ("白云区", false));
    }

    #[test]
    fn stems_lose_kind_and_peoples() {
        let stem_of = |text| find(code(text)).unwrap().stem();
        assert_eq!(stem_of("520326"), "务川");
        assert_eq!(stem_of("522300"), "黔西南");
        assert_eq!(stem_of("522732"), "三都");
        assert_eq!(stem_of("622926"), "东乡");
        assert_eq!(stem_of("654000"), "伊犁");
        assert_eq!(stem_of("310115"), "浦东");
        assert_eq!(stem_of("441803"), "清新");
        assert_eq!(stem_of("450000"), "广西");
        assert_eq!(stem_of("150000"), "内蒙古");
    }

    #[test]
    fn nearness_goes_from_county_to_far() {
        let near = |a, b| nearness(code(a), code(b));
        assert_eq!(near("520524", "520524"), Nearness::County);
        assert_eq!(near("522425", "520524"), Nearness::County);
        assert_eq!(near("520524", "520502"), Nearness::Prefecture);
        assert_eq!(near("440100", "440100"), Nearness::Prefecture);
        assert_eq!(near("441900", "441900"), Nearness::County);
        assert_eq!(near("500103", "500240"), Nearness::Prefecture);
        assert_eq!(near("429004", "429005"), Nearness::Province);
        assert_eq!(near("520524", "520115"), Nearness::Province);
        assert_eq!(near("520000", "520000"), Nearness::Province);
        assert_eq!(near("520524", "530102"), Nearness::NeighbouringProvince);
        assert_eq!(near("520524", "440111"), Nearness::Far);
    }

    #[test]
    fn typing_aid_knows_names_and_initials_in_any_reading() {
        let names = |text| -> Vec<_> { suggest(text, 10).iter().map(|d| d.name).collect() };
        assert!(names("织").contains(&"织金县"));
        assert!(names("zjx").contains(&"中江县"));
        assert_eq!(names("cq")[0], "重庆市");
        assert!(names("zq").contains(&"重庆市"));
        assert!(names("").is_empty());
        assert_eq!(suggest("g", 3).len(), 3);
    }

    #[test]
    fn children_of_a_municipality_and_of_a_province() {
        let names = |text: &str| -> Vec<_> { children(Some(code(text))).iter().map(|d| d.name).collect() };
        assert!(names("500000").contains(&"渝中区"));
        assert_eq!(names("520000").len(), 9);
        assert!(names("420000").contains(&"仙桃市"));
        assert!(!names("420000").contains(&"江岸区"));
        assert_eq!(names("440100").len(), 11);
    }

    #[test]
    fn codes_travel_as_text() {
        let json = serde_json::to_string(&code("520524")).unwrap();
        assert_eq!(json, "\"520524\"");
        assert_eq!(serde_json::from_str::<RegionCode>(&json).unwrap(), code("520524"));
        assert!(serde_json::from_str::<RegionCode>("\"52\"").is_err());
    }
}
