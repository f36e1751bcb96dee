//! Distributions over arrays and matrices.

mod ar;
mod dirichlet;
mod dirichlet_multinomial;
mod gaussian;
mod gaussian_random_walk;
mod inverse_wishart;
mod lkj;
mod lkj_cholesky;
mod matrix_normal;
mod multinomial;
mod mv_normal;
mod mv_normal_cholesky;
mod mv_normal_precision;
mod mv_student_t;
mod mv_student_t_cholesky;
mod wishart;

pub use ar::Ar;
pub use dirichlet::Dirichlet;
pub use dirichlet_multinomial::DirichletMultinomial;
pub use gaussian_random_walk::GaussianRandomWalk;
pub use inverse_wishart::InverseWishart;
pub use lkj::LKJ;
pub use lkj_cholesky::LKJCholesky;
pub use matrix_normal::MatrixNormal;
pub use multinomial::Multinomial;
pub use mv_normal::MvNormal;
pub use mv_normal_cholesky::MvNormalCholesky;
pub use mv_normal_precision::MvNormalPrecision;
pub use mv_student_t::MvStudentT;
pub use mv_student_t_cholesky::MvStudentTCholesky;
pub use wishart::Wishart;
