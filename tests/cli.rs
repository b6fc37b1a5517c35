//! The command line as people see it: transcripts of the program, the README's included.
//!
//! `TRYCMD=overwrite cargo test --test cli` rewrites them; read the difference before committing.

#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    // Where these tests run on a service, the program would speak to it.
    for name in ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "CI"] {
        cases.env(name, "");
    }
    cases.case("tests/cli/*.trycmd").case("tests/cli/*.toml");
    if std::path::Path::new("README.md").exists() {
        cases.case("README.md");
    }
}
