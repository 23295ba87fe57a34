//! Explanations say what rendering does.
//!
//! What an explanation says is tried out: the values are written anew without
//! a setting, or with another value, and rendered by the way that everybody
//! takes. Nothing here asks how the explanation came about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use mlflow_k8s_core::diagnostic::Code;
use mlflow_k8s_core::explain::{Cause, ExplainedField, Explainer, Explanation};
use mlflow_k8s_core::layers::{self, Layer};
use mlflow_k8s_core::manifest::ManifestSet;
use mlflow_k8s_core::path::{Segment, ValuePath};
use mlflow_k8s_core::source::Sources;
use mlflow_k8s_core::{Rules, values, yaml};
use mlflow_k8s_tests::corpus::{self, Case};
use serde_json::{Value, json};

/// A case with what it renders and why.
struct Explained {
    case: Case,
    manifests: ManifestSet,
    explanation: Explanation,
}

/// Every case that renders, explained once for all tests.
static CASES: LazyLock<Vec<Explained>> = LazyLock::new(|| {
    in_parallel(corpus::rendered(), |(case, manifests)| {
        let explainer = Explainer::new(&case.layers, &case.release);
        let explanation = explainer
            .unwrap_or_else(|| panic!("{} cannot be read", case.name))
            .finish();
        Explained {
            case,
            manifests,
            explanation,
        }
    })
});

/// Does the same with each, on all processors.
fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let items = Mutex::new(items.into_iter());
    let results = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = items.lock().expect("no panic").next();
                    let Some(item) = next else { break };
                    let result = work(item);
                    results.lock().expect("no panic").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no panic")
}

/// Runs a test of every case, and says all that it finds.
fn for_every_case(test: impl Fn(&Explained) -> Vec<String> + Sync) {
    let found: Vec<String> = in_parallel(CASES.iter().collect(), |explained| {
        let faults = test(explained).into_iter();
        let name = &explained.case.name;
        faults
            .map(|fault| format!("{name}: {fault}"))
            .collect::<Vec<_>>()
    })
    .concat();
    assert!(found.is_empty(), "{}:\n{}", found.len(), found.join("\n"));
}

/// The scalars and empty collections of a value, with their places.
fn fields(value: &Value) -> Vec<(ValuePath, &Value)> {
    fn collect<'v>(value: &'v Value, path: &ValuePath, found: &mut Vec<(ValuePath, &'v Value)>) {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    collect(value, &path.join(key.as_str()), found);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (index, value) in items.iter().enumerate() {
                    collect(value, &path.join(index), found);
                }
            }
            _ => found.push((path.clone(), value)),
        }
    }
    let mut found = Vec::new();
    collect(value, &ValuePath::root(), &mut found);
    found
}

#[test]
fn every_field_has_a_setting_or_a_reason() {
    for_every_case(|explained| {
        let Explained {
            manifests,
            explanation,
            ..
        } = explained;
        let mut faults = Vec::new();
        let expected: Vec<(usize, ValuePath, &Value)> = manifests
            .manifests()
            .iter()
            .enumerate()
            .flat_map(|(object, manifest)| {
                let fields = fields(manifest.object()).into_iter();
                fields.map(move |(path, value)| (object, path, value))
            })
            .collect();
        let explained: Vec<(usize, ValuePath, &Value)> = explanation
            .fields
            .iter()
            .map(|field| (field.object, field.path.clone(), &field.value))
            .collect();
        if expected != explained {
            faults.push(format!(
                "{} fields, not {}",
                explained.len(),
                expected.len()
            ));
        }
        for field in &explanation.fields {
            let report = explanation.report(field);
            let settings = report.settings.as_ref().map_or(0, Vec::len);
            let together = report.together.as_ref().map_or(0, Vec::len);
            let is_said = match (settings, &report.reason) {
                (0, Some(reason)) => !reason.is_empty() && together != 1,
                (_, None) => settings > 0 && together == 0,
                _ => false,
            };
            if !is_said {
                faults.push(format!("{report:?}"));
            }
        }
        faults
    });
}

