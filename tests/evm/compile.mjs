// Compiles each contract into a file of its name, in the shape of the packages' own artifacts.
import { readFileSync, writeFileSync } from 'node:fs'
import solc from 'solc'

const names = ['DepositWallet', 'Exchange']
const sources = Object.fromEntries(
  names.map((name) => [`${name}.sol`, { content: readFileSync(`${name}.sol`, 'utf8') }]),
)
const outputSelection = { '*': { '*': ['evm.bytecode.object'] } }
const settings = { evmVersion: 'cancun', optimizer: { enabled: true }, outputSelection }
const installed = (path) => ({ contents: readFileSync(`node_modules/${path}`, 'utf8') })
const output = JSON.parse(
  solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), { import: installed }),
)
if (output.errors) throw new Error(output.errors.map((error) => error.formattedMessage).join('\n'))
for (const name of names) {
  const { object } = output.contracts[`${name}.sol`][name].evm.bytecode
  writeFileSync(`${name}.json`, JSON.stringify({ contractName: name, bytecode: `0x${object}` }))
}
