//! The dictionary of import headings: which field a column of a sheet fills, for each kind of sheet, and other words for values.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::code::Code;
use crate::code_list;

code_list! {
    /// Kinds of sheets that are imported.
    SheetKind {
        Stations = "stations" "站点",
        Employers = "employers" "用人单位",
        Training = "training" "培训班",
        Vacancies = "vacancies" "岗位",
        Workers = "workers" "务工人员",
        Verification = "verification" "核验结果",
    }
}

code_list! {
    /// Lists that are exported.
    ExportKind {
        Stations = "stations" "站点",
        Employers = "employers" "用人单位",
        Training = "training" "培训班",
        Vacancies = "vacancies" "岗位",
        Workers = "workers" "务工人员",
        Placements = "placements" "录用",
        Matches = "matches" "匹配",
    }
}

/// The field of columns that are known and not kept.
pub const NOT_KEPT: &str = "-";

/// A dictionary of one kind.
#[derive(Debug, Default)]
pub struct Dictionary {
    by_heading: HashMap<&'static str, &'static str>,
    /// Fields with their headings, in the order of the file.
    fields: Vec<(&'static str, Vec<&'static str>)>,
}

fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(left, right)| (left.trim(), right.split_whitespace().collect()))
}

impl Dictionary {
    fn read(text: &'static str) -> Self {
        let fields: Vec<_> = lines(text).collect();
        let mut by_heading = HashMap::new();
        for (field, headings) in &fields {
            for heading in headings {
                by_heading.insert(*heading, *field);
            }
        }
        Self { by_heading, fields }
    }

    /// The field of a normalised heading.
    pub fn field(&self, heading: &str) -> Option<&'static str> {
        self.by_heading.get(heading).copied()
    }

    /// The same field as a name that lives as long as the program, for names that a clerk chose.
    pub fn known_field(&self, name: &str) -> Option<&'static str> {
        self.fields.iter().map(|(field, _)| *field).find(|field| *field == name)
    }

    /// Every field that is kept, with the heading that exports and templates give it.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.fields
            .iter()
            .filter(|(field, _)| *field != NOT_KEPT)
            .filter_map(|(field, headings)| headings.first().map(|heading| (*field, *heading)))
    }

    /// The heading that exports and templates give a field.
    pub fn heading(&self, field: &str) -> &'static str {
        self.fields().find(|(known, _)| *known == field).map_or("", |(_, heading)| heading)
    }
}

/// The dictionary of a kind.
pub fn dictionary(kind: SheetKind) -> &'static Dictionary {
    macro_rules! read {
        ($file:literal) => {{
            static READ: LazyLock<Dictionary> =
                LazyLock::new(|| Dictionary::read(include_str!(concat!("../../index/headings/", $file))));
            &READ
        }};
    }
    match kind {
        SheetKind::Stations => read!("stations.txt"),
        SheetKind::Employers => read!("employers.txt"),
        SheetKind::Training => read!("training.txt"),
        SheetKind::Vacancies => read!("vacancies.txt"),
        SheetKind::Workers => read!("workers.txt"),
        SheetKind::Verification => read!("verification.txt"),
    }
}

/// For each list its other words, each with the word of the official list.
static VALUES: LazyLock<HashMap<&'static str, HashMap<&'static str, &'static str>>> = LazyLock::new(|| {
    let mut values: HashMap<_, HashMap<_, _>> = HashMap::new();
    for (left, words) in lines(include_str!("../../index/headings/values.txt")) {
        let Some((list, value)) = left.split_once(' ') else { continue };
        values.entry(list).or_default().extend(words.into_iter().map(|word| (word, value)));
    }
    values
});

/// A value in the words of the official list: NFKC without spaces, synonyms replaced; other words come back as they are.
pub fn value(list: &str, text: &str) -> String {
    // The common characters are as NFKC leaves them.
    let common = text.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
    let plain: String = if common { text.to_owned() } else { text.nfkc().filter(|c| !c.is_whitespace()).collect() };
    match VALUES.get(list).and_then(|words| words.get(plain.as_str())) {
        Some(value) => (*value).to_owned(),
        None => plain,
    }
}

/// A value of a code list in any of its spellings.
pub fn code<C: Code>(list: &str, text: &str) -> Option<C> {
    C::parse(text).or_else(|| C::parse(&value(list, text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::household::{HouseholdType, WatchClass};
    use crate::domain::identity::Sex;
    use crate::domain::worker::{Capacity, Health, Schooling};
    use std::collections::HashSet;

    #[test]
    fn every_heading_names_one_field() {
        for kind in SheetKind::ALL {
            let mut seen = HashSet::new();
            let dictionary = dictionary(*kind);
            assert!(!dictionary.fields.is_empty(), "{kind:?}");
            for (field, headings) in &dictionary.fields {
                assert!(!headings.is_empty(), "{kind:?} {field}");
                for heading in headings {
                    assert!(seen.insert(*heading), "{kind:?} {heading}");
                    assert_eq!(heading.nfkc().collect::<String>(), *heading, "{kind:?} {heading} is not normalised");
                }
            }
        }
    }

    #[test]
    fn every_other_word_leads_to_a_value_of_its_list() {
        let words = VALUES.iter().flat_map(|(list, words)| words.iter().map(move |(word, value)| (list, word, value)));
        for (list, word, value) in words {
            let known = match *list {
                "schooling" => Schooling::parse(value).is_some(),
                "capacity" => Capacity::parse(value).is_some(),
                "health" => Health::parse(value).is_some(),
                "sex" => Sex::parse(value).is_some(),
                "watch" => WatchClass::parse(value).is_some(),
                "household" => HouseholdType::parse(value).is_some(),
                _ => !value.is_empty(),
            };
            assert!(known, "{list} {word} {value}");
        }
        assert_eq!(code::<Schooling>("schooling", "小学 及以下"), Some(Schooling::Primary));
        assert_eq!(code::<Schooling>("schooling", "博士后以上"), None);
    }

    #[test]
    fn the_national_export_is_known_heading_by_heading() {
        let national = "省 市 县 乡 村 户编号 人口编号 姓名 性别 出生日期 证件类型 证件号码 民族 户联系电话 成员联系电话 年度 \
            与户主关系 文化程度 在校生状况 劳动技能 务工时间(月) 健康状况 政治面貌 务工企业名称 是否享受低保 \
            是否参加城镇职工基本养老保险 是否参加大病保险 是否参加新型农村合作医疗(城乡居民基本医疗保险) 是否参加城乡居民基本养老保险 \
            失学或辍学原因 是否会讲普通话 是否参加商业补充医疗保险 是否国外务工 产业分类 是否接受大病医疗救助 是否接受其他健康扶贫 \
            公益性岗位类型 公益性岗位(月数) 就业渠道 残疾类别 务工所在地 户主姓名 户主证件号码 是否参加城镇职工基本医疗保险 \
            是否特困供养人员 残疾证办证年度 识别标准 户类型 监测对象类别 风险是否已消除 是否易地扶贫搬迁 务工月收入 所属行业 \
            是否点对点输送 人联系电话";
        for heading in national.split_whitespace() {
            assert!(dictionary(SheetKind::Workers).field(heading).is_some(), "{heading}");
        }
    }
}
