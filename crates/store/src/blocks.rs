//! Blocks: an id for each section of a config, which stays while the section does.

use std::collections::BTreeMap;

use aftercall_core::agent_config::{Config, SECTIONS, changed_sections};

use crate::Store;

/// Section → id of its content.
pub(crate) type Blocks = BTreeMap<String, String>;

impl Store {
    /// Blocks for a config without a past.
    pub(crate) fn new_blocks(&self) -> Blocks {
        SECTIONS
            .iter()
            .map(|(section, _)| ((*section).to_owned(), self.id()))
            .collect()
    }

    /// Blocks for `new`, which followed `old`: sections that are the same keep their ids.
    pub(crate) fn next_blocks(&self, old: &Config, blocks: &Blocks, new: &Config) -> Blocks {
        let changed = changed_sections(old, new);
        SECTIONS
            .iter()
            .map(|(section, _)| {
                let kept = blocks.get(*section).filter(|_| !changed.contains(section));
                let id = kept.cloned().unwrap_or_else(|| self.id());
                ((*section).to_owned(), id)
            })
            .collect()
    }
}
