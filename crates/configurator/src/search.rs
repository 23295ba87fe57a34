//! Which settings a search finds.

use crate::sections::{Section, setting};
use mlflow_k8s_core::path::{Segment, ValuePath};
use mlflow_k8s_core::settings::{Kind, Setting};

/// What a search finds the choices beside the values by.
pub const RELEASE: &str = "release name namespace create namespace kubernetes version target";
/// What a search finds the switches of features by.
pub const FEATURES: &str = "basic auth users passwords login authentication workspaces teams";

/// Whether a search finds anything in a section.
pub fn has_match(section: &Section, query: &str) -> bool {
    let own = match section.id {
        "basics" => RELEASE,
        "security" => FEATURES,
        _ => "",
    };
    matches(query, own)
        || section
            .settings()
            .into_iter()
            .filter_map(|path| setting(path).zip(ValuePath::parse(path).ok()))
            .any(|(setting, path)| matches(query, &words(setting, &path)))
}

/// Everything that a search for a setting looks at, in lower case.
pub fn words(setting: &Setting, path: &ValuePath) -> String {
    format!(
        "{} {}",
        names_above(path),
        own_words(setting, &path.to_string())
    )
}

/// The labels of what a setting is part of, so that "ingress host" finds it.
fn names_above(path: &ValuePath) -> String {
    let mut names = String::new();
    let mut above = String::new();
    for step in path.segments() {
        let Segment::Key(key) = step else { break };
        if !above.is_empty() {
            above.push('.');
        }
        above.push_str(key);
        if let Some(setting) = setting(&above) {
            names.push_str(&setting.label.to_lowercase());
            names.push(' ');
        }
    }
    names
}

/// What a setting and those below it say of themselves, in lower case.
fn own_words(setting: &Setting, path: &str) -> String {
    let mut words = format!("{} {} {}", setting.label, path, setting.help).to_lowercase();
    match &setting.kind {
        Kind::Section(below) => {
            for setting in below {
                words.push(' ');
                words.push_str(&own_words(setting, &format!("{path}.{}", setting.key)));
            }
        }
        Kind::List(item) => {
            if let Kind::Section(below) = &item.kind {
                for setting in below {
                    words.push(' ');
                    words.push_str(&own_words(setting, &setting.key));
                }
            }
        }
        Kind::Choice(choices) => {
            for choice in choices {
                words.push(' ');
                words.push_str(&choice.value.to_lowercase());
            }
        }
        _ => {}
    }
    words
}

/// Whether words have every word of a query.
pub fn matches(query: &str, words: &str) -> bool {
    query
        .split_whitespace()
        .all(|word| words.contains(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections::SECTIONS;

    fn sections(query: &str) -> Vec<&'static str> {
        SECTIONS
            .iter()
            .filter(|section| has_match(section, query))
            .map(|section| section.id)
            .collect()
    }

    #[test]
    fn sections_are_found_by_every_word_of_their_settings() {
        assert_eq!(sections("INGRESS.hosts"), ["access"]);
        assert_eq!(sections("kubernetes version target"), ["basics"]);
        assert_eq!(sections("passwords login"), ["security"]);
        assert_eq!(sections("").len(), SECTIONS.len());
        assert!(sections("ingress nothing-has-this").is_empty());
    }

    #[test]
    fn settings_are_found_by_what_they_are_part_of() {
        let path = "storage.size";
        let size = setting(path).unwrap();
        let found = words(size, &ValuePath::parse(path).unwrap());
        assert!(matches("persistent Size", &found), "{found}");
        assert!(!matches("persistent", &own_words(size, path)));
    }
}
