//! Common slips, most from other languages: each is recognised at the token where parsing failed, has its own words, and
//! is often put right so that parsing goes on as if the right thing had been written.
//!
//! A slip is a function from the site of the failure to a message, if the slip is that one. The first that fits wins.

mod blocks;
mod definitions;
mod operators;
mod statements;

use borel_diagnostics::Diagnostic;

use crate::repair::{Edit, Site};

/// A recognised slip: the message and, if it can be put right, how.
type Slip<'a> = Option<(Diagnostic, Option<Edit<'a>>)>;

/// The first slip that fits.
pub fn recognise<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    definitions::recognise(site)
        .or_else(|| blocks::recognise(site))
        .or_else(|| operators::recognise(site))
        .or_else(|| statements::recognise(site))
}
