//! The formats of a report, and where it is written.

use super::*;

#[test]
fn markdown_is_fit_to_be_shared() {
    let signer = "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266".to_lowercase();
    let markdown = stdout(&run(&["check", "--demo", "demo", "--format", "markdown"]));
    assert!(markdown.starts_with("## broken: "), "{markdown}");
    assert!(markdown.contains("_Wallet addresses (except in fixes) and key IDs are shortened"), "{markdown}");
    assert!(markdown.contains("export POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\n"), "{markdown}");
    assert!(markdown.contains("0xf39F…2266") && !markdown.to_lowercase().contains(&signer), "{markdown}");
    for format in ["text", "json", "markdown"] {
        let anonymous = stdout(&run(&["check", "--demo", "demo", "--format", format, "--anonymous"]));
        assert!(!anonymous.contains("0xf39F") && !anonymous.to_lowercase().contains(&signer), "{anonymous}");
        assert!(anonymous.contains("POLYMARKET_FUNDER=<safe>"), "{anonymous}");
    }
}

#[test]
fn junit_has_a_suite_a_group_and_a_case_a_check() {
    let (report, _) = check(&["--demo", "demo"]);
    let junit = stdout(&run(&["check", "--demo", "demo", "--format", "junit"]));
    for check in report["checks"].as_array().unwrap() {
        assert!(junit.contains(&format!("<testcase name=\"{}\"", check["id"].as_str().unwrap())), "{junit}");
    }
    let count =
        |status: &str| report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == status).count();
    assert_eq!(junit.matches("<failure").count(), count("fail"), "{junit}");
    assert_eq!(junit.matches("<skipped").count(), count("skip"), "{junit}");
    assert_eq!(junit.matches("<testsuite ").count(), 9, "{junit}");
    // whoever reads it in a build server has nothing else: what it comes to, and what to do
    let first = &report["diagnoses"][0];
    let command = report["next_step"]["command"].as_str().unwrap();
    for text in [first["cause"].as_str().unwrap(), first["title"].as_str().unwrap(), command] {
        assert!(junit.contains(text), "{text}: {junit}");
    }
    let reported = ["check", "--demo", "demo", "--format", "junit", "--symptom", "address banned"];
    assert!(stdout(&run(&reported)).contains("name=\"reported_error\" value=\"address banned\""));
}

#[test]
fn a_report_without_names_has_no_profile_either() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("polydoctor/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(&config, "[profiles.alice-smith]\nchain_id = 80002\n").unwrap();
    let printed = |flags: &[&str]| {
        let mut command = polydoctor();
        command.args(["check", "--offline", "--profile", "alice-smith", "--format", "json"]).args(flags);
        command.env("XDG_CONFIG_HOME", folder.path()).env("HOME", folder.path());
        stdout(&command.output().unwrap())
    };
    assert!(printed(&["--share"]).contains("alice-smith"));
    let anonymous = printed(&["--anonymous"]);
    assert!(anonymous.contains("\"profile\": \"profile\"") && !anonymous.contains("alice-smith"), "{anonymous}");
    assert!(!anonymous.contains(folder.path().to_str().unwrap()), "{anonymous}");
}

/// An attribute of the first element of this name.
fn attribute(xml: &str, element: &str, name: &str) -> String {
    let start = xml.find(&format!("<{element} ")).unwrap_or_else(|| panic!("no {element} in {xml}"));
    let tag = &xml[start..start + xml[start..].find('>').unwrap()];
    let value = tag.split(&format!(" {name}=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {tag}"));
    value.split('"').next().unwrap().to_owned()
}

#[test]
fn junit_counts_at_the_root_what_its_cases_say() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[profiles.a]\nchain_id = 137\n[profiles.b]\nchain_id = 80002\n").unwrap();
    for arguments in [
        &["--demo", "demo"][..],
        &["--demo", "demo", "--show", "problems"],
        &["--demo", "healthy-safe", "--show", "problems"],
        &["--demo", "clob-unreachable"],
        &["--all-profiles", "--offline"],
        &["--all-profiles", "--offline", "--show", "problems"],
    ] {
        let mut command = polydoctor();
        command.args(["check", "--format", "junit"]).args(arguments).env("POLYDOCTOR_CONFIG", &config);
        let xml = stdout(&command.output().unwrap());
        let count = |element: &str| xml.matches(&format!("<{element}")).count().to_string();
        let cases = xml.matches("<testcase ").count();
        assert!(cases > 0, "{arguments:?}: {xml}");
        assert_eq!(attribute(&xml, "testsuites", "tests"), cases.to_string(), "{arguments:?}: {xml}");
        for (name, element) in [("failures", "failure "), ("errors", "error "), ("skipped", "skipped")] {
            // the attribute of the same name is no element
            assert_eq!(attribute(&xml, "testsuites", name), count(element), "{arguments:?} {name}: {xml}");
        }
    }
}

#[test]
fn a_record_or_a_report_that_cannot_be_written_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    std::fs::write(&path, "old").unwrap();
    let file = path.to_str().unwrap();
    // the run fails before anything is there to write
    for arguments in [
        &["check", "--offline", "--key-file", "/nowhere/key", "--output", file][..],
        &["check", "--offline", "--key-file", "/nowhere/key", "--record", file],
        &["check", "--watch", "5", "--key-file", "/nowhere/key", "--output", file],
        &["check", "--all-profiles", "--output", file],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old", "{arguments:?}");
    }
    assert!(run(&["check", "--offline", "--format", "json", "--output", file]).stdout.is_empty());
    let report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(report["schema"], 1);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_file() {
    // a limit of the file size is a full disk for whoever writes
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.json");
    std::fs::write(&path, "old").unwrap();
    for flag in ["--record", "--output"] {
        let script = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" check --demo --format json {flag} \"$1\"");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_polydoctor")]).arg(&path);
        let output = command.env_clear().env("HOME", "/nonexistent").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: cannot write "), "{said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    }
}

#[test]
fn a_locale_without_utf_8_and_ascii_give_ascii() {
    let outputs = |name: &str, value: &str, flags: &[&str]| {
        for arguments in [
            &["check", "--demo", "demo"][..],
            &["check", "--demo", "clob-unreachable"],
            &["explain", "funder-is-signer"],
            &["explain"],
        ] {
            let output = polydoctor().args(arguments).args(flags).env(name, value).output().unwrap();
            let text = stdout(&output);
            assert!(!text.is_empty() && text.is_ascii(), "{arguments:?} {name}={value} {flags:?}: {text}");
        }
    };
    outputs("LC_ALL", "C", &[]);
    outputs("LANG", "POSIX", &[]);
    outputs("LC_ALL", "C.UTF-8", &["--ascii"]);
    assert!(!stdout(&run(&["check", "--demo", "demo"])).is_ascii(), "a pipe has no locale");
}

#[test]
fn colour_is_as_it_is_asked_for() {
    let has_colour = |arguments: &[&str]| stdout(&run(arguments)).contains('\u{1b}');
    for command in [&["check", "--demo", "demo"][..], &["explain", "funder-is-signer"]] {
        assert!(!has_colour(command));
        assert!(has_colour(&[command, &["--color", "always"]].concat()));
        assert!(has_colour(&[&["--color", "always"], command].concat()));
        assert!(!has_colour(&[command, &["--color", "never"]].concat()));
    }
}
