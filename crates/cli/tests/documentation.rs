//! Every example of the documentation does what is said beside it.
//!
//! The first line of a fenced block says what it is. Three runners share the kinds: this
//! one, which needs nothing but Rust; `tests/cluster/test_recipes.py`, which runs the pages
//! on a Kubernetes API server with real MLflow servers; and readers.
//!
//! | block | here | on a cluster |
//! | --- | --- | --- |
//! | `yaml values` | renders, with no finding above a hint; `warns=CODES`, `fails=CODES`: with just these; `release=`, `namespace=`; `file=NAME` keeps it for the commands of the page | keeps it |
//! | `yaml output` | lines that follow each other in what the values before it render | |
//! | `sh run` | succeeds in the page's own folder | the same |
//! | `sh cluster` | `kubectl` and `mlflow-k8s` take these arguments | runs as it is written |
//! | `html embed`, `text link` | the playground or the link opens values that render; `warns=`, `fails=` as above | |
//! | `sh not-run REASON` | has a reason | is counted, with the reason |
//! | `python server` | | runs in the shell of the page |
//! | `text output` | is what the `sh run` before it prints: `...` is any text, alone on a line any lines | the same after any block that runs |
//!
//! A shell block of no kind is refused, and so is any other kind of these languages.
//! Blocks in other languages are only shown.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "clippy takes helpers of tests for product code"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mlflow_k8s_configurator::share::{self, Shared};
use mlflow_k8s_configurator::values_link::{Linked, ValuesLinkError, in_fragment, in_query};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mlflow-k8s");

const SHELL_KINDS: [&str; 3] = ["run", "cluster", "not-run"];

struct Block {
    line: usize,
    words: Vec<String>,
    text: String,
}

impl Block {
    fn is(&self, kind: &str) -> bool {
        self.words
            .iter()
            .map(String::as_str)
            .take(2)
            .eq(kind.split(' '))
    }

    /// Whether a runner knows what to do with it: a shell block always has to say so.
    fn is_known(&self) -> bool {
        let Some((language, rest)) = self.words.split_first() else {
            return true;
        };
        let kinds: &[&str] = match language.as_str() {
            "sh" => {
                return rest
                    .first()
                    .is_some_and(|kind| SHELL_KINDS.contains(&kind.as_str()));
            }
            "bash" | "console" | "shell" | "zsh" => return false,
            "yaml" => &["values", "output"],
            "text" => &["output", "link"],
            "html" => &["embed"],
            "python" => &["server"],
            _ => &[],
        };
        rest.first()
            .is_none_or(|kind| kinds.contains(&kind.as_str()))
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.words
            .iter()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn codes(&self, name: &str) -> BTreeSet<String> {
        self.attribute(name)
            .into_iter()
            .flat_map(|codes| codes.split(','))
            .map(str::to_owned)
            .collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every page with examples.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "crates/wasm/npm/README.md"]
        .map(|name| root().join(name))
        .into();
    for folder in ["docs", "docs/guide"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
    let mut blocks = Vec::<Block>::new();
    let mut is_open = false;
    for (event, range) in Parser::new(&text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                is_open = true;
                blocks.push(Block {
                    line: text[..range.start].matches('\n').count() + 1,
                    words: info.split_whitespace().map(str::to_owned).collect(),
                    text: String::new(),
                });
            }
            Event::End(TagEnd::CodeBlock) => is_open = false,
            Event::Text(text) if is_open => blocks.last_mut().unwrap().text.push_str(&text),
            _ => {}
        }
    }
    blocks
}

/// A page's own folder, and what its commands find on the path.
struct Page {
    folder: TempDir,
    tools: TempDir,
    /// What the last values render.
    rendered: String,
    /// What the last commands printed.
    printed: Option<Printed>,
}

/// Where it is known what commands have printed.
enum Printed {
    Here(String),
    Elsewhere,
}

