//! Coverage-guided fuzzing.

use std::path::Path;

use anyhow::Context;
use xshell::cmd;

use crate::tools::CARGO_FUZZ;
use crate::workspace::Workspace;

/// The targets of `fuzz/`, and what each starts from.
const TARGETS: [(&str, Seeds); 4] = [
    ("document_edit", Seeds::Edits),
    ("document_reader", Seeds::Files),
    ("pipeline", Seeds::Files),
    ("set_expression", Seeds::SetTable),
];

/// What a target starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seeds {
    /// Every values file of the corpus.
    Files,
    /// The same, each with an edit before it.
    Edits,
    /// The first column of the table of `--set` expressions.
    SetTable,
}

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long, over all targets
    #[arg(long, default_value_t = 300)]
    pub(crate) seconds: u64,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let program = CARGO_FUZZ.install(workspace)?.join("cargo-fuzz");
    write_all_seeds(workspace)?;
    let work = workspace.target.join("fuzz");
    let seconds = (options.seconds / TARGETS.len() as u64).max(1).to_string();
    for (target, _) in TARGETS {
        let start = work.join("seeds").join(target);
        let found = work.join("corpus").join(target);
        shell.create_dir(&found)?;
        let crashes = work.join("crashes").join(target).join("");
        shell.create_dir(&crashes)?;
        // No sanitizer: the code is safe Rust, and without one the stable compiler does.
        cmd!(
            shell,
            "{program} fuzz run --sanitizer none --target-dir {work} {target} {found} {start} --
             -max_total_time={seconds} -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1
             -verbosity=0 -artifact_prefix={crashes}"
        )
        // A minute of fuzzing is no longer than it takes to optimise for it.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .run()
        .with_context(|| format!("an input that breaks `{target}` is in {}", crashes.display()))?;
    }
    Ok(())
}

/// Writes what every target starts from.
pub(crate) fn write_all_seeds(workspace: &Workspace) -> anyhow::Result<()> {
    let seeds_folder = workspace.target.join("fuzz/seeds");
    for (target, seeds) in TARGETS {
        write_seeds(workspace, seeds, &seeds_folder.join(target))?;
    }
    Ok(())
}

/// Writes what a target starts from, one file each.
fn write_seeds(workspace: &Workspace, seeds: Seeds, folder: &Path) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let corpus = workspace.root.join("tests/corpus");
    shell.remove_path(folder)?;
    shell.create_dir(folder)?;
    match seeds {
        Seeds::Files | Seeds::Edits => {
            for group in ["conformance", "faults"] {
                for case in shell.read_dir(corpus.join(group))? {
                    let Some(name) = case.file_name() else {
                        continue;
                    };
                    let name = format!("{group}-{}.yaml", name.to_string_lossy());
                    let mut text = shell.read_file(case.join("values.yaml"))?;
                    if seeds == Seeds::Edits {
                        text.insert_str(0, "server.value_options.app_name=basic-auth\n");
                    }
                    shell.write_file(folder.join(name), text)?;
                }
            }
        }
        Seeds::SetTable => {
            let table = shell.read_file(corpus.join("set/set.tsv"))?;
            for (number, row) in table.lines().enumerate() {
                let expression = row.split('\t').next().unwrap_or_default();
                shell.write_file(folder.join(number.to_string()), expression)?;
            }
        }
    }
    Ok(())
}
