//! What each rule is called and says, from the files beside this one
//! (`texts/MK301.md` and so on) by way of `build.rs`.

#[cfg(feature = "rule-texts")]
use super::{PageText, Proof};
use crate::diagnostic::{Code, Severity};
use crate::resolve::MlflowVersion;

/// What a file says.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) code: Code,
    pub(super) severity: Severity,
    #[cfg(feature = "rule-texts")]
    pub(super) page: PageText,
}

include!(concat!(env!("OUT_DIR"), "/rule_texts.rs"));
