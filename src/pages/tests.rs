//! Every page in every language: all words are there, nothing runs, everything is labelled, small pages stay small.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;

use super::language::sources;
use super::samples::samples;
use super::*;

fn keys(lang: Lang) -> BTreeSet<String> {
    let key = Regex::new(r"(?m)^([a-z][A-Za-z0-9-]*) =").expect("a fixed pattern");
    let found: Vec<String> =
        sources(lang).iter().flat_map(|s| key.captures_iter(s).map(|c| c[1].to_owned()).collect::<Vec<_>>()).collect();
    let set: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(set.len(), found.len(), "{}: a key stands twice", lang.tag());
    set
}

fn read(dir: &Path, into: &mut String) {
    for entry in fs::read_dir(dir).expect("the source folder is there") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            if !path.ends_with("locales") && !path.ends_with("mail") {
                read(&path, into);
            }
        } else if path.extension().is_some_and(|e| e == "html" || e == "rs") && !path.ends_with("tests.rs") {
            into.push_str(&fs::read_to_string(&path).expect("a text file"));
        }
    }
}

fn all(html: &str, pattern: &str) -> Vec<String> {
    let pattern = Regex::new(pattern).expect("a fixed pattern");
    pattern.captures_iter(html).map(|c| c[1].to_owned()).collect()
}

