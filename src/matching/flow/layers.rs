//! Assignment with layers over the vacancies: places kept apart within a vacancy, and caps over several vacancies.
//!
//! Workers are inserted one at a time, as in `workers.rs`; a place is free when every layer above it has room. A layer may
//! earn a bonus on its first units, which is how a number that must be reached is reached if it can be.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::match_run::RunStage;
use crate::matching::progress::tell;

/// No vacancy, or no layer above.
pub const NONE: u32 = u32::MAX;

/// A layer: a leaf that workers enter, or what stands above others.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// The layer above, or [`NONE`].
    pub above: u32,
    /// Most that go through.
    pub room: u32,
    /// So many of them, the first, earn the bonus.
    pub wanted: u32,
}

/// Workers, what each may enter for how much, and the layers.
#[derive(Debug, Default)]
pub struct Net {
    /// Leaf and worth, by worker.
    pub edges: Vec<Vec<(u32, i64)>>,
    /// Layers; one stands before what is above it.
    pub layers: Vec<Layer>,
    /// Earned by each wanted unit.
    pub bonus: i64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layered {
    /// Leaf and worth by worker.
    pub matched: Vec<Option<(u32, i64)>>,
    /// How many go through each layer.
    pub through: Vec<u32>,
    /// Price of each layer.
    pub prices: Vec<i64>,
}

impl Layered {
    /// Worth of all with the bonus.
    pub fn value(&self, net: &Net) -> i64 {
        let worth: i64 = self.matched.iter().flatten().map(|(_, worth)| worth).sum();
        let wanted = net.layers.iter().zip(&self.through).map(|(layer, through)| i64::from(layer.wanted.min(*through)));
        worth + wanted.sum::<i64>() * net.bonus
    }
}

/// No solution of the net is worth more, whatever the prices; the best prices reach the best value.
pub fn bound(net: &Net, prices: &[i64]) -> i64 {
    let best = |edges: &Vec<(u32, i64)>| {
        edges.iter().map(|(leaf, worth)| worth - prices[*leaf as usize]).max().unwrap_or(0).max(0)
    };
    let layer = |(layer, price): (&Layer, &i64)| {
        let above = if layer.above == NONE { 0 } else { prices[layer.above as usize] };
        let wanted = i64::from(layer.wanted.min(layer.room));
        wanted * (price - above + net.bonus).max(0) + (i64::from(layer.room) - wanted) * (price - above).max(0)
    };
    net.edges.iter().map(best).sum::<i64>() + net.layers.iter().zip(prices).map(layer).sum::<i64>()
}

#[derive(Clone, Copy)]
enum Exit {
    Leave(u32),
    Out(u32),
}

#[derive(Clone, Copy)]
enum Via {
    Worker(u32, i64),
    Below(u32),
    Above(u32),
}

struct Search<'a> {
    net: &'a Net,
    below: Vec<Vec<u32>>,
    price: Vec<i64>,
    through: Vec<u32>,
    held: Vec<Vec<u32>>,
    matched: Vec<Option<(u32, i64)>>,
    distance: Vec<i64>,
    via: Vec<Via>,
    touched: Vec<u32>,
    queue: BinaryHeap<(Reverse<i64>, u32, u32)>,
}

/// Solves the net exactly.
pub fn solve(net: &Net) -> Layered {
    let count = net.layers.len();
    let mut search = Search {
        net,
        below: vec![vec![]; count],
        price: vec![0; count],
        through: vec![0; count],
        held: vec![vec![]; count],
        matched: vec![None; net.edges.len()],
        distance: vec![i64::MAX; count],
        via: vec![Via::Above(NONE); count],
        touched: vec![],
        queue: BinaryHeap::new(),
    };
    for (place, layer) in net.layers.iter().enumerate().rev() {
        // Cheap enough at first that nothing can gain by going through.
        let above = if layer.above == NONE { 0 } else { search.price[layer.above as usize] };
        search.price[place] = above - if layer.wanted > 0 { net.bonus } else { 0 };
        if layer.above != NONE {
            search.below[layer.above as usize].push(place as u32);
        }
    }
    for worker in 0..net.edges.len() as u32 {
        tell(RunStage::Solving, worker as usize, net.edges.len());
        search.insert(worker);
    }
    Layered { matched: search.matched, through: search.through, prices: search.price }
}

