//! Random models with differentiable densities, as text: loops that are left early, arrays that are changed in place, closures,
//! recursion, records, data types, choices and observations in any of them. What decides where a program goes does not depend on what is
//! differentiated, so densities have no jumps.

use crate::generate::Choices;
use std::fmt::Write;

/// All arrays have this length.
const LENGTH: usize = 4;

/// What every program may call.
const LIBRARY: &str = "\
type Tree = Leaf(Real) | Node(Tree, Real, Tree)

fn total(t: Tree) -> Real {
  match t { Leaf(x) => sin(x), Node(l, x, r) => tanh(total(l) * x + total(r)) }
}

fn power(x: Real, n: Int) -> Real => if n <= 0 { 1.0 } else { x * power(x, n - 1) }

fn early(xs: [Real], n: Int) -> Real {
  var product = 1.0
  for i in 0..len(xs) {
    if i == n { return product * xs[i] }
    product *= 0.5 + xs[i]
  }
  product
}

fn fold(f, start: Real, xs: [Real]) -> Real {
  var state = start
  for x in xs { state = f(state, x) }
  state
}

fn bump(xs: [Real], by: Real) -> [Real] {
  var changed = xs
  changed[1] = changed[1] * by + changed[0]
  changed
}

fn rows_of(xs: [Real]) -> [[Real]] => [xs, bump(xs, 0.5), [x * x for x in xs], xs]

fn scores(xs: [Real], by: Real) {
  for x in xs { observe 0.5 * x ~ Normal(by, 2) }
}
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ty {
    Int,
    Real,
    Reals,
    Rows,
    Record,
    Function,
}

#[derive(Clone)]
struct Variable {
    name: String,
    ty: Ty,
    mutable: bool,
}

struct Generator {
    choices: Choices,
    scope: Vec<Variable>,
    names: usize,
    /// How many loops are around: few choices are made in them.
    loops: usize,
}

/// The model of a seed; it has the Int parameter `n`, which is meant to be 3.
pub fn smooth_program(seed: u64) -> String {
    let mut generator = Generator { choices: Choices::new(seed), scope: Vec::new(), names: 0, loops: 0 };
    generator.declare("n", Ty::Int, false);
    let mut text = format!("{LIBRARY}\nmodel m(n: Int) {{\n");
    for name in ["a", "b"] {
        let _ = writeln!(text, "  let {name} ~ Normal(0, 1)");
        generator.declare(name, Ty::Real, false);
    }
    let _ =
        writeln!(text, "  let x ~ iid(Normal(0.2, 1), {LENGTH})\n  var v = 0.3 * a\n  var w = x\n  var g = rows_of(x)");
    generator.declare("x", Ty::Reals, false);
    generator.declare("v", Ty::Real, true);
    generator.declare("w", Ty::Reals, true);
    generator.declare("g", Ty::Rows, true);
    for _ in 0..5 {
        generator.statement(&mut text, 1, 3);
    }
    let end = generator.real(2);
    let _ = writeln!(text, "  observe 0.4 ~ Normal(v + sum(w) + {end}, 2)\n  return a\n}}");
    text
}

impl Generator {
    fn declare(&mut self, name: &str, ty: Ty, mutable: bool) {
        self.scope.push(Variable { name: name.to_string(), ty, mutable });
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("t{}", self.names)
    }

    fn variable(&mut self, ty: Ty, mutable: bool) -> Option<String> {
        let fitting: Vec<usize> = (0..self.scope.len())
            .filter(|index| self.scope[*index].ty == ty && (self.scope[*index].mutable || !mutable))
            .collect();
        let index = *fitting.get(self.choices.below(fitting.len().max(1)))?;
        Some(self.scope[index].name.clone())
    }

