//! Commands that are no package managers but that many rules ask about.

use crate::shell::{Arg, Command};
use crate::text::Span;

use super::line::{Line, Word};
use super::resolve::chain;
use super::tool::Syntax;

/// A file fetched from the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The program: `curl`, `wget`, `aria2c`.
    pub program: String,
    /// The address as far as it is known; variables stand as written.
    pub url: String,
    /// The file it is written to; `None` for standard output.
    pub output: Option<String>,
    /// The bytes of the address.
    pub span: Span,
}

/// What the command downloads: one entry for each address on its line.
pub fn downloads(command: &Command) -> Vec<Download> {
    let Some(invocation) = chain(command).into_iter().next_back() else { return Vec::new() };
    let syntax = match invocation.program {
        "curl" => &CURL,
        "wget" | "wget2" => &WGET,
        "aria2c" | "http" | "https" | "axel" => &ARIA,
        _ => return Vec::new(),
    };
    let line = Line::read(command, invocation.program, invocation.args, invocation.first, syntax);
    let to_stdout = match invocation.program {
        "curl" => !line.has("-O --remote-name --remote-name-all -J"),
        _ => false,
    };
    let mut outputs = line.values(syntax.files);
    let mut found = Vec::new();
    let by_option = line.options.iter().filter(|option| option.name.is_in("--url"));
    let by_option = by_option.filter_map(|option| {
        let arg = command.args.get(option.arg)?;
        Some((option.value?, arg.span))
    });
    let by_word = line.words.iter().filter(|word| is_address(word)).map(|word| (word.text, word.arg.span));
    for (url, span) in by_word.chain(by_option) {
        let output = match outputs.next() {
            Some("-") => None,
            Some(path) => Some(path.to_owned()),
            None if to_stdout => redirect_target(command),
            None => Some(last_part(url).to_owned()),
        };
        let url = url.trim_matches(['"', '\'']).to_owned();
        found.push(Download { program: invocation.program.to_owned(), url, output, span });
    }
    found
}

const CURL: Syntax = Syntax {
    valued: "-o --output -H --header -d --data --data-raw --data-binary --data-urlencode -X --request -u --user -A \
             --user-agent -e --referer -b --cookie -c --cookie-jar -F --form -T --upload-file -x --proxy -m --max-time \
             --connect-timeout --retry --retry-delay --retry-max-time --cacert --cert -E --key -w --write-out -K \
             --config -D --dump-header -r --range -C --continue-at --output-dir --url --resolve --limit-rate -y -Y -z \
             --max-redirs --noproxy --proto --tls-max --ciphers --interface -n --json -t --socks5 -P --max-filesize \
             --oauth2-bearer --etag-save --etag-compare --unix-socket --proto-redir --parallel-max",
    files: "-o --output",
    ..Syntax::BLANK
};

const WGET: Syntax = Syntax {
    valued: "-O --output-document -P --directory-prefix -o --output-file -a --append-output -t --tries -T --timeout \
             --header -U --user-agent --user --password --post-data --ca-certificate -e --execute -i --input-file \
             -w --wait --waitretry --progress --limit-rate -A --accept -R --reject -D --domains -l --level -Q --quota \
             --referer --dns-timeout --connect-timeout --read-timeout --certificate --private-key --secure-protocol \
             --retry-on-http-error --max-redirect --cut-dirs --method --body-data --load-cookies --save-cookies -B -I -X",
    files: "-O --output-document",
    ..Syntax::BLANK
};

const ARIA: Syntax = Syntax {
    valued: "-o --out -d --dir -x --max-connection-per-server -s --split -j -k --header --checksum -i",
    files: "-o --out",
    ..Syntax::BLANK
};

fn is_address(word: &Word<'_>) -> bool {
    let text = word.text.trim_start_matches(['"', '\'']);
    text.contains("://")
        || text.starts_with('$')
        || (text.contains('.') && text.contains('/') && !text.starts_with('/'))
        || text.starts_with("www.")
        || text.starts_with("localhost")
}

fn last_part(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.trim_matches(['"', '\'']).rsplit('/').next().unwrap_or(path)
}

fn redirect_target(command: &Command) -> Option<String> {
    let to_file = |operator: &str| matches!(operator, ">" | ">>" | ">|" | "1>" | "1>>");
    command.redirects.iter().rev().find(|redirect| to_file(&redirect.operator))?.target.clone()
}

/// An archive that a command unpacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    /// The archive; `None` for standard input.
    pub archive: Option<String>,
    /// The folder that takes the files, if one is named.
    pub into: Option<String>,
    /// The bytes of the command.
    pub span: Span,
}

