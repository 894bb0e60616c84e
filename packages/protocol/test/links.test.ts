/** How two people get from knowing of each other to one link, and what happens when it breaks. */
import { describe, expect, it } from 'vitest'
import { dialTimeoutMs } from '../src/engine/dials.ts'
import { silentMs, wakeMs } from '../src/gossip/heartbeat.ts'
import { Talk } from './talk.ts'

/** Kind of a frame for the relay that carries a link between two peers (docs/spec/relay.md). */
const directFrameKind = 0x07

function directFrames(talk: Talk, index: number, since: number): number {
  return talk.asked(index, 'relaySend', since).filter(({ bytes }) => bytes[1] === directFrameKind).length
}

/** The paths by which one person was told to reach another, one after the other. */
function pathsOver(talk: Talk, by: number, other: number): (string | undefined)[] {
  const { session } = talk.engine(other)
  const paths = talk.events(by, 'peer').flatMap(({ peer }) => (peer.session === session ? [peer.path] : []))
  return paths.filter((path, i) => path !== undefined && path !== paths[i - 1])
}

describe('links of a pair', () => {
  it('ENG2 people in the topic are linked over the relay at once, then directly, and the relay link goes', () => {
    const talk = new Talk({ people: [{}, {}], latencyMs: [200, 200] })
    talk.start()
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 10_000)).toBe(true)
    expect(pathsOver(talk, 0, 1)).toEqual(['relay', 'direct'])
    expect(pathsOver(talk, 1, 0)).toEqual(['relay', 'direct'])
    talk.network.runFor(2_000)
    const since = talk.network.now
    talk.say(0, 'hello')
    talk.network.runFor(20_000)
    expect(talk.texts(1)).toEqual(['hello'])
    expect(directFrames(talk, 0, since) + directFrames(talk, 1, since)).toBe(0)
  })

  it('ENG45 a transport that says nothing comes through is asked, and given up long before it is silent for too long', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    const doubt = (): void => {
      for (const { transport } of talk.asked(0, 'dial')) talk.give(0, { type: 'transportDoubted', transport })
    }
    doubt()
    // Past the next beats: one that is on its way when it freezes would be a sign of life.
    talk.network.runFor(wakeMs * 2 + 1_000)
    expect(talk.seen(0, 1)?.path).toBe('direct')
    talk.network.freeze(talk.person(1))
    doubt()
    expect(wakeMs + 1_000).toBeLessThan(silentMs)
    talk.network.runFor(wakeMs + 1_000)
    expect(talk.seen(0, 1)?.path).toBeUndefined()
  })

  it('ENG2 ten people end as a full mesh of direct links, also the one who offers to all of the others', () => {
    const browser = { platform: 'browser' } as const
    const terminals = Array.from({ length: 9 }, () => ({ platform: 'node' }) as const)
    const talk = new Talk({ people: [browser, ...terminals] })
    talk.start()
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 15_000)).toBe(true)
    expect(talk.paths()).toHaveLength(90)
  })

  it('ENG2 a pair that cannot link directly stays linked over the relay, and sees each other typing', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(30_000)
    expect(talk.paths()).toEqual(['relay', 'relay'])
    talk.give(0, { type: 'setTyping', typing: true })
    talk.say(1, 'over the relay')
    talk.network.runFor(1_000)
    expect(talk.texts(0)).toEqual(['over the relay'])
    expect(talk.events(1, 'typing').at(-1)?.typing).toBe(true)
  })

  it('ENG3 two terminals that dial each other by address, without a relay, keep one link', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const terminal = { platform: 'node', relay: false } as const
      const talk = new Talk({ seed, people: [terminal, terminal] })
      talk.start()
      // Both at once, or one after the other, so that the second dials somebody it is linked with.
      for (const index of [0, 1]) {
        talk.give(index, { type: 'setAddresses', addresses: [{ host: 'peer.example', port: 1 - index }] })
        if (seed % 2 === 0) talk.network.runFor(700)
      }
      talk.network.runFor(5_000)
      expect(talk.paths()).toEqual(['direct', 'direct'])
      expect([0, 1].map((index) => talk.asked(index, 'dialAddress').length)).toEqual([1, 1])
      // From here on all that is said goes over one connection, the same for both, and nobody dials for another.
      const since = talk.network.now
      talk.say(0, 'from the first')
      talk.say(1, 'from the second')
      talk.network.runFor(60_000)
      expect(talk.everybodyShows(['from the first', 'from the second'])).toBe(true)
      const ends = [0, 1].map((index) => [
        ...new Set(talk.asked(index, 'transmit', since).map(({ transport }) => transport)),
      ])
      expect(ends.map((end) => end.length)).toEqual([1, 1])
      expect(ends[0]?.[0]?.replace('in-', '')).toBe(ends[1]?.[0]?.replace('in-', ''))
      expect([0, 1].flatMap((index) => talk.asked(index, 'dialAddress', since))).toEqual([])
      // Nobody seemed to leave while the two connections became one.
      expect([0, 1].flatMap((index) => talk.events(index, 'peer')).filter(({ peer }) => peer.state === 'gone')).toEqual(
        [],
      )
    }
  })

  it('ENG3 a terminal that comes back at the same address is dialled again', () => {
    const terminal = { platform: 'node', relay: false } as const
    const talk = new Talk({ people: [{ ...terminal, dials: [1] }, terminal] })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.crash(talk.person(1))
    talk.network.runFor(30_000)
    talk.start(1)
    talk.network.runFor(20_000)
    expect(talk.paths()).toEqual(['direct', 'direct'])
  })

  it('ENG4 direct links that break become relay links, and text flows on', () => {
    let canLink = true
    const talk = new Talk({ people: [{}, {}, {}], canLink: () => canLink })
    talk.start()
    talk.network.runFor(5_000)
    expect(new Set(talk.paths())).toEqual(new Set(['direct']))
    canLink = false
    talk.network.cutDirect()
    talk.network.runFor(2_000)
    expect(new Set(talk.paths())).toEqual(new Set(['relay']))
    talk.say(0, 'still here')
    talk.network.runFor(1_000)
    expect(talk.everybodyShows(['still here'])).toBe(true)
    canLink = true
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 90_000)).toBe(true)
  })

  it('ENG4 a pair that cannot link directly is dialled again at growing intervals', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(600_000)
    const dials = [0, 1].flatMap((index) =>
      (talk.steps[index] ?? []).filter(({ outputs }) =>
        outputs.some((output) => output.type === 'dial' && output.offerer),
      ),
    )
    const waits = dials.slice(1).map(({ at }, i) => at - (dials[i]?.at ?? 0))
    expect(dials.length).toBeGreaterThan(5)
    // Each attempt takes as long as it may; what comes on top is the wait.
    expect(waits[0]).toBeLessThan(dialTimeoutMs + 3_000)
    expect(Math.max(...waits)).toBeGreaterThan(dialTimeoutMs + 20_000)
    // Not much more than a minute passes without another attempt: the network may have changed.
    expect(Math.max(...waits)).toBeLessThan(dialTimeoutMs + 63_000)
  })

  it('ENG2 whoever wants the relay only never dials and is never dialled into', () => {
    const talk = new Talk({ people: [{ relayOnly: true, dials: [1] }, { platform: 'node' }, { platform: 'node' }] })
    talk.start()
    talk.network.runFor(60_000)
    talk.say(0, 'from behind the relay')
    talk.say(1, 'to behind the relay')
    talk.network.runFor(60_000)
    expect(talk.asked(0, 'dial')).toEqual([])
    expect(talk.asked(0, 'dialAddress')).toEqual([])
    expect(talk.asked(0, 'signal')).toEqual([])
    expect([1, 2].map((other) => talk.seen(0, other)?.path)).toEqual(['relay', 'relay'])
    expect(talk.seen(1, 2)?.path).toBe('direct')
    expect(talk.everybodyShows(['from behind the relay', 'to behind the relay'])).toBe(true)
  })
})
