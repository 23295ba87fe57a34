//! Places in a text, as browsers count them and as Rust does.

/// The byte of a place that is counted in UTF-16 units, as browsers count.
pub fn byte_at(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (byte, character) in text.char_indices() {
        if left == 0 {
            return byte;
        }
        left = left.saturating_sub(character.len_utf16());
    }
    text.len()
}

/// How long a text is in UTF-16 units.
pub fn utf16_length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_browsers_do() {
        let text = "ä😀b";
        assert_eq!(byte_at(text, 0), 0);
        assert_eq!(byte_at(text, 1), 2);
        assert_eq!(byte_at(text, 3), 6);
        assert_eq!(byte_at(text, 9), 7);
        assert_eq!(utf16_length(text), 4);
    }
}
