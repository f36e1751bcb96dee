//! Helpers to make Core: interned types, fresh variables and labels, and blocks under construction.

use borel_source::Name;

use crate::*;

impl Program {
    /// The index of a type, which is added if it is new.
    pub fn intern(&mut self, ty: Type) -> Ty {
        let index = self.types.iter().position(|t| *t == ty).unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        });
        Ty(index as u32)
    }

    /// The type behind an index.
    pub fn ty(&self, ty: Ty) -> &Type {
        &self.types[ty.0 as usize]
    }

    /// The type of a variable.
    pub fn var_ty(&self, var: Var) -> Ty {
        self.vars[var.0 as usize].ty
    }

    /// A new variable.
    pub fn fresh(&mut self, name: impl Into<Name>, ty: Ty) -> Var {
        self.vars.push(VarInfo { name: name.into(), ty });
        Var(self.vars.len() as u32 - 1)
    }

    /// A new variable of the same name and type.
    pub fn fresh_like(&mut self, var: Var) -> Var {
        let info = self.vars[var.0 as usize].clone();
        self.vars.push(info);
        Var(self.vars.len() as u32 - 1)
    }

    /// A new label.
    pub fn fresh_label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    /// The type of an operand.
    pub fn atom_ty(&mut self, atom: &Atom) -> Ty {
        let ty = match atom {
            Atom::Var(var) => return self.var_ty(*var),
            Atom::Unit => Type::Unit,
            Atom::Bool(_) => Type::Bool,
            Atom::Int(_) => Type::Int,
            Atom::Real(_) => Type::Real,
            Atom::String(_) => Type::String,
        };
        self.intern(ty)
    }

    /// An empty program that knows the scalar types.
    pub fn new() -> Program {
        let types = vec![Type::Unit, Type::Bool, Type::Int, Type::Real, Type::String];
        Program { types, ..Program::default() }
    }

    /// `()`
    pub fn unit(&mut self) -> Ty {
        self.intern(Type::Unit)
    }

    /// `Bool`
    pub fn bool(&mut self) -> Ty {
        self.intern(Type::Bool)
    }

    /// `Int`
    pub fn int(&mut self) -> Ty {
        self.intern(Type::Int)
    }

    /// `Real`
    pub fn real(&mut self) -> Ty {
        self.intern(Type::Real)
    }

    /// `String`
    pub fn string(&mut self) -> Ty {
        self.intern(Type::String)
    }

    /// `[element]`
    pub fn array(&mut self, element: Ty) -> Ty {
        self.intern(Type::Array(element))
    }

    /// An unnamed product.
    pub fn tuple(&mut self, components: Vec<Ty>) -> Ty {
        self.intern(Type::Tuple(components, None))
    }

    /// What the array type holds; none if it is not an array.
    pub fn element(&self, ty: Ty) -> Option<Ty> {
        match self.ty(ty) {
            Type::Array(element) => Some(*element),
            _ => None,
        }
    }

    /// The choice with this name and place, added if new: instances of one function share their choices.
    pub fn choice(&mut self, name: &Name, span: Span) -> ChoiceId {
        let found = self.choices.iter().position(|choice| choice.name == *name && choice.span == span);
        ChoiceId(found.unwrap_or_else(|| {
            self.choices.push(Choice { name: name.clone(), span });
            self.choices.len() - 1
        }) as u32)
    }

    /// The types of the fields of a constructor.
    pub fn fields(&self, data: DataId, constructor: u32) -> &[Ty] {
        &self.datas[data.0 as usize].constructors[constructor as usize].fields
    }

    /// The function with this index.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }
}

impl Block {
    /// A block that only gives a value.
    pub fn of(atom: Atom) -> Block {
        Block { stmts: Vec::new(), end: End::Yield(atom) }
    }
}

/// Statements in the making.
#[derive(Debug, Default)]
pub struct BlockBuilder {
    /// In order.
    pub stmts: Vec<Stmt>,
}

impl BlockBuilder {
    /// Adds `name = op` and gives the new variable.
    pub fn emit(&mut self, program: &mut Program, op: Op, ty: Ty, name: impl Into<Name>, span: Span) -> Atom {
        let var = program.fresh(name, ty);
        self.stmts.push(Stmt { var, op, span });
        Atom::Var(var)
    }

    /// The block with this end.
    pub fn finish(self, end: End) -> Block {
        Block { stmts: self.stmts, end }
    }
}

impl Op {
    /// The operands that stand directly in this operation, not those in its blocks.
    pub fn atoms(&self) -> Vec<&Atom> {
        let mut atoms = Vec::new();
        self.each_atom(&mut |atom| atoms.push(atom));
        atoms
    }

