//! The shape of `POST /sign`, and what the official server (zod 4) says of every other shape.

use serde_json::{Value, json};

/// A request that can be signed.
pub(super) struct SignRequest<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) body: Option<&'a str>,
}

/// Field, type, and whether it must be there (and then must not be empty), in the order of the
/// official schema, which is the order of its complaints.
const FIELDS: [(&str, &str, bool); 4] =
    [("path", "string", true), ("method", "string", true), ("body", "string", false), ("timestamp", "number", false)];

/// The request in a body, or the `details` of the 400 that refuses it.
pub(super) fn read(body: &Value) -> Result<SignRequest<'_>, Value> {
    if !body.is_object() {
        return Err(zod_error(&[invalid_type("object", &json!([]), type_of(Some(body)))]));
    }
    let issues: Vec<Value> = FIELDS.iter().filter_map(|&field| issue(body, field)).collect();
    match (body["method"].as_str(), body["path"].as_str()) {
        (Some(method), Some(path)) if issues.is_empty() => {
            Ok(SignRequest { method, path, body: body["body"].as_str() })
        }
        _ => Err(zod_error(&issues)),
    }
}

fn issue(body: &Value, (field, expected, required): (&str, &str, bool)) -> Option<Value> {
    let value = body.get(field);
    let received = type_of(value);
    if received == expected {
        return (required && value == Some(&json!(""))).then(|| too_small(field));
    }
    (required || value.is_some()).then(|| invalid_type(expected, &json!([field]), received))
}

fn type_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

fn invalid_type(expected: &str, path: &Value, received: &str) -> Value {
    json!({
        "expected": expected,
        "code": "invalid_type",
        "path": path,
        "message": format!("Invalid input: expected {expected}, received {received}"),
    })
}

fn too_small(field: &str) -> Value {
    json!({
        "origin": "string",
        "code": "too_small",
        "minimum": 1,
        "inclusive": true,
        "path": [field],
        "message": "Too small: expected string to have >=1 characters",
    })
}

/// The issues go out as JSON text inside of JSON, indented by two, as zod writes its message.
fn zod_error(issues: &[Value]) -> Value {
    json!({ "name": "ZodError", "message": format!("{:#}", Value::from(issues)) })
}
