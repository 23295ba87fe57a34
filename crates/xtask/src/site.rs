//! The static site: the configurator, and the documentation in which every
//! example can be tried.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use xshell::cmd;

use crate::markdown::{self, Page, escaped};
use crate::step::step;
use crate::workspace::Workspace;
use crate::{tools, web};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The path that the site has on its host; only 404.html needs to know it
    #[arg(long, value_name = "PATH", default_value = "/")]
    base: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base: "/".to_owned(),
        }
    }
}

const DOCS: &str = "docs";
const SOURCES: &str = "web/site";
const GUIDE: &str = "guide/README.md";
/// What a page of the configurator must find beside it, by fixed names.
const BESIDE_THE_PAGE: [&str; 3] = ["index.html", "sw.js", "app.webmanifest"];

/// Where the site is built.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("site")
}

/// Builds the site, and fails on dead links.
pub(crate) fn build(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    step("page", || web::build(workspace))?;
    step("site", || write(workspace, options))?;
    step("links", || check_links(&folder(workspace)))?;
    step("compression", || compress(workspace))?;
    println!("{}", folder(workspace).display());
    Ok(())
}

/// A file of `docs` and the page that it becomes.
struct Document {
    /// Below the site, `guide/tls.html`.
    address: String,
    page: Page,
}

/// The pages of the guide, in the order and the groups of its first page.
struct Navigation {
    groups: Vec<(String, Vec<(String, String)>)>,
}

fn write(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let site = folder(workspace);
    shell.remove_path(&site)?;

    let assets = write_assets(workspace, &site)?;
    write_configurator(workspace, &site, &assets)?;

    let documents = read_documents(workspace, &assets)?;
    let guide = shell.read_file(workspace.root.join(DOCS).join(GUIDE))?;
    let navigation = Navigation::of(&guide);
    let source = |name: &str| shell.read_file(workspace.root.join(SOURCES).join(name));
    let template = Template {
        html: source("page.html")?,
        assets: assets.clone(),
    };
    for document in &documents {
        let content = format!(
            "{}{}",
            document.page.html,
            navigation.next(&document.address)
        );
        let html = template.fill(
            &document.address,
            "",
            &format!("{} · mlflow-k8s", document.page.title),
            &document.page.summary,
            &navigation.html(&document.address),
            &content,
        );
        shell.write_file(site.join(&document.address), html)?;
    }
    let home = source("home.html")?.replace("{{assets}}", &assets);
    let html = template.fill(
        "index.html",
        "home",
        "mlflow-k8s: MLflow on Kubernetes, right the first time",
        "Kubernetes manifests for an MLflow tracking server, checked while you choose.",
        "",
        &format!("{home}{}", navigation.overview()),
    );
    shell.write_file(site.join("index.html"), html)?;
    shell.write_file(
        site.join("404.html"),
        source("404.html")?.replace("{{base}}", &escaped(&options.base)),
    )?;
    shell.write_file(
        site.join("sw.js"),
        source("sw.js")?.replace("{{assets}}", &assets),
    )?;
    shell.write_file(site.join("playground.js"), source("playground.js")?)?;
    shell.write_file(site.join("search.json"), search_index(&documents))?;
    Ok(())
}

/// What never changes under its name: a folder named by a checksum of all that
/// is in it. Returns its address.
fn write_assets(workspace: &Workspace, site: &Path) -> anyhow::Result<String> {
    let shell = &workspace.shell;
    let mut files = Vec::new();
    for file in shell.read_dir(web::folder(workspace))? {
        if !BESIDE_THE_PAGE.contains(&name_of(&file).as_str()) {
            files.push(file);
        }
    }
    let sources = workspace.root.join(SOURCES);
    files.extend(["site.css", "site.js"].map(|name| sources.join(name)));
    files.extend(shell.read_dir(workspace.root.join(DOCS).join("images"))?);
    files.sort_by_key(|file| name_of(file));
    let mut hasher = DefaultHasher::new();
    let mut contents = Vec::new();
    for file in files {
        let content = shell.read_binary_file(&file)?;
        (name_of(&file), &content).hash(&mut hasher);
        contents.push((name_of(&file), content));
    }
    let assets = format!("assets/{:016x}", hasher.finish());
    for (name, content) in contents {
        shell.write_file(site.join(&assets).join(name), content)?;
    }
    Ok(assets)
}

