//! The two languages of the pages and the fluent texts behind every word that a person reads.

use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language of the pages; Chinese unless somebody asked for English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages, default first.
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The BCP 47 tag for `lang` attributes and `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The language of a tag such as `zh`, `zh-CN` or `en-GB`; nothing for other languages.
    pub fn parse(tag: &str) -> Option<Lang> {
        match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we speak; Chinese if there is none.
    pub fn accepted(header: &str) -> Lang {
        header.split(',').find_map(Lang::parse).unwrap_or_default()
    }
}

type Bundle = FluentBundle<FluentResource>;

macro_rules! locale {
    ($lang:literal) => {
        &[
            include_str!(concat!("../../templates/locales/", $lang, "/base.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/public.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/employer.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/station.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/desk.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/form.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/word.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/import.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/admin.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/match.ftl")),
            include_str!(concat!("../../templates/locales/", $lang, "/gain.ftl")),
        ]
    };
}

/// The fluent sources of a language, in the order in which they are read.
pub(super) fn sources(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::Zh => locale!("zh-CN"),
        Lang::En => locale!("en"),
    }
}

fn bundle(lang: Lang) -> &'static Bundle {
    static ZH: LazyLock<Bundle> = LazyLock::new(|| load(Lang::Zh));
    static EN: LazyLock<Bundle> = LazyLock::new(|| load(Lang::En));
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

fn load(lang: Lang) -> Bundle {
    let id: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // The isolation marks would show as boxes on old phones; Han and Latin text never mix directions.
    bundle.set_use_isolating(false);
    for source in sources(lang) {
        // A faulty entry is left out; the test below reads the same sources and fails on it.
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The text of `key`; an argument called `n` is a number and selects plurals, all others are words.
/// A missing key comes back as `⟦key⟧`, which no page of the tests may contain.
pub fn text(lang: Lang, key: &str, args: &[(&str, &dyn Display)]) -> String {
    find(lang, key, args).unwrap_or_else(|| format!("⟦{key}⟧"))
}

fn find(lang: Lang, key: &str, args: &[(&str, &dyn Display)]) -> Option<String> {
    let bundle = bundle(lang);
    let pattern = bundle.get_message(key)?.value()?;
    let values: FluentArgs = args
        .iter()
        .map(|(name, value)| {
            let value = value.to_string();
            let value = match (*name, value.parse::<i64>()) {
                ("n", Ok(number)) => FluentValue::from(number),
                _ => FluentValue::from(value),
            };
            (*name, value)
        })
        .collect();
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&values), &mut faults);
    faults.is_empty().then(|| text.into_owned())
}

/// The sentence for a stable code such as `vacancy.full` or `identity.check`; nothing for a code without one.
pub fn code_text(lang: Lang, code: &str) -> Option<String> {
    find(lang, &key("code", code), &[])
}

/// The sentence for a stable code, with the words it speaks of.
pub fn code_sentence(lang: Lang, code: &str, args: &[(&str, &dyn Display)]) -> Option<String> {
    find(lang, &key("code", code), args)
}

/// The word for a value of a code list, such as `("state", "proposed")` or `("reason", "other_job")`; the value itself where the list has no word for it.
pub fn word(lang: Lang, list: &str, value: &str) -> String {
    find(lang, &key(list, value), &[]).unwrap_or_else(|| value.to_owned())
}

/// Fluent keys know no dots and underscores: `worker.under_16` is `code-worker-under-16`.
fn key(list: &str, value: &str) -> String {
    let mut key = format!("{list}-{value}");
    key.retain(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    key.replace(['.', '_'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_picks_the_first_language_that_we_speak() {
        assert_eq!(Lang::accepted("en-GB,en;q=0.9,zh;q=0.8"), Lang::En);
        assert_eq!(Lang::accepted("fr, zh-CN;q=0.7"), Lang::Zh);
        assert_eq!(Lang::accepted(""), Lang::Zh);
        assert_eq!(Lang::accepted("广东话"), Lang::Zh);
    }

    #[test]
    fn every_locale_file_is_read_without_a_fault() {
        for lang in Lang::ALL {
            for source in sources(lang) {
                let read = FluentResource::try_new((*source).to_owned());
                assert!(read.is_ok(), "{}: {:?}", lang.tag(), read.err().map(|e| e.1));
            }
        }
    }

    #[test]
    fn english_counts_have_a_singular() {
        assert_eq!(text(Lang::En, "found-vacancies", &[("n", &1)]), "1 job found");
        assert_eq!(text(Lang::En, "found-vacancies", &[("n", &38)]), "38 jobs found");
        assert_eq!(text(Lang::Zh, "found-vacancies", &[("n", &38)]), "找到 38 个岗位");
    }

    #[test]
    fn a_missing_key_is_visible_and_a_missing_word_is_the_value() {
        assert_eq!(text(Lang::Zh, "no-such-key", &[]), "⟦no-such-key⟧");
        assert_eq!(word(Lang::Zh, "state", "proposed"), "等答复");
        assert_eq!(word(Lang::Zh, "schooling", "自学"), "自学");
        assert_eq!(code_text(Lang::En, "no.such"), None);
        assert!(code_text(Lang::Zh, "vacancy.full").is_some());
    }
}
