//! Two builds, and many.

use cachalot::image::base::Base;
use cachalot::image::compare::{Cause, Verdict, compare};
use cachalot::image::series::{Mark, series};

use crate::image_spec::{Form, parse};
use crate::shared::{analysed, image};

#[test]
fn comparison_of_two_builds() {
    let old =
        "layer ADD base /\nfile base 1000\nlayer COPY app /app\nfile app 500 1\nlayer RUN install\nfile lib 700\n";
    let new =
        "layer ADD base /\nfile base 1000\nlayer COPY app /app\nfile app 500 2\nlayer RUN install\nfile lib 700\n";
    let (before, after) = (image(old, Form::OciGzip), image(new, Form::OciGzip));
    let found = compare(&after, &before, &Base::default());
    assert_eq!(found.shared_prefix, 1);
    assert_eq!(found.verdicts, [Verdict::Hit, Verdict::Missed, Verdict::Moved]);
    let miss = found.first_miss.clone().expect("one layer differs");
    assert_eq!((miss.layer, miss.cause), (1, Cause::InputsChanged));
    assert_eq!((found.own_layers, found.own_hits), (3, 2));
    let app = after.layers[1].blob_size.expect("the manifest says");
    assert_eq!(found.push_bytes, app + after.config_size);
    let last = after.layers[2].blob_size.expect("the manifest says");
    assert_eq!(found.pull_bytes_graphdriver, app + last + after.config_size);
    // Run again above the miss, with the same result at another time.
    let mut later = parse(new);
    later.steps[2].created = "2024-01-02T00:00:00Z".into();
    let again = compare(&analysed(&later, Form::OciGzip).0.image, &before, &Base::default());
    assert_eq!(again.verdicts, [Verdict::Hit, Verdict::Missed, Verdict::RebuiltIdentically]);
    // Everything again with another compressor: transferred for nothing.
    let recompressed = compare(&image(old, Form::OciZstd), &before, &Base::default());
    assert_eq!(recompressed.verdicts, [Verdict::Recompressed; 3]);
    // The same build twice.
    let again = compare(&before, &before, &Base::default());
    assert_eq!((again.hit_ratio(), again.push_bytes, again.first_miss), (1.0, 0, None));
    // A variable before the layer is the cause, not the layer's own text.
    let set = image(
        &old.replace("layer RUN", "empty ENV A=1\nlayer RUN").replace("file lib 700", "file lib 700 x"),
        Form::OciGzip,
    );
    let cause = compare(&set, &before, &Base::default()).first_miss.expect("one layer differs").cause;
    assert_eq!(cause, Cause::SettingChanged { before: String::new(), after: "ENV A=1".into() });
}

#[test]
fn series_of_builds() {
    let builds: Vec<_> = (0..4)
        .map(|number| {
            let text = format!("layer ADD base /\nfile base 1000\nlayer COPY . /app\nfile app 500 {number}\nlayer RUN npm ci\nfile lib 9000 {number}x\n");
            image(&text, Form::OciGzip)
        })
        .collect();
    let found = series(&builds);
    let marks: Vec<&[Mark]> = found.slots.iter().map(|slot| &slot.marks[..]).collect();
    assert_eq!(marks[0], [Mark::First, Mark::Reused, Mark::Reused, Mark::Reused]);
    assert_eq!(marks[1], [Mark::First, Mark::Changed, Mark::Changed, Mark::Changed]);
    assert_eq!(marks[2], [Mark::First, Mark::Collateral, Mark::Collateral, Mark::Collateral]);
    assert_eq!(found.advice.len(), 1);
    assert_eq!(found.advice[0].saved_bytes, found.slots[2].churn_bytes);
    assert!(found.slots[2].churn_bytes > 27_000);
}
