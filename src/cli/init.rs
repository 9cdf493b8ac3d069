//! `polydoctor init`: the set-up wizard at a prompt, or by flags alone.

mod ask;
mod end;

use std::env;
use std::io::{self, Write as _};
use std::path::Path;

use alloy_primitives::Address;
use anyhow::{Context as _, bail};

use self::ask::Steps;
use super::settings::{self as settings_args, ProofArgs, SettingsArgs};
use super::{Exit, prompt, wrap};
use crate::cli::terminal;
use crate::engine::Engine;
use crate::facts::Facts;
use crate::facts::probe::Probe;
use crate::onboarding::{Answer, KEY_VARIABLE, Next, Origin, PROBES, Step, Wizard};
use crate::secret::Secret;
use crate::settings::edit::check_profile_name;
use crate::settings::{
    self, ConfigFile, EnvFile, FoundKey, Inputs, KeyInput, ProblemKind, SecretRef, Setting, Settings, Source, Venues,
    load, read_key,
};

const INTRODUCTION: &str = "\
This sets up a profile for an account and ends with the checks on it. Have ready:
- the private key of the signer (email accounts: polymarket.com, profile, Settings, Export private key)
- the wallet address in the profile menu on polymarket.com, to compare
- for Polymarket US instead: key ID and secret key (polymarket.us/developer)
Nothing is changed at Polymarket, and the private key is stored only if you pass --store-private-key.";

/// Set up an account with a few questions, then check it
///
/// Every answer can be a flag: --account, --key-file, --keystore, --key-stdin or --key-env, --funder, --profile. With --yes nothing is asked: missing answers come from the existing settings and from the chain; if neither shows which wallet it is, nothing is written (exit code 3).
#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// How the account was created
    #[arg(long, value_name = "HOW", value_parser = origin)]
    account: Option<Origin>,
    /// Read the private key from this variable, now and in later runs
    #[arg(long, value_name = "NAME", conflicts_with_all = ["key_file", "keystore", "key_stdin"])]
    key_env: Option<String>,
    /// Write the private key itself to the profile
    ///
    /// Anyone who can read the file can read it.
    #[arg(long)]
    store_private_key: bool,
    /// Do not ask, and write the profile
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    proof: ProofArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

fn origin(text: &str) -> Result<Origin, String> {
    let known = || Origin::ALL.map(Origin::name).join(", ");
    Origin::ALL.into_iter().find(|origin| origin.name() == text).ok_or_else(|| format!("expected one of: {}", known()))
}

/// What is there before the first question.
struct Start<'a> {
    args: &'a InitArgs,
    base: Inputs,
    in_force: Settings,
}

/// How an answer came about.
enum Given {
    /// A flag, or what is set already, answers.
    Answer(Result<Next, String>),
    Ask,
    /// Nobody is there to ask, and nothing says it.
    Unknown,
}

pub(super) async fn run(mut args: InitArgs) -> anyhow::Result<Exit> {
    args.settings.leave_out(args.proof);
    let config = settings::config_file().context("there is no home folder for the profile")?;
    let mut base = args.settings.inputs(env::vars_os());
    let name = base.profile.take().filter(|name| !name.is_empty()).unwrap_or_else(|| "default".to_owned());
    check_profile_name(&name)?;
    if !args.yes && !prompt::is_there() {
        bail!("not a terminal, cannot ask: pass --yes");
    }
    let before = existing(&name, &config, &base)?;
    use_profile(&args, &name, &config, before.is_some(), &mut base)?;
    let (reading, password) = settings_args::read(base.clone())?;
    base.keystore_password = password;
    let found = reading.found_keys();
    let in_force = reading.settings()?;
    if let Some(problem) = in_force.problems.iter().find(|problem| problem.kind == ProblemKind::Invalid) {
        bail!("{}. {}", problem.text, problem.fix);
    }
    let mut wizard = Wizard::new(found, name.as_str());
    wizard.offer_us(&in_force);
    wizard.store_key(args.store_private_key);
    if !args.yes {
        say(INTRODUCTION)?;
    }
    if let Some(Existing { signer }) = before {
        say(&format!("Profile {name} already exists in {}: it is updated, not replaced", config.display()))?;
        wizard.replaces(signer);
    }
    let mut start = Start { args: &args, base, in_force };
    let mut steps = Steps::default();
    while wizard.step() != Step::Review {
        let given = start.given(&mut wizard)?;
        let asked = matches!(given, Given::Ask);
        let answered = match given {
            Given::Answer(answered) => answered,
            Given::Ask => Ok(ask::ask(&mut wizard, &mut steps, &start)?),
            Given::Unknown => {
                say(&format!("{}. Nothing was written", wizard.undetermined()))?;
                say("Pass --account (email, browser, wallet or deposit), or the wallet itself as --funder")?;
                return Ok(Exit::Unknown);
            }
        };
        match start.follow(&mut wizard, answered).await? {
            Ok(Some(said)) => say(&format!("  {said}"))?,
            Ok(None) => {}
            Err(wrong) if asked => say(&format!("  {wrong}"))?,
            Err(wrong) => bail!(wrong),
        }
    }
    end::end(&wizard, &start, &config, &mut steps).await
}

