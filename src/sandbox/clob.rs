//! The CLOB's endpoints: a table of routes, and one small function each.

mod keys;
mod orders;
mod reads;

use super::http::Route;
use axum::routing::MethodFilter as Method;

pub(super) const ROUTES: &[Route] = &[
    (Method::GET, "/", reads::ok),
    (Method::GET, "/ok", reads::ok),
    (Method::GET, "/time", reads::time),
    (Method::GET, "/version", reads::version),
    (Method::POST, "/auth/api-key", keys::create),
    (Method::DELETE, "/auth/api-key", keys::delete),
    (Method::GET, "/auth/derive-api-key", keys::derive),
    (Method::GET, "/auth/api-keys", keys::list),
    (Method::GET, "/auth/ban-status/closed-only", keys::closed_only),
    (Method::POST, "/auth/readonly-api-key", keys::create_readonly),
    (Method::DELETE, "/auth/readonly-api-key", keys::delete_readonly),
    (Method::GET, "/auth/readonly-api-keys", keys::list_readonly),
    (Method::GET, "/auth/validate-readonly-api-key", keys::validate_readonly),
    (Method::POST, "/auth/builder-api-key", keys::create_builder),
    (Method::GET, "/auth/builder-api-key", keys::list_builder),
    (Method::DELETE, "/auth/builder-api-key", keys::revoke_builder),
    (Method::GET, "/v1/user/session-signers", reads::session_signers),
    (Method::GET, "/balance-allowance", reads::balance_allowance),
    (Method::GET, "/balance-allowance/update", reads::update_balance_allowance),
    (Method::GET, "/notifications", reads::notifications),
    (Method::POST, "/v1/heartbeats", orders::heartbeat),
    (Method::GET, "/data/orders", orders::open_orders),
    (Method::GET, "/data/order/{id}", orders::order),
    (Method::GET, "/data/trades", orders::trades),
    (Method::GET, "/order-scoring", orders::is_scoring),
    (Method::POST, "/orders-scoring", orders::are_scoring),
    (Method::POST, "/order", orders::place),
    (Method::POST, "/orders", orders::place_many),
    (Method::DELETE, "/order", orders::cancel),
    (Method::DELETE, "/orders", orders::cancel),
    (Method::DELETE, "/cancel-all", orders::cancel),
    (Method::DELETE, "/cancel-market-orders", orders::cancel),
    (Method::GET, "/neg-risk", reads::neg_risk),
    (Method::GET, "/tick-size", reads::tick_size),
    (Method::GET, "/fee-rate", reads::fee_rate),
    (Method::GET, "/fees/builder-fees/{code}", reads::builder_fees),
    (Method::GET, "/builder/trades", orders::builder_trades),
];
