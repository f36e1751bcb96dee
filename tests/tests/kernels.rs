//! The laws of kernels: each leaves the posterior as it is. Finite programs have finitely many traces, and the matrix of transition probabilities
//! of a kernel is found by going through its own randomness.

use borel::{Bound, Data, Inference, Program};
use borel_tests::generate::program;
use borel_tests::kernels::{Unfit, defects, replay, single_site, space};

/// Executions of a program, at most.
const MOST: usize = 4000;

/// Traces of a program, at most, where the matrix is made.
const STATES: usize = 120;

fn bind(text: &str) -> Result<Bound, String> {
    let program = Program::compile(text).map_err(|error| error.to_string())?;
    program.sole_model().and_then(|model| model.bind(&Data::new())).map_err(|error| error.to_string())
}

/// Whether the program was small enough; what is wrong.
fn obeys(text: &str) -> Result<bool, String> {
    let bound = bind(text)?;
    let mut replay = replay(&bound)?;
    let space = match space(&mut replay, MOST) {
        Ok(space) if !space.states.is_empty() => space,
        Ok(_) | Err(Unfit::TooMany | Unfit::Stops(_)) => return Ok(false),
    };
    // The traces are those of the program.
    let exact = Inference::enumerate().run(&bound).map_err(|error| error.to_string())?;
    let log_evidence = exact.log_evidence().ok_or("no evidence")?;
    if (space.log_evidence - log_evidence).abs() > 1e-9 {
        return Err(format!("log evidence {} by traces, {log_evidence} by enumeration", space.log_evidence));
    }
    if space.states.len() > STATES {
        return Ok(false);
    }
    let kernel = replay.single_site();
    let matrix = match single_site(&mut replay, &space, &kernel, MOST) {
        Ok(matrix) => matrix,
        Err(Unfit::TooMany) => return Ok(false),
        Err(Unfit::Stops(error)) => return Err(error),
    };
    let (change, imbalance) = defects(&space.probabilities, &matrix);
    if change > 1e-12 || imbalance > 1e-12 {
        return Err(format!("the posterior changes by {change}, the flow between two traces by {imbalance}"));
    }
    Ok(true)
}

fn obey(text: &str) {
    assert_eq!(obeys(text), Ok(true), "{text}");
}

#[test]
fn choices_that_depend_on_each_other() {
    obey(
        "model m() {
           let a ~ Bernoulli(0.3)
           let b ~ Categorical(if a { [0.2, 0.3, 0.5] } else { [0.6, 0.4] })
           let c ~ Binomial(b + 1, if a { 0.3 } else { 0.8 })
           observe 1 ~ Poisson(c + 0.5)
           return b
         }",
    );
}

#[test]
fn choices_that_come_and_go() {
    obey(
        "fn geometric(p: Real, most: Int) ~> Int {
           if most == 0 || sample Bernoulli(p) { 0 } else { 1 + geometric(p, most - 1) }
         }
         model m() {
           let first ~ Bernoulli(0.4)
           let n = geometric(if first { 0.3 } else { 0.6 }, 4)
           var total = 0
           for i in 0..n { total += int(sample Bernoulli(0.5)) }
           observe 2 ~ Poisson(total + 0.3)
           return total
         }",
    );
}

#[test]
fn a_prior_with_holes() {
    obey(
        "model m() {
           let a ~ DiscreteUniform(1, 4)
           let b ~ DiscreteUniform(a, 5)
           condition((a + b) % 2 == 0)
           let xs = [sample Bernoulli(0.5) for i in 0..b - a]
           condition(len(xs) == 0 || xs[0])
           return a + b
         }",
    );
}

#[test]
fn memoised_choices() {
    obey(
        "model m() {
           let colour = mem(fn(i: Int) => sample Bernoulli(0.3))
           let i ~ DiscreteUniform(0, 2)
           let same = colour(i) == colour(2 - i)
           factor(if same { 0.0 } else { -1.3 })
           let again = colour(sample DiscreteUniform(0, 1))
           return again
         }",
    );
}

#[test]
fn functions_that_are_drawn() {
    obey(
        "fn twice(f: () ~> Int) ~> Int => f() + f()
         model m() {
           let p ~ Bernoulli(0.5)
           let f = if p { fn() => sample DiscreteUniform(0, 2) } else { fn() => int(sample Bernoulli(0.2)) }
           let n = twice(f)
           observe n ~ Binomial(4, 0.4)
           return n
         }",
    );
}

#[test]
fn random_programs() {
    let (mut fit, mut seeds) = (0, 0);
    for seed in 0..400 {
        let text = program(seed);
        match obeys(&text) {
            Ok(is_fit) => fit += usize::from(is_fit),
            Err(problem) => panic!("seed {seed}: {problem}\n{text}"),
        }
        seeds += 1;
    }
    assert!(fit > seeds / 8, "only {fit} of {seeds} programs were fit");
}
