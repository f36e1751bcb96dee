//! Distributions over Ints and Bools.

mod bernoulli;
mod bernoulli_logit;
mod beta_binomial;
mod binomial;
mod binomial_logit;
mod categorical;
mod categorical_logit;
mod discrete_uniform;
mod geometric;
mod hypergeometric;
mod negative_binomial;
mod negative_binomial_rate;
mod ordered_logistic;
mod ordered_probit;
mod poisson;
mod poisson_log;
mod tails;
mod terms;
mod zero_inflated_negative_binomial;
mod zero_inflated_poisson;
mod zeros;
mod zipf;

pub use bernoulli::Bernoulli;
pub use bernoulli_logit::BernoulliLogit;
pub use beta_binomial::BetaBinomial;
pub use binomial::Binomial;
pub use binomial_logit::BinomialLogit;
pub use categorical::Categorical;
pub use categorical_logit::CategoricalLogit;
pub use discrete_uniform::DiscreteUniform;
pub use geometric::Geometric;
pub use hypergeometric::Hypergeometric;
pub use negative_binomial::NegativeBinomial;
pub use negative_binomial_rate::NegativeBinomialRate;
pub use ordered_logistic::OrderedLogistic;
pub use ordered_probit::OrderedProbit;
pub use poisson::Poisson;
pub use poisson_log::PoissonLog;
pub use zero_inflated_negative_binomial::ZeroInflatedNegativeBinomial;
pub use zero_inflated_poisson::ZeroInflatedPoisson;
pub use zipf::Zipf;

/// The entropy of finitely many log masses. A mass of 0 adds nothing, however far its logarithm is from 0.
fn entropy(log_masses: impl Iterator<Item = f64>) -> f64 {
    log_masses.filter(|log| *log > -800.0).map(|log| -log * log.exp()).sum()
}
