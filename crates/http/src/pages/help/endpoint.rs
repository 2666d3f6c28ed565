use serde_json::{Map, Value};

/// The endpoints of one collection.
pub(super) struct Section {
    pub name: String,
    pub endpoints: Vec<Endpoint>,
}

pub(super) struct Endpoint {
    pub anchor: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    parameters: Vec<Field>,
    body: Vec<Field>,
    answer: Vec<Field>,
    pub status: String,
    pub curl: String,
}

impl Endpoint {
    /// What there is to explain, each under its title.
    pub(super) fn tables(&self) -> Vec<(&'static str, &[Field])> {
        let mut tables = vec![
            ("Parameters", &*self.parameters),
            ("Body", &*self.body),
            ("Answer", &*self.answer),
        ];
        tables.retain(|(_, fields)| !fields.is_empty());
        tables
    }
}

/// A parameter, or a field of a body.
pub(super) struct Field {
    pub name: String,
    pub kind: String,
    pub required: bool,
    pub about: String,
}

/// Reads an `OpenAPI` document into what people need of it.
pub(super) fn sections(document: &Value, base_url: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (path, item) in object(&document["paths"]) {
        for (method, operation) in object(item) {
            let tag = text(&operation["tags"][0]);
            let endpoint = endpoint(document, base_url, (method, path), operation);
            match sections.iter_mut().find(|section| section.name == tag) {
                Some(section) => section.endpoints.push(endpoint),
                None => sections.push(Section {
                    name: tag,
                    endpoints: vec![endpoint],
                }),
            }
        }
    }
    sections
}

fn endpoint(document: &Value, base_url: &str, (method, path): (&str, &str), operation: &Value) -> Endpoint {
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let (status, answer) = object(&operation["responses"])
        .iter()
        .find(|(status, _)| status.starts_with('2'))
        .map_or((String::new(), &Value::Null), |(status, response)| {
            (status.clone(), &response["content"]["application/json"]["schema"])
        });
    Endpoint {
        anchor: format!("{method}{}", path.replace(['/', '{', '}'], "-")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        parameters: list(&operation["parameters"]).iter().map(parameter).collect(),
        body: fields(document, body),
        answer: fields(document, answer),
        status,
        curl: curl(base_url, method, path, example(document, body).as_ref()),
    }
}

fn parameter(parameter: &Value) -> Field {
    Field {
        name: text(&parameter["name"]),
        kind: kind(&parameter["schema"]),
        required: parameter["required"] == true,
        about: plain(&parameter["description"]),
    }
}

/// The fields of an object, also of one that is put together of several, and of the objects in its lists.
fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = resolve(document, schema);
    let required = list(&schema["required"]);
    let mut found: Vec<Field> = list(&schema["allOf"])
        .iter()
        .flat_map(|part| fields(document, part))
        .collect();
    for (name, property) in object(&schema["properties"]) {
        found.push(Field {
            name: name.clone(),
            kind: kind(property),
            required: required.iter().any(|wanted| wanted == name.as_str()),
            about: plain(&property["description"]),
        });
        let inner = fields(document, &property["items"]).into_iter();
        found.extend(inner.map(|field| Field {
            name: format!("{name}[].{}", field.name),
            ..field
        }));
    }
    found
}

fn plain(value: &Value) -> String {
    text(value).replace('`', "")
}

/// A type in few words: `string`, `list of Attribute`, `integer or null`.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or(name).to_owned();
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(name) => match schema["format"].as_str() {
            Some("uuid") => "UUID".to_owned(),
            _ => name.clone(),
        },
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => {
            let choices: Vec<String> = list(&schema["oneOf"])
                .iter()
                .chain(list(&schema["anyOf"]))
                .map(kind)
                .collect();
            choices.join(" or ")
        }
    }
}

/// A body that could be sent: the required fields and those with an example.
fn example(document: &Value, schema: &Value) -> Option<Value> {
    if schema.is_null() {
        return None;
    }
    let schema = resolve(document, schema);
    let required = list(&schema["required"]);
    let mut body = Map::new();
    for (name, property) in object(&schema["properties"]) {
        let is_required = required.iter().any(|wanted| wanted == name.as_str());
        let given = [&property["example"], &property["examples"][0]]
            .into_iter()
            .find(|value| !value.is_null());
        match given {
            Some(value) => drop(body.insert(name.clone(), value.clone())),
            None if is_required => drop(body.insert(name.clone(), placeholder(property))),
            None => {}
        }
    }
    Some(Value::Object(body))
}

fn placeholder(property: &Value) -> Value {
    match (property["type"].as_str(), property["format"].as_str()) {
        (Some("integer"), _) => 1.into(),
        (Some("boolean"), _) => true.into(),
        (_, Some("uuid")) => "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70".into(),
        _ => "…".into(),
    }
}

fn curl(base_url: &str, method: &str, path: &str, body: Option<&Value>) -> String {
    let implied = if body.is_some() { "post" } else { "get" };
    let verb = if method == implied {
        String::new()
    } else {
        format!("-X {} ", method.to_uppercase())
    };
    let path = path
        .replace("{number}", "1")
        .replace("{id}", "$ID")
        .replace("{user}", "$USER_ID");
    let mut parts = vec![format!("curl {verb}-H \"Authorization: Bearer $TOKEN\"")];
    if let Some(body) = body {
        parts.push("-H \"Content-Type: application/json\"".to_owned());
        parts.push(format!("-d '{body}'"));
    }
    parts.push(format!("\"{base_url}{path}\""));
    parts.join(" \\\n  ")
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let Some(reference) = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    else {
        return schema;
    };
    document.pointer(reference).unwrap_or(schema)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn object(value: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_of_the_description_is_explained() {
        let sections = sections(&crate::api::DESCRIPTION, "https://vault.example");

        let endpoints: Vec<&Endpoint> = sections.iter().flat_map(|section| &section.endpoints).collect();
        assert!(35 <= endpoints.len(), "only {}", endpoints.len());
        for endpoint in endpoints {
            assert!(
                !endpoint.summary.is_empty(),
                "{} {}",
                endpoint.method,
                endpoint.path
            );
            assert!(endpoint.curl.contains("https://vault.example/api/v2/"));
        }
    }

    #[test]
    fn an_example_can_be_sent_as_it_stands() {
        let sections = sections(&crate::api::DESCRIPTION, "https://vault.example");

        let reveal = sections
            .iter()
            .flat_map(|section| &section.endpoints)
            .find(|endpoint| endpoint.path.ends_with("/reveal"))
            .unwrap();
        assert_eq!(
            reveal.curl,
            "curl -H \"Authorization: Bearer $TOKEN\" \\\n  -H \"Content-Type: application/json\" \\\n  \
             -d '{\"reason\":\"INC-2041\"}' \\\n  \"https://vault.example/api/v2/accounts/$ID/reveal\""
        );
    }
}