/// What the command unpacks: `tar x…` in all spellings, `unzip`, `7z x`, `gunzip` and relatives.
pub fn extraction(command: &Command) -> Option<Extraction> {
    let invocation = chain(command).into_iter().next_back()?;
    let span = command.span;
    match invocation.program {
        "tar" | "bsdtar" | "gtar" => tar(command, invocation.args, invocation.first),
        "unzip" | "busybox-unzip" => {
            let line = read(command, &UNZIP, invocation.args, invocation.first);
            let lists = line.has("-l -t -Z -v");
            let archive = Some(line.words.first()?.text.to_owned());
            (!lists).then(|| Extraction { archive, into: line.value("-d").map(str::to_owned), span })
        }
        "7z" | "7za" | "7zr" | "unrar" => {
            let words: Vec<&str> = invocation.args.iter().map(Arg::text_or_raw).collect();
            let archive = words.iter().skip(1).find(|word| !word.starts_with('-'))?;
            let into = words.iter().find_map(|word| word.strip_prefix("-o")).map(str::to_owned);
            matches!(words.first(), Some(&("x" | "e"))).then(|| Extraction {
                archive: Some((*archive).to_owned()),
                into,
                span,
            })
        }
        "gunzip" | "bunzip2" | "unxz" | "unlzma" | "uncompress" | "unzstd" => {
            let line = read(command, &Syntax::BLANK, invocation.args, invocation.first);
            let archive = line.words.first().map(|word| word.text.to_owned());
            Some(Extraction { archive, into: None, span })
        }
        "gzip" | "bzip2" | "xz" | "zstd" | "lzma" => {
            let line = read(command, &Syntax::BLANK, invocation.args, invocation.first);
            let archive = line.words.first().map(|word| word.text.to_owned());
            line.has("-d --decompress --uncompress").then_some(Extraction { archive, into: None, span })
        }
        _ => None,
    }
}

const UNZIP: Syntax = Syntax { valued: "-d -x -P", ..Syntax::BLANK };

const TAR: Syntax = Syntax {
    valued: "-f --file -C --directory -I --use-compress-program -T --files-from -X --exclude-from --exclude \
             --strip-components --strip --transform --xform --owner --group --mode --one-top-level -b -g -H --format",
    ..Syntax::BLANK
};

/// `tar xzf a.tgz` has no dash: its first word is a cluster whose values follow in order.
fn tar(command: &Command, args: &[Arg], first: usize) -> Option<Extraction> {
    let words: Vec<&str> = args.iter().map(Arg::text_or_raw).collect();
    let cluster = words.first().filter(|word| !word.starts_with('-'));
    let (mut archive, mut into, mut extracts) = (None, None, false);
    let mut from = 0;
    if let Some(cluster) = cluster {
        from = 1;
        extracts = cluster.contains('x') && cluster.bytes().all(|byte| byte.is_ascii_alphanumeric());
        for letter in cluster.chars().filter(|letter| "fCITXb".contains(*letter)) {
            let value = words.get(from).map(|word| (*word).to_owned());
            from += 1;
            match letter {
                'f' => archive = value,
                'C' => into = value,
                _ => {}
            }
        }
    }
    let line = read(command, &TAR, args.get(from..)?, first + from);
    extracts |= line.has("-x --extract --get");
    archive = archive.or_else(|| line.value("-f --file").map(str::to_owned)).filter(|archive| archive != "-");
    into = into.or_else(|| line.value("-C --directory --one-top-level").map(str::to_owned));
    extracts.then_some(Extraction { archive, into, span: command.span })
}

/// A change of owner or mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// `chmod`, `chown`, `chgrp` or `install`.
    pub program: String,
    /// `755`, `a+x`, `app:app`; from `--reference` it is empty.
    pub value: String,
    /// With `-R`.
    pub recursive: bool,
    /// The files and folders.
    pub targets: Vec<String>,
    /// The bytes of the command.
    pub span: Span,
}

/// The change of owner or mode that the command makes.
pub fn permission(command: &Command) -> Option<Permission> {
    let invocation = chain(command).into_iter().next_back()?;
    if !matches!(invocation.program, "chmod" | "chown" | "chgrp") {
        return None;
    }
    let mut line = read(command, &OWNERS, invocation.args, invocation.first);
    let recursive = line.has("-R --recursive");
    // `chmod -x file`: a mode that begins with a dash.
    let minus = invocation.args.iter().map(Arg::text_or_raw).find(|arg| is_minus_mode(arg));
    let value = if line.value("--reference").is_some() {
        String::new()
    } else if let Some(minus) = minus.filter(|_| invocation.program == "chmod") {
        minus.to_owned()
    } else if line.words.is_empty() {
        return None;
    } else {
        line.words.remove(0).text.to_owned()
    };
    let targets = line.words.iter().map(|word| word.text.to_owned()).collect();
    Some(Permission { program: invocation.program.to_owned(), value, recursive, targets, span: command.span })
}

