//! Speech by ElevenLabs: what is asked, what is billed, what the plan allows, and that a paid call is never repeated blindly.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use commands::ports::{PortErrorKind, SpeechRequest, SpeechSynthesizer, VoiceSettings};
use domain::MicroDollars;
use providers::{ElevenLabs, ElevenLabsConfig};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path, query_param, query_param_is_missing},
};

use crate::stage::{
    IMPATIENT, Lost, TOO_LATE, answering, elevenlabs, elevenlabs_config, failure, json, read_request,
    requests, sent, serve,
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
    let page_that_costs = page.clone().insert_header("character-cost", "30");
    let no_length = audio(wav()[..44].to_vec());
    for (name, answer) in [("billed", page_that_costs), ("silence of no length", no_length)] {
        let server = answering(answer).await;
        let spoken = elevenlabs(&server.uri()).speak(request()).await.unwrap();
        assert!(
            spoken.unusable.is_some(),
            "{name}: the bill is told, and that it is of no use"
        );
        assert_eq!((spoken.characters, requests(&server).await), (30, 1), "{name}");
    }

    let answers = [
        ("somebody else's page", page, PortErrorKind::Unknown),
        ("empty", ResponseTemplate::new(200), PortErrorKind::Unknown),
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
async fn a_voice_tells_what_kind_it_is_whatever_is_missing() {
    let page = json!({ "has_more": false, "voices": [
        { "voice_id": "v1", "name": "Rachel", "category": "premade", "description": " Calm and clear. ",
          "labels": { "accent": "american", "gender": "female", "use_case": "narration", "age": "young" } },
        { "voice_id": "v2", "name": "Pat", "category": null, "description": null,
          "labels": { "use case": "news", "accent": null, "gender": 7 } },
        { "voice_id": "v3", "name": "Sam", "labels": null, "description": "x".repeat(400) },
        { "voice_id": "v4", "name": "Kim" },
    ] });
    let server = answering(json(200, page)).await;
    insta::assert_debug_snapshot!(elevenlabs(&server.uri()).voices().await.unwrap());
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

fn subscription() -> Value {
    json!({ "tier": "creator", "character_count": 12_000, "character_limit": 100_000, "status": "active",
        "next_character_count_reset_unix": 1_790_000_000, "voice_limit": 30, "currency": null })
}

fn models() -> Value {
    let model = |id: &str, speaks: bool, longest: Value| json!({ "model_id": id, "name": id, "can_do_text_to_speech": speaks, "maximum_text_length_per_request": longest });
    json!([
        model("eleven_multilingual_v2", true, json!(30)),
        model("eleven_flash_v2_5", true, json!(null)),
        model("eleven_english_sts_v2", false, json!(10_000)),
    ])
}

/// An account that answers both questions of a check, and speaks.
async fn account(subscription: Value) -> MockServer {
    let server = MockServer::start().await;
    let answers = [("/v1/user/subscription", subscription), ("/v1/models", models())];
    for (route, answer) in answers {
        Mock::given(path(route))
            .respond_with(json(200, answer))
            .mount(&server)
            .await;
    }
    Mock::given(any()).respond_with(audio(mp3())).mount(&server).await;
    server
}

fn by_model(address: &str, model: &str) -> ElevenLabs {
    let config = ElevenLabsConfig {
        model: model.into(),
        ..elevenlabs_config(address)
    };
    ElevenLabs::new(config).unwrap()
}

#[tokio::test]
async fn the_check_says_what_the_plan_allows() {
    let server = account(subscription()).await;
    let plan = elevenlabs(&server.uri()).check().await.unwrap();
    insta::assert_snapshot!(format!("{plan:#?}\n\n{}", sent(&server).await));
}

#[tokio::test]
async fn a_light_model_may_be_asked_twice_as_often_and_an_unknown_plan_keeps_what_is_configured() {
    let server = account(subscription()).await;
    let plan = by_model(&server.uri(), "eleven_flash_v2_5")
        .check()
        .await
        .unwrap();
    assert_eq!(plan.concurrency, 10);

    let own = json!({ "tier": "enterprise", "character_count": 7, "character_limit": 5 });
    let server = account(own).await;
    let plan = elevenlabs(&server.uri()).check().await.unwrap();
    assert_eq!(
        (plan.tier.as_str(), plan.concurrency, plan.characters_left),
        ("enterprise", elevenlabs_config("").concurrency, 0)
    );
    assert_eq!(plan.resets_at, None);
}

#[tokio::test]
async fn every_account_that_cannot_speak_is_told_why() {
    let mut unpaid = subscription();
    unpaid["status"] = json!("unpaid");
    let detail = json!({ "detail": { "status": "missing_permissions", "message": "user_read" } });
    let cases = [
        ("no such model", account(subscription()).await, "eleven_v9"),
        (
            "another purpose",
            account(subscription()).await,
            "eleven_english_sts_v2",
        ),
        ("unpaid", account(unpaid).await, "eleven_flash_v2_5"),
        (
            "missing right",
            answering(json(401, detail)).await,
            "eleven_flash_v2_5",
        ),
        (
            "not as documented",
            answering(json(200, json!({}))).await,
            "eleven_flash_v2_5",
        ),
    ];
    let mut table = Vec::new();
    for (name, server, model) in cases {
        let refused = by_model(&server.uri(), model).check().await.unwrap_err();
        table.push(format!("{name}: {}", failure(&refused, requests(&server).await)));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn a_text_longer_than_the_model_takes_is_not_sent() {
    let server = account(subscription()).await;
    let voice = elevenlabs(&server.uri());
    let of = |characters: usize| SpeechRequest {
        text: "é".repeat(characters),
        ..request()
    };
    let refused = voice.speak(of(40_001)).await.unwrap_err();
    assert_eq!(
        (refused.kind, requests(&server).await),
        (PortErrorKind::Permanent, 0)
    );
    voice.speak(of(31)).await.unwrap();
    voice.check().await.unwrap();
    assert!(voice.speak(of(30)).await.is_ok());
    let before = requests(&server).await;
    insta::assert_snapshot!(failure(
        &voice.speak(of(31)).await.unwrap_err(),
        requests(&server).await - before
    ));
}

/// A server that speaks, and the most calls at once that it has seen.
fn counting(most_at_once: &'static str) -> (String, Arc<AtomicUsize>) {
    let most = Arc::new(AtomicUsize::new(0));
    let (seen, under_way) = (Arc::clone(&most), AtomicUsize::new(0));
    let address = serve(move |mut stream| {
        read_request(&mut stream);
        seen.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(100));
        under_way.fetch_sub(1, Ordering::SeqCst);
        let sound = mp3();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\nconnection: close\r\n\
             maximum-concurrent-requests: {most_at_once}\r\ncontent-length: {}\r\n\r\n",
            sound.len()
        );
        stream.write_all(&[head.as_bytes(), &sound].concat()).unwrap();
    });
    (address, most)
}

#[tokio::test]
async fn what_the_vendor_says_of_calls_at_once_is_heeded_from_then_on() {
    for (said, at_once) in [("1", 1), ("2", 2), ("50", 4), ("0", 4), ("many", 4)] {
        let (address, most) = counting(said);
        let voice = ElevenLabs::new(ElevenLabsConfig {
            concurrency: 4,
            ..elevenlabs_config(&address)
        })
        .unwrap();
        voice.speak(request()).await.unwrap();
        let speak = || voice.speak(request());
        let (first, second, third, fourth) = tokio::join!(speak(), speak(), speak(), speak());
        assert!([first, second, third, fourth].iter().all(Result::is_ok));
        let seen = most.load(Ordering::SeqCst);
        assert!(seen <= at_once, "{said}: {seen} at once");
        // The server has seen some at once where that was allowed, or the test shows nothing.
        assert!(at_once == 1 || seen > 1, "{said}: {seen} at once");
    }
}

#[tokio::test]
async fn the_plan_found_by_the_check_is_kept_to() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (most, under_way) = (Arc::clone(&calls), AtomicUsize::new(0));
    let address = serve(move |mut stream| {
        let request = read_request(&mut stream);
        let answer = if request.contains("/v1/models") {
            models().to_string().into_bytes()
        } else if request.contains("/v1/user/subscription") {
            let mut free = subscription();
            free["tier"] = json!("free");
            free.to_string().into_bytes()
        } else {
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
            under_way.fetch_sub(1, Ordering::SeqCst);
            mp3()
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(&[head.as_bytes(), &answer].concat()).unwrap();
    });
    let voice = elevenlabs(&address);
    assert_eq!(voice.check().await.unwrap().concurrency, 2);
    let speak = || voice.speak(request());
    let (first, second, third, fourth) = tokio::join!(speak(), speak(), speak(), speak());
    assert!([first, second, third, fourth].iter().all(Result::is_ok));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}
