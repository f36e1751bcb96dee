//! Gradients of densities against differences, for one program of each construct that derivatives go through.

use borel::{Data, Density, Program};
use borel_tests::differences::wrong_gradient;
use borel_tests::sections::{files, of_file};
use borel_tests::smooth::smooth_program;
use std::path::Path;

/// The program, its data, and what it shows.
fn density(text: &str, data: Data) -> Density {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{error}"));
    let model = program.sole_model().unwrap_or_else(|error| panic!("{error}"));
    let bound = model.bind(&data).unwrap_or_else(|error| panic!("{error}"));
    Density::new(&bound).unwrap_or_else(|error| panic!("{error}"))
}

/// Compares at several points; the density of both evaluations is the same.
fn check(text: &str, data: Data) {
    let wrong = wrong_gradient(&mut density(text, data), 4, 0.9);
    assert!(wrong.is_none(), "{}\n{text}", wrong.unwrap_or_default());
}

#[test]
fn straight_line() {
    check(
        "model m() {
           let mu ~ Normal(1, 2)
           let sigma ~ HalfNormal(3)
           observe 1.5 ~ Normal(mu * sigma, exp(mu) + sigma)
           return mu
         }",
        Data::new(),
    );
}

#[test]
fn supports() {
    check(
        "model m() {
           let a ~ Exponential(2)
           let b ~ Beta(2, 3)
           let c ~ Uniform(-1, 4)
           let d ~ Gamma(a + 1, b + 0.5)
           let e ~ Pareto(1 + b, 3)
           let f ~ LogNormal(c, d + 0.1)
           let g ~ StudentT(3 + a, c, d + 0.1)
           return f
         }",
        Data::new(),
    );
}

#[test]
fn functions() {
    check(
        "model m() {
           let x ~ Normal(0, 1)
           let y ~ Normal(0, 1)
           let p = exp(0.1 * x)
           factor(log(p + y * y) + log1p(p) + expm1(x / 10) + sin(x) * cos(y) + tan(0.3 * x) + atan(x * y) + tanh(y))
           factor(p ^ y + p ^ 2 + (p + 1) ^ (-1.5) + sqrt(p + 1) + abs(x + 5) + min(x, y + 5) + max(x, y - 5))
           factor(trigamma(p + 1) + gamma_p(p + 1, 1 + y * y) + gamma_q(1.5, p) + inc_beta(p + 1, 2 + p, inv_logit(y)))
           factor(log_bessel_k(x, 1 + p) + zeta(1.5 + p))
           factor(lgamma(p + 1) + digamma(p + 2) + inv_logit(x) + logit(0.1 + 0.5 * inv_logit(y)) + softplus(x))
           return x
         }",
        Data::new(),
    );
}

#[test]
fn observations_in_a_loop() {
    check(
        "model regression(x: [Real], y: [Real]) {
           let alpha ~ Normal(0, 10)
           let beta ~ Normal(0, 10)
           let sigma ~ HalfNormal(5)
           for i in 0..len(x) { observe y[i] ~ Normal(alpha + beta * x[i], sigma) }
           return beta
         }",
        Data::new().reals("x", &[1.0, 2.0, 3.0, 4.5]).reals("y", &[1.1, 1.9, 3.2, 4.4]),
    );
}

#[test]
fn sums_that_loops_add_to() {
    // Factors that change in an outer loop, in the same loop after their use, or in a branch; sums read inside; squares; empty loops.
    check(
        "model m(x: [Real], y: [Real]) {
           let a ~ Normal(0, 1)
           let b ~ Normal(0, 1)
           let s ~ HalfNormal(2)
           for k in 0..3 {
             let scale = s + k
             for i in 0..len(y) { observe y[i] ~ Normal(a + b * x[i] * k, scale) }
             for i in 0..k { factor(a * x[i] * scale / (1 + s) - scale) }
           }
           var running = a
           var total = 0.0
           for i in 0..len(x) {
             let term = running * x[i] * b
             running = 0.5 * running + x[i]
             total += term / s - a
             if x[i] > 0 { total -= (a * b) * (x[i] * s) } else { factor(-total * total / 100) }
           }
           observe 1.0 ~ Normal(total, 3)
           for i in 0..0 { factor(a / 0.0) }
           return a
         }",
        Data::new().reals("x", &[0.5, -0.5, 1.5, 0.25]).reals("y", &[1.0, 0.0, 2.0, 1.25]),
    );
}

