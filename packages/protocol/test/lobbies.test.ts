/** Several lobbies of one room: who begins, what is an aside, and who learns of whom. */
import { describe, expect, it } from 'vitest'
import { formatHex } from '../src/codec/text.ts'
import type { Crypto } from '../src/crypto/crypto.ts'
import type { Aside } from '../src/engine/asides.ts'
import { encodeClaims } from '../src/engine/claims.ts'
import type { Input } from '../src/engine/input.ts'
import { begins, boundLobbies, mayLink, maxListeningLobbies } from '../src/engine/lobby.ts'
import type { Lobby } from '../src/engine/lobby.ts'
import type { Output } from '../src/engine/output.ts'
import { Reach } from '../src/engine/reach.ts'
import { createSession } from '../src/identity/session.ts'
import type { Millis } from '../src/machine.ts'
import { Network } from '../src/sim/network.ts'
import type { EngineLike, SimPeer } from '../src/sim/peer.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { quietReach } from './quiet-reach.ts'
import { createTestCrypto, relayOrigin } from './talk.ts'

function lobby(name: string, purpose: Lobby['purpose'], role: Lobby['role']): Lobby {
  const fill = (by: number): Uint8Array => new Uint8Array(32).fill(name.charCodeAt(0) + by)
  return { id: `${purpose} ${name}`, purpose, role, psk: fill(0), rendezvousSecret: fill(1) }
}

/** How others are reached, and nothing else: a program that only tells what it heard. */
class Caller implements EngineLike {
  readonly session: string
  readonly reach: Reach
  readonly heard: string[] = []
  readonly asides: Aside[] = []
  /** Sessions that showed themselves and were asked about. */
  readonly shown: string[] = []
  welcome = true
  /** Done within the next input, as an engine does it. */
  next: ((now: Millis) => void) | undefined
  #outputs: Output[] = []
  #now: Millis

  constructor(crypto: Crypto, lobbies: readonly Lobby[], now: Millis) {
    this.#now = now
    const session = createSession(crypto)
    this.session = formatHex(session.sign.publicKey)
    const options = {
      crypto,
      secret: new Uint8Array(32),
      persona: createPersona(crypto, now),
      name: 'x',
      platform: 'browser',
      relayOrigin,
      webrtc: false,
    } as const
    this.reach = new Reach(
      {
        options,
        roomId: new Uint8Array(16),
        lobbies,
        session,
        corrected: (at) => at,
        claims: () => encodeClaims({ platform: 'browser', name: 'x', card: new Uint8Array(), chain: new Uint8Array() }),
        welcomes: (peer) => {
          this.shown.push(formatHex(peer.session))
          return this.welcome
        },
        now: () => this.#now,
        emit: (output) => void this.#outputs.push(output),
      },
      {
        ...quietReach,
        payload: (_, bytes) => void this.heard.push(`link ${bytes[0]}`),
        asideUp: (aside) => void this.asides.push(aside),
        asidePayload: (_, bytes) => void this.heard.push(`aside ${bytes[0]}`),
        asideDown: (aside) => void this.asides.splice(this.asides.indexOf(aside), 1),
      },
    )
  }

  handle(input: Input, now: Millis): readonly Output[] {
    this.#outputs = []
    this.#now = now
    const { next } = this
    this.next = undefined
    next?.(now)
    if (input.type === 'start') this.reach.start(now)
    else if (input.type === 'relayUp' || input.type === 'relayDown' || input.type === 'relayFrame') {
      this.reach.relay(input, now)
    } else if (input.type === 'timerFired' && input.name !== 'tick') this.reach.timerFired(input.name, now)
    if (input.type === 'start' || input.type === 'timerFired') {
      this.reach.tick(now)
      this.#outputs.push({ type: 'timer', name: 'tick', at: now + 500 })
    }
    return this.#outputs
  }

  get links(): number {
    return this.reach.links().length
  }
}

function callers(...lobbies: (readonly Lobby[])[]): {
  readonly network: Network
  readonly people: readonly Caller[]
  readonly peers: readonly SimPeer[]
} {
  const network = new Network({ seed: 3, createCrypto: createTestCrypto })
  const people: Caller[] = []
  const peers = lobbies.map((each, index) =>
    network.add(`caller ${index}`, ({ crypto, now }) => (people[index] = new Caller(crypto, each, now))),
  )
  for (const peer of peers) network.start(peer)
  return { network, people, peers }
}

const current = lobby('n', 'current', 'peer')
const stale = lobby('a', 'current', 'peer')
const catchUp = lobby('a', 'catchUp', 'listener')
const host = lobby('i', 'invite', 'listener')
const guest = lobby('i', 'invite', 'seeker')

