import { describe, expect, it } from 'vitest'
import { parseHex } from '../codec/text.ts'
import { Neighbourhood } from './spread.ts'
import type { Neighbour, NeighbourPath } from './wire.ts'

const session = (name: string): string => name.charCodeAt(0).toString(16).repeat(32)
const told = (name: string, path: NeighbourPath = 'direct'): Neighbour => ({
  prefix: (parseHex(session(name)) as Uint8Array).subarray(0, 8),
  path,
  rttMs: undefined,
  through: undefined,
})
const prefixes = (...names: string[]): Neighbour[] => names.map((name) => told(name))
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(session) as [string, string, string, string]
const nobody = (): boolean => false

describe('spreading a live entry', () => {
  it('GOS3 goes from its author to every direct link', () => {
    const mesh = new Neighbourhood()
    mesh.announce(b, prefixes('a', 'c'))
    expect(mesh.targets({ author: a, from: undefined, byRelay: false }, [b, c], () => true)).toEqual([b, c])
  })

  it('GOS3 is passed on by nobody in a full mesh', () => {
    const mesh = new Neighbourhood()
    mesh.announce(a, prefixes('b', 'c', 'd'))
    expect(mesh.targets({ author: a, from: a, byRelay: false }, [a, c, d], nobody)).toEqual([])
  })

  it('GOS4 crosses a gap through a common neighbour', () => {
    const mesh = new Neighbourhood()
    mesh.announce(a, prefixes('b', 'c'))
    expect(mesh.targets({ author: a, from: a, byRelay: false }, [a, c, d], nobody)).toEqual([d])
  })

  it('GOS4 is passed on in doubt: neighbours that were never announced count as none', () => {
    expect(new Neighbourhood().targets({ author: a, from: a, byRelay: false }, [a, c], nobody)).toEqual([c])
  })

  it('GOS4 counts links through a member, and not those by the relay', () => {
    const mesh = new Neighbourhood()
    mesh.announce(a, [told('c', 'relay'), told('d', 'through')])
    expect(mesh.targets({ author: a, from: a, byRelay: false }, [a, c, d], nobody)).toEqual([c])
  })

  it('GOS10 counts everybody it was told of once', () => {
    const mesh = new Neighbourhood()
    mesh.announce(a, prefixes('b', 'c'))
    mesh.announce(b, prefixes('a', 'c', 'd'))
    expect(mesh.size).toBe(4)
  })

  it('GOS4 forgets the neighbours of whoever left', () => {
    const mesh = new Neighbourhood()
    mesh.announce(a, prefixes('c'))
    expect(mesh.reaches(a, c)).toBe(true)
    mesh.forget(a)
    expect(mesh.reaches(a, c)).toBe(false)
  })

  it('GOS5 is passed on from the relay only to those who are not in its topic', () => {
    const mesh = new Neighbourhood()
    const inTopic = (other: string): boolean => other !== d
    expect(mesh.targets({ author: a, from: undefined, byRelay: true }, [b, c, d], inTopic)).toEqual([d])
  })

  it('GOS6 never goes back to its author or to whoever brought it', () => {
    expect(new Neighbourhood().targets({ author: a, from: b, byRelay: false }, [a, b, c], nobody)).toEqual([c])
  })
})
