import { describe, expect, it } from 'vitest'
import { createNobleCrypto } from '../crypto/noble.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { Reunion, reunionMs, turnMs } from './reunion.ts'

const { random } = createSeededCrypto('reunion')
const start = 1_800_000_000_000
const lobby = 'aa'
const away = ['bb']

/** Turn by turn for an hour: does this session look? */
function turnsOf(): readonly boolean[] {
  const reunion = new Reunion(createNobleCrypto(random), random(32))
  return Array.from({ length: 120 }, (_, turn) => reunion.looks(lobby, away, start + turn * turnMs))
}

/** Turns from the beginning of each to the next in which `is` holds; 0 where it holds at once. */
function waits(length: number, is: (turn: number) => boolean): readonly number[] {
  const found: number[] = []
  for (let turn = 0; turn < length; turn++) {
    let next = turn
    while (next < length && !is(next)) next++
    if (next < length) found.push(next - turn)
  }
  return found
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('whoever looks for a member that was not met', () => {
  it('ENG48 listens most of the time: one that comes back is heard after half a turn', () => {
    const sessions = Array.from({ length: 10 }, turnsOf)
    const all = sessions.flatMap((turns) => waits(turns.length, (turn) => turns[turn] === false))
    expect(mean(all)).toBeLessThan(0.7)
    expect(mean(all) * turnMs).toBeLessThan(8_000)
  })

  it('ENG48 looks while another listens within a few turns, so that two parts of a room find one another', () => {
    const pairs = Array.from({ length: 10 }, () => [turnsOf(), turnsOf()] as const)
    const all = pairs.flatMap(([one, other]) => waits(one.length, (turn) => one[turn] !== other[turn]))
    expect(mean(all)).toBeLessThan(2)
    expect(Math.max(...all)).toBeLessThan(30)
  })

  it('ENG48 listens only, once everybody was met or a day has passed', () => {
    const reunion = new Reunion(createNobleCrypto(random), random(32))
    reunion.looks(lobby, away, start)
    const looksAt = (from: number): boolean =>
      Array.from({ length: 100 }, (_, turn) => reunion.looks(lobby, away, from + turn * turnMs)).includes(true)
    expect(looksAt(start)).toBe(true)
    expect(looksAt(start + reunionMs + turnMs)).toBe(false)
    reunion.looks('cc', away, start)
    reunion.met('bb')
    expect(reunion.looks('cc', away, start)).toBe(false)
  })
})
