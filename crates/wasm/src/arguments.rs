//! What a caller passed, checked by hand: serde-wasm-bindgen ignores unknown
//! keys and does not say where in an object a fault is.

use js_sys::{Array, JSON, JsString, Object, Reflect, TypeError};
use mlflow_k8s_core::diagnostic::{Code, Diagnostic, Edit};
use mlflow_k8s_core::document::EditError;
use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::release::{KubeVersion, Release};
use mlflow_k8s_core::rules;
use mlflow_k8s_core::{Outcome, Rules};
use wasm_bindgen::{JsCast, JsValue};

use crate::options::RenderOptions;

/// What a values text is called that was passed without a name.
pub(crate) const VALUES_NAME: &str = "values.yaml";

/// The arguments of `render` and `check`.
pub(crate) struct Call {
    pub(crate) layers: Vec<Layer>,
    pub(crate) release: Release,
    pub(crate) rules: Rules,
    /// Faults of options that are none of the call.
    pub(crate) faults: Vec<Diagnostic>,
}

impl Call {
    pub(crate) fn read(values: &JsValue, options: &JsValue) -> Result<Self, JsValue> {
        let mut layers = files(values)?;
        let options = RenderOptions::read(options)?;
        // The core puts the kinds in order.
        for (texts, layer) in [
            (options.presets, Layer::Preset as fn(String) -> Layer),
            (options.set_jsons, Layer::SetJson),
            (options.sets, Layer::Set),
            (options.set_strings, Layer::SetString),
            (options.set_literals, Layer::SetLiteral),
        ] {
            layers.extend(texts.into_iter().map(layer));
        }
        let mut faults = Vec::new();
        let kube_version = options.kube_version.and_then(|version| {
            let parsed = version.parse::<KubeVersion>();
            parsed
                .map_err(|error| {
                    let root = ValuePath::root();
                    let message = error.to_string();
                    faults.push(Diagnostic::error(Code::KUBE_VERSION, root, message));
                })
                .ok()
        });
        let mut ignored = Vec::new();
        for code in &options.ignore {
            match rules::find(code) {
                Some(rule) => ignored.push(rule.code),
                None => faults.push(no_rule(code)),
            }
        }
        let default = Release::default();
        Ok(Self {
            layers,
            release: Release {
                name: options.release.unwrap_or(default.name),
                namespace: options.namespace.unwrap_or(default.namespace),
                create_namespace: options.create_namespace,
                kube_version,
            },
            rules: if options.skip_rules {
                Rules::Skip
            } else {
                Rules::Except(ignored)
            },
            faults,
        })
    }

    /// Runs the pipeline.
    pub(crate) fn render(&self) -> Outcome {
        let mut outcome = mlflow_k8s_core::render(&self.layers, &self.release, &self.rules);
        if !self.faults.is_empty() {
            outcome
                .diagnostics
                .splice(0..0, self.faults.iter().cloned());
            outcome.manifests = None;
        }
        outcome
    }
}

/// What is wrong with a code by which something should be ignored.
fn no_rule(code: &str) -> Diagnostic {
    let message = match rules::find_check(code) {
        Some(check) => format!("{check} cannot be ignored"),
        None => format!("there is no rule `{code}`"),
    };
    let fault = Diagnostic::error(Code::INVALID_VALUE, ValuePath::root(), message);
    match rules::closest(code).and_then(|near| rules::find(near.id)) {
        Some(near) => fault.help(format!("did you mean {}?", near.code)),
        None => fault,
    }
}

/// Values files: a text, or a list of texts with their names.
fn files(values: &JsValue) -> Result<Vec<Layer>, JsValue> {
    const NAME: &str = "valuesYaml";
    if values.is_string() {
        let text = text(values, NAME)?;
        let name = VALUES_NAME.to_owned();
        return Ok(vec![Layer::File { name, text }]);
    }
    items(values, NAME, "a string or an array of {name, text}")?
        .map(|(place, file)| {
            let mut name = VALUES_NAME.to_owned();
            let mut content = None;
            for (key, value) in entries(&file, &place)? {
                let place = format!("{place}.{key}");
                match key.as_str() {
                    "name" => name = text(&value, &place)?,
                    "text" => content = Some(text(&value, &place)?),
                    _ => return Err(fault(&format!("there is no property `{place}`"))),
                }
            }
            match content {
                Some(text) => Ok(Layer::File { name, text }),
                None => Err(wrong(
                    &JsValue::UNDEFINED,
                    &format!("{place}.text"),
                    "a string",
                )),
            }
        })
        .collect()
}

