//! Puts the value of a `--set` flag into the tree of the user's values.

use crate::diagnostic::{Code, Diagnostic};
use crate::path::Segment;
use crate::source::{Origin, Sources, Span};
use crate::yaml::{Entry, Node, Value};

use super::describe;
use super::set::{Assignment, is_empty};

/// How many nulls all flags together may put before list elements. `l[65536]=x`
/// is a dozen bytes for 65,536 elements: without a bound, a command line could
/// ask for more memory than there is.
const MAX_PADDING: usize = 1 << 20;

/// Assigns values, in order.
pub(super) struct Assigner<'a> {
    defaults: &'a Node,
    padding_left: usize,
}

/// Why one step of a path cannot be taken.
enum Blocked {
    /// The node there has no keys, or no elements.
    Kind {
        needed: &'static str,
        found: &'static str,
        written: Span,
    },
    /// [`MAX_PADDING`] is used up.
    TooLong,
}

impl<'a> Assigner<'a> {
    pub(super) fn new(defaults: &'a Node) -> Self {
        Self {
            defaults,
            padding_left: MAX_PADDING,
        }
    }

    /// Puts one value into the tree; what is wrong with it, if anything.
    pub(super) fn assign(
        &mut self,
        tree: &mut Node,
        assignment: Assignment,
        sources: &Sources,
    ) -> Option<Diagnostic> {
        if let Some(position) = assignment.steps.iter().position(is_empty) {
            return Some(empty_key(tree, &assignment, position));
        }
        let mut node = tree;
        let mut default = Some(self.defaults);
        for (position, step) in assignment.steps.iter().enumerate() {
            let below = match &step.segment {
                Segment::Key(key) => {
                    default = default
                        .and_then(|node| node.entry(key))
                        .map(|entry| &entry.value);
                    let in_list = position
                        .checked_sub(1)
                        .and_then(|above| assignment.steps.get(above))
                        .is_some_and(|above| matches!(above.segment, Segment::Index(_)));
                    let indexed = assignment
                        .steps
                        .get(position + 1)
                        .is_some_and(|below| matches!(below.segment, Segment::Index(_)));
                    // An index says which element of the list is meant, so
                    // there must be the list that the user has in mind.
                    let list =
                        default.filter(|node| indexed && matches!(node.value, Value::Sequence(_)));
                    enter_mapping(node, in_list).map(|entries| entry(entries, key, step.span, list))
                }
                Segment::Index(index) => {
                    // The elements are in the tree by now; the defaults' own
                    // element with this index need not be the same one.
                    default = None;
                    enter_list(node, *index, step.span, &mut self.padding_left)
                }
            };
            node = match below {
                Ok(below) => below,
                Err(blocked) => {
                    return Some(refuse(&blocked, &assignment, position, sources));
                }
            };
        }
        *node = assignment.value;
        None
    }
}

/// The entries of a node that must be a mapping. A null becomes one. So does
/// any other element of a list, which is what Helm does, while anything else
/// under a key is refused.
fn enter_mapping(node: &mut Node, in_list: bool) -> Result<&mut Vec<Entry>, Blocked> {
    let found = describe(node);
    let is_mapping = matches!(node.value, Value::Mapping(_));
    if !is_mapping && (in_list || node.is_null()) {
        node.value = Value::Mapping(Vec::new());
    }
    match &mut node.value {
        Value::Mapping(entries) => Ok(entries),
        _ => Err(Blocked::Kind {
            needed: "a mapping",
            found,
            written: node.span,
        }),
    }
}

/// The value of a key, made if it is not there: a copy of `list`, or null.
/// Either is the flag's, so that what it lacks is not taken for a default.
fn entry<'t>(
    entries: &'t mut Vec<Entry>,
    key: &str,
    span: Span,
    list: Option<&Node>,
) -> &'t mut Node {
    let position = entries
        .iter()
        .position(|entry| entry.key == key)
        .unwrap_or(entries.len());
    if position == entries.len() {
        entries.push(Entry {
            key: key.to_owned(),
            key_reinterpreted: false,
            key_span: span,
            value: Node {
                span,
                ..list.cloned().unwrap_or(Node::null(span))
            },
        });
    }
    #[expect(
        clippy::indexing_slicing,
        reason = "the position was found, or was pushed to just now"
    )]
    &mut entries[position].value
}

/// The element of a node that must be a list, after as many nulls as it
/// takes. A null becomes a list.
fn enter_list<'t>(
    node: &'t mut Node,
    index: usize,
    span: Span,
    padding_left: &mut usize,
) -> Result<&'t mut Node, Blocked> {
    let found = describe(node);
    if node.is_null() {
        node.value = Value::Sequence(Vec::new());
    }
    let Value::Sequence(items) = &mut node.value else {
        return Err(Blocked::Kind {
            needed: "a list",
            found,
            written: node.span,
        });
    };
    let missing = (index + 1).saturating_sub(items.len());
    *padding_left = padding_left.checked_sub(missing).ok_or(Blocked::TooLong)?;
    items.extend(std::iter::repeat_n(Node::null(span), missing));
    items.get_mut(index).ok_or(Blocked::TooLong)
}

/// A key without a name assigns nothing. Helm passes over it (`--set .a=1`),
/// except where a mapping would stay empty for it; so it is a warning, or
/// there an error.
fn empty_key(tree: &Node, assignment: &Assignment, position: usize) -> Diagnostic {
    let whole = assignment.steps.first().zip(assignment.steps.last());
    let span = whole.map(|(first, last)| Span {
        end: last.span.end,
        ..first.span
    });
    let parent = assignment.path(position);
    let in_something = position == 0
        || tree.at(&parent).is_some_and(
            |node| matches!(&node.value, Value::Mapping(entries) if !entries.is_empty()),
        );
    let fault = if in_something {
        Diagnostic::warning(
            Code::SYNTAX,
            parent,
            "a key in the path has no name, so the flag sets nothing",
        )
    } else {
        Diagnostic::error(Code::SYNTAX, parent, "a key in the path has no name")
    };
    fault.at(span).help(
        "separate keys with single dots, as in `image.tag`; write `\\.` for a dot inside a key",
    )
}

fn refuse(
    blocked: &Blocked,
    assignment: &Assignment,
    position: usize,
    sources: &Sources,
) -> Diagnostic {
    let path = assignment.path(position + 1);
    let span = assignment.steps.get(position).map(|step| step.span);
    match blocked {
        Blocked::TooLong => Diagnostic::error(
            Code::UNREADABLE,
            path,
            "the list indexes in the flags make the lists too long",
        )
        .at(span)
        .help("write long lists in a values file"),
        Blocked::Kind {
            needed,
            found,
            written,
        } => {
            let parent = assignment.path(position);
            let origin = match (sources.get(written.source), sources.location(*written)) {
                (Some(source), Some(place)) if matches!(source.origin, Origin::File(_)) => {
                    format!("{}:{}:{}", source.origin, place.line, place.column)
                }
                (Some(source), _) => source.origin.to_string(),
                _ => "another layer".to_owned(),
            };
            Diagnostic::error(
                Code::WRONG_TYPE,
                path,
                format!("`{parent}` is {found}, not {needed}"),
            )
            .at(span)
            .help(format!(
                "{origin} sets `{parent}` to {found}: remove that value, or set `{parent}` as a \
                 whole"
            ))
        }
    }
}
