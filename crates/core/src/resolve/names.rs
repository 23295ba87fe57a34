//! Names of objects, and how they are kept short.

use crate::release::Release;
use crate::values::Values;

/// The `name` label of the server's pods.
pub(crate) const SERVER_NAME: &str = "mlflow";
/// The `name` label of garbage collection's pods.
pub(crate) const GC_NAME: &str = "mlflow-gc";

/// Longest DNS label (RFC 1123); the official chart cuts names there.
const LABEL_LENGTH: usize = 63;
/// Longest name of a CronJob: its Jobs append 11 characters.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>
pub(super) const CRON_JOB_NAME_LENGTH: usize = 52;

pub(super) fn fullname(values: &Values, release: &Release) -> String {
    if values.fullname_override.is_empty() {
        cut(&format!("{}-{SERVER_NAME}", release.name))
    } else {
        cut(&values.fullname_override)
    }
}

/// Cuts as the official chart does, so that names stay those of a running release.
pub(super) fn cut(name: &str) -> String {
    let cut: String = name.chars().take(LABEL_LENGTH).collect();
    cut.strip_suffix('-').map(str::to_owned).unwrap_or(cut)
}

/// `<name><suffix>`, or when that is too long, a shorter name in which a hash
/// of the whole one keeps two long names apart.
pub(super) fn with_suffix(name: &str, suffix: &str, longest: usize) -> String {
    if name.len() + suffix.len() <= longest {
        return format!("{name}{suffix}");
    }
    let hash = format!("-{:08x}", fnv1a(name.as_bytes()));
    let room = longest.saturating_sub(hash.len() + suffix.len());
    let kept: String = name.chars().take(room).collect();
    format!("{}{hash}{suffix}", kept.trim_end_matches(['-', '.']))
}

/// FNV-1a, 32 bits: the same on every platform and in every release.
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_stay_apart_and_short_enough() {
        let long = "a".repeat(63);
        let longer_end = format!("{}b", "a".repeat(62));
        let name = with_suffix(&long, "-gc", CRON_JOB_NAME_LENGTH);
        assert_eq!(name.len(), CRON_JOB_NAME_LENGTH);
        assert_ne!(name, with_suffix(&longer_end, "-gc", CRON_JOB_NAME_LENGTH));
        assert_eq!(with_suffix("short", "-gc", 52), "short-gc");
    }

    #[test]
    fn one_trailing_dash_is_dropped_after_cutting() {
        assert_eq!(cut(&format!("{}-x", "a".repeat(62))), "a".repeat(62));
    }

    #[test]
    fn the_hash_is_fnv1a() {
        // Test vectors of the FNV reference, 32 bits.
        assert_eq!(fnv1a(b""), 0x811c_9dc5);
        assert_eq!(fnv1a(b"a"), 0xe40c_292c);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
    }
}