const OWNERS: Syntax = Syntax { valued: "--reference --from", ..Syntax::BLANK };

fn is_minus_mode(arg: &str) -> bool {
    arg.len() > 1
        && arg.strip_prefix('-').is_some_and(|mode| mode.bytes().all(|byte| b"rwxXst,+-=ugoa".contains(&byte)))
}

/// An account made by the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's or group's name.
    pub name: String,
    /// True for `groupadd` and `addgroup`.
    pub group: bool,
    /// `-u` or `-g` of a group: the number asked for.
    pub id: Option<String>,
    /// The user's first group, if one is named.
    pub primary_group: Option<String>,
    /// With `-l`: no entry in the log of last logins, which a large ID would make huge.
    pub no_log_init: bool,
    /// The bytes of the name.
    pub span: Span,
}

/// The user or group that the command adds.
pub fn account(command: &Command) -> Option<Account> {
    let invocation = chain(command).into_iter().next_back()?;
    let (syntax, group) = match invocation.program {
        "useradd" => (&USERADD, false),
        "adduser" => (&ADDUSER, false),
        "groupadd" => (&GROUPADD, true),
        "addgroup" => (&GROUPADD, true),
        _ => return None,
    };
    let line = read(command, syntax, invocation.args, invocation.first);
    let group = group || (invocation.program == "adduser" && line.has("--group") && !line.has("--system"));
    let name = match (group, line.words.as_slice()) {
        // `addgroup user group` and `adduser user group` only join.
        (_, [_, _, ..]) if matches!(invocation.program, "addgroup" | "adduser") => return None,
        (_, words) => words.last()?,
    };
    let id = if group { line.value("-g --gid") } else { line.value("-u --uid") };
    Some(Account {
        name: name.text.to_owned(),
        group,
        id: id.map(str::to_owned),
        primary_group: line.value(syntax.directory).filter(|_| !group).map(str::to_owned),
        no_log_init: line.has("-l --no-log-init"),
        span: name.arg.span,
    })
}

const USERADD: Syntax = Syntax {
    valued: "-u --uid -g --gid -G --groups -d --home-dir --home -s --shell -c --comment -p --password -e --expiredate \
             -f --inactive -k --skel -K --key -b --base-dir -R --root -P --prefix -Z --selinux-user",
    directory: "-g --gid",
    ..Syntax::BLANK
};

/// Debian's and BusyBox's in one: `-G group` and `-g gecos` are BusyBox's.
const ADDUSER: Syntax = Syntax {
    valued: "-u --uid -G --ingroup --gid --home -h --shell -s -g --gecos --comment --conf --firstuid --lastuid -k --add_extra_groups",
    directory: "-G --ingroup --gid",
    ..Syntax::BLANK
};

const GROUPADD: Syntax =
    Syntax { valued: "-g --gid -K --key -p --password -R --root -P --prefix -U --users", ..Syntax::BLANK };

/// Paths that the command deletes: `rm`, `rmdir`, `unlink`, `find … -delete`.
pub fn removals(command: &Command) -> Vec<String> {
    let Some(invocation) = chain(command).into_iter().next_back() else { return Vec::new() };
    let words = invocation.args.iter().map(|arg| arg.text_or_raw());
    match invocation.program {
        "rm" | "rmdir" | "unlink" | "shred" => {
            let mut only_words = false;
            words
                .filter(|word| {
                    let is_end = *word == "--" && !only_words;
                    only_words |= is_end;
                    !is_end && (only_words || !word.starts_with('-'))
                })
                .map(str::to_owned)
                .collect()
        }
        "find" => {
            let all: Vec<&str> = words.collect();
            let runs_rm =
                all.windows(2).any(|pair| matches!(pair[0], "-exec" | "-execdir") && last_part(pair[1]) == "rm");
            if !all.contains(&"-delete") && !runs_rm {
                return Vec::new();
            }
            all.iter().take_while(|word| !word.starts_with(['-', '(', '!'])).map(|word| (*word).to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

fn read<'c>(command: &'c Command, syntax: &Syntax, args: &'c [Arg], first: usize) -> Line<'c> {
    Line::read(command, "", args, first, syntax)
}
