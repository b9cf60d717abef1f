//! What people make happen, where it takes more than one command on one aggregate. The rest runs by
//! [`crate::execute::execute`] directly.

mod approval;
mod connections;
mod contacts;
mod dry_run;
mod forecast;
mod imports;
mod inbound;
mod organizations;
mod outlets;
mod pick;
mod push;
mod readiness;
mod review;
mod suppressions;

pub use approval::{Obstacle, Precheck, approve, precheck, submit};
pub use connections::{
    CONNECTIONS_MAX, ConsentAnswer, ConsentOutcome, ConsentSecrets, begin_connection, connect_with_key,
    disconnect, finish_connection, remote_lists,
};
pub use contacts::{AddedContact, NewContact, UnreadableContact, add_contact, read_contact, record_consents};
pub use forecast::forecast;
pub use imports::{
    CORRECTIONS_MAX, Corrections, ImportRequest, PullRequested, StartedImport, cancel_import, import_id,
    remove_mapping_template, request_undo, save_mapping_template, start_import, start_import_from_connection,
};
pub use inbound::{
    AddressReach, INBOUND_ADDRESSES_MAX, create_inbound_address, inbound_addresses, push_to_address,
    revoke_inbound_address,
};
pub use organizations::{Founder, MemberProfile, add_member, found_organization};
pub use outlets::{
    AddedEndpoint, DigestMailSettings, DigestRecipient, KnownEndpoint, RotatedSecret, add_digest_recipient,
    add_webhook_endpoint, digest_mail_settings, remove_digest_recipient, remove_webhook_endpoint,
    replay_notification, rotate_webhook_secret, test_digest_mail, test_webhook_endpoint, webhook_endpoints,
};
pub use pick::{PICKED_CONTACTS_MAX, PickedContacts, pick_contacts};
pub use push::{
    ContactPush, IDEMPOTENCY_KEY_CHARS_MAX, PUSHED_BYTES_MAX, PUSHED_CONTACTS_MAX, push_contacts,
};
pub use readiness::readiness;
pub use review::{
    BULK_REVIEW_MAX, BulkReview, ReviewToUndo, Rewriter, ScriptPreview, edit_script, preview_script,
    regenerate_script, review_scripts, speak_draft, start_generation, undo_reviews, unreviewed,
};
pub use suppressions::{ListFile, load_suppression_list, set_suppressed};
