//! Fields, components and indices of values whose type may become known later.

use borel_diagnostics::{Diagnostic, suggest};
use borel_source::Name;

use super::{Constraint, Progress};
use crate::infer::Checker;
use crate::types::{Node, Ty};

impl Checker<'_> {
    pub(super) fn solve_field(&mut self, constraint: &Constraint, a: Ty, name: &Name, result: Ty) -> Progress {
        match self.store.node(a).clone() {
            Node::Record(fields) => match fields.iter().find(|field| field.0 == *name) {
                Some(field) => self.result(constraint, result, field.1),
                None => {
                    let near = suggest(name, fields.iter().map(|field| field.0.as_str())).map(str::to_string);
                    self.refuse_field(constraint, a, name, near)
                }
            },
            Node::Var { number: false, .. } | Node::Param(_) => Progress::Stuck,
            _ => self.refuse_field(constraint, a, name, None),
        }
    }

    fn refuse_field(&mut self, constraint: &Constraint, a: Ty, name: &Name, near: Option<String>) -> Progress {
        let found = self.show(a);
        let help = match self.store.node(a) {
            _ if near.is_some() => near.map(|near| format!("there is a field `{near}`")),
            Node::Posterior(_) => Some(format!("summarise it first: `mean(posterior).{name}`")),
            Node::Dist(_) => Some("draw a value first: `sample d` or `let x ~ d`".to_string()),
            Node::Data(..) => Some("take a data value apart with `match`".to_string()),
            Node::Array(_) if &**name == "length" => Some("write `len(xs)`".to_string()),
            _ => None,
        };
        let message = format!("there is no field `{name}` in {found}");
        let mut diagnostic = Diagnostic::error("E0205", constraint.span, message, format!("this has type {found}"));
        diagnostic.labels[0].span = constraint.operand(0);
        diagnostic.help = help;
        self.refuse(constraint, diagnostic)
    }

    pub(super) fn solve_component(&mut self, constraint: &Constraint, a: Ty, index: u32, result: Ty) -> Progress {
        match self.store.node(a).clone() {
            Node::Tuple(items) if (index as usize) < items.len() => {
                self.result(constraint, result, items[index as usize])
            }
            Node::Var { number: false, .. } | Node::Param(_) => Progress::Stuck,
            node => {
                let found = self.show(a);
                let message = format!("there is no component `{index}` in {found}");
                let label = format!("this has type {found}");
                let mut diagnostic = Diagnostic::error("E0205", constraint.operand(0), message, label);
                if let Node::Array(_) = node {
                    diagnostic = diagnostic.help(format!("elements of arrays are written `xs[{index}]`"));
                } else if let Node::Tuple(items) = node {
                    diagnostic = diagnostic.note(format!("its components are .0 to .{}", items.len() - 1));
                }
                self.refuse(constraint, diagnostic)
            }
        }
    }

    pub(super) fn solve_index(&mut self, constraint: &Constraint, a: Ty, count: u32, result: Ty) -> Progress {
        match (self.store.node(a).clone(), count) {
            (Node::Array(item), 1) => self.result(constraint, result, item),
            (Node::Matrix, 1) => {
                let row = self.store.array(Ty::REAL);
                self.result(constraint, result, row)
            }
            (Node::Matrix, 2) => self.result(constraint, result, Ty::REAL),
            (Node::Var { number: false, .. } | Node::Param(_), _) => Progress::Stuck,
            (node, _) => {
                let found = self.show(a);
                let message = match node {
                    Node::Array(_) => format!("an array has one index, here are {count}"),
                    _ => format!("{found} cannot be indexed"),
                };
                let label = format!("this has type {found}");
                let mut diagnostic = Diagnostic::error("E0206", constraint.operand(0), message, label);
                diagnostic.help = match node {
                    Node::Array(_) => Some("write `a[i][j]` for an array of arrays".to_string()),
                    Node::Tuple(_) => Some("components of tuples are written `.0`, `.1`".to_string()),
                    Node::Posterior(_) => Some("`draws(posterior)[i]` is one of its draws".to_string()),
                    Node::Function(..) => Some("functions are called with `(..)`".to_string()),
                    Node::Record(_) => Some("fields of records are written `.name`".to_string()),
                    Node::String => Some("a part of a string is `text[i..i + 1]`".to_string()),
                    _ => None,
                };
                self.refuse(constraint, diagnostic)
            }
        }
    }
}
