//! Linear algebra against exact results: Hilbert matrices, whose inverses are integers, and matrices without a factor.

use borel_math::linear::{cholesky, forward_substitute, inverse, is_symmetric, log_determinant, product, solve};

fn hilbert(n: usize) -> Vec<f64> {
    (0..n * n).map(|k| 1.0 / (k / n + k % n + 1) as f64).collect()
}

/// The inverse of the Hilbert matrix of order 4.
const INVERSE: [f64; 16] = [
    16.0, -120.0, 240.0, -140.0, -120.0, 1200.0, -2700.0, 1680.0, 240.0, -2700.0, 6480.0, -4200.0, -140.0, 1680.0,
    -4200.0, 2800.0,
];

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance * scale);
    assert!(close, "{found:?} {expected:?}");
}

#[test]
fn hilbert_matrices() {
    let a = hilbert(4);
    // The condition number is 15,514.
    assert_close(&inverse(&a, 4).expect("regular"), &INVERSE, 1e-11);
    assert_close(&solve(&a, &[1.0, 0.0, 0.0, 0.0], 4).expect("regular"), &INVERSE[..4], 1e-11);
    assert!((log_determinant(&a, 4) + 6_048_000f64.ln()).abs() < 1e-11);
    let lower = cholesky(&a, 4).expect("positive definite");
    let upper: Vec<f64> = (0..16).map(|k| lower[k % 4 * 4 + k / 4]).collect();
    assert_close(&product(&lower, &upper, 4, 4, 4), &a, 1e-15);
    assert!((0..4).all(|i| (i + 1..4).all(|j| lower[i * 4 + j] == 0.0)));
    let mut b = product(&lower, &[1.0, -2.0, 3.0, -4.0], 4, 4, 1);
    forward_substitute(&lower, 4, &mut b);
    assert_close(&b, &[1.0, -2.0, 3.0, -4.0], 1e-11);
}

#[test]
fn shapes_of_products() {
    let found = product(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[1.0, 0.0, 0.0, 1.0, 2.0, 2.0], 2, 3, 2);
    assert_eq!(found, [7.0, 8.0, 16.0, 17.0]);
    assert_eq!(product(&[2.0, 3.0], &[5.0, 7.0], 2, 1, 2), [10.0, 14.0, 15.0, 21.0]);
}

#[test]
fn matrices_without_a_factor() {
    assert!(cholesky(&[1.0, 0.5, 0.4, 1.0], 2).is_none(), "not symmetric");
    assert!(cholesky(&[0.0], 1).is_none() && cholesky(&[-1.0], 1).is_none(), "not positive definite");
    assert!(cholesky(&[1.0, 1.0, 1.0, 1.0], 2).is_none(), "singular");
    assert!(cholesky(&[f64::NAN], 1).is_none() && cholesky(&[f64::INFINITY], 1).is_none(), "not finite");
    assert!(solve(&[0.0, 0.0, 0.0, 1.0], &[1.0, 1.0], 2).is_none(), "singular");
    assert_eq!(log_determinant(&[1.0, 2.0, 2.0, 4.0], 2), f64::NEG_INFINITY);
    assert!(is_symmetric(&[], 0) && is_symmetric(&[3.0], 1) && !is_symmetric(&[1.0, 2.0, 3.0, 1.0], 2));
}

#[test]
fn scales_do_not_matter() {
    for scale in [1e-150, 1.0, 1e150] {
        let a: Vec<f64> = hilbert(4).iter().map(|x| x * scale).collect();
        let expected: Vec<f64> = INVERSE.iter().map(|x| x / scale).collect();
        assert_close(&inverse(&a, 4).expect("regular"), &expected, 1e-11);
        assert!(cholesky(&a, 4).is_some());
    }
}

#[test]
fn no_rows() {
    assert_eq!(cholesky(&[], 0), Some(Vec::new()));
    assert_eq!(inverse(&[], 0), Some(Vec::new()));
    assert_eq!(log_determinant(&[], 0), 0.0);
    assert!(product(&[], &[], 0, 0, 0).is_empty());
}
