//! Wrapped keys in the work store's tables, and the port over them. Pages of contacts' keys are remembered only on SQLite, where
//! this process is the only one: elsewhere another node may destroy a key, and it must be gone here at once.

use std::{collections::HashMap, io, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use commands::ports::{KeyRing, OpenError, PortError, PortErrorKind};
use database::{Column, DatabaseError, Engine, Sql, text};
use domain::{ContactId, OrganizationId, PhoneIndex, PhoneNumber, Sealed};
use hmac::Mac;
use projections::Cell;
use uuid::{Uuid, fmt::Hyphenated};

use super::{
    cipher::{self, DoesNotOpen, Key, Randomness},
    envelope::{Envelope, KeyPlace, PageId},
    key_page::{KeyPage, PAGE_KEYS, Slot},
    master::{MasterKey, SECRET_CHARS_MIN},
    recent::Recent,
};
use crate::work::unreachable;

/// Unwrapped pages of contacts' keys that are kept, times two.
const PAGES_KEPT: usize = 512;

/// Times that the destruction of a key is tried while others destroy keys of the same page.
const DESTROY_ATTEMPTS_MAX: u32 = 100;

/// Unwrapped organization keys that are kept, times two.
const ORGANIZATION_KEYS_KEPT: usize = 4_096;

/// What every envelope under an organization's key begins with, so that a later form can be told apart.
const ORGANIZATION_FORM: &str = "1.";

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

/// The key ring over the work store.
#[derive(Debug)]
pub struct StoredKeys {
    sql: Sql,
    master: Key,
    signing: Key,
    filing: Key,
    randomness: Randomness,
    organizations: Recent<OrganizationId, Arc<OrganizationKeys>>,
    pages: Recent<(OrganizationId, PageId), Arc<KeyPage>>,
}

fn of_contact(organization: OrganizationId, contact: ContactId, purpose: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(purpose.len() + 2 + 2 * Hyphenated::LENGTH);
    text.extend_from_slice(purpose.as_bytes());
    let mut id = Uuid::encode_buffer();
    for part in [organization.as_uuid(), contact.as_uuid()] {
        text.push(0);
        text.extend_from_slice(part.hyphenated().encode_lower(&mut id).as_bytes());
    }
    text
}

fn of_organization(organization: OrganizationId, purpose: &str) -> Vec<u8> {
    format!("{purpose}\0{organization}").into_bytes()
}

fn opened(key: &Key, associated: &[u8], ciphertext: &[u8]) -> Result<String, OpenError> {
    let clear = cipher::open(key, associated, ciphertext).map_err(|_| OpenError::Damaged)?;
    String::from_utf8(clear).map_err(|_| OpenError::Damaged)
}

fn refused(what: &str) -> PortError {
    PortError::new(PortErrorKind::Permanent, format!("the key ring: {what}"))
}

impl StoredKeys {
    /// Opens the ring: the first time it makes the installation's own keys; later these prove the master key.
    pub async fn open(sql: Sql, master: &MasterKey) -> Result<Self, KeyRingError> {
        let master = master.0.clone();
        let randomness = Randomness::from_system();
        let signing = installation_key(&sql, &master, &randomness, "signing").await?;
        let filing = installation_key(&sql, &master, &randomness, "filing").await?;
        Ok(Self {
            sql,
            master,
            signing,
            filing,
            randomness,
            organizations: Recent::with_room(ORGANIZATION_KEYS_KEPT),
            pages: Recent::with_room(PAGES_KEPT),
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

    fn pages_are_remembered(&self) -> bool {
        self.sql.engine() == Engine::Sqlite
    }

    /// The pages that these keys lie on: what is remembered, and one query for the rest.
    async fn pages(
        &self,
        organization: OrganizationId,
        places: impl Iterator<Item = KeyPlace>,
    ) -> Result<HashMap<PageId, Arc<KeyPage>>, PortError> {
        let mut wanted: Vec<PageId> = places.map(|place| place.page).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let asked: Vec<_> = wanted.iter().map(|page| (organization, *page)).collect();
        let (remembered, epoch) = self.pages.get_many(asked.iter());
        let mut pages: HashMap<PageId, Arc<KeyPage>> =
            remembered.into_iter().map(|((_, id), page)| (id, page)).collect();
        wanted.retain(|page| !pages.contains_key(page));
        if wanted.is_empty() {
            return Ok(pages);
        }
        let wrapping = self.organization_keys(organization).await?;
        let looked_up = self.look_up(organization, &wrapping.sealing, &wanted).await?;
        if self.pages_are_remembered() {
            let entries = looked_up
                .iter()
                .map(|(id, page)| ((organization, *id), Arc::clone(page)));
            self.pages.insert_many(entries, epoch);
        }
        pages.extend(looked_up);
        Ok(pages)
    }

    async fn look_up(
        &self,
        organization: OrganizationId,
        wrapping: &Key,
        wanted: &[PageId],
    ) -> Result<Vec<(PageId, Arc<KeyPage>)>, PortError> {
        let columns = [Column::text("page"), Column::bytes("wrapped")];
        let keys = wanted.iter().map(|page| vec![text(page.to_string())]).collect();
        let rows = self
            .sql
            .bulk_select("contact_key_pages", &columns, &columns[..1], keys)
            .await
            .map_err(unreachable)?;
        let mut pages = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: PageId = row.parsed(0).map_err(unreachable)?;
            // A page of another organization does not open: its envelopes count as damaged.
            if let Ok(page) = KeyPage::unwrap(
                wrapping,
                &of_page(organization, id),
                row.bytes(1).map_err(unreachable)?,
            ) {
                pages.push((id, Arc::new(page)));
            }
        }
        Ok(pages)
    }

    /// Seals what belongs to no organization yet, such as a carrier's request; it opens for the same id alone.
    pub(crate) fn seal_for_installation(&self, id: Uuid, clear: &[u8]) -> Result<Vec<u8>, PortError> {
        let sealed = self.randomness.seal(&self.filing, &filed(id), clear);
        sealed.map_err(|_| refused("what is filed can't be sealed"))
    }

    /// Opens what [`StoredKeys::seal_for_installation`] sealed.
    pub(crate) fn open_for_installation(&self, id: Uuid, sealed: &[u8]) -> Result<Vec<u8>, PortError> {
        let clear = cipher::open(&self.filing, &filed(id), sealed);
        clear.map_err(|_| refused("what is filed is damaged, or was moved"))
    }

    fn mac(&self, purpose: &str, message: &str) -> hmac::Hmac<sha2::Sha256> {
        self.signing.mac(&[purpose.as_bytes(), &[0], message.as_bytes()])
    }
}

fn filed(id: Uuid) -> Vec<u8> {
    format!("filed\0{id}").into_bytes()
}

/// A key of the installation itself, made the first time it is asked for.
async fn installation_key(
    sql: &Sql,
    master: &Key,
    randomness: &Randomness,
    name: &str,
) -> Result<Key, KeyRingError> {
    let purpose = format!("installation {name}");
    let wrapped = randomness.seal(master, purpose.as_bytes(), randomness.key().as_bytes())?;
    sql.execute(
        "INSERT INTO installation_keys (name, wrapped) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        vec![text(name), Cell::Bytes(wrapped)],
    )
    .await?;
    let row = sql
        .query_opt(
            "SELECT wrapped FROM installation_keys WHERE name = $1",
            vec![text(name)],
        )
        .await?
        .ok_or_else(|| DatabaseError::invalid("a key of the installation is missing"))?;
    cipher::unwrap_key(master, purpose.as_bytes(), row.bytes(0)?).map_err(|_| KeyRingError::WrongMasterKey)
}

fn of_page(organization: OrganizationId, page: PageId) -> Vec<u8> {
    format!("contact keys\0{organization}\0{page}").into_bytes()
}

fn held(pages: &HashMap<PageId, Arc<KeyPage>>, place: KeyPlace) -> Result<Key, OpenError> {
    match pages.get(&place.page).map(|page| page.key(place.slot)) {
        Some(Slot::Held(key)) => Ok(key),
        Some(Slot::Destroyed) => Err(OpenError::Erased),
        Some(Slot::Absent) | None => Err(OpenError::Damaged),
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

    async fn seal_new(
        &self,
        organization: OrganizationId,
        texts: &[(ContactId, &str)],
    ) -> Result<Vec<Sealed>, PortError> {
        let wrapping = self.organization_keys(organization).await?;
        let mut sealed = Vec::with_capacity(texts.len());
        let mut rows = Vec::with_capacity(texts.len().div_ceil(PAGE_KEYS));
        for contacts in texts.chunks(PAGE_KEYS) {
            let (id, page) = (PageId::now_v7(), KeyPage::drawn(&self.randomness, contacts.len()));
            for (slot, (contact, clear)) in (0..).zip(contacts) {
                let Slot::Held(key) = page.key(slot) else {
                    return Err(refused("a new key is missing"));
                };
                let associated = of_contact(organization, *contact, "contact text");
                let ciphertext = self
                    .randomness
                    .seal(&key, &associated, clear.as_bytes())
                    .map_err(|_| refused("a text could not be sealed"))?;
                sealed.push(Envelope::written(KeyPlace { page: id, slot }, &ciphertext));
            }
            let wrapped = page
                .wrapped(&self.randomness, &wrapping.sealing, &of_page(organization, id))
                .map_err(|_| refused("keys could not be wrapped"))?;
            rows.push(vec![
                text(id.to_string()),
                text(organization.to_string()),
                Cell::Bytes(wrapped),
            ]);
        }
        let columns = [
            Column::text("page"),
            Column::text("organization_id"),
            Column::bytes("wrapped"),
        ];
        self.sql
            .bulk_insert_ignore("contact_key_pages", &columns, rows)
            .await
            .map_err(unreachable)?;
        Ok(sealed)
    }

    async fn seal_many(
        &self,
        organization: OrganizationId,
        texts: &[(ContactId, &Sealed, &str)],
    ) -> Result<Vec<Sealed>, OpenError> {
        let places: Vec<KeyPlace> = texts
            .iter()
            .map(|(_, known, _)| Envelope::read(known).map(|envelope| envelope.place))
            .collect::<Option<_>>()
            .ok_or(OpenError::Damaged)?;
        let pages = self.pages(organization, places.iter().copied()).await?;
        texts
            .iter()
            .zip(places)
            .map(|((contact, _, clear), place)| {
                let key = held(&pages, place)?;
                let associated = of_contact(organization, *contact, "contact text");
                self.randomness
                    .seal(&key, &associated, clear.as_bytes())
                    .map(|ciphertext| Envelope::written(place, &ciphertext))
                    .map_err(|_| OpenError::Port(refused("a text could not be sealed")))
            })
            .collect()
    }

    async fn open_many(
        &self,
        organization: OrganizationId,
        envelopes: &[(ContactId, &Sealed)],
    ) -> Result<Vec<Result<String, OpenError>>, PortError> {
        let read: Vec<Option<Envelope>> = envelopes
            .iter()
            .map(|(_, sealed)| Envelope::read(sealed))
            .collect();
        let pages = self
            .pages(organization, read.iter().flatten().map(|envelope| envelope.place))
            .await?;
        Ok(envelopes
            .iter()
            .zip(read)
            .map(|((contact, _), envelope)| {
                let envelope = envelope.ok_or(OpenError::Damaged)?;
                let associated = of_contact(organization, *contact, "contact text");
                opened(&held(&pages, envelope.place)?, &associated, &envelope.ciphertext)
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
            .map(|ciphertext| {
                Sealed::from_ciphertext(format!(
                    "{ORGANIZATION_FORM}{}",
                    URL_SAFE_NO_PAD.encode(ciphertext)
                ))
            })
            .map_err(|_| refused("a text could not be sealed"))
    }

    async fn open_for_organization(
        &self,
        organization: OrganizationId,
        sealed: &Sealed,
    ) -> Result<String, OpenError> {
        let keys = self.organization_keys(organization).await?;
        let associated = of_organization(organization, "organization text");
        let body = sealed.ciphertext().strip_prefix(ORGANIZATION_FORM);
        let ciphertext = body.and_then(|body| URL_SAFE_NO_PAD.decode(body).ok());
        opened(&keys.sealing, &associated, &ciphertext.ok_or(OpenError::Damaged)?)
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

    async fn destroy(
        &self,
        organization: OrganizationId,
        _contact: ContactId,
        envelope: &Sealed,
    ) -> Result<(), PortError> {
        let place = Envelope::read(envelope)
            .ok_or_else(|| refused("the envelope names no key"))?
            .place;
        let wrapping = self.organization_keys(organization).await?;
        let associated = of_page(organization, place.page);
        // Another key of the page may be destroyed at the same time: each writes only over what it has read.
        for _ in 0..DESTROY_ATTEMPTS_MAX {
            let found = self
                .sql
                .query_opt(
                    "SELECT wrapped FROM contact_key_pages WHERE page = $1",
                    vec![text(place.page.to_string())],
                )
                .await
                .map_err(unreachable)?;
            let before = match &found {
                Some(row) => row.bytes(0).map_err(unreachable)?,
                None => return Err(refused("the envelope's key is not there")),
            };
            let mut page = KeyPage::unwrap(&wrapping.sealing, &associated, before)
                .map_err(|_| refused("keys do not open with their organization's key"))?;
            page.destroy(place.slot);
            let after = page
                .wrapped(&self.randomness, &wrapping.sealing, &associated)
                .map_err(|_| refused("keys could not be wrapped"))?;
            let written = self
                .sql
                .execute(
                    "UPDATE contact_key_pages SET wrapped = $1 WHERE page = $2 AND wrapped = $3",
                    vec![
                        Cell::Bytes(after),
                        text(place.page.to_string()),
                        Cell::Bytes(before.to_vec()),
                    ],
                )
                .await
                .map_err(unreachable)?;
            self.pages.remove(&(organization, place.page));
            if written == 1 {
                return Ok(());
            }
        }
        Err(PortError::new(
            PortErrorKind::Retryable,
            "the key ring: the page of a key keeps changing; try again",
        ))
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
