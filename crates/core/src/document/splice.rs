//! Proposals for edited texts. What they get wrong is caught by whoever reads
//! the result again, so each handles the forms that people write and gives up
//! (`None`) on the others.

use super::default_order;
use crate::path::{Segment, ValuePath};
use crate::yaml::{self, Dashes, Entry, Implicit, Node, Scalar, Value, resolve};
use serde_json::{Value as Json, json};
use std::ops::Range;

/// The text with `value` at `path`.
pub(super) fn set(text: &str, root: &Node, path: &ValuePath, value: &Json) -> Option<String> {
    let page = Page::new(text);
    let (step, parent_path) = path.split_last()?;
    let Some(parent) = root.at(&parent_path) else {
        // The parent is missing too: create it with this inside.
        return set(text, root, &parent_path, &wrapped(step, value)?);
    };
    match (&parent.value, step) {
        (Value::Mapping(entries), Segment::Key(key)) => {
            let own = entries.iter().find(|entry| entry.key == *key);
            match own.filter(|entry| page.holds(parent, entry.key_span)) {
                Some(entry) => page.replace_in_mapping(parent, entry, value),
                None => page.insert_key(root, parent, &parent_path, key, value),
            }
        }
        (Value::Sequence(items), Segment::Index(index)) => match items.get(*index) {
            Some(item) => page.replace_item(parent, item, value),
            None => page.append_item(text, root, parent, items, &parent_path, value),
        },
        // An empty value becomes the collection that is needed.
        _ if parent.is_null() => set(text, root, &parent_path, &wrapped(step, value)?),
        _ => None,
    }
}

fn wrapped(step: &Segment, value: &Json) -> Option<Json> {
    match step {
        Segment::Key(key) => Some(json!({ key: value })),
        Segment::Index(0) => Some(json!([value])),
        Segment::Index(_) => None,
    }
}

/// The text without the entry at `path`; then the same without the blank
/// lines behind it, which would become part of a `|+` block before it.
pub(super) fn remove(text: &str, root: &Node, path: &ValuePath) -> Vec<String> {
    [false, true]
        .into_iter()
        .filter_map(|with_blank_lines| remove_entry(text, root, path, with_blank_lines))
        .collect()
}

fn remove_entry(
    text: &str,
    root: &Node,
    path: &ValuePath,
    with_blank_lines: bool,
) -> Option<String> {
    let page = Page::new(text);
    let (step, parent_path) = path.split_last()?;
    let parent = root.at(&parent_path)?;
    let index = match (&parent.value, step) {
        (Value::Mapping(entries), Segment::Key(key)) => {
            entries.iter().position(|entry| entry.key == *key)?
        }
        (Value::Sequence(_), Segment::Index(index)) => *index,
        _ => return None,
    };
    let parts: Vec<Range<usize>> = match &parent.value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| {
                page.holds(parent, entry.key_span)
                    .then(|| entry.key_span.start..page.entry_end(parent, entry))
            })
            .collect::<Option<_>>()?,
        Value::Sequence(items) => items
            .iter()
            .map(|item| {
                page.item_start(parent, item)
                    .map(|start| start..page.end(item).max(start + 1))
            })
            .collect::<Option<_>>()?,
        Value::Scalar(_) => return None,
    };
    let part = parts.get(index)?.clone();
    if parts.len() == 1 {
        let empty = match &parent.value {
            Value::Mapping(_) => json!({}),
            _ => json!([]),
        };
        return if parent_path.segments().is_empty() {
            Some(page.without(page.line_start(part.start)..page.line_after(part.end)))
        } else {
            set(text, root, &parent_path, &empty)
        };
    }
    let next = parts.get(index + 1);
    let previous = index
        .checked_sub(1)
        .and_then(|previous| parts.get(previous));
    if page.is_flow(parent) {
        return Some(match (next, previous) {
            (Some(next), _) => page.without(part.start..next.start),
            (None, Some(previous)) => page.without(previous.end..part.end),
            (None, None) => page.without(part),
        });
    }
    let line = page.line_start(part.start);
    let alone = page.slice(line..part.start).trim().is_empty();
    match next {
        // `- first: 1` shares its line with the dash.
        Some(next) if !alone => Some(page.without(part.start..next.start)),
        _ => {
            let start = match page.attached_comment(line, part.start - line) {
                // What a file begins with is about the file.
                0 => line,
                comment => comment,
            };
            let mut end = page.line_after(part.end);
            while with_blank_lines && end < text.len() && page.is_blank_line(end) {
                end = page.next_line(end);
            }
            Some(page.without(start..end))
        }
    }
}

