//! The law check against made-up facts and the labelled sentences of `tests/data/advert_sentences.tsv`.

use super::*;

#[test]
fn the_shipped_rules_are_well_formed() {
    assert_eq!(check_data(), Ok(()));
}

#[test]
fn scan() {
    let Ok(path) = std::env::var("SCAN") else { return };
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let (label, text) = line.split_once('\t').unwrap();
        let text = text.replace("\\n", "\n");
        let f = check_text(&text);
        println!("SC\t{label}\t{}\t{text}", f.iter().map(|f| format!("{}:{}", f.rule.code(), f.text.replace('\n', "⏎"))).collect::<Vec<_>>().join(" | "), text = text.replace('\n', "⏎"));
    }
}
