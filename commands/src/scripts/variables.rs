//! What a template may name: the contact's details, the agent's profile, the campaign's own values.

use std::collections::BTreeMap;

use domain::{
    Location, PersonalDetails,
    campaign::{Campaign, CampaignType},
    organization::AgentProfile,
};

use super::speakable;

/// Every variable that a template may name besides the campaign's own, with what it stands for.
pub const KNOWN_VARIABLES: &[(&str, &str)] = &[
    ("first_name", "given name; missing for a company or a trust"),
    ("last_name", "family name"),
    ("name", "whole name"),
    ("street", "street with house number"),
    ("street_name", "street without house number"),
    ("city", "city"),
    ("state", "state, spoken"),
    ("zip", "ZIP code"),
    ("sale_price", "last sale price, spoken"),
    ("sale_date", "last sale, spoken"),
    ("days_on_market", "days on market"),
    ("property_type", "kind of property"),
    ("list_price", "asking price, spoken"),
    ("estimated_value", "estimated value, spoken"),
    ("bedrooms", "bedrooms"),
    ("bathrooms", "bathrooms"),
    ("square_feet", "living area, square feet"),
    ("lot_size", "size of the lot, as the list has it"),
    ("year_built", "year in which it was built"),
    ("apn", "parcel number"),
    ("county", "county"),
    ("mls_number", "number at the MLS"),
    ("co_owner", "second owner"),
    ("listing_status", "listing status, lower case"),
    ("agent_name", "the agent"),
    ("brokerage", "the brokerage's licensed name"),
    ("agent_phone", "number for calling back"),
    ("opt_out_phone", "number of the opt-out line"),
    ("campaign_name", "name of the campaign"),
    ("neighborhood", "the farm; without one, what the list says"),
];

/// Variables that are a column of the list, as it stands there.
const AS_LISTED: [&str; 11] = [
    "days_on_market",
    "property_type",
    "bedrooms",
    "bathrooms",
    "square_feet",
    "lot_size",
    "year_built",
    "apn",
    "county",
    "mls_number",
    "co_owner",
];

/// Variables that are a price of the list.
const PRICES: [&str; 3] = ["sale_price", "list_price", "estimated_value"];

/// Kept with a contact for people alone: neither a template nor a model is given it.
const NOT_SAID: [&str; 3] = ["notes", "email_as_given", "phone_extension"];

/// Values by name; a known name without a value is missing, and a template must say what to do then.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Variables {
    /// Collects what is known of this contact in this campaign.
    pub fn of(
        details: &PersonalDetails,
        location: &Location,
        listing_status: Option<&str>,
        campaign: &Campaign,
        agent: &AgentProfile,
    ) -> Self {
        let attribute = |name: &str| details.attributes.get(name).map(String::as_str);
        let mut values = Self::default();
        // Columns that somebody named. What a list calls like one of ours can't pass for it.
        for (name, value) in &details.attributes {
            if !NOT_SAID.contains(&name.as_str()) && !is_known(name) {
                values.put(name, Some(value));
            }
        }
        values.0.extend(
            campaign
                .script_variables
                .iter()
                .map(|(n, v)| (n.clone(), v.clone())),
        );
        values.put("first_name", Some(&details.first_name));
        values.put("last_name", Some(&details.last_name));
        values.put("name", Some(&details.name));
        values.put("street", details.street.as_deref());
        values.put(
            "street_name",
            details.street.as_deref().map(speakable::street_without_number),
        );
        values.put("city", location.city.as_deref());
        values.put("state", location.state.map(|s| s.name()));
        values.put("zip", location.zip.as_deref());
        for name in PRICES {
            values.put(name, attribute(name).and_then(speakable::price).as_deref());
        }
        values.put(
            "sale_date",
            attribute("sale_date").and_then(speakable::date).as_deref(),
        );
        for name in AS_LISTED {
            values.put(name, attribute(name));
        }
        values.put("listing_status", listing_status.map(str::to_lowercase).as_deref());
        values.put("agent_name", Some(&agent.name));
        values.put("brokerage", Some(&agent.brokerage));
        values.put("agent_phone", Some(&agent.phone));
        values.put("opt_out_phone", Some(&agent.opt_out_phone));
        values.put("campaign_name", Some(&campaign.name));
        let farm = campaign.neighborhood.as_deref();
        values.put("neighborhood", farm.or_else(|| attribute("neighborhood")));
        values.put("campaign_type", campaign.kind.map(campaign_type));
        values
    }

    /// As the template engine takes them.
    pub(super) fn context(&self) -> minijinja::Value {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), minijinja::Value::from(value.as_str())))
            .collect()
    }

    /// The values that there are.
    pub const fn values(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    fn put(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value.map(str::trim).filter(|v| !v.is_empty()) {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// One of our own names, which no column of a list takes.
fn is_known(name: &str) -> bool {
    name == "campaign_type" || KNOWN_VARIABLES.iter().any(|(known, _)| *known == name)
}

const fn campaign_type(kind: CampaignType) -> &'static str {
    match kind {
        CampaignType::SphereOfInfluence => "sphere of influence",
        CampaignType::PastClients => "past clients",
        CampaignType::NeighborhoodExpireds => "neighborhood expireds",
        CampaignType::HighEquity => "high equity",
        CampaignType::Custom => "custom",
    }
}