/// The text with a line break behind its last line, if that has none. What is
/// written there may need it: a block scalar ends as the file does.
pub(super) fn with_last_break(text: &str) -> Option<String> {
    let page = Page::new(text);
    let end = text.len();
    (!text.is_empty() && !text.ends_with('\n')).then(|| page.spliced(end..end, "\n"))
}

/// For a text that ends within a block scalar: forms of it behind which lines
/// can follow. `|` becomes `|-`, or the blanks of the last line go.
pub(super) fn with_closed_end(text: &str, root: &Node) -> Vec<String> {
    let block = last_block(root, text).filter(|_| !text.ends_with('\n'));
    let Some(block) = block else {
        return Vec::new();
    };
    let page = Page::new(text);
    let rest = page.slice(block..text.len());
    let header = rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
    let style = page.slice(block..block + header).replace('+', "");
    vec![
        page.spliced(block..block + header, &format!("{style}-")),
        text.trim_end_matches(' ').to_owned(),
    ]
}

/// Where the block scalar begins that ends with the text.
fn last_block(node: &Node, text: &str) -> Option<usize> {
    match &node.value {
        Value::Scalar(_) => {
            let is_block = text
                .get(node.span.start..node.span.end)
                .is_some_and(|own| own.starts_with(['|', '>']));
            (is_block && node.span.end == text.len()).then_some(node.span.start)
        }
        Value::Sequence(items) => items.iter().find_map(|item| last_block(item, text)),
        Value::Mapping(entries) => entries
            .iter()
            .find_map(|entry| last_block(&entry.value, text)),
    }
}

/// The text with the last key of `to` in the place of that of `from`, where
/// both stand in the same mapping.
pub(super) fn rename(text: &str, root: &Node, from: &ValuePath, to: &ValuePath) -> Option<String> {
    let page = Page::new(text);
    let (Segment::Key(old), parent_path) = from.split_last()? else {
        return None;
    };
    let (Segment::Key(new), new_parent) = to.split_last()? else {
        return None;
    };
    let parent = root.at(&parent_path)?;
    let entry = parent.entry(old)?;
    let key = entry.key_span.start..entry.key_span.end;
    (parent_path == new_parent && page.holds(parent, entry.key_span))
        .then(|| page.spliced(key, &flow_text(new)))
}

/// What an author wrote beside an entry.
pub(super) struct Comments {
    /// The lines directly above it, without their indentation.
    above: Vec<String>,
    /// What follows it on its line, with the blanks before it.
    behind: String,
}

/// The comments of an entry that is written on one line.
pub(super) fn comments(text: &str, root: &Node, path: &ValuePath) -> Option<Comments> {
    let page = Page::new(text);
    let (Segment::Key(key), parent_path) = path.split_last()? else {
        return None;
    };
    let parent = root.at(&parent_path)?;
    let entry = parent.entry(key)?;
    let start = entry.key_span.start;
    let end = page.entry_end(parent, entry);
    let line = page.line_start(start);
    let own = page.slice(line..end);
    if page.is_flow(parent) || own.contains('\n') || !page.holds(parent, entry.key_span) {
        return None;
    }
    let behind = page.slice(end..page.line_end(end));
    Some(Comments {
        above: page.comment_above(start),
        behind: behind.trim_end().to_owned(),
    })
}

