//! The program as a person meets it: what it prints for every command, and
//! for everything that can go wrong around it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy takes helpers of tests for product code"
)]

mod check;
mod commands;
mod explain;
mod explain_rule;
mod failures;
mod fix;
mod help;
mod readme;
mod render;
mod sandbox;
mod values;
