//! What time it is: the machine's clock, a file that moves it, or a test's hand.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// A source of the present instant.
#[derive(Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// A file with an RFC 3339 instant, read again each second; between changes time goes on from there.
    File {
        /// The file.
        path: PathBuf,
        /// Last reading: instant in the file, and when it was first seen.
        read: Mutex<FileReading>,
    },
    /// Set by a test, microseconds UTC.
    Fixed(AtomicI64),
}

/// The last reading of a clock file.
#[derive(Debug)]
pub struct FileReading {
    base: Timestamp,
    since: Instant,
    checked: Instant,
}

/// The offset of Asia/Shanghai, which has no summer time since 1991.
pub const SHANGHAI: Offset = Offset::constant(8);

/// What the clocks of Asia/Shanghai show at an instant in microseconds UTC.
pub fn local(at: i64) -> DateTime {
    SHANGHAI.to_datetime(Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// The day of Asia/Shanghai at an instant in microseconds UTC.
pub fn day_of(at: i64) -> Date {
    local(at).date()
}

/// The first instant of a day of Asia/Shanghai, in microseconds UTC.
pub fn start_of(day: Date) -> i64 {
    SHANGHAI.to_timestamp(day.at(0, 0, 0, 0)).map_or(0, Timestamp::as_microsecond)
}

fn read_file(path: &std::path::Path) -> Result<Timestamp, String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    text.trim().parse().map_err(|_| "it does not hold an RFC 3339 instant".to_owned())
}

impl Clock {
    /// A clock moved by a file.
    pub fn file(path: PathBuf) -> Result<Self, String> {
        let base = read_file(&path)?;
        let now = Instant::now();
        Ok(Self::File { path, read: Mutex::new(FileReading { base, since: now, checked: now }) })
    }

    /// A clock that stands at an instant.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(AtomicI64::new(at.as_microsecond()))
    }

    /// Now, microseconds UTC.
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    pub fn now(&self) -> i64 {
        match self {
            Self::System => Timestamp::now().as_microsecond(),
            Self::Fixed(at) => at.load(Ordering::Relaxed),
            Self::File { path, read } => {
                let mut read = read.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if read.checked.elapsed() >= Duration::from_secs(1) {
                    read.checked = Instant::now();
                    // A file that is half written keeps the last good reading.
                    if let Ok(base) = read_file(path)
                        && base != read.base
                    {
                        read.base = base;
                        read.since = Instant::now();
                    }
                }
                read.base.as_microsecond() + i64::try_from(read.since.elapsed().as_micros()).unwrap_or(0)
            }
        }
    }

    /// Moves a fixed clock; others go on as they are.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(at) = self {
            at.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Today in Asia/Shanghai.
    pub fn today(&self) -> Date {
        day_of(self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_shanghai() {
        let clock = Clock::fixed("2026-11-24T16:00:00Z".parse().unwrap());
        assert_eq!(clock.today().to_string(), "2026-11-25");
        assert_eq!(day_of(start_of(clock.today())), clock.today());
        clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(clock.today().to_string(), "2026-11-26");
    }
}
