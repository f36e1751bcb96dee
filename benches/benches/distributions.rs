//! `cargo bench -p borel-benches --bench distributions`: log densities against the same formulas written out, draws against
//! `rand_distr` with the same generator; ratios in one run.

use borel_abi::stream::Stream;
use borel_benches::in_turns;
use borel_distributions as ours;
use borel_distributions::{Multivariate, Scalar};
use borel_math::gamma::{lgamma, log_beta, log_factorial};
use borel_math::logarithm::softplus;
use rand::SeedableRng;
use rand_distr as theirs;
use rand_distr::Distribution;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::f64::consts::PI;
use std::hint::black_box;

const DATA: usize = 1000;
const ROUNDS: usize = 101;
const LOG_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;

fn report(name: &str, what: &str, times: [std::time::Duration; 2], count: f64) {
    let [borel, other] = times.map(|time| time.as_nanos() as f64 / count);
    println!("| {name:<16} | {what:<8} | {borel:>8.2} | {other:>8.2} | {:>5.2} |", borel / other);
}

/// Points and parameters of a distribution.
struct Columns {
    xs: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Columns {
    /// Draws, and parameters that change a little around these.
    fn of(draw: impl Fn(&mut Stream) -> f64, a: f64, b: f64) -> Columns {
        let mut stream = Stream::new(1);
        let xs = (0..DATA).map(|_| draw(&mut stream)).collect();
        let near = |value: f64, stream: &mut Stream| value * (0.9 + 0.2 * stream.uniform());
        let a = (0..DATA).map(|_| near(a, &mut stream)).collect();
        let b = (0..DATA).map(|_| near(b, &mut stream)).collect();
        Columns { xs, a, b }
    }

    fn sum(&self, f: impl Fn(f64, f64, f64) -> f64) -> f64 {
        self.xs.iter().zip(&self.a).zip(&self.b).map(|((x, a), b)| f(*x, *a, *b)).sum()
    }
}

/// A log density with parameters that stay, and with parameters that change, against formulas.
fn density<D: Scalar>(
    d: D,
    columns: &Columns,
    with: impl Fn(f64, f64) -> D,
    value: impl Fn(f64) -> D::Value,
    given: impl Fn(f64, f64) -> f64,
    constant: impl Fn() -> f64,
    whole: impl Fn(f64, f64, f64) -> f64,
) {
    let name = D::ENTRY.name;
    let times = in_turns(
        ROUNDS,
        [
            &mut || {
                let d = black_box(d);
                let normaliser = d.normaliser();
                black_box(columns.xs.iter().map(|x| d.log_density_given(value(*x), normaliser)).sum::<f64>());
            },
            &mut || {
                let c = black_box(constant());
                black_box(columns.xs.iter().map(|x| given(*x, c)).sum::<f64>());
            },
        ],
    );
    report(name, "reused", times, DATA as f64);
    let times = in_turns(
        ROUNDS,
        [
            &mut || {
                black_box(columns.sum(|x, a, b| with(a, b).log_density(value(x))));
            },
            &mut || {
                black_box(columns.sum(&whole));
            },
        ],
    );
    report(name, "changing", times, DATA as f64);
}

fn densities() {
    println!("| log density | parameters | Borel ns | formula ns | ratio |\n|---|---|---|---|---|");
    let same = |x: f64| x;
    let count = |x: f64| x as i64;

    let d = ours::Normal { mu: 1.0, sigma: 2.0 };
    let normal = |x: f64, a: f64, b: f64| -0.5 * ((x - a) / b) * ((x - a) / b) - b.ln() - LOG_SQRT_TWO_PI;
    let columns = Columns::of(|s| d.sample(s), 1.0, 2.0);
    let constant = || -black_box(2f64).ln() - LOG_SQRT_TWO_PI;
    let (mu, sigma) = black_box((1.0, 2.0));
    let given = |x: f64, c: f64| {
        let z = (x - mu) / sigma;
        c - 0.5 * z * z
    };
    density(d, &columns, |mu, sigma| ours::Normal { mu, sigma }, same, given, constant, normal);

    let d = ours::LogNormal { mu: 1.0, sigma: 2.0 };
    let columns = Columns::of(|s| d.sample(s), 1.0, 2.0);
    let given = |x: f64, c: f64| {
        let log = x.ln();
        let z = (log - mu) / sigma;
        c - 0.5 * z * z - log
    };
    let whole = |x: f64, a: f64, b: f64| normal(x.ln(), a, b) - x.ln();
    density(d, &columns, |mu, sigma| ours::LogNormal { mu, sigma }, same, given, constant, whole);

    let d = ours::Exponential { rate: 2.0 };
    let rate = black_box(2.0);
    let columns = Columns::of(|s| d.sample(s), 2.0, 1.0);
    let whole = |x: f64, a: f64, _: f64| a.ln() - a * x;
    density(
        d,
        &columns,
        |rate, _| ours::Exponential { rate },
        same,
        |x, c| c - rate * x,
        || black_box(2f64).ln(),
        whole,
    );

    let d = ours::Gamma { shape: 3.5, rate: 2.0 };
    let shape = black_box(3.5);
    let columns = Columns::of(|s| d.sample(s), 3.5, 2.0);
    let constant = || shape * black_box(2f64).ln() - lgamma(shape);
    let whole = |x: f64, a: f64, b: f64| a * b.ln() - lgamma(a) + (a - 1.0) * x.ln() - b * x;
    let given = |x: f64, c: f64| c + (shape - 1.0) * x.ln() - rate * x;
    density(d, &columns, |shape, rate| ours::Gamma { shape, rate }, same, given, constant, whole);

    let d = ours::Beta { a: 2.5, b: 1.5 };
    let (a, b) = black_box((2.5, 1.5));
    let columns = Columns::of(|s| d.sample(s), 2.5, 1.5);
    let given = |x: f64, c: f64| c + (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p();
    let whole = |x: f64, a: f64, b: f64| (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - log_beta(a, b);
    density(d, &columns, |a, b| ours::Beta { a, b }, same, given, || -log_beta(a, b), whole);

    let d = ours::StudentT { nu: 4.0, mu: 1.0, sigma: 2.0 };
    let nu = black_box(4.0);
    let columns = Columns::of(|s| d.sample(s), 4.0, 2.0);
    let peak = |nu: f64, sigma: f64| -log_beta(0.5, 0.5 * nu) - 0.5 * nu.ln() - sigma.ln();
    let decay = |x: f64, nu: f64, sigma: f64| {
        let z = (x - mu) / sigma;
        -(0.5 * nu + 0.5) * (z * z / nu).ln_1p()
    };
    let whole = |x: f64, a: f64, b: f64| peak(a, b) + decay(x, a, b);
    let with = |nu, sigma| ours::StudentT { nu, mu: 1.0, sigma };
    density(d, &columns, with, same, |x, c| c + decay(x, nu, sigma), || peak(nu, sigma), whole);

    let d = ours::Cauchy { mu: 1.0, sigma: 2.0 };
    let columns = Columns::of(|s| d.sample(s), 1.0, 2.0);
    let decay = |x: f64, a: f64, b: f64| {
        let z = (x - a) / b;
        -(z * z).ln_1p()
    };
    let whole = |x: f64, a: f64, b: f64| decay(x, a, b) - PI.ln() - b.ln();
    let given = |x: f64, c: f64| c + decay(x, mu, sigma);
    density(d, &columns, |mu, sigma| ours::Cauchy { mu, sigma }, same, given, || -PI.ln() - sigma.ln(), whole);

    let d = ours::Logistic { mu: 1.0, sigma: 2.0 };
    let columns = Columns::of(|s| d.sample(s), 1.0, 2.0);
    let decay = |x: f64, a: f64, b: f64| {
        let z = ((x - a) / b).abs();
        -z - 2.0 * (-z).exp().ln_1p()
    };
    let whole = |x: f64, a: f64, b: f64| decay(x, a, b) - b.ln();
    let given = |x: f64, c: f64| c + decay(x, mu, sigma);
    density(d, &columns, |mu, sigma| ours::Logistic { mu, sigma }, same, given, || -sigma.ln(), whole);

    let d = ours::Weibull { alpha: 1.5, sigma: 2.0 };
    let alpha = black_box(1.5);
    let columns = Columns::of(|s| d.sample(s), 1.5, 2.0);
    let body = |x: f64, a: f64, b: f64| {
        let ratio: f64 = x / b;
        (a - 1.0) * ratio.ln() - ratio.powf(a)
    };
    let whole = |x: f64, a: f64, b: f64| (a / b).ln() + body(x, a, b);
    let given = |x: f64, c: f64| c + body(x, alpha, sigma);
    density(d, &columns, |alpha, sigma| ours::Weibull { alpha, sigma }, same, given, || (alpha / sigma).ln(), whole);

    let d = ours::BernoulliLogit { alpha: 0.5 };
    let columns = Columns::of(|s| f64::from(u8::from(d.sample(s))), 0.5, 1.0);
    let whole = |x: f64, a: f64, _: f64| -softplus(if x > 0.5 { -a } else { a });
    let logit = black_box(0.5);
    let given = |x: f64, _: f64| -softplus(if x > 0.5 { -logit } else { logit });
    density(d, &columns, |alpha, _| ours::BernoulliLogit { alpha }, |x| x > 0.5, given, || 0.0, whole);

    let d = ours::Poisson { rate: 4.0 };
    let columns = Columns::of(|s| d.sample(s) as f64, 4.0, 1.0);
    let whole = |x: f64, a: f64, _: f64| x * a.ln() - a - log_factorial(x as i64);
    let (rate, log_rate) = black_box((4.0, 4f64.ln()));
    let given = |x: f64, _: f64| x * log_rate - rate - log_factorial(x as i64);
    density(d, &columns, |rate, _| ours::Poisson { rate }, count, given, || 0.0, whole);

    let d = ours::Geometric { p: 0.2 };
    let columns = Columns::of(|s| d.sample(s) as f64, 0.2, 1.0);
    let whole = |x: f64, a: f64, _: f64| a.ln() + (x as i64) as f64 * (-a).ln_1p();
    let (log, rest) = black_box((0.2f64.ln(), (-0.2f64).ln_1p()));
    density(d, &columns, |p, _| ours::Geometric { p }, count, |x, _| log + (x as i64) as f64 * rest, || 0.0, whole);

    let d = ours::NegativeBinomial { mu: 5.0, phi: 2.0 };
    let columns = Columns::of(|s| d.sample(s) as f64, 5.0, 2.0);
    let whole = |x: f64, mu: f64, phi: f64| {
        lgamma(x + phi) - lgamma(phi) - log_factorial(x as i64)
            + phi * (phi / (mu + phi)).ln()
            + x * (mu / (mu + phi)).ln()
    };
    let (phi, log_phi, log_mu, constant) = black_box((2.0, (2.0f64 / 7.0).ln(), (5.0f64 / 7.0).ln(), lgamma(2.0)));
    let given = |x: f64, _: f64| lgamma(x + phi) - constant - log_factorial(x as i64) + phi * log_phi + x * log_mu;
    density(d, &columns, |mu, phi| ours::NegativeBinomial { mu, phi }, count, given, || 0.0, whole);
}

/// Draws of ours, and of theirs with parameters given for each draw, as ours are, and prepared once.
fn sampler<T, D: Distribution<U>, U>(name: &str, mut ours: impl FnMut(&mut Stream) -> T, theirs: impl Fn() -> D) {
    let mut stream = Stream::new(1);
    let mut generators = [1, 2].map(Xoshiro256PlusPlus::seed_from_u64);
    let [first, second] = &mut generators;
    let draws = 10 * DATA;
    let prepared = theirs();
    let [own, each, once] = in_turns(
        ROUNDS / 3,
        [
            &mut || (0..draws).for_each(|_| drop(black_box(ours(&mut stream)))),
            &mut || (0..draws).for_each(|_| drop(black_box(theirs().sample(first)))),
            &mut || (0..draws).for_each(|_| drop(black_box(prepared.sample(second)))),
        ],
    )
    .map(|time| time.as_nanos() as f64 / draws as f64);
    println!("| {name:<27} | {own:>7.2} | {each:>7.2} | {:>5.2} | {once:>7.2} | {:>5.2} |", own / each, own / once);
}

/// One of ours, whose parameters the compiler does not see.
fn scalar<S: Scalar, D: Distribution<U>, U, E>(name: &str, d: S, theirs: impl Fn() -> Result<D, E>) {
    let theirs = || theirs().unwrap_or_else(|_| panic!("{name}: parameters"));
    sampler(name, move |stream| black_box(d).sample(stream), theirs);
}

fn samplers() {
    println!("\n| draw | Borel ns | rand_distr ns | ratio | prepared ns | ratio |\n|---|---|---|---|---|---|");
    let [one, two] = [1.0, 2.0].map(|x: f64| move || black_box(x));
    scalar("Normal(1, 2)", ours::Normal { mu: 1.0, sigma: 2.0 }, || theirs::Normal::new(one(), two()));
    scalar("LogNormal(1, 2)", ours::LogNormal { mu: 1.0, sigma: 2.0 }, || theirs::LogNormal::new(one(), two()));
    scalar("Exponential(2)", ours::Exponential { rate: 2.0 }, || theirs::Exp::new(two()));
    scalar("Cauchy(1, 2)", ours::Cauchy { mu: 1.0, sigma: 2.0 }, || theirs::Cauchy::new(one(), two()));
    scalar("Weibull(1.5, 2)", ours::Weibull { alpha: 1.5, sigma: 2.0 }, || theirs::Weibull::new(two(), black_box(1.5)));
    scalar("Pareto(1, 3)", ours::Pareto { y_min: 1.0, alpha: 3.0 }, || theirs::Pareto::new(one(), black_box(3.0)));
    for shape in [1e-3, 0.5, 1.0, 3.5, 100.0] {
        let d = ours::Gamma { shape, rate: 2.0 };
        scalar(&format!("Gamma({shape}, 2)"), d, || theirs::Gamma::new(black_box(shape), black_box(0.5)));
    }
    for (a, b) in [(0.5, 0.5), (2.5, 1.5), (100.0, 3.0)] {
        let d = ours::Beta { a, b };
        scalar(&format!("Beta({a}, {b})"), d, || theirs::Beta::new(black_box(a), black_box(b)));
    }
    scalar("ChiSquared(5)", ours::ChiSquared { nu: 5.0 }, || theirs::ChiSquared::new(black_box(5.0)));
    let d = ours::StudentT { nu: 4.0, mu: 0.0, sigma: 1.0 };
    scalar("StudentT(4, 0, 1)", d, || theirs::StudentT::new(black_box(4.0)));
    for (n, p) in [(10, 0.3), (100, 0.3), (100_000, 0.5)] {
        let d = ours::Binomial { n, p };
        scalar(&format!("Binomial({n}, {p})"), d, || theirs::Binomial::new(black_box(n as u64), black_box(p)));
    }
    for rate in [0.5, 8.0, 30.0, 1e5] {
        scalar(&format!("Poisson({rate})"), ours::Poisson { rate }, || theirs::Poisson::new(black_box(rate)));
    }
    scalar("Geometric(0.05)", ours::Geometric { p: 0.05 }, || theirs::Geometric::new(black_box(0.05)));
    let d = ours::Hypergeometric { n: 30, a: 60, b: 140 };
    let other = || theirs::Hypergeometric::new(black_box(200), black_box(60), black_box(30));
    scalar("Hypergeometric(30, 60, 140)", d, other);
    let weights: Vec<f64> = (1..=100).map(f64::from).collect();
    let table = ours::AliasTable::new(&weights).expect("weights");
    let alias = theirs::weighted::WeightedAliasIndex::new(weights).expect("weights");
    sampler("a table of 100 weights", |stream| table.sample(stream), || alias.clone());
    dirichlet();
}

fn dirichlet() {
    const ALPHA: [f64; 5] = [0.5, 1.0, 2.0, 4.0, 8.0];
    let prepared = theirs::multi::Dirichlet::new(&ALPHA).expect("concentrations");
    let mut stream = Stream::new(1);
    let mut generators = [1, 2].map(Xoshiro256PlusPlus::seed_from_u64);
    let [first, second] = &mut generators;
    let (mut own, mut each, mut once) = ([0.0; 5], vec![0.0; 5], vec![0.0; 5]);
    use theirs::multi::MultiDistribution;
    let times = in_turns(
        ROUNDS / 3,
        [
            &mut || {
                for _ in 0..DATA {
                    ours::Dirichlet { alpha: black_box(&ALPHA) }.sample(&mut stream, &mut own);
                    black_box(&own);
                }
            },
            &mut || {
                for _ in 0..DATA {
                    let d = theirs::multi::Dirichlet::new(black_box(&ALPHA)).expect("concentrations");
                    d.sample_to_slice(first, &mut each);
                    black_box(&each);
                }
            },
            &mut || {
                for _ in 0..DATA {
                    prepared.sample_to_slice(second, &mut once);
                    black_box(&once);
                }
            },
        ],
    );
    let [own, each, once] = times.map(|time| time.as_nanos() as f64 / DATA as f64);
    println!(
        "| {:<27} | {own:>7.2} | {each:>7.2} | {:>5.2} | {once:>7.2} | {:>5.2} |",
        "Dirichlet of 5",
        own / each,
        own / once
    );
}

fn main() {
    densities();
    samplers();
}
