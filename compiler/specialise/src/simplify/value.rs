//! Products and closures: taken apart or called where they are known.

use borel_core::{Atom, Block, End, Lambda, Op, Stmt, Var};
use borel_source::Span;

use super::{COPIED, DEEPEST, Fact, Flow, KnownLambda, PART, SMALL_LAMBDA, Simplifier};
use crate::effect::names_choices;
use crate::rename::{Renaming, returns_to_breaks};
use crate::size;

impl Simplifier<'_> {
    pub(super) fn project(&mut self, var: Var, tuple: Atom, index: u32, span: Span, out: &mut Vec<Stmt>) -> Flow {
        if let Fact::Tuple(components) = self.fact(&tuple)
            && let Some(component) = components.get(index as usize)
        {
            let component = component.clone();
            return self.becomes(var, component);
        }
        self.learn(var, Fact::Project(tuple.clone(), index));
        self.push(var, Op::Project(tuple, index), span, out)
    }

    pub(super) fn tuple(&mut self, var: Var, components: Vec<Atom>, span: Span, out: &mut Vec<Stmt>) -> Flow {
        if let Some(whole) = self.whole(var, &components) {
            return self.becomes(var, whole);
        }
        self.learn(var, Fact::Tuple(components.clone()));
        self.push(var, Op::Tuple(components), span, out)
    }

    /// The tuple whose components, all and in order, these are.
    fn whole(&self, var: Var, components: &[Atom]) -> Option<Atom> {
        let Fact::Project(whole, 0) = self.fact(components.first()?) else { return None };
        let Atom::Var(whole_var) = whole else { return None };
        let same_type = self.program.var_ty(*whole_var) == self.program.var_ty(var);
        let is_component = |(index, atom): (usize, &Atom)| matches!(self.fact(atom), Fact::Project(tuple, at) if tuple == whole && *at as usize == index);
        (same_type && components.iter().enumerate().all(is_component)).then(|| whole.clone())
    }

    pub(super) fn lambda(&mut self, var: Var, lambda: Lambda, span: Span, out: &mut Vec<Stmt>) -> Flow {
        let names = names_choices(&lambda.body);
        let only_applied = self.uses.only_applied(var);
        let once = only_applied && self.uses.count(var) == 1;
        if once && !names {
            // Its body is simplified at the call, with the arguments.
            self.lambdas.insert(var, KnownLambda { lambda, once, names });
            self.changed = true;
            return Flow::Next;
        }
        let bounds = self.bounds.len();
        let mut body = self.inside(false, lambda.body);
        self.bounds.truncate(bounds);
        if let End::Return(value) = body.end {
            body.end = End::Yield(value);
        }
        let lambda = Lambda { params: lambda.params, result: lambda.result, body };
        let copied = if self.uses.is_part(var) { PART } else { SMALL_LAMBDA };
        if once || size::block(&lambda.body) <= copied {
            self.lambdas.insert(var, KnownLambda { lambda: lambda.clone(), once: false, names });
        }
        self.push(var, Op::Lambda(Box::new(lambda)), span, out)
    }

    pub(super) fn apply(
        &mut self,
        var: Var,
        closure: Atom,
        arguments: Vec<Atom>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        let Some(lambda) = self.called_in_place(&closure) else {
            return self.push(var, Op::Apply(closure, arguments), span, out);
        };
        for (param, argument) in lambda.params.iter().zip(arguments) {
            self.replace(*param, argument);
        }
        self.depth += 1;
        let flow = self.call_body(var, lambda.body, span, out);
        self.depth -= 1;
        flow
    }

    /// The closure, or a copy of it, if it is known and good to be called in place.
    fn called_in_place(&mut self, closure: &Atom) -> Option<Lambda> {
        let Atom::Var(var) = closure else { return None };
        let known = self.lambdas.get(var)?;
        if known.once {
            return self.lambdas.remove(var).map(|known| known.lambda);
        }
        let size = size::block(&known.lambda.body);
        if (known.names && self.indexed) || self.depth == DEEPEST || self.copied + size > COPIED {
            return None;
        }
        self.copied += size;
        let lambda = known.lambda.clone();
        Some(Renaming::new(self.program, []).lambda(&lambda))
    }

    /// The body of a closure where it was called: its returns leave a block around it.
    fn call_body(&mut self, var: Var, mut body: Block, span: Span, out: &mut Vec<Stmt>) -> Flow {
        if let End::Return(value) = body.end {
            body.end = End::Yield(value);
        }
        if !crate::rename::returns(&body) {
            return self.splice(var, body, out);
        }
        let label = self.label();
        returns_to_breaks(&mut body, label);
        self.changed = true;
        self.control(var, Op::Block(label, body), span, out)
    }
}
