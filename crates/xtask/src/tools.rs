//! Tools beside the Rust toolchain, at pinned versions: used when they are
//! there, installed when they are missing or different.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use xshell::cmd;

use crate::workspace::Workspace;

/// A program from the crate registry.
pub(crate) struct CargoTool {
    /// Its crate.
    pub(crate) name: &'static str,
    /// A program that it installs, which tells its version.
    program: &'static str,
    pub(crate) version: &'static str,
    /// What it is for.
    pub(crate) purpose: &'static str,
    /// More arguments of `cargo install`.
    arguments: &'static [&'static str],
    /// How far it is optimised: as little as it can do with, since each is
    /// compiled for longer than it ever runs.
    opt_level: &'static str,
}

/// Writes the JavaScript for a module. Its version is that of `wasm-bindgen` in Cargo.toml.
pub(crate) const WASM_BINDGEN: CargoTool = CargoTool {
    name: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: "0.2.129",
    purpose: "building and testing the module and the page",
    arguments: &[],
    opt_level: "1",
};

/// Builds and serves the page.
pub(crate) const TRUNK: CargoTool = CargoTool {
    name: "trunk",
    program: "trunk",
    version: "0.21.14",
    purpose: "building and serving the page",
    arguments: &["--no-default-features"],
    opt_level: "0",
};

/// Checks licences, bans and duplicates of dependencies.
pub(crate) const CARGO_DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    program: "cargo-deny",
    version: "0.20.2",
    purpose: "checking licences and duplicates of dependencies",
    arguments: &[],
    opt_level: "0",
};

/// Runs the fuzz targets.
pub(crate) const CARGO_FUZZ: CargoTool = CargoTool {
    name: "cargo-fuzz",
    program: "cargo-fuzz",
    version: "0.13.2",
    purpose: "`cargo xtask fuzz`",
    arguments: &[],
    opt_level: "0",
};

/// Every tool from the crate registry.
pub(crate) const CARGO_TOOLS: [&CargoTool; 4] = [&WASM_BINDGEN, &TRUNK, &CARGO_DENY, &CARGO_FUZZ];

impl CargoTool {
    /// The folder of its programs, if it is there at its version: on the path
    /// or where `install` puts it.
    pub(crate) fn find(&self, workspace: &Workspace) -> Option<PathBuf> {
        let ours = self.root(workspace).join("bin");
        if self.is_version(workspace, &ours.join(self.program)) {
            return Some(ours);
        }
        let there = which(self.program)?;
        self.is_version(workspace, &there)
            .then(|| there.parent().map(Path::to_owned))?
    }

    /// Makes sure that it is there; returns the folder of its programs.
    pub(crate) fn install(&self, workspace: &Workspace) -> anyhow::Result<PathBuf> {
        if let Some(folder) = self.find(workspace) {
            return Ok(folder);
        }
        let Self { name, version, .. } = self;
        eprintln!("installing {name} {version}, which takes minutes, once");
        let root = self.root(workspace);
        cmd!(
            workspace.shell,
            "cargo install --quiet --locked --force --root {root} --version {version} {name}"
        )
        .args(self.arguments)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_TARGET_DIR", workspace.target.join("tools-build"))
        .run()
        .with_context(|| {
            format!(
                "{name} {version} is needed: is the crate registry reachable? By hand: `cargo install --locked {}{name}@{version}`",
                self.arguments.iter().fold(String::new(), |text, argument| text + argument + " "),
            )
        })?;
        Ok(root.join("bin"))
    }

    fn root(&self, workspace: &Workspace) -> PathBuf {
        workspace
            .cache
            .join(format!("{}-{}", self.name, self.version))
    }

    fn is_version(&self, workspace: &Workspace, program: &Path) -> bool {
        cmd!(workspace.shell, "{program} --version")
            .quiet()
            .ignore_stderr()
            .read()
            .is_ok_and(|text| text.split_whitespace().any(|word| word == self.version))
    }
}

/// The oldest Node.js that Vite runs on.
const NODE_VERSION: (u32, u32) = (20, 19);

/// The version of Node.js, if there is one that is new enough.
pub(crate) fn find_node(workspace: &Workspace) -> Option<String> {
    which("npm")?;
    let version = cmd!(workspace.shell, "node --version")
        .quiet()
        .ignore_stderr()
        .read()
        .ok()?;
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|number| number.parse::<u32>().ok());
    let found = (numbers.next()?, numbers.next()?);
    (found >= NODE_VERSION).then_some(version)
}

