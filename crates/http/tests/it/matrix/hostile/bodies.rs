use serde_json::{Map, Value, json};

use super::storm::storm;
use super::trick::{Payload, Trick, owned};
use crate::matrix::request::FORM;
use crate::matrix::route::{Body, Route};

const JSON: &str = "application/json";
const TYPES: [Option<&str>; 8] = [
    None,
    Some(""),
    Some("text/plain"),
    Some("text/html"),
    Some("application/xml"),
    Some("application/json; charset=utf-16"),
    Some("multipart/form-data; boundary=x"),
    Some("multipart/form-data"),
];
const MULTIPART: &str =
    "--x\r\nContent-Disposition: form-data; name=\"name\"; filename=\"../../a\"\r\n\r\nb\r\n--x--\r\n";

/// In the place of the value of every field of a form.
fn texts() -> Vec<String> {
    let texts = [
        "",
        " ",
        "\0",
        "a\0b",
        "\u{202e}",
        "\r\nx: y",
        "-1",
        "0",
        "4294967296",
        "1e9",
        "null",
        "[]",
        "{id}",
        "../../etc/passwd",
        "' OR '1'='1",
        "<script>",
        "%00",
        "\u{1f4a9}",
        "not-a-word",
        "true",
    ];
    let long = "x".repeat(60_000);
    texts.into_iter().map(str::to_owned).chain([long]).collect()
}

/// In the place of the value of every field of a JSON body.
fn values() -> Vec<Value> {
    let texts = texts().into_iter().map(Value::from);
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(2_147_483_648_u64),
        json!(u64::MAX),
        json!(1.5e308),
        json!([]),
        json!([null]),
        json!([[[]]]),
        json!({}),
        json!({ "name": { "name": 1 } }),
        json!([{ "name": "\0", "value": "\0" }]),
        json!(vec![json!({ "name": "a", "value": "b" }); 100]),
    ];
    texts.chain(others).collect()
}

fn whole() -> Vec<(Payload, &'static str)> {
    let raw = |bytes: &[u8]| Payload::Raw(bytes.to_vec());
    let deep = |open: &str| Payload::Raw(open.repeat(10_000).into_bytes());
    let huge = "a".repeat(2 * 1024 * 1024);
    let mut bodies = Vec::new();
    for kind in [JSON, FORM] {
        bodies.extend(
            [
                raw(b""),
                raw(b"null"),
                raw(b"[]"),
                raw(b"{}"),
                raw(b"0"),
                raw(b"\"x\""),
                raw(b"{"),
                raw(b"{}{}"),
                raw(b"\xff\xfe\x00"),
                raw(b"\xef\xbb\xbf{}"),
                raw(b"{\"name\":\"\xc3\x28\",\"reason\":\"\xff\"}"),
                raw(b"{\"name\":\"\\ud800\",\"reason\":\"\\ud800\"}"),
                raw(b"{\"right\":\"view\",\"right\":\"full\",\"reason\":\"a\",\"reason\":\"b\"}"),
                raw(b"name=%ff&reason=%ff&person=%c3%28&right=%"),
                raw(b"=&&%=%zz&csrf"),
                deep("["),
                deep("{\"a\":"),
                deep("a=b&"),
                Payload::Raw(format!("{{\"name\":\"{huge}\"}}").into_bytes()),
                Payload::Raw(format!("name={huge}").into_bytes()),
            ]
            .map(|body| (body, kind)),
        );
    }
    bodies
}

fn of_json(good: &Trick, text: &str) -> Vec<Trick> {
    let fields: Map<String, Value> = serde_json::from_str(text).unwrap();
    let mut bodies = Vec::new();
    for name in fields.keys() {
        let changed = |value: Option<Value>| {
            let mut fields = fields.clone();
            match value {
                Some(value) => fields.insert(name.clone(), value),
                None => fields.remove(name),
            };
            Value::from(fields).to_string()
        };
        bodies.push(changed(None));
        bodies.extend(values().into_iter().map(|value| changed(Some(value))));
        let twice = Value::from(fields.clone()).to_string();
        bodies.push(twice.replacen('{', &format!("{{\"{name}\":\"x\","), 1));
    }
    let mut more = fields.clone();
    more.insert("owner".to_owned(), json!("me"));
    bodies.push(Value::from(more).to_string());
    bodies
        .into_iter()
        .map(|body| good.sending(Payload::Text(body)))
        .collect()
}

fn of_form(good: &Trick, fields: &[(&str, &str)]) -> Vec<Trick> {
    let fields = owned(fields);
    let mut forms = Vec::new();
    for (index, (name, _)) in fields.iter().enumerate() {
        let mut without = fields.clone();
        without.remove(index);
        for text in texts() {
            let mut changed = fields.clone();
            changed[index].1.clone_from(&text);
            forms.push(changed);
        }
        let mut first = fields.clone();
        first.insert(0, (name.clone(), "x".to_owned()));
        let mut last = fields.clone();
        last.push((name.clone(), "x".to_owned()));
        forms.extend([without, first, last]);
    }
    let more = [
        ("role", "privileged_administrator"),
        ("owner", "me"),
        ("csrf", "x"),
        ("a[b]", "c"),
    ];
    let mut extended = fields;
    extended.extend(owned(&more));
    forms.push(extended);
    forms
        .into_iter()
        .map(|form| good.sending(Payload::Fields(form)))
        .collect()
}

fn tricks(route: &Route) -> Vec<Trick> {
    let good = Trick::none(route);
    let mut tricks: Vec<Trick> = TYPES.iter().map(|kind| good.of_kind(*kind)).collect();
    let multipart = Payload::Raw(MULTIPART.as_bytes().to_vec());
    tricks.push(good.of_kind(TYPES[6]).sending(multipart));
    if route.is_read() {
        let body = Payload::Raw(b"{\"reason\":\"x\"}".to_vec());
        tricks.push(good.of_kind(Some(JSON)).sending(body));
        return tricks;
    }
    let whole = whole().into_iter();
    tricks.extend(whole.map(|(body, kind)| good.of_kind(Some(kind)).sending(body)));
    match route.body {
        Body::Json(text) => tricks.extend(of_json(&good, text)),
        Body::Form(fields) => tricks.extend(of_form(&good, fields)),
        Body::None => {}
    }
    tricks
}

#[tokio::test]
async fn no_body_is_a_step_further_or_a_fault_of_the_server() {
    Box::pin(storm(tricks, 10_000)).await;
}
