/**
 * S1-06: how long an entry takes until every replica has it, in memory and durable on disk; and the replicated half of
 * S1-08. Real peers in one process, each with a store of its own on disk, in a full mesh over sockets or WebRTC.
 *
 * WebRTC peers meet at a real relay, which is killed as soon as they are linked: what is timed takes the direct way.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNativeCrypto, openNodeStorage } from '@kith/peer/node'
import type { Address, EngineEvent } from '@kith/protocol'
import type { Storage } from '../packages/peer/src/storage.ts'
import { part, rounded, textBytes } from './mesh-load.ts'
import { openRealPeer, type RealPeer } from './real-peer.ts'

export type Carrier = 'sockets' | 'WebRTC'

export interface ReplicationFigures {
  readonly carrier: Carrier
  readonly peers: number
  /** From the post to the last of the other replicas. */
  readonly heldP50Ms: number
  readonly heldP99Ms: number
  /** To the last store, the author's own included, that has it on disk. */
  readonly durableP50Ms: number
  readonly durableP99Ms: number
  /** Bytes handed to transports, by entry and receiver: entry, framing, keepalives, acknowledgements. */
  readonly bytesPerDelivery: number
}

const messages = 200
const perSecond = 20
const warmUpMessages = 20
const limitMs = 60_000

/** When each entry, by its sorting key, was on this disk. */
class WatchedStorage implements Storage {
  readonly #inner: Storage
  readonly #onDurable: (id: string) => void

  constructor(inner: Storage, onDurable: (id: string) => void) {
    this.#inner = inner
    this.#onDurable = onDurable
  }

  async write(...args: Parameters<Storage['write']>): Promise<void> {
    await this.#inner.write(...args)
    for (const { key, value } of args[0]) if (key.startsWith('e/') && value !== undefined) this.#onDurable(key.slice(2))
  }

  read(...args: Parameters<Storage['read']>): ReturnType<Storage['read']> {
    return this.#inner.read(...args)
  }

  clear(prefix: string): Promise<void> {
    return this.#inner.clear(prefix)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

interface Watched {
  readonly at: number
  readonly holders: Set<number>
  heldAt: number
  durable: number
  durableAt: number
}

export async function measureReplication(carrier: Carrier, count: number): Promise<ReplicationFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-replicas-'))
  const secret = createNativeCrypto().random(32)
  const relay = carrier === 'WebRTC' ? await startRelay() : undefined
  /** By message number: when it was said, once it counts. */
  const saidAt = new Map<number, number>()
  const watched = new Map<string, Watched>()
  const links = Array.from({ length: count }, () => new Set<string>())
  const peers: RealPeer[] = []
  const stores: Storage[] = []

  const durable = (id: string): void => {
    const one = watched.get(id)
    if (one === undefined) return
    one.durable++
    one.durableAt = performance.now()
  }
  const listen =
    (index: number) =>
    (event: EngineEvent): void => {
      if (event.type === 'peer') {
        if (event.peer.path === 'direct') links[index]?.add(event.peer.session)
        else links[index]?.delete(event.peer.session)
      } else if (event.type === 'timeline') {
        for (const change of event.changes) if (change.type === 'put') shown(index, change.message)
      }
    }
  /** The author's own timeline shows it first, before anything is stored or sent. */
  const shown = (index: number, { id, text }: { readonly id: string; readonly text: string }): void => {
    let one = watched.get(id)
    if (one === undefined) {
      const at = saidAt.get(Number.parseInt(text, 10))
      if (at === undefined) return
      one = { at, holders: new Set(), heldAt: at, durable: 0, durableAt: at }
      watched.set(id, one)
    }
    if (one.holders.has(index)) return
    one.holders.add(index)
    one.heldAt = performance.now()
  }

  try {
    for (let i = 0; i < count; i++) {
      const storage = new WatchedStorage(await openNodeStorage(join(folder, String(i))), durable)
      stores.push(storage)
      peers.push(
        await openRealPeer({
          name: `Peer ${i}`,
          secret,
          storage,
          listen: carrier === 'sockets',
          known: peers.flatMap(({ address }): Address[] => (address === undefined ? [] : [address])),
          dial: carrier === 'WebRTC' ? 'webrtc' : undefined,
          relay: relay?.origin,
          onEvent: listen(i),
        }),
      )
    }
    await until('everybody to be linked', () => links.every((linked) => linked.size === count - 1))
    relay?.kill()
    let sent = 0
    for (let n = 0; n < warmUpMessages + messages; n++) {
      if (n === warmUpMessages) sent = sentBytes(peers)
      const author = n % count
      if (n >= warmUpMessages) saidAt.set(n, performance.now())
      peers[author]?.post({ type: 'text', text: `${n} `.padEnd(textBytes, 'And on to everybody else. ') })
      await sleep(1000 / perSecond)
    }
    const bytes = sentBytes(peers) - sent
    await until('every disk', () =>
      [...watched.values()].every(({ holders, durable }) => holders.size === count && durable >= count),
    )
    const all = [...watched.values()]
    if (all.length !== messages) throw new Error(`${all.length} of ${messages} messages were said`)
    const held = all.map(({ at, heldAt }) => heldAt - at).toSorted((a, b) => a - b)
    const onDisk = all.map(({ at, durableAt }) => durableAt - at).toSorted((a, b) => a - b)
    return {
      carrier,
      peers: count,
      heldP50Ms: rounded(part(held, 0.5), 2),
      heldP99Ms: rounded(part(held, 0.99), 2),
      durableP50Ms: rounded(part(onDisk, 0.5), 2),
      durableP99Ms: rounded(part(onDisk, 0.99), 2),
      bytesPerDelivery: Math.round(bytes / (messages * (count - 1))),
    }
  } finally {
    relay?.kill()
    await Promise.all(peers.map((peer) => peer.close()))
    await Promise.all(stores.map((storage) => storage.close()))
    await rm(folder, { recursive: true, force: true })
  }
}

function sentBytes(peers: readonly RealPeer[]): number {
  return peers.reduce((sum, peer) => sum + peer.sentBytes(), 0)
}

export interface RunningRelay {
  readonly origin: string
  kill(): void
}

/** The relay from its sources: a benchmark of the working tree needs no build. */
export async function startRelay(): Promise<RunningRelay> {
  const program = new URL('../apps/relay/src/main.ts', import.meta.url).pathname
  const env = {
    ...process.env,
    PORT: '0',
    KITH_LOG: 'warn',
    KITH_RELAY_KEY: Buffer.from(createNativeCrypto().random(32)).toString('hex'),
  }
  const child: ChildProcess = spawn(process.execPath, ['-C', 'source', '--import', 'tsx', program], {
    env,
    stdio: ['ignore', 'pipe', 2],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.on('exit', kill)
  const origin = await new Promise<string>((done, fail) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const url = /https?:\/\/[^\s/"]+/.exec(text)?.[0]
      if (url !== undefined) done(url)
    })
    child.once('exit', (code) => fail(new Error(`the relay ended with ${String(code)}`)))
  })
  return { origin, kill }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`)
    await sleep(20)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export function replicationTable(all: readonly ReplicationFigures[]): string {
  return [
    '| carrier | peers | on every replica, p50 | p99 | on every disk, p50 | p99 | bytes for each delivery |',
    '|---|---|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.carrier} | ${one.peers} | ${one.heldP50Ms} ms | ${one.heldP99Ms} ms | ${one.durableP50Ms} ms | ${one.durableP99Ms} ms | ${one.bytesPerDelivery} |`,
    ),
  ].join('\n')
}
