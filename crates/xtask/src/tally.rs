//! How many tests ended which way, from what their runners print.

use std::io::{BufRead, BufReader, Write};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// How many tests ended which way.
#[derive(Default)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Who prints the closing line.
#[derive(Clone, Copy)]
pub(crate) enum Runner {
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once for each program.
    Cargo,
    /// `3 passed, 1 skipped in 2.50s`.
    Pytest,
    /// `ℹ pass 3`, a line for each outcome.
    Node,
}

impl Tally {
    /// Runs tests, passes on what they print, and adds up the closing lines.
    pub(crate) fn of(tests: Command, runner: Runner) -> anyhow::Result<Self> {
        let tally = Self::even_if_none_ran(tests, runner)?;
        if tally.passed == 0 {
            bail!("no test ran");
        }
        Ok(tally)
    }

    /// The same for tests that may all be skipped.
    pub(crate) fn even_if_none_ran(mut tests: Command, runner: Runner) -> anyhow::Result<Self> {
        let mut child = tests.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("standard output is piped")?;
        let mut tally = Self::default();
        for line in BufReader::new(output).split(b'\n') {
            let mut line = line?;
            tally.add_line(&String::from_utf8_lossy(&line), runner);
            line.push(b'\n');
            std::io::stdout().write_all(&line)?;
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("{tally}");
        }
        Ok(tally)
    }

    /// Adds what a closing line says; other lines count nothing.
    fn add_line(&mut self, line: &str, runner: Runner) {
        let counts = match runner {
            Runner::Cargo => line
                .strip_prefix("test result: ")
                .and_then(|rest| rest.split_once(". "))
                .map(|(_, counts)| counts.to_owned()),
            Runner::Pytest => line
                .trim_matches(['=', ' '])
                .rsplit_once(" in ")
                .map(|(counts, _)| counts.to_owned()),
            Runner::Node => line
                .strip_prefix("ℹ ")
                .and_then(|rest| rest.split_once(' '))
                .map(|(outcome, number)| format!("{number} {outcome}")),
        };
        let Some(counts) = counts else {
            return;
        };
        for count in counts.split([';', ',']) {
            let Some((number, outcome)) = count.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match outcome {
                "passed" | "pass" => self.passed += number,
                "failed" | "fail" | "error" | "errors" => self.failed += number,
                "ignored" | "skipped" => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Runner, Tally};

    fn tally(runner: Runner, lines: &[&str]) -> String {
        let mut tally = Tally::default();
        for line in lines {
            tally.add_line(line, runner);
        }
        tally.to_string()
    }

    #[test]
    fn closing_lines_of_cargo_add_up() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(
            tally(Runner::Cargo, &lines),
            "5 passed, 4 failed, 1 skipped"
        );
    }

    #[test]
    fn the_closing_lines_of_node_count() {
        let lines = [
            "✔ it says that 3 pass (12.5ms)",
            "ℹ 234 cases, 5 pass",
            "ℹ tests 6",
            "ℹ pass 3",
            "ℹ fail 1",
            "ℹ skipped 2",
            "ℹ duration_ms 12.5",
        ];
        assert_eq!(tally(Runner::Node, &lines), "3 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn the_closing_line_of_pytest_counts() {
        let lines = [
            "2 workers [12 items]",
            "FAILED test_tls.py::test_probes - 3 of them failed in the end",
            "==== 1 failed, 8 passed, 2 skipped, 1 error in 213.15s (0:03:33) ====",
        ];
        assert_eq!(
            tally(Runner::Pytest, &lines),
            "8 passed, 2 failed, 2 skipped"
        );
    }
}
