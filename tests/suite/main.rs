//! The tests that cross crates. One program, so that it is linked once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in tests a panic is how a failure is told"
)]

mod conformance;
mod explain;
mod faults;
mod hostile;
mod kinds;
mod nulls;
mod presets;
mod properties;
mod readers;
mod redaction;
mod schemas;
