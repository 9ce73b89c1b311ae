//! DynamoDB: an action on a table or index for each part of a call, with the keys and attributes it touches.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>

use super::{Deployment, Need, TableKeys, Unknown, expression, text};
use crate::condition::Context;
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn needs(operation: &str, body: &Value, deployment: &Deployment) -> Result<Vec<Need>, Unknown> {
    match operation {
        "GetItem" => Ok(vec![get(body, deployment)?]),
        "PutItem" | "UpdateItem" | "DeleteItem" => Ok(vec![write(operation, body, deployment)?]),
        "Query" | "Scan" => Ok(vec![search(operation, body, deployment)?]),
        "BatchGetItem" => tables(body)?.map(|(name, keys)| batch_get(name, keys, deployment)).collect(),
        "BatchWriteItem" => tables(body)?.map(|(name, writes)| batch_write(name, writes, deployment)).collect(),
        "TransactGetItems" => parts(body)?.map(|part| enclosed(get(&part["Get"], deployment)?, operation)).collect(),
        "TransactWriteItems" => parts(body)?.map(|part| enclosed(transacted(part, deployment)?, operation)).collect(),
        _ => Err(Unknown::because(format!("dynamodb:{operation}"))),
    }
}

fn parts(body: &Value) -> Result<impl Iterator<Item = &Value>, Unknown> {
    body["TransactItems"].as_array().map(|parts| parts.iter()).ok_or_else(|| Unknown::because("no TransactItems"))
}

fn tables(body: &Value) -> Result<impl Iterator<Item = (&String, &Value)>, Unknown> {
    body["RequestItems"].as_object().map(|tables| tables.iter()).ok_or_else(|| Unknown::because("no RequestItems"))
}

/// A transaction needs what its parts need; no action is named for itself.
fn enclosed(mut need: Need, operation: &str) -> Result<Need, Unknown> {
    need.context.insert("dynamodb:enclosingoperation".into(), vec![operation.to_owned()]);
    Ok(need)
}

fn transacted(part: &Value, deployment: &Deployment) -> Result<Need, Unknown> {
    let kinds = [("Put", "PutItem"), ("Update", "UpdateItem"), ("Delete", "DeleteItem"), ("ConditionCheck", "ConditionCheckItem")];
    let found = kinds.iter().find(|(kind, _)| !part[*kind].is_null());
    let (kind, action) = found.ok_or_else(|| Unknown::because(format!("a part of a transaction that is {part}")))?;
    write(action, &part[*kind], deployment)
}

/// `Key` of a request, or `Item` of one that puts.
fn row(request: &Value) -> Result<&Value, Unknown> {
    [&request["Key"], &request["Item"]].into_iter().find(|row| row.is_object()).ok_or_else(|| Unknown::because("neither Key nor Item"))
}

fn write(action: &str, request: &Value, deployment: &Deployment) -> Result<Need, Unknown> {
    let (name, keys) = table(request, deployment)?;
    let row = row(request)?;
    let mut attributes = expression::attributes(request)?;
    attributes.extend(names(row));
    Ok(need(action, deployment.arn("dynamodb", &format!("table/{name}")), [leading(row, &keys.partition)?], attributes))
}

fn get(request: &Value, deployment: &Deployment) -> Result<Need, Unknown> {
    let (name, keys) = table(request, deployment)?;
    read("GetItem", name, std::slice::from_ref(&request["Key"]), request, &keys.partition, deployment)
}

fn batch_get(name: &str, request: &Value, deployment: &Deployment) -> Result<Need, Unknown> {
    let partition = &keys(name, deployment)?.partition;
    let rows = request["Keys"].as_array().ok_or_else(|| Unknown::because("no Keys"))?;
    read("BatchGetItem", name, rows, request, partition, deployment)
}

fn read(action: &str, name: &str, rows: &[Value], request: &Value, partition: &str, deployment: &Deployment) -> Result<Need, Unknown> {
    let leading: Vec<String> = rows.iter().map(|row| leading(row, partition)).collect::<Result<_, _>>()?;
    let mut attributes = expression::attributes(request)?;
    attributes.extend(rows.iter().flat_map(names));
    let mut need = need(action, deployment.arn("dynamodb", &format!("table/{name}")), leading, attributes);
    need.context.insert("dynamodb:select".into(), vec![selected(request, "ALL_ATTRIBUTES")]);
    Ok(need)
}

