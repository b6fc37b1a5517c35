//! Which distribution a base image is made of, and which everyday programs it brings.

use super::{Base, ImageRef, Model, Stage};

/// A family of distributions by its package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Debian, Ubuntu and what is made from them: apt.
    Debian,
    /// Alpine: apk.
    Alpine,
    /// Fedora, RHEL, CentOS, Amazon Linux: dnf, yum or microdnf.
    RedHat,
    /// Google's images without a shell and a package manager.
    Distroless,
    /// Nothing at all.
    Scratch,
}

impl Family {
    /// The package managers that its images have.
    pub fn package_managers(self) -> &'static [&'static str] {
        match self {
            Family::Debian => &["apt-get", "apt", "aptitude", "dpkg"],
            Family::Alpine => &["apk"],
            Family::RedHat => &["dnf", "yum", "microdnf", "rpm"],
            Family::Distroless | Family::Scratch => &[],
        }
    }
}

/// The family at the bottom of the stage's chain; `None` where it is not known.
pub fn family(model: &Model, stage: &Stage) -> Option<Family> {
    match model.root_base(stage) {
        Base::Scratch => Some(Family::Scratch),
        Base::Image(image, _) => family_of(image),
        _ => None,
    }
}

/// True where the stage's image is ALT Linux by its name (`alt:p10`, `acme/alt.p8-dev`): its apt-get
/// handles RPM packages, and knows no recommendations and no `=version`.
pub fn is_alt_linux(model: &Model, stage: &Stage) -> bool {
    let Base::Image(image, _) = model.root_base(stage) else { return false };
    let name = image.path.rsplit('/').next().unwrap_or_default();
    name.split(['.', '-', '_']).next().is_some_and(|word| matches!(word, "alt" | "altlinux"))
}

/// The family of an image, as far as its name tells.
fn family_of(image: &ImageRef) -> Option<Family> {
    if image.registry.as_deref() == Some("gcr.io") && image.path.starts_with("distroless/") {
        return Some(Family::Distroless);
    }
    if image.registry.as_deref() == Some("registry.access.redhat.com") && image.path.starts_with("ubi") {
        return Some(Family::RedHat);
    }
    let name = image.official()?;
    let tag = image.tag.as_deref().unwrap_or("latest");
    let has =
        |word: &str| tag.split(['-', '.', '_']).any(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()) == word);
    match name {
        "alpine" => Some(Family::Alpine),
        "debian" | "ubuntu" | "buildpack-deps" => Some(Family::Debian),
        "fedora" | "centos" | "rockylinux" | "almalinux" | "amazonlinux" | "oraclelinux" => Some(Family::RedHat),
        _ if !MADE_OF_DEBIAN.split_ascii_whitespace().any(|it| it == name) => None,
        _ if ["nanoserver", "windowsservercore", "onbuild", "oraclelinux", "oracle"]
            .iter()
            .any(|it| tag.contains(it)) =>
        {
            None
        }
        _ if has("alpine") => Some(Family::Alpine),
        _ => Some(Family::Debian),
    }
}

/// Official images that are Debian unless their tag says Alpine.
const MADE_OF_DEBIAN: &str = "node python ruby golang rust php perl gcc nginx httpd redis postgres mariadb haproxy \
    memcached rabbitmq tomcat erlang elixir pypy r-base julia";

/// Whether the image brings `curl` or `wget`; `None` where it is not known.
pub fn brings(image: &ImageRef, program: &str) -> Option<bool> {
    let tag = image.tag.as_deref().unwrap_or("latest");
    let microsoft = image.registry.as_deref() == Some("mcr.microsoft.com");
    if microsoft && ["dotnet/aspnet", "dotnet/runtime", "dotnet/runtime-deps"].contains(&image.path.as_str()) {
        let plain = !["alpine", "nanoserver", "windows", "azurelinux", "mariner"].iter().any(|it| tag.contains(it));
        return plain.then_some(false);
    }
    let family = family_of(image)?;
    let slim = tag.contains("slim");
    match (family, image.official().unwrap_or_default(), program) {
        (Family::Distroless | Family::Scratch, ..) => Some(false),
        (Family::Alpine, "alpine" | "node" | "python" | "ruby" | "golang" | "rust" | "redis" | "postgres", "curl") => {
            Some(false)
        }
        (Family::Alpine, _, "wget") => Some(true),
        (Family::Debian, "debian" | "ubuntu" | "redis" | "postgres" | "httpd", _) => Some(false),
        (Family::Debian, "node" | "python" | "ruby" | "rust", _) => Some(!slim),
        _ => None,
    }
}
