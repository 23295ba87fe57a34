//! Variables of the server that switch something, and how MLflow reads each.
//!
//! Read in the source of the proved version. Two readers are at work, and they
//! disagree: `yes` is true for the one, and an error for the other.

use super::inputs::{Inputs, Origin};

/// Who reads a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// click, for an option's `envvar`: any case, blanks around it do not count, and an empty
    /// text means that the variable is not set. Another text is a usage error, exit code 2.
    /// <https://click.palletsprojects.com/en/stable/api/#click.BOOL>
    Click,
    /// `_BooleanEnvironmentVariable` of `mlflow/environment_variables.py`: `true`, `1`, `false`
    /// and `0` in any case. Another text raises `ValueError`, an empty one too.
    Mlflow,
}

/// What a reader makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The text means true or false.
    Is(bool),
    /// The text counts as if the variable were not there.
    Unset,
    /// The server fails on it.
    Refused,
}

impl Reader {
    /// What it makes of a text.
    pub(crate) fn read(self, text: &str) -> Reading {
        let lower = text.to_lowercase();
        match (self, lower.as_str()) {
            (Self::Mlflow, "true" | "1") => Reading::Is(true),
            (Self::Mlflow, "false" | "0") => Reading::Is(false),
            (Self::Mlflow, _) => Reading::Refused,
            (Self::Click, "") => Reading::Unset,
            (Self::Click, lower) => match lower.trim() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Reading::Is(true),
                "0" | "false" | "f" | "no" | "n" | "off" => Reading::Is(false),
                _ => Reading::Refused,
            },
        }
    }
}

/// A switch of the server.
#[derive(Debug)]
pub(crate) struct Flag {
    /// The variable.
    pub(crate) variable: &'static str,
    /// Who reads it.
    pub(crate) reader: Reader,
    /// What holds when nobody says anything.
    default: bool,
    /// The option that switches it on, if there is one.
    on: Option<&'static str>,
    /// The option that switches it off, if there is one.
    off: Option<&'static str>,
}

/// Whether hosts and origins are left unchecked. `mlflow/utils/cli_args.py`: click reads the
/// variable and writes `true` into it, which is what `mlflow/server/security.py` compares with.
pub(crate) const SECURITY_OFF: Flag = Flag {
    variable: "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE",
    reader: Reader::Click,
    default: false,
    on: Some("disable-security-middleware"),
    off: None,
};

/// Whether the server stores artifacts for its clients. `mlflow/utils/cli_args.py`.
pub(crate) const SERVE_ARTIFACTS: Flag = Flag {
    variable: "MLFLOW_SERVE_ARTIFACTS",
    reader: Reader::Click,
    default: true,
    on: Some("serve-artifacts"),
    off: Some("no-serve-artifacts"),
};

/// Whether the server does nothing else. `mlflow/cli/__init__.py`.
const ARTIFACTS_ONLY: Flag = Flag {
    variable: "MLFLOW_ARTIFACTS_ONLY",
    reader: Reader::Click,
    default: false,
    on: Some("artifacts-only"),
    off: None,
};

/// Workspaces. `server()` in `mlflow/cli/__init__.py` asks the variable, which is none of click's,
/// when neither option is on the command line.
pub(crate) const WORKSPACES: Flag = Flag {
    variable: "MLFLOW_ENABLE_WORKSPACES",
    reader: Reader::Mlflow,
    default: false,
    on: Some("enable-workspaces"),
    off: Some("disable-workspaces"),
};

/// The job runner beside the server. `_run_server()` in `mlflow/server/__init__.py`.
pub(crate) const JOBS: Flag = Flag {
    variable: "MLFLOW_SERVER_ENABLE_JOB_EXECUTION",
    reader: Reader::Mlflow,
    default: true,
    on: None,
    off: None,
};

/// Whether a folder may be the database. `mlflow/environment_variables.py`; read only when a
/// folder is the database.
pub(crate) const FILE_STORE: Flag = Flag {
    variable: "MLFLOW_ALLOW_FILE_STORE",
    reader: Reader::Mlflow,
    default: false,
    on: None,
    off: None,
};

