//! Features that people think in: one switch for all the settings they need.

use crate::edit::{self, Edited};
use crate::view::{Target, fix, render};
use mlflow_k8s_core::document::{Document, EditError};
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::yaml::{Node, Value};
use serde_json::{Value as Json, json};

/// A feature with a switch of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Users with passwords.
    BasicAuth,
    /// Experiments and artifacts apart for each team.
    Workspaces,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 2] = [Self::BasicAuth, Self::Workspaces];

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BasicAuth => "Basic auth",
            Self::Workspaces => "Workspaces",
        }
    }

    /// What it does.
    pub const fn help(self) -> &'static str {
        match self {
            Self::BasicAuth => {
                "Users sign in with a name and a password. Sets the option, the Secrets' \
                 variables and the configuration's volume; Commands shows how to make the Secrets."
            }
            Self::Workspaces => {
                "Experiments, models and artifacts apart for each team. Sets the flag and what \
                 garbage collection needs for it."
            }
        }
    }

    /// The setting that says whether it is on.
    pub const fn path(self) -> &'static str {
        match self {
            Self::BasicAuth => "server.value_options.app_name",
            Self::Workspaces => "server.flag_options",
        }
    }

    /// The codes of the rules that know what it needs.
    fn owns(self, code: &str) -> bool {
        match self {
            // Garbage collection signs in like any client.
            Self::BasicAuth => code.starts_with("MK60") || code == "MK703",
            Self::Workspaces => code.starts_with("MK62"),
        }
    }

    /// Whether the values have it switched on.
    pub fn is_on(self, merged: &Node) -> bool {
        match self {
            Self::BasicAuth => at(merged, "server.value_options.app_name")
                .is_some_and(|name| name.to_json() == json!("basic-auth")),
            Self::Workspaces => flag(merged).is_some(),
        }
    }

    /// Switches it on or off.
    pub fn switch(self, text: &str, target: &Target, on: bool) -> Edited {
        match (self, on) {
            (Self::BasicAuth, true) => {
                let path = path(self.path())?;
                let text = edit::write(text, &path, &json!("basic-auth"))?;
                Ok(self.fixed(&text, target))
            }
            (Self::Workspaces, true) => {
                let list = path(self.path())?;
                let merged = render(text, target).merged;
                let length = crate::view::list_length(&merged, &list);
                let text = edit::push(text, &list, length, &json!("enable_workspaces"))?;
                Ok(self.fixed(&text, target))
            }
            (Self::BasicAuth, false) => without_basic_auth(text),
            (Self::Workspaces, false) => {
                let merged = render(text, target).merged;
                let Some(index) = flag(&merged) else {
                    return Ok(text.to_owned());
                };
                let text = edit::remove_item(text, &path(self.path())?, index)?;
                edit::reset(&text, &path("garbageCollection.allWorkspaces")?)
            }
        }
    }

    /// The text after the fixes of its rules.
    fn fixed(self, text: &str, target: &Target) -> String {
        fix(text, target, &|finding| self.owns(finding.code.id))
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
    let mut text = edit::reset(text, &path(Feature::BasicAuth.path())?)?;
    for (list, names) in [
        ("env", AUTH_VARIABLES),
        ("garbageCollection.env", CLIENT_VARIABLES),
    ] {
        text = without(&text, list, |item| {
            item["name"]
                .as_str()
                .is_some_and(|name| names.contains(&name))
        })?;
    }
    let is_folder = |item: &Json| item["mountPath"] == AUTH_FOLDER;
    let volumes: Vec<String> = items(&text, "extraVolumeMounts")?
        .iter()
        .filter(|item| is_folder(item))
        .filter_map(|item| item["name"].as_str().map(str::to_owned))
        .collect();
    text = without(&text, "extraVolumeMounts", is_folder)?;
    let others = items(&text, "extraVolumeMounts")?;
    without(&text, "extraVolumes", |item| {
        let name = item["name"].as_str().unwrap_or_default();
        volumes.iter().any(|volume| volume == name)
            && !others.iter().any(|other| other["name"] == name)
    })
}

fn without(text: &str, list: &str, goes: impl Fn(&Json) -> bool) -> Edited {
    let mut text = text.to_owned();
    let items = items(&text, list)?;
    for (index, item) in items.iter().enumerate().rev() {
        if goes(item) {
            text = edit::remove_item(&text, &path(list)?, index)?;
        }
    }
    Ok(text)
}

/// The elements of a list that the text has.
fn items(text: &str, list: &str) -> Result<Vec<Json>, EditError> {
    let root = Document::new(text).root().map_err(EditError::Unreadable)?;
    let items = root.at(&path(list)?).map(Node::to_json);
    Ok(items
        .and_then(|items| items.as_array().cloned())
        .unwrap_or_default())
}

/// Which of the flags enables workspaces.
fn flag(merged: &Node) -> Option<usize> {
    let Value::Sequence(flags) = &at(merged, "server.flag_options")?.value else {
        return None;
    };
    flags.iter().position(|flag| {
        flag.to_json()
            .as_str()
            .is_some_and(|flag| flag.replace('_', "-") == "enable-workspaces")
    })
}

fn at<'n>(node: &'n Node, place: &str) -> Option<&'n Node> {
    node.at(&path(place).ok()?)
}

fn path(text: &str) -> Result<ValuePath, EditError> {
    ValuePath::parse(text).map_err(|_| EditError::WholeDocument)
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
                assert!(!feature.is_on(&render(text, &target).merged));
                let on = feature.switch(text, &target, true).unwrap();
                let outcome = render(&on, &target);
                assert!(feature.is_on(&outcome.merged), "{on}");
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
}
