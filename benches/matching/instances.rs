//! Batches on given edges, as `match solve` reads them, in shapes that are easy and shapes that are hard.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::dice::{Dice, sums};

/// Vacancy and score of each pair that a worker has.
type Pairs = Vec<(usize, u32)>;

/// Names of the shapes.
pub const SHAPES: [&str; 9] =
    ["generated", "skewed", "balanced", "plentiful", "equal", "lonely", "classes", "product", "worker"];

/// Vacancies of the made-up trades: people meet those of their trade.
struct Trades {
    /// Vacancies of each trade and what they ask.
    vacancies: Vec<Vec<usize>>,
    sums: Vec<f64>,
}

impl Trades {
    fn new(vacancies: usize, dice: &mut Dice) -> Self {
        let sums = sums((0..14).map(|trade| 14.0 - f64::from(trade) * 0.75));
        let mut by_trade = vec![vec![]; sums.len()];
        for vacancy in 0..vacancies {
            by_trade[dice.weighed(&sums)].push(vacancy);
        }
        by_trade.iter_mut().filter(|list| list.is_empty()).for_each(|list| list.push(0));
        Self { vacancies: by_trade, sums }
    }

    /// Occupation, skills, way, wage and wishes, as the product's score adds them up.
    fn pairs(&self, dice: &mut Dice, count: usize) -> Pairs {
        let list = &self.vacancies[dice.weighed(&self.sums)];
        let pair = |_| {
            let occupation = [400, 340, 300, 150, 150, 150][dice.below(6)];
            let rest = dice.below(201) * dice.below(2) + dice.below(151) + dice.below(151) + 50 * dice.below(3);
            (list[dice.below(list.len())], (occupation + rest) as u32)
        };
        (0..count).map(pair).collect()
    }
}

/// Writes `edges.csv` and `quotas.csv` of a shape; a tenth as many vacancies as workers. Answers how many edges.
pub fn write(shape: &str, workers: usize, each: usize, folder: &Path) -> std::io::Result<usize> {
    let (mut dice, vacancies) = (Dice(12_345), workers.div_ceil(10));
    let trades = Trades::new(vacancies, &mut dice);
    let mut quotas = "vacancy,quota\n".to_owned();
    for vacancy in 0..vacancies {
        let places = match shape {
            "generated" => (1.0 / dice.share().powf(1.0 / 1.15)).min(300.0) as usize,
            "balanced" => 5 + vacancy % 11,
            "plentiful" => 25 + vacancy % 11,
            _ => 1 + vacancy % 9,
        };
        // Writing to a text cannot fail.
        let _ = writeln!(quotas, "v{vacancy},{places}");
    }
    std::fs::write(folder.join("quotas.csv"), quotas)?;
    let mut file = BufWriter::with_capacity(1 << 20, std::fs::File::create(folder.join("edges.csv"))?);
    writeln!(file, "worker,vacancy,score")?;
    let mut count = 0;
    let worth: Vec<u32> = (0..vacancies).map(|_| 1 + dice.below(31) as u32).collect();
    for worker in 0..workers {
        let own = 1 + dice.below(31) as u32;
        let each = if shape == "lonely" && worker % 5 < 3 { 1 } else { each };
        let mut pairs: Pairs = match shape {
            "generated" => trades.pairs(&mut dice, each),
            "skewed" => {
                let vacancy = |dice: &mut Dice| (dice.share() * dice.share() * vacancies as f64) as usize;
                (0..each).map(|_| (vacancy(&mut dice), 1 + dice.below(1000) as u32)).collect()
            }
            _ => (0..each).map(|_| (dice.below(vacancies), 1 + dice.below(1000) as u32)).collect(),
        };
        for (vacancy, score) in &mut pairs {
            match shape {
                "equal" => *score = 500,
                "classes" => *score = (1 + worker % 7 * (*vacancy % 5)) as u32 * 30,
                "product" => *score = own * worth[*vacancy],
                "worker" => *score = own * 32,
                _ => {}
            }
        }
        pairs.sort_unstable();
        pairs.dedup_by_key(|(vacancy, _)| *vacancy);
        count += pairs.len();
        for (vacancy, score) in pairs {
            writeln!(file, "w{worker},v{vacancy},{score}")?;
        }
    }
    file.flush()?;
    Ok(count)
}
