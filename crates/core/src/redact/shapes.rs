//! Tokens that show by their shape what they are, whatever their names say.
//!
//! Sources: the issuers' own documentation, GitHub's list of the patterns that
//! its secret scanning knows
//! (<https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>)
//! and the default rules of gitleaks
//! (<https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml>), read in
//! November 2026. Where they give an exact length, the table has a shorter one:
//! to redact too much is harmless, to share a token of a new length is not.
//!
//! To add a shape, add a row; a test makes a token of each row and expects it
//! to be found in every kind of text.

use super::PLACEHOLDER;

/// Which characters follow the beginning of a token.
#[derive(Clone, Copy, Debug)]
enum Alphabet {
    /// `A-Z`, `0-9`.
    Capitals,
    /// `0-9`, `a-f` in either case.
    Hex,
    /// `A-Z`, `a-z`, `0-9`.
    Alphanumeric,
    /// The same with `_` and `-`.
    Url,
    /// The same with `.`, the first part long: a host name is no token.
    Dotted,
    /// Base64 in either alphabet, with its padding and `/`.
    Base64,
    /// The same as `Url`, but with a digit and a capital among them: the
    /// beginning alone is no proof.
    Mixed,
}

impl Alphabet {
    fn has(self, character: char) -> bool {
        match self {
            Self::Capitals => character.is_ascii_uppercase() || character.is_ascii_digit(),
            Self::Hex => character.is_ascii_hexdigit(),
            Self::Alphanumeric => character.is_ascii_alphanumeric(),
            Self::Url | Self::Mixed => {
                character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
            }
            Self::Dotted => {
                character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
            }
            Self::Base64 => {
                character.is_ascii_alphanumeric()
                    || matches!(character, '_' | '-' | '+' | '/' | '=')
            }
        }
    }
}

use Alphabet::{Alphanumeric, Base64, Capitals, Dotted, Hex, Mixed, Url};

