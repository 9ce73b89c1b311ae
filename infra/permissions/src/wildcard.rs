//! The wildcards of policies: `*` is any text, `?` any one character.

/// Whether `pattern` matches the whole of `text`.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where to go on when a letter does not match: after the last `*`, which then takes one letter more.
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, read));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after, taken)) = retry else { return false };
                (at, read) = (after, taken + 1);
                retry = Some((after, taken + 1));
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// Whether a pattern of ARNs matches one. A wildcard stays within its part between two colons, unless it ends the pattern or stands in the last part.
pub(crate) fn matches_arn(pattern: &str, arn: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (pattern, arn): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    pattern.len() == arn.len() && pattern.iter().zip(&arn).all(|(pattern, part)| matches(pattern, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, tried letter by letter.
    fn defined(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => defined(rest, text) || (!text.is_empty() && defined(pattern, &text[1..])),
            ([b'?', rest @ ..], [_, after @ ..]) => defined(rest, after),
            ([letter, rest @ ..], [first, after @ ..]) => letter == first && defined(rest, after),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_is_as_defined(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            prop_assert_eq!(matches(&pattern, &text), defined(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn an_arn_without_wildcards_matches_itself_alone(one in "[a-z:/]{0,12}", other in "[a-z:/]{0,12}") {
            let arn = |rest: &str| format!("arn:aws:s3:::{rest}");
            prop_assert_eq!(matches_arn(&arn(&one), &arn(&other)), one == other);
        }
    }

    #[test]
    fn a_wildcard_does_not_cross_into_another_account() {
        assert!(!matches_arn("arn:aws:sqs:*:1:q", "arn:aws:sqs:eu-west-1:2:q"));
        assert!(!matches_arn("arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:2:q"));
        assert!(matches_arn("arn:aws:logs:r:1:log-group:/a:*", "arn:aws:logs:r:1:log-group:/a:log-stream:b"));
        assert!(matches_arn("arn:aws:s3:::b/uploads/*", "arn:aws:s3:::b/uploads/a/b"));
        assert!(!matches_arn("arn:aws:s3:::b/uploads/*", "arn:aws:s3:::b/generated/a"));
    }
}
