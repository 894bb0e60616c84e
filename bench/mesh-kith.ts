/**
 * Our side of the mesh benchmark: engines of one room under the real host, on real sockets between them, each with its
 * own listener, cryptography, session and store in memory. Nobody has a relay; each knows the address of the first and of one
 * more who came before it. Whom it links with from then on is its overlay's choice.
 */
import { createNativeCrypto } from '@kith/peer/node'
import type { Address, EngineEvent } from '@kith/protocol'
import { MemoryDisk, openMemoryStorage } from '../packages/peer/src/memory/storage.ts'
import { Reader } from '../packages/protocol/src/codec/reader.ts'
import { meshFrom } from '../packages/protocol/src/engine/crowd.ts'
import { decodeEntry, maxEntryBytes } from '../packages/protocol/src/log/entry.ts'
import { createRandom, type Ledger, type Load, measureSide, type MeshSide, serve } from './mesh-load.ts'
import { openRealPeer, type RealPeer } from './real-peer.ts'

interface Peer {
  readonly peer: RealPeer
  readonly disk: MemoryDisk
}

interface Counters {
  redundant: number
  /** By session of a peer: whom it has a direct link with. */
  readonly linked: readonly Set<string>[]
  /** By message id: its number. */
  readonly numbers: Map<string, number>
}

/** What a peer's program is told, for the books. */
function listenTo(index: number, counters: Counters, ledger: Ledger): (event: EngineEvent) => void {
  const linked = counters.linked[index] as Set<string>
  return (event) => {
    if (event.type === 'timeline') {
      for (const change of event.changes) {
        if (change.type !== 'put') continue
        const { id, text } = change.message
        counters.numbers.set(id, Number.parseInt(text, 10))
        ledger.heard(index, text)
      }
    } else if (event.type === 'trace') {
      if (event.copy) counters.redundant++
    } else if (event.type === 'peer') {
      if (event.peer.path === 'direct') linked.add(event.peer.session)
      else linked.delete(event.peer.session)
    } else if (event.type === 'notice') {
      process.stderr.write(`peer ${index}: ${event.code} ${event.about ?? ''}\n`)
    }
  }
}

/** Until then links are still being made and given up, and trees look for better parents: half as many bytes again. */
const settlesMs = 50_000

async function start(load: Load, ledger: Ledger): Promise<MeshSide> {
  const random = createRandom(load.seed + 1)
  const secret = createNativeCrypto().random(32)
  const counters: Counters = {
    redundant: 0,
    linked: Array.from({ length: load.peers }, () => new Set<string>()),
    numbers: new Map(),
  }
  const peers: Peer[] = []
  for (let i = 0; i < load.peers; i++) {
    const known = new Set<Address>()
    // The first one, whose address everybody was given, and somebody else who is there already.
    for (const k of i === 0 ? [] : [0, Math.floor(random() * i)]) known.add(peers[k]?.peer.address as Address)
    const disk = new MemoryDisk()
    const peer = await openRealPeer({
      name: `Peer ${i}`,
      secret,
      storage: await openMemoryStorage(disk),
      listen: true,
      known: [...known],
      dial: 'sockets',
      trace: true,
      onEvent: listenTo(i, counters, ledger),
    })
    peers.push({ peer, disk })
  }
  const cameAt = performance.now()
  let sizes: Map<number, number> | undefined
  return {
    post: (sender, text) => peers[sender]?.peer.post({ type: 'text', text }),
    encodedBytes: (n) => {
      sizes ??= entrySizes(peers, counters.numbers)
      // An overloaded machine may not have stored what it has just shown; all texts are of one length.
      return sizes.get(n) ?? meanOf(sizes)
    },
    isSettled: () => peers.length <= meshFrom || (performance.now() - cameAt >= settlesMs && isKnit(peers)),
    links: () => counters.linked.reduce((sum, linked) => sum + linked.size, 0),
    redundant: () => counters.redundant,
  }
}

/** Everybody has a parent on every tree. */
function isKnit(peers: readonly Peer[]): boolean {
  const maps = peers.map(({ peer }) => peer.engine.map())
  const roots = new Set(maps.flatMap(({ trees }) => trees.map(({ root }) => root)))
  return maps.every(
    ({ self, mode, trees }) =>
      mode === 'mesh' &&
      roots.size === trees.length &&
      trees.every(({ root, parent }) => parent !== undefined || root === self),
  )
}

function meanOf(sizes: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const size of sizes.values()) sum += size
  return sum / sizes.size
}

/** By number of the message: the size of its entry, as the stores have them. */
function entrySizes(peers: readonly Peer[], numbers: ReadonlyMap<string, number>): Map<number, number> {
  const crypto = createNativeCrypto()
  const sizes = new Map<number, number>()
  for (const { disk } of peers) {
    for (const [key, value] of disk.records) {
      if (!key.startsWith('e/')) continue
      // A batch, as `rooms/records.ts` writes it.
      const reader = new Reader(value)
      reader.u8()
      while (reader.remaining > 0) {
        reader.u8()
        const bytes = reader.bytes(maxEntryBytes)
        for (let receipts = reader.u8(); receipts > 0; receipts--) reader.bytes(maxEntryBytes)
        const entry = decodeEntry(crypto, bytes)
        const number = entry.ok ? numbers.get(entry.value.key) : undefined
        if (number !== undefined) sizes.set(number, bytes.length)
      }
    }
    if (sizes.size >= numbers.size) break
  }
  return sizes
}

serve((load) => measureSide(load, (ledger) => start(load, ledger)))
