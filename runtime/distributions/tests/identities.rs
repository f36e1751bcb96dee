//! What the closed forms imply of each other: conjugate pairs, special cases, other parameterisations.
//!
//! A conjugate pair is tested pointwise, with no integral: likelihood times prior divided by posterior does not depend on the
//! parameter, and is the marginal of the data.

use borel_distributions::*;

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

const POSITIVE: [f64; 6] = [1e-3, 0.2, 0.9, 2.5, 30.0, 4e3];
const REALS: [f64; 6] = [-40.0, -1.5, -1e-3, 0.4, 3.0, 200.0];
const PROBABILITIES: [f64; 5] = [1e-6, 0.2, 0.5, 0.77, 0.999];
const SHAPES: [(f64, f64); 5] = [(0.3, 0.7), (1.0, 1.0), (2.0, 0.1), (15.0, 40.0), (900.0, 3.0)];

#[test]
fn beta_binomial() {
    for (a, b) in SHAPES {
        for (n, k) in [(0, 0), (1, 0), (1, 1), (20, 7), (1000, 999)] {
            let expected = BetaBinomial { n, alpha: a, beta: b }.log_density(k);
            for p in PROBABILITIES {
                let likelihood = Binomial { n, p }.log_density(k);
                let posterior = Beta { a: a + k as f64, b: b + (n - k) as f64 }.log_density(p);
                marginal("Beta-Binomial", [likelihood, Beta { a, b }.log_density(p), posterior], expected);
            }
        }
        for x in [false, true] {
            let (to_a, to_b) = if x { (1.0, 0.0) } else { (0.0, 1.0) };
            let expected = Bernoulli { p: a / (a + b) }.log_density(x);
            for p in PROBABILITIES {
                let posterior = Beta { a: a + to_a, b: b + to_b }.log_density(p);
                let terms = [Bernoulli { p }.log_density(x), Beta { a, b }.log_density(p), posterior];
                marginal("Beta-Bernoulli", terms, expected);
            }
        }
    }
}

#[test]
fn gamma_poisson_and_gamma_exponential() {
    for (shape, rate) in SHAPES {
        let prior = Gamma { shape, rate };
        for k in [0, 1, 6, 400] {
            let expected = NegativeBinomialRate { alpha: shape, beta: rate }.log_density(k);
            same(
                "parameterisations",
                NegativeBinomial { mu: shape / rate, phi: shape }.log_density(k),
                expected,
                expected,
            );
            for lambda in POSITIVE {
                let posterior = Gamma { shape: shape + k as f64, rate: rate + 1.0 }.log_density(lambda);
                let terms = [Poisson { rate: lambda }.log_density(k), prior.log_density(lambda), posterior];
                marginal("Gamma-Poisson", terms, expected);
            }
        }
        for x in POSITIVE {
            let expected = ParetoType2 { mu: 0.0, lambda: rate, alpha: shape }.log_density(x);
            for lambda in POSITIVE {
                let posterior = Gamma { shape: shape + 1.0, rate: rate + x }.log_density(lambda);
                let terms = [Exponential { rate: lambda }.log_density(x), prior.log_density(lambda), posterior];
                marginal("Gamma-Exponential", terms, expected);
            }
        }
    }
}

#[test]
fn normal_with_unknown_mean_and_with_unknown_variance() {
    for x in REALS {
        for (m, t, s) in [(0.0, 1.0, 1.0), (-3.0, 20.0, 0.5), (2.0, 0.1, 7.0)] {
            let expected = Normal { mu: m, sigma: f64::hypot(t, s) }.log_density(x);
            let precision = 1.0 / (t * t) + 1.0 / (s * s);
            let mean = (m / (t * t) + x / (s * s)) / precision;
            for mu in REALS {
                let posterior = Normal { mu: mean, sigma: precision.sqrt().recip() }.log_density(mu);
                let terms =
                    [Normal { mu, sigma: s }.log_density(x), Normal { mu: m, sigma: t }.log_density(mu), posterior];
                marginal("Normal-Normal", terms, expected);
            }
        }
        for (shape, scale) in SHAPES {
            let expected = StudentT { nu: 2.0 * shape, mu: 1.0, sigma: (scale / shape).sqrt() }.log_density(x);
            let posterior = InverseGamma { shape: shape + 0.5, scale: scale + 0.5 * (x - 1.0) * (x - 1.0) };
            for v in POSITIVE {
                let likelihood = Normal { mu: 1.0, sigma: v.sqrt() }.log_density(x);
                let prior = InverseGamma { shape, scale }.log_density(v);
                marginal("Normal-InverseGamma", [likelihood, prior, posterior.log_density(v)], expected);
            }
        }
    }
}

