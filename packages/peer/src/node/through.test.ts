/** Three programs on real sockets, without a relay: two that cannot dial each other talk through the third. */
import { Engine, type Address, type EngineEvent } from '@kith/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { Host } from '../host.ts'
import { openMemoryStorage } from '../memory/storage.ts'
import { createPersonaSecrets, openPersona } from '../persona.ts'
import { createSystemClock } from '../system-clock.ts'
import { createNativeCrypto } from './crypto.ts'
import { createAddressDialer, listenForSockets } from './sockets.ts'
import { verifyManyNative } from './verify.ts'

const secret = new Uint8Array(32).fill(9)
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

class Program {
  readonly engine: Engine
  readonly host: Host
  readonly events: EngineEvent[] = []
  address: Address | undefined
  #changed: () => void = () => undefined

  private constructor(engine: Engine, makeHost: (onEvent: (event: EngineEvent) => void) => Host) {
    this.engine = engine
    this.host = makeHost((event) => {
      this.events.push(event)
      this.#changed()
    })
  }

  static async open(name: string, addresses: readonly Address[], listens: boolean): Promise<Program> {
    const clock = createSystemClock()
    const crypto = createNativeCrypto()
    const persona = openPersona(crypto, createPersonaSecrets(crypto, clock.now()))
    const engine = new Engine(
      { crypto, secret, persona, name, platform: 'node', webrtc: false, addresses },
      clock.now(),
    )
    const storage = await openMemoryStorage()
    const dialAddress = createAddressDialer({ clock })
    const ports = { clock, storage, storePrefix: '', verifyMany: verifyManyNative, dialAddress }
    const program = new Program(engine, (onEvent) => new Host(engine, { ...ports, onEvent }))
    closing.push(() => program.host.stop())
    if (listens) {
      const listener = await listenForSockets({
        clock,
        port: 0,
        host: '127.0.0.1',
        route: (incoming) => {
          if (engine.accepts(incoming.first, incoming.binding.local, clock.now())) program.host.accept(incoming)
        },
      })
      program.address = listener.address
      closing.push(() => listener.close())
    }
    program.host.start()
    return program
  }

  /** Resolves when one of the events so far, or to come, is as asked. */
  async until(what: string, isIt: (event: EngineEvent) => boolean): Promise<void> {
    if (this.events.some(isIt)) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited for ${what}`)), 30_000)
      this.#changed = () => {
        const newest = this.events.at(-1)
        if (newest === undefined || !isIt(newest)) return
        clearTimeout(timer)
        resolve()
      }
    })
  }

  say(text: string): void {
    this.host.input({ type: 'post', tag: 1, content: { type: 'text', text } })
  }
}

function shows(text: string): (event: EngineEvent) => boolean {
  return (event) =>
    event.type === 'timeline' && event.changes.some((change) => change.type === 'put' && change.message.text === text)
}

describe('a pair without a way to each other', () => {
  it('GOS90 talks through a third terminal over real sockets, and knows through whom', async () => {
    const bo = await Program.open('Bo', [], true)
    const addresses = bo.address === undefined ? [] : [bo.address]
    expect(addresses.length).toBe(1)
    const ana = await Program.open('Ana', addresses, false)
    const cleo = await Program.open('Cleo', addresses, false)
    for (const [one, other] of [
      [ana, cleo],
      [cleo, ana],
    ] as const) {
      await one.until('a way through Bo', (event) => {
        if (event.type !== 'peer' || event.peer.session !== other.engine.session) return false
        return event.peer.path === 'through' && event.peer.through === bo.engine.session
      })
    }
    ana.say('hello Cleo')
    await cleo.until('what Ana says', shows('hello Cleo'))
    cleo.say('hello Ana')
    await ana.until('what Cleo says', shows('hello Ana'))
    const [a, b] = [ana.engine.session, cleo.engine.session]
    // They tell of their links when those have settled.
    const drawn = (): unknown =>
      bo.engine.map().links.find((link) => [link.a, link.b].every((end) => end === a || end === b))
    await expect.poll(drawn, { timeout: 20_000 }).toMatchObject({ path: 'through', through: bo.engine.session })
  }, 60_000)
})
