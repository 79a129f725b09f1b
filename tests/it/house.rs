//! The rules of the house: floors, libraries in their rooms, first lines, sizes, words, people's tables, sentences.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use shanhai::pages::{Lang, code_sentence};

use crate::house_source::{Source, crate_paths, functions, sources, tokens, top, walk};

/// The floors: a room uses lower floors only. `ARCHITECTURE.md` draws the same table.
const FLOORS: &[(&str, u8)] = &[
    ("domain", 0),
    ("matching", 1),
    ("store", 2),
    ("search", 2),
    ("mail", 2),
    ("pages", 2),
    ("sheets", 2),
    ("actions", 3),
    ("web", 4),
    ("jobs", 4),
    ("cli", 5),
    ("config", 5),
];

/// Libraries that live in named rooms only.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("tantivy", &["search"]),
    ("jieba_rs", &["search"]),
    ("lettre", &["mail"]),
    ("warp", &["web"]),
    ("hyper", &["web"]),
    ("hyper_util", &["web"]),
    ("tower", &["web"]),
    ("tower_http", &["web"]),
    ("multer", &["web"]),
    ("askama", &["pages", "mail"]),
    ("fluent_bundle", &["pages"]),
    ("unic_langid", &["pages"]),
    ("calamine", &["sheets"]),
    ("rust_xlsxwriter", &["sheets"]),
    ("csv", &["sheets"]),
    ("encoding_rs", &["sheets"]),
    ("zip", &["sheets"]),
    ("anyhow", &["cli"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
];

/// Functions of `store` that read people's tables without a `Scope`, each with the reason.
const UNSCOPED: &str = include_str!("unscoped.txt");

/// Tables that say something about a person.
const PERSON_TABLES: &str = "worker|membership|link|consent|employment|distinct_pair|duplicate_pair|viewed|introduction|\
                             introduction_event|interest|call_note|enrolment|household|watch_episode|history|import_row|\
                             match_pair";

fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Macros that a file exports to the crate's top, with their rooms.
fn exported_macros(sources: &[Source]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in sources {
        let tokens = tokens(&source.code);
        for window in tokens.windows(6) {
            if window[0] == "macro_export" && window[2] == "macro_rules" {
                found.insert(window[4].clone(), source.room().to_owned());
            }
        }
    }
    found
}

#[test]
fn arrows_between_rooms_run_down() {
    let sources = sources("src");
    let macros = exported_macros(&sources);
    let mut found = Vec::new();
    let climbs = Regex::new(r"((?:super\s*::\s*)+)(\w+)").expect("a pattern");
    for source in &sources {
        let room = source.room();
        if ["lib", "main"].contains(&room) {
            continue;
        }
        let Some(own) = floor(room) else {
            found.push(format!("{}: `{room}` is no room of the house", source.path));
            continue;
        };
        for name in crate_paths(&source.code) {
            let target = macros.get(&name).unwrap_or(&name);
            let roof = room == "cli" && target == "config";
            match floor(target) {
                Some(other) if target == room || other < own || roof => {}
                Some(_) => found.push(format!("{}: {room} → {target}", source.path)),
                None => found.push(format!("{}: crate::{name} is no room", source.path)),
            }
        }
        // `super::super::…` must not climb out of the room.
        let depth = source.path.matches('/').count() - usize::from(source.path.ends_with("/mod.rs"));
        for climb in climbs.captures_iter(&source.code) {
            let steps = climb[1].matches("super").count();
            let name = &climb[2];
            if steps >= depth && floor(name).is_some() && name != room {
                found.push(format!("{}: climbs to {name} by super: say crate::{name}", source.path));
            }
        }
    }
    none(found, "a room uses rooms of lower floors only");
}

#[test]
fn each_library_stays_in_its_room() {
    let mut found = Vec::new();
    for source in sources("src") {
        for (library, rooms) in LIBRARIES {
            let used = Regex::new(&format!(r"(?:^|[^:\w]){library}\s*::|use\s+{library}\b")).expect("a pattern");
            if !rooms.contains(&source.room()) && used.is_match(&source.code) {
                found.push(format!("{}: {library} lives in {}", source.path, rooms.join(", ")));
            }
        }
        if source.path != "src/store/db.rs" && source.code.contains("AssertSqlSafe") {
            found.push(format!("{}: only src/store/db.rs may say that a text is safe SQL", source.path));
        }
    }
    none(found, "each library has its room");
}

#[test]
fn every_file_says_in_one_sentence_what_lives_in_it() {
    let mut found = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")).chain(sources("benches")) {
        let first = source.text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//! ").unwrap_or_default();
        if sentence.split_whitespace().count() < 2 || !sentence.ends_with('.') {
            found.push(format!("{}: {first}", source.path));
        }
    }
    none(found, "the first line is one `//!` sentence");
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let all = sources("src").into_iter().chain(sources("tests")).chain(sources("benches"));
    none(all.filter(|s| s.text.lines().count() > 500).map(|s| s.path).collect(), "over 500 lines: make it two");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[ig", "nore"),
        concat!("db", "g!("),
        concat!("assert!(t", "rue)"),
    ];
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "migrations", "templates", "index"] {
        walk(&top().join(folder), &mut files);
    }
    let mut found = Vec::new();
    for file in files {
        // Files of data may hold any letters, such as a plate number of three X.
        let data = file.extension().is_none_or(|e| ["tsv", "txt", "csv", "snap", "pyc"].iter().any(|d| e == *d));
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for (no, line) in text.lines().enumerate() {
            for word in words {
                let starts = |at: usize| at == 0 || !line.as_bytes()[at - 1].is_ascii_alphanumeric();
                let ends = |at: usize| {
                    !word.ends_with(char::is_alphanumeric)
                        || line[at + word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric())
                };
                if !data && line.match_indices(word).any(|(at, _)| starts(at) && ends(at)) {
                    found.push(format!("{}:{}: {word}", file.strip_prefix(top()).unwrap_or(&file).display(), no + 1));
                }
            }
        }
    }
    none(found, "work is done or written down in an issue, not left in a file");
}

