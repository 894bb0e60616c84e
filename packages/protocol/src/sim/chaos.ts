/**
 * One random history: a handful of people talk while everything that can go wrong does, then the network heals and all
 * of them must show the same.
 *
 * What goes wrong: lost packets and lost relay frames, partitions, direct links cut, pairs that can never link, the relay
 * killed and restarted, programs killed and reloaded, tabs frozen, clocks ahead or behind by minutes; a relay that
 * repeats, drops and alters entries and forges receipts; a member that forks its own chain; messages that expire.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { Engine } from '../engine/engine.ts'
import type { Persona } from '../engine/options.ts'
import { encodeChain } from '../identity/chain.ts'
import { certifyDevice, certifySession, createDevice, createIdentity } from '../identity/session.ts'
import type { Millis, Random } from '../machine.ts'
import { decodeAnswer, encodeAnswer } from '../relay/answer.ts'
import { openRoomKeys } from '../rooms/keys.ts'
import { Room } from '../rooms/room.ts'
import { Network } from './network.ts'
import type { SimPeer } from './peer.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly createCrypto: (random: Random) => Crypto
  /** Things that happen before the network heals. Default 60. */
  readonly steps?: number | undefined
}

export interface ChaosOutcome {
  readonly seed: number
  /** Every peer shows the same and holds the same. */
  readonly converged: boolean
  /** Messages said to be durable whose author's later fate cannot have taken them back, and that somebody lacks. */
  readonly lost: readonly string[]
  readonly hash: string
  readonly peers: number
  readonly messages: number
  readonly entries: number
  /** Simulated time from healing to agreement. */
  readonly healedInMs: Millis
  /** What each peer shows, for the report of a failure. */
  readonly timelines: readonly (readonly string[])[]
}

const healLimitMs = 180_000
const dayMs = 86_400_000

export function runChaos(options: ChaosOptions): ChaosOutcome {
  const random = createSeededRandom(options.seed).fork()
  const network = new Network({
    seed: options.seed,
    createCrypto: options.createCrypto,
    lossRate: random.pick([0, 0.01, 0.1]),
    canLink: gapsBetween(random),
    keepEvents: true,
  })
  network.relay.lossRate = random.pick([0, 0, 0.02, 0.1])
  const history = new History(network, random, options.createCrypto)
  for (let step = 0; step < (options.steps ?? 60); step++) {
    history.step()
    network.runFor(random.between(50, 2_500))
  }
  const since = network.now
  history.heal()
  const converged = network.runUntil(() => history.agrees(), healLimitMs)
  const healedInMs = network.now - since
  const lost = history.lost()
  let stillAgrees = true
  if (random.chance(0.3)) {
    // A day later everything that was to expire is gone, everywhere alike.
    network.sleep(dayMs + 3_600_000)
    stillAgrees = network.runUntil(() => history.agrees(), healLimitMs)
  }
  const timelines = network.peers.map((peer) => peer.timeline())
  return {
    seed: options.seed,
    converged: converged && stillAgrees,
    lost,
    hash: network.hash,
    peers: network.peers.length,
    messages: timelines[0]?.length ?? 0,
    entries: history.engines()[0]?.counts.entries ?? 0,
    healedInMs,
    timelines,
  }
}

function gapsBetween(random: SeededRandom): (a: number, b: number) => boolean {
  const missing = new Set<string>()
  if (random.chance(0.5)) {
    for (let i = 0; i < 3; i++) missing.add(pairName(random.between(0, 5), random.between(0, 5)))
  }
  return (a, b) => !missing.has(pairName(a, b))
}

function pairName(a: number, b: number): string {
  return `${Math.min(a, b)} ${Math.max(a, b)}`
}

class History {
  readonly #network: Network
  readonly #random: SeededRandom
  readonly #crypto: Crypto
  readonly #secret: Uint8Array
  readonly #engines = new Map<number, Engine>()
  readonly #forks: Uint8Array[] = []
  /** Tags of posts that stay visible. */
  readonly #visible = new Set<number>()
  #tag = 0

  constructor(network: Network, random: SeededRandom, createCrypto: (random: Random) => Crypto) {
    this.#network = network
    this.#random = random
    this.#crypto = createCrypto(random.fork().bytes)
    this.#secret = random.bytes(32)
    const size = random.between(3, 6)
    for (let i = 0; i < size; i++) this.#add(`peer ${i}`)
    for (const peer of network.peers) if (random.chance(0.7)) network.start(peer)
    this.#prepareForks()
  }

