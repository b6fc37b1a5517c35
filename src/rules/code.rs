use super::page::{self, Example};

/// The page of one of ShellCheck's codes. Codes are no rules: the engines know many more than have
/// pages, and there is no function here.
#[derive(Debug)]
pub struct CodePage {
    /// The code, such as `SC2086`.
    pub code: &'static str,
    /// The page's heading.
    pub summary: &'static str,
    /// Where the page stands in the repository.
    pub path: &'static str,
    pub(super) page: &'static str,
}

impl CodePage {
    /// The whole page.
    pub fn page(&self) -> &'static str {
        self.page
    }

    /// The page's first paragraph, on one line.
    pub fn hover(&self) -> String {
        page::first_paragraph(self.page)
    }

    /// The examples of the page.
    pub fn examples(&self) -> Vec<Example> {
        page::examples(self.page)
    }
}

/// The pages of ShellCheck's codes, sorted by code.
pub fn code_pages() -> &'static [CodePage] {
    super::registry::CODES
}

/// The page of a code, whatever its case, if we wrote one.
pub fn code_page(code: &str) -> Option<&'static CodePage> {
    code_pages().iter().find(|page| page.code.eq_ignore_ascii_case(code))
}

/// ShellCheck's own page about a code.
pub fn wiki_url(code: &str) -> String {
    format!("https://www.shellcheck.net/wiki/{code}")
}

/// Where people read about a code: its page, or what we say of all codes.
pub fn code_url(code: &str) -> String {
    let path = code_page(code).map_or("rules/shellcheck/README.md", |page| page.path);
    format!("{}/blob/main/{path}", env!("CARGO_PKG_REPOSITORY"))
}
