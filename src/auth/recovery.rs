//! The signer of one signature over many digests.

use alloy_primitives::{Address, B256, Signature, U256, keccak256};
use k256::elliptic_curve::ops::{MulByGenerator as _, Reduce};
use k256::elliptic_curve::point::DecompressPoint as _;
use k256::elliptic_curve::sec1::ToEncodedPoint as _;
use k256::elliptic_curve::{BatchNormalize as _, PrimeField as _};
use k256::{AffinePoint, ProjectivePoint, Scalar};

/// What all recoveries of one signature share, so that each further digest costs a fraction.
pub(crate) struct Recovery {
    /// R times s/r.
    point: ProjectivePoint,
    /// −1/r.
    factor: Scalar,
}

impl Recovery {
    /// `None` where the numbers are no signature.
    pub(crate) fn of(signature: &Signature) -> Option<Self> {
        let (r, s) = (scalar(signature.r())?, scalar(signature.s())?);
        let inverse = Option::<Scalar>::from(r.invert())?;
        let parity = u8::from(signature.v()).into();
        let point: AffinePoint = Option::from(AffinePoint::decompress(&r.to_repr(), parity))?;
        Some(Self { point: ProjectivePoint::from(point) * (s * inverse), factor: -inverse })
    }

    /// Whose signature it is, if these are the 32 bytes that were signed.
    pub(crate) fn signer(&self, digest: B256) -> Option<Address> {
        address(&self.key(digest).to_affine())
    }

    /// The same for each of several digests, which costs less than one after the other.
    pub(crate) fn signers(&self, digests: &[B256]) -> Vec<Option<Address>> {
        let keys: Vec<ProjectivePoint> = digests.iter().map(|digest| self.key(*digest)).collect();
        ProjectivePoint::batch_normalize(keys.as_slice()).iter().map(address).collect()
    }

    /// The same on several threads, where there are processors for them and digests enough.
    pub(crate) fn signers_on_threads(&self, digests: &[B256]) -> Vec<Option<Address>> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(digests.len() / LEAST);
        if threads < 2 {
            return self.signers(digests);
        }
        std::thread::scope(|scope| {
            let parts = digests.chunks(digests.len().div_ceil(threads));
            let threads: Vec<_> = parts.map(|part| (scope.spawn(|| self.signers(part)), part)).collect();
            // no thread panics; if one did, its part is done here
            threads
                .into_iter()
                .flat_map(|(thread, part)| thread.join().unwrap_or_else(|_| self.signers(part)))
                .collect()
        })
    }

    fn key(&self, digest: B256) -> ProjectivePoint {
        let digest = <Scalar as Reduce<k256::U256>>::reduce_bytes(&digest.0.into());
        // twice as fast as a multiplication of any point
        self.point + ProjectivePoint::mul_by_generator(&(digest * self.factor))
    }
}

/// Digests that are worth a thread of their own: about a millisecond.
const LEAST: usize = 24;

fn address(key: &AffinePoint) -> Option<Address> {
    let encoded = key.to_encoded_point(false);
    // nothing behind the tag: the point at infinity
    let hash = keccak256(encoded.as_bytes().get(1..65)?);
    Some(Address::from_slice(&hash[12..]))
}

fn scalar(number: U256) -> Option<Scalar> {
    Option::<Scalar>::from(Scalar::from_repr(number.to_be_bytes::<32>().into()))
        .filter(|scalar| *scalar != Scalar::ZERO)
}

#[cfg(test)]
mod tests {
    use alloy_signer::SignerSync as _;
    use alloy_signer_local::PrivateKeySigner;

    use super::*;

    #[test]
    fn it_gives_the_signer_that_a_plain_recovery_gives() {
        for seed in 1..20_u8 {
            let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(seed)).unwrap();
            let digest = keccak256([seed]);
            let signature = signer.sign_hash_sync(&digest).unwrap();
            let recovery = Recovery::of(&signature).unwrap();
            assert_eq!(recovery.signer(digest), Some(signer.address()));
            let many: Vec<B256> = (0..100).map(|number: u8| keccak256([seed, number])).collect();
            let one_by_one: Vec<_> = many.iter().map(|digest| recovery.signer(*digest)).collect();
            assert_eq!(recovery.signers(&many), one_by_one);
            assert_eq!(recovery.signers_on_threads(&many), one_by_one);
            assert_eq!(recovery.signers_on_threads(&many[..1]), one_by_one[..1]);
            for other in [B256::ZERO, B256::repeat_byte(0xff), keccak256([seed, 1])] {
                assert_eq!(recovery.signer(other), signature.recover_address_from_prehash(&other).ok(), "{other}");
            }
        }
        assert!(Recovery::of(&Signature::new(U256::ZERO, U256::from(1), false)).is_none());
        assert!(Recovery::of(&Signature::new(U256::from(1), U256::MAX, false)).is_none());
    }
}
