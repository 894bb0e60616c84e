/** Every public name of the simulator. */
export { createCheapCrypto } from './cheap-crypto.ts'
export { createPersona, runChaos } from './chaos.ts'
export type { ChaosOptions, ChaosOutcome } from './chaos.ts'
export { Network } from './network.ts'
export type { EngineFactory, NetworkOptions, RelayMeddler } from './network.ts'
export { SimPeer } from './peer.ts'
export { createSeededRandom } from './random.ts'
export type { SeededRandom } from './random.ts'
