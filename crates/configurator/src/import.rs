//! Values from elsewhere.

/// What `helm get values` puts before the values.
const HELM_TITLES: [&str; 2] = ["USER-SUPPLIED VALUES:", "COMPUTED VALUES:"];

/// A text without what is no part of the values, and what to say about it.
pub fn cleaned(text: &str) -> (String, &'static str) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let body = text.trim_start();
    for title in HELM_TITLES {
        if let Some(rest) = body.strip_prefix(title) {
            let rest = rest.trim_start_matches([' ', '\t']);
            let rest = rest.strip_prefix('\n').unwrap_or(rest);
            let values = if rest.trim() == "null" { "" } else { rest };
            return (
                values.to_owned(),
                "Imported the output of `helm get values`, without its first line.",
            );
        }
    }
    (text, "Imported.")
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn helms_first_line_goes() {
        let (text, notice) = cleaned("USER-SUPPLIED VALUES:\nimage:\n  tag: v3.17.2\n");
        assert_eq!(text, "image:\n  tag: v3.17.2\n");
        assert!(notice.contains("helm get values"));
        assert_eq!(cleaned("USER-SUPPLIED VALUES: null\n").0, "");
        assert_eq!(cleaned("USER-SUPPLIED VALUES:\nnull\n").0, "");
        assert_eq!(cleaned("COMPUTED VALUES:\nenv: []\n").0, "env: []\n");
    }

    #[test]
    fn the_rest_stays() {
        let (text, notice) = cleaned("\u{feff}# USER-SUPPLIED VALUES:\r\nenv: []\r\n");
        assert_eq!(text, "# USER-SUPPLIED VALUES:\nenv: []\n");
        assert_eq!(notice, "Imported.");
    }
}