/// Makes sure that Node.js and npm are there.
pub(crate) fn install_node(workspace: &Workspace) -> anyhow::Result<()> {
    if find_node(workspace).is_none() {
        let (major, minor) = NODE_VERSION;
        install_from_debian(workspace, &["nodejs", "npm"])
            .and_then(|()| find_node(workspace).context("Debian's Node.js is too old"))
            .with_context(|| {
                format!("Node.js {major}.{minor} or newer and npm are needed; install them, and run this again")
            })?;
    }
    Ok(())
}

const PACKAGE: &str = include_str!("../node/package.json");
const PACKAGE_LOCK: &str = include_str!("../node/package-lock.json");

/// The npm packages, if they are there at their pinned versions.
pub(crate) fn find_npm_packages(workspace: &Workspace) -> Option<PathBuf> {
    let folder = npm_folder(workspace);
    std::fs::read_to_string(folder.join("installed"))
        .is_ok_and(|text| text == PACKAGE_LOCK)
        .then_some(folder)
}

/// Makes sure that the packages of `crates/xtask/node` are there; returns the
/// folder that holds `node_modules`.
pub(crate) fn install_npm_packages(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    install_node(workspace)?;
    if let Some(folder) = find_npm_packages(workspace) {
        return Ok(folder);
    }
    let shell = &workspace.shell;
    let folder = npm_folder(workspace);
    shell.write_file(folder.join("package.json"), PACKAGE)?;
    shell.write_file(folder.join("package-lock.json"), PACKAGE_LOCK)?;
    cmd!(
        shell,
        "npm --prefix {folder} ci --no-audit --no-fund --loglevel=error"
    )
    .run()
    .context("the npm packages of crates/xtask/node are needed: is the registry reachable?")?;
    // Written last: an installation that broke off is done again.
    shell.write_file(folder.join("installed"), PACKAGE_LOCK)?;
    Ok(folder)
}

fn npm_folder(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("npm")
}

/// Chromium and its driver.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Chromium, if it and its driver are there.
pub(crate) fn find_browser() -> Option<Browser> {
    Some(Browser {
        chromium: ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find_map(which)?,
        driver: which("chromedriver")?,
    })
}

/// Makes sure that Chromium and its driver are there.
pub(crate) fn install_browser(workspace: &Workspace) -> anyhow::Result<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    install_from_debian(workspace, &["chromium", "chromium-driver"])
        .and_then(|()| find_browser().context("Debian's packages do not hold it"))
        .context(
            "Chromium and chromedriver are needed on the path; install them, and run this again",
        )
}

/// Where nginx is. Debian has it beside what only root runs, which is not on
/// every path.
pub(crate) fn find_nginx() -> Option<PathBuf> {
    let beside = PathBuf::from("/usr/sbin/nginx");
    which("nginx").or_else(|| beside.exists().then_some(beside))
}

/// Makes sure that nginx is there, which serves the site in its tests.
pub(crate) fn install_nginx(workspace: &Workspace) -> anyhow::Result<()> {
    if find_nginx().is_none() {
        install_from_debian(workspace, &["nginx-light"])
            .context("nginx is needed on the path; install it, and run this again")?;
    }
    Ok(())
}

/// Installs packages of Debian's, as root.
pub(crate) fn install_from_debian(workspace: &Workspace, packages: &[&str]) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let by_hand = format!(
        "as root on Debian: `apt-get update && apt-get install --no-install-recommends {}`",
        packages.join(" ")
    );
    if which("apt-get").is_none() {
        bail!("there is no apt-get here; {by_hand}");
    }
    if cmd!(shell, "id --user").quiet().read()? != "0" {
        bail!("installing Debian's packages needs root; {by_hand}");
    }
    cmd!(shell, "apt-get update --quiet=2")
        .run()
        .context("are Debian's package servers reachable?")?;
    cmd!(
        shell,
        "apt-get install --yes --quiet=2 --no-install-recommends"
    )
    .args(packages)
    .env("DEBIAN_FRONTEND", "noninteractive")
    .run()
    .context(by_hand)?;
    Ok(())
}

/// Where a program is on the path.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The path, with these folders before all others.
pub(crate) fn path_with(folders: &[&Path]) -> anyhow::Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders
        .iter()
        .map(|folder| folder.to_path_buf())
        .chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}
