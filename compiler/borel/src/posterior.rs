//! The result of inference.

use crate::diagnostics::Diagnostics;
use borel_driver::timings::Timings;
use borel_posterior::Summary;
use borel_posterior::diagnostics::Predictive;

/// Variables that a table shows.
const TABLE_LIMIT: usize = 60;

/// The result of inference: weighted draws of the named choices and of the returned value, and what they say of each.
///
/// Variables are named as in the program: `beta`, `level[3]`, `f.a`, and `return` or `return.field` for the returned value.
pub struct Posterior {
    pub(crate) inner: borel_posterior::Posterior,
    pub(crate) choice: Option<String>,
    pub(crate) stopped: Option<&'static str>,
    pub(crate) warnings: Diagnostics,
    pub(crate) timings: Timings,
    pub(crate) genealogy: Vec<Vec<u32>>,
}

impl Posterior {
    /// The mean of a variable; for a Bool the probability that it is true.
    pub fn mean(&self, variable: &str) -> Option<f64> {
        self.inner.mean(variable)
    }

    /// The standard deviation of a variable.
    pub fn standard_deviation(&self, variable: &str) -> Option<f64> {
        self.summary(variable).and_then(|summary| summary.sd)
    }

    /// All that is known of a variable.
    pub fn summary(&self, variable: &str) -> Option<Summary> {
        self.inner.summary(variable)
    }

    /// The variables, in the order of the program.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.inner.draws.columns().iter().map(|column| column.name.as_str())
    }

    /// The values of a variable with their weights. If not all draws have it, the weights sum to less than 1.
    pub fn draws(&self, variable: &str) -> Option<Vec<(f64, f64)>> {
        let column = self.inner.draws.column(variable)?;
        let weights = &self.inner.draws.weights;
        Some(column.values.iter().zip(&column.rows).map(|(value, row)| (*value, weights[*row as usize])).collect())
    }

    /// The values of a variable as text, with their weights: for those that are not numbers.
    pub fn texts(&self, variable: &str) -> Option<Vec<(String, f64)>> {
        let column = self.inner.draws.column(variable)?;
        let weights = &self.inner.draws.weights;
        let value_and_row = column.values.iter().zip(&column.rows);
        Some(value_and_row.map(|(value, row)| (column.show(*value), weights[*row as usize])).collect())
    }

    /// The log evidence, where the method estimates it.
    pub fn log_evidence(&self) -> Option<f64> {
        self.inner.log_evidence
    }

    /// The standard error of the log evidence, where it is known (of several repetitions).
    pub fn log_evidence_error(&self) -> Option<f64> {
        self.inner.log_evidence_error
    }

    /// For each resampling of SMC, in order, the ancestor of each particle: particle i afterwards is a copy of particle
    /// `genealogy()[r][i]` before. Empty unless [`Inference::genealogy`] asked for it; of several repetitions, the first's.
    ///
    /// [`Inference::genealogy`]: crate::Inference::genealogy
    pub fn genealogy(&self) -> &[Vec<u32>] {
        &self.genealogy
    }

    /// How well the model predicts data like those it was fitted to: leave-one-out cross-validation (PSIS-LOO) and WAIC, from the
    /// elements of a variable, which are the log likelihoods of the observations. None if there is no such array, or if the draws are
    /// weighted.
    ///
    /// ```
    /// use borel::{Data, Inference, Program};
    /// let program = Program::compile(
    ///     "model m(y: [Real]) {
    ///        let mu ~ Normal(0, 10)
    ///        observe y ~ Normal(mu, 1)
    ///        return { log_lik: [log_density(Normal(mu, 1), v) for v in y] }
    ///      }",
    /// )?;
    /// let bound = program.sole_model()?.bind(&Data::new().reals("y", &[0.5, -0.3, 1.2, 0.1]))?;
    /// let (loo, waic) = Inference::nuts().run(&bound)?.predictive("return.log_lik").expect("log likelihoods");
    /// assert!((loo.elpd - waic.elpd).abs() < 0.2 && loo.unreliable == 0);
    /// # Ok::<(), borel::Error>(())
    /// ```
    pub fn predictive(&self, log_likelihoods: &str) -> Option<(Predictive, Predictive)> {
        self.inner.predictive(log_likelihoods)
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.inner.method
    }

    /// If the method was chosen by the model: which it is, and why.
    pub fn choice(&self) -> Option<&str> {
        self.choice.as_deref()
    }

    /// Why the run was stopped before its end, if it was: then this is what there was.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.or(self.inner.partial.then_some("the method gave up"))
    }

    /// What looks suspicious.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// How long each phase of compiling took.
    pub fn timings(&self) -> &Timings {
        &self.timings
    }

    /// A table for people.
    pub fn table(&self) -> String {
        self.inner.table(TABLE_LIMIT)
    }

    /// The object that scripts rely on.
    pub fn json(&self) -> serde_json::Value {
        self.inner.json()
    }

    /// The weighted draws as a CSV table.
    pub fn draws_csv(&self) -> String {
        self.inner.draws_csv()
    }

    /// The weighted draws as JSON.
    pub fn draws_json(&self) -> String {
        self.inner.draws_json().to_string()
    }
}
