import { expect, test } from 'vitest'
import type { Entry } from '../log/entry.ts'
import { RecentEntries, maxRecent, recentMs } from './recent-entries.ts'

const entry = (name: string): Entry => ({ key: name }) as unknown as Entry

test('an entry is found by its ref for one minute at least and two at most, the newest of those with one ref', () => {
  const recent = new RecentEntries(0)
  recent.add(7, entry('first'), 10)
  recent.add(7, entry('second'), 20)
  recent.add(8, entry('other'), 30)
  expect(recent.find(7)?.key).toBe('second')
  expect(recent.find(9)).toBeUndefined()
  recent.tick(recentMs - 1)
  recent.tick(recentMs)
  expect(recent.find(8)?.key).toBe('other')
  recent.add(7, entry('third'), recentMs + 1)
  expect(recent.find(7)?.key).toBe('third')
  recent.tick(2 * recentMs)
  expect(recent.find(8)).toBeUndefined()
  expect(recent.find(7)?.key).toBe('third')
})

test('no more than twice the most are kept, however many come', () => {
  const recent = new RecentEntries(0)
  for (let ref = 0; ref < maxRecent * 5; ref++) recent.add(ref, entry(String(ref)), 1)
  let kept = 0
  for (let ref = 0; ref < maxRecent * 5; ref++) if (recent.find(ref) !== undefined) kept++
  expect(kept).toBeGreaterThanOrEqual(maxRecent)
  expect(kept).toBeLessThanOrEqual(maxRecent * 2)
  expect(recent.find(maxRecent * 5 - 1)).toBeDefined()
})
