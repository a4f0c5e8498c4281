//! Over a socket: what cannot be seen in process.

use local_microsoft::{Fault, When};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::client::{READER, World};

async fn get(origin: &url::Url, path: &str, headers: &str) -> (String, std::io::Result<usize>) {
    let address = (origin.host_str().unwrap(), origin.port().unwrap());
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n{headers}\r\n", address.0, address.1);
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = socket.read_to_end(&mut answer).await;
    (String::from_utf8_lossy(&answer).into_owned(), read)
}

#[tokio::test]
async fn reports_come_from_another_origin_and_a_reset_breaks_the_body() {
    let world = World::new(50, &READER);
    let running = world.microsoft.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    assert_ne!(running.base.port(), running.downloads.port());
    let claims = {
        let mut claims = world.claims();
        claims["aud"] = format!("{}{}", running.base.as_str().trim_end_matches('/'), world.token_path()).into();
        claims
    };
    let assertion = world.assertion(&claims, jsonwebtoken::Algorithm::PS256, world.credential);
    let token = world.token_by(&assertion).await.json()["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Authorization: Bearer {token}\r\n");

    let (answer, _) = get(&running.base, "/v1.0/reports/getMailboxUsageDetail(period='D7')", &bearer).await;
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    assert!(location.starts_with(running.downloads.as_str()));
    let (csv, _) = get(&running.downloads, &location[running.downloads.as_str().len() - 1..], "").await;
    assert!(csv.starts_with("HTTP/1.1 200") && csv.contains("Storage Used (Byte)"));

    let (page, _) = get(&running.base, "/v1.0/users?$select=id&$top=20", &bearer).await;
    assert!(page.contains(&format!("{}v1.0/users?", running.base)), "links lead back here");
    world.microsoft.fault(When::path("/v1.0/users"), Fault::ResetMidBody);
    let (broken, _) = get(&running.base, "/v1.0/users?$select=id&$top=20", &bearer).await;
    assert!(broken.starts_with("HTTP/1.1 200") && !broken.ends_with("0\r\n\r\n"), "{broken}");
    assert_eq!(world.microsoft.calls().last().unwrap().status, 0);
}
