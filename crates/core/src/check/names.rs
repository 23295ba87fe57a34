//! Names, labels and annotations.

use super::syntax::{
    DNS_LABEL, DNS_SUBDOMAIN, Form, LABEL_VALUE, QUALIFIED_NAME, RELEASE_NAME, SERVICE_NAME,
};
use super::{Findings, shown};
use crate::diagnostic::Code;
use crate::path::ValuePath;
use crate::release::Release;
use crate::resolve::Resolved;
use crate::setting;
use crate::values::{StringMap, Values};

/// All annotations of an object together, in bytes.
const MAX_ANNOTATIONS: usize = 256 * 1024;

pub(super) fn check(
    values: &Values,
    resolved: &Resolved<'_>,
    release: &Release,
    findings: &mut Findings<'_>,
) {
    let root = ValuePath::root();
    release_names(values, resolved, release, findings, &root);
    optional_names(values, findings);
    for (index, reference) in values.image_pull_secrets.iter().enumerate() {
        let place = setting!("imagePullSecrets").join(index).join("name");
        findings.require(Code::INVALID_NAME, &place, &reference.name, &DNS_SUBDOMAIN);
    }
    for (place, annotations) in [
        (setting!("podAnnotations"), &values.pod_annotations),
        (setting!("service.annotations"), &values.service.annotations),
        (setting!("ingress.annotations"), &values.ingress.annotations),
        (
            setting!("httpRoute.annotations"),
            &values.http_route.annotations,
        ),
        (
            setting!("serviceAccount.annotations"),
            &values.service_account.annotations,
        ),
    ] {
        annotation_map(&place, annotations, findings);
    }
    for (place, labels) in [
        (setting!("podLabels"), &values.pod_labels),
        (setting!("nodeSelector"), &values.node_selector),
        (
            setting!("serviceMonitor.labels"),
            &values.service_monitor.labels,
        ),
    ] {
        label_map(&place, labels, findings);
    }
    reserved_labels(values, resolved, findings);
}

fn release_names(
    values: &Values,
    resolved: &Resolved<'_>,
    release: &Release,
    findings: &mut Findings<'_>,
    root: &ValuePath,
) {
    if !(RELEASE_NAME.matches)(&release.name) {
        findings.error(
            Code::INVALID_NAME,
            root,
            format!("the release name {} is not valid", shown(&release.name)),
            RELEASE_NAME.rule,
        );
    } else if !(LABEL_VALUE.matches)(&release.name) {
        findings.error(
            Code::INVALID_LABEL,
            root,
            format!(
                "the release name {} is not valid as a label value",
                shown(&release.name)
            ),
            LABEL_VALUE.rule,
        );
    } else if !(SERVICE_NAME.matches)(&resolved.fullname) {
        // The release name as given is good for Helm, and still makes a bad Service.
        let (place, subject, remedy) = if values.fullname_override.is_empty() {
            (
                root.clone(),
                "the release name",
                "; or set `fullnameOverride`",
            )
        } else {
            (setting!("fullnameOverride"), "`fullnameOverride`", "")
        };
        findings.error(
            Code::INVALID_NAME,
            &place,
            format!(
                "the Service gets the name {} from {subject}, and Kubernetes refuses this name",
                shown(&resolved.fullname)
            ),
            format!("{}{remedy}", SERVICE_NAME.rule),
        );
    }
    if !(DNS_LABEL.matches)(&release.namespace) {
        findings.error(
            Code::INVALID_NAME,
            root,
            format!(
                "the namespace name {} is not valid",
                shown(&release.namespace)
            ),
            DNS_LABEL.rule,
        );
    }
}

fn optional_names(values: &Values, findings: &mut Findings<'_>) {
    let names: [(ValuePath, &str, &Form); 6] = [
        (
            setting!("serviceAccount.name"),
            &values.service_account.name,
            &DNS_SUBDOMAIN,
        ),
        (
            setting!("tls.secretName"),
            &values.tls.secret_name,
            &DNS_SUBDOMAIN,
        ),
        (
            setting!("externalSecrets.secretName"),
            &values.external_secrets.secret_name,
            &DNS_SUBDOMAIN,
        ),
        (
            setting!("ingress.className"),
            &values.ingress.class_name,
            &DNS_SUBDOMAIN,
        ),
        (
            setting!("garbageCollection.caSecret.name"),
            &values.garbage_collection.ca_secret.name,
            &DNS_SUBDOMAIN,
        ),
        (
            setting!("garbageCollection.caSecret.key"),
            &values.garbage_collection.ca_secret.key,
            &super::syntax::CONFIG_KEY,
        ),
    ];
    for (place, name, form) in names {
        findings.require_if_set(Code::INVALID_NAME, &place, name, form);
    }
    if values.tls.enabled && values.tls.secret_name.is_empty() {
        findings.error(
            Code::MISSING_KEY,
            &setting!("tls.secretName"),
            "`tls.secretName` is empty, but `tls.enabled` needs it",
            "set it to the name of the Secret with the server's certificate and key",
        );
    }
    if values.storage.storage_class_name != "-" {
        findings.require_if_set(
            Code::INVALID_NAME,
            &setting!("storage.storageClassName"),
            &values.storage.storage_class_name,
            &DNS_SUBDOMAIN,
        );
    }
}

fn annotation_map(place: &ValuePath, annotations: &StringMap, findings: &mut Findings<'_>) {
    let mut size = 0;
    for (key, value) in &annotations.0 {
        size += key.len() + value.len();
        // Kubernetes takes annotation keys in any case.
        key_of(place, key, &key.to_lowercase(), findings);
    }
    if size > MAX_ANNOTATIONS {
        findings.error(
            Code::INVALID_LABEL,
            place,
            format!("`{place}` has {size} bytes, more than Kubernetes allows for annotations"),
            "shorten the annotations to 256 KiB in total",
        );
    }
}

fn label_map(place: &ValuePath, labels: &StringMap, findings: &mut Findings<'_>) {
    for (key, value) in &labels.0 {
        key_of(place, key, key, findings);
        findings.require(
            Code::INVALID_LABEL,
            &place.join(key.as_str()),
            value,
            &LABEL_VALUE,
        );
    }
}

fn key_of(place: &ValuePath, key: &str, compared: &str, findings: &mut Findings<'_>) {
    if !(QUALIFIED_NAME.matches)(compared) {
        findings.error(
            Code::INVALID_LABEL,
            &place.join(key),
            format!(
                "`{place}` has the key {}, which is not {}",
                shown(key),
                QUALIFIED_NAME.name
            ),
            QUALIFIED_NAME.rule,
        );
    }
}

/// The Deployment's selector cannot change, and its pods must match it.
fn reserved_labels(values: &Values, resolved: &Resolved<'_>, findings: &mut Findings<'_>) {
    for (key, selected) in resolved.selector() {
        let given = values.pod_labels.0.get(&key);
        if let Some(given) = given.filter(|given| **given != selected) {
            let place = setting!("podLabels").join(key.as_str());
            findings.push(
                crate::diagnostic::Diagnostic::error(
                    Code::RESERVED_LABEL,
                    place.clone(),
                    format!(
                        "`podLabels` cannot set the label `{key}` to {}",
                        shown(given)
                    ),
                )
                .help(format!(
                    "remove the label: the Deployment selects its Pods by `{key}: {selected}`, and \
                     Kubernetes refuses a Deployment that does not select its own Pods"
                ))
                .fix_remove(format!("Remove the label `{key}`"), &place),
            );
        }
    }
}
