//! Hazards of work, and whom the law bars from them (table: `index/law/barred_posts.tsv`).

use std::sync::LazyLock;

const DATA: &str = include_str!("../../index/law/barred_posts.tsv");

/// Whom a bar protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Women,
    /// People of 16 and 17.
    Minors,
}

/// One hazard that a vacancy may name in `hazards[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Article item that bars women.
    pub women: Option<&'static str>,
    /// Article item that bars people of 16 and 17.
    pub minors: Option<&'static str>,
    keywords: Vec<&'static str>,
}

impl Hazard {
    /// The name in Chinese or in English.
    pub fn name(&self, chinese: bool) -> &'static str {
        if chinese { self.zh } else { self.en }
    }

    /// Article item that bars `who`, if any.
    pub fn article(&self, who: Who) -> Option<&'static str> {
        match who {
            Who::Women => self.women,
            Who::Minors => self.minors,
        }
    }
}

static HAZARDS: LazyLock<Vec<Hazard>> = LazyLock::new(|| rows(DATA).0);

/// All hazards, in the order of the table.
pub fn hazards() -> &'static [Hazard] {
    &HAZARDS
}

/// The hazard of a code or Chinese name.
pub fn hazard(name: &str) -> Option<&'static Hazard> {
    HAZARDS.iter().find(|h| h.code == name || h.zh == name)
}

/// The first article item that bars `who` from a post with these hazards (codes or Chinese names).
pub fn barred_for<S: AsRef<str>>(hazards: &[S], who: Who) -> Option<&'static str> {
    hazards.iter().filter_map(|name| hazard(name.as_ref())).find_map(|hazard| hazard.article(who))
}

/// Hazards whose keywords stand in a vacancy's text: a suggestion to the clerk, never a bar by itself.
pub fn suggested(text: &str) -> Vec<&'static Hazard> {
    let text = text.to_lowercase();
    HAZARDS.iter().filter(|h| h.keywords.iter().any(|word| text.contains(word))).collect()
}

/// Whether the shipped table is well formed; each fault names its line.
pub fn check_data() -> Result<(), Vec<String>> {
    let (_, faults) = rows(DATA);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn rows(data: &'static str) -> (Vec<Hazard>, Vec<String>) {
    let (mut hazards, mut faults) = (Vec::<Hazard>::new(), Vec::new());
    for (i, line) in data.lines().enumerate() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [code, zh, en, women, minors, keywords] = cells[..] else {
            faults.push(format!("line {}: {} columns instead of 6", i + 1, cells.len()));
            continue;
        };
        if hazards.iter().any(|h| h.code == code || h.zh == zh) {
            faults.push(format!("line {}: {code} or {zh} stands twice", i + 1));
        }
        let given = |cell: &'static str| (cell != "-").then_some(cell);
        if given(women).is_none() && given(minors).is_none() {
            faults.push(format!("line {}: {code} bars nobody", i + 1));
        }
        hazards.push(Hazard {
            code,
            zh,
            en,
            women: given(women),
            minors: given(minors),
            keywords: given(keywords).map_or(Vec::new(), |k| k.split('|').collect()),
        });
    }
    (hazards, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_well_formed() {
        assert_eq!(check_data(), Ok(()));
    }

    #[test]
    fn women_are_barred_from_the_three_items_of_the_annex_only() {
        let barred: Vec<_> = hazards().iter().filter(|h| h.women.is_some()).map(|h| h.code).collect();
        assert_eq!(barred, ["mine_underground", "labour_grade_4", "heavy_load"]);
        assert_eq!(barred_for(&["height", "toxic"], Who::Women), None);
        assert!(barred_for(&["height", "mine_underground"], Who::Women).unwrap().contains("（一）"));
    }

    #[test]
    fn minors_are_barred_with_the_article_item_and_unknown_hazards_bar_nobody() {
        assert_eq!(barred_for(&["boiler"], Who::Minors), Some("未成年工特殊保护规定 第三条（十七）"));
        assert_eq!(barred_for(&["锅炉司炉"], Who::Minors), Some("未成年工特殊保护规定 第三条（十七）"));
        assert_eq!(barred_for(&["sunshine"], Who::Minors), None);
        assert_eq!(barred_for::<&str>(&[], Who::Minors), None);
    }

    #[test]
    fn keywords_suggest_hazards() {
        let codes: Vec<_> = suggested("招架子工，另招KTV服务员").iter().map(|h| h.code).collect();
        assert_eq!(codes, ["height", "entertainment"]);
        assert!(suggested("平车工，长白班").is_empty());
    }
}
