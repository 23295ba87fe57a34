//! `mlflow-k8s explain-rule`

use insta::assert_snapshot;
use mlflow_k8s_core::diagnostic::Code;
use mlflow_k8s_core::rules;
use serde_json::Value;

use crate::sandbox::Sandbox;

fn explained(arguments: &[&str]) -> String {
    Sandbox::new().run(&[&["explain-rule"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    let shown = explained(&[arguments, &["--format", "json"]].concat());
    let text = shown.strip_prefix("exit code: 0\n--- stdout\n").unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_rule() {
    assert_snapshot!("rule", explained(&["MK301"]));
    assert_snapshot!("rule_without_fix", explained(&["gc-age"]));
    assert_eq!(explained(&["mk301"]), explained(&["static-prefix"]));
}

#[test]
fn a_check() {
    assert_snapshot!("check", explained(&["MK102"]));
    assert_snapshot!(
        "check_markdown",
        explained(&["MK102", "--format", "markdown"])
    );
    assert_eq!(json(&["wrong-type"])["code"], "MK102");
}

#[test]
fn what_does_not_exist() {
    assert_snapshot!("slip", explained(&["gc-witout-age"]));
    assert_snapshot!("nonsense", explained(&["MK999"]));
}

#[test]
fn the_list_has_every_code_under_its_topic() {
    let list = explained(&[]);
    let place = |text: &str| {
        list.find(text)
            .unwrap_or_else(|| panic!("no {text:?} in {list}"))
    };
    for (topic, rule) in rules::catalogue() {
        let code = place(&format!("\n  {}  {} ", rule.code.id, rule.code.name));
        assert!(place(&format!("{topic}\n")) < code, "{list}");
        assert!(code < place("Always checked"), "{list}");
    }
    for code in Code::CHECKS {
        assert!(place(&format!("\n  {}  {} ", code.id, code.name)) > place("Always checked"));
    }
    let codes = rules::catalogue().count() + Code::CHECKS.len();
    assert_eq!(json(&[]).as_array().unwrap().len(), codes);
}

/// `tests/server` reads these.
#[test]
fn every_rule_in_json() {
    let all = json(&["--all"]);
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), rules::catalogue().count());
    for ((topic, rule), object) in rules::catalogue().zip(all) {
        let keys: Vec<&str> = object
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            [
                "code", "name", "severity", "topic", "summary", "why", "example", "fixed", "proof"
            ]
        );
        assert_eq!(object["code"], rule.code.id);
        assert_eq!(object["topic"], topic);
        assert_eq!(object["example"], rule.page.example);
        assert_eq!(
            object["fixed"].as_str(),
            rules::fixed_example(rule).as_deref()
        );
        match rule.page.proof {
            rules::Proof::Server => {
                assert_eq!(object["proof"], serde_json::json!({"kind": "server"}));
            }
            rules::Proof::Elsewhere(reason) => {
                assert_eq!(object["proof"]["kind"], "none");
                assert_eq!(object["proof"]["reason"], reason);
            }
        }
    }
}

#[test]
fn every_rule_in_text_and_markdown() {
    let text = explained(&["--all"]);
    let markdown = explained(&["--all", "--format", "markdown"]);
    for (_, rule) in rules::catalogue() {
        assert!(
            text.contains(&format!("\n{} (", rule.code)),
            "{}",
            rule.code
        );
        assert!(markdown.contains(&rules::page(rule)), "{}", rule.code);
    }
    assert!(explained(&["--format", "markdown"]).contains(&rules::index()));
}
