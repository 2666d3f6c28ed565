use super::storm::storm;
use super::trick::Trick;
use crate::matrix::route::Route;

/// In the place of every id, number and name.
const SEGMENTS: &[&str] = &[
    "not-a-uuid",
    "00000000-0000-0000-0000-000000000000",
    "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70",
    "0193E1C4-7A52-7C3E-9D5B-2F6A8C1E4B70",
    "%00",
    "{id}%00",
    "%2e%2e",
    "%252e%252e",
    "..%2f..%2fusers",
    "..%5c..%5cusers",
    "{id};x",
    "{id}%20",
    "{id}%2f",
    "{id}%0d%0aSet-Cookie:a=b",
    "urn:uuid:{id}",
    "%7B{id}%7D",
    "%ff%fe",
    "*",
    "0",
    "-1",
    "1.0",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775808",
    "99999999999999999999",
    "%D9%A3",
    "1%27%20OR%20%271%27=%271",
];

fn tricks(route: &Route) -> Vec<Trick> {
    let good = Trick::none(route);
    let path = route.path;
    let mut tricks: Vec<Trick> = [
        format!("{path}/"),
        format!("{path};x"),
        format!("{path}%2f"),
        format!("{path}%00"),
        format!("{path}/.."),
        format!("{path}/%2e%2e/"),
        format!("{path}..%5c"),
        format!("{path}.json"),
        format!("/{path}"),
        format!("/.{path}"),
        format!("/%2e%2e{path}"),
        format!("/sign-in/..{path}"),
        format!("/assets/..{path}"),
        format!("/assets/..%2f{path}"),
        format!("/api/v2/..{path}"),
        format!("https://evil.example{path}"),
        path.replace('/', "//"),
        path.replace('/', "/./"),
        path.to_uppercase().replace("{ID}", "{id}"),
        format!("{path}?{}", "a".repeat(8192)),
    ]
    .map(|address| good.at(address))
    .into();
    for slot in ["{id}", "{number}", "{user}", "{name}"] {
        if path.contains(slot) {
            tricks.extend(
                SEGMENTS
                    .iter()
                    .map(|segment| good.at(path.replace(slot, segment))),
            );
            tricks.push(good.at(path.replace(slot, &"a".repeat(8192))));
        }
    }
    tricks
}

#[tokio::test]
async fn no_path_is_a_step_further_or_a_fault_of_the_server() {
    Box::pin(storm(tricks, 9_000)).await;
}
