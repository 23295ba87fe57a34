//! Markdown as pages of the site: links between pages, places to link to,
//! values examples that can be tried.

use std::fmt::Write;

use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html,
};

/// A page made of Markdown.
pub(crate) struct Page {
    /// The text of its first heading.
    pub(crate) title: String,
    /// The text of its first paragraph.
    pub(crate) summary: String,
    /// Its content.
    pub(crate) html: String,
    /// What a search looks through.
    pub(crate) sections: Vec<Section>,
}

/// The text below a heading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// The heading's text.
    pub(crate) title: String,
    /// Its place on the page.
    pub(crate) id: String,
    /// The words below it.
    pub(crate) text: String,
}

/// What the first line of a fenced block says about it.
///
/// `yaml values` is a values file, with `release=` and `namespace=` where they
/// are not the usual ones.
struct Fence<'i> {
    words: Vec<&'i str>,
}

impl<'i> Fence<'i> {
    fn new(info: &'i str) -> Self {
        Self {
            words: info.split_whitespace().collect(),
        }
    }

    fn language(&self) -> &'i str {
        self.words.first().copied().unwrap_or_default()
    }

    fn is_values(&self) -> bool {
        self.words.starts_with(&["yaml", "values"])
    }

    fn attribute(&self, name: &str) -> Option<&'i str> {
        self.words
            .iter()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Makes a page. `link` turns an address of the Markdown into one of the site;
/// where it gives none the text stays, without a link.
pub(crate) fn page(markdown: &str, link: impl Fn(&str) -> Option<String>) -> Page {
    let events = Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
    );
    let mut page = Page {
        title: String::new(),
        summary: String::new(),
        html: String::new(),
        sections: Vec::new(),
    };
    let mut output: Vec<Event<'_>> = Vec::new();
    let mut ids = Vec::<String>::new();
    // Of the heading or paragraph that is being read: where it began.
    let mut heading: Option<(HeadingLevel, usize, String)> = None;
    let mut paragraph: Option<String> = None;
    let mut links = Vec::new();
    let mut is_values = false;
    for event in events {
        if let Event::Text(text) | Event::Code(text) = &event {
            if let Some((_, _, title)) = &mut heading {
                title.push_str(text);
            } else if let Some(section) = page.sections.last_mut() {
                section.text.push_str(text);
            }
            if let Some(paragraph) = &mut paragraph {
                paragraph.push_str(text);
            }
        }
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some((level, output.len(), String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, start, title)) = heading.take() else {
                    continue;
                };
                let id = unused(slug(&title), &mut ids);
                let content: Vec<Event<'_>> = output.drain(start..).collect();
                output.push(raw(format!("<{level} id=\"{id}\">")));
                output.extend(content);
                if level != HeadingLevel::H1 {
                    output.push(raw(format!(
                        "<a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to {}\">#</a>",
                        escaped(&title)
                    )));
                }
                output.push(raw(format!("</{level}>\n")));
                if page.title.is_empty() {
                    page.title.clone_from(&title);
                }
                let text = String::new();
                page.sections.push(Section { title, id, text });
            }
            Event::Start(Tag::Paragraph) if page.summary.is_empty() => {
                paragraph = Some(String::new());
                output.push(event);
            }
            Event::End(TagEnd::Paragraph) => {
                if let Some(text) = paragraph.take() {
                    page.summary = text;
                }
                space(&mut page.sections);
                output.push(event);
            }
            Event::SoftBreak | Event::HardBreak => {
                space(&mut page.sections);
                if let Some(paragraph) = &mut paragraph {
                    paragraph.push(' ');
                }
                output.push(event);
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let target = link(&dest_url);
                links.push(target.is_some());
                if let Some(target) = target {
                    output.push(Event::Start(Tag::Link {
                        link_type,
                        dest_url: target.into(),
                        title,
                        id,
                    }));
                }
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    output.push(Event::End(TagEnd::Link));
                }
            }
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = link(&dest_url).map_or(dest_url, CowStr::from);
                output.push(Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    id,
                }));
            }
            Event::Start(Tag::Table(_)) => {
                output.push(raw(
                    "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">"
                        .to_owned(),
                ));
                output.push(event);
            }
            Event::End(TagEnd::Table) => {
                output.push(event);
                output.push(raw("</div>".to_owned()));
            }
            Event::End(TagEnd::TableCell | TagEnd::Item) => {
                space(&mut page.sections);
                output.push(event);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let fence = Fence::new(&info);
                let mut open = String::new();
                if fence.is_values() {
                    open.push_str("<mlflow-k8s-playground");
                    for name in ["release", "namespace"] {
                        if let Some(value) = fence.attribute(name) {
                            let _ = write!(open, " {name}=\"{}\"", escaped(value));
                        }
                    }
                    open.push('>');
                }
                is_values = fence.is_values();
                let _ = write!(
                    open,
                    "<pre tabindex=\"0\"><code class=\"language-{}\">",
                    escaped(fence.language())
                );
                output.push(raw(open));
            }
            Event::End(TagEnd::CodeBlock) => {
                space(&mut page.sections);
                let close = if std::mem::take(&mut is_values) {
                    "</code></pre></mlflow-k8s-playground>\n"
                } else {
                    "</code></pre>\n"
                };
                output.push(raw(close.to_owned()));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                output.push(raw("<pre tabindex=\"0\"><code>".to_owned()));
            }
            other => output.push(other),
        }
    }
    html::push_html(&mut page.html, output.into_iter());
    page
}

