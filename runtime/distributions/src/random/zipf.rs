//! Zipf draws by rejection-inversion (Hoermann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
//! distributions", 1996).

use borel_abi::stream::Stream;

/// Beyond this the curve is a line across each unit interval, to rounding.
const FAR: f64 = 1e8;

/// A value with mass in proportion to x^-s, for s above 1; i64::MAX where it would be larger.
pub fn zipf(stream: &mut Stream, s: f64) -> i64 {
    if s.is_nan() || s <= 1.0 {
        return 0;
    }
    let excess = s - 1.0;
    // The integral of t^-s from x to infinity: its smallest values are the tail, which so has all the digits of a double.
    let integral = |x: f64| (-excess * x.ln()).exp() / excess;
    // The first value has the mass of the unit interval before 3/2, however little of it lies below the curve.
    let all = integral(1.5) + 1.0;
    loop {
        let left = stream.uniform() * all;
        let x = (-(left * excess).ln() / excess).exp();
        let k = (x + 0.5).floor().max(1.0);
        if k > FAR || left <= integral(k + 0.5) + (-s * k.ln()).exp() {
            // The conversion saturates.
            return k as i64;
        }
    }
}
