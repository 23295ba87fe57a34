//! Kubernetes quantities: `500m`, `2Gi`, `1e3`.
//! <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>

/// Whether the text is a quantity, and not negative: amounts of CPU, memory
/// and storage never are.
pub(super) fn is_amount(text: &str) -> bool {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let digits = unsigned
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(digits);
    let is_number = number.chars().any(|character| character.is_ascii_digit())
        && number.matches('.').count() <= 1;
    is_number && is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    const SUFFIXES: &[&str] = &[
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    let is_exponent = suffix
        .strip_prefix(['e', 'E'])
        .is_some_and(|exponent| exponent.parse::<i32>().is_ok());
    SUFFIXES.contains(&suffix) || is_exponent
}

/// What a quantity looks like, in words.
pub(super) const RULE: &str =
    "write a number with an optional unit: 500m or 2 for CPU, 512Mi or 2Gi for memory and storage";

#[cfg(test)]
mod tests {
    use super::is_amount;

    #[test]
    fn amounts() {
        for good in [
            "1", "0.5", ".5", "5.", "500m", "2Gi", "1e3", "1E", "1e-3", "+1", "10Ki", "100n",
        ] {
            assert!(is_amount(good), "{good}");
        }
        for bad in [
            "", ".", "-1", "1.2.3", "2GB", "2gi", "2 Gi", "Gi", "1e", "1ee3", "0x10",
        ] {
            assert!(!is_amount(bad), "{bad}");
        }
    }
}
