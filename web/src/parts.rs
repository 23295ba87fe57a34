//! Hundreds of signals that each follow a part of one value.

use leptos::prelude::*;

/// Brings one signal up to date.
struct Update<S> {
    /// By which it is found when the place that asked for it is gone.
    number: u32,
    run: Box<dyn Fn(&S)>,
}

/// A value of which many places show a part.
///
/// With a memo in each place, all of them subscribe to the value, and at every
/// change the reactive graph walks, copies and searches that set of subscribers,
/// which takes longer than computing the parts. Here one effect does it.
pub struct Parts<S: Send + Sync + 'static> {
    source: Signal<S>,
    updates: StoredValue<Vec<Update<S>>, LocalStorage>,
}

impl<S: Send + Sync> Clone for Parts<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Send + Sync> Copy for Parts<S> {}

impl<S: Send + Sync> Parts<S> {
    /// The parts of a value, none so far.
    pub fn of(source: impl Into<Signal<S>>) -> Self {
        let source = source.into();
        let updates = StoredValue::new_local(Vec::<Update<S>>::new());
        Effect::new(move |_| {
            source.with(|whole| {
                updates.with_value(|updates| {
                    for update in updates {
                        (update.run)(whole);
                    }
                });
            });
        });
        Self { source, updates }
    }

    /// A part, until the place that asks for it is gone. It changes when what
    /// `read` gives does.
    pub fn part<T>(self, read: impl Fn(&S) -> T + 'static) -> ReadSignal<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        self.part_by(Box::new(read))
    }

    /// The same, compiled once for every type of part.
    fn part_by<T>(self, read: Box<dyn Fn(&S) -> T>) -> ReadSignal<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let part = RwSignal::new(self.source.with_untracked(&read));
        let update = move |whole: &S| {
            let now = read(whole);
            if part.with_untracked(|before| *before != now) {
                part.set(now);
            }
        };
        let updates = self.updates;
        let number = updates.try_update_value(|updates| {
            let last = updates.last().map_or(0, |update| update.number);
            let number = last.wrapping_add(1);
            let run = Box::new(update);
            updates.push(Update { number, run });
            number
        });
        on_cleanup(move || {
            updates.try_update_value(|updates| {
                updates.retain(|update| Some(update.number) != number);
            });
        });
        part.read_only()
    }
}
