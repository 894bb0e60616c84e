import { describe, expect, it } from 'vitest'
import { Crowd, meshFrom, smallUntil } from './crowd.ts'

describe('how many make a mesh', () => {
  it('GOS10 more than 20 make a mesh and fewer than 12 a small room: at the border it stays what it was', () => {
    const crowd = new Crowd()
    expect(crowd.isMesh(false, meshFrom, 0)).toBe(false)
    expect(crowd.isMesh(false, meshFrom + 1, 0)).toBe(true)
    expect(crowd.isMesh(true, smallUntil, 0)).toBe(true)
    expect(crowd.isMesh(true, smallUntil - 1, 0)).toBe(false)
  })

  it('GOS10 whoever comes believes a neighbour that calls the room a mesh, while its word is fresh', () => {
    const crowd = new Crowd()
    crowd.heard('a', 5_000, true, 0)
    expect(crowd.isMesh(false, 2, 1_000)).toBe(true)
    crowd.heard('a', smallUntil - 1, true, 1_000)
    expect(crowd.isMesh(false, 2, 1_000)).toBe(false)
    crowd.heard('a', smallUntil, true, 1_000)
    expect(crowd.isMesh(false, 2, 1_000)).toBe(true)
    expect(crowd.isMesh(false, 2, 31_001)).toBe(false)
    crowd.heard('b', 5_000, false, 32_000)
    expect(crowd.isMesh(false, 2, 32_000)).toBe(false)
  })

  it('GOS10 keeps the word of a bounded number of neighbours', () => {
    const crowd = new Crowd()
    crowd.heard('first', 900, true, 0)
    for (let i = 0; i < 100; i++) crowd.heard(`s${i}`, 30, true, 0)
    expect(crowd.told(0)).toBe(30)
  })
})
