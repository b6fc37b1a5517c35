use super::*;

const ENV: [(&str, &str); 5] =
    [("NAME", "cachalot"), ("EMPTY", ""), ("FILE", "src/lib.tar.gz"), ("LIST", "a b"), ("LINES", "x\ny")];

fn check(raw: &str) -> String {
    match expand_word(raw, '\\', &ENV) {
        Ok(word) => word.text,
        Err(error) => format!("! {}", error.reason()),
    }
}

#[test]
fn operators_look_at_unset_and_empty() {
    assert_eq!(check("$NAME-${EMPTY}-$GONE"), "cachalot--");
    assert_eq!(check("${EMPTY-a}${EMPTY:-b}${GONE-c}${NAME:-d}"), "bccachalot");
    assert_eq!(check("${EMPTY+a}${EMPTY:+b}${GONE+c}${NAME:+d}"), "ad");
    assert_eq!(check("${GONE?}"), "! GONE: is not allowed to be unset");
    assert_eq!(check("${EMPTY:?fill me}"), "! EMPTY: fill me");
    assert_eq!(check("${NAME^^}"), "! unsupported modifier (^) in substitution");
    assert_eq!(check("${NAME:-x"), "! syntax error: missing '}'");
}

#[test]
fn patterns_trim_and_replace() {
    assert_eq!(check("${FILE%.*} ${FILE%%.*} ${FILE#*/} ${FILE##*.}"), "src/lib.tar src/lib lib.tar.gz gz");
    assert_eq!(check("${FILE/./-} ${FILE//./-} ${FILE//?a/_}"), "src/lib-tar.gz src/lib-tar-gz src/lib._r.gz");
    assert_eq!(check("${NAME//a*l/x}${NAME//z/y}"), "cxotcachalot");
    assert_eq!(check("${EMPTY///-}${LIST///-}"), "--a- -b-");
    assert_eq!(check("${LINES//x*y/z}"), "x\ny");
    assert_eq!(check("${NAME#\\a}"), "! invalid pattern (\\a) in substitution: invalid escape '\\a'");
}

#[test]
fn go_templates_in_replacements() {
    let env = [("V", "aba"), ("R", "<$0>$1$$")];
    assert_eq!(expand_word("${V//b/$R}", '\\', &env).expect("expands").text, "a<b>$a");
    assert_eq!(expand_word("${V/b/$R}", '\\', &env).expect("expands").text, "a<$0>$1$$a");
}

#[test]
fn words_split_after_expansion() {
    let words = |raw| expand_words(raw, '\\', &ENV).expect("expands");
    assert_eq!(words("x$LIST \"$LIST\" \\ y"), ["xa", "b", "a b", " y"]);
    // The shared buffer of BuildKit.
    assert_eq!(words("80${GONE:-81}"), ["81"]);
}

#[test]
fn variants_keep_what_they_should() {
    let raw = r#"'$NAME' "${GONE}" \$NAME $GONE ${GONE:-x}"#;
    let lex = Lex::new('\\');
    let text = |lex: Lex| lex.word(raw, &ENV).expect("expands").text;
    assert_eq!(text(Lex { raw_quotes: true, ..lex }), r#"'$NAME' "" $NAME  x"#);
    assert_eq!(text(Lex { raw_escapes: true, ..lex }), r#"$NAME  \$NAME  x"#);
    assert_eq!(text(Lex { ignore_quotes: true, ..lex }), r#"'cachalot' "" $NAME  x"#);
    assert_eq!(text(Lex { keep_unset: true, ..lex }), r#"$NAME ${GONE} $NAME $GONE ${GONE:-x}"#);
}

#[test]
fn hostile_words_end_in_an_error_value() {
    let deep = format!("{}x{}", "${A:-".repeat(100_000), "}".repeat(100_000));
    assert_eq!(expand_word(&deep, '\\', &()), Err(ExpandError::TooDeep));
    let big = vec![("V", "ab".repeat(30_000))];
    assert_eq!(expand_word("$V$V", '\\', &big), Err(ExpandError::TooLong));
    let stars = format!("${{V#{}c}}", "*a".repeat(20_000));
    assert_eq!(expand_word(&stars, '\\', &big), Err(ExpandError::TooLong));
    let many = "${V#*a*b*c}".repeat(100_000);
    assert_eq!(expand_word(&many, '\\', &big), Err(ExpandError::TooLong));
    assert_eq!(expand_word("$${{{", '\\', &()).expect("expands").text, "{{{");
}

proptest::proptest! {
    #[test]
    fn never_panics(raw in "[$'\"\\\\a-c{}:%#/+?*<= \u{e9}-]{0,40}", value in "[ab/.\\\\*]{0,12}") {
        let env = [("a", value.as_str()), ("b", "")];
        for bits in 0..16u8 {
            let on = |bit: u8| bits & bit != 0;
            let lex = Lex { escape: '\\', raw_quotes: on(1), raw_escapes: on(2), ignore_quotes: on(4), keep_unset: on(8) };
            let _ = (lex.word(&raw, &env), lex.words(&raw, &env));
        }
    }
}
