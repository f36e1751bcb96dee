//! Distributions over arrays and matrices: log densities against values to 25 digits and SciPy's (`data/multivariate.csv`, made by
//! `data/multivariate.py`); masses and densities that sum and integrate to one; what the closed forms imply of each other; and draws
//! against moments, entropies and the laws of single elements. The seeds of the draws are fixed; for other seeds, all comparisons
//! together would fail by chance once in a million runs.

#[path = "common/arguments.rs"]
mod arguments;

use borel_abi::stream::Stream;
use borel_distributions::*;
use std::fmt::Debug;

/// Compares logarithms that were added up from terms of this size.
fn same(what: &str, found: f64, expected: f64, size: f64) {
    let tolerance = 2e-13 * size.abs().max(expected.abs()).max(1.0);
    assert!(found == expected || (found - expected).abs() <= tolerance, "{what}: {found:?}, expected {expected:?}");
}

/// log likelihood + log prior - log posterior.
fn marginal(what: &str, [likelihood, prior, posterior]: [f64; 3], expected: f64) {
    let size = likelihood.abs().max(prior.abs()).max(posterior.abs());
    same(what, likelihood + prior - posterior, expected, 4.0 * size);
}

const PROBABILITIES: [f64; 5] = [1e-6, 0.2, 0.5, 0.77, 0.999];

