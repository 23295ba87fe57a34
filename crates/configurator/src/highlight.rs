//! Colours for YAML: what each part of a line is.
//!
//! Made for values files and for what this project writes. It never fails: a
//! line that is not YAML gets some colours, and the text stays as it is.

use mlflow_k8s_core::yaml::{Implicit, resolve};

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key of a mapping.
    Key,
    /// Text, quoted, bare or in a block.
    String,
    /// A number.
    Number,
    /// A boolean or null.
    Constant,
    /// A comment.
    Comment,
    /// Dashes, colons, brackets, anchors, tags, document marks.
    Punctuation,
    /// White space.
    Plain,
}

impl Kind {
    /// The class name in HTML; white space has none.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Self::Key => Some("key"),
            Self::String => Some("string"),
            Self::Number => Some("number"),
            Self::Constant => Some("constant"),
            Self::Comment => Some("comment"),
            Self::Punctuation => Some("punctuation"),
            Self::Plain => None,
        }
    }
}

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'t> {
    /// What it is.
    pub kind: Kind,
    /// Its text, never empty.
    pub text: &'t str,
}

/// The parts of a line that stands alone. Together they are the line.
pub fn line(text: &str) -> Vec<Span<'_>> {
    Highlighter::default().line(text)
}

/// A text as HTML: each line, with its line break, in a `<span class="line">`,
/// its parts in spans with the class of their kind. The text content is the
/// text; only NUL, which HTML cannot hold, becomes U+FFFD.
pub fn html(text: &str) -> String {
    let mut highlighter = Highlighter::default();
    let mut html = String::with_capacity(text.len() * 3);
    for with_break in text.split_inclusive('\n') {
        let content = with_break.strip_suffix('\n').unwrap_or(with_break);
        html.push_str("<span class=\"line\">");
        for span in highlighter.line(content) {
            match span.kind.class() {
                Some(class) => {
                    html.push_str("<span class=\"");
                    html.push_str(class);
                    html.push_str("\">");
                    escape(span.text, &mut html);
                    html.push_str("</span>");
                }
                None => escape(span.text, &mut html),
            }
        }
        if content.len() < with_break.len() {
            html.push('\n');
        }
        html.push_str("</span>");
    }
    html
}

/// Appends text as HTML reads it back. A bare carriage return would be read
/// as a line feed.
pub(crate) fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\r' => html.push_str("&#13;"),
            '\0' => html.push('\u{FFFD}'),
            other => html.push(other),
        }
    }
}

/// Reads a text line by line and remembers what goes on in the next line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Highlighter {
    /// What the last line left open.
    open: Open,
    /// How many flow collections (`{`, `[`) are open.
    depth: usize,
}

/// What goes on in the next line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// A block scalar (`|`, `>`) whose lines are indented at least this far.
    Block {
        indentation: usize,
        /// Whether a line of it has been seen; the first one decides.
        is_settled: bool,
    },
    /// A quoted scalar.
    Quoted(char),
}

