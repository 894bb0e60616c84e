/** Who compares histories with whom, and when: catch-ups over links that carry nothing else, in virtual time. */
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { createSeededRandom } from '../sim/random.ts'
import { createToyCrypto } from '../sim/toy-crypto.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Beat } from '../gossip/wire.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import { type Party, createParty } from '../rooms/room-fixture.ts'
import type { Room } from '../rooms/room.ts'
import { Catchup } from './catchup.ts'
import type { LiveLink } from './links.ts'
import type { EngineEvent } from './output.ts'

const start = 1_700_000_000_000
const latencyMs = 40
const tickMs = 500
const beatMs = 2_000

interface Payload {
  readonly at: Millis
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array | undefined
  readonly beat: Pick<Beat, 'digest' | 'settled' | 'urgent'> | undefined
}

interface Peer {
  readonly session: string
  readonly room: Room
  readonly catchup: Catchup
  readonly links: Set<number>
  readonly told: EngineEvent[]
  /** First byte of everything of synchronisation it sent, when, and to whom. */
  readonly sent: { readonly at: Millis; readonly tag: number; readonly to: number; readonly bytes: number }[]
  readonly hungUp: string[]
  keeper: boolean
  /** It reads and answers nothing. */
  stuck: boolean
}

class World {
  now: Millis = start
  readonly peers: Peer[] = []
  readonly #wire: Payload[] = []
  readonly #crypto: Crypto
  readonly #party: Party

