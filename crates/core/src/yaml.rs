//! YAML in and out. Everything the project knows about the format is here.

mod node;
mod reader;
mod scalar;
mod syntax;
mod writer;

pub use node::{Entry, Node, Scalar, Value};
pub use reader::{DecodeError, decode, read};
pub use scalar::{Implicit, resolve};
pub(crate) use writer::{Dashes, write_all_with_places, write_quoted, write_with};
pub use writer::{write, write_all};
