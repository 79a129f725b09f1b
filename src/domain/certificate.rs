//! Certificates, their everyday names, and which covers which (table: `index/certificates/certificates.tsv`).

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexBuilder};
use unicode_normalization::UnicodeNormalization;

const DATA: &str = include_str!("../../index/certificates/certificates.tsv");

/// A certificate of the table, with its craft grade if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Certificate {
    code: &'static str,
    grade: Option<Grade>,
}

/// Grade of a craft, from 初级工 (five) up to 高级技师 (one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    Five,
    Four,
    Three,
    Two,
    One,
}

impl Grade {
    const ALL: [Grade; 5] = [Grade::Five, Grade::Four, Grade::Three, Grade::Two, Grade::One];

    /// The number of the grade, 5 lowest, 1 highest.
    pub fn number(self) -> u8 {
        5 - self as u8
    }

    /// The grade of a number, 1 to 5.
    pub fn from_number(number: u8) -> Option<Grade> {
        Grade::ALL.into_iter().find(|g| g.number() == number)
    }

    /// Chinese name, as on the certificate.
    pub fn zh(self) -> &'static str {
        ["五级/初级工", "四级/中级工", "三级/高级工", "二级/技师", "一级/高级技师"][self as usize]
    }

    /// A grade as people write it: 高级, 三级, 3级, 技师.
    pub fn parse(word: &str) -> Option<Grade> {
        Some(match word {
            "初级" | "初级工" | "五级" | "5级" => Grade::Five,
            "中级" | "中级工" | "四级" | "4级" => Grade::Four,
            "高级" | "高级工" | "三级" | "3级" => Grade::Three,
            "技师" | "二级" | "2级" => Grade::Two,
            "高级技师" | "一级" | "1级" => Grade::One,
            _ => return None,
        })
    }
}

impl Certificate {
    /// The certificate of a code of the table, `welder`, or with a grade, `welder:3`.
    pub fn from_code(code: &str) -> Option<Certificate> {
        let (code, grade) = match code.split_once(':') {
            Some((code, number)) => (code, Some(Grade::from_number(number.parse().ok()?)?)),
            None => (code, None),
        };
        let row = TABLE.row(code)?;
        Some(Certificate { code: row.code, grade })
    }

    /// The certificate that a free name means: 焊工证, 特种作业证(焊接), C照, 高级育婴师.
    pub fn parse(name: &str) -> Option<Certificate> {
        let plain = normalise(name);
        let bare = plain.trim_start_matches(['持', '有', '需', '具', '备', '须', '要']);
        // 有限空间 begins with such a word, so the whole name comes first.
        for name in [plain.as_str(), bare] {
            if let Some(code) = TABLE.names.get(name) {
                return Some(Certificate { code, grade: None });
            }
            if let Some(found) = TABLE.bare.captures(name) {
                return TABLE.certificate(&found);
            }
        }
        find(&plain).into_iter().next()
    }

    /// The same certificate with a grade as people write it, if the text names one.
    pub fn with_grade(self, level: &str) -> Certificate {
        let grade = Grade::parse(&normalise(level)).or(self.grade);
        Certificate { grade, ..self }
    }

    /// Code without the grade.
    pub fn code(self) -> &'static str {
        self.code
    }

    pub fn grade(self) -> Option<Grade> {
        self.grade
    }

    /// Chinese name with the grade.
    pub fn zh(self) -> String {
        let name = TABLE.row(self.code).map_or(self.code, |r| r.zh);
        match self.grade {
            Some(grade) => format!("{name}（{}）", grade.zh()),
            None => name.to_owned(),
        }
    }

    /// English name with the grade.
    pub fn en(self) -> String {
        let name = TABLE.row(self.code).map_or(self.code, |r| r.en);
        match self.grade {
            Some(grade) => format!("{name}, grade {}", grade.number()),
            None => name.to_owned(),
        }
    }
}

impl fmt::Display for Certificate {
    /// The code that `from_code` reads.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.grade {
            Some(grade) => write!(f, "{}:{}", self.code, grade.number()),
            None => f.write_str(self.code),
        }
    }
}

/// Whether who holds `held` may do what `asked` is asked for: the same or an including one, of the grade asked or higher.
pub fn covers(held: Certificate, asked: Certificate) -> bool {
    let included = held.code == asked.code || TABLE.row(held.code).is_some_and(|row| row.covers.contains(&asked.code));
    included && (asked.grade.is_none() || held.grade >= asked.grade)
}

