//! Wrapped keys in the work store's tables, and the port over them. An erased contact keeps a row without a key, so that
//! it can't be given a new one by mistake. Keys of contacts are remembered only on SQLite, where this process is the only
//! one: elsewhere another node may destroy a key, and it must be gone here at once.

use std::{collections::HashMap, io, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use commands::ports::{KeyRing, OpenError, PortError, PortErrorKind};
use database::{Column, DatabaseError, Engine, Sql, text};
use domain::{ContactId, OrganizationId, PhoneIndex, PhoneNumber, Sealed};
use hmac::Mac;
use projections::Cell;

use super::{
    cipher::{self, DoesNotOpen, Key, Randomness},
    master::{MasterKey, SECRET_CHARS_MIN},
    recent::Recent,
};
use crate::work::unreachable;

/// Unwrapped contact keys that are kept, times two.
const CONTACT_KEYS_KEPT: usize = 65_536;

/// Unwrapped organization keys that are kept, times two.
const ORGANIZATION_KEYS_KEPT: usize = 4_096;

/// What every envelope begins with, so that a later form can be told apart.
const ENVELOPE_FORM: &str = "1.";

/// Characters of a MAC that are enough in a link.
const SHORT_MAC_CHARS: usize = 32;

/// Why the keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The database was begun with another master key.
    #[error(
        "this is not the master key that the database was begun with: restore the key file or the secret"
    )]
    WrongMasterKey,
    /// The secret is too easy to guess.
    #[error("the master secret is too short: {SECRET_CHARS_MIN} characters at least")]
    ShortSecret,
    /// The key file can't be read or made.
    #[error("the master key file {0} can't be used: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The key file does not hold a key.
    #[error("the master key file {0} is damaged: expected 64 hexadecimal digits; restore it from the backup")]
    DamagedFile(PathBuf),
    /// The operating system gave no randomness, or a key was refused by the cipher.
    #[error("a key could not be wrapped")]
    Cipher,
    /// The database refused.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<DoesNotOpen> for KeyRingError {
    fn from(_: DoesNotOpen) -> Self {
        Self::Cipher
    }
}

#[derive(Debug, Clone)]
struct OrganizationKeys {
    sealing: Key,
    look_up: Key,
}

/// What is known of a contact's key.
#[derive(Debug, Clone)]
enum ContactKey {
    Held(Key),
    Erased,
}

/// The key ring over the work store.
#[derive(Debug)]
pub struct StoredKeys {
    sql: Sql,
    master: Key,
    signing: Key,
    randomness: Randomness,
    organizations: Recent<OrganizationId, Arc<OrganizationKeys>>,
    contacts: Recent<(OrganizationId, ContactId), Key>,
}

fn of_contact(organization: OrganizationId, contact: ContactId, purpose: &str) -> Vec<u8> {
    format!("{purpose}\0{organization}\0{contact}").into_bytes()
}

fn of_organization(organization: OrganizationId, purpose: &str) -> Vec<u8> {
    format!("{purpose}\0{organization}").into_bytes()
}

fn envelope(ciphertext: &[u8]) -> Sealed {
    Sealed::from_ciphertext(format!("{ENVELOPE_FORM}{}", URL_SAFE_NO_PAD.encode(ciphertext)))
}

fn opened(key: &Key, associated: &[u8], sealed: &Sealed) -> Result<String, OpenError> {
    let body = sealed
        .ciphertext()
        .strip_prefix(ENVELOPE_FORM)
        .ok_or(OpenError::Damaged)?;
    let ciphertext = URL_SAFE_NO_PAD.decode(body).map_err(|_| OpenError::Damaged)?;
    let clear = cipher::open(key, associated, &ciphertext).map_err(|_| OpenError::Damaged)?;
    String::from_utf8(clear).map_err(|_| OpenError::Damaged)
}

fn refused(what: &str) -> PortError {
    PortError::new(PortErrorKind::Permanent, format!("the key ring: {what}"))
}

impl StoredKeys {
    /// Opens the ring: the first time it makes the installation's signing key; later that key proves the master key.
    pub async fn open(sql: Sql, master: &MasterKey) -> Result<Self, KeyRingError> {
        let master = master.0.clone();
        let randomness = Randomness::from_system();
        let wrapped = randomness.seal(&master, b"installation signing", randomness.key().as_bytes())?;
        sql.execute(
            "INSERT INTO installation_keys (name, wrapped) VALUES ('signing', $1) ON CONFLICT (name) DO NOTHING",
            vec![Cell::Bytes(wrapped)],
        )
        .await?;
        let row = sql
            .query_opt(
                "SELECT wrapped FROM installation_keys WHERE name = 'signing'",
                vec![],
            )
            .await?
            .ok_or_else(|| DatabaseError::invalid("the signing key is missing"))?;
        let signing = cipher::unwrap_key(&master, b"installation signing", row.bytes(0)?)
            .map_err(|_| KeyRingError::WrongMasterKey)?;
        Ok(Self {
            sql,
            master,
            signing,
            randomness,
            organizations: Recent::with_room(ORGANIZATION_KEYS_KEPT),
            contacts: Recent::with_room(CONTACT_KEYS_KEPT),
        })
    }

