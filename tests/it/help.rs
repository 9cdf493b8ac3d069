//! What `--help` of every command says, and its page of the manual.

use crate::program::{run, stdout};

/// The help of a command, and of those below it.
fn help(command: &[&str], found: &mut String) {
    let output = run(&[command, &["--help"]].concat());
    assert!(output.status.success(), "{command:?}");
    let text = stdout(&output);
    found.push_str(&format!("$ polydoctor {} --help\n{text}\n", command.join(" ")));
    for name in commands(&text) {
        help(&[command, &[name]].concat(), found);
    }
}

/// The commands that a help lists.
fn commands(help: &str) -> Vec<&str> {
    let below = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let is_first = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let lines = below.lines().take_while(|line| !line.is_empty()).filter(is_first);
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[test]
fn every_command_says_what_it_takes() {
    let top = stdout(&run(&["--help"]));
    let names = commands(&top);
    assert!(names.len() >= 14, "{names:?}");
    insta::with_settings!({ snapshot_path => "../snapshots/help", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("polydoctor", top);
        for name in names {
            let mut found = String::new();
            help(&[name], &mut found);
            insta::assert_snapshot!(name, found.trim_end());
        }
    });
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let pages = stdout(&run(&["man"]));
    for name in commands(&stdout(&run(&["--help"]))) {
        assert!(
            pages.contains(&format!("polydoctor-{name}")) || pages.contains(&format!("polydoctor {name}")),
            "{name}"
        );
    }
    insta::with_settings!({ snapshot_path => "../snapshots/help", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("manual", pages);
    });
}
