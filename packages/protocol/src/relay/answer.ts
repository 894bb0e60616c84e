/**
 * What a relay says to a client.
 *
 * | kind | name    | body |
 * | ---- | ------- | ---- |
 * | 0x41 | hello   | relay key 32 ‖ nonce 32 ‖ connection 32 ‖ time u48 ‖ largest frame, entry, signal, direct u32 each ‖ topics, peers told u16 each |
 * | 0x42 | welcome | time u48 ‖ signature 64 |
 * | 0x43 | refused | code u8 ‖ kind of the request u8 ‖ subject 32 ‖ retry after ms u32 |
 * | 0x44 | pong    | token u32 ‖ time u48 |
 * | 0x45 | peers   | topic 32 ‖ count u16 ‖ count × member |
 * | 0x46 | joined  | topic 32 ‖ member |
 * | 0x47 | left    | topic 32 ‖ session 32 |
 * | 0x48 | entry   | topic 32 ‖ receipt bytes ≤ 512 ‖ entry (rest) |
 * | 0x49 | receipt | receipt (rest) |
 * | 0x4a | signal  | from 32 ‖ sealed signal (rest) |
 * | 0x4b | direct  | from 32 ‖ bytes (rest) |
 * | 0x4c | absent  | to 32 ‖ kind of the request u8 |
 * | 0x4d | probe   | token u32 |
 * | 0x4e | alive   | session 32 ‖ alive u8 |
 *
 * member = session 32 ‖ connection 32 ‖ announcement bytes ≤ 512
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { type Millis, unreachable } from '../machine.ts'
import { requestKinds, type RequestKind } from './request.ts'
import { keyBytes, relayCodes, type RelayCode, relayVersion, signatureBytes } from './wire.ts'

/** One member of a topic as the relay tells it. */
export interface TopicPeer {
  readonly session: Uint8Array
  /** Its socket's 32-byte id: with one's own, what a link over the relay is bound to. A new one after each reconnect. */
  readonly connection: Uint8Array
  /** Sealed, see `discovery/announcement.ts`. */
  readonly announcement: Uint8Array
}

export interface Hello {
  readonly type: 'hello'
  readonly relayKey: Uint8Array
  readonly nonce: Uint8Array
  readonly connection: Uint8Array
  readonly time: Millis
  readonly frameBytes: number
  readonly entryBytes: number
  readonly signalBytes: number
  readonly directBytes: number
  readonly topics: number
  readonly peersTold: number
}

export type Answer =
  | Hello
  | { readonly type: 'welcome'; readonly time: Millis; readonly signature: Uint8Array }
  | {
      readonly type: 'refused'
      readonly code: RelayCode
      readonly about: RequestKind
      readonly subject: Uint8Array
      readonly retryAfterMs: Millis
    }
  | { readonly type: 'pong'; readonly token: number; readonly time: Millis }
  | { readonly type: 'peers'; readonly topic: Uint8Array; readonly peers: readonly TopicPeer[] }
  | { readonly type: 'joined'; readonly topic: Uint8Array; readonly peer: TopicPeer }
  | { readonly type: 'left'; readonly topic: Uint8Array; readonly session: Uint8Array }
  | { readonly type: 'entry'; readonly topic: Uint8Array; readonly receipt: Uint8Array; readonly entry: Uint8Array }
  | { readonly type: 'receipt'; readonly receipt: Uint8Array }
  | { readonly type: 'signal'; readonly from: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'direct'; readonly from: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'absent'; readonly to: Uint8Array; readonly about: RequestKind }
  | { readonly type: 'probe'; readonly token: number }
  | { readonly type: 'alive'; readonly session: Uint8Array; readonly alive: boolean }

export const answerKinds = {
  hello: 0x41,
  welcome: 0x42,
  refused: 0x43,
  pong: 0x44,
  peers: 0x45,
  joined: 0x46,
  left: 0x47,
  entry: 0x48,
  receipt: 0x49,
  signal: 0x4a,
  direct: 0x4b,
  absent: 0x4c,
  probe: 0x4d,
  alive: 0x4e,
} as const

const maxReceiptBytes = 512
const maxAnnouncementBytes = 512
/** A client believes no relay more than this; relays tell 100. */
const maxPeersTold = 1_000

const codeNames = new Map<number, RelayCode>(Object.entries(relayCodes).map(([name, n]) => [n, name as RelayCode]))
const kindNames = new Map<number, RequestKind>(
  Object.entries(requestKinds).map(([name, n]) => [n, name as RequestKind]),
)

