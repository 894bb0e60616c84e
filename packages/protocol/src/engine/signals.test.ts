import { describe, expect, it } from 'vitest'
import { createTestCrypto, secret } from '../../test/talk.ts'
import { formatHex } from '../codec/text.ts'
import { encodeCard } from '../discovery/card.ts'
import { decodeCarried, maxSignalHops } from '../gossip/carry-wire.ts'
import type { RoutedSignal } from '../gossip/carry-wire.ts'
import { createSession } from '../identity/session.ts'
import { openRoomKeys } from '../rooms/keys.ts'
import { createSeededRandom } from '../sim/random.ts'
import { knownOf } from './contacts.ts'
import type { Known } from './contacts.ts'
import { carriedBurstBytes, relayAfterMs, Signals } from './signals.ts'

interface Heard {
  readonly at: number
  readonly from: number
  readonly text: string
}

/** Members in a row, each linked with the next; `knows` says through which neighbour one knows another. */
class Row {
  readonly known: Known[]
  readonly members: Signals[]
  readonly heard: Heard[] = []
  readonly carried: { readonly from: number; readonly to: number; readonly signal: RoutedSignal }[] = []
  readonly relayed: number[] = []
  hasRelay = false
  now = 1_700_000_000_000
  /** Links that are gone. */
  readonly cut = new Set<string>()
  readonly #queue: (() => void)[] = []

  constructor(count: number, knows: (by: number, other: number) => number | undefined) {
    const crypto = createTestCrypto(createSeededRandom(1).bytes)
    const keys = openRoomKeys(crypto, secret)
    const sessions = Array.from({ length: count }, () => createSession(crypto))
    this.known = sessions.map(({ sign, agree }) => {
      const about = {
        kem: agree.publicKey,
        platform: 'node',
        rootCapable: true,
        webrtc: true,
        created: this.now,
      } as const
      return knownOf({ session: sign.publicKey, ...about }, encodeCard(crypto, keys.roomId, sign, about))
    })
    const indexOf = (session: string): number => this.known.findIndex((one) => one.session === session)
    this.members = sessions.map(
      (session, own) =>
        new Signals({
          crypto,
          session,
          psk: keys.lobbyKey,
          corrected: (now) => now,
          via: (to) => {
            const next = knows(own, indexOf(to))
            return next === undefined ? undefined : this.known[next]?.session
          },
          send: (to, payload) => {
            const next = indexOf(to)
            if (this.cut.has(`${own} ${next}`)) return false
            const carried = decodeCarried(payload)
            if (!carried.ok || carried.value.type !== 'signal') return false
            const signal = carried.value
            this.carried.push({ from: own, to: next, signal })
            this.#queue.push(() => this.members[next]?.carried(this.known[own]?.session ?? '', signal, this.now))
            return true
          },
          relay: (to, sealed) => {
            if (!this.hasRelay) return false
            this.relayed.push(own)
            this.#queue.push(() => this.members[indexOf(formatHex(to))]?.arrived(sealed, this.now))
            return true
          },
          opened: (sender, _type, _name, bytes) =>
            this.heard.push({ at: own, from: indexOf(sender), text: new TextDecoder().decode(bytes) }),
        }),
    )
  }

  say(from: number, to: number, text: string, name = 'talk'): void {
    this.members[from]?.send(this.known[to] as Known, 'description', name, new TextEncoder().encode(text), this.now)
    this.settle()
  }

  settle(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next()
  }

  wait(ms: number): void {
    this.now += ms
    for (const member of this.members) member.tick(this.now)
    this.settle()
  }
}

const towards = (by: number, other: number): number => (other > by ? by + 1 : by - 1)

