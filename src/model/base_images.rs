//! What common base images bring along: the embedded table that stands in for a registry.
//!
//! Facts of the images' own Dockerfiles as of November 2026. A variable whose value differs from
//! tag to tag has no value here; it is known to exist.

use super::ImageRef;

/// Facts about an image that a Dockerfile inherits.
#[derive(Debug, PartialEq)]
pub struct BaseImage {
    /// Path on Docker Hub without `library/`, or `registry/path` on another registry.
    pub name: &'static str,
    /// Parts of a tag of which one must occur for the entry to hold; empty for every tag.
    pub tags: &'static [&'static str],
    /// Environment variables besides PATH, with values where every tag has the same.
    pub env: &'static [(&'static str, Option<&'static str>)],
    /// The working folder it sets, if any.
    pub workdir: Option<&'static str>,
    /// The user it sets, if any.
    pub user: Option<&'static str>,
    /// The shell it sets, if any.
    pub shell: Option<&'static [&'static str]>,
    /// Instructions that it runs in its children.
    pub onbuild: &'static [&'static str],
    /// True for Windows images.
    pub windows: bool,
}

/// What is known of an image; `None` for one that is not in the table. More exact entries (those
/// with tags) come first.
pub fn lookup(image: &ImageRef) -> Option<&'static BaseImage> {
    let name = match image.docker_hub() {
        Some(path) => path.to_string(),
        None => format!("{}/{}", image.registry_or_hub(), image.path),
    };
    let tag = image.tag.as_deref().unwrap_or("latest");
    let fits = |entry: &&BaseImage| {
        let name_fits = match entry.name.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => entry.name == name,
        };
        name_fits && (entry.tags.is_empty() || entry.tags.iter().any(|part| tag.contains(part)))
    };
    TABLE.iter().find(fits)
}

type Env = &'static [(&'static str, Option<&'static str>)];

const fn image(name: &'static str, env: Env) -> BaseImage {
    BaseImage { name, tags: &[], env, workdir: None, user: None, shell: None, onbuild: &[], windows: false }
}

const fn in_folder(name: &'static str, workdir: &'static str, env: Env) -> BaseImage {
    BaseImage { workdir: Some(workdir), ..image(name, env) }
}

/// Red Hat's images for a language work in a folder of their own, as a user without a name.
const fn source_to_image(name: &'static str) -> BaseImage {
    BaseImage {
        user: Some("1001"),
        ..in_folder(name, "/opt/app-root/src", &[("container", Some("oci")), ("HOME", None)])
    }
}

const fn windows(name: &'static str, env: Env) -> BaseImage {
    BaseImage { windows: true, ..image(name, env) }
}

