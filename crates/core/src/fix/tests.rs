use super::*;
use crate::diagnostic::Severity;

const STORES: &str = "\
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
";

fn file(name: &str, text: impl Into<String>) -> Layer {
    Layer::File {
        name: name.to_owned(),
        text: text.into(),
    }
}

fn fixed(layers: &[Layer]) -> FixReport {
    apply_fixes(layers, &Release::default(), &Rules::Run, &|finding| {
        finding.severity <= Severity::Warning
    })
}

/// The file's text after its fixes.
fn text<'m>(fixed: &'m FixReport, name: &str) -> &'m str {
    files(&fixed.layers)
        .find(|(file, _)| *file == name)
        .unwrap()
        .1
}

fn reasons(fixed: &FixReport) -> Vec<String> {
    fixed
        .refused
        .iter()
        .map(|refused| refused.reason.to_string())
        .collect()
}

#[test]
fn a_fix_goes_to_the_file_that_said_it() {
    let base = "server:\n  staticPrefix: mlflow/ # wrong\n";
    let over = "service: # of production\n  port: 80\n";
    let fixed = fixed(&[file("s", STORES), file("base", base), file("over", over)]);
    assert_eq!(
        text(&fixed, "base"),
        "server:\n  staticPrefix: /mlflow # wrong\n"
    );
    assert_eq!(text(&fixed, "over"), over);
    assert_eq!(fixed.applied[0].files, ["base"]);
    assert!(fixed.outcome.manifests.is_some());
}

#[test]
fn the_last_one_who_said_it_is_corrected() {
    let base = "server: {staticPrefix: /good}\n";
    let over = "server: {staticPrefix: bad/}\n";
    let fixed = fixed(&[file("s", STORES), file("base", base), file("over", over)]);
    assert_eq!(text(&fixed, "base"), base);
    assert_eq!(text(&fixed, "over"), "server: {staticPrefix: '/bad'}\n");
}

#[test]
fn what_is_missing_goes_beside_its_siblings() {
    let base = "garbageCollection:\n  enabled: true\n";
    let fixed = fixed(&[file("base", base), file("s", STORES)]);
    assert_eq!(text(&fixed, "base"), format!("{base}  olderThan: 30d\n"));
    assert_eq!(text(&fixed, "s"), STORES);
}

#[test]
fn what_is_missing_with_its_section_goes_to_the_last_file() {
    let flag = Layer::Set("garbageCollection.enabled=true".to_owned());
    let fixed = fixed(&[file("s", STORES), file("over", "# mine\n"), flag]);
    assert_eq!(text(&fixed, "s"), STORES);
    assert_eq!(
        text(&fixed, "over"),
        "# mine\ngarbageCollection:\n  olderThan: 30d\n"
    );
}

#[test]
fn a_renamed_key_stays_in_its_file() {
    let base = format!("servr:\n  staticPrefix: /a\n{STORES}");
    let fixed = fixed(&[
        file("base", base),
        file("over", "image: {tag: v3.17.2-full}\n"),
    ]);
    let expected = format!("server:\n  staticPrefix: /a\n{STORES}");
    assert_eq!(
        yaml_of(text(&fixed, "base")),
        yaml_of(&expected),
        "{}",
        text(&fixed, "base")
    );
}

fn yaml_of(text: &str) -> Option<serde_json::Value> {
    tree(&Document::new(text))
}

#[test]
fn a_removed_setting_does_not_come_back_from_another_file() {
    let twice = "metrics: {enabled: true}\nserver: {value_options: {expose_prometheus: /m}}\n";
    let fixed = fixed(&[file("s", STORES), file("a", twice), file("b", twice)]);
    assert_eq!(fixed.applied[0].files, ["a", "b"]);
    for name in ["a", "b"] {
        assert_eq!(
            text(&fixed, name),
            "metrics: {enabled: true}\nserver: {value_options: {}}\n"
        );
    }
}

#[test]
fn what_a_flag_says_is_told() {
    let flag = Layer::Set("server.staticPrefix=bad/".to_owned());
    let fixed_flag = fixed(&[file("s", STORES), flag]);
    assert_eq!(text(&fixed_flag, "s"), STORES);
    assert_eq!(
        reasons(&fixed_flag),
        ["`server.staticPrefix` is set with `--set`, which overrides every file; change the flag"]
    );
    let options = Layer::Set("server.value_options.expose_prometheus=/m".to_owned());
    let on = file("s", format!("{STORES}metrics: {{enabled: true}}\n"));
    assert_eq!(
        reasons(&fixed(&[on, options])),
        [
            "`server.value_options.expose_prometheus` is set with `--set`, which overrides every \
             file; change the flag"
        ]
    );
}

