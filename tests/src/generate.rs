//! Random well-typed programs, as text: closures, data types, recursion, loops with `var`, arrays, `mem`, finite choices
//! and observations. Every program ends; some stop with an error, which the oracle must find too.

use std::fmt::Write;

/// A stream of choices (SplitMix64): programs depend on the seed alone.
pub struct Choices(u64);

impl Choices {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Choices {
        Choices(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Whether something of this probability, in percent, happens.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ty {
    Int,
    Bool,
    Real,
    Ints,
    Reals,
    Pair,
    Record,
    Tree,
    Function,
}

const VALUES: [Ty; 8] = [Ty::Int, Ty::Bool, Ty::Real, Ty::Ints, Ty::Reals, Ty::Pair, Ty::Record, Ty::Tree];

impl Ty {
    fn text(self) -> &'static str {
        match self {
            Ty::Int => "Int",
            Ty::Bool => "Bool",
            Ty::Real => "Real",
            Ty::Ints => "[Int]",
            Ty::Reals => "[Real]",
            Ty::Pair => "(Int, Bool)",
            Ty::Record => "{ a: Int, b: [Int] }",
            Ty::Tree => "Tree",
            Ty::Function => "Int ~> Int",
        }
    }
}

struct Variable {
    name: String,
    ty: Ty,
    mutable: bool,
}

/// What may be used: nothing random in pure code; samples only where the number of executions stays small.
#[derive(Clone, Copy, PartialEq)]
enum Effects {
    Pure,
    Random,
}

struct Generator {
    choices: Choices,
    scope: Vec<Variable>,
    names: usize,
    samples: usize,
    effects: Effects,
}

/// The library that every program may call: recursion over data, higher-order functions, mutual recursion.
const LIBRARY: &str = "\
type Tree = Leaf(Int) | Empty | Node(Tree, Int, Tree)

fn size(t: Tree) -> Int {
  match t { Leaf(_) => 1, Empty => 0, Node(l, _, r) => 1 + size(l) + size(r) }
}

fn map_tree(f, t: Tree) {
  match t {
    Leaf(n) => Leaf(f(n)),
    Empty => Empty,
    Node(l, n, r) => Node(map_tree(f, l), f(n), map_tree(f, r)),
  }
}

fn insert(t: Tree, x: Int) -> Tree {
  match t {
    Empty => Leaf(x),
    Leaf(n) => if x < n { Node(Leaf(x), n, Empty) } else { Node(Empty, n, Leaf(x)) },
    Node(l, n, r) if x < n => Node(insert(l, x), n, r),
    Node(l, n, r) => Node(l, n, insert(r, x)),
  }
}

fn elements(t: Tree) -> [Int] {
  match t { Leaf(n) => [n], Empty => [], Node(l, n, r) => elements(l) ++ [n] ++ elements(r) }
}

fn even(n: Int) -> Bool => if n <= 0 { true } else { odd(n - 1) }
fn odd(n: Int) -> Bool => if n <= 0 { false } else { even(n - 1) }

fn twice(f, x) => f(f(x))
fn compose(f, g) => fn(x) => g(f(x))

fn walk(t: Tree) ~> Int {
  match t {
    Empty { 0 }
    Leaf(n) {
      observe n % 2 == 0 ~ Bernoulli(0.7)
      n
    }
    Node(l, n, r) {
      let a = walk(l)
      observe a < n ~ Bernoulli(0.6)
      a + walk(r)
    }
  }
}

fn shifted(d: Dist[Int], by: Int) -> Dist[Int] => distribution(
  sampler = fn() => by + sample d,
  log_density = fn(k) => log_density(d, k - by),
  mean = fn() => real(by),
)

fn either(p: Real, a: Dist[Int], b: Dist[Int]) -> Dist[Int] => distribution(
  sampler = fn() {
    let first ~ Bernoulli(p)
    if first { sample a } else { sample b }
  },
  log_density = fn(k) => log(p * exp(log_density(a, k)) + (1 - p) * exp(log_density(b, k))),
  log_cdf = fn(k) => if k < 0 { -1.0 } else { -0.5 },
  lower = -2,
)

fn pile(n: Int, d: Dist[Int]) -> Dist[Int] => if n <= 0 { d } else { shifted(pile(n - 1, d), 1) }

fn flips(n: Int) ~> Int {
  if n <= 0 { return 0 }
  let heads = sample Bernoulli(0.5)
  condition(n < 3 || heads)
  if heads { 1 + flips(n - 1) } else { flips(n - 1) }
}
";

/// The program of a seed: a library and `model test()`.
pub fn program(seed: u64) -> String {
    generate(seed, 4)
}

/// A program that draws nothing: it has one execution, whose weight every view must give.
pub fn deterministic_program(seed: u64) -> String {
    generate(seed, 0)
}

/// `samples` bounds how many draws an execution makes.
fn generate(seed: u64, samples: usize) -> String {
    let mut generator =
        Generator { choices: Choices::new(seed), scope: Vec::new(), names: 0, samples, effects: Effects::Random };
    let mut text = String::from(LIBRARY);
    text.push_str("\nmodel test() {\n");
    let count = 3 + generator.choices.below(6);
    for _ in 0..count {
        generator.stmt(&mut text, 1, 3);
    }
    let ty = *generator.choices.pick(&VALUES);
    let result = generator.expr(ty, 3);
    let _ = writeln!(text, "  return str({result})\n}}");
    text
}

impl Generator {
    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn declare(&mut self, name: &str, ty: Ty, mutable: bool) {
        self.scope.push(Variable { name: name.into(), ty, mutable });
    }

