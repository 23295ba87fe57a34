//! The grammar of `--set` and its sisters, as Helm's `strvals` reads it.
//!
//! Reading is apart from assigning: a flag with a fault changes nothing.

use crate::diagnostic::{Code, Diagnostic};
use crate::path::{Segment, ValuePath};
use crate::source::{SourceId, Span};
use crate::yaml::{Entry, Node, Scalar, Value};

/// Helm's bound for a list index.
const MAX_INDEX: usize = 65_536;

/// Helm's bound for the dots of one path; here the bound for its indexes too.
/// It also bounds how deep the trees are that later stages walk.
const MAX_NESTING: usize = 30;

/// Which of the flags is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// `--set`: booleans, null and whole numbers are told from text.
    Typed,
    /// `--set-string`: every value is text.
    Text,
    /// `--set-file`: every value names a file.
    File,
    /// `--set-json`: values are JSON.
    Json,
    /// `--set-literal`: one value, everything after the first `=`; no escapes.
    Literal,
}

/// One step of a path, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) segment: Segment,
    pub(super) span: Span,
}

/// One `path=value`.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) steps: Vec<Step>,
    pub(super) value: Node,
}

impl Assignment {
    /// The path of the first `length` steps.
    pub(super) fn path(&self, length: usize) -> ValuePath {
        path_of(self.steps.iter().take(length))
    }
}

/// Reads the value of one flag; `source` names its text.
pub(super) fn parse(
    expression: &str,
    grammar: Grammar,
    source: SourceId,
) -> Result<Vec<Assignment>, Diagnostic> {
    let mut parser = Parser {
        text: expression,
        at: 0,
        grammar,
        source,
        steps: Vec::new(),
    };
    let mut assignments = Vec::new();
    while parser.at < expression.len() {
        assignments.push(parser.assignment()?);
    }
    Ok(assignments)
}

/// Every text among the values, in order: the file names of `--set-file`.
pub(super) fn texts(assignments: &[Assignment]) -> Vec<String> {
    let mut texts = Vec::new();
    for assignment in assignments {
        match &assignment.value.value {
            Value::Sequence(items) => texts.extend(items.iter().filter_map(text).cloned()),
            _ => texts.extend(text(&assignment.value).cloned()),
        }
    }
    texts
}

fn text(node: &Node) -> Option<&String> {
    match &node.value {
        Value::Scalar(Scalar::String(text)) => Some(text),
        _ => None,
    }
}

/// Puts the files' texts in the place of their names.
pub(super) fn put_contents(
    assignments: &mut [Assignment],
    contents: &[String],
) -> Result<(), Diagnostic> {
    let mut contents = contents.iter();
    for assignment in assignments {
        let path = assignment.path(assignment.steps.len());
        let names = match &mut assignment.value {
            Node {
                value: Value::Sequence(items),
                ..
            } => items.as_mut_slice(),
            single => std::slice::from_mut(single),
        };
        for name in names {
            let Some(content) = contents.next() else {
                return Err(Diagnostic::error(
                    Code::UNREADABLE,
                    path,
                    "the content of the file is missing",
                )
                .at(name.span));
            };
            name.value = Value::Scalar(Scalar::String(content.clone()));
        }
    }
    Ok(())
}

fn path_of<'a>(steps: impl Iterator<Item = &'a Step>) -> ValuePath {
    steps
        .map(|step| step.segment.clone())
        .collect::<Vec<_>>()
        .into()
}

/// Text up to a stop, escapes taken out.
struct Chunk {
    text: String,
    span: Span,
    /// The stop, already passed; `None` at the end of the expression.
    stop: Option<char>,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    grammar: Grammar,
    source: SourceId,
    /// The path read so far, for messages and the next assignment.
    steps: Vec<Step>,
}

