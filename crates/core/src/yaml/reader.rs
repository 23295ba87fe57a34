//! Text to [`Node`]s, with places and bounded cost.

use super::{Entry, Implicit, Node, Scalar, Value, resolve, syntax};
use crate::diagnostic::{Code, Diagnostic};
use crate::path::ValuePath;
use crate::source::{SourceId, Span};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A values file of more bytes is refused; Helm stores a whole release in 1 MiB.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Deeper nesting is refused. The deepest Kubernetes object has fewer levels.
const MAX_DEPTH: usize = 64;
/// Aliases may repeat this many nodes in all: a few lines could stand for billions.
const MAX_ALIASED_NODES: usize = 100_000;

/// Why bytes are not a values file's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// They are in another encoding.
    #[error("the file is not UTF-8 text (line {line}, byte {byte}); save it as UTF-8")]
    NotUtf8 {
        /// The line of the first byte that is not UTF-8, from 1.
        line: usize,
        /// How many bytes stand before it.
        byte: usize,
    },
}

/// Bytes of a values file as text.
///
/// ```
/// use mlflow_k8s_core::yaml::{DecodeError, decode};
///
/// assert_eq!(decode(b"a: 1\n".to_vec()).as_deref(), Ok("a: 1\n"));
/// assert_eq!(
///     decode(b"a: 1\nb: \xff\n".to_vec()),
///     Err(DecodeError::NotUtf8 { line: 2, byte: 8 })
/// );
/// ```
pub fn decode(bytes: Vec<u8>) -> Result<String, DecodeError> {
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..byte).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        DecodeError::NotUtf8 { line, byte }
    })
}

/// Reads a values text. `None` when nothing usable could be read; a text
/// without content is an empty mapping.
pub fn read(text: &str, source: SourceId, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut reader = Reader {
        source,
        text,
        // The mark stands before the first character, and is not one of the text.
        offset: if text.starts_with('\u{feff}') { 3 } else { 0 },
        open: Vec::new(),
        root: None,
        anchors: BTreeMap::new(),
        aliased: 0,
        diagnostics: Vec::new(),
    };
    let result = reader.run();
    let failed = result.is_err() || !reader.diagnostics.is_empty();
    diagnostics.append(&mut reader.diagnostics);
    if let Err(diagnostic) = result {
        diagnostics.push(*diagnostic);
    }
    if failed {
        return None;
    }
    let everything = Span::new(source, 0, text.len());
    match reader.root {
        None => Some(Node::empty_mapping(everything)),
        Some(root) if root.is_null() => Some(Node::empty_mapping(everything)),
        Some(root) if matches!(root.value, Value::Mapping(_)) => Some(root),
        Some(root) => {
            diagnostics.push(
                Diagnostic::error(
                    Code::WRONG_TYPE,
                    ValuePath::root(),
                    "the values are not a mapping of settings",
                )
                .at(root.span)
                .help("write settings as `key: value`, for example `replicaCount: 1`"),
            );
            None
        }
    }
}

type Stopped = Box<Diagnostic>;

fn stop(code: Code, span: Span, message: impl Into<String>, help: &str) -> Stopped {
    Box::new(
        Diagnostic::error(code, ValuePath::root(), message)
            .at(span)
            .help(help),
    )
}

struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    offset: usize,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Anchored>,
    aliased: usize,
    diagnostics: Vec<Diagnostic>,
}

/// A collection whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    collection: Collection,
}

enum Collection {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        /// What `<<` brings in, in its order.
        merged: Vec<Entry>,
        key: Option<Key>,
    },
}

struct Key {
    text: String,
    reinterpreted: bool,
    is_merge: bool,
    span: Span,
}

