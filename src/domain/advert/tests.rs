//! The law check against made-up facts and the labelled sentences of `tests/data/advert_sentences.tsv`.

use super::*;
use crate::domain::minimum_wage::Per;
use jiff::civil::date;
use proptest::prelude::*;

const SENTENCES: &str = include_str!("../../../tests/data/advert_sentences.tsv");

fn sentences() -> Vec<(&'static str, &'static str)> {
    SENTENCES.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once('\t').unwrap()).collect()
}

fn rules(text: &str) -> Vec<&'static str> {
    check_text(text).iter().map(|f| f.rule.code()).collect()
}

#[test]
fn the_shipped_rules_are_well_formed() {
    assert_eq!(check_data(), Ok(()));
}

#[test]
fn unlawful_sentences_are_found_and_innocent_ones_left_alone() {
    let (innocent, unlawful): (Vec<_>, Vec<_>) = sentences().into_iter().partition(|(label, _)| *label == "ok");
    assert!(innocent.len() >= 300 && unlawful.len() >= 300);
    let missed: Vec<_> = unlawful.iter().filter(|(label, text)| !rules(text).contains(label)).collect();
    let alarms: Vec<_> =
        innocent.iter().map(|(_, text)| (text, rules(text))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(missed.len() * 100 <= unlawful.len() * 5, "missed: {missed:?}");
    assert!(alarms.len() * 100 <= innocent.len() * 3, "false alarms: {alarms:?}");
}

#[test]
fn blanks_and_marks_inside_words_hide_nothing() {
    for mark in [" ", "*", "-", "·", "\u{200b}", "　"] {
        let hidden: Vec<_> = sentences()
            .into_iter()
            .filter(|(label, text)| {
                let chars: Vec<String> = text.chars().map(String::from).collect();
                *label != "ok"
                    && !text.contains(|c: char| c.is_ascii_digit())
                    && !rules(&chars.join(mark)).contains(label)
            })
            .collect();
        assert_eq!(hidden, [], "with {mark:?}");
    }
}

#[test]
fn a_finding_quotes_its_words_at_their_place() {
    let found = check_text("包吃住，限 男 性，会缝纫优先");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start, found[0].end), (4, 9));
    assert_eq!(found[0].text, "限 男 性");
    assert_eq!(found[0].severity, Severity::Block);
    assert!(found[0].article.contains("就业促进法 第二十七条"));
}

#[test]
fn several_faults_of_one_sentence_are_all_found() {
    let text = "限男性，汉族，未婚，无乙肝，本地户口优先，需交押金200元，扣押身份证，体检费自理，形象气质佳，年龄18-35岁，工资面议";
    let found = rules(text);
    for rule in [
        "sex",
        "ethnicity",
        "marriage",
        "infection",
        "origin",
        "deposit",
        "id_kept",
        "fee",
        "appearance",
        "age_upper",
        "wage_open",
    ] {
        assert!(found.contains(&rule), "{rule} of {found:?}");
    }
}

#[test]
fn an_upper_age_at_pension_age_raises_nothing() {
    assert_eq!(rules("18-55岁，身体健康"), [""; 0]);
    assert_eq!(rules("18-45岁"), ["age_upper"]);
}

#[test]
fn every_rule_says_what_to_write_instead() {
    for rule in Rule::ALL {
        assert_eq!(Rule::from_code(rule.code()), Some(rule));
        assert!(!rule.suggestion_zh().is_empty() && !rule.suggestion_en().is_empty());
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.code());
    }
}

fn lawful() -> AdvertFacts<'static> {
    AdvertFacts {
        title: "平车工",
        description: "缝制女装，长白班",
        requirements: "会缝纫优先",
        employer_known: true,
        headcount: Some(5),
        has_conditions: true,
        has_content: true,
        place_known: true,
        region: Some("440106"),
        pay: Some(Pay { fen: 450_000, per: Per::Month }),
        valid_until: Some(date(2026, 6, 30)),
        start: Some(date(2024, 3, 1)),
        ..AdvertFacts::default()
    }
}

const TODAY: Date = date(2026, 3, 1);

fn found(facts: &AdvertFacts) -> Vec<(&'static str, &'static str, Severity)> {
    check_vacancy(facts, TODAY).iter().map(|f| (f.rule.code(), f.field, f.severity)).collect()
}

#[test]
fn a_complete_lawful_vacancy_has_no_finding() {
    assert_eq!(found(&lawful()), []);
}

#[test]
fn pay_under_a_confirmed_minimum_blocks_and_under_an_unconfirmed_one_warns() {
    let low = AdvertFacts { pay: Some(Pay { fen: 200_000, per: Per::Month }), ..lawful() };
    assert_eq!(found(&low), [("wage_low", "wage", Severity::Block)]);
    let later = AdvertFacts { start: Some(date(2025, 6, 1)), ..low.clone() };
    assert_eq!(found(&later), [("wage_low", "wage", Severity::Warn)]);
    let platform = AdvertFacts { platform: true, ..low };
    assert_eq!(found(&platform), []);
}

#[test]
fn probation_pay_reaches_four_fifths_and_the_minimum() {
    let fifth = AdvertFacts { probation_fen: Some(350_000), ..lawful() };
    assert_eq!(found(&fifth), [("wage_low", "probation", Severity::Warn)]);
    let minimum =
        AdvertFacts { pay: Some(Pay { fen: 250_000, per: Per::Month }), probation_fen: Some(220_000), ..lawful() };
    assert_eq!(found(&minimum), [("wage_low", "probation", Severity::Block)]);
    let fine = AdvertFacts { probation_fen: Some(360_000), ..lawful() };
    assert_eq!(found(&fine), []);
}

#[test]
fn ages_missing_elements_and_open_wages_are_named_by_field() {
    let young = AdvertFacts { min_age: Some(15), max_age: Some(40), ..lawful() };
    assert_eq!(found(&young), [("age_under_16", "min_age", Severity::Block), ("age_upper", "max_age", Severity::Warn)]);
    let empty = AdvertFacts { pay: None, valid_until: None, employer_known: false, ..lawful() };
    assert_eq!(
        found(&empty),
        [
            ("wage_open", "wage", Severity::Warn),
            ("element_missing", "employer", Severity::Warn),
            ("element_missing", "wage", Severity::Warn),
            ("element_missing", "valid_until", Severity::Warn),
        ]
    );
}

#[test]
fn a_sex_condition_is_lawful_for_a_post_that_the_state_bars_for_women() {
    let miner = AdvertFacts { requirements: "限男性", ..lawful() };
    assert_eq!(found(&miner), [("sex", "requirements", Severity::Block)]);
    assert_eq!(found(&AdvertFacts { barred_for_women: true, ..miner }), []);
}

proptest! {
    #[test]
    fn any_text_is_checked_and_every_span_lies_inside_it(text in "[限男女只招优先乙肝押金 *①1-9岁.a-z（，\u{1}\u{fb01}㈱]{0,40}") {
        let length = text.chars().count();
        for finding in check_text(&text) {
            prop_assert!(finding.start < finding.end && finding.end <= length);
            let quoted: String = text.chars().skip(finding.start).take(finding.end - finding.start).collect();
            prop_assert_eq!(quoted, finding.text);
        }
    }
}
