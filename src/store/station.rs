//! Stations, their tree and the regions they serve.

use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, sql};
use crate::domain::code::Code as _;
use crate::domain::station::Station;

/// A station as stored.
#[derive(Debug, Clone)]
pub struct StationRow {
    /// Its id.
    pub id: Uuid,
    /// Its parent's id.
    pub parent: Option<Uuid>,
    /// Facts.
    pub station: Station,
    /// Version for `ETag`.
    pub version: i64,
}

fn row(row: &Row) -> Result<StationRow, Error> {
    Ok(StationRow {
        id: row.id(0)?,
        parent: row.opt_id(1)?,
        station: Station {
            code: row.get(2)?,
            name: row.get(3)?,
            kind: row.code(4)?,
            parent: row.get(5)?,
            email: row.get(6)?,
            phone: row.get(7)?,
            address: row.get(8)?,
            lang: row.get(9)?,
            regions: Vec::new(),
        },
        version: row.get(10)?,
    })
}

/// Every station, parents' codes and regions filled in, by code: there are hundreds, not thousands.
pub async fn all(read: &mut impl Read) -> Result<Vec<StationRow>, Error> {
    let rows = read
        .all(sql(
            "SELECT s.id, s.parent, s.code, s.name, s.kind, p.code, s.email, s.phone, s.address, s.lang, s.version \
             FROM station s LEFT JOIN station p ON p.id = s.parent ORDER BY s.code",
        ))
        .await?;
    let mut stations = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    for region in read.all(sql("SELECT station, region FROM station_region ORDER BY region")).await? {
        let id = region.id(0)?;
        if let Some(s) = stations.iter_mut().find(|s| s.id == id) {
            s.station.regions.push(region.get(1)?);
        }
    }
    Ok(stations)
}

/// Adds a station or writes it anew.
pub async fn put(tx: &mut Tx, s: &StationRow, new: bool, at: i64) -> Result<bool, Error> {
    let f = &s.station;
    let statement = if new {
        sql("INSERT INTO station (id, code, name, kind, parent, email, phone, address, lang, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10)")
            .bind(s.id).bind(&f.code).bind(&f.name).bind(f.kind.code()).bind(s.parent).bind(f.email.clone())
            .bind(f.phone.clone()).bind(f.address.clone()).bind(&f.lang).bind(at)
    } else {
        sql("UPDATE station SET name = $1, kind = $2, parent = $3, email = $4, phone = $5, address = $6, lang = $7, \
             version = version + 1, updated_at = $8 WHERE id = $9 AND version = $10")
        .bind(&f.name)
        .bind(f.kind.code())
        .bind(s.parent)
        .bind(f.email.clone())
        .bind(f.phone.clone())
        .bind(f.address.clone())
        .bind(&f.lang)
        .bind(at)
        .bind(s.id)
        .bind(s.version)
    };
    if tx.execute(statement).await? == 0 {
        return Ok(false);
    }
    tx.execute(sql("DELETE FROM station_region WHERE station = $1").bind(s.id)).await?;
    let regions = f.regions.iter().map(|r| vec![s.id.into(), r.into()]).collect();
    tx.insert("station_region (station, region)", regions, " ON CONFLICT DO NOTHING").await?;
    tx.changed(Kind::Station, s.id);
    Ok(true)
}
