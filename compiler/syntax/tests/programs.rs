//! Whole programs parse without a diagnostic.

use borel_source::FileId;
use borel_syntax::ast::{Item, ItemKind};
use borel_syntax::parse;

fn parses(text: &str) -> Vec<Item> {
    let (module, diagnostics) = parse(FileId(0), text);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    assert!(module.items.iter().all(|item| item.kind != ItemKind::Error));
    module.items
}

#[test]
fn the_language_at_a_glance() {
    assert_eq!(parses(include_str!("programs/glance.ppl")).len(), 8);
}

#[test]
fn every_construct() {
    parses(include_str!("programs/constructs.ppl"));
}

#[test]
fn the_examples() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "ppl") {
            println!("{}", path.display());
            parses(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
