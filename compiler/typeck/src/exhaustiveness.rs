//! Whether matches cover all cases, by matrices of patterns (Maranget, Warnings for pattern matching, JFP 2007):
//! `uncovered` is its algorithm I (a witness of what no row matches), `useful` its algorithm U.

use borel_diagnostics::Diagnostic;
use borel_source::{Name, Span};
use borel_typed::{Arm, DataId, Expr, Pattern, PatternKind, Type};

use crate::infer::Checker;

/// What a pattern requires at its top.
#[derive(Clone, PartialEq, Debug)]
enum Head {
    Constructor(DataId, u32),
    Tuple,
    Record(Vec<Name>),
    Bool(bool),
    Int(i64),
    String(String),
}

/// A pattern reduced to what decides coverage.
#[derive(Clone, Debug)]
enum Shape {
    Any,
    Of(Head, Vec<Shape>),
}

/// Bounds the work: coverage is exponential in the worst case.
const MAX_STEPS: u32 = 200_000;

struct Matrix<'c, 'a> {
    checker: &'c Checker<'a>,
    steps: u32,
}

/// Reports a match that misses a case, and arms that no value reaches.
pub fn check_match(checker: &mut Checker, scrutinee: &Expr, arms: &[Arm]) {
    if arms.iter().any(|arm| is_refused(checker, &arm.pattern)) {
        return;
    }
    let mut reports = Vec::new();
    let mut rows: Vec<Vec<Shape>> = Vec::new();
    let mut matrix = Matrix { checker, steps: 0 };
    for arm in arms {
        let row = vec![shape(&arm.pattern)];
        if !matrix.useful(&rows, &row) {
            let message = "this case is never reached";
            let label = "everything it matches is covered by the cases before";
            reports.push(Diagnostic::warning("W0301", arm.pattern.span, message, label));
        }
        if arm.guard.is_none() {
            rows.push(row);
        }
    }
    if let Some(witness) = matrix.uncovered(&rows, 1) {
        let case = matrix.show(&witness[0]);
        let message = format!("the match does not cover {case}");
        let diagnostic = Diagnostic::error("E0301", scrutinee.span, message, format!("not covered: {case}"));
        let guarded = arms.iter().any(|arm| arm.guard.is_some());
        let diagnostic = if guarded {
            diagnostic.note("a case with a guard may fail, so it covers nothing by itself")
        } else {
            diagnostic
        };
        reports.push(diagnostic.help(format!("add the case `{case} => ..`, or `_ => ..` for everything else")));
    }
    reports.into_iter().for_each(|report| checker.report(report));
}

/// Reports a pattern in a place without alternatives that may fail.
pub fn check_irrefutable(checker: &mut Checker, pattern: &Pattern) {
    if matches!(pattern.kind, PatternKind::Bind(_) | PatternKind::Wildcard) || is_refused(checker, pattern) {
        return;
    }
    let rows = vec![vec![shape(pattern)]];
    let mut matrix = Matrix { checker, steps: 0 };
    if let Some(witness) = matrix.uncovered(&rows, 1) {
        let case = matrix.show(&witness[0]);
        let message = format!("this pattern does not cover {case}");
        let diagnostic = Diagnostic::error("E0302", pattern.span, message, format!("not covered: {case}"))
            .help("use `match`, which takes all cases");
        checker.report(diagnostic);
    }
}

/// Whether something wrong has been found in a pattern: then what it covers is not known.
fn is_refused(checker: &Checker, pattern: &Pattern) -> bool {
    let inside =
        |span: Span| span.file == pattern.span.file && span.start >= pattern.span.start && span.end <= pattern.span.end;
    checker.diagnostics.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.span().is_some_and(inside))
}

fn shape(pattern: &Pattern) -> Shape {
    match &pattern.kind {
        PatternKind::Wildcard | PatternKind::Bind(_) => Shape::Any,
        PatternKind::Constructor(data, index, items) => {
            Shape::Of(Head::Constructor(*data, *index), items.iter().map(shape).collect())
        }
        PatternKind::Tuple(items) => Shape::Of(Head::Tuple, items.iter().map(shape).collect()),
        PatternKind::Record(fields) => {
            let Type::Record(types) = &pattern.ty else { return Shape::Any };
            let items = types
                .iter()
                .map(|(name, _)| {
                    fields.iter().find(|field| field.0 == *name).map_or(Shape::Any, |field| shape(&field.1))
                })
                .collect();
            Shape::Of(Head::Record(types.iter().map(|field| field.0.clone()).collect()), items)
        }
        PatternKind::Bool(value) => Shape::Of(Head::Bool(*value), Vec::new()),
        PatternKind::Int(value) => Shape::Of(Head::Int(*value), Vec::new()),
        PatternKind::String(value) => Shape::Of(Head::String(value.clone()), Vec::new()),
    }
}

impl Matrix<'_, '_> {
    fn exhausted(&mut self) -> bool {
        self.steps += 1;
        self.steps > MAX_STEPS
    }