    async fn organization_keys(
        &self,
        organization: OrganizationId,
    ) -> Result<Arc<OrganizationKeys>, PortError> {
        let (mut found, epoch) = self.organizations.get_many(std::iter::once(&organization));
        if let Some(keys) = found.remove(&organization) {
            return Ok(keys);
        }
        let row = self
            .sql
            .query_opt(
                "SELECT sealing, look_up FROM organization_keys WHERE organization_id = $1",
                vec![text(organization.to_string())],
            )
            .await
            .map_err(unreachable)?
            .ok_or_else(|| refused("the organization has no keys yet"))?;
        let unwrap = |index, purpose| {
            let wrapped = row.bytes(index).map_err(unreachable)?;
            cipher::unwrap_key(&self.master, &of_organization(organization, purpose), wrapped)
                .map_err(|_| refused("an organization's key does not open with the master key"))
        };
        let keys = Arc::new(OrganizationKeys {
            sealing: unwrap(0, "organization sealing")?,
            look_up: unwrap(1, "organization look-up")?,
        });
        self.organizations
            .insert_many(std::iter::once((organization, Arc::clone(&keys))), epoch);
        Ok(keys)
    }

    fn contacts_are_remembered(&self) -> bool {
        self.sql.engine() == Engine::Sqlite
    }

