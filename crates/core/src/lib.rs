//! Kubernetes manifests for an MLflow tracking server, from values that are a
//! superset of the official Helm chart's.

mod check;
pub mod commands;
mod depends;
pub mod diagnostic;
pub mod diagram;
pub mod document;
pub mod explain;
pub mod fix;
pub mod kind;
pub mod kubernetes;
pub mod layers;
pub mod manifest;
pub mod path;
pub mod presets;
pub mod redact;
mod references;
pub mod release;
mod render;
mod resolve;
pub mod rules;
pub mod settings;
pub mod source;
pub mod values;
pub mod yaml;

pub use resolve::{ActiveFeature, Feature};

use diagnostic::{Code, Diagnostic};
use layers::Layer;
use manifest::ManifestSet;
use release::Release;
use source::Sources;
use yaml::Node;

/// What came of one run of the pipeline.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Every text that took part; the findings' spans point into it.
    pub sources: Sources,
    /// Every finding, errors first, then by place.
    pub diagnostics: Vec<Diagnostic>,
    /// What rules found that the values or [`Rules::Except`] ignore.
    pub silenced: Vec<Diagnostic>,
    /// The values that were rendered, defaults included; each node's place says
    /// who wrote it.
    pub merged: Node,
    /// Whether every layer could be read; `merged` lacks what could not.
    pub all_read: bool,
    /// The features that are on, as far as the values show it.
    pub features: Vec<ActiveFeature>,
    /// The objects, unless a finding is an error.
    pub manifests: Option<ManifestSet>,
}

/// Which cross-field rules run. Rendering's own needs are always checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Rules {
    /// All but those that the values ignore (`x-mlflow-k8s.ignore`).
    #[default]
    Run,
    /// All but these and those that the values ignore (`--ignore`).
    Except(Vec<Code>),
    /// None (`--no-check`).
    Skip,
}

/// Renders a release from layers of values.
pub fn render(layers: &[Layer], release: &Release, rules: &Rules) -> Outcome {
    let mut diagnostics = Vec::new();
    let (sources, merged) = layers::merge_only(layers, &mut diagnostics);
    // What an unreadable layer would have said is not known, so nothing is
    // said about what is missing.
    let all_read = !diagnostic::has_errors(&diagnostics);
    let (values, left_out) = values::read(&merged, &mut diagnostics);
    let resolved = resolve::resolve(&values, release);

    let mut findings = Vec::new();
    if all_read {
        findings = check::check(&values, &resolved, release, &merged);
    }
    let mut silenced = Vec::new();
    if all_read {
        let by_values = check::ignored_rules(&values, &merged, &mut findings);
        let ignored = match rules {
            Rules::Skip => None,
            Rules::Run => Some(by_values),
            Rules::Except(codes) => Some([by_values.as_slice(), codes].concat()),
        };
        if let Some(ignored) = ignored {
            let found = rules::run(&values, &resolved, release, &merged, &ignored);
            findings.extend(found.diagnostics);
            silenced = found.silenced;
        }
    }
    let stands_alone =
        |finding: &Diagnostic| !depends::follows_from(&left_out, finding.code, &finding.path);
    diagnostics.extend(findings.into_iter().filter(stands_alone));
    silenced.retain(stands_alone);
    sort(&mut diagnostics);
    sort(&mut silenced);

    let manifests = (!diagnostic::has_errors(&diagnostics))
        .then(|| render::render(&resolved, resolved.site(&values)));
    Outcome {
        sources,
        diagnostics,
        silenced,
        merged,
        all_read,
        features: resolved.features(),
        manifests,
    }
}

/// Errors first, then by the place in the text.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| {
        let place = diagnostic.span.map(|span| (span.source, span.start));
        (diagnostic.severity, place.is_none(), place)
    });
}

/// The README's example of the library, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
