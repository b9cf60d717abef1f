//! What the steps of a campaign that are still to come are estimated to cost, line by line, and what those that are done should have
//! cost. Pure: what is left to do, what is done and the organization's rate card in, lines out. What was spent is the providers' to say.

use crate::{MicroDollars, organization::RateCard};

/// Characters of a script that is not written yet: 35 seconds at 150 words a minute.
const ASSUMED_CHARACTERS: u64 = 510;
/// Milliseconds that a character takes to say, at the same pace: tenths.
const TENTHS_OF_MS_A_CHARACTER: u64 = 690;
/// Bytes a millisecond of audio at 128 kbit/s.
const BYTES_A_MS: u64 = 16;
/// Bytes of what storage is paid by.
const GIGABYTE: u64 = 1_000_000_000;
/// Days of a month that storage is paid by.
const MONTH_DAYS: u64 = 30;

/// What is left to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkLeft {
    /// Contacts without a script.
    pub to_write: u64,
    /// Who writes them.
    pub writer: CostOfWriting,
    /// Characters of written scripts that have no audio and were not turned down.
    pub characters_to_speak: u64,
    /// Voicemails that are neither handed over nor settled.
    pub to_send: u64,
    /// Length of the audio that there is, milliseconds.
    pub audio_ms: u64,
    /// Days that audio is kept.
    pub retention_days: u32,
}

/// What writing is paid by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CostOfWriting {
    /// A template costs nothing.
    #[default]
    Nothing,
    /// Each script is asked of a model by itself.
    ByScript,
    /// A model's provider writes them in batches, for less.
    ByBatch,
}

/// A step that costs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CostStep {
    /// Writing scripts.
    Writer,
    /// Speaking them.
    Voice,
    /// Delivering them.
    Carrier,
    /// Keeping the audio.
    Storage,
}

/// One line of an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostLine {
    /// What for.
    pub step: CostStep,
    /// How much: scripts, characters, voicemails, bytes.
    pub quantity: u64,
    /// What one script, a thousand characters, one voicemail, a gigabyte for a month is reckoned at.
    pub rate: MicroDollars,
    /// What that makes.
    pub estimate: MicroDollars,
}

/// What is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkDone {
    /// Scripts that a model wrote, and how.
    pub written: u64,
    /// By what they were paid.
    pub writer: CostOfWriting,
    /// Characters that were billed for speaking.
    pub characters_spoken: u64,
    /// Voicemails that were left.
    pub delivered: u64,
}

/// What the rate card says for what is done: what the providers bill is held against it. Nothing for storage, which nobody bills.
pub fn expected(done: &WorkDone, rates: &RateCard) -> [(CostStep, MicroDollars); 3] {
    let script = match done.writer {
        CostOfWriting::Nothing | CostOfWriting::ByScript => rates.script,
        CostOfWriting::ByBatch => rates.script_by_batch(),
    };
    let spoken = u128::from(done.characters_spoken);
    [
        (CostStep::Writer, share(script, u128::from(done.written), 1)),
        (CostStep::Voice, share(rates.thousand_characters, spoken, 1_000)),
        (
            CostStep::Carrier,
            share(rates.delivery, u128::from(done.delivered), 1),
        ),
    ]
}

/// A price for so many of so many; one that does not fit is the largest amount.
fn share(rate: MicroDollars, quantity: u128, of: u128) -> MicroDollars {
    let micros = u128::from(rate.micros().max(0).cast_unsigned()) * quantity / of.max(1);
    MicroDollars::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// The estimate of what is left to do.
pub fn estimate(left: &WorkLeft, rates: &RateCard) -> [CostLine; 4] {
    let (written, script) = match left.writer {
        CostOfWriting::Nothing => (0, rates.script),
        CostOfWriting::ByScript => (left.to_write, rates.script),
        CostOfWriting::ByBatch => (left.to_write, rates.script_by_batch()),
    };
    let characters = left
        .characters_to_speak
        .saturating_add(left.to_write.saturating_mul(ASSUMED_CHARACTERS));
    let to_come_ms = characters.saturating_mul(TENTHS_OF_MS_A_CHARACTER) / 10;
    let bytes = left
        .audio_ms
        .saturating_add(to_come_ms)
        .saturating_mul(BYTES_A_MS);
    let byte_days = u128::from(bytes) * u128::from(left.retention_days);
    let line = |step, quantity, rate, estimate| CostLine {
        step,
        quantity,
        rate,
        estimate,
    };
    [
        line(
            CostStep::Writer,
            written,
            script,
            share(script, u128::from(written), 1),
        ),
        line(
            CostStep::Voice,
            characters,
            rates.thousand_characters,
            share(rates.thousand_characters, u128::from(characters), 1_000),
        ),
        line(
            CostStep::Carrier,
            left.to_send,
            rates.delivery,
            share(rates.delivery, u128::from(left.to_send), 1),
        ),
        line(
            CostStep::Storage,
            bytes,
            rates.gigabyte_month,
            share(rates.gigabyte_month, byte_days, u128::from(GIGABYTE * MONTH_DAYS)),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(left: &WorkLeft) -> [i64; 4] {
        estimate(left, &RateCard::default()).map(|line| line.estimate.micros())
    }

    #[test]
    fn a_hundred_contacts_cost_what_the_specification_says() {
        // $0.10 of scripts, $1.50 of audio, $10 of delivery, less than a cent of storage.
        let [writer, voice, carrier, storage] = of(&WorkLeft {
            to_write: 100,
            writer: CostOfWriting::ByScript,
            to_send: 100,
            retention_days: 90,
            ..WorkLeft::default()
        });
        assert_eq!((writer, voice, carrier), (100_000, 15_300_000, 10_000_000));
        assert!((1..10_000).contains(&storage), "{storage}");
    }

    #[test]
    fn a_batch_writes_for_half_unless_the_rate_card_says_otherwise() {
        let left = WorkLeft {
            to_write: 100,
            writer: CostOfWriting::ByBatch,
            ..WorkLeft::default()
        };
        let writer = |rates: &RateCard| estimate(&left, rates)[0].estimate.micros();
        assert_eq!(writer(&RateCard::default()), 50_000);
        let told = RateCard {
            script_by_batch: Some(MicroDollars::from_micros(750)),
            ..RateCard::default()
        };
        assert_eq!(writer(&told), 75_000);
    }

    #[test]
    fn what_is_done_is_held_against_the_same_rate_card() {
        let done = WorkDone {
            written: 100,
            writer: CostOfWriting::ByBatch,
            characters_spoken: 51_000,
            delivered: 90,
        };
        let micros = expected(&done, &RateCard::default()).map(|(_, cost)| cost.micros());
        assert_eq!(micros, [50_000, 15_300_000, 9_000_000]);
    }

    #[test]
    fn a_template_writes_for_nothing_and_what_is_done_is_not_estimated_again() {
        let [writer, voice, carrier, _] = of(&WorkLeft {
            characters_to_speak: 4_000,
            to_send: 8,
            ..WorkLeft::default()
        });
        assert_eq!((writer, voice, carrier), (0, 1_200_000, 800_000));
        assert_eq!(of(&WorkLeft::default()), [0; 4]);
    }
}
