//! What is said of an account without its key.

use super::*;

/// What a keystore says of itself is believed only while it is locked.
#[test]
fn a_keystore_that_says_another_address_brings_nothing_of_that_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_keystores(folder.path());
    let mut lying: serde_json::Value = serde_json::from_str(&keystore(Who::B, false)).unwrap();
    lying["address"] = address(Who::A).into();
    fs::write(path("lying.json"), lying.to_string()).unwrap();
    fs::write(path("a.env"), Who::A.env_file()).unwrap();
    let profile = format!(
        "[profiles.p]\nprivate_key = {{ keystore = {:?}, password = {{ file = {:?} }} }}\n\
         api_key = {{ env_file = {:?}, name = \"CLOB_API_KEY\" }}\n",
        path("lying.json"),
        path("password"),
        path("a.env")
    );
    fs::write(path("config.toml"), profile).unwrap();
    let config_file = Some(path("config.toml"));
    let inputs = Inputs { config_file, profile: Some("p".to_owned()), env_file: EnvFile::None, ..Inputs::default() };
    let settings = load(&inputs).unwrap();
    assert_eq!(settings.parsed_key().unwrap().signer.address().to_string(), address(Who::B));
    assert_eq!(settings.credentials.key, None);
}

/// A default profile of another account neither maps this account's variables nor do names in its `.env`
/// change what is read.
#[test]
fn how_the_variables_of_one_account_are_named_says_nothing_of_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let funder = |settings: &Settings| settings.funder.as_ref().map(|funder| format!("{:#x}", funder.value));
    let own = "0x000000000000000000000000000000000000000b";
    let spare = "0x000000000000000000000000000000000000000c";
    let environment: BTreeMap<String, String> = [
        ("PK", Who::B.key().unwrap()),
        ("POLYMARKET_FUNDER", own),
        ("SPARE_FUNDER", spare),
        ("API_KEY", "f4f247b7-4ac7-ff29-a152-04fda0a8755a"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let mapped = "env_map = { funder = \"SPARE_FUNDER\" }\n";
    let profile =
        |key: Who| format!("default_profile = \"p\"\n[profiles.p]\nprivate_key = {:?}\n{mapped}", key.key().unwrap());
    let inputs = |env_file: EnvFile| {
        let (environment, config_file) = (environment.clone(), Some(config.clone()));
        Inputs { environment, config_file, env_file, ..Inputs::default() }
    };
    let load_with = |text: &str, env_file: EnvFile| {
        fs::write(&config, text).unwrap();
        load(&inputs(env_file)).unwrap()
    };
    assert_eq!(funder(&load_with(&profile(Who::A), EnvFile::None)).as_deref(), Some(own));
    assert_eq!(funder(&load_with(&profile(Who::B), EnvFile::None)).as_deref(), Some(own), "a profile nobody named");
    let named = Inputs { profile: Some("p".to_owned()), ..inputs(EnvFile::None) };
    assert_eq!(funder(&load(&named).unwrap()).as_deref(), Some(spare), "its own profile");
    let env: PathBuf = folder.path().join("a.env");
    fs::write(&env, Who::A.env_file()).unwrap();
    let key = |settings: &Settings| settings.credentials.key.as_ref().map(|key| key.value.clone());
    let alone = load_with("", EnvFile::None);
    let beside = load_with("", EnvFile::Named(env));
    assert_eq!(key(&alone), key(&beside), "the names in the .env of the other");
    assert_eq!(key(&alone).as_deref(), Some("f4f247b7-4ac7-ff29-a152-04fda0a8755a"));
}
