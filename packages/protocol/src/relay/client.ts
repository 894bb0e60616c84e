/**
 * The client's half of the relay protocol: one socket, one session.
 *
 * It proves the session, checks the relay's key, keeps the topics it is told to be in (also over reconnects), translates
 * times to the relay's clock, notices a relay that no longer answers, and turns frames into events. It judges no
 * announcement, signal, entry or receipt: that is for whoever holds the room's keys.
 */
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { decodeStatement } from '../identity/statement.ts'
import { type Millis, type TimerOutput, unreachable } from '../machine.ts'
import { type Answer, decodeAnswer, type Hello, type TopicPeer } from './answer.ts'
import { encodeRequest, type Request, type RequestKind } from './request.ts'
import { keyBytes, proveEntrance, type RelayCode, relayHost, sessionTranscript, welcomeTranscript } from './wire.ts'

export type { TopicPeer } from './answer.ts'

export interface RelayClientOptions {
  readonly crypto: Crypto
  /** What the person's link says, for example `https://chat.example`: proofs are bound to its host. */
  readonly origin: string
  readonly session: KeyPair
}

/** `TopicKeys` of `discovery/rendezvous.ts` fit. */
export interface TopicEntrance {
  readonly topic: Uint8Array
  readonly secretKey: Uint8Array
  /** On the clock slots are counted in, which is the relay's as near as we know: not translated. */
  readonly until: Millis
}

export type RelayClientInput =
  /** The socket is open / gone (also when it never opened). */
  | { readonly type: 'up' }
  | { readonly type: 'down' }
  | { readonly type: 'frame'; readonly bytes: Uint8Array }
  | { readonly type: 'timerFired'; readonly name: string }
  /** The program slept or changed network: ask at once whether the relay still hears us. */
  | { readonly type: 'woke' }
  /** Be in a topic until told to leave or `until`; kept over reconnects. Again: replaces the announcement. */
  | { readonly type: 'enter'; readonly keys: TopicEntrance; readonly announcement: Uint8Array }
  | { readonly type: 'leave'; readonly topic: Uint8Array }
  /**
   * Answered by a `receipt`, or by a `refused` whose subject is the entry's digest. This and the following do nothing
   * while the relay is not ready; a socket that goes down may have swallowed what was not answered.
   */
  | { readonly type: 'publish'; readonly topic: Uint8Array; readonly entry: Uint8Array }
  /** `expires` on the caller's clock, at most 60 s ahead. Answered only when it fails: `absent` or `refused`. */
  | { readonly type: 'signal'; readonly to: Uint8Array; readonly bytes: Uint8Array; readonly expires: Millis }
  | { readonly type: 'direct'; readonly to: Uint8Array; readonly bytes: Uint8Array }
  /** Answered by `alive`. */
  | { readonly type: 'probe'; readonly to: Uint8Array }

export type RelayClientEvent =
  /** The session is proved and so is the relay's key. `offsetMs`: the relay's clock minus ours. */
  | {
      readonly type: 'ready'
      readonly relayKey: Uint8Array
      /** Our socket's id: with the far side's, what a link over the relay is bound to. */
      readonly connection: Uint8Array
      readonly offsetMs: number
    }
  /** The clock and the round trip were measured again. */
  | { readonly type: 'clock'; readonly offsetMs: number; readonly rttMs: number }
  /** The relay does not answer, or not as a relay does: hang up and dial again. */
  | { readonly type: 'silent' }
  /**
   * `about` says which kind of request was refused, `subject` which one of them: the topic, the other session, or the
   * digest of the entry; zeros when the connection itself ends. `retryAfterMs` > 0: it may be tried again then.
   */
  | {
      readonly type: 'refused'
      readonly code: RelayCode
      readonly about: RequestKind
      readonly subject: Uint8Array
      readonly retryAfterMs: Millis
    }
  /** We are in the topic, with these others (not ourselves), oldest first, at most the last 100. */
  | { readonly type: 'peers'; readonly topic: Uint8Array; readonly peers: readonly TopicPeer[] }
  /** Entered, or renewed its announcement. */
  | { readonly type: 'joined'; readonly topic: Uint8Array; readonly peer: TopicPeer }
  | { readonly type: 'left'; readonly topic: Uint8Array; readonly session: Uint8Array }
  /** Nothing of it is verified yet: neither entry nor receipt. */
  | {
      readonly type: 'entry'
      readonly topic: Uint8Array
      readonly bytes: Uint8Array
      readonly receipt: Uint8Array
    }
  /** For what we published. Not verified yet either. */
  | { readonly type: 'receipt'; readonly receipt: Uint8Array; readonly digest: Uint8Array }
  | { readonly type: 'signal'; readonly from: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'direct'; readonly from: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'absent'; readonly to: Uint8Array }
  | { readonly type: 'alive'; readonly session: Uint8Array; readonly alive: boolean }

