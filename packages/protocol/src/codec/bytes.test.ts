import { describe, expect, it } from 'vitest'
import { copyBytes, passingBytes } from './bytes.ts'
import { Writer } from './writer.ts'

describe('bytes of frames on their way', () => {
  it('are zeroed, of the length asked for, and never shared by two', () => {
    const taken: Uint8Array[] = []
    for (let i = 0; i < 2_000; i++) {
      const bytes = passingBytes(i % 97)
      expect(bytes.every((byte) => byte === 0)).toBe(true)
      expect(bytes.length).toBe(i % 97)
      taken.push(bytes.fill(i % 251))
    }
    taken.forEach((bytes, i) => expect(bytes.every((byte) => byte === i % 251)).toBe(true))
  })

  it('have a buffer of their own when they are long, so that a kept page keeps no others', () => {
    expect(passingBytes(100_000).buffer.byteLength).toBe(100_000)
  })

  it('are what the writer would have given', () => {
    for (const length of [0, 1, 47, 48, 49, 300, 5_000]) {
      const said = Uint8Array.from({ length }, (_, i) => i * 7)
      const write = (): Writer => new Writer().u8(9).bytes(said).u48(1_700_000_000_000)
      expect(write().finishPassing()).toEqual(write().finish())
      const copy = new Uint8Array(length + 2)
      copyBytes(said, copy, 2)
      expect(copy.subarray(2)).toEqual(said)
    }
  })
})
