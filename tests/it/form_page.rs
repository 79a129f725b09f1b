//! Forms and links read out of real pages, as a browser sees and sends them.

/// A form of a page.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub action: String,
    pub post: bool,
    /// What is sent when somebody presses the first button and has changed nothing.
    pub fields: Vec<(String, String)>,
    /// Every name that a press of any button with any boxes ticked can send to its address.
    pub names: Vec<String>,
    /// Addresses that buttons of its own send to, each with the names that such a press can send.
    pub others: Vec<(String, Vec<String>)>,
}

impl Form {
    /// The form with one field typed anew.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        assert!(
            self.names.iter().any(|n| n == name),
            "the form of {} has no field {name}: {:?}",
            self.action,
            self.names
        );
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What `Client::form` takes.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }

    /// The value that stands in a field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
}

/// A tag with its attributes and the text up to the next tag.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, String)>,
    text: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').map_or(rest.len(), |e| at + e);
        let name = &rest[at + 1..end];
        match name {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            number => {
                let code = number.strip_prefix('#').and_then(|n| n.parse().ok()).and_then(char::from_u32);
                out.push(code.unwrap_or_else(|| panic!("an entity that this reader does not know: &{number};")));
            }
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out + rest
}

/// The tags of a page in order; our templates quote every value.
fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    for part in html.split('<').skip(1) {
        let (mut quoted, mut end) = (false, part.len());
        for (at, c) in part.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let (inside, text) = (&part[..end], part.get(end + 1..).unwrap_or_default());
        let (name, mut rest) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            let Some(stop) = rest.find(['=', ' ', '\n']).or(Some(rest.len())).filter(|_| !rest.is_empty()) else {
                break;
            };
            let attribute = &rest[..stop];
            let value = rest[stop..].strip_prefix("=\"").map(|v| v.split('"').next().unwrap_or_default());
            attributes.push((attribute, unescape(value.unwrap_or_default())));
            rest = &rest[stop + value.map_or(0, |v| v.len() + 3)..];
        }
        tags.push(Tag { name, attributes, text });
    }
    tags
}

/// Where links of a page lead, in order, without what stands behind `#`.
pub fn links(html: &str) -> Vec<String> {
    let to = tags(html).into_iter().filter(|t| t.name == "a").filter_map(|t| t.get("href").map(str::to_owned));
    to.map(|href| href.split('#').next().unwrap_or_default().to_owned()).filter(|href| href.starts_with('/')).collect()
}

/// The forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    let tags = tags(html);
    let mut forms: Vec<(String, Form)> = Vec::new();
    let mut pressed: Vec<bool> = Vec::new();
    // Names of what is not a button: they go along whichever button is pressed.
    let mut inputs: Vec<Vec<String>> = Vec::new();
    for tag in tags.iter().filter(|t| t.name == "form") {
        let post = tag.get("method").is_some_and(|m| m.eq_ignore_ascii_case("post"));
        let action = tag.get("action").unwrap_or_default().to_owned();
        forms.push((tag.get("id").unwrap_or_default().to_owned(), Form { action, post, ..Form::default() }));
        pressed.push(false);
        inputs.push(Vec::new());
    }
    let (mut next, mut inside) = (0, None);
    let mut select: Option<(usize, String, bool)> = None;
    for tag in &tags {
        match tag.name {
            "form" => {
                inside = Some(next);
                next += 1;
            }
            "/form" => inside = None,
            "/select" => select = None,
            "option" => {
                if let Some((at, name, first)) = &mut select {
                    let value = tag.get("value").unwrap_or(tag.text.trim()).to_owned();
                    let fields = &mut forms[*at].1.fields;
                    // Without a choice the browser takes the first.
                    if tag.get("selected").is_some() {
                        fields.retain(|(n, _)| n != name);
                        fields.push((name.clone(), value));
                    } else if *first {
                        fields.push((name.clone(), value));
                    }
                    *first = false;
                }
            }
            "input" | "textarea" | "select" | "button" => {
                let foreign =
                    tag.get("form").map(|id| forms.iter().position(|(i, _)| i == id).expect("a form of this id"));
                let Some(at) = foreign.or(inside) else { continue };
                let form = &mut forms[at].1;
                let kind = tag.get("type").unwrap_or_default();
                let first_button = tag.name == "button" && !pressed[at];
                pressed[at] |= first_button;
                let name = tag.get("name").filter(|n| !n.is_empty());
                if let Some(other) = tag.get("formaction") {
                    form.others.push((other.to_owned(), name.into_iter().map(str::to_owned).collect()));
                    continue;
                }
                let Some(name) = name else { continue };
                if tag.name != "button" {
                    inputs[at].push(name.to_owned());
                }
                if !form.names.iter().any(|n| n == name) {
                    form.names.push(name.to_owned());
                }
                let value = tag.get("value").unwrap_or_default().to_owned();
                let sent = match (tag.name, kind) {
                    ("input", "checkbox" | "radio") => tag.get("checked").is_some(),
                    ("input", "file") | ("select", _) => false,
                    ("button", _) => first_button,
                    _ => true,
                };
                if tag.name == "select" {
                    select = Some((at, name.to_owned(), true));
                }
                if sent {
                    let text = tag.text.strip_prefix('\n').unwrap_or(tag.text);
                    let value = if tag.name == "textarea" { unescape(text) } else { value };
                    form.fields.push((name.to_owned(), value));
                }
            }
            _ => {}
        }
    }
    let whole = forms.into_iter().zip(inputs).map(|((_, mut form), inputs)| {
        for (_, names) in &mut form.others {
            names.extend(inputs.clone());
        }
        form
    });
    whole.collect()
}

/// The form of a page that posts to this address.
#[track_caller]
pub fn form(html: &str, action: &str) -> Form {
    forms(html)
        .into_iter()
        .find(|f| f.post && f.action == action)
        .unwrap_or_else(|| panic!("no form to {action} in {html}"))
}

#[test]
fn a_page_is_read_as_a_browser_reads_it() {
    let page = "<form id=\"other\" action=\"/o\"></form><form action=\"/a\" method=\"post\"><input name=\"a\" value=\"1 &#60;2\">\
        <input type=\"checkbox\" name=\"b\" value=\"x\" checked><input type=\"checkbox\" name=\"b\" value=\"y\">\
        <select name=\"c\"><option value=\"\">-</option><option value=\"2\" selected>zwei</option></select>\
        <select name=\"d\"><option value=\"9\">neun</option></select><textarea name=\"e\" rows=\"4\">\nzwei\nZeilen</textarea>\
        <input name=\"f\" value=\"g\" form=\"other\"><button name=\"act\" value=\"one\">1</button>\
        <button name=\"go\" value=\"two\" formaction=\"/b\">2</button></form><a href=\"/x?y=1&#38;z=2#top\">x</a>";
    let read = form(page, "/a");
    let sent = [("a", "1 <2"), ("b", "x"), ("c", "2"), ("d", "9"), ("e", "zwei\nZeilen"), ("act", "one")];
    assert_eq!(read.pairs(), sent);
    assert_eq!(read.names, ["a", "b", "c", "d", "e", "act"]);
    assert_eq!((read.others[0].0.as_str(), read.others[0].1.join("")), ("/b", "goabbcde".to_owned()));
    assert_eq!(forms(page)[0].pairs(), [("f", "g")]);
    assert_eq!(links(page), ["/x?y=1&z=2"]);
}
