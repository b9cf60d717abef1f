//! Sees to it that the page's folder is there: a debug build reads it whenever a page is asked for, but finds nothing in one that was made
//! after it was compiled. A release build holds the page's files, and is built anew when they change.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("../web/dist")?;
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../web/dist");
    }
    Ok(())
}
