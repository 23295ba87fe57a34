//! Files and flags to layers of values.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use mlflow_k8s_core::layers::{Layer, set_file_names};

use crate::args::InputArgs;
use crate::failure::Failure;

/// More than any values file, little enough to hold: `-f /dev/zero` must end.
const MAX_BYTES: u64 = 64 << 20;

/// Reads every file that the flags name.
pub(crate) fn layers(inputs: InputArgs) -> Result<Vec<Layer>, Failure> {
    let mut reader = Reader::default();
    let mut layers: Vec<Layer> = inputs.preset.into_iter().map(Layer::Preset).collect();
    for path in inputs.files {
        layers.push(Layer::File {
            text: reader.read(&path)?,
            name: path.to_string_lossy().into_owned(),
        });
    }
    layers.extend(inputs.set_json.into_iter().map(Layer::SetJson));
    layers.extend(inputs.set.into_iter().map(Layer::Set));
    layers.extend(inputs.set_string.into_iter().map(Layer::SetString));
    for expression in inputs.set_file {
        // An expression with a fault has no names; the core says what is wrong with it.
        let names = set_file_names(&expression).unwrap_or_default();
        let contents = names
            .iter()
            .map(|name| reader.read(Path::new(name)))
            .collect::<Result<_, _>>()?;
        layers.push(Layer::SetFile {
            expression,
            contents,
        });
    }
    layers.extend(inputs.set_literal.into_iter().map(Layer::SetLiteral));
    Ok(layers)
}

#[derive(Default)]
struct Reader {
    stdin_is_read: bool,
}

impl Reader {
    fn read(&mut self, path: &Path) -> Result<String, Failure> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        if name.starts_with("https://") || name.starts_with("http://") {
            return Err(Failure::Fault(format!(
                "cannot read {name}: mlflow-k8s does not use the network; download the file first"
            )));
        }
        let bytes = if is_stdin {
            if std::mem::replace(&mut self.stdin_is_read, true) {
                return Err(Failure::Fault(
                    "standard input (`-`) can be read only once".to_owned(),
                ));
            }
            bounded(io::stdin().lock())
        } else {
            File::open(path).and_then(bounded)
        }
        .map_err(|error| Failure::io("read", &name, &error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Failure::Fault(format!(
                "cannot read {name}: the file is larger than {} MiB",
                MAX_BYTES >> 20
            )));
        }
        String::from_utf8(bytes).map_err(|error| {
            Failure::Fault(format!(
                "cannot read {name}: {}",
                not_utf8(error.as_bytes(), error.utf8_error().valid_up_to())
            ))
        })
    }
}

fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_utf8(bytes: &[u8], valid_up_to: usize) -> String {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return "the file is UTF-16 text; save it as UTF-8".to_owned();
    }
    let line = bytes
        .iter()
        .take(valid_up_to)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1;
    let byte = bytes.get(valid_up_to).copied().unwrap_or_default();
    format!("the file is not UTF-8 text (byte 0x{byte:02X} on line {line}); save it as UTF-8")
}
