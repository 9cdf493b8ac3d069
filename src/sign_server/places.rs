//! The places of connections: how many are open at once, and who goes first when all are taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Whoever has a place keeps it this long, also when others wait.
const LEAST: Duration = Duration::from_secs(1);

/// How often those who wait look for a place that has come to be idle.
const STEP: Duration = Duration::from_millis(100);

/// All places of a listener.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    by: BTreeMap<u64, Arc<Holder>>,
}

/// Who has a place.
struct Holder {
    /// Since when nothing of it is being answered; `None` while something is.
    idle: Mutex<Option<Instant>>,
    go: Notify,
}

/// A place that is taken; free again when dropped.
pub(super) struct ConnectionSlot {
    id: u64,
    holder: Arc<Holder>,
    places: Places,
    _permit: Option<OwnedSemaphorePermit>,
}

/// Something is being answered, until it is dropped.
pub(super) struct Answering(Arc<Holder>);

impl Places {
    pub(super) fn new(number: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(number)), taken: Arc::default() }
    }

    /// A place, as soon as there is one. When all are taken, the one that is idle for longest goes.
    pub(super) async fn take(&self) -> ConnectionSlot {
        let permit = loop {
            let free = Arc::clone(&self.free).acquire_owned();
            match timeout(STEP, free).await {
                // nobody closes it
                Ok(permit) => break permit.ok(),
                Err(_) => self.send_away(1, LEAST),
            }
        };
        let holder = Arc::new(Holder { idle: Mutex::new(Some(Instant::now())), go: Notify::new() });
        let mut taken = self.taken();
        let id = taken.next;
        taken.next += 1;
        taken.by.insert(id, Arc::clone(&holder));
        ConnectionSlot { id, holder, places: self.clone(), _permit: permit }
    }

    /// Sends all away of whom nothing is being answered.
    pub(super) fn send_idle_away(&self) {
        self.send_away(usize::MAX, Duration::ZERO);
    }

    /// Sends so many away that are idle for at least this long, the longest first.
    fn send_away(&self, number: usize, least: Duration) {
        let taken = self.taken();
        let idle = taken.by.values().filter_map(|holder| Some((holder.idle_since()?, holder)));
        let mut idle: Vec<_> = idle.filter(|(since, _)| since.elapsed() >= least).collect();
        idle.sort_unstable_by_key(|(since, _)| *since);
        idle.into_iter().take(number).for_each(|(_, holder)| holder.go.notify_one());
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionSlot {
    pub(super) fn answering(&self) -> Answering {
        self.holder.set_idle(None);
        Answering(Arc::clone(&self.holder))
    }

    /// Ends when another is to have the place.
    pub(super) async fn is_wanted(&self) {
        loop {
            self.holder.go.notified().await;
            if self.holder.idle_since().is_some() {
                return;
            }
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.places.taken().by.remove(&self.id);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.set_idle(Some(Instant::now()));
    }
}

impl Holder {
    fn idle_since(&self) -> Option<Instant> {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_idle(&self, since: Option<Instant>) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_is_idle_for_longest_goes_first_and_nobody_who_is_being_answered() {
        let places = Places::new(3);
        let busy = places.take().await;
        let answering = busy.answering();
        let oldest = places.take().await;
        tokio::time::advance(Duration::from_secs(1)).await;
        let younger = places.take().await;
        let wanted = async { (oldest.is_wanted().await, drop(oldest)).0 };
        let (new, ()) = tokio::join!(places.take(), wanted);
        assert!(timeout(Duration::from_mins(1), busy.is_wanted()).await.is_err());
        drop((answering, new));
        // the younger one was idle for as long since
        let (_new, ()) = tokio::join!(places.take(), async { drop(younger) });
        places.send_idle_away();
        busy.is_wanted().await;
    }
}
