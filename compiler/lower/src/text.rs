//! Values as text: `str` and `print`.

use borel_core::{Atom, Op, Prim};
use borel_source::{Name, Span};
use borel_typed::Type;

use crate::Lowering;
use crate::lift::Value;

impl Lowering<'_> {
    /// A string is its own text; others have the runtime's.
    pub(crate) fn text(&mut self, value: &Value, span: Span) -> Atom {
        match value.ty {
            Type::String => value.atom.clone(),
            _ => {
                let ty = self.core.string();
                self.prim(Prim::Str, vec![value.atom.clone()], ty, span)
            }
        }
    }

    /// The texts of the values on one line, with spaces between.
    pub(crate) fn print(&mut self, values: &[Value], span: Span) {
        let ty = self.core.string();
        let mut line: Option<Atom> = None;
        for value in values {
            let text = self.text(value, span);
            line = Some(match line {
                None => text,
                Some(before) => {
                    let space = Atom::String(Name::new(" "));
                    let spaced = self.prim(Prim::ConcatString, vec![before, space], ty, span);
                    self.prim(Prim::ConcatString, vec![spaced, text], ty, span)
                }
            });
        }
        self.perform(Op::Print(line.unwrap_or(Atom::String(Name::new("")))), span);
    }
}
