//! dive's numbers, its mistakes included, for people who compare with it.

use cachalot::image::dive::dive;

use crate::image_spec::{Form, Spec, parse};
use crate::shared::{analysed, fixtures};

#[test]
fn dive_numbers() {
    let spec = dive_vector();
    let (_, files) = analysed(&spec, Form::Legacy);
    let numbers = dive(&files.trees);
    assert_eq!((numbers.size, numbers.user_size, numbers.wasted), (1_220_598, 66_237, 32_025));
    assert_eq!(numbers.efficiency, 0.9844212134184309);
    assert_eq!(numbers.user_wasted_percent, 0.4834911001404049);
    let listed: Vec<(&str, u64, u64)> =
        numbers.inefficient.iter().take(3).map(|file| (&file.path[..], file.count, file.bytes)).collect();
    assert_eq!(
        listed,
        [
            ("/root/example/somefile1.txt", 2, 12810),
            ("/root/saved.txt", 2, 12810),
            ("/root/example/somefile3.txt", 2, 6405)
        ]
    );
    // And the truth about the same image.
    assert_eq!((files.stacked.live_bytes, files.stacked.wasted_bytes()), (1_188_573, 32_025));
    assert!((files.stacked.efficiency() - 0.973763).abs() < 1e-6);
}

#[test]
fn dive_mistakes() {
    let numbers = |name: &str| {
        let spec = fixtures().into_iter().find(|(fixture, _)| fixture == name).expect("a fixture").1;
        dive(&analysed(&spec, Form::Legacy).1.trees)
    };
    assert_eq!((numbers("rmdir").wasted, numbers("rmdir").efficiency), (0, 1.0));
    assert_eq!(numbers("rmfile").wasted, 100_000);
    assert_eq!((numbers("opaque").wasted, numbers("opaque").efficiency), (0, 1.0));
    assert_eq!(numbers("dangling").wasted, 0);
    assert_eq!(numbers("triple").wasted, 3000);
}

/// dive's own test image, rebuilt: see its Dockerfile.test-image.
fn dive_vector() -> Spec {
    let text = "\
layer ADD rootfs
file bin/rootfs 1154361
layer ADD README.md /somefile.txt
file somefile.txt 6405 r
layer RUN mkdir -p
dir root
dir root/example
dir root/example/really
dir root/example/really/nested
layer RUN cp
dir root/example
file root/example/somefile1.txt 6405 r
layer RUN chmod
dir root/example
file root/example/somefile1.txt 6405 r mode=444
layer RUN cp
dir root/example
file root/example/somefile2.txt 6405 r
layer RUN cp
dir root/example
file root/example/somefile3.txt 6405 r
layer RUN mv
dir root/example
wh root/example/somefile3.txt
dir root
file root/saved.txt 6405 r
layer RUN cp
dir root
file root/.saved.txt 6405 r
layer RUN rm -rf
dir root
wh root/example
layer ADD .scripts
dir root/.data
file root/.data/tag.sh 917
file root/.data/test.sh 1270
layer RUN cp
dir tmp
file tmp/saved.again1.txt 6405 r
layer RUN cp
dir root/.data
file root/.data/saved.again2.txt 6405 r
layer RUN chmod
dir root
file root/saved.txt 6405 r mode=755
";
    parse(text)
}
