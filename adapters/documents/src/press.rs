//! Sets documents on threads of their own, a few at once and each within a time, so that neither a hundred readers nor one bad document
//! holds up whoever answers requests.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use crate::{DigestDocument, DocumentError, digest_pdf};

/// Documents set at once: each takes a core.
const AT_ONCE: usize = 2;
/// Longest wait for a place.
const WAIT: Duration = Duration::from_secs(15);
/// Longest time for one document; it takes some tenths of a second.
const TIME: Duration = Duration::from_secs(20);

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// Others are being set.
    #[error("too many documents are being made at this moment; try again shortly")]
    Busy,
    /// It takes longer than any document should.
    #[error("the document was not made in time")]
    TooSlow,
    /// The template is at fault.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Sets documents. Cheap to clone; clones share their places.
#[derive(Debug, Clone)]
pub struct Press {
    places: Arc<Semaphore>,
    wait: Duration,
    time: Duration,
}

impl Default for Press {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            wait: WAIT,
            time: TIME,
        }
    }
}

impl Press {
    /// The digest as a PDF.
    pub async fn digest_pdf(&self, document: DigestDocument) -> Result<Vec<u8>, PressError> {
        self.set(move || digest_pdf(&document)).await
    }

    /// A thread can't be stopped: what is too slow keeps its place until it ends, so that there are never more than so many.
    async fn set(
        &self,
        set: impl FnOnce() -> Result<Vec<u8>, DocumentError> + Send + 'static,
    ) -> Result<Vec<u8>, PressError> {
        let place = tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned());
        let Ok(Ok(place)) = place.await else {
            return Err(PressError::Busy);
        };
        let setting = tokio::task::spawn_blocking(move || {
            let set = set();
            drop(place);
            set
        });
        match tokio::time::timeout(self.time, setting).await {
            Ok(Ok(set)) => Ok(set?),
            Ok(Err(failed)) => Err(DocumentError::of(&failed).into()),
            Err(_) => Err(PressError::TooSlow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_too_slow_is_given_up_and_keeps_its_place() {
        let patient = Press {
            places: Arc::new(Semaphore::new(1)),
            ..Press::default()
        };
        let hasty = Press {
            wait: Duration::ZERO,
            time: Duration::ZERO,
            ..patient.clone()
        };
        let (finish, until) = std::sync::mpsc::channel::<()>();
        let slow = hasty.set(move || {
            // Its end is the end of the channel.
            let _ = until.recv();
            Ok(vec![])
        });
        assert_eq!(slow.await, Err(PressError::TooSlow));
        assert_eq!(hasty.set(|| Ok(vec![])).await, Err(PressError::Busy));
        drop(finish);
        assert_eq!(patient.set(|| Ok(b"next".to_vec())).await, Ok(b"next".to_vec()));
    }
}