    fn variable(&mut self, ty: Ty, mutable: bool) -> Option<String> {
        let found: Vec<String> =
            self.scope.iter().filter(|v| v.ty == ty && (v.mutable || !mutable)).map(|v| v.name.clone()).collect();
        if found.is_empty() { None } else { Some(self.choices.pick(&found).clone()) }
    }

    /// Runs `f` in an inner scope.
    fn scoped<T>(&mut self, f: impl FnOnce(&mut Generator) -> T) -> T {
        let depth = self.scope.len();
        let result = f(self);
        self.scope.truncate(depth);
        result
    }

    /// Runs `f` in a lambda: outer variables can be read, not assigned.
    fn lambda<T>(&mut self, effects: Effects, f: impl FnOnce(&mut Generator) -> T) -> T {
        let depth = self.scope.len();
        let mutability: Vec<bool> = self.scope.iter().map(|v| v.mutable).collect();
        self.scope.iter_mut().for_each(|v| v.mutable = false);
        let outer = std::mem::replace(&mut self.effects, effects);
        let result = f(self);
        self.effects = outer;
        self.scope.truncate(depth);
        self.scope.iter_mut().zip(mutability).for_each(|(v, m)| v.mutable = m);
        result
    }

    fn block(&mut self, indent: usize, depth: usize) -> String {
        self.scoped(|g| {
            let mut text = String::from("{\n");
            for _ in 0..1 + g.choices.below(3) {
                g.stmt(&mut text, indent + 1, depth);
            }
            let _ = write!(text, "{}}}", "  ".repeat(indent));
            text
        })
    }

