//! A small, slow evaluator of typed programs: the oracle that compiled code is tested against.
//!
//! It explores a program by replaying it with a prefix of choices, one per draw from a finite distribution, and gives
//! every execution's probability, weight and value. Only distributions of finite support can be drawn from.

use borel_distributions::{Argument, Kind, Value as Scalar, log_density_value};
use borel_typed::*;
use std::collections::HashMap;
use std::rc::Rc;

/// A value.
#[derive(Clone)]
pub enum Value {
    /// `()`
    Unit,
    /// Bool
    Bool(bool),
    /// Int
    Int(i64),
    /// Real
    Real(f64),
    /// String
    String(Rc<str>),
    /// Tuple, or record in the order of its type
    Tuple(Rc<Vec<Value>>),
    /// Array
    Array(Rc<Vec<Value>>),
    /// Constructor and fields
    Data(u32, Rc<Vec<Value>>),
    /// Closure
    Closure(Rc<Closure>),
    /// Distribution
    Dist(Rc<Dist>),
    /// Draws with weights, and the log evidence
    Posterior(Rc<(Vec<Value>, Vec<f64>, f64)>),
    /// A method of inference; only exact enumeration is known here
    Method,
}

/// A closure: parameters and body with what it captured, or a memoised one.
pub enum Closure {
    /// A lambda
    Lambda(Box<(Lambda, Frame)>),
    /// `mem`: its number
    Memo(usize, Value),
    /// The same with a state.
    MemoState(usize, Value),
}

/// A distribution.
pub enum Dist {
    /// Of the catalogue
    Known(Kind, Vec<Value>),
    /// Always this
    Delta(Value),
    /// Independent ones
    Product(Vec<Value>),
    /// n of one
    Iid(Value, i64),
    /// Made of functions: the arguments of `distribution`, `()` for those that are not given
    Custom(Vec<Value>),
}

/// Why an execution stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// The program stopped with an error.
    Error,
    /// The oracle does not do this (a continuous draw, too long a run).
    Unsupported(&'static str),
}

enum Jump {
    Return(Value),
    Break,
    Continue,
    Stop(Stop),
}

impl From<Stop> for Jump {
    fn from(stop: Stop) -> Jump {
        Jump::Stop(stop)
    }
}

type Outcome<T> = Result<T, Jump>;

/// Functions that are declared together, the number of one of them, and what is in scope where they are.
type LocalGroup = (Vec<LocalFunction>, usize, Frame);

/// The variables and type arguments in scope.
#[derive(Clone, Default)]
pub struct Frame {
    locals: HashMap<LocalId, Value>,
    functions: HashMap<LocalId, Rc<LocalGroup>>,
    types: Vec<Type>,
}

impl Frame {
    /// A local function, and what is in scope in it.
    fn local_function(&self, id: LocalId, types: &[Type]) -> Result<(Rc<LocalGroup>, Frame), Stop> {
        let group = self.functions.get(&id).cloned().ok_or(Stop::Unsupported("an unknown local function"))?;
        let (functions, index, captured) = &*group;
        let mut inner = captured.clone();
        for (i, function) in functions.iter().enumerate() {
            inner.functions.insert(function.local, Rc::new((functions.clone(), i, captured.clone())));
        }
        inner.types.truncate(functions[*index].type_params.0 as usize);
        inner.types.extend(substitute_all(types, &self.types));
        Ok((group, inner))
    }
}

/// One execution of a program.
#[derive(Clone)]
pub struct Execution {
    /// What it returned.
    pub value: Value,
    /// The log probability of its choices.
    pub log_prior: f64,
    /// The log weight of its observations.
    pub log_weight: f64,
    /// What it printed.
    pub output: String,
}

/// All executions of `function` on `arguments`, at most `limit`; an execution that stops with an error is given as such.
pub fn enumerate(
    program: &Program,
    function: FunctionId,
    arguments: &[Value],
    limit: usize,
) -> Result<Vec<Result<Execution, Stop>>, Stop> {
    let mut prefix: Vec<(usize, usize)> = Vec::new();
    let mut executions = Vec::new();
    loop {
        if executions.len() >= limit {
            return Err(Stop::Unsupported("too many executions"));
        }
        let mut run = Run {
            program,
            choices: prefix,
            at: 0,
            log_prior: 0.0,
            log_weight: 0.0,
            output: String::new(),
            memo: Vec::new(),
            states: Vec::new(),
            mems: 0,
            fuel: 2_000_000,
            depth: 0,
        };
        match run.call(function, &[], arguments.to_vec()) {
            Ok(value) => executions.push(Ok(Execution {
                value,
                log_prior: run.log_prior,
                log_weight: run.log_weight,
                output: run.output,
            })),
            Err(Stop::Error) => executions.push(Err(Stop::Error)),
            Err(stop) => return Err(stop),
        }
        prefix = following(run.choices, run.at);
        if prefix.is_empty() {
            return Ok(executions);
        }
    }
}

/// The choices that the next execution begins with, in the order of all executions, after one that has made so many of these; none after the last.
fn following(mut choices: Vec<(usize, usize)>, made: usize) -> Vec<(usize, usize)> {
    choices.truncate(made);
    while let Some((index, count)) = choices.pop() {
        if index + 1 < count {
            choices.push((index + 1, count));
            break;
        }
    }
    choices
}

struct Run<'a> {
    program: &'a Program,
    choices: Vec<(usize, usize)>,
    at: usize,
    log_prior: f64,
    log_weight: f64,
    output: String,
    memo: Vec<(usize, Value, Value)>,
    states: Vec<(usize, Option<Value>)>,
    mems: usize,
    fuel: u64,
    depth: u32,
}

