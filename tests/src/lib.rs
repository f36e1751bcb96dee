//! The harness of golden tests, the oracle, and the generator of random programs.
//!
//! A golden test is a section of a `.ppl` file, an example, or a code block of the specification; what is expected stands
//! in its comments (`spec/README.md` lists them).

pub mod chance;
pub mod differences;
pub mod documentation;
pub mod faults;
pub mod generate;
pub mod golden;
pub mod kernels;
pub mod laws;
pub mod oracle;
pub mod pictures;
pub mod posteriors;
pub mod sections;
pub mod smooth;
pub mod ways;
