//! Names: what each module defines, and what a name means where it stands.
//!
//! A name is looked for among locals (elsewhere), the module's own definitions, types and constructors of the modules it
//! imports, the standard library, and last what the compiler knows: builtins and distributions. So anything but a
//! keyword can be redefined.

use std::collections::HashMap;

use borel_diagnostics::{Diagnostic, suggest};
use borel_distributions::Kind as DistKind;
use borel_source::{Name, Span};
use borel_syntax::ast;
use borel_typed::{Builtin, ConstantId, DataId, FunctionId};

use crate::ParsedModule;
use crate::foreign;

/// What a name of a value means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entity {
    Function(FunctionId),
    Constant(ConstantId),
    Constructor(DataId, u32),
    Builtin(Builtin),
    Distribution(DistKind),
}

/// What a name of a type means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeEntity {
    Data(DataId),
    /// Index into [`Names::aliases`]
    Alias(usize),
}

/// An alias as written.
#[derive(Clone, Copy)]
pub struct Alias<'a> {
    pub module: usize,
    pub item: &'a ast::TypeItem,
    pub body: &'a ast::TypeExpr,
}

/// What one module defines.
#[derive(Default)]
pub struct Scope {
    pub values: HashMap<Name, (Entity, Span)>,
    pub types: HashMap<Name, (TypeEntity, Span)>,
    /// By the last component of the path.
    pub imports: HashMap<Name, usize>,
}

/// What all modules define.
pub struct Names<'a> {
    pub scopes: Vec<Scope>,
    pub aliases: Vec<Alias<'a>>,
    prelude: Vec<usize>,
    known: HashMap<&'static str, Entity>,
}

