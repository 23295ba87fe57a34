//! What a caller may choose beside the values: each option stands here once,
//! and its reader, its TypeScript type and its text follow.

use crate::arguments::{entries, fault, items, text, wrong};
use wasm_bindgen::prelude::*;

/// The type of an option.
trait Argument: Sized {
    /// Reads what the caller passed under this name; another type is a `TypeError`.
    fn read(value: &JsValue, name: &str) -> Result<Self, JsValue>;
}

impl Argument for String {
    fn read(value: &JsValue, name: &str) -> Result<Self, JsValue> {
        text(value, name)
    }
}

impl Argument for bool {
    fn read(value: &JsValue, name: &str) -> Result<Self, JsValue> {
        value
            .as_bool()
            .ok_or_else(|| wrong(value, name, "a boolean"))
    }
}

impl Argument for Vec<String> {
    fn read(value: &JsValue, name: &str) -> Result<Self, JsValue> {
        items(value, name, "an array of strings")?
            .map(|(place, item)| text(&item, &place))
            .collect()
    }
}

impl<T: Argument> Argument for Option<T> {
    fn read(value: &JsValue, name: &str) -> Result<Self, JsValue> {
        T::read(value, name).map(Some)
    }
}

/// The TypeScript type of an option's Rust type.
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(unused_macros, reason = "the custom section is for WebAssembly alone")
)]
macro_rules! typescript {
    (Option<String>) => {
        "string"
    };
    (bool) => {
        "boolean"
    };
    (Vec<String>) => {
        "string[]"
    };
}

macro_rules! options {
    (
        $(#[doc = $doc:literal])+ $name:ident {
            $($(#[doc = $text:literal])+ $field:ident = $key:literal: [$($type:tt)+],)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Default)]
        pub(crate) struct $name {
            $($(#[doc = $text])+ pub(crate) $field: $($type)+,)+
        }

        impl $name {
            /// Reads an object of options; one that does not exist is a `TypeError`.
            pub(crate) fn read(options: &JsValue) -> Result<Self, JsValue> {
                let mut read = Self::default();
                if options.is_undefined() || options.is_null() {
                    return Ok(read);
                }
                for (key, value) in entries(options, "options")? {
                    // So that `{release: form.release}` works where a form leaves it out.
                    if value.is_undefined() {
                        continue;
                    }
                    let name = format!("options.{key}");
                    match key.as_str() {
                        $($key => read.$field = Argument::read(&value, &name)?,)+
                        _ => return Err(fault(&format!("there is no option `{name}`"))),
                    }
                }
                Ok(read)
            }
        }

        #[wasm_bindgen(typescript_custom_section)]
        const TYPESCRIPT: &str = concat!(
            "/**", $($doc, "\n",)+ " */\nexport interface ", stringify!($name), " {\n",
            $(
                "    /**", $($text, "\n",)+ "     */\n    ",
                $key, "?: ", typescript!($($type)+), " | undefined;\n",
            )+
            "}\n",
        );
    };
}

options! {
    /// The release, presets and flags.
    RenderOptions {
        /// Name of the release, from which the names of the objects are made. Default:
        /// `mlflow`.
        release = "release": [Option<String>],
        /// Namespace of the objects. Default: `mlflow`.
        namespace = "namespace": [Option<String>],
        /// Whether to render the Namespace object too. Default: false.
        create_namespace = "createNamespace": [bool],
        /// Oldest Kubernetes version that the manifests must work with, such as `1.34`.
        kube_version = "kubeVersion": [Option<String>],
        /// Names of presets. The values override them.
        presets = "presets": [Vec<String>],
        /// Like `--set`: `key=value`, `a.b=1`, `list={x,y}`, `list[0].key=x`.
        sets = "sets": [Vec<String>],
        /// Like `--set-string`: all values are text.
        set_strings = "setStrings": [Vec<String>],
        /// Like `--set-json`: `key={"a":1}`.
        set_jsons = "setJsons": [Vec<String>],
        /// Like `--set-literal`: one value, which is all text after the first `=`.
        set_literals = "setLiterals": [Vec<String>],
        /// Rules to ignore, by code or name: `["MK702"]`. `x-mlflow-k8s.ignore` in the
        /// values does the same.
        ignore = "ignore": [Vec<String>],
        /// Whether to skip all rules. Wrong types, unknown keys and manifests that
        /// Kubernetes would refuse are always reported. Default: false.
        skip_rules = "skipRules": [bool],
    }
}
