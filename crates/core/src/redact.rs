//! Credentials out of a values file, before it is shared.
//!
//! What counts is what the rules of secrets find (MK461, MK462), wherever it
//! stands, and what looks like a credential by its name or by its shape
//! (`shapes`), in comments too. A list of shapes is never complete: the reader is
//! told what was taken out and looks at the rest.

mod shapes;

use crate::diagnostic::Diagnostic;
use crate::document::{Document, EditError};
use crate::path::ValuePath;
use crate::rules::secrets::{is_secret, password};
use crate::yaml::{Entry, Node, Scalar, Value};

/// What stands in place of a credential.
const PLACEHOLDER: &str = "REDACTED";

/// A values file without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redacted {
    /// The text; what is no credential is as it was, byte for byte.
    pub text: String,
    /// Where something was taken out, in the order of the text: paths of
    /// settings, then `line 7 (comment)`.
    pub paths: Vec<String>,
}

/// Why a text must not be shared: what is in it is not known.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotShareable {
    /// The text has faults.
    #[error("the values have errors, so credentials in them cannot be found; fix the errors first")]
    Unreadable(Vec<Diagnostic>),
    /// A credential could not be taken out of this setting or line.
    #[error("`{0}` contains a credential that cannot be removed automatically; remove it by hand")]
    Stuck(String),
}

/// Takes the credentials out of a values text.
///
/// ```
/// use mlflow_k8s_core::redact::redact;
///
/// let values = "mlflow:\n  backendStoreUri: postgresql://mlflow:hunter2@db/mlflow\n";
/// let redacted = redact(values)?;
/// assert!(redacted.text.contains("postgresql://mlflow:PASSWORD@db/mlflow"));
/// assert_eq!(redacted.paths, ["mlflow.backendStoreUri"]);
/// # Ok::<(), mlflow_k8s_core::redact::NotShareable>(())
/// ```
pub fn redact(values: &str) -> Result<Redacted, NotShareable> {
    let mut document = Document::new(values);
    let root = document.root().map_err(NotShareable::Unreadable)?;
    if let Some(place) = key_with_token(&root, &ValuePath::root()) {
        return Err(NotShareable::Stuck(place.to_string()));
    }
    let mut edits = Vec::new();
    walk(&root, &ValuePath::root(), &mut edits);
    let mut paths = Vec::new();
    for (path, clean) in edits {
        document
            .set(&path, &clean.into())
            .map_err(|error| match error {
                EditError::Unreadable(faults) => NotShareable::Unreadable(faults),
                _ => NotShareable::Stuck(path.to_string()),
            })?;
        paths.push(path.to_string());
    }

    let before = document.root().map_err(NotShareable::Unreadable)?.to_json();
    let (text, lines) = clean_comments(document.text());
    paths.extend(lines.iter().map(|line| format!("line {line} (comment)")));
    // What was taken for a comment may have been text after all.
    let after = Document::new(text.as_str())
        .root()
        .map_err(NotShareable::Unreadable)?;
    if after.to_json() != before {
        let place = lines.first().map(|line| format!("line {line}"));
        return Err(NotShareable::Stuck(place.unwrap_or_default()));
    }
    Ok(Redacted { text, paths })
}

/// The passwords of a text's URIs replaced; `None` if there are none.
pub(crate) fn without_passwords(text: &str) -> Option<String> {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let body = start + "://".len();
        let after = rest.get(body..).unwrap_or_default();
        // A URI ends where the next one's scheme starts, or at a space or quote.
        let word = after
            .find(|c: char| c.is_whitespace() || "\"'`<>".contains(c))
            .unwrap_or(after.len());
        let end = after
            .get(..word)
            .and_then(|word| word.find("://"))
            .and_then(|next| after.get(..next))
            .map_or(word, |before| {
                before
                    .trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "+-.".contains(c))
                    .len()
            });
        let uri_end = (body + end).max(body);
        let uri = rest.get(..uri_end).unwrap_or(rest);
        match password(uri) {
            Some((secret, shown)) if !is_placeholder(secret) => clean.push_str(&shown),
            _ => clean.push_str(uri),
        }
        rest = rest.get(uri_end..).unwrap_or_default();
    }
    clean.push_str(rest);
    if clean == text {
        // A password may hold spaces and quotes. Where a URI's own is a
        // placeholder, an `@` further on is not its end.
        let whole = password(text).filter(|(secret, _)| {
            let first = secret.split('@').next().unwrap_or(secret);
            first.is_empty() || !is_placeholder(first)
        });
        return whole.map(|(_, shown)| shown);
    }
    Some(clean)
}

