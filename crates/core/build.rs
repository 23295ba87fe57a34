//! Turns `src/rules/texts/MK*.md` into `rule_texts.rs`, a constant for each rule,
//! so that a writer edits Markdown and a text with a fault does not compile.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Where the texts are, one file for each rule, named after its code.
const FOLDER: &str = "src/rules/texts";
/// The version of MLflow that the rules are proved for, on one line.
const MLFLOW_VERSION: &str = "mlflow-version";
/// What stands for that version in a text.
const PLACEHOLDER: &str = "{mlflow}";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    for path in ["build.rs", FOLDER, MLFLOW_VERSION] {
        println!("cargo::rerun-if-changed={path}");
    }
    let version = fs::read_to_string(MLFLOW_VERSION)?;
    let version = version.trim();
    let [major, minor, patch] = version.split('.').collect::<Vec<_>>()[..] else {
        return Err(format!("{MLFLOW_VERSION} holds no version: {version}").into());
    };
    let mut files: Vec<_> = fs::read_dir(FOLDER)?.collect::<std::result::Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    let mut code = format!(
        "pub(crate) const PROVED_VERSION: MlflowVersion = \
            MlflowVersion {{ major: {major}, minor: {minor}, patch: {patch} }};\n"
    );
    for file in files {
        let file = file.path();
        let text = fs::read_to_string(&file)?.replace(PLACEHOLDER, version);
        let constant =
            constant(&file, &text).map_err(|fault| format!("{}: {fault}", file.display()))?;
        code.push_str(&constant);
    }
    let folder = std::env::var("OUT_DIR")?;
    fs::write(Path::new(&folder).join("rule_texts.rs"), code)?;
    Ok(())
}

/// The constant of one file.
fn constant(path: &Path, text: &str) -> Result<String> {
    let id = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let (head, body) = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .ok_or("it does not begin with a head between `---` lines")?;
    let mut head: BTreeMap<&str, &str> = head
        .lines()
        .map(|line| {
            line.split_once(": ")
                .ok_or(format!("`{line}` is not `key: text`"))
        })
        .collect::<std::result::Result<_, _>>()?;
    let mut take = |key| head.remove(key).ok_or(format!("the head has no `{key}`"));
    let (name, summary) = (take("name")?, take("summary")?);
    let severity = match take("severity")? {
        "error" => "Error",
        "warning" => "Warning",
        "hint" => "Hint",
        other => return Err(format!("`{other}` is no severity").into()),
    };
    let proof = match (take("proof"), take("unproved")) {
        (Ok("server"), Err(_)) => "Proof::Server".to_owned(),
        (Err(_), Ok(reason)) => format!("Proof::Elsewhere({reason:?})"),
        _ => return Err("the head needs `proof: server` or `unproved: the reason`".into()),
    };
    if let Some(key) = head.keys().next() {
        return Err(format!("the head has an unknown key, `{key}`").into());
    }
    let (why, examples) = body
        .split_once("\n## Before\n")
        .ok_or("there is no section `## Before`")?;
    let (before, after) = match examples.split_once("\n## After\n") {
        Some((before, after)) => (yaml(before)?, yaml(after)?),
        None => (yaml(examples)?, ""),
    };
    let why: Vec<String> = why
        .trim()
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "))
        .collect();
    let why = why.join("\n\n");
    let mut constant = String::new();
    writeln!(
        constant,
        "pub(super) const {id}: Text = Text {{ \
            code: Code {{ id: {id:?}, name: {name:?}, summary: {summary:?} }}, \
            severity: Severity::{severity}, \
            #[cfg(feature = \"rule-texts\")] page: PageText {{ why: {why:?}, example: {before:?}, \
            fixed: {after:?}, proof: {proof} }} }};"
    )?;
    Ok(constant)
}

/// What a section's block of YAML holds.
fn yaml(section: &str) -> Result<&str> {
    section
        .trim()
        .strip_prefix("```yaml\n")
        .and_then(|rest| rest.strip_suffix("```"))
        .filter(|block| !block.contains("```"))
        .ok_or_else(|| "a section of examples has to be one block of `yaml`".into())
}
