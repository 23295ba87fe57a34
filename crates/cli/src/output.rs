//! Finished text to standard output or files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use annotate_snippets::Level;
use mlflow_k8s_core::manifest::{Manifest, ManifestSet};
use tempfile::NamedTempFile;

use crate::args::Format;
use crate::failure::{self, Failure, say};
use crate::report::printable;

/// The first line of every YAML file that this program writes, by which it
/// knows its own files again.
const MARKER: &str = "# Written by mlflow-k8s, which overwrites this file.\n";

/// The label that tells our objects, and our JSON files, which cannot hold a comment.
const MANAGED_BY: &str = "/metadata/labels/app.kubernetes.io~1managed-by";

/// Writes finished text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::io("write to", &"standard output", &error))
}

/// Writes one file per object, each with its document.
///
/// Every file is written under a temporary name first, and none gets its own
/// name before all are complete: a full disk leaves what was there before.
pub(crate) fn write_directory(
    directory: &Path,
    manifests: &ManifestSet,
    documents: Vec<String>,
    format: Format,
    force: bool,
) -> Result<(), Failure> {
    let files: Vec<(PathBuf, String)> = manifests
        .manifests()
        .iter()
        .zip(documents)
        .map(|(manifest, document)| file(directory, manifest, document, format))
        .collect();
    fs::create_dir_all(directory)
        .map_err(|error| Failure::file("create directory", directory, &error))?;
    let mut changed = Vec::new();
    for (path, text) in &files {
        match existing(path)? {
            Some(found) if found == text.as_bytes() => {}
            Some(found) if !force && !is_ours(path, &found) => return Err(foreign(path)),
            _ => changed.push((path, text)),
        }
    }
    let complete = changed
        .iter()
        .map(|(path, text)| {
            temporary(directory, text)
                .map(|file| (file, path))
                .map_err(|error| Failure::file("write", path, &error))
        })
        .collect::<Result<Vec<_>, _>>()?;
    for (file, path) in complete {
        file.persist(path)
            .map_err(|fault| Failure::file("write", path, &fault.error))?;
    }
    warn_of_stale(directory, &files);
    failure::print(&printable(&format!(
        "{} files in {}: {} written, {} unchanged",
        files.len(),
        directory.display(),
        changed.len(),
        files.len() - changed.len(),
    )));
    Ok(())
}

/// Gives files of the user's a new text.
///
/// As above, none is touched before all are complete, and each is the old one
/// or the new one at any time. What is behind a symbolic link is replaced, not
/// the link.
pub(crate) fn replace_files(files: &[(&Path, &str)]) -> Result<(), Failure> {
    let complete = files
        .iter()
        .map(|(path, text)| {
            replacement(path, text).map_err(|error| Failure::file("write", path, &error))
        })
        .collect::<Result<Vec<_>, _>>()?;
    for ((file, target), (path, _)) in complete.into_iter().zip(files) {
        file.persist(target)
            .map_err(|fault| Failure::file("write", path, &fault.error))?;
    }
    Ok(())
}

/// The file that will take the place of another, and that place.
fn replacement(path: &Path, text: &str) -> io::Result<(NamedTempFile, PathBuf)> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        // Such as `-f <(command)`.
        return Err(io::Error::other("it is not a regular file"));
    }
    // A rename would not ask.
    if metadata.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let target = fs::canonicalize(path)?;
    let directory = target.parent().unwrap_or(Path::new("."));
    let file = temporary(directory, text)?;
    file.as_file().set_permissions(metadata.permissions())?;
    Ok((file, target))
}

fn file(
    directory: &Path,
    manifest: &Manifest,
    document: String,
    format: Format,
) -> (PathBuf, String) {
    let path = directory.join(manifest.file_name());
    match format {
        Format::Yaml => (path, format!("{MARKER}{document}")),
        Format::Json => (path.with_extension("json"), document),
    }
}

fn temporary(directory: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mlflow-k8s-");
    // Temporary files are for their owner alone, but these will be ordinary
    // files; the umask still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// What is there under the name of a file to be written, if anything.
fn existing(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("overwrite", path, &error)),
    }
}

fn foreign(path: &Path) -> Failure {
    Failure::Fault(format!(
        "{} exists and was not written by mlflow-k8s; move it, or overwrite it with `--force`",
        path.display()
    ))
}

fn is_ours(path: &Path, content: &[u8]) -> bool {
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        serde_json::from_slice::<serde_json::Value>(content).is_ok_and(|object| {
            object
                .pointer(MANAGED_BY)
                .and_then(serde_json::Value::as_str)
                == Some("mlflow-k8s")
        })
    } else {
        content.starts_with(MARKER.as_bytes())
    }
}

/// `kubectl apply -f DIR` would still apply the objects that a run no longer
/// makes; but only their owner knows whether they should go.
fn warn_of_stale(directory: &Path, files: &[(PathBuf, String)]) {
    let current: BTreeSet<&Path> = files.iter().map(|(path, _)| path.as_path()).collect();
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    let stale: BTreeSet<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml" || extension == "json")
                && !current.contains(path.as_path())
                && fs::read(path).is_ok_and(|content| is_ours(path, &content))
        })
        .collect();
    for path in stale {
        say(
            Level::WARNING,
            format!(
                "{} is from an earlier run and no longer part of the release; remove it, otherwise \
                 `kubectl apply` still applies it",
                path.display()
            ),
        );
    }
}