impl Parser<'_> {
    fn assignment(&mut self) -> Result<Assignment, Diagnostic> {
        self.steps.clear();
        self.path()?;
        let value = match self.grammar {
            Grammar::Json => self.json()?,
            Grammar::Literal => {
                let span = Span::new(self.source, self.at, self.text.len());
                let rest = self.rest().to_owned();
                self.at = self.text.len();
                string(rest, span)
            }
            Grammar::Typed | Grammar::Text | Grammar::File if self.rest().starts_with('{') => {
                self.list()?
            }
            Grammar::Typed | Grammar::Text | Grammar::File => {
                let chunk = self.until(&[',']);
                self.scalar(chunk)?
            }
        };
        Ok(Assignment {
            steps: std::mem::take(&mut self.steps),
            value,
        })
    }

    /// Reads a path and the `=` after it into `self.steps`.
    fn path(&mut self) -> Result<(), Diagnostic> {
        let key_stops: &[char] = match self.grammar {
            Grammar::Literal => &['=', '[', '.'],
            _ => &['=', '[', ',', '.'],
        };
        loop {
            let key = self.until(key_stops);
            let mut stop = key.stop;
            self.step(Segment::Key(key.text), key.span)?;
            while stop == Some('[') {
                stop = self.index()?;
            }
            match stop {
                Some('=') => return Ok(()),
                Some('.') => {}
                _ => return Err(self.no_value()),
            }
        }
    }

    /// Reads `0]` and the stop after it.
    fn index(&mut self) -> Result<Option<char>, Diagnostic> {
        let chunk = self.until(&[']']);
        let around = Span::new(
            self.source,
            chunk.span.start.saturating_sub(1),
            chunk.span.end,
        );
        if chunk.stop.is_none() {
            return Err(self
                .syntax(around, "a `[` has no `]`")
                .help("write a list index as `key[0]`; write `\\[` for a bracket inside a key"));
        }
        let index = match chunk.text.parse::<i128>() {
            Ok(index) if index < 0 => {
                return Err(self
                    .syntax(chunk.span, format!("the list index {index} is negative"))
                    .help("list indexes start at 0"));
            }
            Ok(index) => usize::try_from(index)
                .ok()
                .filter(|index| *index <= MAX_INDEX)
                .ok_or_else(|| {
                    self.syntax(
                        chunk.span,
                        format!("the list index {index} is greater than the limit of {MAX_INDEX}"),
                    )
                    .help("write long lists in a values file")
                })?,
            Err(_) => {
                return Err(self
                    .syntax(around, format!("`[{}]` is not a list index", chunk.text))
                    .help(
                        "write a whole number such as `[0]`, or `.name` for a key of a mapping; \
                         write `\\[` for a bracket inside a key",
                    ));
            }
        };
        self.step(Segment::Index(index), chunk.span)?;
        let after = self.until(&['[', '.', '=']);
        if after.text.is_empty() {
            Ok(after.stop)
        } else {
            Err(self
                .syntax(
                    after.span,
                    format!("`{}` is not allowed after a list index", after.text),
                )
                .help("write `=`, `.key` or another `[index]` after `]`"))
        }
    }

    fn step(&mut self, segment: Segment, span: Span) -> Result<(), Diagnostic> {
        let is_key = matches!(segment, Segment::Key(_));
        self.steps.push(Step { segment, span });
        let alike = self
            .steps
            .iter()
            .filter(|step| matches!(step.segment, Segment::Key(_)) == is_key)
            .count();
        if alike > MAX_NESTING + 1 {
            return Err(self
                .syntax(
                    span,
                    format!("the path is more than {MAX_NESTING} levels deep"),
                )
                .help(
                    "check the path: no setting is nested that deeply; write deeply nested data in \
                     a values file",
                ));
        }
        Ok(())
    }

    fn list(&mut self) -> Result<Node, Diagnostic> {
        let start = self.at;
        // The brace, one byte.
        self.at += 1;
        let mut items = Vec::new();
        loop {
            let mut chunk = self.until(&[',', '}']);
            let stop = chunk.stop.take();
            if stop.is_none() {
                return Err(self
                    .syntax(
                        Span::new(self.source, start, self.at),
                        "a list that starts with `{` has no `}`",
                    )
                    .help(
                        "write a list as `key={a,b}`; write `\\{` for text that starts with a \
                         brace",
                    ));
            }
            items.push(self.scalar(chunk)?);
            if stop == Some('}') {
                let span = Span::new(self.source, start, self.at);
                self.pass(',');
                return Ok(Node {
                    span,
                    value: Value::Sequence(items),
                });
            }
        }
    }

    /// A value of `--set`, `--set-string` or `--set-file`.
    fn scalar(&self, chunk: Chunk) -> Result<Node, Diagnostic> {
        if self.grammar == Grammar::File && chunk.text.is_empty() {
            return Err(self
                .syntax(chunk.span, "the file name after `=` is missing")
                .help("write `key=file`; write `\\,` for a comma in a file name"));
        }
        if self.grammar == Grammar::Typed {
            Ok(Node {
                span: chunk.span,
                value: Value::Scalar(typed(chunk.text)),
            })
        } else {
            Ok(string(chunk.text, chunk.span))
        }
    }

    fn json(&mut self) -> Result<Node, Diagnostic> {
        if self.pass_blanks_and_comma() {
            return Ok(Node::null(Span::new(self.source, self.at, self.at)));
        }
        let start = self.at;
        let rest = self.rest();
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter();
        let value = match stream.next() {
            Some(Ok(value)) => value,
            Some(Err(fault)) => {
                let end = rest.len().min(stream.byte_offset().max(1));
                let span = Span::new(self.source, start, start + ceil_char(rest, end));
                return Err(self.not_json(span, &fault));
            }
            None => serde_json::Value::Null,
        };
        let end = start + stream.byte_offset();
        self.at = end;
        self.pass_blanks_and_comma();
        Ok(from_json(value, Span::new(self.source, start, end)))
    }

    fn not_json(&self, span: Span, fault: &serde_json::Error) -> Diagnostic {
        // serde_json appends the place in its own words; ours is the span.
        let reason = fault.to_string();
        let reason = reason
            .rsplit_once(" at line ")
            .map_or(reason.as_str(), |(reason, _)| reason);
        let start = span.start + self.json_column(span.start, fault);
        let place = Span::new(self.source, start, self.text.len().min(start.max(span.end)));
        self.syntax(place, format!("the value is not JSON: {reason}"))
            .help(
                "put text in double quotes: `key=\"text\"`; or use `--set-string`, which takes \
                 text without quotes",
            )
    }

    /// How many bytes into the text from `start` the JSON reader stopped.
    fn json_column(&self, start: usize, fault: &serde_json::Error) -> usize {
        let text = self.text.get(start..).unwrap_or_default();
        let line_start: usize = text
            .split_inclusive('\n')
            .take(fault.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let offset = (line_start + fault.column().saturating_sub(1)).min(text.len());
        floor_char(text, offset)
    }

    /// Passes blanks and one comma; whether nothing but them was left before
    /// the comma or the end.
    fn pass_blanks_and_comma(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.pass(',') || self.at == self.text.len()
    }

    fn pass(&mut self, character: char) -> bool {
        let passed = self.rest().starts_with(character);
        if passed {
            self.at += character.len_utf8();
        }
        passed
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads up to and past one of `stops`. Except in `--set-literal`, a
    /// backslash takes the next character as it is; one at the very end is
    /// dropped, as Helm drops it.
    fn until(&mut self, stops: &[char]) -> Chunk {
        let start = self.at;
        let escapes = self.grammar != Grammar::Literal;
        let mut text = String::new();
        let mut end = self.text.len();
        let mut stop = None;
        let mut characters = self.rest().char_indices();
        while let Some((offset, character)) = characters.next() {
            if stops.contains(&character) {
                end = start + offset;
                stop = Some(character);
                break;
            }
            if character == '\\' && escapes {
                text.extend(characters.next().map(|(_, escaped)| escaped));
            } else {
                text.push(character);
            }
        }
        self.at = end + stop.map_or(0, char::len_utf8);
        Chunk {
            text,
            span: Span::new(self.source, start, end),
            stop,
        }
    }

    fn syntax(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        // An empty key is no path that could be looked up.
        let path = if self.steps.iter().any(is_empty) {
            ValuePath::root()
        } else {
            path_of(self.steps.iter())
        };
        Diagnostic::error(Code::SYNTAX, path, message).at(span)
    }

    fn no_value(&self) -> Diagnostic {
        let span = match (self.steps.first(), self.steps.last()) {
            (Some(first), Some(last)) => {
                let bracket = usize::from(matches!(last.segment, Segment::Index(_)));
                Span::new(self.source, first.span.start, last.span.end + bracket)
            }
            _ => Span::new(self.source, self.at, self.at),
        };
        let written = self.text.get(span.start..span.end).unwrap_or_default();
        if written.is_empty() {
            return self
                .syntax(span, "there is nothing before this comma")
                .help("remove the comma; write `\\,` for a comma inside a value");
        }
        let fault = self.syntax(span, format!("`{written}` has no value"));
        if self.grammar == Grammar::Json && self.text.trim_start().starts_with('{') {
            fault.help(
                "write the key of the object: `key={…}`; for many values, write a file and use \
                 `--values`",
            )
        } else {
            fault.help(
                "write `key=value`; write `\\,` for a comma inside a value, and `key=` for an \
                 empty text",
            )
        }
    }
}

/// Whether the step is a key without a name, which Helm passes over.
pub(super) fn is_empty(step: &Step) -> bool {
    matches!(&step.segment, Segment::Key(key) if key.is_empty())
}

fn string(text: String, span: Span) -> Node {
    Node {
        span,
        value: Value::Scalar(Scalar::String(text)),
    }
}

/// What `--set` makes of a value.
fn typed(text: String) -> Scalar {
    if text.eq_ignore_ascii_case("true") {
        return Scalar::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Scalar::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Scalar::Null;
    }
    // `007` is text, so that it keeps its zeros.
    let number = if text == "0" || !text.starts_with('0') {
        text.parse().ok()
    } else {
        None
    };
    number.map_or(Scalar::String(text), Scalar::Int)
}

fn from_json(value: serde_json::Value, span: Span) -> Node {
    let value = match value {
        serde_json::Value::Null => Value::Scalar(Scalar::Null),
        serde_json::Value::Bool(value) => Value::Scalar(Scalar::Bool(value)),
        serde_json::Value::Number(number) => Value::Scalar(from_number(&number)),
        serde_json::Value::String(text) => Value::Scalar(Scalar::String(text)),
        serde_json::Value::Array(items) => Value::Sequence(
            items
                .into_iter()
                .map(|item| from_json(item, span))
                .collect(),
        ),
        serde_json::Value::Object(entries) => Value::Mapping(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key,
                    key_reinterpreted: false,
                    key_span: span,
                    value: from_json(value, span),
                })
                .collect(),
        ),
    };
    Node { span, value }
}

/// JSON knows one kind of number: `5000.0` is a port as good as `5000`.
fn from_number(number: &serde_json::Number) -> Scalar {
    /// Up to here a float holds every whole number exactly.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_i64() {
        return Scalar::Int(whole);
    }
    let float = number.as_f64().unwrap_or_default();
    if float.fract() == 0.0 && float.abs() <= EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within ±2^53"
        )]
        return Scalar::Int(float as i64);
    }
    Scalar::Float(float)
}

fn floor_char(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn ceil_char(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset += 1;
    }
    offset
}
