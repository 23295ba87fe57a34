//! A link that the author of a page writes by hand: a preset, and settings as
//! `--set` takes them.
//!
//! `?preset=NAME&set=KEY=VALUE&set=…`, or the same after `#`, which browsers
//! never send. What a link says is data: it becomes the text of a values file,
//! which then goes through the same checks as any other text.

use crate::edit;
use crate::share::Shared;
use crate::tab::Tab;
use mlflow_k8s_core::diagnostic::Diagnostic;
use mlflow_k8s_core::layers::{Layer, Layered, merge};
use mlflow_k8s_core::presets::{PRESETS, preset};
use serde_json::Value as Json;

/// The preset of a first visit, and of a link that names none.
pub const FIRST_PRESET: &str = "quickstart";

/// Servers refuse longer addresses by default: nginx gives a request line 8 KiB.
const MAX_LINK: usize = 8 * 1024;
/// An index of a list is a few bytes that ask for many elements, and each value
/// is an edit of the text. With this bound the slowest link opens in a second.
const MAX_VALUES: usize = 500;
/// How many characters of a link a message repeats.
const MAX_QUOTE: usize = 60;

/// The names that make an address such a link. `tab` does not: alone it is how
/// the page keeps its tab.
const PARAMETERS: [&str; 5] = ["preset", "set", "set-string", "release", "namespace"];

/// Why a link opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValuesLinkError {
    /// It is longer than any author writes.
    #[error("This link is longer than {MAX_LINK} bytes, so it was not opened.")]
    TooLong,
    /// One of its parameters can only stand once.
    #[error("This link gives `{0}` twice, so it was not opened.")]
    Twice(&'static str),
    /// It has a parameter that does not exist.
    #[error(
        "This link has the unknown parameter `{0}`, so it was not opened. A link can have `preset`, \
         `set`, `set-string`, `release`, `namespace` and `tab`."
    )]
    UnknownParameter(String),
    /// No preset has this name.
    #[error("This link names the preset `{0}`, which does not exist. The presets are: {names}.",
            names = preset_names())]
    UnknownPreset(String),
    /// No tab has this name.
    #[error("This link names the tab `{0}`, which does not exist. The tabs are: {names}.",
            names = tab_names())]
    UnknownTab(String),
    /// A setting that the command line would not take either.
    #[error("This link was not opened, because of `{expression}`: {message}.")]
    Setting {
        /// The parameter and what it sets.
        expression: String,
        /// What is wrong with it, as the command line says it.
        message: String,
    },
    /// It sets more than any author writes.
    #[error("This link sets more than {MAX_VALUES} values, so it was not opened.")]
    TooMany,
}

fn preset_names() -> String {
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    names.join(", ")
}

