//! What a release consists of: the command line, the npm package, the site, and
//! their checksums.

use std::path::{Path, PathBuf};

use anyhow::Context;
use xshell::cmd;

use crate::step::step;
use crate::workspace::Workspace;
use crate::{npm, site};

/// Links nothing at run time, so that it runs on any Linux.
const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";

/// Builds everything into `target/release-VERSION`.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let version = env!("CARGO_PKG_VERSION");
    let folder = workspace.target.join(format!("release-{version}"));
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;

    let (target, program) = step("the command line", || command_line(workspace))?;
    pack(
        workspace,
        program.parent().context("a program lies in a folder")?,
        &["mlflow-k8s"],
        &folder.join(format!("mlflow-k8s-{version}-{target}.tar.gz")),
    )?;
    let package = step("npm package", || npm::build(workspace))?;
    shell.copy_file(package, &folder)?;
    site::build(workspace, &site::Options::default())?;
    pack(
        workspace,
        &site::folder(workspace),
        &["."],
        &folder.join(format!("mlflow-k8s-site-{version}.tar.gz")),
    )?;

    let _folder = shell.push_dir(&folder);
    let mut names: Vec<String> = shell
        .read_dir(".")?
        .iter()
        .filter_map(|file| Some(file.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    let sums = cmd!(shell, "sha256sum {names...}").quiet().read()?;
    shell.write_file("SHA256SUMS", format!("{sums}\n"))?;
    println!("{}\n{sums}", folder.display());
    Ok(())
}

/// Builds the program; returns for which target, and the program. Linked
/// statically with musl or, without that target, with the C library of the host.
fn command_line(workspace: &Workspace) -> anyhow::Result<(String, PathBuf)> {
    let shell = &workspace.shell;
    let host = cmd!(shell, "rustc --print host-tuple").quiet().read()?;
    let build = |target: &str, flags: &str| {
        cmd!(
            shell,
            "cargo build --quiet --release --locked --package mlflow-k8s --target {target}"
        )
        .env("RUSTFLAGS", flags)
    };
    let program_for = |target: &str| {
        let program = workspace.target.join(target).join("release/mlflow-k8s");
        (target.to_owned(), program)
    };
    // What is wrong with the program, the last attempt tells.
    if build(STATIC_TARGET, "").ignore_stderr().run().is_ok() {
        return Ok(program_for(STATIC_TARGET));
    }
    eprintln!(
        "cannot build for {STATIC_TARGET} (is it missing? `rustup target add {STATIC_TARGET}`); \
         building for {host} instead"
    );
    if build(&host, "-Ctarget-feature=+crt-static")
        .ignore_stderr()
        .run()
        .is_err()
    {
        eprintln!("WARNING: the program needs the C library of this system");
        build(&host, "").run()?;
    }
    Ok(program_for(&host))
}

/// Packs files of a folder, the same bytes for the same files.
fn pack(
    workspace: &Workspace,
    folder: &Path,
    names: &[&str],
    archive: &Path,
) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    Ok(cmd!(
        shell,
        "tar --create --gzip --file {archive} --directory {folder} --sort=name --mtime=@0
         --owner=0 --group=0 --numeric-owner {names...}"
    )
    .quiet()
    .run()?)
}
