//! Deliberate faults are on while what is run with them runs, and not afterwards.

use borel_abi::mutation::{Mutation, is_active, with};

#[test]
fn faults_end_with_what_they_were_for() {
    assert!(with(Mutation::LengthRatio, || is_active(Mutation::LengthRatio)));
    assert!(!is_active(Mutation::LengthRatio));
}

#[test]
fn faults_end_with_a_panic() {
    let panicked = std::panic::catch_unwind(|| with(Mutation::LengthRatio, || panic!("as a test that fails does")));
    assert!(panicked.is_err() && !is_active(Mutation::LengthRatio));
}

#[test]
fn faults_within_others_leave_them_on() {
    with(Mutation::LengthRatio, || {
        assert!(with(Mutation::KeptDensity, || is_active(Mutation::KeptDensity)));
        assert!(is_active(Mutation::LengthRatio));
    });
}
