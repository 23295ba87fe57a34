//! The form and the words of every text of the rules.

use super::*;

/// Where a text is shown, which decides on its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Summary,
    Why,
    Unproved,
    Message,
    Help,
    FixTitle,
    Then,
}

/// Words that do not belong into a text, and those that do: the field's words, and those that
/// a reader understands whose language is another one.
const WORDS: &[(&str, &str)] = &[
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("pass over", "ignore"),
    ("passed over", "ignored"),
    ("put right", "fixed"),
    ("find fault", "find"),
    ("found fault", "found"),
    ("know better", "ignore this rule"),
    ("who may do what", "access control"),
    ("whoever", "anyone who"),
    ("you get", "the actor and what it does"),
    ("shut out", "block"),
    ("shuts out", "blocks"),
    ("in clear", "over plain HTTP"),
    ("go with the", "are lost with the"),
    ("goes with the", "is lost with the"),
    ("end with exit code", "exit with code"),
    ("ends with exit code", "exits with code"),
    ("ended with exit code", "exited with code"),
    ("pod", "Pod"),
    ("pods", "Pods"),
    ("ingress", "Ingress"),
    ("configmap", "ConfigMap"),
    ("httproute", "HTTPRoute"),
    ("servicemonitor", "ServiceMonitor"),
    ("network policy", "NetworkPolicy"),
];

/// Names that are written as they are, and have one of [`WORDS`] in them.
const NAMES: &[&str] = &[
    "ingress controller",
    "ingress class",
    "documentation on network policies",
];

/// Names that a message may start with.
const PROPER_NAMES: &[&str] = &[
    "MLflow",
    "Kubernetes",
    "OpenShift",
    "Prometheus",
    "URL-encode",
];

/// Whether a text has the name of a variable in braces, which nothing has replaced.
fn has_placeholder(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        rest.split_once('}').is_some_and(|(name, _)| {
            name.chars()
                .all(|letter| letter.is_lowercase() || letter == '_')
        })
    })
}

/// What is wrong with a text.
fn faults_of_style(place: Place, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    let first = text.chars().next().unwrap_or_default();
    let first_word = text.split([' ', ':', ',', '\'']).next().unwrap_or_default();
    let ends_as_sentence = text.ends_with('.') || text.ends_with(".`");
    match place {
        Place::Message | Place::Help | Place::Unproved => {
            must(!text.ends_with('.'), "has a full stop at its end");
            must(
                !first.is_uppercase() || PROPER_NAMES.contains(&first_word),
                "starts with a capital letter",
            );
            must(!text.contains(". "), "is more than one sentence");
        }
        Place::Summary | Place::Why | Place::Then => {
            must(ends_as_sentence, "has no full stop at its end");
            must(!first.is_lowercase(), "starts with a small letter");
        }
        Place::FixTitle => {
            must(!text.ends_with('.'), "has a full stop at its end");
            must(first.is_uppercase(), "starts with a small letter");
            // The page shows it as the label of a button.
            must(!text.contains('`'), "has code in it");
        }
    }
    must(
        text.matches('`').count().is_multiple_of(2),
        "has a backtick without its pair",
    );
    must(!text.contains("  "), "has two spaces");
    must(!has_placeholder(text), "has a placeholder");
    must(text.trim() == text, "has spaces around it");

    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join("_");
    let prose = prose
        .split_whitespace()
        .map(|word| word.trim_matches(['.', ',', ';', ':', '(', ')', '"', '\'']))
        .map(|word| word.strip_suffix("'s").unwrap_or(word))
        .collect::<Vec<_>>()
        .join(" ");
    let mut prose = format!(" {prose} ");
    for name in NAMES {
        prose = prose.replace(name, "_");
    }
    for (word, instead) in WORDS {
        if prose.contains(&format!(" {word} ")) {
            faults.push(format!("says \"{word}\" for \"{instead}\""));
        }
    }
    faults
}

