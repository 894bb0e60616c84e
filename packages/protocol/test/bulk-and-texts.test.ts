/** What people say while a file fills the only link there is, which breaks and comes back meanwhile. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { Bits } from '../src/blobs/bits.ts'
import type { BlobJob, BlobResult } from '../src/blobs/jobs.ts'
import { blockLengthOf, blocksOf, hashBytes, pagesOf } from '../src/blobs/layout.ts'
import { buildPages, leafOf } from '../src/blobs/merkle.ts'
import { equalBytes } from '../src/codec/bytes.ts'
import { formatHex } from '../src/codec/text.ts'
import { createSeededRandom } from '../src/sim/random.ts'
import { Talk } from './talk.ts'

const crypto = createNativeCrypto()
const size = 3_000_000
/** Of both lines: some six seconds for the file. */
const bitsPerSecond = 4_000_000
const diskMs = 3

const random = createSeededRandom(5)
const blocks = Array.from({ length: blocksOf(size) }, (_, i) => random.bytes(blockLengthOf(size, i)))
const leaves = new Uint8Array(blocks.length * hashBytes)
blocks.forEach((block, i) => leaves.set(leafOf(crypto, block), i * hashBytes))
const { root, pages } = buildPages(crypto, size, leaves)
const name = formatHex(root)

class Disk {
  readonly blocks = new Bits(blocksOf(size))
  readonly pages = new Bits(pagesOf(size))

  answer(job: BlobJob): BlobResult {
    switch (job.type) {
      case 'look':
        return { type: 'held', blocks: this.blocks.toBytes(), pages: this.pages.toBytes() }
      case 'keepBlock':
        if (!equalBytes(leafOf(crypto, job.bytes), job.leaf)) return { type: 'kept', outcome: 'corrupt' }
        this.blocks.set(job.index)
        return { type: 'kept', outcome: 'kept' }
      case 'keepPage':
        this.pages.set(job.index)
        return { type: 'kept', outcome: 'kept' }
      case 'read': {
        const [held, parts] = job.part === 'block' ? [this.blocks, blocks] : [this.pages, pages]
        return { type: 'bytes', bytes: held.has(job.index) ? parts[job.index] : undefined }
      }
      case 'remove':
        return { type: 'removed' }
    }
  }
}

describe('texts beside a file', () => {
  it.each([1, 2])('BLB18 arrive once each over a link that is full, breaks and comes back (seed %i)', (seed) => {
    const disks = [new Disk(), new Disk()] as const
    disks[0].blocks.fill()
    disks[0].pages.fill()
    const terminal = { platform: 'node', relay: false, blobs: true } as const
    const talk: Talk = new Talk({
      seed,
      people: [{ ...terminal, dials: [1] }, terminal],
      bandwidth: { up: bitsPerSecond, down: bitsPerSecond },
      wrap: (engine, person) => ({
        handle: (input, now) => {
          const outputs = engine.handle(input, now)
          for (const output of outputs) {
            if (output.type !== 'blob') continue
            talk.network.schedule(talk.network.now + diskMs, () => {
              const result = (disks[person] as Disk).answer(output.job)
              talk.give(person, { type: 'blobDone', request: output.request, result })
            })
          }
          return outputs
        },
      }),
    })
    talk.start()
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 20_000)).toBe(true)
    const manifest = { root, key: new Uint8Array(32), size, type: '', name: 'film', preview: new Uint8Array() }
    talk.give(0, { type: 'post', tag: 1_000, content: { type: 'text', text: 'the film', attachments: [manifest] } })
    talk.give(0, { type: 'blobSealed', root: name, size })
    talk.network.runFor(200)
    talk.give(1, { type: 'blobFetch', root: name })
    const said = ['the film']
    let held = 0
    for (let turn = 0; turn < 60; turn++) {
      for (const person of [0, 1]) {
        const text = `${turn} of ${person}`
        said.push(text)
        talk.say(person, text)
      }
      talk.network.runFor(100)
      if (turn !== 15 && turn !== 35) continue
      // The file was coming, and much of it is still to come.
      expect(disks[1].blocks.count).toBeGreaterThan(held)
      expect(disks[1].blocks.isFull).toBe(false)
      held = disks[1].blocks.count
      talk.network.cutDirect()
    }
    talk.network.runUntil(() => disks[1].blocks.isFull && talk.everybodyShows(said), 120_000)
    expect(disks[1].blocks.isFull).toBe(true)
    expect(talk.everybodyShows(said)).toBe(true)
    // Broken twice, and twice there again.
    expect(talk.asked(0, 'dialAddress').length).toBeGreaterThanOrEqual(3)
  })
})
