//! Codes of rules and checks on the command line.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};
use mlflow_k8s_core::diagnostic::Code;
use mlflow_k8s_core::rules::{self, Rule};

/// What there is an explanation of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    /// A rule.
    Rule(&'static Rule),
    /// What is always checked.
    Check(Code),
}

/// Reads the code of a rule, which can be left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuleParser;

/// Reads the code of a rule or check.
#[derive(Clone, Copy, Debug)]
pub(super) struct SubjectParser;

impl TypedValueParser for RuleParser {
    type Value = Code;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Code, Error> {
        StringValueParser::new()
            .try_map(|text| match subject(&text)? {
                Subject::Rule(rule) => Ok(rule.code),
                Subject::Check(code) => Err(CodeError::NotARule(code)),
            })
            .parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            rules::catalogue().map(|(_, rule)| possible_value(rule.code)),
        ))
    }
}

impl TypedValueParser for SubjectParser {
    type Value = Subject;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Subject, Error> {
        StringValueParser::new()
            .try_map(|text| subject(&text))
            .parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let checks = Code::CHECKS.iter().copied();
        let codes = rules::catalogue().map(|(_, rule)| rule.code).chain(checks);
        Some(Box::new(codes.map(possible_value)))
    }
}

/// For the completions of shells.
fn possible_value(code: Code) -> PossibleValue {
    PossibleValue::new(code.id).help(code.name)
}

/// Why a code cannot be used.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum CodeError {
    #[error("{0} cannot be ignored, because the values or the manifests would not be valid")]
    NotARule(Code),
    #[error("there is no such rule; did you mean {0}?")]
    Misspelt(Code),
    #[error("there is no such rule; `mlflow-k8s explain-rule` lists all rules")]
    Unknown,
}

fn subject(text: &str) -> Result<Subject, CodeError> {
    if let Some(rule) = rules::find(text) {
        return Ok(Subject::Rule(rule));
    }
    if let Some(code) = rules::find_check(text) {
        return Ok(Subject::Check(code));
    }
    Err(rules::closest(text).map_or(CodeError::Unknown, CodeError::Misspelt))
}
