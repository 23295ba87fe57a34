//! The workflows of GitHub Actions.

use std::path::Path;

use xshell::cmd;

use crate::workspace::Workspace;

const FOLDER: &str = ".github/workflows";

/// Checks the workflows against the schema of GitHub Actions. `tools` is the
/// virtual environment of the Python tools.
pub(crate) fn check(workspace: &Workspace, tools: &Path) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let program = tools.join("bin/check-jsonschema");
    let files = shell.read_dir(workspace.root.join(FOLDER))?;
    Ok(cmd!(
        shell,
        "{program} --builtin-schema vendor.github-workflows {files...}"
    )
    .run()?)
}

/// What the schema does not ask for.
#[cfg(test)]
mod tests {
    use super::*;
    use serde_yaml::Value;
    use std::fs;
    use std::path::PathBuf;

    fn workflows() -> Vec<(PathBuf, String, Value)> {
        let folder = Workspace::open().unwrap().root.join(FOLDER);
        let files = fs::read_dir(folder).unwrap();
        let read = files.map(|file| {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let tree = serde_yaml::from_str(&text).unwrap();
            (path, text, tree)
        });
        let read: Vec<_> = read.collect();
        assert!(read.len() >= 3, "only {} workflows", read.len());
        read
    }

    fn jobs(workflow: &Value) -> impl Iterator<Item = &Value> {
        let jobs = workflow["jobs"].as_mapping().unwrap();
        jobs.values()
    }

    #[test]
    fn actions_are_pinned_by_commit_and_say_their_version() {
        for (path, text, _) in workflows() {
            for line in text.lines().filter(|line| line.contains("uses:")) {
                let (action, version) = line.split_once(" # v").unwrap_or_else(|| {
                    panic!("{}: no version beside {line}", path.display());
                });
                let (_, commit) = action.split_once('@').unwrap();
                assert!(
                    commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
                    "{}: {line}",
                    path.display()
                );
                assert_eq!(version.split('.').count(), 3, "{line}");
            }
        }
    }

    #[test]
    fn jobs_may_read_the_code_and_no_more_unless_they_ask() {
        for (path, _, workflow) in workflows() {
            let permissions = serde_yaml::to_string(&workflow["permissions"]).unwrap();
            assert_eq!(permissions, "contents: read\n", "{}", path.display());
        }
    }

    #[test]
    fn a_job_that_may_write_runs_no_code_of_the_repository() {
        for (path, _, workflow) in workflows() {
            for job in jobs(&workflow) {
                let permissions = job["permissions"].as_mapping();
                let writes = permissions
                    .is_some_and(|permissions| permissions.values().any(|value| value == "write"));
                let text = serde_yaml::to_string(job).unwrap();
                assert!(
                    !writes || !text.contains("actions/checkout"),
                    "{}: {text}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn runs_end_and_do_not_pile_up() {
        for (path, _, workflow) in workflows() {
            let name = path.display();
            assert!(workflow["concurrency"]["group"].is_string(), "{name}");
            for job in jobs(&workflow) {
                assert!(job["timeout-minutes"].is_u64(), "{name}: {job:?}");
            }
        }
    }
}
