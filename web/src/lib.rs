//! The configurator's parts that need no browser.

pub mod archive;
pub mod changed_lines;
pub mod highlight;