/// A profile that is there already.
struct Existing {
    /// If it can be seen.
    signer: Option<Address>,
}

/// The profile as it is; `None` where there is no such profile.
fn existing(name: &str, config: &Path, base: &Inputs) -> anyhow::Result<Option<Existing>> {
    if !config.exists() || !ConfigFile::read(config)?.names().contains(&name) {
        return Ok(None);
    }
    let settings = load(&of_profile(name, config, base))?;
    Ok(Some(Existing { signer: settings.parsed_key().map(|key| key.signer.address()) }))
}

/// What the profile comes to by itself: later runs by its name, and a fleet.
fn of_profile(name: &str, config: &Path, base: &Inputs) -> Inputs {
    let of_run = |(setting, _): &(Setting, String)| setting.is_of_run();
    Inputs {
        flags: base.flags.clone().into_iter().filter(of_run).collect(),
        env_file: EnvFile::None,
        key: KeyInput::Settings,
        profile: Some(name.to_owned()),
        config_file: Some(config.to_owned()),
        polymarket_cli: None,
        in_fleet: true,
        ..base.clone()
    }
}

/// Settings before any answer are flags, environment and `.env`, and those of the profile only where
/// no key is anywhere else: another one means another account.
fn use_profile(args: &InitArgs, name: &str, config: &Path, exists: bool, base: &mut Inputs) -> anyhow::Result<()> {
    base.config_file = None;
    let key_is_given = args.key_env.is_some() || !matches!(base.key, KeyInput::Settings);
    let has_key = |settings: &Settings| settings.private_key.is_some() || !settings.us.is_empty();
    if exists && !key_is_given && !has_key(&load(base)?) {
        (base.profile, base.config_file) = (Some(name.to_owned()), Some(config.to_owned()));
    }
    Ok(())
}

