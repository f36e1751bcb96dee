//! Checks the promises of the typed tree: the types of parts agree with the type of the whole.
//!
//! Takes a program that checked without errors; gives what is wrong with it, one line each. Overloaded operations are
//! left to lowering, which resolves them. Run by tests, and between phases in debug builds.

use std::collections::HashMap;

use crate::print::type_text;
use crate::*;

/// What is wrong with a program; nothing if the type checker is right.
pub fn verify(program: &Program) -> Vec<String> {
    let mut verifier = Verifier {
        program,
        generic: HashMap::new(),
        params: 0,
        result: Type::Unit,
        place: String::new(),
        problems: Vec::new(),
    };
    for constant in &program.constants {
        verifier.place = constant.name.to_string();
        verifier.expr(&constant.value);
    }
    for function in &program.functions {
        verifier.place = function.name.to_string();
        verifier.params = function.type_params;
        verifier.result = function.result.clone();
        verifier.expr(&function.body);
        verifier.gives(&function.body, &function.result, "body");
    }
    verifier.problems
}

struct Verifier<'p> {
    program: &'p Program,
    /// The type parameters of local functions met so far.
    generic: HashMap<LocalId, (u32, u32)>,
    params: u32,
    result: Type,
    place: String,
    problems: Vec<String>,
}

impl Type {
    /// The type with `args` for the parameters from `first` on.
    pub fn substitute(&self, first: u32, args: &[Type]) -> Type {
        let all = |items: &[Type]| items.iter().map(|item| item.substitute(first, args)).collect();
        let one = |item: &Type| Box::new(item.substitute(first, args));
        match self {
            Type::Param(param) => {
                let index = param.checked_sub(first).map(|index| index as usize);
                index.and_then(|index| args.get(index)).cloned().unwrap_or(Type::Param(*param))
            }
            Type::Tuple(items) => Type::Tuple(all(items)),
            Type::Record(fields) => {
                Type::Record(fields.iter().map(|(name, ty)| (name.clone(), ty.substitute(first, args))).collect())
            }
            Type::Array(item) => Type::Array(one(item)),
            Type::Function(params, result) => Type::Function(all(params), one(result)),
            Type::Dist(item) => Type::Dist(one(item)),
            Type::Posterior(item) => Type::Posterior(one(item)),
            Type::Suspended(item) => Type::Suspended(one(item)),
            Type::Data(id, items) => Type::Data(*id, all(items)),
            other => other.clone(),
        }
    }

    fn largest_param(&self) -> Option<u32> {
        match self {
            Type::Param(param) => Some(*param),
            Type::Tuple(items) | Type::Data(_, items) => items.iter().filter_map(Type::largest_param).max(),
            Type::Record(fields) => fields.iter().filter_map(|field| field.1.largest_param()).max(),
            Type::Array(item) | Type::Dist(item) | Type::Posterior(item) | Type::Suspended(item) => {
                item.largest_param()
            }
            Type::Function(params, result) => {
                params.iter().chain(std::iter::once(&**result)).filter_map(Type::largest_param).max()
            }
            _ => None,
        }
    }
}

/// Whether control never comes out of an expression with a value.
fn never_gives(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(stmts, None) => matches!(
            stmts.last().map(|stmt| &stmt.kind),
            Some(StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue | StmtKind::While(..) | StmtKind::Expr(_))
        ),
        ExprKind::Block(_, Some(value)) => never_gives(value),
        ExprKind::If(_, then, Some(otherwise)) => never_gives(then) && never_gives(otherwise),
        ExprKind::Match(_, arms) => arms.iter().all(|arm| never_gives(&arm.body)),
        ExprKind::Builtin(Builtin::Fail, _) => true,
        _ => false,
    }
}

/// What a draw from a type gives.
fn drawn(ty: &Type) -> Option<Type> {
    match ty {
        Type::Dist(value) | Type::Posterior(value) => Some((**value).clone()),
        Type::Function(params, result) if params.is_empty() => Some((**result).clone()),
        Type::Array(item) => Some(Type::Array(Box::new(drawn(item)?))),
        Type::Tuple(items) => Some(Type::Tuple(items.iter().map(drawn).collect::<Option<Vec<Type>>>()?)),
        // Resolved when the parameter is known.
        _ => None,
    }
}

