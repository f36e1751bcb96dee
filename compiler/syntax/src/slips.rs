//! Common slips, most from other languages: each is recognised at the token where parsing failed, has its own words, and
//! is often repaired so that parsing goes on as if the right thing had been written.

use borel_diagnostics::Diagnostic;

use crate::repair::{Edit, Site};

/// A recognised slip: the message and, if it can be put right, how.
type Slip<'a> = Option<(Diagnostic, Option<Edit<'a>>)>;

/// The first slip that fits.
pub fn recognise<'a>(_site: &Site<'_, 'a, '_>) -> Slip<'a> {
    None
}
