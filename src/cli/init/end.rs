//! The end of the set-up: the profile is saved, and checked as it was saved.

use std::io::{self, Write as _};
use std::path::Path;

use super::ask::Steps;
use super::{Start, observe, of_profile, say, say_command};
use crate::cli::terminal;
use crate::cli::{Exit, prompt, wrap};
use crate::facts::probe::Probe;
use crate::onboarding::{self, Wizard};
use crate::render::{self, Format, Show};
use crate::report::{Report, Verdict};
use crate::settings::change::FileChange;
use crate::settings::edit::Change;
use crate::settings::{Settings, load};

/// Saves the answers if that is wanted, and checks the account.
pub(super) async fn end(wizard: &Wizard, start: &Start<'_>, config: &Path, steps: &mut Steps) -> anyhow::Result<Exit> {
    let yes = start.args.yes;
    say("")?;
    if !yes {
        say(&format!("{}: save the profile", steps.next(0)))?;
    }
    wizard.question().help.iter().try_for_each(|line| say_command(line))?;
    let saved = save(wizard, config, yes)?;
    let settings = if saved {
        let mut inputs = of_profile(wizard.profile(), config, &start.base);
        wizard.export_key(&mut inputs.environment);
        load(&inputs)?
    } else {
        load(&wizard.inputs(&start.base))?
    };
    if may_check(wizard, &settings, yes)? {
        let exit = check(wizard, settings.clone()).await?;
        next(wizard, &settings, saved)?;
        return Ok(exit);
    }
    say("\nNot checked")?;
    next(wizard, &settings, saved)?;
    Ok(if saved { Exit::Done } else { Exit::No })
}

/// Shows what would be written, and writes it if that is wanted.
fn save(wizard: &Wizard, config: &Path, yes: bool) -> anyhow::Result<bool> {
    let change = FileChange::of_config(config, |text| wizard.write(text))?;
    let name = wizard.profile();
    if change.is_empty() {
        say(&format!("\nProfile {name} in {} is already up to date", config.display()))?;
        return Ok(true);
    }
    let diff = change.diff();
    say(&format!("\n{}, readable by you only:", config.display()))?;
    for line in &diff {
        let sign = if change.is_new_file() && line.change == Change::Added { ' ' } else { line.sign() };
        // a path may be longer than the line; names stay whole
        writeln!(terminal::err(), "{}", wrap::to_terminal(&line.text, &format!("  {sign} "), "      "))?;
    }
    if let Some(variable) = wizard.to_export() {
        let key = wizard.key_word();
        say(&format!("The {key} is not stored: the profile reads it from the variable {variable}"))?;
    }
    let overwrites = diff.iter().any(|line| line.change == Change::Removed);
    let question = if overwrites { "Change profile" } else { "Save profile" };
    if !yes && !prompt::choose(&format!("{question} {name}?"), !overwrites)? {
        say("Profile not saved. To save it, run the same command again and answer y, or add --yes")?;
        return Ok(false);
    }
    change.apply()?;
    say(&format!("Profile {name} saved in {}", config.display()))?;
    Ok(true)
}

/// Says who is asked, and asks whether that is wanted where it was not asked yet.
fn may_check(wizard: &Wizard, settings: &Settings, yes: bool) -> anyhow::Result<bool> {
    say("\nThe checks are read-only. They send requests to:")?;
    for host in onboarding::hosts(settings) {
        say(&format!("- {} ({}): {}", host.host, host.service, host.sees))?;
    }
    if yes || wizard.may_ask_network() {
        return Ok(true);
    }
    // a person who has said no is not led to yes
    prompt::choose("Run the checks now?", wizard.asks_nothing_yet())
}

/// The checklist, and what the account can do.
async fn check(wizard: &Wizard, settings: Settings) -> anyhow::Result<Exit> {
    say(&format!("\nChecking profile {}:\n", wizard.profile()))?;
    let report = Report::of(&observe(settings, false, Probe::ALL).await);
    let mut out = terminal::out();
    render::print(&report, Format::Text, Show::Problems, super::super::style(), &mut out)?;
    writeln!(out, "\nThis account can")?;
    for ability in onboarding::abilities(&report) {
        let said = match (ability.can, ability.because) {
            (Some(true), _) => format!("  yes  {}", ability.what),
            (Some(false), Some(check)) => format!("  no   {} ({check})", ability.what),
            (_, check) => format!("  ?    {} ({})", ability.what, check.unwrap_or_default()),
        };
        writeln!(out, "{said}")?;
    }
    if report.can_trade == Some(true) {
        writeln!(out, "A ban cannot be read from the API: only the response to an order shows it")?;
    }
    Ok(match report.verdict {
        Verdict::Healthy | Verdict::Degraded => Exit::Done,
        Verdict::Broken => Exit::No,
        Verdict::Incomplete => Exit::Unknown,
    })
}

/// Commands that work as they are, pasted one after the other.
fn next(wizard: &Wizard, settings: &Settings, saved: bool) -> io::Result<()> {
    if !saved {
        return Ok(());
    }
    let name = wizard.profile();
    say("\nNext:")?;
    if let Some(variable) = wizard.to_export() {
        say_command(&format!("read -rs {variable} && export {variable}    # the key, which is not stored"))?;
    }
    say_command(&format!("polydoctor --profile {name}           # the dashboard"))?;
    say_command(&format!("polydoctor check --profile {name}     # as plain text"))?;
    if settings.credentials.is_empty() && !wizard.is_us() {
        say_command(&format!("polydoctor keys derive --profile {name}     # the API credentials that a bot needs"))?;
    }
    Ok(())
}
