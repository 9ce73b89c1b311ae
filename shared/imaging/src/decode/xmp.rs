//! The orientation in an XMP packet.

use image::metadata::Orientation;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, QName, ResolveResult};

const RDF: &[u8] = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const TIFF: &[u8] = b"http://ns.adobe.com/tiff/1.0/";

/// `tiff:Orientation` of the picture itself: an attribute or an element of a description directly in `rdf:RDF`. Those further down are of other
/// pictures, which it was made from.
pub(super) fn orientation(packet: &[u8]) -> Option<Orientation> {
    let mut reader = NsReader::from_reader(packet);
    // The number of open elements inside `rdf:RDF`, and whether the text of an orientation comes next
    let (mut inside, mut wanted) = (None::<usize>, false);
    loop {
        let event = reader.read_event().ok()?;
        match (&event, inside) {
            (Event::Start(element), None) if is(&reader, element.name(), false, RDF, b"RDF") => inside = Some(0),
            (Event::Start(element) | Event::Empty(element), Some(0)) => {
                if let Some(found) = attribute(&reader, element) {
                    return Some(found);
                }
            }
            (Event::Start(element), Some(1)) => wanted = is(&reader, element.name(), false, TIFF, b"Orientation"),
            (Event::Text(text), Some(2)) if wanted => return number(text),
            (Event::Eof, _) => return None,
            _ => {}
        }
        match (&event, &mut inside) {
            (Event::Start(element), Some(open)) if *open > 0 || !is(&reader, element.name(), false, RDF, b"RDF") => *open += 1,
            (Event::End(_), Some(0)) => inside = None,
            (Event::End(_), Some(open)) => (*open, wanted) = (*open - 1, false),
            _ => {}
        }
    }
}

fn attribute(reader: &NsReader<&[u8]>, element: &BytesStart) -> Option<Orientation> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| is(reader, attribute.key, true, TIFF, b"Orientation"))?;
    number(&found.value)
}

/// Whether `name` is `local` of `namespace`
fn is(reader: &NsReader<&[u8]>, name: QName, is_attribute: bool, namespace: &[u8], local: &[u8]) -> bool {
    let (resolved, found) = reader.resolver().resolve(name, !is_attribute);
    found.as_ref() == local && resolved == ResolveResult::Bound(Namespace(namespace))
}

fn number(text: &[u8]) -> Option<Orientation> {
    Orientation::from_exif(std::str::from_utf8(text).ok()?.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &str) -> Option<Orientation> {
        let packet = format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\">\n\
             {content}</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
        );
        orientation(packet.as_bytes())
    }

    #[test]
    fn it_is_an_attribute_or_an_element_under_any_prefix() {
        let turned = Some(Orientation::Rotate90);
        assert_eq!(of("<rdf:Description rdf:about=\"\" tiff:Orientation=\"6\"/>"), turned);
        assert_eq!(of("<rdf:Description><tiff:Make>A</tiff:Make><tiff:Orientation> 6 </tiff:Orientation></rdf:Description>"), turned);
        assert_eq!(of("<rdf:Description xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='6'></rdf:Description>"), turned);
        assert_eq!(of("<rdf:Description rdf:about=''/><rdf:Description tiff:Orientation='6'/>"), turned);
    }

    #[test]
    fn another_pictures_or_another_namespaces_is_not_it() {
        assert_eq!(of("<rdf:Description xmlns:tiff='urn:other' tiff:Orientation='6'/>"), None);
        assert_eq!(of("<rdf:Description tiff:Orientation='9'/>"), None);
        let ingredient = "<rdf:Description xmlns:m='urn:m'><m:Pantry><rdf:Bag><rdf:li><rdf:Description tiff:Orientation='6'/></rdf:li></rdf:Bag>\
                          </m:Pantry></rdf:Description>";
        assert_eq!(of(ingredient), None);
        assert_eq!(of("<!-- <rdf:Description tiff:Orientation='6'/> -->"), None);
        assert_eq!(orientation(b"tiff:Orientation=\"6\""), None);
        assert_eq!(orientation(b""), None);
    }
}
