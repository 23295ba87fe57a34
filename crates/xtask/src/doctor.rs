//! What is there, what is missing, and what would be done about it.

use xshell::cmd;

use crate::cluster;
use crate::tools::{self, CARGO_TOOLS};
use crate::wasm::Toolchain;
use crate::workspace::Workspace;

/// One thing that some command needs.
struct Need {
    name: String,
    /// What it is for.
    purpose: &'static str,
    /// What was found.
    found: Option<String>,
    /// What installs it.
    plan: String,
}

/// Prints every need. It changes nothing.
pub(crate) fn run(workspace: &Workspace) {
    let needs = needs(workspace);
    let width = needs.iter().map(|need| need.name.len()).max().unwrap_or(0);
    for need in &needs {
        let Need {
            name,
            purpose,
            found,
            plan,
        } = need;
        match found {
            Some(found) => println!("there    {name:width$}  {found}"),
            None => println!("missing  {name:width$}  needed for {purpose}; installed by {plan}"),
        }
    }
    println!("\ntools are installed into {}", workspace.cache.display());
    let missing = needs.iter().filter(|need| need.found.is_none()).count();
    if missing == 0 {
        println!("nothing is missing");
    } else {
        println!(
            "{missing} tools are missing; `cargo xtask test` and `cargo xtask serve` install the \
             tools that they need"
        );
    }
}

fn needs(workspace: &Workspace) -> Vec<Need> {
    let version = |program: &str| {
        tools::which(program)?;
        let text = cmd!(workspace.shell, "{program} --version")
            .quiet()
            .ignore_stderr()
            .read()
            .ok()?;
        text.lines().next().map(str::to_owned)
    };
    let mut needs = vec![
        Need {
            name: "Rust".to_owned(),
            purpose: "everything",
            found: version("rustc"),
            plan: "rustup, see https://rustup.rs".to_owned(),
        },
        Need {
            name: "C linker".to_owned(),
            purpose: "everything",
            found: version("cc"),
            plan: debian("gcc libc6-dev"),
        },
        Need {
            name: "Python".to_owned(),
            purpose: "`cargo xtask test`: Kubernetes' schemas and kubectl",
            found: version("python3"),
            plan: debian("python3 python3-venv"),
        },
        Need {
            name: "wasm32 target".to_owned(),
            purpose: "the module and the page",
            found: Toolchain::find(workspace).map(|toolchain| toolchain.to_string()),
            plan: Toolchain::plan(),
        },
        Need {
            name: "Node.js and npm".to_owned(),
            purpose: "building and testing the module and the page",
            found: tools::find_node(workspace),
            plan: debian("nodejs npm"),
        },
        Need {
            name: "npm packages".to_owned(),
            purpose: "wasm-opt, and testing the module and the page",
            found: tools::find_npm_packages(workspace).map(|folder| folder.display().to_string()),
            plan: "npm, from crates/xtask/node".to_owned(),
        },
        Need {
            name: "Chromium".to_owned(),
            purpose: "testing the module and the page",
            found: tools::find_browser().map(|browser| browser.chromium.display().to_string()),
            plan: debian("chromium chromium-driver"),
        },
        Need {
            name: "nginx".to_owned(),
            purpose: "testing the site",
            found: tools::find_nginx().map(|program| program.display().to_string()),
            plan: debian("nginx-light"),
        },
        Need {
            name: "kube-apiserver".to_owned(),
            purpose: "`cargo xtask test-cluster`",
            found: cluster::find_apiserver().map(|program| program.display().to_string()),
            plan: cluster::plan(),
        },
        Need {
            name: "kube-controller-manager".to_owned(),
            purpose: "`cargo xtask test-cluster`",
            found: cluster::find_controller_manager().map(|program| program.display().to_string()),
            plan: cluster::plan(),
        },
        Need {
            name: "etcd".to_owned(),
            purpose: "`cargo xtask test-cluster`",
            found: cluster::find_etcd().map(|program| program.display().to_string()),
            plan: debian("etcd-server"),
        },
        Need {
            name: "Helm 3 and Helm 4".to_owned(),
            purpose: "`cargo xtask test-cluster`",
            found: cluster::find_helm(workspace)
                .ok()
                .flatten()
                .map(|folder| folder.display().to_string()),
            plan: "pip, from tests/cluster/requirements.txt".to_owned(),
        },
    ];
    needs.extend(CARGO_TOOLS.iter().map(|tool| {
        Need {
            name: format!("{} {}", tool.name, tool.version),
            purpose: tool.purpose,
            found: tool
                .find(workspace)
                .map(|folder| folder.display().to_string()),
            plan: "cargo, in minutes".to_owned(),
        }
    }));
    needs
}

/// A plan with Debian's packages.
fn debian(packages: &str) -> String {
    format!("`apt-get install --no-install-recommends {packages}`, as root on Debian")
}
