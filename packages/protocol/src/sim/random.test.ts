import { describe, expect, it } from 'vitest'
import { EventHash } from './event-hash.ts'
import { EventQueue } from './event-queue.ts'
import { createSeededRandom } from './random.ts'

describe('seeded chance', () => {
  it('SIM4 repeats for a seed and differs between seeds', () => {
    const draw = (seed: number): string => createSeededRandom(seed).bytes(64).join()
    expect(draw(1)).toBe(draw(1))
    expect(new Set(Array.from({ length: 500 }, (_, seed) => draw(seed))).size).toBe(500)
  })

  it('SIM4 forks without disturbing the parent', () => {
    const one = createSeededRandom(3)
    const two = createSeededRandom(3)
    const fork = one.fork()
    two.fork()
    for (let i = 0; i < 100; i++) fork.next()
    expect(one.next()).toBe(two.next())
  })

  it('SIM4 hits every integer of a span and stays inside it', () => {
    const random = createSeededRandom(5)
    const seen = new Set(Array.from({ length: 1_000 }, () => random.between(-2, 2)))
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
  })
})

it('SIM1 events happen in the order of their time, and at one time in the order they were made', () => {
  const queue = new EventQueue<string>()
  for (const [at, value] of [
    [5, 'c'],
    [1, 'a'],
    [5, 'd'],
    [3, 'b'],
    [5, 'e'],
  ] as const)
    queue.push(at, value)
  expect(Array.from({ length: 5 }, () => queue.pop()?.value).join('')).toBe('abcde')
  expect(queue.pop()).toBeUndefined()
})

it('SIM1 the event hash depends on every value and on their order', () => {
  const hash = (...values: number[]): string => {
    const events = new EventHash()
    for (const value of values) events.add(value)
    return events.hex
  }
  expect(hash(1, 2, 3)).toBe(hash(1, 2, 3))
  expect(new Set([hash(1, 2, 3), hash(1, 3, 2), hash(1, 2), hash(2 ** 40 + 1, 2, 3)]).size).toBe(4)
})
