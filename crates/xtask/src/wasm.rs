//! A toolchain that compiles for wasm32-unknown-unknown.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use xshell::{Cmd, cmd};

use crate::tools::install_from_debian as install_debian_packages;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "lld-22"];

/// Which compiler builds for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that builds everything else.
    Default,
    /// Debian's, where the default one has no such target and must not download it.
    Debian,
}

impl std::fmt::Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Default => "of the default toolchain",
            Self::Debian => "of Debian's rustc",
        })
    }
}

impl Toolchain {
    /// The toolchain that is there.
    pub(crate) fn find(workspace: &Workspace) -> Option<Self> {
        if has_standard_library(workspace, "rustc") {
            Some(Self::Default)
        } else if has_standard_library(workspace, DEBIAN_RUSTC) {
            Some(Self::Debian)
        } else {
            None
        }
    }

    /// What would be done where none is there.
    pub(crate) fn plan() -> String {
        if rustup_may_download() {
            format!("`rustup target add {TARGET}`, or else Debian's packages")
        } else {
            format!("Debian's packages {}", DEBIAN_PACKAGES.join(" "))
        }
    }

    /// The toolchain that is there, or else the one that could be installed.
    pub(crate) fn find_or_install(workspace: &Workspace) -> anyhow::Result<Self> {
        if has_standard_library(workspace, "rustc") {
            return Ok(Self::Default);
        }
        if rustup_may_download()
            && cmd!(workspace.shell, "rustup target add {TARGET}")
                .run()
                .is_ok()
        {
            return Ok(Self::Default);
        }
        if !has_standard_library(workspace, DEBIAN_RUSTC) {
            install_from_debian(workspace).with_context(|| {
                format!(
                    "the {TARGET} target is missing; run `rustup target add {TARGET}`, or, as root on Debian, \
                     `apt-get update && apt-get install --no-install-recommends {}`, and run this again",
                    DEBIAN_PACKAGES.join(" ")
                )
            })?;
        }
        Ok(Self::Debian)
    }

    /// A cargo command that builds for this target.
    pub(crate) fn cargo(
        self,
        workspace: &Workspace,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Cmd<'_> {
        let command = cmd!(workspace.shell, "cargo")
            .args(arguments)
            .args(["--target", TARGET]);
        self.env(workspace, command)
    }

    /// A command that may call cargo for this target, with this toolchain and
    /// a target folder of its own so that it waits for no other cargo's lock.
    pub(crate) fn env<'a>(self, workspace: &Workspace, command: Cmd<'a>) -> Cmd<'a> {
        let command = command.env("CARGO_TARGET_DIR", workspace.target.join("wasm"));
        match self {
            Self::Default => command,
            Self::Debian => command
                .env("RUSTC", DEBIAN_RUSTC)
                .env("RUSTDOC", "/usr/bin/rustdoc"),
        }
    }

    /// Lints what is compiled for the browser.
    pub(crate) fn lint(self, workspace: &Workspace) -> anyhow::Result<()> {
        let mut lint = self.cargo(workspace, ["clippy", "--quiet"]);
        if self == Self::Debian {
            // Rustup's linter cannot read a standard library of Debian's.
            if !Path::new(DEBIAN_CLIPPY).exists() {
                install_debian_packages(workspace, &["rust-web-clippy"])?;
            }
            let arguments = ["clippy", "--quiet", "--target", TARGET];
            lint = self.env(
                workspace,
                cmd!(workspace.shell, "{DEBIAN_CLIPPY}").args(arguments),
            );
        }
        Ok(lint
            .args([
                "--package",
                "mlflow-k8s-wasm",
                "--package",
                "mlflow-k8s-web",
            ])
            .args(["--", "--deny", "warnings"])
            .run()?)
    }

    /// Checks the documentation of what is compiled for the browser alone.
    pub(crate) fn document(self, workspace: &Workspace) -> anyhow::Result<()> {
        Ok(self
            .cargo(workspace, ["doc", "--quiet", "--no-deps"])
            .args(["--package", "mlflow-k8s-web"])
            .env("RUSTDOCFLAGS", "--deny warnings")
            .run()?)
    }
}

/// Where cargo puts what it builds for the browser: `release/name.wasm`.
pub(crate) fn output(workspace: &Workspace, file: &str) -> PathBuf {
    workspace.target.join("wasm").join(TARGET).join(file)
}

/// `RUSTUP_AUTO_INSTALL=0` marks machines on which rustup must not download.
fn rustup_may_download() -> bool {
    std::env::var_os("RUSTUP_AUTO_INSTALL").is_none_or(|value| value != "0")
}

/// Whether a compiler has the target's standard library.
fn has_standard_library(workspace: &Workspace, rustc: &str) -> bool {
    let folder = cmd!(
        workspace.shell,
        "{rustc} --print target-libdir --target {TARGET}"
    )
    .quiet()
    .ignore_stderr()
    .read();
    folder.is_ok_and(|folder| holds_library(Path::new(&folder)))
}

fn holds_library(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Rustup's has a hash in its name, the one that is built here has none.
            name == "libstd.rlib" || (name.starts_with("libstd-") && name.ends_with(".rlib"))
        })
    })
}

/// Debian has the compiler and the standard library's source, but not the
/// library built for this target: builds it once and puts it where the
/// compiler looks.
fn install_from_debian(workspace: &Workspace) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    install_debian_packages(workspace, &DEBIAN_PACKAGES)?;

    let linker = PathBuf::from("/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    shell.create_dir(linker.parent().unwrap_or(&linker))?;
    cmd!(
        shell,
        "ln --symbolic --force --no-dereference /usr/bin/lld-22 {linker}"
    )
    .run()?;

    let build = workspace.target.join("wasm-std");
    let manifest = "/usr/lib/rustlib/src/rust/library/sysroot/Cargo.toml";
    cmd!(
        shell,
        "cargo build --quiet --release --locked --target {TARGET} --no-default-features
         --features compiler-builtins-mem --manifest-path {manifest}"
    )
    .env("RUSTC", DEBIAN_RUSTC)
    .env("RUSTC_BOOTSTRAP", "1")
    .env(
        "RUSTFLAGS",
        "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes",
    )
    .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
    .env("CARGO_TARGET_DIR", &build)
    .run()?;

    let library = PathBuf::from("/usr/lib/rustlib").join(TARGET).join("lib");
    shell.create_dir(&library)?;
    for file in shell.read_dir(build.join(TARGET).join("release/deps"))? {
        if file
            .extension()
            .is_some_and(|extension| extension == "rlib")
        {
            shell.copy_file(&file, &library)?;
        }
    }
    shell.remove_path(build)?;
    Ok(())
}
