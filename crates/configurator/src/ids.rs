//! Ids of the form's controls.

use mlflow_k8s_core::path::ValuePath;

/// The id of a setting's control.
pub fn control_id(path: &ValuePath) -> String {
    format!("setting-{path}")
}

/// An id as a selector takes it: paths have dots and brackets in them.
pub fn css_id(id: &str) -> String {
    let mut escaped = String::with_capacity(id.len());
    for character in id.chars() {
        if !character.is_alphanumeric() && !matches!(character, '-' | '_') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_escaped_for_selectors() {
        assert_eq!(css_id("setting-a.b[0]"), r"setting-a\.b\[0\]");
    }
}
