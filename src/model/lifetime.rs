//! When the versions of common images stop being mended: an embedded table.

use super::ImageRef;

/// The day on which the table was last gone through. What ends later is still supported; the clock
/// is never asked, so that a file lints alike on every day.
pub const TABLE_DATE: &str = "2026-11-21";

/// A version that gets no more fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndOfLife {
    /// What ended: `Node.js 16`, `Debian 10 (buster)`.
    pub what: String,
    /// The last day of support, as `2023-09-11`.
    pub ended: &'static str,
    /// A supported version to move to, as an image.
    pub successor: &'static str,
}

/// Whether what the image brings had ended when the table was made: the program it is named after,
/// else the distribution that its tag names.
pub fn end_of_life(image: &ImageRef) -> Option<EndOfLife> {
    let tag = image.tag.as_deref();
    let name = match image.docker_hub() {
        Some(path) => path.to_string(),
        None => format!("{}/{}", image.registry_or_hub(), image.path),
    };
    let name = name.strip_prefix("public.ecr.aws/docker/library/").unwrap_or(&name);
    PRODUCTS
        .iter()
        .filter(|product| is_called(product, name))
        .find_map(|product| product.ended(tag?))
        .or_else(|| distribution(name, tag))
}

fn is_called(product: &Product, name: &str) -> bool {
    product.images.split(' ').any(|image| match image.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => image == name,
    })
}

/// The distribution that a tag such as `3.12-slim-buster` or a name such as `python3-debian10` ends in.
fn distribution(name: &str, tag: Option<&str>) -> Option<EndOfLife> {
    let official =
        !name.contains('/') || name.starts_with("mcr.microsoft.com/") || name.starts_with("gcr.io/distroless/");
    let text = if name.starts_with("gcr.io/distroless/") { name } else { tag? };
    let parts = text.rsplit(['-', '/']).filter(|_| official);
    parts.take(3).find_map(|part| {
        let debian = part.strip_prefix("debian").filter(|version| !version.is_empty());
        let alpine = part.strip_prefix("alpine").filter(|version| version.contains('.'));
        match (debian, alpine) {
            (Some(version), _) => DEBIAN.ended(version),
            (_, Some(version)) => ALPINE.ended(version),
            _ if part.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                DEBIAN.ended(part).or_else(|| UBUNTU.ended(part))
            }
            _ => None,
        }
    })
}

struct Product {
    /// Its name in sentences.
    title: &'static str,
    /// Image names, separated by blanks.
    images: &'static str,
    successor: &'static str,
    /// Number of dots-separated parts that name a release.
    parts: usize,
    /// Release, other name of it, end.
    ends: &'static [(&'static str, &'static str, &'static str)],
}

impl Product {
    fn ended(&self, tag: &str) -> Option<EndOfLife> {
        let version = tag.split('-').next()?.trim_start_matches('v');
        let release: Vec<&str> = version.split('.').take(self.parts).collect();
        let release = release.join(".");
        let (number, alias, ended) = self
            .ends
            .iter()
            .find(|(number, alias, _)| *number == release || (!alias.is_empty() && *alias == version))?;
        let alias = if alias.is_empty() { String::new() } else { format!(" ({alias})") };
        let what = format!("{} {number}{alias}", self.title);
        (*ended <= TABLE_DATE).then_some(EndOfLife { what, ended, successor: self.successor })
    }
}

