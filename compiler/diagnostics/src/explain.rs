//! The pages of the error codes, embedded from `spec/errors`.

/// Code and page, sorted by code.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of an error code (Markdown), if there is such a code.
pub fn explain(code: &str) -> Option<&'static str> {
    let code = code.trim().to_ascii_uppercase();
    PAGES.binary_search_by(|(page, _)| (*page).cmp(&code)).ok().map(|index| PAGES[index].1)
}

/// All codes with a page, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_code_in_either_case() {
        assert!(explain("E0001").is_some_and(|page| page.starts_with("# E0001: ")));
        assert_eq!(explain("e0001"), explain("E0001"));
        assert_eq!(explain("E9999"), None);
    }

    #[test]
    fn every_page_is_titled_with_its_code() {
        for code in codes() {
            assert!(explain(code).is_some_and(|page| page.starts_with(&format!("# {code}: "))), "{code}");
        }
    }
}
