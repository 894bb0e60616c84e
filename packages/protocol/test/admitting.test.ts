/** Getting into a room over a simulated relay, with real cryptography; what members know is kept by a plain list. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { formatHex } from '../src/codec/text.ts'
import type { Crypto } from '../src/crypto/crypto.ts'
import { Admitting } from '../src/engine/admitting.ts'
import { encodeClaims } from '../src/engine/claims.ts'
import type { Input } from '../src/engine/input.ts'
import type { Lobby } from '../src/engine/lobby.ts'
import type { EngineOptions, Persona } from '../src/engine/options.ts'
import type { Output } from '../src/engine/output.ts'
import { Reach } from '../src/engine/reach.ts'
import { encodeChain } from '../src/identity/chain.ts'
import { certifySession, createSession } from '../src/identity/session.ts'
import type { Millis } from '../src/machine.ts'
import type { Voucher } from '../src/members/edges.ts'
import { inviteKeys, inviterOf } from '../src/members/invite.ts'
import type { Invite } from '../src/members/invite.ts'
import type { InviteInfo } from '../src/members/snapshot.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { Network } from '../src/sim/network.ts'
import type { EngineLike, SimPeer } from '../src/sim/peer.ts'
import { quietReach } from './quiet-reach.ts'
import { relayOrigin } from './talk.ts'

const native = createNativeCrypto()

/** What all members agree on; how they come to is not tested here. */
class Agreed {
  readonly roomId: Uint8Array = native.random(32)
  vouchesNeeded = 1
  readonly members = new Set<string>()
  readonly vouches: Voucher[] = []
  readonly added = new Map<string, { readonly invite: string; readonly certificate: Uint8Array }>()
  readonly invites: { -readonly [K in keyof InviteInfo]: InviteInfo[K] }[] = []
  readonly programs: Program[] = []

  invite(by: Persona, about: { readonly asksPin: boolean; readonly uses?: number }, now: Millis): Invite {
    const secret = native.random(16)
    const keys = inviteKeys(native, secret)
    const common = { expires: now + 3_600_000, uses: about.uses ?? 1, asksPin: about.asksPin }
    const told = { id: keys.id, by: formatHex(by.author), meet: keys.meet, key: keys.key.publicKey }
    this.invites.push({ ...told, ...common, revoked: false, usedBy: [] })
    return { roomId: this.roomId, secret, inviter: inviterOf(native, by.author), ...common }
  }

  admit(by: string, subject: string, method: Voucher['method'], invite: string, certificate: Uint8Array): void {
    const offered = this.invites.find(({ id }) => id === invite)
    if (!this.added.has(subject)) {
      this.added.set(subject, { invite, certificate })
      if (offered !== undefined) offered.usedBy = [...offered.usedBy, subject]
    }
    if (!this.vouches.some((vouch) => vouch.by === by && vouch.for === subject)) {
      this.vouches.push({ by, for: subject, method })
    }
    const have = this.vouches.filter((vouch) => vouch.for === subject).length
    if (have >= this.vouchesNeeded) this.members.add(subject)
  }
}

class Program implements EngineLike {
  readonly persona: Persona
  readonly id: string
  readonly session: string
  readonly admitting: Admitting
  readonly challenged: string[] = []
  /** Identities on the far side of asides on which what members know may be told. */
  readonly exchanged: string[] = []
  readonly #agreed: Agreed
  readonly #reach: Reach
  readonly #current: Lobby
  #outputs: Output[] = []
  #told = ''
  #next: ((now: Millis) => void) | undefined
  #now: Millis

