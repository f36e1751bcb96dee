//! Names, types, effects and coverage: syntax trees to the typed tree.
//!
//! Takes parsed modules; gives a [`typed::Program`] whose invariants (see `borel-typed`) hold if no diagnostic is an
//! error. Checking never stops at an error: what has been reported gets an error type that goes with everything, so each
//! mistake is reported once.
//!
//! - [`resolve`] collects definitions; [`dependency`] groups them so that each comes after those it uses.
//! - [`types`], [`unify`], [`effect`] and [`scheme`] are Hindley-Milner with levels (Remy, 1992) and effects on arrows.
//! - [`constraint`] is overloading.
//! - [`infer`] walks over the syntax tree, one file per construct; [`zonk`] makes types final.
//! - [`exhaustiveness`] is the coverage of patterns.
#![allow(missing_docs)] // Only this file is public; the modules below document what is not plain from the names.

mod annotation;
mod constraint;
mod dependency;
mod display;
mod effect;
mod exhaustiveness;
mod foreign;
mod infer;
mod resolve;
mod scheme;
mod types;
mod unify;
mod zonk;

use borel_diagnostics::Diagnostic;
use borel_source::{Name, Span};
use borel_syntax::ast;
use borel_typed as typed;

use infer::{Checker, FunctionInfo};
use types::Ty;

/// A module as the loader gives it.
#[derive(Clone, Debug)]
pub struct ParsedModule {
    /// Its path as imports write it; empty for the root file and the standard library.
    pub path: Vec<Name>,
    /// What it says.
    pub module: ast::Module,
    /// Whether it is the standard library, whose names are visible everywhere.
    pub is_prelude: bool,
}

/// The modules that a module imports, with the place of each import.
pub fn imports(module: &ast::Module) -> Vec<(Vec<Name>, Span)> {
    module
        .items
        .iter()
        .filter_map(|item| match &item.kind {
            ast::ItemKind::Import(path) => {
                let names = path.iter().map(|part| part.name.clone()).collect();
                let span = match (path.first(), path.last()) {
                    (Some(first), Some(last)) => first.span.to(last.span),
                    _ => item.span,
                };
                Some((names, span))
            }
            _ => None,
        })
        .collect()
}

/// Checks a program: the root file, the modules that it imports, and the standard library.
pub fn check(modules: &[ParsedModule]) -> (typed::Program, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (names, items) = resolve::Names::collect(modules, &mut diagnostics);
    let groups = dependency::groups(&names, &items);
    let mut checker = Checker::new(names, items, diagnostics);
    checker.declare_datas();
    checker.functions = checker.items.functions.iter().map(|_| FunctionInfo { ty: Ty::ERROR, scheme: None }).collect();
    checker.constants = vec![Ty::ERROR; checker.items.constants.len()];
    checker.constant_numbers = vec![0; checker.items.constants.len()];
    checker.program.datas = checker.typed_datas();
    for group in &groups {
        checker.check_group(group);
    }
    let root = modules.iter().position(|module| module.path.is_empty() && !module.is_prelude);
    checker.into_program(root)
}
