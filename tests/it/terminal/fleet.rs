//! All profiles on the screen.

use polydoctor::settings::Setting;

use super::Terminal;
use super::account::{env_file, in_folder};
use crate::support::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_the_fleet_stand_in_the_list_with_whose_they_are() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    let path = env_file(&lab, folder.path());
    let config = folder.path().join("polydoctor/config.toml");
    std::fs::create_dir(config.parent().unwrap()).unwrap();
    let line = |(name, value): (&String, &String)| {
        Some(format!("{} = '{value}'\n", Setting::listing(name).filter(|setting| !setting.is_secret())?.name()))
    };
    let urls = lab.running.announcement().env.iter().filter_map(line).collect::<String>();
    let key = format!("private_key = {{ env_file = '{}', name = 'POLYMARKET_PRIVATE_KEY' }}\n", path.display());
    std::fs::write(&config, format!("[profiles.second]\n{urls}{key}")).unwrap();
    let mut terminal = Terminal::run(in_folder(folder.path(), &[]), 80, 60);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press(":fleet\r");
    terminal.wait_for_text("check all");
    terminal.press("c");
    terminal.wait_for_text("healthy    second");
    terminal.press("4");
    terminal.wait_for_text("For the check of profile second");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
