//! Closed code lists: an English code and the Chinese word of the official forms for each value.

/// One value of a code list; both its spellings are read, both are answered.
pub trait Code: Copy + PartialEq + Sized + 'static {
    /// Every value in the order of the official list.
    const ALL: &'static [Self];
    /// English code, stable in the API and in the database.
    fn code(self) -> &'static str;
    /// Word of the Chinese forms.
    fn name(self) -> &'static str;
    /// Reads either spelling.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL.iter().copied().find(|v| v.code() == text || v.name() == text)
    }
}

/// Defines a code list: the enum, [`Code`], and serde as `{code, name}` out, either spelling in.
#[macro_export]
macro_rules! code_list {
    ($(#[$meta:meta])* $name:ident { $($value:ident = $code:literal $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $word] $value),+ }

        impl $crate::domain::code::Code for $name {
            const ALL: &'static [Self] = &[$(Self::$value),+];
            fn code(self) -> &'static str { match self { $(Self::$value => $code),+ } }
            fn name(self) -> &'static str { match self { $(Self::$value => $word),+ } }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                use $crate::domain::code::Code;
                let mut out = s.serialize_struct(stringify!($name), 2)?;
                out.serialize_field("code", self.code())?;
                out.serialize_field("name", self.name())?;
                out.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                use $crate::domain::code::{Code, Spelling};
                let text = Spelling::deserialize(d)?.into_text();
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!(
                    "not one of {}", Self::ALL.iter().map(|v| v.code()).collect::<Vec<_>>().join(", "))))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::domain::code::schema::<Self>()
            }
        }
    };
}

/// A code as a client may send it: the bare word, or the `{code, name}` object of an earlier answer.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub enum Spelling {
    /// `"junior_middle"` or `"初中"`.
    Bare(String),
    /// `{"code": "junior_middle", "name": "初中"}`; the name is not read.
    Both {
        /// The English code.
        code: String,
    },
}

impl Spelling {
    /// The text to look up.
    pub fn into_text(self) -> String {
        match self {
            Self::Bare(text) | Self::Both { code: text } => text,
        }
    }
}

/// JSON schema of a code list: `{code, name}`, or one of the two words alone.
pub fn schema<C: Code>() -> schemars::Schema {
    let codes: Vec<&str> = C::ALL.iter().map(|v| v.code()).collect();
    let names: Vec<&str> = C::ALL.iter().map(|v| v.name()).collect();
    let words: Vec<&str> = codes.iter().chain(&names).copied().collect();
    schemars::json_schema!({
        "anyOf": [
            {"type": "string", "enum": words},
            {"type": "object", "required": ["code"],
             "properties": {"code": {"enum": codes}, "name": {"enum": names}}}
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::Code;
    use crate::domain::worker::Schooling;

    #[test]
    fn a_code_is_read_in_both_spellings_and_answered_in_both() {
        assert_eq!(Schooling::parse("初中"), Some(Schooling::JuniorMiddle));
        assert_eq!(Schooling::parse("junior_middle"), Some(Schooling::JuniorMiddle));
        let json = serde_json::to_value(Schooling::JuniorMiddle).unwrap();
        assert_eq!(json, serde_json::json!({"code": "junior_middle", "name": "初中"}));
        assert_eq!(serde_json::from_value::<Schooling>(json).unwrap(), Schooling::JuniorMiddle);
        assert!(serde_json::from_value::<Schooling>("博士后".into()).is_err());
    }
}
