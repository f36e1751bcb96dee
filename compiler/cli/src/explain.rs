//! `borel explain`: a page about an error code, a distribution or a function.

use crate::arguments::Explain;
use crate::{Status, output};
use borel::Curve;
use textplots::{Chart, Plot, Shape};

/// Prints the page.
pub(crate) fn explain(options: &Explain) -> Status {
    let subject = options.subject.trim();
    match borel::explain(&subject.to_ascii_uppercase()).map(str::to_string).or_else(|| borel::describe(subject)) {
        Some(page) => {
            output::print(&format!("{}\n{}", page.trim_end(), plot(subject)));
            Status::Done
        }
        None => {
            let names = borel::described_names();
            let near = borel::suggest(subject, names.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            output::error(&format!(
                "error: there is no error code, distribution or function `{subject}`{hint}\n\
                 help: codes look like E0203; distributions like Normal; functions like map"
            ));
            Status::Usage
        }
    }
}

/// Dots across and down; a character has two by four of them.
const SIZE: (u32, u32) = (120, 48);

/// The first curve of a distribution, drawn in characters; empty if the subject is none.
fn plot(subject: &str) -> String {
    let curves = borel::curves(subject);
    let Some(Curve { label, points, discrete }) = curves.first() else { return String::new() };
    let points: Vec<(f32, f32)> = points.iter().map(|(x, y)| (*x as f32, *y as f32)).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let shape = if *discrete { Shape::Bars(&points) } else { Shape::Lines(&points) };
    let mut chart = Chart::new_with_y_range(SIZE.0, SIZE.1, first.0, last.0, 0.0, highest(&points));
    let chart = chart.lineplot(&shape);
    chart.axis();
    chart.figures();
    let function = if *discrete { "mass" } else { "density" };
    format!("\nThe {function} of {label}:\n\n{chart}")
}

fn highest(points: &[(f32, f32)]) -> f32 {
    1.05 * points.iter().fold(f32::MIN_POSITIVE, |highest, (_, y)| highest.max(*y))
}
