//! What documents tell readers to do: ports that nobody publishes, commands that cannot work.

pub(super) mod port_not_published;
