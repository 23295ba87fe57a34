//! The forms of names and values that Kubernetes knows.
//!
//! Source: k8s.io/apimachinery/pkg/util/validation and
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>.

/// A form of text.
pub(crate) struct Form {
    /// What it is called, with its article.
    pub(crate) name: &'static str,
    /// What it must look like, in words.
    pub(crate) rule: &'static str,
    /// Whether a text has it.
    pub(crate) matches: fn(&str) -> bool,
}

const MAX_LABEL: usize = 63;
const MAX_SUBDOMAIN: usize = 253;

/// RFC 1123 label: most names.
pub(crate) const DNS_LABEL: Form = Form {
    name: "a DNS label",
    rule: "use at most 63 lowercase letters, digits and `-`; start and end with a letter or a \
           digit",
    matches: is_dns_label,
};

/// RFC 1035 label: names of Services, which older clusters put into DNS as they are.
pub(crate) const SERVICE_NAME: Form = Form {
    name: "a Service name",
    rule: "use at most 63 lowercase letters, digits and `-`; start with a letter, and end with a \
           letter or a digit",
    matches: |text| {
        is_dns_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase())
    },
};

/// RFC 1123 subdomain: names of Secrets, ServiceAccounts, classes.
pub(crate) const DNS_SUBDOMAIN: Form = Form {
    name: "a DNS name",
    rule: "use at most 253 lowercase letters, digits, `-` and `.`; start and end each part between \
           dots with a letter or a digit",
    matches: is_dns_subdomain,
};

/// A host name of an Ingress or route, with a wildcard for its first label.
pub(crate) const HOST: Form = Form {
    name: "a host name",
    rule: "use a DNS name without scheme, port or path, such as `mlflow.example.com` or \
           `*.example.com`",
    matches: |text| is_dns_subdomain(text.strip_prefix("*.").unwrap_or(text)),
};

/// Helm's rule for release names.
pub(crate) const RELEASE_NAME: Form = Form {
    name: "a release name",
    rule: "use at most 53 lowercase letters, digits, `-` and `.`; start and end each part between \
           dots with a letter or a digit",
    matches: |text| text.len() <= 53 && is_dns_subdomain(text),
};

/// The key of a label or annotation.
pub(crate) const QUALIFIED_NAME: Form = Form {
    name: "a label or annotation key",
    rule: "use at most 63 letters, digits, `-`, `_` and `.`; start and end with a letter or a \
           digit; a DNS name and `/` may come first",
    matches: |text| match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    },
};

/// The value of a label.
pub(crate) const LABEL_VALUE: Form = Form {
    name: "a label value",
    rule: "use at most 63 letters, digits, `-`, `_` and `.`; start and end with a letter or a \
           digit",
    matches: |text| text.is_empty() || is_name_part(text),
};

/// The name of an environment variable, as all supported versions take it.
pub(crate) const ENV_NAME: Form = Form {
    name: "a valid name of an environment variable",
    rule: "use letters, digits, `_`, `-` and `.`; do not start with a digit",
    matches: |text| {
        !text.starts_with(|first: char| first.is_ascii_digit())
            && !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    },
};

/// The key of an entry in a Secret or ConfigMap.
pub(crate) const CONFIG_KEY: Form = Form {
    name: "a key of a Secret or ConfigMap",
    rule: "use at most 253 letters, digits, `-`, `_` and `.`",
    matches: |text| {
        (1..=MAX_SUBDOMAIN).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    },
};

/// A path inside a container.
pub(crate) const MOUNT_PATH: Form = Form {
    name: "a mount path",
    rule: "use an absolute path without `:`, such as `/mlflow`",
    matches: |text| text.starts_with('/') && text.len() > 1 && !text.contains(':'),
};

/// A path of an ingress rule.
pub(crate) const URL_PATH: Form = Form {
    name: "a URL path",
    rule: "start the path with `/`",
    matches: |text| text.starts_with('/'),
};

/// The repository of an image, with its registry.
pub(crate) const IMAGE_REPOSITORY: Form = Form {
    name: "an image repository",
    rule: "write the registry and the repository in lowercase, separated by `/` and without a tag: \
           `ghcr.io/mlflow/mlflow`",
    matches: is_image_repository,
};

/// The tag of an image.
pub(crate) const IMAGE_TAG: Form = Form {
    name: "an image tag",
    rule: "use at most 128 letters, digits, `_`, `-` and `.`; start with a letter, a digit or `_`; \
           a digest may follow: `v3.17.2-full@sha256:…`",
    matches: |text| match text.split_once('@') {
        Some((tag, digest)) => is_image_tag(tag) && is_digest(digest),
        None => is_image_tag(text),
    },
};

/// The name of an option of `mlflow server`, without its dashes.
pub(crate) const OPTION_NAME: Form = Form {
    name: "an option name",
    rule: "write the option without leading dashes and without a value, with `_` or `-` between \
           words: `allowed_hosts`",
    matches: |text| {
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte)
            })
    },
};

/// A duration of Prometheus: `30s`, `1m30s`.
pub(crate) const PROMETHEUS_DURATION: Form = Form {
    name: "a duration",
    rule: "write a number and a unit (`ms`, `s`, `m`, `h`, `d`, `w`, `y`), such as `30s` or \
           `1m30s`",
    matches: |text| is_duration(text, &["ms", "s", "m", "h", "d", "w", "y"]),
};