#[test]
fn lines_are_those_of_the_manifests() {
    for_every_case(|explained| {
        let Explained {
            manifests,
            explanation,
            ..
        } = explained;
        let mut faults = Vec::new();
        let mut before = 0;
        for (object, manifest) in manifests.manifests().iter().enumerate() {
            // Behind its `---`.
            before += 1;
            let text = manifest.to_yaml();
            let mut sources = Sources::new();
            let name = mlflow_k8s_core::source::Origin::File("manifest".to_owned());
            let source = sources.add(name, text.clone());
            let root = yaml::read(&text, source, &mut Vec::new()).expect("YAML");
            for field in explanation
                .fields
                .iter()
                .filter(|field| field.object == object)
            {
                let (last, above) = field.path.split_last().expect("a field");
                let span = match last {
                    Segment::Key(key) => {
                        let entry = root.at(&above).and_then(|node| node.entry(key));
                        entry.expect("the field").key_span
                    }
                    Segment::Index(_) => root.at(&field.path).expect("the field").span,
                };
                let line = before + sources.location(span).expect("a place").line;
                if *field.lines.start() != line {
                    faults.push(format!(
                        "{} is in line {line}, not {:?}",
                        field.path, field.lines
                    ));
                }
                for line in field.lines.clone() {
                    let found = explanation.at_line(line).map(|found| &found.path);
                    if found != Some(&field.path) {
                        faults.push(format!("line {line} is {}, not {found:?}", field.path));
                    }
                }
            }
            before += text.matches('\n').count();
        }
        faults
    });
}

#[test]
fn comments_leave_the_data_and_the_lines_as_they_are() {
    for_every_case(|explained| {
        let Explained {
            manifests,
            explanation,
            ..
        } = explained;
        let mut faults = Vec::new();
        let documents = explanation.annotate();
        assert_eq!(documents.len(), manifests.manifests().len());
        for (annotated, manifest) in documents.iter().zip(manifests.manifests()) {
            let read: Value = serde_yaml::from_str(annotated).expect("YAML");
            if read != *manifest.object() {
                faults.push(format!("other data:\n{annotated}"));
            }
            let plain = manifest.to_yaml();
            let lines: Vec<&str> = plain.lines().collect();
            let commented: Vec<&str> = annotated.lines().collect();
            let same = lines.len() == commented.len()
                && lines.iter().zip(&commented).all(|(line, commented)| {
                    let rest = commented.strip_prefix(line);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" # "))
                });
            if !same {
                faults.push(format!("other lines:\n{annotated}"));
            }
        }
        faults
    });
}

/// Values as they were merged, to be changed and rendered again.
struct Trial<'c> {
    case: &'c Case,
    merged: Value,
}

impl<'c> Trial<'c> {
    /// `None` for values that mean something else when they are written anew:
    /// those with a bare `yes` for a text.
    fn new(case: &'c Case, base: &'c ManifestSet) -> Option<Self> {
        let merged = layers::merge(&case.layers, &mut Vec::new())
            .merged
            .to_json();
        let trial = Self { case, merged };
        let again = trial.render(&trial.merged).ok().flatten();
        again.is_some_and(|again| again == *base).then_some(trial)
    }

    /// What is rendered, if it is not refused; the error is that nothing can
    /// be, for want of a store.
    fn render(&self, values: &Value) -> Result<Option<ManifestSet>, Required> {
        let layer = Layer::File {
            name: "values.yaml".to_owned(),
            text: values.to_string(),
        };
        let outcome = mlflow_k8s_core::render(&[layer], &self.case.release, &Rules::Skip);
        let mut found = outcome.diagnostics.iter();
        if found.any(|found| found.code == Code::MISSING_BACKEND_STORE) {
            return Err(Required);
        }
        Ok(outcome.manifests)
    }

