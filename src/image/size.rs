/// Bytes for people, in powers of ten as registries and `docker` count: `999 B`, `1.2 kB`, `45 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    for unit in UNITS {
        value /= 1000.0;
        if value < 9.995 {
            return format!("{value:.2} {unit}");
        }
        if value < 99.95 {
            return format!("{value:.1} {unit}");
        }
        if value < 999.5 {
            return format!("{value:.0} {unit}");
        }
    }
    format!("{value:.0} EB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_for_people() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (999_499, "999 kB"),
            (999_999, "1.00 MB"),
            (45_300_000, "45.3 MB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (count, wanted) in cases {
            assert_eq!(bytes(count), wanted);
        }
    }
}
