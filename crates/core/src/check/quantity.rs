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

/// The amount in whole units (bytes, cores); `None` when it is no quantity.
pub(crate) fn number(text: &str) -> Option<f64> {
    if !is_amount(text) {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let digits = unsigned
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(digits);
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0_f64.powi(2),
        "Gi" => 1024.0_f64.powi(3),
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        exponent => 10.0_f64.powi(exponent.get(1..)?.parse().ok()?),
    };
    Some(number.parse::<f64>().ok()? * factor)
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
pub(super) const RULE: &str = "write a number with an optional unit: `500m` or `2` for CPU, \
                               `512Mi` or `2Gi` for memory and storage";

#[cfg(test)]
mod tests {
    use super::{is_amount, number};

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("500m", Some(0.5)),
            ("2Gi", Some(2.0 * 1024.0 * 1024.0 * 1024.0)),
            ("1e3", Some(1000.0)),
            ("1E", Some(1e18)),
            ("+.5", Some(0.5)),
            ("2GB", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

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
