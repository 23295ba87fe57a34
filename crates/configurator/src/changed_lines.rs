//! Which lines of a text the last change touched.

use std::collections::HashMap;

/// What happened to a line of the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was there before.
    Same,
    /// It is new.
    Added,
    /// It was there with other content.
    Altered,
}

/// What a change did to a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// A mark for each line of the new text.
    pub lines: Vec<Mark>,
    /// How many lines of the old text are gone. One that was altered is not.
    pub removed: usize,
}

/// More cells than this are not compared one by one: both sides are then
/// different altogether, and a table of 8 MiB would be needed to prove it.
const MAX_CELLS: usize = 1 << 26;

/// Compares two texts line by line.
pub fn changed(before: &str, after: &str) -> Changes {
    let before: Vec<&str> = before.lines().collect();
    let after: Vec<&str> = after.lines().collect();
    let head = common(before.iter(), after.iter());
    let (before, rest) = (from(&before, head), from(&after, head));
    let tail = common(before.iter().rev(), rest.iter().rev());
    let before = upto(before, before.len() - tail);
    let rest = upto(rest, rest.len() - tail);

    let mut changes = Changes {
        lines: vec![Mark::Same; head],
        removed: 0,
    };
    // Each stretch between two lines that both texts have.
    let (mut old, mut new) = (0, 0);
    for (old_match, new_match) in matches(before, rest) {
        changes.stretch(
            between(before, old, old_match),
            between(rest, new, new_match),
        );
        changes.lines.push(Mark::Same);
        (old, new) = (old_match + 1, new_match + 1);
    }
    changes.stretch(from(before, old), from(rest, new));
    changes.lines.resize(after.len(), Mark::Same);
    changes
}

impl Changes {
    /// Adds a stretch in which the texts have nothing in common. A new line
    /// is an altered old one where both set the same thing, or where every
    /// old line has a successor.
    fn stretch(&mut self, old: &[&str], new: &[&str]) {
        if old.len() == new.len() {
            self.lines.extend(new.iter().map(|_| Mark::Altered));
            return;
        }
        let mut left = old;
        for line in new {
            let predecessor = left.iter().position(|old| subject(old) == subject(line));
            self.lines.push(match predecessor {
                Some(at) => {
                    self.removed += at;
                    left = from(left, at + 1);
                    Mark::Altered
                }
                None => Mark::Added,
            });
        }
        self.removed += left.len();
    }
}

/// What a line sets, as far as its text tells: `  replicas` of `  replicas: 2`,
/// `- --workers` of `- --workers=4`.
fn subject(line: &str) -> &str {
    let end = line.find([':', '=']).unwrap_or(line.len());
    line.get(..end).unwrap_or(line)
}

fn common<'a>(
    one: impl Iterator<Item = &'a &'a str>,
    other: impl Iterator<Item = &'a &'a str>,
) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn from<T>(items: &[T], start: usize) -> &[T] {
    items.get(start..).unwrap_or_default()
}

fn upto<T>(items: &[T], end: usize) -> &[T] {
    items.get(..end).unwrap_or(items)
}

fn between<T>(items: &[T], start: usize, end: usize) -> &[T] {
    items.get(start..end).unwrap_or_default()
}

/// A sum of three, and whether it carries.
fn add(one: u64, other: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = one.overflowing_add(other);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first || second)
}

