//! A speech whose answer was lost is found in the account's history, and only the one that was ordered.

use chrono::{DateTime, Duration, Utc};
use commands::ports::{SpeechRequest, SpeechSynthesizer, VoiceSettings};
use domain::MicroDollars;
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{path, query_param, query_param_is_missing},
};

use crate::stage::{elevenlabs, json, requests, sent};

fn ordered_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn request() -> SpeechRequest {
    SpeechRequest {
        text: "Hi Dana, this is Pat.".into(),
        voice: "voice1".into(),
        settings: VoiceSettings {
            stability: 50,
            similarity: 75,
        },
    }
}

fn item(id: &str, text: &str, seconds: i64) -> Value {
    json!({
        "history_item_id": id, "voice_id": "voice1", "model_id": "eleven_multilingual_v2", "text": text,
        "date_unix": (ordered_at() + Duration::seconds(seconds)).timestamp(),
        "character_count_change_from": 100, "character_count_change_to": 121, "state": "created",
    })
}

fn page(items: &[Value], more: bool) -> ResponseTemplate {
    let last = items.last().map(|i| i["history_item_id"].clone());
    json(
        200,
        json!({ "history": items, "has_more": more, "last_history_item_id": last }),
    )
}

/// A second of a tone that can be heard, as a plain WAV.
fn tone() -> Vec<u8> {
    let samples: Vec<u8> = (0..8_000_u32)
        .flat_map(|n| {
            let loud = if (n / 10).is_multiple_of(2) {
                8_000_i16
            } else {
                -8_000
            };
            loud.to_le_bytes()
        })
        .collect();
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + samples.len() as u32).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend_from_slice(&8_000_u32.to_le_bytes());
    wav.extend_from_slice(&16_000_u32.to_le_bytes());
    wav.extend_from_slice(b"\x02\0\x10\0data");
    wav.extend_from_slice(&(samples.len() as u32).to_le_bytes());
    wav.extend_from_slice(&samples);
    wav
}

async fn account(pages: Vec<(Option<&str>, ResponseTemplate)>) -> MockServer {
    let server = MockServer::start().await;
    for (after, page) in pages {
        let asked = Mock::given(path("/v1/history"));
        let asked = match after {
            Some(id) => asked.and(query_param("start_after_history_item_id", id)),
            None => asked.and(query_param_is_missing("start_after_history_item_id")),
        };
        asked.respond_with(page).mount(&server).await;
    }
    Mock::given(path("/v1/history/wanted/audio"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(tone(), "audio/wav"))
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn it_is_found_by_its_words_behind_later_ones_and_costs_what_was_billed() {
    let first = page(&[item("later", "Hi Adam, this is Pat.", 9)], true);
    let second = page(
        &[
            item("wanted", "Hi Dana, this is Pat.", 3),
            item("old", "Hi Dana, this is Pat.", -900),
        ],
        false,
    );
    let server = account(vec![(None, first), (Some("later"), second)]).await;
    let found = elevenlabs(&server.uri())
        .recall(&request(), ordered_at())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.provider_id.as_str(), found.characters, found.duration_ms),
        ("wanted", 21, 1_000)
    );
    // $0.10 a thousand.
    assert_eq!(found.cost, MicroDollars::from_micros(2_100));
    assert_eq!((found.media_type.as_str(), found.unusable), ("audio/wav", None));
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn what_was_ordered_before_or_in_other_words_is_not_it() {
    let items = [
        item("other", "Hi Dana, this is Pat!", 3),
        item("wanted", "Hi Dana, this is Pat.", -900),
    ];
    let server = account(vec![(None, page(&items, true))]).await;
    let found = elevenlabs(&server.uri()).recall(&request(), ordered_at()).await;
    assert_eq!(found, Ok(None));
    // It is looked for more than once, as it may be written down late; and no further back than the order.
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn a_recording_that_nobody_hears_is_billed_and_said_to_be_unusable() {
    let server = MockServer::start().await;
    let mut silent = tone();
    silent[44..].fill(0);
    let answer = ResponseTemplate::new(200)
        .insert_header("character-cost", "21")
        .set_body_raw(silent, "audio/wav");
    Mock::given(path("/v1/text-to-speech/voice1"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let spoken = elevenlabs(&server.uri()).speak(request()).await.unwrap();
    assert_eq!(spoken.cost, MicroDollars::from_micros(2_100));
    assert!(spoken.unusable.unwrap().contains("nothing can be heard"));
}
