//! The verifier: checks the invariants that [`crate`] states, and gives what is wrong, in words; nothing if all is well.

use std::collections::HashSet;

use borel_distributions::{ParameterKind, ValueKind};

use crate::prim::Operand;
use crate::*;

/// The problems of a program.
pub fn verify(program: &Program) -> Vec<String> {
    let mut verifier = Verifier {
        program,
        bound: vec![false; program.vars.len()],
        in_scope: vec![false; program.vars.len()],
        labels: Vec::new(),
        used_labels: HashSet::new(),
        result: Ty(0),
        place: String::new(),
        problems: Vec::new(),
    };
    verifier.types();
    for function in &program.functions {
        verifier.place = function.name.to_string();
        verifier.result = function.result;
        verifier.body(&function.params, function.result, &function.body);
    }
    if program.root.is_some_and(|root| root.0 as usize >= program.functions.len()) {
        verifier.problem("the root does not exist");
    }
    verifier.problems
}

/// An enclosing construct that can be jumped to.
enum Target {
    /// The type of its value.
    Block(Label, Ty),
    /// The type of its value, and those of its parameters.
    Loop(Label, Ty, Vec<Ty>),
}

struct Verifier<'a> {
    program: &'a Program,
    bound: Vec<bool>,
    in_scope: Vec<bool>,
    labels: Vec<Target>,
    used_labels: HashSet<Label>,
    /// The result of the function or lambda around.
    result: Ty,
    place: String,
    problems: Vec<String>,
}

