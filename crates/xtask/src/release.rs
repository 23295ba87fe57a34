//! What a release consists of: the command line, the npm package, the site, and
//! their checksums.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use xshell::cmd;

use crate::step::step;
use crate::workspace::Workspace;
use crate::{npm, site};

/// Links nothing at run time, so that it runs on any Linux.
const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";
/// The targets that `.github/workflows/release.yml` builds the command line for.
#[cfg(test)]
const PUBLISHED_TARGETS: [&str; 5] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    STATIC_TARGET,
];
const VERSION: &str = env!("CARGO_PKG_VERSION");
const PROGRAM: &str = "mlflow-k8s";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build only this part; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Build the command line for this target, which must be installed [default: static Linux if
    /// installed, else this machine]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Fail unless this Git tag is the tag of the version
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Address of the repository, for the npm package: npm compares it with the place that
    /// publishes
    #[arg(long, value_name = "URL")]
    repository: Option<String>,
}

/// A part of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The program, packed
    CommandLine,
    /// The npm package
    Npm,
    /// The static site, packed
    Site,
}

/// Builds everything into `target/release-VERSION`.
pub(crate) fn build(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    if let Some(tag) = &options.tag {
        check_tag(tag)?;
    }
    let shell = &workspace.shell;
    let folder = workspace.target.join(format!("release-{VERSION}"));
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;
    let is_wanted = |part| options.only.is_empty() || options.only.contains(&part);

    if is_wanted(Part::CommandLine) {
        let (target, program) = step("the command line", || match &options.target {
            Some(target) => command_line_for(workspace, target),
            None => command_line(workspace),
        })?;
        let license = workspace.root.join("LICENSE");
        let files = [
            Packed::of(&program, program_name(&target), 0o755),
            Packed::of(&license, "LICENSE", 0o644),
        ];
        pack(&files, &folder.join(archive_name(&target)))?;
        step("the command line runs", || {
            try_program(workspace, &target, &program)
        })?;
    }
    if is_wanted(Part::Npm) {
        let package = step("npm package", || {
            npm::build(workspace, options.repository.as_deref())
        })?;
        shell.copy_file(package, &folder)?;
    }
    if is_wanted(Part::Site) {
        site::build(workspace, &site::Options::default())?;
        let mut files = Vec::new();
        collect(&site::folder(workspace), "", &mut files)?;
        pack(
            &files,
            &folder.join(format!("{PROGRAM}-site-{VERSION}.tar.gz")),
        )?;
    }

    println!("{}", folder.display());
    // The workflow has the parts of several machines, and sums them up when all are there.
    if options.only.is_empty() {
        println!("{}", write_checksums(workspace, &folder)?);
    }
    Ok(())
}

/// A release is named by its version, in the workspace's manifest and in the tag.
fn check_tag(tag: &str) -> anyhow::Result<()> {
    let expected = format!("v{VERSION}");
    ensure!(
        tag == expected,
        "the tag is {tag}, but the version in Cargo.toml is {VERSION}: tag the release {expected}"
    );
    Ok(())
}

/// The archive of the command line. `cargo binstall` looks for this name.
fn archive_name(target: &str) -> String {
    format!("{PROGRAM}-{VERSION}-{target}.tar.gz")
}

fn program_name(target: &str) -> &'static str {
    if target.contains("-windows-") {
        "mlflow-k8s.exe"
    } else {
        PROGRAM
    }
}

/// Builds the program; returns for which target, and the program. Linked
/// statically with musl or, without that target, with the C library of the host.
fn command_line(workspace: &Workspace) -> anyhow::Result<(String, PathBuf)> {
    // What is wrong with the program, the last attempt tells.
    if compile(workspace, STATIC_TARGET, "")
        .ignore_stderr()
        .run()
        .is_ok()
    {
        return Ok(built(workspace, STATIC_TARGET));
    }
    let host = host(workspace)?;
    eprintln!("without {STATIC_TARGET} (`rustup target add {STATIC_TARGET}`), so for {host}");
    if compile(workspace, &host, "-Ctarget-feature=+crt-static")
        .ignore_stderr()
        .run()
        .is_err()
    {
        eprintln!("WARNING: the program needs the C library of this system");
        compile(workspace, &host, "").run()?;
    }
    Ok(built(workspace, &host))
}