  constructor(
    crypto: Crypto,
    agreed: Agreed,
    persona: Persona,
    invite: Invite | undefined,
    way: Partial<EngineOptions>,
    now: Millis,
  ) {
    this.persona = persona
    this.id = formatHex(persona.author)
    this.#agreed = agreed
    this.#now = now
    const session = createSession(crypto)
    this.session = formatHex(session.sign.publicKey)
    const certificate = certifySession(crypto, persona.device.sign, session.sign.publicKey, now)
    const chain = encodeChain([...persona.statements, certificate])
    const fill = (by: number): Uint8Array => new Uint8Array(32).fill(by)
    this.#current = { id: 'room', purpose: 'current', role: 'peer', psk: fill(1), rendezvousSecret: fill(2) }
    const isIn = (id: string): boolean => agreed.members.has(id)
    this.admitting = new Admitting({
      crypto,
      roomId: agreed.roomId,
      identity: persona.author,
      session: session.sign.publicKey,
      invite,
      view: {
        standing: (id) => {
          const words = agreed.vouches.filter((vouch) => vouch.for === id)
          return { have: words.length, isIn: isIn(id), iVouched: words.some(({ by }) => by === this.id), wasOut: false }
        },
        vouchesNeeded: () => agreed.vouchesNeeded,
        mayAdmit: () => isIn(this.id),
        isHere: () => false,
      },
      invites: () => agreed.invites,
      corrected: (at) => at,
      send: (aside, payload, at) => void this.#reach.sendAside(aside.link.session, payload, at),
      close: (aside, at) => this.#reach.closeAside(aside, at),
      admit: ({ subject, method, invite: by, certificate: shown }) => agreed.admit(this.id, subject, method, by, shown),
      revoke: (id) => {
        const offered = agreed.invites.find((one) => one.id === id)
        if (offered !== undefined) offered.revoked = true
      },
      exchange: (aside) => void this.exchanged.push(aside.link.session),
      challenged: (identity) => void this.challenged.push(identity),
      changed: () => undefined,
    })
    const options = {
      crypto,
      secret: fill(0),
      persona,
      name: 'x',
      platform: 'browser',
      relayOrigin,
      webrtc: false,
      ...way,
    } as const
    this.#reach = new Reach(
      {
        options,
        roomId: agreed.roomId.subarray(0, 16),
        lobbies: this.#lobbies(now),
        session,
        corrected: (at) => at,
        claims: (lobby, hash) =>
          encodeClaims({
            platform: 'browser',
            name: 'x',
            card: new Uint8Array(),
            chain,
            proof: this.admitting.proof(lobby, hash),
          }),
        welcomes: (peer, lobby, hash) =>
          lobby.purpose !== 'invite' || this.admitting.welcomes(peer, lobby, hash, this.#now),
        now: () => this.#now,
        emit: (output) => void this.#outputs.push(output),
      },
      {
        ...quietReach,
        asideUp: (aside, at) => this.admitting.up(aside, at),
        asidePayload: (aside, bytes, at) => void this.admitting.payload(aside, bytes, at),
        asideDown: (aside, at) => this.admitting.down(aside, at),
      },
    )
  }

  get isLinked(): boolean {
    return this.#reach.links().length > 0
  }

  get asides(): number {
    return this.#reach.asides().length
  }

  pinFor(newcomer: Program): string | undefined {
    return this.admitting.newcomers().find(({ identity }) => identity === newcomer.id)?.pin?.digits
  }

  /** Within the next input, as an engine does what a person asks. */
  do(act: (now: Millis) => void): void {
    this.#next = act
  }

