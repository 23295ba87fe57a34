//! What is wrong with a text that is not YAML, in the words of its author.

use granit_parser::ErrorKind as Kind;

/// What the parser stopped at, and what to write instead.
pub(super) fn explain(kind: &Kind) -> (String, &'static str) {
    match kind {
        Kind::UnexpectedCharacter { character } if character.is_ascii_graphic() => (
            format!("text without quotes cannot start with \"{character}\""),
            "quote the text",
        ),
        Kind::UnexpectedCharacter { character } => (
            format!(
                "the character U+{:04X} is not allowed in YAML",
                u32::from(*character)
            ),
            "write it as an escape sequence in double quotes, such as `\"\\u0007\"`",
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

const BRACKETS: &str = "close every `[` with `]` and every `{` with `}`";
const ESCAPES: &str =
    "in double quotes, a backslash starts an escape sequence: write `\\\\`, or use single quotes";
const SPACES: &str = "use spaces: YAML does not allow tabs for indentation";
const BLOCK_TEXT: &str = "write only `|` after the key, and indent all lines of the text equally";
const MARKS: &str = "quote text that starts with `!`, `&`, `*` or `%`";
const ONE_DOCUMENT: &str = "a values file has one document: remove the lines `---` and `...` that \
                            separate documents";

/// The same for kinds whose words are always the same.
#[expect(clippy::too_many_lines, reason = "a table")]
fn fixed(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => (
            "a key has no `:` after it",
            "write `key: value`; if a text has several lines, indent them below its key",
        ),
        Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => (
            "a `:` is not allowed here",
            "quote text that contains `: `, write every key on a line of its own, and close every \
             bracket and quote above",
        ),
        Kind::InvalidMappingValueWhitespace | Kind::FlowMappingValueAdjacentCollection => {
            ("a space is missing after the `:`", "write `key: value`")
        }
        Kind::MappingKeyNotAllowed => ("a `?` is not allowed here", "quote the text"),
        Kind::ExpectedBlockMappingKey | Kind::UnexpectedEofBlockMapping => (
            "only a key is allowed here",
            "indent all keys of a mapping equally, and all elements of a list equally",
        ),
        Kind::ExpectedBlockSequenceEntry | Kind::UnexpectedEofBlockSequence => (
            "only an element of the list is allowed here",
            "indent all elements of a list equally, each after `- `",
        ),
        Kind::InvalidIndentation => (
            "the indentation matches no line above",
            "indent all keys of a mapping equally, and all elements of a list equally",
        ),
        Kind::BlockSequenceEntryNotAllowed => (
            "a list starts on the same line as its key",
            "start the list on the next line, or write `[a, b]`",
        ),
        Kind::BlockEntryInFlowCollection => (
            "a `- ` is not allowed inside brackets",
            "inside brackets, separate the elements with commas: `[a, b]`",
        ),
        Kind::InvalidBlockEntryWhitespace | Kind::PlainScalarStartsWithDashFlowIndicator => (
            "a space is missing after the `-`",
            "write `- element`, or quote the text",
        ),
        Kind::MisplacedFlowCollectionEnd => ("a closing bracket has no opening bracket", BRACKETS),
        Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator
        | Kind::InvalidFlowScalarIndent
        | Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping => (
            "a comma or a closing bracket is missing before this place",
            BRACKETS,
        ),
        Kind::UnclosedQuotedScalar
        | Kind::InvalidQuotedScalarIndent
        | Kind::DocumentIndicatorInQuotedScalar => (
            "a quote is not closed",
            "end the text with the same quote that it starts with",
        ),
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => (
            "text follows a closing quote",
            "quote the whole text; inside single quotes, write a quote as `''`; inside double \
             quotes, write it as `\\\"`",
        ),
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => ("YAML does not have this escape sequence", ESCAPES),
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar
        | Kind::TabAtBlockScalarStart => ("a tab is used where YAML needs spaces", SPACES),
        Kind::ZeroBlockScalarIndent
        | Kind::InvalidBlockScalarHeader
        | Kind::InvalidBlockScalarIndent => {
            ("a block of text is not written correctly", BLOCK_TEXT)
        }
        Kind::CommentInterceptedScalar => (
            "a comment interrupts a text of several lines",
            "move the comment above the text; or, if the next line is not part of the text, indent \
             it less",
        ),
        Kind::CommentNotSeparated | Kind::ExpectedWhitespace => (
            "a space is missing before this place",
            "write a space before the `#` of a comment",
        ),
        Kind::UnknownAnchor => (
            "an alias refers to an anchor that does not exist",
            "define the anchor with `&name` before you use `*name`; quote text that starts with \
             `*`",
        ),
        Kind::MissingAnchorOrAliasName => ("an anchor or an alias has no name", MARKS),
        Kind::ExpectedTagBang
        | Kind::UndeclaredTagHandle
        | Kind::InvalidTagTerminator
        | Kind::MissingTagUri
        | Kind::UnclosedVerbatimTag
        | Kind::InvalidTagEscape
        | Kind::InvalidTagUtf8LeadingByte
        | Kind::InvalidTagUtf8TrailingByte
        | Kind::InvalidTagUtf8 => ("the tag is not valid", MARKS),
        Kind::ExpectedDocumentStart
        | Kind::InvalidDocumentEnd
        | Kind::MissingDocumentEndBeforeDirective
        | Kind::MultipleDocumentsUnsupported => ("a second document starts here", ONE_DOCUMENT),
        Kind::BomInsideDocument => (
            "a byte order mark is in the middle of the text",
            "remove it",
        ),
        Kind::DirectiveDisallowed
        | Kind::InvalidDirectiveTerminator
        | Kind::InvalidDirectiveName
        | Kind::MissingDirectiveName
        | Kind::MissingYamlVersion
        | Kind::MissingYamlVersionSeparator
        | Kind::UnsupportedYamlMajorVersion
        | Kind::DuplicateVersionDirective => ("the directive is not valid", MARKS),
        _ => (
            "this is not allowed here",
            "check the indentation, quotes and brackets around this place",
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
            ("a: 1\nstor\n", 5, "a key has no `:` after it"),
            ("a: b: c\n", 4, "a `:` is not allowed here"),
            ("a:\n  b: 1\n c: 2\n", 11, "only a key is allowed here"),
            ("a: 1\n- b\n", 7, "only a key is allowed here"),
            ("a: - b\n", 3, "a list starts on the same line as its key"),
            ("a: \"x\nb: 1\n", 6, "a quote is not closed"),
            ("a: 'it's'\n", 7, "text follows a closing quote"),
            ("a: \"\\q\"\n", 3, "YAML does not have this escape sequence"),
            ("a: [b\n", 3, "`[` is not closed"),
            ("a: [b }\n", 3, "`[` is closed by `}`"),
            (
                "a: b]]\nc: ]\n",
                10,
                "a closing bracket has no opening bracket",
            ),
            (
                "a: {b: 1\nc: 2\n",
                10,
                "a comma or a closing bracket is missing before this place",
            ),
            ("a: @x\n", 3, "text without quotes cannot start with \"@\""),
            (
                "a: \u{1}\n",
                3,
                "the character U+0001 is not allowed in YAML",
            ),
            (
                "a: b\u{FFFE}\n",
                3,
                "the character U+FFFE is not allowed in YAML",
            ),
            (
                "a: *b\n",
                3,
                "an alias refers to an anchor that does not exist",
            ),
            (
                "a: 1 # b\n  c: 2\n",
                5,
                "a comment interrupts a text of several lines",
            ),
            ("a: \"b\"#c\n", 6, "a space is missing before this place"),
            ("a: |0\n", 3, "a block of text is not written correctly"),
        ] {
            let mut found = Vec::new();
            assert!(crate::yaml::read(text, SourceId::DEFAULTS, &mut found).is_none());
            let [finding] = found.as_slice() else {
                panic!("{text}: {found:?}");
            };
            assert_eq!(finding.code, Code::SYNTAX, "{text}");
            assert_eq!(
                finding.message,
                format!("invalid YAML: {message}"),
                "{text}"
            );
            assert_eq!(finding.span.map(|span| span.start), Some(place), "{text}");
            assert!(finding.help.is_some(), "{text}");
        }
    }
}
