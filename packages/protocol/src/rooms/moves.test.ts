import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { createDevice } from '../identity/session.ts'
import { decodeBody, encodeBody, maxMovedBoxes } from './content.ts'
import { openMoved, sealMoved } from './moved-boxes.ts'
import { Moves } from './moves.ts'

describe('where a room went on', () => {
  it('ROM25 the newest notice counts, in whatever order they come, and a notice that is gone does not', () => {
    const said = [
      ['s1', '01', 'first'],
      ['s2', '02', 'second'],
    ] as const
    for (const order of [said, said.toReversed()]) {
      const moves = new Moves()
      for (const [session, key, invite] of order) moves.add(session, key, 1, { invite, boxes: [] })
      expect(moves.newest((session) => `author of ${session}`)).toEqual({
        author: 'author of s2',
        invite: 'second',
        boxes: [],
      })
      moves.remove('01')
      expect(moves.newest((session) => session)?.invite).toBe('second')
      moves.remove('02')
      expect(moves.newest((session) => session)).toBeUndefined()
    }
  })

  it('ROM25 reads back as said; longer than a link, or cut, it is refused', () => {
    const boxes = [{ device: '0123456789abcdef', sealed: new Uint8Array(200).fill(7) }]
    const body = { refs: [], content: { type: 'moved', invite: 'https://kith.example/#i-x', boxes } } as const
    const bytes = encodeBody(body)
    expect(decodeBody(bytes)).toMatchObject({ ok: true, value: { content: body.content } })
    expect(() => encodeBody({ refs: [], content: { type: 'moved', invite: 'x'.repeat(513), boxes } })).toThrow()
    const many = Array.from({ length: maxMovedBoxes + 1 }, () => boxes[0]!)
    expect(() => encodeBody({ refs: [], content: { type: 'moved', invite: '', boxes: many } })).toThrow()
  })

  it('ROM26 the way in opens for the devices it was sealed for, in that room, from that author, and for nobody else', () => {
    const crypto = createSeededCrypto('moved')
    const [bo, boLaptop, carol] = [createDevice(crypto), createDevice(crypto), createDevice(crypto)]
    const known = [bo, boLaptop].map(({ sign, agree }) => ({
      device: formatHex(sign.publicKey),
      agree: agree.publicKey,
    }))
    const notice = { room: '00'.repeat(16), author: 'aa'.repeat(32) }
    const unusable = { device: 'ff'.repeat(32), agree: new Uint8Array(32) }
    const boxes = sealMoved(crypto, notice, [...known, unusable], 'the way')
    expect(boxes).toHaveLength(2)
    const open = ({ sign, agree }: typeof bo, about = notice, from = boxes): string | undefined =>
      openMoved(crypto, about, formatHex(sign.publicKey), [carol.agree, agree], from)
    expect([bo, boLaptop].map((device) => open(device))).toEqual(['the way', 'the way'])
    expect(open(carol)).toBeUndefined()
    expect(open({ ...carol, sign: bo.sign })).toBeUndefined()
    expect(open(bo, { ...notice, author: 'bb'.repeat(32) })).toBeUndefined()
    expect(open(bo, { ...notice, room: '11'.repeat(16) })).toBeUndefined()
    for (const at of [0, 31, 32, 50]) {
      const broken = boxes.map(({ device, sealed }) => ({
        device,
        sealed: sealed.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      }))
      expect(open(bo, notice, broken)).toBeUndefined()
      expect(
        open(
          bo,
          notice,
          boxes.map(({ device, sealed }) => ({ device, sealed: sealed.subarray(0, at) })),
        ),
      ).toBeUndefined()
    }
    expect(
      sealMoved(
        crypto,
        notice,
        Array.from({ length: 300 }, () => known[0]!),
        'x',
      ),
    ).toHaveLength(maxMovedBoxes)
  })
})
