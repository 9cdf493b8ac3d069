use super::*;
use crate::facts::Setup;
use crate::settings::edit::ConfigText;
use crate::settings::{EnvFile, load};

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const SAFE: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";

fn text(text: &str) -> Answer {
    Answer::text(text)
}

fn none() -> Inputs {
    Inputs { env_file: EnvFile::None, ..Inputs::default() }
}

/// The settings of the key, and facts as they are when nothing is asked over the network.
fn look(wizard: &mut Wizard, base: &Inputs) -> Option<Result<Next, String>> {
    let settings = load(&wizard.inputs(base)).unwrap();
    wizard.saw(Facts { setup: Setup::of(&settings, true), ..Facts::default() }, &settings)
}

/// To the wallets of the key, which are not looked up.
fn decline(wizard: &mut Wizard) {
    assert_eq!(look(wizard, &none()), None);
    assert!(wizard.asks_to_look_up() && !wizard.may_ask_network());
    assert!(matches!(wizard.answer(&Answer::Choice(1)), Ok(Next::Go(Some(_)))));
    assert!(!wizard.may_ask_network());
}

fn written(wizard: &Wizard) -> String {
    let mut config = ConfigText::parse("").unwrap();
    wizard.write(&mut config).unwrap();
    config.to_string()
}

#[test]
fn from_the_first_question_to_a_profile() {
    let key = Secret::new(KEY);
    let place = SecretRef::Env { name: "PK".to_owned() };
    let found = FoundKey { key, source: Source::Variable { name: "PK".to_owned() }, place: Some(place) };
    let mut wizard = Wizard::new(vec![found], "main");
    assert!(!wizard.back());
    assert_eq!(wizard.answer(&text("browser")), Ok(Next::Go(None)));
    assert_eq!(wizard.question().choices[0].label, "env PK");
    assert!(matches!(wizard.answer(&Answer::Choice(0)), Ok(Next::Look(Some(_)))));
    decline(&mut wizard);
    let question = wizard.question();
    let likely = question.likely.unwrap();
    assert_eq!(question.choices[likely].detail, SAFE);
    assert_eq!(wizard.answer(&Answer::Choice(likely)), Ok(Next::Go(None)));
    assert_eq!(
        written(&wizard),
        format!(
            "default_profile = \"main\"\n\n[profiles.main]\nsignature_type = 2\n\
             funder = \"{SAFE}\"\nprivate_key = {{ env = \"PK\" }}\n"
        )
    );
    assert!(wizard.back() && wizard.step() == Step::Funder);
}

#[test]
fn what_is_set_is_referred_to_and_asks_nothing_of_the_network() {
    let variables = [("PK", KEY), ("FUNDER", SAFE), ("SIGNATURE_TYPE", "2"), ("CLOB_API_KEY", "id")];
    let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let base = Inputs { environment, ..none() };
    let mut wizard = Wizard::new(crate::settings::Reading::of(base.clone()).unwrap().found_keys(), "main");
    wizard.answer(&text("unknown")).unwrap();
    wizard.answer(&Answer::Choice(0)).unwrap();
    assert!(matches!(look(&mut wizard, &base), Some(Ok(Next::Go(Some(_))))));
    assert_eq!((wizard.step(), wizard.may_ask_network()), (Step::Review, false));
    let text = written(&wizard);
    for (setting, variable) in
        [("private_key", "PK"), ("funder", "FUNDER"), ("signature_type", "SIGNATURE_TYPE"), ("api_key", "CLOB_API_KEY")]
    {
        assert!(text.contains(&format!("{setting} = {{ env = \"{variable}\" }}\n")), "{text}");
    }
    assert_eq!(text.lines().count(), 7, "{text}");
}

#[test]
fn nothing_is_preselected_where_nothing_says_which_wallet_it_is() {
    for (origin, likely) in [("unknown", None), ("deposit", None), ("wallet", Some(0)), ("browser", Some(2))] {
        let mut wizard = Wizard::new(Vec::new(), "main");
        wizard.answer(&text(origin)).unwrap();
        wizard.answer(&text(KEY)).unwrap();
        decline(&mut wizard);
        assert_eq!(wizard.question().likely, likely, "{origin}");
        assert_eq!(wizard.inputs(&none()).flags.get(&Setting::SignatureType), None, "{origin}");
    }
}