#[test]
fn log_densities_equal_their_references() {
    let mut failures = Vec::new();
    for line in include_str!("data/multivariate.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, text, x, expected, grade] = fields[..] else { panic!("not a row: {line}") };
        let kind = arguments::kind(name);
        let owned = arguments::arguments(kind, text);
        let borrowed = arguments::borrow(&owned);
        assert_eq!(check_value(kind, &borrowed), Ok(()), "{line}");
        let found = log_density_value(kind, &borrowed, &arguments::value(kind, x));
        let expected: f64 = expected.parse().expect("a number");
        let tolerance = match grade {
            "body" => 1e-13,
            "extreme" => 1e-11,
            _ => 1e-10,
        };
        let is_near = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        if found != expected && !is_near {
            failures.push(format!("{line}: found {found:?}"));
        }
    }
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn masses_sum_to_one() {
    let mut sums = [0.0; 2];
    for a in 0..=6 {
        for b in 0..=6 - a {
            let x = [a, b, 6 - a - b];
            sums[0] += Multinomial { n: 6, probs: &[0.2, 0.5, 0.3] }.log_density(&x).exp();
            sums[1] += DirichletMultinomial { n: 6, alpha: &[0.2, 5.0, 0.3] }.log_density(&x).exp();
        }
    }
    sums.iter().for_each(|sum| assert!((sum - 1.0).abs() < 1e-13, "{sum}"));
}

/// The sum over a grid of three coordinates, which is all but exact for smooth functions that fall off to all sides.
fn grid(from: f64, to: f64, count: i32, f: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let step = (to - from) / f64::from(count);
    let at = |i: i32| from + step * f64::from(i);
    let line = |i, j| (0..=count).map(|k| f(at(i), at(j), at(k))).sum::<f64>();
    let plane = |i| (0..=count).map(|j| line(i, j)).sum::<f64>();
    (0..=count).map(plane).sum::<f64>() * step.powi(3)
}

#[test]
fn densities_of_matrices_integrate_to_one() {
    // Of two scales, in logarithms, and a correlation tanh(t).
    let scale = [1.0, 0.3, 0.3, 0.5];
    let density = |d: &dyn Fn(&[f64]) -> f64, s: f64, t: f64, u: f64| {
        let (a, b, r) = (s.exp(), t.exp(), u.tanh());
        let c = r * (a * b).sqrt();
        let log_jacobian = 1.5 * (s + t) - 2.0 * u.cosh().ln();
        (d(&[a, c, c, b]) + log_jacobian).exp()
    };
    let wishart = Wishart { nu: 6.0, scale: square(&scale) };
    let inverse = InverseWishart { nu: 6.0, scale: square(&scale) };
    let total = grid(-7.0, 7.0, 90, |s, t, u| density(&|x| wishart.log_density(x), s, t, u));
    assert!((total - 1.0).abs() < 1e-6, "Wishart: {total}");
    let total = grid(-7.0, 7.0, 90, |s, t, u| density(&|x| inverse.log_density(x), s, t, u));
    assert!((total - 1.0).abs() < 1e-6, "InverseWishart: {total}");
    // Two correlations with the first, and the partial correlation of the others.
    let lkj = |eta: f64| {
        grid(-14.0, 14.0, 112, |s, t, u| {
            let (r, q, p) = (s.tanh(), t.tanh(), u.tanh());
            let rest = |t: f64| 1.0 / (t.cosh() * t.cosh());
            let other = r * q + p * (rest(s) * rest(t)).sqrt();
            let log_density = LKJ { n: 3, eta }.log_density(&[1.0, r, q, r, 1.0, other, q, other, 1.0]);
            if log_density == f64::NEG_INFINITY {
                0.0
            } else {
                log_density.exp() * (rest(s) * rest(t)).powf(1.5) * rest(u)
            }
        })
    };
    for eta in [1.0, 2.5] {
        let total = lkj(eta);
        assert!((total - 1.0).abs() < 1e-4, "LKJ(3, {eta}): {total}");
    }
}

#[test]
fn dirichlet_multinomial() {
    for alpha in [[1.0, 1.0, 1.0], [0.2, 3.0, 40.0]] {
        for x in [[0, 0, 0], [1, 0, 0], [3, 4, 5], [100, 0, 2]] {
            let n = x.iter().sum();
            let expected = DirichletMultinomial { n, alpha: &alpha }.log_density(&x);
            let posterior: Vec<f64> = alpha.iter().zip(x).map(|(a, k)| a + k as f64).collect();
            for p in [[0.2, 0.3, 0.5], [0.9, 0.05, 0.05], [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]] {
                let likelihood = Multinomial { n, probs: &p }.log_density(&x);
                let terms = [likelihood, Dirichlet { alpha: &alpha }.log_density(&p)];
                marginal(
                    "Dirichlet-Multinomial",
                    [terms[0], terms[1], Dirichlet { alpha: &posterior }.log_density(&p)],
                    expected,
                );
            }
        }
    }
}

fn square(elements: &[f64]) -> Matrix<'_> {
    let size = elements.len().isqrt();
    Matrix { rows: size, columns: size, elements }
}

#[test]
fn special_cases() {
    let x = [0.3, -1.2];
    let mu = [0.5, 0.25];
    let product: f64 = [0, 1].map(|i| Normal { mu: mu[i], sigma: [2.0, 0.5][i] }.log_density(x[i])).iter().sum();
    same("MvNormal", MvNormal { mu: &mu, sigma: square(&[4.0, 0.0, 0.0, 0.25]) }.log_density(&x), product, product);
    let full = MvNormal { mu: &mu, sigma: square(&[4.0, 0.6, 0.6, 0.34]) }.log_density(&x);
    let factor = MvNormalCholesky { mu: &mu, l: square(&[2.0, 0.0, 0.3, 0.5]) }.log_density(&x);
    same("MvNormalCholesky", factor, full, 10.0 * full);
    let determinant = 4.0 * 0.34 - 0.36;
    let precision = [0.34 / determinant, -0.6 / determinant, -0.6 / determinant, 4.0 / determinant];
    let by_precision = MvNormalPrecision { mu: &mu, omega: square(&precision) }.log_density(&x);
    same("MvNormalPrecision", by_precision, full, 100.0 * full);
    let one = MvStudentT { nu: 4.0, mu: &[0.5], sigma: square(&[4.0]) }.log_density(&[0.3]);
    let expected = StudentT { nu: 4.0, mu: 0.5, sigma: 2.0 }.log_density(0.3);
    same("MvStudentT", one, expected, 10.0);
    for p in PROBABILITIES {
        let beta = Beta { a: 2.0, b: 0.7 }.log_density(p);
        same("Dirichlet", Dirichlet { alpha: &[2.0, 0.7] }.log_density(&[p, 1.0 - p]), beta, 100.0);
    }
    for k in 0..=9 {
        let binomial = Binomial { n: 9, p: 0.3 }.log_density(k);
        same("Multinomial", Multinomial { n: 9, probs: &[0.3, 0.7] }.log_density(&[k, 9 - k]), binomial, 20.0);
        let beta_binomial = BetaBinomial { n: 9, alpha: 0.4, beta: 2.0 }.log_density(k);
        let found = DirichletMultinomial { n: 9, alpha: &[0.4, 2.0] }.log_density(&[k, 9 - k]);
        same("DirichletMultinomial", found, beta_binomial, 20.0);
    }
}

