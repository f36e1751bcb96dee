//! What the searches through masses from 0 upwards share.

/// How many values a search looks at; masses beyond are below 1e-60 for means up to 10.
const VALUES: usize = 110;

/// 1 / (x + 1) by x.
pub static RECIPROCALS: [f64; VALUES] = {
    let mut reciprocals = [0.0; VALUES];
    let mut x = 0;
    while x < VALUES {
        reciprocals[x] = 1.0 / (x + 1) as f64;
        x += 1;
    }
    reciprocals
};
