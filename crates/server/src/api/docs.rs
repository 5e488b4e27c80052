//! The page that people read: the same description as HTML, without scripts and without anything from elsewhere.

use std::fmt::Write as _;
use std::sync::OnceLock;

use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::Value as Json;

use super::docs_text::{escaped, kind, prose};
use super::openapi::openapi;
use super::problem_kind::Kind;

const STYLE: &str = include_str!("docs.css");
/// Nothing is loaded, and nobody may frame the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Answers with the page.
pub(super) async fn page() -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| html(&openapi()));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, page.as_str()).into_response()
}

/// One route of the description.
struct Operation<'a> {
    path: &'a str,
    method: String,
    told: &'a Json,
}

impl Operation<'_> {
    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap_or_default()
    }
}

fn html(document: &Json) -> String {
    let operations = operations(document);
    let mut out = String::with_capacity(64 * 1024);
    let title = escaped(document["info"]["title"].as_str().unwrap_or_default());
    let version = escaped(document["info"]["version"].as_str().unwrap_or_default());
    add(
        &mut out,
        format_args!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} API</title><style>{STYLE}</style><main><p><a href=\"/\">Back to the dashboard</a></p><h1>{title} API</h1><p>Version {version}. \
         The same as a file: <a href=\"/v1/openapi.json\">openapi.json</a>.</p>{}",
            prose(&document["info"]["description"]),
        ),
    );
    let tags = document["tags"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    add_contents(&mut out, tags, &operations);
    for tag in tags {
        let name = tag["name"].as_str().unwrap_or_default();
        add(
            &mut out,
            format_args!("<h2>{}</h2>{}", escaped(name), prose(&tag["description"])),
        );
        for operation in operations
            .iter()
            .filter(|operation| operation.told["tags"][0] == name)
        {
            add_operation(&mut out, document, operation);
        }
    }
    add_schemas(&mut out, document);
    add_problems(&mut out);
    out.push_str("</main></html>");
    out
}

fn operations(document: &Json) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let of_path = |(path, item)| {
        let methods = Json::as_object(item).into_iter().flatten();
        methods.map(move |(method, told)| Operation {
            path,
            method: method.to_uppercase(),
            told,
        })
    };
    paths
        .flat_map(|(path, item)| of_path((path.as_str(), item)))
        .collect()
}

