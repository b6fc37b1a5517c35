//! Numbers as an editor shows them.

use super::known::Layer;

pub(crate) use crate::report::percent;

/// `212 MB`, as Docker counts them: by thousands.
pub(crate) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 999.5 || unit == "GB" {
            let digits = if value < 9.95 && unit != "B" { 1 } else { 0 };
            return format!("{value:.digits$} {unit}");
        }
        value /= 1000.0;
    }
    unreachable!("the last unit takes everything")
}

/// `12 s`, `1 min 5 s`.
pub(crate) fn seconds(value: f64) -> String {
    match value {
        _ if value < 9.95 => format!("{value:.1} s"),
        _ if value < 90.0 => format!("{value:.0} s"),
        _ => format!("{:.0} min {:.0} s", (value / 60.0).floor(), value % 60.0),
    }
}

/// `hit 97 % · 212 MB · 12 s`; empty where nothing is known.
pub(crate) fn line(layer: &Layer) -> String {
    let hit = layer.hit_rate().map(|rate| format!("hit {}", percent(rate)));
    let size = layer.bytes.map(bytes);
    let time = layer.seconds.map(seconds);
    let logged = match (layer.hit_rate(), layer.logged) {
        (None, Some(crate::cache::LoggedResult::Cached)) => Some("cached".to_string()),
        _ => None,
    };
    [hit, logged, size, time].into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_honest() {
        assert_eq!([0.0, 0.001, 0.5, 0.999, 1.0].map(percent), ["0 %", "1 %", "50 %", "99 %", "100 %"]);
        assert_eq!(
            [0, 999, 1_500, 212_400_000, 3_000_000_000_000].map(bytes),
            ["0 B", "999 B", "1.5 kB", "212 MB", "3000 GB"]
        );
        assert_eq!([0.25, 12.3, 125.0].map(seconds), ["0.2 s", "12 s", "2 min 5 s"]);
        let layer = Layer { hits: 97, misses: 3, bytes: Some(212_000_000), ..Layer::default() };
        assert_eq!(line(&layer), "hit 97 % \u{b7} 212 MB");
        assert_eq!(line(&Layer::default()), "");
    }
}
