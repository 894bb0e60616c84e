import { describe, expect, it } from 'vitest'
import { decodeTreeEntries, maxEntriesPerFrame } from '../gossip/broadcast-wire.ts'
import type { TreeWay } from '../gossip/broadcast-wire.ts'
import { EntryBatch, maxTogetherBytes } from './entry-batch.ts'

const way: TreeWay = { tree: 7, hop: 2, pulled: false, late: false }

function carried(byte: number, length = 100): { entry: Uint8Array; receipt: undefined } {
  return { entry: new Uint8Array(length).fill(byte), receipt: undefined }
}

/** What was sent to whom: first bytes of the entries of each frame. */
class Sent {
  readonly frames: string[] = []
  readonly batch: EntryBatch = new EntryBatch((to, payload) => {
    const decoded = decodeTreeEntries(payload)
    if (!decoded.ok) throw new Error('what is sent can be read')
    const { tree, hop, entries } = decoded.value
    this.frames.push(`${to} ${tree}/${hop} ${entries.map(({ entry }) => entry[0]).join(',')}`)
  })
}

describe('entries of one turn', () => {
  it('GOS103 leave in one frame where they go the same way, in their order', () => {
    const { batch, frames } = new Sent()
    batch.add(way, ['a', 'b'], carried(1))
    batch.add({ ...way }, ['a', 'b'], carried(2))
    expect(frames).toEqual([])
    batch.flush()
    batch.flush()
    expect(frames).toEqual(['a 7/2 1,2', 'b 7/2 1,2'])
  })

  it('GOS103 leave in frames of their own where they do not', () => {
    const { batch, frames } = new Sent()
    batch.add(way, ['a'], carried(1))
    batch.add(way, ['b'], carried(2))
    batch.add(way, ['b', 'c'], carried(3))
    batch.add({ ...way, hop: 3 }, ['b', 'c'], carried(4))
    batch.add({ ...way, hop: 3, late: true }, ['b', 'c'], carried(5))
    batch.add({ ...way, hop: 3, late: true, tree: 8 }, ['b', 'c'], carried(6))
    batch.flush()
    const expected = ['a 7/2 1', 'b 7/2 2', 'b 7/2 3', 'c 7/2 3', 'b 7/3 4', 'c 7/3 4', 'b 7/3 5', 'c 7/3 5']
    expect(frames).toEqual([...expected, 'b 8/3 6', 'c 8/3 6'])
  })

  it('GOS103 are no more in one frame than it may hold', () => {
    const { batch, frames } = new Sent()
    for (let i = 0; i <= maxEntriesPerFrame; i++) batch.add(way, ['a'], carried(i))
    batch.add(way, ['a'], carried(99, maxTogetherBytes))
    batch.flush()
    const first = Array.from({ length: maxEntriesPerFrame }, (_, i) => i).join(',')
    expect(frames).toEqual([`a 7/2 ${first}`, `a 7/2 ${maxEntriesPerFrame}`, 'a 7/2 99'])
  })
})