impl Verifier<'_> {
    fn same(&mut self, found: &Type, expected: &Type, what: &str) {
        if found != expected {
            let (found, expected) = (type_text(self.program, found), type_text(self.program, expected));
            self.problems.push(format!("{}: {what} has type {found}, expected {expected}", self.place));
        }
    }

    fn gives(&mut self, expr: &Expr, expected: &Type, what: &str) {
        if !never_gives(expr) {
            self.same(&expr.ty, expected, what);
        }
    }

    fn in_scope(&mut self, ty: &Type, what: &str) {
        if ty.largest_param().is_some_and(|param| param >= self.params) {
            let text = type_text(self.program, ty);
            self.problems.push(format!("{}: {what} has type {text}, whose parameter is not in scope", self.place));
        }
    }

    fn local(&self, local: LocalId) -> Type {
        self.program.locals[local.0 as usize].ty.clone()
    }

    fn arguments(&mut self, args: &[Expr], params: &[Type], what: &str) {
        if args.len() != params.len() {
            self.problems.push(format!("{}: {what} has {} arguments", self.place, args.len()));
        }
        for (arg, param) in args.iter().zip(params) {
            self.gives(arg, param, &format!("an argument of {what}"));
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) {
        exprs.iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        self.in_scope(&expr.ty, "an expression");
        match &expr.kind {
            ExprKind::Local(local) => self.same(&expr.ty, &self.local(*local), "a local"),
            ExprKind::LocalFunction(local, types) => {
                let (first, count) = self.generic.get(local).copied().unwrap_or_default();
                self.count(types, count, "a local function");
                self.same(&expr.ty, &self.local(*local).substitute(first, types), "a local function");
            }
            ExprKind::CallLocal(local, types, args) => {
                let (first, count) = self.generic.get(local).copied().unwrap_or_default();
                self.count(types, count, "a local function");
                self.exprs(args);
                match self.local(*local).substitute(first, types) {
                    Type::Function(params, result) => {
                        self.arguments(args, &params, "a local call");
                        self.same(&expr.ty, &result, "a local call");
                    }
                    other => self.same(&other, &expr.ty, "what is called"),
                }
            }
            ExprKind::Function(id, types) => {
                let (params, result) = self.signature(*id, types);
                self.same(&expr.ty, &Type::Function(params, Box::new(result)), "a function");
            }
            ExprKind::Call(id, types, args) => {
                let (params, result) = self.signature(*id, types);
                self.exprs(args);
                let name = self.program.functions[id.0 as usize].name.to_string();
                self.arguments(args, &params, &name);
                self.same(&expr.ty, &result, &format!("a call of {name}"));
            }
            ExprKind::Apply(function, args) => {
                self.expr(function);
                self.exprs(args);
                let types = args.iter().map(|arg| arg.ty.clone()).collect();
                if !args.iter().any(never_gives) {
                    self.same(&function.ty, &Type::Function(types, Box::new(expr.ty.clone())), "what is called");
                }
            }
            ExprKind::Constant(id) => {
                let ty = self.program.constants[id.0 as usize].value.ty.clone();
                self.same(&expr.ty, &ty, "a constant");
            }
            ExprKind::Tuple(items) => {
                self.exprs(items);
                let types = items.iter().map(|item| item.ty.clone()).collect();
                self.same(&expr.ty, &Type::Tuple(types), "a tuple");
            }
            ExprKind::Record(fields) => {
                let mut types: Vec<(Name, Type)> = Vec::new();
                for (name, value) in fields {
                    self.expr(value);
                    types.push((name.clone(), value.ty.clone()));
                }
                types.sort_by(|a, b| a.0.cmp(&b.0));
                self.same(&expr.ty, &Type::Record(types), "a record");
            }
            ExprKind::RecordUpdate(base, fields) => {
                self.expr(base);
                fields.iter().for_each(|field| self.expr(&field.1));
                self.same(&base.ty, &expr.ty, "an updated record");
            }
            ExprKind::Array(items) => {
                for item in items {
                    self.expr(item);
                    self.same(&Type::Array(Box::new(item.ty.clone())), &expr.ty, "an element's array");
                }
            }
            ExprKind::Comprehension(element, clauses) => {
                clauses.iter().for_each(|clause| self.clause(clause));
                self.expr(element);
                self.same(&Type::Array(Box::new(element.ty.clone())), &expr.ty, "a comprehension");
            }
            ExprKind::Construct(id, index, args) => self.construct(expr, *id, *index, args),
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.gives(condition, &Type::Bool, "a condition");
                self.expr(then);
                self.gives(then, &expr.ty, "a branch");
                if let Some(otherwise) = otherwise {
                    self.expr(otherwise);
                    self.gives(otherwise, &expr.ty, "a branch");
                }
            }
            ExprKind::Match(scrutinee, arms) => {
                self.expr(scrutinee);
                for arm in arms {
                    self.pattern(&arm.pattern, &scrutinee.ty);
                    arm.guard.iter().for_each(|guard| self.expr(guard));
                    self.expr(&arm.body);
                    self.gives(&arm.body, &expr.ty, "a case");
                }
            }
            ExprKind::Lambda(lambda) => {
                let params = lambda.params.iter().map(|param| param.ty.clone()).collect();
                self.same(&expr.ty, &Type::Function(params, Box::new(lambda.result.clone())), "a lambda");
                self.lambda(lambda);
            }
            ExprKind::Sample(source) => {
                self.expr(source);
                if let Some(value) = drawn(&source.ty) {
                    self.same(&expr.ty, &value, "a sample");
                }
            }
            ExprKind::Block(stmts, value) => {
                stmts.iter().for_each(|stmt| self.stmt(stmt));
                match value {
                    Some(value) => {
                        self.expr(value);
                        self.gives(value, &expr.ty, "the value of a block");
                    }
                    None if never_gives(expr) => {}
                    None => self.same(&expr.ty, &Type::Unit, "a block without a value"),
                }
            }
            ExprKind::ToReal(inner) => {
                self.expr(inner);
                if inner.ty == expr.ty {
                    self.problems.push(format!("{}: a conversion between equal types", self.place));
                }
            }
            ExprKind::Index(base, indices) => {
                self.expr(base);
                self.exprs(indices);
                if let (Type::Array(item), 1) = (&base.ty, indices.len()) {
                    self.same(&expr.ty, item, "an element");
                }
            }
            ExprKind::Slice(base, from, to) => {
                self.expr(base);
                from.iter().chain(to).for_each(|bound| self.expr(bound));
                self.same(&base.ty, &expr.ty, "a slice");
            }
            ExprKind::Field(base, name) => {
                self.expr(base);
                if let Type::Record(fields) = &base.ty {
                    let field = fields.iter().find(|field| field.0 == *name).map(|field| field.1.clone());
                    self.same(&expr.ty, &field.unwrap_or(Type::Unit), "a field");
                }
            }
            ExprKind::Component(base, index) => {
                self.expr(base);
                if let Type::Tuple(items) = &base.ty {
                    self.same(&expr.ty, &items[*index as usize], "a component");
                }
            }
            ExprKind::Builtin(_, args) | ExprKind::Distribution(_, args) => self.exprs(args),
            ExprKind::Negate(operand) | ExprKind::Not(operand) => self.expr(operand),
            ExprKind::Arithmetic(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Range(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Unit => self.same(&expr.ty, &Type::Unit, "()"),
            ExprKind::Bool(_) => self.same(&expr.ty, &Type::Bool, "a literal"),
            ExprKind::Int(_) => self.same(&expr.ty, &Type::Int, "a literal"),
            ExprKind::Real(_) => self.same(&expr.ty, &Type::Real, "a literal"),
            ExprKind::String(_) => self.same(&expr.ty, &Type::String, "a literal"),
            ExprKind::Number(_) => {}
        }
    }

    fn count(&mut self, types: &[Type], count: u32, what: &str) {
        types.iter().for_each(|ty| self.in_scope(ty, "a type argument"));
        if types.len() != count as usize {
            self.problems.push(format!("{}: {what} has {} type arguments, not {count}", self.place, types.len()));
        }
    }

    fn signature(&mut self, id: FunctionId, types: &[Type]) -> (Vec<Type>, Type) {
        let function = &self.program.functions[id.0 as usize];
        self.count(types, function.type_params, &function.name);
        let params = function.params.iter().map(|&param| self.local(param).substitute(0, types)).collect();
        (params, function.result.substitute(0, types))
    }

    fn construct(&mut self, expr: &Expr, id: DataId, index: u32, args: &[Expr]) {
        self.exprs(args);
        let Type::Data(found, types) = &expr.ty else {
            return self.same(&expr.ty, &Type::Data(id, Vec::new()), "a data value");
        };
        if *found != id {
            self.problems.push(format!("{}: a value of another data type", self.place));
        }
        let constructor = &self.program.datas[id.0 as usize].constructors[index as usize];
        let fields: Vec<Type> = constructor.fields.iter().map(|field| field.1.substitute(0, types)).collect();
        self.arguments(args, &fields, &constructor.name);
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::For(pattern, over) => {
                self.expr(over);
                self.over(pattern, over);
            }
            Clause::If(condition) => {
                self.expr(condition);
                self.same(&condition.ty, &Type::Bool, "a condition");
            }
        }
    }

    fn over(&mut self, pattern: &Pattern, over: &Expr) {
        self.pattern(pattern, &pattern.ty);
        self.same(&over.ty, &Type::Array(Box::new(pattern.ty.clone())), "what a loop goes over");
    }

    fn lambda(&mut self, lambda: &Lambda) {
        let outer = std::mem::replace(&mut self.result, lambda.result.clone());
        lambda.params.iter().for_each(|param| self.pattern(param, &param.ty));
        self.expr(&lambda.body);
        self.gives(&lambda.body, &lambda.result, "the body of a lambda");
        self.result = outer;
    }

    fn pattern(&mut self, pattern: &Pattern, ty: &Type) {
        self.same(&pattern.ty, ty, "a pattern");
        match &pattern.kind {
            PatternKind::Bind(local) => {
                let local = self.local(*local);
                self.same(&local, ty, "a variable of a pattern");
            }
            PatternKind::Constructor(id, index, items) => {
                let Type::Data(_, types) = ty else { return };
                let constructor = &self.program.datas[id.0 as usize].constructors[*index as usize];
                for (item, field) in items.iter().zip(&constructor.fields) {
                    self.pattern(item, &field.1.substitute(0, types));
                }
            }
            PatternKind::Tuple(items) => {
                let types = match ty {
                    Type::Tuple(types) => types.clone(),
                    _ => Vec::new(),
                };
                items.iter().zip(&types).for_each(|(item, ty)| self.pattern(item, ty));
            }
            PatternKind::Record(fields) => fields.iter().for_each(|field| self.pattern(&field.1, &field.1.ty)),
            PatternKind::Wildcard | PatternKind::Bool(_) | PatternKind::Int(_) | PatternKind::String(_) => {}
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let(pattern, value) => {
                self.expr(value);
                self.pattern(pattern, &pattern.ty);
                self.gives(value, &pattern.ty, "the value of a let");
            }
            StmtKind::Var(local, value) => {
                self.expr(value);
                let local = self.local(*local);
                self.gives(value, &local, "the value of a var");
            }
            StmtKind::LetSample(pattern, draw) => {
                self.pattern(pattern, &pattern.ty);
                self.draw(draw, &pattern.ty);
            }
            StmtKind::Functions(functions) => self.functions(functions),
            StmtKind::Assign(place, value) => {
                self.expr(value);
                if let Some(ty) = self.place_type(place) {
                    self.gives(value, &ty, "an assigned value");
                }
            }
            StmtKind::AssignSample(place, draw) => match self.place_type(place) {
                Some(ty) => self.draw(draw, &ty),
                None => self.draw_source(draw),
            },
            StmtKind::Observe(value, distribution) => {
                self.expr(value);
                self.expr(distribution);
                if let Some(ty) = drawn(&distribution.ty) {
                    let is_scalar = matches!(ty, Type::Real | Type::Int | Type::Bool);
                    let each = is_scalar && matches!(value.ty, Type::Array(_));
                    let expected = if each { Type::Array(Box::new(ty)) } else { ty };
                    self.gives(value, &expected, "an observed value");
                }
            }
            StmtKind::For(pattern, over, body) => {
                self.expr(over);
                self.over(pattern, over);
                self.expr(body);
            }
            StmtKind::While(condition, body) => {
                self.expr(condition);
                self.expr(body);
            }
            StmtKind::Return(value) => {
                self.expr(value);
                let result = self.result.clone();
                self.gives(value, &result, "a returned value");
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn functions(&mut self, functions: &[LocalFunction]) {
        for function in functions {
            self.generic.insert(function.local, function.type_params);
        }
        for function in functions {
            let (first, count) = function.type_params;
            let outer = std::mem::replace(&mut self.params, first + count);
            self.lambda(&function.lambda);
            let params = function.lambda.params.iter().map(|param| param.ty.clone()).collect();
            let ty = Type::Function(params, Box::new(function.lambda.result.clone()));
            let local = self.local(function.local);
            self.same(&local, &ty, "a local function");
            self.params = outer;
        }
    }

    fn draw_source(&mut self, draw: &Draw) {
        let (Draw::From(source) | Draw::Run(source)) = draw;
        self.expr(source);
    }

    fn draw(&mut self, draw: &Draw, ty: &Type) {
        self.draw_source(draw);
        match draw {
            Draw::Run(source) => self.same(&source.ty, ty, "what is run"),
            Draw::From(source) => {
                if let Some(value) = drawn(&source.ty) {
                    self.same(&value, ty, "what is drawn");
                }
            }
        }
    }

    /// The type of what is assigned, unless it depends on a parameter.
    fn place_type(&mut self, place: &Place) -> Option<Type> {
        let mut ty = self.local(place.local);
        for step in &place.path {
            let (Step::Index(_, of) | Step::Field(_, of) | Step::Component(_, of)) = step;
            self.same(of, &ty, "a step of a place");
            ty = match (step, &ty) {
                (Step::Index(indices, _), Type::Array(item)) if indices.len() == 1 => (**item).clone(),
                (Step::Index(indices, _), Type::Matrix) if indices.len() == 2 => Type::Real,
                (Step::Index(..), Type::Matrix) => Type::Array(Box::new(Type::Real)),
                (Step::Field(name, _), Type::Record(fields)) => fields.iter().find(|field| field.0 == *name)?.1.clone(),
                (Step::Component(index, _), Type::Tuple(items)) => items.get(*index as usize)?.clone(),
                _ => return None,
            };
        }
        Some(ty)
    }
}