struct Anchored {
    node: Node,
    size: usize,
    depth: usize,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), Stopped> {
        if self.text.len() > MAX_BYTES {
            return Err(self.unreadable(
                0,
                format!(
                    "the text has {} bytes, more than the limit of {MAX_BYTES} bytes",
                    self.text.len()
                ),
            ));
        }
        if let Some(position) = self.text.find('\0') {
            return Err(self.unreadable(position, "the text contains a NUL byte".to_owned()));
        }
        let text = self.text.get(self.offset..).unwrap_or_default();
        let options = granit_parser::options! {
            emit_comments: false,
            block_nesting_limit: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
        };
        let mut documents = 0;
        let mut end_of_previous = self.offset;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| self.syntax(&error))?;
            let span = self.span(span);
            let previous = std::mem::replace(&mut end_of_previous, span.end);
            match event {
                Event::DocumentStart(..) => documents += 1,
                Event::Scalar(text, style, anchor, tag) => {
                    // A `---` with nothing behind it is not a document.
                    if documents > 1 && self.open.is_empty() && text.is_empty() {
                        continue;
                    }
                    self.second_document(documents, span)?;
                    let (text, span) = match style {
                        ScalarStyle::Literal | ScalarStyle::Folded => (
                            self.without_missing_break(text, span),
                            self.with_header(previous, span),
                        ),
                        _ => (text, span),
                    };
                    self.scalar(text, style, anchor, tag.as_deref(), span)?;
                }
                Event::SequenceStart(style, anchor, tag) => {
                    let span = match style {
                        StructureStyle::Block => self.with_dash(previous, span),
                        StructureStyle::Flow => span,
                    };
                    self.second_document(documents, span)?;
                    collection_tag(tag.as_deref(), "seq", span)?;
                    self.open(anchor, span, Collection::Sequence(Vec::new()))?;
                }
                Event::MappingStart(_, anchor, tag) => {
                    self.second_document(documents, span)?;
                    collection_tag(tag.as_deref(), "map", span)?;
                    let mapping = Collection::Mapping {
                        entries: Vec::new(),
                        merged: Vec::new(),
                        key: None,
                    };
                    self.open(anchor, span, mapping)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::Alias(anchor) => self.alias(anchor, span)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        Span::new(
            self.source,
            range.start + self.offset,
            range.end + self.offset,
        )
    }

    fn unreadable(&self, position: usize, message: String) -> Stopped {
        let span = Span::new(self.source, position, position);
        stop(
            Code::UNREADABLE,
            span,
            message,
            "check that this is the right file: a values file is a short YAML text",
        )
    }

    /// The place of a block scalar from its `|` or `>` on; the parser's begins
    /// with its first line.
    fn with_header(&self, previous: usize, span: Span) -> Span {
        let between = self.text.get(previous..span.start).unwrap_or_default();
        let header = between.find(['|', '>']).map(|header| previous + header);
        Span::new(self.source, header.unwrap_or(span.start), span.end)
    }

    /// A block scalar without the line break that the parser adds where the
    /// file ends in the middle of a line. Helm's reader does not add one.
    fn without_missing_break<'a>(&self, text: Cow<'a, str>, span: Span) -> Cow<'a, str> {
        let Some(content) = text.strip_suffix('\n') else {
            return text;
        };
        let block = self.text.get(span.start..).unwrap_or_default();
        let line_start = self.text.len() - block.len();
        let before = self.text.get(..line_start).unwrap_or_default();
        let indentation = before.rsplit('\n').next().unwrap_or_default().len();
        let last_line = self.text.rsplit(['\n', '\r']).next().unwrap_or_default();
        let is_content = if !last_line.trim_matches(' ').is_empty() {
            true
        } else if content.trim_matches('\n').is_empty() {
            // Nothing but blanks, which the parser takes for one more line.
            text.len() == block.matches('\n').count()
        } else {
            last_line.len() > indentation
        };
        if span.end == self.text.len() && is_content {
            Cow::Owned(content.to_owned())
        } else {
            text
        }
    }

    /// The place of a list from its first dash on; where the list is not
    /// indented, the parser's begins behind it.
    fn with_dash(&self, previous: usize, span: Span) -> Span {
        let between = self.text.get(previous..span.start).unwrap_or_default();
        let line = between.rfind('\n').map_or(0, |newline| newline + 1);
        let before = between.get(line..).unwrap_or_default();
        if before.trim() == "-" {
            let dash = span.start - before.trim_start().len();
            Span::new(self.source, dash, span.end)
        } else {
            span
        }
    }

    fn second_document(&self, documents: usize, span: Span) -> Result<(), Stopped> {
        if documents < 2 || !self.open.is_empty() {
            return Ok(());
        }
        Err(stop(
            Code::SEVERAL_DOCUMENTS,
            span,
            "a second YAML document starts here, but a values file has only one",
            "move it to a file of its own, and give both files with `-f`; depending on its \
             version, Helm ignores or merges a second document",
        ))
    }

    fn open(&mut self, anchor: usize, span: Span, collection: Collection) -> Result<(), Stopped> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        if self.key_expected() {
            return Err(stop(
                Code::SYNTAX,
                span,
                "a key cannot be a list or a mapping",
                "write the key as text; if it is a template (`{{ … }}`), render it first: a values \
                 file cannot contain templates",
            ));
        }
        self.open.push(Open {
            start: span.start,
            anchor,
            collection,
        });
        Ok(())
    }

    fn key_expected(&self) -> bool {
        matches!(
            self.open.last().map(|open| &open.collection),
            Some(Collection::Mapping { key: None, .. })
        )
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Stopped> {
        let plain = style == ScalarStyle::Plain;
        let text = text.into_owned();
        let scalar = match tag {
            None if plain => Scalar::Plain(text),
            None => Scalar::String(text),
            Some(tag) if tag.original() == "!" => Scalar::String(text),
            Some(tag) => match tag.core_suffix() {
                Some("str") => Scalar::String(text),
                Some("null" | "bool" | "int" | "float") => Scalar::Plain(text),
                _ => return Err(unknown_tag(tag, span)),
            },
        };
        if let Scalar::Plain(text) = &scalar
            && matches!(resolve(text), Implicit::Float(number) if !number.is_finite())
        {
            self.diagnostics.push(
                Diagnostic::error(
                    Code::INVALID_VALUE,
                    ValuePath::root(),
                    format!("`{text}` is not a finite number, so Kubernetes cannot store it"),
                )
                .at(span)
                .help(format!("if you mean text, quote it: `\"{text}\"`")),
            );
        }
        if self.key_expected() {
            let key = key(scalar, span);
            if let Some(Open {
                collection: Collection::Mapping { key: slot, .. },
                ..
            }) = self.open.last_mut()
            {
                *slot = Some(key);
            }
            return Ok(());
        }
        let node = Node {
            span,
            value: Value::Scalar(scalar),
        };
        self.anchor(anchor, &node);
        self.add(node)
    }

    fn anchor(&mut self, anchor: usize, node: &Node) {
        // 0 is no anchor.
        if anchor != 0 {
            let (size, depth) = measure(node);
            let anchored = Anchored {
                node: node.clone(),
                size,
                depth,
            };
            self.anchors.insert(anchor, anchored);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stopped> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(stop(
                Code::SYNTAX,
                span,
                "this alias is inside the value that it refers to",
                "move the anchor to a value that ends before the alias",
            ));
        };
        self.aliased += anchored.size;
        if self.aliased > MAX_ALIASED_NODES {
            return Err(stop(
                Code::UNREADABLE,
                span,
                format!("the aliases expand to more than {MAX_ALIASED_NODES} values"),
                "write the values out, without aliases",
            ));
        }
        if self.open.len() + anchored.depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let node = anchored.node.clone();
        if self.key_expected() {
            let Value::Scalar(scalar) = node.value else {
                return Err(stop(
                    Code::SYNTAX,
                    span,
                    "a key cannot be a list or a mapping",
                    "write the key as text",
                ));
            };
            let key = key(scalar, span);
            if let Some(Open {
                collection: Collection::Mapping { key: slot, .. },
                ..
            }) = self.open.last_mut()
            {
                *slot = Some(key);
            }
            return Ok(());
        }
        self.add(node)
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node) -> Result<(), Stopped> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.collection {
            Collection::Sequence(items) => items.push(node),
            Collection::Mapping {
                entries,
                merged,
                key,
            } => {
                let Some(key) = key.take() else {
                    return Ok(());
                };
                if !key.is_merge {
                    entries.push(Entry {
                        key: key.text,
                        key_reinterpreted: key.reinterpreted,
                        key_span: key.span,
                        value: node,
                    });
                    return Ok(());
                }
                let span = node.span;
                let sources = match node.value {
                    Value::Sequence(items) => items,
                    value => vec![Node { span, value }],
                };
                for source in sources {
                    match source.value {
                        Value::Mapping(brought) => {
                            for entry in brought {
                                merge_entry(entry, entries, merged);
                            }
                        }
                        _ => {
                            return Err(stop(
                                Code::SYNTAX,
                                key.span,
                                "`<<` merges mappings, but its value is not a mapping",
                                "use an alias of a mapping: `<<: *defaults`",
                            ));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stopped> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.collection {
            Collection::Sequence(items) => Value::Sequence(items),
            Collection::Mapping {
                entries, merged, ..
            } => Value::Mapping(self.unique(entries, merged)),
        };
        // A block ends where its last value does, not where the parser noticed.
        let last = match &value {
            Value::Sequence(items) => items.last().map(|item| item.span),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| {
                    if entry.value.span.end < entry.key_span.end {
                        entry.key_span
                    } else {
                        entry.value.span
                    }
                })
                .filter(|span| span.source == self.source)
                .max_by_key(|span| span.end),
            Value::Scalar(_) => None,
        };
        let is_flow = self
            .text
            .get(open.start..)
            .is_some_and(|rest| rest.starts_with(['[', '{']));
        let last_end = last.map_or(open.start, |span| span.end.max(open.start));
        let node = Node {
            span: Span::new(
                self.source,
                open.start,
                if is_flow { end.end } else { last_end },
            ),
            value,
        };
        self.anchor(open.anchor, &node);
        self.add(node)
    }

    /// Entries with what `<<` brought in behind them; reports keys given twice.
    fn unique(&mut self, entries: Vec<Entry>, merged: Vec<Entry>) -> Vec<Entry> {
        // Most mappings have few keys, for which looking at each is fastest.
        const FEW: usize = 16;
        let differ = |entries: &[Entry]| {
            let mut rest = entries;
            while let [first, others @ ..] = rest {
                if others.iter().any(|other| other.key == first.key) {
                    return false;
                }
                rest = others;
            }
            true
        };
        if merged.is_empty() && entries.len() <= FEW && differ(&entries) {
            return entries;
        }
        let mut keys = BTreeMap::new();
        let mut unique: Vec<Entry> = Vec::with_capacity(entries.len() + merged.len());
        let given = entries.len();
        for (position, entry) in entries.into_iter().chain(merged).enumerate() {
            let first = keys.get(&entry.key);
            match first.and_then(|first: &usize| unique.get(*first)) {
                None => {
                    keys.insert(entry.key.clone(), unique.len());
                    unique.push(entry);
                }
                Some(first) if position < given => {
                    let line = self
                        .text
                        .get(..first.key_span.start)
                        .map_or(1, |before| before.matches('\n').count() + 1);
                    self.diagnostics.push(
                        Diagnostic::error(
                            Code::DUPLICATE_KEY,
                            ValuePath::root(),
                            format!(
                                "the key `{}` is defined twice, first on line {line}",
                                entry.key
                            ),
                        )
                        .at(entry.key_span)
                        .help("keep one of the two: Helm uses the last one without a warning"),
                    );
                }
                // An entry behind `<<` wins over it; one before it has its value already.
                Some(_) => {}
            }
        }
        unique
    }

    fn syntax(&self, error: &ScanError) -> Stopped {
        let position = error.marker().byte_offset().unwrap_or_default() + self.offset;
        let position = position.min(self.text.len());
        let line_start = self
            .text
            .get(..position)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |newline| newline + 1);
        let line = self
            .text
            .get(line_start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let place = Span::new(self.source, position, position);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return too_deep(place);
        }
        let (message, help) = if line.contains("{{") {
            (
                "the value is a template".to_owned(),
                "render the file first, or quote the text: a values file cannot contain templates",
            )
        } else if line.trim_start_matches(' ').starts_with('\t') {
            (
                "the line is indented with a tab".to_owned(),
                "use spaces: YAML does not allow tabs for indentation",
            )
        } else {
            let (message, help) = syntax::explain(error.kind());
            (format!("invalid YAML: {message}"), help)
        };
        stop(Code::SYNTAX, place, message, help)
    }
}

fn unknown_tag(tag: &Tag, span: Span) -> Stopped {
    stop(
        Code::SYNTAX,
        span,
        format!(
            "the tag `{}` is not supported in a values file",
            tag.original()
        ),
        "remove the tag, and write only the value",
    )
}

fn too_deep(span: Span) -> Stopped {
    stop(
        Code::UNREADABLE,
        span,
        format!("the values are nested more than {MAX_DEPTH} levels deep"),
        "check that every bracket is closed: no setting is nested that deeply",
    )
}

fn collection_tag(tag: Option<&Tag>, expected: &str, span: Span) -> Result<(), Stopped> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(expected) && tag.original() != "!" => {
            Err(unknown_tag(tag, span))
        }
        _ => Ok(()),
    }
}

