//! The configurator's logic without the page.
//!
//! Texts and values in, texts and values out: what needs neither the browser
//! nor a signal is here, so that its tests run natively and compile nothing
//! that draws. The page (`web`) puts it on the screen.

pub mod archive;
pub mod changed_lines;
pub mod edit;
pub mod features;
pub mod highlight;
pub mod history;
pub mod sections;
pub mod view;
