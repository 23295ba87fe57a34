//! What Kubernetes' YAML reader makes of bare scalars.

use std::borrow::Cow;

/// The meaning of a bare scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Implicit {
    /// `null`, `~`, nothing.
    Null,
    /// `true`, `yes`, `on`, …
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// Any other number, also `.inf` and `.nan`.
    Float(f64),
    /// Text, as written.
    String,
}

/// Words of YAML 1.1 that are values. Each is one in lower case, in upper
/// case and with its first letter in upper case, and in no other spelling.
const WORDS: &[(&str, Implicit)] = &[
    ("~", Implicit::Null),
    ("null", Implicit::Null),
    ("y", Implicit::Bool(true)),
    ("yes", Implicit::Bool(true)),
    ("on", Implicit::Bool(true)),
    ("true", Implicit::Bool(true)),
    ("n", Implicit::Bool(false)),
    ("no", Implicit::Bool(false)),
    ("off", Implicit::Bool(false)),
    ("false", Implicit::Bool(false)),
    (".inf", Implicit::Float(f64::INFINITY)),
    ("+.inf", Implicit::Float(f64::INFINITY)),
    ("-.inf", Implicit::Float(f64::NEG_INFINITY)),
    (".nan", Implicit::Float(f64::NAN)),
];

/// Resolves a bare scalar by the YAML 1.1 rules of Kubernetes' Go reader
/// (sigs.k8s.io/yaml): `0755` and `0o17` are octal, `1_000` is a number,
/// `1:30` and dates are text.
pub fn resolve(text: &str) -> Implicit {
    let Some(first) = text.chars().next() else {
        return Implicit::Null;
    };
    if first.is_ascii_digit() || matches!(first, '+' | '-' | '.') {
        if let Some(number) = number(text) {
            return number;
        }
    } else if !matches!(
        first.to_ascii_lowercase(),
        '~' | 'n' | 'y' | 'o' | 't' | 'f'
    ) {
        // No word that means something else begins so.
        return Implicit::String;
    }
    word(text).unwrap_or(Implicit::String)
}

fn word(text: &str) -> Option<Implicit> {
    const LONGEST: usize = 5;
    if text.len() > LONGEST {
        return None;
    }
    let (lower, meaning) = WORDS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text))?;
    let rest = text
        .trim_start_matches(['+', '-', '.'])
        .get(1..)
        .unwrap_or_default();
    let spelling_counts = text == *lower
        || text == text.to_ascii_uppercase()
        // `.Inf`, `Yes`: capital first, the rest small.
        || rest == rest.to_ascii_lowercase()
        || text == ".NaN";
    spelling_counts.then_some(*meaning)
}

fn number(text: &str) -> Option<Implicit> {
    // Go drops every underscore before it looks at the digits.
    let plain = if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    let (negative, digits) = match plain.strip_prefix(['+', '-']) {
        Some(digits) => (plain.starts_with('-'), digits),
        None => (false, &*plain),
    };
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some((16, 2)),
        [b'0', b'o' | b'O', ..] => Some((8, 2)),
        [b'0', b'b' | b'B', ..] => Some((2, 2)),
        [b'0', _, ..] if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some((8, 1)),
        _ => None,
    };
    if let Some((radix, prefix)) = radix {
        let digits = digits.get(prefix..)?;
        if let Some(number) = integer(digits, radix, negative) {
            return Some(number);
        }
        // `089` is no octal number; what remains of such is a decimal fraction in Go.
        if prefix == 2 {
            return None;
        }
    } else if let Some(number) = integer(digits, 10, negative) {
        return Some(number);
    }
    is_decimal(digits).then(|| plain.parse().ok().map(Implicit::Float))?
}

fn integer(digits: &str, radix: u32, negative: bool) -> Option<Implicit> {
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    // Most are short, and 128 bits take several times as long.
    if let Ok(magnitude) = i64::from_str_radix(digits, radix) {
        return Some(Implicit::Int(if negative { -magnitude } else { magnitude }));
    }
    let magnitude = i128::from_str_radix(digits, radix).ok()?;
    let number = if negative { -magnitude } else { magnitude };
    Some(match i64::try_from(number) {
        Ok(number) => Implicit::Int(number),
        #[expect(
            clippy::cast_precision_loss,
            reason = "such numbers are floats in YAML too"
        )]
        Err(_) => Implicit::Float(number as f64),
    })
}

/// `[0-9]* (. [0-9]*)? (e [+-]? [0-9]+)?` with at least one digit before the exponent.
fn is_decimal(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_good = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && all_digits(unsigned)
    });
    all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent_is_good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_scalars_mean_what_kubernetes_reads() {
        use Implicit::{Bool, Float, Int, Null, String};
        for (text, expected) in [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("NULL", Null),
            ("nULL", String),
            ("y", Bool(true)),
            ("Y", Bool(true)),
            ("On", Bool(true)),
            ("oN", String),
            ("off", Bool(false)),
            ("No", Bool(false)),
            ("TRUE", Bool(true)),
            ("tRue", String),
            ("0", Int(0)),
            ("-0", Int(0)),
            ("+12", Int(12)),
            ("0755", Int(493)),
            ("-0755", Int(-493)),
            ("0o17", Int(15)),
            ("0x1F", Int(31)),
            ("0b1_0", Int(2)),
            ("1_000", Int(1000)),
            ("089", Float(89.0)),
            ("9223372036854775807", Int(i64::MAX)),
            ("9223372036854775808", Float(9_223_372_036_854_775_808.0)),
            ("1.0", Float(1.0)),
            (".5", Float(0.5)),
            ("5.", Float(5.0)),
            ("1e3", Float(1000.0)),
            ("-1.5E-3", Float(-0.0015)),
            (".inf", Float(f64::INFINITY)),
            ("-.INF", Float(f64::NEG_INFINITY)),
            (".", String),
            ("-", String),
            ("1e", String),
            ("e3", String),
            ("0x", String),
            ("0xg", String),
            ("1:30", String),
            ("2026-11-21", String),
            ("1.2.3", String),
            ("12px", String),
            ("--1", String),
            ("+-1", String),
            ("=", String),
            ("é", String),
        ] {
            assert_eq!(resolve(text), expected, "{text}");
        }
        assert!(matches!(resolve(".NaN"), Float(number) if number.is_nan()));
    }
}
