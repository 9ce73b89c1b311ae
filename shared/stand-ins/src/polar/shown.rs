//! Objects in the form of version 2026-10, with every field that it requires.

use serde_json::{Value, json};

use super::books::{Books, Checkout, CheckoutStatus, Order, Product, Refund, RefundStatus};

const ORGANIZATION: &str = "3f0c9f3e-6f0e-4c39-9c1a-8a7d5b2e41c6";

pub(super) fn product(product: &Product) -> Value {
    let Product { id, name, created_at, .. } = product;
    let metadata = product.credits.as_ref().map_or_else(|| json!({}), |credits| json!({ "credits": credits }));
    json!({
        "id": id, "created_at": created_at, "modified_at": null, "name": name, "description": null, "visibility": product.visibility,
        "trial_interval": null, "trial_interval_count": null, "recurring_interval": product.is_recurring.then_some("month"),
        "recurring_interval_count": product.is_recurring.then_some(1), "meter_interval": null, "meter_interval_count": null,
        "is_recurring": product.is_recurring, "is_archived": product.is_archived, "organization_id": ORGANIZATION, "metadata": metadata,
        "prices": [{
            "id": id, "created_at": created_at, "modified_at": null, "source": "catalog", "amount_type": "fixed", "is_archived": false,
            "price_currency": product.currency, "price_amount": product.price, "tax_behavior": "exclusive", "product_id": id,
        }],
        "benefits": [], "medias": [], "attached_custom_fields": [],
    })
}

pub(super) fn checkout(books: &Books, checkout: &Checkout) -> Value {
    let Checkout { id, client_secret, url, expires_at, metadata, .. } = checkout;
    let sold = books.product(&checkout.product);
    let amount = sold.map(|product| product.price);
    let status = match checkout.status {
        CheckoutStatus::Open => "open",
        CheckoutStatus::Expired => "expired",
        CheckoutStatus::Succeeded => "succeeded",
        CheckoutStatus::Failed => "failed",
    };
    let said = json!({
        "id": id, "created_at": checkout.created_at, "modified_at": null, "payment_processor": "stripe", "status": status,
        "client_secret": client_secret, "url": url, "expires_at": expires_at,
        "success_url": checkout.success_url.as_deref().unwrap_or(url), "return_url": null, "embed_origin": null,
        "amount": amount, "discount_amount": 0, "net_amount": amount, "total_amount": amount, "currency": sold.map(|product| product.currency),
        "organization_id": ORGANIZATION, "product_id": checkout.product, "product_price_id": checkout.product,
        "allow_discount_codes": true, "require_billing_address": false, "is_discount_applicable": true, "is_free_product_price": false,
        "is_payment_required": true, "is_payment_setup_required": false, "is_payment_form_required": true, "is_business_customer": false,
        "locale": checkout.locale, "payment_processor_metadata": {}, "billing_address_fields": billing_address_fields(), "metadata": metadata,
        "external_customer_id": checkout.external_customer_id, "products": sold.map(product).into_iter().collect::<Vec<_>>(),
        "product": sold.map(product), "attached_custom_fields": [], "customer_metadata": {},
    });
    with_nulls(said, &UNSAID_OF_CHECKOUTS)
}

/// What every checkout has a field for, and none of ours says.
const UNSAID_OF_CHECKOUTS: [&str; 21] = [
    "tax_amount",
    "tax_behavior",
    "allow_trial",
    "active_trial_interval",
    "active_trial_interval_count",
    "trial_end",
    "discount_id",
    "customer_id",
    "customer_name",
    "customer_email",
    "customer_ip_address",
    "customer_billing_name",
    "customer_billing_address",
    "customer_tax_id",
    "payment_method_type",
    "trial_interval",
    "trial_interval_count",
    "product_price",
    "prices",
    "subscription_id",
    "discount",
];

fn with_nulls(mut said: Value, unsaid: &[&str]) -> Value {
    unsaid.iter().for_each(|name| said[*name] = Value::Null);
    said
}

fn billing_address_fields() -> Value {
    json!({ "country": "required", "state": "disabled", "city": "disabled", "postal_code": "disabled", "line1": "disabled", "line2": "disabled" })
}

pub(super) fn order(books: &Books, order: &Order) -> Value {
    let Order { id, buyer, net, tax, currency, created_at, .. } = order;
    let sold = books.product(&order.product);
    let name = sold.map(|product| &product.name);
    let address = json!({ "line1": null, "line2": null, "postal_code": null, "city": null, "state": null, "country": "JP" });
    let item = json!({
        "id": id, "created_at": created_at, "modified_at": null, "label": name, "amount": net, "tax_amount": tax, "proration": false,
        "product_price_id": order.product,
    });
    let said = json!({
        "id": id, "created_at": created_at, "modified_at": order.modified_at, "status": order.status(), "paid": order.is_paid,
        "subtotal_amount": net, "discount_amount": 0, "net_amount": net, "tax_amount": tax, "total_amount": order.total(),
        "applied_balance_amount": 0, "due_amount": order.total(), "refunded_amount": order.refunded,
        "refunded_tax_amount": order.refunded_tax, "refundable_amount": order.refundable(),
        "refundable_tax_amount": tax - order.refunded_tax, "currency": currency, "billing_reason": "purchase",
        "billing_name": buyer.name, "billing_address": address, "invoice_number": format!("NIGAO-{:04}", order.number),
        "is_invoice_generated": false, "receipt_number": order.is_paid.then(|| format!("R-{:04}", order.number)),
        "customer_id": order.customer, "product_id": order.product, "checkout_id": order.checkout, "metadata": order.metadata,
        "custom_field_data": {}, "platform_fee_amount": 0, "customer": customer(order, &address), "product": sold.map(product),
        "description": name, "items": [item],
    });
    with_nulls(said, &["seats", "discount_id", "subscription_id", "platform_fee_currency", "discount", "subscription"])
}

fn customer(order: &Order, address: &Value) -> Value {
    let Order { buyer, customer, created_at, .. } = order;
    json!({
        "id": customer, "created_at": created_at, "modified_at": null, "metadata": {}, "external_id": order.external_customer_id,
        "email": buyer.email, "email_verified": false, "type": "individual", "name": buyer.name, "billing_name": buyer.name,
        "billing_address": address, "tax_id": null, "locale": null, "organization_id": ORGANIZATION, "default_payment_method_id": null,
        "deleted_at": null, "first_user_event_at": null, "avatar_url": "https://www.gravatar.com/avatar/0",
    })
}

pub(super) fn refund(books: &Books, refund: &Refund) -> Value {
    let Refund { id, order, amount, tax, created_at, modified_at, .. } = refund;
    let of = books.order(order);
    let status = match refund.status {
        RefundStatus::Pending => "pending",
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed => "failed",
        RefundStatus::Canceled => "canceled",
    };
    let dispute = refund.is_of_dispute.then(|| {
        json!({
            "id": id, "created_at": created_at, "modified_at": null, "status": "early_warning", "resolved": true, "closed": false,
            "amount": amount, "tax_amount": tax, "currency": of.map(|order| order.currency), "reason": null, "evidence_due_by": null,
            "past_due": false, "order_id": order, "payment_id": id,
        })
    });
    json!({
        "id": id, "created_at": created_at, "modified_at": modified_at, "metadata": refund.metadata, "status": status,
        "reason": refund.reason, "amount": amount, "tax_amount": tax, "currency": of.map(|order| order.currency),
        "organization_id": ORGANIZATION, "order_id": order, "subscription_id": null, "customer_id": of.map(|order| &order.customer),
        "revoke_benefits": false, "dispute": dispute,
    })
}
