//! The ServiceAccount.

use super::metadata::{self, Component};
use super::object::object;
use crate::kubernetes::{ObjectMeta, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let account = resolved.service_account.as_ref()?;
    let name = resolved.service_account_name();
    let metadata = ObjectMeta {
        annotations: metadata::annotations(account.annotations),
        ..metadata::namespaced(resolved, name, Component::Server)
    };
    Some(object(
        "v1",
        "ServiceAccount",
        &metadata,
        vec![(
            "automountServiceAccountToken",
            account.automount_token.to_tree(),
        )],
    ))
}
