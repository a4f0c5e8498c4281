//! Embeds what `make dashboard` built, with its compressed twins. Without it everything still compiles: a fresh clone
//! needs no Node.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboard/dist").canonicalize()?;
    let site = dist.join("site");
    // Beside it stands what `make dashboard` writes each time.
    println!("cargo::rerun-if-changed={}", if site.is_dir() { &site } else { &dist }.display());
    let mut files = Vec::new();
    if site.is_dir() {
        walk(&site, &mut files)?;
    }
    files.sort();
    let twin = |path: &str| path.ends_with(".br") || path.ends_with(".gz");
    let mut table = String::from("&[\n");
    for file in &files {
        let path = file.strip_prefix(&site).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        if twin(&path) {
            continue;
        }
        let mut hash = DefaultHasher::new();
        fs::read(file)?.hash(&mut hash);
        let compressed = |ending: &str| {
            let twin = PathBuf::from(format!("{}.{ending}", file.display()));
            if twin.is_file() { format!("Some(include_bytes!({twin:?}))") } else { "None".to_owned() }
        };
        table += &format!(
            "    Asset {{ path: \"/{path}\", etag: \"\\\"{:016x}\\\"\", plain: include_bytes!({file:?}), brotli: {}, gzip: {} }},\n",
            hash.finish(),
            compressed("br"),
            compressed("gz"),
        );
    }
    table.push(']');
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("assets.rs"), table)
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}
