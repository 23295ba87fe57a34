//! The workspace's own commands.

mod bench;
mod fuzz;
mod generate;
mod python;
mod step;
mod test;
mod wasm;
mod workspace;

use clap::{Parser, Subcommand};

/// The workspace's own commands
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every check that a change has to pass; CI runs this
    Test(test::Options),
    /// Install what the checks need, at pinned versions; `test` does it by itself
    Setup,
    /// Measure rendering, reading and editing, and the command line as a process
    Bench,
    /// Write the files that are generated from the code
    Generate(generate::Options),
    /// Fuzz every target, starting from the corpus
    Fuzz(fuzz::Options),
}

fn main() -> anyhow::Result<()> {
    let workspace = workspace::Workspace::open()?;
    match Arguments::parse().command {
        Command::Test(options) => test::run(&workspace, &options),
        Command::Setup => setup(&workspace),
        Command::Bench => bench::run(&workspace),
        Command::Generate(options) => generate::run(&workspace, &options),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
    }
}

fn setup(workspace: &workspace::Workspace) -> anyhow::Result<()> {
    step::step("Python tools", || python::install(workspace))?;
    step::step("wasm32 target", || {
        wasm::Toolchain::find_or_install(workspace)
    })?;
    step::step("cargo-fuzz", || fuzz::install(workspace))?;
    Ok(())
}