    fn real(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.choices.below(4) {
                0 => format!("{:.1}", self.choices.below(19) as f64 / 10.0 - 0.9),
                1 => self.element(),
                _ => self.variable(Ty::Real, false).unwrap_or("0.7".to_string()),
            };
        }
        let inner = depth - 1;
        match self.choices.below(22) {
            0 => format!("tanh({})", self.real(inner)),
            1 => format!("sin({})", self.real(inner)),
            2 | 3 => format!("{} * {}", self.factor(inner), self.factor(inner)),
            4 => format!("({} + {})", self.real(inner), self.real(inner)),
            5 => format!("({} - {})", self.real(inner), self.factor(inner)),
            6 => format!("{} / (2 + cos({}))", self.factor(inner), self.real(inner)),
            7 => format!("exp(tanh({}))", self.real(inner)),
            8 => format!("log(2 + sin({}))", self.real(inner)),
            9 => {
                let root = self.factor(inner);
                format!("sqrt(1 + {root}^2)")
            }
            10 => format!("log_sum_exp([{}, {}])", self.real(inner), self.real(inner)),
            11 => format!("mean({})", self.reals(inner)),
            12 => match self.variable(Ty::Function, false) {
                Some(f) => format!("{f}({})", self.real(inner)),
                None => self.real(inner),
            },
            13 => format!("(if {} {{ {} }} else {{ {} }})", self.condition(), self.real(inner), self.real(inner)),
            14 => match self.variable(Ty::Record, false) {
                Some(r) => format!("({r}.p - {r}.q[{}])", self.index()),
                None => self.element(),
            },
            15 => format!(
                "total(Node(Leaf({}), {}, Node(Leaf({}), 0.5, Leaf({}))))",
                self.real(0),
                self.real(inner),
                self.real(0),
                self.real(inner)
            ),
            16 => format!("power(tanh({}), {})", self.real(inner), self.int()),
            17 => format!("early({}, {})", self.reals(inner), self.int()),
            18 => {
                let (s, y) = (self.fresh(), self.fresh());
                self.declare(&s, Ty::Real, false);
                self.declare(&y, Ty::Real, false);
                let body = self.real(inner);
                self.scope.truncate(self.scope.len() - 2);
                format!("fold(fn({s}: Real, {y}: Real) => tanh({body}), {}, {})", self.real(0), self.reals(inner))
            }
            19 if self.loops == 0 && self.choices.chance(40) => {
                let t = self.fresh();
                self.declare(&t, Ty::Real, false);
                let body = self.real(inner);
                self.scope.pop();
                format!("grad(fn({t}: Real) => {t} * tanh({body}))({})", self.real(0))
            }
            _ => self.element(),
        }
    }

    fn factor(&mut self, depth: usize) -> String {
        format!("({})", self.real(depth))
    }

    fn element(&mut self) -> String {
        if self.choices.chance(20)
            && let Some(rows) = self.variable(Ty::Rows, false)
        {
            return format!("{rows}[{}][{}]", self.index(), self.index());
        }
        match self.variable(Ty::Reals, false) {
            Some(array) => format!("{array}[{}]", self.index()),
            None => "0.4".to_string(),
        }
    }

    fn reals(&mut self, depth: usize) -> String {
        let array = self.variable(Ty::Reals, false).unwrap_or(format!("[0.1 for k in 0..{LENGTH}]"));
        match self.choices.below(9) {
            6 => format!("bump({array}, {})", self.real(0)),
            7 | 8 => match self.variable(Ty::Rows, false) {
                Some(rows) if self.choices.chance(80) => format!("{rows}[{}]", self.index()),
                Some(rows) => format!("(0.3 * matrix({rows}) @ {array})"),
                None => array,
            },
            0 => format!("({array} * {})", self.factor(0)),
            1 => format!("({array} - 0.5 * {})", self.variable(Ty::Reals, false).unwrap_or(array.clone())),
            2 if depth > 0 => {
                let k = self.fresh();
                self.declare(&k, Ty::Int, false);
                let body = self.real(depth - 1);
                self.scope.pop();
                format!("[{body} for {k} in 0..{LENGTH}]")
            }
            3 if depth > 0 => {
                let y = self.fresh();
                self.declare(&y, Ty::Real, false);
                let body = self.real(depth - 1);
                self.scope.pop();
                format!("[{body} for {y} in {array}]")
            }
            _ => array,
        }
    }

    fn int(&mut self) -> String {
        match self.choices.below(3) {
            0 => self.choices.below(4).to_string(),
            _ => self.variable(Ty::Int, false).unwrap_or("2".to_string()),
        }
    }

    fn index(&mut self) -> String {
        match self.choices.below(3) {
            0 => self.choices.below(LENGTH).to_string(),
            _ => format!("({} + {}) % {LENGTH}", self.int(), self.choices.below(3)),
        }
    }

    fn condition(&mut self) -> String {
        match self.choices.below(3) {
            0 => format!("{} % 2 == 0", self.int()),
            1 => format!("{} < {}", self.int(), self.int()),
            _ => format!("{} != {}", self.int(), self.int()),
        }
    }

    fn block(&mut self, text: &mut String, indent: usize, depth: usize) {
        let before = self.scope.len();
        for _ in 0..1 + self.choices.below(3) {
            self.statement(text, indent, depth);
        }
        self.scope.truncate(before);
    }

    fn statement(&mut self, text: &mut String, indent: usize, depth: usize) {
        let pad = "  ".repeat(indent);
        let compound = if depth == 0 { 16 } else { 23 };
        match self.choices.below(compound) {
            0 => {
                let (name, value) = (self.fresh(), self.real(3));
                let _ = writeln!(text, "{pad}let {name} = {value}");
                self.declare(&name, Ty::Real, false);
            }
            1 => {
                let (name, value) = (self.fresh(), self.real(2));
                let _ = writeln!(text, "{pad}var {name} = {value}");
                self.declare(&name, Ty::Real, true);
            }
            2 => {
                let (name, value) = (self.fresh(), self.reals(2));
                let _ = writeln!(text, "{pad}var {name} = {value}");
                self.declare(&name, Ty::Reals, true);
            }
            3 | 4 => {
                let (name, value) = (self.variable(Ty::Real, true).unwrap_or("v".to_string()), self.real(2));
                let how = match self.choices.below(3) {
                    0 => format!("= tanh({value})"),
                    1 => format!("+= 0.3 * ({value})"),
                    _ => format!("-= ({value}) / (1 + {}^2)", self.factor(0)),
                };
                let _ = writeln!(text, "{pad}{name} {how}");
            }
            5 | 6 => {
                let (name, value) = (self.variable(Ty::Reals, true).unwrap_or("w".to_string()), self.real(2));
                let how = *self.choices.pick(&["=", "+=", "*="]);
                let _ = writeln!(text, "{pad}{name}[{}] {how} sin({value})", self.index());
            }
            7 => {
                let (name, value) = (self.variable(Ty::Reals, true).unwrap_or("w".to_string()), self.reals(2));
                let _ = writeln!(text, "{pad}{name} = {value}");
            }
            8 => {
                let _ = writeln!(text, "{pad}factor(0.2 * ({}))", self.real(3));
            }
            9 => {
                let (mu, sigma) = (self.real(2), self.real(1));
                let _ = writeln!(text, "{pad}observe 0.3 ~ Normal({mu}, 0.5 + exp(tanh({sigma})))");
            }
            10 => {
                let (name, value, array) = (self.fresh(), self.real(1), self.reals(1));
                let _ = writeln!(text, "{pad}let {name} = {{ p: {value}, q: {array} }}");
                self.declare(&name, Ty::Record, false);
            }
            11 => {
                let (name, t) = (self.fresh(), self.fresh());
                // A closure may not see what changes.
                let fixed = self.scope.iter().filter(|one| !one.mutable).cloned().collect();
                let scope = std::mem::replace(&mut self.scope, fixed);
                self.declare(&t, Ty::Real, false);
                let body = self.real(2);
                self.scope = scope;
                let _ = writeln!(text, "{pad}let {name} = fn({t}: Real) => {body}");
                self.declare(&name, Ty::Function, false);
            }
            12 => {
                let (name, value) = (self.variable(Ty::Rows, true).unwrap_or("g".to_string()), self.real(2));
                let how = *self.choices.pick(&["=", "+=", "*="]);
                let _ = writeln!(text, "{pad}{name}[{}][{}] {how} sin({value})", self.index(), self.index());
            }
            13 => {
                let (name, value) = (self.variable(Ty::Rows, true).unwrap_or("g".to_string()), self.reals(2));
                let _ = writeln!(text, "{pad}{name}[{}] = {value}", self.index());
            }
            14 => {
                let name = self.fresh();
                let value = match self.variable(Ty::Rows, false) {
                    Some(rows) if self.choices.chance(50) => rows,
                    _ => format!("rows_of({})", self.reals(1)),
                };
                let _ = writeln!(text, "{pad}var {name} = {value}");
                self.declare(&name, Ty::Rows, true);
            }
            15 => match self.variable(Ty::Record, true) {
                Some(name) => {
                    let value = self.real(1);
                    let to = if self.choices.chance(50) { "p".to_string() } else { format!("q[{}]", self.index()) };
                    let _ = writeln!(text, "{pad}{name}.{to} = tanh({value})");
                }
                None => {
                    let (name, value, array) = (self.fresh(), self.real(1), self.reals(1));
                    let _ = writeln!(text, "{pad}var {name} = {{ p: {value}, q: {array} }}");
                    self.declare(&name, Ty::Record, true);
                }
            },
            16 => {
                let _ = writeln!(text, "{pad}scores({}, {})", self.reals(1), self.real(1));
            }
            17 if self.loops < 2 => {
                let (name, mu) = (self.fresh(), self.real(1));
                let distribution = *self.choices.pick(&["Normal(MU, 1)", "LogNormal(MU, 0.5)", "Uniform(-2, 1)"]);
                let _ = writeln!(text, "{pad}let {name} ~ {}", distribution.replace("MU", &mu));
                self.declare(&name, Ty::Real, false);
            }
            18 => {
                let _ = writeln!(text, "{pad}if {} {{", self.condition());
                self.block(text, indent + 1, depth - 1);
                if self.choices.chance(60) {
                    let _ = writeln!(text, "{pad}}} else {{");
                    self.block(text, indent + 1, depth - 1);
                }
                let _ = writeln!(text, "{pad}}}");
            }
            19 => {
                let name = self.fresh();
                let _ = writeln!(text, "{pad}for {name} in {} {{", self.reals(1));
                self.declare(&name, Ty::Real, false);
                self.round(text, indent + 1, depth - 1);
                self.scope.pop();
                let _ = writeln!(text, "{pad}}}");
            }
            20 => {
                let (name, end) = (self.fresh(), self.int());
                let _ = writeln!(text, "{pad}var {name} = 0\n{pad}while {name} < {end} {{");
                let _ = writeln!(text, "{pad}  {name} += 1");
                self.declare(&name, Ty::Int, false);
                self.round(text, indent + 1, depth - 1);
                let _ = writeln!(text, "{pad}}}");
            }
            _ => {
                let (name, start, end) = (self.fresh(), self.int(), self.int());
                let _ = writeln!(text, "{pad}for {name} in {start}..{end} {{");
                self.declare(&name, Ty::Int, false);
                self.round(text, indent + 1, depth - 1);
                self.scope.pop();
                let _ = writeln!(text, "{pad}}}");
            }
        }
    }

    /// The body of a loop, which may end early.
    fn round(&mut self, text: &mut String, indent: usize, depth: usize) {
        let pad = "  ".repeat(indent);
        self.loops += 1;
        let before = self.scope.len();
        for _ in 0..1 + self.choices.below(2) {
            self.statement(text, indent, depth);
        }
        if self.choices.chance(30) {
            let how = *self.choices.pick(&["break", "continue"]);
            let _ = writeln!(text, "{pad}if {} {{ {how} }}", self.condition());
            self.statement(text, indent, depth);
        }
        self.scope.truncate(before);
        self.loops -= 1;
    }
}
