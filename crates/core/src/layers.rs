//! Values from several places, merged as Helm merges them.
//!
//! A flag's text is a source of its own, so every value in the merged tree
//! says where it came from: a line of a file, or a part of a flag.
//!
//! Three things differ from Helm 3.19, each because its way loses input
//! without a word:
//! - an index on a list that only the defaults have (`ingress.hosts[0].host`)
//!   edits a copy of the default list instead of starting an empty one;
//! - a key below a null (`resources:` in a file, then
//!   `--set resources.limits.cpu=1`) makes a mapping of the null;
//! - a path that ends before its `=` (`a.`, `a[0]`) is refused everywhere.

mod assign;
mod merge;
mod set;

use crate::diagnostic::{Code, Diagnostic};
use crate::path::ValuePath;
use crate::presets::{PRESETS, preset};
use crate::source::{Origin, SourceId, Sources, Span};
use crate::yaml::{self, Node, Value};

use assign::Assigner;
use set::Grammar;

/// One source of values. Later ones of the same kind win; between kinds the
/// order is Helm's, whatever the order given: presets, files, `--set-json`,
/// `--set`, `--set-string`, `--set-file`, `--set-literal`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layer {
    /// A preset by its name.
    Preset(String),
    /// A values file.
    File {
        /// What the user called it; `-` is standard input.
        name: String,
        /// Its text.
        text: String,
    },
    /// The value of a `--set-json` flag.
    SetJson(String),
    /// The value of a `--set` flag.
    Set(String),
    /// The value of a `--set-string` flag.
    SetString(String),
    /// The value of a `--set-file` flag.
    SetFile {
        /// The flag's value, `key=file[,key=file]`.
        expression: String,
        /// The files' texts, in the order that [`set_file_names`] names them.
        contents: Vec<String>,
    },
    /// The value of a `--set-literal` flag.
    SetLiteral(String),
}

impl Layer {
    /// Where the kind stands in the order of merging.
    const fn rank(&self) -> u8 {
        match self {
            Self::Preset(_) => 0,
            Self::File { .. } => 1,
            Self::SetJson(_) => 2,
            Self::Set(_) => 3,
            Self::SetString(_) => 4,
            Self::SetFile { .. } => 5,
            Self::SetLiteral(_) => 6,
        }
    }
}

/// The merged values, and the texts that their places point into.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layered {
    /// Every text that took part.
    pub sources: Sources,
    /// What the user supplied, merged, before the defaults: `helm get values`.
    pub user: Node,
    /// The same over the built-in defaults. A null of the user's stays a
    /// null here, so that readers can tell "removed" from "never said".
    pub merged: Node,
}

/// Merges layers over the defaults.
///
/// A layer that cannot be read is left out and leaves an error.
///
/// ```
/// use mlflow_k8s_core::layers::{Layer, merge};
/// use mlflow_k8s_core::path::ValuePath;
///
/// let file = Layer::File {
///     name: "values.yaml".to_owned(),
///     text: "replicaCount: 2\n".to_owned(),
/// };
/// let flag = Layer::Set("replicaCount=3".to_owned());
/// let mut diagnostics = Vec::new();
/// let layered = merge(&[flag, file], &mut diagnostics);
///
/// // A flag wins over a file, and says that the value came from it.
/// let replicas = layered.merged.at(&ValuePath::root().join("replicaCount")).unwrap();
/// assert_eq!(replicas.to_json(), 3);
/// let source = layered.sources.get(replicas.span.source).unwrap();
/// assert_eq!(source.origin.to_string(), "--set");
/// ```
pub fn merge(layers: &[Layer], diagnostics: &mut Vec<Diagnostic>) -> Layered {
    merge_over(defaults(), Sources::new(), layers, diagnostics)
}

/// The same for who does not ask what the user supplied. Copying that for
/// nobody would take a twentieth of the time of a render.
pub(crate) fn merge_only(layers: &[Layer], diagnostics: &mut Vec<Diagnostic>) -> (Sources, Node) {
    let mut sources = Sources::new();
    let user = supplied(defaults(), &mut sources, layers, diagnostics);
    (sources, merge::merge(defaults(), user))
}

fn defaults() -> &'static Node {
    static NONE: Node = Node::empty_mapping(Span::new(SourceId::DEFAULTS, 0, 0));
    // A test holds that the defaults can be read.
    crate::values::default_tree().unwrap_or(&NONE)
}

/// Merges layers over any defaults, so that the merge is tested apart from
/// what the defaults happen to be.
fn merge_over(
    defaults: &Node,
    mut sources: Sources,
    layers: &[Layer],
    diagnostics: &mut Vec<Diagnostic>,
) -> Layered {
    let user = supplied(defaults, &mut sources, layers, diagnostics);
    let merged = merge::merge(defaults, user.clone());
    Layered {
        sources,
        user,
        merged,
    }
}

