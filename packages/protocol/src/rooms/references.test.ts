import { expect, test } from 'vitest'
import type { Entry } from '../log/entry.ts'
import { References } from './references.ts'

/** Of an entry only what references ask for: a key that sorts as a real one, a time and an id. */
function entryAt(time: number): Entry {
  return { key: String(time).padStart(26, '0'), time, id: new Uint8Array(32).fill(time) } as unknown as Entry
}

const timesOf = (references: References): number[] => references.heads(() => false).map((key) => key[15] as number)

test('what another entry names or follows is no head, whichever came first, alone or in one page', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map(entryAt) as [Entry, Entry, Entry, Entry]
  const alone = new Set<string>()
  const one = new References((key) => alone.has(key))
  const note = (entry: Entry, before?: Entry, ...refs: Entry[]): void => {
    alone.add(entry.key)
    one.note(
      entry,
      before,
      refs.map(({ key }) => key),
    )
  }
  note(a)
  note(c, undefined, a, b)
  expect(timesOf(one)).toEqual([3])
  expect(one.missing).toBe(1)
  note(b)
  expect(one.missing).toBe(0)
  note(d, c)
  expect(timesOf(one)).toEqual([4])

  const page = new References(() => true)
  page.expect([d, c, b, a])
  page.note(d, c, [])
  page.note(c, undefined, [a.key, b.key])
  page.note(b, undefined, [])
  page.note(a, undefined, [])
  expect(timesOf(page)).toEqual([4])
})
