//! Going up and down.

/// A way to go within lines or rows.
#[derive(Clone, Copy, Debug)]
pub enum Motion {
    Lines(isize),
    HalfPages(isize),
    First,
    Last,
}

impl Motion {
    /// Where it leads from a line, with the last one that can be reached and the height of a page.
    pub fn apply(self, from: usize, last: usize, height: usize) -> usize {
        let half = isize::try_from((height / 2).max(1)).unwrap_or(1);
        let by = |step: isize| from.min(last).saturating_add_signed(step).min(last);
        match self {
            Self::Lines(lines) => by(lines),
            Self::HalfPages(halves) => by(halves.saturating_mul(half)),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_motion_leaves_the_page() {
        assert_eq!(Motion::Lines(1).apply(3, 3, 10), 3);
        assert_eq!(Motion::Lines(-1).apply(0, 3, 10), 0);
        assert_eq!(Motion::HalfPages(1).apply(0, 30, 10), 5);
        assert_eq!(Motion::HalfPages(-2).apply(12, 30, 10), 2);
        assert_eq!(Motion::HalfPages(2).apply(0, 0, 0), 0);
        assert_eq!(Motion::Lines(-1).apply(usize::MAX, 3, 1), 2);
    }
}
