//! Forms: sections of fields with hints, errors and warnings, refilled with whatever was typed.

use askama::Template;

use super::chrome::Chrome;
use super::parts::{Button, Finding, Link};

/// One option of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Value that is sent.
    pub value: String,
    /// What stands there.
    pub text: String,
    /// Chosen, where the list is not part of a [`Field`].
    pub on: bool,
}

impl Choice {
    /// An option sending `value` and reading `text`.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Choice {
        Choice { value: value.into(), text: text.into(), on: false }
    }

    /// The same option, chosen or not.
    pub fn chosen(self, on: bool) -> Choice {
        Choice { on, ..self }
    }
}

/// What kind of control a field has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    #[default]
    Text,
    /// A whole or decimal number, typed as text so that a slip is shown and not swallowed.
    Number,
    /// A day, typed as text (year-month-day).
    Date,
    /// A telephone number.
    Tel,
    /// A mail address.
    Mail,
    /// A password; never refilled.
    Password,
    /// Several lines.
    Area,
    /// A file; never refilled.
    File,
    /// Sent along unseen.
    Hidden,
    /// One of a list, in a menu.
    Select(Vec<Choice>),
    /// One of a list, all seen.
    Radios(Vec<Choice>),
    /// Any of a list.
    Checks(Vec<Choice>),
}

/// A field: label, hint, control, what was typed and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Name that is sent.
    pub name: String,
    /// Put before the name to make the id, where several forms of a page have fields of the same name.
    pub apart: String,
    /// The label.
    pub label: String,
    /// A hint under the label; empty if none.
    pub hint: String,
    /// The control.
    pub kind: Kind,
    /// What was typed or chosen; several for [`Kind::Checks`].
    pub values: Vec<String>,
    /// What is wrong and what to do.
    pub error: Option<String>,
    /// What is odd; never blocks.
    pub warning: Option<String>,
    /// Findings of the law check about this field.
    pub findings: Vec<Finding>,
    /// Spans the whole row.
    pub wide: bool,
    /// The browser asks for it too.
    pub required: bool,
    /// The `autocomplete` token; empty means off.
    pub autocomplete: &'static str,
    /// Words offered while typing.
    pub offers: Vec<String>,
}

impl Field {
    /// A field of a kind.
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind) -> Field {
        Field { name: name.into(), label: label.into(), kind, ..Field::default() }
    }

    /// The same field with a hint.
    pub fn hint(self, hint: impl Into<String>) -> Field {
        Field { hint: hint.into(), ..self }
    }

    /// The same field holding one value.
    pub fn value(self, value: impl Into<String>) -> Field {
        Field { values: vec![value.into()], ..self }
    }

    /// The same field, asked for by the browser too.
    pub fn required(self) -> Field {
        Field { required: true, ..self }
    }

    /// The same field over the whole row.
    pub fn wide(self) -> Field {
        Field { wide: true, ..self }
    }

    /// The same field with an `autocomplete` token.
    pub fn complete(self, token: &'static str) -> Field {
        Field { autocomplete: token, ..self }
    }

    pub(super) fn one(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    pub(super) fn holds(&self, choice: &Choice) -> bool {
        if self.values.is_empty() { choice.on } else { self.values.contains(&choice.value) }
    }

    pub(super) fn state(&self) -> &'static str {
        match (&self.error, &self.warning) {
            (Some(_), _) => " bad",
            (None, Some(_)) => " warn",
            (None, None) => "",
        }
    }

    /// The id of the control.
    pub(super) fn id(&self) -> String {
        if self.apart.is_empty() { self.name.clone() } else { format!("{}-{}", self.apart, self.name) }
    }

    /// The ids of everything that describes the control.
    pub(super) fn described(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() {
            ids.push(format!("{}-h", self.id()));
        }
        if self.error.is_some() || self.warning.is_some() {
            ids.push(format!("{}-e", self.id()));
        }
        if !self.findings.is_empty() {
            ids.push(format!("{}-l", self.id()));
        }
        ids.join(" ")
    }

    pub(super) fn group(&self) -> bool {
        matches!(self.kind, Kind::Radios(_) | Kind::Checks(_))
    }

    pub(super) fn input_type(&self) -> &'static str {
        match self.kind {
            Kind::Tel => "tel",
            Kind::Mail => "email",
            Kind::Password => "password",
            Kind::File => "file",
            _ => "text",
        }
    }

    pub(super) fn refilled(&self) -> bool {
        !matches!(self.kind, Kind::Password | Kind::File)
    }

    pub(super) fn completes(&self) -> &'static str {
        if self.autocomplete.is_empty() { "off" } else { self.autocomplete }
    }

    /// Id of the control that an error link goes to: the first box of a group.
    pub(super) fn target(&self) -> String {
        if self.group() { format!("{}-1", self.id()) } else { self.id() }
    }
}

