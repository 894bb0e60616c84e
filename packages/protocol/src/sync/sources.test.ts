/** Large rosters, pushed pages, several sources, and sources that give up. */
import { describe, expect, it } from 'vitest'
import type { Entry } from '../log/entry.ts'
import { Author, arrive, createToyCrypto } from '../log/log-fixture.ts'
import { sumsFrom } from './asking.ts'
import { SumsCache } from './iblt.ts'
import { recentEntries } from './outgoing.ts'
import type { ExchangeOutput } from './streams.ts'
import { Exchange } from './sync.ts'
import { Replica, type Traffic, exchange } from './sync-fixture.ts'
import { encodeSync } from './wire.ts'

const toy = createToyCrypto('sources')
const start = 1_700_000_000_000
const now = start + 86_400_000

function write(sessions: number, each: number): Author[] {
  return Array.from({ length: sessions }, (_, i) => {
    const author = new Author(toy, start + i * 10)
    author.writeMany(each)
    return author
  })
}

function replicaOf(entries: readonly Entry[]): Replica {
  const replica = new Replica(toy)
  replica.log.restore(
    entries.map((entry) => arrive(toy, entry)),
    now,
  )
  return replica
}

function tagsOf(traffic: Traffic, at: 'asker' | 'answerer'): number[] {
  return traffic.outputs.flatMap((said) => {
    return said.at === at && said.output.type === 'send' ? [said.output.bytes[0] as number] : []
  })
}

function sent(outputs: readonly ExchangeOutput[]): Uint8Array[] {
  return outputs.flatMap((output) => (output.type === 'send' ? [output.bytes] : []))
}

function refusals(outputs: readonly ExchangeOutput[]): string[] {
  return outputs.flatMap((output) => (output.type === 'refuse' ? [output.code] : []))
}

const crowd = write(sumsFrom + 200, 2)
const all = crowd.flatMap(({ entries }) => entries)
/** Every one of these misses something else. */
function without(lacks: (session: number, seq: number) => boolean): Entry[] {
  return crowd.flatMap(({ entries }, i) => entries.filter(({ seq }) => !lacks(i, seq)))
}

describe('many sessions', () => {
  it('SYN19 differing in few are reconciled by coded symbols, for a fraction of a vector', () => {
    const mine = replicaOf(without((i, seq) => i % 50 === 0 && seq === 1))
    const theirs = replicaOf(without((i, seq) => (i % 50 === 1 && seq === 1) || i % 100 === 2))
    const traffic = exchange(mine, theirs, now)
    expect(tagsOf(traffic, 'asker').slice(0, 1)).toEqual([0x28])
    expect(tagsOf(traffic, 'answerer')).toContain(0x29)
    expect([mine.digest, mine.log.size]).toEqual([theirs.digest, all.length])
    expect(traffic.around).toBeLessThan(110 * 30)
    // All of it was sent, once.
    expect(traffic.entries).toBe(44 + 44 + 44)
  })

  it('SYN19 differing in many, or with a newcomer, send a vector', () => {
    const mine = replicaOf(all)
    const fresh = exchange(mine, new Replica(toy), now)
    expect(tagsOf(fresh, 'answerer').filter((tag) => tag === 0x29).length).toBe(1)
    expect(tagsOf(fresh, 'asker')).toContain(0x20)
    const half = replicaOf(without((i, seq) => i % 2 === 0 && seq === 1))
    exchange(half, mine, now)
    expect(half.digest).toBe(mine.digest)
  })

  it('SYN19 equal ones know it from a few symbols', () => {
    const traffic = exchange(replicaOf(all), replicaOf(all), now)
    expect(traffic.entries).toBe(0)
    expect(traffic.bytes).toBeLessThan(400)
  })

  it('SYN18 symbols that mean nothing are answered by a vector, and more than were asked for by nothing', () => {
    const [mine, theirs] = [replicaOf(all), replicaOf(without((i, seq) => i % 40 === 0 && seq === 1))]
    const traffic = exchange(mine, theirs, now, {
      deliver: (bytes) => {
        if (bytes[0] !== 0x29) return bytes
        const changed = bytes.slice()
        for (let i = 8; i < changed.length; i += 3) changed[i] = (changed[i] as number) ^ 0x55
        return changed
      },
    })
    expect(mine.digest).toBe(theirs.digest)
    expect(tagsOf(traffic, 'asker').filter((tag) => tag === 0x20).length).toBeGreaterThan(0)
    const machine = new Exchange({ crypto: toy, history: mine })
    const symbols = new Uint32Array(100)
    expect(refusals(machine.receive(encodeSync({ type: 'symbols', id: 1, sessions: 9, symbols }), now))).toEqual([
      'unasked',
    ])
    machine.start(now)
    expect(
      sent(
        machine.receive(encodeSync({ type: 'symbols', id: 1, sessions: 9, symbols: new Uint32Array(0) }), now),
      )[0]?.[0],
    ).toBe(0x20)
    expect(machine.receive(encodeSync({ type: 'symbols', id: 1, sessions: 9, symbols }), now)).toEqual([])
  })

  it('SYN18 whoever asks for symbols without end is refused', () => {
    const history = replicaOf(all.slice(0, 200))
    const machine = new Exchange({ crypto: toy, history })
    const { estimate, sessions } = new SumsCache(history.log).take(3, now)
    machine.receive(encodeSync({ type: 'sketch', id: 4, salt: 3, sessions, estimate }), now)
    let refused: string[] = []
    let bytes = 0
    for (let i = 0; i < 10_000 && refused.length === 0; i++) {
      const outputs = machine.receive(encodeSync({ type: 'more', id: 4, own: true }), now)
      bytes += sent(outputs).reduce((sum, message) => sum + message.length, 0)
      refused = refusals(outputs)
    }
    expect(refused).toEqual(['unasked'])
    expect(bytes).toBeLessThan(10_000)
  })
})

