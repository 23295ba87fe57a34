//! Named pieces of work that tell how long they took.

use std::time::Instant;

/// Does a piece of work between a line with its name and one with its duration.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let outcome = work().map_err(|error| error.context(format!("`{name}` failed")));
    let verdict = if outcome.is_ok() { "done" } else { "failed" };
    eprintln!(
        "<== {name}: {verdict} in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    outcome
}
