/**
 * What the two ends of a WebRTC transport tell each other before they have one.
 *
 * A signal is not SDP: it carries only the five facts of a data-channel session description, and the receiver writes its
 * own SDP around them (RFC 8829, RFC 8841). So nobody can smuggle media lines, a second fingerprint or odd attributes
 * into our WebRTC stack, and an offer is about 100 bytes.
 *
 * ```
 * signal    version u8 = 1 · attempt u8 (1 or 2) · item × 1 … 14
 * item      1 offer | 2 answer: setup u8 · ufrag text ≤ 256 · pwd text ≤ 256 · SHA-256 fingerprint 32 B · maxMessage varint
 *           3 candidate: text ≤ 512, the `candidate:` attribute value (RFC 8839)
 * ```
 */
import { Reader, Writer, accept, readSdpFingerprint, reject, type Result } from '@kith/protocol'

export const maxSignalBytes: number = 8 * 1024
/** So few that the longest description and candidates stay below `maxSignalBytes`. */
export const maxSignalItems: number = 14
export const maxCandidateBytes: number = 512
/** One try and one retry. */
export const maxAttempts: number = 2

const signalVersion = 1
const maxIceTextBytes = 256
const leastMessageBytes = 16 * 1024

/** Who starts the DTLS handshake: an offer says `actpass`, an answer chooses. */
export type Setup = 'actpass' | 'active' | 'passive'
const setups: readonly Setup[] = ['actpass', 'active', 'passive']

export interface Description {
  readonly type: 'offer' | 'answer'
  readonly setup: Setup
  readonly ufrag: string
  readonly pwd: string
  /** SHA-256 of the DTLS certificate, 32 bytes. */
  readonly fingerprint: Uint8Array
  readonly maxMessageBytes: number
}

export interface Candidate {
  readonly type: 'candidate'
  readonly candidate: string
}

export type SignalItem = Description | Candidate

export interface Signal {
  readonly attempt: number
  readonly items: readonly SignalItem[]
}

export function encodeSignal(signal: Signal): Uint8Array {
  const writer = new Writer().u8(signalVersion).u8(signal.attempt)
  for (const item of signal.items) {
    if (item.type === 'candidate') {
      writer.u8(3).text(item.candidate)
      continue
    }
    writer.u8(item.type === 'offer' ? 1 : 2).u8(setups.indexOf(item.setup))
    writer.text(item.ufrag).text(item.pwd).raw(item.fingerprint).varint(item.maxMessageBytes)
  }
  return writer.finish()
}

export function decodeSignal(bytes: Uint8Array): Result<Signal, 'malformed' | 'tooLarge'> {
  if (bytes.length > maxSignalBytes) return reject('tooLarge')
  const reader = new Reader(bytes)
  if (reader.u8() !== signalVersion) return reject('malformed')
  const attempt = reader.u8()
  if (attempt < 1 || attempt > maxAttempts) return reject('malformed')
  const items: SignalItem[] = []
  while (reader.remaining > 0) {
    const item = readItem(reader)
    if (item === undefined || items.length === maxSignalItems) return reject('malformed')
    items.push(item)
  }
  return reader.done() && items.length > 0 ? accept({ attempt, items }) : reject('malformed')
}

function readItem(reader: Reader): SignalItem | undefined {
  const kind = reader.u8()
  if (kind === 3) {
    const candidate = reader.text(maxCandidateBytes)
    return isCandidate(candidate) ? { type: 'candidate', candidate } : undefined
  }
  if (kind !== 1 && kind !== 2) return undefined
  const setup = setups[reader.u8()]
  const ufrag = reader.text(maxIceTextBytes)
  const pwd = reader.text(maxIceTextBytes)
  const fingerprint = reader.raw(32).slice()
  const maxMessageBytes = reader.varint()
  const type = kind === 1 ? 'offer' : 'answer'
  const setupFits = setup !== undefined && (setup === 'actpass') === (type === 'offer')
  if (reader.failed || !setupFits || !isIceText(ufrag, 4) || !isIceText(pwd, 22)) return undefined
  if (maxMessageBytes < leastMessageBytes || maxMessageBytes > 0xffff_ffff) return undefined
  return { type, setup, ufrag, pwd, fingerprint, maxMessageBytes }
}

/** RFC 8839 `ice-char`, at least so many. Chromium's pwd may hold nothing else either. */
function isIceText(text: string, least: number): boolean {
  return text.length >= least && /^[A-Za-z0-9+/]+$/.test(text)
}

/** One line of printable ASCII: the stack underneath judges the rest, but no line break ever reaches an SDP parser. */
function isCandidate(text: string): boolean {
  return /^candidate:[!-~]+( [!-~]+){5,40}$/.test(text)
}

/** The candidate as a signal item; undefined for the empty end-of-candidates mark and anything we would not accept. */
export function candidateItem(text: string): Candidate | undefined {
  const candidate = text.startsWith('a=') ? text.slice(2) : text
  return candidate.length <= maxCandidateBytes && isCandidate(candidate) ? { type: 'candidate', candidate } : undefined
}

/** The five facts of one's own SDP; undefined unless it has exactly one fingerprint, of SHA-256, and one m-line. */
export function parseDescription(type: 'offer' | 'answer', sdp: string): Description | undefined {
  const lines = sdp.split(/\r?\n/)
  const values = (prefix: string): readonly string[] =>
    lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trim())
  const [ufrag] = values('a=ice-ufrag:')
  const [pwd] = values('a=ice-pwd:')
  const setup = setups.find((known) => known === values('a=setup:')[0])
  const fingerprint = readSdpFingerprint(sdp)
  const media = values('m=')
  if (media.length !== 1 || !media[0]?.startsWith('application ')) return undefined
  if (ufrag === undefined || pwd === undefined || setup === undefined || fingerprint === undefined) return undefined
  const maxMessageBytes = Number(values('a=max-message-size:')[0] ?? 65536)
  return {
    type,
    setup,
    ufrag,
    pwd,
    fingerprint,
    maxMessageBytes: maxMessageBytes === 0 ? 0xffff_ffff : maxMessageBytes,
  }
}

/** The SDP we write for the far side's description. */
export function formatDescription(description: Description): string {
  const fingerprint = Array.from(description.fingerprint, (byte) => byte.toString(16).padStart(2, '0').toUpperCase())
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=sendrecv',
    `a=ice-ufrag:${description.ufrag}`,
    `a=ice-pwd:${description.pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint.join(':')}`,
    `a=setup:${description.setup}`,
    'a=sctp-port:5000',
    `a=max-message-size:${description.maxMessageBytes}`,
    '',
  ].join('\r\n')
}