/// An n x n matrix from a function of its indices.
fn filled(n: usize, f: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..n * n).map(|k| f(k / n, k % n)).collect()
}

#[test]
fn matrices_of_one_element() {
    for x in [1e-3, 0.4, 7.0] {
        let gamma = Gamma { shape: 2.25, rate: 1.0 / 1.2 }.log_density(x);
        same("Wishart", Wishart { nu: 4.5, scale: square(&[0.6]) }.log_density(&[x]), gamma, 10.0);
        let inverse = InverseGamma { shape: 2.25, scale: 0.3 }.log_density(x);
        same("InverseWishart", InverseWishart { nu: 4.5, scale: square(&[0.6]) }.log_density(&[x]), inverse, 1000.0);
        let normal = Normal { mu: 0.5, sigma: 6f64.sqrt() }.log_density(x);
        let d = MatrixNormal { mu: square(&[0.5]), rows: square(&[2.0]), columns: square(&[3.0]) };
        same("MatrixNormal", d.log_density(&[x]), normal, normal);
    }
    for eta in [0.3, 1.0, 9.0] {
        for r in [-0.999, -0.5, 0.0, 0.25] {
            let beta = Beta { a: eta, b: eta }.log_density(0.5 + 0.5 * r) - 2f64.ln();
            same("LKJ", LKJ { n: 2, eta }.log_density(&[1.0, r, r, 1.0]), beta, 100.0);
        }
        assert_eq!(LKJ { n: 1, eta }.log_density(&[1.0]), 0.0);
    }
}

