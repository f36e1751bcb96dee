//! Random programs over arrays: chains of comprehensions, lifted arithmetic, draws, reads in loops with and without early
//! exits, sums, products of distributions; some of them fail.

use std::fmt::Write;

/// A linear congruential generator: the programs for a seed stay the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }

    fn of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

struct Generator {
    random: Random,
    arrays: usize,
    text: String,
}

/// The program of a seed.
pub fn program(seed: u64) -> String {
    let mut generator = Generator { random: Random(seed), arrays: 0, text: String::new() };
    generator.model();
    generator.text
}

impl Generator {
    fn model(&mut self) {
        self.text.push_str("fn until(xs, k) { for x in xs { if x > k { return x } }\n k }\n");
        self.text.push_str("model m() {\n  let a ~ Normal(0, 1)\n  let k ~ Poisson(2)\n  var t = 0.0\n");
        self.text.push_str("  let x0 = [0.5, -1.0, 2.0]\n  let n0 = [1, 0, 2]\n");
        for _ in 0..3 + self.random.below(6) {
            if self.random.below(3) == 0 { self.use_arrays() } else { self.array() }
        }
        self.use_arrays();
        self.use_arrays();
        let last = self.arrays;
        let _ = writeln!(self.text, "  (t, sum(x{last}), sum(n0), a)\n}}");
    }

    /// One of the arrays so far; later ones more often.
    fn known(&mut self) -> usize {
        let back = self.random.below(3).min(self.arrays);
        self.arrays - back
    }

    fn real(&mut self) -> &'static str {
        self.random.of(&[
            "2 * x",
            "x + a",
            "exp(x / 4)",
            "x * x - 1",
            "-x",
            "if x > 0 { x } else { a }",
            "(x, a).0",
            "x / k",
        ])
    }

    /// Another array of Reals, of length 3, mostly.
    fn array(&mut self) {
        let (one, other) = (self.known(), self.known());
        let element = self.real();
        let values = match self.random.below(12) {
            0 => format!("[{element} for x in x{one}]"),
            1 => format!("map(fn(x) => {element}, x{one})"),
            2 => format!("x{one} + a * x{other}"),
            3 => format!("exp(x{one}) - 1"),
            4 => format!("[x * y for (x, y) in zip(x{one}, x{other})]"),
            5 => format!("[sample Normal(x, 1) for x in x{one}]"),
            6 => format!("[x{one}[i] - x{other}[2 - i] for i in 0..3]"),
            7 => format!("[x{one}[i] + 1 for i in n0]"),
            8 => format!("[7 % (i + k) + x{one}[i] for i in 0..3]"),
            9 => format!("[x for x in x{one} if x < 100]"),
            10 => format!("[sum([x * y for y in x{other}]) for x in x{one}]"),
            _ => format!("[x{one}[i] for i in 0..k]"),
        };
        self.arrays += 1;
        let (array, drawn) = (self.arrays, self.random.below(5) == 0);
        let _ = match drawn {
            true => writeln!(self.text, "  let x{array} ~ Normal({values}, 2)"),
            false => writeln!(self.text, "  let x{array} = {values}"),
        };
    }

    fn use_arrays(&mut self) {
        let (one, other) = (self.known(), self.known());
        let element = self.real();
        let line = match self.random.below(12) {
            0 => format!("t = t + sum(x{one})"),
            1 => format!("t = t + sum([{element} for x in x{one}])"),
            2 => format!("for x in x{one} {{ t = t + {element} }}"),
            3 => format!("for (x, y) in zip(x{one}, x{other}) {{ observe y ~ Normal(x, 2) }}"),
            4 => format!("observe [0.5, 1.5, 2.5] ~ Normal(x{one} + x{other}, 2)"),
            5 => format!("observe x{one} ~ [Normal(x, 1 + k) for x in x{other}]"),
            6 => format!("t = t + until([{element} for x in x{one}], a)"),
            7 => format!("t = t + log_density(Normal(x{one}, exp(a)), x{other}) / 8"),
            8 => format!("if k > 1 {{ t = t + x{one}[1] }}"),
            9 => {
                format!("for i in 0..len(x{one}) {{ for j in 0..len(x{other}) {{ t = t + x{one}[i] * x{other}[j] }} }}")
            }
            10 => format!("for i in 0..3 {{ if x{one}[i] > a {{ break }}\n observe t ~ Normal(x{other}[i], 3) }}"),
            _ => format!("observe x{one} ~ iid(Normal(a, 2), len(x{other}))"),
        };
        let _ = writeln!(self.text, "  {line}");
    }
}