/// All certificates of the table without grade, for lists to choose from.
pub fn all() -> impl Iterator<Item = Certificate> {
    TABLE.rows.iter().map(|row| Certificate { code: row.code, grade: None })
}

/// The certificates named in a free text, each once, in its order.
pub fn find(text: &str) -> Vec<Certificate> {
    let plain = normalise(text);
    // "C1" alone is a licence only where the text speaks of papers.
    let papers = plain.contains(['驾', '持']);
    let mut found = Vec::new();
    for captures in TABLE.anywhere.captures_iter(&plain) {
        if captures.get(0).is_some_and(|m| m.as_str().is_ascii()) && !papers {
            continue;
        }
        if let Some(certificate) = TABLE.certificate(&captures)
            && !found.contains(&certificate)
        {
            found.push(certificate);
        }
    }
    found
}

/// Whether the shipped table is well formed; each fault names its line.
pub fn check_data() -> Result<(), Vec<String>> {
    let (rows, mut faults) = rows(DATA);
    for row in &rows {
        for covered in &row.direct {
            if !rows.iter().any(|r| r.code == *covered) {
                faults.push(format!("line {}: no certificate {covered}", row.line));
            }
        }
        if row.covers.contains(&row.code) {
            faults.push(format!("line {}: {} covers itself in a circle", row.line, row.code));
        }
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    for row in &rows {
        for word in row.stems.iter().map(|s| format!("{s}证")).chain(row.names.iter().map(ToString::to_string)) {
            if let Some(other) = seen.insert(normalise(&word), row.code)
                && other != row.code
            {
                faults.push(format!("line {}: {word} means {other} too", row.line));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

struct Row {
    line: usize,
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Codes in the row.
    direct: Vec<&'static str>,
    /// All codes reached through `direct`.
    covers: Vec<&'static str>,
    stems: Vec<&'static str>,
    names: Vec<&'static str>,
}

struct Table {
    rows: Vec<Row>,
    by_code: HashMap<&'static str, usize>,
    names: HashMap<String, &'static str>,
    stems: HashMap<String, &'static str>,
    /// A stem as the whole text, with a grade before or after it.
    bare: Regex,
    anywhere: Regex,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(rows(DATA).0));

impl Table {
    fn new(rows: Vec<Row>) -> Table {
        let by_code = rows.iter().enumerate().map(|(i, r)| (r.code, i)).collect();
        let words = |of: fn(&Row) -> Vec<&'static str>| -> HashMap<String, &'static str> {
            rows.iter().flat_map(|r| of(r).into_iter().map(|w| (normalise(w), r.code))).collect()
        };
        let names = words(|r| r.names.iter().copied().chain([r.zh]).collect());
        let stems = words(|r| r.stems.clone());
        let (name, stem) = (any_of(names.keys()), any_of(stems.keys()));
        let grade = "(?:高级技师|高级工|中级工|初级工|技师|高级|中级|初级|[一二三四五1-5]级)";
        let between = "(?:特种作业|特种设备|特殊工种|作业人员|职业资格|从业资格|执业资格|技能等级|职业技能等级|专业技术|水平|操作|作业|驾驶|上岗|资格|等级|执业|职业|从业|技能|岗位|培训|合格|资质|工种)";
        let paper = "(?:证书|证件|证|执照|本子)";
        // Every captured word is looked up again, so the alternatives need no order among themselves.
        let anywhere = format!(
            "(?:特种作业|特种设备|特殊工种|作业人员|职业资格|技能等级|操作|上岗)+{paper}书?[:\\-]?\\((?<s1>{stem})(?:工|作业|操作)?\\)\
             |(?-u:\\b)(?<class>[abc][1-6])(?:类|型|牌|以上|及以上|或以上)*(?:机动车)?(?:驾驶证|驾照|驾驶执照|驾驶本|照|证|本|牌照)\
             |(?<n>{name})(?:\\(?(?<g4>{grade})\\)?)?\
             |(?<g1>{grade})?(?:及|或)?(?:以上)?的?(?<s2>{stem})\\(?(?<g2>{grade})?\\)?(?:及|或)?(?:以上)?{between}*{paper}(?:\\(?(?<g3>{grade})\\)?)?"
        );
        let bare = format!("^(?<g1>{grade})?(?<s2>{stem})(?:工|师|员)?\\(?(?<g2>{grade})?\\)?$");
        // Built from the table and fixed text only; check_data and the tests compile both.
        // The cache of a megabyte or two that is the default would be built anew all the time.
        let compile =
            |pattern: &str| RegexBuilder::new(pattern).dfa_size_limit(16 << 20).build().expect("certificate pattern");
        Table { by_code, bare: compile(&bare), anywhere: compile(&anywhere), names, stems, rows }
    }

    fn row(&self, code: &str) -> Option<&Row> {
        self.by_code.get(code).map(|i| &self.rows[*i])
    }

    fn certificate(&self, found: &Captures) -> Option<Certificate> {
        let group = |name| found.name(name).map(|m| m.as_str());
        let code = if let Some(class) = group("class") {
            self.names.get(class)
        } else if let Some(name) = group("n") {
            self.names.get(name)
        } else {
            self.stems.get(group("s1").or(group("s2"))?)
        }?;
        let grade = ["g1", "g2", "g3", "g4"].into_iter().find_map(group).and_then(Grade::parse);
        Some(Certificate { code, grade })
    }
}

/// An alternation, longest first; words of letters and digits only match as whole words.
fn any_of<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let mut words: Vec<&String> = words.collect();
    words.sort_by_key(|w| (std::cmp::Reverse(w.chars().count()), (*w).clone()));
    let alternatives: Vec<String> = words
        .into_iter()
        .map(|w| {
            let (first, last) =
                (w.starts_with(|c: char| c.is_ascii_alphanumeric()), w.ends_with(|c: char| c.is_ascii_alphanumeric()));
            let edge = |needed| if needed { "(?-u:\\b)" } else { "" };
            format!("{}{}{}", edge(first), regex::escape(w), edge(last))
        })
        .collect();
    alternatives.join("|")
}

/// NFKC, lower case, no blanks, and one kind of bracket.
fn normalise(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '【' | '[' | '〔' => '(',
            '】' | ']' | '〕' => ')',
            c => c,
        })
        .collect()
}

fn rows(data: &'static str) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut faults) = (Vec::<Row>::new(), Vec::new());
    for (i, line) in data.lines().enumerate() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [code, zh, en, covers, stems, names] = cells[..] else {
            faults.push(format!("line {}: {} columns instead of 6", i + 1, cells.len()));
            continue;
        };
        if rows.iter().any(|r| r.code == code) {
            faults.push(format!("line {}: {code} stands twice", i + 1));
        }
        let list = |cell: &'static str, mark| -> Vec<&'static str> {
            if cell == "-" { Vec::new() } else { cell.split(mark).collect() }
        };
        rows.push(Row {
            line: i + 1,
            code,
            zh,
            en,
            direct: list(covers, ','),
            covers: Vec::new(),
            stems: list(stems, '|'),
            names: list(names, '|'),
        });
    }
    let direct: HashMap<&str, Vec<&'static str>> = rows.iter().map(|r| (r.code, r.direct.clone())).collect();
    for row in &mut rows {
        let mut open = row.direct.clone();
        while let Some(code) = open.pop() {
            if !row.covers.contains(&code) {
                row.covers.push(code);
                open.extend(direct.get(code).into_iter().flatten());
            }
        }
    }
    (rows, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> String {
        Certificate::parse(name).map_or_else(|| "-".to_owned(), |c| c.to_string())
    }

    fn covered(held: &str, asked: &str) -> bool {
        covers(Certificate::parse(held).unwrap(), Certificate::parse(asked).unwrap())
    }

    #[test]
    fn the_shipped_table_is_well_formed() {
        assert_eq!(check_data(), Ok(()));
        assert!(all().count() >= 100);
    }

    #[test]
    fn free_names_lead_to_codes() {
        for (name, expected) in [
            ("焊工证", "welder"),
            ("电焊工操作证", "welder"),
            ("持焊工证", "welder"),
            ("特种作业证(焊接)", "welder"),
            ("特种作业操作证（焊工）", "welder"),
            ("特种作业操作证(高处作业)", "height"),
            ("特种作业操作证(制冷)", "refrigeration"),
            ("特种作业操作证（低压电工）", "electrician_low"),
            ("特种作业操作证", "special_work"),
            ("C照", "driver_c"),
            ("C1驾照", "driver_c1"),
            ("驾驶证C1", "driver_c1"),
            ("驾照Ｂ２", "driver_b2"),
            ("A2", "driver_a2"),
            ("驾驶证", "driver"),
            ("叉车证", "forklift"),
            ("N1叉车证", "forklift"),
            ("场内叉车操作证", "forklift"),
            ("健康证", "health"),
            ("健康证明", "health"),
            ("中式烹调师证", "cook_chinese"),
            ("高级中式烹调师", "cook_chinese:3"),
            ("中式烹调师（四级）", "cook_chinese:4"),
            ("厨师证", "cook_chinese"),
            ("育婴师高级", "infant_care:3"),
            ("高级育婴员证", "infant_care:3"),
            ("养老护理员", "elder_care"),
            ("保安员证", "guard"),
            ("消防设施操作员证中级", "fire_operator:4"),
            ("初级会计证", "accountant:5"),
            ("中级电工证", "electrician:4"),
            ("教师资格证", "teacher"),
            ("小学教师资格证", "teacher_primary"),
            ("护士资格证", "nurse_practice"),
            ("安全员C证", "safety_c"),
            ("塔式起重机司机证", "crane_tower"),
            ("建筑架子工证", "scaffolder"),
            ("道路运输从业资格证", "transport"),
            ("普通话证书", "putonghua"),
            ("普通话二级甲等", "putonghua_2a"),
            ("电梯作业证", "elevator"),
            ("农机驾驶证", "agri_machine"),
            ("电子设备装接工证", "electronics"),
            ("服装制版师证", "pattern"),
            ("数控车工证", "cnc_lathe"),
            ("身份证", "-"),
            ("毕业证", "-"),
            ("不限", "-"),
        ] {
            assert_eq!(code(name), expected, "{name}");
        }
    }

    #[test]
    fn driving_classes_include_each_other_transitively() {
        for (held, asked, yes) in [
            ("A1", "C2", true),
            ("A1", "A3", true),
            ("A2", "B2", true),
            ("A2", "A1", false),
            ("B2", "C1", true),
            ("C1", "C2", true),
            ("C2", "C1", false),
            ("C2", "C照", true),
            ("C1", "驾驶证", true),
            ("A1", "B照", true),
            ("摩托车驾驶证", "C1", false),
        ] {
            assert_eq!(covered(held, asked), yes, "{held} for {asked}");
        }
    }

    #[test]
    fn a_higher_grade_covers_a_lower_one_and_no_grade_covers_none() {
        for (held, asked, yes) in [
            ("高级焊工证", "中级焊工证", true),
            ("高级技师焊工证", "焊工证", true),
            ("中级焊工证", "高级焊工证", false),
            ("焊工证", "初级焊工证", false),
            ("低压电工证", "电工证", true),
            ("电工证", "低压电工证", false),
            ("普通话一级乙等", "普通话二级乙等", true),
            ("高中教师资格证", "小学教师资格证", true),
            ("注册会计师", "会计证", true),
            ("健康证", "焊工证", false),
        ] {
            assert_eq!(covered(held, asked), yes, "{held} for {asked}");
        }
    }

    #[test]
    fn codes_read_back_with_and_without_grade() {
        for certificate in all() {
            assert_eq!(Certificate::from_code(&certificate.to_string()), Some(certificate));
            for grade in Grade::ALL {
                let graded = Certificate { grade: Some(grade), ..certificate };
                assert_eq!(Certificate::from_code(&graded.to_string()), Some(graded));
                assert!(covers(graded, certificate));
            }
        }
        assert_eq!(Certificate::from_code("welder:9"), None);
        assert_eq!(Certificate::from_code("nothing"), None);
    }

    #[test]
    fn the_own_name_of_each_certificate_leads_to_it() {
        let strays: Vec<_> = all()
            .map(|c| (c, c.zh(), Certificate::parse(&c.zh())))
            .filter(|(c, _, found)| *found != Some(*c))
            .collect();
        assert_eq!(strays, []);
    }

    #[test]
    fn certificates_are_found_in_free_text() {
        let found = |text: &str| find(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found("初中以上，持焊工证或高级电工证，有C1以上驾照优先"), ["welder", "electrician:3", "driver_c1"]);
        assert_eq!(found("持C1、健康证"), ["driver_c1", "health"]);
        assert_eq!(found("携带身份证，保证按时发工资，做电工两年，B2栋"), [""; 0]);
    }
}
