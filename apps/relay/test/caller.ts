/** Somebody on a relay: a real WebSocket driven by the client machine, for tests and benchmarks. */
import { createNativeCrypto } from '@kith/peer/node/crypto'
import {
  RelayClient,
  type RelayClientEvent,
  type RelayClientInput,
  slotAt,
  type TopicKeys,
  topicKeys,
} from '@kith/protocol'
import { WebSocket } from 'ws'

export const crypto: ReturnType<typeof createNativeCrypto> = createNativeCrypto()

type EventType = RelayClientEvent['type']
type EventOf<Type extends EventType> = RelayClientEvent & { type: Type }

export class Caller {
  readonly session = crypto.signKeyPair(crypto.random(32))
  readonly web: WebSocket
  readonly events: RelayClientEvent[] = []
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly #client: RelayClient
  readonly #waiting: (() => void)[] = []
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(url: string) {
    this.#client = new RelayClient({ crypto, origin: url, session: this.session })
    this.web = new WebSocket(`${url.replace('http', 'ws')}/ws`)
    this.web.on('open', () => this.tell({ type: 'up' }))
    this.web.on('message', (data: Buffer) =>
      this.tell({ type: 'frame', bytes: new Uint8Array(data.buffer, data.byteOffset, data.length) }),
    )
    this.web.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.web.on('close', (code, reason) => {
        for (const timer of this.#timers) clearTimeout(timer)
        resolve({ code, reason: reason.toString() })
        this.#wake()
      })
    })
  }

  get key(): Uint8Array {
    return this.session.publicKey
  }

  tell(input: RelayClientInput): void {
    for (const output of this.#client.handle(input, Date.now())) {
      if (output.type === 'transmit') this.web.send(output.bytes)
      else if (output.type === 'event') this.events.push(output.event)
      else {
        const { name } = output
        const timer = setTimeout(() => this.tell({ type: 'timerFired', name }), Math.max(0, output.at - Date.now()))
        this.#timers.add(timer.unref())
      }
    }
    this.#wake()
  }

  of<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type)
  }

  /** The `count`-th event of this type, once it is there; rejects when the socket closes or after 10 s. */
  async next<Type extends EventType>(type: Type, count = 1): Promise<EventOf<Type>> {
    const deadline = Date.now() + 10_000
    for (;;) {
      const event = this.of(type)[count - 1]
      if (event !== undefined) return event
      const isOver = this.web.readyState === WebSocket.CLOSED || Date.now() > deadline
      if (isOver) throw new Error(`no ${type} number ${count}, but ${this.events.map((one) => one.type).join(' ')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  async enter(keys: TopicKeys, announcement: Uint8Array = crypto.random(178)): Promise<EventOf<'peers'>> {
    await this.next('ready')
    const before = this.of('peers').length
    this.tell({ type: 'enter', keys, announcement })
    return this.next('peers', before + 1)
  }

  async leave(): Promise<void> {
    this.web.close()
    await this.closed
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

export function roomNow(secret: Uint8Array): TopicKeys {
  return topicKeys(crypto, secret, slotAt(Date.now()))
}

/** An entry as far as a relay looks at it. */
export function fakeEntry(size: number, body?: Uint8Array): Uint8Array {
  const entry = crypto.random(size)
  entry[0] = 1
  if (body !== undefined) entry.set(body, 197)
  return entry
}
