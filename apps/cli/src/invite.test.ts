import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { inviteText, qrRows } from './invite.ts'

const link = `https://kith.example/#${'A'.repeat(43)}`

describe('invites', () => {
  it('show the code module by module, white being drawn', () => {
    const { data, size } = encode(link, { border: 2, ecc: 'L' })
    const drawn = qrRows(link).flatMap((row) => [
      Array.from(row, (block) => block === '█' || block === '▀'),
      Array.from(row, (block) => block === '█' || block === '▄'),
    ])
    const white = drawn.slice(0, size)
    expect(white.map((row) => row.map((module) => !module))).toEqual(data)
    // A quiet zone all around.
    expect(white[0]?.every(Boolean) && white.at(-1)?.every(Boolean)).toBe(true)
  })

  it('begin with the link alone on its line, for scripts', () => {
    expect(inviteText(link).split('\n')[0]).toBe(link)
  })
})
