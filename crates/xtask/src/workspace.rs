//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::Context;
use xshell::Shell;

/// The checkout that this program was built in, and a shell that stands at its root.
pub(crate) struct Workspace {
    pub(crate) shell: Shell,
    pub(crate) root: PathBuf,
    /// Cargo's target folder; everything that is installed or measured goes below it.
    pub(crate) target: PathBuf,
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
        Ok(Self {
            shell,
            root,
            target,
        })
    }
}
