//! Watching for long, while things break and mend: nothing grows, and no change is told twice or not at all.

#![cfg(target_os = "linux")]

use super::{Bot, FUNDER, Live, SIGNER};
use crate::soak::{Held, WARM_UP, times};

/// Breaks and mends the account again and again, and counts what is told of it.
fn assert_steady(watch: &Live, name: &str, break_and_mend: impl Fn(&str)) {
    let mut held = Vec::new();
    for time in 0..times() {
        for (funder, verdict, change) in [
            (SIGNER, " broken  ", " wallet.funder PASS → FAIL  "),
            (FUNDER, " healthy  ", " wallet.funder FAIL → PASS  "),
        ] {
            break_and_mend(funder);
            let told = watch.until(&format!("{name}{verdict}"));
            let count = told.iter().filter(|line| line.contains(&format!("{name}{change}"))).count();
            assert_eq!(count, 1, "time {time}: {told:?}");
        }
        held.push(Held::of(watch.process.id()));
    }
    Held::assert_flat(&held[WARM_UP - 1..]);
    watch.terminate();
}

#[test]
fn watching_for_long_holds_no_more_and_tells_each_change_once() {
    let bot = Bot::new(&[]);
    let watch = Live::start(bot.check(&["--watch", "5", "--exec", "true"]));
    assert!(watch.beginning().contains(" healthy  "));
    assert_steady(&watch, "", |funder| bot.write(funder));
    assert_eq!(watch.code(), Some(0));
}

#[test]
fn watching_a_fleet_for_long_holds_no_more_and_tells_each_change_once() {
    let bot = Bot::new(&[]);
    bot.write_profiles(&[("a", FUNDER), ("b", FUNDER), ("c", FUNDER)]);
    let watch = Live::start(bot.check(&["--all-profiles", "--watch", "5"]));
    for _ in 0..3 {
        let _heading = watch.until(" healthy  ");
    }
    assert_steady(&watch, " b", |funder| bot.write_profiles(&[("a", FUNDER), ("b", funder), ("c", FUNDER)]));
    assert_eq!(watch.code(), Some(0));
}