impl Search<'_> {
    fn price_above(&self, layer: u32) -> i64 {
        match self.net.layers[layer as usize].above {
            NONE => 0,
            above => self.price[above as usize],
        }
    }

    fn insert(&mut self, worker: u32) {
        let edges = &self.net.edges[worker as usize];
        let profit = edges.iter().map(|(leaf, worth)| worth - self.price[*leaf as usize]).max().unwrap_or(0).max(0);
        let (mut best, mut exit) = (profit, Exit::Leave(worker));
        self.offer(worker, profit, best);
        while let Some((Reverse(distance), _, layer)) = self.queue.pop() {
            if distance >= best {
                break;
            }
            if distance > self.distance[layer as usize] {
                continue;
            }
            let price = self.price[layer as usize];
            let holders = std::mem::take(&mut self.held[layer as usize]);
            for holder in &holders {
                let worth = self.matched[*holder as usize].map_or(0, |(_, worth)| worth);
                let base = distance + worth - price;
                if base < best {
                    (best, exit) = (base, Exit::Leave(*holder));
                }
                self.offer(*holder, base, best);
            }
            self.held[layer as usize] = holders;
            let Layer { above, room, wanted } = self.net.layers[layer as usize];
            let through = self.through[layer as usize];
            if through < room {
                let cost = if through < wanted { -self.net.bonus } else { 0 };
                let further = distance + cost - price + self.price_above(layer);
                if above != NONE {
                    self.reach(above, further, best, Via::Below(layer));
                } else if further < best {
                    (best, exit) = (further, Exit::Out(layer));
                }
            }
            for place in 0..self.below[layer as usize].len() {
                let below = self.below[layer as usize][place];
                let through = self.through[below as usize];
                if through > 0 {
                    let wanted = through <= self.net.layers[below as usize].wanted;
                    let cost = if wanted { self.net.bonus } else { 0 };
                    self.reach(below, distance + cost - price + self.price[below as usize], best, Via::Above(layer));
                }
            }
        }
        self.queue.clear();
        self.augment(worker, exit);
        for layer in self.touched.drain(..) {
            let distance = std::mem::replace(&mut self.distance[layer as usize], i64::MAX);
            if distance < best {
                self.price[layer as usize] += best - distance;
            }
        }
    }

    fn offer(&mut self, worker: u32, base: i64, best: i64) {
        let net = self.net;
        for (leaf, worth) in &net.edges[worker as usize] {
            self.reach(*leaf, base - worth + self.price[*leaf as usize], best, Via::Worker(worker, *worth));
        }
    }

    fn reach(&mut self, layer: u32, distance: i64, best: i64, via: Via) {
        let known = &mut self.distance[layer as usize];
        if distance >= best || distance >= *known {
            return;
        }
        if *known == i64::MAX {
            self.touched.push(layer);
        }
        *known = distance;
        self.via[layer as usize] = via;
        self.queue.push((Reverse(distance), self.queue.len() as u32, layer));
    }

    /// Goes back along the path and moves whoever stands on it.
    fn augment(&mut self, origin: u32, exit: Exit) {
        let mut layer = match exit {
            Exit::Leave(worker) if worker == origin => return,
            Exit::Leave(worker) => self.release(worker),
            Exit::Out(layer) => {
                self.through[layer as usize] += 1;
                layer
            }
        };
        loop {
            match self.via[layer as usize] {
                Via::Below(below) => {
                    self.through[below as usize] += 1;
                    layer = below;
                }
                Via::Above(above) => {
                    self.through[layer as usize] -= 1;
                    layer = above;
                }
                Via::Worker(worker, worth) => {
                    let before = if worker == origin { NONE } else { self.release(worker) };
                    self.matched[worker as usize] = Some((layer, worth));
                    self.held[layer as usize].push(worker);
                    if before == NONE {
                        return;
                    }
                    layer = before;
                }
            }
        }
    }

    /// Takes a worker out of its leaf, and says which.
    fn release(&mut self, worker: u32) -> u32 {
        let leaf = self.matched[worker as usize].take().map_or(NONE, |(leaf, _)| leaf);
        // Only workers who hold a place stand on a path.
        if let Some(held) = self.held.get_mut(leaf as usize)
            && let Some(seat) = held.iter().position(|one| *one == worker)
        {
            held.swap_remove(seat);
        }
        leaf
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Best worth with the bonus by trying everything.
    fn brute(net: &Net, worker: usize, through: &mut Vec<u32>) -> i64 {
        if worker == net.edges.len() {
            let wanted = net.layers.iter().zip(through).map(|(layer, n)| i64::from(layer.wanted.min(*n)));
            return wanted.sum::<i64>() * net.bonus;
        }
        let mut best = brute(net, worker + 1, through);
        for (leaf, worth) in &net.edges[worker] {
            let mut path = vec![];
            let mut layer = *leaf;
            while layer != NONE {
                path.push(layer as usize);
                layer = net.layers[layer as usize].above;
            }
            if path.iter().all(|layer| through[*layer] < net.layers[*layer].room) {
                for layer in &path {
                    through[*layer] += 1;
                }
                best = best.max(worth + brute(net, worker + 1, through));
                for layer in &path {
                    through[*layer] -= 1;
                }
            }
        }
        best
    }

    fn a_net() -> impl Strategy<Value = Net> {
        let leaf = (0u32..2, 0u32..3, 0u32..3);
        let middle = (0u32..2, 0u32..4, 0u32..3);
        let edges = proptest::collection::vec(proptest::collection::vec((0u32..4, 1i64..30), 0..4), 1..6);
        let rooms = (proptest::collection::vec(leaf, 4), proptest::collection::vec(middle, 2), 0u32..5);
        (edges, rooms, prop_oneof![Just(0i64), Just(7), Just(1_000)]).prop_map(
            |(edges, (leaves, middles, top), bonus)| {
                let leaf = |(above, room, wanted): (u32, u32, u32)| Layer { above: 4 + above, room, wanted };
                let middle = |(above, room, wanted): (u32, u32, u32)| Layer {
                    above: if above == 0 { NONE } else { 6 },
                    room,
                    wanted,
                };
                let mut layers: Vec<Layer> = leaves.into_iter().map(leaf).collect();
                layers.extend(middles.into_iter().map(middle));
                layers.push(Layer { above: NONE, room: top, wanted: 0 });
                Net { edges, layers, bonus }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn layers_reach_the_total_of_trying_everything_and_their_prices_prove_it(net in a_net()) {
            let found = solve(&net);
            let mut through = vec![0; net.layers.len()];
            for (leaf, _) in found.matched.iter().flatten() {
                let mut layer = *leaf;
                while layer != NONE {
                    through[layer as usize] += 1;
                    layer = net.layers[layer as usize].above;
                }
            }
            prop_assert_eq!(&through, &found.through);
            prop_assert!(through.iter().zip(&net.layers).all(|(n, layer)| *n <= layer.room));
            prop_assert_eq!(found.value(&net), brute(&net, 0, &mut vec![0; net.layers.len()]));
            prop_assert_eq!(bound(&net, &found.prices), found.value(&net));
        }
    }
}