describe('a newcomer', () => {
  const talk = write(30, 40)
  const history = talk.flatMap(({ entries }) => entries)
  const newest = [...history].sort((a, b) => b.time - a.time).slice(0, recentEntries)

  it('SYN20 is pushed the newest entries with their openings, and is not sent them again', () => {
    const [old, fresh] = [replicaOf(history), new Replica(toy)]
    const traffic = exchange(fresh, old, now, { push: true })
    const first = traffic.outputs.find(({ output }) => output.type === 'page')
    if (first?.output.type !== 'page') throw new Error('nothing was pushed')
    const { entries } = first.output.page
    for (const { key } of newest) expect(entries.map((entry) => entry.key)).toContain(key)
    expect(entries.filter(({ seq }) => seq > 0).length).toBe(recentEntries)
    const authors = new Set(entries.map(({ session }) => session.join()))
    expect(entries.filter(({ seq }) => seq === 0).length).toBe(authors.size)
    expect(traffic.entries).toBe(history.length)
    expect([fresh.digest, fresh.log.missing]).toEqual([old.digest, 0])
  })

  it('SYN20 does not miss what was pushed and got lost', () => {
    const [old, fresh] = [replicaOf(history), new Replica(toy)]
    exchange(fresh, old, now, { push: true, deliver: (bytes) => (bytes[0] === 0x25 ? undefined : bytes) })
    expect(fresh.digest).toBe(old.digest)
  })

  it('SYN20 takes one pushed page on a link, and a link pushes once', () => {
    const [old, fresh] = [replicaOf(history), new Replica(toy)]
    const [giver, taker] = [old, fresh].map((replica) => new Exchange({ crypto: toy, history: replica })) as [
      Exchange,
      Exchange,
    ]
    const [page] = sent(giver.pushRecent(now))
    expect(giver.pushRecent(now)).toEqual([])
    expect(refusals(taker.receive(page as Uint8Array, now))).toEqual([])
    expect(refusals(taker.receive(page as Uint8Array, now))).toEqual(['unasked'])
  })

  it('SYN6 narrows a source that is sending, and gets the rest from another', () => {
    const long = write(8, 800)
    const everything = long.flatMap(({ entries }) => entries)
    const [one, two, fresh] = [replicaOf(everything), replicaOf(everything), new Replica(toy)]
    let narrowed = false
    const asker = new Exchange({ crypto: toy, history: fresh })
    const answerer = new Exchange({ crypto: toy, history: one })
    const wire = sent(asker.start(now)).map((bytes) => ({ to: answerer, bytes }))
    let first = 0
    for (let next = wire.shift(); next !== undefined; next = wire.shift()) {
      const { to, bytes } = next
      const outputs = [...to.receive(bytes, now)]
      for (const output of outputs) {
        if (output.type !== 'page') continue
        first += output.page.entries.length
        fresh.take(output.page.entries, now)
        outputs.push(...asker.imported(output.token, now))
      }
      if (to === asker && !narrowed && first > 500) {
        narrowed = true
        outputs.push(...asker.narrow({ index: 0, of: 2 }))
      }
      wire.push(...sent(outputs).map((each) => ({ to: to === asker ? answerer : asker, bytes: each })))
    }
    expect([asker.busy, answerer.answering, asker.progress.total]).toEqual([false, false, 0])
    expect(first).toBeLessThan(everything.length)
    const second = exchange(fresh, two, now, { slice: { index: 1, of: 2 } })
    expect(second.entries).toBeGreaterThan(0)
    expect(first + second.entries).toBe(everything.length)
    expect(fresh.digest).toBe(one.digest)
  })

  it('SYN21 an exchange that is given up leaves nothing behind: late pages are passed over, another source takes over', () => {
    const [old, fresh] = [replicaOf(history), new Replica(toy)]
    const asker = new Exchange({ crypto: toy, history: fresh })
    const answerer = new Exchange({ crypto: toy, history: old })
    const late = sent(asker.start(now)).flatMap((bytes) => sent(answerer.receive(bytes, now)))
    expect([asker.busy, answerer.answering]).toEqual([true, true])
    for (const bytes of sent(asker.reset())) expect(answerer.receive(bytes, now)).toEqual([])
    expect([asker.busy, answerer.answering, asker.reset()]).toEqual([false, false, []])
    for (const bytes of late) expect(asker.receive(bytes, now)).toEqual([])
    exchange(fresh, replicaOf(history), now)
    expect(fresh.digest).toBe(old.digest)
    // And the same two can begin anew.
    expect(sent(asker.start(now)).length).toBe(1)
  })
})