/// A group of fields under a legend.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The legend; empty for a form of one group.
    pub legend: String,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent to.
    pub action: String,
    /// The name of the form for screen readers where a page has several; may be empty.
    pub label: String,
    /// It holds a file.
    pub multipart: bool,
    /// The sections.
    pub sections: Vec<Section>,
    /// The buttons; the first is pressed by the enter key.
    pub buttons: Vec<Button>,
    /// The way out.
    pub cancel: Option<Link>,
    /// What is wrong with the form as a whole, or about fields that it does not show.
    pub problems: Vec<String>,
}

impl Form {
    /// A form of one section.
    pub fn new(action: impl Into<String>, fields: Vec<Field>, buttons: Vec<Button>) -> Form {
        let sections = vec![Section { legend: String::new(), fields }];
        Form { action: action.into(), sections, buttons, ..Form::default() }
    }

    /// Puts what was typed (or what is stored) back into the fields; pairs of unknown names are left out.
    pub fn fill<N: AsRef<str>, V: Into<String>>(mut self, typed: impl IntoIterator<Item = (N, V)>) -> Form {
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in typed {
            if let Some(field) = self.field_mut(name.as_ref()) {
                if !seen.contains(&field.name) {
                    field.values.clear();
                    seen.push(field.name.clone());
                }
                field.values.push(value.into());
            }
        }
        // A box that came back unticked sends nothing: once anything was typed, silence is an answer.
        if !seen.is_empty() {
            for field in self.sections.iter_mut().flat_map(|s| &mut s.fields) {
                if let Kind::Checks(choices) = &mut field.kind
                    && !seen.contains(&field.name)
                {
                    field.values.clear();
                    for choice in choices {
                        choice.on = false;
                    }
                }
            }
        }
        self
    }

    /// Puts each error at its field; an error about a field that is not shown stands in the summary.
    pub fn mark<N: AsRef<str>, V: Into<String>>(mut self, errors: impl IntoIterator<Item = (N, V)>) -> Form {
        for (path, message) in errors {
            let message = message.into();
            match self.near_mut(path.as_ref()) {
                Some(field) if field.kind != Kind::Hidden => match &mut field.error {
                    Some(before) if before.contains(&message) => {}
                    Some(before) => before.extend([" ", &message]),
                    none => *none = Some(message),
                },
                _ => self.problems.push(message),
            }
        }
        self
    }

    /// The field that a path of the API speaks of: `certificates[1].expires` is the field `certificates`, `wage` the
    /// first of `wage.min` and `wage.max`, `min_age` the field `requirements.min_age`.
    fn near_mut(&mut self, path: &str) -> Option<&mut Field> {
        let path = path.split('[').next().unwrap_or(path);
        let names: Vec<&str> = self.fields().map(|f| f.name.as_str()).collect();
        let part = |name: &&&str| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        let tail = |name: &&&str| name.strip_suffix(path).is_some_and(|rest| rest.ends_with('.'));
        let exact = names.iter().find(|name| **name == path);
        let name = (*exact.or(names.iter().find(part)).or(names.iter().find(tail))?).to_owned();
        self.field_mut(&name)
    }

    /// Puts each warning at its field; warnings about other fields are left out.
    pub fn warn<N: AsRef<str>, V: Into<String>>(mut self, warnings: impl IntoIterator<Item = (N, V)>) -> Form {
        for (path, message) in warnings {
            if let Some(field) = self.near_mut(path.as_ref()) {
                field.warning = Some(message.into());
            }
        }
        self
    }

