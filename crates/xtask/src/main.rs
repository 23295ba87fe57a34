//! The workspace's own commands.

mod bench;
mod cluster;
mod deny;
mod doctor;
mod fuzz;
mod generate;
mod javascript;
mod markdown;
mod mlflow;
mod npm;
mod python;
mod release;
mod server;
mod site;
mod size;
mod step;
mod tally;
mod test;
mod tools;
mod wasm;
mod web;
mod workflows;
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
    /// Run the tests of the WebAssembly module and its npm package; `test` does it too
    TestModule,
    /// Build the page and test it in Chromium; `test` does it too
    TestPage(web::TestOptions),
    /// Build the static site: the configurator and the documentation
    Site(site::Options),
    /// Build what is published: the command line, the npm package, the site, checksums
    Release(release::Options),
    /// Take the pictures of the page that the README shows, into docs/images
    Screenshots,
    /// Build the page and serve it on 127.0.0.1
    Serve(web::Options),
    /// Build the npm package of the WebAssembly module, and pack it
    BuildNpm,
    /// Print the sizes of what is published, and compare them with docs/size.md
    Size(size::Options),
    /// List the tools that are installed or missing, and how to install them
    Doctor,
    /// Run the rendered manifests on real MLflow servers; `test --full` does it too
    TestServer(server::Options),
    /// Apply what is rendered on a real Kubernetes API server; `test --full` does it too
    TestCluster(cluster::Options),
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
        Command::TestModule => {
            println!("{}", javascript::run(&workspace)?);
            Ok(())
        }
        Command::TestPage(options) => {
            println!("{}", web::test(&workspace, &options)?);
            Ok(())
        }
        Command::Site(options) => site::build(&workspace, &options),
        Command::Release(options) => release::build(&workspace, &options),
        Command::Screenshots => web::screenshots(&workspace),
        Command::Serve(options) => web::serve(&workspace, &options),
        Command::BuildNpm => {
            let tarball = npm::build(&workspace, None)?;
            println!("{}", tarball.display());
            Ok(())
        }
        Command::Size(options) => size::run(&workspace, &options),
        Command::Doctor => {
            doctor::run(&workspace);
            Ok(())
        }
        Command::TestServer(options) => {
            println!("{}", server::run(&workspace, &options)?);
            Ok(())
        }
        Command::TestCluster(options) => {
            println!("{}", cluster::run(&workspace, &options)?);
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
    /// Also install what only `test --full` needs: MLflow (over a gigabyte), Helm, etcd
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
    step::step("npm packages", || tools::install_npm_packages(workspace))?;
    step::step("Chromium", || tools::install_browser(workspace))?;
    step::step("nginx", || tools::install_nginx(workspace))?;
    for tool in [tools::WASM_BINDGEN, tools::TRUNK, tools::CARGO_DENY] {
        step::step(tool.name, || tool.install(workspace))?;
    }
    if options.full {
        step::step("cargo-fuzz", || tools::CARGO_FUZZ.install(workspace))?;
        step::step("MLflow", || python::mlflow(workspace)?.install(workspace))?;
        step::step("Helm", || cluster::install_helm(workspace))?;
        step::step("etcd", || cluster::install_etcd(workspace))?;
    }
    Ok(())
}
