//! Distributions over Reals.

mod beta;
mod cauchy;
mod exponential;
mod gamma;
mod half_cauchy;
mod half_normal;
mod inverse_gamma;
mod log_normal;
mod normal;
mod student_t;
mod uniform;

pub use beta::Beta;
pub use cauchy::Cauchy;
pub use exponential::Exponential;
pub use gamma::Gamma;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use inverse_gamma::InverseGamma;
pub use log_normal::LogNormal;
pub use normal::Normal;
pub use student_t::StudentT;
pub use uniform::Uniform;