const PHP: Env = &[
    ("PHPIZE_DEPS", None),
    ("PHP_INI_DIR", Some("/usr/local/etc/php")),
    ("PHP_CFLAGS", None),
    ("PHP_CPPFLAGS", None),
    ("PHP_LDFLAGS", None),
    ("GPG_KEYS", None),
    ("PHP_VERSION", None),
    ("PHP_URL", None),
    ("PHP_ASC_URL", None),
    ("PHP_SHA256", None),
];
const PHP_APACHE: Env = &[
    ("PHPIZE_DEPS", None),
    ("PHP_INI_DIR", Some("/usr/local/etc/php")),
    ("APACHE_CONFDIR", Some("/etc/apache2")),
    ("APACHE_ENVVARS", Some("/etc/apache2/envvars")),
    ("PHP_CFLAGS", None),
    ("PHP_CPPFLAGS", None),
    ("PHP_LDFLAGS", None),
    ("GPG_KEYS", None),
    ("PHP_VERSION", None),
    ("PHP_URL", None),
    ("PHP_ASC_URL", None),
    ("PHP_SHA256", None),
];
const JAVA: Env = &[("JAVA_HOME", None), ("JAVA_VERSION", None), ("LANG", None), ("LANGUAGE", None), ("LC_ALL", None)];
const DOTNET: Env = &[
    ("APP_UID", Some("1654")),
    ("ASPNETCORE_HTTP_PORTS", Some("8080")),
    ("DOTNET_RUNNING_IN_CONTAINER", Some("true")),
    ("DOTNET_VERSION", None),
    ("ASPNET_VERSION", None),
    ("DOTNET_SDK_VERSION", None),
    ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", None),
    ("DOTNET_GENERATE_ASPNET_CERTIFICATE", None),
    ("DOTNET_NOLOGO", None),
    ("DOTNET_USE_POLLING_FILE_WATCHER", None),
    ("NUGET_XMLDOC_MODE", None),
    ("POWERSHELL_DISTRIBUTION_CHANNEL", None),
];
const JUPYTER: Env = &[
    ("CONDA_DIR", Some("/opt/conda")),
    ("SHELL", Some("/bin/bash")),
    ("NB_USER", Some("jovyan")),
    ("NB_UID", Some("1000")),
    ("NB_GID", Some("100")),
    ("LC_ALL", None),
    ("LANG", None),
    ("LANGUAGE", None),
    ("HOME", Some("/home/jovyan")),
    ("JUPYTER_PORT", None),
    ("JUPYTER_SERVER_URL", None),
    ("XDG_CACHE_HOME", None),
    ("JUPYTERHUB_API_TOKEN", None),
    ("SPARK_HOME", None),
    ("SPARK_OPTS", None),
    ("APACHE_SPARK_VERSION", None),
    ("JULIA_DEPOT_PATH", None),
    ("JULIA_PKGDIR", None),
];
const CUDA: Env = &[
    ("NVARCH", None),
    ("NVIDIA_REQUIRE_CUDA", None),
    ("CUDA_VERSION", None),
    ("LD_LIBRARY_PATH", None),
    ("NVIDIA_VISIBLE_DEVICES", Some("all")),
    ("NVIDIA_DRIVER_CAPABILITIES", None),
    ("LIBRARY_PATH", None),
    ("NV_CUDA_LIB_VERSION", None),
    ("NV_CUDA_CUDART_VERSION", None),
    ("NV_CUDNN_VERSION", None),
    ("NV_LIBNCCL_PACKAGE", None),
    ("NCCL_VERSION", None),
];
const PYTHON: Env = &[
    ("LANG", None),
    ("GPG_KEY", None),
    ("PYTHON_VERSION", None),
    ("PYTHON_SHA256", None),
    ("PYTHON_PIP_VERSION", None),
];
const ELASTIC: Env = &[("ELASTIC_CONTAINER", Some("true"))];