const PRODUCTS: &[Product] = &[
    Product {
        title: "Node.js",
        images: "node",
        successor: "node:24",
        parts: 1,
        ends: &[
            ("4", "argon", "2018-04-30"),
            ("5", "", "2016-06-30"),
            ("6", "boron", "2019-04-30"),
            ("7", "", "2017-06-30"),
            ("8", "carbon", "2019-12-31"),
            ("9", "", "2018-06-30"),
            ("10", "dubnium", "2021-04-30"),
            ("11", "", "2019-06-01"),
            ("12", "erbium", "2022-04-30"),
            ("13", "", "2020-06-01"),
            ("14", "fermium", "2023-04-30"),
            ("15", "", "2021-06-01"),
            ("16", "gallium", "2023-09-11"),
            ("17", "", "2022-06-01"),
            ("18", "hydrogen", "2025-04-30"),
            ("19", "", "2023-06-01"),
            ("20", "iron", "2026-04-30"),
            ("21", "", "2024-06-01"),
            ("23", "", "2025-06-01"),
            ("25", "", "2026-06-01"),
        ],
    },
    Product {
        title: "Python",
        images: "python",
        successor: "python:3.14",
        parts: 2,
        ends: &[
            ("2", "", "2020-01-01"),
            ("2.7", "", "2020-01-01"),
            ("3.4", "", "2019-03-18"),
            ("3.5", "", "2020-09-30"),
            ("3.6", "", "2021-12-23"),
            ("3.7", "", "2023-06-27"),
            ("3.8", "", "2024-10-07"),
            ("3.9", "", "2025-10-31"),
            ("3.10", "", "2026-10-31"),
        ],
    },
    Product {
        title: "Go",
        images: "golang",
        successor: "golang:1.26",
        parts: 2,
        ends: &[
            ("1.8", "", "2018-02-16"),
            ("1.9", "", "2018-08-24"),
            ("1.10", "", "2019-02-25"),
            ("1.11", "", "2019-09-03"),
            ("1.12", "", "2020-02-25"),
            ("1.13", "", "2020-08-11"),
            ("1.14", "", "2021-02-16"),
            ("1.15", "", "2021-08-16"),
            ("1.16", "", "2022-03-15"),
            ("1.17", "", "2022-08-02"),
            ("1.18", "", "2023-02-01"),
            ("1.19", "", "2023-08-08"),
            ("1.20", "", "2024-02-06"),
            ("1.21", "", "2024-08-13"),
            ("1.22", "", "2025-02-11"),
            ("1.23", "", "2025-08-12"),
            ("1.24", "", "2026-02-10"),
        ],
    },
    Product {
        title: "PHP",
        images: "php",
        successor: "php:8.4",
        parts: 2,
        ends: &[
            ("5", "", "2018-12-31"),
            ("5.6", "", "2018-12-31"),
            ("7", "", "2022-11-28"),
            ("7.0", "", "2019-01-10"),
            ("7.1", "", "2019-12-01"),
            ("7.2", "", "2020-11-30"),
            ("7.3", "", "2021-12-06"),
            ("7.4", "", "2022-11-28"),
            ("8.0", "", "2023-11-26"),
            ("8.1", "", "2025-12-31"),
        ],
    },
    Product {
        title: "Ruby",
        images: "ruby",
        successor: "ruby:3.4",
        parts: 2,
        ends: &[
            ("2", "", "2023-03-31"),
            ("2.3", "", "2019-03-31"),
            ("2.4", "", "2020-03-31"),
            ("2.5", "", "2021-03-31"),
            ("2.6", "", "2022-03-31"),
            ("2.7", "", "2023-03-31"),
            ("3.0", "", "2024-04-23"),
            ("3.1", "", "2025-03-26"),
            ("3.2", "", "2026-03-31"),
        ],
    },
    Product {
        title: ".NET",
        images: "mcr.microsoft.com/dotnet/sdk mcr.microsoft.com/dotnet/aspnet mcr.microsoft.com/dotnet/runtime \
                 mcr.microsoft.com/dotnet/runtime-deps mcr.microsoft.com/dotnet/core/*",
        successor: "mcr.microsoft.com/dotnet/sdk:10.0",
        parts: 2,
        ends: &[
            ("2.1", "", "2021-08-21"),
            ("2.2", "", "2019-12-23"),
            ("3.0", "", "2020-03-03"),
            ("3.1", "", "2022-12-13"),
            ("5.0", "", "2022-05-10"),
            ("6.0", "", "2024-11-12"),
            ("7.0", "", "2024-05-14"),
            ("8.0", "", "2026-11-10"),
            ("9.0", "", "2026-11-10"),
        ],
    },
    Product {
        title: "PostgreSQL",
        images: "postgres",
        successor: "postgres:18",
        parts: 1,
        ends: &[
            ("9", "", "2021-11-11"),
            ("10", "", "2022-11-10"),
            ("11", "", "2023-11-09"),
            ("12", "", "2024-11-21"),
            ("13", "", "2025-11-13"),
            ("14", "", "2026-11-12"),
        ],
    },
    Product {
        title: "MySQL",
        images: "mysql",
        successor: "mysql:8.4",
        parts: 2,
        ends: &[("5.6", "", "2021-02-05"), ("5.7", "", "2023-10-31"), ("8.0", "", "2026-04-30")],
    },
    Product {
        title: "MongoDB",
        images: "mongo",
        successor: "mongo:8.0",
        parts: 2,
        ends: &[
            ("3.6", "", "2021-04-30"),
            ("4.0", "", "2022-04-30"),
            ("4.2", "", "2023-04-30"),
            ("4.4", "", "2024-02-29"),
            ("5.0", "", "2024-10-31"),
            ("6.0", "", "2025-07-31"),
        ],
    },
    Product {
        title: "CentOS",
        images: "centos",
        successor: "almalinux:10",
        parts: 1,
        ends: &[
            ("5", "centos5", "2017-03-31"),
            ("6", "centos6", "2020-11-30"),
            ("7", "centos7", "2024-06-30"),
            ("8", "centos8", "2021-12-31"),
            ("8", "latest", "2021-12-31"),
        ],
    },
    Product {
        title: "Fedora",
        images: "fedora quay.io/fedora/fedora registry.fedoraproject.org/fedora",
        successor: "fedora:43",
        parts: 1,
        ends: &[
            ("33", "", "2021-11-30"),
            ("34", "", "2022-06-07"),
            ("35", "", "2022-12-13"),
            ("36", "", "2023-05-16"),
            ("37", "", "2023-12-05"),
            ("38", "", "2024-05-21"),
            ("39", "", "2024-11-26"),
            ("40", "", "2025-05-13"),
            ("41", "", "2025-12-15"),
        ],
    },
    DEBIAN,
    UBUNTU,
    ALPINE,
];

