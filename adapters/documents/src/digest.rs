//! What stands in a digest, in words and in lengths of bars, ready for either template.

use serde::Serialize;

/// A figure with what it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it counts.
    pub name: &'static str,
    /// The figure.
    pub value: String,
    /// Its denominator, or what else belongs to it.
    pub under: String,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// The day, short.
    pub label: String,
    /// Handed over.
    pub attempted: String,
    /// Left.
    pub delivered: String,
    /// Length of the bar of those handed over, 0 to 1.
    pub attempted_length: f64,
    /// Length of the bar of those left, 0 to 1.
    pub delivered_length: f64,
}

/// A share with how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// 0 to 1.
    pub share: f64,
    /// The least that is likely.
    pub low: f64,
    /// The most that is likely.
    pub high: f64,
}

/// What came of the voicemails to one state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Handed over.
    pub attempted: String,
    /// Left.
    pub delivered: String,
    /// The rate.
    pub rate: Option<Share>,
}

/// One hour of the recipients' day, all days together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hour {
    /// `9 am`.
    pub label: String,
    /// Handed over.
    pub attempted: String,
    /// The rate that is shown.
    pub rate: Option<Share>,
}

/// How a part of the bar of outcomes is shaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shade {
    /// The best that can come of a voicemail.
    Strong,
    /// Left, and not known to have been played.
    Middle,
    /// Nobody knows.
    Pale,
    /// Not left.
    Bad,
    /// Never sent.
    Unsent,
}

/// What became of a part of the contacts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomePart {
    /// What.
    pub label: &'static str,
    /// Of how many.
    pub count: String,
    /// Of the whole, 0 to 1.
    pub share: f64,
    /// How it is shaded.
    pub shade: Shade,
}

/// One hour of one day of the week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HourCell {
    /// The share that is shown, 0 to 1.
    pub share: f64,
    /// The same in whole per cent.
    pub percent: String,
    /// Of how many.
    pub of: String,
    /// Of so few that it says little.
    pub small: bool,
}

/// A day of the week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeekRow {
    /// `Mon`.
    pub day: &'static str,
    /// By hour; nothing where nothing was handed over.
    pub cells: Vec<Option<HourCell>>,
}

/// The hours of the week as a map of shades.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// From the first used hour of the day to the last.
    pub hours: Vec<String>,
    /// The days on which something was handed over.
    pub rows: Vec<WeekRow>,
    /// The greatest share that is not of few: the darkest shade.
    pub most: f64,
    /// Below how many a cell says little.
    pub small_below: i64,
}

/// What to do differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What.
    pub advice: String,
    /// The figures that it rests on.
    pub basis: String,
}

/// A line of a list: what, and how often or how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What.
    pub what: String,
    /// How much.
    pub value: String,
}

/// A digest, ready to be set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestDocument {
    /// Who sent it.
    pub organization: String,
    /// The campaign's name.
    pub campaign: String,
    /// What it was for, and for which farm.
    pub subtitle: String,
    /// From when to when.
    pub period: String,
    /// The last event that is in the figures was recorded before this; in words.
    pub as_of: String,
    /// How it went.
    pub summary: Vec<String>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What became of everybody, a bar whose parts are the whole.
    pub outcomes: Vec<OutcomePart>,
    /// Of whom: `of 412 contacts`.
    pub outcome_of: String,
    /// What the hours show: `listened to` or `left in the mailbox`.
    pub hours_show: &'static str,
    /// By day; the last ones where there are many.
    pub days: Vec<Bar>,
    /// Which days these are, where they are not all.
    pub days_note: String,
    /// By hour of the week; nothing where there are too few for a pattern.
    pub week: Option<Week>,
    /// By hour of the recipients' day.
    pub hours: Vec<Hour>,
    /// By state; the largest ones.
    pub states: Vec<Place>,
    /// Why voicemails were not left.
    pub failures: Vec<Line>,
    /// Who listened longest.
    pub listeners: Vec<Line>,
    /// What to do differently.
    pub recommendations: Vec<Advice>,
}
