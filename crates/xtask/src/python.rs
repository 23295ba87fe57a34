//! Packages from the Python package index, in virtual environments.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::Context;
use xshell::cmd;

use crate::workspace::Workspace;

/// The tools of the tests: Kubernetes' schemas, `kubectl`, a YAML reader.
pub(crate) fn tools(workspace: &Workspace) -> anyhow::Result<Environment> {
    let requirements = "crates/xtask/requirements.txt";
    Ok(Environment {
        folder: workspace.target.join("venv"),
        requirements,
        content: workspace.shell.read_file(requirements)?,
    })
}

/// A real MLflow with what its server needs, and what tests it.
pub(crate) fn mlflow(workspace: &Workspace) -> anyhow::Result<Environment> {
    let requirements = "tests/server/requirements.txt";
    let shell = &workspace.shell;
    let content = shell.read_file(requirements)?;
    let print = "import sys; print(sys.version, sys.base_prefix)";
    let python = cmd!(shell, "python3 -c {print}").quiet().read();
    let mut hasher = DefaultHasher::new();
    (&content, python.context(NEEDS_PYTHON)?).hash(&mut hasher);
    let name = format!("mlflow-{:016x}", hasher.finish());
    // Large, and the same for every clone: it is kept outside of them where that is possible.
    let cached = cache_folder().map(|cache| cache.join(&name));
    let folder = match cached {
        Some(folder) if is_complete(&folder, &content) || can_hold(&folder) => folder,
        _ => workspace.target.join(name),
    };
    Ok(Environment {
        folder,
        requirements,
        content,
    })
}

const NEEDS_PYTHON: &str = "a virtual environment is needed: install Python 3.10 or newer with \
                            its venv module (Debian: apt-get install python3 python3-venv)";

/// A virtual environment, installed or not.
pub(crate) struct Environment {
    folder: PathBuf,
    /// The file with the pinned packages, below the workspace's root.
    requirements: &'static str,
    /// What that file says.
    content: String,
}

impl Environment {
    /// Its folder, if it is there with all of the pinned packages.
    pub(crate) fn installed(&self) -> Option<&Path> {
        is_complete(&self.folder, &self.content).then_some(self.folder.as_path())
    }

    /// Makes sure that it is there; returns its folder.
    pub(crate) fn install(&self, workspace: &Workspace) -> anyhow::Result<PathBuf> {
        let Self {
            folder,
            requirements,
            content,
        } = self;
        if let Some(folder) = self.installed() {
            return Ok(folder.to_owned());
        }
        let shell = &workspace.shell;
        if let Some(parent) = folder.parent() {
            shell.create_dir(parent)?;
        }
        // Another clone may be about to do the same.
        let lock = File::create(folder.with_extension("lock"))?;
        lock.lock()?;
        if let Some(folder) = self.installed() {
            return Ok(folder.to_owned());
        }

        shell.remove_path(folder)?;
        cmd!(shell, "python3 -m venv {folder}")
            .run()
            .context(NEEDS_PYTHON)?;
        let python = folder.join("bin/python");
        cmd!(
            shell,
            "{python} -m pip install --quiet --disable-pip-version-check --no-deps --requirement {requirements}"
        )
        .run()
        .with_context(|| {
            format!("the packages of {requirements} are needed: is the package index reachable?")
        })?;
        cmd!(
            shell,
            "{python} -m pip check --quiet --disable-pip-version-check"
        )
        .run()?;
        // Written last: an installation that broke off is done again.
        shell.write_file(folder.join(INSTALLED), content)?;
        Ok(folder.clone())
    }
}

/// The copy of the requirements in an environment that holds them all.
const INSTALLED: &str = "requirements.txt";

fn is_complete(folder: &Path, content: &str) -> bool {
    std::fs::read_to_string(folder.join(INSTALLED)).is_ok_and(|text| text == content)
}

/// The user's folder for what can be installed again.
fn cache_folder() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("mlflow-k8s"))
}

/// Whether a folder can be made where it should be.
fn can_hold(folder: &Path) -> bool {
    let Some(parent) = folder.parent() else {
        return false;
    };
    let probe = folder.with_extension("lock");
    std::fs::create_dir_all(parent).is_ok() && File::create(probe).is_ok()
}