  handle(input: Input, now: Millis): readonly Output[] {
    this.#outputs = []
    this.#now = now
    const act = this.#next
    this.#next = undefined
    act?.(now)
    if (input.type === 'start') this.#reach.start(now)
    else if (input.type === 'relayUp' || input.type === 'relayDown' || input.type === 'relayFrame') {
      this.#reach.relay(input, now)
    } else if (input.type === 'timerFired' && input.name !== 'tick') this.#reach.timerFired(input.name, now)
    else if (input.type === 'transportUp') this.#reach.transportUp(input, now)
    else if (input.type === 'transportFrame') this.#reach.transportFrame(input.transport, input.bytes, now)
    else if (input.type === 'transportDown') this.#reach.transportDown(input.transport, now)
    if (input.type === 'start' || input.type === 'timerFired') {
      this.admitting.refresh(now)
      const lobbies = this.#lobbies(now)
      const told = lobbies.map(({ id, role }) => `${id} ${role}`).join()
      if (told !== this.#told) this.#reach.setLobbies(lobbies, now)
      this.#told = told
      this.#reach.tick(now)
      this.#outputs.push({ type: 'timer', name: 'tick', at: now + 500 })
    }
    return this.#outputs
  }

  #lobbies(now: Millis): readonly Lobby[] {
    const isIn = this.#agreed.members.has(this.id)
    return [...(isIn ? [this.#current] : []), ...this.admitting.lobbies(isIn, now)]
  }
}

class House {
  readonly agreed = new Agreed()
  readonly network = new Network({ seed: 7, createCrypto: (random) => ({ ...native, random }) })

  come(invite?: Invite, way: Partial<EngineOptions> = {}): { readonly program: () => Program; readonly peer: SimPeer } {
    const persona = createPersona(native, this.network.now)
    if (invite === undefined) this.agreed.members.add(formatHex(persona.author))
    let program: Program | undefined
    const peer = this.network.add('x', ({ crypto, now }) => {
      program = new Program(crypto, this.agreed, persona, invite, way, now)
      return program
    })
    this.network.start(peer)
    return { program: () => program as Program, peer }
  }

  until(condition: () => boolean, ms = 20_000): void {
    expect(this.network.runUntil(condition, ms)).toBe(true)
  }

  invite(by: Program, asksPin: boolean, uses = 1): Invite {
    return this.agreed.invite(by.persona, { asksPin, uses }, this.network.now)
  }
}

describe('getting into a room over the relay', () => {
  it('INV4 PIN1 A invites B with a PIN, B enters it, both meet in the room, and B knows who challenged it', () => {
    const house = new House()
    const a = house.come().program()
    const b = house.come(house.invite(a, true)).program()
    house.until(() => a.pinFor(b) !== undefined && b.admitting.entering?.phase === 'pinWanted')
    expect(b.isLinked || a.isLinked).toBe(false)
    const pin = a.pinFor(b)!
    b.do((now) => b.admitting.enterPin(pin, now))
    house.until(() => a.isLinked && b.isLinked)
    expect(house.agreed.vouches).toEqual([{ by: a.id, for: b.id, method: 'pin' }])
    expect(house.agreed.added.get(b.id)?.certificate).toEqual(b.persona.statements[0])
    expect([b.challenged.includes(a.id), a.exchanged, b.exchanged]).toEqual([true, [b.session], [a.session]])
    house.until(() => a.asides === 0 && b.asides === 0)
  })

  it('INV6 with two vouchers needed, one PIN is not enough; the second member asks for its own', () => {
    const house = new House()
    house.agreed.vouchesNeeded = 2
    const [a, b] = [house.come().program(), house.come().program()] as const
    const d = house.come(house.invite(a, true)).program()
    house.until(() => a.pinFor(d) !== undefined && b.admitting.newcomers().length === 1)
    const first = a.pinFor(d)!
    d.do((now) => d.admitting.enterPin(first, now))
    house.until(() => d.admitting.entering?.phase === 'vouchesWanted' && house.agreed.vouches.length === 1)
    house.network.runFor(5_000)
    expect([house.agreed.members.has(d.id), d.isLinked, d.exchanged]).toEqual([false, false, []])
    b.do((now) => b.admitting.vouch(d.id, 'pin', now))
    house.until(() => b.pinFor(d) !== undefined && d.admitting.entering?.phase === 'pinWanted')
    const second = b.pinFor(d)!
    d.do((now) => d.admitting.enterPin(second, now))
    house.until(() => d.isLinked)
    expect(house.agreed.vouches.map(({ by }) => by)).toEqual([a.id, b.id])
  })

  it('INV7 two members let in the same newcomer at once: one use, one member', () => {
    const house = new House()
    const [a, b] = [house.come().program(), house.come().program()] as const
    const invite = house.invite(a, false)
    const c = house.come(invite).program()
    house.until(() => c.isLinked)
    house.network.runFor(5_000)
    expect(house.agreed.added.size).toBe(1)
    expect(house.agreed.vouches.map(({ by }) => by).every((by) => by === a.id || by === b.id)).toBe(true)
    const late = house.come(invite).program()
    house.until(() => late.admitting.entering?.phase === 'refused')
    expect(late.admitting.entering).toEqual({ phase: 'refused', reason: 'used' })
    expect(house.agreed.members.has(late.id)).toBe(false)
  })

  it.each(['revoked', 'expired'] as const)('INV5 an invite that was %s while nobody came lets nobody in', (how) => {
    const house = new House()
    const a = house.come().program()
    const invite = house.invite(a, false)
    if (how === 'revoked') house.agreed.invites[0]!.revoked = true
    else house.agreed.invites[0]!.expires = house.network.now
    const b = house.come(invite).program()
    house.network.runFor(15_000)
    const { entering } = b.admitting
    // Nobody listens where an invite has expired.
    expect(entering).toEqual(how === 'revoked' ? { phase: 'refused', reason: 'revoked' } : { phase: 'meeting' })
    expect([house.agreed.members.size, b.isLinked]).toEqual([1, false])
  })

  it('INV2 INV3 whoever knows of an invite as members do, and does not hold it, learns nothing of who listens', () => {
    const house = new House()
    const a = house.come().program()
    const invite = house.invite(a, false)
    // An ex-member: it knows where newcomers are met and by which key, but cannot sign as one.
    const forged = { ...invite, secret: native.random(16) }
    const e = house.come(forged).program()
    const keys = inviteKeys(native, invite.secret)
    const lobby: Lobby = {
      id: 'forged',
      purpose: 'invite',
      role: 'seeker',
      psk: keys.psk,
      rendezvousSecret: keys.rendezvousSecret,
    }
    Object.assign(e.admitting, { lobbies: () => [lobby] })
    house.network.runFor(20_000)
    expect([a.asides, e.asides, a.admitting.newcomers(), e.challenged]).toEqual([0, 0, [], []])
    expect(house.agreed.members.size).toBe(1)
  })

  it('PIN3 wrong PINs over the relay burn the invite; the newcomer is told how many are left, and that it is over', () => {
    const house = new House()
    const a = house.come().program()
    const b = house.come(house.invite(a, true)).program()
    house.until(() => b.admitting.entering?.phase === 'pinWanted')
    const wrong = a.pinFor(b) === '000000' ? '000001' : '000000'
    for (const left of [2, 1]) {
      b.do((now) => b.admitting.enterPin(wrong, now))
      house.network.runFor(3_000)
      expect(b.admitting.entering).toEqual({
        phase: 'pinWanted',
        by: a.id,
        name: 'x',
        triesLeft: left,
        wrong: 3 - left,
      })
    }
    b.do((now) => b.admitting.enterPin(wrong, now))
    house.until(() => b.admitting.entering?.phase === 'refused')
    expect(house.agreed.invites[0]!.revoked).toBe(true)
  })

  it('LOB8 without a relay a newcomer dials a member’s address, is asked for a PIN there, and dials again as a member', () => {
    const house = new House()
    const way = { platform: 'node', relayOrigin: undefined } as const
    const a = house.come(undefined, way).program()
    const b = house.come(house.invite(a, true), { ...way, addresses: [{ host: 'peer.example', port: 0 }] }).program()
    house.until(() => a.pinFor(b) !== undefined && b.admitting.entering?.phase === 'pinWanted')
    const pin = a.pinFor(b)!
    b.do((now) => b.admitting.enterPin(pin, now))
    house.until(() => a.isLinked && b.isLinked, 60_000)
    expect([house.agreed.vouches.length, a.asides, b.asides]).toEqual([1, 0, 0])
  })

  it('LOB8 somebody who dials with a key that leads nowhere is hung up on', () => {
    const house = new House()
    const way = { platform: 'node', relayOrigin: undefined } as const
    const a = house.come(undefined, way).program()
    const invite = { ...house.invite(a, false), secret: native.random(16) }
    const e = house.come(invite, { ...way, addresses: [{ host: 'peer.example', port: 0 }] }).program()
    house.network.runFor(20_000)
    expect([a.asides, e.asides, a.isLinked, house.agreed.members.size]).toEqual([0, 0, false, 1])
  })

  it('INV7 the link is lost at the worst moment: the newcomer comes again and is welcomed', () => {
    const house = new House()
    const a = house.come().program()
    const invite = house.invite(a, true)
    const { program, peer } = house.come(invite)
    house.until(() => a.pinFor(program()) !== undefined && program().admitting.entering?.phase === 'pinWanted')
    const [first, pin] = [program(), a.pinFor(program())!] as const
    first.do((now) => first.admitting.enterPin(pin, now))
    house.until(() => house.agreed.members.has(first.id))
    house.network.crash(peer)
    house.network.runFor(1_000)
    house.network.start(peer)
    house.until(() => program().isLinked, 60_000)
    expect(house.agreed.vouches.length).toBe(1)
  })
})