    /// What comes of every way to take settings away or to change them, as
    /// far as it is accepted.
    fn variations(
        &self,
        paths: &[&ValuePath],
    ) -> impl Iterator<Item = Result<ManifestSet, Required>> {
        let ways = paths
            .iter()
            .map(|path| other_values(self.merged.at(path)).len() + 1)
            .max()
            .unwrap_or(0);
        let changed = move |way: usize| {
            let mut values = self.merged.clone();
            for path in paths {
                let others = other_values(self.merged.at(path));
                match way.checked_sub(1).map(|way| way.min(others.len() - 1)) {
                    None => remove(&mut values, path),
                    Some(way) => {
                        let other = others.get(way)?;
                        // Volumes and their mounts have the same names.
                        replace(&mut values, path, self.merged.at(path), other);
                    }
                }
            }
            self.render(&values).transpose()
        };
        (0..ways).filter_map(changed)
    }
}

/// Without the setting nothing is rendered.
struct Required;

/// Writes another value at a place, and where else a name stands in a list.
fn replace(values: &mut Value, path: &ValuePath, old: &Value, new: &Value) {
    let is_name = |path: &ValuePath| {
        let segments = path.segments();
        segments.last() == Some(&Segment::from("name"))
            && segments
                .iter()
                .any(|segment| matches!(segment, Segment::Index(_)))
    };
    let mut places = vec![path.clone()];
    if is_name(path) {
        let fields = fields(values).into_iter();
        let same = fields.filter(|(place, value)| is_name(place) && *value == old);
        places.extend(same.map(|(place, _)| place));
    }
    for place in places {
        if let Some(value) = values.at_mut(&place) {
            value.clone_from(new);
        }
    }
}

trait At {
    fn at(&self, path: &ValuePath) -> &Value;
    fn at_mut(&mut self, path: &ValuePath) -> Option<&mut Value>;
}

impl At for Value {
    fn at(&self, path: &ValuePath) -> &Value {
        path.segments()
            .iter()
            .fold(self, |value, segment| match segment {
                Segment::Key(key) => &value[key],
                Segment::Index(index) => &value[*index],
            })
    }

    fn at_mut(&mut self, path: &ValuePath) -> Option<&mut Value> {
        path.segments()
            .iter()
            .try_fold(self, |value, segment| match segment {
                Segment::Key(key) => value.get_mut(key),
                Segment::Index(index) => value.get_mut(*index),
            })
    }
}

/// Takes an entry out of a mapping; a list of the defaults, which would come
/// back, is emptied.
fn remove(values: &mut Value, path: &ValuePath) {
    let Some((Segment::Key(key), above)) = path.split_last() else {
        return;
    };
    let default = values::default_tree().and_then(|defaults| defaults.at(path));
    let is_default = default.is_some_and(|node| node.to_json() == *values.at(path));
    let Some(Value::Object(entries)) = values.at_mut(&above) else {
        return;
    };
    let is_list = entries.get(key).is_some_and(Value::is_array);
    entries.remove(key);
    if is_default && is_list {
        entries.insert(key.clone(), json!([]));
    }
}

/// Values that a setting could have instead.
fn other_values(value: &Value) -> Vec<Value> {
    const WORDS: &[&str] = &[
        "RollingUpdate",
        "Recreate",
        "Always",
        "Never",
        "NodePort",
        "ClusterIP",
        "Exact",
        "ImplementationSpecific",
        "ReadWriteOnce",
        "ReadWriteMany",
        "ReadOnlyMany",
        "RequestHeaderModifier",
        "Path",
        "Owner",
        "Retain",
        "DoesNotExist",
        "RegularExpression",
        "Orphan",
        "Merge",
        "POST",
        "TCP",
        "Equal",
        "Exists",
        "NoSchedule",
    ];
    let texts = |text: &str| {
        let mut digits: Vec<Value> = Vec::new();
        if let Some(position) = text.find(|character: char| character.is_ascii_digit()) {
            // 10Gi becomes 110Gi, v3.17.2 becomes v13.17.2.
            digits.push(json!(format!(
                "{}1{}",
                &text[..position],
                &text[position..]
            )));
        }
        [json!(format!("{text}x")), json!(format!("x{text}"))]
            .into_iter()
            .chain(digits)
            .chain([
                json!("x.example.com"),
                json!("x"),
                json!("1h"),
                json!("postgresql://x:1/x"),
            ])
            .chain(WORDS.iter().map(|word| json!(word)))
            .collect::<Vec<_>>()
    };
    let mut others = match value {
        Value::Null => vec![json!(1), json!(true), json!("x"), json!(80)],
        Value::Bool(value) => vec![json!(!value)],
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            vec![
                json!(number.saturating_add(1)),
                json!(number.saturating_sub(1)),
                json!(80),
            ]
        }
        Value::String(text) => texts(text),
        // By the names of Kubernetes' strategies, the one mapping that decides something empty.
        Value::Object(_) => vec![
            json!({}),
            json!({"type": "Recreate"}),
            json!({"type": "RollingUpdate"}),
        ],
        Value::Array(_) => vec![json!([])],
    };
    others.retain(|other| other != value);
    others
}