  engines(): Engine[] {
    return [...this.#engines.values()]
  }

  step(): void {
    const random = this.#random
    const network = this.#network
    const peer = random.pick(network.peers)
    const dice = random.next()
    if (dice < 0.5) this.#talk(peer)
    else if (dice < 0.57) network.crash(peer)
    else if (dice < 0.67) network.start(peer)
    else if (dice < 0.72) network.partition((index) => (index + network.now) % 2, random.between(0, 1))
    else if (dice < 0.79) network.heal()
    else if (dice < 0.82) network.relay.kill()
    else if (dice < 0.88) network.relay.start()
    else if (dice < 0.91) network.cutDirect()
    else if (dice < 0.94) network.freeze(peer)
    else if (dice < 0.97) for (const sleeper of network.peers) network.wake(sleeper)
    else network.relay.meddle = random.chance(0.5) ? undefined : this.#meddler()
  }

  heal(): void {
    const network = this.#network
    network.relay.meddle = undefined
    network.relay.lossRate = 0
    network.relay.start()
    network.heal()
    for (const peer of network.peers) {
      if (peer.frozen) network.wake(peer)
      network.start(peer)
    }
  }

  agrees(): boolean {
    // Programs that have just been started all show the same: nothing.
    if (!this.#network.peers.every((peer) => peer.sync?.phase === 'synced')) return false
    const engines = this.engines()
    const digests = new Set(engines.map((engine) => formatHex(engine.digest)))
    if (digests.size !== 1) return false
    const [first, ...others] = this.#network.peers.map((peer) => peer.timeline().join('\n'))
    return others.every((timeline) => timeline === first)
  }

  /** Posts that were announced as durable, by programs that were not killed since, and that are missing somewhere. */
  lost(): string[] {
    const missing: string[] = []
    for (const peer of this.#network.peers) {
      for (const event of peer.events) {
        if (event.type !== 'posted' || !this.#visible.has(event.tag)) continue
        if (!this.#network.peers.every((other) => other.shown.has(event.id))) missing.push(`${peer.name} ${event.id}`)
      }
    }
    return missing
  }

  #add(name: string): void {
    const random = this.#random
    const persona = createPersona(this.#crypto, this.#network.now)
    const skewMs = random.chance(0.5) ? 0 : random.between(-90_000, 90_000)
    const expiry = random.chance(0.2) ? 1 : 0
    const platform = random.chance(0.5) ? 'browser' : 'node'
    this.#network.add(
      name,
      ({ crypto, peer, now }) => {
        const engine = new Engine(
          { crypto, secret: this.#secret, persona, name, platform, relayOrigin: 'https://relay.example', expiry },
          now,
        )
        this.#engines.set(peer.index, engine)
        return engine
      },
      skewMs,
    )
  }

  #talk(peer: SimPeer): void {
    const random = this.#random
    const tag = ++this.#tag
    const target = peer.shown.size > 0 ? random.pick([...peer.shown.values()]) : undefined
    const bytes = target === undefined ? undefined : parseHex(target.entryId)
    const dice = random.next()
    const text = `${peer.name} says ${tag}`
    if (bytes === undefined || dice < 0.6) {
      this.#visible.add(tag)
      const replyTo = dice < 0.15 ? bytes : undefined
      this.#network.give(peer, { type: 'post', tag, content: { type: 'text', text, replyTo } })
    } else if (dice < 0.7) {
      this.#network.give(peer, { type: 'post', tag, content: { type: 'edit', target: bytes, text: `${text}, better` } })
    } else if (dice < 0.75) {
      this.#network.give(peer, { type: 'post', tag, content: { type: 'delete', target: bytes } })
    } else if (dice < 0.95) {
      const emoji = random.pick(['👍', '🎉', '❤️'])
      const on = random.chance(0.7)
      this.#network.give(peer, { type: 'post', tag, content: { type: 'reaction', target: bytes, emoji, on } })
    } else this.#network.give(peer, { type: 'setName', name: `${peer.name} the ${tag}th` })
  }

  /** Two different histories signed by one session: a member that wants to split the room. */
  #prepareForks(): void {
    const crypto = this.#crypto
    const { now } = this.#network
    const persona = createPersona(crypto, now)
    const session = crypto.signKeyPair(crypto.random(32))
    const certificate = certifySession(crypto, persona.device.sign, session.publicKey, now)
    const chain = encodeChain([...persona.statements, certificate])
    const keys = openRoomKeys(crypto, this.#secret)
    for (const side of ['heads', 'tails']) {
      const me = { session, chain, author: formatHex(persona.author), name: 'mallory' }
      const posted = new Room({ crypto, keys, me }).post({ type: 'text', text: side }, now)
      if (posted.ok) this.#forks.push(...posted.value.entries.map((entry) => entry.bytes))
    }
  }

  #meddler(): (towards: number, bytes: Uint8Array, random: SeededRandom) => readonly Uint8Array[] {
    return (_, bytes, random) => {
      const answer = decodeAnswer(bytes)
      if (answer?.type !== 'entry' && answer?.type !== 'receipt') return random.chance(0.01) ? [] : [bytes]
      const dice = random.next()
      if (dice < 0.1) return []
      if (dice < 0.2) return [bytes, bytes]
      if (answer.type === 'receipt')
        return dice < 0.4 ? [encodeAnswer({ ...answer, receipt: flip(answer.receipt, random) })] : [bytes]
      if (dice < 0.3) return [encodeAnswer({ ...answer, entry: flip(answer.entry, random) }), bytes]
      if (dice < 0.4) return [encodeAnswer({ ...answer, receipt: flip(answer.receipt, random) })]
      if (dice < 0.5) return [encodeAnswer({ ...answer, entry: random.pick(this.#forks) }), bytes]
      return [bytes]
    }
  }
}

function flip(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = bytes.slice()
  const at = random.between(0, copy.length - 1)
  copy[at] = (copy[at] as number) ^ (1 << random.between(0, 7))
  return copy
}

/** A person with a device, as a host makes one for a room. */
export function createPersona(crypto: Crypto, now: Millis): Persona {
  const identity = createIdentity(crypto)
  const device = createDevice(crypto)
  const keys = { sign: device.sign.publicKey, agree: device.agree.publicKey }
  return { author: identity.publicKey, device, statements: [certifyDevice(crypto, identity, keys, now)] }
}
