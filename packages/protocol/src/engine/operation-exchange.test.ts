import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { askedBurstBytes, OperationExchange, pushedBytes, remindMs } from './operation-exchange.ts'
import type { Operationish } from './operation-exchange.ts'
import { decodeOperations, encodeOperations, maxIdsPerPayload } from './operation-wire.ts'

const crypto = createSeededCrypto('operations')

/** Parents' ids, then anything: enough of an operation to be passed on. */
interface Made extends Operationish {
  readonly parents: readonly string[]
}

function make(parents: readonly string[], size = 40): Made {
  const ids = parents.map((id) => Uint8Array.from(Buffer.from(id, 'hex')))
  const bytes = concatBytes(Uint8Array.of(parents.length), ...ids, crypto.random(size))
  return { id: formatHex(crypto.sha256(bytes)), parents, bytes }
}

function read(bytes: Uint8Array): Made | undefined {
  const count = bytes[0] ?? 0
  if (bytes.length < 1 + count * 32) return undefined
  const parents = Array.from({ length: count }, (_, i) => formatHex(bytes.subarray(1 + i * 32, 33 + i * 32)))
  return { id: formatHex(crypto.sha256(bytes)), parents, bytes }
}

class Member {
  readonly known = new Map<string, Made>()
  readonly waiting = new Map<string, Made>()
  readonly exchange: OperationExchange
  readonly sent: { readonly to: string; readonly bytes: Uint8Array }[] = []
  readonly hungUp: string[] = []

  constructor() {
    const source = {
      heads: () =>
        [...this.known.keys()].filter((id) => ![...this.known.values()].some((one) => one.parents.includes(id))),
      missing: () => [...this.waiting.values()].flatMap(({ parents }) => parents.filter((id) => !source.isKnown(id))),
      isKnown: (id: string) => this.known.has(id) || this.waiting.has(id),
      between: (wanted: readonly string[], held: readonly string[]) => {
        const behind = (ids: readonly string[]): Set<string> => {
          const found = new Set<string>()
          const visit = (id: string): void => {
            if (found.has(id) || !this.known.has(id)) return
            found.add(id)
            this.known.get(id)!.parents.forEach(visit)
          }
          ids.forEach(visit)
          return found
        }
        const [to, from] = [behind(wanted), behind(held)] as const
        return [...this.known.values()].filter(({ id }) => to.has(id) && !from.has(id))
      },
    }
    this.exchange = new OperationExchange({
      source,
      send: (to, bytes) => void this.sent.push({ to, bytes }),
      hangUp: (to, code) => void this.hungUp.push(`${to} ${code}`),
      take: (operations) => {
        const read_ = operations.map(read)
        if (read_.includes(undefined)) return undefined
        return read_.flatMap((one) => this.take(one as Made))
      },
    })
  }

  take(one: Made): readonly Made[] {
    if (this.known.has(one.id)) return []
    if (!one.parents.every((id) => this.known.has(id))) {
      this.waiting.set(one.id, one)
      return []
    }
    this.waiting.delete(one.id)
    this.known.set(one.id, one)
    const freed = [...this.waiting.values()].filter(({ parents }) => parents.every((id) => this.known.has(id)))
    return [one, ...freed.flatMap((each) => this.take(each))]
  }

  grow(count: number, size?: number): void {
    let last = [...this.known.keys()].at(-1)
    for (let i = 0; i < count; i++) {
      const made = make(last === undefined ? [] : [last], size)
      this.take(made)
      last = made.id
    }
  }
}

/** Members in a row or a ring, whose payloads arrive in the order they were sent. */
class Company {
  readonly members: Member[]
  now = 1_700_000_000_000
  payloads = 0

  constructor(count: number) {
    this.members = Array.from({ length: count }, () => new Member())
  }

  link(a: number, b: number): void {
    this.members[a]!.exchange.open(`${b}`, this.now)
    this.members[b]!.exchange.open(`${a}`, this.now)
  }

  settle(): void {
    for (let moved = true; moved;) {
      moved = false
      this.members.forEach((member, from) => {
        for (const { to, bytes } of member.sent.splice(0)) {
          moved = true
          if (++this.payloads > 20_000) throw new Error('it never ends')
          this.members[Number(to)]?.exchange.receive(`${from}`, bytes, this.now)
        }
      })
    }
  }

  tick(): void {
    this.now += remindMs
    for (const member of this.members) member.exchange.tick(this.now)
    this.settle()
  }

  get sizes(): readonly number[] {
    return this.members.map(({ known }) => known.size)
  }
}