/// Which definitions there are, numbered in the order of modules and items.
#[derive(Default)]
pub struct Items<'a> {
    /// With the module; a top-level `let f = fn ..` is one too.
    pub functions: Vec<(usize, &'a ast::Item, &'a ast::Function, &'a ast::Ident)>,
    pub constants: Vec<(usize, &'a ast::Item)>,
    pub datas: Vec<(usize, &'a ast::TypeItem, &'a [ast::Constructor], Span)>,
}

/// The types that the language itself names.
pub const TYPE_NAMES: &[&str] =
    &["Unit", "Bool", "Int", "Real", "String", "Matrix", "Method", "Dist", "Posterior", "Suspended"];

impl<'a> Names<'a> {
    /// Collects the definitions of all modules.
    pub fn collect(modules: &'a [ParsedModule], diagnostics: &mut Vec<Diagnostic>) -> (Names<'a>, Items<'a>) {
        let mut known: HashMap<&'static str, Entity> = HashMap::new();
        known.extend(DistKind::ALL.iter().map(|kind| (kind.entry().name, Entity::Distribution(*kind))));
        known.extend(Builtin::all().map(|builtin| (builtin.name(), Entity::Builtin(builtin))));
        let prelude = (0..modules.len()).filter(|index| modules[*index].is_prelude).collect();
        let mut names = Names { scopes: Vec::new(), aliases: Vec::new(), prelude, known };
        let mut items = Items::default();
        for (index, module) in modules.iter().enumerate() {
            let mut scope = Scope::default();
            for item in &module.module.items {
                names.collect_item(index, item, &mut scope, &mut items, diagnostics);
            }
            collect_imports(modules, module, &mut scope, diagnostics);
            names.scopes.push(scope);
        }
        (names, items)
    }

    fn collect_item(
        &mut self,
        module: usize,
        item: &'a ast::Item,
        scope: &mut Scope,
        items: &mut Items<'a>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        match &item.kind {
            ast::ItemKind::Function(function) => {
                if let Some(name) = &function.name {
                    let id = FunctionId(items.functions.len() as u32);
                    items.functions.push((module, item, function, name));
                    define(&mut scope.values, name, Entity::Function(id), diagnostics);
                }
            }
            ast::ItemKind::Let(name, None, ast::Expr { kind: ast::ExprKind::Lambda(function), .. }) => {
                let id = FunctionId(items.functions.len() as u32);
                items.functions.push((module, item, function, name));
                define(&mut scope.values, name, Entity::Function(id), diagnostics);
            }
            ast::ItemKind::Let(name, _, _) => {
                let id = ConstantId(items.constants.len() as u32);
                items.constants.push((module, item));
                define(&mut scope.values, name, Entity::Constant(id), diagnostics);
            }
            ast::ItemKind::Type(type_item) => self.collect_type(module, item, type_item, scope, items, diagnostics),
            ast::ItemKind::Import(_) | ast::ItemKind::Error => {}
        }
    }

    fn collect_type(
        &mut self,
        module: usize,
        item: &'a ast::Item,
        type_item: &'a ast::TypeItem,
        scope: &mut Scope,
        items: &mut Items<'a>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        match &type_item.body {
            ast::TypeBody::Alias(body) => {
                self.aliases.push(Alias { module, item: type_item, body });
                let entity = TypeEntity::Alias(self.aliases.len() - 1);
                define(&mut scope.types, &type_item.name, entity, diagnostics);
            }
            ast::TypeBody::Data(constructors) => {
                let id = DataId(items.datas.len() as u32);
                items.datas.push((module, type_item, constructors, item.span));
                define(&mut scope.types, &type_item.name, TypeEntity::Data(id), diagnostics);
                for (index, constructor) in constructors.iter().enumerate() {
                    let entity = Entity::Constructor(id, index as u32);
                    define(&mut scope.values, &constructor.name, entity, diagnostics);
                }
            }
        }
    }

    /// What a name of a value means in a module; `module.name` names a member.
    pub fn value(&self, module: usize, name: &str) -> Option<Entity> {
        if let Some((qualifier, member)) = name.rsplit_once('.') {
            let import = *self.scopes[module].imports.get(&Name::new(qualifier))?;
            return self.member(import, member);
        }
        let key = Name::new(name);
        let own = |scope: usize| self.scopes[scope].values.get(&key).map(|entry| entry.0);
        own(module)
            .or_else(|| {
                let mut imported = self.scopes[module].imports.values().filter_map(|&import| own(import));
                imported.find(|entity| matches!(entity, Entity::Constructor(..)))
            })
            .or_else(|| self.prelude.iter().copied().find_map(own))
            .or_else(|| self.known.get(name).copied())
    }

    /// A definition of an imported module.
    pub fn member(&self, import: usize, name: &str) -> Option<Entity> {
        self.scopes[import].values.get(&Name::new(name)).map(|entry| entry.0)
    }

    /// What a name of a type means in a module.
    pub fn type_entity(&self, module: usize, name: &str) -> Option<TypeEntity> {
        if let Some((qualifier, member)) = name.rsplit_once('.') {
            let import = *self.scopes[module].imports.get(&Name::new(qualifier))?;
            return self.scopes[import].types.get(&Name::new(member)).map(|entry| entry.0);
        }
        let key = Name::new(name);
        let own = |scope: usize| self.scopes[scope].types.get(&key).map(|entry| entry.0);
        own(module)
            .or_else(|| self.scopes[module].imports.values().find_map(|&import| own(import)))
            .or_else(|| self.prelude.iter().copied().find_map(own))
    }

    /// The complaint about a name that means nothing; `locals` are what else is in scope.
    pub fn unknown_value(&self, module: usize, name: &str, span: Span, locals: &[&str]) -> Diagnostic {
        let diagnostic = Diagnostic::error("E0101", span, format!("unknown name `{name}`"), "not defined here");
        if let Some(help) = foreign::value_help(name) {
            return diagnostic.help(help);
        }
        let scopes = std::iter::once(module).chain(self.prelude.iter().copied());
        let candidates = locals
            .iter()
            .copied()
            .chain(scopes.flat_map(|scope| self.scopes[scope].values.keys().map(|name| name.as_str())))
            .chain(self.known.keys().copied());
        if let Some(near) = suggest(name, candidates) {
            return diagnostic.help(format!("did you mean `{near}`?"));
        }
        if self.scopes[module].types.contains_key(&Name::new(name)) || TYPE_NAMES.contains(&name) {
            return diagnostic.note(format!("`{name}` is a type, not a value"));
        }
        diagnostic
    }

    /// The complaint about a name of a type that means nothing.
    pub fn unknown_type(&self, module: usize, name: &str, span: Span, params: &[&str]) -> Diagnostic {
        let diagnostic = Diagnostic::error("E0102", span, format!("unknown type `{name}`"), "not defined here");
        if let Some(help) = foreign::type_help(name) {
            return diagnostic.help(help);
        }
        let scopes = std::iter::once(module).chain(self.prelude.iter().copied());
        let candidates = TYPE_NAMES
            .iter()
            .copied()
            .chain(params.iter().copied())
            .chain(scopes.flat_map(|scope| self.scopes[scope].types.keys().map(|name| name.as_str())));
        match suggest(name, candidates) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if name.len() == 1 => {
                diagnostic.help(format!("type parameters are declared after the name: `fn f[{name}](..)`"))
            }
            None => diagnostic,
        }
    }
}

fn define<E>(table: &mut HashMap<Name, (E, Span)>, name: &ast::Ident, entity: E, diagnostics: &mut Vec<Diagnostic>) {
    if let Some((_, first)) = table.get(&name.name) {
        let message = format!("`{}` is defined twice", name.name);
        let diagnostic = Diagnostic::error("E0103", name.span, message, "defined again here");
        diagnostics.push(diagnostic.label(*first, "first defined here"));
        return;
    }
    table.insert(name.name.clone(), (entity, name.span));
}

fn collect_imports(
    modules: &[ParsedModule],
    module: &ParsedModule,
    scope: &mut Scope,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (path, span) in crate::imports(&module.module) {
        let target = modules.iter().position(|other| !other.is_prelude && !path.is_empty() && other.path == path);
        match (target, path.last()) {
            (Some(index), Some(last)) => {
                scope.imports.insert(last.clone(), index);
            }
            _ => {
                let text = path.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(".");
                let message = format!("there is no module `{text}`");
                diagnostics.push(Diagnostic::error("E0104", span, message, "imported here"));
            }
        }
    }
}
