//! Properties of a picture in its XMP, which is RDF in XML (XMP part 1, 7).

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, QName, ResolveResult};
use quick_xml::reader::NsReader;

use super::packets::GUID;

const RDF: &[u8] = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const IPTC: &[u8] = b"http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const TERMS: &[u8] = b"http://purl.org/dc/terms/";
const NOTE: &[u8] = b"http://ns.adobe.com/xmp/note/";

/// Maximum elements within each other; XMP has some ten
const MOST_DEPTH: usize = 32;
/// Maximum elements and attributes of all packets of a picture
const MOST_NODES: usize = 100_000;
/// Maximum namespaces that one element declares
const MOST_DECLARATIONS: usize = 64;
/// Maximum entities that a packet declares
const MOST_ENTITIES: usize = 64;
/// Maximum bytes of a value, and of an entity
const MOST_VALUE: usize = 1_024;
/// Maximum bytes of a source type
const MOST_SOURCE_TYPE: usize = 200;
/// Maximum further packets; the specification has one
const MOST_EXTENSIONS: usize = 4;

/// The properties of a picture that are looked for
#[derive(Debug, Default)]
pub(super) struct Found {
    /// `Iptc4xmpExt:DigitalSourceType`, in order
    pub(super) source_types: Vec<String>,
    /// `xmpNote:HasExtendedXMP`: the GUID of a further packet
    pub(super) extensions: Vec<Vec<u8>>,
    /// `dcterms:provenance`: where the manifest is (C2PA specification 2.2, 11.5)
    pub(super) names_a_manifest: bool,
    nodes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    SourceType,
    Extension,
    Manifest,
}

/// What an element is in RDF
enum Place {
    /// Around RDF
    Outside,
    /// `rdf:RDF`, whose elements are descriptions
    Rdf,
    /// A description of the picture, whose attributes and elements are properties
    Description,
    /// A property that is looked for, or a part of its value, with the text in it
    Value(Property, String),
    /// Anything else, and all within it
    Other,
}

/// The entities that a document declares for itself
type Entities = HashMap<String, String>;

impl Found {
    /// Reads a packet, as far as it is XML and within the limits.
    pub(super) fn read(&mut self, packet: &str) {
        let mut reader = NsReader::from_str(packet);
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().allow_dangling_amp = true;
        reader.resolver_mut().set_max_declarations_per_element(MOST_DECLARATIONS);
        let (mut places, mut entities) = (Vec::<Place>::new(), Entities::new());
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(element) => {
                    self.nodes += 1;
                    let parent = places.last().unwrap_or(&Place::Outside);
                    let place = self.enter(parent, &element, reader.resolver(), &entities);
                    places.push(place);
                    if places.len() > MOST_DEPTH || self.nodes > MOST_NODES {
                        return;
                    }
                }
                Event::End(_) => {
                    if let Some(Place::Value(property, text)) = places.pop() {
                        self.add(property, &text);
                    }
                }
                Event::Text(text) => append(&mut places, text.decode().ok()),
                Event::CData(text) => append(&mut places, text.decode().ok()),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten().map(|character| Cow::Owned(character.to_string()));
                    let named =
                        || reference.decode().ok().and_then(|name| resolve(&entities, &name).map(|text| Cow::Owned(text.to_owned())));
                    append(&mut places, character.or_else(named));
                }
                Event::DocType(declared) => entities = declared.decode().map(|text| declarations(&text)).unwrap_or_default(),
                Event::Eof => return,
                _ => {}
            }
        }
    }

    /// What `element` is within `parent`. The values in its attributes are taken.
    fn enter(&mut self, parent: &Place, element: &BytesStart<'_>, names: &NamespaceResolver, entities: &Entities) -> Place {
        let name = |namespace, local: &str| is_named(names.resolve_element(element.name()), namespace, &[local]);
        let sought = || property(names.resolve_element(element.name()));
        let place = match parent {
            Place::Outside if name(RDF, "RDF") => Place::Rdf,
            Place::Outside => Place::Outside,
            Place::Rdf => Place::Description,
            // Not of RDF, where a property must be between them, and written all the same
            Place::Description if name(RDF, "Description") => Place::Description,
            Place::Description => sought().map_or(Place::Other, |property| Place::Value(property, String::new())),
            // A value may be a list, or a description of its own that qualifies it; the qualifiers are not the value.
            Place::Value(property, _) => {
                let is_value = is_named(names.resolve_element(element.name()), RDF, &["value", "Description", "Bag", "Seq", "Alt", "li"]);
                if is_value { Place::Value(*property, String::new()) } else { Place::Other }
            }
            Place::Other => Place::Other,
        };
        match &place {
            Place::Description => self.take(element, entities, |attribute| property(names.resolve_attribute(attribute))),
            Place::Value(property, _) => self.take(element, entities, |attribute| {
                let resolved = names.resolve_attribute(attribute);
                // RDF was once written without the prefix.
                let is_value = is_named(resolved, RDF, &["resource", "value", "about"]) || attribute.0 == b"resource";
                is_value.then_some(*property)
            }),
            _ => {}
        }
        place
    }

    /// Takes the values of the attributes of `element` for which `property` names one.
    fn take(&mut self, element: &BytesStart<'_>, entities: &Entities, property: impl Fn(QName<'_>) -> Option<Property>) {
        for attribute in element.attributes().with_checks(false).flatten() {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return;
            }
            if let Some(property) = property(attribute.key)
                && let Some(text) = value(&attribute, entities)
            {
                self.add(property, &text);
            }
        }
    }

    fn add(&mut self, property: Property, text: &str) {
        let text = text.trim();
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        match property {
            Property::SourceType if is_plain && text.len() <= MOST_SOURCE_TYPE => self.source_types.push(text.to_owned()),
            Property::Extension if is_plain && text.len() == GUID && self.extensions.len() < MOST_EXTENSIONS => {
                self.extensions.push(text.as_bytes().to_vec());
            }
            Property::Manifest => self.names_a_manifest |= text.starts_with("https://") || text.starts_with("http://"),
            _ => {}
        }
    }
}

