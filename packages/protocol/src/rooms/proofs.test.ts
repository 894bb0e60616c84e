import { expect, test } from 'vitest'
import { Proofs } from './proofs.ts'

const proof = (byte: number): Uint8Array => Uint8Array.of(byte)

test('IDN21 the newest proof of an author counts, whichever session said it, once its chain is known', () => {
  const proofs = new Proofs()
  const authors = new Map([['s1', 'ada']])
  const flush = (): unknown => proofs.flush((session) => authors.get(session) ?? session)
  proofs.add('s1', 'K2', 2, proof(2))
  proofs.add('s2', 'K3', 3, proof(3))
  expect(flush()).toEqual([{ author: 'ada', proof: proof(2) }])
  expect(flush()).toEqual([])
  authors.set('s2', 'ada')
  proofs.touch('s2')
  expect(flush()).toEqual([{ author: 'ada', proof: proof(3) }])
  // An older one that comes late changes nothing.
  proofs.add('s1', 'K1', 1, proof(1))
  expect(flush()).toEqual([])
  proofs.add('s1', 'K4', 4, new Uint8Array(0))
  expect(flush()).toEqual([{ author: 'ada', proof: new Uint8Array(0) }])
  proofs.remove('s1', 'K4')
  proofs.touch('s2')
  expect(flush()).toEqual([{ author: 'ada', proof: proof(3) }])
})
