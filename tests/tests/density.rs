//! Densities at given values of choices: what Stan has published, closed forms, differences, and what they are in unconstrained numbers.

use borel::{Bound, Data, Density, DensityAt, Program};
use borel_math::transform::Transform;

fn bind(text: &str, data: &Data) -> Bound {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{error}"));
    program.sole_model().and_then(|model| model.bind(data)).unwrap_or_else(|error| panic!("{error}"))
}

fn at(bound: &Bound, point: &Data) -> DensityAt {
    bound.density_at(point).unwrap_or_else(|error| panic!("{error}"))
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found}, not {expected}");
}

const COIN: &str = "model m(y: [Bool]) {\n  let theta ~ Beta(1, 1)\n  observe y ~ Bernoulli(theta)\n  return theta\n}";

/// The tests of CmdStanR (`test-model-methods.R`) have these of its Bernoulli model: the unconstrained number, the log density there with the
/// Jacobian and its derivative; and once without.
#[test]
fn stan_at_a_point() {
    let y = [false, true, false, false, false, false, false, false, false, true];
    let bound = bind(COIN, &Data::new().bools("y", &y));
    let mut density = Density::new(&bound).unwrap();
    let published =
        [(0.1, -8.632_759_920_882_85, -3.299_750_249_747_28), (0.6, -10.649_855_405_830_62, -4.747_875_674_709_545)];
    for (u, log_density, derivative) in published {
        let mut gradient = [0.0];
        near(density.value_and_gradient(&[u], &mut gradient).unwrap(), log_density, 1e-12);
        near(gradient[0], derivative, 1e-12);
    }
    let theta = 0.524_979_187_478_94;
    let found = at(&bound, &Data::new().real("theta", theta));
    near(found.log_density, -7.243_966_600_735_71, 1e-12);
    near(found.log_density + found.log_jacobian, -8.632_759_920_882_85, 1e-12);
    near(found.derivative("theta").unwrap() * theta * (1.0 - theta), -3.249_791_874_789_4, 1e-12);
}

/// The documentation of CmdStanR prints the values of its logistic regression to seven digits.
#[test]
fn stan_for_a_regression() {
    let text = include_str!("../data/logistic.json");
    let data = Data::from_json("logistic.json", text).unwrap();
    let model = "model m(x: Matrix, y: [Bool]) {
  let alpha ~ Normal(0, 1)
  let beta ~ iid(Normal(0, 1), columns(x))
  observe y ~ BernoulliLogit(alpha + x @ beta)
  return alpha
}";
    let found = at(&bind(model, &data), &Data::new().real("alpha", 0.5).reals("beta", &[1.2, 1.1, 2.2]));
    near(found.log_density, -130.2141, 5e-7);
    let published = [("alpha", 1.462151), ("beta[0]", -26.619534), ("beta[1]", -25.528776), ("beta[2]", -14.286822)];
    for (name, derivative) in published {
        near(found.derivative(name).unwrap(), derivative, 5e-7);
    }
    assert_eq!(found.log_jacobian, 0.0);
}