    /// The keys of contacts: what is remembered, and one query for the rest.
    async fn contact_keys(
        &self,
        organization: OrganizationId,
        contacts: impl Iterator<Item = ContactId>,
    ) -> Result<HashMap<ContactId, ContactKey>, PortError> {
        let mut wanted: Vec<_> = contacts.map(|contact| (organization, contact)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let (remembered, epoch) = self.contacts.get_many(wanted.iter());
        let mut keys: HashMap<ContactId, ContactKey> = remembered
            .into_iter()
            .map(|((_, contact), key)| (contact, ContactKey::Held(key)))
            .collect();
        wanted.retain(|(_, contact)| !keys.contains_key(contact));
        if wanted.is_empty() {
            return Ok(keys);
        }
        let wrapping = self.organization_keys(organization).await?;
        let looked_up = self.look_up(organization, &wrapping.sealing, &wanted).await?;
        if self.contacts_are_remembered() {
            let held = looked_up.iter().filter_map(|(contact, key)| match key {
                ContactKey::Held(key) => Some(((organization, *contact), key.clone())),
                ContactKey::Erased => None,
            });
            self.contacts.insert_many(held, epoch);
        }
        keys.extend(looked_up);
        Ok(keys)
    }

    async fn look_up(
        &self,
        organization: OrganizationId,
        wrapping: &Key,
        wanted: &[(OrganizationId, ContactId)],
    ) -> Result<HashMap<ContactId, ContactKey>, PortError> {
        let tenant = organization.to_string();
        let rows = self
            .sql
            .bulk_select(
                "contact_keys",
                &[Column::text("contact_id"), Column::bytes("wrapped")],
                &[Column::text("organization_id"), Column::text("contact_id")],
                wanted
                    .iter()
                    .map(|(_, contact)| vec![text(tenant.as_str()), text(contact.to_string())])
                    .collect(),
            )
            .await
            .map_err(unreachable)?;
        let mut keys = HashMap::with_capacity(rows.len());
        for row in &rows {
            let contact: ContactId = row.parsed(0).map_err(unreachable)?;
            let key = match row.opt_bytes(1).map_err(unreachable)? {
                None => ContactKey::Erased,
                Some(wrapped) => {
                    let associated = of_contact(organization, contact, "contact key");
                    cipher::unwrap_key(wrapping, &associated, wrapped)
                        .map(ContactKey::Held)
                        .map_err(|_| refused("a contact's key does not open with its organization's key"))?
                }
            };
            keys.insert(contact, key);
        }
        Ok(keys)
    }

    fn mac(&self, purpose: &str, message: &str) -> hmac::Hmac<sha2::Sha256> {
        self.signing.mac(&[purpose.as_bytes(), &[0], message.as_bytes()])
    }
}

fn held(keys: &HashMap<ContactId, ContactKey>, contact: ContactId) -> Result<&Key, OpenError> {
    match keys.get(&contact) {
        Some(ContactKey::Held(key)) => Ok(key),
        Some(ContactKey::Erased) => Err(OpenError::Erased),
        None => Err(OpenError::Port(refused("a contact has no key yet"))),
    }
}

#[async_trait]
impl KeyRing for StoredKeys {
    async fn ensure_organization(&self, organization: OrganizationId) -> Result<(), PortError> {
        let (found, _) = self.organizations.get_many(std::iter::once(&organization));
        if !found.is_empty() {
            return Ok(());
        }
        let wrapped = |purpose| {
            let key = self.randomness.key();
            self.randomness
                .seal(
                    &self.master,
                    &of_organization(organization, purpose),
                    key.as_bytes(),
                )
                .map(Cell::Bytes)
                .map_err(|_| refused("an organization's key could not be wrapped"))
        };
        let parameters = vec![
            text(organization.to_string()),
            wrapped("organization sealing")?,
            wrapped("organization look-up")?,
        ];
        self.sql
            .execute(
                "INSERT INTO organization_keys (organization_id, sealing, look_up) VALUES ($1, $2, $3)
                 ON CONFLICT (organization_id) DO NOTHING",
                parameters,
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn create_contact_keys(
        &self,
        organization: OrganizationId,
        contacts: &[ContactId],
    ) -> Result<(), PortError> {
        let wrapping = self.organization_keys(organization).await?;
        // In order, so that two imports of the same people never wait for each other in a circle.
        let mut contacts = contacts.to_vec();
        contacts.sort_unstable();
        contacts.dedup();
        let mut rows = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let associated = of_contact(organization, contact, "contact key");
            let wrapped = self
                .randomness
                .seal(&wrapping.sealing, &associated, self.randomness.key().as_bytes())
                .map_err(|_| refused("a contact's key could not be wrapped"))?;
            rows.push(vec![
                text(organization.to_string()),
                text(contact.to_string()),
                Cell::Bytes(wrapped),
            ]);
        }
        let columns = [
            Column::text("organization_id"),
            Column::text("contact_id"),
            Column::bytes("wrapped"),
        ];
        self.sql
            .bulk_insert_ignore("contact_keys", &columns, rows)
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn seal_many(
        &self,
        organization: OrganizationId,
        texts: &[(ContactId, &str)],
    ) -> Result<Vec<Sealed>, OpenError> {
        let keys = self
            .contact_keys(organization, texts.iter().map(|(contact, _)| *contact))
            .await?;
        texts
            .iter()
            .map(|(contact, clear)| {
                let key = held(&keys, *contact)?;
                let associated = of_contact(organization, *contact, "contact text");
                self.randomness
                    .seal(key, &associated, clear.as_bytes())
                    .map(|ciphertext| envelope(&ciphertext))
                    .map_err(|_| OpenError::Port(refused("a text could not be sealed")))
            })
            .collect()
    }

    async fn open_many(
        &self,
        organization: OrganizationId,
        envelopes: &[(ContactId, &Sealed)],
    ) -> Result<Vec<Result<String, OpenError>>, PortError> {
        let keys = self
            .contact_keys(organization, envelopes.iter().map(|(contact, _)| *contact))
            .await?;
        Ok(envelopes
            .iter()
            .map(|(contact, sealed)| {
                let associated = of_contact(organization, *contact, "contact text");
                opened(held(&keys, *contact)?, &associated, sealed)
            })
            .collect())
    }

    async fn seal_for_organization(
        &self,
        organization: OrganizationId,
        clear: &str,
    ) -> Result<Sealed, PortError> {
        let keys = self.organization_keys(organization).await?;
        let associated = of_organization(organization, "organization text");
        self.randomness
            .seal(&keys.sealing, &associated, clear.as_bytes())
            .map(|ciphertext| envelope(&ciphertext))
            .map_err(|_| refused("a text could not be sealed"))
    }

    async fn open_for_organization(
        &self,
        organization: OrganizationId,
        sealed: &Sealed,
    ) -> Result<String, OpenError> {
        let keys = self.organization_keys(organization).await?;
        let associated = of_organization(organization, "organization text");
        opened(&keys.sealing, &associated, sealed)
    }

    async fn phone_indexes(
        &self,
        organization: OrganizationId,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<PhoneIndex>, PortError> {
        let keys = self.organization_keys(organization).await?;
        Ok(numbers
            .iter()
            .map(|number| {
                let mac = keys.look_up.mac(&[number.as_e164().as_bytes()]);
                PhoneIndex::from_hex(hex::encode(mac.finalize().into_bytes()))
            })
            .collect())
    }

    async fn destroy(&self, organization: OrganizationId, contact: ContactId) -> Result<(), PortError> {
        self.sql
            .execute(
                "INSERT INTO contact_keys (organization_id, contact_id, wrapped) VALUES ($1, $2, NULL)
                 ON CONFLICT (organization_id, contact_id) DO UPDATE SET wrapped = NULL",
                vec![text(organization.to_string()), text(contact.to_string())],
            )
            .await
            .map_err(unreachable)?;
        self.contacts.remove(&(organization, contact));
        Ok(())
    }

    fn sign(&self, purpose: &str, message: &str) -> String {
        hex::encode(self.mac(purpose, message).finalize().into_bytes())
    }

    fn verify(&self, purpose: &str, message: &str, mac: &str) -> bool {
        let Ok(bytes) = hex::decode(mac) else {
            return false;
        };
        let expected = self.mac(purpose, message);
        if mac.len() == SHORT_MAC_CHARS {
            expected.verify_truncated_left(&bytes).is_ok()
        } else {
            expected.verify_slice(&bytes).is_ok()
        }
    }
}
