//! The installation's signature that strangers can check: Ed25519, by a key that follows from the master key.

/// Signs notes.
pub trait NoteSigner: Send + Sync + std::fmt::Debug {
    /// Whose signature it is: the log's origin, without spaces and pluses.
    fn name(&self) -> &str;

    /// The public key, 32 bytes.
    fn public_key(&self) -> [u8; 32];

    /// The signature of these bytes.
    fn sign(&self, text: &[u8]) -> Vec<u8>;
}
