//! What every key does, done before the first one.

use crate::edit::write;
use crate::marks::{changes, marked_html};
use crate::view::{Target, View};
use mlflow_k8s_core::path::ValuePath;

/// Makes an edit of a text, renders it and compares, for nothing but to have it
/// done: browsers compile what they run for the first time, and slowly.
pub fn rehearse(values: &str) {
    let target = Target::default();
    let before = View::of(values, &target, None);
    let path = ValuePath::root().join("fullnameOverride");
    let Ok(edited) = write(values, &path, &"rehearsal".into()) else {
        return;
    };
    for object in View::of(&edited, &target, Some(&before)).objects.iter() {
        let changes = changes(&before.objects, &object.file_name, &object.text);
        // Not to be left out as without an effect.
        std::hint::black_box(marked_html(&object.text, &changes));
    }
}