/// Adds what `<<` brings in. As in Helm's reader, it wins over the keys
/// before it and yields to those behind it; of several sources the first wins.
fn merge_entry(entry: Entry, before: &mut [Entry], merged: &mut Vec<Entry>) {
    if merged.iter().any(|other| other.key == entry.key) {
        return;
    }
    if let Some(own) = before.iter_mut().find(|own| own.key == entry.key) {
        own.value = entry.value.clone();
    }
    merged.push(entry);
}

fn key(scalar: Scalar, span: Span) -> Key {
    let mut key = Key {
        is_merge: matches!(&scalar, Scalar::Plain(text) if text == "<<"),
        text: String::new(),
        reinterpreted: false,
        span,
    };
    match scalar {
        Scalar::Plain(text) => {
            let read = match resolve(&text) {
                Implicit::String => None,
                Implicit::Null => Some("null".to_owned()),
                Implicit::Bool(value) => Some(value.to_string()),
                Implicit::Int(value) => Some(value.to_string()),
                Implicit::Float(value) => Some(value.to_string()),
            };
            key.reinterpreted = read.as_ref().is_some_and(|read| *read != text);
            key.text = read.unwrap_or(text);
        }
        Scalar::String(text) => key.text = text,
        // Keys come from text, which is one of the above.
        _ => {}
    }
    key
}