/// The text with comments beside an entry that has none.
pub(super) fn with_comments(
    text: &str,
    root: &Node,
    path: &ValuePath,
    comments: &Comments,
) -> Option<String> {
    let page = Page::new(text);
    let (Segment::Key(key), parent_path) = path.split_last()? else {
        return None;
    };
    let parent = root.at(&parent_path)?;
    let entry = parent.entry(key)?;
    let start = entry.key_span.start;
    let end = page.entry_end(parent, entry);
    let line_end = page.line_end(end);
    let has_one = page.slice(end..line_end).contains('#');
    let behind = if has_one { "" } else { &comments.behind };
    let text = page.spliced(line_end..line_end, behind);
    Some(with_lines_above(&text, start, &comments.above))
}

/// An entry of several lines as its author wrote it.
pub(super) struct Section {
    /// The comment lines directly above it, without their indentation.
    above: Vec<String>,
    /// What follows its colon, to the end of its last line.
    body: String,
    /// The column of its key.
    column: usize,
    /// The text without the comments that the section ends with: no value is
    /// behind them, so that they would stay where the section was.
    pub(super) rest: String,
}

/// The section of an entry that is a block of several lines.
pub(super) fn section(text: &str, root: &Node, path: &ValuePath) -> Option<Section> {
    let page = Page::new(text);
    let (Segment::Key(key), parent_path) = path.split_last()? else {
        return None;
    };
    let parent = root.at(&parent_path)?;
    let entry = parent.entry(key)?;
    let start = entry.key_span.start;
    let end = page.entry_end(parent, entry);
    if page.is_flow(parent)
        || !page.holds(parent, entry.key_span)
        || !page.slice(start..end).trim_end().contains('\n')
    {
        return None;
    }
    let column = page.column(start);
    let last_line_end = page.content_line_end(end);
    let body_end = page.inner_comments_end(last_line_end, column);
    let body = page.slice(page.colon(entry)?..body_end);
    Some(Section {
        above: page.comment_above(start),
        body: body.replace("\r\n", "\n"),
        column,
        rest: page.without(last_line_end..body_end),
    })
}

/// The text with an entry written as the section was, with its comments.
pub(super) fn with_section(
    text: &str,
    root: &Node,
    path: &ValuePath,
    section: &Section,
) -> Option<String> {
    let page = Page::new(text);
    let (Segment::Key(key), parent_path) = path.split_last()? else {
        return None;
    };
    let parent = root.at(&parent_path)?;
    let entry = parent.entry(key)?;
    if page.is_flow(parent) {
        return None;
    }
    let start = entry.key_span.start;
    let column = page.column(start);
    let end = page.content_line_end(page.entry_end(parent, entry));
    let body: Vec<String> = section
        .body
        .split('\n')
        .enumerate()
        .map(|(index, line)| match index {
            0 => line.to_owned(),
            _ => shifted(line, section.column, column),
        })
        .collect();
    let text = page.spliced(page.colon(entry)?..end, &body.join("\n"));
    Some(with_lines_above(&text, start, &section.above))
}

/// A line of a block whose key goes from one column to another.
fn shifted(line: &str, from: usize, to: usize) -> String {
    let content = line.trim_start_matches(' ');
    let indent = line.len() - content.len();
    if content.is_empty() {
        return line.to_owned();
    }
    format!(
        "{}{content}",
        " ".repeat((indent + to).saturating_sub(from))
    )
}

/// The text with comments above the entry whose key begins at a position.
fn with_lines_above(text: &str, key: usize, comments: &[String]) -> String {
    let page = Page::new(text);
    let line = page.line_start(key);
    let indent = page.slice(line..key);
    // Behind a dash or in a flow there is no line above that is its own.
    if !indent.trim().is_empty() {
        return text.to_owned();
    }
    let above: Vec<String> = comments
        .iter()
        .map(|comment| format!("{indent}{comment}\n"))
        .collect();
    page.spliced(line..line, &above.concat())
}

/// A text and how it breaks its lines.
struct Page<'t> {
    text: &'t str,
    line_break: &'static str,
    dashes: Dashes,
}

impl<'t> Page<'t> {
    fn new(text: &'t str) -> Self {
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self {
            text,
            line_break,
            dashes: dashes(text),
        }
    }

    /// `key: value` in a block at an indentation; its first line is not indented.
    fn entry_text(&self, key: &str, value: &Json, indent: usize) -> String {
        indented(&block(&json!({ key: value }), self.dashes), indent)
    }