impl Page {
    fn new() -> Self {
        let tools = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(PROGRAM, tools.path().join("mlflow-k8s")).unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            tools,
            rendered: String::new(),
            printed: None,
        }
    }

    fn check(&mut self, block: &Block) -> Result<(), String> {
        let printed = self.printed.take();
        if !block.is_known() {
            Err(format!(
                "the kind of this block is not known; a shell block is one of {SHELL_KINDS:?}"
            ))
        } else if block.is("yaml values") {
            self.values(block)
        } else if block.is("html embed") {
            self.values_of_link(block, &playground(&block.text)?)
        } else if block.is("text link") {
            let address = block.text.trim();
            let opened = opened(address).ok_or_else(|| format!("{address} opens nothing"))?;
            self.values_of_link(block, &opened?)
        } else if block.is("yaml output") {
            self.output(block)
        } else if block.is("sh run") {
            self.run(block)
        } else if block.is("sh cluster") {
            self.printed = Some(Printed::Elsewhere);
            self.cluster(block)
        } else if block.is("sh not-run") {
            self.printed = Some(Printed::Elsewhere);
            (block.words.len() > 2)
                .then_some(())
                .ok_or_else(|| "says no reason why it is not run".to_owned())
        } else if block.is("python server") {
            self.printed = Some(Printed::Elsewhere);
            Ok(())
        } else if block.is("text output") {
            match printed.ok_or("no commands before it")? {
                Printed::Here(printed) => is_like(&printed, &block.text),
                // The tests that run these commands also compare what they print.
                Printed::Elsewhere => Ok(()),
            }
        } else {
            Ok(())
        }
    }

    fn values(&mut self, block: &Block) -> Result<(), String> {
        let file = block.attribute("file").unwrap_or("example.yaml");
        let (release, namespace) = (block.attribute("release"), block.attribute("namespace"));
        self.values_of(block, &block.text, file, release, namespace)
    }

    fn values_of_link(&mut self, block: &Block, work: &Shared) -> Result<(), String> {
        let (release, namespace) = (work.release.as_deref(), work.namespace.as_deref());
        self.values_of(block, &work.text, "linked.yaml", release, namespace)
    }

    fn values_of(
        &mut self,
        block: &Block,
        text: &str,
        file: &str,
        release: Option<&str>,
        namespace: Option<&str>,
    ) -> Result<(), String> {
        fs::write(self.folder.path().join(file), text).map_err(|error| error.to_string())?;
        let mut arguments = vec!["-f".to_owned(), file.to_owned()];
        arguments.extend(release.map(str::to_owned));
        if let Some(namespace) = namespace {
            arguments.extend(["--namespace".to_owned(), namespace.to_owned()]);
        }
        let check = self.program("check", &arguments, &["--format", "json"]);
        let findings: serde_json::Value =
            serde_json::from_slice(&check.stdout).map_err(|error| error.to_string())?;
        let found = |severity: &str| -> BTreeSet<String> {
            findings
                .as_array()
                .into_iter()
                .flatten()
                .filter(|finding| finding["severity"] == severity)
                .filter_map(|finding| Some(finding["code"].as_str()?.to_owned()))
                .collect()
        };
        for (severity, attribute) in [("warning", "warns"), ("error", "fails")] {
            let (found, said) = (found(severity), block.codes(attribute));
            if found != said {
                return Err(format!("{severity}s are {found:?}, the page says {said:?}"));
            }
        }
        let render = self.program("render", &arguments, &[]);
        if render.status.success() != block.codes("fails").is_empty() {
            return Err(String::from_utf8_lossy(&render.stderr).into_owned());
        }
        self.rendered = String::from_utf8_lossy(&render.stdout).into_owned();
        Ok(())
    }

    fn program(&self, command: &str, arguments: &[String], more: &[&str]) -> Output {
        Command::new(PROGRAM)
            .arg(command)
            .args(arguments)
            .args(more)
            .current_dir(&self.folder)
            .output()
            .unwrap()
    }

    fn output(&self, block: &Block) -> Result<(), String> {
        let lines: Vec<&str> = self.rendered.lines().collect();
        let shown: Vec<&str> = block.text.lines().collect();
        lines
            .windows(shown.len())
            .any(|window| window == shown)
            .then_some(())
            .ok_or_else(|| format!("is not in:\n{}", self.rendered))
    }

    fn run(&mut self, block: &Block) -> Result<(), String> {
        let output = self.shell(&block.text);
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        self.printed = Some(Printed::Here(printed));
        Ok(())
    }

    fn cluster(&self, block: &Block) -> Result<(), String> {
        let Some(folder) = mlflow_k8s_tests::tools::folder() else {
            return Ok(());
        };
        // Asked for help, kubectl does nothing, but refuses what it does not know.
        let kubectl = folder.join("bin/kubectl");
        let script = format!(
            "#!/bin/bash\nwords=()\n\
             for word; do [ \"$word\" = -- ] && break; words+=(\"$word\"); done\n\
             help=$('{0}' \"${{words[@]}}\" --help) || exit 1\n\
             [ \"$help\" != \"$('{0}' --help)\" ] || {{ echo \"kubectl does not know: $*\" >&2; exit 1; }}\n\
             cat >/dev/null\n",
            kubectl.display()
        );
        let stand_in = self.tools.path().join("kubectl");
        fs::write(&stand_in, script).unwrap();
        fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).unwrap();
        let joined = block.text.replace("\\\n", " ");
        for line in joined.lines() {
            let line = line.trim();
            if line.starts_with("kubectl") || line.starts_with("mlflow-k8s") {
                let output = self.shell(&format!("set -o pipefail\n{line}"));
                if !output.status.success() {
                    return Err(format!(
                        "{line}\n{}",
                        String::from_utf8_lossy(&output.stderr)
                    ));
                }
            }
        }
        Ok(())
    }

    fn shell(&self, script: &str) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(&self.folder)
            .env("PATH", format!("{}:{path}", self.tools.path().display()))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }
}