describe('signals through members', () => {
  it('GOS97 are delivered by whoever is linked with the addressee, and answered along the same way', () => {
    // Only towards the last one does anybody know a way.
    const row = new Row(5, (by, other) => (other === 4 ? by + 1 : undefined))
    row.say(0, 4, 'an offer')
    expect(row.heard).toEqual([{ at: 4, from: 0, text: 'an offer' }])
    row.say(4, 0, 'an answer')
    expect(row.heard[1]).toEqual({ at: 0, from: 4, text: 'an answer' })
    expect(row.carried.map(({ from, to }) => `${from}-${to}`)).toEqual([
      '0-1',
      '1-2',
      '2-3',
      '3-4',
      '4-3',
      '3-2',
      '2-1',
      '1-0',
    ])
    // Another conversation has another trail: nobody on the way can tell that they belong together.
    row.say(0, 4, 'another offer', 'other talk')
    expect(new Set(row.carried.map(({ signal }) => signal.trail)).size).toBe(2)
  })

  it('GOS97 tell a carrier the addressee and the size, and neither the sender nor what is said', () => {
    const row = new Row(3, towards)
    row.say(0, 2, 'candidate 192.0.2.7')
    const [{ signal } = { signal: undefined }] = row.carried
    expect(formatHex(signal?.target ?? new Uint8Array(0))).toBe(row.known[2]?.session)
    const sealed = formatHex(signal?.sealed ?? new Uint8Array(0))
    expect(sealed.length).toBe(1024 * 2)
    expect(sealed).not.toContain(row.known[0]?.session ?? '')
    expect(sealed).not.toContain(formatHex(new TextEncoder().encode('192.0.2.7')))
  })

  it('GOS97 go no further than their hops, and not in circles', () => {
    const row = new Row(10, towards)
    row.say(0, 9, 'far')
    expect(row.heard).toEqual([])
    expect(row.carried.length).toBe(maxSignalHops + 1)
    const circle = new Row(3, (by, other) => (other === 2 ? 1 - by : undefined))
    circle.say(0, 2, 'round and round')
    expect(circle.carried.length).toBeLessThanOrEqual(2)
  })

  it('GOS98 go through the relay as well when nobody answers for two seconds, and count once', () => {
    const row = new Row(3, towards)
    row.hasRelay = true
    row.cut.add('1 2')
    row.say(0, 2, 'an offer')
    row.say(0, 2, 'a candidate')
    row.wait(relayAfterMs - 1)
    expect(row.heard).toEqual([])
    row.wait(1)
    expect(row.heard.map(({ text }) => text)).toEqual(['an offer', 'a candidate'])
    // What follows goes there at once, and the answer comes the way the question came.
    row.say(0, 2, 'one more')
    row.say(2, 0, 'an answer')
    expect(row.heard.map(({ text }) => text)).toEqual(['an offer', 'a candidate', 'one more', 'an answer'])
    expect(row.relayed).toEqual([0, 0, 0, 2])
    row.wait(60_000)
    expect(row.heard.length).toBe(4)
  })

  it('GOS98 that were answered stay with the members', () => {
    const row = new Row(3, towards)
    row.hasRelay = true
    row.say(0, 2, 'an offer')
    row.say(2, 0, 'an answer')
    row.wait(60_000)
    expect(row.relayed).toEqual([2])
    expect(row.heard.length).toBe(2)
  })

  it('GOS98 go through the relay at once where no member knows the way, and nowhere without one', () => {
    const row = new Row(3, () => undefined)
    row.say(0, 2, 'lost')
    row.hasRelay = true
    row.say(0, 2, 'found')
    expect(row.heard.map(({ text }) => text)).toEqual(['found'])
    expect(row.carried).toEqual([])
  })

  it('GOS99 altered, repeated or sent elsewhere by a carrier are nothing', () => {
    const row = new Row(4, towards)
    row.say(0, 2, 'once')
    const passed = row.carried[1]?.signal as RoutedSignal
    const carrier = row.known[1]?.session ?? ''
    for (let i = 0; i < 5; i++) row.members[2]?.carried(carrier, passed, row.now)
    row.members[3]?.carried(carrier, { ...passed, target: row.known[3]?.sessionKey ?? passed.target }, row.now)
    for (let at = 0; at < passed.sealed.length; at += 37) {
      const sealed = Uint8Array.from(passed.sealed)
      sealed[at] = (sealed[at] as number) ^ 1
      row.members[2]?.carried(carrier, { ...passed, sealed }, row.now)
    }
    row.settle()
    expect(row.heard).toEqual([{ at: 2, from: 0, text: 'once' }])
  })

  it('GOS99 are carried for one neighbour up to a budget', () => {
    const row = new Row(3, towards)
    const target = row.known[2]?.sessionKey as Uint8Array
    const sealed = new Uint8Array(16 * 1024)
    for (let i = 0; i < 1_000; i++) {
      const trail = i.toString(16).padStart(16, '0')
      row.members[1]?.carried(row.known[0]?.session ?? '', { type: 'signal', target, ttl: 6, trail, sealed }, row.now)
    }
    row.settle()
    expect(row.carried.length).toBe(carriedBurstBytes / sealed.length)
  })
})