    /// Calls `f` with each operand that stands directly in this operation.
    pub fn each_atom<'a>(&'a self, f: &mut dyn FnMut(&'a Atom)) {
        fn source<'a>(source: &'a Source, f: &mut dyn FnMut(&'a Atom)) {
            match source {
                Source::Value(atom) => f(atom),
                Source::Known(_, atoms) => atoms.iter().for_each(f),
            }
        }
        match self {
            Op::Atom(a) | Op::Project(a, _) | Op::Record(_, a) | Op::Factor(a) | Op::Print(a) => f(a),
            Op::Mem(a) | Op::Cell(a) | Op::Take(a) => f(a),
            Op::Match(a, ..) | Op::If(a, ..) | Op::Build(a, ..) => f(a),
            Op::Prim(_, atoms)
            | Op::Call(_, atoms)
            | Op::Tuple(atoms)
            | Op::Construct(_, _, atoms)
            | Op::Array(atoms)
            | Op::Dist(_, atoms)
            | Op::Structural(_, atoms)
            | Op::Batch(_, atoms) => atoms.iter().for_each(f),
            Op::Apply(a, atoms) => {
                f(a);
                atoms.iter().for_each(f);
            }
            Op::Loop(_, params, _) => params.iter().for_each(|(_, a)| f(a)),
            Op::Sample(s, _) => source(s, f),
            Op::Read(bounds, count) => {
                bounds.lower.iter().chain(&bounds.upper).chain(count).for_each(f);
            }
            Op::Observe(s, a) | Op::LogDensity(s, a) => {
                source(s, f);
                f(a);
            }
            Op::Quantity(_, s, atoms) => {
                source(s, f);
                atoms.iter().for_each(f);
            }
            Op::Infer(a, b)
            | Op::Gradient(a, b)
            | Op::Put(a, b)
            | Op::Fail(Failure::Lengths(a, b) | Failure::OutOfBounds(a, b)) => {
                f(a);
                f(b);
            }
            Op::Fail(Failure::Message(a)) => f(a),
            Op::Fail(Failure::Unreachable) | Op::Lambda(_) | Op::Block(..) | Op::Checkpoint | Op::Scoped(..) => {}
        }
    }

    /// The same, to change them.
    pub fn each_atom_mut(&mut self, f: &mut dyn FnMut(&mut Atom)) {
        fn source(source: &mut Source, f: &mut dyn FnMut(&mut Atom)) {
            match source {
                Source::Value(atom) => f(atom),
                Source::Known(_, atoms) => atoms.iter_mut().for_each(f),
            }
        }
        match self {
            Op::Atom(a) | Op::Project(a, _) | Op::Record(_, a) | Op::Factor(a) | Op::Print(a) => f(a),
            Op::Mem(a) | Op::Cell(a) | Op::Take(a) => f(a),
            Op::Match(a, ..) | Op::If(a, ..) | Op::Build(a, ..) => f(a),
            Op::Prim(_, atoms)
            | Op::Call(_, atoms)
            | Op::Tuple(atoms)
            | Op::Construct(_, _, atoms)
            | Op::Array(atoms)
            | Op::Dist(_, atoms)
            | Op::Structural(_, atoms)
            | Op::Batch(_, atoms) => atoms.iter_mut().for_each(f),
            Op::Apply(a, atoms) => {
                f(a);
                atoms.iter_mut().for_each(f);
            }
            Op::Loop(_, params, _) => params.iter_mut().for_each(|(_, a)| f(a)),
            Op::Sample(s, _) => source(s, f),
            Op::Read(bounds, count) => {
                bounds.lower.iter_mut().chain(&mut bounds.upper).chain(count).for_each(f);
            }
            Op::Observe(s, a) | Op::LogDensity(s, a) => {
                source(s, f);
                f(a);
            }
            Op::Quantity(_, s, atoms) => {
                source(s, f);
                atoms.iter_mut().for_each(f);
            }
            Op::Infer(a, b)
            | Op::Gradient(a, b)
            | Op::Put(a, b)
            | Op::Fail(Failure::Lengths(a, b) | Failure::OutOfBounds(a, b)) => {
                f(a);
                f(b);
            }
            Op::Fail(Failure::Message(a)) => f(a),
            Op::Fail(Failure::Unreachable) | Op::Lambda(_) | Op::Block(..) | Op::Checkpoint | Op::Scoped(..) => {}
        }
    }

    /// The blocks inside this operation.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Op::Lambda(lambda) => vec![&lambda.body],
            Op::Match(_, arms, default) => arms.iter().map(|arm| &arm.2).chain(default).collect(),
            Op::If(_, yes, no) => vec![yes, no],
            Op::Loop(_, _, block) | Op::Block(_, block) | Op::Build(_, _, block) | Op::Scoped(_, block) => vec![block],
            _ => Vec::new(),
        }
    }

    /// The same, to change them.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            Op::Lambda(lambda) => vec![&mut lambda.body],
            Op::Match(_, arms, default) => arms.iter_mut().map(|arm| &mut arm.2).chain(default).collect(),
            Op::If(_, yes, no) => vec![yes, no],
            Op::Loop(_, _, block) | Op::Block(_, block) | Op::Build(_, _, block) | Op::Scoped(_, block) => vec![block],
            _ => Vec::new(),
        }
    }

    /// The variables this operation binds for its blocks.
    pub fn binders(&self) -> Vec<Var> {
        match self {
            Op::Lambda(lambda) => lambda.params.clone(),
            Op::Match(_, arms, _) => arms.iter().flat_map(|arm| arm.1.iter().copied()).collect(),
            Op::Loop(_, params, _) => params.iter().map(|p| p.0).collect(),
            Op::Build(_, index, _) => vec![*index],
            _ => Vec::new(),
        }
    }
}

impl End {
    /// Its operands.
    pub fn atoms(&self) -> Vec<&Atom> {
        match self {
            End::Yield(a) | End::Break(_, a) | End::Return(a) => vec![a],
            End::Continue(_, atoms) => atoms.iter().collect(),
            End::Unreachable => Vec::new(),
        }
    }

    /// Its operands, to change them.
    pub fn atoms_mut(&mut self) -> Vec<&mut Atom> {
        match self {
            End::Yield(a) | End::Break(_, a) | End::Return(a) => vec![a],
            End::Continue(_, atoms) => atoms.iter_mut().collect(),
            End::Unreachable => Vec::new(),
        }
    }
}