#[test]
fn loops_that_count() {
    // What an index is before and after it is counted up, from where it begins, and where loops end early or do not run.
    check(
        "fn at(xs: [Real], from: Int, to: Int) -> Real {
           var total = 0.0
           for i in from..to { total += xs[i] * xs[i % 2] }
           total
         }
         model m(n: Int) {
           let x ~ iid(Normal(0, 1), 4)
           var products = x
           var place = 1
           while place < 4 {
             let before = products[place - 1]
             place += 1
             products[place - 1] = products[place - 1] * before * exp(x[place - 1])
           }
           factor(sum(products) + at(x, 1, n) + at(x, n, 1) + at(x, n - 1, 4))
           for i in 1..4 {
             for j in i..4 {
               if x[j] * x[i - 1] > 0.5 { break }
               products[j] = products[j] * x[i] + products[i - 1] * products[j - 1]
             }
           }
           observe 1.0 ~ Normal(sum(products), 2)
           let largest = max(0, 2 * n - 9)
           for i in 3..largest { factor(x[i] * 10) }
           return place
         }",
        Data::new().int("n", 3),
    );
}

#[test]
fn what_a_loop_has_read_changes_afterwards() {
    // A loop that runs both ways at once adds to adjoints early: of a state that is carried on, and of arrays that are changed in place.
    check(
        "model m() {
           let a ~ Normal(0, 1)
           let x ~ iid(Normal(0, 1), 4)
           var v = 0.3 * a
           for k in 0..3 {
             for j in 0..2 { observe 0.5 * j ~ Normal(v, 1) }
             v = tanh(v) + 0.5 * a
           }
           var w = x * 2
           for j in 0..4 { observe 0.5 * j ~ Normal(w[j], 1) }
           w[0] = w[0] * 3
           var last = [log(2 + sin(y)) for y in x]
           for k in 0..3 {
             observe 0.3 ~ Normal(last[2], 0.5 + exp(tanh(w[1])))
             last = x
           }
           var half = x
           for k in 0..2 {
             half = x - 0.5 * half
             half = [tanh(a) * y for y in half]
           }
           observe 0.4 ~ Normal(v + sum(w) + sum(half), 2)
           return a
         }",
        Data::new(),
    );
}

#[test]
fn rows_change_after_they_have_become_a_matrix() {
    check(
        "fn twice(m: [[Real]]) -> Real {
           let gradients = grad(fn(rows: [[Real]]) => sum([sum(r * r * r) for r in rows]))(m)
           var changed = gradients
           changed[0] = changed[1]
           sum([sum(r) for r in gradients]) + sum([sum(r) for r in changed])
         }
         model m() {
           let x ~ iid(Normal(0, 1), 3)
           var rows = [x, x * 2]
           let w = matrix(rows) @ x
           rows[1] = x * 3
           var parts = [x * x, 2 * x]
           for row in parts { for y in row { observe 1.0 ~ Normal(y, 3) } }
           parts[0][1] = sum(x)
           parts[1] = x
           observe 0.4 ~ Normal(sum(w) + sum(rows[1]) + sum(parts[0]) + sum(parts[1]) + 0.1 * twice(rows), 2)
           return x
         }",
        Data::new(),
    );
}

#[test]
fn gradients_of_gradients_through_arrays() {
    check(
        "fn f(xs: [Real], n: Int) -> Real {
           var product = 1.0
           for i in 0..2 {
             if i == n { return xs[i] }
             product = xs[i]
           }
           product
         }
         model m() {
           let a ~ Normal(0, 1)
           let x ~ iid(Normal(0, 1), 2)
           factor(grad(fn(t: Real) => t * f(x * t, 0))(a) + grad(fn(t: Real) => t * f(x * t, 5))(a))
           return a
         }",
        Data::new(),
    );
}

#[test]
fn choices_in_a_loop() {
    check(
        "model schools(y: [Real], sigma: [Real]) {
           let mu ~ Normal(0, 5)
           let tau ~ HalfCauchy(5)
           let theta ~ iid(Normal(mu, tau), len(y))
           for i in 0..len(y) { observe y[i] ~ Normal(theta[i], sigma[i]) }
           return theta
         }",
        Data::new().reals("y", &[28.0, 8.0, -3.0]).reals("sigma", &[15.0, 10.0, 16.0]),
    );
    check(
        "model schools(y: [Real], sigma: [Real]) {
           let mu ~ Normal(0, 5)
           let tau ~ HalfCauchy(5)
           var theta = [0.0 for s in y]
           for i in 0..len(y) {
             theta[i] ~ Normal(0, 1)
             observe y[i] ~ Normal(mu + tau * theta[i], sigma[i])
           }
           return mu
         }",
        Data::new().reals("y", &[28.0, 8.0, -3.0]).reals("sigma", &[15.0, 10.0, 16.0]),
    );
}

