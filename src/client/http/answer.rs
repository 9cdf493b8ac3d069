//! An answer that came, and what it says without secrets.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::client::hidden::{self, Hidden};
use crate::facts::Failure;
use crate::text;

/// An answer with status 200 to 299, whole.
pub struct Answer {
    pub status: u16,
    pub(super) text: String,
    /// The text without secrets that were sent or are configured, where it repeats some.
    pub(super) shown: Option<String>,
    pub(super) known: Arc<Hidden>,
    pub(super) sent: Hidden,
    /// Unix seconds by this clock.
    pub sent_s: f64,
    pub received_s: f64,
    /// Unix seconds of the `Date` header.
    pub date_s: Option<i64>,
}

impl Answer {
    /// Its text, without secrets that were sent or are configured.
    pub fn text(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.text)
    }

    /// What it says, without secrets that were sent or are configured.
    ///
    /// # Errors
    ///
    /// [`Failure::Garbled`] where it is of another shape.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(self.text()).map_err(|error| {
            let reason = format!("{error}; it starts with {:?}", text::quoted(self.text(), 60));
            self.garbled(&hidden::without_any(&reason, [&self.known, &self.sent]))
        })
    }

    /// The same of an object: a struct would be read from an array as well, by the places of its fields.
    ///
    /// # Errors
    ///
    /// As [`Answer::json`].
    pub fn object<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        if self.is_object() {
            self.json()
        } else {
            Err(self.json::<Object>().err().unwrap_or_else(|| self.garbled("not an object")))
        }
    }

    pub fn is_object(&self) -> bool {
        self.text.trim_start().starts_with('{')
    }

    /// The same of an array, which has no more than so many elements.
    ///
    /// # Errors
    ///
    /// As [`Answer::json`].
    pub fn list<'a, T: Deserialize<'a>>(&'a self, most: usize) -> Result<Vec<T>, Failure> {
        let mut reading = serde_json::Deserializer::from_str(self.text());
        let list =
            AtMost { most, of: PhantomData }.deserialize(&mut reading).and_then(|list| reading.end().map(|()| list));
        list.map_err(|error| self.garbled(&hidden::without_any(&error.to_string(), [&self.known, &self.sent])))
    }

    /// The same of an answer that holds a secret; `wanted` is all that is said where it does not.
    ///
    /// # Errors
    ///
    /// As [`Answer::json`].
    pub fn secret_json<'a, T: Deserialize<'a>>(&'a self, wanted: &str) -> Result<T, Failure> {
        serde_json::from_str(&self.text).map_err(|_| self.garbled(wanted))
    }

    /// Whether it repeats a secret that was sent or is configured, in a text that is to be shown.
    pub fn repeats_secret(&self, text: &str) -> bool {
        matches!(hidden::without(text, [&self.known, &self.sent]), Cow::Owned(_))
    }

    /// An answer, but not of the expected shape.
    pub fn garbled(&self, reason: &str) -> Failure {
        Failure::Garbled { status: self.status, reason: reason.to_owned() }
    }
}

/// An object of any fields.
type Object = serde_json::Map<String, serde_json::Value>;

/// Reads an array of so many elements at most: what is too much ends it before it takes memory.
struct AtMost<T> {
    most: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for AtMost<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for AtMost<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of at most {} elements", self.most)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = sequence.next_element()? {
            if list.len() == self.most {
                return Err(A::Error::invalid_length(self.most + 1, &self));
            }
            list.push(element);
        }
        Ok(list)
    }
}
