//! Names and summaries of presets as people read them.

/// A preset's name as a title.
pub fn title(name: &str) -> String {
    match name {
        "quickstart" => return "Quick start".to_owned(),
        "tls" => return "TLS".to_owned(),
        _ => {}
    }
    let text = name.replace('-', " ");
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// A summary as a sentence.
pub fn sentence(phrase: &str) -> String {
    let mut characters = phrase.chars();
    characters.next().map_or(String::new(), |first| {
        format!("{}{}.", first.to_uppercase(), characters.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_have_titles() {
        assert_eq!(title("quickstart"), "Quick start");
        assert_eq!(title("basic-auth"), "Basic auth");
        assert_eq!(sentence("users with passwords"), "Users with passwords.");
    }
}