#[test]
fn uniform_pareto() {
    for (y_min, alpha) in [(1.0, 2.0), (0.3, 0.5), (5.0, 30.0)] {
        for x in [0.1, 2.0, 40.0] {
            let posterior = Pareto { y_min: f64::max(y_min, x), alpha: alpha + 1.0 };
            let at = |theta: f64| {
                let likelihood = Uniform { lower: 0.0, upper: theta }.log_density(x);
                likelihood + Pareto { y_min, alpha }.log_density(theta) - posterior.log_density(theta)
            };
            let first = at(50.0);
            for theta in [60.0, 1e3, 1e6] {
                same("Uniform-Pareto", at(theta), first, 40.0);
            }
        }
    }
}

/// The same density by two names, at points.
fn equal<A: Scalar<Value = f64>, B: Scalar<Value = f64>>(a: A, b: B, points: &[f64]) {
    let what = format!("{} and {}", A::ENTRY.name, B::ENTRY.name);
    for &x in points {
        let expected = b.log_density(x);
        same(&what, a.log_density(x), expected, 4.0 * expected);
        for (found, expected) in [(a.log_cdf(x), b.log_cdf(x)), (a.log_ccdf(x), b.log_ccdf(x))] {
            same(&format!("{what}: distribution function"), found, expected, 20.0 * expected);
        }
    }
    same(&format!("{what}: mean"), a.mean(), b.mean(), b.mean());
    same(&format!("{what}: variance"), a.variance(), b.variance(), b.variance());
}

/// The same mass by two names, at counts.
fn equal_masses<A: Scalar<Value = i64>, B: Scalar<Value = i64>>(a: A, b: B, counts: &[i64]) {
    let what = format!("{} and {}", A::ENTRY.name, B::ENTRY.name);
    for &k in counts {
        let expected = b.log_density(k);
        same(&what, a.log_density(k), expected, 10.0 * expected);
        same(&format!("{what}: distribution function"), a.log_cdf(k), b.log_cdf(k), 20.0);
    }
}

#[test]
fn special_cases_of_continuous_distributions() {
    equal(ChiSquared { nu: 3.0 }, Gamma { shape: 1.5, rate: 0.5 }, &POSITIVE);
    equal(Exponential { rate: 0.7 }, Gamma { shape: 1.0, rate: 0.7 }, &POSITIVE);
    equal(Exponential { rate: 0.5 }, Weibull { alpha: 1.0, sigma: 2.0 }, &POSITIVE);
    equal(Rayleigh { sigma: 1.5 }, Weibull { alpha: 2.0, sigma: 1.5 * 2f64.sqrt() }, &POSITIVE);
    equal(InverseChiSquared { nu: 5.0 }, InverseGamma { shape: 2.5, scale: 0.5 }, &POSITIVE);
    equal(ScaledInverseChiSquared { nu: 6.0, sigma: 2.0 }, InverseGamma { shape: 3.0, scale: 12.0 }, &POSITIVE);
    equal(HalfStudentT { nu: 1.0, sigma: 2.0 }, HalfCauchy { sigma: 2.0 }, &POSITIVE);
    equal(SkewNormal { xi: 1.0, omega: 2.0, alpha: 0.0 }, Normal { mu: 1.0, sigma: 2.0 }, &REALS);
    equal(Beta { a: 1.0, b: 1.0 }, Uniform { lower: 0.0, upper: 1.0 }, &PROBABILITIES);
    equal(BetaProportion { mu: 0.2, kappa: 10.0 }, Beta { a: 2.0, b: 8.0 }, &PROBABILITIES);
    for x in REALS {
        let cauchy = Cauchy { mu: 0.5, sigma: 2.0 };
        same(
            "StudentT of 1 degree",
            StudentT { nu: 1.0, mu: 0.5, sigma: 2.0 }.log_density(x),
            cauchy.log_density(x),
            10.0,
        );
        let z = (x - 1.0) / 2.0;
        if x > 0.0 {
            // The logarithm of a Weibull is a Gumbel of the smallest: a Frechet is the inverse of a Weibull.
            let inverse = Weibull { alpha: 3.0, sigma: 0.5 }.log_density(1.0 / x) - 2.0 * x.ln();
            same("Frechet", Frechet { alpha: 3.0, sigma: 2.0 }.log_density(x), inverse, 10.0 * inverse);
            let log = Normal { mu: 1.0, sigma: 2.0 }.log_density(x.ln()) - x.ln();
            same("LogNormal", LogNormal { mu: 1.0, sigma: 2.0 }.log_density(x), log, 10.0 * log);
            let pareto = Exponential { rate: 3.0 }.log_density(x) - x;
            same("Pareto", Pareto { y_min: 1.0, alpha: 3.0 }.log_density(x.exp()), pareto, 10.0 * pareto);
            let half = Normal { mu: 0.0, sigma: 3.0 }.log_density(x) + 2f64.ln();
            same("HalfNormal", HalfNormal { sigma: 3.0 }.log_density(x), half, half);
            let laplace = Exponential { rate: 0.5 }.log_density(x) - 2f64.ln();
            same("Laplace", Laplace { mu: 0.0, sigma: 2.0 }.log_density(-x), laplace, laplace);
        }
        let uniform = -(2.0 * std::f64::consts::PI).ln();
        if z.abs() < 3.0 {
            same("VonMises", VonMises { mu: 0.0, kappa: 0.0 }.log_density(z), uniform, uniform);
        }
        let gumbel = Exponential { rate: 1.0 }.log_density((-z).exp()) - z - 2f64.ln();
        same("Gumbel", Gumbel { mu: 1.0, beta: 2.0 }.log_density(x), gumbel, 4.0 * gumbel);
        let p = 1.0 / (1.0 + (-z).exp());
        if p > 1e-3 && p < 0.999 {
            let logistic = Uniform { lower: 0.0, upper: 1.0 }.log_density(p) + p.ln() + (-p).ln_1p() - 2f64.ln();
            same("Logistic", Logistic { mu: 1.0, sigma: 2.0 }.log_density(x), logistic, 20.0);
        }
    }
}