fn raw<'e>(html: String) -> Event<'e> {
    Event::Html(html.into())
}

/// Keeps words apart that stand in different lines.
fn space(sections: &mut [Section]) {
    if let Some(section) = sections.last_mut()
        && !section.text.ends_with(' ')
    {
        section.text.push(' ');
    }
}

/// Text for HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A heading's place, as code hosts make it.
pub(crate) fn slug(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            _ => character.is_alphanumeric().then_some(character),
        })
        .collect()
}

fn unused(slug: String, ids: &mut Vec<String>) -> String {
    let mut id = slug.clone();
    let mut number = 0;
    while ids.contains(&id) {
        number += 1;
        id = format!("{slug}-{number}");
    }
    ids.push(id.clone());
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        page(markdown, |address| {
            address
                .strip_suffix(".md")
                .map(|name| format!("{name}.html"))
        })
        .html
    }

    #[test]
    fn links_lead_to_pages_or_nowhere() {
        assert_eq!(
            html("[a](b.md) [c](d.rs)"),
            "<p><a href=\"b.html\">a</a> c</p>\n"
        );
    }

    #[test]
    fn headings_can_be_linked_to() {
        let page = page("# A `b`: c\n\nfirst\n\n## D\n\n## D\n\nmore", |_| None);
        assert!(page.html.contains("<h1 id=\"a-b-c\">"), "{}", page.html);
        assert!(page.html.contains("<h2 id=\"d-1\">"), "{}", page.html);
        assert_eq!(
            (page.title.as_str(), page.summary.as_str()),
            ("A b: c", "first")
        );
        assert_eq!(
            page.sections.last().map(|section| section.text.trim()),
            Some("more")
        );
    }

    #[test]
    fn values_can_be_tried() {
        assert_eq!(
            html("```yaml values release=prod\na: <b>\n```"),
            "<mlflow-k8s-playground release=\"prod\"><pre tabindex=\"0\"><code class=\"language-yaml\">a: &lt;b&gt;\n</code></pre></mlflow-k8s-playground>\n"
        );
        assert_eq!(
            html("```sh run\nls\n```"),
            "<pre tabindex=\"0\"><code class=\"language-sh\">ls\n</code></pre>\n"
        );
    }
}
