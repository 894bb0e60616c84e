/** A mesh in which some pairs cannot link directly: members carry for them where they would have too few links. */
import { describe, expect, it } from 'vitest'
import { Talk } from './talk.ts'
import type { PersonOptions } from './talk.ts'

const count = 26
/** Whom the last person, behind a wall, can link with. */
const doors = [0, 1]
const walled = count - 1

describe('a mesh with walls', () => {
  it('GOS90 whoever can link with two others only has more neighbours through them, and hears everything', () => {
    const people: PersonOptions[] = Array.from({ length: count }, (_, i) => ({
      platform: 'node' as const,
      relay: false,
      dials: i === 0 ? [] : [0],
    }))
    const canLink = (a: number, b: number): boolean => {
      if (a !== walled && b !== walled) return true
      return doors.includes(Math.min(a, b))
    }
    const talk = new Talk({ people, canLink })
    talk.start()
    talk.network.runFor(90_000)
    const { session } = talk.engine(walled)
    expect(talk.engine(walled).map().mode).toBe('mesh')
    const own = talk
      .engine(walled)
      .map()
      .links.filter(({ a, b }) => a === session || b === session)
    const through = own.filter(({ path }) => path === 'through')
    expect(through.length).toBeGreaterThan(0)
    expect(own.filter(({ path }) => path === 'direct').length).toBeLessThanOrEqual(doors.length)
    const carriers = doors.map((door) => talk.engine(door).session)
    for (const link of through) expect(carriers).toContain(link.through)
    talk.say(walled, 'from behind the wall')
    talk.say(7, 'to behind the wall')
    const said = ['from behind the wall', 'to behind the wall']
    expect(talk.network.runUntil(() => talk.everybodyShows(said), 10_000)).toBe(true)
  }, 120_000)
})