export function encodeAnswer(answer: Answer): Uint8Array {
  const writer = new Writer(answer.type === 'entry' ? answer.entry.length + 320 : 256)
  writer.u8(relayVersion).u8(answerKinds[answer.type])
  switch (answer.type) {
    case 'hello':
      writer.raw(answer.relayKey).raw(answer.nonce).raw(answer.connection).u48(answer.time)
      writer.u32(answer.frameBytes).u32(answer.entryBytes).u32(answer.signalBytes).u32(answer.directBytes)
      return writer.u16(answer.topics).u16(answer.peersTold).finish()
    case 'welcome':
      return writer.u48(answer.time).raw(answer.signature).finish()
    case 'refused':
      writer.u8(relayCodes[answer.code]).u8(requestKinds[answer.about])
      return writer.raw(answer.subject).u32(answer.retryAfterMs).finish()
    case 'pong':
      return writer.u32(answer.token).u48(answer.time).finish()
    case 'peers':
      writer.raw(answer.topic).u16(answer.peers.length)
      for (const peer of answer.peers) writePeer(writer, peer)
      return writer.finish()
    case 'joined':
      writePeer(writer.raw(answer.topic), answer.peer)
      return writer.finish()
    case 'left':
      return writer.raw(answer.topic).raw(answer.session).finish()
    case 'entry':
      return writer.raw(answer.topic).bytes(answer.receipt).raw(answer.entry).finish()
    case 'receipt':
      return writer.raw(answer.receipt).finish()
    case 'signal':
    case 'direct':
      return writer.raw(answer.from).raw(answer.bytes).finish()
    case 'absent':
      return writer.raw(answer.to).u8(requestKinds[answer.about]).finish()
    case 'probe':
      return writer.u32(answer.token).finish()
    case 'alive':
      return writer
        .raw(answer.session)
        .u8(answer.alive ? 1 : 0)
        .finish()
    default:
      return unreachable(answer)
  }
}

/** The byte strings inside are views on `bytes`. */
export function decodeAnswer(bytes: Uint8Array): Answer | undefined {
  const reader = new Reader(bytes)
  if (reader.u8() !== relayVersion) return undefined
  const answer = readBody(reader.u8(), reader)
  return reader.done() ? answer : undefined
}

function readBody(kind: number, reader: Reader): Answer | undefined {
  switch (kind) {
    case answerKinds.hello:
      return readHello(reader)
    case answerKinds.welcome: {
      const time = reader.u48()
      return { type: 'welcome', time, signature: reader.raw(signatureBytes) }
    }
    case answerKinds.refused: {
      const code = codeNames.get(reader.u8())
      const about = kindNames.get(reader.u8())
      const subject = reader.raw(keyBytes)
      const retryAfterMs = reader.u32()
      return code && about && { type: 'refused', code, about, subject, retryAfterMs }
    }
    case answerKinds.pong: {
      const token = reader.u32()
      return { type: 'pong', token, time: reader.u48() }
    }
    case answerKinds.peers: {
      const topic = reader.raw(keyBytes)
      const count = reader.u16()
      if (count > maxPeersTold) return undefined
      const peers: TopicPeer[] = []
      for (let i = 0; i < count && !reader.failed; i++) peers.push(readPeer(reader))
      return { type: 'peers', topic, peers }
    }
    case answerKinds.joined: {
      const topic = reader.raw(keyBytes)
      return { type: 'joined', topic, peer: readPeer(reader) }
    }
    case answerKinds.left: {
      const topic = reader.raw(keyBytes)
      return { type: 'left', topic, session: reader.raw(keyBytes) }
    }
    case answerKinds.entry: {
      const topic = reader.raw(keyBytes)
      const receipt = reader.bytes(maxReceiptBytes)
      return { type: 'entry', topic, receipt, entry: reader.rest() }
    }
    case answerKinds.receipt:
      return { type: 'receipt', receipt: reader.rest() }
    case answerKinds.signal:
    case answerKinds.direct: {
      const from = reader.raw(keyBytes)
      return { type: kind === answerKinds.signal ? 'signal' : 'direct', from, bytes: reader.rest() }
    }
    case answerKinds.absent: {
      const to = reader.raw(keyBytes)
      const about = kindNames.get(reader.u8())
      return about && { type: 'absent', to, about }
    }
    case answerKinds.probe:
      return { type: 'probe', token: reader.u32() }
    case answerKinds.alive: {
      const session = reader.raw(keyBytes)
      const alive = reader.u8()
      return alive > 1 ? undefined : { type: 'alive', session, alive: alive === 1 }
    }
    default:
      return undefined
  }
}

function readHello(reader: Reader): Hello {
  const relayKey = reader.raw(keyBytes)
  const nonce = reader.raw(keyBytes)
  const connection = reader.raw(keyBytes)
  const time = reader.u48()
  const frameBytes = reader.u32()
  const entryBytes = reader.u32()
  const signalBytes = reader.u32()
  const directBytes = reader.u32()
  const topics = reader.u16()
  const peersTold = reader.u16()
  return {
    type: 'hello',
    relayKey,
    nonce,
    connection,
    time,
    frameBytes,
    entryBytes,
    signalBytes,
    directBytes,
    topics,
    peersTold,
  }
}

function writePeer(writer: Writer, peer: TopicPeer): void {
  writer.raw(peer.session).raw(peer.connection).bytes(peer.announcement)
}

function readPeer(reader: Reader): TopicPeer {
  const session = reader.raw(keyBytes)
  const connection = reader.raw(keyBytes)
  return { session, connection, announcement: reader.bytes(maxAnnouncementBytes) }
}