static TABLE: &[BaseImage] = &[
    // images that carry triggers
    BaseImage {
        tags: &["onbuild"],
        onbuild: &["COPY package.json /usr/src/app/", "RUN npm install", "COPY . /usr/src/app"],
        ..in_folder("node", "/usr/src/app", &[("NODE_VERSION", None)])
    },
    BaseImage {
        tags: &["onbuild"],
        onbuild: &["COPY requirements.txt /usr/src/app/", "RUN pip install -r requirements.txt", "COPY . /usr/src/app"],
        ..in_folder("python", "/usr/src/app", PYTHON)
    },
    BaseImage {
        tags: &["onbuild"],
        onbuild: &["COPY . /go/src/app", "RUN go-wrapper download", "RUN go-wrapper install"],
        ..in_folder("golang", "/go/src/app", &[("GOPATH", Some("/go")), ("GOLANG_VERSION", None)])
    },
    BaseImage {
        tags: &["onbuild"],
        onbuild: &[
            "COPY Gemfile /usr/src/app/",
            "COPY Gemfile.lock /usr/src/app/",
            "RUN bundle install",
            "COPY . /usr/src/app",
        ],
        ..in_folder("ruby", "/usr/src/app", &[("RUBY_VERSION", None), ("GEM_HOME", None), ("BUNDLE_APP_CONFIG", None)])
    },
    // Windows
    windows("mcr.microsoft.com/windows*", &[]),
    windows("microsoft/windowsservercore", &[]),
    windows("microsoft/nanoserver", &[]),
    windows("microsoft/iis", &[]),
    BaseImage { windows: true, ..in_folder("mcr.microsoft.com/dotnet/framework/aspnet", "C:\\inetpub\\wwwroot", &[]) },
    windows("mcr.microsoft.com/dotnet/framework*", &[("DOTNET_SDK_VERSION", None), ("NUGET_VERSION", None)]),
    BaseImage {
        tags: &["nanoserver", "windowsservercore"],
        windows: true,
        ..image("mcr.microsoft.com/dotnet*", DOTNET)
    },
    BaseImage {
        tags: &["nanoserver", "windowsservercore"],
        windows: true,
        ..image("mcr.microsoft.com/powershell", &[])
    },
    BaseImage {
        tags: &["nanoserver", "windowsservercore"],
        windows: true,
        ..in_folder("golang", "C:\\go", &[("GOPATH", Some("C:\\go")), ("GOLANG_VERSION", None)])
    },
    // distributions
    image("alpine", &[]),
    image("debian", &[]),
    image("ubuntu", &[]),
    image("busybox", &[]),
    image("fedora", &[]),
    image("centos", &[]),
    image("quay.io/centos/centos", &[]),
    image("rockylinux", &[]),
    image("rockylinux/rockylinux", &[]),
    image("almalinux", &[]),
    image("oraclelinux", &[]),
    image("container-registry.oracle.com/os/oraclelinux", &[]),
    image("amazonlinux", &[]),
    image("public.ecr.aws/amazonlinux/amazonlinux", &[]),
    image("archlinux", &[("LANG", None)]),
    image("opensuse/leap", &[]),
    image("opensuse/tumbleweed", &[]),
    image("photon", &[]),
    image("bash", &[]),
    image("buildpack-deps", &[]),
    source_to_image("registry.access.redhat.com/ubi8/nodejs*"),
    source_to_image("registry.access.redhat.com/ubi9/nodejs*"),
    source_to_image("registry.access.redhat.com/ubi8/python*"),
    source_to_image("registry.access.redhat.com/ubi9/python*"),
    source_to_image("registry.access.redhat.com/ubi8/ruby*"),
    source_to_image("registry.access.redhat.com/ubi9/ruby*"),
    source_to_image("registry.access.redhat.com/ubi8/php*"),
    source_to_image("registry.access.redhat.com/ubi9/php*"),
    source_to_image("registry.access.redhat.com/ubi8/go-toolset*"),
    source_to_image("registry.access.redhat.com/ubi9/go-toolset*"),
    source_to_image("registry.access.redhat.com/ubi8/dotnet*"),
    source_to_image("registry.access.redhat.com/ubi9/dotnet*"),
    in_folder("registry.access.redhat.com/ubi8/openjdk*", "/home/jboss", JAVA),
    in_folder("registry.access.redhat.com/ubi9/openjdk*", "/home/jboss", JAVA),
    image("registry.access.redhat.com/ubi*", &[("container", Some("oci"))]),
    image("cgr.dev/chainguard/wolfi-base", &[]),
    BaseImage {
        tags: &["nonroot"],
        user: Some("65532"),
        ..in_folder("gcr.io/distroless/*", "/home/nonroot", &[("SSL_CERT_FILE", None)])
    },
    in_folder("gcr.io/distroless/*", "/", &[("SSL_CERT_FILE", None)]),
    // languages
    image("node", &[("NODE_VERSION", None), ("YARN_VERSION", None)]),
    image("python", PYTHON),
    image("pypy", &[("LANG", None), ("PYPY_VERSION", None)]),
    image("public.ecr.aws/docker/library/node", &[("NODE_VERSION", None), ("YARN_VERSION", None)]),
    image("public.ecr.aws/docker/library/python", PYTHON),
    in_folder("golang", "/go", &[("GOPATH", Some("/go")), ("GOLANG_VERSION", None), ("GOTOOLCHAIN", Some("local"))]),
    image(
        "rust",
        &[("RUSTUP_HOME", Some("/usr/local/rustup")), ("CARGO_HOME", Some("/usr/local/cargo")), ("RUST_VERSION", None)],
    ),
    image(
        "ruby",
        &[
            ("LANG", Some("C.UTF-8")),
            ("RUBY_VERSION", None),
            ("RUBY_DOWNLOAD_URL", None),
            ("RUBY_DOWNLOAD_SHA256", None),
            ("GEM_HOME", Some("/usr/local/bundle")),
            ("BUNDLE_SILENCE_ROOT_WARNING", Some("1")),
            ("BUNDLE_APP_CONFIG", Some("/usr/local/bundle")),
        ],
    ),
    BaseImage { tags: &["apache"], ..in_folder("php", "/var/www/html", PHP_APACHE) },
    BaseImage { tags: &["fpm"], ..in_folder("php", "/var/www/html", PHP) },
    image("php", PHP),
    in_folder(
        "composer",
        "/app",
        &[("COMPOSER_ALLOW_SUPERUSER", Some("1")), ("COMPOSER_HOME", None), ("COMPOSER_VERSION", None)],
    ),
    in_folder("perl", "/usr/src/app", &[("PERL_VERSION", None)]),
    image("openjdk", JAVA),
    image("eclipse-temurin", JAVA),
    image("amazoncorretto", JAVA),
    image("ibm-semeru-runtimes", JAVA),
    image("bellsoft/liberica-*", JAVA),
    image("azul/zulu-openjdk*", JAVA),
    image(
        "maven",
        &[
            ("JAVA_HOME", None),
            ("JAVA_VERSION", None),
            ("MAVEN_HOME", Some("/usr/share/maven")),
            ("MAVEN_CONFIG", None),
            ("LANG", None),
        ],
    ),
    in_folder(
        "gradle",
        "/home/gradle",
        &[("GRADLE_HOME", Some("/opt/gradle")), ("GRADLE_VERSION", None), ("JAVA_HOME", None), ("LANG", None)],
    ),
    image("elixir", &[("ELIXIR_VERSION", None), ("OTP_VERSION", None), ("REBAR3_VERSION", None), ("LANG", None)]),
    image("erlang", &[("OTP_VERSION", None), ("REBAR3_VERSION", None), ("REBAR_VERSION", None)]),
    image("hexpm/elixir", &[("LANG", None), ("ELIXIR_VERSION", None), ("OTP_VERSION", None)]),
    image("haskell", &[("LANG", None), ("STACK_VERSION", None), ("GHC_VERSION", None)]),
    image("swift", &[("SWIFT_VERSION", None), ("SWIFT_PLATFORM", None), ("SWIFT_BRANCH", None)]),
    image("dart", &[("DART_SDK", Some("/usr/lib/dart"))]),
    image("julia", &[("JULIA_PATH", Some("/usr/local/julia")), ("JULIA_VERSION", None)]),
    image("r-base", &[("LC_ALL", None), ("LANG", None), ("R_BASE_VERSION", None)]),
    image("gcc", &[("GPG_KEYS", None), ("GCC_VERSION", None), ("GCC_MIRRORS", None)]),
    in_folder("clojure", "/tmp", JAVA),
    in_folder("oven/bun", "/home/bun/app", &[("BUN_RUNTIME_TRANSPILER_CACHE_PATH", None), ("BUN_INSTALL_BIN", None)]),
    image(
        "denoland/deno",
        &[("DENO_DIR", Some("/deno-dir/")), ("DENO_INSTALL_ROOT", None), ("DENO_USE_CGROUPS", None)],
    ),
    image("ghcr.io/astral-sh/uv", &[("UV_TOOL_BIN_DIR", None), ("PYTHON_VERSION", None), ("LANG", None)]),
    image("mcr.microsoft.com/dotnet*", DOTNET),
    image("mcr.microsoft.com/powershell", &[]),
    image("continuumio/miniconda3", &[("LANG", None), ("LC_ALL", None)]),
    image("continuumio/anaconda3", &[("LANG", None), ("LC_ALL", None)]),
    image("condaforge/*", &[("CONDA_DIR", Some("/opt/conda")), ("LANG", None), ("LC_ALL", None)]),
    BaseImage {
        user: Some("mambauser"),
        ..in_folder(
            "mambaorg/micromamba",
            "/tmp",
            &[
                ("MAMBA_USER", Some("mambauser")),
                ("MAMBA_ROOT_PREFIX", Some("/opt/conda")),
                ("MAMBA_EXE", None),
                ("ENV_NAME", None),
                ("MAMBA_USER_ID", None),
                ("MAMBA_USER_GID", None),
                ("LANG", None),
                ("LC_ALL", None),
            ],
        )
    },
    image("nvidia/cuda", CUDA),
    in_folder("nvcr.io/nvidia/pytorch", "/workspace", CUDA),
    BaseImage {
        tags: &["jupyter"],
        ..in_folder("tensorflow/tensorflow", "/tf", &[("LANG", None), ("CUDA", None), ("LD_LIBRARY_PATH", None)])
    },
    image("tensorflow/tensorflow", &[("LANG", None), ("CUDA", None), ("LD_LIBRARY_PATH", None)]),
    in_folder(
        "pytorch/pytorch",
        "/workspace",
        &[
            ("NVIDIA_VISIBLE_DEVICES", Some("all")),
            ("NVIDIA_DRIVER_CAPABILITIES", None),
            ("LD_LIBRARY_PATH", None),
            ("PYTORCH_VERSION", None),
        ],
    ),
    BaseImage { user: Some("1000"), ..in_folder("jupyter/*", "/home/jovyan", JUPYTER) },
    BaseImage { user: Some("1000"), ..in_folder("quay.io/jupyter/*", "/home/jovyan", JUPYTER) },
    // servers
    image(
        "nginx",
        &[
            ("NGINX_VERSION", None),
            ("NJS_VERSION", None),
            ("NJS_RELEASE", None),
            ("PKG_RELEASE", None),
            ("DYNPKG_RELEASE", None),
        ],
    ),
    BaseImage {
        user: Some("101"),
        ..image(
            "nginxinc/nginx-unprivileged",
            &[("NGINX_VERSION", None), ("NJS_VERSION", None), ("PKG_RELEASE", None), ("UID", None), ("GID", None)],
        )
    },
    in_folder(
        "httpd",
        "/usr/local/apache2",
        &[
            ("HTTPD_PREFIX", Some("/usr/local/apache2")),
            ("HTTPD_VERSION", None),
            ("HTTPD_SHA256", None),
            ("HTTPD_PATCHES", None),
        ],
    ),
    in_folder(
        "tomcat",
        "/usr/local/tomcat",
        &[
            ("CATALINA_HOME", Some("/usr/local/tomcat")),
            ("TOMCAT_NATIVE_LIBDIR", None),
            ("LD_LIBRARY_PATH", None),
            ("TOMCAT_VERSION", None),
            ("TOMCAT_MAJOR", None),
            ("JAVA_HOME", None),
        ],
    ),
    BaseImage {
        user: Some("jetty"),
        ..in_folder(
            "jetty",
            "/var/lib/jetty",
            &[
                ("JETTY_HOME", Some("/usr/local/jetty")),
                ("JETTY_BASE", Some("/var/lib/jetty")),
                ("TMPDIR", None),
                ("JETTY_VERSION", None),
                ("JAVA_HOME", None),
            ],
        )
    },
    in_folder("caddy", "/srv", &[("CADDY_VERSION", None), ("XDG_CONFIG_HOME", None), ("XDG_DATA_HOME", None)]),
    BaseImage {
        user: Some("haproxy"),
        ..in_folder(
            "haproxy",
            "/var/lib/haproxy",
            &[("HAPROXY_VERSION", None), ("HAPROXY_URL", None), ("HAPROXY_SHA256", None)],
        )
    },
    in_folder("redis", "/data", &[("REDIS_VERSION", None), ("GOSU_VERSION", None), ("REDIS_DOWNLOAD_URL", None)]),
    in_folder("valkey/valkey", "/data", &[("VALKEY_VERSION", None)]),
    image(
        "postgres",
        &[("PG_MAJOR", None), ("PG_VERSION", None), ("PGDATA", None), ("LANG", None), ("GOSU_VERSION", None)],
    ),
    image(
        "mysql",
        &[("MYSQL_MAJOR", None), ("MYSQL_VERSION", None), ("GOSU_VERSION", None), ("MYSQL_SHELL_VERSION", None)],
    ),
    image("mariadb", &[("MARIADB_VERSION", None), ("GOSU_VERSION", None), ("LANG", None), ("MARIADB_MAJOR", None)]),
    image(
        "mongo",
        &[
            ("MONGO_MAJOR", None),
            ("MONGO_VERSION", None),
            ("MONGO_PACKAGE", None),
            ("MONGO_REPO", None),
            ("GOSU_VERSION", None),
            ("HOME", None),
        ],
    ),
    image(
        "rabbitmq",
        &[
            ("RABBITMQ_VERSION", None),
            ("RABBITMQ_DATA_DIR", None),
            ("RABBITMQ_HOME", None),
            ("HOME", None),
            ("LANG", None),
        ],
    ),
    BaseImage { user: Some("1000"), ..in_folder("elasticsearch", "/usr/share/elasticsearch", ELASTIC) },
    BaseImage {
        user: Some("1000"),
        ..in_folder("docker.elastic.co/elasticsearch/elasticsearch", "/usr/share/elasticsearch", ELASTIC)
    },
    BaseImage { user: Some("1000"), ..in_folder("kibana", "/usr/share/kibana", ELASTIC) },
    BaseImage { user: Some("1000"), ..in_folder("logstash", "/usr/share/logstash", ELASTIC) },
    BaseImage {
        user: Some("solr"),
        ..image("solr", &[("SOLR_USER", None), ("SOLR_UID", None), ("SOLR_HOME", None), ("LOG4J_PROPS", None)])
    },
    in_folder("wordpress", "/var/www/html", PHP_APACHE),
    in_folder("nextcloud", "/var/www/html", PHP_APACHE),
    in_folder("drupal", "/opt/drupal", PHP_APACHE),
    in_folder(
        "ghost",
        "/var/lib/ghost",
        &[
            ("GHOST_INSTALL", Some("/var/lib/ghost")),
            ("GHOST_CONTENT", None),
            ("GHOST_VERSION", None),
            ("NODE_VERSION", None),
        ],
    ),
    BaseImage {
        user: Some("jenkins"),
        ..image(
            "jenkins/jenkins",
            &[
                ("JENKINS_HOME", Some("/var/jenkins_home")),
                ("REF", None),
                ("JENKINS_VERSION", None),
                ("JAVA_HOME", None),
                ("JENKINS_UC", None),
                ("COPY_REFERENCE_FILE_LOG", None),
            ],
        )
    },
    BaseImage {
        user: Some("grafana"),
        ..in_folder(
            "grafana/grafana",
            "/usr/share/grafana",
            &[("GF_PATHS_HOME", None), ("GF_PATHS_PLUGINS", None), ("GF_PATHS_DATA", None), ("GF_PATHS_CONFIG", None)],
        )
    },
    image(
        "docker",
        &[
            ("DOCKER_VERSION", None),
            ("DOCKER_TLS_CERTDIR", None),
            ("DOCKER_BUILDX_VERSION", None),
            ("DOCKER_COMPOSE_VERSION", None),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Option<&'static BaseImage> {
        lookup(&ImageRef::parse(name))
    }

    #[test]
    fn finds_images_by_name_and_tag() {
        assert_eq!(entry("golang:1.26").and_then(|it| it.workdir), Some("/go"));
        assert_eq!(entry("php:8.4-apache").and_then(|it| it.workdir), Some("/var/www/html"));
        assert_eq!(entry("php:8.4-cli").and_then(|it| it.workdir), None);
        assert!(entry("mcr.microsoft.com/windows/nanoserver:ltsc2022").is_some_and(|it| it.windows));
        assert!(entry("docker.io/library/node").is_some());
        assert!(entry("acme/unknown").is_none());
    }
}
