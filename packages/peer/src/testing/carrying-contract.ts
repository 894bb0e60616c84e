/** What holds for every transport once it is up, whether it was signalled or dialled by address. */
import type { Channel } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import type { RecordedTransport } from './recorded-transport.ts'

/** `near` opened it. Both are up. */
export interface Connected {
  readonly near: RecordedTransport
  readonly far: RecordedTransport
}

export function patterned(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed * 17) & 0xff
  return bytes
}

/** Compared by hand: `toEqual` on megabytes of typed arrays takes minutes. */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index])
}

export function carryingContract(name: string, connect: () => Promise<Connected>): void {
  describe(`carrying contract: ${name}`, () => {
    it('TRN1 comes up once on both sides with mirrored bindings of 32 bytes', async () => {
      const { near, far } = await connect()
      expect([near.ups.length, far.ups.length]).toEqual([1, 1])
      expect(near.ups[0]?.local).toHaveLength(32)
      expect(near.ups[0]?.local).toEqual(far.ups[0]?.remote)
      expect(near.ups[0]?.remote).toEqual(far.ups[0]?.local)
      expect(near.ups[0]?.local).not.toEqual(near.ups[0]?.remote)
    })

    it.each<Channel>(['control', 'bulk'])(
      'TRN2 carries frames of 1 byte to 64 KiB whole and in order: %s',
      async (channel) => {
        const { near, far } = await connect()
        const sizes = [1, 2, 1199, 16_384, 65_535, 65_536, 3, 1]
        const frames = sizes.map((size, index) => patterned(size, index))
        for (const frame of frames) {
          near.send(channel, frame)
          far.send(channel, frame)
        }
        for (const side of [near, far]) {
          await side.until('all frames', (self) => self.frames.length === frames.length)
          expect(frames.map((frame, index) => sameBytes(side.frames[index], frame))).toEqual(frames.map(() => true))
        }
      },
    )

    it('TRN2 sends what a view shows and may reuse the buffer afterwards', async () => {
      const { near, far } = await connect()
      const buffer = patterned(300, 5)
      near.send('control', buffer.subarray(100, 200))
      const expected = buffer.slice(100, 200)
      await far.until('the frame', (self) => self.frames.length === 1)
      expect(far.frames[0]).toEqual(expected)
    })

    it('TRN3 refuses to send an empty or an oversize frame, which would be a bug of ours', async () => {
      const { near } = await connect()
      expect(() => near.send('control', new Uint8Array(0))).toThrow('a frame of 0 bytes')
      expect(() => near.send('control', new Uint8Array(65_537))).toThrow('a frame of 65537 bytes')
      expect(near.downs).toBe(0)
    })

    it('TRN4 says full above the high-water mark, drained below the low one, and loses nothing', async () => {
      const { near, far } = await connect()
      const count = 256
      for (let i = 0; i < count; i++) near.send('bulk', patterned(16_384, i))
      expect(near.full).toBe(1)
      await near.until('drained', (self) => self.drained === 1)
      await far.until('all frames', (self) => self.frames.length === count)
      expect(far.frames.findIndex((frame, index) => !sameBytes(frame, patterned(16_384, index)))).toBe(-1)
      near.send('control', patterned(10, 1))
      await far.until('one more', (self) => self.frames.length === count + 1)
      expect(near.full).toBe(near.drained)
    })

    it('TRN5 goes down once on both sides and reports nothing afterwards', async () => {
      const { near, far } = await connect()
      near.close()
      near.close()
      expect(near.downs).toBe(1)
      await far.until('down', (self) => self.downs === 1, 3_000)
      near.send('control', patterned(10, 1))
      far.send('control', patterned(10, 1))
      far.close()
      await pause(100)
      for (const side of [near, far]) expect([side.downs, side.late]).toEqual([1, 0])
    })

    it('TRN6 delivers what was handed over right before closing', async () => {
      const { near, far } = await connect()
      for (let i = 0; i < 20; i++) near.send('control', patterned(1000, i))
      near.close()
      await far.until('the goodbye and down', (self) => self.downs === 1)
      expect(far.frames).toHaveLength(20)
      expect(sameBytes(far.frames[19], patterned(1000, 19))).toBe(true)
    })
  })
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