    /// Puts a finding of the law check beside its field.
    pub fn find(mut self, path: &str, finding: Finding) -> Form {
        match self.near_mut(path) {
            Some(field) => field.findings.push(finding),
            None => self.problems.push(format!("{} {}", finding.text, finding.article)),
        }
        self
    }

    /// The same form with ids of its own, for a page with several forms.
    pub fn apart(mut self, prefix: &str) -> Form {
        for field in self.sections.iter_mut().flat_map(|s| &mut s.fields) {
            prefix.clone_into(&mut field.apart);
        }
        self
    }

    /// The field of a name, to set offers or options.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut Field> {
        self.sections.iter_mut().flat_map(|s| &mut s.fields).find(|f| f.name == name)
    }

    /// All fields in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|s| &s.fields)
    }

    /// Names of the fields that the form shows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields().map(|f| f.name.as_str())
    }

    pub(super) fn wrong(&self) -> Vec<&Field> {
        self.fields().filter(|f| f.error.is_some()).collect()
    }

    /// How many things must be changed.
    pub fn faults(&self) -> usize {
        self.wrong().len() + self.problems.len()
    }
}

#[derive(Template)]
#[template(path = "part/field.html")]
pub(super) struct FieldPart<'a> {
    pub c: &'a Chrome,
    pub f: &'a Field,
}

#[derive(Template)]
#[template(path = "part/form.html")]
pub(super) struct FormPart<'a> {
    pub c: &'a Chrome,
    pub form: &'a Form,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let boxes = vec![Choice::new("registry", "登记").chosen(true), Choice::new("matching", "匹配")];
        let fields = vec![
            Field::new("name", "姓名", Kind::Text),
            Field::new("scope", "同意", Kind::Checks(boxes)),
            Field::new("next", "", Kind::Hidden),
        ];
        Form::new("/x", fields, vec![Button::main("保存")])
    }

    #[test]
    fn what_was_typed_comes_back_even_if_it_was_wrong() {
        let form =
            form().fill([("name", "<b>"), ("scope", "matching"), ("stranger", "1")]).mark([("name", "姓名：空")]);
        let fields: Vec<_> = form.fields().collect();
        assert_eq!(fields[0].values, ["<b>"]);
        assert_eq!(fields[0].error.as_deref(), Some("姓名：空"));
        assert_eq!(fields[1].values, ["matching"]);
        assert_eq!(form.faults(), 1);
    }

    #[test]
    fn a_box_that_was_unticked_stays_unticked() {
        let form = form().fill([("name", "王")]);
        let scope = form.fields().nth(1).expect("the form has three fields");
        let Kind::Checks(choices) = &scope.kind else { panic!("a list of boxes") };
        assert!(choices.iter().all(|c| !scope.holds(c)));
    }

    #[test]
    fn an_error_nobody_can_see_at_a_field_stands_in_the_summary() {
        let form = form().mark([("next", "坏网址"), ("elsewhere", "别的"), ("name", "空"), ("name", "太短")]);
        assert_eq!(form.problems, ["坏网址", "别的"]);
        assert_eq!(form.fields().next().and_then(|f| f.error.as_deref()), Some("空 太短"));
        assert_eq!(form.faults(), 3);
    }

    #[test]
    fn an_error_of_the_api_finds_the_field_of_the_form() {
        let names = ["certificates", "wage.min", "wage.max", "requirements.min_age", "household.type"];
        let form = || Form::new("/x", names.map(|n| Field::new(n, n, Kind::Text)).into(), vec![]);
        for (path, name) in [
            ("certificates[1].expires", Some("certificates")),
            ("wage", Some("wage.min")),
            ("wage.max", Some("wage.max")),
            ("min_age", Some("requirements.min_age")),
            ("household.type", Some("household.type")),
            ("age", None),
            ("", None),
        ] {
            let form = form().mark([(path, "错"), (path, "错")]);
            let marked: Vec<&str> = form.wrong().iter().map(|f| f.name.as_str()).collect();
            assert_eq!(marked.first().copied(), name, "{path}");
            assert_eq!(form.wrong().first().map_or("错", |f| f.error.as_deref().unwrap_or_default()), "错");
        }
    }
}
