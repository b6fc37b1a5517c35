//! Commands and what they mean, as data: one line each.

use std::fmt::Write;

use super::effects::{account, downloads, extraction, permission, removals};
use super::{Action, Flag, InstallKind, Meaning, ServerKind, Source, all, is_dependency_file, meaning, server};
use crate::shell::{Command, Dialect, parse};
use crate::text::Spliced;

fn commands(text: &str) -> Vec<Command> {
    parse(Spliced::verbatim(text, 0), Dialect::Sh).commands
}

/// The meaning of the first command as one line.
fn told(text: &str) -> String {
    match commands(text).first().and_then(meaning) {
        Some(meaning) => tell(&meaning),
        None => "nothing".to_owned(),
    }
}

fn tell(meaning: &Meaning) -> String {
    let action = match &meaning.action {
        Action::Install(InstallKind::Manifest) => "deps".to_owned(),
        Action::Install(InstallKind::Packages) => "packages".to_owned(),
        Action::Install(InstallKind::LocalProject) => "project".to_owned(),
        Action::Install(InstallKind::Implicit) => unreachable!("a build says so"),
        Action::Build { fetches: true } => "build, fetches".to_owned(),
        Action::Build { fetches: false } => "build".to_owned(),
        Action::Run(name) => format!("run {name}"),
        Action::Exec(name) => format!("exec {name}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let mut line = format!("{}: {action}", meaning.tool.name);
    for package in &meaning.packages {
        let name = &package.name;
        let version = package.version.as_ref().map_or(String::new(), |version| format!("@{version}"));
        let source = if package.source == Source::Registry { String::new() } else { format!("({:?})", package.source) };
        write!(line, " {name}{version}{source}").expect("a string takes everything");
    }
    for file in &meaning.files {
        write!(line, " <{file}").expect("a string takes everything");
    }
    if let Some(directory) = &meaning.directory {
        write!(line, " in {directory}").expect("a string takes everything");
    }
    for flag in FLAGS.iter().filter(|flag| meaning.has(**flag)) {
        write!(line, " +{flag:?}").expect("a string takes everything");
    }
    line
}

const FLAGS: &[Flag] = &[
    Flag::AssumeYes,
    Flag::NoCache,
    Flag::NoRecommends,
    Flag::Frozen,
    Flag::OmitDev,
    Flag::Offline,
    Flag::Global,
    Flag::IgnoreScripts,
    Flag::NoProject,
    Flag::ProjectOnly,
    Flag::DryRun,
    Flag::Refresh,
    Flag::Newer,
    Flag::Quiet,
];

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let told = told(text);
            (told != *expected).then(|| format!("{text}\n  expected {expected}\n  found    {told}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn system_packages() {
    check(&[
        ("apt-get update", "apt-get: update"),
        ("apt-get -qq update", "apt-get: update +AssumeYes +Quiet"),
        (
            "apt-get install -y --no-install-recommends curl git=1:2.39.2-1",
            "apt-get: packages curl git@1:2.39.2-1 +AssumeYes +NoRecommends",
        ),
        (
            "apt-get -t bookworm-backports install -y -o Dpkg::Use-Pty=0 go/stable",
            "apt-get: packages go@stable +AssumeYes",
        ),
        ("apt-get install -qqy curl", "apt-get: packages curl +AssumeYes +Quiet"),
        ("apt-get -q=2 install curl", "apt-get: packages curl +AssumeYes +Quiet"),
        ("apt-get -o APT::Install-Recommends=false -y install curl", "apt-get: packages curl +AssumeYes +NoRecommends"),
        ("sudo DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get install ./a.deb", "apt-get: packages ./a.deb(File)"),
        ("apt-get install -y $PKGS curl", "apt-get: packages $PKGS(Unknown) curl +AssumeYes"),
        ("apt-get $OPTS install curl", "apt-get: packages curl"),
        ("apt-get dist-upgrade -y", "apt-get: upgrade +AssumeYes"),
        ("apt-get purge -y --auto-remove gcc", "apt-get: remove gcc +AssumeYes"),
        ("apt-get clean", "apt-get: clean"),
        ("apt install curl", "apt: packages curl"),
        ("apt list --installed", "apt: query"),
        ("dpkg -i /tmp/x.deb", "dpkg: packages /tmp/x.deb(File)"),
        ("apk add --no-cache -t .build-deps gcc musl-dev=1.2", "apk: packages gcc musl-dev@1.2 +NoCache"),
        ("apk --no-cache add --virtual .b curl~8.1 'git>2'", "apk: packages curl@~8.1 git@>2 +NoCache"),
        ("apk add -U --repository https://a/b -X https://c/d jq", "apk: packages jq +Refresh"),
        ("apk update", "apk: update"),
        ("apk del .build-deps", "apk: remove .build-deps"),
        (
            "dnf -y install httpd-2.4.57-5.el9 java-17-openjdk",
            "dnf: packages httpd@2.4.57-5.el9 java-17-openjdk +AssumeYes",
        ),
        (
            "microdnf install --nodocs -y --setopt=install_weak_deps=0 tar",
            "microdnf: packages tar +AssumeYes +NoRecommends +Quiet",
        ),
        ("dnf module install -y nodejs:20", "dnf: packages nodejs@20 +AssumeYes"),
        ("yum install -y \"mysql-$V\" /u01/$PKG", "yum: packages mysql@$V /u01/$PKG(File) +AssumeYes"),
        ("yum clean all", "yum: clean"),
        ("yum update -y", "yum: upgrade +AssumeYes"),
        ("yum groupinstall 'Development Tools'", "yum: packages Development Tools"),
        ("tdnf install -y ca-certificates", "tdnf: packages ca-certificates +AssumeYes"),
        ("zypper -n in --no-recommends curl", "zypper: packages curl +AssumeYes +NoRecommends"),
        ("zypper dup", "zypper: upgrade"),
        ("pacman -Syu --noconfirm git", "pacman: packages git +AssumeYes +Refresh +Newer"),
        ("pacman -Sy", "pacman: update +Refresh"),
        ("pacman -Scc --noconfirm", "pacman: clean +AssumeYes"),
        ("emerge --sync", "emerge: update"),
        ("emerge -q dev-vcs/git", "emerge: packages dev-vcs/git +Quiet"),
        ("xbps-install -Sy curl", "xbps: packages curl +AssumeYes +Refresh"),
        ("nix-env -iA nixpkgs.git", "nix: packages nixpkgs.git"),
    ]);
}

#[test]
fn javascript() {
    check(&[
        ("npm ci", "npm: deps +Frozen"),
        ("npm --prefix web ci --omit=dev", "npm: deps in web +Frozen +OmitDev"),
        ("npm install", "npm: deps"),
        ("npm i --production", "npm: deps +OmitDev"),
        ("NODE_ENV=production npm install --ignore-scripts", "npm: deps +OmitDev +IgnoreScripts"),
        ("npm install .", "npm: deps"),
        ("npm install -g pnpm@9 @angular/cli", "npm: packages pnpm@9 @angular/cli +Global"),
        ("npm install --registry https://r.example express", "npm: packages express"),
        ("npm install ./packages/a", "npm: project ./packages/a(Folder)"),
        ("npm install user/repo#v1 x.tgz", "npm: packages user/repo@v1(Url) x.tgz(File)"),
        ("npm install --unsafe-perm true -g gulp", "npm: packages gulp +Global"),
        ("npm run install:assets", "npm: run install:assets"),
        ("npm start", "npm: run start"),
        ("npm cache clean --force", "npm: clean"),
        ("npm --version", "npm: query"),
        ("npx -y pnpm@9 install --frozen-lockfile", "pnpm: deps +Frozen"),
        ("npx tsc -p .", "npx: exec tsc"),
        ("yarn", "yarn: deps"),
        ("yarn --frozen-lockfile --production=false", "yarn: deps +Frozen"),
        ("yarn install --immutable", "yarn: deps +Frozen"),
        ("yarn --cwd web install", "yarn: deps in web"),
        ("yarn workspaces focus --production app", "yarn: deps +OmitDev"),
        ("yarn workspace api build", "yarn: run build"),
        ("yarn global add serve", "yarn: packages serve"),
        ("yarn build", "yarn: run build"),
        ("yarn cache clean", "yarn: clean"),
        ("yarn --version", "yarn: query"),
        ("node .yarn/releases/yarn-4.5.0.cjs install", "yarn: deps"),
        ("corepack enable", "corepack: other"),
        ("corepack pnpm install", "pnpm: deps"),
        ("corepack prepare pnpm@9.1.0 --activate", "corepack: packages pnpm@9.1.0"),
        ("pnpm fetch", "pnpm: deps +Frozen"),
        ("pnpm -r install --offline", "pnpm: deps +Offline"),
        ("pnpm --filter api... install --prod", "pnpm: deps +OmitDev"),
        ("pnpm --filter api build", "pnpm: run build"),
        ("pnpm add -g turbo", "pnpm: packages turbo +Global"),
        ("pnpm deploy --filter=api /out", "pnpm: build"),
        ("bun i --frozen-lockfile", "bun: deps +Frozen"),
        ("bun run build", "bun: run build"),
        ("turbo prune --scope=web --docker", "turbo: other"),
        ("deno cache deps.ts", "deno: deps <deps.ts"),
        ("lerna bootstrap", "lerna: deps"),
        ("bower install --allow-root", "bower: deps"),
        ("echo npm install", "nothing"),
    ]);
}

#[test]
fn python() {
    check(&[
        ("pip install --no-cache-dir -r requirements.txt", "pip: deps <requirements.txt +NoCache"),
        ("pip install -rreq/prod.txt -c constraints.txt", "pip: deps <req/prod.txt <constraints.txt"),
        ("python3.12 -m pip install -U pip 'setuptools>=70,<80'", "pip: packages pip setuptools@>=70,<80 +Newer"),
        (
            "pip3 install flask==3.0.0 -i https://a/simple gunicorn[gevent]",
            "pip: packages flask@3.0.0 gunicorn[gevent]",
        ),
        ("pip install .", "pip: project .(Folder)"),
        ("pip install -e '.[dev]'", "pip: project .[dev](Folder)"),
        ("pip install '.[dev]' -r requirements.txt", "pip: project .[dev](Folder) <requirements.txt"),
        ("pip install /tmp/*.whl", "pip: packages /tmp/*.whl(File)"),
        ("pip install git+https://github.com/a/b@v1", "pip: packages git+https://github.com/a/b@v1(Url)"),
        ("PIP_NO_CACHE_DIR=1 pip install x", "pip: packages x +NoCache"),
        ("pip install --no-deps -t /deps x", "pip: packages x +NoProject"),
        ("pip uninstall -y x", "pip: remove x +AssumeYes"),
        ("pip --version", "pip: query"),
        ("pip wheel -r requirements.txt -w /wheels", "pip: deps <requirements.txt"),
        ("uv sync --frozen --no-install-project --no-dev", "uv: deps +Frozen +OmitDev +NoProject"),
        ("uv sync", "uv: deps"),
        ("uv pip install --system -r requirements.txt", "uv: deps <requirements.txt +Global"),
        ("uv pip install --system -e .", "uv: project .(Folder) +Global"),
        ("uv run pip install x", "pip: packages x"),
        ("uv run main.py", "uv: exec main.py"),
        ("uv tool install ruff", "uv: packages ruff +Global"),
        ("poetry install --no-root --only main", "poetry: deps +OmitDev +NoProject"),
        ("poetry install --only-root", "poetry: project +ProjectOnly"),
        ("python -m poetry install", "poetry: deps"),
        ("poetry config virtualenvs.create false", "poetry: other"),
        ("poetry run pip install x", "pip: packages x"),
        ("poetry run python x.py", "poetry: exec python"),
        ("pipenv install --system --deploy", "pipenv: deps +Frozen +OmitDev +Global"),
        ("pipenv sync --dev", "pipenv: deps"),
        ("pdm install --prod --no-self", "pdm: deps +OmitDev +NoProject"),
        ("python setup.py install", "setup.py: project"),
        ("python -m build --wheel", "build: build, fetches"),
        ("conda env create -f environment.yml", "conda: deps <environment.yml"),
        ("conda install -y -c conda-forge numpy=1.26 'pandas>=2'", "conda: packages numpy@1.26 pandas@>=2 +AssumeYes"),
        ("conda clean -afy", "conda: clean +AssumeYes"),
        ("micromamba install -y -n base -f /tmp/env.yaml", "conda: deps </tmp/env.yaml +AssumeYes"),
        ("conda run -n app pip install -r r.txt", "pip: deps <r.txt"),
        ("python manage.py migrate", "nothing"),
    ]);
}

#[test]
fn ruby_php_dotnet_beam() {
    check(&[
        ("bundle", "bundler: deps"),
        ("bundle install --jobs 4 --without development test", "bundler: deps +OmitDev"),
        ("bundle config set --local deployment true", "bundler: other"),
        ("bundle exec rake assets:precompile", "bundler: exec rake"),
        ("bundle package --all", "bundler: deps"),
        ("gem install bundler:2.5.0 rails -v 7.1", "gem: packages bundler@2.5.0 rails@7.1"),
        ("gem install -N foo", "gem: packages foo +NoRecommends"),
        (
            "composer install --no-dev --no-scripts --no-autoloader",
            "composer: deps +Frozen +OmitDev +IgnoreScripts +NoProject",
        ),
        ("php -d memory_limit=-1 /usr/bin/composer.phar install -d api", "composer: deps in api +Frozen"),
        ("composer dump-autoload -o", "composer: build"),
        ("composer require monolog/monolog:^3", "composer: packages monolog/monolog@^3"),
        ("docker-php-ext-install -j4 pdo_mysql zip", "docker-php-ext-install: packages pdo_mysql zip"),
        ("composer create-project laravel/laravel . v8", "composer: packages laravel/laravel"),
        ("pecl install redis", "docker-php-ext-install: packages redis"),
        ("dotnet restore src/Api/Api.csproj", "dotnet: deps <src/Api/Api.csproj"),
        ("dotnet restore", "dotnet: deps"),
        ("dotnet publish -c Release -o /app --no-restore", "dotnet: build +Offline"),
        ("dotnet publish src/Api -c Release -o /app /p:UseAppHost=false", "dotnet: build, fetches <src/Api"),
        ("dotnet tool install -g dotnet-ef --version 8.0.0", "dotnet: packages dotnet-ef@8.0.0 +Global"),
        ("nuget restore App.sln", "nuget: deps <App.sln"),
        ("msbuild /t:restore App.sln", "msbuild: deps"),
        ("mix deps.get --only prod", "mix: deps +OmitDev"),
        ("mix do deps.get, deps.compile", "mix: deps"),
        ("mix do deps.get, compile", "mix: build, fetches"),
        ("mix local.hex --force", "mix: packages +AssumeYes"),
        ("mix compile", "mix: build"),
        ("rebar3 get-deps", "rebar3: deps"),
    ]);
}

#[test]
fn jvm() {
    check(&[
        ("mvn -B dependency:go-offline", "mvn: deps +AssumeYes"),
        ("./mvnw dependency:resolve -f api/pom.xml", "mvn: deps <api/pom.xml"),
        ("mvn clean package -DskipTests", "mvn: build, fetches"),
        ("mvn package -o", "mvn: build +Offline"),
        ("mvn $OPTS package", "mvn: build, fetches"),
        ("gradle dependencies --no-daemon", "gradle: deps"),
        ("./gradlew build -x test", "gradle: build, fetches"),
        ("sh gradlew :app:resolveDependencies", "gradle: deps"),
        ("gradle build --offline", "gradle: build +Offline"),
        ("gradle --version", "gradle: query"),
        ("sbt update", "sbt: deps"),
        ("sbt 'project api' assembly", "sbt: build, fetches"),
        ("lein deps", "lein: deps"),
        ("lein uberjar", "lein: build, fetches"),
        ("clojure -P", "clojure: deps"),
    ]);
}

#[test]
fn compiled() {
    check(&[
        ("go mod download -x", "go: deps"),
        ("go get -d -v ./...", "go: build, fetches"),
        ("go get github.com/a/b@v1.2.3", "go: packages github.com/a/b@v1.2.3"),
        ("go install golang.org/x/tools/cmd/goimports@latest", "go: packages golang.org/x/tools/cmd/goimports@latest"),
        ("go install ./cmd/app", "go: build, fetches"),
        ("CGO_ENABLED=0 go build -ldflags '-s -w' -o /app .", "go: build, fetches"),
        ("go build -mod=vendor -o /app .", "go: build +Offline"),
        ("go run main.go", "go: exec main.go"),
        ("cargo fetch --locked", "cargo: deps +Frozen"),
        ("cargo +nightly build --release", "cargo: build, fetches"),
        ("cargo chef cook --release --recipe-path recipe.json", "cargo: deps <recipe.json"),
        ("cargo chef prepare", "cargo: query"),
        ("cargo install cargo-chef --version 0.1.67 --locked", "cargo: packages cargo-chef@0.1.67 +Frozen"),
        ("cargo install --path .", "cargo: build, fetches in ."),
        ("cargo build --release --offline", "cargo: build +Offline"),
        ("rustup target add wasm32-unknown-unknown", "rustup: packages wasm32-unknown-unknown"),
        ("swift package resolve", "swift: deps"),
        ("swift build -c release", "swift: build, fetches"),
        ("stack build --only-dependencies", "stack: deps"),
        ("cabal build", "cabal: build, fetches"),
        ("opam install . --deps-only", "opam: deps .(Folder)"),
        ("flutter pub get", "dart: deps"),
        ("cpanm --installdeps .", "cpanm: deps"),
        ("cpanm Mojolicious@9.0", "cpanm: packages Mojolicious@9.0"),
        ("Rscript -e 'install.packages(\"dplyr\")'", "R: packages"),
        ("R -e 'renv::restore()'", "R: deps"),
        ("julia --project=. -e 'using Pkg; Pkg.instantiate()'", "julia: deps in ."),
        ("helm dependency update charts/a", "helm: deps <charts/a"),
        ("vcpkg install", "vcpkg: deps"),
        ("make install", "nothing"),
    ]);
}

#[test]
fn files_that_an_install_reads() {
    let reads = |command: &str, path: &str| meaning(&commands(command)[0]).expect("a tool").reads(path);
    for (command, path) in [
        ("npm ci", "package.json"),
        ("npm ci", "packages/a/package.json"),
        ("npm ci", "package*.json"),
        ("npm ci", "*.json"),
        ("npm ci", "patches/x.patch"),
        ("npm ci", "yarn.lock"),
        ("yarn", ".yarn/releases/yarn-4.cjs"),
        ("pip install -r requirements/prod.txt", "requirements/base.txt"),
        ("pip install -r requirements.txt", "requirements*.txt"),
        ("pip install -r deps.lst", "deps.lst"),
        ("pip install -r /app/deps.lst", "deps.lst"),
        ("dotnet restore", "src/Api/Api.csproj"),
        ("dotnet restore", "*.csproj"),
        ("dotnet restore", "Directory.Build.props"),
        ("bundle install", "Gemfile*"),
        ("go mod download", "go.*"),
        ("mix deps.get", "config/config.exs"),
        ("gradle dependencies", "gradle/libs.versions.toml"),
        ("pip install dist/app.whl", "dist/app.whl"),
    ] {
        assert!(reads(command, path), "{command} reads {path}");
    }
    for (command, path) in [
        ("npm ci", "src/index.ts"),
        ("npm ci", "server.js"),
        ("npm ci", "*.js"),
        ("npm ci", "tsconfig.json"),
        ("npm ci", "."),
        ("npm ci", "*"),
        ("pip install -r requirements.txt", "app.py"),
        ("pip install -r requirements.txt", "*.py"),
        ("apt-get install -y curl", "package.json"),
        ("cargo fetch", "src/main.rs"),
        ("go mod download", "main.go"),
        ("go mod download", ".git"),
    ] {
        assert!(!reads(command, path), "{command} does not read {path}");
    }
    assert!(is_dependency_file("web/pnpm-lock.yaml"));
    assert!(!is_dependency_file("README.md"));
}

#[test]
fn servers() {
    let kind = |text: &str| commands(text).iter().find_map(server).map(|server| server.kind);
    let certain = [
        "nginx -g 'daemon off;'",
        "flask run --host=0.0.0.0",
        "poetry run gunicorn app:app",
        "python -m http.server 8000",
        "python manage.py runserver 0.0.0.0:8000",
        "php -S 0.0.0.0:80",
        "php artisan serve",
        "bundle exec rails s -b 0.0.0.0",
        "bin/rails server",
        "redis-server",
        "mongod --dbpath /data",
        "mysqld",
        "tail -f /var/log/x",
        "sleep infinity",
        "npx http-server dist",
        "npx vite",
        "next start",
        "nodemon app.js",
        "caddy run",
        "vault server -dev",
        "catalina.sh run",
        "jekyll serve",
        "celery -A app worker",
        "apachectl -D FOREGROUND",
        "php-fpm8.2",
        "jupyter lab --ip=0.0.0.0",
        "supervisord -n",
    ];
    for text in certain {
        assert_eq!(kind(text), Some(ServerKind::Certain), "{text}");
    }
    for text in
        ["node server.js", "java -jar app.jar", "dotnet App.dll", "dotnet run", "./gradlew bootRun", "node ./bin/www"]
    {
        assert_eq!(kind(text), Some(ServerKind::Likely), "{text}");
    }
    for text in [
        "service mysql start",
        "/etc/init.d/postgresql start",
        "systemctl enable --now x",
        "nginx",
        "pm2 start app.js",
        "/usr/sbin/sshd",
        "mongod --fork --logpath /x",
    ] {
        assert_eq!(kind(text), Some(ServerKind::Service), "{text}");
    }
    assert_eq!(kind("npm start"), Some(ServerKind::Script { name: "start".into(), likely: true }));
    assert_eq!(kind("npm run build"), Some(ServerKind::Script { name: "build".into(), likely: false }));
    assert_eq!(kind("node index.js"), Some(ServerKind::File("index.js".into())));
    assert_eq!(kind("python app.py"), Some(ServerKind::File("app.py".into())));
    let none = [
        "nginx -t",
        "nginx -v",
        "nginx -qt",
        "mysqld --initialize --user=mysql",
        "redis-server --version",
        "gunicorn --version",
        "timeout 10 node server.js",
        "java -Djarmode=tools -jar app.jar extract",
        "java -jar app.jar migrate",
        "node -e 'server()'",
        "node build.js",
        "node server.js migrate",
        "python manage.py collectstatic --noinput",
        "vite build",
        "next build",
        "jupyter lab build",
        "systemctl enable nginx",
        "service mysql stop",
        "pg_ctl stop",
        "postgres --single",
        "tail -n 5 x",
        "sleep 5",
        "sshd -t",
        "php artisan migrate",
        "caddy validate",
        "flask db upgrade",
        "npm ci",
    ];
    for text in none {
        assert_eq!(kind(text), None, "{text}");
    }
}

#[test]
fn downloads_and_archives() {
    let first = |text: &str| {
        let all = commands(text);
        let found = downloads(&all[0]);
        found
            .iter()
            .map(|d| format!("{} -> {}", d.url, d.output.as_deref().unwrap_or("-")))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(first("curl -fsSL https://a.b/c.tgz | tar xz"), "https://a.b/c.tgz -> -");
    assert_eq!(first("curl -fsSLo /tmp/c https://a.b/c.tgz"), "https://a.b/c.tgz -> /tmp/c");
    assert_eq!(first("curl -O https://a.b/c.tgz?x=1"), "https://a.b/c.tgz?x=1 -> c.tgz");
    assert_eq!(first("curl https://a.b/c > /tmp/c"), "https://a.b/c -> /tmp/c");
    assert_eq!(first("wget -qO- https://a.b/c"), "https://a.b/c -> -");
    assert_eq!(first("wget -q https://a.b/v${V}/c.zip"), "https://a.b/v${V}/c.zip -> c.zip");
    assert_eq!(first("curl -H 'X: a/b.c' -d x=1 https://a.b"), "https://a.b -> -");
    let archive = |text: &str| extraction(&commands(text)[0]).map(|found| (found.archive, found.into));
    assert_eq!(archive("tar xzf a.tgz -C /opt"), Some((Some("a.tgz".into()), Some("/opt".into()))));
    assert_eq!(archive("tar -xzC /opt"), Some((None, Some("/opt".into()))));
    assert_eq!(archive("tar --strip-components 1 -xf a.tar"), Some((Some("a.tar".into()), None)));
    assert_eq!(archive("tar czf a.tgz ."), None);
    assert_eq!(archive("unzip -q a.zip -d x"), Some((Some("a.zip".into()), Some("x".into()))));
}

#[test]
fn owners_accounts_removals() {
    let first = |text: &str| permission(&commands(text)[0]).map(|p| (p.value, p.recursive, p.targets.join(" ")));
    assert_eq!(first("chown -R app:app /app /data"), Some(("app:app".into(), true, "/app /data".into())));
    assert_eq!(first("chmod +x a.sh"), Some(("+x".into(), false, "a.sh".into())));
    assert_eq!(first("chmod -x a.sh"), Some(("-x".into(), false, "a.sh".into())));
    let made = |text: &str| account(&commands(text)[0]).map(|a| (a.name, a.group, a.id));
    assert_eq!(made("useradd -m -u 1000 -s /bin/sh app"), Some(("app".into(), false, Some("1000".into()))));
    assert_eq!(made("adduser -D -G app -u 10001 app"), Some(("app".into(), false, Some("10001".into()))));
    assert_eq!(made("addgroup -S -g 101 app"), Some(("app".into(), true, Some("101".into()))));
    assert_eq!(made("adduser app sudo"), None);
    assert_eq!(removals(&commands("rm -rf /tmp/* /var/lib/apt/lists/*")[0]), ["/tmp/*", "/var/lib/apt/lists/*"]);
    assert_eq!(removals(&commands("find /var/lib/apt/lists -type f -delete")[0]), ["/var/lib/apt/lists"]);
    assert!(removals(&commands("find / -name x")[0]).is_empty());
}

/// Names are unique, and each program belongs to one tool.
#[test]
fn table_is_consistent() {
    let mut names = std::collections::BTreeSet::new();
    let mut programs = std::collections::BTreeMap::new();
    for tool in all() {
        assert!(names.insert(tool.name), "two tools named {}", tool.name);
        for program in tool.programs {
            let other = programs.insert(*program, tool.name);
            assert!(other.is_none(), "{program} belongs to {} and {other:?}", tool.name);
        }
        for (verb, _) in tool.syntax.verbs {
            assert!(verb.split_ascii_whitespace().count() <= 3, "{}: {verb}", tool.name);
        }
    }
}

/// Nonsense on the command line is no reason to panic.
#[test]
fn hostile_lines() {
    for text in [
        "npx npx npx npx npx npx npx npx x",
        "python -m",
        "apt-get -",
        "pip -r",
        "tar",
        "tar xf",
        "cargo +a +b +c",
        "uv run -- --",
        "yarn workspace",
        "go",
        "é -é=é",
    ] {
        for command in commands(text) {
            let _ = (meaning(&command), server(&command), downloads(&command), extraction(&command));
        }
    }
}