/// How a token begins, what follows, and how many characters of that at least.
const SHAPES: &[(&str, Alphabet, usize)] = &[
    // AWS: access key ids, session tokens, keys of Bedrock.
    ("AKIA", Capitals, 16),
    ("ASIA", Capitals, 16),
    ("ABIA", Capitals, 16),
    ("ACCA", Capitals, 16),
    ("FwoGZXIvYXdz", Base64, 60),
    ("IQoJb3JpZ2lu", Base64, 60),
    ("ABSK", Base64, 100),
    ("bedrock-api-key-", Base64, 20),
    // Object stores that speak S3: Google, DigitalOcean, Alibaba.
    ("GOOG1", Capitals, 20),
    ("DO00", Capitals, 16),
    ("LTAI", Alphanumeric, 12),
    // Google: API keys, OAuth.
    ("AIza", Url, 30),
    ("GOCSPX-", Url, 20),
    ("ya29.", Url, 20),
    // GitHub.
    ("ghp_", Alphanumeric, 20),
    ("gho_", Alphanumeric, 20),
    ("ghu_", Alphanumeric, 20),
    ("ghs_", Alphanumeric, 20),
    ("ghr_", Alphanumeric, 20),
    ("github_pat_", Url, 20),
    // GitLab.
    ("glpat-", Dotted, 16),
    ("gldt-", Dotted, 16),
    ("glrt-", Dotted, 16),
    ("glrtr-", Dotted, 16),
    ("glcbt-", Dotted, 16),
    ("glptt-", Dotted, 16),
    ("glagent-", Dotted, 16),
    ("gloas-", Dotted, 16),
    ("glft-", Dotted, 16),
    ("glffct-", Dotted, 16),
    ("glimt-", Dotted, 16),
    ("glsoat-", Dotted, 16),
    ("GR1348941", Url, 16),
    // Atlassian, Bitbucket.
    ("ATATT3", Base64, 40),
    ("ATBB", Alphanumeric, 28),
    // Slack, Discord, Microsoft Teams.
    ("xoxa-", Url, 10),
    ("xoxb-", Url, 10),
    ("xoxe-", Url, 10),
    ("xoxe.xox", Url, 10),
    ("xoxo-", Url, 10),
    ("xoxp-", Url, 10),
    ("xoxr-", Url, 10),
    ("xoxs-", Url, 10),
    ("xapp-", Url, 10),
    ("hooks.slack.com/services/", Base64, 20),
    ("hooks.slack.com/workflows/", Base64, 20),
    ("hooks.slack.com/triggers/", Base64, 20),
    ("discord.com/api/webhooks/", Base64, 20),
    ("webhook.office.com/webhookb2/", Base64, 20),
    // Models: OpenAI, Anthropic, Hugging Face and others.
    ("sk-", Mixed, 20),
    ("sk-ant-", Url, 20),
    ("sk-proj-", Url, 20),
    ("sk-svcacct-", Url, 20),
    ("sk-admin-", Url, 20),
    ("hf_", Alphanumeric, 30),
    ("api_org_", Alphanumeric, 30),
    ("gsk_", Alphanumeric, 40),
    ("pplx-", Alphanumeric, 40),
    ("r8_", Alphanumeric, 30),
    ("xai-", Alphanumeric, 40),
    ("lsv2_", Url, 30),
    ("pcsk_", Url, 30),
    ("wandb_v1_", Url, 20),
    ("dapi", Hex, 32),
    // Packages and images.
    ("npm_", Alphanumeric, 36),
    ("pypi-AgE", Url, 20),
    ("pypi-", Mixed, 35),
    ("rubygems_", Hex, 40),
    ("dckr_pat_", Url, 20),
    ("dckr_oat_", Url, 20),
    ("AKCp", Alphanumeric, 60),
    ("cmVmd", Alphanumeric, 55),
    // Payments, mail, telephones.
    ("sk_live_", Alphanumeric, 10),
    ("sk_test_", Alphanumeric, 10),
    ("rk_live_", Alphanumeric, 10),
    ("rk_test_", Alphanumeric, 10),
    ("whsec_", Base64, 20),
    ("SG.", Dotted, 30),
    ("key-", Hex, 32),
    ("xkeysib-", Url, 40),
    ("SK", Hex, 32),
    ("shpat_", Hex, 32),
    ("shpca_", Hex, 32),
    ("shppa_", Hex, 32),
    ("shpss_", Hex, 32),
    ("sq0atp-", Url, 20),
    ("sq0csp-", Url, 20),
    // Clouds and databases.
    ("dop_v1_", Hex, 40),
    ("doo_v1_", Hex, 40),
    ("dor_v1_", Hex, 40),
    ("HRKU-", Url, 30),
    ("fo1_", Url, 30),
    ("fm1r_", Base64, 60),
    ("fm2_", Base64, 60),
    ("pscale_tkn_", Dotted, 20),
    ("pscale_pw_", Dotted, 20),
    ("pscale_oauth_", Dotted, 20),
    ("sbp_", Hex, 40),
    ("sb_secret_", Url, 20),
    ("npg_", Alphanumeric, 12),
    // Operations.
    ("hvs.", Url, 20),
    ("hvb.", Url, 20),
    ("hvr.", Url, 20),
    ("glsa_", Url, 30),
    ("glc_", Base64, 30),
    ("sntrys_", Base64, 30),
    ("sntryu_", Hex, 40),
    ("dp.pt.", Alphanumeric, 30),
    ("dp.st.", Dotted, 30),
    ("dt0c01.", Dotted, 40),
    ("NRAK-", Alphanumeric, 20),
    ("PMAK-", Url, 40),
    ("pnu_", Alphanumeric, 30),
    ("pul-", Hex, 40),
    ("squ_", Hex, 40),
    ("sqp_", Hex, 40),
    ("sqa_", Hex, 40),
    ("lin_api_", Alphanumeric, 30),
    ("ntn_", Alphanumeric, 30),
    ("ops_eyJ", Base64, 40),
    ("sha256~", Url, 40),
    ("AGE-SECRET-KEY-1", Capitals, 50),
    // JSON in base64: tokens of Kubernetes and every JWT, logins of registries.
    ("eyJ", Dotted, 30),
    ("eyJ", Base64, 40),
];

/// A text without what looks like a token; `None` if there is none.
pub(super) fn without_tokens(text: &str) -> Option<String> {
    let mut clean = String::new();
    // What is copied already.
    let mut done = 0;
    let mut position = 0;
    while let Some(rest) = text.get(position..) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        let before = text.get(done..position).unwrap_or_default();
        match token_at(rest, before) {
            Some(length) => {
                clean.push_str(before);
                clean.push_str(PLACEHOLDER);
                position += length;
                done = position;
            }
            None => position += first.len_utf8(),
        }
    }
    (done > 0).then(|| clean + text.get(done..).unwrap_or_default())
}

/// The length of the token that a text begins with.
fn token_at(text: &str, before: &str) -> Option<usize> {
    let by_shape = SHAPES
        .iter()
        .filter_map(|(start, alphabet, least)| {
            let rest = text.strip_prefix(start)?;
            let length = rest.find(|c| !alphabet.has(c)).unwrap_or(rest.len());
            let run = rest.get(..length)?;
            let is_proof = match alphabet {
                Mixed => {
                    run.contains(|c: char| c.is_ascii_digit())
                        && run.contains(|c: char| c.is_ascii_uppercase())
                }
                Dotted => run.split('.').next().is_some_and(|part| part.len() >= 15),
                _ => true,
            };
            let is_apart = match alphabet {
                Mixed => begins_word(before) && !before.ends_with(['-', '_']),
                // With a separator inside, the beginning is not the end of a word.
                _ => (start.len() > 3 && start.contains(['-', '_'])) || begins_word(before),
            };
            (length >= *least && is_proof && is_apart).then_some(start.len() + length)
        })
        .max();
    by_shape
        .or_else(|| azure_storage_key(text, before))
        .or_else(|| azure_client_secret(text, before))
}