#[test]
fn settings_of_another_account_leave_the_profile_that_it_replaces() {
    let mut wizard = Wizard::new(Vec::new(), "main");
    wizard.answer(&text("browser")).unwrap();
    wizard.answer(&text(KEY)).unwrap();
    decline(&mut wizard);
    wizard.answer(&Answer::Choice(2)).unwrap();
    let before = "[profiles.main]\nrpc_url = \"x\"\napi_secret = \"other\"\nnonce = 3\n";
    let after = |signer: Option<Address>| {
        let mut wizard = wizard.clone();
        wizard.replaces(signer);
        let mut config = ConfigText::parse(before).unwrap();
        wizard.write(&mut config).unwrap();
        config.to_string()
    };
    assert!(after(wizard.signer()).contains("api_secret = \"other\"\nnonce = 3\n"));
    for signer in [None, Some(Address::ZERO)] {
        let text = after(signer);
        assert!(text.contains("rpc_url") && !text.contains("api_secret") && !text.contains("nonce"), "{text}");
    }
}

#[test]
fn a_typed_key_is_written_only_where_that_is_asked_for_by_name() {
    let mut wizard = Wizard::new(Vec::new(), "main");
    wizard.answer(&text("wallet")).unwrap();
    wizard.answer(&text(KEY)).unwrap();
    decline(&mut wizard);
    wizard.answer(&Answer::Choice(0)).unwrap();
    assert!(
        wizard.to_export() == Some(KEY_VARIABLE)
            && !written(&wizard).contains(KEY)
            && !written(&wizard).contains("funder")
    );
    wizard.store_key(true);
    assert!(wizard.to_export().is_none() && written(&wizard).contains(KEY));
}

#[test]
fn a_key_file_and_a_keystore_are_read_before_the_next_question() {
    let mut wizard = Wizard::new(Vec::new(), "main");
    wizard.answer(&text("unknown")).unwrap();
    let typed = |wizard: &Wizard, entry, text: &str| {
        let choice = wizard.question().entry(entry);
        assert!(choice.is_some(), "{entry:?}");
        Answer::Text { choice, text: Secret::new(text) }
    };
    let answer = typed(&wizard, Entry::KeyFile, "~/key");
    assert_eq!(wizard.answer(&answer), Ok(Next::Read));
    assert!(matches!(wizard.key_to_read(), Some((KeyInput::File(_), None))));
    let answer = typed(&wizard, Entry::KeyFile, KEY);
    assert!(wizard.answer(&answer).unwrap_err().contains("not a path"));
    let answer = typed(&wizard, Entry::Keystore, "bot.json");
    assert_eq!(wizard.answer(&answer), Ok(Next::Go(None)));
    let answer = typed(&wizard, Entry::Password, "hunter2");
    assert_eq!(wizard.answer(&answer), Ok(Next::Read));
    assert!(matches!(wizard.key_to_read(), Some((KeyInput::Keystore(_), Some(_)))));
    let unread = |is_password| UnreadKey { text: String::new(), is_password };
    wizard.could_not_read(unread(true));
    assert!(wizard.question().entry(Entry::Password).is_some());
    wizard.could_not_read(unread(false));
    assert!(wizard.question().entry(Entry::Keystore).is_some() && wizard.step() == Step::Key);
}

