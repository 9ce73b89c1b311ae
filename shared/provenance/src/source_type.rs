//! The IPTC digital source types: what they mean, and which of several is told.

/// The last part of a term's URI, in small letters; terms are also written with a prefix (`digsrctype:…`)
fn term(uri: &str) -> String {
    uri.trim_end_matches('/').rsplit(['/', ':', '#']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether generative AI took part, by the term
pub(crate) fn is_of_ai(uri: &str) -> bool {
    matches!(
        term(uri).as_str(),
        "trainedalgorithmicmedia" | "trainedalgorithmicdata" | "compositewithtrainedalgorithmicmedia" | "compositesynthetic"
    )
}

/// Of several statements about one picture, in order, the one that is told: the last about AI, which no later step undoes, or else the last
pub(crate) fn telling<T: AsRef<str>>(statements: impl IntoIterator<Item = T>) -> Option<T> {
    statements.into_iter().reduce(|told, next| if is_of_ai(told.as_ref()) && !is_of_ai(next.as_ref()) { told } else { next })
}

/// The end of a sentence that explains a digital source type
pub(crate) fn meaning(uri: &str) -> &'static str {
    match term(uri).as_str() {
        "trainedalgorithmicmedia" | "trainedalgorithmicdata" => "it was made by generative AI",
        "compositewithtrainedalgorithmicmedia" | "compositesynthetic" => "it was edited with generative AI",
        "algorithmicallyenhanced" => "a program changed a real picture, without generative AI",
        "algorithmicmedia" => "a program made it, without generative AI",
        "digitalcapture" | "computationalcapture" => "a camera took it",
        "humanedits" | "minorhumanedits" | "digitalart" | "digitalcreation" => "a person made or edited it",
        _ => "its origin is of a kind named in the report",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ai_is_told_before_what_came_after_it() {
        let uri = |term: &str| format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}");
        let [made, edited, camera, person] =
            ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "digitalCapture", "humanEdits"].map(uri);
        assert_eq!(telling([&camera, &made, &person]), Some(&made));
        assert_eq!(telling([&made, &edited]), Some(&edited));
        assert_eq!(telling([&camera, &person]), Some(&person));
        assert_eq!(telling::<&String>([]), None);
        for written in ["digsrctype:trainedAlgorithmicMedia", "https://cv.iptc.org/newscodes/digitalsourcetype/TrainedAlgorithmicMedia/"] {
            assert!(is_of_ai(written), "{written}");
        }
        assert!(!is_of_ai("") && !is_of_ai("http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"));
    }
}
