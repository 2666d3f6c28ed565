use super::storm::storm;
use super::trick::Trick;
use crate::matrix::route::Route;

/// For parameters that some page has, and for those that none has.
const QUERIES: &[&str] = &[
    "%",
    "&&=&",
    "a[]=1",
    "q=%ff",
    "q=%25_%5C",
    "q=%27%22%3Cscript%3E",
    "q=a&q=b",
    "q=type%3A%22&query=%E2%80%AE",
    "q=resource%3A{id}",
    "query=%F0%9F%92%A9%ff",
    "after=",
    "after=x",
    "after=~~~",
    "after=%F0%9F%92%A9",
    "after=matrix~0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70",
    "after=bWF0cml4",
    "after=-9223372036854775809",
    "size=0",
    "size=-1",
    "size=1e9",
    "size=18446744073709551615",
    "size=18446744073709551616",
    "kind=%27&resource={id}",
    "resource=x",
    "before=0",
    "before=-9223372036854775808",
    "before=9223372036854775807",
    "before=99999999999999999999",
    "since=9999-12-31T23%3A59%3A59Z&until=-009999-01-02T01%3A59%3A59Z",
    "since=9999-12-30T22%3A00%3A00.999999999Z",
    "since=99999-01-01T00%3A00",
    "who=%25&operation=%27&outcome=start&subject=x",
    "subject=0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70",
    "tab=%27",
    "tab=access&tab=history",
    "notice=session-ended&n=4294967295",
    "notice=x&n=-1",
    "notice=account-deleted&undo={id}",
    "undo=..%2f",
    "next=%2F%2Fevil.example&username=%3Cb%3E",
    "next=%5Cevil.example",
];

fn tricks(route: &Route) -> Vec<Trick> {
    if !route.is_read() {
        return Vec::new();
    }
    let good = Trick::none(route);
    let long = [
        "q",
        "query",
        "after",
        "who",
        "operation",
        "kind",
        "next",
        "username",
    ];
    let long = long
        .iter()
        .flat_map(|name| ["a%20".repeat(2000), "a".repeat(60_000)].map(|text| format!("{name}={text}")));
    QUERIES
        .iter()
        .map(|query| (*query).to_owned())
        .chain(long)
        .map(|query| good.at(format!("{}?{query}", route.path)))
        .collect()
}

#[tokio::test]
async fn no_query_is_a_step_further_or_a_fault_of_the_server() {
    Box::pin(storm(tricks, 5_000)).await;
}
