//! The ports that a text publishes, whichever way it says so. This looks at raw text on purpose: a
//! port that is published anywhere, even in a table or a broken block, is no port that was forgotten.

use std::collections::BTreeSet;

/// Container ports that a text publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The ports.
    pub ports: BTreeSet<u16>,
    /// True where all ports may be published: `-P`, the host's network, a port that the reader
    /// fills in.
    pub everything: bool,
}

/// Widest range of ports that is taken apart.
const MAX_RANGE: u16 = 1000;

impl Published {
    /// Looks at a text of any kind.
    pub fn in_text(text: &str) -> Published {
        let mut found = Published::default();
        let mut in_ports = false;
        for line in text.lines() {
            found.flags(line);
            in_ports = found.yaml(line, in_ports);
        }
        found
    }

    /// Adds what another text publishes.
    pub fn add(&mut self, other: &Published) {
        self.ports.extend(&other.ports);
        self.everything |= other.everything;
    }

    /// True if a container's port can be reached.
    pub fn has(&self, port: u16) -> bool {
        self.everything || self.ports.contains(&port)
    }

    /// The container's ports of one `[ip:][host:]container[/protocol]`; `None` where a port is not
    /// a number.
    pub fn of_value(value: &str) -> Option<BTreeSet<u16>> {
        let value = value.trim_matches(['"', '\'', '`', ',', ')', '(', ';', ']', '[', '.']);
        let value = match value.split(',').find_map(|part| part.strip_prefix("target=")) {
            Some(target) => target,
            None => value,
        };
        let port = value.rsplit(':').next().unwrap_or(value);
        let port = port.split('/').next().unwrap_or(port);
        let (first, last) = port.split_once('-').unwrap_or((port, port));
        let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
        Some((first..=last.min(first.saturating_add(MAX_RANGE))).collect())
    }

    fn value(&mut self, value: &str) {
        match Published::of_value(value) {
            Some(ports) => self.ports.extend(ports),
            // `mkdir -p folder` is no port; `-p $PORT:$PORT` is one that we do not know.
            None if value.contains(':') || value.starts_with(['$', '<', '{', '[', '%']) => self.everything = true,
            None => {}
        }
    }

    fn flags(&mut self, line: &str) {
        if !line.contains(['-', '–', '—']) {
            return;
        }
        let words: Vec<&str> =
            line.split(|c: char| c.is_whitespace() || "`|\"'()>".contains(c)).filter(|word| !word.is_empty()).collect();
        for (at, word) in words.iter().enumerate() {
            let Some(name) = word.strip_prefix(['-', '–', '—']) else { continue };
            let next = words.get(at + 1).copied().unwrap_or("");
            let name = name.trim_start_matches(['-', '–', '—']);
            match name {
                "P" | "publish-all" | "publish-all=true" | "net=host" | "network=host" | "dP" | "itP" | "Pd" => {
                    self.everything = true;
                }
                "net" | "network" if next == "host" => self.everything = true,
                "publish" => self.value(next),
                _ if name.starts_with("publish=") => self.value(&name["publish=".len()..]),
                _ => self.short(name, next),
            }
        }
    }

    /// `-p 80:80`, `-p80:80`, `-p=80:80`, `-dp 80:80`.
    fn short(&mut self, cluster: &str, next: &str) {
        let Some(at) = cluster.find('p') else { return };
        if !cluster[..at].bytes().all(|b| b"ditPq".contains(&b)) {
            return;
        }
        match cluster[at + 1..].trim_start_matches('=') {
            "" => self.value(next),
            value => self.value(value),
        }
    }

    /// The ports of compose, Kubernetes and the like; `in_ports` is true below a `ports:`.
    fn yaml(&mut self, line: &str, in_ports: bool) -> bool {
        let trimmed = line.trim();
        if let Some(rest) = trimmed.strip_prefix("ports:") {
            for value in rest.trim().trim_matches(['[', ']']).split(',') {
                self.value(value.trim().trim_matches(['"', '\'']));
            }
            return true;
        }
        if trimmed == "network_mode: host" || trimmed == "network_mode: \"host\"" || trimmed == "hostNetwork: true" {
            self.everything = true;
        }
        for key in ["target:", "containerPort:", "targetPort:", "container_port:", "internal_port"] {
            if let Some(value) = trimmed.trim_start_matches("- ").strip_prefix(key) {
                self.ports.extend(Published::of_value(value.trim_matches([' ', '=', '"'])).unwrap_or_default());
            }
        }
        if !in_ports {
            return false;
        }
        if let Some(value) = trimmed.strip_prefix('-') {
            let value = value.split(" #").next().unwrap_or("").trim().trim_matches(['"', '\'']);
            self.value(value);
            return true;
        }
        trimmed.is_empty() || trimmed.starts_with('#')
    }
}
