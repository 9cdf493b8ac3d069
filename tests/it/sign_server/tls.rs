//! TLS by certificate files.

use std::fs;
use std::path::Path;

use rcgen::CertifiedKey;
use reqwest::{Certificate, Client};

use super::{Server, command, refused};

/// Writes a new certificate and its key; a client that trusts it alone.
fn certify(folder: &Path) -> Client {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    let trusted = Certificate::from_pem(cert.pem().as_bytes()).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap()
}

fn arguments() -> [&'static str; 6] {
    ["--listen", "127.0.0.1:0", "--tls-cert", "cert.pem", "--tls-key", "key.pem"]
}

#[cfg(unix)]
#[tokio::test]
async fn speaks_tls_and_takes_a_new_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let old = certify(folder.path());
    let server = Server::start(command(&arguments()).current_dir(folder.path()));
    let url = server.url("/").replace("http:", "https:");
    assert_eq!(old.get(&url).send().await.unwrap().status(), 200);
    assert!(crate::support::client().get(server.url("/")).send().await.is_err());

    fs::write(folder.path().join("cert.pem"), "no certificate").unwrap();
    server.signal("-HUP");
    let new = certify(folder.path());
    server.signal("-HUP");
    let began = std::time::Instant::now();
    while new.get(&url).send().await.is_err() {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "the new certificate is not used");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    // what is connected stays so
    assert_eq!(old.get(&url).send().await.unwrap().status(), 200);
    server.stop("-TERM");
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let start = || refused(command(&arguments()).current_dir(folder.path()));
    assert!(start().contains("cannot read cert.pem"));
    certify(folder.path());
    let key = fs::read(folder.path().join("key.pem")).unwrap();
    certify(folder.path());
    fs::write(folder.path().join("key.pem"), key).unwrap();
    let error = start();
    assert!(error.contains("the certificate of cert.pem cannot be used with this key"), "{error}");
    fs::write(folder.path().join("cert.pem"), "").unwrap();
    assert!(start().contains("cert.pem contains no certificate"));
    assert!(refused(&mut command(&["--tls-cert", "cert.pem"])).contains("--tls-key"));
}