#[test]
fn rooms_are_not_named_after_nothing() {
    let mut found = Vec::new();
    for source in sources("src") {
        for part in source.path.trim_end_matches(".rs").split('/') {
            if ["util", "utils", "helper", "helpers", "common", "manager", "misc"].contains(&part) {
                found.push(source.path.clone());
            }
        }
    }
    none(found, "a file is named after what lives in it");
}

#[test]
fn people_are_read_within_a_scope() {
    let reads = Regex::new(&format!(r"\b(?:FROM|JOIN)\s+(?:{PERSON_TABLES})\b")).expect("a pattern");
    let mut unscoped = BTreeSet::new();
    for source in sources("src/store") {
        for function in functions(&source) {
            let open = function.signature.trim_start().starts_with("pub");
            if open
                && reads.is_match(&function.body.replace("DELETE FROM", "DELETE"))
                && !["&Scope", "&Desk", "&Reach"].iter().any(|s| function.signature.contains(s))
            {
                unscoped.insert(format!("{}::{}", source.path, function.name));
            }
        }
    }
    let mut listed = BTreeSet::new();
    for line in UNSCOPED.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (name, reason) = line.split_once(": ").unwrap_or((line, ""));
        assert!(reason.split_whitespace().count() >= 3, "{name}: say why it needs no scope");
        listed.insert(name.to_owned());
    }
    none(
        unscoped.difference(&listed).cloned().collect(),
        "reads people without a Scope: give it one, or a reason in unscoped.txt",
    );
    none(
        listed.difference(&unscoped).cloned().collect(),
        "no longer reads people without a Scope: take it from unscoped.txt",
    );
}