#[test]
fn carried_state() {
    check(
        "model ar(y: [Real]) {
           let phi ~ Uniform(-1, 1)
           let sigma ~ HalfNormal(1)
           var mean = 0.0
           var s = sigma
           for i in 0..len(y) {
             observe y[i] ~ Normal(mean, s)
             mean = phi * y[i] + 0.3 * mean * phi
             s = sqrt(0.1 + 0.5 * s * s + 0.2 * (y[i] - mean) * (y[i] - mean))
           }
           return phi
         }",
        Data::new().reals("y", &[1.0, 0.3, -0.5, 0.7, 1.4]),
    );
}

#[test]
fn branches() {
    check(
        "model m(y: [Real]) {
           let x ~ Normal(0, 1)
           let z ~ Normal(0, 1)
           var total = z
           for i in 0..len(y) {
             if y[i] > 0 { total = total * x + y[i] } else if x > 0.1 { total = total - exp(z) } else { total = 2 * total }
             if total > 100 { break }
           }
           observe 0.5 ~ Normal(total, 1)
           return x
         }",
        Data::new().reals("y", &[1.0, -0.3, 0.5, -1.0]),
    );
}

#[test]
fn recursion_and_closures() {
    check(
        "fn power(x: Real, n: Int) -> Real { if n == 0 { 1.0 } else { x * power(x, n - 1) } }
         fn twice(f: Real -> Real, x: Real) -> Real { f(f(x)) }
         model m() {
           let x ~ Normal(0, 1)
           let a ~ Normal(0, 1)
           let f = fn(t: Real) -> Real { a * t + sin(t) }
           observe 0.3 ~ Normal(power(x, 5) + twice(f, x), 1)
           return x
         }",
        Data::new(),
    );
}

#[test]
fn arrays_and_records() {
    check(
        "type Shape = { centre: Real, spread: Real }
         model m(y: [Real]) {
           let x ~ Normal(0, 1)
           let a ~ Normal(0, 1)
           var xs = [x, a, x * a, 1.0]
           for i in 1..len(xs) { xs[i] = xs[i] + xs[i - 1] * a }
           xs = xs ++ [exp(x)]
           let squares = [t * t for t in xs]
           let shape = { centre: sum(squares), spread: 1 + squares[2] }
           for t in y { observe t ~ Normal(shape.centre, shape.spread) }
           return x
         }",
        Data::new().reals("y", &[1.0, -0.3]),
    );
}

#[test]
fn matrices() {
    check(
        "model m(y: [Real]) {
           let rho ~ HalfNormal(1)
           let alpha ~ HalfNormal(1)
           let n = len(y)
           let k = matrix([[alpha * exp(-(i - j) ^ 2 / (2 * rho)) + (if i == j { 0.1 } else { 0.0 }) for j in 0..n] for i in 0..n])
           let l = cholesky(k)
           let z = solve(k, y)
           factor(-0.5 * dot(y, z) - sum([log(l[i, i]) for i in 0..n]))
           let w = solve_lower(l, y) + solve_upper(transpose(k), y)
           factor(-0.2 * sum(w * w) - quadratic_form(inverse(k), y) / 10)
           factor(-0.1 * log_determinant(k + transpose(k)) - sum(inverse(k) * k) / 10)
           return rho
         }",
        Data::new().reals("y", &[1.0, -0.3, 0.4]),
    );
}

#[test]
fn linear_predictors() {
    check(
        "model m(x: Matrix, y: [Real]) {
           let beta ~ iid(Normal(0, 1), columns(x))
           let mu = x @ beta
           for i in 0..len(y) { observe y[i] ~ Normal(mu[i], 1) }
           return beta
         }",
        Data::new().reals("y", &[1.0, -0.3, 0.4]).matrix("x", &[vec![1.0, 2.0], vec![0.5, -1.0], vec![0.3, 0.2]]),
    );
}

#[test]
fn slices_and_joins() {
    check(
        "model m(y: [Real]) {
           let a ~ iid(Normal(0, 1), 4)
           let b = [a[1..3], a[0..2], [1.0, exp(a[3])]]
           let c = b[1..3] ++ b[0..1]
           var total = 0.0
           for xs in c { for x in xs { total += x * total + x } }
           observe y ~ iid(Normal(total, 1), 2)
           return a
         }",
        Data::new().reals("y", &[1.0, -0.3]),
    );
}

