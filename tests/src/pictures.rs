//! Curves as SVG pictures, for the pages under docs/.

use borel::Curve;
use plotters::prelude::*;

const SIZE: (u32, u32) = (640, 360);
const COLOURS: [RGBColor; 3] = [RGBColor(31, 90, 166), RGBColor(204, 85, 0), RGBColor(46, 125, 50)];

/// Densities as lines, masses as stems with dots.
pub fn picture(curves: &[Curve]) -> String {
    let mut text = String::new();
    draw(curves, &mut text).expect("curves that can be drawn");
    text
}

fn draw(curves: &[Curve], text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let low = points().fold(f64::INFINITY, |low, (x, _)| low.min(*x));
    let high = points().fold(f64::NEG_INFINITY, |high, (x, _)| high.max(*x));
    let margin = if curves.iter().any(|curve| curve.discrete) { 0.5 } else { 0.0 };
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(44)
        .build_cartesian_2d(low - margin..high + margin, 0.0..1.05 * ceiling(curves))?;
    chart.configure_mesh().light_line_style(TRANSPARENT).bold_line_style(BLACK.mix(0.08)).draw()?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let style = colour.stroke_width(2);
        let inside = curve.points.iter().map(|(x, y)| (*x, y.min(1.05 * ceiling(curves))));
        let series = if curve.discrete {
            chart.draw_series(inside.clone().map(|point| Circle::new(point, 3, colour.filled())))?;
            chart.draw_series(inside.map(|(x, y)| PathElement::new(vec![(x, 0.0), (x, y)], style)))?
        } else {
            chart.draw_series(LineSeries::new(inside, style))?
        };
        let sample = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style);
        series.label(&curve.label).legend(sample);
    }
    chart.configure_series_labels().border_style(BLACK.mix(0.2)).background_style(WHITE.mix(0.8)).draw()?;
    area.present()?;
    Ok(())
}

/// The highest point, unless a pole would flatten all else.
fn ceiling(curves: &[Curve]) -> f64 {
    let mut heights: Vec<f64> = curves.iter().flat_map(|curve| &curve.points).map(|(_, y)| *y).collect();
    heights.sort_by(f64::total_cmp);
    let Some(highest) = heights.last() else { return 1.0 };
    highest.min(3.0 * heights[heights.len() * 95 / 100])
}