/// How often each field stands in objects of its kind, whatever its place in
/// a list; and each element of a list.
#[derive(Default, PartialEq)]
struct Census {
    fields: BTreeMap<String, usize>,
    elements: BTreeMap<String, usize>,
    lengths: BTreeMap<String, usize>,
}

impl Census {
    fn of(manifests: &ManifestSet) -> Self {
        let mut census = Self::default();
        for manifest in manifests.manifests() {
            census.count(manifest.object(), manifest.kind());
        }
        census
    }

    fn count(&mut self, value: &Value, place: &str) {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    self.count(value, &format!("{place}/{key}"));
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let place = format!("{place}[]");
                *self.lengths.entry(place.clone()).or_default() += items.len();
                for item in items {
                    *self.elements.entry(format!("{place} {item}")).or_default() += 1;
                    self.count(item, &place);
                }
            }
            _ => *self.fields.entry(format!("{place} {value}")).or_default() += 1,
        }
    }
}

/// Whether a field is not there any more: there are fewer of its place and
/// value; or the list that it is in has become longer or shorter, and its
/// element is gone.
fn is_gone(base: &Census, field: &ExplainedField, manifests: &ManifestSet, other: &Census) -> bool {
    let manifest = &manifests.manifests()[field.object];
    let mut place = manifest.kind().to_owned();
    let mut innermost = None;
    let mut value = manifest.object();
    for segment in field.path.segments() {
        match segment {
            Segment::Key(key) => {
                place = format!("{place}/{key}");
                value = &value[key];
            }
            Segment::Index(index) => {
                place = format!("{place}[]");
                value = &value[*index];
                innermost = Some((place.clone(), format!("{place} {value}")));
            }
        }
    }
    let fewer = |base: &BTreeMap<String, usize>, other: &BTreeMap<String, usize>, key: &str| {
        other.get(key).copied().unwrap_or_default() < base[key]
    };
    fewer(&base.fields, &other.fields, &format!("{place} {value}"))
        || innermost.is_some_and(|(list, element)| {
            other.lengths.get(&list) != base.lengths.get(&list)
                && fewer(&base.elements, &other.elements, &element)
        })
}

/// The settings that an explanation names, and the fields that each is said to decide.
fn named(explanation: &Explanation) -> BTreeMap<Vec<&ValuePath>, Vec<&ExplainedField>> {
    let mut named: BTreeMap<Vec<&ValuePath>, Vec<&ExplainedField>> = BTreeMap::new();
    for field in &explanation.fields {
        match &field.cause {
            Cause::Settings(settings) => {
                for setting in settings {
                    named.entry(vec![&setting.path]).or_default().push(field);
                }
            }
            Cause::Together(settings) => {
                let paths = settings.iter().map(|setting| &setting.path).collect();
                named.entry(paths).or_default().push(field);
            }
            _ => {}
        }
    }
    named
}

/// Fields that stay as they are, whatever happens to the settings that are
/// said to be behind them.
fn unmoved(explained: &Explained, is_tried: impl Fn(&ValuePath) -> bool) -> Vec<String> {
    let Explained {
        case,
        manifests: base,
        explanation,
    } = explained;
    let Some(trial) = Trial::new(case, base) else {
        return Vec::new();
    };
    let census = Census::of(base);
    let mut faults = Vec::new();
    for (paths, mut fields) in named(explanation) {
        if !paths.iter().any(|path| is_tried(path)) {
            continue;
        }
        let mut accepted = 0;
        for other in trial.variations(&paths) {
            accepted += 1;
            match other {
                Ok(other) => {
                    let other = Census::of(&other);
                    fields.retain(|field| !is_gone(&census, field, base, &other));
                }
                Err(Required) => fields.clear(),
            }
            if fields.is_empty() {
                break;
            }
        }
        let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
        for field in fields {
            faults.push(format!(
                "{} is not behind {} {} ({accepted} variations)",
                paths.join(" with "),
                base.manifests()[field.object].kind(),
                field.path
            ));
        }
    }
    faults
}

