use super::shared_labels::check_type;
use crate::rules::DockerfileCx;

/// A label that the schema wants to be a date and time.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    check_type(cx, "rfc3339", "a date as RFC 3339 writes it", is_valid);
}

/// `2026-11-21T08:00:00Z`, with a fraction of the second or an offset if need be.
fn is_valid(value: &str) -> bool {
    let Some((date, time)) = value.split_once(['T', 't', ' ']) else { return false };
    let number = |text: &str, len: usize, most: u32| {
        let is_number = text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
        is_number && text.parse::<u32>().is_ok_and(|number| number <= most)
    };
    let [year, month, day] = date.split('-').collect::<Vec<_>>()[..] else { return false };
    let zone = time.find(['Z', 'z', '+', '-']);
    let Some((clock, zone)) = zone.map(|at| time.split_at(at)) else { return false };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, rest)| (clock, Some(rest)));
    let [hour, minute, second] = clock.split(':').collect::<Vec<_>>()[..] else { return false };
    let offset = |zone: &str| zone.split_once(':').is_some_and(|(h, m)| number(h, 2, 23) && number(m, 2, 59));
    number(year, 4, 9999)
        && number(month, 2, 12)
        && month != "00"
        && number(day, 2, days(year, month))
        && day != "00"
        && number(hour, 2, 23)
        && number(minute, 2, 59)
        && number(second, 2, 60)
        && fraction.is_none_or(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        && (zone.eq_ignore_ascii_case("z") || offset(&zone[1..]))
}

/// How many days the month has.
fn days(year: &str, month: &str) -> u32 {
    let year: u32 = year.parse().unwrap_or_default();
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        "02" if is_leap => 29,
        "02" => 28,
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    }
}
