//! What price and size of a limit order become in each official client: whole millionths, rounded as that
//! client rounds.

/// Decimals that an order of a market may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precision {
    /// Of the price.
    pub price: u32,
    /// Of the size, in shares.
    pub size: u32,
    /// Of price times size, in dollars.
    pub amount: u32,
}

impl Precision {
    /// By a market's tick size in millionths; `None` for a tick that no client knows.
    pub fn of_tick(tick: u64) -> Option<Self> {
        let (price, amount) = match tick {
            100_000 => (1, 3),
            10_000 => (2, 4),
            5_000 | 1_000 => (3, 5),
            2_500 | 100 => (4, 6),
            _ => return None,
        };
        Some(Self { price, size: 2, amount })
    }
}

/// An official client, by how it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// Doubles, left alone where they have few enough decimals.
    TypeScript,
    /// Doubles, always multiplied out: 1.13 shares become 1.12.
    Python,
    /// Decimals.
    Rust,
}

impl Client {
    /// Every client.
    pub const ALL: [Self; 3] = [Self::TypeScript, Self::Python, Self::Rust];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeScript => "TypeScript",
            Self::Python => "Python",
            Self::Rust => "Rust",
        }
    }

    /// Shares and collateral of a limit order, in millionths, as this client puts them into the order.
    /// `price` and `size` are in millionths, too.
    pub fn shares_and_collateral(self, price: u64, size: u64, precision: Precision) -> (u64, u64) {
        match self {
            Self::Rust => {
                let shares = size - size % 10_u64.pow(6 - precision.size);
                let product = u128::from(shares) * u128::from(price) / 1_000_000;
                let collateral = product - product % 10_u128.pow(6 - precision.amount);
                (shares, u64::try_from(collateral).unwrap_or(u64::MAX))
            }
            Self::TypeScript | Self::Python => {
                let (price, size) = (double(price), double(size));
                let price = self.nearest(price, precision.price);
                let shares = self.down(size, precision.size);
                let mut collateral = shares * price;
                if self.decimals(collateral) > precision.amount {
                    collateral = self.up(collateral, precision.amount + 4);
                    if self.decimals(collateral) > precision.amount {
                        collateral = self.down(collateral, precision.amount);
                    }
                }
                (self.millionths(shares), self.millionths(collateral))
            }
        }
    }

    /// Decimals that the number is printed with; Python prints one at least.
    fn decimals(self, number: f64) -> u32 {
        let text = number.to_string();
        let printed = text.split_once('.').map_or(0, |(_, part)| u32::try_from(part.len()).unwrap_or(u32::MAX));
        if self == Self::Python { printed.max(1) } else { printed }
    }

    fn is_left_alone(self, number: f64, decimals: u32) -> bool {
        self == Self::TypeScript && self.decimals(number) <= decimals
    }

    fn nearest(self, number: f64, decimals: u32) -> f64 {
        let scale = scale(decimals);
        match self {
            _ if self.is_left_alone(number, decimals) => number,
            Self::Python => (number * scale).round_ties_even() / scale,
            Self::TypeScript | Self::Rust => ((number + f64::EPSILON) * scale + 0.5).floor() / scale,
        }
    }

    fn down(self, number: f64, decimals: u32) -> f64 {
        let scale = scale(decimals);
        if self.is_left_alone(number, decimals) { number } else { (number * scale).floor() / scale }
    }

    fn up(self, number: f64, decimals: u32) -> f64 {
        let scale = scale(decimals);
        if self.is_left_alone(number, decimals) { number } else { (number * scale).ceil() / scale }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and is not negative")]
    fn millionths(self, number: f64) -> u64 {
        // from its text in one client, from the number itself in the other
        let scaled = match self {
            Self::Python => 1e6 * number,
            Self::TypeScript | Self::Rust => format!("{number}e6").parse().unwrap_or(f64::MAX),
        };
        scaled.round_ties_even() as u64
    }
}

#[expect(clippy::cast_precision_loss, reason = "clients compute with doubles")]
fn double(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}

fn scale(decimals: u32) -> f64 {
    10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// What the official clients computed: py-clob-client-v2 and the TypeScript client of version 2.
    #[derive(Deserialize)]
    struct Case {
        tick: u64,
        price: u64,
        size: u64,
        typescript: (u64, u64),
        python: (u64, u64),
    }

    #[test]
    fn amounts_are_those_of_the_official_clients() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../../tests/vectors/amounts.json")).unwrap();
        assert!(cases.len() >= 1_000, "{}", cases.len());
        let mut differ = 0;
        for Case { tick, price, size, typescript, python } in cases {
            let precision = Precision::of_tick(tick).unwrap();
            let of = |client: Client| client.shares_and_collateral(price, size, precision);
            assert_eq!(of(Client::TypeScript), typescript, "tick {tick} price {price} size {size}");
            assert_eq!(of(Client::Python), python, "tick {tick} price {price} size {size}");
            differ += usize::from(typescript != python);
        }
        assert!(differ > 20, "{differ}");
    }

    #[test]
    fn python_loses_a_hundredth_of_a_share_where_doubles_do() {
        let precision = Precision::of_tick(10_000).unwrap();
        let of = |client: Client| client.shares_and_collateral(500_000, 1_130_000, precision);
        assert_eq!(of(Client::Rust), (1_130_000, 565_000));
        assert_eq!(of(Client::TypeScript), (1_130_000, 565_000));
        assert_eq!(of(Client::Python), (1_120_000, 560_000));
    }
}
