//! A labour-cooperation station: its kind, its tree, the regions it serves and its mailbox.

use serde::{Deserialize, Serialize};

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
