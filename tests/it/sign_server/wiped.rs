//! What of the secrets is in the memory of a running server.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt as _;

use super::reload::{reload, start, variables};
use super::{PASSPHRASE, SECRET, TOKEN};

/// How often each text is in the memory that a process can write to; `None` where others may not look.
fn counted(process: u32, texts: &[&str]) -> Option<Vec<usize>> {
    let memory = match File::open(format!("/proc/{process}/mem")) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return None,
        opened => opened.unwrap(),
    };
    let mut counts = vec![0; texts.len()];
    for line in fs::read_to_string(format!("/proc/{process}/maps")).unwrap().lines() {
        let Some((range, rest)) = line.split_once(' ') else { continue };
        if !rest.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        let read = memory.read_at(&mut bytes, from).unwrap_or(0);
        for (count, text) in counts.iter_mut().zip(texts) {
            *count += occurrences(&bytes[..read], text.as_bytes());
        }
    }
    Some(counts)
}

fn occurrences(bytes: &[u8], text: &[u8]) -> usize {
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| **byte == text[0]);
    std::iter::from_fn(|| places.find(|(place, _)| bytes[*place..].starts_with(text))).count()
}

/// The secret itself, and the value of the header that is made of it; what was read of the file, parsed,
/// copied and exchanged is gone.
#[tokio::test]
async fn a_server_holds_no_copies_of_its_secrets_also_after_reloads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, variables(&format!("AUTHORIZATION_TOKEN={TOKEN}\n"))).unwrap();
    let server = start(folder.path(), &[]);
    for reloads in 1..=4 {
        for _ in 0..10 {
            assert_eq!(server.sign("POST", "/order", TOKEN).await.0, 200);
        }
        fs::write(&path, variables(&format!("AUTHORIZATION_TOKEN={TOKEN}\n# {reloads}\n"))).unwrap();
        reload(&server, reloads).await;
    }
    let Some(counts) = counted(server.process.id(), &[SECRET, PASSPHRASE, "POLY_BUILDER_PASSPHRASE="]) else { return };
    // one of each is there, so it was looked in the right place
    assert!(counts[..2].iter().all(|count| (1..=2).contains(count)) && counts[2] == 0, "{counts:?}");
}
