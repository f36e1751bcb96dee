//! Deliberate faults of inference, for tests that show that tests would find them: each is switched on by itself, and has to turn a test red.
//! They are there with the feature `mutations` alone, which only tests ask for.

/// A fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutation {
    /// The ratio of the lengths of the traces is missing from the acceptance probability
    LengthRatio,
    /// A choice is taken from the trace by its order, whatever its address
    StaleAddress,
    /// The densities of kept choices do not count
    KeptDensity,
    /// The densities of choices that were drawn count, although they cancel
    DrawnDensity,
    /// A walk in other coordinates does not count their derivative
    WalkJacobian,
    /// A proposal that was rejected is kept all the same
    RejectedTrace,
    /// The weights of particles stay after they have been resampled
    WeightAfterResampling,
    /// Each particle descends from the one after its ancestor
    AncestorOffByOne,
}

#[cfg(feature = "mutations")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutation>> = const { std::cell::Cell::new(None) };
}

/// Whether a fault is switched on in this thread.
#[inline]
pub fn is_active(mutation: Mutation) -> bool {
    #[cfg(feature = "mutations")]
    return ACTIVE.get() == Some(mutation);
    #[cfg(not(feature = "mutations"))]
    {
        let _ = mutation;
        false
    }
}

/// Runs something with a fault in this thread. Whether it comes back or panics, what was switched on before is on again afterwards.
#[cfg(feature = "mutations")]
pub fn with<T>(mutation: Mutation, run: impl FnOnce() -> T) -> T {
    let _before = Before(ACTIVE.replace(Some(mutation)));
    run()
}

/// What was switched on before, and is again when this goes out of scope.
#[cfg(feature = "mutations")]
struct Before(Option<Mutation>);

#[cfg(feature = "mutations")]
impl Drop for Before {
    fn drop(&mut self) {
        ACTIVE.set(self.0);
    }
}
