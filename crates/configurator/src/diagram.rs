//! Where the diagram's boxes and lines are.

use mlflow_k8s_core::diagram::{Diagram, DiagramNode};

/// The width of a node.
pub const WIDTH: usize = 172;
/// The height of a node.
pub const HEIGHT: usize = 46;
/// The room between two nodes, across and down.
const ACROSS: usize = 96;
const DOWN: usize = 26;
/// Room around everything.
const MARGIN: usize = 16;
/// Longer names are cut; the whole one is the accessible name.
const LONGEST: usize = 24;

/// The width and height of the whole.
pub fn size(graph: &Diagram) -> (usize, usize) {
    let width = 2 * MARGIN + graph.columns * WIDTH + graph.columns.saturating_sub(1) * ACROSS;
    let height = 2 * MARGIN + graph.rows * HEIGHT + graph.rows.saturating_sub(1) * DOWN;
    (width, height)
}

/// The left upper corner of a node.
pub fn corner(node: &DiagramNode) -> (usize, usize) {
    (
        MARGIN + node.column * (WIDTH + ACROSS),
        MARGIN + node.row * (HEIGHT + DOWN),
    )
}

/// The line of a reference, and where its label stands.
pub fn line(from: &DiagramNode, to: &DiagramNode) -> (String, (usize, usize)) {
    let (from_x, from_y) = corner(from);
    let (to_x, to_y) = corner(to);
    let (from_y, to_y) = (from_y + HEIGHT / 2, to_y + HEIGHT / 2);
    let middle = usize::midpoint(from_y, to_y);
    if from.column < to.column {
        let start = from_x + WIDTH;
        let bend = ACROSS / 2;
        let path = format!(
            "M{start} {from_y}C{} {from_y} {} {to_y} {to_x} {to_y}",
            start + bend,
            to_x.saturating_sub(bend)
        );
        // Near its end, where the lines of one object have parted.
        return (path, (to_x.saturating_sub(ACROSS / 2), to_y));
    }
    if from.column > to.column {
        let end = to_x + WIDTH;
        let bend = ACROSS / 2;
        let path = format!(
            "M{from_x} {from_y}C{} {from_y} {} {to_y} {end} {to_y}",
            from_x.saturating_sub(bend),
            end + bend
        );
        return (path, (end + ACROSS / 2, to_y));
    }
    let side = from_x + WIDTH;
    let out = side + ACROSS / 3;
    (
        format!("M{side} {from_y}C{out} {from_y} {out} {to_y} {side} {to_y}"),
        (side + ACROSS / 3, middle),
    )
}

/// A name that fits into a node.
pub fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(column: usize, row: usize) -> DiagramNode {
        DiagramNode {
            id: format!("{column}/{row}"),
            kind: "Secret".to_owned(),
            name: "s".to_owned(),
            external: false,
            column,
            row,
        }
    }

    #[test]
    fn lines_go_from_side_to_side() {
        let (forth, _) = line(&node(0, 0), &node(1, 0));
        assert!(forth.starts_with("M188 39C"), "{forth}");
        assert!(forth.ends_with(" 284 39"), "{forth}");
        let (back, _) = line(&node(1, 0), &node(0, 0));
        assert!(
            back.starts_with("M284 39C") && back.ends_with(" 188 39"),
            "{back}"
        );
        let (down, _) = line(&node(0, 0), &node(0, 1));
        assert!(
            down.starts_with("M188 39C") && down.ends_with(" 188 111"),
            "{down}"
        );
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened("mlflow"), "mlflow");
        assert_eq!(shortened(&"x".repeat(40)).chars().count(), LONGEST);
    }
}
