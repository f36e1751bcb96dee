//! Types for people: parameters and unknowns are named A, B, ... in the order of their appearance.

use std::fmt::Write;

use borel_source::Name;

use crate::constraint::Constraint;
use crate::effect::Effect;
use crate::infer::Checker;
use crate::types::{Node, Ty};

/// Names given so far, so that several types in one message agree.
#[derive(Default)]
pub struct Naming {
    names: Vec<(Ty, String)>,
    /// Names of declared parameters, which unknowns must not take.
    reserved: Vec<Name>,
}

impl Checker<'_> {
    /// A type as text.
    pub fn show(&self, ty: Ty) -> String {
        self.show_with(ty, &mut self.naming(&[ty]))
    }

    /// Two types as text, unknowns named alike.
    pub fn show_pair(&self, a: Ty, b: Ty) -> (String, String) {
        let mut naming = self.naming(&[a, b]);
        (self.show_with(a, &mut naming), self.show_with(b, &mut naming))
    }

    /// A type as text, with names shared through `naming`.
    pub fn show_with(&self, ty: Ty, naming: &mut Naming) -> String {
        let mut text = String::new();
        self.write_type(ty, naming, &mut text);
        text
    }

    fn write_type(&self, ty: Ty, naming: &mut Naming, out: &mut String) {
        match self.store.node(ty) {
            Node::Unit => out.push_str("()"),
            Node::Bool => out.push_str("Bool"),
            Node::Int => out.push_str("Int"),
            Node::Real => out.push_str("Real"),
            Node::String => out.push_str("String"),
            Node::Matrix => out.push_str("Matrix"),
            Node::Method => out.push_str("Method"),
            Node::Error | Node::Link(_) => out.push('_'),
            Node::Tuple(items) => self.write_list("(", items, ")", naming, out),
            Node::Record(fields) => {
                out.push_str("{ ");
                for (index, (name, ty)) in fields.iter().enumerate() {
                    let _ = write!(out, "{}{name}: ", if index > 0 { ", " } else { "" });
                    self.write_type(*ty, naming, out);
                }
                out.push_str(" }");
            }
            Node::Array(item) => self.write_list("[", &[*item], "]", naming, out),
            Node::Dist(item) => self.write_list("Dist[", &[*item], "]", naming, out),
            Node::Posterior(item) => self.write_list("Posterior[", &[*item], "]", naming, out),
            Node::Suspended(item) => self.write_list("Suspended[", &[*item], "]", naming, out),
            Node::Function(params, effect, result) => self.write_function(params, *effect, *result, naming, out),
            Node::Data(id, items) => {
                out.push_str(&self.datas[id.0 as usize].name);
                if !items.is_empty() {
                    self.write_list("[", items, "]", naming, out);
                }
            }
            Node::Param(param) => match &self.store.params[*param as usize].name {
                Some(name) => out.push_str(name),
                None => self.write_unknown(ty, naming, out),
            },
            Node::Var { .. } => self.write_unknown(ty, naming, out),
        }
    }

    fn write_unknown(&self, ty: Ty, naming: &mut Naming, out: &mut String) {
        let root = self.store.root(ty);
        let number = matches!(self.store.node(root), Node::Var { number: true, .. });
        if number && !naming.names.iter().any(|entry| entry.0 == root) {
            // An integer literal whose type is still open.
            out.push_str("Int");
            return;
        }
        out.push_str(&self.name_of(root, naming));
    }

    /// The name of an unknown or parameter, a new one if it has none yet.
    fn name_of(&self, root: Ty, naming: &mut Naming) -> String {
        let root = self.store.root(root);
        if let Some(entry) = naming.names.iter().find(|entry| self.same_unknown(entry.0, root)) {
            return entry.1.clone();
        }
        let name = (0..)
            .map(letter_name)
            .find(|name| {
                !naming.reserved.iter().any(|reserved| **reserved == **name)
                    && !naming.names.iter().any(|entry| entry.1 == *name)
            })
            .unwrap_or_default();
        naming.names.push((root, name.clone()));
        name
    }

    fn same_unknown(&self, a: Ty, b: Ty) -> bool {
        match (self.store.node(a), self.store.node(b)) {
            (Node::Param(a), Node::Param(b)) => a == b,
            _ => a == b,
        }
    }

    fn write_list(&self, open: &str, items: &[Ty], close: &str, naming: &mut Naming, out: &mut String) {
        out.push_str(open);
        for (index, &item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            self.write_type(item, naming, out);
        }
        out.push_str(close);
    }

    fn write_function(&self, params: &[Ty], effect: Effect, result: Ty, naming: &mut Naming, out: &mut String) {
        match params {
            [param] if !matches!(self.store.node(*param), Node::Function(..) | Node::Tuple(_) | Node::Unit) => {
                self.write_type(*param, naming, out);
            }
            _ => self.write_list("(", params, ")", naming, out),
        }
        out.push_str(self.arrow(effect));
        self.write_result(result, naming, out);
    }

    /// A result that is a function stands in parentheses.
    fn write_result(&self, result: Ty, naming: &mut Naming, out: &mut String) {
        if self.store.is_function(result) {
            self.write_list("(", &[result], ")", naming, out);
        } else {
            self.write_type(result, naming, out);
        }
    }

    fn arrow(&self, effect: Effect) -> &'static str {
        if self.store.effects.find(effect) == Effect::Pure { " -> " } else { " ~> " }
    }

    /// The signature of a function: `[A, B](A ~> B, [A]) ~> [B]`, constraints after `where`.
    pub fn signature(&self, ty: Ty, constraints: &[Constraint]) -> String {
        let mut naming = self.naming(&[ty]);
        let mut text = String::new();
        if let Node::Function(params, effect, result) = self.store.node(ty) {
            self.write_list("(", params, ")", &mut naming, &mut text);
            text.push_str(self.arrow(*effect));
            self.write_result(*result, &mut naming, &mut text);
        } else {
            self.write_type(ty, &mut naming, &mut text);
        }
        let shown: Vec<String> = constraints
            .iter()
            .filter_map(|constraint| {
                let mut text = String::new();
                self.write_constraint(constraint, &mut naming, &mut text);
                (!text.is_empty()).then_some(text)
            })
            .collect();
        let mut names: Vec<&str> = naming.reserved.iter().map(|name| name.as_str()).collect();
        names.extend(naming.names.iter().map(|entry| entry.1.as_str()));
        let prefix = if names.is_empty() { String::new() } else { format!("[{}]", names.join(", ")) };
        let suffix = if shown.is_empty() { String::new() } else { format!(" where {}", shown.join(", ")) };
        format!("{prefix}{text}{suffix}")
    }

    /// A naming for messages about these types.
    fn naming(&self, types: &[Ty]) -> Naming {
        let mut params: Vec<u32> = Vec::new();
        for &ty in types {
            self.store.walk(ty, &mut |node| {
                if let Node::Param(param) = node
                    && !params.contains(param)
                {
                    params.push(*param);
                }
            });
        }
        params.sort_unstable();
        let reserved = params.iter().filter_map(|&param| self.store.params[param as usize].name.clone()).collect();
        Naming { names: Vec::new(), reserved }
    }
}

fn letter_name(index: u32) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) }
}
