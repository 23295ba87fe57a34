//! The ServiceAccount.

use super::metadata::{self, Component};
use crate::resolve::Resolved;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<ServiceAccount> {
    let account = resolved.service_account.as_ref()?;
    let name = resolved.service_account_name();
    Some(ServiceAccount {
        metadata: ObjectMeta {
            annotations: metadata::annotations(account.annotations),
            ..metadata::namespaced(resolved, name, Component::Server)
        },
        automount_service_account_token: Some(account.automount_token),
        ..ServiceAccount::default()
    })
}
