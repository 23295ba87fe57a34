//! The workspace's own commands.

mod bench;
mod fuzz;
mod generate;
mod mlflow;
mod python;
mod server;
mod step;
mod tally;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

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
    /// Run what is rendered on real MLflow servers; `test --full` does it too
    TestServer(server::Options),
    /// Install what the checks need, at pinned versions; `test` does it by itself
    Setup(SetupOptions),
    /// Measure rendering, reading and editing, and the command line as a process
    Bench(bench::Options),
    /// Write the files that are generated from the code
    Generate(generate::Options),
    /// Fuzz every target, starting from the corpus
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let workspace = workspace::Workspace::open()?;
    match command {
        Command::Test(options) => test::run(&workspace, &options),
        Command::TestServer(options) => {
            println!("{}", server::run(&workspace, &options)?);
            Ok(())
        }
        Command::Setup(options) => setup(&workspace, &options),
        Command::Bench(options) => bench::run(&workspace, &options),
        Command::Generate(options) => generate::run(&workspace, &options),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
    }
}

#[derive(clap::Args)]
struct SetupOptions {
    /// What only `test --full` needs, too: MLflow, over a gigabyte
    #[arg(long)]
    full: bool,
}

fn setup(workspace: &workspace::Workspace, options: &SetupOptions) -> anyhow::Result<()> {
    step::step("Python tools", || {
        python::tools(workspace)?.install(workspace)
    })?;
    step::step("wasm32 target", || {
        wasm::Toolchain::find_or_install(workspace)
    })?;
    if options.full {
        step::step("cargo-fuzz", || fuzz::install(workspace))?;
        step::step("MLflow", || python::mlflow(workspace)?.install(workspace))?;
    }
    Ok(())
}
