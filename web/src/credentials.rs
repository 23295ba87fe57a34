//! Credentials are taken out of whatever leaves the page's memory: links and
//! the browser's storage.

/// A text without credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    /// What is left.
    pub text: String,
    /// The places from which something was taken, as people read them.
    pub removed: Vec<String>,
}

/// Takes credentials out of a values text.
pub fn clean(text: &str) -> Clean {
    let mut removed = Vec::new();
    let lines: Vec<String> = text
        .split('\n')
        .enumerate()
        .map(|(index, line)| match without_password(line) {
            Some(line) => {
                removed.push(format!("line {}", index + 1));
                line
            }
            None => line.to_owned(),
        })
        .collect();
    Clean {
        text: lines.join("\n"),
        removed,
    }
}

/// A line with a URI that has a password, without the password.
fn without_password(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("://")?;
    let (login, host) = rest.split_once('@')?;
    let (user, password) = login.split_once(':')?;
    (!password.is_empty()).then(|| format!("{before}://{user}@{host}"))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn passwords_in_uris_go() {
        let clean = clean("a: 1\nuri: postgresql://me:secret@host/db # x\n");
        assert_eq!(clean.text, "a: 1\nuri: postgresql://me@host/db # x\n");
        assert_eq!(clean.removed, ["line 2"]);
    }
}