#[test]
fn wrong_answers_are_told_and_the_question_stays() {
    let mut wizard = Wizard::new(Vec::new(), "main");
    assert!(wizard.answer(&text("metamask")).is_err() && wizard.answer(&Answer::Choice(9)).is_err());
    wizard.answer(&text("browser")).unwrap();
    for (typed, said) in [
        ("", "empty"),
        (SAFE, "a wallet address"),
        ("test test test test test test test test test test test junk", "recovery phrase of 12 words"),
        (&KEY[..65], "63 hex digits"),
    ] {
        let error = wizard.answer(&text(typed)).unwrap_err();
        assert!(error.contains(said), "{error}");
        assert_eq!(wizard.step(), Step::Key);
    }
    wizard.answer(&text(KEY)).unwrap();
    assert!(wizard.answer(&Answer::Choice(0)).is_err(), "before its settings are read");
    decline(&mut wizard);
    for (typed, said) in [
        (KEY, "as long as a private key"),
        ("d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "Not a wallet address"),
        ("0xD93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "checksum"),
    ] {
        let error = wizard.answer(&text(typed)).unwrap_err();
        assert!(error.contains(said), "{error}");
        assert_eq!(wizard.step(), Step::Funder);
    }
}

const US_SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const US_KEY_ID: &str = "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11";

#[test]
fn a_key_of_polymarket_us_is_typed_in_two_parts_and_its_secret_is_not_stored() {
    let mut wizard = Wizard::new(Vec::new(), "main");
    wizard.answer(&text("us")).unwrap();
    assert_eq!(wizard.steps().count(), 3);
    for wrong in ["", US_SECRET, KEY, "not a key ID"] {
        assert!(wizard.answer(&text(wrong)).unwrap_err().contains("UUID"), "{wrong}");
    }
    assert_eq!(wizard.answer(&text(US_KEY_ID)), Ok(Next::Go(None)));
    assert!(wizard.question().entry(Entry::UsSecret).is_some());
    for (wrong, said) in [(KEY, "64 hex digits"), (&US_SECRET[..40], "base64"), ("yM_W3eTr8vk", "URL-safe")] {
        assert_eq!(wizard.answer(&text(wrong)), Ok(Next::Look(None)));
        let error = look(&mut wizard, &none()).unwrap().unwrap_err();
        assert!(error.contains(said) && !error.contains(wrong), "{error}");
        assert!(wizard.question().entry(Entry::UsSecret).is_some(), "{wrong}");
    }
    assert!(wizard.back() && wizard.question().entry(Entry::UsKeyId).is_some());
    wizard.answer(&text(US_KEY_ID)).unwrap();
    wizard.answer(&text(US_SECRET)).unwrap();
    assert!(matches!(look(&mut wizard, &none()), Some(Ok(Next::Go(Some(_))))));
    assert_eq!(
        (wizard.step(), wizard.may_ask_network(), wizard.to_export()),
        (Step::Review, false, Some("POLYMARKET_US_SECRET_KEY"))
    );
    let hosts: Vec<&str> = wizard.checked_by().iter().map(|host| host.host.as_str()).collect();
    assert_eq!(hosts, ["api.polymarket.us", "gateway.polymarket.us"]);
    assert_eq!(
        written(&wizard),
        format!(
            "default_profile = \"main\"\n\n[profiles.main]\nvenue = \"us\"\nus_key_id = \"{US_KEY_ID}\"\n\
             us_secret_key = {{ env = \"POLYMARKET_US_SECRET_KEY\" }}\n"
        )
    );
    wizard.store_key(true);
    assert!(wizard.to_export().is_none() && written(&wizard).contains(US_SECRET));
    assert!(wizard.back() && wizard.step() == Step::Key);
}

#[test]
fn a_key_of_polymarket_us_that_is_set_is_offered_and_referred_to() {
    let variables = [("POLYMARKET_KEY_ID", US_KEY_ID), ("POLYMARKET_SECRET_KEY", US_SECRET), ("FUNDER", SAFE)];
    let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let base = Inputs { environment, ..none() };
    let mut wizard = Wizard::new(Vec::new(), "main");
    wizard.offer_us(&load(&base).unwrap());
    wizard.answer(&text("us")).unwrap();
    assert_eq!(wizard.question().choices[0].detail, US_KEY_ID);
    assert_eq!(wizard.answer(&Answer::Choice(0)), Ok(Next::Look(None)));
    assert!(matches!(look(&mut wizard, &base), Some(Ok(Next::Go(_)))));
    let us = "venue = \"us\"\nus_key_id = { env = \"POLYMARKET_KEY_ID\" }\nus_secret_key = { env = \"POLYMARKET_SECRET_KEY\" }\n";
    assert!(written(&wizard).ends_with(us), "{}", written(&wizard));
    // beside an account at the CLOB both are checked, and nothing of either goes
    let signer = wizard.signer().or(Some(Address::ZERO));
    wizard.replaces(signer);
    let before = "[profiles.main]\nprivate_key = { env = \"PK\" }\napi_key = \"id\"\n";
    let mut config = ConfigText::parse(before).unwrap();
    wizard.write(&mut config).unwrap();
    let after = config.to_string();
    assert!(after.contains("private_key = { env = \"PK\" }\napi_key = \"id\"\nus_key_id"), "{after}");
}