/// A duration of Go: `1h`, `90m`, `1h30m`; a bare 0 is one too.
pub(crate) const GO_DURATION: Form = Form {
    name: "a duration",
    rule: "write a number and a unit (`s`, `m`, `h`), such as `1h` or `1h30m`, or `0`",
    matches: |text| text == "0" || is_duration(text, &["ns", "us", "µs", "ms", "s", "m", "h"]),
};

fn is_dns_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MAX_LABEL).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= MAX_SUBDOMAIN
        && text.split('.').all(|part| {
            // Only the whole is limited; a part may be longer than a label.
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        })
}

fn is_name_part(text: &str) -> bool {
    let outer = |character: char| character.is_ascii_alphanumeric();
    (1..=MAX_LABEL).contains(&text.len())
        && text.starts_with(outer)
        && text.ends_with(outer)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// <https://github.com/distribution/reference>: a domain only where the first
/// part looks like one, then path parts of lowercase words.
fn is_image_repository(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let (domain, path) = match parts.as_slice() {
        [first, rest @ ..]
            if !rest.is_empty() && (first.contains(['.', ':']) || *first == "localhost") =>
        {
            (Some(*first), rest)
        }
        all => (None, all),
    };
    domain.is_none_or(is_registry) && path.iter().all(|part| is_repository_part(part))
}

fn is_image_tag(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// A checksum of one of the two algorithms that the OCI image specification
/// registers: <https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests>.
fn is_digest(text: &str) -> bool {
    let (hex, length) = match text.split_once(':') {
        Some(("sha256", hex)) => (hex, 64),
        Some(("sha512", hex)) => (hex, 128),
        _ => return false,
    };
    hex.len() == length
        && hex
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn is_registry(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "443"));
    port.parse::<u16>().is_ok()
        && host.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_repository_part(part: &str) -> bool {
    let outer = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    // Between letters and digits: one `.`, one or two `_`, or any number of `-`.
    let separators_are_good = part.split(outer).all(|between| {
        matches!(between, "" | "." | "_" | "__") || between.bytes().all(|b| b == b'-')
    });
    part.starts_with(outer) && part.ends_with(outer) && separators_are_good
}

fn is_duration(text: &str, units: &[&str]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(rest.len());
        let (number, unit_and_rest) = rest.split_at(digits);
        let unit_length = unit_and_rest
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(unit_and_rest.len());
        let (unit, after) = unit_and_rest.split_at(unit_length);
        if number.parse::<f64>().is_err() || !units.contains(&unit) {
            return false;
        }
        rest = after;
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let long = "a".repeat(64);
        let pinned = format!("v1@sha256:{}", "0f".repeat(32));
        let pinned_in_capitals = format!("v1@sha256:{}", "0F".repeat(32));
        let pinned_twice = format!("{pinned}@sha256:{}", "0f".repeat(32));
        for (form, good, bad) in [
            (
                &DNS_LABEL,
                vec!["a", "a-1", "1a"],
                vec!["", "-a", "a-", "A", "a.b", long.as_str()],
            ),
            (&SERVICE_NAME, vec!["a", "a1"], vec!["1a", "a.b"]),
            (
                &DNS_SUBDOMAIN,
                vec!["a.b", &long],
                vec!["a..b", "a.", "a_b", ""],
            ),
            (
                &HOST,
                vec!["*.a.b", "a.b"],
                vec!["*", "a.*.b", "https://a", "a:80", "a/b"],
            ),
            (&RELEASE_NAME, vec!["prod", "a.b"], vec!["Prod", &long]),
            (
                &QUALIFIED_NAME,
                vec!["a.b/C_d", "A"],
                vec!["a/b/c", "/a", "a/", "a b"],
            ),
            (&LABEL_VALUE, vec!["", "A_b.c"], vec!["-a", "a b", "a/b"]),
            (
                &ENV_NAME,
                vec!["A_B", "a.b-c", "_x"],
                vec!["", "1A", "A=B", "A B"],
            ),
            (&MOUNT_PATH, vec!["/a", "/a/b c"], vec!["a", "/", "/a:b"]),
            (
                &IMAGE_REPOSITORY,
                vec![
                    "mlflow",
                    "ghcr.io/mlflow/mlflow",
                    "localhost:5000/a",
                    "r.io:1/a__b/c-d",
                ],
                vec![
                    "",
                    "A/b",
                    "a/",
                    "ghcr.io/Mlflow",
                    "a:b",
                    "a b",
                    "a/b@sha256:00",
                    "-a",
                ],
            ),
            (
                &IMAGE_TAG,
                vec!["v1", "_a", "1.2-x", &pinned],
                vec![
                    "",
                    "-a",
                    "a b",
                    "a/b",
                    "v1@",
                    "v1@sha256:00",
                    &pinned[2..],
                    &pinned_in_capitals,
                    &pinned_twice,
                ],
            ),
            (
                &OPTION_NAME,
                vec!["allowed_hosts", "a-b"],
                vec!["--a", "", "a=b", "a b", "A"],
            ),
            (
                &PROMETHEUS_DURATION,
                vec!["30s", "1m30s"],
                vec!["", "30", "s", "1x"],
            ),
            (
                &GO_DURATION,
                vec!["0", "1h", "1h0m0s", "1.5h"],
                vec!["", "1d", "h"],
            ),
        ] {
            for text in good {
                assert!((form.matches)(text), "{text:?} is {}", form.name);
            }
            for text in bad {
                assert!(!(form.matches)(text), "{text:?} is not {}", form.name);
            }
        }
    }
}