fn is_named((namespace, local): (ResolveResult<'_>, quick_xml::name::LocalName<'_>), wanted: &[u8], locals: &[&str]) -> bool {
    let ResolveResult::Bound(namespace) = namespace else { return false };
    namespace.as_ref() == wanted && locals.iter().any(|name| local.as_ref() == name.as_bytes())
}

/// The property with a name, if it is looked for
fn property(resolved: (ResolveResult<'_>, quick_xml::name::LocalName<'_>)) -> Option<Property> {
    let (ResolveResult::Bound(namespace), local) = resolved else { return None };
    match (namespace.as_ref(), local.as_ref()) {
        (IPTC, b"DigitalSourceType") => Some(Property::SourceType),
        (NOTE, b"HasExtendedXMP") => Some(Property::Extension),
        (TERMS, b"provenance") => Some(Property::Manifest),
        _ => None,
    }
}

/// Adds to the text of the innermost element, if it is a value. One that grows too long is none.
fn append(places: &mut [Place], text: Option<Cow<'_, str>>) {
    if let (Some(Place::Value(_, value)), Some(text)) = (places.last_mut(), text)
        && value.len() <= MOST_VALUE
    {
        value.extend(text.chars().take(MOST_VALUE + 1));
    }
}

fn value(attribute: &Attribute<'_>, entities: &Entities) -> Option<String> {
    let is_short = attribute.value.len() <= MOST_VALUE;
    let read = || attribute.normalized_value_with(XmlVersion::Implicit1_0, 1, |name| resolve(entities, name));
    is_short.then(read)?.ok().map(Cow::into_owned)
}

fn resolve<'a>(entities: &'a Entities, name: &str) -> Option<&'a str> {
    resolve_predefined_entity(name).or_else(|| entities.get(name).map(String::as_str))
}

/// The entities of a document type that stand for plain text. Those that stand for others are left out, so that none can grow.
fn declarations(document_type: &str) -> Entities {
    let mut entities = Entities::new();
    for declaration in document_type.split("<!ENTITY").skip(1).take(MOST_ENTITIES) {
        let Some((name, rest)) = declaration.trim_start().split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { continue };
        let Some(text) = rest[1..].split(quote).next() else { continue };
        if text.len() <= MOST_VALUE && !text.contains(['&', '%', '<']) {
            entities.entry(name.to_owned()).or_insert_with(|| text.to_owned());
        }
    }
    entities
}