export type RelayClientOutput =
  | { readonly type: 'transmit'; readonly bytes: Uint8Array }
  /** Names start with `relay/`. */
  | TimerOutput
  | { readonly type: 'event'; readonly event: RelayClientEvent }

/** Pings keep proxies from closing an idle socket, and are the only way a browser notices a dead one. */
export const relayPingMs: Millis = 25_000
export const relayAnswerWithinMs: Millis = 10_000
/** After waking, people wait for it. */
const wokeAnswerWithinMs: Millis = 3_000

const pingTimer = 'relay/ping'
const patienceTimer = 'relay/patience'

interface Membership {
  readonly keys: TopicEntrance
  readonly announcement: Uint8Array
}

/** `greeting`: waiting for the hello; `proving`: for the welcome. */
type Phase = 'down' | 'greeting' | 'proving' | 'ready' | 'silent'

export class RelayClient {
  readonly #crypto: Crypto
  readonly #host: string
  readonly #session: KeyPair
  /** By topic, hex. */
  readonly #memberships = new Map<string, Membership>()
  #phase: Phase = 'down'
  #hello: Hello | undefined
  #helloBytes: Uint8Array = new Uint8Array(0)
  #authenticate: Uint8Array = new Uint8Array(0)
  #sentAt: Millis = 0
  #offsetMs = 0
  #pingToken = 0
  /** A ping, or our proof, is out and unanswered. */
  #waiting = false
  #out: RelayClientOutput[] = []

  constructor(options: RelayClientOptions) {
    this.#crypto = options.crypto
    this.#host = relayHost(options.origin)
    this.#session = options.session
  }

