import { describe, expect, it } from 'vitest'
import { decodeBody, encodeBody } from './content.ts'
import { Moves } from './moves.ts'

describe('where a room went on', () => {
  it('ROM25 the newest notice counts, in whatever order they come, and a notice that is gone does not', () => {
    const said = [
      ['s1', '01', 'first'],
      ['s2', '02', 'second'],
    ] as const
    for (const order of [said, said.toReversed()]) {
      const moves = new Moves()
      for (const [session, key, invite] of order) moves.add(session, key, 1, invite)
      expect(moves.newest((session) => `author of ${session}`)).toEqual({ author: 'author of s2', invite: 'second' })
      moves.remove('01')
      expect(moves.newest((session) => session)?.invite).toBe('second')
      moves.remove('02')
      expect(moves.newest((session) => session)).toBeUndefined()
    }
  })

  it('ROM25 reads back as said; longer than a link, or cut, it is refused', () => {
    const body = { refs: [], content: { type: 'moved', invite: 'https://kith.example/#i-x' } } as const
    const bytes = encodeBody(body)
    expect(decodeBody(bytes)).toMatchObject({ ok: true, value: { content: body.content } })
    expect(() => encodeBody({ refs: [], content: { type: 'moved', invite: 'x'.repeat(513) } })).toThrow()
  })
})