impl Run<'_> {
    fn call(&mut self, function: FunctionId, types: &[Type], arguments: Vec<Value>) -> Result<Value, Stop> {
        let function = &self.program.functions[function.0 as usize];
        let mut frame = Frame { types: types.to_vec(), ..Frame::default() };
        frame.locals.extend(function.params.iter().copied().zip(arguments));
        let body = function.body.clone();
        self.body(&body, &mut frame)
    }

    fn body(&mut self, body: &Expr, frame: &mut Frame) -> Result<Value, Stop> {
        self.depth += 1;
        if self.depth > 2000 {
            return Err(Stop::Unsupported("deep recursion"));
        }
        let result = match self.expr(body, frame) {
            Ok(value) | Err(Jump::Return(value)) => Ok(value),
            Err(Jump::Stop(stop)) => Err(stop),
            Err(Jump::Break | Jump::Continue) => Err(Stop::Unsupported("a jump out of a function")),
        };
        self.depth -= 1;
        result
    }

    fn apply(&mut self, function: &Value, arguments: Vec<Value>) -> Result<Value, Stop> {
        let Value::Closure(closure) = function else { return Err(Stop::Unsupported("a call of no function")) };
        match &**closure {
            Closure::Lambda(closure) => {
                let (lambda, frame) = &**closure;
                let mut frame = frame.clone();
                self.lambda(lambda, &mut frame, arguments)
            }
            Closure::Memo(id, inner) | Closure::MemoState(id, inner) => {
                let key = arguments.into_iter().next().unwrap_or(Value::Unit);
                if let Some((_, _, value)) = self.memo.iter().find(|(i, k, _)| i == id && equal(k, &key)) {
                    return Ok(value.clone());
                }
                let value = match &**closure {
                    Closure::MemoState(..) => self.draw_with_state(*id, inner, key.clone())?,
                    _ => self.apply(inner, vec![key.clone()])?,
                };
                self.memo.push((*id, key, value.clone()));
                Ok(value)
            }
        }
    }

    /// Takes the state, draws, and keeps the next state.
    fn draw_with_state(&mut self, id: usize, draw: &Value, key: Value) -> Result<Value, Stop> {
        let position = self.states.iter().position(|(i, _)| *i == id).ok_or(Stop::Error)?;
        let state = self.states[position].1.take().ok_or(Stop::Error)?;
        match self.apply(draw, vec![state, key])? {
            Value::Tuple(parts) if parts.len() == 2 => {
                self.states[position].1 = Some(parts[1].clone());
                Ok(parts[0].clone())
            }
            _ => Err(Stop::Unsupported("a draw that gives no pair")),
        }
    }

    fn lambda(&mut self, lambda: &Lambda, frame: &mut Frame, arguments: Vec<Value>) -> Result<Value, Stop> {
        for (pattern, argument) in lambda.params.iter().zip(&arguments) {
            bind(pattern, argument, frame);
        }
        self.body(&lambda.body, frame)
    }

    fn exprs(&mut self, exprs: &[Expr], frame: &mut Frame) -> Outcome<Vec<Value>> {
        exprs.iter().map(|e| self.expr(e, frame)).collect()
    }

    fn expr(&mut self, expr: &Expr, frame: &mut Frame) -> Outcome<Value> {
        if self.fuel == 0 {
            return Err(Stop::Unsupported("a long run").into());
        }
        self.fuel -= 1;
        Ok(match &expr.kind {
            ExprKind::Unit => Value::Unit,
            ExprKind::Bool(b) => Value::Bool(*b),
            ExprKind::Int(n) => Value::Int(*n),
            ExprKind::Real(x) => Value::Real(*x),
            ExprKind::Number(n) => match substitute(&expr.ty, &frame.types) {
                Type::Real => Value::Real(*n as f64),
                _ => Value::Int(*n),
            },
            ExprKind::String(s) => Value::String(s.as_str().into()),
            ExprKind::Local(id) => frame.locals.get(id).cloned().ok_or(Stop::Unsupported("an unbound variable"))?,
            ExprKind::LocalFunction(id, types) => {
                let (group, inner) = frame.local_function(*id, types)?;
                Value::Closure(Rc::new(Closure::Lambda(Box::new((group.0[group.1].lambda.clone(), inner)))))
            }
            ExprKind::Function(id, types) => {
                let types = substitute_all(types, &frame.types);
                eta_function(self.program, *id, &types, expr)
            }
            ExprKind::Constant(id) => {
                let value = self.program.constants[id.0 as usize].value.clone();
                self.expr(&value, &mut Frame::default())?
            }
            ExprKind::Tuple(parts) => Value::Tuple(Rc::new(self.exprs(parts, frame)?)),
            ExprKind::Record(fields) => {
                let mut values = Vec::new();
                for (name, field) in fields {
                    values.push((name.clone(), self.expr(field, frame)?));
                }
                values.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Tuple(Rc::new(values.into_iter().map(|v| v.1).collect()))
            }
            ExprKind::RecordUpdate(record, fields) => {
                let Value::Tuple(old) = self.expr(record, frame)? else { return Err(wrong()) };
                let mut values = (*old).clone();
                for (name, field) in fields {
                    let index = field_index(&record.ty, name, &frame.types)?;
                    values[index] = self.expr(field, frame)?;
                }
                Value::Tuple(Rc::new(values))
            }
            ExprKind::Array(items) => Value::Array(Rc::new(self.exprs(items, frame)?)),
            ExprKind::Comprehension(element, clauses) => {
                let mut items = Vec::new();
                self.comprehension(element, clauses, frame, &mut items)?;
                Value::Array(Rc::new(items))
            }
            ExprKind::Range(lo, hi) => {
                let (lo, hi) = (int(&self.expr(lo, frame)?)?, int(&self.expr(hi, frame)?)?);
                if hi.saturating_sub(lo) > 100_000 {
                    return Err(Stop::Unsupported("a long range").into());
                }
                Value::Array(Rc::new((lo..hi).map(Value::Int).collect()))
            }
            ExprKind::Construct(_, constructor, fields) => {
                Value::Data(*constructor, Rc::new(self.exprs(fields, frame)?))
            }
            ExprKind::Call(id, types, arguments) => {
                let types = substitute_all(types, &frame.types);
                let arguments = self.exprs(arguments, frame)?;
                self.call(*id, &types, arguments)?
            }
            ExprKind::CallLocal(id, types, arguments) => {
                let arguments = self.exprs(arguments, frame)?;
                let (group, mut inner) = frame.local_function(*id, types)?;
                self.lambda(&group.0[group.1].lambda, &mut inner, arguments)?
            }
            ExprKind::Apply(function, arguments) => {
                let function = self.expr(function, frame)?;
                let arguments = self.exprs(arguments, frame)?;
                self.apply(&function, arguments)?
            }
            ExprKind::Builtin(Builtin::Str, arguments) => {
                let value = self.expr(&arguments[0], frame)?;
                let ty = substitute(&arguments[0].ty, &frame.types);
                Value::String(if let Value::String(text) = value {
                    text
                } else {
                    show(self.program, &ty, &value).into()
                })
            }
            // An empty array does not show what it is a sum of.
            ExprKind::Builtin(Builtin::Sum, arguments) if substitute(&expr.ty, &frame.types) == Type::Int => {
                let items = self.exprs(arguments, frame)?;
                let Value::Array(items) = &items[0] else { return Err(wrong()) };
                let add = |total: i64, item| -> Outcome<i64> { Ok(total.checked_add(int(item)?).ok_or(Stop::Error)?) };
                Value::Int(items.iter().try_fold(0, add)?)
            }
            ExprKind::Builtin(builtin, arguments) => {
                let arguments = self.exprs(arguments, frame)?;
                self.builtin(*builtin, arguments)?
            }
            ExprKind::Distribution(kind, arguments) => {
                let arguments = self.exprs(arguments, frame)?;
                lift_distribution(*kind, arguments)?
            }
            ExprKind::Index(array, indices) => {
                let array = self.expr(array, frame)?;
                let indices = self.exprs(indices, frame)?;
                index(&array, &indices[0])?
            }
            ExprKind::Slice(array, lo, hi) => {
                let Value::Array(items) = self.expr(array, frame)? else {
                    return Err(Stop::Unsupported("a slice of text").into());
                };
                let lo = lo.as_ref().map_or(Ok(0), |e| self.expr(e, frame).and_then(|v| int(&v)))?;
                let hi = hi.as_ref().map_or(Ok(items.len() as i64), |e| self.expr(e, frame).and_then(|v| int(&v)))?;
                if lo < 0 || hi < lo || hi > items.len() as i64 {
                    return Err(Stop::Error.into());
                }
                Value::Array(Rc::new(items[lo as usize..hi as usize].to_vec()))
            }
            ExprKind::Field(record, name) => {
                let Value::Tuple(parts) = self.expr(record, frame)? else { return Err(wrong()) };
                parts[field_index(&record.ty, name, &frame.types)?].clone()
            }
            ExprKind::Component(tuple, i) => {
                let Value::Tuple(parts) = self.expr(tuple, frame)? else { return Err(wrong()) };
                parts[*i as usize].clone()
            }
            ExprKind::Negate(operand) => map_numbers(&self.expr(operand, frame)?, &|v| match v {
                Value::Int(n) => n.checked_neg().map(Value::Int).ok_or(Jump::Stop(Stop::Error)),
                Value::Real(x) => Ok(Value::Real(-x)),
                _ => Err(wrong()),
            })?,
            ExprKind::Not(operand) => Value::Bool(!boolean(&self.expr(operand, frame)?)?),
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.expr(a, frame)?, self.expr(b, frame)?);
                arithmetic(*op, &a, &b)?
            }
            ExprKind::Compare(op, a, b) => {
                let (a, b) = (self.expr(a, frame)?, self.expr(b, frame)?);
                compare(*op, &a, &b)?
            }
            ExprKind::And(a, b) => Value::Bool(boolean(&self.expr(a, frame)?)? && boolean(&self.expr(b, frame)?)?),
            ExprKind::Or(a, b) => Value::Bool(boolean(&self.expr(a, frame)?)? || boolean(&self.expr(b, frame)?)?),
            ExprKind::If(condition, yes, no) => {
                if boolean(&self.expr(condition, frame)?)? {
                    self.expr(yes, frame)?
                } else if let Some(no) = no {
                    self.expr(no, frame)?
                } else {
                    Value::Unit
                }
            }
            ExprKind::Match(scrutinee, arms) => {
                let value = self.expr(scrutinee, frame)?;
                for arm in arms {
                    if !matches(&arm.pattern, &value) {
                        continue;
                    }
                    bind(&arm.pattern, &value, frame);
                    let passes =
                        arm.guard.as_ref().map_or(Ok(true), |g| self.expr(g, frame).and_then(|v| boolean(&v)))?;
                    if passes {
                        return self.expr(&arm.body, frame);
                    }
                }
                return Err(Stop::Unsupported("a match that covers nothing").into());
            }
            ExprKind::Lambda(lambda) => {
                Value::Closure(Rc::new(Closure::Lambda(Box::new(((**lambda).clone(), frame.clone())))))
            }
            ExprKind::Sample(dist) => {
                let dist = self.expr(dist, frame)?;
                self.sample(&dist)?
            }
            ExprKind::Block(stmts, value) => {
                for stmt in stmts {
                    self.stmt(stmt, frame)?;
                }
                value.as_ref().map_or(Ok(Value::Unit), |e| self.expr(e, frame))?
            }
            ExprKind::ToReal(operand) => map_numbers(&self.expr(operand, frame)?, &|v| real(v).map(Value::Real))?,
        })
    }

    fn comprehension(
        &mut self,
        element: &Expr,
        clauses: &[Clause],
        frame: &mut Frame,
        items: &mut Vec<Value>,
    ) -> Outcome<()> {
        match clauses.split_first() {
            None => items.push(self.expr(element, frame)?),
            Some((Clause::If(condition), rest)) => {
                if boolean(&self.expr(condition, frame)?)? {
                    self.comprehension(element, rest, frame, items)?;
                }
            }
            Some((Clause::For(pattern, source), rest)) => {
                let Value::Array(source) = self.expr(source, frame)? else { return Err(wrong()) };
                for item in source.iter() {
                    bind(pattern, item, frame);
                    self.comprehension(element, rest, frame, items)?;
                }
            }
        }
        Ok(())
    }

    fn draw(&mut self, draw: &Draw, frame: &mut Frame) -> Outcome<Value> {
        match draw {
            Draw::Run(call) => self.expr(call, frame),
            Draw::From(dist) => {
                let dist = self.expr(dist, frame)?;
                Ok(self.sample(&dist)?)
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt, frame: &mut Frame) -> Outcome<()> {
        match &stmt.kind {
            StmtKind::Let(pattern, value) => {
                let value = self.expr(value, frame)?;
                bind(pattern, &value, frame);
            }
            StmtKind::Var(local, value) => {
                let value = self.expr(value, frame)?;
                frame.locals.insert(*local, value);
            }
            StmtKind::LetSample(pattern, draw) => {
                let value = self.draw(draw, frame)?;
                bind(pattern, &value, frame);
            }
            StmtKind::Functions(functions) => {
                let captured = frame.clone();
                for (i, function) in functions.iter().enumerate() {
                    frame.functions.insert(function.local, Rc::new((functions.clone(), i, captured.clone())));
                }
            }
            StmtKind::Assign(place, value) => {
                let value = self.expr(value, frame)?;
                self.assign(place, value, frame)?;
            }
            StmtKind::AssignSample(place, draw) => {
                let value = self.draw(draw, frame)?;
                self.assign(place, value, frame)?;
            }
            StmtKind::Observe(value, dist) => {
                let (value, dist) = (self.expr(value, frame)?, self.expr(dist, frame)?);
                let log_density = self.log_density(&dist, &value)?;
                self.score(log_density);
            }
            StmtKind::For(pattern, source, body) => {
                let Value::Array(items) = self.expr(source, frame)? else { return Err(wrong()) };
                for item in items.iter() {
                    bind(pattern, item, frame);
                    match self.expr(body, frame) {
                        Ok(_) | Err(Jump::Continue) => {}
                        Err(Jump::Break) => break,
                        Err(jump) => return Err(jump),
                    }
                }
            }
            StmtKind::While(condition, body) => {
                while boolean(&self.expr(condition, frame)?)? {
                    match self.expr(body, frame) {
                        Ok(_) | Err(Jump::Continue) => {}
                        Err(Jump::Break) => break,
                        Err(jump) => return Err(jump),
                    }
                }
            }
            StmtKind::Return(value) => return Err(Jump::Return(self.expr(value, frame)?)),
            StmtKind::Break => return Err(Jump::Break),
            StmtKind::Continue => return Err(Jump::Continue),
            StmtKind::Expr(value) => {
                self.expr(value, frame)?;
            }
        }
        Ok(())
    }

    fn assign(&mut self, place: &Place, value: Value, frame: &mut Frame) -> Outcome<()> {
        let mut path = Vec::new();
        for step in &place.path {
            path.push(match step {
                Step::Index(indices, _) => int(&self.expr(&indices[0], frame)?)?,
                Step::Field(name, ty) => field_index(ty, name, &frame.types)? as i64,
                Step::Component(i, _) => i64::from(*i),
            });
        }
        let old = frame.locals.get(&place.local).cloned().unwrap_or(Value::Unit);
        frame.locals.insert(place.local, replace(&old, &path, value)?);
        Ok(())
    }

    fn score(&mut self, log_weight: f64) {
        self.log_weight += if log_weight.is_nan() { f64::NEG_INFINITY } else { log_weight };
    }

    fn choose(&mut self, log_probabilities: &[f64]) -> usize {
        if self.at == self.choices.len() {
            self.choices.push((0, log_probabilities.len()));
        }
        let index = self.choices[self.at].0;
        self.at += 1;
        self.log_prior += log_probabilities[index];
        index
    }

    fn sample(&mut self, dist: &Value) -> Result<Value, Stop> {
        match dist {
            Value::Closure(_) => self.apply(dist, Vec::new()),
            Value::Array(items) => {
                Ok(Value::Array(Rc::new(items.iter().map(|d| self.sample(d)).collect::<Result<_, _>>()?)))
            }
            Value::Tuple(items) => {
                Ok(Value::Tuple(Rc::new(items.iter().map(|d| self.sample(d)).collect::<Result<_, _>>()?)))
            }
            Value::Posterior(posterior) => {
                let logs: Vec<f64> = posterior.1.iter().map(|w| w.ln()).collect();
                Ok(posterior.0[self.choose(&logs)].clone())
            }
            Value::Dist(dist) => match &**dist {
                Dist::Custom(parts) if matches!(parts[0], Value::Closure(_)) => self.apply(&parts[0], Vec::new()),
                Dist::Custom(_) => Err(Stop::Error),
                Dist::Delta(value) => Ok(value.clone()),
                Dist::Product(items) => {
                    Ok(Value::Array(Rc::new(items.iter().map(|d| self.sample(d)).collect::<Result<_, _>>()?)))
                }
                Dist::Iid(inner, n) => {
                    Ok(Value::Array(Rc::new((0..*n).map(|_| self.sample(inner)).collect::<Result<_, _>>()?)))
                }
                Dist::Known(kind, arguments) => {
                    let support = finite_support(*kind, arguments)?;
                    let logs = support
                        .iter()
                        .map(|v| known_log_density(*kind, arguments, v))
                        .collect::<Result<Vec<f64>, _>>()?;
                    Ok(support[self.choose(&logs)].clone())
                }
            },
            _ => Err(Stop::Unsupported("a draw from no distribution")),
        }
    }

    /// What the arguments of a builtin, a distribution first, are answered by a distribution made of functions.
    fn part(&mut self, arguments: &[Value], builtin: Builtin) -> Result<Value, Stop> {
        let index = match builtin {
            Builtin::Cdf | Builtin::LogCdf => 2,
            Builtin::Ccdf | Builtin::LogCcdf => 3,
            Builtin::Quantile => 4,
            Builtin::QuantileCcdf => 5,
            Builtin::Mean => 6,
            Builtin::Variance => 7,
            Builtin::Entropy => 8,
            Builtin::LowerBound => 9,
            _ => 10,
        };
        match &arguments[0] {
            Value::Dist(dist) => match &**dist {
                Dist::Custom(parts) => match &parts[index] {
                    Value::Unit => Err(Stop::Error),
                    part @ Value::Closure(_) => self.apply(part, arguments[1..].to_vec()),
                    bound => Ok(bound.clone()),
                },
                _ => Err(Stop::Unsupported("a function of a distribution that is not made of functions")),
            },
            _ => Err(Stop::Unsupported("a function of no distribution")),
        }
    }

    fn pairwise(&mut self, dists: &[Value], values: &[Value]) -> Result<f64, Stop> {
        if dists.len() != values.len() {
            return Err(Stop::Error);
        }
        dists.iter().zip(values).try_fold(0.0, |total, (d, v)| Ok(total + self.log_density(d, v)?))
    }

    fn log_density(&mut self, source: &Value, value: &Value) -> Result<f64, Stop> {
        match (source, value) {
            (Value::Array(dists), Value::Array(values)) | (Value::Tuple(dists), Value::Tuple(values)) => {
                self.pairwise(dists, values)
            }
            (Value::Dist(dist), _) => match (&**dist, value) {
                (Dist::Known(kind, _), Value::Array(values)) if !kind.entry().value.is_multivariate() => {
                    values.iter().try_fold(0.0, |total, v| Ok(total + self.log_density(source, v)?))
                }
                (Dist::Known(kind, arguments), _) => known_log_density(*kind, arguments, value),
                (Dist::Delta(x), _) => Ok(if equal(x, value) { 0.0 } else { f64::NEG_INFINITY }),
                (Dist::Product(dists), Value::Array(values)) => self.pairwise(dists, values),
                (Dist::Iid(dist, n), Value::Array(values)) => {
                    if *n != values.len() as i64 {
                        return Err(Stop::Error);
                    }
                    values.iter().try_fold(0.0, |total, v| Ok(total + self.log_density(dist, v)?))
                }
                (Dist::Custom(parts), _) if matches!(parts[1], Value::Closure(_)) => {
                    let log_density = self.apply(&parts[1], vec![value.clone()])?;
                    real(&log_density).map_err(|_| Stop::Unsupported("a density that is no number"))
                }
                (Dist::Custom(_), _) => Err(Stop::Error),
                _ => Err(Stop::Unsupported("a density of something else")),
            },
            _ => Err(Stop::Unsupported("a density of no distribution")),
        }
    }

    fn infer(&mut self, model: &Value) -> Result<Value, Stop> {
        let mut prefix = Vec::new();
        let mut draws: Vec<(Value, f64)> = Vec::new();
        loop {
            let mut run = Run {
                program: self.program,
                choices: prefix,
                at: 0,
                log_prior: 0.0,
                log_weight: 0.0,
                output: String::new(),
                memo: self.memo.clone(),
                states: self.states.clone(),
                mems: self.mems,
                fuel: self.fuel,
                depth: self.depth,
            };
            let value = run.apply(model, Vec::new())?;
            self.fuel = run.fuel;
            self.output.push_str(&run.output);
            let log = run.log_prior + run.log_weight;
            match draws.iter_mut().find(|d| equal(&d.0, &value)) {
                Some(draw) => draw.1 += log.exp(),
                None => draws.push((value, log.exp())),
            }
            prefix = following(run.choices, run.at);
            if prefix.is_empty() {
                break;
            }
        }
        let total: f64 = draws.iter().map(|d| d.1).sum();
        if total <= 0.0 {
            return Err(Stop::Error);
        }
        let (values, weights): (Vec<_>, Vec<_>) =
            draws.into_iter().filter(|d| d.1 > 0.0).map(|(v, w)| (v, w / total)).unzip();
        Ok(Value::Posterior(Rc::new((values, weights, total.ln()))))
    }

    fn builtin(&mut self, builtin: Builtin, arguments: Vec<Value>) -> Outcome<Value> {
        use Builtin as B;
        let first = arguments.first();
        let lifted = |f: fn(f64) -> f64| -> Outcome<Value> {
            map_numbers(&arguments[0], &|v| real(v).map(|x| Value::Real(f(x))))
        };
        Ok(match builtin {
            B::Exp => lifted(f64::exp)?,
            B::Log => lifted(f64::ln)?,
            B::Sqrt => lifted(f64::sqrt)?,
            B::Sin => lifted(f64::sin)?,
            B::Cos => lifted(f64::cos)?,
            B::Tanh => lifted(f64::tanh)?,
            B::Log1p => lifted(f64::ln_1p)?,
            B::Expm1 => lifted(f64::exp_m1)?,
            B::Real => map_numbers(&arguments[0], &|v| match v {
                Value::Bool(b) => Ok(Value::Real(f64::from(u8::from(*b)))),
                v => real(v).map(Value::Real),
            })?,
            B::Int => map_numbers(&arguments[0], &|v| boolean(v).map(|b| Value::Int(i64::from(b))))?,
            B::Floor | B::Ceil | B::Round => map_numbers(&arguments[0], &|v| {
                let x = real(v)?;
                let r = match builtin {
                    B::Floor => x.floor(),
                    B::Ceil => x.ceil(),
                    _ => x.round(),
                };
                if (-9.2e18..=9.2e18).contains(&r) { Ok(Value::Int(r as i64)) } else { Err(Stop::Error.into()) }
            })?,
            B::Abs => map_numbers(&arguments[0], &|v| match v {
                Value::Int(n) => n.checked_abs().map(Value::Int).ok_or(Jump::Stop(Stop::Error)),
                v => real(v).map(|x| Value::Real(x.abs())),
            })?,
            B::Min | B::Max => zip_numbers(&arguments[0], &arguments[1], &|a, b| {
                let smaller = builtin == B::Min;
                Ok(match (a, b) {
                    (Value::Int(a), Value::Int(b)) => Value::Int(if smaller { *a.min(b) } else { *a.max(b) }),
                    _ => {
                        let (a, b) = (real(a)?, real(b)?);
                        Value::Real(if a.is_nan() || b.is_nan() {
                            f64::NAN
                        } else if smaller {
                            a.min(b)
                        } else {
                            a.max(b)
                        })
                    }
                })
            })?,
            B::Div => {
                let (a, b) = (int(&arguments[0])?, int(&arguments[1])?);
                Value::Int(floor_division(a, b).ok_or(Stop::Error)?)
            }
            B::IsNan => Value::Bool(real(&arguments[0])?.is_nan()),
            B::Len => match &arguments[0] {
                Value::Array(items) => Value::Int(items.len() as i64),
                Value::String(s) => Value::Int(s.chars().count() as i64),
                _ => return Err(wrong()),
            },
            B::Sum => match &arguments[0] {
                Value::Array(items) => Value::Real(total(items)?),
                _ => return Err(wrong()),
            },
            B::Factor => {
                self.score(real(&arguments[0])?);
                Value::Unit
            }
            B::Condition => {
                if !boolean(&arguments[0])? {
                    self.score(f64::NEG_INFINITY);
                }
                Value::Unit
            }
            B::Checkpoint => Value::Unit,
            B::LogDensity => Value::Real(self.log_density(&arguments[0], &arguments[1])?),
            B::Distribution => Value::Dist(Rc::new(Dist::Custom(arguments))),
            B::Cdf | B::Ccdf => Value::Real(real(&self.part(&arguments, builtin)?)?.exp()),
            B::LogCdf | B::LogCcdf | B::Quantile | B::QuantileCcdf | B::Entropy | B::LowerBound | B::UpperBound => {
                self.part(&arguments, builtin)?
            }
            B::Delta => Value::Dist(Rc::new(Dist::Delta(arguments[0].clone()))),
            B::Iid => {
                let n = int(&arguments[1])?;
                if n < 0 {
                    return Err(Stop::Error.into());
                }
                Value::Dist(Rc::new(Dist::Iid(arguments[0].clone(), n)))
            }
            B::Mem => {
                self.mems += 1;
                Value::Closure(Rc::new(Closure::Memo(self.mems, arguments[0].clone())))
            }
            B::MemState => {
                self.mems += 1;
                self.states.push((self.mems, Some(arguments[0].clone())));
                Value::Closure(Rc::new(Closure::MemoState(self.mems, arguments[1].clone())))
            }
            B::MethodEnumerate => Value::Method,
            B::Infer => self.infer(&arguments[0])?,
            B::Draws | B::Weights | B::LogEvidence => {
                let Some(Value::Posterior(posterior)) = first else { return Err(wrong()) };
                match builtin {
                    B::Draws => Value::Array(Rc::new(posterior.0.clone())),
                    B::Weights => Value::Array(Rc::new(posterior.1.iter().map(|w| Value::Real(*w)).collect())),
                    _ => Value::Real(posterior.2),
                }
            }
            B::Mean | B::Variance if matches!(first, Some(Value::Dist(_))) => self.part(&arguments, builtin)?,
            B::Mean => match first {
                Some(Value::Posterior(posterior)) => {
                    let mut total = 0.0;
                    for (value, weight) in posterior.0.iter().zip(&posterior.1) {
                        total += weight * number(value)?;
                    }
                    Value::Real(total)
                }
                Some(Value::Array(items)) => Value::Real(total(items)? / items.len() as f64),
                _ => return Err(wrong()),
            },
            B::Fail => return Err(Stop::Error.into()),
            _ => return Err(Stop::Unsupported("a builtin that the oracle does not know").into()),
        })
    }
}

fn eta_function(program: &Program, id: FunctionId, types: &[Type], expr: &Expr) -> Value {
    let function = &program.functions[id.0 as usize];
    let params = function
        .params
        .iter()
        .map(|p| Pattern { kind: PatternKind::Bind(*p), ty: program.locals[p.0 as usize].ty.clone(), span: expr.span })
        .collect();
    let lambda = Lambda { params, body: function.body.clone(), result: function.result.clone() };
    let frame = Frame { types: types.to_vec(), ..Frame::default() };
    Value::Closure(Rc::new(Closure::Lambda(Box::new((lambda, frame)))))
}

fn wrong() -> Jump {
    Jump::Stop(Stop::Unsupported("an ill-typed operand"))
}

fn substitute(ty: &Type, types: &[Type]) -> Type {
    match ty {
        Type::Param(i) => types.get(*i as usize).cloned().unwrap_or_else(|| ty.clone()),
        Type::Tuple(parts) => Type::Tuple(substitute_all(parts, types)),
        Type::Record(fields) => Type::Record(fields.iter().map(|(n, t)| (n.clone(), substitute(t, types))).collect()),
        Type::Array(item) => Type::Array(Box::new(substitute(item, types))),
        Type::Function(params, result) => {
            Type::Function(substitute_all(params, types), Box::new(substitute(result, types)))
        }
        Type::Dist(inner) => Type::Dist(Box::new(substitute(inner, types))),
        Type::Posterior(inner) => Type::Posterior(Box::new(substitute(inner, types))),
        Type::Data(id, arguments) => Type::Data(*id, substitute_all(arguments, types)),
        _ => ty.clone(),
    }
}

fn substitute_all(list: &[Type], types: &[Type]) -> Vec<Type> {
    list.iter().map(|t| substitute(t, types)).collect()
}

fn field_index(ty: &Type, name: &str, types: &[Type]) -> Outcome<usize> {
    match substitute(ty, types) {
        Type::Record(fields) => fields.iter().position(|f| &*f.0 == name).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn int(value: &Value) -> Outcome<i64> {
    if let Value::Int(n) = value { Ok(*n) } else { Err(wrong()) }
}

fn boolean(value: &Value) -> Outcome<bool> {
    if let Value::Bool(b) = value { Ok(*b) } else { Err(wrong()) }
}

fn real(value: &Value) -> Outcome<f64> {
    match value {
        Value::Int(n) => Ok(*n as f64),
        Value::Real(x) => Ok(*x),
        _ => Err(wrong()),
    }
}

fn number(value: &Value) -> Outcome<f64> {
    match value {
        Value::Bool(b) => Ok(f64::from(u8::from(*b))),
        value => real(value),
    }
}

fn map_numbers(value: &Value, f: &dyn Fn(&Value) -> Outcome<Value>) -> Outcome<Value> {
    match value {
        Value::Array(items) => {
            Ok(Value::Array(Rc::new(items.iter().map(|v| map_numbers(v, f)).collect::<Outcome<_>>()?)))
        }
        value => f(value),
    }
}

fn zip_numbers(a: &Value, b: &Value, f: &dyn Fn(&Value, &Value) -> Outcome<Value>) -> Outcome<Value> {
    match (a, b) {
        (Value::Array(xs), Value::Array(ys)) => {
            if xs.len() != ys.len() {
                return Err(Stop::Error.into());
            }
            let items = xs.iter().zip(ys.iter()).map(|(x, y)| zip_numbers(x, y, f));
            Ok(Value::Array(Rc::new(items.collect::<Outcome<_>>()?)))
        }
        (Value::Array(xs), y) => {
            Ok(Value::Array(Rc::new(xs.iter().map(|x| zip_numbers(x, y, f)).collect::<Outcome<_>>()?)))
        }
        (x, Value::Array(ys)) => {
            Ok(Value::Array(Rc::new(ys.iter().map(|y| zip_numbers(x, y, f)).collect::<Outcome<_>>()?)))
        }
        (x, y) => f(x, y),
    }
}

fn floor_division(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn arithmetic(op: Arithmetic, a: &Value, b: &Value) -> Outcome<Value> {
    match (op, a, b) {
        (Arithmetic::Concat, Value::Array(x), Value::Array(y)) => {
            Ok(Value::Array(Rc::new(x.iter().chain(y.iter()).cloned().collect())))
        }
        (Arithmetic::Concat, Value::String(x), Value::String(y)) => Ok(Value::String(format!("{x}{y}").into())),
        (Arithmetic::Concat, ..) => Err(wrong()),
        (Arithmetic::MatrixProduct, Value::Array(x), Value::Array(y)) => {
            if x.len() != y.len() {
                return Err(Stop::Error.into());
            }
            let mut total = 0.0;
            for (x, y) in x.iter().zip(y.iter()) {
                total += real(x)? * real(y)?;
            }
            Ok(Value::Real(total))
        }
        _ => zip_numbers(a, b, &|a, b| scalar_arithmetic(op, a, b)),
    }
}

fn scalar_arithmetic(op: Arithmetic, a: &Value, b: &Value) -> Outcome<Value> {
    use Arithmetic as A;
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && op != A::Divide
    {
        let result = match op {
            A::Add => a.checked_add(*b),
            A::Subtract => a.checked_sub(*b),
            A::Multiply => a.checked_mul(*b),
            A::Remainder if *b == -1 => Some(0),
            A::Remainder => a.checked_rem(*b).map(|r| if r != 0 && (r < 0) != (*b < 0) { r + b } else { r }),
            A::Power => u32::try_from(*b).ok().and_then(|b| a.checked_pow(b)),
            _ => None,
        };
        return result.map(Value::Int).ok_or(Jump::Stop(Stop::Error));
    }
    let (a, b) = (real(a)?, real(b)?);
    Ok(Value::Real(match op {
        A::Add => a + b,
        A::Subtract => a - b,
        A::Multiply => a * b,
        A::Divide => a / b,
        A::Power => a.powf(b),
        _ => return Err(wrong()),
    }))
}

fn compare(op: Comparison, a: &Value, b: &Value) -> Outcome<Value> {
    use std::cmp::Ordering;
    let order = match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Int(_) | Value::Real(_), Value::Int(_) | Value::Real(_)) => real(a)?.partial_cmp(&real(b)?),
        _ if equal(a, b) => Some(Ordering::Equal),
        _ => None,
    };
    Ok(Value::Bool(match op {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }))
}

/// A value of a type as programs print it.
pub fn show(program: &Program, ty: &Type, value: &Value) -> String {
    let list = |tys: &[Type], values: &[Value]| {
        tys.iter().zip(values).map(|(t, v)| show(program, t, v)).collect::<Vec<_>>().join(", ")
    };
    match (ty, value) {
        (_, Value::Unit) => "()".into(),
        (_, Value::Bool(b)) => b.to_string(),
        (_, Value::Int(n)) => n.to_string(),
        (_, Value::Real(x)) => format!("{x:?}"),
        (_, Value::String(s)) => format!("{s:?}"),
        (Type::Tuple(tys), Value::Tuple(values)) => format!("({})", list(tys, values)),
        (Type::Record(fields), Value::Tuple(values)) => {
            let one = |((name, ty), value): (&(borel_source::Name, Type), &Value)| {
                format!("{name}: {}", show(program, ty, value))
            };
            format!("{{ {} }}", fields.iter().zip(values.iter()).map(one).collect::<Vec<_>>().join(", "))
        }
        (Type::Array(item), Value::Array(values)) => {
            format!("[{}]", values.iter().map(|v| show(program, item, v)).collect::<Vec<_>>().join(", "))
        }
        (Type::Data(id, arguments), Value::Data(constructor, values)) => {
            let constructor = &program.datas[id.0 as usize].constructors[*constructor as usize];
            let tys: Vec<Type> = constructor.fields.iter().map(|f| substitute(&f.1, arguments)).collect();
            let fields = list(&tys, values);
            if values.is_empty() { constructor.name.to_string() } else { format!("{}({fields})", constructor.name) }
        }
        _ => "?".into(),
    }
}

/// Structural equality.
pub fn equal(a: &Value, b: &Value) -> bool {
    let all = |x: &[Value], y: &[Value]| x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y));
    match (a, b) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Real(a), Value::Real(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Tuple(a), Value::Tuple(b)) | (Value::Array(a), Value::Array(b)) => all(a, b),
        (Value::Data(i, a), Value::Data(j, b)) => i == j && all(a, b),
        _ => false,
    }
}