    /// What follows the colon of a key at an indentation.
    fn under_key(&self, value: &Json, indent: usize) -> String {
        let written = self.entry_text("k", value, indent);
        written.strip_prefix("k:").unwrap_or_default().to_owned()
    }

    /// What follows the dash of an element at an indentation.
    fn under_dash(&self, value: &Json, indent: usize) -> String {
        let written = indented(&block(&json!([value]), self.dashes), indent);
        written.strip_prefix('-').unwrap_or_default().to_owned()
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    /// Whether the place belongs to the node's own text; what an alias or
    /// `<<` brings in was written elsewhere.
    fn holds(&self, node: &Node, place: crate::source::Span) -> bool {
        (node.span.start..=node.span.end).contains(&place.start)
            && place.end <= node.span.end.max(trimmed(self.text).len())
    }

    fn is_flow(&self, node: &Node) -> bool {
        !matches!(node.value, Value::Scalar(_))
            && self
                .slice(node.span.start..self.text.len())
                .starts_with(['{', '['])
    }

    /// Where a node's own characters end, without the line breaks behind a block.
    fn end(&self, node: &Node) -> usize {
        let own = self.slice(node.span.start..node.span.end);
        let children: Vec<&Node> = match &node.value {
            Value::Sequence(items) => items.iter().collect(),
            Value::Mapping(entries) => entries.iter().map(|entry| &entry.value).collect(),
            Value::Scalar(scalar) => return node.span.start + scalar_length(own, scalar),
        };
        let trimmed = node.span.start + trimmed(own).len();
        if self.is_flow(node) {
            return trimmed;
        }
        children
            .into_iter()
            .filter(|child| self.holds(node, child.span))
            .map(|child| self.end(child))
            .fold(trimmed, usize::max)
    }

    /// Where an entry ends: its value, or its colon when it has none.
    fn entry_end(&self, parent: &Node, entry: &Entry) -> usize {
        let colon = self.colon(entry).unwrap_or(entry.key_span.end);
        if self.holds(parent, entry.value.span) && entry.value.span.start >= colon {
            self.end(&entry.value).max(colon)
        } else {
            // An alias: one word.
            let rest = self.slice(colon..self.text.len());
            let word = rest.trim_start_matches([' ', '\t']);
            let length = word
                .find([' ', '\t', '\r', '\n', ',', '}', ']'])
                .unwrap_or(word.len());
            colon + (rest.len() - word.len()) + length
        }
    }

    /// The byte behind the colon of an entry.
    fn colon(&self, entry: &Entry) -> Option<usize> {
        let rest = self.slice(entry.key_span.end..self.text.len());
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let colon = entry.key_span.end + blanks;
        (self.slice(colon..colon + 1) == ":").then_some(colon + 1)
    }

    fn line_start(&self, position: usize) -> usize {
        self.slice(0..position)
            .rfind('\n')
            .map_or(0, |newline| newline + 1)
    }

    /// The end of the line, before its break.
    fn line_end(&self, position: usize) -> usize {
        let rest = self.slice(position..self.text.len());
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        position + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The start of the next line; the end of the text on the last one.
    fn next_line(&self, position: usize) -> usize {
        let rest = self.slice(position..self.text.len());
        position + rest.find('\n').map_or(rest.len(), |newline| newline + 1)
    }

    /// The end of the line on which content ends, and the start of the next
    /// one. Content that ends with a line break has had its line.
    fn content_line_end(&self, end: usize) -> usize {
        match self.slice(0..end).strip_suffix('\n') {
            Some(before) => before.strip_suffix('\r').unwrap_or(before).len(),
            None => self.line_end(end),
        }
    }

    fn line_after(&self, end: usize) -> usize {
        if self.slice(0..end).ends_with('\n') {
            end
        } else {
            self.next_line(end)
        }
    }

    fn is_blank_line(&self, line: usize) -> bool {
        self.slice(line..self.line_end(line)).trim().is_empty()
    }

    /// The column of a position in its line, in characters.
    fn column(&self, position: usize) -> usize {
        self.slice(self.line_start(position)..position)
            .chars()
            .count()
    }

    fn without(&self, range: Range<usize>) -> String {
        self.spliced(range, "")
    }

    fn spliced(&self, range: Range<usize>, with: &str) -> String {
        let with = if self.line_break == "\r\n" {
            with.replace('\n', "\r\n")
        } else {
            with.to_owned()
        };
        [
            self.slice(0..range.start),
            &with,
            self.slice(range.end..self.text.len()),
        ]
        .concat()
    }

    /// The start of the comment lines that stand directly above a line, at
    /// the same indentation.
    fn attached_comment(&self, line: usize, indent: usize) -> usize {
        let mut start = line;
        while start > 0 {
            let above = self.line_start(start - 1);
            let content = self.slice(above..start);
            let trimmed = content.trim_start_matches(' ');
            if !trimmed.starts_with('#') || content.len() - trimmed.len() != indent {
                break;
            }
            start = above;
        }
        start
    }

    /// The comment lines that belong to the entry whose key begins at a position,
    /// without their indentation.
    fn comment_above(&self, key: usize) -> Vec<String> {
        let line = self.line_start(key);
        let above = match self.attached_comment(line, key - line) {
            // What a file begins with is about the file.
            0 => "",
            comment => self.slice(comment..line),
        };
        above.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// The end of the comment lines behind a section that are indented further
    /// than its key; the given line end where there are none.
    fn inner_comments_end(&self, section_end: usize, column: usize) -> usize {
        let mut end = section_end;
        let mut line = self.next_line(section_end);
        while line < self.text.len() {
            let line_end = self.line_end(line);
            let content = self.slice(line..line_end);
            let comment = content.trim_start_matches(' ');
            if comment.starts_with('#') && content.len() - comment.len() > column {
                end = line_end;
            } else if !comment.is_empty() {
                break;
            }
            line = self.next_line(line);
        }
        end
    }

    /// Where the dash of an element stands in a block, or the element itself in a flow.
    fn item_start(&self, parent: &Node, item: &Node) -> Option<usize> {
        if !self.holds(parent, item.span) {
            return None;
        }
        if self.is_flow(parent) {
            return Some(item.span.start);
        }
        let before = self.slice(parent.span.start..item.span.start);
        let dash = trimmed(before);
        dash.ends_with('-')
            .then(|| parent.span.start + dash.len() - 1)
    }

    fn replace_in_mapping(&self, parent: &Node, entry: &Entry, value: &Json) -> Option<String> {
        let colon = self.colon(entry)?;
        let end = self.entry_end(parent, entry);
        if self.is_flow(parent) {
            return Some(self.spliced(colon..end, &format!(" {}", flow(value))));
        }
        let indent = self.column(entry.key_span.start);
        Some(self.replace_value(
            colon..end,
            &entry.value,
            value,
            &self.under_key(value, indent),
        ))
    }

    fn replace_item(&self, parent: &Node, item: &Node, value: &Json) -> Option<String> {
        let start = self.item_start(parent, item)?;
        if self.is_flow(parent) {
            return Some(self.spliced(start..self.end(item), &flow(value)));
        }
        let indent = self.column(start);
        let dash = start + 1;
        let end = self.end(item).max(dash);
        Some(self.replace_value(dash..end, item, value, &self.under_dash(value, indent)))
    }

    /// Puts `written` (what follows a colon or dash) in the place of an old
    /// value; `range` is from the colon or dash to the old value's end.
    fn replace_value(
        &self,
        range: Range<usize>,
        old: &Node,
        value: &Json,
        written: &str,
    ) -> String {
        let old_text = self.slice(range.clone());
        let one_line = !old_text.contains('\n');
        if one_line && !written.contains('\n') {
            let own = self.slice(old.span.start..self.end(old));
            let kept = like(own, value).map(|scalar| format!(" {scalar}"));
            // Blanks before the value are the author's alignment.
            let blanks = old_text.len() - old_text.trim_start_matches([' ', '\t']).len();
            let start = if blanks > 0 && blanks < old_text.len() {
                range.start + blanks - 1
            } else {
                range.start
            };
            return self.spliced(start..range.end, kept.as_deref().unwrap_or(written));
        }
        // A comment behind the colon, and one behind the old value, stay on their lines.
        let first_line_end = self.line_end(range.start);
        let (inline, block) = match written.split_once('\n') {
            Some((inline, block)) => (inline, format!("\n{block}")),
            None => (written, String::new()),
        };
        let comment = if one_line {
            self.slice(range.end..first_line_end)
        } else {
            let behind = self.slice(range.start..first_line_end);
            behind.find(" #").map_or("", |start| {
                let comment = behind.get(start..).unwrap_or_default();
                if behind.trim_start().starts_with('#') {
                    comment
                } else {
                    ""
                }
            })
        };
        // What stands behind the last line of a block belongs to what goes.
        let end = self.content_line_end(range.end);
        self.spliced(range.start..end, &format!("{inline}{comment}{block}"))
    }

    fn insert_key(
        &self,
        root: &Node,
        parent: &Node,
        path: &ValuePath,
        key: &str,
        value: &Json,
    ) -> Option<String> {
        let Value::Mapping(entries) = &parent.value else {
            return None;
        };
        let own: Vec<&Entry> = entries
            .iter()
            .filter(|entry| self.holds(parent, entry.key_span))
            .collect();
        let flow_parent = self.is_flow(parent);
        if own.is_empty() {
            if flow_parent && path.segments().is_empty() {
                return Some(self.spliced(
                    parent.span.start..parent.span.end,
                    &self.entry_text(key, value, 0),
                ));
            }
            return if path.segments().is_empty() {
                Some(self.appended(&self.entry_text(key, value, 0)))
            } else {
                set(self.text, root, path, &json!({ key: value }))
            };
        }
        let order = default_order(path);
        let rank = |key: &str| order.iter().position(|known| *known == key);
        let predecessor = match rank(key) {
            // After everything that the default values have before it.
            Some(own_rank) => own
                .iter()
                .rposition(|entry| rank(&entry.key).is_some_and(|other| other < own_rank)),
            None => Some(own.len() - 1),
        };
        if flow_parent {
            let new = format!("{}: {}", flow_text(key), flow(value));
            return Some(match predecessor.and_then(|index| own.get(index)) {
                Some(entry) => {
                    let end = self.entry_end(parent, entry);
                    self.spliced(end..end, &format!(", {new}"))
                }
                None => {
                    let start = own.first()?.key_span.start;
                    self.spliced(start..start, &format!("{new}, "))
                }
            });
        }
        let indent = self.column(own.first()?.key_span.start);
        let new = self.entry_text(key, value, indent);
        match predecessor.and_then(|index| own.get(index)) {
            Some(entry) => {
                let end = self.content_line_end(self.entry_end(parent, entry));
                let spacing = if path.segments().is_empty() && self.sections_are_spaced(end) {
                    "\n"
                } else {
                    ""
                };
                Some(self.spliced(end..end, &format!("\n{spacing}{}{new}", " ".repeat(indent))))
            }
            None => {
                let start = own.first()?.key_span.start;
                Some(self.spliced(start..start, &format!("{new}\n{}", " ".repeat(indent))))
            }
        }
    }

    /// Whether a blank line follows.
    fn sections_are_spaced(&self, line_end: usize) -> bool {
        let rest = self.slice(line_end..self.text.len());
        let mut lines = rest.lines().skip(1);
        matches!(lines.next(), Some(blank) if blank.trim().is_empty()) && lines.next().is_some()
    }

    fn append_item(
        &self,
        text: &str,
        root: &Node,
        parent: &Node,
        items: &[Node],
        path: &ValuePath,
        value: &Json,
    ) -> Option<String> {
        let Some(last) = items.last() else {
            return set(text, root, path, &json!([value]));
        };
        let start = self.item_start(parent, last)?;
        let end = self.end(last).max(start + 1);
        if self.is_flow(parent) {
            return Some(self.spliced(end..end, &format!(", {}", flow(value))));
        }
        let indent = self.column(start);
        let end = self.content_line_end(end);
        let new = self.under_dash(value, indent);
        Some(self.spliced(end..end, &format!("\n{}-{new}", " ".repeat(indent))))
    }

    /// The text with a line behind its last one.
    fn appended(&self, line: &str) -> String {
        let gap = if self.text.is_empty() || self.text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.spliced(self.text.len()..self.text.len(), &format!("{gap}{line}\n"))
    }
}

/// Where a text's author puts the dashes of lists: as in its first list that
/// stands below a key.
fn dashes(text: &str) -> Dashes {
    let mut key_indent = None;
    for line in text.lines() {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - content.len();
        if let Some(key_indent) = key_indent
            && (content.starts_with("- ") || content == "-")
        {
            return if indent > key_indent {
                Dashes::Indented
            } else {
                Dashes::BelowKey
            };
        }
        let without_comment = content.split(" #").next().unwrap_or_default().trim_end();
        // A key behind a dash has the column of its first letter.
        let behind_dashes = content.trim_start_matches(['-', ' ']);
        key_indent = without_comment
            .ends_with(':')
            .then(|| line.len() - behind_dashes.len());
    }
    Dashes::Indented
}

/// A block without its last line break. Texts whose ends a neighbour's blank
/// lines could change are quoted instead of written as literal blocks.
fn block(value: &Json, dashes: Dashes) -> String {
    let written = if has_open_end(value) {
        yaml::write_quoted(value)
    } else {
        yaml::write_with(value, dashes)
    };
    written.trim_end_matches('\n').to_owned()
}

/// The text without YAML's white space behind it. Rust's `trim_end` knows
/// more kinds of blanks, which are content in YAML.
fn trimmed(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\r', '\n'])
}

/// Length of a scalar's own text. Behind a block scalar, blanks may be part of it.
fn scalar_length(own: &str, scalar: &Scalar) -> usize {
    let is_block = own.starts_with(['|', '>']);
    match scalar {
        Scalar::String(_) if is_block && keeps_line_breaks(own) => own.len(),
        Scalar::String(text) if is_block && text.trim_end_matches('\n') != trimmed(text) => {
            own.trim_end_matches(['\n', '\r']).len()
        }
        _ => trimmed(own).len(),
    }
}

/// `|+` and `>+`: every line break behind the text is part of it.
fn keeps_line_breaks(block: &str) -> bool {
    let header = block.lines().next().unwrap_or_default();
    header
        .split(' ')
        .next()
        .is_some_and(|header| header.contains('+'))
}

fn has_open_end(value: &Json) -> bool {
    match value {
        Json::String(text) => {
            text.contains('\n') && (text.ends_with("\n\n") || text.trim().is_empty())
        }
        Json::Array(items) => items.iter().any(has_open_end),
        Json::Object(fields) => fields.values().any(has_open_end),
        _ => false,
    }
}

fn indented(text: &str, indent: usize) -> String {
    let margin = format!("\n{}", " ".repeat(indent));
    text.replace('\n', &margin)
        // Blank lines of a literal block have no margin.
        .replace(&format!("{margin}\n"), "\n\n")
}

/// The value in the quotes that the old one had, where it can be written so.
/// Those of an empty text were not chosen: there is no other way to write it.
fn like(old: &str, value: &Json) -> Option<String> {
    let text = value.as_str()?;
    if matches!(old, "\"\"" | "''") {
        return None;
    }
    let simple = !text.contains(['"', '\'', '\\'])
        && text
            .chars()
            .all(|character| (' '..='~').contains(&character));
    let quote = old
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    simple.then(|| format!("{quote}{text}{quote}"))
}

/// A value inside `{…}` or `[…]`.
fn flow(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", flow_text(key), flow(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Json::String(text) => flow_text(text),
        scalar => scalar.to_string(),
    }
}

fn flow_text(text: &str) -> String {
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte));
    if is_word && resolve(text) == Implicit::String {
        text.to_owned()
    } else {
        yaml::write_quoted(&Json::from(text))
            .trim_end_matches('\n')
            .to_owned()
    }
}
