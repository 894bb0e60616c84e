/** A relay machine and clients in one process, without delay: what one says the other hears at once, in order. */
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import type { Crypto, KeyPair } from '../src/crypto/crypto.ts'
import { type TopicKeys, slotAt, topicKeys } from '../src/discovery/rendezvous.ts'
import type { Millis } from '../src/machine.ts'
import { type Answer, decodeAnswer } from '../src/relay/answer.ts'
import { RelayClient, type RelayClientEvent, type RelayClientInput } from '../src/relay/client.ts'
import { type RelayLimits, relayLimits } from '../src/relay/limits.ts'
import { encodeRequest, type Request } from '../src/relay/request.ts'
import { RelayServer, type RelayServerInput, type RelayServerOutput } from '../src/relay/server.ts'

/** Native, because a thousand proofs take noble seconds; both give the same answers. */
export const crypto: Crypto = createNativeCrypto()
export const origin = 'https://relay.example'
export const host = 'relay.example'
export const startMs: Millis = 1_700_000_100_000

export function seedOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

/** An entry as far as a relay looks at it. */
export function fakeEntry(size = 400, fill = 7): Uint8Array {
  const entry = new Uint8Array(size).fill(fill)
  entry[0] = 1
  return entry
}

export function enter(house: House, line: Line, room = 1, announcement: Uint8Array = seedOf(50)): void {
  house.tell(line, { type: 'enter', keys: roomTopic(room, house.now), announcement })
}

/** Session key of a line with a client. */
export function keyOf(line: Line): Uint8Array {
  if (line.session === undefined) throw new Error('a bare socket has no session')
  return line.session.publicKey
}

/** `counts` of a relay with nobody there. */
export const nobody = { connections: 0, sessions: 0, topics: 0, signals: 0, probes: 0 }

export function roomTopic(byte = 1, now: Millis = startMs): TopicKeys {
  return topicKeys(crypto, seedOf(byte), slotAt(now))
}

/** One socket: a client machine, or a test that speaks for itself. */
export class Line {
  readonly number: number
  readonly answers: Answer[] = []
  readonly raw: Uint8Array[] = []
  closed: { readonly code: number; readonly reason: string } | undefined
  holds: Millis[] = []
  client: RelayClient | undefined
  session: KeyPair | undefined
  events: RelayClientEvent[] = []
  timers = new Map<string, Millis>()
  /** Its clock minus the relay's. */
  skewMs: Millis = 0
  /** Does not answer probes or anything else. */
  deaf = false

  constructor(number: number) {
    this.number = number
  }

  of<Type extends RelayClientEvent['type']>(type: Type): (RelayClientEvent & { type: Type })[] {
    return this.events.filter((event): event is RelayClientEvent & { type: Type } => event.type === type)
  }

  heard<Type extends Answer['type']>(type: Type): (Answer & { type: Type })[] {
    return this.answers.filter((answer): answer is Answer & { type: Type } => answer.type === type)
  }
}

export class House {
  now: Millis = startMs
  readonly relayKey: KeyPair = crypto.signKeyPair(seedOf(99))
  readonly server: RelayServer
  readonly lines = new Map<number, Line>()
  readonly reports: RelayServerOutput[] = []
  #timers = new Map<string, Millis>()
  #next = 1

  constructor(limits: Partial<RelayLimits> = {}, hosts?: readonly string[]) {
    this.server = new RelayServer({ crypto, relay: this.relayKey, limits: { ...relayLimits, ...limits }, hosts })
  }

  /** A bare socket. */
  connect(name: string = host): Line {
    const line = new Line(this.#next++)
    this.lines.set(line.number, line)
    this.give({ type: 'connected', connection: line.number, host: name })
    return line
  }

  /** A socket with a client machine, ready. */
  join(seed: number, at: string = origin, skewMs: Millis = 0): Line {
    const line = new Line(this.#next++)
    line.skewMs = skewMs
    line.session = crypto.signKeyPair(seedOf(seed))
    line.client = new RelayClient({ crypto, origin: at, session: line.session })
    this.lines.set(line.number, line)
    this.tell(line, { type: 'up' })
    this.give({ type: 'connected', connection: line.number, host })
    return line
  }

  tell(line: Line, input: RelayClientInput): void {
    for (const output of line.client?.handle(input, this.now + line.skewMs) ?? []) {
      if (output.type === 'transmit') this.say(line, output.bytes)
      else if (output.type === 'timer') line.timers.set(output.name, output.at - line.skewMs)
      else line.events.push(output.event)
    }
  }

  say(line: Line, bytes: Uint8Array): void {
    if (line.closed === undefined) this.give({ type: 'frame', connection: line.number, bytes })
  }

  ask(line: Line, request: Request): void {
    this.say(line, encodeRequest(request))
  }

  hangUp(line: Line): void {
    this.lines.delete(line.number)
    this.give({ type: 'closed', connection: line.number })
    this.tell(line, { type: 'down' })
  }

  give(input: RelayServerInput): void {
    for (const output of this.server.handle(input, this.now)) this.#carryOut(output)
  }

  /** Lets time pass, firing what is due on both sides. */
  pass(ms: Millis): void {
    const until = this.now + ms
    for (;;) {
      const due = [...this.#due()].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.now = Math.max(this.now, due.at)
      due.fire()
    }
    this.now = until
  }

  *#due(): Generator<{ at: Millis; fire: () => void }> {
    for (const [name, at] of this.#timers) {
      yield {
        at,
        fire: () => {
          this.#timers.delete(name)
          this.give({ type: 'timerFired', name })
        },
      }
    }
    for (const line of this.lines.values()) {
      for (const [name, at] of line.timers) {
        yield {
          at,
          fire: () => {
            line.timers.delete(name)
            this.tell(line, { type: 'timerFired', name })
          },
        }
      }
    }
  }

  #carryOut(output: RelayServerOutput): void {
    switch (output.type) {
      case 'send':
        for (const number of output.connections) this.#deliver(number, output.bytes)
        break
      case 'close': {
        const line = this.lines.get(output.connection)
        if (line !== undefined) {
          line.closed = { code: output.code, reason: output.reason }
          this.tell(line, { type: 'down' })
        }
        break
      }
      case 'hold':
        this.lines.get(output.connection)?.holds.push(output.until)
        break
      case 'timer':
        this.#timers.set(output.name, output.at)
        break
      case 'report':
        this.reports.push(output)
        break
    }
  }

  #deliver(number: number, bytes: Uint8Array): void {
    const line = this.lines.get(number)
    if (line === undefined) throw new Error('sent to nobody')
    const answer = decodeAnswer(bytes)
    if (answer === undefined) throw new Error('the relay says what nobody can read')
    line.raw.push(bytes)
    line.answers.push(answer)
    if (!line.deaf) this.tell(line, { type: 'frame', bytes })
  }
}