    fn stmt(&mut self, text: &mut String, indent: usize, depth: usize) {
        let pad = "  ".repeat(indent);
        let line = match self.choices.below(if depth == 0 { 6 } else { 13 }) {
            0 | 1 => {
                let ty = *self.choices.pick(&VALUES);
                let value = self.expr(ty, 3);
                let name = self.fresh("v");
                self.declare(&name, ty, false);
                format!("let {name} = {value}")
            }
            2 => {
                let ty = *self.choices.pick(&VALUES);
                let value = self.expr(ty, 2);
                let name = self.fresh("m");
                self.declare(&name, ty, true);
                format!("var {name}: {} = {value}", ty.text())
            }
            3 => self.assignment(),
            4 if self.effects == Effects::Random && self.samples > 0 => self.named_sample(),
            4 | 5 => self.observation(),
            6 => {
                let (low, high) = (self.choices.below(2), 1 + self.choices.below(3));
                let name = self.fresh("i");
                let samples = self.samples;
                self.samples = samples.min(1);
                let body = self.scoped(|g| {
                    g.declare(&name, Ty::Int, false);
                    g.block(indent, depth - 1)
                });
                self.samples = samples.saturating_sub(2);
                format!("for {name} in {low}..{high} {body}")
            }
            7 => {
                let xs = self.expr(Ty::Ints, 2);
                let name = self.fresh("x");
                let samples = std::mem::replace(&mut self.samples, 0);
                let body = self.scoped(|g| {
                    g.declare(&name, Ty::Int, false);
                    g.block(indent, depth - 1)
                });
                self.samples = samples;
                format!("for {name} in {xs} {body}")
            }
            8 => {
                let counter = self.fresh("n");
                let limit = 1 + self.choices.below(3);
                let samples = std::mem::replace(&mut self.samples, 0);
                let condition = self.expr(Ty::Bool, 2);
                let body = self.block(indent, depth - 1);
                self.samples = samples;
                let exit = *self.choices.pick(&["", "break", "continue"]);
                let exit =
                    if exit.is_empty() { String::new() } else { format!("\n{pad}  if {counter} == 2 {{ {exit} }}") };
                format!(
                    "var {counter} = 0\n{pad}while {counter} < {limit} && ({condition} || {counter} < 1) {{\n{pad}  {counter} = {counter} + 1{exit}\n{pad}  if true {body}\n{pad}}}"
                )
            }
            9 => {
                let condition = self.expr(Ty::Bool, 2);
                let yes = self.block(indent, depth - 1);
                let no = self.block(indent, depth - 1);
                format!("if {condition} {yes} else {no}")
            }
            10 => self.closure(),
            11 => {
                let condition = self.expr(Ty::Bool, 3);
                let inner = self.block(indent, depth - 1);
                format!("if {condition} {inner}")
            }
            _ => {
                let tree = self.expr(Ty::Tree, 2);
                let (leaf, node) = (self.fresh("k"), self.fresh("k"));
                let first = self.scoped(|g| {
                    g.declare(&leaf, Ty::Int, false);
                    g.block(indent + 1, depth - 1)
                });
                let second = self.scoped(|g| {
                    g.declare(&node, Ty::Int, false);
                    g.block(indent + 1, depth - 1)
                });
                format!(
                    "match {tree} {{\n{pad}  Leaf({leaf}) {first}\n{pad}  Node(_, {node}, Empty) {second}\n{pad}  _ {{ }}\n{pad}}}"
                )
            }
        };
        let _ = writeln!(text, "{pad}{line}");
    }

    fn assignment(&mut self) -> String {
        let ty = *self.choices.pick(&VALUES);
        if let Some(name) = self.variable(ty, true) {
            if ty == Ty::Ints && self.choices.chance(60) {
                let value = self.expr(Ty::Int, 2);
                return format!("if len({name}) > 0 {{ {name}[{}] = {value} }}", self.choices.below(2));
            }
            if ty == Ty::Record && self.choices.chance(60) {
                let value = self.expr(Ty::Int, 2);
                return format!("{name}.a = {value}");
            }
            let value = self.expr(ty, 2);
            return format!("{name} = {value}");
        }
        let value = self.expr(Ty::Int, 2);
        let name = self.fresh("v");
        self.declare(&name, Ty::Int, false);
        format!("let {name} = {value}")
    }

    fn named_sample(&mut self) -> String {
        self.samples -= 1;
        let name = self.fresh("s");
        let (ty, dist) = self.dist();
        self.declare(&name, ty, false);
        format!("let {name} ~ {dist}")
    }

