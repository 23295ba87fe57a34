//! What is wrong with a text that is not YAML, in the words of its author.

use granit_parser::ErrorKind as Kind;

/// What the parser stopped at, and what to write instead.
pub(super) fn explain(kind: &Kind) -> (String, &'static str) {
    match kind {
        Kind::UnexpectedCharacter { character } if character.is_ascii_graphic() => (
            format!("a text without quotes cannot begin with \"{character}\""),
            "quote the text",
        ),
        Kind::UnexpectedCharacter { character } => (
            format!(
                "the character U+{:04X} may not stand in a text",
                u32::from(*character)
            ),
            "write it as an escape in double quotes, such as \"\\u0007\"",
        ),
        Kind::UnclosedFlowCollection { open } => (format!("`{open}` is not closed"), BRACKETS),
        Kind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{open}` is closed by `{close}`"), BRACKETS)
        }
        _ => {
            let (message, help) = fixed(kind);
            (message.to_owned(), help)
        }
    }
}

const BRACKETS: &str = "every `[` needs its `]` and every `{` its `}`";
const ESCAPES: &str =
    "a backslash begins an escape between double quotes; write `\\\\`, or quote with '…'";
const SPACES: &str = "YAML indents with spaces only";
const BLOCK_TEXT: &str = "write `|` alone behind the key, and indent all lines of the text alike";
const MARKS: &str = "a text that begins with `!`, `&`, `*` or `%` must be quoted";
const ONE_DOCUMENT: &str = "a values file is one document: remove what divides it";

/// The same for kinds whose words are always the same.
#[expect(clippy::too_many_lines, reason = "a table")]
fn fixed(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => (
            "a key without a `:`",
            "write `key: value`; the lines of a longer text are indented below its key",
        ),
        Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => (
            "a `:` where no key can be",
            "a text with `: ` in it must be quoted, keys stand below each other, and every \
             bracket and quote above must be closed",
        ),
        Kind::InvalidMappingValueWhitespace | Kind::FlowMappingValueAdjacentCollection => {
            ("no space behind the `:`", "write `key: value`")
        }
        Kind::MappingKeyNotAllowed => ("a `?` where no key can be", "quote the text"),
        Kind::ExpectedBlockMappingKey | Kind::UnexpectedEofBlockMapping => (
            "only a key can stand here",
            "keys of one mapping are indented alike, and so are elements of one list",
        ),
        Kind::ExpectedBlockSequenceEntry | Kind::UnexpectedEofBlockSequence => (
            "only an element of the list can stand here",
            "elements of one list are indented alike, each behind its `- `",
        ),
        Kind::InvalidIndentation => (
            "an indentation that fits nothing above",
            "keys of one mapping are indented alike, and so are elements of one list",
        ),
        Kind::BlockSequenceEntryNotAllowed => (
            "an element of a list on the line of its key",
            "begin the list on the next line, or write `[a, b]`",
        ),
        Kind::BlockEntryInFlowCollection => (
            "a `- ` between brackets",
            "between brackets commas divide the elements: `[a, b]`",
        ),
        Kind::InvalidBlockEntryWhitespace | Kind::PlainScalarStartsWithDashFlowIndicator => (
            "no space behind the `-`",
            "write `- element`, or quote the text",
        ),
        Kind::MisplacedFlowCollectionEnd => ("a closing bracket that nothing opened", BRACKETS),
        Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator
        | Kind::InvalidFlowScalarIndent
        | Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping => (
            "a comma or a closing bracket is missing before this",
            BRACKETS,
        ),
        Kind::UnclosedQuotedScalar
        | Kind::InvalidQuotedScalarIndent
        | Kind::DocumentIndicatorInQuotedScalar => (
            "a quote is not closed",
            "a text ends with the quote that it began with",
        ),
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => (
            "something behind a closing quote",
            "quote all of the text; a quote in it is written '' between single quotes, and \\\" \
             between double quotes",
        ),
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => ("an escape that YAML does not have", ESCAPES),
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar
        | Kind::TabAtBlockScalarStart => ("a tab where YAML wants spaces", SPACES),
        Kind::ZeroBlockScalarIndent
        | Kind::InvalidBlockScalarHeader
        | Kind::InvalidBlockScalarIndent => {
            ("a block of text that is not laid out as one", BLOCK_TEXT)
        }
        Kind::CommentInterceptedScalar => (
            "a comment amid a text of several lines",
            "is the next line indented too far? else put the comment above",
        ),
        Kind::CommentNotSeparated | Kind::ExpectedWhitespace => (
            "no space before this",
            "a comment needs a space before its `#`",
        ),
        Kind::UnknownAnchor => (
            "an alias of an anchor that is not there",
            "define the anchor with `&name` before `*name`; a text that begins with `*` must \
             be quoted",
        ),
        Kind::MissingAnchorOrAliasName => ("an anchor or alias without a name", MARKS),
        Kind::ExpectedTagBang
        | Kind::UndeclaredTagHandle
        | Kind::InvalidTagTerminator
        | Kind::MissingTagUri
        | Kind::UnclosedVerbatimTag
        | Kind::InvalidTagEscape
        | Kind::InvalidTagUtf8LeadingByte
        | Kind::InvalidTagUtf8TrailingByte
        | Kind::InvalidTagUtf8 => ("a tag that cannot be read", MARKS),
        Kind::ExpectedDocumentStart
        | Kind::InvalidDocumentEnd
        | Kind::MissingDocumentEndBeforeDirective
        | Kind::MultipleDocumentsUnsupported => ("a second document", ONE_DOCUMENT),
        Kind::BomInsideDocument => ("a byte order mark amid the text", "remove it"),
        Kind::DirectiveDisallowed
        | Kind::InvalidDirectiveTerminator
        | Kind::InvalidDirectiveName
        | Kind::MissingDirectiveName
        | Kind::MissingYamlVersion
        | Kind::MissingYamlVersionSeparator
        | Kind::UnsupportedYamlMajorVersion
        | Kind::DuplicateVersionDirective => ("a directive that cannot be read", MARKS),
        _ => (
            "something is in the wrong place",
            "check indentation, quotes and brackets around here",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::source::SourceId;

    #[test]
    fn slips_are_told_in_plain_words() {
        for (text, place, message) in [
            ("a: 1\nstor\n", 5, "a key without a `:`"),
            ("a: b: c\n", 4, "a `:` where no key can be"),
            ("a:\n  b: 1\n c: 2\n", 11, "only a key can stand here"),
            ("a: 1\n- b\n", 7, "only a key can stand here"),
            ("a: - b\n", 3, "an element of a list on the line of its key"),
            ("a: \"x\nb: 1\n", 6, "a quote is not closed"),
            ("a: 'it's'\n", 7, "something behind a closing quote"),
            ("a: \"\\q\"\n", 3, "an escape that YAML does not have"),
            ("a: [b\n", 3, "`[` is not closed"),
            ("a: [b }\n", 3, "`[` is closed by `}`"),
            (
                "a: b]]\nc: ]\n",
                10,
                "a closing bracket that nothing opened",
            ),
            (
                "a: {b: 1\nc: 2\n",
                10,
                "a comma or a closing bracket is missing before this",
            ),
            (
                "a: @x\n",
                3,
                "a text without quotes cannot begin with \"@\"",
            ),
            (
                "a: \u{1}\n",
                3,
                "the character U+0001 may not stand in a text",
            ),
            (
                "a: b\u{FFFE}\n",
                3,
                "the character U+FFFE may not stand in a text",
            ),
            ("a: *b\n", 3, "an alias of an anchor that is not there"),
            (
                "a: 1 # b\n  c: 2\n",
                5,
                "a comment amid a text of several lines",
            ),
            ("a: \"b\"#c\n", 6, "no space before this"),
            ("a: |0\n", 3, "a block of text that is not laid out as one"),
        ] {
            let mut found = Vec::new();
            assert!(crate::yaml::read(text, SourceId::DEFAULTS, &mut found).is_none());
            let [finding] = found.as_slice() else {
                panic!("{text}: {found:?}");
            };
            assert_eq!(finding.code, Code::SYNTAX, "{text}");
            assert_eq!(finding.message, format!("not YAML: {message}"), "{text}");
            assert_eq!(finding.span.map(|span| span.start), Some(place), "{text}");
            assert!(finding.help.is_some(), "{text}");
        }
    }
}