    /// Values (one for each of the `width` columns) that no row matches.
    fn uncovered(&mut self, rows: &[Vec<Shape>], width: usize) -> Option<Vec<Shape>> {
        if self.exhausted() {
            return None;
        }
        if width == 0 {
            return rows.is_empty().then(Vec::new);
        }
        let heads = heads(rows);
        let Some(all) = self.signature(&heads) else {
            let rest = self.uncovered(&default_rows(rows), width - 1)?;
            let first = if heads.is_empty() { Shape::Any } else { self.absent(&heads) };
            return Some([vec![first], rest].concat());
        };
        for (head, arity) in all {
            if let Some(mut witness) = self.uncovered(&specialise(rows, &head, arity), arity + width - 1) {
                let rest = witness.split_off(arity);
                return Some([vec![Shape::Of(head, witness)], rest].concat());
            }
        }
        None
    }

    /// Whether `row` matches something that no row of `rows` does.
    fn useful(&mut self, rows: &[Vec<Shape>], row: &[Shape]) -> bool {
        if self.exhausted() {
            return true;
        }
        let Some((first, rest)) = row.split_first() else { return rows.is_empty() };
        if let Shape::Of(head, items) = first {
            let row = [items.as_slice(), rest].concat();
            return self.useful(&specialise(rows, head, items.len()), &row);
        }
        match self.signature(&heads(rows)) {
            None => self.useful(&default_rows(rows), rest),
            Some(all) => all.into_iter().any(|(head, arity)| {
                let row = [vec![Shape::Any; arity], rest.to_vec()].concat();
                self.useful(&specialise(rows, &head, arity), &row)
            }),
        }
    }

    /// All heads that values of the column can have, if those that occur are all.
    fn signature(&self, heads: &[(Head, usize)]) -> Option<Vec<(Head, usize)>> {
        match &heads.first()?.0 {
            Head::Tuple | Head::Record(_) => Some(heads[..1].to_vec()),
            Head::Bool(_) => (heads.len() == 2).then(|| heads.to_vec()),
            Head::Int(_) | Head::String(_) => None,
            Head::Constructor(data, _) => {
                (heads.len() == self.checker.datas[data.0 as usize].constructors.len()).then(|| heads.to_vec())
            }
        }
    }

    /// A value with a head that does not occur.
    fn absent(&self, heads: &[(Head, usize)]) -> Shape {
        let occurs = |head: &Head| heads.iter().any(|entry| entry.0 == *head);
        match heads.first().map(|entry| &entry.0) {
            Some(Head::Constructor(data, _)) => {
                let constructors = &self.checker.datas[data.0 as usize].constructors;
                (0..constructors.len() as u32).find(|&index| !occurs(&Head::Constructor(*data, index))).map_or(
                    Shape::Any,
                    |index| {
                        let arity = constructors[index as usize].fields.len();
                        Shape::Of(Head::Constructor(*data, index), vec![Shape::Any; arity])
                    },
                )
            }
            Some(Head::Bool(value)) => Shape::Of(Head::Bool(!value), Vec::new()),
            _ => Shape::Any,
        }
    }

    fn show(&self, shape: &Shape) -> String {
        let Shape::Of(head, items) = shape else { return "_".to_string() };
        let items: Vec<String> = items.iter().map(|item| self.show(item)).collect();
        match head {
            Head::Constructor(data, index) => {
                let name = &self.checker.datas[data.0 as usize].constructors[*index as usize].name;
                if items.is_empty() { name.to_string() } else { format!("{name}({})", items.join(", ")) }
            }
            Head::Tuple => format!("({})", items.join(", ")),
            Head::Record(names) => {
                let fields: Vec<String> =
                    names.iter().zip(items).map(|(name, item)| format!("{name}: {item}")).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Head::Bool(value) => value.to_string(),
            Head::Int(value) => value.to_string(),
            Head::String(value) => format!("{value:?}"),
        }
    }
}

/// The heads in the first column, each once, with their numbers of parts.
fn heads(rows: &[Vec<Shape>]) -> Vec<(Head, usize)> {
    let mut found: Vec<(Head, usize)> = Vec::new();
    for row in rows {
        if let Some(Shape::Of(head, items)) = row.first()
            && !found.iter().any(|entry| entry.0 == *head)
        {
            found.push((head.clone(), items.len()));
        }
    }
    found
}

/// The rows that can match a value with this head, with its parts as columns.
fn specialise(rows: &[Vec<Shape>], head: &Head, arity: usize) -> Vec<Vec<Shape>> {
    rows.iter()
        .filter_map(|row| match row.split_first()? {
            (Shape::Any, rest) => Some([vec![Shape::Any; arity], rest.to_vec()].concat()),
            (Shape::Of(found, items), rest) if found == head => Some([items.as_slice(), rest].concat()),
            _ => None,
        })
        .collect()
}

/// The rows that match whatever the first column is.
fn default_rows(rows: &[Vec<Shape>]) -> Vec<Vec<Shape>> {
    rows.iter()
        .filter_map(|row| match row.split_first()? {
            (Shape::Any, rest) => Some(rest.to_vec()),
            _ => None,
        })
        .collect()
}
