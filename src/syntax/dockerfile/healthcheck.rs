//! `HEALTHCHECK NONE` and `HEALTHCHECK CMD …`.

use super::args::Args;
use super::ast::{Body, Command, Flag, Keyword};
use super::cx::Cx;
use super::{flags, instruction};

pub(super) fn read(cx: &mut Cx, args: &Args, flags: &[Flag], at: crate::text::Span) -> Body {
    let rest = args.rest();
    if rest.is_empty() {
        cx.error("invalid-instruction", at, "HEALTHCHECK requires at least one argument");
        return Body::Unknown(Vec::new());
    }
    let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let form = args.range.start..args.range.start + len;
    let gap = rest[len..].len() - rest[len..].trim_start().len();
    let command = args.from(form.end + gap);
    match rest[..len].to_uppercase().as_str() {
        "NONE" => {
            if !command.is_empty() {
                cx.error("invalid-instruction", command.whole_span(), "HEALTHCHECK NONE takes no arguments");
            }
            return Body::Healthcheck(None);
        }
        "CMD" => {}
        _ => {
            flags::check(cx, Keyword::Healthcheck, flags);
            let form_text = super::go_quote(&rest[..len].to_uppercase());
            let message = format!("Unknown type {form_text} in HEALTHCHECK (try CMD)");
            cx.error("invalid-instruction", args.span(&form), message);
            return Body::Unknown(args.plain_words().into_iter().map(|word| args.literal(word)).collect());
        }
    }
    flags::check(cx, Keyword::Healthcheck, flags);
    let command_body = instruction::command(cx, &command);
    if command_body.is_none_or_empty() {
        cx.error("invalid-instruction", args.whole_span(), "Missing command after HEALTHCHECK CMD");
    }
    for flag in flags {
        check_value(cx, flag);
    }
    Body::Healthcheck(Some(command_body))
}

impl Command {
    fn is_none_or_empty(&self) -> bool {
        match self {
            Command::Shell { text, .. } => text.text.is_empty(),
            Command::Exec { words, .. } => words.is_empty(),
        }
    }
}

fn check_value(cx: &mut Cx, flag: &Flag) {
    let Some(value) = flag.value.as_ref().filter(|value| !value.raw.is_empty()) else { return };
    let error = match flag.name.text.as_str() {
        "retries" => retries_error(&value.raw),
        name @ ("interval" | "timeout" | "start-period" | "start-interval") => interval_error(name, &value.raw),
        _ => None,
    };
    if let Some(message) = error {
        cx.error("invalid-flag", value.span, message);
    }
}

fn retries_error(text: &str) -> Option<String> {
    let quoted = super::go_quote(text);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("strconv.ParseInt: parsing {quoted}: invalid syntax"));
    }
    match text.parse::<i32>() {
        Err(_) => Some(format!("strconv.ParseInt: parsing {quoted}: value out of range")),
        Ok(retries) if retries < 0 => Some(format!("--retries cannot be negative ({retries})")),
        Ok(_) => None,
    }
}

fn interval_error(name: &str, text: &str) -> Option<String> {
    let nanoseconds = match duration(text) {
        Ok(nanoseconds) => nanoseconds,
        Err(error) => return Some(error),
    };
    let too_short = nanoseconds != 0.0 && nanoseconds < 1e6;
    too_short.then(|| format!("Interval \"{name}\" cannot be less than 1ms"))
}

/// A duration as Go writes it (`1h30m`, `.5s`, `-3ms`), in nanoseconds, or Go's complaint.
fn duration(text: &str) -> Result<f64, String> {
    let quoted = super::go_quote(text);
    let invalid = || format!("time: invalid duration {quoted}");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0.0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let len = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..len].parse().map_err(|_| invalid())?;
        rest = &rest[len..];
        let len = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..len] {
            "" => return Err(format!("time: missing unit in duration {quoted}")),
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            unit => {
                let unit = super::go_quote(unit);
                return Err(format!("time: unknown unit {unit} in duration {quoted}"));
            }
        };
        total += number * unit;
        rest = &rest[len..];
    }
    let out_of_range = total > i64::MAX as f64;
    if out_of_range { Err(invalid()) } else { Ok(sign * total) }
}
