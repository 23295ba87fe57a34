//! Undo and redo over everything that can be changed: the text and the release.

/// How long a pause ends a run of keystrokes, in milliseconds.
const PAUSE: f64 = 1200.0;
/// How many steps are kept.
const LIMIT: usize = 500;

/// The steps back and forth from the present one.
#[derive(Clone, Debug)]
pub struct History<T> {
    past: Vec<T>,
    future: Vec<T>,
    /// Who makes the present run of changes, and when the last of it was.
    run: Option<(String, f64)>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self {
            past: Vec::new(),
            future: Vec::new(),
            run: None,
        }
    }
}

impl<T> History<T> {
    /// Keeps what was there before a change. Changes by the same `author` with
    /// no pause between them are one step; an empty author always makes a step
    /// of its own. Returns whether a step began.
    pub fn record(&mut self, before: T, author: &str, now: f64) -> bool {
        self.future.clear();
        let continues = !author.is_empty()
            && self
                .run
                .as_ref()
                .is_some_and(|(same, last)| same == author && now - last < PAUSE);
        self.run = Some((author.to_owned(), now));
        if continues {
            return false;
        }
        self.past.push(before);
        if self.past.len() > LIMIT {
            self.past.remove(0);
        }
        true
    }

    /// The state one step back, in exchange for the present one.
    pub fn undo(&mut self, present: T) -> Option<T> {
        let step = self.past.pop()?;
        self.future.push(present);
        self.run = None;
        Some(step)
    }

    /// The state one step forth, in exchange for the present one.
    pub fn redo(&mut self, present: T) -> Option<T> {
        let step = self.future.pop()?;
        self.past.push(present);
        self.run = None;
        Some(step)
    }

    /// Whether there is a step back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step forth.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn a_run_of_keystrokes_is_one_step() {
        let mut history = History::default();
        assert!(history.record("", "storage.size", 0.0));
        assert!(!history.record("1", "storage.size", 100.0));
        assert!(history.record("10", "storage.size", 5000.0));
        assert!(history.record("100", "editor", 5001.0));
        assert_eq!(history.undo("1000"), Some("100"));
        assert_eq!(history.undo("100"), Some("10"));
        assert_eq!(history.undo("10"), Some(""));
        assert_eq!(history.undo(""), None);
        assert_eq!(history.redo(""), Some("10"));
        assert!(history.can_redo());
        assert!(history.record("10", "editor", 5002.0));
        assert!(!history.can_redo());
    }
}
