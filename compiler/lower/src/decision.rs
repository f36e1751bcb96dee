//! Matches as decision trees (Maranget, Compiling pattern matching to good decision trees, 2008).
//!
//! Takes the arms of an exhaustive match; gives a tree that looks at each part of the value at most once on each path. Parts
//! are named by occurrences.

use std::collections::HashMap;

use borel_core::Atom;
use borel_source::Name;
use borel_typed::{Arm, LocalId, Pattern, PatternKind, Type};

use crate::pattern::field_index;

/// A part of the value matched; 0 is all of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Occurrence(pub u32);

/// How a part is reached.
pub(crate) enum Origin {
    /// All of the value, or a field that the case of a constructor binds.
    Bound,
    /// A component of a tuple or record.
    Component(Occurrence, usize),
}

/// Variables and the parts that they name.
pub(crate) type Bindings = Vec<(LocalId, Occurrence)>;

/// A decision tree.
pub(crate) enum Tree {
    /// No arm is left; exhaustive matches do not come here.
    Unreachable,
    /// The arm is taken.
    Leaf(usize, Bindings),
    /// The arm is taken if its guard holds.
    Guard(usize, Bindings, Box<Tree>),
    /// Looks at the constructor.
    Constructors { at: Occurrence, cases: Vec<(u32, Vec<Occurrence>, Tree)>, default: Option<Box<Tree>> },
    /// Compares with a literal.
    Test { at: Occurrence, literal: Literal, then: Box<Tree>, otherwise: Box<Tree> },
}

/// A literal in a pattern.
#[derive(Clone, PartialEq)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    String(String),
}

impl Literal {
    pub(crate) fn atom(&self) -> Atom {
        match self {
            Literal::Bool(value) => Atom::Bool(*value),
            Literal::Int(value) => Atom::Int(*value),
            Literal::String(text) => Atom::String(Name::new(text)),
        }
    }
}

/// A tree, with what is known of each occurrence.
pub(crate) struct Decision {
    pub tree: Tree,
    /// By occurrence: how it is reached, and its concrete type.
    pub occurrences: Vec<(Origin, Type)>,
}

#[derive(Clone)]
struct Row<'a> {
    /// Parts that are still to be looked at, each with a constructor or a literal.
    columns: Vec<(Occurrence, &'a Pattern)>,
    bindings: Bindings,
    arm: usize,
    guarded: bool,
}

/// Builds the tree; `concrete` makes types concrete and `constructors` counts the constructors of a type.
pub(crate) struct Builder<'b> {
    concrete: &'b dyn Fn(&Type) -> Type,
    constructors: &'b dyn Fn(&Type) -> usize,
    occurrences: Vec<(Origin, Type)>,
    components: HashMap<(Occurrence, usize), Occurrence>,
}

impl<'b> Builder<'b> {
    pub(crate) fn decide(
        arms: &[Arm],
        scrutinee: Type,
        concrete: &'b dyn Fn(&Type) -> Type,
        constructors: &'b dyn Fn(&Type) -> usize,
    ) -> Decision {
        let occurrences = vec![(Origin::Bound, scrutinee)];
        let mut builder = Builder { concrete, constructors, occurrences, components: HashMap::new() };
        let rows = arms.iter().enumerate().map(|(arm, source)| {
            let mut row = Row { columns: Vec::new(), bindings: Vec::new(), arm, guarded: source.guard.is_some() };
            builder.add(&mut row, Occurrence(0), &source.pattern);
            row
        });
        let rows = rows.collect();
        let tree = builder.compile(rows);
        Decision { tree, occurrences: builder.occurrences }
    }