fn index(array: &Value, at: &Value) -> Outcome<Value> {
    let Value::Array(items) = array else { return Err(wrong()) };
    let at = int(at)?;
    usize::try_from(at).ok().and_then(|i| items.get(i)).cloned().ok_or(Jump::Stop(Stop::Error))
}

fn replace(old: &Value, path: &[i64], value: Value) -> Outcome<Value> {
    let Some((first, rest)) = path.split_first() else { return Ok(value) };
    match old {
        Value::Array(items) | Value::Tuple(items) => {
            let at = usize::try_from(*first).ok().filter(|i| *i < items.len()).ok_or(Stop::Error)?;
            let mut items = (**items).clone();
            items[at] = replace(&items[at], rest, value)?;
            Ok(if matches!(old, Value::Array(_)) { Value::Array(Rc::new(items)) } else { Value::Tuple(Rc::new(items)) })
        }
        _ => Err(wrong()),
    }
}

fn matches(pattern: &Pattern, value: &Value) -> bool {
    match (&pattern.kind, value) {
        (PatternKind::Wildcard | PatternKind::Bind(_), _) => true,
        (PatternKind::Constructor(_, c, fields), Value::Data(d, values)) => {
            c == d && fields.iter().zip(values.iter()).all(|(p, v)| matches(p, v))
        }
        (PatternKind::Tuple(parts), Value::Tuple(values)) => {
            parts.iter().zip(values.iter()).all(|(p, v)| matches(p, v))
        }
        (PatternKind::Tuple(parts), Value::Unit) => parts.is_empty(),
        (PatternKind::Record(fields), Value::Tuple(values)) => {
            fields.iter().all(|(name, p)| record_field(&pattern.ty, name).is_some_and(|i| matches(p, &values[i])))
        }
        (PatternKind::Bool(a), Value::Bool(b)) => a == b,
        (PatternKind::Int(a), Value::Int(b)) => a == b,
        (PatternKind::Int(a), Value::Real(b)) => *a as f64 == *b,
        (PatternKind::String(a), Value::String(b)) => **a == **b,
        _ => false,
    }
}