#[test]
fn one_density_by_another() {
    // The Cholesky factor of a correlation matrix, by the Jacobian of its square.
    let l = [1.0, 0.0, 0.0, 0.6, 0.8, 0.0, 0.28, 0.576, 0.768];
    let r = filled(3, |i, j| (0..3).map(|k| l[3 * i + k] * l[3 * j + k]).sum());
    let jacobian = l[4].ln();
    let found = LKJCholesky { n: 3, eta: 1.75 }.log_density(&l);
    same("LKJCholesky", found, LKJ { n: 3, eta: 1.75 }.log_density(&r) + jacobian, 10.0);
    // The inverse of a Wishart matrix.
    let inverse = |x: &[f64]| {
        let determinant = x[0] * x[3] - x[1] * x[2];
        ([x[3], -x[1], -x[2], x[0]].map(|v| v / determinant), determinant)
    };
    let (scale, x) = ([2.0, 0.5, 0.5, 1.0], [0.7, -0.2, -0.2, 1.5]);
    let ((scale_inverse, _), (x_inverse, determinant)) = (inverse(&scale), inverse(&x));
    let wishart = Wishart { nu: 4.5, scale: square(&scale_inverse) }.log_density(&x_inverse) - 3.0 * determinant.ln();
    same("InverseWishart", InverseWishart { nu: 4.5, scale: square(&scale) }.log_density(&x), wishart, 20.0);
    // A matrix of 2 rows and 3 columns, its columns one after the other.
    let (mu, rows) = ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [2.0, 0.5, 0.5, 1.0]);
    let columns = [1.0, 0.2, 0.1, 0.2, 2.0, -0.3, 0.1, -0.3, 0.7];
    let value = [1.0, -1.0, 0.5, 0.0, 2.0, 0.25];
    let stacked = |v: &[f64]| -> Vec<f64> { (0..6).map(|k| v[3 * (k % 2) + k / 2]).collect() };
    let covariance = filled(6, |a, b| rows[2 * (a % 2) + b % 2] * columns[3 * (a / 2) + b / 2]);
    let d = MatrixNormal {
        mu: Matrix { rows: 2, columns: 3, elements: &mu },
        rows: square(&rows),
        columns: square(&columns),
    };
    let expected = MvNormal { mu: &stacked(&mu), sigma: square(&covariance) }.log_density(&stacked(&value));
    same("MatrixNormal", d.log_density(&value), expected, 20.0);
    // A walk, by its covariances; an autoregression, by its responses to shocks.
    let x = [0.4, 1.5, 0.7];
    let walk = GaussianRandomWalk { n: 3, start: 1.0, drift: 0.25, sigma: 0.5 };
    let covariance = filled(3, |i, j| 0.25 * (1 + i.min(j)) as f64);
    let expected = MvNormal { mu: &[1.25, 1.5, 1.75], sigma: square(&covariance) }.log_density(&x);
    same("GaussianRandomWalk", walk.log_density(&x), expected, 20.0);
    let responses = [1.0, 0.5, 0.25 - 0.3];
    let lower = filled(3, |i, j| if i < j { 0.0 } else { 2.0 * responses[i - j] });
    let expected = MvNormalCholesky { mu: &[0.0; 3], l: square(&lower) }.log_density(&x);
    same("Ar", Ar { n: 3, coefficients: &[0.5, -0.3], sigma: 2.0 }.log_density(&x), expected, 20.0);
}

#[test]
fn impossible_values_have_no_density() {
    let none = f64::NEG_INFINITY;
    let scale = square(&[1.0, 0.0, 0.0, 1.0]);
    assert_eq!(MvNormal { mu: &[0.0, 0.0], sigma: scale }.log_density(&[0.0]), none);
    assert_eq!(MvStudentT { nu: 2.0, mu: &[0.0, 0.0], sigma: scale }.log_density(&[0.0; 3]), none);
    for x in [[1.0, 2.0, 2.0, 1.0], [1.0, 0.5, -0.5, 1.0], [-1.0, 0.0, 0.0, 1.0]] {
        assert_eq!(Wishart { nu: 3.0, scale }.log_density(&x), none);
        assert_eq!(InverseWishart { nu: 3.0, scale }.log_density(&x), none);
        assert_eq!(LKJ { n: 2, eta: 1.0 }.log_density(&x), none);
        assert_eq!(LKJCholesky { n: 2, eta: 1.0 }.log_density(&x), none);
    }
    assert_eq!(LKJ { n: 2, eta: 1.0 }.log_density(&[2.0, 0.0, 0.0, 2.0]), none);
    for x in [vec![1, 2], vec![1, 1, 1], vec![-1, 3, 0], vec![i64::MAX, i64::MAX, 4]] {
        assert_eq!(Multinomial { n: 2, probs: &[0.5, 0.25, 0.25] }.log_density(&x), none);
        assert_eq!(DirichletMultinomial { n: 2, alpha: &[0.5, 0.25, 0.25] }.log_density(&x), none);
    }
    assert_eq!(Multinomial { n: 2, probs: &[1.0, 0.0] }.log_density(&[1, 1]), none);
    assert!(Wishart { nu: 0.5, scale }.check().is_err() && InverseWishart { nu: 1.0, scale }.check().is_err());
    assert!(MatrixNormal { mu: scale, rows: scale, columns: square(&[1.0]) }.check().is_err());
    assert!(MatrixNormal { mu: scale, rows: square(&[1.0]), columns: scale }.check().is_err());
}