/// What an address of the configurator opens; `None` when it holds no values.
fn opened(address: &str) -> Option<Result<Shared, String>> {
    let linked = match address
        .find(['?', '#'])
        .map(|start| address.split_at(start))
    {
        Some((_, rest)) if rest.starts_with('#') => in_fragment(rest),
        Some((_, rest)) => in_query(rest.split('#').next().unwrap_or(rest)),
        None => None,
    };
    linked.map(work)
}

fn work(linked: Result<Linked, ValuesLinkError>) -> Result<Shared, String> {
    match linked {
        Ok(linked) => Ok(linked.work),
        Err(error) => Err(error.to_string()),
    }
}

/// What a `<mlflow-k8s-playground>` with `preset` or `set` starts with.
fn playground(html: &str) -> Result<Shared, String> {
    let tag = html
        .strip_prefix("<mlflow-k8s-playground")
        .and_then(|rest| rest.split_once('>'))
        .ok_or("no <mlflow-k8s-playground>")?
        .0;
    let mut query = form_urlencoded::Serializer::new("?".to_owned());
    let mut rest = tag;
    while let Some((name, value)) = rest.split_once("=\"") {
        let (value, after) = value.split_once('"').ok_or("an attribute has no end")?;
        query.append_pair(name.trim(), value);
        rest = after;
    }
    in_query(&query.finish())
        .map(work)
        .ok_or("it has neither `preset` nor `set`")?
}

/// Whether a text is as a page shows it: `...` stands for any text, alone on a line for any lines.
fn is_like(text: &str, pattern: &str) -> Result<(), String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = pattern.lines().map(str::trim_end).collect();
    lines_are_like(&lines, &shown)
        .then_some(())
        .ok_or_else(|| format!("prints:\n{text}"))
}

fn lines_are_like(lines: &[&str], shown: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=lines.len()).any(|skipped| lines_are_like(&lines[skipped..], rest))
        }
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, more)| line_is_like(line, first) && lines_are_like(more, rest)),
    }
}

fn line_is_like(line: &str, shown: &str) -> bool {
    let Some((start, rest)) = shown.split_once("...") else {
        return line == shown;
    };
    line.strip_prefix(start).is_some_and(|line| {
        line.char_indices()
            .map(|(place, _)| place)
            .chain([line.len()])
            .any(|place| line_is_like(&line[place..], rest))
    })
}

