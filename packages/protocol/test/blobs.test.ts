import { describe, expect, it } from 'vitest'
import { createNobleCrypto } from '../src/crypto/noble.ts'
import { blobTags } from '../src/blobs/wire.ts'
import { BlobLab, type LabFile, type LabPeer } from '../src/sim/blob-lab.ts'
import { createSeededRandom } from '../src/sim/random.ts'

const blockTag = blobTags.from + 4

function lab(peers: number, uplink = 12_500): BlobLab {
  const seed = 3
  const made = new BlobLab({ crypto: createNobleCrypto(createSeededRandom(seed).bytes), seed, uplink })
  for (let i = 0; i < peers; i++) made.add()
  made.linkAll()
  return made
}

function everybodyWants(net: BlobLab, file: LabFile, peers: readonly LabPeer[] = net.peers): void {
  for (const peer of peers) {
    peer.blobs.know(file.root, file.size, net.now)
    peer.blobs.fetch(file.root, undefined, net.now)
  }
}

function share(net: BlobLab, source: LabPeer, file: LabFile): void {
  net.hold(source, file)
  source.blobs.sealed(file.root, file.size, net.now)
}

function isHere(peer: LabPeer, file: LabFile): boolean {
  return peer.progress.get(file.root)?.state === 'here'
}

function countBlocks(peer: LabPeer): number {
  let sum = 0
  for (const count of peer.sent.values()) sum += count
  return sum
}