fn batch_write(name: &str, writes: &Value, deployment: &Deployment) -> Result<Need, Unknown> {
    let partition = &keys(name, deployment)?.partition;
    let writes = writes.as_array().ok_or_else(|| Unknown::because("no writes"))?;
    let mut found = (Vec::new(), BTreeSet::new());
    for write in writes {
        let request = [&write["PutRequest"], &write["DeleteRequest"]].into_iter().find(|request| request.is_object());
        let row = row(request.ok_or_else(|| Unknown::because(format!("a write that is {write}")))?)?;
        found.0.push(leading(row, partition)?);
        found.1.extend(names(row));
    }
    Ok(need("BatchWriteItem", deployment.arn("dynamodb", &format!("table/{name}")), found.0, found.1))
}

/// A query leads with the one value of the partition key, of the index where it reads one; a scan with none.
fn search(operation: &str, request: &Value, deployment: &Deployment) -> Result<Need, Unknown> {
    let (name, keys) = table(request, deployment)?;
    let index = request["IndexName"].as_str();
    let (resource, partition) = match index {
        Some(index) => {
            let partition = keys.indexes.get(index).ok_or_else(|| Unknown::because(format!("the index {index} of {name}")))?;
            (format!("table/{name}/index/{index}"), partition)
        }
        None => (format!("table/{name}"), &keys.partition),
    };
    let attributes = expression::attributes(request)?;
    let leading = if operation == "Query" { vec![scalar(expression::equal_to(partition, request)?)?] } else { Vec::new() };
    let mut need = need(operation, deployment.arn("dynamodb", &resource), leading, attributes);
    let default = if index.is_some() { "ALL_PROJECTED_ATTRIBUTES" } else { "ALL_ATTRIBUTES" };
    need.context.insert("dynamodb:select".into(), vec![selected(request, default)]);
    Ok(need)
}

fn selected(request: &Value, default: &str) -> String {
    let projected = request["ProjectionExpression"].is_string().then_some("SPECIFIC_ATTRIBUTES");
    request["Select"].as_str().or(projected).unwrap_or(default).to_owned()
}

fn table<'a>(request: &'a Value, deployment: &'a Deployment) -> Result<(&'a str, &'a TableKeys), Unknown> {
    let name = text(request, "TableName")?;
    Ok((name, keys(name, deployment)?))
}

fn keys<'a>(table: &str, deployment: &'a Deployment) -> Result<&'a TableKeys, Unknown> {
    deployment.tables.get(table).ok_or_else(|| Unknown::because(format!("the table {table}, which the template does not have")))
}

fn names(row: &Value) -> impl Iterator<Item = String> {
    row.as_object().into_iter().flatten().map(|(name, _)| name.clone())
}

fn leading(row: &Value, partition: &str) -> Result<String, Unknown> {
    scalar(&row[partition])
}

/// The text of a key attribute, which is `{"S": …}`, `{"N": …}` or `{"B": …}`.
fn scalar(value: &Value) -> Result<String, Unknown> {
    let kinds = ["S", "N", "B"];
    let found = kinds.iter().find_map(|kind| value[*kind].as_str());
    found.map(str::to_owned).ok_or_else(|| Unknown::because(format!("a key that is {value}")))
}

