//! The headers that are known by name, and how near to one a misspelt header is. To teach the reader a new header, add
//! it to its field's line.

/// Attributes that are kept without being asked for, because scripts speak of them.
pub(crate) const ATTRIBUTES: [&str; 11] = [
    "list_price",
    "estimated_value",
    "bedrooms",
    "bathrooms",
    "square_feet",
    "lot_size",
    "year_built",
    "apn",
    "county",
    "neighborhood",
    "mls_number",
];

/// Field name, then the headers that mean it: lower case, words apart, numbers left out.
pub(crate) const SYNONYMS: [(&str, &str); 48] = [
    (
        "owner_name",
        "owner name|owner|owners|owner s|owner names|owner full name|full name|fullname|name|contact name|contact|\
        own|own name|homeowner|homeowner name|home owner|property owner|property owner name|taxpayer|taxpayer name|\
        seller|seller name|display name|unstructured name|file as|owner of record|legal owner|assessee|assessee name|vesting|customer|customer name|lead name|client name|borrower|borrower name|recipient|grantee",
    ),
    ("name_prefix", "name prefix|prefix|title|salutation|honorific"),
    (
        "first_name",
        "first name|first|firstname|fname|f name|given name|given|forename|owner first name|owner first|own first|own first name|contact first name|first nm",
    ),
    (
        "middle_name",
        "middle name|middle|middle initial|mi|additional name|owner middle name",
    ),
    (
        "last_name",
        "last name|last|lastname|lname|l name|surname|family name|family|owner last name|owner last|own last|own last name|contact last name|last nm",
    ),
    ("name_suffix", "name suffix|suffix"),
    (
        "co_owner",
        "co owner|coowner|co owner name|second owner|second owner name|spouse|spouse name|owner second|secondary owner|secondary name|partner name",
    ),
    (
        "co_owner_first_name",
        "co owner first name|spouse first name|second owner first name|secondary first name",
    ),
    (
        "co_owner_last_name",
        "co owner last name|spouse last name|second owner last name|secondary last name",
    ),
    (
        "organization",
        "organization name|organization|company|company name|business name|business|entity|entity name|trust name",
    ),
    (
        "phone",
        "phone|phones|phone number|phone numbers|telephone|telephone number|telephone no|tel|tel no|phone no|ph|ph no|contact number|contact no|\
        phone value|best phone|primary phone|main phone|owner phone|number to call|dial number|phonenumber|phone num|phone nbr|telephone num|other phone|alt phone|alternate phone",
    ),
    (
        "mobile_phone",
        "mobile phone|mobile|cell|cell phone|cellphone|mobile number|cell number|cellular|mobile no|cell no|wireless|wireless phone|mobile phone number|cell phone number",
    ),
    (
        "home_phone",
        "home phone|home phone number|landline|land line|residential phone|home telephone|house phone|home number",
    ),
    (
        "work_phone",
        "work phone|business phone|office phone|work number|company main phone|work telephone",
    ),
    ("phone_label", "phone label|phone type|phone line type|line type"),
    ("phone_extension", "extension|ext|phone extension|phone ext"),
    (
        "phone_do_not_contact",
        "phone dnc|phone do not call|phone dnc status|phone on dnc",
    ),
    ("do_not_contact_phone", "phone not to be called"),
    (
        "email",
        "email|e mail|emails|email address|e mail address|email addresses|mail id|emailaddress|e mail value|email value|owner email|primary email|contact email",
    ),
    (
        "street",
        "property address|address|street|street address|site address|situs address|situs|property street|property street address|\
        address street|site addr|situs addr|prop address|prop addr|subject address|property|addr|address line|location|physical address|\
        home street|home address|listing address|situs street|site street|property location|situs street address|address line one|property addr|site address street",
    ),
    (
        "street_number",
        "street number|street no|house number|house no|situs number|site number|street num|house num|situs house number|site house number|st number|st no",
    ),
    (
        "street_name",
        "street name|situs street name|site street name|st name|road name",
    ),
    (
        "unit",
        "unit|unit number|unit no|apt|apartment|suite|apt no|unit num|extended address|address extended|address unit|site unit|situs unit|property unit",
    ),
    (
        "city",
        "city|property city|site city|situs city|town|prop city|address city|home city|municipality|subject city|listing city|city name",
    ),
    (
        "state",
        "state|property state|site state|situs state|st|prop state|address region|region|province|home state|state code|state province|address state|subject state",
    ),
    (
        "zip",
        "zip|zip code|zipcode|postal code|postcode|postal|property zip|property zip code|site zip|situs zip|prop zip|address postal code|home postal code|zip five|zip postal code|subject zip|zip plus",
    ),
    (
        "city_state_zip",
        "city state zip|city st zip|city state|city state zip code|site city state zip|situs city state zip|property city state zip|csz|city st|city and state|city state and zip",
    ),
    (
        "full_address",
        "full address|address formatted|complete address|formatted value|property full address|formatted address|full property address|site full address|situs full address",
    ),
    (
        "mailing_street",
        "mailing address|mail address|mailing street|mail street|owner address|mail addr|mailing addr|mailing street address|m addr|tax address|billing address|owner street|owner mailing address|taxpayer address|billing street|mailing address line",
    ),
    (
        "mailing_unit",
        "mailing unit|mail unit|mailing apt|mailing unit number|owner unit",
    ),
    (
        "mailing_city",
        "mailing city|mail city|owner city|m city|tax city|billing city|owner mailing city|taxpayer city",
    ),
    (
        "mailing_state",
        "mailing state|mail state|owner state|m state|tax state|billing state|owner mailing state|mailing st|mail st|taxpayer state",
    ),
    (
        "mailing_zip",
        "mailing zip|mail zip|owner zip|m zip|tax zip|billing zip|mailing zip code|mail zip code|owner zip code|mailing zipcode|mailing postal code|billing zip code|owner mailing zip|taxpayer zip|mail zipcode",
    ),
    (
        "mailing_city_state_zip",
        "mailing city state zip|mail city state zip|owner city state zip|mail city st zip|mailing city state|mail city state|mailing csz|mail csz",
    ),
    (
        "sale_date",
        "sale date|last sale date|sold date|date sold|date of sale|purchase date|transfer date|last transfer date|recording date|last sale recording date|close date|closing date|closed date|coe date|sales date|last sold date|lst sale date|doc date|acquisition date|last sale recorded",
    ),
    (
        "sale_price",
        "sale price|last sale price|sold price|sales price|purchase price|last sale amount|sale amount|price sold|sale amt|last sale amt|close price|closing price|closed price|last sold price|sales amount|transfer amount|transfer value|price paid|sale value|last sale value",
    ),
    (
        "listing_status",
        "listing status|status|mls status|property status|current status|list status|lead status|stat|mls listing status",
    ),
    (
        "days_on_market",
        "days on market|dom|cdom|adom|days on mkt|cumulative days on market|market days|days listed",
    ),
    (
        "property_type",
        "property type|prop type|type of property|use code description|land use|property use|home type|property class|property sub type|property subtype|land use description|use type|building type",
    ),
    (
        "do_not_contact",
        "do not contact|do not call|dnc|dnc status|dnc flag|donotcall|do not call flag|on dnc|on dnc list|federal dnc|national dnc|state dnc|dnc list|opt out|opted out|unsubscribed|dnc registered|no call|do not call list|dncr|is dnc|do not call registry|donotcontact|dnc match",
    ),
    (
        "labels",
        "labels|label|tags|tag|group membership|categories|category|groups|call result|last call result|disposition",
    ),
    ("notes", "notes|note|note contents|comments|comment|remarks|memo"),
    (
        "list_price",
        "list price|listing price|asking price|current price|original list price|price|lp|ask price|current list price",
    ),
    (
        "estimated_value",
        "estimated value|est value|market value|avm|avm value|home value|estimated home value|zestimate|est market value",
    ),
    ("bedrooms", "bedrooms|beds|bed|br|bd|bedroom|no of bedrooms|bdrms"),
    (
        "bathrooms",
        "bathrooms|baths|bath|ba|bathroom|total baths|no of bathrooms",
    ),
    (
        "square_feet",
        "square feet|sq ft|sqft|living area|building sq ft|living sq ft|square footage|building area|bldg sqft|bldg sq ft|living square feet|living sqft",
    ),
    (
        "year_built",
        "year built|yr built|built|yr blt|year blt|built year",
    ),
];

/// Insertions, deletions, replacements and swaps of neighbours; more than `limit` is `limit + 1`.
pub(crate) fn spelling_distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()].min(limit + 1)
}