/// A longest common subsequence, as pairs of indexes.
///
/// The bit-parallel algorithm (Crochemore, Iliopoulos, Pinzon and Reid 2001;
/// Hyyrö 2004): a row of the table of lengths is a bit for each old line, 0
/// where the length grows, and is computed from the row above by words. It
/// takes the same short time whatever the texts are.
fn matches(before: &[&str], after: &[&str]) -> Vec<(usize, usize)> {
    if before.is_empty() || after.is_empty() || before.len() * after.len() > MAX_CELLS {
        return Vec::new();
    }
    let width = before.len().div_ceil(64);
    let mut places: HashMap<&str, Vec<u64>> = HashMap::new();
    for (index, line) in before.iter().enumerate() {
        let bits = places.entry(line).or_insert_with(|| vec![0; width]);
        if let Some(word) = bits.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }
    let nowhere = vec![0; width];
    let mut rows: Vec<Vec<u64>> = Vec::with_capacity(after.len() + 1);
    let mut row = vec![u64::MAX; width];
    rows.push(row.clone());
    for line in after {
        let mut carry = false;
        for (word, matching) in row.iter_mut().zip(places.get(line).unwrap_or(&nowhere)) {
            let common = *word & matching;
            let (sum, carried) = add(*word, common, carry);
            *word = sum | (*word & !matching);
            carry = carried;
        }
        rows.push(row.clone());
    }

    // Back from the last cell: the length grows at (old, new) if the bit is 0,
    // and by this pair if it was still 1 in the row above.
    let grows = |old: usize, new: usize| {
        rows.get(new)
            .and_then(|row| row.get(old / 64))
            .is_some_and(|word| word & (1 << (old % 64)) == 0)
    };
    let mut pairs = Vec::new();
    let (mut old, mut new) = (before.len(), after.len());
    while old > 0 && new > 0 {
        if !grows(old - 1, new) {
            old -= 1;
        } else if grows(old - 1, new - 1) {
            new -= 1;
        } else {
            (old, new) = (old - 1, new - 1);
            pairs.push((old, new));
        }
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mark::{Added, Altered, Same};
    use proptest::prelude::*;

    #[test]
    fn what_a_change_did() {
        for (before, after, lines, removed) in [
            ("", "", vec![], 0),
            ("a", "a", vec![Same], 0),
            ("", "a\nb\n", vec![Added, Added], 0),
            ("a\nb", "", vec![], 2),
            ("a\nb\nc", "a\nx\nc", vec![Same, Altered, Same], 0),
            ("a\nc", "a\nb\nc", vec![Same, Added, Same], 0),
            ("a\nb\nc", "a\nc", vec![Same, Same], 1),
            (
                "replicas: 1\nx: 1",
                "replicas: 2\nnew: 1\nx: 1",
                vec![Altered, Added, Same],
                0,
            ),
            (
                "a: 1\nb: 1\nc: 1\nend",
                "c: 2\nd: 1\nend",
                vec![Altered, Added, Same],
                2,
            ),
            ("a\r\nb", "a\nb\n", vec![Same, Same], 0),
        ] {
            assert_eq!(
                changed(before, after),
                Changes { lines, removed },
                "{before:?} {after:?}"
            );
        }
    }

    #[test]
    fn large_texts_that_differ_everywhere() {
        let text = |prefix: &str, count: usize| {
            (0..count).fold(String::new(), |text, number| {
                text + prefix + &number.to_string() + "\n"
            })
        };
        let changes = changed(&text("a", 2_000), &text("b", 2_100));
        assert_eq!(changes.lines, vec![Added; 2_100]);
        assert_eq!(changes.removed, 2_000);
        let too_large = changed(&text("a", 9_000), &text("b", 9_000));
        assert_eq!(too_large.lines, vec![Altered; 9_000]);
    }

    /// The length of the longest common subsequence, by the textbook.
    fn length(one: &[&str], other: &[&str]) -> usize {
        let mut row = vec![0; other.len() + 1];
        for left in one {
            let mut diagonal = 0;
            for (at, right) in other.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if left == right {
                    diagonal + 1
                } else {
                    above.max(row[at])
                };
                diagonal = above;
            }
        }
        row[other.len()]
    }

    fn text() -> impl Strategy<Value = String> {
        // More lines than bits of a word, and few of them distinct.
        prop::collection::vec("[a-e](: [12])?\n", 0..150).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn marks_are_true(before in text(), after in text()) {
            let changes = changed(&before, &after);
            let old: Vec<&str> = before.lines().collect();
            let new: Vec<&str> = after.lines().collect();
            let count = |mark| changes.lines.iter().filter(|line| **line == mark).count();
            prop_assert_eq!(changes.lines.len(), new.len());
            prop_assert_eq!(count(Same) + count(Altered) + changes.removed, old.len());
            // As many lines stay as can.
            prop_assert_eq!(count(Same), length(&old, &new));
            // The lines that stayed are the old text's, in their order.
            let mut rest = old.iter();
            for (line, mark) in new.iter().zip(&changes.lines) {
                if *mark == Same {
                    prop_assert!(rest.any(|old| old == line));
                }
            }
        }

        #[test]
        fn the_same_text_is_unchanged(text in text()) {
            let changes = changed(&text, &text);
            prop_assert_eq!(changes.removed, 0);
            prop_assert!(changes.lines.iter().all(|mark| *mark == Same));
        }
    }
}
