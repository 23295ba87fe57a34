//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::Context;
use xshell::Shell;

/// The checkout that this program was built in, and a shell that stands at its root.
pub(crate) struct Workspace {
    pub(crate) shell: Shell,
    pub(crate) root: PathBuf,
    /// Cargo's target folder; everything that is built or measured goes below it.
    pub(crate) target: PathBuf,
    /// Where tools are installed that take long to install: outside the clone
    /// where there is such a place, so that every clone shares them.
    pub(crate) cache: PathBuf,
}

impl Workspace {
    pub(crate) fn open() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("xtask stands two folders below the workspace's root")?
            .to_owned();
        let shell = Shell::new()?;
        shell.change_dir(&root);
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::env::current_dir()?.join(folder),
            None => root.join("target"),
        };
        let cache = user_cache()
            .filter(|folder| std::fs::create_dir_all(folder).is_ok())
            .unwrap_or_else(|| target.join("tools"));
        Ok(Self {
            shell,
            root,
            target,
            cache,
        })
    }
}

/// The user's folder for what can be installed again.
pub(crate) fn user_cache() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
    };
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("mlflow-k8s"))
}