/// Whether a text stands for a secret and is none.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'', '`']);
    text.is_empty()
        || matches!(text, "PASSWORD" | PLACEHOLDER)
        || text.starts_with("$(")
        || text.starts_with("${")
        || (text.starts_with("{{") && text.ends_with("}}"))
        || (text.starts_with('<') && text.ends_with('>'))
        || text.chars().all(|c| matches!(c, '…' | '.' | '*'))
}

/// The mapping in which a key is itself a credential. There is no telling what
/// should be called so instead.
fn key_with_token(node: &Node, path: &ValuePath) -> Option<ValuePath> {
    match &node.value {
        Value::Mapping(entries) => entries.iter().find_map(|entry| {
            if shapes::without_tokens(&entry.key).is_some() {
                return Some(path.clone());
            }
            key_with_token(&entry.value, &path.join(entry.key.as_str()))
        }),
        Value::Sequence(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| key_with_token(item, &path.join(index))),
        Value::Scalar(_) => None,
    }
}

/// Collects what has to be written instead, and where.
fn walk(node: &Node, path: &ValuePath, edits: &mut Vec<(ValuePath, String)>) {
    match &node.value {
        Value::Mapping(entries) => {
            let names_secret = entries.iter().any(|entry| {
                entry.key == "name"
                    && scalar(&entry.value).is_some_and(|name| is_credential_name(&name))
            });
            for entry in entries {
                let path = path.join(entry.key.as_str());
                let is_credential =
                    (names_secret && entry.key == "value") || is_secret_entry(entry, &path);
                match scalar(&entry.value).filter(|text| is_credential && !is_placeholder(text)) {
                    Some(_) => edits.push((path, PLACEHOLDER.to_owned())),
                    None => walk(&entry.value, &path, edits),
                }
            }
        }
        Value::Sequence(items) => {
            let mut follows_option = false;
            for (index, item) in items.iter().enumerate() {
                let path = path.join(index);
                let text = scalar(item);
                match &text {
                    Some(text) if follows_option && !is_placeholder(text) => {
                        edits.push((path, PLACEHOLDER.to_owned()));
                    }
                    _ => walk(item, &path, edits),
                }
                follows_option = text.is_some_and(|text| is_secret_option(&text));
            }
        }
        Value::Scalar(_) => {
            if let Some(clean) = scalar(node).and_then(|text| clean(&text)) {
                edits.push((path.clone(), clean));
            }
        }
    }
}

