/**
 * Plain sockets where an engine asks for WebRTC: what is signalled is an address and a word to say there.
 *
 * So peers of a benchmark find and link with each other as their overlay wishes, sealed signals through members included,
 * and every byte still goes over a TCP socket that can be counted. The engine is told that the transport is a socket, so
 * its link seals what it carries; DTLS would have done that below it.
 */
import { randomBytes } from 'node:crypto'
import { createAddressDialer } from '@kith/peer/node'
import type { Address, Input } from '@kith/protocol'
import type { Clock } from '../packages/peer/src/clock.ts'
import type { EngineLike } from '../packages/peer/src/host.ts'
import type { IncomingSocket } from '../packages/peer/src/incoming.ts'
import type { Dialer, Transport, TransportEvents } from '../packages/peer/src/transport.ts'

const wordBytes = 16

export class SocketDialer {
  readonly #clock: Clock
  /** Set once the listener has one. */
  address: Address | undefined
  readonly #waiting = new Map<string, (incoming: IncomingSocket) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The offerer signals where it listens and waits; the other side calls. */
  readonly dial: Dialer = (offerer, events) => (offerer ? this.#offer(events) : this.#answer(events))

  /** False: this socket was not called for by one of our signals. */
  takes(incoming: IncomingSocket): boolean {
    const word = Buffer.from(incoming.first).toString('hex')
    const take = this.#waiting.get(word)
    if (take === undefined) return false
    this.#waiting.delete(word)
    take(incoming)
    return true
  }

  #offer(events: TransportEvents): Transport {
    const word = randomBytes(wordBytes)
    const name = word.toString('hex')
    let transport: Transport | undefined
    let isClosed = false
    this.#waiting.set(name, (incoming) => {
      let isFirst = true
      transport = incoming.accept({
        ...events,
        frame: (bytes) => {
          // The word, which only opened the door.
          if (isFirst) isFirst = false
          else events.frame(bytes)
        },
      })
    })
    this.#clock.after(0, () => {
      if (!isClosed) events.signal(new TextEncoder().encode(JSON.stringify({ ...this.address, word: name })))
    })
    return {
      signal: () => {},
      send: (channel, bytes) => transport?.send(channel, bytes),
      close: () => {
        if (isClosed) return
        isClosed = true
        if (this.#waiting.delete(name)) events.down()
        else transport?.close()
      },
    }
  }

  #answer(events: TransportEvents): Transport {
    let transport: Transport | undefined
    let isClosed = false
    return {
      signal: (bytes) => {
        if (transport !== undefined || isClosed) return
        const { host, port, word } = JSON.parse(new TextDecoder().decode(bytes)) as Address & { readonly word: string }
        transport = createAddressDialer({ clock: this.#clock })(
          { host, port },
          {
            ...events,
            up: (binding) => {
              transport?.send('control', Buffer.from(word, 'hex'))
              events.up(binding)
            },
          },
        )
      },
      send: (channel, bytes) => transport?.send(channel, bytes),
      close: () => {
        if (isClosed) return
        isClosed = true
        if (transport === undefined) events.down()
        else transport.close()
      },
    }
  }
}

/** Everything an engine is told, with sockets called sockets. */
export function overSockets(engine: EngineLike): EngineLike {
  return {
    handle: (input: Input, now) =>
      engine.handle(input.type === 'transportUp' ? { ...input, kind: 'socket' } : input, now),
  }
}