#[test]
fn special_cases_of_discrete_distributions() {
    let counts: Vec<i64> = (0..40).collect();
    equal_masses(PoissonLog { alpha: 1.3 }, Poisson { rate: 1.3f64.exp() }, &counts);
    equal_masses(
        BinomialLogit { n: 30, alpha: -0.4 },
        Binomial { n: 30, p: 1.0 / (1.0 + 0.4f64.exp()) },
        &counts[..31],
    );
    equal_masses(BetaBinomial { n: 12, alpha: 1.0, beta: 1.0 }, DiscreteUniform { lower: 0, upper: 12 }, &counts[..13]);
    equal_masses(NegativeBinomialRate { alpha: 1.0, beta: 0.25 }, Geometric { p: 0.2 }, &counts);
    equal_masses(Hypergeometric { n: 5, a: 9, b: 7 }, Hypergeometric { n: 9, a: 5, b: 11 }, &counts[..6]);
    equal_masses(ZeroInflatedPoisson { theta: 0.0, rate: 3.0 }, Poisson { rate: 3.0 }, &counts);
    equal_masses(
        ZeroInflatedNegativeBinomial { theta: 0.0, mu: 3.0, phi: 2.0 },
        NegativeBinomial { mu: 3.0, phi: 2.0 },
        &counts,
    );
    let logits = [0.3, -1.0, 2.0];
    let total: f64 = logits.iter().map(|logit: &f64| logit.exp()).sum();
    let probs: Vec<f64> = logits.iter().map(|logit| logit.exp() / total).collect();
    equal_masses(CategoricalLogit { logits: &logits }, Categorical { probs: &probs }, &[0, 1, 2]);
    for x in [false, true] {
        let p = 1.0 / (1.0 + (-0.7f64).exp());
        same("BernoulliLogit", BernoulliLogit { alpha: 0.7 }.log_density(x), Bernoulli { p }.log_density(x), 1.0);
        let k = i64::from(x);
        let ordered = OrderedLogistic { eta: 0.9, cutpoints: &[0.2] }.log_density(k);
        same("OrderedLogistic", ordered, BernoulliLogit { alpha: 0.7 }.log_density(x), 1.0);
        let expected = Normal { mu: 0.0, sigma: 1.0 };
        let expected = if x { expected.log_cdf(0.7) } else { expected.log_ccdf(0.7) };
        same("OrderedProbit", OrderedProbit { eta: 0.9, cutpoints: &[0.2] }.log_density(k), expected, 1.0);
    }
}

#[test]
fn normalisers_do_not_depend_on_locations() {
    let all = |mu: f64, sigma: f64| {
        [
            (Kind::Normal, Normal { mu, sigma }.normaliser()),
            (Kind::LogNormal, LogNormal { mu, sigma }.normaliser()),
            (Kind::Cauchy, Cauchy { mu, sigma }.normaliser()),
            (Kind::Laplace, Laplace { mu, sigma }.normaliser()),
            (Kind::Logistic, Logistic { mu, sigma }.normaliser()),
            (Kind::Gumbel, Gumbel { mu, beta: sigma }.normaliser()),
            (Kind::StudentT, StudentT { nu: 3.0, mu, sigma }.normaliser()),
        ]
    };
    let with_locations = Kind::ALL.iter().filter(|kind| kind.location().is_some()).count();
    assert_eq!(with_locations, all(0.0, 1.0).len());
    for (mu, sigma) in REALS.into_iter().zip(POSITIVE) {
        for ((kind, here), (_, at_zero)) in all(mu, sigma).into_iter().zip(all(0.0, sigma)) {
            let location = kind.location().expect("a location");
            assert_eq!(kind.entry().parameters[location].name, "mu");
            assert_eq!(here.to_bits(), at_zero.to_bits(), "{kind:?}");
        }
    }
}
