/** For tests: one contract suite per port, a clock and a network in memory, and a chat for interfaces. */
export { storageContract } from './storage-contract.ts'
export { socketContract } from './socket-contract.ts'
export { transportContract } from './transport-contract.ts'
export { ManualClock } from '../memory/clock.ts'
export { MemoryNetwork } from '../memory/transport.ts'
export * from './fake-chat.ts'
