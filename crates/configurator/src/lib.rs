//! The configurator's logic without the page.
//!
//! Texts and values in, texts and values out: what needs neither the browser
//! nor a signal is here, so that its tests run natively and compile nothing
//! that draws. The page (`web`) puts it on the screen.

pub mod archive;
pub mod blank;
pub mod changed_lines;
pub mod diagram;
pub mod edit;
pub mod features;
pub mod highlight;
pub mod history;
pub mod ids;
pub mod import;
pub mod indentation;
pub mod lines;
pub mod marks;
pub mod rehearsal;
pub mod search;
pub mod sections;
pub mod share;
pub mod tab;
pub mod titles;
pub mod typed;
pub mod underlines;
pub mod utf16;
pub mod values_link;
pub mod view;
pub mod work;
