//! How a command ends when it does not end well.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use annotate_snippets::{Group, Level, Renderer};

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input or the surroundings are at fault; one line says how.
    Fault(String),
    /// The input is at fault, and the findings have been shown.
    Found,
    /// The command line is at fault.
    Usage(clap::Error),
    /// The same, with more to say than a line.
    Guidance {
        /// What is missing.
        title: String,
        /// What to do instead.
        text: String,
    },
    /// Whoever read our output has enough of it, which is nobody's fault.
    ClosedPipe,
}

impl Failure {
    /// A fault of reading or writing `path`.
    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::io(doing, &path.display(), error)
    }

    /// A fault of reading or writing something that is called `name`.
    pub(crate) fn io(doing: &str, name: &dyn Display, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Fault(format!("cannot {doing} {name}: {}", reason(error)))
    }

    /// Tells the user, and gives the program's exit code: 0 when there is no
    /// fault, 1 for a fault of the input, 2 for wrong usage.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::ClosedPipe => ExitCode::SUCCESS,
            Self::Found => ExitCode::from(1),
            Self::Fault(message) => {
                say(Level::ERROR, message);
                ExitCode::from(1)
            }
            Self::Guidance { title, text } => {
                say(Level::ERROR, title);
                print(&text);
                ExitCode::from(2)
            }
            Self::Usage(error) => error.exit(),
        }
    }
}

/// The reason in the words of a person; the system's own where they are good.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the file does not exist".to_owned(),
        io::ErrorKind::AlreadyExists => "a file with this name exists already".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory, not a file".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is a file, not a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space left on the device".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    }
}

/// Writes `error: …`, `warning: …` or the like to standard error.
pub(crate) fn say(level: Level<'_>, message: impl Into<String>) {
    // The library takes control characters out of a title.
    let title = level.primary_title(message.into());
    print(&Renderer::styled().render(&[Group::with_title(title)]));
}

/// Writes text to standard error, in colour if that is wanted. Where even that
/// cannot be written there is nobody left to tell.
pub(crate) fn print(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}
