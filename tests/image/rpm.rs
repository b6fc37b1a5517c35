//! Packages out of rpm's databases.

use std::fs;

use cachalot::host::image::Opened;
use cachalot::image::analysis::Files;
use cachalot::image::diff::{diff, packages};
use cachalot::image::packages::Manager;

use crate::image_spec::{Form, parse};
use crate::shared::analysed;

/// The same nine packages in each of rpm's forms: an SQLite database that rpm wrote, with small pages
/// so that rows overflow and the tree has levels; a Berkeley DB that `db_load` wrote from its rows and
/// rpm reads; an ndb file laid out as rpm's source says, a free slot among the others.
#[test]
fn packages_of_rpm() {
    for (fixture, path) in [
        ("rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"),
        ("Packages", "var/lib/rpm/Packages"),
        ("Packages.db", "usr/lib/sysimage/rpm/Packages.db"),
    ] {
        rpm_database(&fs::read(format!("fixtures/images/{fixture}")).expect("the fixture"), path);
    }
}

fn rpm_database(database: &[u8], path: &str) {
    let image = |database: Vec<u8>| -> (Opened, Files) {
        let mut spec = parse(&format!("layer COPY rootfs /\nfile {path} 1\n"));
        spec.steps[0].members[0].contents = database;
        analysed(&spec, Form::OciGzip)
    };
    let whole = image(database.to_vec());
    let found: Vec<String> = packages(&whole.1)
        .into_iter()
        .map(|((manager, name), version)| {
            assert_eq!(manager, Manager::Rpm);
            format!("{name} {version}")
        })
        .collect();
    let wanted = [
        "pack-1 1.1-1.fc40",
        "pack-2 3:1.2-2.fc40",
        "pack-3 1.3-3.fc40",
        "pack-4 2.4-1",
        "pack-5 2.5-1",
        "pack-6 2.6-1",
        "pack-7 2.7-1",
        "pack-8 2.8-1",
        "pack-9 2.9-1",
    ];
    assert_eq!(found, wanted, "{path}");
    // Damage is told, and never worse than that.
    for at in (0..database.len()).step_by(97) {
        let mut damaged = database.to_vec();
        damaged[at] ^= 0xff;
        damaged.truncate(database.len() - at / 2);
        let broken = image(damaged);
        let said = diff(&whole.0.image, &broken.0.image, Some((&whole.1, &broken.1)));
        assert!(packages(&broken.1).len() == wanted.len() || !said.notes.is_empty(), "{path} {at}");
    }
}