impl Highlighter {
    /// The parts of the next line, which has no line break. Together they are
    /// the line.
    pub fn line<'t>(&mut self, text: &'t str) -> Vec<Span<'t>> {
        let mut line = Line {
            text,
            position: 0,
            spans: Vec::new(),
        };
        let open = self.open;
        match open {
            Open::Block { .. } if self.continues_block(text) => {
                line.take_gap();
                line.take_rest(Kind::String);
                return line.spans;
            }
            Open::Block { .. } => self.open = Open::Nothing,
            Open::Quoted(quote) => {
                line.take_gap();
                if !self.quoted(&mut line, quote, 0) {
                    return line.spans;
                }
            }
            Open::Nothing => {}
        }
        self.tokens(&mut line);
        line.spans
    }

    /// Whether the line belongs to the open block scalar.
    fn continues_block(&mut self, text: &str) -> bool {
        let Open::Block {
            indentation,
            is_settled,
        } = &mut self.open
        else {
            return false;
        };
        let content = text.trim_start_matches(' ');
        let found = text.len() - content.len();
        if content.trim_end().is_empty() {
            return true;
        }
        if found < *indentation {
            return false;
        }
        if !*is_settled {
            *indentation = found;
            *is_settled = true;
        }
        true
    }

    /// The parts of what is left of a line, outside block scalars.
    fn tokens(&mut self, line: &mut Line<'_>) {
        // Content of a block scalar is indented further than what holds it.
        let mut holder = None;
        if line.position == 0 && self.depth == 0 {
            if line.rest().starts_with('%') {
                return line.take_rest(Kind::Punctuation);
            }
            let mark = ["---", "..."].iter().find(|mark| {
                line.rest()
                    .strip_prefix(**mark)
                    .is_some_and(|after| is_gap(after.chars().next()))
            });
            if mark.is_some() {
                line.take(3, Kind::Punctuation);
                holder = Some(Holder::Document);
            }
        }
        loop {
            line.take_gap();
            let Some(first) = line.rest().chars().next() else {
                return;
            };
            let second = line.rest().chars().nth(1);
            let in_flow = self.depth > 0;
            match first {
                '#' if line.is_after_gap() => return line.take_rest(Kind::Comment),
                '-' | '?' if !in_flow && is_gap(second) => {
                    holder = Some(Holder::Column(line.position));
                    line.take(1, Kind::Punctuation);
                }
                ':' if is_gap(second) || (in_flow && is_flow_mark(second)) => {
                    line.take(1, Kind::Punctuation);
                }
                '{' | '[' => {
                    self.depth += 1;
                    line.take(1, Kind::Punctuation);
                }
                '}' | ']' if in_flow => {
                    self.depth -= 1;
                    line.take(1, Kind::Punctuation);
                }
                ',' if in_flow => line.take(1, Kind::Punctuation),
                '&' | '*' | '!' => {
                    let length = line
                        .rest()
                        .find(|c: char| c.is_whitespace() || (in_flow && is_flow_mark(Some(c))))
                        .unwrap_or(line.rest().len());
                    line.take(length, Kind::Punctuation);
                }
                '|' | '>' if !in_flow && is_block_header(line.rest()) => {
                    let indentation = match holder {
                        Some(Holder::Column(column)) => column + 1,
                        Some(Holder::Document) => 0,
                        // The key stands on an earlier line.
                        None => 1,
                    };
                    self.open = Open::Block {
                        indentation,
                        is_settled: false,
                    };
                    let length = line
                        .rest()
                        .find(char::is_whitespace)
                        .unwrap_or(line.rest().len());
                    line.take(length, Kind::Punctuation);
                }
                '"' | '\'' => {
                    let start = line.position;
                    if !self.quoted(line, first, 1) {
                        return;
                    }
                    if line.turn_into_key(in_flow) {
                        holder = Some(Holder::Column(start));
                    }
                }
                _ => {
                    let start = line.position;
                    line.take_bare(in_flow);
                    if line.turn_into_key(in_flow) {
                        holder = Some(Holder::Column(start));
                    }
                }
            }
        }
    }

    /// Takes a quoted scalar, of which `opened` bytes are the opening quote;
    /// whether it ends in this line.
    fn quoted(&mut self, line: &mut Line<'_>, quote: char, opened: usize) -> bool {
        let mut characters = line.rest().char_indices().skip(opened).peekable();
        let mut end = None;
        while let Some((at, character)) = characters.next() {
            if character == '\\' && quote == '"' {
                characters.next();
            } else if character == quote {
                // A doubled single quote is one of the text.
                if quote == '\'' && characters.next_if(|(_, next)| *next == quote).is_some() {
                    continue;
                }
                end = Some(at + 1);
                break;
            }
        }
        if let Some(end) = end {
            self.open = Open::Nothing;
            line.take(end, Kind::String);
            true
        } else {
            self.open = Open::Quoted(quote);
            line.take_rest(Kind::String);
            false
        }
    }
}

/// What a block scalar belongs to.
#[derive(Clone, Copy, Debug)]
enum Holder {
    /// The document itself.
    Document,
    /// A key or a dash at this column.
    Column(usize),
}

/// Whether nothing or white space follows.
fn is_gap(next: Option<char>) -> bool {
    next.is_none_or(char::is_whitespace)
}

/// Whether a character ends a bare scalar inside `{}` or `[]`.
fn is_flow_mark(next: Option<char>) -> bool {
    matches!(next, Some(',' | '[' | ']' | '{' | '}'))
}

/// Whether `|` or `>` with its indicators stands alone.
fn is_block_header(text: &str) -> bool {
    let (header, after) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let indicators = header.get(1..).unwrap_or_default();
    let after = after.trim_start();
    indicators.len() <= 2
        && indicators
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-'))
        && (after.is_empty() || after.starts_with('#'))
}

/// A line that is being taken apart.
struct Line<'t> {
    text: &'t str,
    /// Where the rest starts.
    position: usize,
    spans: Vec<Span<'t>>,
}

