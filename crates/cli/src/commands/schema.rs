//! `mlflow-k8s schema`

use mlflow_k8s_core::values;

use crate::failure::Failure;
use crate::{output, report};

pub(crate) fn run() -> Result<(), Failure> {
    output::print(&report::json_text(&values::schema()))
}