const DRAWS: usize = 100_000;

/// Beyond so many standard errors a mean of draws is found once in 1e10 times; there are below 1000 comparisons.
const ERRORS: f64 = 6.5;

/// A stream of its own for each name.
fn stream(name: &str) -> Stream {
    Stream::derive(4_711, name.bytes().fold(0, |key, b| key * 31 % 1_000_003 + u64::from(b)), 0)
}

/// Sums of numbers and of their squares.
#[derive(Default)]
struct Mean {
    sum: f64,
    squares: f64,
}

impl Mean {
    fn add(&mut self, x: f64) {
        self.sum += x;
        self.squares += x * x;
    }

    fn agrees(&self, what: &str, expected: f64) {
        let (mean, count) = (self.sum / DRAWS as f64, DRAWS as f64);
        let variance = (self.squares / count - mean * mean).max(0.0);
        let error = (mean - expected).abs();
        let allowed = ERRORS * (variance / count).sqrt() + 1e-12 * (1.0 + expected.abs());
        assert!(error <= allowed, "{what}: {mean} of draws, expected {expected}");
    }
}

/// Draws against the means, the variances and the entropy.
fn moments<D: Multivariate + Debug>(d: D, number: fn(D::Element) -> f64) {
    let name = format!("{d:?}");
    assert_eq!(d.check(), Ok(()), "{name}");
    let count = d.shape().count();
    let (mut mean, mut variance) = (vec![0.0; count], vec![0.0; count]);
    d.mean(&mut mean);
    d.variance(&mut variance);
    let mut stream = stream(&name);
    let mut x = vec![D::Element::default(); count];
    let (mut means, mut squares, mut entropy) = (Vec::new(), Vec::new(), Mean::default());
    means.resize_with(count, Mean::default);
    squares.resize_with(count, Mean::default);
    for _ in 0..DRAWS {
        d.sample(&mut stream, &mut x);
        entropy.add(-d.log_density(&x));
        for (i, x) in x.iter().enumerate() {
            means[i].add(number(*x));
            squares[i].add((number(*x) - mean[i]).powi(2));
        }
    }
    for i in 0..count {
        means[i].agrees(&format!("mean of element {i} of {name}"), mean[i]);
        squares[i].agrees(&format!("variance of element {i} of {name}"), variance[i]);
    }
    if !d.entropy().is_nan() {
        entropy.agrees(&format!("entropy of {name}"), d.entropy());
    }
}

