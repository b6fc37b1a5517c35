use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

/// Where variables are looked up.
pub trait Env {
    /// The value of `name`; `None` where it is not set, `Some("")` where it is set and empty.
    fn get(&self, name: &str) -> Option<&str>;
}

impl<V: AsRef<str>> Env for BTreeMap<String, V> {
    fn get(&self, name: &str) -> Option<&str> {
        BTreeMap::get(self, name).map(V::as_ref)
    }
}

impl<V: AsRef<str>, S: BuildHasher> Env for HashMap<String, V, S> {
    fn get(&self, name: &str) -> Option<&str> {
        HashMap::get(self, name).map(V::as_ref)
    }
}

/// The last pair of a name wins, as in the environment of a build step.
impl<K: AsRef<str>, V: AsRef<str>> Env for &[(K, V)] {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().rev().find(|(key, _)| key.as_ref() == name).map(|(_, value)| value.as_ref())
    }
}

/// As for a slice.
impl<K: AsRef<str>, V: AsRef<str>> Env for Vec<(K, V)> {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().rev().find(|(key, _)| key.as_ref() == name).map(|(_, value)| value.as_ref())
    }
}

/// As for a slice.
impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Env for [(K, V); N] {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().rev().find(|(key, _)| key.as_ref() == name).map(|(_, value)| value.as_ref())
    }
}

/// No variable is set.
impl Env for () {
    fn get(&self, _: &str) -> Option<&str> {
        None
    }
}