#[test]
fn both_languages_know_the_same_keys() {
    let (zh, en) = (keys(Lang::Zh), keys(Lang::En));
    assert_eq!(zh.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(en.difference(&zh).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_key_that_a_template_or_form_names_exists_and_no_key_is_idle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    read(&root.join("templates"), &mut code);
    read(&root.join("src"), &mut code);
    let known = keys(Lang::Zh);
    for key in all(&code, r#"(?:\.t[12]?\(|pages::text\([^,"]+, )"([a-z0-9-]+)""#) {
        assert!(known.contains(&key), "{key} is used but stands in no locale");
    }
    // Words of code lists are asked for by value, so they are used by list.
    let lists = "schooling capacity health relation household-type watch kind form employer-kind period need benefit station-kind \
        role scope how language sheet reveal state vacancy-state status verification basis outcome mail-state mail-kind task due \
        enrolment enrolment-act employer-state reason law code act call-result interest-state statement shift sex link right filter status wage-range wage-unit pay-range pay-unit wage pay worker vacancy employer class \
        sort station account did noun param result run page go col fact say said log health upload export call consent login password interest saved-search";
    for key in &known {
        let listed =
            lists.split_whitespace().any(|list| key.strip_prefix(list).is_some_and(|rest| rest.starts_with('-')));
        assert!(listed || code.contains(&format!("\"{key}\"")), "{key} is in the locales but nothing shows it");
    }
}

#[test]
fn no_page_lacks_a_word_in_any_language() {
    for lang in Lang::ALL {
        for page in samples(lang) {
            assert!(page.html.starts_with("<!doctype html>"), "{}", page.name);
            assert_eq!(all(&page.html, "⟦([^⟧]*)⟧"), Vec::<String>::new(), "{} {}", lang.tag(), page.name);
        }
    }
}

#[test]
fn nothing_on_a_page_runs_or_carries_inline_style() {
    for page in samples(Lang::Zh) {
        let lower = page.html.to_lowercase();
        for forbidden in ["<script", "style=\"", "<style", " onclick", " onload", "javascript:"] {
            assert!(!lower.contains(forbidden), "{}: {forbidden}", page.name);
        }
    }
    let search = &samples(Lang::Zh)[0];
    assert!(search.html.contains("&#60;script&#62;"), "what was typed is shown escaped");
}

#[test]
fn pages_for_workers_and_employers_stay_under_thirty_kilobytes() {
    for lang in Lang::ALL {
        for page in samples(lang) {
            if matches!(page.audience, Audience::Public | Audience::Employer) {
                assert!(page.html.len() < 30_000, "{}: {} bytes", page.name, page.html.len());
            }
        }
    }
}

#[test]
fn every_control_has_a_label_and_every_id_is_unique() {
    let control = Regex::new(r"<(?:input|select|textarea|progress)\b[^>]*>").expect("a fixed pattern");
    for page in samples(Lang::Zh) {
        let ids = all(&page.html, r#" id="([^"]*)""#);
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{}: an id stands twice in {ids:?}", page.name);
        let labelled = all(&page.html, r#"<label[^>]* for="([^"]*)""#);
        for found in control.find_iter(&page.html) {
            let tag = found.as_str();
            let id = all(tag, r#" id="([^"]*)""#);
            let before = &page.html[..found.start()];
            let wrapped =
                before.rfind("<label").is_some_and(|open| before.rfind("</label").is_none_or(|shut| shut < open));
            let named = tag.contains("aria-label=")
                || tag.contains("type=\"hidden\"")
                || id.iter().any(|id| labelled.contains(id));
            assert!(named || wrapped, "{}: {tag} has no label", page.name);
        }
        for target in all(&page.html, r##"(?:href="#|aria-labelledby="|aria-describedby=")([^"]+)""##) {
            for id in target.split(' ') {
                assert!(id == "main" || ids.iter().any(|i| i == id), "{}: nothing is called {id}", page.name);
            }
        }
    }
}

#[test]
fn every_page_has_one_first_heading_and_skips_no_level() {
    for page in samples(Lang::En) {
        let levels = all(&page.html, r"<h([1-6])\b");
        assert_eq!(levels.iter().filter(|l| *l == "1").count(), 1, "{}: {levels:?}", page.name);
        for pair in levels.windows(2) {
            assert!(
                pair[1] <= pair[0] || pair[0].parse::<u8>().is_ok_and(|l| pair[1] == (l + 1).to_string()),
                "{}: {levels:?}",
                page.name
            );
        }
    }
}

#[test]
fn every_tag_that_opens_is_closed_in_order() {
    let tag = Regex::new(r"<(/?)([a-z][a-z0-9]*)\b[^>]*?(/?)>").expect("a fixed pattern");
    let void = ["meta", "link", "input", "br", "path"];
    for page in samples(Lang::Zh) {
        let mut open: Vec<String> = Vec::new();
        for found in tag.captures_iter(&page.html) {
            let name = found[2].to_owned();
            if void.contains(&name.as_str()) || &found[3] == "/" {
                continue;
            }
            if found[1].is_empty() {
                assert!(name != "form" || !open.contains(&name), "{}: a form inside a form", page.name);
                open.push(name);
            } else {
                assert_eq!(open.pop().as_deref(), Some(name.as_str()), "{}", page.name);
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{}", page.name);
    }
}

#[test]
fn a_failed_form_says_so_in_the_title_and_keeps_what_was_typed() {
    let page = samples(Lang::Zh).into_iter().find(|p| p.name == "vacancy").expect("the sample is there");
    assert!(page.html.contains("<title>有 2 处要改：电子装配工"));
    assert!(page.html.contains("value=\"王&#60;小&#62;明\""));
    assert!(page.html.contains("href=\"#consent-1\""));
    assert!(page.html.contains("aria-invalid=\"true\""));
}

#[test]
fn elder_mode_and_language_switch_come_back_to_the_same_page() {
    let c = Chrome { elder: true, back: "/vacancies?q=做饭&sort=wage".into(), ..Chrome::default() };
    let page = html(&Message { c, ..Message::default() });
    assert!(page.contains("<html lang=\"zh-CN\" class=\"elder\">"));
    assert!(page.contains("/elder?on=0&amp;back=%2Fvacancies%3Fq%3D%E5%81%9A%E9%A5%AD%26sort%3Dwage"), "{page}");
}

#[test]
fn every_code_of_the_domain_has_its_word_in_every_language() {
    for lang in Lang::ALL {
        let known = keys(lang);
        for (list, codes) in super::lists::all() {
            for code in codes {
                let key = format!("{list}-{}", code.replace('_', "-"));
                assert!(known.contains(&key), "{}: {key} has no word", lang.tag());
            }
        }
    }
}

#[test]
fn every_fault_that_the_program_tells_has_its_sentence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = keys(Lang::Zh);
    let mut missing = BTreeSet::new();
    for room in ["domain", "actions", "web", "search", "sheets", "store"] {
        let mut code = String::new();
        read(&root.join("src").join(room), &mut code);
        let told = r#"(?:FieldFault::new\([^,()]+, |\.at\((?:"[^"]+"|[a-z]+), |Refused\(|Conflict \{ code: |conflict\(|field\("[^"]+", |TooMany\(|Status\([0-9]+, )"([a-z0-9_.]+)""#;
        for fault in all(&code, told) {
            let key = format!("code-{}", fault.replace(['.', '_'], "-"));
            if !known.contains(&key) {
                missing.insert(format!("{room}: {fault}"));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new(), "write their sentences into word.ftl as code-…");
}
