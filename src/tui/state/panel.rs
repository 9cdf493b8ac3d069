//! The panels by name, in the order of their numbers.

/// A panel. What it shows is in the module of its name under `panels`, what its keys do in the one under
/// `update`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PanelId {
    Checks,
    Detail,
    Identity,
    Requests,
    Wallets,
    Clock,
    Credentials,
    Headers,
    Builder,
    Errors,
    Settings,
    Fleet,
    Inspect,
    Live,
}

/// Where a panel stands on a wide screen; on smaller ones all but the list share one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    List,
    Main,
    UnderList,
    UnderMain,
}

impl PanelId {
    pub const ALL: [Self; 14] = [
        Self::Checks,
        Self::Detail,
        Self::Identity,
        Self::Requests,
        Self::Wallets,
        Self::Clock,
        Self::Credentials,
        Self::Headers,
        Self::Builder,
        Self::Errors,
        Self::Settings,
        Self::Fleet,
        Self::Inspect,
        Self::Live,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Checks => "Checks",
            Self::Detail => "Detail",
            Self::Identity => "Identity",
            Self::Requests => "Requests",
            Self::Wallets => "Wallets",
            Self::Clock => "Clock",
            Self::Credentials => "Credentials",
            Self::Headers => "Headers",
            Self::Builder => "Builder",
            Self::Errors => "Errors",
            Self::Settings => "Settings",
            Self::Fleet => "Fleet",
            Self::Inspect => "Inspect",
            Self::Live => "Live",
        }
    }

    /// As titles say it, from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    pub fn place(self) -> Slot {
        match self {
            Self::Checks => Slot::List,
            Self::Identity => Slot::UnderList,
            Self::Requests => Slot::UnderMain,
            _ => Slot::Main,
        }
    }

    /// The panel so many further on, round and round.
    #[must_use]
    pub fn further(self, by: isize) -> Self {
        let count = Self::ALL.len();
        let place = (self as usize).checked_add_signed(by.rem_euclid(count.cast_signed())).unwrap_or_default();
        Self::ALL[place % count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_in_the_order_of_their_numbers_under_names_of_their_own() {
        for (place, panel) in PanelId::ALL.into_iter().enumerate() {
            assert_eq!(panel.number(), place + 1);
            assert_eq!(PanelId::ALL.iter().filter(|other| other.name() == panel.name()).count(), 1);
        }
    }

    #[test]
    fn panels_follow_each_other_round_and_round() {
        assert_eq!(PanelId::Checks.further(1), PanelId::Detail);
        assert_eq!(PanelId::Live.further(1), PanelId::Checks);
        assert_eq!(PanelId::Checks.further(-1), PanelId::Live);
    }
}