    fn dist(&mut self) -> (Ty, String) {
        match self.choices.below(4) {
            0 => (Ty::Bool, format!("Bernoulli({})", self.probability())),
            1 | 2 => (Ty::Int, self.int_dist(2)),
            _ => {
                let condition = self.expr(Ty::Bool, 1);
                (Ty::Bool, format!("Bernoulli(if {condition} {{ 0.25 }} else {{ 0.75 }})"))
            }
        }
    }

    /// A distribution over Ints: of the catalogue, or made of functions and others.
    fn int_dist(&mut self, depth: usize) -> String {
        if depth == 0 {
            let known = ["Categorical([0.2, 0.3, 0.5])", "DiscreteUniform(-1, 1)", "Binomial(2, 0.25)", "Delta(1)"];
            return (*self.choices.pick(&known)).into();
        }
        let d = depth - 1;
        match self.choices.below(8) {
            0 => format!("shifted({}, {})", self.int_dist(d), self.choices.below(3)),
            1 => format!("either({}, {}, {})", self.probability(), self.int_dist(d), self.int_dist(d)),
            2 => format!("pile({}, {})", self.choices.below(3), self.int_dist(d)),
            3 => format!("if {} {{ {} }} else {{ {} }}", self.expr(Ty::Bool, 1), self.int_dist(d), self.int_dist(d)),
            4 => format!("[{}, {}][{}]", self.int_dist(d), self.int_dist(d), self.choices.below(2)),
            _ => self.int_dist(0),
        }
    }

    fn probability(&mut self) -> &'static str {
        self.choices.pick::<&str>(&["0.5", "0.1", "0.9", "1.0", "0.0", "0.3"])
    }

    fn observation(&mut self) -> String {
        if self.effects == Effects::Pure {
            return self.assignment();
        }
        match self.choices.below(9) {
            7 => format!("observe {} ~ {}", self.expr(Ty::Int, 2), self.int_dist(2)),
            8 => format!("observe [1, {}] ~ iid({}, 2)", self.expr(Ty::Int, 1), self.int_dist(1)),
            0 => format!("observe {} ~ Bernoulli(0.4)", self.expr(Ty::Bool, 2)),
            1 => format!("observe {} ~ Normal({}, 2)", self.expr(Ty::Real, 1), self.expr(Ty::Real, 1)),
            2 => format!("condition({} || {})", self.expr(Ty::Bool, 2), self.expr(Ty::Bool, 2)),
            3 => format!("factor(if {} {{ -1.0 }} else {{ 0.5 }})", self.expr(Ty::Bool, 2)),
            4 => {
                let xs = self.expr(Ty::Reals, 2);
                format!("observe {xs} ~ [Normal(x * 0.5, 1) for x in {xs}]")
            }
            5 => format!("let _ = walk({})", self.expr(Ty::Tree, 2)),
            _ => {
                let xs = self.expr(Ty::Ints, 1);
                format!("let _ = map(fn(x) {{ observe x > 1 ~ Bernoulli(0.3)\n x + 1 }}, {xs})")
            }
        }
    }

    fn closure(&mut self) -> String {
        let name = self.fresh("f");
        let parameter = self.fresh("p");
        let random = self.effects == Effects::Random && self.choices.chance(40) && self.samples > 1;
        let samples = self.samples;
        self.samples = 0;
        let effects = if random { Effects::Random } else { Effects::Pure };
        let body = self.lambda(effects, |g| {
            g.declare(&parameter, Ty::Int, false);
            if random && g.choices.chance(50) {
                format!("{parameter} + sample Binomial(1, 0.5)")
            } else {
                g.expr(Ty::Int, 3)
            }
        });
        self.samples = if random { samples - 2 } else { samples };
        self.declare(&name, Ty::Function, false);
        if random && self.choices.chance(50) {
            if self.choices.chance(40) {
                let state = self.fresh("s");
                let next =
                    if self.choices.chance(50) { format!("{state} + 1") } else { format!("{parameter} - {state}") };
                return format!(
                    "let {name} = mem_state(1, fn({state}: Int, {parameter}: Int) {{ let v = {body}\n (v + {state} % 3, {next}) }})"
                );
            }
            format!("let {name} = mem(fn({parameter}: Int) => {body})")
        } else if self.choices.chance(30) {
            format!("fn {name}({parameter}: Int) {{ {body} }}")
        } else {
            format!("let {name} = fn({parameter}: Int) => {body}")
        }
    }