/// The edits of a fix, unless a place among them cannot be read.
pub(crate) fn edits(fix: &JsValue) -> Result<Result<Vec<Edit>, EditError>, JsValue> {
    let property = |of: &JsValue, key: &str| {
        Reflect::get(of, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
    };
    entries(fix, "fix")?;
    items(&property(fix, "edits"), "fix.edits", "an array of edits")?
        .map(|(place, edit)| {
            entries(&edit, &place)?;
            let path = path(&text(&property(&edit, "path"), &format!("{place}.path"))?);
            let op = property(&edit, "op");
            match op.as_string().as_deref() {
                Some("set") => {
                    let value = json(&property(&edit, "value"), &format!("{place}.value"))?;
                    Ok(path.map(|path| Edit::Set { path, value }))
                }
                Some("remove") => Ok(path.map(|path| Edit::Remove { path })),
                _ => Err(wrong(&op, &format!("{place}.op"), "\"set\" or \"remove\"")),
            }
        })
        .collect()
}

/// A place in `--set` notation.
pub(crate) fn path(text: &str) -> Result<ValuePath, EditError> {
    ValuePath::parse(text).map_err(EditError::InvalidPath)
}

/// A text.
pub(crate) fn text(value: &JsValue, name: &str) -> Result<String, JsValue> {
    let text = value
        .as_string()
        .ok_or_else(|| wrong(value, name, "a string"))?;
    // What UTF-8 cannot hold comes over the border as the replacement character.
    if text.contains('\u{fffd}') && !value.unchecked_ref::<JsString>().is_valid_utf16() {
        return Err(half_a_character(name));
    }
    Ok(text)
}

/// True or false; left out, false.
pub(crate) fn flag(value: &JsValue, name: &str) -> Result<bool, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(false);
    }
    value
        .as_bool()
        .ok_or_else(|| wrong(value, name, "a boolean"))
}

/// A value that JSON can hold, as `JSON.stringify` sees it: it follows
/// `toJSON` methods and refuses cycles, in which a reader of ours would run
/// until the stack ends.
pub(crate) fn json(value: &JsValue, name: &str) -> Result<serde_json::Value, JsValue> {
    let what = "a value that JSON can hold";
    if value.as_f64().is_some_and(|number| !number.is_finite()) {
        return Err(wrong(value, name, what));
    }
    let text = JSON::stringify(value)
        .ok()
        // Undefined and functions come out as undefined.
        .and_then(|text| text.as_string())
        .ok_or_else(|| wrong(value, name, what))?;
    serde_json::from_str(&text).map_err(|error| {
        // The only thing that is escaped in this way.
        if text.contains("\\ud") {
            half_a_character(name)
        } else {
            fault(&format!("`{name}` cannot be read as JSON: {error}"))
        }
    })
}

/// The keys and values of a plain object.
pub(crate) fn entries(value: &JsValue, name: &str) -> Result<Vec<(String, JsValue)>, JsValue> {
    if !value.is_object() || Array::is_array(value) {
        return Err(wrong(value, name, "an object"));
    }
    let entries = Object::entries(value.unchecked_ref());
    Ok(entries
        .iter()
        .filter_map(|entry| {
            let entry: Array = entry.unchecked_into();
            Some((entry.get(0).as_string()?, entry.get(1)))
        })
        .collect())
}

/// The elements of a list, each with its place.
pub(crate) fn items(
    value: &JsValue,
    name: &str,
    expected: &str,
) -> Result<impl Iterator<Item = (String, JsValue)>, JsValue> {
    if !Array::is_array(value) {
        return Err(wrong(value, name, expected));
    }
    let list: Array = value.clone().unchecked_into();
    let name = name.to_owned();
    Ok((0..list.length()).map(move |index| (format!("{name}[{index}]"), list.get(index))))
}

pub(crate) fn wrong(value: &JsValue, name: &str, expected: &str) -> JsValue {
    let found = if value.is_null() {
        "null".to_owned()
    } else if Array::is_array(value) {
        "an array".to_owned()
    } else {
        let kind = value.js_typeof().as_string().unwrap_or_default();
        match kind.as_str() {
            "undefined" => kind,
            "object" => format!("an {kind}"),
            _ => format!("a {kind}"),
        }
    };
    fault(&format!("`{name}` must be {expected}, not {found}"))
}

fn half_a_character(name: &str) -> JsValue {
    fault(&format!(
        "`{name}` contains half of a surrogate pair: the text was cut in the middle of a character"
    ))
}

pub(crate) fn fault(message: &str) -> JsValue {
    TypeError::new(message).into()
}