const DEBIAN: Product = Product {
    title: "Debian",
    images: "debian",
    successor: "debian:13",
    parts: 1,
    ends: &[
        ("7", "wheezy", "2018-05-31"),
        ("8", "jessie", "2020-06-30"),
        ("9", "stretch", "2022-06-30"),
        ("10", "buster", "2024-06-30"),
        ("11", "bullseye", "2026-08-31"),
    ],
};

const UBUNTU: Product = Product {
    title: "Ubuntu",
    images: "ubuntu",
    successor: "ubuntu:24.04",
    parts: 2,
    ends: &[
        ("12.04", "precise", "2017-04-28"),
        ("14.04", "trusty", "2019-04-25"),
        ("16.04", "xenial", "2021-04-30"),
        ("18.04", "bionic", "2023-05-31"),
        ("19.04", "disco", "2020-01-23"),
        ("19.10", "eoan", "2020-07-17"),
        ("20.04", "focal", "2025-05-31"),
        ("20.10", "groovy", "2021-07-22"),
        ("21.04", "hirsute", "2022-01-20"),
        ("21.10", "impish", "2022-07-14"),
        ("22.10", "kinetic", "2023-07-20"),
        ("23.04", "lunar", "2024-01-25"),
        ("23.10", "mantic", "2024-07-11"),
        ("24.10", "oracular", "2025-07-10"),
        ("25.04", "plucky", "2026-01-15"),
    ],
};

const ALPINE: Product = Product {
    title: "Alpine",
    images: "alpine",
    successor: "alpine:3.22",
    parts: 2,
    ends: &[
        ("3.2", "", "2017-05-01"),
        ("3.3", "", "2017-11-01"),
        ("3.4", "", "2018-05-01"),
        ("3.5", "", "2018-11-01"),
        ("3.6", "", "2019-05-01"),
        ("3.7", "", "2019-11-01"),
        ("3.8", "", "2020-05-01"),
        ("3.9", "", "2020-11-01"),
        ("3.10", "", "2021-05-01"),
        ("3.11", "", "2021-11-01"),
        ("3.12", "", "2022-05-01"),
        ("3.13", "", "2022-11-01"),
        ("3.14", "", "2023-05-01"),
        ("3.15", "", "2023-11-01"),
        ("3.16", "", "2024-05-23"),
        ("3.17", "", "2024-11-22"),
        ("3.18", "", "2025-05-09"),
        ("3.19", "", "2025-11-01"),
        ("3.20", "", "2026-04-01"),
        ("3.21", "", "2026-11-01"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_ended_and_what_did_not() {
        let ended = |name: &str| end_of_life(&ImageRef::parse(name)).map(|it| format!("{} {}", it.what, it.ended));
        for (name, expected) in [
            ("node:16-alpine", "Node.js 16 (gallium) 2023-09-11"),
            ("node:16.20.2", "Node.js 16 (gallium) 2023-09-11"),
            ("python:3.12-slim-buster", "Debian 10 (buster) 2024-06-30"),
            ("node:24-alpine3.15", "Alpine 3.15 2023-11-01"),
            ("ubuntu:focal-20220801", "Ubuntu 20.04 (focal) 2025-05-31"),
            ("debian:stretch-slim", "Debian 9 (stretch) 2022-06-30"),
            ("centos:7.9.2009", "CentOS 7 (centos7) 2024-06-30"),
            ("gcr.io/distroless/python3-debian10", "Debian 10 (buster) 2024-06-30"),
            ("mcr.microsoft.com/dotnet/aspnet:6.0", ".NET 6.0 2024-11-12"),
        ] {
            assert_eq!(ended(name).as_deref(), Some(expected), "{name}");
        }
        for name in
            ["node:24", "node", "node:lts", "python:3.13", "python:3", "debian:13", "alpine:3.22", "acme/node:6"]
        {
            assert_eq!(ended(name), None, "{name}");
        }
    }
}