describe('lobbies', () => {
  it('LOB1 who begins: of two peers the larger key, a peer towards a listener, a seeker always, a listener never', () => {
    expect([begins(current, 'b', 'a', false), begins(current, 'a', 'b', false)]).toEqual([true, false])
    expect([begins(stale, 'a', 'b', true), begins(guest, 'a', 'b', true)]).toEqual([true, true])
    expect([begins(catchUp, 'b', 'a', false), begins(host, 'b', 'a', false)]).toEqual([false, false])
    expect([mayLink(guest, false), mayLink(host, true), mayLink(current, true)]).toEqual([false, false, true])
  })

  it('LOB2 a lobby to live in and three each to listen at are all there is', () => {
    const many = Array.from({ length: 9 }, (_, i) => lobby(String.fromCharCode(40 + i), 'catchUp', 'listener'))
    const bound = boundLobbies([current, stale, ...many, host])
    expect(bound).toEqual([current, ...many.slice(0, maxListeningLobbies), host])
  })

  it('LOB3 in one lobby two peers link as ever, and nothing is an aside', () => {
    const { network, people } = callers([current], [current])
    expect(network.runUntil(() => people.every(({ links }) => links === 1), 10_000)).toBe(true)
    expect(people.flatMap(({ asides }) => asides)).toEqual([])
  })

  it('LOB4 a newcomer and a member meet beside the room: an aside for both, a link of the room for neither', () => {
    const { network, people } = callers([current, host], [guest])
    const [member, newcomer] = people as readonly [Caller, Caller]
    expect(network.runUntil(() => people.every(({ asides }) => asides.length === 1), 10_000)).toBe(true)
    expect([member.links, newcomer.links]).toEqual([0, 0])
    expect([member.asides[0]!.lobby.id, newcomer.asides[0]!.lobby.id]).toEqual([host.id, guest.id])
    expect(member.asides[0]!.link.handshakeHash).toEqual(newcomer.asides[0]!.link.handshakeHash)
    newcomer.next = (now) => void newcomer.reach.sendAside(member.session, Uint8Array.of(0x41), now)
    network.runFor(2_000)
    expect([newcomer.heard, member.heard]).toEqual([[], ['aside 65']])
  })

  it('LOB4 two newcomers by one invite, and two members who listen for it, do not link there', () => {
    const { network, people } = callers([guest], [guest], [host], [host])
    network.runFor(8_000)
    expect(people.map(({ asides, links }) => [asides.length, links])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
    ])
  })

  it('LOB5 a member that was away meets those who moved on in the lobby it knows, and is met anew where they are', () => {
    const { network, people } = callers([current, catchUp], [stale])
    const [member, away] = people as readonly [Caller, Caller]
    expect(network.runUntil(() => people.every(({ asides }) => asides.length === 1), 10_000)).toBe(true)
    // It learned where the room is now.
    away.next = (now) => away.reach.setLobbies([current, catchUp], now)
    expect(network.runUntil(() => member.links === 1 && away.links === 1, 30_000)).toBe(true)
    network.runFor(5_000)
    expect(people.map(({ asides }) => asides.length)).toEqual([0, 0])
  })

  it('LOB6 an ex-member that comes by the old lobby has to show itself first and learns nothing of who answered', () => {
    const { network, people } = callers([current, catchUp], [stale])
    const [member, ex] = people as readonly [Caller, Caller]
    member.welcome = false
    network.runFor(20_000)
    expect(member.shown.length).toBeGreaterThan(0)
    expect(new Set(member.shown)).toEqual(new Set([ex.session]))
    expect([ex.shown, ex.asides, ex.links, member.asides]).toEqual([[], [], 0, []])
  })

  it('LOB6 an ex-member that waits in the old lobby as if it were the room is not called by those who moved on', () => {
    const { network, people } = callers([current, catchUp], [lobby('a', 'current', 'peer')])
    const [member, ex] = people as readonly [Caller, Caller]
    network.runFor(10_000)
    // Whoever listens never begins: only the other side can have shown itself first.
    expect(member.shown).toContain(ex.session)
    expect(member.asides.every(({ lobby: { role } }) => role === 'listener')).toBe(true)
  })

  it('LOB7 asides end when the lobby they began in is left, or the relay goes', () => {
    const { network, people } = callers([current, host], [guest])
    const [member] = people as readonly [Caller, Caller]
    expect(network.runUntil(() => people.every(({ asides }) => asides.length === 1), 10_000)).toBe(true)
    member.next = (now) => member.reach.setLobbies([current], now)
    network.runFor(5_000)
    expect(people.map(({ asides }) => asides.length)).toEqual([0, 0])
    member.next = (now) => member.reach.setLobbies([current, host], now)
    expect(network.runUntil(() => people.every(({ asides }) => asides.length === 1), 60_000)).toBe(true)
    network.relay.kill()
    network.runFor(10_000)
    expect(people.map(({ asides }) => asides.length)).toEqual([0, 0])
  })
})