#[test]
fn data_types() {
    check(
        "type Tree = Leaf(Real) | Node(Tree, Tree)
         fn build(depth: Int, x: Real) -> Tree {
           if depth == 0 { Leaf(x) } else { Node(build(depth - 1, x * 0.9), build(depth - 1, sin(x))) }
         }
         fn total(tree: Tree) -> Real {
           match tree { Leaf(x) => x, Node(left, right) => total(left) + 0.5 * total(right) }
         }
         model m() {
           let x ~ Normal(0, 1)
           observe 0.7 ~ Normal(total(build(4, x)), exp(0.1 * x))
           return x
         }",
        Data::new(),
    );
}

/// A value, and parameters as functions of choices a and b, of distributions whose gradients compiled code asks for.
const OBSERVATIONS: [(&str, &str); 34] = [
    ("true", "Bernoulli(inv_logit(a))"),
    ("false", "BernoulliLogit(a * b)"),
    ("3", "Binomial(7, inv_logit(a))"),
    ("3", "BinomialLogit(7, a)"),
    ("3", "BetaBinomial(7, exp(a), exp(b))"),
    ("2", "Categorical([0.2, 0.5 * inv_logit(a), 0.8 - 0.5 * inv_logit(a)])"),
    ("1", "CategoricalLogit([a, b, a * b])"),
    ("3", "Geometric(inv_logit(a))"),
    ("3", "NegativeBinomial(exp(a), exp(b))"),
    ("3", "NegativeBinomialRate(exp(a), exp(b))"),
    ("1", "OrderedLogistic(a, [b, b + 1])"),
    ("1", "OrderedProbit(a, [b, b + 1])"),
    ("3", "Poisson(exp(a))"),
    ("3", "PoissonLog(a)"),
    ("0", "ZeroInflatedPoisson(inv_logit(a), exp(b))"),
    ("2", "Zipf(2 + exp(a))"),
    ("1.3", "Gamma(exp(a), exp(b))"),
    ("0.3", "Beta(exp(a), exp(b))"),
    ("1.3", "StudentT(exp(a), b, 1 + exp(b))"),
    ("1.3", "Weibull(exp(a), exp(b))"),
    ("1.3", "VonMises(a, exp(b))"),
    ("1.3", "SkewNormal(a, exp(b), a + b)"),
    ("1.3", "Wiener(3 + exp(a), 0.2, 0.5, b)"),
    ("[0.2, 0.3, 0.5]", "Dirichlet([exp(a), exp(b), 1])"),
    ("[2, 0, 3]", "Multinomial(5, [0.2, 0.5 * inv_logit(a), 0.8 - 0.5 * inv_logit(a)])"),
    ("[2, 0, 3]", "DirichletMultinomial(5, [exp(a), exp(b), 1])"),
    ("[0.3, -0.5]", "MvNormal([a, b], matrix([[1 + exp(a), 0.5 * b], [0.5 * b, 2 + exp(b)]]))"),
    ("[0.3, -0.5]", "MvNormalCholesky([a, b], matrix([[exp(a), 0], [b, exp(b)]]))"),
    ("[0.3, -0.5]", "MvStudentT(exp(a), [a, b], matrix([[1 + exp(a), 0.5 * b], [0.5 * b, 2 + exp(b)]]))"),
    ("[0.3, -0.5, 0.2]", "GaussianRandomWalk(3, a, b, exp(a))"),
    ("[0.3, -0.5, 0.2]", "Ar(3, [a, b], exp(a))"),
    ("matrix([[1.0, 0.3], [0.3, 1.0]])", "LKJ(2, exp(a))"),
    ("matrix([[1.0, 0.3], [0.3, 1.0]])", "Wishart(2 + exp(a), matrix([[1 + exp(b), 0.5], [0.5, 1]]))"),
    (
        "matrix([[1.0, 0.3], [0.3, 1.0]])",
        "MatrixNormal(matrix([[a, 0], [b, 1]]), identity(2), matrix([[1 + exp(b), 0.5], [0.5, 1]]))",
    ),
];

#[test]
fn observations() {
    for (value, distribution) in OBSERVATIONS {
        let text = format!(
            "model m() {{\n  let a ~ Normal(0, 1)\n  let b ~ Normal(0, 1)\n  observe {value} ~ {distribution}\n  return a\n}}"
        );
        check(&text, Data::new());
    }
}