/// What the user supplied, merged. The defaults are asked where an index names
/// an element of a default list.
fn supplied(
    defaults: &Node,
    sources: &mut Sources,
    layers: &[Layer],
    diagnostics: &mut Vec<Diagnostic>,
) -> Node {
    let mut ordered: Vec<&Layer> = layers.iter().collect();
    ordered.sort_by_key(|layer| layer.rank());

    let mut user = Node::empty_mapping(Span::new(SourceId::DEFAULTS, 0, 0));
    let mut assigner = Assigner::new(defaults);
    for layer in ordered {
        let (flag, expression, grammar, contents): (_, _, _, &[String]) = match layer {
            Layer::Preset(name) => {
                if let Some(over) = read_preset(name, sources, diagnostics) {
                    user = merge::merge(&user, over);
                }
                continue;
            }
            Layer::File { name, text } => {
                let source = sources.add(Origin::File(name.clone()), text.clone());
                if let Some(over) = read_values(text, source, diagnostics) {
                    user = merge::merge(&user, over);
                }
                continue;
            }
            Layer::SetJson(expression) => ("--set-json", expression, Grammar::Json, &[]),
            Layer::Set(expression) => ("--set", expression, Grammar::Typed, &[]),
            Layer::SetString(expression) => ("--set-string", expression, Grammar::Text, &[]),
            Layer::SetFile {
                expression,
                contents,
            } => ("--set-file", expression, Grammar::File, contents),
            Layer::SetLiteral(expression) => ("--set-literal", expression, Grammar::Literal, &[]),
        };
        let source = sources.add(Origin::Flag(flag), expression.clone());
        let assignments =
            set::parse(expression, grammar, source).and_then(|mut assignments| match grammar {
                Grammar::File => {
                    set::put_contents(&mut assignments, contents).map(|()| assignments)
                }
                _ => Ok(assignments),
            });
        match assignments {
            Ok(assignments) => {
                for assignment in assignments {
                    diagnostics.extend(assigner.assign(&mut user, assignment, sources));
                }
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }

    user
}

/// The file names of a `--set-file` expression, in order.
///
/// The error has no place, because the expression is not part of a
/// [`Sources`] table here. A shell that goes on with a layer without contents
/// gets the same error with its place from [`merge`].
pub fn set_file_names(expression: &str) -> Result<Vec<String>, Diagnostic> {
    match set::parse(expression, Grammar::File, SourceId::DEFAULTS) {
        Ok(assignments) => Ok(set::texts(&assignments)),
        Err(diagnostic) => Err(diagnostic.at(None)),
    }
}

fn read_preset(
    name: &str,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let Some(preset) = preset(name) else {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        let help = match closest(name, &names) {
            Some(near) => format!(
                "did you mean `{near}`? The presets are: {}",
                names.join(", ")
            ),
            None => format!("the presets are: {}", names.join(", ")),
        };
        diagnostics.push(
            Diagnostic::error(
                Code::INVALID_VALUE,
                ValuePath::root(),
                format!("there is no preset `{name}`"),
            )
            .help(help),
        );
        return None;
    };
    let source = sources.add(Origin::Preset(preset.name.to_owned()), preset.values);
    read_values(preset.values, source, diagnostics)
}

/// The name that was most likely meant, if one is near enough to be a typo.
fn closest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    names
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), *candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

/// Reads a values text.
fn read_values(text: &str, source: SourceId, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let root = yaml::read(text, source, diagnostics)?;
    match kubernetes_object(&root) {
        None => Some(root),
        Some(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// The kind of the Kubernetes object that somebody gave in place of values;
/// `None` for values.
pub fn object_kind(root: &Node) -> Option<String> {
    root.entry("apiVersion")?;
    let kind = root.entry("kind")?.value.to_json();
    kind.as_str().map(str::to_owned)
}

/// Says that a text is no values file but an object of a cluster, and where
/// such objects hold values. One message, as each of its keys is unknown.
fn kubernetes_object(root: &Node) -> Option<Diagnostic> {
    let kind = object_kind(root)?;
    let entry = root.entry("kind")?;
    let help = match kind.as_str() {
        "HelmRelease" => "give the values below `spec.values` of the HelmRelease",
        "Application" => {
            "give the values below `spec.source.helm.valuesObject` of the Argo CD Application"
        }
        _ => "give the values of the release, as `helm get values` prints them",
    };
    let message = format!("this is a Kubernetes object of kind {kind}, not a values file");
    let path = ValuePath::root().join("kind");
    Some(
        Diagnostic::error(Code::UNKNOWN_KEY, path, message)
            .at(entry.value.span)
            .help(help),
    )
}

/// What a node is, in the words of messages.
fn describe(node: &Node) -> &'static str {
    match &node.value {
        Value::Mapping(_) => "a mapping",
        Value::Sequence(_) => "a list",
        Value::Scalar(scalar) => match scalar.to_json() {
            serde_json::Value::Null => "null",
            serde_json::Value::Bool(_) => "a boolean",
            serde_json::Value::Number(_) => "a number",
            _ => "text",
        },
    }
}

#[cfg(test)]
mod tests;