/// The text of a scalar that may hold a secret: no boolean, no null.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Scalar(Scalar::Plain(text)) => match crate::yaml::resolve(text) {
            crate::yaml::Implicit::Null | crate::yaml::Implicit::Bool(_) => None,
            _ => Some(text.clone()),
        },
        Value::Scalar(Scalar::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Whether an entry's key says that its value is a secret: `apiKey`,
/// `example.com/auth-token`.
fn is_secret_entry(entry: &Entry, path: &ValuePath) -> bool {
    // Names of Secrets and of their entries.
    const NAMES: &[&str] = &["auth-secret", "tls-secret", "ssl-secret"];
    let is_name = NAMES.iter().any(|name| entry.key.ends_with(name))
        || (entry.key == "secretKey" && path.to_string().starts_with("externalSecrets."));
    !is_name && is_credential_name(&entry.key)
}

/// Whether a name, however it is spelt, is that of a credential.
fn is_credential_name(name: &str) -> bool {
    // The variables are those of libpq and of MySQL's client.
    const MORE: &[&str] = &["sig", "pwd", "x-amz-signature", "pgpassword", "mysql_pwd"];
    let name = name.trim_start_matches('-');
    let last = name.rsplit(['/', '.']).next().unwrap_or(name);
    let mut snake = String::new();
    let mut was_lower = false;
    for c in last.chars() {
        if c.is_uppercase() && was_lower {
            snake.push('_');
        }
        was_lower = c.is_lowercase();
        snake.push(if c == '-' { '_' } else { c });
    }
    let lower = last.to_lowercase();
    is_secret(&snake)
        || MORE.contains(&lower.as_str())
        || ["accountkey", "sharedaccesskey", "sharedaccesssignature"]
            .iter()
            .any(|ending| lower.ends_with(ending))
}

/// Whether an argument is an option whose value, a secret, comes next.
fn is_secret_option(argument: &str) -> bool {
    argument.starts_with("--") && !argument.contains('=') && is_credential_name(argument)
}

/// A text without the credentials in it; `None` if there are none.
fn clean(text: &str) -> Option<String> {
    if begins_private_key(text) {
        return Some(PLACEHOLDER.to_owned());
    }
    let has_lines = text.trim_end().contains('\n');
    let clean: String = text
        .split_inclusive('\n')
        .map(|line| {
            let line = without_passwords(line).unwrap_or_else(|| line.to_owned());
            let line = if has_lines {
                clean_setting(&line)
            } else {
                line
            };
            clean_words(&line)
        })
        .collect();
    let clean = shapes::without_tokens(&clean).unwrap_or(clean);
    (clean != text).then_some(clean)
}

/// Whether a key in PEM begins here. Certificates are public.
fn begins_private_key(text: &str) -> bool {
    text.contains("-----BEGIN") && text.contains("PRIVATE KEY")
}

/// A line `NAME: VALUE` without its value, if the name is a credential's.
fn clean_setting(line: &str) -> String {
    let setting = line.split_once(": ").filter(|(name, value)| {
        let name = name.trim_start_matches(['#', ' ', '-', '\t']);
        let value = value.trim();
        is_credential_name(name)
            && !name.contains(char::is_whitespace)
            && !value.contains(char::is_whitespace)
            && !is_placeholder(value)
    });
    match setting {
        Some((name, value)) => {
            let end = value.get(value.trim_end().len()..).unwrap_or_default();
            format!("{name}: {PLACEHOLDER}{end}")
        }
        None => line.to_owned(),
    }
}

/// A line without `NAME=VALUE` of credentials and values of options.
fn clean_words(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let mut rest = line;
    // The name before a `=`, an option or an authorization scheme.
    let mut expects_secret = false;
    let mut name = "";
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || "_-./+:@%~!^*$(){}<>…#?".contains(c);
        if !is_word(first) {
            if first == '=' {
                expects_secret = is_credential_name(name);
            } else if !matches!(first, ' ' | '"' | '\'' | '`' | '\\') {
                expects_secret = false;
                name = "";
            }
            clean.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        // Padding of base64 belongs to the word, a `=` before a value does not.
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let is_secret_word = expects_secret && !is_placeholder(word);
        clean.push_str(if is_secret_word { PLACEHOLDER } else { word });
        rest = after;
        // `?` ends the path of a URI, whose parameters have names of their own.
        name = word.rsplit('?').next().unwrap_or(word);
        expects_secret = !is_secret_word
            && (matches!(word, "Bearer" | "Basic")
                || (is_secret_option(word) && after.starts_with(' ')));
        if is_secret_word {
            rest = rest.trim_start_matches('=');
        }
    }
    clean
}

/// The text with clean comments, and the numbers of the lines that changed.
fn clean_comments(text: &str) -> (String, Vec<usize>) {
    let mut clean = String::with_capacity(text.len());
    let mut changed = Vec::new();
    let mut before = CommentAbove::Nothing;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = if line.trim_start().starts_with('#') {
            Some(line.len() - line.trim_start().len())
        } else {
            line.find(" #").or(line.find("\t#")).map(|blank| blank + 1)
        };
        let (content, comment) = start
            .and_then(|start| line.split_at_checked(start))
            .unwrap_or((line, ""));
        let (new, above) = clean_comment(comment, before);
        before = above;
        if new != comment {
            changed.push(index + 1);
        }
        clean.push_str(content);
        clean.push_str(&new);
    }
    (clean, changed)
}

