//! A labour-cooperation station: its kind, its tree, the regions it serves and its mailbox.

use serde::{Deserialize, Serialize};

use super::body::{Context, Field, Reader, Text, body, list, text};
use super::employer::is_email;
use super::fault::{Faults, FieldFault};
use crate::code_list;

code_list! {
    /// Kinds of stations; two trees: the sending province and the city.
    StationKind {
        General = "general" "劳务协作总站",
        Branch = "branch" "分站",
        County = "county" "工作站",
        ServiceHome = "service_home" "山海心连之家",
        VillagePost = "village_post" "村级服务点",
    }
}

code_list! {
    /// Why a person is linked to a station.
    LinkRole {
        Origin = "origin" "户籍地",
        Destination = "destination" "务工地",
        Service = "service" "承接",
    }
}

/// A station's own facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Station {
    /// Code, unique, as the sheets name it (编码).
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: StationKind,
    /// Code of the parent station.
    pub parent: Option<String>,
    /// Region codes served; a shorter code covers all below it.
    pub regions: Vec<String>,
    /// Mailbox of the station.
    pub email: Option<String>,
    /// Telephone for workers.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Language of its mail: `zh` or `en`.
    pub lang: String,
}

body! {
    /// The body of a station in the API; form and sheet fill the same.
    StationBody {
        code: Field, name: Field, kind: Field, parent: Field, regions: Vec<Text>, email: Field, phone: Field,
        address: Field, lang: Field,
    }
}

fn region(r: &mut Reader<'_>, name: &str, field: &Field) -> Option<String> {
    r.region(name, field)
}

impl StationBody {
    /// Checks everything at once; whether the parent exists is seen against the other stations.
    pub fn check(&self, context: &Context<'_>) -> Result<Station, Vec<FieldFault>> {
        let mut r = Reader { faults: Faults::default(), context };
        let code = r.words("code", &self.code, 30);
        let name = r.words("name", &self.name, 100);
        let kind = r.code::<StationKind>("kind", &self.kind);
        for (at, field) in [("code", &self.code), ("name", &self.name), ("kind", &self.kind)] {
            if text(field).is_none() {
                r.faults.at(at, "field.missing");
            }
        }
        if code.as_deref().is_some_and(|c| c.chars().any(|c| c.is_whitespace() || c.is_control())) {
            r.faults.at("code", "station.code");
        }
        let email = r.words("email", &self.email, 100);
        if email.as_deref().is_some_and(|e| !is_email(e)) {
            r.faults.at("email", "email.wrong");
        }
        let lang = match text(&self.lang) {
            None | Some("zh" | "zh-CN" | "中文") => "zh",
            Some("en" | "英文" | "English") => "en",
            Some(_) => {
                r.faults.add(FieldFault::new("lang", "code.unknown").with("list", "zh、en"));
                "zh"
            }
        };
        let parent = r.words("parent", &self.parent, 30);
        if parent.is_some() && parent == code {
            r.faults.at("parent", "station.parent");
        }
        let regions = list(&mut r, "regions", &self.regions, 500, region);
        let phone = r.words("phone", &self.phone, 30);
        let address = r.words("address", &self.address, 200);
        let lang = lang.to_owned();
        match (code, name, kind) {
            (Some(code), Some(name), Some(kind)) => {
                r.faults.finish(Station { code, name, kind, parent, regions, email, phone, address, lang })
            }
            // What is missing is a fault already noted.
            _ => Err(r.faults.finish(()).err().unwrap_or_default()),
        }
    }

    /// The body that would give this station again.
    pub fn of(s: &Station) -> Self {
        use super::code::Code as _;
        let t = |s: &Option<String>| s.clone().map(Text);
        Self {
            code: Some(s.code.as_str().into()),
            name: Some(s.name.as_str().into()),
            kind: Some(s.kind.code().into()),
            parent: t(&s.parent),
            regions: s.regions.iter().cloned().map(Text).collect(),
            email: t(&s.email),
            phone: t(&s.phone),
            address: t(&s.address),
            lang: Some(s.lang.as_str().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: serde_json::Value) -> Result<Station, Vec<FieldFault>> {
        let body: StationBody = serde_json::from_value(json).unwrap();
        body.check(&Context { today: jiff::civil::date(2026, 11, 24), occupation: &|_| None, certificate: &|_| None })
    }

    #[test]
    fn a_station_is_checked_and_read_back() {
        let station = check(serde_json::json!({
            "code": "NS-1", "name": "纳雍县工作站", "kind": "工作站", "parent": "BJ", "regions": ["520525", "毕节市七星关区"],
            "email": "ns@example.com"
        }))
        .unwrap();
        assert_eq!(station.regions, ["520525", "520502"]);
        assert_eq!(check(serde_json::to_value(StationBody::of(&station)).unwrap()).unwrap(), station);
    }

    #[test]
    fn a_station_without_code_or_under_itself_is_refused() {
        let faults = check(serde_json::json!({"name": "站", "kind": "county"})).unwrap_err();
        assert_eq!(faults, [FieldFault::new("code", "field.missing")]);
        let faults =
            check(serde_json::json!({"code": "A", "name": "站", "kind": "county", "parent": "A"})).unwrap_err();
        assert_eq!(faults, [FieldFault::new("parent", "station.parent")]);
    }
}
