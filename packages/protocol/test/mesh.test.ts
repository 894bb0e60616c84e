import { describe, expect, it, vi } from 'vitest'
import { meshFrom } from '../src/engine/crowd.ts'
import type { Engine } from '../src/engine/engine.ts'
import { Links } from '../src/engine/links.ts'
import { Talk } from './talk.ts'
import type { PersonOptions } from './talk.ts'

const engines = (talk: Talk): Engine[] => talk.people.map((_, index) => talk.engine(index))
const modes = (talk: Talk): string[] => engines(talk).map((engine) => engine.map().mode)

/** Terminals without a relay: each knows the address of one that came before. */
function chained(count: number): PersonOptions[] {
  return Array.from({ length: count }, (_, i) => ({
    platform: 'node' as const,
    relay: false,
    dials: i === 0 ? [] : [Math.floor(i / 3)],
  }))
}

describe('a room of more than twenty', { timeout: 60_000 }, () => {
  it('GOS11 becomes a mesh of bounded links in which everybody gets everything once', () => {
    const talk = new Talk({ people: Array.from({ length: 30 }, () => ({})) })
    talk.start()
    talk.network.runFor(20_000)
    expect(new Set(modes(talk))).toEqual(new Set(['mesh']))
    for (const engine of engines(talk)) {
      const own = engine.map().links.filter(({ a, b }) => a === engine.session || b === engine.session)
      expect(own.length).toBeLessThan(meshFrom)
    }
    talk.people.forEach((_, i) => talk.say(i, `hello from ${i}`))
    const said = talk.people.map((_, i) => `hello from ${i}`)
    expect(talk.network.runUntil(() => talk.everybodyShows(said), 10_000)).toBe(true)
  })

  it('ENG17 that comes at once makes few transports more than it keeps', () => {
    const people = Array.from({ length: 30 }, (_, i) => ({ platform: i < 5 ? 'browser' : 'node' }) as const)
    const talk = new Talk({ people, latencyMs: [1, 5] })
    talk.people.forEach((_, i) => {
      talk.start(i)
      talk.network.runFor(60)
    })
    talk.network.runFor(5_000)
    expect(new Set(modes(talk))).toEqual(new Set(['mesh']))
    const counts = talk.people.map((_, i) => talk.asked(i, 'dial').length)
    // Everybody with everybody would be 29 each; neighbours are 8, and a few more of others' choice.
    expect(counts.reduce((sum, count) => sum + count, 0) / 30).toBeLessThan(14)
  })

  it('ENG17 dials nobody where many are here already before it knows that they are a mesh', () => {
    const talk = new Talk({ people: Array.from({ length: 31 }, () => ({ platform: 'node' }) as const) })
    talk.start(...Array.from({ length: 30 }, (_, i) => i))
    talk.network.runFor(8_000)
    talk.start(30)
    talk.network.runFor(5_000)
    expect(modes(talk)[30]).toBe('mesh')
    expect(talk.asked(30, 'dial').length).toBeLessThan(12)
    expect(talk.events(30, 'peer').filter(({ peer }) => peer.path === 'relay')).toEqual([])
  })

  it('ENG18 loses no frame of a link when most of a growing room leave the topic (seed 1)', () => {
    const closed = vi.spyOn(Links.prototype, 'close')
    const people = Array.from({ length: 60 }, () => ({ platform: 'node' }) as const)
    const talk = new Talk({ seed: 1, people, canLink: (a, b) => (a + b) % 7 !== 0 })
    talk.people.forEach((_, i) => {
      talk.start(i)
      talk.network.runFor(50)
    })
    talk.network.runFor(2_500)
    const codes = new Set(closed.mock.calls.map(([, code]) => code))
    closed.mockRestore()
    expect(codes).toContain('leftTopic')
    expect(codes).not.toContain('badFrame')
    expect(codes).not.toContain('silent')
  })

  it('GOS11 meets without any relay: everybody knows one address', () => {
    const talk = new Talk({ people: chained(30) })
    talk.start()
    talk.network.runFor(20_000)
    expect(new Set(modes(talk))).toEqual(new Set(['mesh']))
    talk.say(0, 'from the first')
    talk.say(29, 'from the last')
    expect(talk.network.runUntil(() => talk.everybodyShows(['from the first', 'from the last']), 10_000)).toBe(true)
  })

  it('GOS11 knows everybody by name, also those without a link', () => {
    const talk = new Talk({ people: chained(30) })
    talk.start()
    talk.network.runFor(45_000)
    for (const engine of engines(talk)) {
      const { nodes, online } = engine.map()
      expect(online).toBe(30)
      expect(new Set(nodes.map(({ name }) => name)).size).toBe(30)
    }
  })

  it('GOS10 is a small room again when few are left, and everybody still gets everything', () => {
    const talk = new Talk({ people: Array.from({ length: 26 }, () => ({})) })
    talk.start()
    talk.network.runFor(60_000)
    expect(new Set(modes(talk))).toEqual(new Set(['mesh']))
    for (const peer of talk.people.slice(8)) talk.network.crash(peer)
    talk.network.runFor(180_000)
    const left = engines(talk).slice(0, 8)
    expect(new Set(left.map((engine) => engine.map().mode))).toEqual(new Set(['small']))
    talk.say(3, 'who is left?')
    talk.network.runFor(5_000)
    for (let i = 0; i < 8; i++) expect(talk.texts(i)).toContain('who is left?')
  })
})
