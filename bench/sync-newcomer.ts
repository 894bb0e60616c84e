/**
 * A newcomer over real WebRTC on loopback: how long after its first link is up it shows the newest 50 messages, and 10,000.
 * The members who have the history, and the relay that introduces them, are processes of their own.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { createNativeCrypto } from '@kith/peer/node'
import { type EngineEvent, openRoomKeys } from '@kith/protocol'
import { openMemoryStorage } from '../packages/peer/src/memory/storage.ts'
import { Cast } from '../scripts/demo/cast.ts'
import { authorHistory } from '../scripts/demo/history.ts'
import { generateConversation } from './corpus.ts'
import { startRelay } from './measurements-replicas.ts'
import { openRealPeer } from './real-peer.ts'
import type { MemberFile } from './sync-member.ts'

const limitMs = 60_000

export interface Arrival {
  /** After the first direct link was up. */
  readonly first50Ms: number
  readonly firstAllMs: number
}

export class Newcomers {
  readonly #secret: Uint8Array
  readonly #relay: string
  readonly #messages: number
  readonly #close: () => Promise<void>

  private constructor(secret: Uint8Array, relay: string, messages: number, close: () => Promise<void>) {
    this.#secret = secret
    this.#relay = relay
    this.#messages = messages
    this.#close = close
  }

  /** Starts the relay, and `members` who have a history of so many messages. */
  static async start(messages: number, members: number): Promise<Newcomers> {
    const crypto = createNativeCrypto()
    const secret = crypto.random(32)
    const keys = openRoomKeys(crypto, secret)
    const world = { crypto, keys, cast: new Cast(crypto, keys), now: Date.now() }
    const history = await authorHistory(generateConversation(messages), world, () => undefined)
    const relay = await startRelay()
    const folder = await mkdtemp(join(tmpdir(), 'kith-newcomer-'))
    const file = join(folder, 'history')
    const content: MemberFile = { secret, relay: relay.origin, stores: history.stores }
    await writeFile(file, serialize(content))
    const children = await Promise.all(Array.from({ length: members }, () => startMember(file)))
    await rm(folder, { recursive: true })
    return new Newcomers(secret, relay.origin, history.messages, async () => {
      for (const child of children) child.disconnect()
      await Promise.all(children.map((child) => new Promise((done) => child.once('exit', done))))
      relay.kill()
    })
  }

  /** Somebody comes who has nothing, and leaves when everything is there. */
  async come(): Promise<Arrival> {
    const shown = new Set<string>()
    let upAt = Infinity
    let first50At = Infinity
    let whole: (at: number) => void = () => undefined
    const allAt = new Promise<number>((done, fail) => {
      whole = done
      setTimeout(() => fail(new Error(`only ${shown.size} of ${this.#messages} messages came`)), limitMs).unref()
    })
    const onEvent = (event: EngineEvent): void => {
      if (event.type === 'peer' && event.peer.path === 'direct') upAt = Math.min(upAt, performance.now())
      if (event.type !== 'timeline') return
      for (const change of event.changes) if (change.type === 'put') shown.add(change.message.id)
      if (shown.size > 0 && upAt === Infinity) throw new Error('something came before the link was up')
      if (shown.size >= 50) first50At = Math.min(first50At, performance.now())
      if (shown.size >= this.#messages) whole(performance.now())
    }
    const storage = await openMemoryStorage()
    const room = { secret: this.#secret, relay: this.#relay }
    const peer = await openRealPeer({ ...room, name: 'Newcomer', storage, dial: 'webrtc', directOnly: true, onEvent })
    try {
      const at = await allAt
      return { first50Ms: first50At - upAt, firstAllMs: at - upAt }
    } finally {
      await peer.close()
    }
  }

  close(): Promise<void> {
    return this.#close()
  }
}

function startMember(file: string): Promise<ChildProcess> {
  const program = new URL('./sync-member.ts', import.meta.url).pathname
  const child = fork(program, [file], { execArgv: ['-C', 'source', '--import', 'tsx'], stdio: ['ignore', 2, 2, 'ipc'] })
  process.on('exit', () => child.kill('SIGKILL'))
  return new Promise((done, fail) => {
    child.once('message', () => done(child))
    child.once('exit', (code) => fail(new Error(`a member ended with ${String(code)}`)))
  })
}