/// Choices with each kind of support: the density at the values that unconstrained numbers stand for is that of the numbers, without the Jacobian.
#[test]
fn both_densities_are_one() {
    let logistic = |u: f64| 1.0 / (1.0 + (-u).exp());
    let scalars: [(&str, &dyn Fn(f64) -> f64); 6] = [
        ("Normal(1, 2)", &|u| u),
        ("Gamma(2, 3)", &f64::exp),
        ("Pareto(1.5, 2)", &|u| 1.5 + u.exp()),
        ("Beta(2, 3)", &logistic),
        ("Uniform(-1, 4)", &|u| -1.0 + 5.0 * logistic(u)),
        ("Flat(upper = 2)", &|u| 2.0 - u.exp()),
    ];
    for (distribution, constrain) in scalars {
        let bound = bind(
            &format!("model m() {{ let x ~ {distribution}\n observe 0.3 ~ Normal(x, 1)\n return x }}"),
            &Data::new(),
        );
        for u in [-1.3, 0.2, 0.9] {
            agree(&bound, &[u], &Data::new().real("x", constrain(u)));
        }
    }
    let objects = [
        ("Dirichlet([1.5, 2, 3])", Transform::Simplex, 3, 1),
        ("MvNormal([0, 1], identity(2))", Transform::Reals, 2, 1),
        ("LKJ(3, 2)", Transform::Correlation, 3, 3),
        ("LKJCholesky(3, 2)", Transform::CorrelationFactor, 3, 3),
        ("Wishart(5, identity(2))", Transform::Covariance, 2, 2),
        ("MatrixNormal(matrix([[0], [1]]), identity(2), identity(1))", Transform::Reals, 2, 1),
    ];
    for (distribution, transform, rows, columns) in objects {
        let text = format!(
            "model m() {{ let before ~ Normal(0, 1)\n let x ~ {distribution}\n let after ~ Normal(before, 1)\n return after }}"
        );
        let bound = bind(&text, &Data::new());
        let u: Vec<f64> = (0..transform.count(rows, columns)).map(|i| 0.7 * (1.3 * i as f64 + 0.4).sin()).collect();
        let mut x = vec![0.0; rows * columns];
        transform.constrain(&u, rows, &mut x);
        let matrix: Vec<Vec<f64>> = x.chunks(columns).map(<[f64]>::to_vec).collect();
        let point = Data::new().real("before", 0.4).real("after", -0.2);
        let is_matrix = columns > 1 || distribution.starts_with("Matrix");
        let point = if is_matrix { point.matrix("x", &matrix) } else { point.reals("x", &x) };
        let all: Vec<f64> = [&[0.4], &u[..], &[-0.2]].concat();
        agree(&bound, &all, &point);
    }
}

fn agree(bound: &Bound, u: &[f64], point: &Data) {
    let unconstrained = Density::new(bound).unwrap().log_density(u).unwrap();
    let found = at(bound, point);
    near(found.log_density + found.log_jacobian, unconstrained, 1e-12);
}

#[test]
fn the_gradient_is_that_of_differences() {
    let text = "model m(y: [Real]) {
  let sigma ~ HalfNormal(2)
  let p ~ Dirichlet([2, 3, 4])
  var level = [0.0, 0.0, 0.0]
  for i in 0..3 { level[i] ~ Normal(p[i], sigma) }
  observe y ~ Normal(sum(level) * sigma, 1)
  return level
}";
    let bound = bind(text, &Data::new().reals("y", &[0.4, -1.0]));
    let with = |sigma: f64, level: f64| {
        let point = Data::new().real("sigma", sigma).reals("p", &[0.2, 0.5, 0.3]).reals("level", &[0.1, level, 0.7]);
        at(&bound, &point)
    };
    let found = with(1.3, -0.4);
    let h = 1e-5;
    let by_sigma = (with(1.3 + h, -0.4).log_density - with(1.3 - h, -0.4).log_density) / (2.0 * h);
    let by_level = (with(1.3, -0.4 + h).log_density - with(1.3, -0.4 - h).log_density) / (2.0 * h);
    near(found.derivative("sigma").unwrap(), by_sigma, 1e-8);
    near(found.derivative("level[1]").unwrap(), by_level, 1e-8);
    let json = found.json();
    assert_eq!(json["gradient"]["level"][1].as_f64(), found.derivative("level[1]"));
    assert_eq!(json["gradient"]["sigma"].as_f64(), found.derivative("sigma"));
}

#[test]
fn points_that_do_not_fit() {
    let said = |text: &str, point: Data| match bind(text, &Data::new()).density_at(&point) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.to_string(),
    };
    let text = "model m() {\n  let x ~ HalfNormal(1)\n  let p ~ Dirichlet([1, 1])\n  return 2 * x\n}";
    let point = |x: f64, p: &[f64]| Data::new().real("x", x).reals("p", p);
    assert!(said(text, point(-1.0, &[0.5, 0.5])).contains("E0616"));
    assert!(said(text, point(1.0, &[0.5, 0.6])).contains("E0616"));
    assert!(said(text, point(1.0, &[1.0])).contains("lacks `p[1]`"));
    assert!(said(text, point(1.0, &[0.2, 0.2, 0.6])).contains("no choice `p[2]`"));
    assert!(said(text, point(1.0, &[0.5, 0.5]).real("return", 2.0)).contains("is computed from its choices"));
    assert!(said(text, Data::new().string("x", "one")).contains("E0502"));
    assert!(said("model m() { return sample(Normal(0, 1)) }", Data::new()).contains("E0512"));
    assert!(said("model m() {\n let n ~ Poisson(2)\n return n\n}", Data::new().int("n", 2)).contains("E0404"));
}