  handle(input: RelayClientInput, now: Millis): readonly RelayClientOutput[] {
    this.#out = []
    switch (input.type) {
      case 'up':
        this.#phase = 'greeting'
        this.#wait(now, relayAnswerWithinMs)
        break
      case 'down':
        this.#phase = 'down'
        this.#hello = undefined
        this.#waiting = false
        break
      case 'frame':
        this.#frame(input.bytes, now)
        break
      case 'timerFired':
        this.#timerFired(input.name, now)
        break
      case 'woke':
        if (this.#phase === 'ready') this.#ping(now, wokeAnswerWithinMs)
        break
      case 'enter':
        this.#memberships.set(formatHex(input.keys.topic), { keys: input.keys, announcement: input.announcement })
        this.#enter(input.keys, input.announcement)
        break
      case 'leave':
        this.#memberships.delete(formatHex(input.topic))
        this.#ask({ type: 'leave', topic: input.topic })
        break
      case 'publish':
      case 'direct':
      case 'probe':
        this.#ask(input)
        break
      case 'signal':
        this.#ask({ ...input, expires: this.#onRelay(input.expires) })
        break
      default:
        unreachable(input)
    }
    return this.#out
  }

  #frame(bytes: Uint8Array, now: Millis): void {
    if (this.#phase === 'down' || this.#phase === 'silent') return
    const answer = decodeAnswer(bytes)
    if (answer === undefined) return this.#fallSilent()
    if (answer.type === 'refused') {
      const { code, about, subject, retryAfterMs } = answer
      return this.#event({ type: 'refused', code, about, subject, retryAfterMs })
    }
    if (this.#phase === 'greeting' && answer.type === 'hello') return this.#prove(answer, bytes, now)
    if (this.#phase === 'proving' && answer.type === 'welcome') return this.#welcome(answer, now)
    if (this.#phase === 'ready' && answer.type !== 'hello' && answer.type !== 'welcome') return this.#hear(answer, now)
    return this.#fallSilent()
  }

  #prove(hello: Hello, bytes: Uint8Array, now: Millis): void {
    this.#phase = 'proving'
    // Copies: the frame may be a view on a buffer the host uses again.
    this.#helloBytes = concatBytes(bytes)
    this.#hello = {
      ...hello,
      relayKey: concatBytes(hello.relayKey),
      nonce: concatBytes(hello.nonce),
      connection: concatBytes(hello.connection),
    }
    const session = this.#session.publicKey
    const nonce = this.#crypto.random(keyBytes)
    const transcript = sessionTranscript(bytes, session, nonce, this.#host)
    const signature = this.#crypto.sign(this.#session.secretKey, transcript)
    this.#authenticate = encodeRequest({ type: 'authenticate', session, nonce, signature, host: this.#host })
    this.#out.push({ type: 'transmit', bytes: this.#authenticate })
    this.#wait(now, relayAnswerWithinMs)
  }

  #welcome(answer: Answer & { type: 'welcome' }, now: Millis): void {
    const hello = this.#hello as Hello
    const time = new Writer(6).u48(answer.time).finish()
    const transcript = welcomeTranscript(this.#helloBytes, this.#authenticate, time)
    if (!this.#crypto.verify(hello.relayKey, transcript, answer.signature)) return this.#fallSilent()
    this.#phase = 'ready'
    this.#waiting = false
    this.#measure(answer.time, now)
    const { relayKey, connection } = hello
    // Entered before it is told: whoever hears `ready` may publish at once, and only a member may.
    for (const [topicKey, { keys, announcement }] of this.#memberships) {
      if (keys.until <= this.#onRelay(now)) this.#memberships.delete(topicKey)
      else this.#enter(keys, announcement)
    }
    this.#event({ type: 'ready', relayKey, connection, offsetMs: this.#offsetMs })
    this.#out.push({ type: 'timer', name: pingTimer, at: now + relayPingMs })
  }

  #hear(answer: Exclude<Answer, { type: 'hello' | 'welcome' | 'refused' }>, now: Millis): void {
    switch (answer.type) {
      case 'pong':
        if (!this.#waiting || answer.token !== this.#pingToken) return
        this.#waiting = false
        return this.#event({ type: 'clock', offsetMs: this.#offsetMs, rttMs: this.#measure(answer.time, now) })
      case 'peers':
      case 'joined':
      case 'left':
      case 'signal':
      case 'direct':
      case 'alive':
        return this.#event(answer)
      case 'entry': {
        const { topic, receipt, entry } = answer
        return this.#event({ type: 'entry', topic, bytes: entry, receipt })
      }
      case 'receipt':
        return this.#receipt(answer.receipt)
      case 'absent':
        return this.#event({ type: 'absent', to: answer.to })
      case 'probe':
        return this.#ask({ type: 'here', token: answer.token })
      default:
        return unreachable(answer)
    }
  }

  #receipt(receipt: Uint8Array): void {
    const decoded = decodeStatement(receipt)
    if (!decoded.ok || decoded.value.type !== 'receipt') return
    this.#event({ type: 'receipt', receipt, digest: decoded.value.subject })
  }

  #timerFired(name: string, now: Millis): void {
    if (name === patienceTimer) {
      if (this.#waiting && this.#phase !== 'down') this.#fallSilent()
    } else if (name === pingTimer && this.#phase === 'ready') {
      this.#ping(now, relayAnswerWithinMs)
      this.#out.push({ type: 'timer', name: pingTimer, at: now + relayPingMs })
    }
  }

  #ping(now: Millis, withinMs: Millis): void {
    this.#pingToken = (this.#pingToken + 1) % 0x1_0000_0000
    this.#ask({ type: 'ping', token: this.#pingToken })
    this.#wait(now, withinMs)
  }

  #wait(now: Millis, withinMs: Millis): void {
    this.#waiting = true
    this.#sentAt = now
    this.#out.push({ type: 'timer', name: patienceTimer, at: now + withinMs })
  }

  #fallSilent(): void {
    this.#phase = 'silent'
    this.#waiting = false
    this.#event({ type: 'silent' })
  }

  /** Assumes the answer took as long as the question; returns the round trip. */
  #measure(relayTime: Millis, now: Millis): Millis {
    const rttMs = Math.max(0, now - this.#sentAt)
    this.#offsetMs = Math.round(relayTime - (this.#sentAt + rttMs / 2))
    return rttMs
  }

  #enter(keys: TopicEntrance, announcement: Uint8Array): void {
    if (this.#phase !== 'ready' || this.#hello === undefined) return
    const { topic, secretKey } = keys
    const proof = proveEntrance(this.#crypto, { publicKey: topic, secretKey }, this.#hello.nonce, this.#host)
    this.#ask({ type: 'enter', topic, until: keys.until, proof, announcement })
  }

  #onRelay(time: Millis): Millis {
    return Math.max(0, time + this.#offsetMs)
  }

  #ask(request: Request): void {
    if (this.#phase === 'ready') this.#out.push({ type: 'transmit', bytes: encodeRequest(request) })
  }

  #event(event: RelayClientEvent): void {
    this.#out.push({ type: 'event', event })
  }
}