/// What the comment before says of the next one.
#[derive(Clone, Copy, PartialEq)]
enum CommentAbove {
    Nothing,
    /// The `name:` of a variable that holds a secret; its `value:` follows.
    SecretName,
    /// A private key that has not ended.
    PrivateKey,
}

/// One line's comment without credentials.
fn clean_comment(comment: &str, above: CommentAbove) -> (String, CommentAbove) {
    let bare = comment.trim_start_matches(['#', ' ', '-', '\t']).trim_end();
    if let Some(start) = comment.find("-----BEGIN")
        && begins_private_key(comment)
    {
        let key = comment.get(start..).unwrap_or_default();
        let below = if key.contains("-----END") {
            CommentAbove::Nothing
        } else {
            CommentAbove::PrivateKey
        };
        return (comment.replacen(key.trim_end(), PLACEHOLDER, 1), below);
    }
    let line = comment.trim_start_matches(['#', ' ', '\t']).trim_end();
    if above == CommentAbove::PrivateKey && !line.is_empty() {
        let below = if line.contains("-----END") {
            CommentAbove::Nothing
        } else {
            CommentAbove::PrivateKey
        };
        return (comment.replacen(line, PLACEHOLDER, 1), below);
    }
    let value = bare.strip_prefix("value: ").map(str::trim);
    let clean = match value {
        Some(value) if above == CommentAbove::SecretName && !is_placeholder(value) => {
            comment.replacen(value, PLACEHOLDER, 1)
        }
        _ => {
            let without = without_passwords(comment).unwrap_or_else(|| comment.to_owned());
            let clean = clean_words(&clean_setting(&without));
            shapes::without_tokens(&clean).unwrap_or(clean)
        }
    };
    let below = match bare.strip_prefix("name: ") {
        Some(name) if is_credential_name(name.trim().trim_matches(['"', '\''])) => {
            CommentAbove::SecretName
        }
        None if value.is_none() && !comment.is_empty() => above,
        _ => CommentAbove::Nothing,
    };
    (clean, below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets::PRESETS;
    use proptest::prelude::*;

    fn redacted(values: &str) -> (String, Vec<String>) {
        let Redacted { text, paths } = redact(values).unwrap();
        (text, paths)
    }

    #[test]
    fn what_has_no_credentials_stays_as_it_is() {
        for values in PRESETS.iter().map(|preset| preset.values).chain([
            crate::values::DEFAULTS,
            "",
            "# nothing\n",
        ]) {
            assert_eq!(redacted(values), (values.to_owned(), vec![]));
        }
    }

    #[test]
    fn credentials_are_taken_out_and_named() {
        for (values, expected, path) in [
            (
                "mlflow: # stores\n  backendStoreUri:   'postgresql://u:hunter2@db/x' # here\n",
                "mlflow: # stores\n  backendStoreUri:   'postgresql://u:PASSWORD@db/x' # here\n",
                "mlflow.backendStoreUri",
            ),
            (
                "env:\n  - name: AWS_SECRET_ACCESS_KEY\n    value: wJalr # x\n",
                "env:\n  - name: AWS_SECRET_ACCESS_KEY\n    value: REDACTED # x\n",
                "env[0].value",
            ),
            (
                "env:\n  - {name: DB_PASSWORD, value: 12345}\n",
                "env:\n  - {name: DB_PASSWORD, value: REDACTED}\n",
                "env[0].value",
            ),
            (
                "podAnnotations:\n  example.com/auth-token: abc\n",
                "podAnnotations:\n  example.com/auth-token: REDACTED\n",
                r"podAnnotations.example\.com/auth-token",
            ),
            (
                "server:\n  value_options:\n    api_key: abc\n",
                "server:\n  value_options:\n    api_key: REDACTED\n",
                "server.value_options.api_key",
            ),
            (
                "server:\n  value_options:\n    uvicorn_opts: --ssl-keyfile-password=abc --x 1\n",
                "server:\n  value_options:\n    uvicorn_opts: --ssl-keyfile-password=REDACTED --x 1\n",
                "server.value_options.uvicorn_opts",
            ),
            (
                "extraContainers:\n  - args: [--token, abc, --port, '1']\n",
                "extraContainers:\n  - args: [--token, REDACTED, --port, '1']\n",
                "extraContainers[0].args[1]",
            ),
            (
                "x: https://h/p?sig=abc%2F&v=1\n",
                "x: https://h/p?sig=REDACTED&v=1\n",
                "x",
            ),
            (
                "x: AccountName=a;AccountKey=abc==;B=c\n",
                "x: AccountName=a;AccountKey=REDACTED;B=c\n",
                "x",
            ),
            ("x: Bearer abcdef\n", "x: Bearer REDACTED\n", "x"),
            ("x: a AKIAIOSFODNN7EXAMPLE b\n", "x: a REDACTED b\n", "x"),
            (
                "env:\n  - name: AWS_ACCESS_KEY_ID\n    value: AKIAIOSFODNNXEXAMPLE\n",
                "env:\n  - name: AWS_ACCESS_KEY_ID\n    value: REDACTED\n",
                "env[0].value",
            ),
            (
                "podAnnotations:\n  a: >-\n    see https://ghp_aB3dE5gHaB3dE5gHaB3dE5gH@github.com/a/b\n",
                "podAnnotations:\n  a: see https://REDACTED@github.com/a/b\n",
                "podAnnotations.a",
            ),
            (
                "x: s3://AKIAIOSFODNN7EXAMPLE:wJalrXUt@minio/b\n",
                "x: s3://REDACTED:PASSWORD@minio/b\n",
                "x",
            ),
            (
                "env: [{name: PGPASSWORD, value: hunter2}]\n",
                "env: [{name: PGPASSWORD, value: REDACTED}]\n",
                "env[0].value",
            ),
            (
                "a: 1\t# xoxb-123456789012-abcdefghij\n",
                "a: 1\t# REDACTED\n",
                "line 1 (comment)",
            ),
            (
                "# db: postgresql://u:hunter2@db/x\na: 1\n",
                "# db: postgresql://u:PASSWORD@db/x\na: 1\n",
                "line 1 (comment)",
            ),
            (
                "a: 1 # password: hunter2\n",
                "a: 1 # password: REDACTED\n",
                "line 1 (comment)",
            ),
            (
                "# - name: DB_PASSWORD\n#   value: hunter 2\na: 1\n",
                "# - name: DB_PASSWORD\n#   value: REDACTED\na: 1\n",
                "line 2 (comment)",
            ),
        ] {
            assert_eq!(
                redacted(values),
                (expected.to_owned(), vec![path.to_owned()]),
                "{values}"
            );
        }
    }

    #[test]
    fn blocks_of_text() {
        let (text, paths) = redacted(
            "ini: |\n  database_uri = postgresql://u:hunter2@db/x\n  admin_password = hunter3\n  \
             token: hunter4\nkey: |\n  -----BEGIN PRIVATE KEY-----\n  hunter5\n",
        );
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("admin_password = REDACTED"), "{text}");
        assert_eq!(paths, ["ini", "key"]);
    }

    #[test]
    fn a_private_key_in_a_comment() {
        let (text, paths) = redacted(
            "# The key:\n#   -----BEGIN EC PRIVATE KEY-----\n#   hunter2\n#   hunter3\n\
             #   -----END EC PRIVATE KEY-----\n# That was it.\na: 1\n",
        );
        assert_eq!(
            text,
            "# The key:\n#   REDACTED\n#   REDACTED\n#   REDACTED\n#   REDACTED\n\
             # That was it.\na: 1\n"
        );
        assert_eq!(paths.len(), 4);
    }

    #[test]
    fn a_key_that_is_a_credential_is_not_shared() {
        assert_eq!(
            redact("podLabels:\n  AKIAIOSFODNN7EXAMPLE: a\n"),
            Err(NotShareable::Stuck("podLabels".to_owned()))
        );
    }

    #[test]
    fn what_only_names_a_secret_stays() {
        for values in [
            "env:\n  - name: DB_PASSWORD\n    valueFrom: {secretKeyRef: {name: a, key: password}}\n",
            "env:\n  - name: DB_PASSWORD\n    value: $(OTHER)\n",
            "serviceAccount: {automountServiceAccountToken: true}\n",
            "externalSecrets:\n  data:\n    - secretKey: uri\n      remoteRef: {key: a, property: password}\n",
            "ingress:\n  annotations:\n    nginx.ingress.kubernetes.io/auth-secret: users\n",
            "tls: {secretName: mlflow-tls}\n",
            "env:\n  - name: AWS_WEB_IDENTITY_TOKEN_FILE\n    value: /var/run/token\n",
        ] {
            assert_eq!(redacted(values), (values.to_owned(), vec![]));
        }
    }

    #[test]
    fn what_cannot_be_read_or_taken_out_is_not_shared() {
        assert!(matches!(
            redact("a: [\npassword: x\n"),
            Err(NotShareable::Unreadable(_))
        ));
        assert_eq!(
            redact("a: &x {password: hunter2}\nb: *x\n"),
            Err(NotShareable::Stuck("a.password".to_owned()))
        );
    }

    #[test]
    fn passwords_of_several_uris() {
        for (text, expected) in [
            (
                "postgresql://u:p@h/x,postgresql://u:q@h/y",
                Some("postgresql://u:PASSWORD@h/x,postgresql://u:PASSWORD@h/y"),
            ),
            (
                "postgresql://u:a b@h/x",
                Some("postgresql://u:PASSWORD@h/x"),
            ),
            (
                "postgresql://u:a //b@h/x",
                Some("postgresql://u:PASSWORD@h/x"),
            ),
            (
                "postgresql://u:$ecret@h/x",
                Some("postgresql://u:PASSWORD@h/x"),
            ),
            ("postgresql://u:PASSWORD@h/x", None),
            ("postgresql://u:PASSWORD@h/x or a@b", None),
            ("postgresql://<USER>:<PASSWORD>@h/x", None),
            ("postgresql://u:$(P)@h/x", None),
            ("https://a/b c@d", None),
        ] {
            assert_eq!(without_passwords(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_password_never_gets_through(
            secret in "[a-z0-9]{4}Zq9[a-zA-Z0-9@/ ]{0,6}[a-z]",
            before in "[a-z ]{0,6}",
        ) {
            let uri = format!("postgresql://u:{secret}@db/x");
            for values in [
                format!("a: '{uri}'\n"),
                format!("a:\n  - b: {before}{uri}\n"),
                format!("x: 1 # {before} {uri}\n"),
                format!("env: [{{name: X_TOKEN, value: '{secret}'}}]\n"),
            ] {
                let Redacted { text, paths } = redact(&values).unwrap();
                prop_assert!(!text.contains("Zq9"), "{}", text);
                prop_assert_eq!(paths.len(), 1);
                // What is redacted stays so.
                let again = redact(&text).unwrap();
                prop_assert_eq!(again, Redacted { text, paths: vec![] });
            }
        }

        #[test]
        fn any_text_is_redacted_or_refused(text in "([a-z:#=@/ '\"\n\\-]|://|password|token|: ){0,40}") {
            if let Ok(Redacted { text, .. }) = redact(&text) {
                prop_assert!(Document::new(text).root().is_ok());
            }
        }
    }
}
