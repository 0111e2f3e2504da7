//! Finds a generated part in a document.

/// Returns the document with the named part replaced; `None` if it is not there, or not closed.
pub(super) fn replace(document: &str, name: &str, content: &str) -> Option<String> {
    let open = format!("<!-- generated: {name} -->\n");
    let begin = document.find(&open)? + open.len();
    let end = begin + document[begin..].find("<!-- /generated -->")?;
    Some(format!("{}\n{}\n\n{}", &document[..begin], content.trim(), &document[end..]))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_the_named_part_is_replaced_and_twice_is_once() {
        let old = "a\n<!-- generated: x -->\nold\n<!-- /generated -->\n<!-- generated: y -->\n<!-- /generated -->\nb\n";
        let want = "a\n<!-- generated: x -->\n\nnew\n\n<!-- /generated -->\n<!-- generated: y -->\n<!-- /generated -->\nb\n";
        let new = replace(old, "x", "new\n");
        assert_eq!(new.as_deref(), Some(want));
        assert_eq!(replace(want, "x", "new").as_deref(), Some(want));
    }

    #[test]
    fn a_part_that_is_not_there_or_not_closed_is_none() {
        assert_eq!(replace("text", "x", "new"), None);
        assert_eq!(replace("<!-- generated: x -->\ntext", "x", "new"), None);
    }
}
