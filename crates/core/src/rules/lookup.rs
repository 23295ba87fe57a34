//! Rules and checks by what people call them.

use super::{Rule, catalogue};
use crate::diagnostic::Code;

/// The topic that a rule stands under in the catalogue.
pub fn topic(rule: &Rule) -> &'static str {
    catalogue()
        .find(|(_, other)| other.code == rule.code)
        .map_or("", |(topic, _)| topic)
}

/// The rule of a code; `None` for a code of what is always checked.
pub fn of_code(code: Code) -> Option<&'static Rule> {
    catalogue()
        .map(|(_, rule)| rule)
        .find(|rule| rule.code.id == code.id)
}

/// The rule of a code, by its id (`MK501`, in any case) or name (`host-not-allowed`).
pub fn find(code: &str) -> Option<&'static Rule> {
    catalogue()
        .map(|(_, rule)| rule)
        .find(|rule| is_called(rule.code, code))
}

/// What is always checked, by its id or name in the same way.
pub fn find_check(code: &str) -> Option<Code> {
    Code::CHECKS
        .iter()
        .copied()
        .find(|check| is_called(*check, code))
}

/// The code that was most likely meant by one that does not exist, if any is
/// near enough to be a slip.
pub fn closest(text: &str) -> Option<Code> {
    let codes = || {
        let checks = Code::CHECKS.iter().copied();
        catalogue().map(|(_, rule)| rule.code).chain(checks)
    };
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = number(&lower) {
        // All ids look alike, so that only the number tells what was meant.
        return codes().find(|code| code.id.strip_prefix("MK") == Some(digits));
    }
    let near = codes()
        .map(|code| (strsim::jaro_winkler(&lower, code.name), code))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    near.map(|(_, code)| code).or_else(|| {
        // `prefix` for `static-prefix`, unless several names hold it.
        let mut holding = codes().filter(|code| lower.len() > 2 && code.name.contains(&lower));
        holding.next().filter(|_| holding.next().is_none())
    })
}

fn is_called(code: Code, text: &str) -> bool {
    code.id.eq_ignore_ascii_case(text) || code.name.eq_ignore_ascii_case(text)
}

/// The digits of something like an id: `301`, `mk-301`, `m301`.
fn number(text: &str) -> Option<&str> {
    let digits = text.trim_start_matches(['m', 'k', '-', '_', ' ']);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_by_id_and_name() {
        for text in ["MK301", "mk301", "static-prefix", "Static-Prefix"] {
            let rule = find(text).unwrap();
            assert_eq!(rule.code.id, "MK301");
            assert_eq!(topic(rule), "Server options");
            assert_eq!(find_check(text), None);
        }
        assert_eq!(find_check("mk102"), Some(Code::WRONG_TYPE));
        assert!(find("wrong-type").is_none());
    }

    #[test]
    fn slips_are_understood_and_nothing_else() {
        for (text, meant) in [
            ("301", Some("MK301")),
            ("MK-301", Some("MK301")),
            ("static_prefix", Some("MK301")),
            ("staticprefix", Some("MK301")),
            ("gc-witout-age", Some("MK702")),
            ("wrong-typ", Some("MK102")),
            ("MK999", None),
            ("", None),
            ("zzz", None),
        ] {
            assert_eq!(closest(text).map(|code| code.id), meant, "{text}");
        }
    }
}
