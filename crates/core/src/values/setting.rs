//! Settings that code names: a name of none does not compile.

use super::paths::PATHS;

/// The [`ValuePath`](crate::path::ValuePath) of a setting; one that does not
/// exist is an error of the compiler.
///
/// ```
/// let path = mlflow_k8s_core::setting!("storage.accessMode");
/// assert_eq!(path.to_string(), "storage.accessMode");
/// ```
///
/// ```compile_fail
/// let path = mlflow_k8s_core::setting!("storage.accessModes");
/// ```
#[macro_export]
macro_rules! setting {
    ($path:literal) => {{
        const {
            assert!(
                $crate::values::is_setting($path),
                concat!("there is no setting ", $path)
            );
        }
        $crate::path::ValuePath::of_keys($path)
    }};
}

/// Whether there is a setting of this path, which goes through no list.
pub const fn is_setting(path: &str) -> bool {
    let mut index = 0;
    while index < PATHS.len() {
        #[allow(clippy::indexing_slicing, reason = "the index is below the length")]
        if names(PATHS[index].as_bytes(), path.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether an entry of the list names a path: letter by letter, or up to a `*`
/// that stands for the rest.
#[allow(
    clippy::indexing_slicing,
    reason = "slices have no iterators in constants; each index is below the length"
)]
const fn names(entry: &[u8], path: &[u8]) -> bool {
    let mut index = 0;
    while index < entry.len() {
        if entry[index] == b'*' {
            return index < path.len();
        }
        if index == path.len() || entry[index] != path[index] {
            return false;
        }
        index += 1;
    }
    index == path.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_known() {
        for path in [
            "image.tag",
            "storage",
            "server.value_options.app_name",
            "podSecurityContext.runAsUser",
            "resources.limits.memory",
            "securityContext.capabilities.add",
            "deploymentStrategy.type",
        ] {
            assert!(is_setting(path), "{path}");
        }
        for path in ["", "image.", "image.tags", "image.ta", "resources.limits."] {
            assert!(!is_setting(path), "{path}");
        }
    }
}
