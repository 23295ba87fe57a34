//! Objects to text that YAML 1.1 and YAML 1.2 readers understand alike.

use serde_json::Value;
use serde_saphyr::SerializerOptions;

/// Quotes what either version of YAML would read as something else than text;
/// several lines become a literal block; long lines stay whole, because
/// folded ones are hard to read and to search.
fn options() -> SerializerOptions {
    serde_saphyr::ser_options! {
        yaml_12: false,
        folded_wrap_chars: usize::MAX,
        compact_list_indent: true,
    }
}

/// Writes one document, without `---`, ending in a newline.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    append(value, &mut text);
    text
}

/// Writes several documents, each after `---`.
pub fn write_all<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut text = String::new();
    for value in values {
        text.push_str("---\n");
        append(value, &mut text);
    }
    text
}

/// Writes one document in which every text is quoted and on one line.
pub(crate) fn write_quoted(value: &Value) -> String {
    let options = serde_saphyr::ser_options! {
        quote_all: true,
        prefer_block_scalars: false,
        compact_list_indent: true,
    };
    serde_saphyr::to_string_with_options(value, options).unwrap_or_default()
}

fn append(value: &Value, text: &mut String) {
    // Writing to a string fails for no JSON value.
    let _ = serde_saphyr::to_fmt_writer_with_options(text, value, options());
    if !text.ends_with('\n') {
        text.push('\n');
    }
}
