//! How others reach this installation: the carrier with its callbacks, a user who comes back from another service. It is known only when the server has bound its address, after the clients are made.

use std::sync::{Arc, PoisonError, RwLock};

/// The public base address; clones share it.
#[derive(Debug, Clone, Default)]
pub struct CallbackBase(Arc<RwLock<String>>);

impl CallbackBase {
    /// Sets the public base address; a slash at its end does not count.
    pub fn set(&self, base: &str) {
        base.trim_end_matches('/')
            .clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The address of a path here, which begins with a slash; nothing as long as our own address is not known.
    pub(crate) fn url(&self, path: &str) -> Option<String> {
        let base = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (!base.is_empty()).then(|| format!("{base}{path}"))
    }
}
