/**
 * What both halves of the relay protocol agree on. Frames are whole binary WebSocket messages:
 *
 *     version 1 ‖ kind 1 ‖ body          integers big-endian; `bytes` and `text` have a varint length in front
 *
 * `request.ts` has what a client says (kinds below 0x40), `answer.ts` what a relay says (0x40 and above). Every decoder
 * returns a frame or undefined and never throws.
 *
 * The dance: the relay says `hello`; the client proves its session key over that very hello and says what it calls the
 * relay; the relay proves its own key over both (`welcome`). All later proofs are bound to the hello's nonce, which is
 * new for every connection, so nothing a relay gets from a client is worth anything at another relay or another time.
 */
import { concatBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'

export const relayVersion = 1
/** Of keys, nonces, digests, topics and connection ids alike. */
export const keyBytes = 32
export const signatureBytes = 64
/** The name a client has for the relay: a DNS name and a port. */
export const maxHostBytes = 255

/** Numbers of the codes a relay answers with. A connection that ends for one of them is closed with 4000 + number. */
export const relayCodes = {
  malformed: 1,
  tooLarge: 2,
  outOfTurn: 3,
  badProof: 4,
  wrongHost: 5,
  tooSlow: 6,
  replaced: 7,
  relayFull: 8,
  flooding: 9,
  badEntrance: 20,
  topicExpired: 21,
  tooManyTopics: 22,
  topicFull: 23,
  notMember: 24,
  badEntry: 25,
  rateLimited: 26,
  signalExpired: 27,
  signalTooLong: 28,
  signalReplayed: 29,
  notTogether: 30,
  busy: 31,
} as const

export type RelayCode = keyof typeof relayCodes

export const closeGoingAway = 1001

export function closeCodeOf(code: RelayCode): number {
  return 4000 + relayCodes[code]
}

/**
 * The host and port of an origin as browsers write them in `Host`: lower case, no scheme, no path, no default port.
 * Without the scheme because a relay behind a TLS proxy cannot know it.
 */
export function relayHost(origin: string): string {
  const match = /^(?:([a-z]+):\/\/)?([^/?#]*)/i.exec(origin.trim())
  const scheme = (match?.[1] ?? '').toLowerCase()
  const host = (match?.[2] ?? '').toLowerCase()
  const secure = scheme === 'https' || scheme === 'wss'
  return host.replace(secure ? /:443$/ : /:80$/, '')
}

const sessionLabel = label('kith1/relay/session')
const welcomeLabel = label('kith1/relay/welcome')
const enterLabel = label('kith1/relay/enter')

/** What a client signs to own its session key on this connection. `hello` and both keys have fixed lengths. */
export function sessionTranscript(hello: Uint8Array, session: Uint8Array, nonce: Uint8Array, host: string): Uint8Array {
  return concatBytes(sessionLabel, hello, session, nonce, formatUtf8(host))
}

/** What a relay signs to own the key in its hello: fresh, because `authenticate` holds a nonce of the client. */
export function welcomeTranscript(hello: Uint8Array, authenticate: Uint8Array, time: Uint8Array): Uint8Array {
  return concatBytes(welcomeLabel, hello, time, authenticate)
}

/** Proof that one knows the topic's secret: bound to this relay's name and to this connection by the hello's nonce. */
export function proveEntrance(crypto: Crypto, topic: KeyPair, nonce: Uint8Array, host: string): Uint8Array {
  return crypto.sign(topic.secretKey, entranceTranscript(topic.publicKey, nonce, host))
}

export function isEntranceProof(
  crypto: Crypto,
  topic: Uint8Array,
  nonce: Uint8Array,
  host: string,
  proof: Uint8Array,
): boolean {
  return crypto.verify(topic, entranceTranscript(topic, nonce, host), proof)
}

function entranceTranscript(topic: Uint8Array, nonce: Uint8Array, host: string): Uint8Array {
  return concatBytes(enterLabel, nonce, topic, formatUtf8(host))
}