/// Builds the program for one target, and for no other.
fn command_line_for(workspace: &Workspace, target: &str) -> anyhow::Result<(String, PathBuf)> {
    compile(workspace, target, "")
        .run()
        .with_context(|| format!("is the target installed? `rustup target add {target}`"))?;
    Ok(built(workspace, target))
}

fn compile<'w>(workspace: &'w Workspace, target: &str, flags: &str) -> xshell::Cmd<'w> {
    cmd!(
        workspace.shell,
        "cargo build --quiet --release --locked --package mlflow-k8s --target {target}"
    )
    .env("RUSTFLAGS", flags)
}

fn built(workspace: &Workspace, target: &str) -> (String, PathBuf) {
    let folder = workspace.target.join(target).join("release");
    (target.to_owned(), folder.join(program_name(target)))
}

fn host(workspace: &Workspace) -> anyhow::Result<String> {
    Ok(cmd!(workspace.shell, "rustc --print host-tuple")
        .quiet()
        .read()?)
}

/// Runs the program that was built, if this machine can.
fn try_program(workspace: &Workspace, target: &str, program: &Path) -> anyhow::Result<()> {
    let host = host(workspace)?;
    if !runs_on(target, &host) {
        println!("not run: {target} does not run on {host}");
        return Ok(());
    }
    let shell = &workspace.shell;
    let version = cmd!(shell, "{program} --version").quiet().read()?;
    ensure!(
        version == format!("{PROGRAM} {VERSION}"),
        "the program says that it is {version}"
    );
    let manifests = cmd!(shell, "{program} render --preset quickstart")
        .quiet()
        .read()?;
    ensure!(
        manifests.contains("kind: Deployment"),
        "the program renders no Deployment: {manifests}"
    );
    Ok(())
}

/// Whether a machine runs programs of a target: the same processor and system,
/// whatever the C library.
fn runs_on(target: &str, host: &str) -> bool {
    let machine =
        |tuple: &str| -> Vec<String> { tuple.split('-').take(3).map(str::to_owned).collect() };
    machine(target) == machine(host)
}

/// A file of an archive.
struct Packed {
    source: PathBuf,
    name: String,
    mode: u32,
}

impl Packed {
    fn of(source: &Path, name: &str, mode: u32) -> Self {
        Self {
            source: source.to_owned(),
            name: name.to_owned(),
            mode,
        }
    }
}

/// The files below a folder, by their names.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<Packed>) -> anyhow::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(Packed::of(&entry.path(), &name, 0o644));
        }
    }
    Ok(())
}

/// Packs files: the same bytes for the same files, on any machine.
fn pack(files: &[Packed], archive: &Path) -> anyhow::Result<()> {
    let compressed = GzEncoder::new(File::create(archive)?, Compression::best());
    let mut builder = tar::Builder::new(compressed);
    for file in files {
        let content = std::fs::read(&file.source)
            .with_context(|| format!("{} cannot be read", file.source.display()))?;
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(file.mode);
        header.set_mtime(0);
        builder.append_data(&mut header, &file.name, content.as_slice())?;
    }
    builder.into_inner()?.finish()?;
    Ok(())
}

