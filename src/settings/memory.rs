//! What need not be had twice while the program runs: settings are read again before each run, but
//! nobody is asked twice for a password, and no keystore is computed twice.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Long enough to unlock a keyring by hand.
const LONGEST_PROGRAM: Duration = Duration::from_mins(1);

/// Larger than any key.
const LONGEST_INPUT: u64 = 1 << 20;

/// Shared by its clones.
#[derive(Clone, Default)]
pub struct Memory {
    kept: Arc<Mutex<Kept>>,
    /// Whether programs that gave a value are not run again.
    spares_programs: bool,
    /// What is left of the time that programs may take.
    time: Option<Arc<Mutex<Duration>>>,
}

#[derive(Default)]
struct Kept {
    standard_input: Option<Secret>,
    /// Private keys by the hash of keystore and password.
    unlocked: HashMap<[u8; 32], Secret>,
    /// What programs printed, by program and arguments.
    printed: HashMap<Vec<String>, Secret>,
}

/// Of secrets nothing is shown.
impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    /// The same, for a reading that nobody waits for: what a program printed before is used again,
    /// since it may ask a person.
    #[must_use]
    pub fn sparing_programs(&self) -> Self {
        Self { spares_programs: true, ..self.clone() }
    }

    /// The same, for a reading in which all programs together take so long at most.
    #[must_use]
    pub(super) fn with_time_for_programs(&self, time: Duration) -> Self {
        Self { time: Some(Arc::new(Mutex::new(time))), ..self.clone() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of standard input, which can be read only once.
    pub(super) fn standard_input(&self) -> std::io::Result<Secret> {
        if let Some(text) = &self.kept().standard_input {
            return Ok(text.clone());
        }
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().take(LONGEST_INPUT + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LONGEST_INPUT {
            return Err(std::io::Error::other("it is larger than 1 MiB"));
        }
        let text = Secret::new(text.as_str());
        self.kept().standard_input = Some(text.clone());
        Ok(text)
    }

    /// The private key in this text of a keystore; `unlock` computes it the first time.
    pub(super) fn unlocked<E>(
        &self,
        keystore: &str,
        password: &Secret,
        unlock: impl FnOnce() -> Result<Secret, E>,
    ) -> Result<Secret, E> {
        let hash = Sha256::new()
            .chain_update(Sha256::digest(keystore))
            .chain_update(Sha256::digest(password.expose()))
            .finalize()
            .into();
        if let Some(key) = self.kept().unlocked.get(&hash) {
            return Ok(key.clone());
        }
        let key = unlock()?;
        self.kept().unlocked.insert(hash, key.clone());
        Ok(key)
    }

    /// What a program prints; `run` runs it for no longer than it is told, unless programs are spared and
    /// it gave a value before.
    pub(super) fn printed<E>(
        &self,
        program: &[String],
        run: impl FnOnce(Duration) -> Result<Secret, E>,
    ) -> Result<Secret, E> {
        if let Some(text) = self.kept().printed.get(program).filter(|_| self.spares_programs) {
            return Ok(text.clone());
        }
        let left = self.time.as_ref().map(|time| time.lock().unwrap_or_else(PoisonError::into_inner));
        let began = Instant::now();
        let text = run(left.as_deref().copied().unwrap_or(LONGEST_PROGRAM));
        if let Some(mut left) = left {
            *left = left.saturating_sub(began.elapsed());
        }
        let text = text?;
        self.kept().printed.insert(program.to_vec(), text.clone());
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_keystore_is_computed_again_only_when_it_or_its_password_changed() {
        let memory = Memory::default();
        let mut computed = 0;
        let mut unlock = |keystore: &str, password: &str| {
            let key = memory.unlocked(keystore, &Secret::new(password), || {
                computed += 1;
                Ok::<_, Infallible>(Secret::new(format!("{keystore} {password}")))
            });
            assert_eq!(key.unwrap().expose(), format!("{keystore} {password}"));
        };
        unlock("a", "1");
        unlock("a", "1");
        unlock("b", "1");
        unlock("a", "2");
        unlock("a", "1");
        assert_eq!(computed, 3);
    }

    #[test]
    fn all_programs_of_a_reading_share_its_time() {
        let memory = Memory::default().with_time_for_programs(Duration::from_millis(100));
        let mut given = Vec::new();
        for program in ["a", "b"] {
            let run = |left| {
                given.push(left);
                std::thread::sleep(Duration::from_millis(150));
                Err::<Secret, _>("hangs")
            };
            assert_eq!(memory.printed(&[program.to_owned()], run), Err("hangs"));
        }
        assert_eq!(given, [Duration::from_millis(100), Duration::ZERO]);
    }

    #[test]
    fn a_wrong_password_is_not_remembered() {
        let memory = Memory::default();
        assert_eq!(memory.unlocked("a", &Secret::new("1"), || Err("wrong")), Err("wrong"));
        assert_eq!(memory.unlocked("a", &Secret::new("1"), || Ok::<_, &str>(Secret::new("k"))), Ok(Secret::new("k")));
    }

    #[test]
    fn a_program_is_run_again_unless_it_is_spared() {
        let (memory, program) = (Memory::default(), ["pass".to_owned()]);
        let say = |memory: &Memory, text: &str| memory.printed(&program, |_| Ok::<_, Infallible>(Secret::new(text)));
        let said = |memory: &Memory, text: &str| say(memory, text).unwrap().expose().to_owned();
        assert_eq!(said(&memory.sparing_programs(), "1"), "1");
        assert_eq!(said(&memory.sparing_programs(), "2"), "1");
        assert_eq!(said(&memory, "3"), "3");
        assert_eq!(said(&memory.sparing_programs(), "4"), "3");
    }
}
