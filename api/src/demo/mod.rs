//! The demonstration: an organization that says it is one, and the journey from a contact file to a digest, on a simulated
//! clock that skips waiting. Nothing is waived for it: what its voicemails need (consent, states, caller id) is recorded data.
//! Run again after a crash, it goes on where the journal stands.

mod cast;
mod clock;
mod figures;
mod journey;

pub use cast::Cast;
pub use clock::{SkippingClock, start_instant};
pub use figures::Figures;
pub use journey::{DemoError, Journey, Progress, SAMPLE_EXPIREDS, SAMPLE_SPHERE, Stage, StopAfter};