#[test]
fn draws_have_the_moments_and_the_entropy() {
    let (two, mu) = ([4.0, 0.6, 0.6, 0.25], [0.5, -3.0]);
    let (sigma, l) = (square(&two), square(&[2.0, 0.0, 0.25, 0.5]));
    let real: fn(f64) -> f64 = |x| x;
    moments(Dirichlet { alpha: &[0.5, 2.0, 1.0] }, real);
    moments(MvNormal { mu: &mu, sigma }, real);
    moments(MvNormalCholesky { mu: &mu, l }, real);
    moments(MvNormalPrecision { mu: &mu, omega: sigma }, real);
    moments(MvStudentT { nu: 9.0, mu: &mu, sigma }, real);
    moments(MvStudentTCholesky { nu: 9.0, mu: &mu, l }, real);
    moments(GaussianRandomWalk { n: 4, start: 1.0, drift: 0.5, sigma: 2.0 }, real);
    moments(GaussianRandomWalk { n: 0, start: 1.0, drift: 0.5, sigma: 2.0 }, real);
    moments(Ar { n: 5, coefficients: &[0.5, -0.3], sigma: 2.0 }, real);
    moments(Ar { n: 3, coefficients: &[], sigma: 2.0 }, real);
    moments(Wishart { nu: 5.5, scale: sigma }, real);
    moments(InverseWishart { nu: 14.0, scale: sigma }, real);
    for (n, eta) in [(1, 2.0), (2, 1.0), (3, 0.5), (4, 3.0)] {
        moments(LKJ { n, eta }, real);
        moments(LKJCholesky { n, eta }, real);
    }
    let columns = square(&[1.0, 0.2, 0.1, 0.2, 2.0, -0.3, 0.1, -0.3, 0.7]);
    let mu = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    moments(MatrixNormal { mu: Matrix { rows: 2, columns: 3, elements: &mu }, rows: sigma, columns }, real);
    let int: fn(i64) -> f64 = |k| k as f64;
    moments(Multinomial { n: 20, probs: &[0.2, 0.0, 0.5, 0.3] }, int);
    moments(Multinomial { n: 0, probs: &[0.2, 0.8] }, int);
    moments(DirichletMultinomial { n: 20, alpha: &[0.2, 3.0, 1.0] }, int);
}

/// The largest distance of the distribution function of draws from a law, times the root of their number, is beyond 4 once in 1e13
/// times (Kolmogorov; Massart 1990).
fn law(name: &str, law: impl Scalar<Value = f64>, mut draw: impl FnMut(&mut Stream) -> f64) {
    let mut stream = stream(name);
    let mut levels: Vec<f64> = (0..DRAWS).map(|_| law.cdf(draw(&mut stream))).collect();
    levels.sort_by(f64::total_cmp);
    let count = DRAWS as f64;
    let distance =
        levels.iter().enumerate().map(|(i, u)| (u - i as f64 / count).abs().max((u - (i as f64 + 1.0) / count).abs()));
    let largest = distance.fold(0.0, f64::max) * count.sqrt();
    assert!(largest < 4.0, "{name}: {largest}");
}

#[test]
fn elements_have_their_laws() {
    fn element<D: Multivariate<Element = f64>>(d: D, index: usize) -> impl FnMut(&mut Stream) -> f64 {
        let mut x = vec![0.0; d.shape().count()];
        move |stream| {
            d.sample(stream, &mut x);
            x[index]
        }
    }
    let sigma = square(&[4.0, 0.6, 0.6, 0.25]);
    law("t", StudentT { nu: 2.5, mu: -3.0, sigma: 0.5 }, element(MvStudentT { nu: 2.5, mu: &[0.5, -3.0], sigma }, 1));
    law("Wishart", Gamma { shape: 0.75, rate: 2.0 }, element(Wishart { nu: 1.5, scale: sigma }, 3));
    let d = InverseWishart { nu: 1.5, scale: sigma };
    law("InverseWishart", InverseGamma { shape: 0.25, scale: 2.0 }, element(d, 0));
    for (n, eta) in [(2, 0.3), (3, 1.0), (6, 2.0), (4, 1e4)] {
        let a = eta + 0.5 * (n as f64 - 2.0);
        for index in [1, n as usize * n as usize - 2] {
            let mut r = element(LKJ { n, eta }, index);
            law(&format!("correlation {index} of LKJ({n}, {eta})"), Beta { a, b: a }, move |stream| {
                0.5 + 0.5 * r(stream)
            });
        }
    }
    let mut diagonal = element(LKJCholesky { n: 4, eta: 1.5 }, 10);
    law("a factor", Beta { a: 2.0, b: 1.0 }, move |stream| diagonal(stream).powi(2));
    let mut first = element(MvNormalPrecision { mu: &[0.0, 0.0], omega: sigma }, 0);
    let variance: f64 = 0.25 / (4.0 * 0.25 - 0.36);
    law("precision", Normal { mu: 0.0, sigma: variance.sqrt() }, move |stream| first(stream));
}
