//! `polydoctor init`: the set-up wizard at a prompt, or by flags alone.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use super::settings::{self as settings_args, SettingsArgs};
use super::{Exit, prompt};
use crate::engine::Engine;
use crate::engine::facts::Facts;
use crate::engine::probe::Probe;
use crate::onboarding::{self, Answer, Entry, KEY_VARIABLE, Next, Origin, PROBES, Question, Step, Wizard};
use crate::render::{self, Format, Show};
use crate::report::{Report, Verdict};
use crate::secret::Secret;
use crate::settings::change::FileChange;
use crate::settings::edit::Change;
use crate::settings::{
    self, ConfigFile, FoundKey, Inputs, KeyInput, Place, ProblemKind, SETTINGS, Settings, Source, load,
};

const INTRODUCTION: &str = "\
This sets up an account for polydoctor and ends with the checklist on it. Have ready:
  - the private key of the account's signer (email accounts: polymarket.com, profile, Settings, Export private key)
  - the address in the profile menu on polymarket.com, to compare
Nothing is changed at Polymarket, and the private key is not stored unless you ask for that by name.";

const HELP: &str = "Every answer can be a flag: --account, --key-file, --keystore, --key-stdin or --key-env, --funder, \
                    --profile. With --yes nothing is asked: what is left open is answered by what is found on chain.";