fn record_field(ty: &Type, name: &str) -> Option<usize> {
    if let Type::Record(fields) = ty { fields.iter().position(|f| &*f.0 == name) } else { None }
}

fn bind(pattern: &Pattern, value: &Value, frame: &mut Frame) {
    match (&pattern.kind, value) {
        (PatternKind::Bind(local), value) => {
            frame.locals.insert(*local, value.clone());
        }
        (PatternKind::Constructor(_, _, fields), Value::Data(_, values)) => {
            fields.iter().zip(values.iter()).for_each(|(p, v)| bind(p, v, frame));
        }
        (PatternKind::Tuple(parts), Value::Tuple(values)) => {
            parts.iter().zip(values.iter()).for_each(|(p, v)| bind(p, v, frame));
        }
        (PatternKind::Record(fields), Value::Tuple(values)) => {
            for (name, p) in fields {
                if let Some(i) = record_field(&pattern.ty, name) {
                    bind(p, &values[i], frame);
                }
            }
        }
        _ => {}
    }
}

fn lift_distribution(kind: Kind, arguments: Vec<Value>) -> Outcome<Value> {
    use borel_distributions::ParameterKind as P;
    let parameters = kind.entry().parameters;
    let is_lifted = |value: &Value, parameter: P| match (parameter, value) {
        (P::Real | P::Int, Value::Array(_)) => true,
        (P::RealArray, Value::Array(items)) => matches!(items.first(), Some(Value::Array(_))),
        _ => false,
    };
    let lifted: Vec<bool> = arguments.iter().zip(parameters).map(|(v, p)| is_lifted(v, p.kind)).collect();
    let mut lengths = arguments.iter().zip(&lifted).filter(|(_, l)| **l).map(|(v, _)| match v {
        Value::Array(items) => items.len(),
        _ => 0,
    });
    let Some(length) = lengths.next() else { return Ok(Value::Dist(Rc::new(Dist::Known(kind, arguments)))) };
    if lengths.any(|other| other != length) {
        return Err(Stop::Error.into());
    }
    let mut items = Vec::new();
    for i in 0..length {
        let element = arguments.iter().zip(&lifted).map(|(v, l)| match v {
            Value::Array(items) if *l => items[i].clone(),
            v => v.clone(),
        });
        items.push(lift_distribution(kind, element.collect())?);
    }
    Ok(Value::Dist(Rc::new(Dist::Product(items))))
}