describe('operations between members', () => {
  it('OPX1 two who link know afterwards what either knew, in a few payloads', () => {
    const company = new Company(2)
    const [a, b] = company.members as [Member, Member]
    a.grow(50)
    for (const one of a.known.values()) b.take(one)
    a.grow(30)
    b.grow(20)
    company.link(0, 1)
    company.settle()
    expect(company.sizes).toEqual([100, 100])
    expect(company.payloads).toBeLessThan(14)
  })

  it('OPX2 something new reaches everybody through whoever is linked, small or large', () => {
    const company = new Company(5)
    for (let i = 0; i < 5; i++) company.link(i, (i + 1) % 5)
    company.settle()
    for (const size of [40, pushedBytes + 1]) {
      const made = make([...company.members[0]!.known.keys()].slice(-1), size)
      company.members[0]!.exchange.tell(company.members[0]!.take(made), company.now)
      company.settle()
      expect(new Set(company.members.map(({ known }) => known.has(made.id)))).toEqual(new Set([true]))
    }
  })

  it('OPX3 what lies behind something unknown is asked for, and what was lost is found by the next reminder', () => {
    const company = new Company(2)
    const [a, b] = company.members as [Member, Member]
    company.link(0, 1)
    company.settle()
    a.grow(3)
    // Only the newest arrives.
    const newest = [...a.known.values()].at(-1)!
    b.exchange.receive(
      '0',
      encodeOperations({ type: 'operations', operations: [newest.bytes], more: false }),
      company.now,
    )
    company.settle()
    expect(company.sizes).toEqual([3, 3])
    a.grow(2)
    company.tick()
    company.tick()
    expect(company.sizes).toEqual([5, 5])
  })

  it('OPX3 a history larger than a far side’s budget comes in parts', () => {
    const company = new Company(2)
    company.members[0]!.grow(60, 100_000)
    company.link(0, 1)
    company.settle()
    const first = company.sizes[1]!
    expect(first).toBeGreaterThan(10)
    expect(first * 100_000).toBeLessThanOrEqual(askedBurstBytes)
    for (let i = 0; i < 20 && company.sizes[1] !== 60; i++) company.tick()
    expect(company.sizes).toEqual([60, 60])
  })

  it('OPX4 nothing is told to, or taken from, whom no conversation was opened with', () => {
    const company = new Company(2)
    const [a, b] = company.members as [Member, Member]
    a.grow(3)
    b.exchange.open('0', company.now)
    company.settle()
    expect([company.sizes, a.sent]).toEqual([[3, 0], []])
    b.grow(1)
    b.exchange.tell([...b.known.values()], company.now)
    company.settle()
    expect(a.known.size).toBe(3)
  })

  it('OPX5 who brings what is no operation is hung up on and told nothing more', () => {
    const company = new Company(2)
    const [a] = company.members as [Member, Member]
    company.link(0, 1)
    company.settle()
    expect(a.exchange.receive('1', Uint8Array.of(0x62, 0, 2, 1, 0), company.now)).toBe(true)
    expect([a.hungUp, a.exchange.isOpen('1')]).toEqual([['1 malformed'], false])
    a.grow(1)
    a.exchange.tell([...a.known.values()], company.now)
    expect(a.sent).toEqual([])
  })

  it('OPX5 asking again and again costs the one who asks, and ends', () => {
    const company = new Company(1)
    const [a] = company.members as [Member]
    a.grow(10, 1_000)
    a.exchange.open('x', company.now)
    const want = encodeOperations({ type: 'want', wanted: [[...a.known.keys()].at(-1)!], held: [] })
    for (let i = 0; i < 5_000; i++) a.exchange.receive('x', want, company.now)
    expect(a.sent.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(askedBurstBytes * 1.1)
  })

  it('OPX6 every message is read as it was written; arbitrary bytes are malformed or read, and never throw', () => {
    const ids = Array.from({ length: maxIdsPerPayload }, () => formatHex(crypto.random(32)))
    for (const message of [
      { type: 'heads', heads: ids } as const,
      { type: 'want', wanted: ids.slice(1), held: [] } as const,
      { type: 'operations', operations: [crypto.random(3), crypto.random(300)], more: true } as const,
    ]) {
      expect(decodeOperations(encodeOperations(message))).toEqual({ ok: true, value: message })
    }
    const many = Uint8Array.of(0x60, maxIdsPerPayload + 1, ...new Uint8Array(32 * (maxIdsPerPayload + 1)))
    expect(decodeOperations(many).ok).toBe(false)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0x60, 0x61, 0x62), (bytes, tag) => {
        const [member] = new Company(1).members as [Member]
        member.exchange.open('x', 0)
        return member.exchange.receive('x', Uint8Array.of(tag, ...bytes), 0)
      }),
    )
  })
})
