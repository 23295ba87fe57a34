//! A link that holds the work in its fragment, which browsers never send.
//!
//! `#v1=` and base64url of deflated JSON ([`Shared`]). What equals the defaults
//! is left out. A reader of a version keeps reading it for good.

use crate::edit;
use crate::view::Target;
use mlflow_k8s_core::document::Document;
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::yaml::{Node, Value};
use serde::{Deserialize, Serialize};

/// The version that is written.
const VERSION: &str = "v1=";
/// Longer fragments are not read: no browser makes them, and they could
/// unfold to more than fits.
const LONGEST: usize = 256 * 1024;

/// What a link holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The values text.
    #[serde(rename = "t")]
    pub text: String,
    /// The release's name, when it is another than the default.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The namespace.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Whether the Namespace is rendered.
    #[serde(rename = "c", default, skip_serializing_if = "std::ops::Not::not")]
    pub create_namespace: bool,
    /// The Kubernetes version.
    #[serde(rename = "k", default, skip_serializing_if = "String::is_empty")]
    pub kube_version: String,
}

impl Shared {
    /// What is to be shared of a text, which has no credentials any more.
    pub fn new(text: &str, target: &Target) -> Self {
        let usual = Target::default();
        let other = |value: &str, usual: &str| (value != usual).then(|| value.to_owned());
        Self {
            text: reduced(text),
            release: other(&target.name, &usual.name),
            namespace: other(&target.namespace, &usual.namespace),
            create_namespace: target.create_namespace,
            kube_version: target.kube_version.clone(),
        }
    }

    /// What is chosen beside the values.
    pub fn target(&self) -> Target {
        let usual = Target::default();
        Target {
            name: self.release.clone().unwrap_or(usual.name),
            namespace: self.namespace.clone().unwrap_or(usual.namespace),
            create_namespace: self.create_namespace,
            kube_version: self.kube_version.clone(),
        }
    }
}

/// The text without what equals the defaults; as it is where it cannot be read.
pub fn reduced(text: &str) -> String {
    let Ok(root) = Document::new(text).root() else {
        return text.to_owned();
    };
    let mut same = Vec::new();
    same_as_defaults(&root, &ValuePath::root(), &mut same);
    edit::reset_all(text, &same).unwrap_or_else(|_| text.to_owned())
}

fn same_as_defaults(node: &Node, path: &ValuePath, same: &mut Vec<ValuePath>) {
    let Value::Mapping(entries) = &node.value else {
        return;
    };
    for entry in entries {
        let path = path.join(entry.key.as_str());
        match edit::default_at(&path) {
            Some(default) if default == entry.value.to_json() => same.push(path),
            Some(_) => same_as_defaults(&entry.value, &path, same),
            None => {}
        }
    }
}

/// Why a fragment gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// A newer page made it.
    #[error(
        "This link has the format version {0}, which this page does not support. Reload the page \
         to get its newest version."
    )]
    UnknownVersion(String),
    /// It was cut or altered on the way.
    #[error("This link is damaged. It was probably cut off when it was copied.")]
    Damaged,
}

/// The packed bytes of a fragment; `None` when it is no shared work at all.
pub fn packed(fragment: &str) -> Option<Result<Vec<u8>, LinkError>> {
    let fragment = fragment.trim_start_matches('#');
    if let Some(body) = fragment.strip_prefix(VERSION) {
        let bytes = (body.len() <= LONGEST)
            .then(|| from_base64url(body))
            .flatten();
        return Some(bytes.ok_or(LinkError::Damaged));
    }
    let (version, _) = fragment.split_once('=')?;
    let number = version.strip_prefix('v')?;
    number
        .parse::<u32>()
        .is_ok()
        .then(|| Err(LinkError::UnknownVersion(number.to_owned())))
}

/// The fragment of packed bytes.
pub fn fragment(packed: &[u8]) -> String {
    format!("#{VERSION}{}", to_base64url(packed))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn to_base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for position in 0..=chunk.len() {
            let index = (group >> (18 - 6 * position)) & 63;
            if let Some(letter) = ALPHABET.get(index as usize) {
                text.push(char::from(*letter));
            }
        }
    }
    text
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut group, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|other| *other == letter)?;
        group = group << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(group >> bits & 255).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_round_trips() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(73)).collect();
            let text = to_base64url(&bytes);
            assert!(!text.contains(['+', '/', '=']));
            assert_eq!(from_base64url(&text), Some(bytes));
        }
        assert_eq!(to_base64url(b"any"), "YW55");
        assert_eq!(from_base64url("YW5!"), None);
    }

    #[test]
    fn fragments_say_what_they_are() {
        assert_eq!(packed("#v1=YW55"), Some(Ok(b"any".to_vec())));
        assert_eq!(packed("#v1=a b"), Some(Err(LinkError::Damaged)));
        assert_eq!(
            packed("#v7=YW55"),
            Some(Err(LinkError::UnknownVersion("7".to_owned())))
        );
        assert_eq!(packed("#tab=values"), None);
        assert_eq!(packed("#values"), None);
        assert_eq!(packed(""), None);
    }

    #[test]
    fn a_link_holds_the_difference_from_the_defaults() {
        let text =
            "# ours\nstorage:\n  enabled: true # yes\n  size: 10Gi\nservice:\n  type: ClusterIP\n";
        let shared = Shared::new(text, &Target::default());
        assert_eq!(shared.text, "# ours\nstorage:\n  enabled: true # yes\n");
        assert_eq!(shared.target(), Target::default());
        let json = serde_json::to_string(&shared).unwrap();
        assert!(
            json.starts_with("{\"t\":") && !json.contains("\"r\""),
            "{json}"
        );
        let back: Shared = serde_json::from_str(&json).unwrap();
        assert_eq!(back, shared);
    }
}