/// Number of nodes, and levels of collections.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &node.value {
        Value::Scalar(_) => return (1, 0),
        Value::Sequence(items) => items.iter().map(measure).collect(),
        Value::Mapping(entries) => entries.iter().map(|entry| measure(&entry.value)).collect(),
    };
    children
        .into_iter()
        .fold((1, 1), |(size, depth), (child_size, child_depth)| {
            (size + child_size, depth.max(child_depth + 1))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn texts_mean_what_helm_reads() {
        // Each result is what Helm 3.19.0 reads.
        for (text, expected) in [
            (
                "b: &b {a: 1}\nm:\n  a: x\n  <<: *b\n",
                json!({"b": {"a": 1}, "m": {"a": 1}}),
            ),
            (
                "b: &b {a: 1}\nm:\n  <<: *b\n  a: x\n",
                json!({"b": {"a": 1}, "m": {"a": "x"}}),
            ),
            (
                "b: &b {a: 1}\nc: &c {a: 2, d: 3}\nm:\n  a: x\n  <<: [*b, *c]\n",
                json!({"b": {"a": 1}, "c": {"a": 2, "d": 3}, "m": {"a": 1, "d": 3}}),
            ),
            ("a: |\n  x\n", json!({"a": "x\n"})),
            ("a: |\n  x\n  ", json!({"a": "x\n"})),
            // A file that ends in the middle of a line.
            ("a: |\n  x", json!({"a": "x"})),
            ("a: |\r\n  x\r\n  y", json!({"a": "x\ny"})),
            ("a: |+\n  x", json!({"a": "x"})),
            ("a: |-\n  x", json!({"a": "x"})),
            ("a: >\n  x\n  y", json!({"a": "x y"})),
            ("a: |\n  x\n\n  y", json!({"a": "x\n\ny"})),
            ("a:\n- |\n  x", json!({"a": ["x"]})),
            ("a: |\n  x\n    ", json!({"a": "x\n  "})),
            ("a: |+\n  x\n\n  ", json!({"a": "x\n\n"})),
            ("a: |\n  x\n# c", json!({"a": "x\n"})),
            ("a: |\n  x\n  # c", json!({"a": "x\n# c"})),
            ("a: |\n  x\nb: 1", json!({"a": "x\n", "b": 1})),
            ("a: >\n  x\n    ", json!({"a": "x\n  "})),
            ("a: >\n  x\n   y", json!({"a": "x\n y"})),
            ("a: |\n  x\n \n   ", json!({"a": "x\n\n "})),
            ("a: |", json!({"a": ""})),
            ("a: |\n  ", json!({"a": ""})),
            ("a: |2\n   x", json!({"a": " x"})),
            ("a: >\n  x\n\n  y", json!({"a": "x\ny"})),
            ("a: |\n  \n  x  ", json!({"a": "\nx  "})),
            ("a: >+\n  x\n   z\n   ", json!({"a": "x\n z\n "})),
        ] {
            let mut diagnostics = Vec::new();
            let node = read(text, SourceId::DEFAULTS, &mut diagnostics);
            assert_eq!(diagnostics, [], "{text}");
            assert_eq!(node.map(|node| node.to_json()), Some(expected), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The judge is a port of libyaml, as Helm's reader is.
        #[test]
        fn block_scalars_mean_what_libyaml_reads(
            header in "[|>]2?[+-]?",
            lines in "( {2,4}x?y?\n| {0,3}\n){0,4}",
            last in "( {2,4}x?y?| {0,3})",
        ) {
            let text = format!("a: {header}\n{lines}{last}");
            let Ok(expected) = serde_yaml::from_str::<serde_json::Value>(&text) else {
                return Ok(());
            };
            let node = read(&text, SourceId::DEFAULTS, &mut Vec::new());
            prop_assert_eq!(node.map(|node| node.to_json()), Some(expected), "{:?}", text);
        }
    }
}
