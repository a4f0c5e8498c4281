//! The README's walk from the number to a fix and back works as it is written, over HTTP, at `steward up`.

use std::{fs, process::Command};

use local::up::{UpConfig, UpMicrosoft, up};

const README: &str = include_str!("../../README.md");
const BEGINS: &str = "### From the number to a fix, and back";

fn walk() -> &'static str {
    let section = README.split_once(BEGINS).expect("the section").1;
    let block = section.split_once("```bash\n").expect("its commands").1;
    block.split_once("\n```").expect("their end").0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_walk_from_the_number_to_a_fix_and_back_runs_as_it_is_written() {
    let data = std::env::temp_dir().join(format!("steward-readme-{}", std::process::id()));
    let config = UpConfig { data: data.clone(), port: 0, microsoft: UpMicrosoft::Sample };
    let system = up(config).await.unwrap();
    let demo = system.demo.as_ref().expect("the sample company");
    let mut bash = Command::new("timeout");
    bash.args(["120", "bash", "-eu", "-c", walk()]);
    bash.env("API", &system.url).env("EMAIL", &demo.email).env("PASSWORD", &demo.password);
    let ended = tokio::task::spawn_blocking(move || bash.output()).await.unwrap().expect("bash");
    drop(system);
    fs::remove_dir_all(&data).ok();
    let (said, complaint) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && complaint.is_empty(), "{said}\n{complaint}");
    let lines: Vec<&str> = said.lines().collect();
    let number = lines[0].rsplit_once(':').expect("a number").1.parse::<u64>().expect("a number");
    assert!(number > 0, "{said}");
    assert!(lines[1].starts_with("Remove ") && lines[1].ends_with(" licences"), "{said}");
    assert_eq!(lines[2], "granted", "{said}");
    let removed = lines.iter().filter(|line| line.starts_with("\"what\":\"Remove ")).count();
    assert!(lines[1].contains(&format!(" {removed} ")), "as many as the preview said: {said}");
    assert!(said.contains("\"state\":\"finished\""), "{said}");
    assert_eq!(lines.last(), Some(&"\"state\":\"undone\""), "{said}");
}
