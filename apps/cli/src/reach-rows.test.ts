import { FakeChat, type FakePerson } from '@kith/peer/testing'
import { fakeChat } from '@kith/peer/testing/fake-fixtures'
import { describe, expect, it } from 'vitest'
import { rowsText } from './map-rows.ts'
import { reachRows, type Told } from './reach-rows.ts'
import { rowWidth } from './screen/layout.ts'

const now = 1.75e12

async function told(people: readonly FakePerson[], name: string): Promise<Told> {
  const chat = new FakeChat({
    rooms: [{ title: '', link: `kith:#${'L'.repeat(42)}A`, relay: 'up', people }],
    now: () => now,
  })
  const room = chat.first
  const person = room.state.people.find((other) => other.name === name)
  return { report: await room.reachReport(person?.id ?? ''), map: await room.map(), person, now }
}

async function textOf(people: readonly FakePerson[], name: string): Promise<string> {
  return rowsText(reachRows(await told(people, name), 200))
}

const mara: FakePerson = { name: 'Mara', path: 'direct', rttMs: 18 }

describe('why somebody cannot be reached', () => {
  it('TRM14 says the path, each way that was tried with its state, and the next try', async () => {
    expect(await textOf([mara, { name: 'Priya', path: 'through', rttMs: 120 }], 'Priya')).toBe(
      [
        'Mara carries what you and Priya say, sealed, and cannot read it. There and back takes 120 ms.',
        'The direct way: their answer never came.',
        'Their program may be asleep: ask them to bring it to the front.',
        '',
        '… directly, by WebRTC   asked, waiting for their answer, for 11 s, failed 6 times, code timeout',
        '… by relay              they are not met at the relay',
        '+ through a member      in use, by Mara, for 3 min',
        '',
        'last heard 1 s ago · your clocks agree · relay connected · Priya is not seen there',
        '/redacted Priya has this without names and keys, to give away.',
      ].join('\n'),
    )
    expect(await textOf([mara], 'Mara')).toMatch(
      /^You and Mara are directly connected\. There and back takes 18 ms\.\n\n\+ directly/u,
    )
    expect(await textOf([{ name: 'Aiko', path: 'relay' }], 'Aiko')).toContain('next try in 38 s')
    const blocked = await textOf([{ name: 'Tom' }], 'Tom')
    expect(blocked).toContain('Tom cannot be reached right now')
    expect(blocked).toContain('The direct way: it opened, but the handshake failed.')
  })

  it('TRM14 says whose clock is wrong, and what to do', async () => {
    const theirs = await textOf([{ ...mara, reach: () => ({ clockAheadMs: 187_000 }) }], 'Mara')
    expect(theirs).toContain('their clock is 3 min ahead')
    expect(theirs).toContain('Tell them that their clock is off')
    expect(await textOf([{ ...mara, reach: () => ({ ownClockAheadMs: -7_300_000 }) }], 'Mara')).toContain(
      'your clock is 2 h behind',
    )
  })

  it('TRM14 says of those who are not here, or far away in a large room, what they are', async () => {
    expect(await textOf([{ name: 'Wren', online: false }], 'Wren')).toMatch(/^Wren is not here: /u)
    expect(await textOf([{ name: 'Far', here: true }], 'Far')).toMatch(/^You and Far have no link of your own/u)
  })

  it('TRM9 is never wider than the window', async () => {
    const { first } = fakeChat('mapBlocked')
    for (const person of first.state.people.slice(1)) {
      const facts = { report: await first.reachReport(person.id), map: await first.map(), person, now: Date.now() }
      for (const columns of [40, 60, 76]) {
        for (const row of reachRows(facts, columns)) expect(rowWidth(row)).toBeLessThanOrEqual(columns)
      }
    }
  })
})
