//! Keys as header values that do not print themselves.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::InvalidProvider;

/// The headers that carry the keys. Refuses a key that no header can carry, such as one with a line break pasted along.
pub(crate) fn credentials(
    provider: &'static str,
    keys: &[(&'static str, SecretString)],
) -> Result<HeaderMap, InvalidProvider> {
    let mut headers = HeaderMap::new();
    for (name, key) in keys {
        let mut value = HeaderValue::from_str(key.expose_secret()).map_err(|_| InvalidProvider {
            provider,
            reason: format!("the key for {name} has characters that no header can carry; copy it again"),
        })?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_prints_itself() {
        let headers = credentials("p", &[("x-key", "secret-1".into())]).unwrap();
        assert_eq!(headers["x-key"], "secret-1");
        assert!(!format!("{headers:?}").contains("secret-1"));
        let refused = credentials("p", &[("x-key", "secret-1\n".into())]).unwrap_err();
        assert!(!refused.to_string().contains("secret-1"), "{refused}");
    }
}
