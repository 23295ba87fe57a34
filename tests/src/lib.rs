//! The corpus of values files and the tests that cross crates.
