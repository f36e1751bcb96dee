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