    /// Adds a pattern to a row: variables become bindings, products fall apart, the rest becomes a column.
    fn add<'a>(&mut self, row: &mut Row<'a>, at: Occurrence, pattern: &'a Pattern) {
        match &pattern.kind {
            PatternKind::Wildcard => {}
            PatternKind::Bind(local) => row.bindings.push((*local, at)),
            PatternKind::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    let part = self.component(at, index, &item.ty);
                    self.add(row, part, item);
                }
            }
            PatternKind::Record(fields) => {
                let ty = self.occurrences[at.0 as usize].1.clone();
                for (name, field) in fields {
                    let part = self.component(at, field_index(&ty, name), &field.ty);
                    self.add(row, part, field);
                }
            }
            PatternKind::Constructor(..) | PatternKind::Bool(_) | PatternKind::Int(_) | PatternKind::String(_) => {
                row.columns.push((at, pattern));
            }
        }
    }

    fn component(&mut self, of: Occurrence, index: usize, ty: &Type) -> Occurrence {
        if let Some(known) = self.components.get(&(of, index)) {
            return *known;
        }
        let part = self.occurrence(Origin::Component(of, index), ty);
        self.components.insert((of, index), part);
        part
    }

    fn occurrence(&mut self, origin: Origin, ty: &Type) -> Occurrence {
        self.occurrences.push((origin, (self.concrete)(ty)));
        Occurrence(self.occurrences.len() as u32 - 1)
    }

    fn compile(&mut self, mut rows: Vec<Row<'_>>) -> Tree {
        let Some(first) = rows.first() else { return Tree::Unreachable };
        let Some((at, pattern)) = first.columns.first().copied() else {
            let first = rows.remove(0);
            return match first.guarded {
                true => Tree::Guard(first.arm, first.bindings, Box::new(self.compile(rows))),
                false => Tree::Leaf(first.arm, first.bindings),
            };
        };
        match &pattern.kind {
            PatternKind::Constructor(..) => self.by_constructor(at, rows),
            kind => match literal(kind) {
                Some(literal) => self.by_literal(at, literal, rows),
                None => Tree::Unreachable,
            },
        }
    }

    fn by_constructor(&mut self, at: Occurrence, rows: Vec<Row<'_>>) -> Tree {
        let mut cases: Vec<(u32, Vec<Occurrence>, Vec<Row>)> = Vec::new();
        for row in &rows {
            if let Some((constructor, fields)) = constructor_at(row, at)
                && !cases.iter().any(|case| case.0 == constructor)
            {
                let parts = fields.iter().map(|field| self.occurrence(Origin::Bound, &field.ty)).collect();
                cases.push((constructor, parts, Vec::new()));
            }
        }
        cases.sort_by_key(|case| case.0);
        let mut default = Vec::new();
        for row in rows {
            match constructor_at(&row, at) {
                Some((constructor, fields)) => {
                    let mut rest = without(row, at);
                    for case in cases.iter_mut().filter(|case| case.0 == constructor) {
                        // What is inside comes before what is beside it, as written.
                        let beside = std::mem::take(&mut rest.columns);
                        fields.iter().zip(&case.1).for_each(|(field, part)| self.add(&mut rest, *part, field));
                        rest.columns.extend(beside);
                        case.2.push(rest.clone());
                    }
                }
                None => {
                    cases.iter_mut().for_each(|case| case.2.push(row.clone()));
                    default.push(row);
                }
            }
        }
        let covered = cases.len() == (self.constructors)(&self.occurrences[at.0 as usize].1);
        let default = if covered { None } else { Some(Box::new(self.compile(default))) };
        let cases = cases.into_iter().map(|(index, parts, rows)| (index, parts, self.compile(rows))).collect();
        Tree::Constructors { at, cases, default }
    }

    fn by_literal(&mut self, at: Occurrence, found: Literal, rows: Vec<Row<'_>>) -> Tree {
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        for row in rows {
            let own = row.columns.iter().find(|column| column.0 == at).and_then(|column| literal(&column.1.kind));
            match own {
                Some(own) if own == found => then.push(without(row, at)),
                // A Bool that is not the one is the other.
                Some(Literal::Bool(_)) => otherwise.push(without(row, at)),
                Some(_) => otherwise.push(row),
                None => {
                    then.push(row.clone());
                    otherwise.push(row);
                }
            }
        }
        let (then, otherwise) = (Box::new(self.compile(then)), Box::new(self.compile(otherwise)));
        Tree::Test { at, literal: found, then, otherwise }
    }
}

fn without(mut row: Row<'_>, at: Occurrence) -> Row<'_> {
    row.columns.retain(|column| column.0 != at);
    row
}

fn constructor_at<'a>(row: &Row<'a>, at: Occurrence) -> Option<(u32, &'a [Pattern])> {
    let (_, pattern) = row.columns.iter().find(|column| column.0 == at)?;
    match &pattern.kind {
        PatternKind::Constructor(_, constructor, fields) => Some((*constructor, fields)),
        _ => None,
    }
}

fn literal(kind: &PatternKind) -> Option<Literal> {
    match kind {
        PatternKind::Bool(value) => Some(Literal::Bool(*value)),
        PatternKind::Int(value) => Some(Literal::Int(*value)),
        PatternKind::String(text) => Some(Literal::String(text.clone())),
        _ => None,
    }
}