/// The flags that the server reads at every start, and fails on when it cannot.
pub(crate) const READ_AT_START: [&Flag; 5] = [
    &SECURITY_OFF,
    &SERVE_ARTIFACTS,
    &ARTIFACTS_ONLY,
    &WORKSPACES,
    &JOBS,
];

/// How a switch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    On,
    Off,
    /// A Secret or ConfigMap that `env` refers to decides.
    Unseen,
}

/// A switch, and who set it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switch<'a> {
    pub(crate) state: State,
    /// Nobody set it without one: it stands as MLflow's default has it.
    pub(crate) origin: Option<Origin<'a>>,
}

impl Switch<'_> {
    /// Whether it is on for certain.
    pub(crate) fn is_on(&self) -> bool {
        self.state == State::On
    }

    /// Whether it is off for certain.
    pub(crate) fn is_off(&self) -> bool {
        self.state == State::Off
    }
}

impl Flag {
    /// How it stands: an option on the command line wins over the variable, and the last one
    /// over those before it.
    pub(crate) fn switch<'a>(&self, inputs: &Inputs<'a>) -> Switch<'a> {
        let given = |name: Option<&str>| name.and_then(|name| inputs.last_flag(name));
        let (on, off) = (given(self.on), given(self.off));
        if let Some(index) = on.max(off) {
            return Switch {
                state: state(on == Some(index)),
                origin: Some(Origin::Flag(index)),
            };
        }
        let Some((index, entry)) = inputs.variable(self.variable) else {
            return Switch {
                state: state(self.default),
                origin: None,
            };
        };
        let text = entry.value.as_deref();
        let state = match text {
            None if entry.value_from.is_some() => State::Unseen,
            text => match self.reader.read(text.unwrap_or_default()) {
                Reading::Is(on) => state(on),
                // The server does not start, which a rule says.
                Reading::Unset | Reading::Refused => state(self.default),
            },
        };
        Switch {
            state,
            origin: Some(Origin::Variable(index, entry)),
        }
    }
}

fn state(on: bool) -> State {
    if on { State::On } else { State::Off }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{EnvVar, EnvVarSource};
    use crate::values::Values;

    #[test]
    fn texts_as_each_reader_takes_them() {
        let is = |on| Reading::Is(on);
        for (text, click, mlflow) in [
            ("true", is(true), is(true)),
            ("TRUE", is(true), is(true)),
            ("1", is(true), is(true)),
            ("False", is(false), is(false)),
            ("0", is(false), is(false)),
            ("yes", is(true), Reading::Refused),
            ("on", is(true), Reading::Refused),
            ("off", is(false), Reading::Refused),
            (" true ", is(true), Reading::Refused),
            ("", Reading::Unset, Reading::Refused),
            ("maybe", Reading::Refused, Reading::Refused),
        ] {
            assert_eq!(Reader::Click.read(text), click, "{text:?}");
            assert_eq!(Reader::Mlflow.read(text), mlflow, "{text:?}");
        }
    }

    #[test]
    fn the_command_line_wins_over_the_variable() {
        let variable = |value: &str| EnvVar {
            name: WORKSPACES.variable.to_owned(),
            value: Some(value.to_owned()),
            value_from: None,
        };
        let from = EnvVar {
            value: None,
            value_from: Some(EnvVarSource::default()),
            ..variable("")
        };
        for (flags, env, expected) in [
            (&[][..], None, State::Off),
            (&["enable_workspaces"], None, State::On),
            (
                &["enable_workspaces", "disable-workspaces"],
                None,
                State::Off,
            ),
            (&["disable_workspaces"], Some(variable("true")), State::Off),
            (&[], Some(variable("1")), State::On),
            (&[], Some(variable("false")), State::Off),
            (&[], Some(from), State::Unseen),
        ] {
            let mut values = Values::default();
            values.server.flag_options = flags.iter().map(|flag| (*flag).to_owned()).collect();
            values.env.extend(env);
            let switch = WORKSPACES.switch(&Inputs::of(&values));
            assert_eq!(switch.state, expected, "{flags:?} {:?}", values.env);
        }
    }
}
