//! stub
use crate::diagnostics::Diagnostics;
use borel_driver::timings::Timings;
/// p
pub struct Posterior { }
#[allow(missing_docs)]
impl Posterior {
    pub fn mean(&self, _: &str) -> Option<f64> { None }
    pub fn table(&self) -> String { String::new() }
    pub fn json(&self) -> serde_json::Value { serde_json::Value::Null }
    pub fn draws_csv(&self) -> String { String::new() }
    pub fn draws_json(&self) -> String { String::new() }
    pub fn choice(&self) -> Option<&str> { None }
    pub fn stopped(&self) -> Option<&str> { None }
    pub fn warnings(&self) -> &Diagnostics { todo!() }
    pub fn timings(&self) -> &Timings { todo!() }
}
