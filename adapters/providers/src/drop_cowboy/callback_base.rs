//! How the carrier reaches this installation. It is known only when the server has bound its address, after the client is made.

use std::sync::{Arc, PoisonError, RwLock};

/// Path of the callback route, to which the drop's token is added.
const CALLBACK_PATH: &str = "/webhooks/drop-cowboy/callback/";

/// The public base address; clones share it.
#[derive(Debug, Clone, Default)]
pub struct CallbackBase(Arc<RwLock<String>>);

impl CallbackBase {
    /// Sets the public base address; a slash at its end does not count.
    pub fn set(&self, base: &str) {
        base.trim_end_matches('/')
            .clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Where the callback of one drop goes; nothing as long as the address is not known.
    pub(super) fn url(&self, token: &str) -> Option<String> {
        let base = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (!base.is_empty()).then(|| format!("{base}{CALLBACK_PATH}{token}"))
    }
}
