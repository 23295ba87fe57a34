//! The configurator: a page that renders Kubernetes manifests for an MLflow
//! tracking server in the browser.
//!
//! One state ([`state::State`]): the text of values.yaml. Everything else is
//! derived from it, and the form edits it in place.

#![expect(
    unreachable_pub,
    reason = "what #[component] writes is public whatever it is told"
)]
#![expect(
    clippy::too_many_lines,
    clippy::needless_pass_by_value,
    reason = "a view is one piece of markup whose closures take what they use"
)]

pub mod app;
mod dom;
pub mod embed;
mod form;
pub mod import;
mod output;
pub mod parts;
mod problems;
mod reasons;
pub mod share;
mod sheets;
mod shortcuts;
pub mod state;
pub mod storage;
mod theme;
