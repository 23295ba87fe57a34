//! `mlflow-k8s`: values in, Kubernetes manifests out.
//!
//! Everything that decides is in `mlflow-k8s-core`. This program reads files,
//! asks the core, shows what it found and writes what it made.

mod args;
mod commands;
mod failure;
mod input;
mod output;
mod report;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Render(args) => commands::render::run(args),
        Command::Check(args) => commands::check::run(args),
        Command::Explain(args) => commands::explain::run(args),
        Command::ExplainRule(args) => commands::explain_rule::run(&args),
        Command::Values(args) => commands::values::run(args),
        Command::Commands(args) => commands::steps::run(args),
        Command::Schema => commands::schema::run(),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
