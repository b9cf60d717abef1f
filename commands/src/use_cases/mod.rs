//! What people make happen, where it takes more than one command on one aggregate. The rest runs by
//! [`crate::execute::execute`] directly.

mod approval;
mod contacts;
mod imports;
mod organizations;
mod push;
mod review;

pub use approval::{Precheck, approve, precheck};
pub use contacts::{NewContact, add_contact, record_consents};
pub use imports::{ImportRequest, StartedImport, import_id, start_import};
pub use organizations::{Founder, MemberProfile, add_member, found_organization};
pub use push::{
    ContactPush, IDEMPOTENCY_KEY_CHARS_MAX, PUSHED_BYTES_MAX, PUSHED_CONTACTS_MAX, push_contacts,
};
pub use review::{BulkReview, edit_script, regenerate_script, review_scripts, unreviewed};
