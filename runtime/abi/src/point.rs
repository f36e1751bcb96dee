//! The point at which a density is evaluated: unconstrained numbers, and what each of them is read for.
//!
//! A density reads the numbers of its point one after the other, as it comes to the choices. What the first evaluation reads
//! is the plan; later ones are held to it, so that a program whose choices depend on the values of others is found out.

use crate::ctx::Ctx;
use crate::error::ErrorKind;
use crate::stream::Stream;

/// What follows the last entry of a plan: no choice has this number.
const END: i64 = i64::MIN;

/// What the entries of a choice after its first say.
const REST: i64 = -1;

/// The numbers drawn for a new choice lie between minus this and this, as Stan's initial values do.
const RADIUS: f64 = 2.0;

/// See the module.
#[derive(Clone, Debug)]
pub struct Point {
    values: Vec<f64>,
    derivative: Vec<f64>,
    plan: Vec<i64>,
    /// Whether the plan is still being made.
    discovers: Option<Stream>,
    /// Where the log density stopped being finite in the last evaluation, of code that says so.
    blamed: Option<i64>,
}

impl Default for Point {
    fn default() -> Point {
        Point { values: Vec::new(), derivative: Vec::new(), plan: vec![END], discovers: None, blamed: None }
    }
}

/// The entry of the plan for a choice at a site that reads so many numbers.
pub fn entry(site: i64, count: i64) -> i64 {
    count << 32 | site
}

impl Point {
    /// The numbers.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The derivatives.
    pub fn derivative(&self) -> &[f64] {
        &self.derivative
    }

    /// What the numbers are read for: for each, the site of its choice.
    pub fn sites(&self) -> Vec<i64> {
        let mut sites: Vec<i64> = Vec::new();
        for entry in &self.plan[..self.values.len()] {
            let site = if *entry == REST { sites.last().copied().unwrap_or(REST) } else { entry & 0xffff_ffff };
            sites.push(site);
        }
        sites
    }

    /// Forgets the plan; the next evaluation makes a new one, with numbers from a stream.
    pub fn discover(&mut self, stream: Stream) {
        *self = Point { discovers: Some(stream), ..Point::default() };
    }

    /// Ends the discovery: from here on evaluations are held to the plan.
    pub fn settle(&mut self) {
        self.discovers = None;
    }

    /// Moves to other numbers, with derivatives 0.
    ///
    /// # Panics
    /// If they are not as many as the plan has.
    pub fn move_to(&mut self, values: &[f64]) {
        self.values.copy_from_slice(values);
        self.derivative.fill(0.0);
    }

    /// Makes the context read this point, from its beginning.
    pub fn begin(&mut self, ctx: &mut Ctx) {
        ctx.position = 0;
        self.blamed = None;
        self.place(ctx);
    }

    fn place(&mut self, ctx: &mut Ctx) {
        ctx.point = self.values.as_ptr();
        ctx.plan = self.plan.as_ptr();
        ctx.derivative = self.derivative.as_mut_ptr();
    }

    /// Called where the plan says something else than what is about to be read: the plan gets longer if it is being made, and is
    /// broken otherwise.
    pub fn extend(&mut self, ctx: &mut Ctx, site: i64, count: i64) -> Result<(), ErrorKind> {
        let Some(stream) = &mut self.discovers else { return Err(ErrorKind::StructureChanged) };
        if ctx.position as usize != self.values.len() || count < 0 {
            return Err(ErrorKind::StructureChanged);
        }
        if count > 0 {
            self.plan.pop();
            self.plan.push(entry(site, count));
            self.plan.extend((1..count).map(|_| REST));
            self.plan.push(END);
        }
        for _ in 0..count {
            self.values.push(RADIUS * (2.0 * stream.uniform() - 1.0));
            self.derivative.push(0.0);
        }
        self.place(ctx);
        Ok(())
    }

    /// Notes where the log density is no longer finite; the first place counts.
    pub fn blame(&mut self, site: i64) {
        self.blamed.get_or_insert(site);
    }

    /// Where the log density stopped being finite in the last evaluation, of code that says so.
    pub fn blamed(&self) -> Option<i64> {
        self.blamed
    }

    /// Whether an evaluation that ended at a position has read all of the point.
    pub fn is_read(&self, position: i64) -> bool {
        position as usize == self.values.len()
    }
}