describe('files among many', () => {
  it('BLB8 the source gives each block away once, and little more; everybody has it soon', () => {
    const net = lab(16, 1_250)
    const [source] = net.peers as [LabPeer]
    const file = net.file(1_200_000)
    share(net, source, file)
    everybodyWants(net, file)
    const start = net.now
    net.run(60_000, () => net.peers.every((peer) => isHere(peer, file)))
    expect(net.peers.every((peer) => isHere(peer, file))).toBe(true)
    expect(countBlocks(source)).toBeLessThanOrEqual(file.blocks.length * 1.15)
    const bound = (file.size * 1.0642) / 1_250
    expect((net.now - start) / bound).toBeLessThan(1.6)
  }, 30_000)

  it('BLB2 what somebody reads comes in order, also from who gives it away for the first time', () => {
    const net = lab(2, 1_250)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    const file = net.file(4_000_000)
    share(net, ana, file)
    everybodyWants(net, file, [ana])
    ben.blobs.know(file.root, file.size, net.now)
    ben.blobs.fetch(file.root, 0, net.now)
    net.run(300)
    // They jump to the end.
    ben.blobs.fetch(file.root, 200, net.now)
    const read = [200, 201, 202, 203, 204, 205, 206, 207]
    const held = (): ReadonlySet<number> => {
      const blocks = ben.store.get(file.root)?.blocks
      return new Set([...file.blocks.keys()].filter((index) => blocks?.has(index) === true))
    }
    net.run(10_000, () => read.every((index) => held().has(index)))
    expect(held().size).toBeLessThan(80)
    expect(ben.progress.get(file.root)?.state).toBe('fetching')
    net.run(60_000, () => isHere(ben, file))
    expect(isHere(ben, file)).toBe(true)
    expect(countBlocks(ana)).toBeLessThanOrEqual(file.blocks.length * 1.02)
  })

  it('BLB8 whoever waits for somebody who gives it away slowly is not told that nobody has it', () => {
    const net = lab(2, 20)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    const file = net.file(400_000)
    share(net, ana, file)
    everybodyWants(net, file)
    const states = new Set<string>()
    for (let i = 0; i < 40; i++) {
      net.run(250)
      states.add(ben.progress.get(file.root)?.state ?? '')
    }
    expect(states).toEqual(new Set(['fetching']))
  })

  it('BLB9 what was held before is not fetched again: after a restart, and from another source', () => {
    const net = lab(3)
    const [ana, ben, cleo] = net.peers as [LabPeer, LabPeer, LabPeer]
    const file = net.file(1_600_000)
    net.hold(ana, file)
    net.hold(cleo, file)
    const half = Array.from({ length: 49 }, (_, i) => i * 2)
    net.hold(ben, file, half)
    everybodyWants(net, file)
    net.run(30, () => countBlocks(ana) + countBlocks(cleo) > 10)
    net.leave(ana)
    net.run(20_000, () => isHere(ben, file))
    expect(isHere(ben, file)).toBe(true)
    const sent = new Set([...ana.sent.keys(), ...cleo.sent.keys()])
    expect(sent.size).toBe(file.blocks.length - half.length)
    for (const [key] of [...ana.sent, ...cleo.sent])
      expect(half.includes(Number.parseInt(key.slice(64, 66), 16))).toBe(false)
  })

  it('BLB10 corrupt, moved, cut and foreign blocks are never kept; who sends two of them is dropped; the file comes from others', () => {
    const alter: readonly ((payload: Uint8Array) => Uint8Array)[] = [
      (payload) => payload.with(payload.length - 1, (payload.at(-1) ?? 0) ^ 1),
      // Another number over the same bytes.
      (payload) => payload.with(33, (payload[33] as number) ^ 1),
      (payload) => payload.subarray(0, payload.length - 16),
      (payload) => payload.map((byte, at) => (at > 40 ? byte ^ 0x55 : byte)),
    ]
    for (const change of alter) {
      const net = lab(3)
      const [liar, honest, ben] = net.peers as [LabPeer, LabPeer, LabPeer]
      const file = net.file(1_000_000)
      net.hold(liar, file)
      net.hold(honest, file)
      liar.tamper = (payload) => (payload[0] === blockTag ? change(payload) : payload)
      everybodyWants(net, file)
      net.run(60_000, () => isHere(ben, file))
      expect(isHere(ben, file)).toBe(true)
      expect(ben.dropped).toEqual([liar.session])
    }
  })

  it('BLB11 a liar that claims what it lacks, or never answers, holds nothing up for good', () => {
    for (const says of ['nothing', 'lack'] as const) {
      const net = lab(3)
      const [liar, honest, ben] = net.peers as [LabPeer, LabPeer, LabPeer]
      const file = net.file(800_000)
      net.hold(liar, file)
      net.hold(honest, file)
      liar.tamper = (payload) => (payload[0] === blockTag ? undefined : payload)
      if (says === 'lack') {
        const requested = liar.blobs.receive.bind(liar.blobs)
        liar.blobs.receive = (session, payload, now) => {
          if (payload[0] === blobTags.from + 3) liar.store.delete(file.root)
          return requested(session, payload, now)
        }
      }
      everybodyWants(net, file)
      net.run(120_000, () => isHere(ben, file))
      expect(isHere(ben, file)).toBe(true)
    }
  })

  it('BLB21 what a store lost under its program is offered no longer, and is fetched when somebody reads it', () => {
    const net = lab(4)
    const [ana, ben, cleo, dora] = net.peers as [LabPeer, LabPeer, LabPeer, LabPeer]
    const file = net.file(300_000)
    net.hold(ana, file)
    net.hold(ben, file)
    net.hold(dora, file)
    for (const peer of [ana, ben, dora]) peer.blobs.know(file.root, file.size, net.now)
    net.run(1_000, () => false)
    for (const peer of [ana, ben]) peer.store.delete(file.root)
    dora.tamper = (payload) => (payload[0] === blockTag ? undefined : payload)
    everybodyWants(net, file, [cleo])
    net.run(30_000, () => [ana, ben].every((peer) => !isHere(peer, file)))
    expect([ana, ben].map((peer) => peer.progress.get(file.root)?.have)).toEqual([0, 0])
    dora.tamper = undefined
    ana.blobs.fetch(file.root, 0, net.now)
    net.run(60_000, () => isHere(ana, file) && isHere(cleo, file))
    expect(isHere(ana, file)).toBe(true)
    expect(isHere(cleo, file)).toBe(true)
  })

  it('BLB12 a full disk is told of, nothing that came is lost, and it goes on from there', () => {
    const net = lab(2)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    const file = net.file(1_000_000)
    share(net, ana, file)
    ben.space = 20
    everybodyWants(net, file)
    net.run(20_000, () => ben.progress.get(file.root)?.state === 'failed')
    expect(ben.progress.get(file.root)).toMatchObject({ state: 'failed', why: 'storeFull' })
    expect(ben.progress.get(file.root)?.have).toBeGreaterThan(0)
    const before = countBlocks(ana)
    ben.space = Infinity
    ben.blobs.fetch(file.root, undefined, net.now)
    net.run(20_000, () => isHere(ben, file))
    expect(isHere(ben, file)).toBe(true)
    expect(countBlocks(ana) - before).toBeLessThanOrEqual(file.blocks.length - 20 + 4)
  })

  it('BLB15 what stopped because the store was full goes on when there is room again, and nothing else does', () => {
    const net = lab(2)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    const [file, paused] = [net.file(600_000), net.file(400_000)]
    for (const one of [file, paused]) net.hold(ana, one)
    ben.space = 15
    everybodyWants(net, file)
    everybodyWants(net, paused, [ana])
    ben.blobs.know(paused.root, paused.size, net.now)
    ben.blobs.pause(paused.root, net.now)
    net.run(20_000, () => ben.progress.get(file.root)?.state === 'failed')
    const before = countBlocks(ana)
    ben.space = Infinity
    net.run(5_000)
    expect(ben.progress.get(file.root)).toMatchObject({ state: 'failed', why: 'storeFull' })
    ben.blobs.roomAgain(net.now)
    net.run(20_000, () => isHere(ben, file))
    expect(isHere(ben, file)).toBe(true)
    expect(countBlocks(ana) - before).toBeLessThanOrEqual(file.blocks.length - 15 + 4)
    expect(ben.progress.get(paused.root)?.state).toBe('paused')
  })

  it('BLB16 what was paused before the last start stays so until somebody wants it', () => {
    const net = lab(2)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    const file = net.file(200_000)
    net.hold(ana, file)
    net.hold(ben, file, [0, 1, 2])
    // Before the message that names it was read back.
    ben.blobs.pause(file.root, net.now)
    for (const peer of net.peers) peer.blobs.know(file.root, file.size, net.now)
    net.run(10_000)
    expect(ben.progress.get(file.root)?.state).toBe('paused')
    expect(countBlocks(ana)).toBe(0)
    ben.blobs.fetch(file.root, undefined, net.now)
    net.run(10_000, () => isHere(ben, file))
    expect(isHere(ben, file)).toBe(true)
  })

  it('BLB13 a manifest of 10 GB costs nothing until somebody opens it, and then only what it proves', () => {
    const net = lab(2)
    const [liar, ben] = net.peers as [LabPeer, LabPeer]
    const root = 'ab'.repeat(32)
    const size = 10_000_000_000
    ben.blobs.know(root, size, net.now)
    liar.blobs.know(root, size, net.now)
    net.run(5_000)
    expect(ben.sentBytes).toBe(0)
    expect(ben.progress.get(root)).toMatchObject({ state: 'waiting', why: undefined, have: 0 })
    ben.blobs.fetch(root, undefined, net.now)
    net.run(10_000)
    expect(ben.progress.get(root)).toMatchObject({ state: 'waiting', why: 'nobody', have: 0, total: size })
    expect(ben.sentBytes).toBeLessThan(1_000)
    expect(ben.store.size).toBe(0)
  })

  it('BLB14 what a person waits for comes before what nobody asked for, and a pause stops it until it goes on', () => {
    const net = lab(2)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    // Small enough for everybody to fetch them by themselves.
    const others = Array.from({ length: 12 }, () => net.file(250_000))
    const wanted = net.file(2_000_000)
    for (const file of [...others, wanted]) {
      net.hold(ana, file)
      for (const peer of net.peers) peer.blobs.know(file.root, file.size, net.now)
    }
    ben.blobs.fetch(wanted.root, undefined, net.now)
    net.run(80)
    ben.blobs.pause(wanted.root, net.now)
    net.run(10)
    const have = ben.store.get(wanted.root)?.blocks.count ?? 0
    expect(ben.progress.get(wanted.root)?.state).toBe('paused')
    net.run(300)
    // What was on its way may still come; it is not kept.
    expect(ben.store.get(wanted.root)?.blocks.count ?? 0).toBeLessThanOrEqual(have + 8)
    ben.blobs.fetch(wanted.root, undefined, net.now)
    net.run(20_000, () => isHere(ben, wanted))
    expect(isHere(ben, wanted)).toBe(true)
    net.run(20_000, () => others.every((file) => isHere(ben, file)))
    expect(others.every((file) => isHere(ben, file))).toBe(true)
  })

  it('BLB14 nothing is fetched by itself while this device saves', () => {
    const net = lab(2)
    const [ana, ben] = net.peers as [LabPeer, LabPeer]
    const file = net.file(100_000)
    share(net, ana, file)
    ben.blobs.setSaving(true, net.now)
    for (const peer of net.peers) peer.blobs.know(file.root, file.size, net.now)
    net.run(5_000)
    expect(ben.progress.get(file.root)?.state).toBe('waiting')
    ben.blobs.setSaving(false, net.now)
    net.run(5_000)
    expect(isHere(ben, file)).toBe(true)
  })
})
