//! `mlflow-k8s man`

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use crate::args::{Cli, ManArgs};
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(args: &ManArgs) -> Result<(), Failure> {
    let mut cli = Cli::command();
    cli.build();
    let page = match &args.command {
        None => cli,
        Some(name) => {
            let Some(command) = cli.find_subcommand(name) else {
                let message = format!("there is no command `{name}`");
                return Err(Failure::Usage(cli.error(ErrorKind::InvalidValue, message)));
            };
            command.clone()
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Failure::io("write", &"the manual page", &error))?;
    output::print(&String::from_utf8_lossy(&text))
}