#[test]
fn every_code_that_a_person_meets_has_a_sentence_in_both_languages() {
    let patterns = [
        r#"Error::field\([^,;]*?,\s*"([a-z_.0-9]+)""#,
        r#"Error::conflict\(\s*"([a-z_.0-9]+)""#,
        r#"Conflict \{\s*code: "([a-z_.0-9]+)""#,
        r#"Error::(?:Refused|TooMany)\(\s*"([a-z_.0-9]+)""#,
        r#"Fault::Status\(\s*\d+,\s*"([a-z_.0-9]+)""#,
        r#"FieldFault::new\([^;]*?,\s*"([a-z_.0-9]+)"\)"#,
        r#"\.at\([^;]*?,\s*"([a-z_]+\.[a-z_.0-9]+)"\)"#,
    ]
    .map(|p| Regex::new(p).expect("a pattern"));
    let named = Regex::new(r#"\.with\("(\w+)""#).expect("a pattern");
    let args: BTreeSet<String> = sources("src")
        .iter()
        .flat_map(|s| named.captures_iter(&s.text).map(|c| c[1].to_owned()).collect::<Vec<_>>())
        .collect();
    let args: Vec<(&str, &dyn std::fmt::Display)> =
        args.iter().map(|name| (name.as_str(), &"7" as &dyn std::fmt::Display)).collect();
    let mut found = BTreeSet::new();
    let mut seen = 0;
    for source in sources("src") {
        // Tests beside the code may make up codes.
        let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        for code in patterns.iter().flat_map(|p| p.captures_iter(text)).map(|c| c[1].to_owned()) {
            seen += 1;
            for lang in Lang::ALL {
                if code_sentence(lang, &code, &args).is_none() {
                    found.insert(format!("{code} ({}) of {}", lang.tag(), source.path));
                }
            }
        }
    }
    assert!(seen > 30, "the patterns no longer find the codes");
    none(found.into_iter().collect(), "a code without a sentence in templates/locales");
}

#[test]
fn files_name_no_machine_and_no_registry() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "migrations", "templates", "index", ".ci"] {
        walk(&top().join(folder), &mut files);
    }
    files.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "Cargo.toml", "clippy.toml", "deny.toml"]
            .map(|f| top().join(f)),
    );
    let machine = Regex::new(r"(?:^|[^A-Za-z0-9_./-])/(?:work|root|home)/[a-z]").expect("a pattern");
    let mut found = Vec::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for (no, line) in text.lines().enumerate() {
            if machine.is_match(line) {
                found.push(format!("{}:{}", file.display(), no + 1));
            }
        }
    }
    none(found, "a path of one machine");
}

#[test]
fn every_dependency_is_named_with_its_reason() {
    let manifest: toml::Value =
        toml::from_str(&std::fs::read_to_string(top().join("Cargo.toml")).expect("Cargo.toml")).expect("TOML");
    let architecture = std::fs::read_to_string(top().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut missing = Vec::new();
    for table in ["dependencies", "dev-dependencies"] {
        for name in manifest[table].as_table().expect("a table").keys() {
            let reason = architecture.lines().any(|l| l.starts_with('|') && l.contains(&format!("`{name}`")));
            if !reason {
                missing.push(name.clone());
            }
        }
    }
    none(missing, "not in ARCHITECTURE.md's table of dependencies");
}

#[test]
fn every_dependency_is_used() {
    let manifest: toml::Value =
        toml::from_str(&std::fs::read_to_string(top().join("Cargo.toml")).expect("Cargo.toml")).expect("TOML");
    let sources = sources("src");
    let mut idle = Vec::new();
    for name in manifest["dependencies"].as_table().expect("a table").keys() {
        let library = name.replace('-', "_");
        let used = Regex::new(&format!(r"(?:^|[^:\w]){library}\s*(?:::|;|!)")).expect("a pattern");
        if !sources.iter().any(|s| used.is_match(&s.code)) {
            idle.push(name.clone());
        }
    }
    none(idle, "a dependency that nothing uses");
}