/// The configurator's page, which takes all else from the assets.
fn write_configurator(workspace: &Workspace, site: &Path, assets: &str) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let dist = web::folder(workspace);
    let mut contents = BESIDE_THE_PAGE
        .iter()
        .map(|name| Ok((*name, shell.read_file(dist.join(name))?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for file in shell.read_dir(site.join(assets))? {
        let name = name_of(&file);
        for (_, text) in &mut contents {
            // Trunk's minifier leaves out the quotes that HTML does not need.
            for before in ['"', '\'', '='] {
                for start in ["", "./"] {
                    *text = text.replace(
                        &format!("{before}{start}{name}"),
                        &format!("{before}../{assets}/{name}"),
                    );
                }
            }
        }
    }
    for (name, text) in contents {
        shell.write_file(site.join("configurator").join(name), text)?;
    }
    Ok(())
}

fn read_documents(workspace: &Workspace, assets: &str) -> anyhow::Result<Vec<Document>> {
    let docs = workspace.root.join(DOCS);
    let mut sources = Vec::new();
    for folder in ["", "guide", "reference", "rules"] {
        for file in workspace.shell.read_dir(docs.join(folder))? {
            if file.extension().is_some_and(|extension| extension == "md") {
                sources.push(Path::new(folder).join(name_of(&file)));
            }
        }
    }
    sources
        .into_iter()
        .map(|source| {
            let text = workspace.shell.read_file(docs.join(&source))?;
            let source = source.to_string_lossy().into_owned();
            let page = markdown::page(&text, |address| link(&source, address, assets));
            Ok(Document {
                address: address(&source),
                page,
            })
        })
        .collect()
}

/// The address of a Markdown file's page.
fn address(source: &str) -> String {
    let name = source.strip_suffix(".md").unwrap_or(source);
    match name.strip_suffix("README") {
        Some(folder) => format!("{folder}index.html"),
        None => format!("{name}.html"),
    }
}

/// Where a link of a document leads on the site; nowhere when that is not there.
fn link(source: &str, target: &str, assets: &str) -> Option<String> {
    if target.starts_with('#') || target.contains("://") || target.starts_with("mailto:") {
        return Some(target.to_owned());
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let from = Path::new(source).parent().unwrap_or(Path::new(""));
    let whole = normal(&from.join(path))?;
    if let Some(image) = whole.strip_prefix("images/") {
        return Some(format!("{}{assets}/{image}", root(source)));
    }
    let page = is_markdown(path).then(|| address(path))?;
    Some(match fragment {
        "" => page,
        fragment => format!("{page}#{fragment}"),
    })
}

fn is_markdown(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "md")
}

/// A path without `.` and `..`; none when it leads out of its root.
fn normal(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// The way from a page to the site's first folder.
fn root(address: &str) -> String {
    "../".repeat(address.matches('/').count())
}

fn name_of(file: &Path) -> String {
    file.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

struct Template {
    html: String,
    assets: String,
}

impl Template {
    fn fill(
        &self,
        address: &str,
        class: &str,
        title: &str,
        description: &str,
        navigation: &str,
        content: &str,
    ) -> String {
        // The content last: it may hold what looks like a place to fill.
        self.html
            .replace("{{root}}", &root(address))
            .replace("{{assets}}", &self.assets)
            .replace("{{class}}", class)
            .replace("{{title}}", &escaped(title))
            .replace("{{description}}", &escaped(description.trim()))
            .replace("{{navigation}}", navigation)
            .replace("{{content}}", content)
    }
}

impl Navigation {
    /// Reads `## Group` and `- [Title](page.md)` of the guide's first page.
    fn of(guide: &str) -> Self {
        let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for line in guide.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                groups.push((title.to_owned(), Vec::new()));
            } else if let Some((title, rest)) = line
                .strip_prefix("- [")
                .and_then(|rest| rest.split_once("]("))
                && let Some((target, _)) = rest.split_once(')')
                && let Some((_, pages)) = groups.last_mut()
                && is_markdown(target)
                && !target.contains('/')
            {
                pages.push((title.to_owned(), format!("guide/{}", address(target))));
            }
        }
        groups.retain(|(_, pages)| !pages.is_empty());
        Self { groups }
    }

    fn pages(&self) -> impl Iterator<Item = &(String, String)> {
        self.groups.iter().flat_map(|(_, pages)| pages)
    }

    /// The list beside a page.
    fn html(&self, here: &str) -> String {
        let root = root(here);
        let mut html = String::new();
        for (title, pages) in &self.groups {
            let _ = write!(html, "<h2>{}</h2>\n<ul>\n", escaped(title));
            for (title, address) in pages {
                let current = if address == here {
                    " aria-current=\"page\""
                } else {
                    ""
                };
                let _ = writeln!(
                    html,
                    "<li><a href=\"{root}{address}\"{current}>{}</a></li>",
                    escaped(title)
                );
            }
            html.push_str("</ul>\n");
        }
        html
    }

    /// The list on the site's first page.
    fn overview(&self) -> String {
        let mut html = String::from("<nav class=\"overview\" aria-label=\"Guide\">\n");
        for (title, pages) in &self.groups {
            let _ = write!(html, "<section><h2>{}</h2>\n<ul>\n", escaped(title));
            for (title, address) in pages {
                let _ = writeln!(
                    html,
                    "<li><a href=\"{address}\">{}</a></li>",
                    escaped(title)
                );
            }
            html.push_str("</ul></section>\n");
        }
        html.push_str("</nav>\n");
        html
    }

    /// Links to the pages before and after one.
    fn next(&self, here: &str) -> String {
        let pages: Vec<_> = self.pages().collect();
        let Some(position) = pages.iter().position(|(_, address)| address == here) else {
            return String::new();
        };
        let link = |page: Option<&&(String, String)>, rel: &str, word: &str| {
            page.map_or(String::new(), |(title, address)| {
                format!(
                    "<a rel=\"{rel}\" href=\"{}{address}\">{word}: {}</a>",
                    root(here),
                    escaped(title)
                )
            })
        };
        let before = position.checked_sub(1).and_then(|before| pages.get(before));
        format!(
            "<nav class=\"next\" aria-label=\"Before and after\">{}{}</nav>\n",
            link(before, "prev", "Before"),
            link(pages.get(position + 1), "next", "Next")
        )
    }
}

/// What the search on the pages looks through.
fn search_index(documents: &[Document]) -> String {
    let sections: Vec<serde_json::Value> = documents
        .iter()
        .flat_map(|document| {
            document.page.sections.iter().map(|section| {
                serde_json::json!({
                    "page": document.page.title,
                    "title": section.title,
                    "address": format!("{}#{}", document.address, section.id),
                    "text": section.text.split_whitespace().collect::<Vec<_>>().join(" "),
                })
            })
        })
        .collect();
    serde_json::Value::from(sections).to_string()
}

/// Follows every link of every page within the site.
fn check_links(site: &Path) -> anyhow::Result<()> {
    let mut pages = BTreeMap::new();
    let mut folders = vec![site.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "html")
            {
                let text = std::fs::read_to_string(&path)?;
                pages.insert(path, text);
            }
        }
    }
    let mut dead = Vec::new();
    for (path, text) in &pages {
        let name = path.strip_prefix(site)?.to_string_lossy();
        // It does not know where it is served from.
        if name == "404.html" {
            continue;
        }
        for target in targets(text) {
            if target.contains(':') {
                continue;
            }
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = file.split('?').next().unwrap_or_default();
            let from = Path::new(&*name).parent().unwrap_or(Path::new(""));
            let mut whole = match file {
                "" => path.clone(),
                file => site.join(normal(&from.join(file)).with_context(|| {
                    format!("{name}: the link {target} points outside the site")
                })?),
            };
            if whole.is_dir() {
                whole = whole.join("index.html");
            }
            let is_there = match pages.get(&whole) {
                Some(text) => fragment.is_empty() || text.contains(&format!(" id=\"{fragment}\"")),
                None => whole.is_file(),
            };
            if !is_there {
                dead.push(format!("{name}: {target}"));
            }
        }
    }
    if !dead.is_empty() {
        bail!("dead links:\n{}", dead.join("\n"));
    }
    Ok(())
}