fn with_arguments<T>(kind: Kind, arguments: &[Value], f: impl FnOnce(&[Argument<'_>]) -> T) -> Result<T, Stop> {
    use borel_distributions::ParameterKind as P;
    let bad = Stop::Unsupported("an ill-typed parameter");
    let arrays: Vec<Vec<f64>> = arguments
        .iter()
        .map(|v| match v {
            Value::Array(items) => items.iter().filter_map(|v| number(v).ok()).collect(),
            _ => Vec::new(),
        })
        .collect();
    let mut converted = Vec::new();
    for ((value, array), parameter) in arguments.iter().zip(&arrays).zip(kind.entry().parameters) {
        converted.push(match (parameter.kind, value) {
            (P::Real, Value::Int(n)) => Argument::Real(*n as f64),
            (P::Real, Value::Real(x)) => Argument::Real(*x),
            (P::Int, Value::Int(n)) => Argument::Int(*n),
            (P::RealArray, Value::Array(_)) => Argument::RealArray(array),
            _ => return Err(bad),
        });
    }
    if borel_distributions::check_value(kind, &converted).is_err() {
        return Err(Stop::Error);
    }
    Ok(f(&converted))
}

fn known_log_density(kind: Kind, arguments: &[Value], value: &Value) -> Result<f64, Stop> {
    let scalar = match value {
        Value::Bool(b) => Scalar::Bool(*b),
        Value::Int(n) if kind.entry().value == borel_distributions::ValueKind::Real => Scalar::Real(*n as f64),
        Value::Int(n) => Scalar::Int(*n),
        Value::Real(x) => Scalar::Real(*x),
        Value::Array(items) => Scalar::RealArray(items.iter().filter_map(|v| number(v).ok()).collect()),
        _ => return Err(Stop::Unsupported("a value of no distribution")),
    };
    with_arguments(kind, arguments, |arguments| log_density_value(kind, arguments, &scalar))
}

fn finite_support(kind: Kind, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
    with_arguments(kind, arguments, |_| ())?;
    match (kind, arguments) {
        (Kind::Bernoulli, _) => Ok(vec![Value::Bool(false), Value::Bool(true)]),
        (Kind::Categorical, [Value::Array(items)]) => Ok((0..items.len() as i64).map(Value::Int).collect()),
        (Kind::DiscreteUniform, [Value::Int(lo), Value::Int(hi)]) if hi - lo < 1000 => {
            Ok((*lo..=*hi).map(Value::Int).collect())
        }
        (Kind::Binomial, [Value::Int(n), _]) if *n < 1000 => Ok((0..=*n).map(Value::Int).collect()),
        _ => Err(Stop::Unsupported("a draw that is not finite")),
    }
}

/// The sum in order from positive zero; `Iterator::sum` begins with negative zero.
fn total(items: &[Value]) -> Outcome<f64> {
    items.iter().try_fold(0.0, |total, item| Ok(total + real(item)?))
}
