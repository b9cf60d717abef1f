//! Speech by ElevenLabs: what is asked, what is billed, and that a paid call is never repeated blindly.

use commands::ports::{PortErrorKind, SpeechRequest, SpeechSynthesizer, VoiceSettings};
use domain::MicroDollars;
use providers::{ElevenLabs, ElevenLabsConfig};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, query_param, query_param_is_missing},
};

use crate::stage::{
    IMPATIENT, Lost, TOO_LATE, answering, elevenlabs, elevenlabs_config, failure, json, requests, sent,
};

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

/// A hundred frames of 26 ms.
fn mp3() -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x90, 0];
    frame.resize(417, 0);
    frame.repeat(100)
}

/// Two seconds at 8 kHz.
fn wav() -> Vec<u8> {
    let bytes = 32_000_u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(8_000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.resize(file.len() + bytes as usize, 0);
    file
}

fn audio(bytes: Vec<u8>) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_raw(bytes, "audio/mpeg")
        .insert_header("character-cost", "30")
        .insert_header("request-id", "request-1")
        .insert_header("history-item-id", "history-1")
}

#[tokio::test]
async fn a_text_goes_out_with_voice_model_and_settings() {
    let server = answering(audio(mp3())).await;
    elevenlabs(&server.uri()).speak(request()).await.unwrap();
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn what_was_billed_stands_in_the_headers_and_the_length_in_the_file() {
    let server = answering(audio(mp3())).await;
    let speech = elevenlabs(&server.uri()).speak(request()).await.unwrap();
    assert_eq!(speech.audio, mp3());
    assert_eq!(
        (speech.media_type.as_str(), speech.duration_ms),
        ("audio/mpeg", 2_612)
    );
    assert_eq!(speech.characters, 30);
    assert_eq!(speech.cost, MicroDollars::from_micros(3_000));
    assert_eq!(speech.provider_id, "history-1");
}

#[tokio::test]
async fn the_media_type_is_the_files_own_whatever_the_answer_says() {
    let server = answering(ResponseTemplate::new(200).set_body_raw(wav(), "application/octet-stream")).await;
    let speech = elevenlabs(&server.uri()).speak(request()).await.unwrap();
    assert_eq!(
        (speech.media_type.as_str(), speech.duration_ms),
        ("audio/wav", 2_000)
    );
    // Nothing was said about the bill: the text's length is the best guess.
    assert_eq!((speech.characters, speech.provider_id.as_str()), (21, ""));
}

#[tokio::test]
async fn every_refusal_says_what_can_be_done() {
    let detail = |status, detail: Value| json(status, json!({ "detail": detail }));
    let object = |status, code: &str| detail(status, json!({ "status": code, "message": "Hi Dana" }));
    let answers = [
        ("text too long", object(400, "max_character_limit_exceeded")),
        ("unknown voice", object(400, "voice_not_found")),
        ("wrong key", object(401, "invalid_api_key")),
        ("used up", object(401, "quota_exceeded")),
        ("missing right", object(401, "missing_permissions")),
        (
            "a list",
            detail(
                422,
                json!([{ "loc": ["body", "text"], "msg": "Hi Dana", "type": "missing" }]),
            ),
        ),
        ("a text", detail(404, json!("Not Found, Dana"))),
        ("too many", object(429, "too_many_concurrent_requests")),
        (
            "busy",
            object(429, "system_busy").insert_header("retry-after", "60"),
        ),
        (
            "newer name",
            object(429, "concurrent_limit_exceeded").insert_header("retry-after-ms", "9000"),
        ),
        ("broken", object(500, "internal_server_error")),
        ("a page", ResponseTemplate::new(502).set_body_string("<html>")),
    ];
    let mut table = Vec::new();
    for (name, answer) in answers {
        let server = answering(answer).await;
        let refused = elevenlabs(&server.uri()).speak(request()).await.unwrap_err();
        table.push(format!("{name}: {}", failure(&refused, requests(&server).await)));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn a_paid_call_whose_answer_was_lost_is_not_repeated() {
    let lost = Lost::start();
    let failed = elevenlabs(&lost.address).speak(request()).await.unwrap_err();
    assert_eq!((failed.kind, lost.requests()), (PortErrorKind::Unknown, 1));

    let late = answering(audio(mp3()).set_delay(TOO_LATE)).await;
    let hasty = ElevenLabs::new(ElevenLabsConfig {
        time_out: IMPATIENT,
        ..elevenlabs_config(&late.uri())
    })
    .unwrap();
    let failed = hasty.speak(request()).await.unwrap_err();
    assert_eq!((failed.kind, requests(&late).await), (PortErrorKind::Unknown, 1));
}

#[tokio::test]
async fn a_call_that_was_turned_away_is_tried_again() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(json(429, json!({ "detail": { "status": "system_busy" } })))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(audio(mp3())).mount(&server).await;
    assert!(elevenlabs(&server.uri()).speak(request()).await.is_ok());
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn an_answer_that_is_no_audio_is_handed_to_nobody() {
    let page = ResponseTemplate::new(200).set_body_raw("<html>", "text/html");
    let answers = [
        ("somebody else's page", page.clone(), PortErrorKind::Unknown),
        (
            "billed",
            page.insert_header("character-cost", "30"),
            PortErrorKind::Permanent,
        ),
        ("empty", ResponseTemplate::new(200), PortErrorKind::Unknown),
        (
            "silence of no length",
            audio(wav()[..44].to_vec()),
            PortErrorKind::Permanent,
        ),
        (
            "huge",
            ResponseTemplate::new(200).set_body_bytes(vec![0; (32 << 20) + 1]),
            PortErrorKind::Unknown,
        ),
    ];
    for (name, answer, kind) in answers {
        let server = answering(answer).await;
        let refused = elevenlabs(&server.uri()).speak(request()).await.unwrap_err();
        assert_eq!(
            (refused.kind, requests(&server).await),
            (kind, 1),
            "{name}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_voice_that_would_change_the_route_is_not_asked_for() {
    let server = answering(audio(mp3())).await;
    for voice in ["", "../user", "a/b", "a?b", "Jane Doe", &"a".repeat(65)] {
        let odd = SpeechRequest {
            voice: voice.to_owned(),
            ..request()
        };
        let refused = elevenlabs(&server.uri()).speak(odd).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent, "{voice}");
    }
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn voices_are_read_page_by_page() {
    let server = MockServer::start().await;
    let first = json!({ "has_more": true, "next_page_token": "page2",
        "voices": [{ "voice_id": "v1", "name": "Rachel", "preview_url": "https://voices.example/v1.mp3", "labels": {} }] });
    let second =
        json!({ "has_more": false, "next_page_token": null, "voices": [{ "voice_id": "v2", "name": null }] });
    Mock::given(query_param_is_missing("next_page_token"))
        .respond_with(json(200, first))
        .mount(&server)
        .await;
    Mock::given(query_param("next_page_token", "page2"))
        .respond_with(json(200, second))
        .mount(&server)
        .await;
    let voices = elevenlabs(&server.uri()).voices().await.unwrap();
    let names: Vec<_> = voices.iter().map(|v| (v.id.as_str(), v.name.as_str())).collect();
    assert_eq!(names, [("v1", "Rachel"), ("v2", "v2")]);
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn a_list_of_voices_without_end_is_read_to_the_limit() {
    let voices: Vec<_> = (0..100).map(|n| json!({ "voice_id": format!("v{n}") })).collect();
    let page = json!({ "has_more": true, "next_page_token": "again", "voices": voices });
    let server = answering(json(200, page)).await;
    assert_eq!(elevenlabs(&server.uri()).voices().await.unwrap().len(), 500);
    assert_eq!(requests(&server).await, 5);

    let empty = json!({ "has_more": true, "next_page_token": "again", "voices": [] });
    let server = answering(json(200, empty)).await;
    assert_eq!(elevenlabs(&server.uri()).voices().await.unwrap(), []);
    assert_eq!(requests(&server).await, 10);
}

#[test]
fn other_models_and_formats_are_other_audio() {
    let of = |model: &str, format: &str| {
        let config = ElevenLabsConfig {
            output_format: format.into(),
            ..ElevenLabsConfig::new("k".into(), model)
        };
        ElevenLabs::new(config).unwrap().fingerprint()
    };
    let this = of("eleven_multilingual_v2", "mp3_44100_128");
    assert_ne!(this, of("eleven_flash_v2_5", "mp3_44100_128"));
    assert_ne!(this, of("eleven_multilingual_v2", "wav_44100"));
}