/// Writes `SHA256SUMS`, in the form of `sha256sum`; returns it.
fn write_checksums(workspace: &Workspace, folder: &Path) -> anyhow::Result<String> {
    let shell = &workspace.shell;
    let _folder = shell.push_dir(folder);
    let mut names: Vec<String> = shell
        .read_dir(".")?
        .iter()
        .filter_map(|file| Some(file.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    let sums = cmd!(shell, "sha256sum {names...}").quiet().read()?;
    shell.write_file("SHA256SUMS", format!("{sums}\n"))?;
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::io::Read;

    fn workspace() -> Workspace {
        Workspace::open().unwrap()
    }

    /// What `cargo binstall` reads.
    fn binstall() -> serde_json::Value {
        let workspace = workspace();
        let text = cmd!(
            workspace.shell,
            "cargo metadata --format-version 1 --no-deps --offline"
        )
        .quiet()
        .read()
        .unwrap();
        let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["name"] == PROGRAM);
        package.unwrap()["metadata"]["binstall"].clone()
    }

    fn filled(template: &serde_json::Value, target: &str) -> String {
        let suffix = program_name(target).trim_start_matches(PROGRAM);
        let mut text = template.as_str().unwrap().to_owned();
        for (name, value) in [
            ("repo", "https://example.com/a/b"),
            ("name", PROGRAM),
            ("bin", PROGRAM),
            ("version", VERSION),
            ("target", target),
            ("binary-ext", suffix),
        ] {
            text = text.replace(&format!("{{ {name} }}"), value);
        }
        text
    }

    #[test]
    fn binstall_finds_the_archives_and_the_program_in_them() {
        let binstall = binstall();
        assert_eq!(binstall["pkg-fmt"], "tgz");
        for target in PUBLISHED_TARGETS {
            assert_eq!(
                filled(&binstall["pkg-url"], target),
                format!(
                    "https://example.com/a/b/releases/download/v{VERSION}/{}",
                    archive_name(target)
                )
            );
            assert_eq!(filled(&binstall["bin-dir"], target), program_name(target));
        }
    }

    #[test]
    fn the_workflow_and_the_readme_name_every_target() {
        let workspace = workspace();
        let workflow = workspace
            .shell
            .read_file(".github/workflows/release.yml")
            .unwrap();
        let built: BTreeSet<&str> = workflow
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- target: "))
            .collect();
        assert_eq!(built, PUBLISHED_TARGETS.into());
        let readme = workspace.shell.read_file("README.md").unwrap();
        for target in PUBLISHED_TARGETS {
            assert!(readme.contains(&format!("`{target}`")), "{target}");
        }
    }

    #[test]
    fn a_release_has_one_version() {
        check_tag(&format!("v{VERSION}")).unwrap();
        for tag in [VERSION, "v0.0.0", "main"] {
            check_tag(tag).unwrap_err();
        }
    }

    #[test]
    fn a_machine_runs_its_own_programs() {
        assert!(runs_on(
            "x86_64-unknown-linux-musl",
            "x86_64-unknown-linux-gnu"
        ));
        assert!(runs_on("x86_64-pc-windows-msvc", "x86_64-pc-windows-msvc"));
        assert!(!runs_on("x86_64-apple-darwin", "aarch64-apple-darwin"));
        assert!(!runs_on(
            "aarch64-unknown-linux-musl",
            "x86_64-unknown-linux-gnu"
        ));
    }

    #[test]
    fn the_same_files_give_the_same_archive() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("guide")).unwrap();
        let packed = |name: &str| {
            std::fs::write(site.join("index.html"), "home").unwrap();
            std::fs::write(site.join("guide/tls.html"), "tls").unwrap();
            let mut files = Vec::new();
            collect(&site, "", &mut files).unwrap();
            let archive = folder.path().join(name);
            pack(&files, &archive).unwrap();
            std::fs::read(archive).unwrap()
        };
        let archive = packed("a.tar.gz");
        assert_eq!(archive, packed("b.tar.gz"));
        let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
        let mut found = Vec::new();
        for entry in reader.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push((name, text, entry.header().mode().unwrap()));
        }
        let expected = [("guide/tls.html", "tls"), ("index.html", "home")]
            .map(|(name, text)| (name.to_owned(), text.to_owned(), 0o644));
        assert_eq!(found, expected);
    }
}
