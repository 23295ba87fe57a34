//! Features that people think in: one switch for all the settings they need.

use crate::edit::{self, Edited};
use crate::view::{Target, fix, render};
use mlflow_k8s_core::ActiveFeature;
use mlflow_k8s_core::document::{Document, EditError};
use mlflow_k8s_core::path::{Segment, ValuePath};
use mlflow_k8s_core::setting;
use mlflow_k8s_core::yaml::Node;
use serde_json::{Value as Json, json};

pub use mlflow_k8s_core::Feature;

/// A feature with a switch of its own.
pub trait Switchable: Copy {
    /// Its name.
    fn label(self) -> &'static str;

    /// What it does.
    fn help(self) -> &'static str;

    /// The setting that its switch writes.
    fn path(self) -> ValuePath;

    /// Whether it is on.
    fn is_on(self, active: &[ActiveFeature]) -> bool;

    /// Switches it on or off.
    fn switch(self, text: &str, target: &Target, on: bool) -> Edited;
}

impl Switchable for Feature {
    fn label(self) -> &'static str {
        match self {
            Self::Workspaces => "Workspaces",
            Self::BasicAuth => "Basic auth",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Workspaces => {
                "Separate experiments, models and artifacts for each team. Sets the server flag \
                 and the setting that garbage collection needs."
            }
            Self::BasicAuth => {
                "Users log in with a name and a password. Sets the server option, the variables \
                 from Secrets and the volume with the configuration. The tab Commands shows how to \
                 create the Secrets."
            }
        }
    }

    fn path(self) -> ValuePath {
        match self {
            Self::Workspaces => setting!("server.flag_options"),
            Self::BasicAuth => setting!("server.value_options.app_name"),
        }
    }

    fn is_on(self, active: &[ActiveFeature]) -> bool {
        active.iter().any(|active| active.feature == self)
    }

    fn switch(self, text: &str, target: &Target, on: bool) -> Edited {
        match (self, on) {
            (Self::Workspaces, true) => {
                let list = self.path();
                let merged = render(text, target).merged;
                let length = crate::view::list_length(&merged, &list);
                let text = edit::push(text, &list, length, &json!("enable_workspaces"))?;
                Ok(fixed(self, &text, target))
            }
            (Self::Workspaces, false) => {
                let text = switched_off(self, text, target)?;
                edit::reset(&text, &setting!("garbageCollection.allWorkspaces"))
            }
            (Self::BasicAuth, true) => {
                let text = edit::write(text, &self.path(), &json!("basic-auth"))?;
                Ok(fixed(self, &text, target))
            }
            (Self::BasicAuth, false) => without_basic_auth(&switched_off(self, text, target)?),
        }
    }
}

/// The text after the fixes of a feature's rules.
fn fixed(feature: Feature, text: &str, target: &Target) -> String {
    fix(text, target, &|finding| feature.is_served_by(finding.code))
}

/// The text without the settings that switch a feature on: several may.
fn switched_off(feature: Feature, text: &str, target: &Target) -> Edited {
    let mut text = text.to_owned();
    loop {
        let active = render(&text, target).features;
        let Some(active) = active.into_iter().find(|active| active.feature == feature) else {
            return Ok(text);
        };
        let next = match active.path.split_last() {
            Some((Segment::Index(index), list)) => edit::remove_item(&text, &list, *index)?,
            _ => edit::reset(&text, &active.path)?,
        };
        if next == text {
            return Ok(text);
        }
        text = next;
    }
}

/// The variables that basic auth reads.
const AUTH_VARIABLES: &[&str] = &[
    "MLFLOW_FLASK_SERVER_SECRET_KEY",
    "MLFLOW_AUTH_ADMIN_USERNAME",
    "MLFLOW_AUTH_ADMIN_PASSWORD",
    "MLFLOW_AUTH_CONFIG_PATH",
];
/// The variables with which garbage collection signs in.
const CLIENT_VARIABLES: &[&str] = &["MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"];
/// Where the fixes put the configuration.
const AUTH_FOLDER: &str = "/etc/mlflow/auth";

