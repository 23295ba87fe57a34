//! Marks on the manifests' lines that changed.

use crate::changed_lines::{Changes, Mark, changed};
use crate::highlight;
use crate::view::{Object, Objects, Target, View};

/// The object of a file.
pub fn find<'o>(objects: &'o [Object], file_name: &str) -> Option<&'o Object> {
    objects.iter().find(|object| object.file_name == file_name)
}

/// What became of the text of an object since `base`.
pub fn changes(base: &[Object], file_name: &str, text: &str) -> Changes {
    match find(base, file_name) {
        Some(old) if *old.text == *text => Changes::default(),
        Some(old) => changed(&old.text, text),
        None => changed("", text),
    }
}

/// Whether a change did anything to a text.
pub fn is_touched(changes: &Changes) -> bool {
    changes.removed > 0 || changes.lines.iter().any(|mark| *mark != Mark::Same)
}

/// The text as HTML, with a class on the lines that have a mark.
pub fn marked_html(text: &str, changes: &Changes) -> String {
    let html = highlight::html(text);
    if !is_touched(changes) {
        return html;
    }
    let line = "<span class=\"line\">";
    let mut marked = String::with_capacity(html.len() + 512);
    let mut parts = html.split(line);
    marked.push_str(parts.next().unwrap_or_default());
    for (position, part) in parts.enumerate() {
        marked.push_str(match changes.lines.get(position) {
            Some(Mark::Added) => "<span class=\"line added\">",
            Some(Mark::Altered) => "<span class=\"line altered\">",
            _ => line,
        });
        marked.push_str(part);
    }
    marked
}

/// What the values' own defaults would give, with the least that is needed.
pub fn defaults() -> Objects {
    let text = mlflow_k8s_core::presets::preset("quickstart").map_or("", |preset| preset.values);
    View::of(text, &Target::default(), None).objects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_on_the_lines_that_changed() {
        let old = "a: 1\nb: 2\n";
        let new = "a: 1\nb: 3\nc: <span class=\"line\">\n";
        let html = marked_html(new, &changed(old, new));
        let lines: Vec<&str> = html.lines().collect();
        assert!(lines[0].starts_with("<span class=\"line\">"));
        assert!(lines[1].contains("<span class=\"line altered\">"), "{html}");
        assert!(lines[2].contains("<span class=\"line added\">"), "{html}");
        assert_eq!(html.matches("<span class=\"line").count(), 3);
    }
}
