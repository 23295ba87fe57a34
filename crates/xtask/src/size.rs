//! How large the things are that people download.

use std::path::PathBuf;

use anyhow::{Context, bail};
use xshell::cmd;

use crate::workspace::Workspace;
use crate::{npm, step, web};

/// The committed sizes.
const SNAPSHOT: &str = "docs/size.md";
/// How much larger an artifact may become unnoticed, in percent.
const TOLERANCE: u64 = 2;
/// How much larger it may become anyway, in bytes: checksums in small files compress
/// differently each time.
const SLACK: u64 = 64;
const HEADING: &str = "| artifact | raw | gzip | brotli |\n| --- | --- | --- | --- |\n";

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Write the sizes that are found into docs/size.md
    #[arg(long)]
    write: bool,
}

/// One artifact's sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    artifact: String,
    /// As it is, by gzip, by brotli.
    bytes: [u64; 3],
}

/// Builds everything that is measured, and compares.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    step::step("npm package", || npm::build(workspace, None))?;
    step::step("page", || web::build(workspace))?;
    compare(workspace, options)
}

/// Compares what has been built with what is committed.
pub(crate) fn compare(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let found = measure(workspace)?;
    let path = workspace.root.join(SNAPSHOT);
    let text = workspace.shell.read_file(&path)?;
    print!("{}", table(&found));
    if options.write {
        let (before, rest) = split(&text)?;
        let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
        let text = format!("{before}{}\n{after}", table(&found));
        workspace.shell.write_file(&path, text)?;
        return Ok(());
    }
    let complaints = growth(&rows(split(&text)?.1), &found);
    if !complaints.is_empty() {
        bail!(
            "{}; if this is intended, run `cargo xtask size --write`",
            complaints.join("; ")
        );
    }
    Ok(())
}

fn measure(workspace: &Workspace) -> anyhow::Result<Vec<Row>> {
    let package = npm::folder(workspace);
    let mut artifacts: Vec<(String, PathBuf)> = ["module_bg.wasm", "module.js", "schema.js"]
        .into_iter()
        .map(|file| (format!("npm: {file}"), package.join(file)))
        .collect();
    for file in workspace.shell.read_dir(web::folder(workspace))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        artifacts.push((format!("page: {name}"), file.clone()));
    }
    let script = workspace.root.join("crates/xtask/node/sizes.mjs");
    let files: Vec<&PathBuf> = artifacts.iter().map(|(_, file)| file).collect();
    let output = cmd!(workspace.shell, "node {script} {files...}")
        .quiet()
        .read()?;
    let rows = artifacts
        .iter()
        .zip(output.lines())
        .map(|((artifact, _), line)| {
            let mut numbers = line.split(' ').filter_map(|number| number.parse().ok());
            let mut next = || {
                numbers
                    .next()
                    .context("sizes.mjs prints three numbers a file")
            };
            Ok(Row {
                artifact: artifact.clone(),
                bytes: [next()?, next()?, next()?],
            })
        });
    rows.collect()
}

/// A snapshot's text before its table, and from the first row on.
fn split(text: &str) -> anyhow::Result<(&str, &str)> {
    text.split_once(HEADING)
        .with_context(|| format!("{SNAPSHOT} has no table that begins with:\n{HEADING}"))
}

fn table(rows: &[Row]) -> String {
    let mut text = HEADING.to_owned();
    for Row { artifact, bytes } in rows {
        let [raw, gzip, brotli] = bytes.map(grouped);
        text.extend([
            "| ", artifact, " | ", &raw, " | ", &gzip, " | ", &brotli, " |\n",
        ]);
    }
    text
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn rows(table: &str) -> Vec<Row> {
    table
        .lines()
        .map_while(|line| {
            let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
            let artifact = cells.next()?.to_owned();
            let mut number = || cells.next()?.replace(',', "").parse().ok();
            Some(Row {
                artifact,
                bytes: [number()?, number()?, number()?],
            })
        })
        .collect()
}

/// What became too large, or has no committed size.
fn growth(committed: &[Row], found: &[Row]) -> Vec<String> {
    let mut complaints = Vec::new();
    for row in found {
        let Some(before) = committed
            .iter()
            .find(|before| before.artifact == row.artifact)
        else {
            complaints.push(format!("{} is not in {SNAPSHOT}", row.artifact));
            continue;
        };
        for ((before, after), form) in
            before
                .bytes
                .iter()
                .zip(row.bytes)
                .zip(["", " by gzip", " by brotli"])
        {
            if after * 100 > before * (100 + TOLERANCE) && after > before + SLACK {
                complaints.push(format!(
                    "{} grew{form} from {} to {} bytes",
                    row.artifact,
                    grouped(*before),
                    grouped(after)
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(artifact: &str, bytes: [u64; 3]) -> Row {
        Row {
            artifact: artifact.to_owned(),
            bytes,
        }
    }

    #[test]
    fn a_table_reads_back() {
        let found = [row("a", [1_234_567, 999, 12]), row("b: c", [0, 1000, 1])];
        let text = format!("# Size\n\n{}\nMore.\n", table(&found));
        assert_eq!(rows(split(&text).unwrap().1), found);
    }

    #[test]
    fn growth_beyond_the_tolerance_is_told() {
        let committed = [row("a", [10_000, 10_000, 1000])];
        assert!(growth(&committed, &[row("a", [10_200, 10, 1064])]).is_empty());
        assert_eq!(
            growth(
                &committed,
                &[row("a", [10_200, 10_201, 1065]), row("b", [1, 1, 1])]
            ),
            [
                "a grew by gzip from 10,000 to 10,201 bytes",
                "a grew by brotli from 1,000 to 1,065 bytes",
                "b is not in docs/size.md",
            ]
        );
    }
}