/// Set up an account: a few questions, then the checklist
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct InitArgs {
    /// How the account was made
    #[arg(long, value_name = "HOW", value_parser = origin)]
    account: Option<Origin>,
    /// Read the private key from this variable, also afterwards
    #[arg(long, value_name = "NAME", conflicts_with_all = ["key_file", "keystore", "key_stdin"])]
    key_env: Option<String>,
    /// Write the private key itself to the profile, readable by whoever can read the file
    #[arg(long)]
    store_private_key: bool,
    /// Ask nothing, and write the profile
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

fn origin(text: &str) -> Result<Origin, String> {
    let known = || Origin::ALL.map(Origin::name).join(", ");
    Origin::ALL.into_iter().find(|origin| origin.name() == text).ok_or_else(|| format!("known are: {}", known()))
}

pub(super) async fn run(args: InitArgs) -> anyhow::Result<Exit> {
    let config = settings::config_file().context("there is no home folder to keep the profile in")?;
    let (name, mut base) = base(&args, &config)?;
    let (reading, password) = settings_args::read(base.clone())?;
    base.keystore_password = password;
    let found = reading.found_keys();
    let in_force = reading.settings()?;
    if let Some(problem) = in_force.problems.iter().find(|problem| problem.kind == ProblemKind::Invalid) {
        bail!("{}. {}", problem.text, problem.fix);
    }
    say(INTRODUCTION)?;
    let mut wizard = Wizard::new(found, name);
    wizard.store_key(args.store_private_key);
    give(&mut wizard, &in_force);
    while wizard.step() != Step::Review {
        let by_flag = given(&args, &base, &in_force, &mut wizard)?;
        let asked = by_flag.is_none();
        let mut answered = match by_flag {
            Some(answered) => answered,
            None => Ok(ask(&mut wizard)?),
        };
        if let Ok(Next::Look(said)) = &answered {
            tell(said.as_ref())?;
            answered = look(&mut wizard, &base).await?.unwrap_or(Ok(Next::Go(None)));
        }
        match answered {
            Ok(Next::Go(said) | Next::Look(said)) => tell(said.as_ref())?,
            Err(wrong) if asked => tell(Some(&wrong))?,
            Err(wrong) => bail!(wrong),
        }
    }
    say("")?;
    for line in &wizard.question().help {
        say(&format!("  {line}"))?;
    }
    let saved = save(&wizard, &config, args.yes)?;
    let inputs = if saved && !wizard.must_export_key() {
        Inputs { profile: Some(wizard.profile().to_owned()), config_file: Some(config), ..unflagged(&base) }
    } else {
        wizard.inputs(&base)
    };
    finish(&wizard, load(&inputs)?).await
}

/// The name of the profile, and the settings before any answer: flags, environment and `.env`, and
/// the profile where it is one that is there already.
fn base(args: &InitArgs, config: &Path) -> anyhow::Result<(String, Inputs)> {
    let mut base = args.settings.inputs(env::vars_os());
    let name = base.profile.take().unwrap_or_else(|| "default".to_owned());
    let exists = config.exists() && ConfigFile::read(config)?.names().contains(&name.as_str());
    if exists {
        base.profile = Some(name.clone());
    } else {
        base.config_file = None;
    }
    Ok((name, base))
}

/// As a later run without these flags would read them.
fn unflagged(base: &Inputs) -> Inputs {
    Inputs { flags: std::collections::BTreeMap::new(), key: KeyInput::Settings, ..base.clone() }
}

/// Puts into the profile what is set already: addresses as they are, secrets as places.
fn give(wizard: &mut Wizard, settings: &Settings) {
    const ANSWERED: [&str; 3] = ["private_key", "signature_type", "funder"];
    for setting in SETTINGS.iter().filter(|setting| !ANSWERED.contains(&setting.name)) {
        let source = settings.places.get(setting.name).and_then(|places| places.first());
        match source {
            Some(Source::Profile { .. }) | None => {}
            Some(source) if setting.is_secret() => {
                if let Some(place) = Place::of(source) {
                    wizard.give(setting.name, place);
                }
            }
            Some(_) => {
                if let Some(text) = settings.public_text(setting.name) {
                    wizard.give(setting.name, text);
                }
            }
        }
    }
    if let Some(chain) = &settings.chain_id {
        wizard.give("chain_id", i64::try_from(chain.value).unwrap_or(i64::MAX));
    }
}

/// The answer that a flag gives, or that nobody is there to give.
fn given(
    args: &InitArgs,
    base: &Inputs,
    settings: &Settings,
    wizard: &mut Wizard,
) -> anyhow::Result<Option<Result<Next, String>>> {
    let asks = !args.yes && prompt::is_there();
    Ok(match wizard.step() {
        Step::Account => {
            let of_type = settings.signature_type.as_ref().filter(|kind| kind.source != Source::Default);
            let of_type = of_type
                .and_then(|kind| Origin::ALL.into_iter().find(|origin| origin.signature_type() == Some(kind.value)));
            let origin = args.account.or(of_type).or_else(|| (!asks).then_some(Origin::Unknown));
            origin.map(|origin| Ok(wizard.take_origin(origin)))
        }
        Step::Key => match given_key(args, base, settings)? {
            Some(found) => Some(wizard.take_key(found)),
            None if asks => None,
            None => {
                let question = wizard.question();
                if question.choices.is_empty() {
                    bail!("there is no private key: set {KEY_VARIABLE}, or give --key-env, --key-file or --keystore");
                }
                Some(wizard.answer(&Answer::Choice(question.likely)))
            }
        },
        Step::Funder => match base.flags.get("funder") {
            Some(funder) => Some(wizard.answer(&Answer::Text(Secret::new(funder.clone())))),
            None if asks => None,
            None => {
                let likely = wizard.question().likely;
                Some(wizard.answer(&Answer::Choice(likely)))
            }
        },
        Step::Review => None,
    })
}

/// The key of a flag, and how the profile names its place.
fn given_key(args: &InitArgs, base: &Inputs, settings: &Settings) -> anyhow::Result<Option<FoundKey>> {
    if let Some(name) = &args.key_env {
        let value =
            base.environment.get(name).with_context(|| format!("the variable {name} of --key-env is not set"))?;
        let place = Place::Env { name: name.clone() };
        let source = Source::Variable { name: name.clone() };
        return Ok(Some(FoundKey { key: Secret::new(value.clone()), source, place: Some(place) }));
    }
    if matches!(base.key, KeyInput::Settings) {
        return Ok(None);
    }
    let Some(key) = &settings.private_key else { return Ok(None) };
    let text = key.value.clone().map_err(|mistake| anyhow::anyhow!("{}: {mistake}", key.source))?;
    let place = Place::of(&key.source).map(|place| match (place, &base.key) {
        (Place::File { path }, KeyInput::Keystore(_)) => Place::Keystore { path, password: None },
        (place, _) => place,
    });
    Ok(Some(FoundKey { key: text, source: key.source.clone(), place }))
}

/// Asks until an answer is taken.
fn ask(wizard: &mut Wizard) -> anyhow::Result<Next> {
    let question = wizard.question();
    print_question(&question)?;
    loop {
        let typed_only = question.choices.is_empty() && question.entry == Some(Entry::Secret);
        let answer = if typed_only {
            Answer::Text(prompt::hidden("Private key (not shown):")?)
        } else {
            let Some(text) = prompt::line(&format!("Answer [{}]:", question.likely + 1))? else {
                bail!("nothing was answered, and nothing written");
            };
            match (text.parse::<usize>(), question.entry) {
                _ if text.is_empty() => Answer::Choice(question.likely),
                (Ok(number), Some(Entry::Secret)) if number == question.choices.len() + 1 => {
                    Answer::Text(prompt::hidden("Private key (not shown):")?)
                }
                (Ok(number), _) => Answer::Choice(number.wrapping_sub(1)),
                (Err(_), Some(Entry::Secret)) => {
                    say("  Answer with a number: what is typed here can be seen")?;
                    continue;
                }
                (Err(_), _) if text == "b" && wizard.back() => return Ok(Next::Go(None)),
                (Err(_), _) => Answer::Text(Secret::new(text)),
            }
        };
        match wizard.answer(&answer) {
            Ok(next) => return Ok(next),
            Err(wrong) => say(&format!("  {wrong}"))?,
        }
    }
}

fn print_question(question: &Question) -> io::Result<()> {
    say(&format!("\nStep {} of {}: {}", question.step.number(), Step::ALL.len(), question.text))?;
    for line in &question.help {
        say(&format!("  {line}"))?;
    }
    for (index, choice) in question.choices.iter().enumerate() {
        say(&format!("  {}  {:<32} {:<44} {}", index + 1, choice.label, choice.detail, choice.hint))?;
    }
    match question.entry {
        Some(Entry::Secret) if !question.choices.is_empty() => {
            say(&format!("  {}  Type it in now", question.choices.len() + 1))
        }
        Some(Entry::Address) => say("  or the address of another wallet; b goes back"),
        _ => Ok(()),
    }
}

/// Reads what is on chain at the wallets of the answers so far; what becomes of the answer that
/// waits for it.
async fn look(wizard: &mut Wizard, base: &Inputs) -> anyhow::Result<Option<Result<Next, String>>> {
    let facts = observe(load(&wizard.inputs(base))?, &PROBES).await;
    if let Some(failure) = facts.chain.failure() {
        say(&format!("  The Polygon node did not say what is on chain ({failure}); the wallets are only computed"))?;
    }
    Ok(wizard.saw(facts))
}

async fn observe(settings: Settings, probes: &[Probe]) -> Facts {
    let engine = Engine::new(settings, false, &[]);
    engine.run(&probes.iter().copied().collect()).await;
    engine.facts().borrow().clone()
}

/// Shows what would be written, and writes it if that is wanted.
fn save(wizard: &Wizard, config: &Path, yes: bool) -> anyhow::Result<bool> {
    let change = FileChange::of_config(config, |text| wizard.write(text))?;
    if change.is_empty() {
        say(&format!("\nThe profile {} in {} says all this already", wizard.profile(), config.display()))?;
        return Ok(true);
    }
    say(&format!("\n{}, readable by you only:", config.display()))?;
    for line in change.diff() {
        let sign = if change.is_new_file() && line.change == Change::Added { ' ' } else { line.sign() };
        say(&format!("  {sign} {}", line.text))?;
    }
    if wizard.must_export_key() {
        say(&format!("The private key is not in it. Put it where later runs find it: {}", export_command()))?;
    }
    if !prompt::confirm("Write this file?", yes)? {
        say("Nothing is written")?;
        return Ok(false);
    }
    change.apply()?;
    say("Written")?;
    Ok(true)
}

fn export_command() -> String {
    format!("read -rs {KEY_VARIABLE} && export {KEY_VARIABLE}")
}

/// The checklist, and what the account can do.
async fn finish(wizard: &Wizard, settings: Settings) -> anyhow::Result<Exit> {
    say("\nThe checklist:\n")?;
    let report = Report::of(&observe(settings, Probe::ALL).await);
    let mut out = io::stdout();
    render::print(&report, Format::Text, Show::Problems, super::style(), &mut out)?;
    writeln!(out, "\nThis account can")?;
    for ability in onboarding::abilities(&report) {
        let said = match (ability.can, ability.because) {
            (Some(true), _) => format!("  yes  {}", ability.what),
            (Some(false), Some(check)) => format!("  no   {} ({check})", ability.what),
            (_, check) => format!("  ?    {} ({})", ability.what, check.unwrap_or_default()),
        };
        writeln!(out, "{said}")?;
    }
    say(&format!("\nNext: polydoctor --profile {0}, or polydoctor check --profile {0}", wizard.profile()))?;
    say("polydoctor keys derive gives the API credentials that a bot needs")?;
    if wizard.must_export_key() {
        say(&format!("The key is not stored: {}", export_command()))?;
    }
    Ok(match report.verdict {
        Verdict::Healthy | Verdict::Degraded => Exit::Done,
        Verdict::Broken => Exit::No,
        Verdict::Incomplete => Exit::Unknown,
    })
}

fn tell(said: Option<&String>) -> io::Result<()> {
    said.map_or(Ok(()), |said| say(&format!("  {said}")))
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stderr(), "{text}")
}
