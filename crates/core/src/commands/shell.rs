//! Words of a POSIX shell.

/// A text as one word of a POSIX shell, quoted where that is needed.
pub fn quote(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    // A `~`, `=` or `-` at the start may mean something to a shell or a program.
    if !text.is_empty() && text.chars().all(is_safe) && !text.starts_with('=') {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The command that prints one entry of a Secret.
pub(super) fn secret_entry(namespace: &str, name: &str, key: &str) -> String {
    // kubectl's JSONPath takes a dot in a key for a step.
    let path = format!("{{.data.{}}}", key.replace('.', r"\."));
    format!(
        "kubectl get secret {} {namespace} -o jsonpath={} | base64 --decode",
        quote(name),
        quote(&path)
    )
}
