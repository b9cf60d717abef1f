//! What goes out by itself: signed webhooks to other programs, and mail. Neither goes anywhere that it may not.

mod mail;
mod reach;
mod webhook;

pub use mail::{MailConfig, MailSecurity, SmtpMailer};
pub(crate) use reach::Guard;
pub use reach::WebhookReach;
pub use webhook::{HttpWebhooks, sign_webhook};
