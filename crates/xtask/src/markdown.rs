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
/// are not the usual ones. `html embed` is a playground that others can paste, and
/// that runs on our page too.
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

    fn is_embed(&self) -> bool {
        self.words.starts_with(&["html", "embed"])
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
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut writer = Writer {
        page: Page {
            title: String::new(),
            summary: String::new(),
            html: String::new(),
            sections: Vec::new(),
        },
        output: Vec::new(),
        ids: Vec::new(),
        heading: None,
        paragraph: None,
        links: Vec::new(),
        is_values: false,
        embed: None,
    };
    for event in Parser::new_ext(markdown, options) {
        writer.note_words(&event);
        match event {
            Event::Start(tag) => writer.start(tag, &link),
            Event::End(tag) => writer.end(tag),
            other => writer.output.push(other),
        }
    }
    html::push_html(&mut writer.page.html, writer.output.into_iter());
    writer.page
}

/// A page that is being made.
struct Writer<'e> {
    page: Page,
    output: Vec<Event<'e>>,
    ids: Vec<String>,
    /// The heading that is being read: where it begins in the output, its text.
    heading: Option<(usize, String)>,
    /// The text of the first paragraph, while that is being read.
    paragraph: Option<String>,
    /// Whether each link that is open leads anywhere.
    links: Vec<bool>,
    is_values: bool,
    /// The text of a block that also runs, while that is being read.
    embed: Option<String>,
}

impl<'e> Writer<'e> {
    /// Keeps what titles, summary and search are made of.
    fn note_words(&mut self, event: &Event<'_>) {
        let words: &str = match event {
            Event::Text(text) | Event::Code(text) => text,
            Event::SoftBreak | Event::HardBreak => " ",
            Event::End(
                TagEnd::Paragraph | TagEnd::TableCell | TagEnd::Item | TagEnd::CodeBlock,
            ) if self.heading.is_none() => " ",
            _ => return,
        };
        if let Some((_, title)) = &mut self.heading {
            title.push_str(words);
        } else if let Some(section) = self.page.sections.last_mut() {
            section.text.push_str(words);
        }
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.push_str(words);
        }
        if let (Some(embed), Event::Text(text)) = (&mut self.embed, event) {
            embed.push_str(text);
        }
    }

    fn start(&mut self, tag: Tag<'e>, link: impl Fn(&str) -> Option<String>) {
        match tag {
            Tag::Heading { .. } => self.heading = Some((self.output.len(), String::new())),
            Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            } => {
                let target = link(&dest_url);
                self.links.push(target.is_some());
                self.output.extend(target.map(|target| {
                    Event::Start(Tag::Link {
                        link_type,
                        dest_url: target.into(),
                        title,
                        id,
                    })
                }));
            }
            Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            } => {
                let dest_url = link(&dest_url).map_or(dest_url, CowStr::from);
                self.output.push(Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    id,
                }));
            }
            Tag::Table(_) => {
                self.raw(
                    "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">",
                );
                self.output.push(Event::Start(tag));
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => self.start_block(&Fence::new(&info)),
            Tag::CodeBlock(CodeBlockKind::Indented) => self.raw("<pre tabindex=\"0\"><code>"),
            tag => {
                if matches!(tag, Tag::Paragraph) && self.page.summary.is_empty() {
                    self.paragraph = Some(String::new());
                }
                self.output.push(Event::Start(tag));
            }
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    self.output.push(Event::End(tag));
                }
            }
            TagEnd::Table => {
                self.output.push(Event::End(tag));
                self.raw("</div>\n");
            }
            TagEnd::CodeBlock => {
                self.raw("</code></pre>");
                if std::mem::take(&mut self.is_values) {
                    self.raw("</mlflow-k8s-playground>");
                }
                // Our own documentation, which a test reads: no input of anybody's.
                if let Some(element) = self.embed.take() {
                    self.raw(format!("\n{element}"));
                }
                self.raw("\n");
            }
            tag => {
                if matches!(tag, TagEnd::Paragraph)
                    && let Some(text) = self.paragraph.take()
                {
                    text.trim().clone_into(&mut self.page.summary);
                }
                self.output.push(Event::End(tag));
            }
        }
    }

    fn start_block(&mut self, fence: &Fence<'_>) {
        let mut open = String::new();
        self.is_values = fence.is_values();
        self.embed = fence.is_embed().then(String::new);
        if self.is_values {
            open.push_str("<mlflow-k8s-playground");
            for name in ["release", "namespace"] {
                if let Some(value) = fence.attribute(name) {
                    let _ = write!(open, " {name}=\"{}\"", escaped(value));
                }
            }
            open.push('>');
        }
        let language = escaped(fence.language());
        let _ = write!(
            open,
            "<pre tabindex=\"0\"><code class=\"language-{language}\">"
        );
        self.raw(open);
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let Some((start, title)) = self.heading.take() else {
            return;
        };
        let id = unused(&slug(&title), &mut self.ids);
        let content: Vec<Event<'_>> = self.output.drain(start..).collect();
        self.raw(format!("<{level} id=\"{id}\">"));
        self.output.extend(content);
        if level != HeadingLevel::H1 {
            self.raw(format!(
                "<a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to {}\">#</a>",
                escaped(&title)
            ));
        }
        self.raw(format!("</{level}>\n"));
        if self.page.title.is_empty() {
            self.page.title.clone_from(&title);
        }
        let text = String::new();
        self.page.sections.push(Section { title, id, text });
    }

    fn raw(&mut self, html: impl Into<CowStr<'e>>) {
        self.output.push(Event::Html(html.into()));
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

fn unused(slug: &str, ids: &mut Vec<String>) -> String {
    let mut id = slug.to_owned();
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

    #[test]
    fn an_element_to_paste_also_runs() {
        let element = "<mlflow-k8s-playground preset=\"tls\"></mlflow-k8s-playground>\n";
        let html = html(&format!("```html embed warns=MK702\n{element}```"));
        assert!(html.contains("class=\"language-html\">&lt;mlflow-k8s-playground"));
        assert!(
            html.contains(&format!("</code></pre>\n{element}")),
            "{html}"
        );
        let shown = super::page("```html\n<b>a</b>\n```", |_| None).html;
        assert!(!shown.contains("<b>"), "{shown}");
    }
}