impl Start<'_> {
    /// The answer that a flag or a setting gives, or that nobody is there to give.
    fn given(&mut self, wizard: &mut Wizard) -> anyhow::Result<Given> {
        let yes = self.args.yes;
        Ok(match wizard.step() {
            Step::Account => match self.args.account.or_else(|| self.origin_set()) {
                Some(origin) => Given::Answer(Ok(wizard.take_origin(origin))),
                None if yes => Given::Answer(Ok(wizard.take_origin(Origin::Unknown))),
                None => Given::Ask,
            },
            Step::Key if wizard.is_us() && yes => match wizard.take_us_key_in_force() {
                Some(next) => Given::Answer(Ok(next)),
                None => {
                    bail!("there is no key of Polymarket US: set POLYMARKET_US_KEY_ID and POLYMARKET_US_SECRET_KEY")
                }
            },
            Step::Key if wizard.is_us() => Given::Ask,
            Step::Key => match self.given_key()? {
                Some(found) => Given::Answer(wizard.take_key(found)),
                None if !yes => Given::Ask,
                None => {
                    bail!("there is no private key: set {KEY_VARIABLE}, or pass --key-env, --key-file or --keystore")
                }
            },
            Step::Funder if wizard.asks_to_look_up() && yes => {
                say("Looking up this key's wallets:")?;
                wizard.who_is_asked().iter().try_for_each(|line| say(&format!("- {line}")))?;
                Given::Answer(wizard.answer(&Answer::Choice(0)))
            }
            Step::Funder if wizard.asks_to_look_up() => Given::Ask,
            Step::Funder => match self.base.flags.get(&Setting::Funder) {
                Some(funder) => Given::Answer(wizard.answer(&Answer::text(funder.clone()))),
                None if !yes => Given::Ask,
                None => match wizard.question().likely {
                    Some(likely) => Given::Answer(wizard.answer(&Answer::Choice(likely))),
                    None => Given::Unknown,
                },
            },
            Step::Review => Given::Ask,
        })
    }

    /// How the account was created, by the venue or the type that is set.
    fn origin_set(&self) -> Option<Origin> {
        if self.in_force.venues == Venues::Us {
            return Some(Origin::Us);
        }
        let kind = self.in_force.signature_type.as_ref().filter(|kind| kind.source != Source::Default)?;
        Origin::ALL.into_iter().find(|origin| origin.signature_type() == Some(kind.value))
    }

    /// The key of a flag, and how the profile names its place; with `--yes` also the one in force.
    fn given_key(&self) -> anyhow::Result<Option<FoundKey>> {
        if let Some(name) = &self.args.key_env {
            let value = self.base.environment.get(name);
            let value = value.with_context(|| format!("the variable {name} from --key-env is not set"))?;
            let place = SecretRef::Env { name: name.clone() };
            let source = Source::Variable { name: name.clone() };
            return Ok(Some(FoundKey { key: Secret::new(value.clone()), source, place: Some(place) }));
        }
        if matches!(self.base.key, KeyInput::Settings) && !self.args.yes {
            return Ok(None);
        }
        let Some(key) = &self.in_force.private_key else { return Ok(None) };
        let text = key.value.clone().map_err(|mistake| anyhow::anyhow!("{}: {mistake}", key.source))?;
        let place = match &self.base.key {
            KeyInput::Keystore(path) => Some(SecretRef::keystore(path)),
            _ => SecretRef::of(&key.source),
        };
        let source = match (&self.base.profile, &self.base.key) {
            // the profile names the place itself, and keeps it
            (Some(name), KeyInput::Settings) => Source::Profile {
                path: String::new(),
                name: name.clone(),
                key: Setting::PrivateKey.name().to_owned(),
                line: 0,
            },
            _ => key.source.clone(),
        };
        Ok(Some(FoundKey { key: text, source, place }))
    }

    /// Reads what an answer needs, until the next question.
    async fn follow(
        &mut self,
        wizard: &mut Wizard,
        answered: Result<Next, String>,
    ) -> anyhow::Result<Result<Option<String>, String>> {
        let mut said = Vec::new();
        let mut next = answered;
        loop {
            match next {
                Err(wrong) => return Ok(Err(wrong)),
                Ok(Next::Go(more)) => {
                    said.extend(more);
                    return Ok(Ok((!said.is_empty()).then(|| said.join("\n  "))));
                }
                Ok(Next::Read) => {
                    let Some((input, password)) = wizard.key_to_read() else { return Ok(Ok(None)) };
                    let read = read_key(input, password);
                    self.base.keystore_password = password.cloned().or(self.base.keystore_password.take());
                    next = match read {
                        Ok(found) => wizard.take_key(found),
                        Err(unread) => Err(wizard.could_not_read(unread)),
                    };
                }
                Ok(Next::Look(more)) => {
                    said.extend(more);
                    let settings = load(&wizard.inputs(&self.base))?;
                    let facts = observe(settings.clone(), !wizard.may_ask_network(), &PROBES).await;
                    if let Some(failure) = facts.chain.failure() {
                        said.push(format!(
                            "The Polygon RPC returned no wallet data ({failure}); they are only derived from the key"
                        ));
                    }
                    next = wizard.saw(facts, &settings).unwrap_or(Ok(Next::Go(None)));
                }
            }
        }
    }
}

async fn observe(settings: Settings, offline: bool, probes: &[Probe]) -> Facts {
    let engine = Engine::new(settings, offline, &[]);
    engine.run(&probes.iter().copied().collect()).await;
    engine.facts().borrow().clone()
}

/// Lines on standard error, broken between words where the terminal ends.
fn say(text: &str) -> io::Result<()> {
    let mut out = terminal::err();
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let further = if line.trim_start().starts_with("- ") { format!("{indent}  ") } else { indent.to_owned() };
        writeln!(out, "{}", wrap::to_terminal(line.trim_start(), indent, &further))?;
    }
    if text.is_empty() { writeln!(out) } else { Ok(()) }
}

/// A line that is never broken: a command to paste.
fn say_command(command: &str) -> io::Result<()> {
    writeln!(terminal::err(), "  {command}")
}