fn add_contents(out: &mut String, tags: &[Json], operations: &[Operation<'_>]) {
    out.push_str("<nav>");
    for tag in tags {
        add(
            out,
            format_args!(
                "<b>{}</b><ul>",
                escaped(tag["name"].as_str().unwrap_or_default())
            ),
        );
        for operation in operations
            .iter()
            .filter(|operation| operation.told["tags"][0] == tag["name"])
        {
            add(
                out,
                format_args!(
                    "<li><a href=\"#{}\">{}</a> <code>{} {}</code></li>",
                    escaped(operation.text("operationId")),
                    escaped(operation.text("summary")),
                    operation.method,
                    escaped(operation.path),
                ),
            );
        }
        out.push_str("</ul>");
    }
    out.push_str("<a href=\"#schemas\">Objects</a> · <a href=\"#problems\">Problems</a></nav>");
}

fn add_operation(out: &mut String, document: &Json, operation: &Operation<'_>) {
    add(
        out,
        format_args!(
            "<h3 id=\"{}\">{}</h3><code class=\"route\">{} {}</code>{}",
            escaped(operation.text("operationId")),
            escaped(operation.text("summary")),
            operation.method,
            escaped(operation.path),
            prose(&operation.told["description"]),
        ),
    );
    if let Some(parameters) = operation.told["parameters"].as_array() {
        out.push_str("<h4>Parameters</h4><table><tr><th>Name<th>In<th>Type<th>Meaning</tr>");
        for parameter in parameters {
            add(
                out,
                format_args!(
                    "<tr><td><code>{}</code><td>{}<td>{}<td>{}</tr>",
                    escaped(parameter["name"].as_str().unwrap_or_default()),
                    escaped(parameter["in"].as_str().unwrap_or_default()),
                    kind(&parameter["schema"]),
                    prose(&parameter["description"]),
                ),
            );
        }
        out.push_str("</table>");
    }
    if let Some(content) = operation.told["requestBody"]["content"].as_object() {
        out.push_str("<h4>Body</h4><ul>");
        for (media_type, told) in content {
            add(
                out,
                format_args!(
                    "<li><code>{}</code>: {}</li>",
                    escaped(media_type),
                    kind(&told["schema"])
                ),
            );
        }
        out.push_str("</ul>");
    }
    out.push_str("<h4>Answers</h4><table><tr><th>Status<th>Body<th>Meaning</tr>");
    for (status, response) in operation.told["responses"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let response = resolved(document, response);
        let bodies: Vec<String> = response["content"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(media_type, told)| {
                format!(
                    "{} <code>{}</code>",
                    kind(&told["schema"]),
                    escaped(media_type)
                )
            })
            .collect();
        add(
            out,
            format_args!(
                "<tr><td>{status}<td>{}<td>{}</tr>",
                bodies.join("<br>"),
                prose(&response["description"]),
            ),
        );
    }
    out.push_str("</table>");
}

fn resolved<'a>(document: &'a Json, value: &'a Json) -> &'a Json {
    let pointer = value["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'));
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(value)
}

fn add_schemas(out: &mut String, document: &Json) {
    out.push_str("<h2 id=\"schemas\">Objects</h2>");
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let name = escaped(name);
        add(
            out,
            format_args!(
                "<h3 id=\"schema-{name}\">{name}</h3>{}",
                prose(&schema["description"])
            ),
        );
        // An object that has all of another one's fields is described in parts.
        let parts = schema["allOf"]
            .as_array()
            .map_or(std::slice::from_ref(schema), Vec::as_slice);
        let mut rows = String::new();
        for part in parts {
            if part["$ref"].is_string() {
                add(
                    out,
                    format_args!("<p>Everything that {} has, and:</p>", kind(part)),
                );
            }
            for (field, told) in part["properties"].as_object().into_iter().flatten() {
                let required = part["required"]
                    .as_array()
                    .is_some_and(|names| names.iter().any(|n| n == field));
                add(
                    &mut rows,
                    format_args!(
                        "<tr><td><code>{}</code>{}<td>{}<td>{}</tr>",
                        escaped(field),
                        if required { " *" } else { "" },
                        kind(told),
                        prose(&told["description"]),
                    ),
                );
            }
        }
        if rows.is_empty() {
            add(out, format_args!("<p>{}</p>", kind(schema)));
        } else {
            add(
                out,
                format_args!("<table><tr><th>Field<th>Type<th>Meaning</tr>{rows}</table>"),
            );
        }
    }
    out.push_str("<p>* is always there.</p>");
}

fn add_problems(out: &mut String) {
    out.push_str(
        "<h2 id=\"problems\">Problems</h2><p>The <code>type</code> of a problem leads here.</p>",
    );
    for kind in Kind::ALL {
        let (name, title, status, told) = kind.told();
        add(
            out,
            format_args!(
                "<h3 id=\"problem-{name}\">{title}</h3><p>Status {}.</p>{}",
                status.as_u16(),
                prose(&told.into()),
            ),
        );
    }
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    // A string takes every text.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_object_and_problem_has_a_place_and_links_lead_there() {
        let document = openapi();
        let page = html(&document);
        for operation in operations(&document) {
            assert!(page.contains(&format!("<h3 id=\"{}\"", operation.text("operationId"))));
        }
        for kind in Kind::ALL {
            assert!(page.contains(&format!("id=\"problem-{}\"", kind.told().0)));
        }
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "#{id}");
        }
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        let page = html(&openapi());
        for part in ["<script", "<img", "<link", "@import", "url("] {
            assert!(!page.contains(part), "{part}");
        }
    }
}
