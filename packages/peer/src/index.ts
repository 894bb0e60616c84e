/** Every public name that is the same on every platform. */
export type * from './chat.ts'
export type { Clock } from './clock.ts'
export type { Storage } from './storage.ts'
export * from './transport.ts'
export * from './errors.ts'
export * from './storage-errors.ts'