fn tab_names() -> String {
    Tab::ALL.map(Tab::id).join(", ")
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Linked {
    /// The values, and what is chosen beside them.
    pub work: Shared,
    /// The tab to show.
    pub tab: Option<Tab>,
}

/// The work that a query (`?preset=…`) asks for; `None` when it asks for none.
///
/// Parameters with other names are ignored: sites add their own to a query.
///
/// ```
/// use mlflow_k8s_configurator::values_link::in_query;
///
/// let linked = in_query("?embed=1&preset=quickstart&set=storage.size=50Gi").unwrap()?;
/// assert!(linked.work.text.contains("size: 50Gi"));
/// # Ok::<(), mlflow_k8s_configurator::values_link::ValuesLinkError>(())
/// ```
pub fn in_query(query: &str) -> Option<Result<Linked, ValuesLinkError>> {
    let pairs = pairs(query, '?')?;
    Some(pairs.and_then(|pairs| {
        let known = pairs.into_iter();
        ValuesLink::of(known.filter(|(name, _)| is_parameter(name) || name == "tab"))?.open()
    }))
}

/// The work that a fragment (`#preset=…`) asks for; `None` when it asks for none.
///
/// A fragment is ours alone, so that an unknown name in it is a mistake.
pub fn in_fragment(fragment: &str) -> Option<Result<Linked, ValuesLinkError>> {
    let pairs = pairs(fragment, '#')?;
    Some(pairs.and_then(|pairs| ValuesLink::of(pairs.into_iter())?.open()))
}

fn is_parameter(name: &str) -> bool {
    PARAMETERS.contains(&name)
}

/// The decoded parameters; `None` when none of them is of such a link.
fn pairs(text: &str, mark: char) -> Option<Result<Vec<(String, String)>, ValuesLinkError>> {
    let text = text.strip_prefix(mark).unwrap_or(text);
    let decoded = || form_urlencoded::parse(text.as_bytes());
    if !decoded().any(|(name, _)| is_parameter(&name)) {
        return None;
    }
    if text.len() > MAX_LINK {
        return Some(Err(ValuesLinkError::TooLong));
    }
    let pairs = decoded().map(|(name, value)| (name.into_owned(), value.into_owned()));
    Some(Ok(pairs.collect()))
}

/// What a link says.
#[derive(Debug, Default)]
struct ValuesLink {
    preset: Option<String>,
    settings: Vec<Layer>,
    release: Option<String>,
    namespace: Option<String>,
    tab: Option<String>,
}

impl ValuesLink {
    fn of(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, ValuesLinkError> {
        let mut link = Self::default();
        for (name, value) in pairs {
            let (name, place) = match name.as_str() {
                "preset" => ("preset", &mut link.preset),
                "release" => ("release", &mut link.release),
                "namespace" => ("namespace", &mut link.namespace),
                "tab" => ("tab", &mut link.tab),
                "set" => {
                    link.settings.push(Layer::Set(value));
                    continue;
                }
                "set-string" => {
                    link.settings.push(Layer::SetString(value));
                    continue;
                }
                _ => return Err(ValuesLinkError::UnknownParameter(quoted(&name))),
            };
            if place.replace(value).is_some() {
                return Err(ValuesLinkError::Twice(name));
            }
        }
        Ok(link)
    }

    /// Its preset's text with its settings written into it, comments kept.
    fn open(self) -> Result<Linked, ValuesLinkError> {
        let name = self.preset.as_deref().unwrap_or(FIRST_PRESET);
        let Some(preset) = preset(name) else {
            return Err(ValuesLinkError::UnknownPreset(quoted(name)));
        };
        let tab = match &self.tab {
            None => None,
            Some(id) => {
                Some(Tab::by_id(id).ok_or_else(|| ValuesLinkError::UnknownTab(quoted(id)))?)
            }
        };
        let mut layers = self.settings;
        layers.push(Layer::Preset(preset.name.to_owned()));
        let mut faults = Vec::new();
        let layered = merge(&layers, &mut faults);
        if let Some(fault) = faults.first() {
            return Err(refused(fault, &layered));
        }
        let wanted = layered.user.to_json();
        if count(&wanted) > MAX_VALUES {
            return Err(ValuesLinkError::TooMany);
        }
        // A preset has no anchors and no duplicate keys, so every edit of it can
        // be made; a test holds this for each preset.
        let text = edit::write_values(preset.values, &wanted).map_err(|error| {
            ValuesLinkError::Setting {
                expression: format!("preset={}", preset.name),
                message: error.to_string(),
            }
        })?;
        let work = Shared {
            text,
            release: self.release,
            namespace: self.namespace,
            ..Shared::default()
        };
        Ok(Linked { work, tab })
    }
}

fn refused(fault: &Diagnostic, layered: &Layered) -> ValuesLinkError {
    let source = fault
        .span
        .and_then(|span| layered.sources.get(span.source))
        .map(|source| {
            // The option `--set` is the parameter `set`.
            let option = source.origin.to_string();
            format!("{}={}", option.trim_start_matches('-'), source.text)
        });
    ValuesLinkError::Setting {
        expression: quoted(&source.unwrap_or_default()),
        message: message(fault),
    }
}

/// How many scalars and empty collections a tree has.
fn count(tree: &Json) -> usize {
    match tree {
        Json::Array(items) if !items.is_empty() => items.iter().map(count).sum(),
        Json::Object(entries) if !entries.is_empty() => entries.values().map(count).sum(),
        _ => 1,
    }
}

fn message(fault: &Diagnostic) -> String {
    match &fault.help {
        Some(help) => format!("{}; {help}", fault.message),
        None => fault.message.clone(),
    }
}

/// The beginning of a text, without what would end the quotation or a line.
fn quoted(text: &str) -> String {
    let clean = |c: char| if c.is_control() || c == '`' { ' ' } else { c };
    let mut quote: String = text.chars().take(MAX_QUOTE).map(clean).collect();
    if text.chars().nth(MAX_QUOTE).is_some() {
        quote.push('…');
    }
    quote
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{View, render};
    use mlflow_k8s_core::document::Document;
    use proptest::prelude::*;

    fn opened(link: &str) -> Shared {
        match in_fragment(link).expect(link) {
            Ok(linked) => linked.work,
            Err(error) => panic!("{link}: {error}"),
        }
    }

    fn refusal(link: &str) -> ValuesLinkError {
        match in_fragment(link).expect(link) {
            Ok(linked) => panic!("{link} opens:\n{}", linked.work.text),
            Err(error) => error,
        }
    }

    #[test]
    fn a_link_means_what_the_command_line_means() {
        for preset in PRESETS {
            for settings in [
                "storage.size=50Gi",
                "image.tag=3.10",
                "ingress.enabled=true,ingress.hosts[0].host=mlflow.example.com",
                "server.flag_options={enable_workspaces,no_serve_artifacts}",
                "podAnnotations.example\\.com/team=ml",
                "resources.limits=null",
                "env[0].name=A,env[0].value=b",
                "mlflow.backendStoreUri=postgresql://u@db/mlflow",
            ] {
                let work = opened(&form("#", &[("preset", preset.name), ("set", settings)]));
                let layers = [
                    Layer::Preset(preset.name.to_owned()),
                    Layer::Set(settings.to_owned()),
                ];
                let meant = merge(&layers, &mut Vec::new()).user.to_json();
                let written = Document::new(work.text.as_str()).root().unwrap().to_json();
                assert_eq!(written, meant, "{} {settings}\n{}", preset.name, work.text);
            }
        }
    }

    /// A link of these parameters, encoded as a browser does it.
    fn form(mark: &str, pairs: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(mark.to_owned());
        form.extend_pairs(pairs);
        form.finish().replacen(&format!("{mark}&"), mark, 1)
    }

    #[test]
    fn the_comments_of_the_preset_stay() {
        let quickstart = preset("quickstart").unwrap().values;
        let work = opened("#preset=quickstart&set=storage.size=50Gi");
        let comments = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.contains('#'));
            lines.map(str::to_owned).collect()
        };
        assert!(!comments(quickstart).is_empty());
        assert_eq!(comments(&work.text), comments(quickstart));
        assert_eq!(opened("#preset=quickstart").text, quickstart);
    }

    #[test]
    fn a_link_without_a_preset_starts_with_the_first_one() {
        let first = preset(FIRST_PRESET).unwrap().values;
        assert_eq!(opened("#release=a&namespace=b").text, first);
        let target = opened("#release=a&namespace=b").target();
        assert_eq!(
            (target.name.as_str(), target.namespace.as_str()),
            ("a", "b")
        );
    }

    #[test]
    fn other_addresses_are_no_such_links() {
        for fragment in ["", "#", "#tab=values", "#v1=abc", "#settings", "#%00=%ff"] {
            assert_eq!(in_fragment(fragment), None, "{fragment}");
        }
        for query in ["", "?", "?embed=1", "?embed=1&theme=dark&presets=tls"] {
            assert_eq!(in_query(query), None, "{query}");
        }
    }

    #[test]
    fn a_query_may_hold_what_others_add_and_a_fragment_may_not() {
        let work = in_query("?utm_source=docs&embed=1&preset=tls").unwrap();
        assert_eq!(work.unwrap().work.text, preset("tls").unwrap().values);
        assert_eq!(
            refusal("#preset=tls&sets=a=b"),
            ValuesLinkError::UnknownParameter("sets".to_owned())
        );
    }

    #[test]
    fn a_link_can_choose_the_tab() {
        for link in [
            "?preset=tls&tab=commands",
            "?tab=commands&set=replicaCount=1",
        ] {
            let linked = in_query(link).unwrap().unwrap();
            assert_eq!(linked.tab, Some(Tab::Commands));
        }
        assert_eq!(in_query("?preset=tls").unwrap().unwrap().tab, None);
        assert_eq!(in_query("?tab=commands"), None);
    }

    #[test]
    fn words_that_look_like_something_else_stay_text_where_that_is_asked() {
        let text = opened("#set-string=podAnnotations.scrape=true").text;
        assert!(text.contains("scrape: \"true\""), "{text}");
        let text = opened("#set=storage.enabled=false").text;
        assert!(text.contains("enabled: false"), "{text}");
    }

    #[test]
    fn what_is_wrong_is_said_and_nothing_is_opened() {
        for (link, words) in [
            (
                "#preset=quick",
                "names the preset `quick`, which does not exist",
            ),
            (
                "#preset=tls&tab=help",
                "The tabs are: manifests, values, commands, diagram",
            ),
            ("#preset=tls&preset=tls", "gives `preset` twice"),
            ("#set=storage", "because of `set=storage`"),
            ("#set=env[x].name=a", "`[x]` is not a list index"),
            ("#set=env[-1]=a", "is negative"),
            ("#set=replicaCount=2&set=a[0", "because of `set=a[0`"),
            ("#set-string=a", "because of `set-string=a`"),
            ("#set=storage.size.unit=1", "is text, not a mapping"),
            ("#set=.a=1", "a key in the path has no name"),
            ("#set=env[65536]=a", "more than 500 values"),
            ("#set=env[1001]=a", "more than 500 values"),
            (
                "#set=a[65536][65536]=1,b[65536]=1,c[65536][65536]=1",
                "more than 500",
            ),
        ] {
            let message = refusal(link).to_string();
            assert!(message.contains(words), "{link}: {message}");
        }
        let long = format!("#preset=tls&set=a={}", "x".repeat(MAX_LINK));
        assert_eq!(refusal(&long), ValuesLinkError::TooLong);
    }

    #[test]
    fn a_message_repeats_little_of_the_link_and_no_line_breaks() {
        let link = format!("#set=a%0A%60{}", "b".repeat(100));
        let ValuesLinkError::Setting { expression, .. } = refusal(&link) else {
            panic!("another refusal");
        };
        assert_eq!(expression, format!("set=a  {}…", "b".repeat(53)));
    }

    #[test]
    fn an_unknown_setting_is_a_finding() {
        let work = opened("#preset=quickstart&set=storage.sise=50Gi");
        let view = View::of(&work.text, &work.target(), None);
        let found: Vec<_> = view.problems.iter().map(|problem| problem.id).collect();
        assert!(found.contains(&"MK101"), "{found:?}");
    }

    #[test]
    fn a_link_cannot_write_beside_its_value() {
        let hostile = "x\nreplicaCount: 9\n# \u{85}\u{2028}'\"<script>&#{{ }}";
        let link = form(
            "#",
            &[(
                "set-string",
                &format!("podAnnotations.a={}", hostile.replace(',', "\\,")),
            )],
        );
        let root = Document::new(opened(&link).text).root().unwrap().to_json();
        assert_eq!(root.pointer("/podAnnotations/a").unwrap(), hostile);
        assert!(root.get("replicaCount").is_none());
    }

    proptest! {
        #[test]
        fn any_link_is_opened_or_refused(
            preset in prop::sample::select(PRESETS.to_vec()),
            settings in prop::collection::vec(".{0,40}|[a-z.\\[\\]0-9={},\\\\]{0,40}", 0..4),
        ) {
            let mut pairs = vec![("preset", preset.name)];
            pairs.extend(settings.iter().map(|setting| ("set", setting.as_str())));
            if let Ok(Linked { work, .. }) = in_fragment(&form("#", &pairs)).unwrap() {
                let _ = render(&work.text, &work.target());
            }
        }

        #[test]
        fn any_text_is_a_link_or_none(text in ".{0,80}") {
            let _ = in_query(&text);
            let _ = in_fragment(&text);
        }
    }
}