/// The values of every case of `tests/corpus`.
fn corpus() -> Vec<String> {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let mut texts = Vec::new();
    for group in ["conformance", "faults"] {
        for case in std::fs::read_dir(corpus.join(group)).unwrap() {
            let file = case.unwrap().path().join("values.yaml");
            texts.extend(std::fs::read_to_string(file));
        }
    }
    assert!(texts.len() > 50, "{}", texts.len());
    texts
}

/// Values for messages that neither an example nor the corpus brings about.
const OTHER_FAULTS: &str = include_str!("other_faults.yaml");

#[test]
fn every_text_keeps_to_our_style() {
    let mut texts = BTreeSet::new();
    for (_, rule) in catalogue() {
        texts.insert((rule.code.id, Place::Summary, rule.code.summary.to_owned()));
        for paragraph in rule.page.why.split("\n\n") {
            texts.insert((rule.code.id, Place::Why, paragraph.to_owned()));
        }
        if let Proof::Elsewhere(reason) = rule.page.proof {
            texts.insert((rule.code.id, Place::Unproved, reason.to_owned()));
        }
    }
    for code in Code::CHECKS {
        texts.insert((code.id, Place::Summary, code.summary.to_owned()));
    }
    let examples =
        catalogue().flat_map(|(_, rule)| [Some(rule.page.example.to_owned()), fixed_example(rule)]);
    let others = OTHER_FAULTS.split(
        "---
",
    );
    let written = SENSIBLE.iter().copied().chain(others).map(str::to_owned);
    for values in examples.flatten().chain(corpus()).chain(written) {
        let outcome = check(&values);
        for found in outcome.diagnostics.into_iter().chain(outcome.silenced) {
            let id = found.code.id;
            if of_code(found.code).is_none() {
                continue;
            }
            texts.insert((id, Place::Message, found.message));
            texts.extend(found.help.map(|help| (id, Place::Help, help)));
            if let Some(fix) = found.fix {
                texts.insert((id, Place::FixTitle, fix.title));
                texts.extend(fix.then.map(|then| (id, Place::Then, then)));
            }
        }
    }
    let faults: Vec<_> = texts
        .iter()
        .flat_map(|(id, place, text)| {
            let faults = faults_of_style(*place, text).into_iter();
            faults.map(move |fault| format!("{id} {place:?} {fault}: {text}"))
        })
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn faults_of_style_are_seen() {
    for (place, text, expected) in [
        (Place::Message, "the Pod is lost", None),
        (
            Place::Message,
            "MLflow's images have `pods`, an ingress controller",
            None,
        ),
        (
            Place::Message,
            "The Pod is lost",
            Some("starts with a capital letter"),
        ),
        (
            Place::Message,
            "the Pod is lost.",
            Some("has a full stop at its end"),
        ),
        (
            Place::Help,
            "stop it. Start it",
            Some("is more than one sentence"),
        ),
        (
            Place::Why,
            "The Pod is lost",
            Some("has no full stop at its end"),
        ),
        (
            Place::Why,
            "The pod's data is lost.",
            Some("says \"pod\" for \"Pod\""),
        ),
        (
            Place::Why,
            "It is mended.",
            Some("says \"mended\" for \"fixed\""),
        ),
        (
            Place::Then,
            "create it.",
            Some("starts with a small letter"),
        ),
        (Place::FixTitle, "Remove `a`", Some("has code in it")),
        (
            Place::Help,
            "write `a",
            Some("has a backtick without its pair"),
        ),
        (Place::Summary, "Two  spaces.", Some("has two spaces")),
        (Place::Message, "`{place}` is 0", Some("has a placeholder")),
        (Place::Help, "write `[{port: 1}]`", None),
    ] {
        let faults = faults_of_style(place, text);
        assert_eq!(faults.first().map(String::as_str), expected, "{text}");
    }
}
