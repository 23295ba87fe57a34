//! How the server compares a `Host` header with its list
//! (`is_allowed_host_header` in `mlflow/server/security_utils.py`).

use std::collections::BTreeSet;

/// What the server answers to without a list of its own
/// (`get_default_allowed_hosts`): localhost and private addresses, but no name
/// in the cluster.
const BUILT_IN: &str = "localhost,127.0.0.1,[::1],0.0.0.0,\
    localhost:*,127.0.0.1:*,[[]::1]:*,0.0.0.0:*,192.168.*,10.*,\
    172.16.*,172.17.*,172.18.*,172.19.*,172.20.*,172.21.*,172.22.*,172.23.*,\
    172.24.*,172.25.*,172.26.*,172.27.*,172.28.*,172.29.*,172.30.*,172.31.*,\
    fc00:*,fd00:*";

/// Whether the server answers requests with this `Host` header, port
/// included. An empty list is MLflow's own.
pub(super) fn is_allowed(list: &str, host: &str) -> bool {
    let list = if list.is_empty() { BUILT_IN } else { list };
    is_listed(list, host)
}

/// Whether an entry of the list fits, as hosts and origins are looked up.
pub(super) fn is_listed(list: &str, text: &str) -> bool {
    entries(list).any(|entry| matches(entry, text))
}

/// The entries of a list as the server reads it.
pub(super) fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// A list with more entries at its end.
pub(super) fn appended(list: &str, more: impl IntoIterator<Item = String>) -> String {
    let own = entries(list).map(str::to_owned);
    let mut seen = BTreeSet::new();
    own.chain(more)
        .filter(|entry| !entry.is_empty() && seen.insert(entry.clone()))
        .collect::<Vec<_>>()
        .join(",")
}

/// The private ranges of IPv4 as entries, which most clusters' pods are in.
pub(super) fn private_addresses() -> impl Iterator<Item = String> {
    let wide = ["10.*", "192.168.*"].map(str::to_owned);
    wide.into_iter()
        .chain((16..32).map(|second| format!("172.{second}.*")))
}

/// Whether one entry fits: letter by letter, unless it holds a `*`.
fn matches(entry: &str, text: &str) -> bool {
    if entry.contains('*') {
        fits(&pieces(entry), text)
    } else {
        entry == text
    }
}

/// A part of a pattern of Python's `fnmatch`.
enum Piece {
    /// `*`
    Any,
    /// `?`
    One,
    Literal(char),
    /// `[a-z]`, `[!a-z]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Piece {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Literal(own) => *own == character,
            Self::Class { negated, ranges } => {
                let inside = ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&character));
                inside != *negated
            }
        }
    }
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        pieces.push(match character {
            '*' => Piece::Any,
            '?' => Piece::One,
            '[' => match class(rest) {
                Some((class, after)) => {
                    rest = after;
                    class
                }
                None => Piece::Literal('['),
            },
            other => Piece::Literal(other),
        });
    }
    pieces
}

/// The class that starts behind a `[`, and what follows its `]`. Without a
/// `]`, the bracket stands for itself; a `]` in front belongs to the class.
fn class(rest: &str) -> Option<(Piece, &str)> {
    let (negated, inside) = match rest.strip_prefix('!') {
        Some(inside) => (true, inside),
        None => (false, rest),
    };
    let searched = usize::from(inside.starts_with(']'));
    let end = searched + inside.get(searched..)?.find(']')?;
    let members: Vec<char> = inside.get(..end)?.chars().collect();
    let mut ranges = Vec::new();
    let mut left = members.as_slice();
    while let Some((first, others)) = left.split_first() {
        left = match others {
            ['-', last, after @ ..] => {
                ranges.push((*first, *last));
                after
            }
            _ => {
                ranges.push((*first, *first));
                others
            }
        };
    }
    Some((Piece::Class { negated, ranges }, inside.get(end + 1..)?))
}

/// Whether the pieces take the whole text. Only the last `*` is ever taken
/// up again, so that the effort stays the product of the two lengths.
fn fits(pieces: &[Piece], text: &str) -> bool {
    let (mut left, mut rest) = (pieces, text.chars());
    let mut last_any = None;
    loop {
        if let [Piece::Any, after @ ..] = left {
            left = after;
            last_any = Some((after, rest.clone()));
            continue;
        }
        let Some(character) = rest.next() else {
            return left.is_empty();
        };
        match (left, &mut last_any) {
            ([piece, after @ ..], _) if piece.takes(character) => left = after,
            (_, None) => return false,
            // The last `*` takes one character more.
            (_, Some((after, start))) => {
                start.next();
                left = after;
                rest = start.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn hosts_as_mlflow_compares_them() {
        // Compared with `is_allowed_host_header` of 3.17.2.
        for (list, host, expected) in [
            ("", "localhost:5000", true),
            ("", "10.42.0.7:5000", true),
            ("", "172.31.0.1", true),
            ("", "172.32.0.1", false),
            ("", "100.64.0.1:5000", false),
            ("", "mlflow-mlflow:5000", false),
            ("", "[::1]:5000", true),
            ("", "[fd00::1]:5000", false),
            ("[[]fd00:*", "[fd00::1]:5000", true),
            ("a.example.com", "a.example.com", true),
            ("a.example.com", "a.example.com:443", false),
            ("a.example.com", "A.example.com", false),
            ("a.example.com , b", "a.example.com", true),
            ("A.example.com", "a.example.com", false),
            ("*", "anything", true),
            ("x,*", "anything", true),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("*-a*-b", "x-a-a-b", true),
            ("*-a*-b", "x-a-a-c", false),
            ("[ab]x*", "bx1", true),
            ("[!ab]x*", "bx1", false),
            ("[a-c]*", "b", true),
            ("[z-a]*", "b", false),
            ("[]]*", "]x", true),
            ("[x*", "[xy", true),
            ("a?c", "abc", false),
            ("a?c*", "abc", true),
            (" ", "localhost", false),
        ] {
            assert_eq!(is_allowed(list, host), expected, "{list} {host}");
        }
    }
}