#[test]
fn examples_are_true() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for path in pages() {
        let mut page = Page::new();
        for block in blocks(&path) {
            checked += usize::from(block.words.len() > 1);
            if let Err(complaint) = page.check(&block) {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                wrong.push(format!(
                    "{name}:{}: {}\n{complaint}",
                    block.line,
                    block.words.join(" ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(checked > 50, "only {checked} examples were found");
}

#[test]
fn left_out_lines_may_be_any() {
    assert!(is_like("a\nb\nc\n", "a\n...\nc\n").is_ok());
    assert!(is_like("a\nb\nc\n", "a\n...\n").is_ok());
    assert!(is_like("a\nb\nc\n", "a\nc\n").is_err());
    assert!(is_like("a\nb\n", "a\n").is_err());
    assert!(is_like("a\nb\nb\nc\n", "...\nb\nc\n").is_ok());
}

#[test]
fn left_out_text_may_be_any() {
    assert!(is_like("pod/a-x1 condition met\n", "pod/a-... condition met\n").is_ok());
    assert!(is_like("é 10 a 20 b\n", "... a ...\n").is_ok());
    assert!(is_like("pod/a-x1 failed\n", "pod/a-... condition met\n").is_err());
    assert!(is_like("pod/b\nmet\n", "pod/... met\n").is_err());
}

#[test]
fn a_shell_block_says_how_it_runs() {
    let is_known = |words: &str| {
        let words = words.split_whitespace().map(str::to_owned).collect();
        Block {
            line: 1,
            words,
            text: String::new(),
        }
        .is_known()
    };
    for known in [
        "",
        "yaml",
        "yaml values file=a.yaml",
        "sh run",
        "sh not-run why",
        "js",
    ] {
        assert!(is_known(known), "{known}");
    }
    for unknown in [
        "sh",
        "bash",
        "sh runs",
        "console",
        "yaml vaules",
        "text outputs",
        "python serve",
    ] {
        assert!(!is_known(unknown), "{unknown}");
    }
}

#[test]
fn addresses_of_the_configurator_open_something() {
    let mut count = 0;
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for start in text.match_indices("/configurator/").map(|(start, _)| start) {
            let end = |c: char| c.is_whitespace() || "\"`')".contains(c);
            let address = text[start..].split(end).next().unwrap();
            let Some(parameters) = address.strip_prefix("/configurator/") else {
                continue;
            };
            let is_placeholder = parameters.contains("NAME") || parameters.contains("KEY");
            let fragment = parameters.split_once('#').map_or("", |(_, rest)| rest);
            let is_path = !parameters.starts_with(['?', '#']);
            if is_path || is_placeholder || share::packed(fragment).is_some() {
                continue;
            }
            let opened = opened(address).unwrap_or_else(|| panic!("{}: {address}", path.display()));
            assert!(opened.is_ok(), "{}: {address}: {opened:?}", path.display());
            count += 1;
        }
    }
    assert!(count > 15, "only {count} addresses were found");
}

/// The pages that people see first on a code host.
const FRONT: [&str; 3] = ["README.md", "CONTRIBUTING.md", "SECURITY.md"];

#[test]
fn links_of_the_front_pages_lead_somewhere() {
    for name in FRONT {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for event in Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            // The pages of the code host itself stand beside the repository's files.
            if dest_url.contains("://") || dest_url.starts_with("../../") {
                continue;
            }
            let (path, fragment) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            let target = root().join(if path.is_empty() { name } else { path });
            assert!(target.exists(), "{name}: {dest_url}");
            if !fragment.is_empty() {
                let headings = headings(&fs::read_to_string(target).unwrap());
                assert!(
                    headings.contains(fragment),
                    "{name}: {dest_url}: {headings:?}"
                );
            }
        }
    }
}

/// The places of a page that a link can lead to.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = text
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    titles
        .map(|title| {
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-');
            let words = title
                .to_lowercase()
                .chars()
                .filter(kept)
                .collect::<String>();
            words.replace(' ', "-")
        })
        .collect()
}

#[test]
fn times_of_the_readme_are_those_that_were_measured() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let measured = fs::read_to_string(root().join("docs/performance.md")).unwrap();
    let words: Vec<&str> = readme.split_whitespace().collect();
    let times: Vec<String> = words
        .windows(2)
        .filter(|pair| ["µs", "ms"].contains(&pair[1]))
        .map(|pair| pair.join(" "))
        .collect();
    assert!(times.len() >= 2, "{times:?}");
    for time in times {
        assert!(measured.contains(&format!("| {time}")), "{time}");
    }
}
