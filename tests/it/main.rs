//! The integration tests, in one binary so that the crate is linked once.

#![allow(clippy::unwrap_used)]
// texts of tests are short, and each is written where it is used
#![allow(clippy::format_collect, clippy::format_push_string, clippy::naive_bytecount, clippy::type_complexity)]

mod arguments;
mod bot_names;
mod bots;
mod builder;
mod check;
mod demo;
mod diagnosis;
mod endless;
mod evidence;
mod evm;
mod exchange;
mod explain;
mod fixing;
mod fleet;
mod fuzzed;
mod headers;
mod heading;
#[cfg(feature = "tui")]
mod help;
mod hostile;
mod inspect;
mod judgement;
mod keys;
mod layers;
mod live;
mod market;
mod mock_services;
mod no_false_positives;
mod order;
#[cfg(feature = "tui")]
mod pictures;
mod profiles;
mod program;
mod readme;
mod relayer;
mod requests;
mod rpc;
mod sandbox;
mod sandbox_fuzz;
mod saving;
mod scenarios;
#[cfg(feature = "tui")]
mod screens;
mod secrets;
mod sign_server;
mod signer;
mod silent;
mod single_check;
#[cfg(target_os = "linux")]
mod soak;
mod special_files;
mod supply;
mod support;
mod symptoms;
mod terminal;
mod two_accounts;
mod two_faults;
mod us;
mod vectors;
mod views;
#[cfg(unix)]
mod watching;
mod words;
mod wrong_input;