/// What comes of one fix, whatever found it.
fn applied(layers: &[Layer], edits: Vec<Edit>) -> Result<(Vec<Layer>, Vec<String>), Refusal> {
    let fix = Fix {
        title: "Do it".to_owned(),
        edits,
        then: None,
    };
    let finding = Diagnostic::error(Code::INVALID_VALUE, ValuePath::root(), "it is wrong");
    let outcome = crate::render(layers, &Release::default(), &Rules::Skip);
    apply(layers, &outcome, &finding, &fix)
}

fn path(text: &str) -> ValuePath {
    ValuePath::parse(text).unwrap()
}

#[test]
fn what_a_preset_says_is_overruled_or_told() {
    let layers = [
        Layer::Preset("monitoring".to_owned()),
        file("a", "# mine\n"),
    ];
    let off = vec![Edit::set(&path("metrics.enabled"), false)];
    let (fixed, files) = applied(&layers, off).unwrap();
    assert_eq!(files, ["a"]);
    assert_eq!(fixed[1], file("a", "# mine\nmetrics:\n  enabled: false\n"));
    let gone = vec![Edit::remove(&path("metrics.enabled"))];
    assert_eq!(
        applied(&layers, gone).unwrap_err().to_string(),
        "`metrics.enabled` comes from the preset `monitoring`; write the preset to a file with \
         `mlflow-k8s values --preset monitoring > values.yaml`, and change that file"
    );
}

#[test]
fn a_list_is_not_hidden_by_a_part_of_it() {
    let layers = [Layer::Preset("ingress".to_owned()), file("a", "# mine\n")];
    let host = vec![Edit::set(&path("ingress.hosts[0].host"), "x.example")];
    let refused = applied(&layers, host).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Preset { preset, .. } if preset == "ingress"),
        "{refused}"
    );
}

#[test]
fn a_text_that_cannot_be_read_stays_as_it_is() {
    let broken = "server: {staticPrefix: a/}\nserver: {}\n";
    let fixed = fixed(&[file("a", broken), file("b", "image: {tag: 3.10}\n")]);
    assert_eq!(text(&fixed, "a"), broken);
    assert_eq!(text(&fixed, "b"), "image: {tag: '3.10'}\n");
}

#[test]
fn each_entry_of_a_list_is_removed() {
    let ignore = format!("{STORES}x-mlflow-k8s:\n  ignore: [MK102, MK101, MK702, MK999]\n");
    let fixed = fixed(&[file("a", ignore)]);
    assert_eq!(
        text(&fixed, "a"),
        format!("{STORES}x-mlflow-k8s:\n  ignore: [MK702]\n")
    );
    assert_eq!(fixed.applied.len(), 3);
}

#[test]
fn hints_are_matters_of_taste() {
    for (_, rule) in crate::rules::catalogue() {
        if rule.severity != Severity::Hint || !rule.page.fixed.is_empty() {
            continue;
        }
        let layers = [file("a", rule.page.example)];
        assert_eq!(
            text(&fixed(&layers), "a"),
            rule.page.example,
            "{}",
            rule.code
        );
        let with_hints = apply_fixes(&layers, &Release::default(), &Rules::Run, &|_| true);
        assert_ne!(text(&with_hints, "a"), rule.page.example, "{}", rule.code);
    }
}

#[test]
fn every_example_is_fixed_as_its_page_says() {
    for (_, rule) in crate::rules::catalogue() {
        if rule.severity == Severity::Hint || !rule.page.fixed.is_empty() {
            continue;
        }
        let fixed = fixed(&[file("a", rule.page.example)]);
        assert_eq!(
            Some(text(&fixed, "a")),
            crate::rules::fixed_example(rule).as_deref(),
            "{}: {:?}",
            rule.code,
            fixed.refused
        );
    }
}

#[test]
fn a_renamed_key_keeps_its_comment() {
    let values = STORES.replace(
        "  artifactsDestination: /mlflow/artifacts\n",
        "  artifactDestination: /mlflow/artifacts # where they are kept\n",
    );
    let once = fixed(&[file("a", values.as_str())]);
    let expected = values.replace("artifactDestination", "artifactsDestination");
    assert_eq!(text(&once, "a"), expected);
    // From one file to another there is no line to keep it on.
    let root =
        "mlflow: # stores\n  defaultArtifactRoot: /mlflow/artifacts # where clients upload\n";
    let stores = STORES.replace("  artifactsDestination: /mlflow/artifacts\n", "");
    let twice = fixed(&[file("a", stores), file("b", root)]);
    assert_eq!(
        text(&twice, "b"),
        "mlflow: # stores\n  artifactsDestination: /mlflow/artifacts # where clients upload\n"
    );
}
