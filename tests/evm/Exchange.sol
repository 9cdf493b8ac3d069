// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {SignatureCheckerLib} from "solady/src/utils/SignatureCheckerLib.sol";

/// The public views of Polymarket's CTF Exchange V2, by its published rules: who has to be maker and signer
/// of each signature type, and whose signature is accepted. It settles nothing.
contract Exchange {
    struct Order {
        uint256 salt;
        address maker;
        address signer;
        uint256 tokenId;
        uint256 makerAmount;
        uint256 takerAmount;
        uint8 side;
        uint8 signatureType;
        uint256 timestamp;
        bytes32 metadata;
        bytes32 builder;
        bytes signature;
    }

    error InvalidSignature();
    error ZeroMakerAmount();
    error UserIsPaused();

    bytes32 constant ORDER_TYPE = keccak256(
        "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)"
    );
    bytes32 constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    address immutable proxyFactory;
    bytes32 immutable proxyCode;
    address immutable safeFactory;
    bytes32 immutable safeCode;

    bool public paused;
    mapping(address user => bool) public isUserPaused;

    constructor(address proxyFactory_, bytes32 proxyCode_, address safeFactory_, bytes32 safeCode_) {
        (proxyFactory, proxyCode, safeFactory, safeCode) = (proxyFactory_, proxyCode_, safeFactory_, safeCode_);
    }

    function pauseTrading() external {
        paused = true;
    }

    /// The real one takes effect after 100 blocks.
    function pauseUser() external {
        isUserPaused[msg.sender] = true;
    }

    function getProxyWalletAddress(address signer) public view returns (address) {
        return create2(proxyFactory, keccak256(abi.encodePacked(signer)), proxyCode);
    }

    function getSafeWalletAddress(address signer) public view returns (address) {
        return create2(safeFactory, keccak256(abi.encode(signer)), safeCode);
    }

    function hashOrder(Order memory order) public view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Polymarket CTF Exchange"), keccak256("2"), block.chainid, address(this))
        );
        bytes memory first = abi.encode(
            ORDER_TYPE, order.salt, order.maker, order.signer, order.tokenId, order.makerAmount, order.takerAmount
        );
        bytes memory rest =
            abi.encode(order.side, order.signatureType, order.timestamp, order.metadata, order.builder);
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(bytes.concat(first, rest))));
    }

    function validateOrderSignature(bytes32 orderHash, Order memory order) public view {
        if (!isValid(orderHash, order)) revert InvalidSignature();
    }

    function validateOrder(Order memory order) external view {
        if (order.makerAmount == 0) revert ZeroMakerAmount();
        validateOrderSignature(hashOrder(order), order);
        if (isUserPaused[order.maker]) revert UserIsPaused();
    }

    function isValid(bytes32 hash, Order memory order) internal view returns (bool) {
        if (order.signatureType == 3) {
            return order.signer == order.maker && order.maker.code.length > 0
                && SignatureCheckerLib.isValidERC1271SignatureNow(order.maker, hash, order.signature);
        }
        if (ECDSA.tryRecover(hash, order.signature) != order.signer || order.signer == address(0)) return false;
        if (order.signatureType == 0) return order.signer == order.maker;
        if (order.signatureType == 1) return getProxyWalletAddress(order.signer) == order.maker;
        return getSafeWalletAddress(order.signer) == order.maker;
    }

    function create2(address factory, bytes32 salt, bytes32 code) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), factory, salt, code)))));
    }
}