/// Whether what follows is not the end of a longer word. `%3D` and `\n` before
/// it are one character that is written otherwise.
fn begins_word(before: &str) -> bool {
    let mut last = before.chars().rev();
    let (Some(one), two, three) = (last.next(), last.next(), last.next()) else {
        return true;
    };
    !one.is_ascii_alphanumeric()
        || two == Some('\\')
        || (three == Some('%')
            && one.is_ascii_hexdigit()
            && two.is_some_and(|two| two.is_ascii_hexdigit()))
}

/// 64 bytes in base64, the key of a storage account or of a Cosmos database:
/// <https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage>.
/// A checksum of a package has that length too, behind `sha512-`.
fn azure_storage_key(text: &str, before: &str) -> Option<usize> {
    const LENGTH: usize = 86;
    if !begins_word(before) || before.ends_with(['-', '+', '/']) {
        return None;
    }
    let is_inner = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let run = text.chars().take(LENGTH).take_while(is_inner).count();
    let is_key = run == LENGTH && text.get(run..)?.starts_with("==");
    is_key.then_some(LENGTH + "==".len())
}

/// The secret of an application in Entra ID: three characters, a digit, `Q~`
/// and 31 to 34 more.
fn azure_client_secret(text: &str, before: &str) -> Option<usize> {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '~' | '.' | '-');
    let head = text.get(..6)?;
    let starts = head.ends_with("Q~")
        && head.chars().all(is_inner)
        && head.chars().nth(3).is_some_and(|c| c.is_ascii_digit());
    if !starts || !begins_word(before) {
        return None;
    }
    let run = text.find(|c| !is_inner(c)).unwrap_or(text.len());
    (37..=40).contains(&run).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token of a shape, as short as the table allows.
    fn token(start: &str, alphabet: Alphabet, least: usize) -> String {
        let letters = match alphabet {
            Capitals => "Q7ZK2M4X",
            Hex => "0a1b2c3d",
            Alphanumeric | Url | Dotted | Base64 | Mixed => "aB3dE5gH",
        };
        let run: String = letters.chars().cycle().take(least).collect();
        format!("{start}{run}")
    }

    #[test]
    fn each_shape_is_found_wherever_it_stands() {
        for (start, alphabet, least) in SHAPES {
            let token = token(start, *alphabet, *least);
            for (before, after) in [
                ("", ""),
                ("a ", " b"),
                ("https://", "@example.com/x"),
                ("https://example.com/?t=", "&v=1"),
                ("https://example.com/?t%3D", "&v=1"),
                ("curl -H \"X: ", "\" https://example.com"),
                ("export X='", "'; run"),
                ("{\"x\":\"", "\"}"),
                ("first\nx: ", "\nlast"),
                ("\\n", "\\n"),
            ] {
                let text = format!("{before}{token}{after}");
                assert_eq!(
                    without_tokens(&text).as_deref(),
                    Some(format!("{before}REDACTED{after}").as_str()),
                    "{text}"
                );
            }
        }
        for token in [
            format!("{}==", "aB3/+E5gH01".repeat(8).get(..86).unwrap()),
            format!("abc8Q~{}", "aB3~.E5gH-_".repeat(4).get(..34).unwrap()),
            "SG.aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb".to_owned(),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln".to_owned(),
            "AKIAABCDEFGHIJKLMNOP".to_owned(),
        ] {
            let text = format!("x={token} y");
            assert_eq!(
                without_tokens(&text).as_deref(),
                Some("x=REDACTED y"),
                "{text}"
            );
        }
    }

    #[test]
    fn names_and_checksums_are_no_tokens() {
        for text in [
            "task-runner-for-the-nightly-job-Number-2",
            "sk-learn-extension-for-intel-processors",
            "ASIAPACIFIC",
            "arn:aws:iam::123456789012:role/AKIA-readers",
            "ghp_ is how they begin",
            "hf_hub_enable_hf_transfer_for_large_files",
            "npm_config_registry_for_all_of_the_packages",
            "hvs.staging.example-company.internal.example.com",
            "SG.internal.services.of-the-company.example.com",
            "image: r.example.com/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "checksum/config: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "sha512-MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==",
            "uid: 9f2c1a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
            "postgresql://mlflow@db.example.com:5432/mlflow",
        ] {
            assert_eq!(without_tokens(text), None, "{text}");
        }
    }
}
