//! Where two values differ, one line a place.

use std::collections::BTreeSet;

use serde_json::Value;

/// Every place at which two values differ; empty when they are equal.
pub fn diff(expected: &Value, actual: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", Some(expected), Some(actual), &mut lines);
    lines
}

fn compare(path: &str, expected: Option<&Value>, actual: Option<&Value>, lines: &mut Vec<String>) {
    match (expected, actual) {
        (Some(expected), Some(actual)) if expected == actual => {}
        (Some(Value::Object(expected)), Some(Value::Object(actual))) => {
            let keys: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
            for key in keys {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                compare(&path, expected.get(key), actual.get(key), lines);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(actual))) => {
            for index in 0..expected.len().max(actual.len()) {
                let path = format!("{path}/{index}");
                compare(&path, expected.get(index), actual.get(index), lines);
            }
        }
        (Some(expected), Some(actual)) => {
            lines.push(format!("{path}: expected {expected}, got {actual}"));
        }
        (Some(expected), None) => lines.push(format!("{path}: missing {expected}")),
        (None, Some(actual)) => lines.push(format!("{path}: unexpected {actual}")),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::diff;

    #[test]
    fn every_difference_is_told_once() {
        let expected = json!({"a": [1, 2], "b": {"c/d": true}, "e": null});
        let actual = json!({"a": [1, 3, 4], "b": {}, "e": null});
        assert_eq!(
            diff(&expected, &actual),
            [
                "/a/1: expected 2, got 3",
                "/a/2: unexpected 4",
                "/b/c~1d: missing true",
            ]
        );
    }

    #[test]
    fn equal_values_have_no_differences() {
        let value = json!({"a": [1, {"b": null}]});
        assert!(diff(&value, &value).is_empty());
    }
}