impl Verifier<'_> {
    fn problem(&mut self, text: impl AsRef<str>) {
        self.problems.push(format!("{}: {}", self.place, text.as_ref()));
    }

    fn types(&mut self) {
        let mut seen = HashSet::new();
        for ty in &self.program.types {
            if !seen.insert(ty) {
                self.problems.push(format!("types: {ty:?} has two indices"));
            }
        }
    }

    fn show(&self, ty: Ty) -> String {
        print::ty(self.program, ty)
    }

    fn var(&self, var: Var) -> String {
        let name = self.program.vars.get(var.0 as usize).map_or("?", |info| info.name.as_str());
        format!("{name}.{}", var.0)
    }

    /// The type of an operand in scope; none for one that is not, or whose type is not interned.
    fn atom(&mut self, atom: &Atom) -> Option<Ty> {
        let ty = match atom {
            Atom::Var(var) => {
                if !self.in_scope.get(var.0 as usize).copied().unwrap_or(false) {
                    self.problem(format!("{} is not in scope", self.var(*var)));
                    return None;
                }
                return Some(self.program.var_ty(*var));
            }
            Atom::Unit => Type::Unit,
            Atom::Bool(_) => Type::Bool,
            Atom::Int(_) => Type::Int,
            Atom::Real(_) => Type::Real,
            Atom::String(_) => Type::String,
        };
        self.program.types.iter().position(|known| *known == ty).map(|index| Ty(index as u32))
    }

    fn expect(&mut self, what: &str, atom: &Atom, expected: Ty) {
        if let Some(found) = self.atom(atom)
            && found != expected
        {
            self.problem(format!("{what} should be {}, is {}", self.show(expected), self.show(found)));
        }
    }

    fn expect_type(&mut self, what: &str, atom: &Atom, expected: &Type) {
        if let Some(found) = self.atom(atom)
            && self.program.ty(found) != expected
        {
            self.problem(format!("{what} should be {expected:?}, is {}", self.show(found)));
        }
    }

    fn bind(&mut self, var: Var) {
        match self.bound.get_mut(var.0 as usize) {
            Some(bound) if !*bound => *bound = true,
            Some(_) => self.problem(format!("{} is bound twice", self.var(var))),
            None => return self.problem(format!("{} is not in the table", self.var(var))),
        }
        self.in_scope[var.0 as usize] = true;
    }

    fn leave(&mut self, vars: &[Var]) {
        for var in vars {
            if let Some(scope) = self.in_scope.get_mut(var.0 as usize) {
                *scope = false;
            }
        }
    }

    /// The body of a function or lambda: labels outside are out of reach.
    fn body(&mut self, params: &[Var], result: Ty, body: &Block) {
        let labels = std::mem::take(&mut self.labels);
        let outer = std::mem::replace(&mut self.result, result);
        params.iter().for_each(|param| self.bind(*param));
        self.block(body, Some(result));
        self.leave(params);
        self.result = outer;
        self.labels = labels;
    }

    /// A block that may yield a value of the type, if one is given.
    fn block(&mut self, block: &Block, yields: Option<Ty>) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        self.end(&block.end, yields);
        let vars: Vec<Var> = block.stmts.iter().map(|stmt| stmt.var).collect();
        self.leave(&vars);
    }

    fn end(&mut self, end: &End, yields: Option<Ty>) {
        match end {
            End::Yield(value) => match yields {
                Some(ty) => self.expect("the value of the block", value, ty),
                None => self.problem("the body of a loop yields"),
            },
            End::Break(label, value) => match self.target(*label) {
                Some((ty, _)) => self.expect("the value of break", value, ty),
                None => self.problem(format!("break of '{}, which is not around", label.0)),
            },
            End::Continue(label, values) => match self.target(*label) {
                Some((_, Some(params))) => self.expect_all("continue", values, &params),
                _ => self.problem(format!("continue of '{}, which is no loop around", label.0)),
            },
            End::Return(value) => self.expect("the value of return", value, self.result),
            End::Unreachable => {}
        }
    }

    fn target(&self, wanted: Label) -> Option<(Ty, Option<Vec<Ty>>)> {
        self.labels.iter().rev().find_map(|target| match target {
            Target::Block(label, ty) if *label == wanted => Some((*ty, None)),
            Target::Loop(label, ty, params) if *label == wanted => Some((*ty, Some(params.clone()))),
            _ => None,
        })
    }

    fn expect_all(&mut self, what: &str, atoms: &[Atom], types: &[Ty]) {
        if atoms.len() != types.len() {
            self.problem(format!("{what} has {} operands, should have {}", atoms.len(), types.len()));
        }
        atoms.iter().zip(types).for_each(|(atom, ty)| self.expect(what, atom, *ty));
    }

    fn label(&mut self, label: Label) {
        if !self.used_labels.insert(label) || label.0 >= self.program.labels {
            self.problem(format!("label '{} is not unique or was not given out", label.0));
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let Some(info) = self.program.vars.get(stmt.var.0 as usize) else {
            return self.problem(format!("{} is not in the table", self.var(stmt.var)));
        };
        let before = self.problems.len();
        self.op(&stmt.op, info.ty);
        if self.problems.len() > before {
            let name = self.var(stmt.var);
            self.problems[before..].iter_mut().for_each(|problem| *problem = format!("{problem} (at {name})"));
        }
        self.bind(stmt.var);
    }

    fn is(&mut self, what: &str, found: Ty, expected: &Type) {
        if self.program.ty(found) != expected {
            self.problem(format!("{what} is {}, should be {expected:?}", self.show(found)));
        }
    }

    fn op(&mut self, op: &Op, ty: Ty) {
        match op {
            Op::Atom(atom) => self.expect("the operand of a copy", atom, ty),
            Op::Prim(prim, operands) => self.prim(*prim, operands, ty),
            Op::Call(function, arguments) => self.call(*function, arguments, ty),
            Op::Apply(closure, arguments) => self.apply(closure, arguments, ty),
            Op::Lambda(lambda) => {
                let params = lambda.params.iter().map(|param| self.program.var_ty(*param)).collect();
                self.is("the closure", ty, &Type::Function(params, lambda.result));
                self.body(&lambda.params, lambda.result, &lambda.body);
            }
            Op::Tuple(components) => match self.program.ty(ty).clone() {
                Type::Tuple(types, _) => self.expect_all("a tuple", components, &types),
                _ => self.problem(format!("a tuple has type {}", self.show(ty))),
            },
            Op::Project(tuple, index) => self.project(tuple, *index, ty),
            Op::Construct(data, constructor, fields) => self.construct(*data, *constructor, fields, ty),
            Op::Array(elements) => match self.program.element(ty) {
                Some(element) => elements.iter().for_each(|atom| self.expect("an element", atom, element)),
                None => self.problem(format!("an array has type {}", self.show(ty))),
            },
            Op::Match(..) | Op::If(..) | Op::Loop(..) | Op::Block(..) | Op::Build(..) | Op::Scoped(..) => {
                self.control(op, ty);
            }
            _ => self.probabilistic(op, ty),
        }
    }

    fn control(&mut self, op: &Op, ty: Ty) {
        match op {
            Op::Match(scrutinee, cases, default) => self.cases(scrutinee, cases, default.as_ref(), ty),
            Op::If(condition, then, otherwise) => {
                self.expect_type("a condition", condition, &Type::Bool);
                self.block(then, Some(ty));
                self.block(otherwise, Some(ty));
            }
            Op::Loop(label, params, body) => {
                self.label(*label);
                let types: Vec<Ty> = params.iter().map(|(var, _)| self.program.var_ty(*var)).collect();
                params.iter().zip(&types).for_each(|((_, first), ty)| self.expect("a first value", first, *ty));
                let vars: Vec<Var> = params.iter().map(|(var, _)| *var).collect();
                vars.iter().for_each(|var| self.bind(*var));
                self.labels.push(Target::Loop(*label, ty, types));
                self.block(body, None);
                self.labels.pop();
                self.leave(&vars);
            }
            Op::Block(label, body) => {
                self.label(*label);
                self.labels.push(Target::Block(*label, ty));
                self.block(body, Some(ty));
                self.labels.pop();
            }
            Op::Build(length, index, body) => {
                self.expect_type("the length of a build", length, &Type::Int);
                self.bind(*index);
                match self.program.element(ty) {
                    Some(element) => self.block(body, Some(element)),
                    None => self.problem(format!("a build has type {}", self.show(ty))),
                }
                self.leave(&[*index]);
            }
            Op::Scoped(_, body) => self.block(body, Some(ty)),
            _ => {}
        }
    }

    fn cases(&mut self, scrutinee: &Atom, cases: &[(u32, Vec<Var>, Block)], default: Option<&Block>, ty: Ty) {
        let data = self.atom(scrutinee).map(|found| self.program.ty(found).clone());
        let Some(Type::Data(data)) = data else { return self.problem("a match of something that is no data type") };
        let constructors = &self.program.datas[data.0 as usize].constructors;
        if default.is_none() && cases.len() != constructors.len() {
            self.problem(format!("a match without default has {} of {} cases", cases.len(), constructors.len()));
        }
        for (index, vars, block) in cases {
            match constructors.get(*index as usize) {
                Some(constructor) => {
                    let types: Vec<Ty> = vars.iter().map(|var| self.program.var_ty(*var)).collect();
                    if types != constructor.fields {
                        self.problem(format!("the fields of {} have other types", constructor.name));
                    }
                }
                None => self.problem(format!("there is no constructor {index}")),
            }
            vars.iter().for_each(|var| self.bind(*var));
            self.block(block, Some(ty));
            self.leave(vars);
        }
        if let Some(block) = default {
            self.block(block, Some(ty));
        }
    }

    fn probabilistic(&mut self, op: &Op, ty: Ty) {
        match op {
            Op::Dist(kind, parameters) => {
                let value = self.known(*kind, parameters);
                match self.program.ty(ty) {
                    Type::Dist(found) if *self.program.ty(*found) == value => {}
                    _ => self.problem(format!("{kind:?} has type {}", self.show(ty))),
                }
            }
            Op::Structural(kind, operands) => self.structural(*kind, operands, ty),
            Op::Sample(source, _) => {
                if let Some(value) = self.source(source) {
                    self.is("a draw", ty, &value);
                }
            }
            Op::Read(bounds, count) => {
                let bounds = bounds.lower.iter().chain(&bounds.upper);
                bounds.for_each(|bound| self.expect_type("a bound", bound, &Type::Real));
                match count {
                    Some(count) => {
                        self.expect_type("a number of choices", count, &Type::Int);
                        let is_reals = self.program.element(ty).is_some_and(|ty| *self.program.ty(ty) == Type::Real);
                        if !is_reals {
                            self.problem(format!("an array of choices has type {}", self.show(ty)));
                        }
                    }
                    None => self.is("a choice", ty, &Type::Real),
                }
            }
            Op::Observe(source, value) => {
                self.scored(source, value);
                self.is("an observation", ty, &Type::Unit);
            }
            Op::LogDensity(source, value) => {
                self.scored(source, value);
                self.is("a log density", ty, &Type::Real);
            }
            Op::Quantity(quantity, source, operands) => self.quantity(*quantity, source, operands, ty),
            Op::Factor(weight) => self.expect_type("a factor", weight, &Type::Real),
            Op::Mem(closure) => self.expect("what is memoised", closure, ty),
            Op::Cell(value) => {
                self.atom(value);
                self.is("the number of a cell", ty, &Type::Int);
            }
            Op::Take(cell) => self.expect_type("a cell", cell, &Type::Int),
            Op::Put(cell, value) => {
                self.expect_type("a cell", cell, &Type::Int);
                self.atom(value);
                self.is("what is done", ty, &Type::Unit);
            }
            Op::Infer(closure, method) => {
                self.expect_type("a method", method, &Type::Method);
                let closure = self.atom(closure).map(|found| self.program.ty(found));
                if let (Some(Type::Function(_, result)), Type::Posterior(value)) = (closure, self.program.ty(ty))
                    && result != value
                {
                    self.problem("the posterior has another type than what is inferred");
                }
            }
            Op::Batch(_, operands) => operands.iter().for_each(|operand| {
                self.atom(operand);
            }),
            Op::Gradient(closure, x) => {
                let (function, x) = (self.atom(closure).map(|found| self.program.ty(found)), self.atom(x));
                if let (Some(Type::Function(params, _)), Some(x)) = (function, x)
                    && params[..] != [x]
                {
                    self.problem("a gradient is taken at a value of another type than the parameter");
                }
            }
            Op::Print(text) | Op::Fail(Failure::Message(text)) => self.expect_type("a text", text, &Type::String),
            Op::Fail(Failure::Lengths(left, right) | Failure::OutOfBounds(left, right)) => {
                self.expect_type("a length", left, &Type::Int);
                self.expect_type("a length", right, &Type::Int);
            }
            Op::Record(_, value) => {
                self.atom(value);
            }
            _ => {}
        }
    }

    fn quantity(&mut self, quantity: Quantity, source: &Source, operands: &[Atom], ty: Ty) {
        let Some(value) = self.source(source) else { return };
        if operands.len() != quantity.operands() {
            self.problem(format!("{quantity:?} has {} operands", operands.len()));
        }
        for (index, operand) in operands.iter().enumerate() {
            let quantile = matches!(quantity, Quantity::Quantile | Quantity::QuantileCcdf);
            let expected = if quantile || index == 1 { &Type::Real } else { &value };
            self.expect_type("the operand of a quantity", operand, expected);
        }
        match quantity {
            Quantity::Quantile | Quantity::QuantileCcdf => self.is("a quantile", ty, &value),
            Quantity::Mean | Quantity::Variance => {
                if !self.is_mean(&value, self.program.ty(ty)) {
                    self.problem(format!("a mean or variance of {value:?} has type {}", self.show(ty)));
                }
            }
            _ => self.is("a quantity", ty, &Type::Real),
        }
        let is_known = matches!(source, Source::Known(kind, _) if !kind.entry().value.is_multivariate());
        if matches!(quantity, Quantity::Normaliser | Quantity::LogDensityGiven) && !is_known {
            self.problem(format!("{quantity:?} of what is not a known distribution over numbers"));
        }
    }

    /// Whether a type has the shape of another, with Reals for its numbers.
    fn is_mean(&self, value: &Type, mean: &Type) -> bool {
        match (value, mean) {
            (Type::Real | Type::Int | Type::Bool, Type::Real) => true,
            (Type::Array(value), Type::Array(mean)) => self.is_mean(self.program.ty(*value), self.program.ty(*mean)),
            (Type::Tuple(values, names), Type::Tuple(means, others)) => {
                let pairs = || values.iter().zip(means);
                values.len() == means.len()
                    && names == others
                    && pairs().all(|(value, mean)| self.is_mean(self.program.ty(*value), self.program.ty(*mean)))
            }
            (value, mean) => value == mean,
        }
    }

    fn scored(&mut self, source: &Source, value: &Atom) {
        if let Some(ty) = self.source(source) {
            self.expect_type("the value scored", value, &ty);
        }
    }

    /// The type of the values of a source.
    fn source(&mut self, source: &Source) -> Option<Type> {
        match source {
            Source::Known(kind, parameters) => Some(self.known(*kind, parameters)),
            Source::Value(atom) => {
                let ty = self.atom(atom)?;
                match self.program.ty(ty) {
                    Type::Dist(value) => Some(self.program.ty(*value).clone()),
                    _ => {
                        self.problem(format!("{} is no distribution", self.show(ty)));
                        None
                    }
                }
            }
        }
    }

    fn known(&mut self, kind: DistKind, parameters: &[Atom]) -> Type {
        let entry = kind.entry();
        if entry.parameters.len() != parameters.len() {
            self.problem(format!("{} has {} parameters", entry.name, parameters.len()));
        }
        let reals = self.array_of(&Type::Real);
        for (atom, parameter) in parameters.iter().zip(entry.parameters) {
            let expected = match parameter.kind {
                ParameterKind::Real => Type::Real,
                ParameterKind::Int => Type::Int,
                ParameterKind::RealArray => reals.clone(),
                ParameterKind::Matrix => Type::Matrix,
            };
            self.expect_type(parameter.name, atom, &expected);
        }
        match entry.value {
            ValueKind::Real => Type::Real,
            ValueKind::Int => Type::Int,
            ValueKind::Bool => Type::Bool,
            ValueKind::RealArray => reals,
            ValueKind::IntArray => self.array_of(&Type::Int),
            ValueKind::Matrix => Type::Matrix,
        }
    }

    fn array_of(&self, element: &Type) -> Type {
        let element = self.program.types.iter().position(|ty| ty == element).unwrap_or(0);
        Type::Array(Ty(element as u32))
    }

    fn structural(&mut self, kind: Structural, operands: &[Atom], ty: Ty) {
        let Type::Dist(value) = *self.program.ty(ty) else {
            return self.problem(format!("{kind:?} has type {}", self.show(ty)));
        };
        let types: Vec<Option<Ty>> = operands.iter().map(|atom| self.atom(atom)).collect();
        let element = self.program.element(value);
        let fits = match (kind, types.as_slice()) {
            (Structural::Delta, [Some(operand)]) => *operand == value,
            (Structural::Iid, [Some(operand), Some(count)]) => {
                element.is_some_and(|element| *self.program.ty(*operand) == Type::Dist(element))
                    && *self.program.ty(*count) == Type::Int
            }
            (Structural::Product, [Some(operand)]) => self
                .program
                .element(*operand)
                .is_some_and(|part| element.is_some_and(|element| *self.program.ty(part) == Type::Dist(element))),
            (Structural::Empirical, [Some(draws), Some(weights)]) => {
                self.program.element(*draws) == Some(value) && *self.program.ty(*weights) == self.array_of(&Type::Real)
            }
            (Structural::Custom(given), types) => {
                let fits = |(part, ty): (Part, &Option<Ty>)| ty.is_some_and(|ty| self.is_part(part, ty, value));
                let bounds = types.iter().skip(given.parts().count());
                types.len() == given.parts().count() + 2
                    && given.parts().zip(types).all(fits)
                    && bounds.flatten().all(|bound| *self.program.ty(*bound) == Type::Real)
            }
            _ => false,
        };
        if !fits {
            self.problem(format!("the operands of {kind:?} do not fit {}", self.show(ty)));
        }
    }

    /// Whether a type is that of a part of a distribution over values.
    fn is_part(&self, part: Part, ty: Ty, value: Ty) -> bool {
        let Type::Function(params, result) = self.program.ty(ty) else { return false };
        let is_real = |ty: Ty| *self.program.ty(ty) == Type::Real;
        match part {
            Part::Sample | Part::Transform => params.is_empty() && *result == value,
            Part::LogDensity | Part::LogCdf | Part::LogCcdf => *params == [value] && is_real(*result),
            Part::Quantile | Part::QuantileCcdf => matches!(params.as_slice(), [p] if is_real(*p)) && *result == value,
            Part::Mean | Part::Variance => {
                params.is_empty() && self.is_mean(self.program.ty(value), self.program.ty(*result))
            }
            Part::Entropy => params.is_empty() && is_real(*result),
        }
    }

    fn call(&mut self, function: FunctionId, arguments: &[Atom], ty: Ty) {
        let Some(callee) = self.program.functions.get(function.0 as usize) else {
            return self.problem(format!("there is no function {}", function.0));
        };
        let params: Vec<Ty> = callee.params.iter().map(|param| self.program.var_ty(*param)).collect();
        self.expect_all(&format!("the call of {}", callee.name), arguments, &params);
        if callee.result != ty {
            self.problem(format!("{} gives {}, not {}", callee.name, self.show(callee.result), self.show(ty)));
        }
    }

    fn apply(&mut self, closure: &Atom, arguments: &[Atom], ty: Ty) {
        let found = self.atom(closure).map(|found| self.program.ty(found).clone());
        let Some(Type::Function(params, result)) = found else {
            return self.problem("something else than a function is applied");
        };
        self.expect_all("the application", arguments, &params);
        if result != ty {
            self.problem(format!("the application gives {}, not {}", self.show(result), self.show(ty)));
        }
    }

    fn project(&mut self, tuple: &Atom, index: u32, ty: Ty) {
        let found = self.atom(tuple).map(|found| self.program.ty(found));
        match found {
            Some(Type::Tuple(types, _)) if types.get(index as usize) == Some(&ty) => {}
            _ => self.problem(format!("there is no component {index} of type {}", self.show(ty))),
        }
    }

    fn construct(&mut self, data: DataId, constructor: u32, fields: &[Atom], ty: Ty) {
        self.is("the value constructed", ty, &Type::Data(data));
        let known =
            self.program.datas.get(data.0 as usize).and_then(|data| data.constructors.get(constructor as usize));
        match known {
            Some(known) => self.expect_all(&known.name, fields, &known.fields),
            None => self.problem(format!("there is no constructor {constructor}")),
        }
    }

    fn prim(&mut self, prim: Prim, operands: &[Atom], ty: Ty) {
        let signature = prim.signature();
        if operands.len() != signature.operands.len() {
            return self.problem(format!("{prim:?} has {} operands", operands.len()));
        }
        let mut parameter: Option<Ty> = None;
        for (atom, operand) in operands.iter().zip(signature.operands) {
            let Some(found) = self.atom(atom) else { continue };
            if !self.fits(found, *operand, &mut parameter) {
                self.problem(format!("an operand of {prim:?} is {}, should be {operand:?}", self.show(found)));
            }
        }
        if !self.fits(ty, signature.result, &mut parameter) {
            self.problem(format!("{prim:?} gives {:?}, not {}", signature.result, self.show(ty)));
        }
    }

    /// Whether a type fits, given what A is, which the first place that mentions it settles.
    fn fits(&self, found: Ty, operand: Operand, parameter: &mut Option<Ty>) -> bool {
        let mut same = |ty: Option<Ty>| ty.is_some_and(|ty| *parameter.get_or_insert(ty) == ty);
        let int = || self.program.types.iter().position(|ty| *ty == Type::Int).map(|index| Ty(index as u32));
        match (operand, self.program.ty(found)) {
            (Operand::Bool, Type::Bool)
            | (Operand::Int, Type::Int)
            | (Operand::Real, Type::Real)
            | (Operand::Text, Type::String)
            | (Operand::Matrix, Type::Matrix)
            | (Operand::Method, Type::Method) => true,
            (Operand::Ints, Type::Array(element)) => Some(*element) == int(),
            (Operand::Reals, ty) => *ty == self.array_of(&Type::Real),
            (Operand::Rows, Type::Array(element)) => *self.program.ty(*element) == self.array_of(&Type::Real),
            (Operand::Any | Operand::Same, _) => same(Some(found)),
            (Operand::Array, Type::Array(element)) => same(Some(*element)),
            (Operand::Posterior, Type::Posterior(value)) => same(Some(*value)),
            _ => false,
        }
    }
}