/// Takes away what the switch and the fixes put there.
fn without_basic_auth(text: &str) -> Edited {
    let mut text = text.to_owned();
    for (list, names) in [
        (setting!("env"), AUTH_VARIABLES),
        (setting!("garbageCollection.env"), CLIENT_VARIABLES),
    ] {
        text = without(&text, &list, |item| {
            item["name"]
                .as_str()
                .is_some_and(|name| names.contains(&name))
        })?;
    }
    let (volume_list, mount_list) = (setting!("extraVolumes"), setting!("extraVolumeMounts"));
    let is_folder = |item: &Json| item["mountPath"] == AUTH_FOLDER;
    let volumes: Vec<String> = items(&text, &mount_list)?
        .iter()
        .filter(|item| is_folder(item))
        .filter_map(|item| item["name"].as_str().map(str::to_owned))
        .collect();
    text = without(&text, &mount_list, is_folder)?;
    let others = items(&text, &mount_list)?;
    without(&text, &volume_list, |item| {
        let name = item["name"].as_str().unwrap_or_default();
        volumes.iter().any(|volume| volume == name)
            && !others.iter().any(|other| other["name"] == name)
    })
}

fn without(text: &str, list: &ValuePath, goes: impl Fn(&Json) -> bool) -> Edited {
    let mut text = text.to_owned();
    let items = items(&text, list)?;
    for (index, item) in items.iter().enumerate().rev() {
        if goes(item) {
            text = edit::remove_item(&text, list, index)?;
        }
    }
    Ok(text)
}

/// The elements of a list that the text has.
fn items(text: &str, list: &ValuePath) -> Result<Vec<Json>, EditError> {
    let root = Document::new(text).root().map_err(EditError::Unreadable)?;
    let items = root.at(list).map(Node::to_json);
    Ok(items
        .and_then(|items| items.as_array().cloned())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_k8s_core::diagnostic::has_errors;
    use mlflow_k8s_core::presets::preset;

    fn lines(text: &str) -> Vec<&str> {
        text.lines().filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn each_switch_makes_a_working_whole_and_goes_without_a_trace() {
        let target = Target::default();
        for name in ["quickstart", "garbage-collection", "production"] {
            let text = preset(name).unwrap().values;
            for feature in Feature::ALL {
                assert!(!feature.is_on(&render(text, &target).features));
                let on = feature.switch(text, &target, true).unwrap();
                let outcome = render(&on, &target);
                assert!(feature.is_on(&outcome.features), "{on}");
                assert!(
                    !has_errors(&outcome.diagnostics),
                    "{name} {feature:?} {:?}",
                    outcome.diagnostics
                );
                let off = feature.switch(&on, &target, false).unwrap();
                // New sections are set apart as the file does it; the blank
                // lines may stay.
                assert_eq!(lines(&off), lines(text), "{name} {feature:?}");
            }
        }
    }

    #[test]
    fn each_way_to_switch_a_feature_on_can_be_switched_off() {
        let target = Target::default();
        let base = preset("quickstart").unwrap().values;
        for (more, feature) in [
            (
                "server: {flag_options: [enable-workspaces, enable_workspaces]}\n",
                Feature::Workspaces,
            ),
            (
                "env: [{name: MLFLOW_ENABLE_WORKSPACES, value: '1'}]\n",
                Feature::Workspaces,
            ),
            (
                "server: {value_options: {app-name: basic-auth}}\n",
                Feature::BasicAuth,
            ),
        ] {
            let text = format!("{base}{more}");
            assert!(feature.is_on(&render(&text, &target).features), "{more}");
            let off = feature.switch(&text, &target, false).unwrap();
            assert!(!feature.is_on(&render(&off, &target).features), "{off}");
        }
        let text =
            format!("{base}server: {{flag_options: [enable_workspaces, disable_workspaces]}}\n");
        assert!(!Feature::Workspaces.is_on(&render(&text, &target).features));
    }
}
