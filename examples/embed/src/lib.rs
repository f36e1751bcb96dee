//! Borel inside a Rust program: a model as text, data from Rust values, limits, and the posterior as numbers.

use borel::{Data, Error, Inference, Interrupt, Program};
use std::time::Duration;

/// A regression whose data come from the caller.
const REGRESSION: &str = "
model regression(x: [Real], y: [Real]) {
  let intercept ~ Normal(0, 10)
  let slope ~ Normal(0, 10)
  let spread ~ HalfNormal(5)
  observe y ~ Normal(intercept + slope * x, spread)
  return intercept + slope * 10.0
}
";

/// What is wanted of a regression.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The mean of the slope, and its standard deviation.
    pub slope: (f64, f64),
    /// The prediction at x = 10: 5 and 95 percent.
    pub prediction: (f64, f64),
}

/// Fits a line.
pub fn fit(x: &[f64], y: &[f64]) -> Result<Line, Error> {
    let program = Program::compile(REGRESSION)?;
    let data = Data::new().reals("x", x).reals("y", y);
    let bound = program.model("regression")?.bind(&data)?;
    let posterior = Inference::importance(200_000).seed(1).run(&bound)?;
    let both = |name: &str| posterior.summary(name).unwrap_or_default();
    let (slope, prediction) = (both("slope"), both("return"));
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    Ok(Line { slope: (known(slope.mean), known(slope.sd)), prediction: (known(prediction.q5), known(prediction.q95)) })
}

/// Runs for at most a second, and can be stopped from another thread by the interrupt; gives whether it was stopped.
pub fn limited(interrupt: &Interrupt) -> Result<bool, Error> {
    let program = Program::compile(
        "model endless() {
           var x = 0.0
           while true {
             x ~ Normal(x, 1)
             observe 0.0 ~ Normal(x, 1)
           }
           return x
         }",
    )?;
    let bound = program.sole_model()?.bind(&Data::new())?;
    let inference = Inference::smc(100).record(false).interrupt(interrupt).timeout(Duration::from_secs(1));
    Ok(inference.run(&bound)?.stopped().is_some())
}

/// Many threads can use one program.
pub fn in_parallel(data: &[Data]) -> Result<Vec<f64>, Error> {
    let program = Program::compile(
        "model coin(heads: Int, n: Int) {
           let p ~ Beta(1, 1)
           observe heads ~ Binomial(n, p)
           return p
         }",
    )?;
    let model = program.model("coin")?;
    let one = |data: &Data| {
        let posterior = Inference::smc(10_000).threads(1).run(&model.bind(data)?)?;
        Ok::<f64, Error>(posterior.mean("p").unwrap_or(f64::NAN))
    };
    std::thread::scope(|scope| {
        let runs: Vec<_> = data.iter().map(|data| scope.spawn(move || one(data))).collect();
        runs.into_iter().map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_fitted() {
        let x: Vec<f64> = (0..10).map(f64::from).collect();
        let y: Vec<f64> = x.iter().enumerate().map(|(i, x)| 1.0 + 2.0 * x + [0.5, -0.5][i % 2]).collect();
        let line = fit(&x, &y).unwrap();
        assert!((line.slope.0 - 2.0).abs() < 0.2, "{line:?}");
        assert!(line.prediction.0 < 21.0 && 21.0 < line.prediction.1, "{line:?}");
    }

    #[test]
    fn errors_are_values() {
        let error = fit(&[1.0, f64::NAN], &[1.0, 2.0]).unwrap_err();
        assert!(error.to_string().contains("`x[1]`"), "{error}");
        let error = fit(&[1.0], &[1.0, 2.0]).unwrap_err();
        assert!(error.to_string().contains("E0602"), "{error}");
    }

    #[test]
    fn endless_runs_end() {
        assert!(limited(&Interrupt::new()).unwrap());
        let interrupt = Interrupt::new();
        interrupt.stop();
        assert!(limited(&interrupt).unwrap_or(true));
    }

    #[test]
    fn programs_are_shared_by_threads() {
        let data: Vec<Data> = [2, 5, 8].map(|heads| Data::new().int("heads", heads).int("n", 10)).to_vec();
        let means = in_parallel(&data).unwrap();
        for (mean, exact) in means.iter().zip([3.0 / 12.0, 6.0 / 12.0, 9.0 / 12.0]) {
            assert!((mean - exact).abs() < 0.01, "{means:?}");
        }
    }
}