/// Whether a user wrote it.
fn written(case: &Case) -> impl Fn(&ValuePath) -> bool {
    let user = layers::merge(&case.layers, &mut Vec::new()).user;
    move |path| user.at(path).is_some()
}

#[test]
fn settings_of_the_user_change_the_fields_that_they_are_behind() {
    for_every_case(|explained| unmoved(explained, written(&explained.case)));
}

#[test]
fn settings_of_the_defaults_change_the_fields_that_they_are_behind() {
    // The same of all cases, more or less.
    let chosen = [
        "preset/quickstart",
        "preset/production",
        "conformance/gc-basic",
    ];
    for_every_case(|explained| {
        if chosen.contains(&explained.case.name.as_str()) {
            unmoved(explained, |_| true)
        } else {
            Vec::new()
        }
    });
}

/// A setting without which a field has another value is named, or one within it.
#[test]
fn nothing_that_changes_a_field_is_left_out() {
    for_every_case(|explained| {
        let Explained {
            case,
            manifests: base,
            explanation,
        } = explained;
        let Some(trial) = Trial::new(case, base) else {
            return Vec::new();
        };
        let is_written = written(case);
        let settings = fields(&trial.merged);
        let mut faults = Vec::new();
        for (path, _) in settings.iter().filter(|(path, _)| {
            let in_list = |segment: &Segment| matches!(segment, Segment::Index(_));
            is_written(path) && !path.segments().iter().any(in_list)
        }) {
            let mut values = trial.merged.clone();
            remove(&mut values, path);
            let Ok(Some(other)) = trial.render(&values) else {
                continue;
            };
            for field in &explanation.fields {
                let manifest = &base.manifests()[field.object];
                let other = other.manifests().iter().find(|other| {
                    other.kind() == manifest.kind() && other.name() == manifest.name()
                });
                let Some(other) = other else { continue };
                // Elsewhere it could be another element.
                if lengths(other.object()) != lengths(manifest.object()) {
                    continue;
                }
                let is_same = other.object().at(&field.path) == &field.value;
                let mut named = field.cause.settings().iter();
                if !is_same && !named.any(|setting| path.contains(&setting.path)) {
                    faults.push(format!(
                        "{path} is behind {} {}",
                        manifest.kind(),
                        field.path
                    ));
                }
            }
        }
        faults
    });
}

/// The places of an object's lists, with their lengths.
fn lengths(value: &Value) -> BTreeSet<String> {
    fields(value)
        .into_iter()
        .filter_map(|(path, _)| {
            let segments = path.segments().to_vec();
            let index = segments
                .iter()
                .rposition(|segment| matches!(segment, Segment::Index(_)));
            index.map(|index| ValuePath::from(segments[..=index].to_vec()).to_string())
        })
        .collect()
}

#[test]
fn every_section_renders_something() {
    // What it sets is what the checks ignore.
    const NOTHING: &[&str] = &["x-mlflow-k8s"];
    let first = |path: &ValuePath| match path.segments().first() {
        Some(Segment::Key(key)) => key.clone(),
        _ => String::new(),
    };
    let rendering: BTreeSet<String> = CASES
        .iter()
        .flat_map(|explained| &explained.explanation.fields)
        .flat_map(|field| field.cause.settings())
        .map(|setting| first(&setting.path))
        .collect();
    let defaults = values::default_tree().expect("defaults").to_json();
    let silent: Vec<&String> = defaults
        .as_object()
        .expect("a mapping")
        .keys()
        .filter(|key| !rendering.contains(*key))
        .collect();
    assert_eq!(silent, NOTHING);
}
