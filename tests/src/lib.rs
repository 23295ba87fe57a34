//! The corpus of values files, and what the tests and benchmarks that cross
//! crates share.
#![allow(
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "in tests a panic is how a failure is told"
)]

pub mod corpus;
pub mod diff;
pub mod tools;
