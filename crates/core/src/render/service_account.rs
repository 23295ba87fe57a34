//! The ServiceAccount.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{ObjectMeta, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let account = resolved.service_account.as_ref()?;
    let name = resolved.service_account_name();
    let metadata = ObjectMeta {
        annotations: metadata::annotations(account.annotations),
        ..metadata::named(resolved, name, Component::Server)
    };
    Some(object(
        ObjectKind::ServiceAccount,
        resolved,
        metadata,
        vec![(
            "automountServiceAccountToken",
            account.automount_token.to_tree(),
        )],
    ))
}