/// What a page's attributes point at.
fn targets(html: &str) -> impl Iterator<Item = &str> {
    ["href=\"", "src=\"", "srcset=\""]
        .into_iter()
        .flat_map(|attribute| html.split(attribute).skip(1))
        .filter_map(|rest| rest.split_once('"').map(|(target, _)| target))
}

/// Writes `.br` and `.gz` beside what gains by it.
fn compress(workspace: &Workspace) -> anyhow::Result<()> {
    tools::install_node(workspace)?;
    let script = workspace.root.join("crates/xtask/node/compress.mjs");
    let site = folder(workspace);
    Ok(cmd!(workspace.shell, "node {script} {site}")
        .quiet()
        .run()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_mirror_the_folder() {
        assert_eq!(address("guide/README.md"), "guide/index.html");
        assert_eq!(address("size.md"), "size.html");
        let to = |target| link("guide/tls.md", target, "assets/1");
        assert_eq!(
            to("../rules/MK1.md#x").as_deref(),
            Some("../rules/MK1.html#x")
        );
        assert_eq!(to("../images/a.png").as_deref(), Some("../assets/1/a.png"));
        assert_eq!(to("#here").as_deref(), Some("#here"));
        assert_eq!(
            to("https://mlflow.org").as_deref(),
            Some("https://mlflow.org")
        );
        assert_eq!(to("../../README.md"), None);
        assert_eq!(to("../../crates/core"), None);
    }

    #[test]
    fn the_first_page_of_the_guide_orders_the_others() {
        let navigation = Navigation::of(
            "# Guide\n\n## Start\n\n- [Quick start](quick-start.md): in minutes\n- [TLS](tls.md)\n\n## None\n\n- text\n",
        );
        let pages: Vec<_> = navigation
            .pages()
            .map(|(_, address)| address.as_str())
            .collect();
        assert_eq!(pages, ["guide/quick-start.html", "guide/tls.html"]);
        let next = navigation.next("guide/quick-start.html");
        assert!(
            next.contains("../guide/tls.html") && !next.contains("prev"),
            "{next}"
        );
    }

    #[test]
    fn dead_links_are_found() {
        let site = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(site.path().join(name), text).unwrap();
        write(
            "a.html",
            "<h1 id=\"top\"></h1><a href=\"b.html#x\"></a><a href=\"#top\"></a>",
        );
        write("b.html", "<p id=\"x\"></p>");
        check_links(site.path()).unwrap();
        write("b.html", "<p></p><img src=\"c.png\">");
        let error = check_links(site.path()).unwrap_err().to_string();
        assert_eq!(error, "dead links:\na.html: b.html#x\nb.html: c.png");
    }
}
