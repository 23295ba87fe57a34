//! Which lines of highlighted HTML have become others.

/// What to do to the elements of the lines, one for each, to show other HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced<'h> {
    /// The first line that is not as before.
    pub first: usize,
    /// How many lines go from there.
    pub removed: usize,
    /// The lines that come in their place.
    pub html: &'h str,
}

/// Compares two texts as [`crate::highlight::html`] writes them.
pub fn replaced<'h>(before: &str, now: &'h str) -> Replaced<'h> {
    let old: Vec<&str> = lines(before).collect();
    let new: Vec<&str> = lines(now).collect();
    let pairs = old.iter().zip(&new);
    let first = pairs.take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()).saturating_sub(first);
    let pairs = old.iter().rev().zip(new.iter().rev()).take(rest);
    let last = pairs.take_while(|(old, new)| old == new).count();
    let length = |lines: Option<&[&str]>| lines.into_iter().flatten().map(|line| line.len()).sum();
    let start: usize = length(new.get(..first));
    let end: usize = now.len() - length(new.get(new.len() - last..));
    Replaced {
        first,
        removed: old.len() - first - last,
        html: now.get(start..end).unwrap_or_default(),
    }
}

fn lines(html: &str) -> impl Iterator<Item = &str> {
    html.split_inclusive("\n</span>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlight::html;

    #[test]
    fn only_what_differs_is_replaced() {
        for (before, now, first, removed, shown) in [
            ("", "a: 1\n", 0, 0, "a: 1\n"),
            ("a: 1\n", "", 0, 1, ""),
            ("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 4\nc: 3\n", 1, 1, "b: 4\n"),
            ("a: 1\nb: 2\n", "a: 1\nb: 2\n", 2, 0, ""),
            ("- a\n- a\n", "- a\n- a\n- a\n", 2, 0, "- a\n"),
            ("- a\n- a\n- a\n", "- a\n", 1, 2, ""),
            ("a: 1\nb: 2", "a: 1\nb: 23", 1, 1, "b: 23"),
            ("a: 1\nb", "a: 1\nb\n", 1, 1, "b\n"),
        ] {
            let (before, now) = (html(before), html(now));
            let found = replaced(&before, &now);
            assert_eq!((found.first, found.removed), (first, removed), "{now}");
            assert_eq!(found.html, html(shown), "{now}");
        }
    }
}