fn need(action: &str, resource: String, leading: impl IntoIterator<Item = String>, attributes: BTreeSet<String>) -> Need {
    let mut context = Context::new();
    let leading: Vec<String> = leading.into_iter().collect();
    if !leading.is_empty() {
        context.insert("dynamodb:leadingkeys".into(), leading);
    }
    if !attributes.is_empty() {
        context.insert("dynamodb:attributes".into(), attributes.into_iter().collect());
    }
    Need { action: format!("dynamodb:{action}"), resource, context }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment() -> Deployment {
        let keys = TableKeys { partition: "pk".into(), indexes: [("expiry".to_owned(), "class".to_owned())].into() };
        Deployment {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            tables: [("t".to_owned(), keys.clone()), ("u".to_owned(), keys)].into(),
            identities: Vec::new(),
        }
    }

    /// `action table-or-index [leading keys] [attributes]` of each need.
    fn said(operation: &str, body: &Value) -> Vec<String> {
        let needs = needs(operation, body, &deployment()).unwrap();
        let list = |need: &Need, key: &str| need.context.get(key).map(|values| values.join(" ")).unwrap_or_default();
        let line = |need: &Need| {
            let resource = need.resource.strip_prefix("arn:aws:dynamodb:us-east-1:000000000000:table/").unwrap();
            format!("{} {resource} [{}] [{}]", need.action, list(need, "dynamodb:leadingkeys"), list(need, "dynamodb:attributes"))
        };
        needs.iter().map(line).collect()
    }

    #[test]
    fn single_calls_need_their_own_action() {
        let key = json!({ "pk": { "S": "ACC#1" }, "sk": { "S": "WALLET" } });
        assert_eq!(said("GetItem", &json!({ "TableName": "t", "Key": key })), ["dynamodb:GetItem t [ACC#1] [pk sk]"]);
        let update = json!({ "TableName": "t", "Key": key, "UpdateExpression": "ADD held :h", "ConditionExpression": "available >= :n" });
        assert_eq!(said("UpdateItem", &update), ["dynamodb:UpdateItem t [ACC#1] [available held pk sk]"]);
        let put = json!({ "TableName": "t", "Item": { "pk": { "S": "A" }, "sk": { "S": "B" }, "at": { "N": "1" } } });
        assert_eq!(said("PutItem", &put), ["dynamodb:PutItem t [A] [at pk sk]"]);
    }

    #[test]
    fn a_transaction_needs_what_its_parts_need() {
        let key = json!({ "pk": { "S": "A" }, "sk": { "S": "B" } });
        let body = json!({ "TransactItems": [
            { "ConditionCheck": { "TableName": "u", "Key": key, "ConditionExpression": "expires_at > :now" } },
            { "Put": { "TableName": "t", "Item": key } },
            { "Update": { "TableName": "t", "Key": key, "UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": { "#s": "state" } } },
            { "Delete": { "TableName": "t", "Key": key } },
        ] });
        assert_eq!(
            said("TransactWriteItems", &body),
            [
                "dynamodb:ConditionCheckItem u [A] [expires_at pk sk]",
                "dynamodb:PutItem t [A] [pk sk]",
                "dynamodb:UpdateItem t [A] [pk sk state]",
                "dynamodb:DeleteItem t [A] [pk sk]",
            ]
        );
        let reads = json!({ "TransactItems": [{ "Get": { "TableName": "t", "Key": key } }] });
        assert_eq!(said("TransactGetItems", &reads), ["dynamodb:GetItem t [A] [pk sk]"]);
        let need = needs("TransactGetItems", &reads, &deployment()).unwrap().remove(0);
        assert_eq!(need.context["dynamodb:enclosingoperation"], ["TransactGetItems"]);
    }

    #[test]
    fn a_batch_needs_its_own_action_on_every_table() {
        let key = |pk: &str| json!({ "pk": { "S": pk }, "sk": { "S": "B" } });
        let body = json!({ "RequestItems": { "t": { "Keys": [key("A"), key("C")] }, "u": { "Keys": [key("D")] } } });
        assert_eq!(said("BatchGetItem", &body), ["dynamodb:BatchGetItem t [A C] [pk sk]", "dynamodb:BatchGetItem u [D] [pk sk]"]);
        let body = json!({ "RequestItems": { "t": [{ "PutRequest": { "Item": key("A") } }, { "DeleteRequest": { "Key": key("C") } }] } });
        assert_eq!(said("BatchWriteItem", &body), ["dynamodb:BatchWriteItem t [A C] [pk sk]"]);
    }

    #[test]
    fn a_query_of_an_index_needs_the_index() {
        let body = json!({
            "TableName": "t", "IndexName": "expiry", "KeyConditionExpression": "#c = :c AND expires_at <= :now",
            "ExpressionAttributeNames": { "#c": "class" }, "ExpressionAttributeValues": { ":c": { "S": "upload" } },
        });
        assert_eq!(said("Query", &body), ["dynamodb:Query t/index/expiry [upload] [class expires_at]"]);
        assert_eq!(needs("Query", &body, &deployment()).unwrap()[0].context["dynamodb:select"], ["ALL_PROJECTED_ATTRIBUTES"]);
        assert_eq!(said("Scan", &json!({ "TableName": "t" })), ["dynamodb:Scan t [] []"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (operation, body) in [
            ("ExecuteStatement", json!({})),
            ("GetItem", json!({ "TableName": "nobody's", "Key": { "pk": { "S": "A" } } })),
            ("GetItem", json!({ "TableName": "t", "Key": {} })),
            ("TransactWriteItems", json!({ "TransactItems": [{ "Other": {} }] })),
            ("Query", json!({ "TableName": "t", "IndexName": "none", "KeyConditionExpression": "pk = :pk" })),
        ] {
            assert!(needs(operation, &body, &deployment()).is_err(), "{operation} {body}");
        }
    }
}
