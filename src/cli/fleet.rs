//! Thousands of files or images, by as many runs as a scheduler starts: lists, shards, shared results.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::host::{self, Store};

/// Options that say which of many names a run takes.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Fleets")]
pub(super) struct ListArgs {
    /// Take names from a file, one a line or each ended by NUL; `-` is standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// The share of all names that this run takes, such as 3/16; a name is always in the same one
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
}

/// Where results are shared.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Fleets")]
pub(super) struct CacheArgs {
    /// Share results through a folder, s3://BUCKET/PREFIX, gs://, az:// or redis://
    #[arg(long, value_name = "URL", env = "CACHALOT_CACHE_URL", hide_env_values = true, value_parser = store)]
    pub(super) cache_url: Option<Arc<Store>>,
}

fn store(url: &str) -> Result<Arc<Store>, String> {
    Store::open(url).map_err(|error| error.to_string())
}

impl ListArgs {
    /// The names of the list, of all shards; `None` without a list.
    pub(super) fn names(&self) -> anyhow::Result<Option<Vec<String>>> {
        let Some(file) = &self.files_from else { return Ok(None) };
        let bytes = if file == Path::new("-") { host::read_stdin()? } else { host::read(file)? };
        let text = String::from_utf8_lossy(&bytes);
        let end = if text.contains('\0') { '\0' } else { '\n' };
        let names = text.split(end).map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty());
        Ok(Some(names.map(str::to_string).collect()))
    }

    /// True for a list that is read from standard input.
    pub(super) fn reads_stdin(&self) -> bool {
        self.files_from.as_deref() == Some(Path::new("-"))
    }

    /// True for a name that this run takes.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.shard.is_none_or(|shard| shard.takes(name))
    }
}

/// One of several shares of all names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    /// From 1.
    number: u64,
    count: u64,
}

impl Shard {
    /// The first eight bytes of the name's SHA-256 as a big-endian number, modulo the count: the same
    /// on every machine and in every version.
    fn takes(self, name: &str) -> bool {
        let hash = Sha256::digest(name);
        let head = hash.iter().take(8).fold(0u64, |head, byte| head << 8 | u64::from(*byte));
        head % self.count == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((number, count)) if 1 <= number && number <= count => Ok(Shard { number, count }),
            _ => Err("a shard is K/N with K from 1 to N, such as 3/16".to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_in_one_shard() {
        let names: Vec<String> = (0..1000).map(|at| format!("services/{at}/Dockerfile")).collect();
        let shards: Vec<Shard> = (1..=7).map(|at| format!("{at}/7").parse().expect("is a shard")).collect();
        for name in &names {
            assert_eq!(shards.iter().filter(|shard| shard.takes(name)).count(), 1, "{name}");
        }
        let first = names.iter().filter(|name| shards[0].takes(name)).count();
        assert!((90..200).contains(&first), "{first} of 1000 in one of 7");
        // Another version must not move names to other shards.
        assert!(Shard { number: 1, count: 4 }.takes("Dockerfile"));
    }

    #[test]
    fn shards_are_counted_from_one() {
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