#[test]
fn choices_of_arrays_and_matrices() {
    let choices = [
        ("Dirichlet([2, 3, 1.5])", "x[0] - 2 * x[2]"),
        ("MvNormal([0.5, 1], matrix([[1, 0.5], [0.5, 2]]))", "x[0] * x[1]"),
        ("LKJ(3, 2)", "x[0, 1] + 2 * x[1, 2]"),
        ("LKJCholesky(3, 2)", "x[1, 0] + x[2, 2]"),
        ("Wishart(4, identity(2))", "log(x[0, 0]) - 0.1 * x[0, 1]"),
        ("InverseWishart(4, identity(2))", "log(x[0, 0]) - 0.1 * x[0, 1]"),
        ("MatrixNormal(matrix([[0, 1, 2]]), identity(1), identity(3))", "x[0, 1] * x[0, 2]"),
        ("GaussianRandomWalk(4, 0, 0.1, 0.7)", "x[3] * x[0]"),
        ("Ordered(Normal(0, 1), 3)", "x[2] - x[0] * x[1]"),
        ("Ordered(Exponential(1), 3)", "x[2] - x[0] * x[1]"),
        ("UnitVector(3)", "3 * x[0] - x[1] * x[2]"),
        ("Truncated(Normal(0, 1), 0.5, 2)", "3 * x"),
        ("Mixture([0.3, 0.7], [Normal(0, 1), Normal(3, 2)])", "0.1 * x"),
    ];
    for (distribution, use_of_it) in choices {
        let text =
            format!("model m() {{\n  let x ~ {distribution}\n  observe 0.4 ~ Normal({use_of_it}, 1)\n  return x\n}}");
        check(&text, Data::new());
    }
}

#[test]
fn distribution_functions_in_a_likelihood() {
    check(
        "model m() {
           let a ~ Normal(0, 1)
           let b ~ Normal(0, 1)
           factor(log_cdf(Normal(a, exp(b)), 0.5) + log_ccdf(Gamma(exp(a), exp(b)), 1.5) + cdf(Weibull(exp(a), 2), 0.7))
           observe 1.5 ~ Truncated(Normal(a, exp(b)), 1, 3)
           observe 3.0 ~ Censored(Normal(a, exp(b)), -1, 3)
           return a
         }",
        Data::new(),
    );
}

/// The examples that NUTS runs.
#[test]
fn examples() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"));
    let mut count = 0;
    for test in files(folder, "ppl").iter().flat_map(|file| of_file(file)) {
        let Some(run) = test.run.as_ref().filter(|run| run.method == "nuts") else { continue };
        let program = Program::compile(&test.source).unwrap_or_else(|error| panic!("{error}"));
        let model = run.setting("model").map_or_else(|| program.sole_model(), |name| program.model(name));
        let model = model.unwrap_or_else(|error| panic!("{error}"));
        let mut data = Data::new();
        for (_, path) in run.settings.iter().filter(|(key, _)| key == "data") {
            data = data.merge(Data::from_file(test.folder.join(path)).expect("data")).expect("data");
        }
        let mut density = Density::new(&model.bind(&data).expect("data")).expect("a density");
        let wrong = wrong_gradient(&mut density, 2, 0.5);
        assert!(wrong.is_none(), "{}: {}", test.name, wrong.unwrap_or_default());
        count += 1;
    }
    assert!(count >= 5, "only {count} examples");
}

/// How many random models.
const PROGRAMS: u64 = 400;

#[test]
fn random_models() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for seed in 0..PROGRAMS {
        let text = smooth_program(seed);
        match std::panic::catch_unwind(|| random_model(&text)) {
            Ok(Ok(is_compared)) => compared += u64::from(is_compared),
            Ok(Err(message)) => wrong.push(format!("seed {seed}: {message}\n{text}")),
            Err(_) => wrong.push(format!("seed {seed}: a panic\n{text}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {PROGRAMS}\n{}", wrong.len(), wrong[..wrong.len().min(3)].join("\n"));
    assert!(10 * compared > 8 * PROGRAMS, "only {compared} of {PROGRAMS} were compared");
}

/// Whether there was something to compare, if it was right.
fn random_model(text: &str) -> Result<bool, String> {
    let program = Program::compile(text).map_err(|error| error.to_string())?;
    let bound = program.sole_model().and_then(|model| model.bind(&Data::new().int("n", 3)));
    let mut density = match bound.map(|bound| Density::new(&bound)).map_err(|error| error.to_string())? {
        Ok(density) => density,
        // Second derivatives of some functions are not known.
        Err(error) if error.to_string().contains("E0218") => return Ok(false),
        Err(error) => return Err(error.to_string()),
    };
    match wrong_gradient(&mut density, 2, 0.8) {
        None => Ok(true),
        Some(message) if message.contains("are no good") => Ok(false),
        Some(message) => Err(message),
    }
}
