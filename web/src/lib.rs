//! The configurator's parts that need no browser.

pub mod highlight;