impl<'t> Line<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize, kind: Kind) {
        if let Some(text) = self.rest().get(..length).filter(|text| !text.is_empty()) {
            self.spans.push(Span { kind, text });
            self.position += length;
        }
    }

    fn take_rest(&mut self, kind: Kind) {
        self.take(self.rest().len(), kind);
    }

    /// Takes white space, and the mark that may start a file.
    fn take_gap(&mut self) {
        let after = self
            .rest()
            .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        self.take(self.rest().len() - after.len(), Kind::Plain);
    }

    fn is_after_gap(&self) -> bool {
        self.spans
            .last()
            .is_none_or(|span| span.kind == Kind::Plain)
    }

    /// Takes a bare scalar.
    fn take_bare(&mut self, in_flow: bool) {
        let rest = self.rest();
        let mut before = None;
        let end = rest
            .char_indices()
            .find(|(at, character)| {
                let after = rest.get(at + character.len_utf8()..).unwrap_or_default();
                let next = after.chars().next();
                let ends = match character {
                    '#' => before.is_some_and(char::is_whitespace),
                    ':' => is_gap(next) || (in_flow && is_flow_mark(next)),
                    ',' | '[' | ']' | '{' | '}' => in_flow,
                    _ => false,
                };
                before = Some(*character);
                ends && *at > 0
            })
            .map_or(rest.len(), |(at, _)| at);
        let text = rest.get(..end).unwrap_or(rest).trim_end();
        let kind = match resolve(text) {
            Implicit::Int(_) | Implicit::Float(_) => Kind::Number,
            Implicit::Bool(_) | Implicit::Null => Kind::Constant,
            Implicit::String => Kind::String,
        };
        self.take(text.len(), kind);
    }

    /// Makes the last part a key and takes its colon, if one follows; whether
    /// it does.
    fn turn_into_key(&mut self, in_flow: bool) -> bool {
        let Some(after) = self.rest().trim_start().strip_prefix(':') else {
            return false;
        };
        let next = after.chars().next();
        let is_quoted = self
            .spans
            .last()
            .is_some_and(|span| span.text.starts_with(['"', '\'']));
        let is_key = is_gap(next) || (in_flow && (is_quoted || is_flow_mark(next)));
        if is_key && let Some(span) = self.spans.last_mut() {
            span.kind = Kind::Key;
            self.take_gap();
            self.take(1, Kind::Punctuation);
        }
        is_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_k8s_core::layers::Layer;
    use mlflow_k8s_core::presets::PRESETS;
    use mlflow_k8s_core::release::Release;
    use mlflow_k8s_core::{Rules, render};
    use proptest::prelude::*;

    /// The parts of a text, a letter for each kind, white space left out.
    fn parts(text: &str) -> String {
        let mut highlighter = Highlighter::default();
        text.lines()
            .map(|text| {
                highlighter
                    .line(text)
                    .iter()
                    .filter(|span| span.kind != Kind::Plain)
                    .map(|span| {
                        let letter = match span.kind {
                            Kind::Key => 'k',
                            Kind::String => 's',
                            Kind::Number => 'n',
                            Kind::Constant => 'c',
                            Kind::Comment => '#',
                            Kind::Punctuation => 'p',
                            Kind::Plain => ' ',
                        };
                        format!("{letter}<{}>", span.text)
                    })
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What a browser makes of [`html`]'s output.
    fn text_content(html: &str) -> String {
        let mut text = String::new();
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            text.push_str(&rest[..start]);
            rest = &rest[start + rest[start..].find('>').unwrap() + 1..];
        }
        text.push_str(rest);
        text.replace("&#13;", "\r")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    }

    #[test]
    fn lines_of_values() {
        for (text, expected) in [
            ("replicaCount: 1", "k<replicaCount> p<:> n<1>"),
            ("  enabled: true   # on", "k<enabled> p<:> c<true> #<# on>"),
            ("tag: 'v3''s' # a", "k<tag> p<:> s<'v3''s'> #<# a>"),
            (r#"a: "x \" # y" # z"#, r#"k<a> p<:> s<"x \" # y"> #<# z>"#),
            (
                "uri: sqlite:////a#b:c # d",
                "k<uri> p<:> s<sqlite:////a#b:c> #<# d>",
            ),
            ("- name: A", "p<-> k<name> p<:> s<A>"),
            ("- - 1.5", "p<-> p<-> n<1.5>"),
            ("- --workers=4", "p<-> s<--workers=4>"),
            ("empty:", "k<empty> p<:>"),
            ("x: ~", "k<x> p<:> c<~>"),
            ("x: {}", "k<x> p<:> p<{> p<}>"),
            (
                "x: {a: 1, \"b\":two, c}",
                "k<x> p<:> p<{> k<a> p<:> n<1> p<,> k<\"b\"> p<:> s<two> p<,> s<c> p<}>",
            ),
            ("'quoted key' : x", "k<'quoted key'> p<:> s<x>"),
            (
                "a: &anchor !!str yes",
                "k<a> p<:> p<&anchor> p<!!str> c<yes>",
            ),
            ("<<: *anchor", "k<<<> p<:> p<*anchor>"),
            ("---", "p<--->"),
            ("--- # a", "p<---> #<# a>"),
            ("---a", "s<---a>"),
            ("# only", "#<# only>"),
            ("%YAML 1.2", "p<%YAML 1.2>"),
            ("}", "s<}>"),
            ("", ""),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_goes_on_in_the_next_line() {
        let text = "\
a: |-  # how
    one: 1

  # less than the first line: a comment
b: >2
    deep
  text
- |
 x
- y: |
    z: 1
  w: 2
c: \"open
  # still: \\\" text
  end\": # no key here
d: [1,
  2, {e: 3
  }] # shut
--- |
block
";
        assert_eq!(
            parts(text),
            "\
k<a> p<:> p<|-> #<# how>
s<one: 1>

#<# less than the first line: a comment>
k<b> p<:> p<>2>
s<deep>
s<text>
p<-> p<|>
s<x>
p<-> k<y> p<:> p<|>
s<z: 1>
k<w> p<:> n<2>
k<c> p<:> s<\"open>
s<# still: \\\" text>
s<end\"> p<:> #<# no key here>
k<d> p<:> p<[> n<1> p<,>
n<2> p<,> p<{> k<e> p<:> n<3>
p<}> p<]> #<# shut>
p<---> p<|>
s<block>"
        );
    }

    #[test]
    fn html_is_escaped_and_has_a_span_for_each_line() {
        assert_eq!(
            html("a: <&>\n\nb"),
            "<span class=\"line\"><span class=\"key\">a</span>\
             <span class=\"punctuation\">:</span> \
             <span class=\"string\">&lt;&amp;&gt;</span>\n</span>\
             <span class=\"line\">\n</span>\
             <span class=\"line\"><span class=\"string\">b</span></span>"
        );
        assert_eq!(html(""), "");
        assert_eq!(
            html("\r\n\0"),
            "<span class=\"line\">&#13;\n</span><span class=\"line\"><span class=\"string\">\u{FFFD}</span></span>"
        );
    }

    #[test]
    fn our_own_texts_come_back_whole_and_every_key_is_one() {
        for preset in PRESETS {
            let manifests = render(
                &[Layer::Preset(preset.name.to_owned())],
                &Release::default(),
                &Rules::Run,
            )
            .manifests
            .unwrap()
            .to_yaml();
            for text in [&manifests, preset.values, mlflow_k8s_core::values::DEFAULTS] {
                assert_eq!(text_content(&html(text)), text);
                let mut highlighter = Highlighter::default();
                for line in text.lines() {
                    let spans = highlighter.line(line);
                    let bare = line.trim_start_matches([' ', '-']);
                    if bare
                        .split_once(": ")
                        .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_alphanumeric()))
                    {
                        assert!(spans.iter().any(|span| span.kind == Kind::Key), "{line}");
                    }
                }
                assert_eq!(highlighter.open, Open::Nothing);
                assert_eq!(highlighter.depth, 0);
            }
        }
    }

    proptest! {
        #[test]
        fn spans_together_are_the_line(
            lines in prop::collection::vec("([ \\-:#'\"|>{}\\[\\],&*!%?a1\\\\é\t\r\u{FEFF}]{0,20}|.*)", 0..8)
        ) {
            let mut highlighter = Highlighter::default();
            for text in &lines {
                let spans = highlighter.line(text);
                let together: String = spans.iter().map(|span| span.text).collect();
                prop_assert_eq!(&together, text);
                prop_assert!(spans.iter().all(|span| !span.text.is_empty()));
            }
            let text = lines.join("\n").replace('\0', "");
            prop_assert_eq!(text_content(&html(&text)), text);
        }
    }
}
