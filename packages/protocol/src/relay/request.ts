/**
 * What a client says to a relay.
 *
 * | kind | name         | body |
 * | ---- | ------------ | ---- |
 * | 0x01 | authenticate | session 32 ‖ nonce 32 ‖ signature 64 ‖ host text ≤ 255 |
 * | 0x02 | ping         | token u32 |
 * | 0x03 | enter        | topic 32 ‖ until u48 ‖ proof 64 ‖ announcement (rest) |
 * | 0x04 | leave        | topic 32 |
 * | 0x05 | publish      | topic 32 ‖ entry (rest) |
 * | 0x06 | signal       | to 32 ‖ expires u48 ‖ sealed signal (rest) |
 * | 0x07 | direct       | to 32 ‖ bytes (rest) |
 * | 0x08 | probe        | to 32 |
 * | 0x09 | here         | token u32: the answer to the relay's own `probe` |
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { type Millis, unreachable } from '../machine.ts'
import { keyBytes, maxHostBytes, relayVersion, signatureBytes } from './wire.ts'

export type Request =
  | {
      readonly type: 'authenticate'
      readonly session: Uint8Array
      readonly nonce: Uint8Array
      readonly signature: Uint8Array
      readonly host: string
    }
  | { readonly type: 'ping'; readonly token: number }
  | {
      readonly type: 'enter'
      readonly topic: Uint8Array
      readonly until: Millis
      readonly proof: Uint8Array
      readonly announcement: Uint8Array
    }
  | { readonly type: 'leave'; readonly topic: Uint8Array }
  | { readonly type: 'publish'; readonly topic: Uint8Array; readonly entry: Uint8Array }
  | { readonly type: 'signal'; readonly to: Uint8Array; readonly expires: Millis; readonly bytes: Uint8Array }
  | { readonly type: 'direct'; readonly to: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'probe'; readonly to: Uint8Array }
  | { readonly type: 'here'; readonly token: number }

/** Names of what can be refused; `none` when the frame could not even be read. */
export const requestKinds = {
  none: 0,
  authenticate: 1,
  ping: 2,
  enter: 3,
  leave: 4,
  publish: 5,
  signal: 6,
  direct: 7,
  probe: 8,
  here: 9,
} as const

export type RequestKind = keyof typeof requestKinds

export function encodeRequest(request: Request): Uint8Array {
  const writer = new Writer(256).u8(relayVersion).u8(requestKinds[request.type])
  switch (request.type) {
    case 'authenticate':
      return writer.raw(request.session).raw(request.nonce).raw(request.signature).text(request.host).finish()
    case 'ping':
    case 'here':
      return writer.u32(request.token).finish()
    case 'enter':
      return writer.raw(request.topic).u48(request.until).raw(request.proof).raw(request.announcement).finish()
    case 'leave':
      return writer.raw(request.topic).finish()
    case 'publish':
      return writer.raw(request.topic).raw(request.entry).finish()
    case 'signal':
      return writer.raw(request.to).u48(request.expires).raw(request.bytes).finish()
    case 'direct':
      return writer.raw(request.to).raw(request.bytes).finish()
    case 'probe':
      return writer.raw(request.to).finish()
    default:
      return unreachable(request)
  }
}

/** The byte strings inside are views on `bytes`. */
export function decodeRequest(bytes: Uint8Array): Request | undefined {
  const reader = new Reader(bytes)
  if (reader.u8() !== relayVersion) return undefined
  const request = readBody(reader.u8(), reader)
  return reader.done() ? request : undefined
}

function readBody(kind: number, reader: Reader): Request | undefined {
  switch (kind) {
    case requestKinds.authenticate: {
      const session = reader.raw(keyBytes)
      const nonce = reader.raw(keyBytes)
      const signature = reader.raw(signatureBytes)
      return { type: 'authenticate', session, nonce, signature, host: reader.text(maxHostBytes) }
    }
    case requestKinds.ping:
      return { type: 'ping', token: reader.u32() }
    case requestKinds.enter: {
      const topic = reader.raw(keyBytes)
      const until = reader.u48()
      const proof = reader.raw(signatureBytes)
      return { type: 'enter', topic, until, proof, announcement: reader.rest() }
    }
    case requestKinds.leave:
      return { type: 'leave', topic: reader.raw(keyBytes) }
    case requestKinds.publish: {
      const topic = reader.raw(keyBytes)
      return { type: 'publish', topic, entry: reader.rest() }
    }
    case requestKinds.signal: {
      const to = reader.raw(keyBytes)
      const expires = reader.u48()
      return { type: 'signal', to, expires, bytes: reader.rest() }
    }
    case requestKinds.direct: {
      const to = reader.raw(keyBytes)
      return { type: 'direct', to, bytes: reader.rest() }
    }
    case requestKinds.probe:
      return { type: 'probe', to: reader.raw(keyBytes) }
    case requestKinds.here:
      return { type: 'here', token: reader.u32() }
    default:
      return undefined
  }
}
