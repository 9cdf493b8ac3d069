// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC1271} from "solady/src/accounts/ERC1271.sol";

/// What is published of Polymarket's deposit wallet: the ERC-1271 of Solady, the name and version of
/// its domain, and two functions. Whoever comes first becomes the owner.
contract DepositWallet is ERC1271 {
    address public owner;
    mapping(address signer => uint256) public sessionSignerAuthorizedUntil;

    function initialize(address first) external {
        require(owner == address(0), "initialized");
        owner = first;
    }

    function authorize(address signer, uint256 until) external {
        sessionSignerAuthorizedUntil[signer] = until;
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("DepositWallet", "1");
    }

    function _erc1271Signer() internal view override returns (address) {
        return owner;
    }
}