    fn expr(&mut self, ty: Ty, depth: usize) -> String {
        if self.choices.chance(35)
            && let Some(name) = self.variable(ty, false)
        {
            return name;
        }
        if depth == 0 {
            return self.leaf(ty);
        }
        let d = depth - 1;
        if self.choices.chance(8) {
            return format!("if {} {{ {} }} else {{ {} }}", self.expr(Ty::Bool, d), self.expr(ty, d), self.expr(ty, d));
        }
        match ty {
            Ty::Int => self.int(d),
            Ty::Bool => self.bool(d),
            Ty::Real => match self.choices.below(6) {
                0 => format!("({} + {})", self.expr(Ty::Real, d), self.expr(Ty::Real, d)),
                1 => format!("({} * 0.5)", self.expr(Ty::Real, d)),
                2 => format!("({} - {})", self.expr(Ty::Real, d), self.expr(Ty::Int, d)),
                3 => format!("({} / 4)", self.expr(Ty::Int, d)),
                4 => format!("sum({})", self.expr(Ty::Reals, d)),
                _ => self.leaf(ty),
            },
            Ty::Ints => match self.choices.below(8) {
                0 => format!("[{}, {}]", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
                1 => self.mapped(d),
                2 => format!("({} ++ {})", self.expr(Ty::Ints, d), self.expr(Ty::Ints, d)),
                3 => format!("elements({})", self.expr(Ty::Tree, d)),
                4 => format!("[x * 2 for x in {} if x % 2 == 0]", self.expr(Ty::Ints, d)),
                5 => format!("({} + {})", self.expr(Ty::Ints, d), self.expr(Ty::Int, d)),
                6 => format!("{}.b", self.expr_postfix(Ty::Record, d)),
                _ => "[i for i in 0..3]".into(),
            },
            Ty::Reals => match self.choices.below(4) {
                0 => format!("[{}, {}]", self.expr(Ty::Real, d), self.expr(Ty::Real, d)),
                1 => format!("({} * {})", self.expr(Ty::Reals, d), self.expr(Ty::Real, d)),
                2 => format!("({} / 2)", self.expr(Ty::Ints, d)),
                _ => self.leaf(ty),
            },
            Ty::Pair => format!("({}, {})", self.expr(Ty::Int, d), self.expr(Ty::Bool, d)),
            Ty::Record => {
                if self.choices.chance(30) {
                    format!("{{ {} with a: {} }}", self.expr(Ty::Record, d), self.expr(Ty::Int, d))
                } else {
                    format!("{{ b: {}, a: {} }}", self.expr(Ty::Ints, d), self.expr(Ty::Int, d))
                }
            }
            Ty::Tree => match self.choices.below(5) {
                0 => format!("Leaf({})", self.expr(Ty::Int, d)),
                1 => format!("Node({}, {}, {})", self.expr(Ty::Tree, d), self.expr(Ty::Int, d), self.expr(Ty::Tree, d)),
                2 => format!("insert({}, {})", self.expr(Ty::Tree, d), self.expr(Ty::Int, d)),
                3 => {
                    let body = self.pure_body(d);
                    format!("map_tree({body}, {})", self.expr(Ty::Tree, d))
                }
                _ => "Empty".into(),
            },
            Ty::Function => self.pure_body(d),
        }
    }

    fn expr_postfix(&mut self, ty: Ty, depth: usize) -> String {
        format!("({})", self.expr(ty, depth))
    }

    fn pure_body(&mut self, depth: usize) -> String {
        let parameter = self.fresh("q");
        let samples = std::mem::replace(&mut self.samples, 0);
        let body = self.lambda(Effects::Pure, |g| {
            g.declare(&parameter, Ty::Int, false);
            g.expr(Ty::Int, depth)
        });
        self.samples = samples;
        format!("fn({parameter}: Int) => {body}")
    }

    fn mapped(&mut self, depth: usize) -> String {
        let body = self.pure_body(depth);
        format!("map({body}, {})", self.expr(Ty::Ints, depth))
    }

    fn int(&mut self, d: usize) -> String {
        match self.choices.below(14) {
            0 => format!("({} + {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            1 => format!("({} - {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            2 => format!("({} * {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            3 => format!("({} % 3)", self.expr(Ty::Int, d)),
            4 => format!("len({})", self.expr(Ty::Ints, d)),
            5 => format!("sum({})", self.expr(Ty::Ints, d)),
            6 => format!("size({})", self.expr(Ty::Tree, d)),
            7 => format!("({}).0", self.expr(Ty::Pair, d)),
            8 => format!("({}).a", self.expr(Ty::Record, d)),
            9 => format!("fold(fn(a, b) => a + b * 2, {}, {})", self.expr(Ty::Int, d), self.expr(Ty::Ints, d)),
            10 => {
                let body = self.pure_body(d);
                format!("twice({body}, {})", self.expr(Ty::Int, d))
            }
            11 if self.effects == Effects::Random => match self.variable(Ty::Function, false) {
                Some(f) => format!("{f}({})", self.expr(Ty::Int, d)),
                None => self.leaf(Ty::Int),
            },
            12 if self.effects == Effects::Random && self.samples > 1 => {
                self.samples -= 2;
                "flips(2)".into()
            }
            13 => format!("int({})", self.expr(Ty::Bool, d)),
            _ => {
                let (first, second) = (self.pure_body(d), self.pure_body(d));
                format!("compose({first}, {second})({})", self.expr(Ty::Int, d))
            }
        }
    }

    fn bool(&mut self, d: usize) -> String {
        match self.choices.below(8) {
            0 => format!("({} < {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            1 => format!("({} == {})", self.expr(Ty::Ints, d), self.expr(Ty::Ints, d)),
            2 => format!("({} && {})", self.expr(Ty::Bool, d), self.expr(Ty::Bool, d)),
            3 => format!("({} || {})", self.expr(Ty::Bool, d), self.expr(Ty::Bool, d)),
            4 => format!("!({})", self.expr(Ty::Bool, d)),
            5 => format!("even({} % 7)", self.expr(Ty::Int, d)),
            6 => format!("({} == {})", self.expr(Ty::Tree, d), self.expr(Ty::Tree, d)),
            _ => format!("({} >= {})", self.expr(Ty::Real, d), self.expr(Ty::Real, d)),
        }
    }

    fn leaf(&mut self, ty: Ty) -> String {
        match ty {
            Ty::Int => format!("{}", self.choices.below(5)),
            Ty::Bool => (*self.choices.pick(&["true", "false"])).into(),
            Ty::Real => (*self.choices.pick::<&str>(&["0.5", "1.0", "2.25", "0.0"])).into(),
            Ty::Ints => (*self.choices.pick(&["[1, 2, 3]", "[4]", "([] : [Int])", "[2, 2]"])).into(),
            Ty::Reals => (*self.choices.pick(&["[0.5, 1.5]", "[2.0]", "[0.25, 0.5, 1.0]"])).into(),
            Ty::Pair => "(1, true)".into(),
            Ty::Record => "{ a: 1, b: [2] }".into(),
            Ty::Tree => (*self.choices.pick(&["Empty", "Leaf(3)", "Node(Leaf(1), 2, Empty)"])).into(),
            Ty::Function => "fn(z: Int) => z + 1".into(),
        }
    }
}