  constructor(peers: number, mode: 'small' | 'mesh' = 'small') {
    this.#crypto = createToyCrypto(createSeededRandom(7).bytes)
    this.#party = createParty(
      this.#crypto,
      Array.from({ length: peers }, (_, i) => `person ${i}`),
      start,
    )
    for (let i = 0; i < peers; i++) this.#add(i, mode)
  }

  #add(index: number, mode: 'small' | 'mesh'): void {
    const { room, session } = this.#party.desk(index, start)
    const peer: Omit<Peer, 'catchup'> = {
      session,
      room,
      links: new Set(),
      told: [],
      sent: [],
      hungUp: [],
      keeper: false,
      stuck: false,
    }
    const of = (link: LiveLink): number => Number(link.id)
    const catchup = new Catchup(
      session,
      this.#crypto,
      room,
      {
        send: (link, bytes) => {
          peer.sent.push({ at: this.now, tag: bytes[0] as number, to: of(link), bytes: bytes.length })
          this.#wire.push({ at: this.now + latencyMs, from: index, to: of(link), bytes, beat: undefined })
        },
        verify: (checks) =>
          catchup.verified(
            checks.map(({ publicKey, message, signature }) => this.#crypto.verify(publicKey, message, signature)),
            this.now,
          ),
        apply: () => undefined,
        receipts: () => undefined,
        held: () => undefined,
        hangUp: (link, code) => {
          peer.hungUp.push(code)
          this.unlink(index, of(link))
        },
        tell: (event) => void peer.told.push(event),
        probe: (link) => this.#beat(index, of(link), true),
        roomTime: (at) => at,
        isKeeper: (link) => this.peers[of(link)]?.keeper === true,
        keeps: (link) => this.peers[of(link)]?.keeper === true,
      },
      start,
    )
    this.peers.push({ ...peer, catchup })
    if (mode === 'mesh') catchup.setMode('mesh', start)
    catchup.loaded()
  }

  peer(index: number): Peer {
    return this.peers[index] as Peer
  }

  link(a: number, b: number): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      this.peer(from).links.add(to)
      this.peer(from).catchup.linked(this.#live(to), this.now)
      this.peer(from).catchup.neighbour(this.#session(to), true, this.now)
    }
    this.#beat(a, b, true)
    this.#beat(b, a, true)
  }

  unlink(a: number, b: number): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      if (!this.peer(from).links.delete(to)) continue
      this.peer(from).catchup.unlinked(this.#session(to))
      this.peer(from).catchup.neighbour(this.#session(to), false, this.now)
    }
  }

  /** Says something, which reaches those by live links. */
  say(index: number, to: readonly number[], delayMs = 0): Entry {
    const posted = this.peer(index).room.post({ type: 'text', text: `at ${this.now}` }, this.now)
    if (!posted.ok) throw new Error(posted.code)
    this.peer(index).catchup.moved(this.now)
    for (const entry of posted.value.entries) {
      for (const other of to)
        this.#wire.push({
          at: this.now + latencyMs + delayMs,
          from: index,
          to: other,
          bytes: entry.bytes,
          beat: undefined,
        })
    }
    return posted.value.entries.at(-1) as Entry
  }

  run(ms: Millis, each?: () => void): void {
    for (const end = this.now + ms; this.now < end; this.now += 10) {
      this.#deliver()
      if (this.now % tickMs === 0) this.#tick()
      each?.()
    }
  }

  #tick(): void {
    for (const [index, peer] of this.peers.entries()) {
      peer.room.expire(this.now)
      peer.catchup.tick({ met: peer.links.size, listed: true }, this.now)
      if (this.now % beatMs === 0) for (const other of peer.links) this.#beat(index, other, false)
    }
  }

  #deliver(): void {
    for (let i = 0; i < this.#wire.length;) {
      const payload = this.#wire[i] as Payload
      if (payload.at > this.now) {
        i++
        continue
      }
      this.#wire.splice(i, 1)
      this.#take(payload)
    }
  }

  #take({ from, to, bytes, beat }: Payload): void {
    const peer = this.peer(to)
    if (peer.stuck) return
    const isSync = bytes !== undefined && bytes[0] !== 1
    if (bytes !== undefined && !isSync) {
      if (peer.room.receive(bytes, this.now, this.#session(from)).outcome === 'accepted') peer.catchup.moved(this.now)
    } else if (!peer.links.has(from)) return
    else if (bytes !== undefined) peer.catchup.receive(this.#session(from), bytes, this.now)
    else if (beat !== undefined) {
      peer.catchup.compare(this.#session(from), beat, this.now)
      if (beat.urgent) this.#beat(to, from, false)
    }
  }

  #beat(from: number, to: number, urgent: boolean): void {
    const beat = { ...this.peer(from).catchup.holdingsFor(this.#session(to), urgent, this.now), urgent }
    this.#wire.push({ at: this.now + latencyMs, from, to, bytes: undefined, beat })
  }

  #session(index: number): string {
    return this.peer(index).session
  }

  /** What is used of a link. */
  #live(to: number): LiveLink {
    return { id: String(to), session: this.#session(to) } as unknown as LiveLink
  }

  digests(): number {
    return new Set(this.peers.map(({ room }) => formatHex(room.log.digest()))).size
  }

  /** Exchanges a peer began since a time. */
  begun(since: Millis): number {
    const tags = this.peers.flatMap(({ sent }) =>
      sent.filter(({ at, tag }) => at >= since && (tag === 0x20 || tag === 0x28)),
    )
    return tags.length
  }
}

const everybody = (count: number, but: number): number[] =>
  Array.from({ length: count }, (_, i) => i).filter((i) => i !== but)

describe('catching up', () => {
  it('SYN22 twenty messages a second start no exchange, in a small room and in a mesh', () => {
    for (const mode of ['small', 'mesh'] as const) {
      const world = new World(4, mode)
      for (let i = 0; i < 4; i++) world.say(i, everybody(4, i))
      world.run(1_000)
      for (const [a, b] of [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 0],
      ] as const)
        world.link(a, b)
      world.run(8_000)
      const from = world.now
      let said = 0
      world.run(16_000, () => {
        if (world.now % 50 === 0) world.say(said++ % 4, everybody(4, (said - 1) % 4), (said * 37) % 250)
      })
      expect(said).toBe(320)
      expect(world.begun(from)).toBe(0)
      world.run(3_000)
      expect(world.digests()).toBe(1)
    }
  })

  it('SYN22 what was lost under constant traffic is found all the same', () => {
    for (const mode of ['small', 'mesh'] as const) {
      const world = new World(3, mode)
      for (let i = 0; i < 3; i++) world.say(i, everybody(3, i))
      world.run(1_000)
      for (const [a, b] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ] as const)
        world.link(a, b)
      world.run(8_000)
      let lost: Entry | undefined
      let said = 0
      world.run(25_000, () => {
        if (world.now % 50 !== 0) return
        const author = said++ % 3
        const isLost = said === 100
        const entry = world.say(
          author,
          everybody(3, author).filter((to) => !(isLost && to === 2)),
        )
        if (isLost) lost = entry
      })
      expect(lost).toBeDefined()
      expect(world.peer(2).room.log.get((lost as Entry).key)).toBeDefined()
    }
  })

  it('SYN23 after a link was lost one neighbour is compared every second, and what is a second old', () => {
    const world = new World(4, 'mesh')
    for (let i = 0; i < 4; i++) world.say(i, everybody(4, i))
    world.run(1_000)
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ] as const)
      world.link(a, b)
    world.run(20_000)
    // Peer 3 misses it, and loses a neighbour.
    const lost = world.say(0, [1, 2])
    world.unlink(3, 0)
    const from = world.now
    world.run(4_500)
    expect(world.peer(3).room.log.get(lost.key)).toBeDefined()
    expect(world.begun(from)).toBeLessThan(4)
  })

  it('SYN23 a new link between two who hold the same of what is settled starts nothing', () => {
    const world = new World(2, 'mesh')
    world.say(0, [1])
    world.say(1, [0])
    world.run(1_000)
    world.link(0, 1)
    world.run(10_000)
    expect(world.begun(start)).toBe(0)
    // And between two who do not, one of them begins at once.
    const other = new World(2, 'mesh')
    other.say(0, [])
    other.say(1, [])
    other.run(20_000)
    other.link(0, 1)
    other.run(1_000)
    expect(other.digests()).toBe(1)
  })

  it('SYN20 a newcomer hears that it is one from one link alone, and that one pushes', () => {
    const world = new World(4)
    for (let i = 0; i < 200; i++) {
      world.say(i % 3, everybody(3, i % 3))
      world.run(20)
    }
    world.run(1_000)
    for (const other of [0, 1, 2]) world.link(3, other)
    const from = world.now
    world.run(5_000)
    expect(world.digests()).toBe(1)
    const pushes = world.peers.flatMap(({ sent }) => sent.filter(({ at, tag }) => at >= from && tag === 0x25))
    expect(pushes.length).toBe(1)
    const pages = world.peers.map(({ sent }) => sent.filter(({ at, tag }) => at >= from && tag === 0x22).length)
    expect(pages.filter((count) => count > 0).length).toBe(1)
  })

  it('SYN24 somebody with much to get asks two sources, rather no keeper, and everything comes', () => {
    const world = new World(5)
    // Many sessions, so that both halves have some.
    for (let i = 0; i < 4_000; i++) {
      world.say(i % 4, everybody(4, i % 4))
      if (i % 25 === 0) world.run(10)
    }
    world.run(1_000)
    world.peer(0).keeper = true
    for (const other of [0, 1, 2]) world.link(4, other)
    const from = world.now
    world.run(10_000)
    expect(world.peer(4).room.log.size).toBe(world.peer(0).room.log.size)
    const sources = [0, 1, 2].filter(
      (i) => world.peer(i).sent.filter(({ at, tag }) => at >= from && tag === 0x22).length > 0,
    )
    expect(sources.length).toBe(2)
    expect(sources.some((i) => !world.peer(i).keeper)).toBe(true)
    const sync = world.peer(4).told.at(-1)
    expect(sync).toMatchObject({ type: 'sync', phase: 'synced', gaps: 0 })
  })

  it('SYN21 a source that stalls is given up, and another takes over; the second time its link goes', () => {
    const world = new World(3)
    for (let i = 0; i < 600; i++) world.say(i % 2, everybody(2, i % 2))
    world.run(1_000)
    world.link(2, 0)
    world.run(60)
    world.link(2, 1)
    world.peer(0).stuck = true
    world.run(20_000)
    expect(world.peer(2).room.log.size).toBe(world.peer(1).room.log.size)
    expect(world.peer(2).sent.some(({ tag, to }) => tag === 0x27 && to === 0)).toBe(true)
    expect(world.peer(2).told.at(-1)).toMatchObject({ phase: 'synced' })

    const alone = new World(2)
    for (let i = 0; i < 30; i++) alone.say(0, [])
    alone.run(100)
    alone.link(1, 0)
    alone.peer(0).stuck = true
    alone.run(2_000)
    expect(alone.peer(1).hungUp).toEqual([])
    alone
      .peer(1)
      .catchup.compare(
        alone.peer(0).session,
        { digest: alone.peer(0).room.log.digest(), settled: undefined, urgent: false },
        alone.now,
      )
    alone.run(40_000)
    expect(alone.peer(1).hungUp).toEqual(['stalled'])
  })

  it('SYN22 tells nothing in beats of a mesh that nobody asked for', () => {
    const world = new World(2, 'mesh')
    world.say(0, [1])
    world.run(500)
    world.link(0, 1)
    world.run(3_000)
    const { catchup } = world.peer(0)
    const other = world.peer(1).session
    expect(catchup.holdingsFor(other, false, world.now)).toEqual({ digest: undefined, settled: undefined })
    catchup.compare(other, { digest: world.peer(1).room.log.digest(), settled: undefined, urgent: true }, world.now)
    expect(catchup.holdingsFor(other, false, world.now).digest).toBeDefined()
    expect(catchup.holdingsFor(other, false, world.now).digest).toBeUndefined()
  })
})
