import { describe, expect, it } from 'vitest'
import { beaconOf, keyOf, nameOf, Stage } from '../../test/broadcast-fixture.ts'
import {
  attachedSize,
  attachedTree,
  beaconHeldMs,
  beaconHop,
  beaconOnline,
  beaconSlot,
  broadcastTags,
  countIds,
  encodeAttach,
  encodeIds,
  hotSlot,
  maxHops,
  maxRefsPerFrame,
  noTree,
  shortId,
} from './broadcast-wire.ts'
import { barredMs, hotMessages } from './broadcast.ts'
import { maxAheadMs, maxBehindMs, maxHotTrees } from './election.ts'
import { announceMs, calmAfterMs, calmAnnounceMs, defaultWaitMs, maxFailures, maxWantsOfLane } from './lazy.ts'
import { floodMs, leaseMs } from './tree.ts'
import { calmTreeMs, healMs, mutedMs, spreadMaxMs } from './trees.ts'

const tree = shortId(keyOf(0x20))
const { attach, beacon, detach, have, pull } = broadcastTags

/** The n-th beacon of a root that claimed its slot a minute ago, as of the stage's clock. */
function nth(stage: Stage, root = 0x20, fields: Parameters<typeof beaconOf>[1] = {}): Uint8Array {
  const claimed = stage.now - 60_000
  return beaconOf(root, { claimed, age: 60_000, ...fields })
}

/** Four neighbours; the tree of 0x20 comes by neighbour 1, the others bring it later. */
function inTree(hop = 3): Stage {
  const stage = new Stage().link(1, 2, 3, 4)
  const first = nth(stage, 0x20, { hop })
  stage.receive(1, first)
  stage.pass(30)
  for (const other of [2, 3]) stage.receive(other, nth(stage, 0x20, { claimed: stage.now - 60_030, hop }))
  stage.pass(2_000)
  stage.sent()
  stage.forwarded()
  return stage
}

const claimedAt = 1_000_000 - 60_000

function later(stage: Stage, hop = 3, heldMs = 0): Uint8Array {
  return beaconOf(0x20, { claimed: claimedAt, age: stage.now - claimedAt, hop, heldMs })
}

function parentOf(stage: Stage): string | undefined {
  return stage.broadcast.trees[0]?.parent?.slice(0, 2)
}

describe('a place in a tree', () => {
  it('GOS107 depends on the parent where no other neighbour is nearer to the root, and on nobody else', () => {
    const stage = inTree(3)
    expect([1, 2, 3, 4].map((n) => stage.broadcast.needs(nameOf(n)))).toEqual([false, false, false, false])
    const lonely = new Stage().link(1, 2, 3)
    lonely.receive(1, nth(lonely, 0x20, { hop: 0 }))
    lonely.receive(2, nth(lonely, 0x20, { hop: 2 }))
    lonely.receive(3, nth(lonely, 0x20, { hop: 2 }))
    expect(parentOf(lonely)).toBe(nameOf(1).slice(0, 2))
    expect([1, 2, 3, 4].map((n) => lonely.broadcast.needs(nameOf(n)))).toEqual([true, false, false, false])
  })
})

describe('beacons', () => {
  it('GOS22 are verified once, then go on with one more hop; other copies cost no signature', () => {
    const stage = new Stage().link(1, 2, 3)
    const first = nth(stage, 0x20, { hop: 4 })
    stage.receive(1, first)
    for (let i = 0; i < 5; i++) stage.receive(2, first)
    expect(stage.verified).toBe(1)
    const passed = stage.sent(beacon)
    expect(passed.map(({ to }) => to)).toEqual([nameOf(2), nameOf(3)])
    expect(passed.map(({ payload }) => beaconHop(payload))).toEqual([5, 5])
    expect(stage.heard).toEqual([nameOf(0x20)])
  })

  it('GOS22 that are forged go nowhere, and whoever passed one on is not believed for a minute', () => {
    const stage = new Stage().link(1, 2)
    const forged = nth(stage)
    forged[60] = (forged[60] as number) ^ 1
    stage.receive(1, forged)
    stage.receive(1, nth(stage, 0x21))
    expect(stage.misbehaved).toEqual(['01 forged'])
    expect([stage.sent(beacon), stage.broadcast.trees, stage.verified]).toEqual([[], [], 1])
    stage.pass(mutedMs)
    stage.receive(1, nth(stage, 0x21))
    expect(stage.broadcast.trees).toHaveLength(1)
  })

  it('GOS23 that are old, from the future, from another room or come too fast are dropped', () => {
    const stage = new Stage().link(1, 2)
    const { now } = stage
    stage.receive(1, beaconOf(0x20, { claimed: now - maxBehindMs - 60_000, age: 59_999 }))
    stage.receive(1, beaconOf(0x20, { claimed: now, age: maxAheadMs + 1 }))
    stage.receive(1, nth(stage, 0x20, { hop: maxHops }))
    stage.receive(1, nth(stage, 0x20, { slot: 3 }))
    expect(stage.verified).toBe(0)
    stage.receive(2, nth(stage, 0x20, { tag: new Uint8Array(8) }))
    expect([stage.broadcast.trees, stage.misbehaved]).toEqual([[], ['02 forged']])
    const first = nth(stage)
    stage.receive(1, first)
    stage.pass(100)
    stage.receive(1, later(stage))
    expect(stage.verified).toBe(2)
    stage.pass(leaseMs + 1_000)
    expect(stage.broadcast.trees).toEqual([])
    stage.receive(1, first)
    expect(stage.broadcast.trees).toEqual([])
  })

  it('GOS55 say when a root was heard of last; copies and forged ones say nothing', () => {
    const stage = new Stage().link(1, 2)
    expect(stage.broadcast.rootHeardAt).toBe(0)
    const first = nth(stage)
    const forged = nth(stage, 0x21)
    forged[60] = (forged[60] as number) ^ 1
    stage.receive(1, first)
    const heardAt = stage.now
    expect(stage.broadcast.rootHeardAt).toBe(heardAt)
    stage.pass(100)
    stage.receive(2, first)
    stage.receive(2, forged)
    expect(stage.broadcast.rootHeardAt).toBe(heardAt)
    stage.pass(2_000)
    stage.receive(1, later(stage))
    expect(stage.broadcast.rootHeardAt).toBe(stage.now)
  })

  it('GOS24 go to children at once, and to others later, unless those brought it meanwhile', () => {
    const stage = inTree()
    stage.receive(2, encodeAttach([tree], [1]))
    const copy = later(stage)
    stage.receive(1, copy)
    expect(stage.sent(beacon).map(({ to }) => to)).toEqual([nameOf(2), nameOf(4)])
    stage.pass(50)
    stage.receive(3, copy)
    stage.pass(spreadMaxMs)
    expect(stage.sent(beacon)).toEqual([])
    stage.pass(1_500)
    stage.receive(1, later(stage))
    stage.sent()
    stage.pass(spreadMaxMs)
    const [late] = stage.sent(beacon)
    expect(late?.to).toBe(nameOf(3))
    expect(beaconHeldMs(late?.payload as Uint8Array)).toBeGreaterThan(90)
  })

  it('GOS24 go to every other link every other time once a tree has stood for a while', () => {
    const stage = inTree()
    // How many of eight beacons the neighbours 2 and 3 are given.
    const given = (): number[] => {
      const to: string[] = []
      for (let round = 0; round < 8; round++) {
        stage.receive(1, later(stage))
        stage.pass(spreadMaxMs)
        to.push(...stage.sent(beacon).map((sent) => sent.to))
        stage.pass(1_500)
      }
      return [2, 3].map((index) => to.filter((name) => name === nameOf(index)).length)
    }
    expect(given()).toEqual([8, 8])
    for (let passed = 0; passed < calmTreeMs; passed += 8 * 1_800) given()
    expect(given()).toEqual([4, 4])
  })
})

describe('places in a tree', () => {
  it('GOS45 what a former parent still sends goes down the tree, not up to the new parent', () => {
    const stage = inTree()
    stage.receive(4, encodeAttach([tree], [1]))
    for (let i = 0; i < 3; i++) {
      const copy = later(stage)
      stage.receive(3, copy)
      stage.pass(25)
      stage.receive(1, copy)
      if (i < 2) stage.pass(2_000)
    }
    expect(parentOf(stage)).toBe('03')
    stage.forwarded()
    stage.broadcast.arrived(1, nameOf(1), tree, 4, false, stage.now)
    expect(stage.forwarded().map(({ to }) => to)).toEqual([[nameOf(4)]])
    // From below it goes up, and what the new parent brings goes down.
    stage.broadcast.arrived(2, nameOf(4), tree, 4, false, stage.now)
    stage.broadcast.arrived(3, nameOf(3), tree, 4, false, stage.now)
    expect(stage.forwarded().map(({ to }) => to)).toEqual([[nameOf(3)], [nameOf(4)]])
  })

  it('GOS46 who is no neighbour any more stays the parent until another is found or the link ends, and no longer', () => {
    const stage = inTree(3)
    for (const other of [2, 3]) stage.broadcast.neighbourDown(nameOf(other), stage.now)
    stage.broadcast.neighbourParting(nameOf(1), stage.now)
    expect(parentOf(stage)).toBe('01')
    stage.broadcast.author(1, stage.now)
    expect(stage.forwarded().map(({ to }) => to)).toEqual([[nameOf(1)]])
    stage.broadcast.neighbourDown(nameOf(1), stage.now)
    stage.broadcast.author(2, stage.now)
    expect(stage.forwarded().map(({ to }) => to)).toEqual([[nameOf(4)]])
    const other = inTree(3)
    other.broadcast.neighbourParting(nameOf(1), other.now)
    expect(['02', '03']).toContain(parentOf(other))
  })

  it('GOS47 without a parent the first beacon of somebody who may lead gives the place, whoever brought it sooner', () => {
    const stage = new Stage().link(1, 2)
    stage.broadcast.setLeaf(nameOf(1), true, stage.now)
    const first = nth(stage, 0x20, { hop: 1 })
    stage.receive(1, first)
    stage.pass(30)
    stage.receive(2, nth(stage, 0x20, { claimed: stage.now - 60_030, hop: 4 }))
    expect(parentOf(stage)).toBe('02')
    expect(stage.broadcast.trees[0]?.hops).toBe(5)
  })

  it('GOS46 nothing is attached to who is no neighbour any more', () => {
    const stage = new Stage().link(1, 2)
    stage.broadcast.neighbourParting(nameOf(1), stage.now)
    stage.receive(1, nth(stage))
    expect(parentOf(stage)).toBeUndefined()
    stage.link(1)
    stage.pass(2_000)
    stage.receive(1, later(stage))
    expect(parentOf(stage)).toBe('01')
  })

  it('GOS25 the first to bring beacons is the parent, until another was first three times by more than 10 ms', () => {
    const stage = inTree()
    expect(parentOf(stage)).toBe('01')
    for (let i = 0; i < 3; i++) {
      expect(parentOf(stage)).toBe('01')
      const copy = later(stage)
      stage.receive(3, copy)
      stage.pass(9)
      stage.receive(1, copy)
      stage.pass(2_000)
    }
    expect(parentOf(stage)).toBe('01')
    for (let i = 0; i < 3; i++) {
      expect(parentOf(stage)).toBe('01')
      const sooner = later(stage)
      const kept = later(stage, 3, 40)
      stage.receive(1, sooner)
      stage.pass(25)
      // Kept back by 40 ms: without that it would have been 15 ms before the parent's.
      stage.receive(3, kept)
      stage.pass(2_000)
    }
    expect(parentOf(stage)).toBe('03')
    const sent = stage.sent()
    expect(sent.filter(({ to, payload }) => to === nameOf(1) && payload[0] === detach)).toHaveLength(1)
    expect(sent.filter(({ to, payload }) => to === nameOf(3) && payload[0] === attach).length).toBeGreaterThan(0)
  })

  it('GOS26 who loses its parent attaches to somebody no farther from the root, else sends everything to everybody', () => {
    const stage = inTree()
    stage.broadcast.neighbourDown(nameOf(1), stage.now)
    expect(parentOf(stage)).toBe('02')
    expect(stage.sent(attach).map(({ to }) => to)).toEqual([nameOf(2)])
    stage.broadcast.neighbourSuspect(nameOf(2), true, stage.now)
    expect(parentOf(stage)).toBe('03')
    stage.broadcast.neighbourDown(nameOf(3), stage.now)
    stage.broadcast.author(1, stage.now)
    expect(stage.forwarded().flatMap(({ to }) => to)).toEqual([nameOf(2), nameOf(4)])
    stage.pass(floodMs)
    stage.receive(4, later(stage, 5))
    expect(parentOf(stage)).toBe('04')
  })

  it('GOS26 nobody attaches to whoever may be below it', () => {
    const stage = inTree(3)
    stage.receive(4, later(stage, 3))
    for (const below of [2, 3]) stage.receive(below, later(stage, 6))
    stage.pass(1_000)
    stage.broadcast.neighbourDown(nameOf(4), stage.now)
    stage.broadcast.neighbourDown(nameOf(1), stage.now)
    expect(parentOf(stage)).toBeUndefined()
  })

  it('GOS27 a newer beacon that the parent does not bring in time makes its bringer the parent', () => {
    const stage = inTree()
    const copy = later(stage)
    stage.receive(2, copy)
    stage.pass(healMs - 50)
    stage.receive(1, copy)
    stage.pass(2_000)
    expect(parentOf(stage)).toBe('01')
    stage.receive(2, later(stage))
    stage.pass(healMs + 10)
    expect(parentOf(stage)).toBe('02')
  })

  it('GOS28 places are renewed with every beacon, end with their lease, and tell how many are below', () => {
    const stage = inTree()
    stage.receive(2, encodeAttach([tree], [5]))
    stage.receive(3, encodeAttach([tree, tree + 1], [2, 1]))
    expect(stage.sent(detach).map(({ to, payload }) => [to, countIds(payload, 16)])).toEqual([[nameOf(3), 1]])
    stage.pass(500)
    stage.receive(1, later(stage))
    stage.pass(400)
    stage.receive(2, encodeAttach([tree], [5]))
    expect(stage.sent(attach)).toEqual([])
    stage.receive(3, encodeAttach([tree], [2]))
    const [renewed] = stage.sent(attach)
    expect(renewed?.to).toBe(nameOf(1))
    expect(attachedTree(renewed?.payload as Uint8Array, 0)).toBe(tree)
    expect(attachedSize(renewed?.payload as Uint8Array, 0)).toBe(8)
    stage.receive(3, encodeIds(detach, [tree]))
    expect(stage.broadcast.trees[0]?.children).toEqual([nameOf(2)])
    expect(stage.broadcast.online).toBe(30)
    for (let i = 0; i < 4; i++) {
      stage.pass(2_000)
      stage.receive(1, later(stage))
    }
    expect(stage.broadcast.trees[0]?.children).toEqual([])
  })

  it('GOS28 a place that is refused is taken elsewhere, and two that take each other for the nearer part', () => {
    const stage = inTree()
    stage.receive(1, encodeIds(detach, [tree]))
    expect(parentOf(stage)).toBe('02')
    stage.receive(2, encodeAttach([tree], [1]))
    expect(parentOf(stage)).toBe('03')
    expect(stage.broadcast.trees[0]?.children).toEqual([nameOf(2)])
  })

  it('GOS41 slow and hidden neighbours are never parents', () => {
    const stage = inTree()
    stage.broadcast.setLeaf(nameOf(1), true, stage.now)
    expect(parentOf(stage)).toBe('02')
    stage.broadcast.setLeaf(nameOf(3), true, stage.now)
    stage.broadcast.neighbourDown(nameOf(2), stage.now)
    expect(parentOf(stage)).toBeUndefined()
  })
})

describe('entries', () => {
  it('GOS35 travel along the edges of their tree, not back, and not where they are known', () => {
    const stage = inTree()
    for (const child of [2, 3]) stage.receive(child, encodeAttach([tree], [1]))
    stage.receive(3, encodeIds(have, [8]))
    stage.broadcast.arrived(7, nameOf(2), tree, 4, false, stage.now)
    stage.broadcast.arrived(8, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.arrived(7, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.author(9, stage.now)
    expect(stage.forwarded()).toEqual([
      { ref: 7, to: [nameOf(1), nameOf(3)], tree, hop: 5, pulled: false, late: false },
      { ref: 8, to: [nameOf(2), nameOf(3)].slice(0, 1), tree, hop: 5, pulled: false, late: false },
      { ref: 9, to: [nameOf(1), nameOf(2), nameOf(3)], tree, hop: 1, pulled: false, late: false },
    ])
  })

  it('GOS48 go towards the root first, then to the children with the most below them', () => {
    const stage = inTree()
    const order = (ref: number): readonly string[] | undefined => {
      stage.broadcast.author(ref, stage.now)
      return stage.forwarded()[0]?.to
    }
    stage.receive(2, encodeAttach([tree], [1]))
    stage.receive(3, encodeAttach([tree], [40]))
    stage.receive(4, encodeAttach([tree], [7]))
    expect(order(1)).toEqual([1, 3, 4, 2].map(nameOf))
    stage.receive(3, encodeAttach([tree], [6]))
    stage.receive(2, encodeAttach([tree], [90]))
    expect(order(2)).toEqual([1, 2, 4, 3].map(nameOf))
    stage.receive(4, encodeIds(detach, [tree]))
    expect(order(3)).toEqual([1, 2, 3].map(nameOf))
  })

  it('GOS35 a link that carries an entry and is no edge is told so', () => {
    const stage = inTree()
    stage.broadcast.arrived(7, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.duplicate(7, nameOf(3), tree, 4, false, stage.now)
    stage.broadcast.duplicate(7, nameOf(3), tree, 4, false, stage.now)
    stage.broadcast.duplicate(7, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.duplicate(7, nameOf(2), tree, 4, true, stage.now)
    expect(stage.sent(detach).map(({ to }) => to)).toEqual([nameOf(3)])
  })

  it('GOS104 that a synchronisation brought sooner go on when the tree brings them, once', () => {
    const stage = inTree()
    stage.receive(2, encodeAttach([tree], [1]))
    stage.broadcast.known(7, stage.now)
    expect(stage.forwarded()).toEqual([])
    stage.broadcast.duplicate(7, nameOf(1), tree, 4, true, stage.now)
    expect(stage.forwarded()).toEqual([])
    stage.broadcast.duplicate(7, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.duplicate(7, nameOf(1), tree, 4, false, stage.now)
    expect(stage.forwarded()).toEqual([{ ref: 7, to: [nameOf(2)], tree, hop: 5, pulled: false, late: false }])
    stage.broadcast.known(8, stage.now)
    stage.broadcast.duplicate(8, nameOf(1), tree, maxHops, false, stage.now)
    expect(stage.forwarded()).toEqual([])
  })

  it('GOS36 go to everybody where there is no tree, and no farther than the limit of hops', () => {
    const stage = new Stage().link(1, 2, 3)
    stage.broadcast.author(5, stage.now)
    stage.broadcast.arrived(6, nameOf(1), 99, 2, false, stage.now)
    stage.broadcast.arrived(7, nameOf(1), noTree, 1, false, stage.now)
    stage.broadcast.arrived(8, nameOf(1), 99, maxHops, false, stage.now)
    expect(stage.forwarded()).toEqual([
      { ref: 5, to: [nameOf(1), nameOf(2), nameOf(3)], tree: noTree, hop: 1, pulled: false, late: false },
      { ref: 6, to: [nameOf(2), nameOf(3)], tree: 99, hop: 3, pulled: false, late: false },
      { ref: 7, to: [nameOf(2), nameOf(3)], tree: noTree, hop: 2, pulled: false, late: false },
    ])
  })

  it('GOS37 are announced once in a while to whoever may lack them, at once when they were late', () => {
    const stage = inTree()
    stage.broadcast.arrived(7, nameOf(1), tree, 4, false, stage.now)
    stage.receive(3, encodeIds(have, [7]))
    stage.pass(200)
    stage.broadcast.arrived(8, nameOf(1), tree, 4, false, stage.now)
    expect(stage.sent(have)).toEqual([])
    stage.pass(1_000)
    const told = stage.sent(have).map(({ to, payload }) => `${to.slice(0, 2)} ${countIds(payload, 256)}`)
    expect(told.sort()).toEqual(['02 2', '03 1', '04 2'])
    stage.broadcast.arrived(9, nameOf(2), tree, 4, true, stage.now)
    stage.pass(40)
    expect(stage.sent(have).map(({ to }) => to)).toEqual([nameOf(3), nameOf(4)])
  })

  it('GOS37 wait twice as long once nothing was doubtful for a while, and no longer when something is', () => {
    const stage = new Stage().link(1).link(2).link(3)
    const toldOf = (): string[] => stage.sent(have).map(({ to }) => to)
    stage.pass(calmAfterMs)
    stage.broadcast.known(1, stage.now)
    stage.pass(calmAnnounceMs / 2 - 10)
    expect(toldOf()).toEqual([])
    stage.pass(calmAnnounceMs / 2 + 20)
    expect(toldOf()).toHaveLength(3)
    stage.broadcast.known(2, stage.now)
    stage.broadcast.neighbourSuspect(nameOf(3), true, stage.now)
    stage.pass(announceMs + 10)
    expect(toldOf().sort()).toEqual([nameOf(1), nameOf(2)])
    // And so for a while.
    stage.broadcast.known(3, stage.now)
    stage.pass(announceMs + 10)
    expect(toldOf().sort()).toEqual([nameOf(1), nameOf(2)])
  })

  it('GOS37 of the last ten seconds are announced on a new link, and no more than one frame of them', () => {
    const stage = new Stage().link(1)
    for (let ref = 1; ref <= 5; ref++) stage.broadcast.known(ref, stage.now)
    stage.pass(11_000)
    for (let ref = 10; ref < 10 + 2 * maxRefsPerFrame; ref++) stage.broadcast.known(ref, stage.now)
    stage.broadcast.refused(9, stage.now)
    stage.pass(2_000)
    stage.sent()
    stage.link(2)
    stage.pass(1_000)
    const told = stage.sent(have)
    expect(told.map(({ to, payload }) => [to, countIds(payload, 256)])).toEqual([[nameOf(2), maxRefsPerFrame - 1]])
  })

  it('GOS38 that are announced and do not come are asked for after T1, of one announcer after the other', () => {
    const stage = inTree()
    stage.receive(2, encodeIds(have, [7, 8]))
    stage.receive(3, encodeIds(have, [7]))
    stage.broadcast.arrived(8, nameOf(1), tree, 4, false, stage.now)
    stage.pass(defaultWaitMs - 10)
    expect(stage.sent(pull)).toEqual([])
    stage.pass(20)
    expect(stage.sent(pull)).toEqual([{ to: nameOf(2), payload: encodeIds(pull, [7]) }])
    stage.pass(150)
    expect(stage.sent(pull)).toEqual([{ to: nameOf(3), payload: encodeIds(pull, [7]) }])
    const parent = parentOf(stage)
    stage.broadcast.arrived(7, nameOf(3), tree, 6, true, stage.now)
    stage.pass(2_000)
    expect(stage.sent(pull)).toEqual([])
    expect(parentOf(stage)).toBe(parent)
    expect(stage.forwarded().at(-1)).toMatchObject({ ref: 7, to: [nameOf(1)], tree, hop: 7, pulled: false, late: true })
  })

  it('GOS49 that are due are asked for when anything arrives, where timers are late', () => {
    const stage = inTree()
    stage.receive(2, encodeIds(have, [7]))
    stage.now += defaultWaitMs + 100
    expect(stage.sent(pull)).toEqual([])
    stage.receive(3, encodeIds(have, [9]))
    expect(stage.sent(pull)).toEqual([{ to: nameOf(2), payload: encodeIds(pull, [7]) }])
    stage.now += 200
    stage.broadcast.arrived(8, nameOf(1), tree, 4, false, stage.now)
    expect(stage.sent(pull).map(({ to }) => to)).toEqual([nameOf(2), nameOf(3)])
  })

  it('GOS38 are given to whoever asks, with their tree, if they are held and were not refused', () => {
    const stage = inTree()
    stage.broadcast.arrived(7, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.refused(8, stage.now)
    stage.forwarded()
    stage.receive(4, encodeIds(pull, [7, 8, 9]))
    expect(stage.forwarded()).toEqual([{ ref: 7, to: [nameOf(4)], tree, hop: 5, pulled: true, late: true }])
  })

  it('GOS38 that were refused are not asked for, and go on all the same when a good copy comes', () => {
    const stage = inTree()
    stage.broadcast.refused(7, stage.now)
    stage.receive(3, encodeIds(have, [7]))
    stage.pass(2_000)
    expect(stage.sent().filter(({ payload }) => payload[0] === pull || payload[0] === have)).toEqual([])
    stage.receive(2, encodeAttach([tree], [1]))
    stage.broadcast.arrived(7, nameOf(1), tree, 4, false, stage.now)
    stage.broadcast.arrived(7, nameOf(3), tree, 4, false, stage.now)
    expect(stage.forwarded()).toEqual([{ ref: 7, to: [nameOf(2)], tree, hop: 5, pulled: false, late: false }])
  })

  it('GOS38 are asked for at once where no tree has a place', () => {
    const stage = new Stage().link(1)
    stage.receive(1, encodeIds(have, [7]))
    stage.pass(50)
    expect(stage.sent(pull)).toHaveLength(1)
  })

  it('GOS39 a parent that brings beacons and leaves out entries is left, and for a minute', () => {
    const stage = inTree()
    stage.pass(2_000)
    for (let ref = 1; ref <= 3; ref++) {
      stage.receive(1, later(stage))
      stage.broadcast.arrived(ref, nameOf(3), tree, 5, true, stage.now)
      stage.receive(2, later(stage))
      stage.pass(2_000)
    }
    expect(parentOf(stage)).toBe('02')
    stage.broadcast.neighbourDown(nameOf(2), stage.now)
    stage.broadcast.neighbourDown(nameOf(3), stage.now)
    expect(parentOf(stage)).toBeUndefined()
    for (let i = 0; i * 2_000 < barredMs; i++) {
      expect(parentOf(stage)).toBeUndefined()
      stage.receive(1, later(stage))
      stage.pass(2_000)
    }
    stage.receive(1, later(stage))
    expect(parentOf(stage)).toBe('01')
  })

  it('GOS39 a parent that was only late is not left', () => {
    const stage = inTree()
    stage.pass(2_000)
    for (let ref = 1; ref <= 10; ref++) {
      stage.receive(1, later(stage))
      stage.receive(2, later(stage))
      stage.broadcast.arrived(ref, nameOf(3), tree, 5, true, stage.now)
      stage.broadcast.duplicate(ref, nameOf(1), tree, 5, false, stage.now)
      stage.pass(2_000)
    }
    expect(parentOf(stage)).toBe('01')
  })

  it('GOS40 who announces and does not deliver is not listened to; who is silent is only silent', () => {
    const stage = new Stage().link(1, 2)
    for (let ref = 1; ref <= 3 * maxFailures; ref++) {
      stage.receive(1, encodeIds(have, [ref]))
      stage.pass(300)
    }
    stage.pass(5_000)
    stage.sent()
    stage.receive(1, encodeIds(have, [1_000]))
    stage.pass(1_000)
    expect(stage.sent(pull)).toEqual([])
    stage.receive(2, encodeIds(have, [1_000]))
    stage.pass(1_000)
    expect(stage.sent(pull).map(({ to }) => to)).toContain(nameOf(2))
  })

  it('GOS42 floods of announcements, pulls and strange roots are cut off', () => {
    const stage = new Stage().link(1, 2)
    for (let at = 0; at < 40; at++) {
      const refs = Array.from({ length: maxRefsPerFrame }, (_, i) => 1 + at * maxRefsPerFrame + i)
      stage.receive(1, encodeIds(have, refs))
    }
    expect(stage.broadcast.wanted).toBe(maxWantsOfLane)
    stage.broadcast.author(0xaaaa, stage.now)
    stage.forwarded()
    for (let i = 0; i < 2_000; i++) stage.receive(2, encodeIds(pull, [0xaaaa]))
    expect(stage.forwarded()).toHaveLength(512)
    for (let root = 0x30; root < 0x70; root++) stage.receive(1, nth(stage, root, { slot: hotSlot }))
    expect(stage.verified).toBeLessThanOrEqual(12)
    expect(stage.broadcast.trees.length).toBeLessThanOrEqual(maxHotTrees)
  })
})

describe('who speaks much', () => {
  it('GOS34 leads its own tree until half a minute after, if not too many do', () => {
    const stage = new Stage().link(1, 2)
    for (let i = 1; i <= hotMessages; i++) {
      expect(stage.broadcast.isRoot).toBe(false)
      stage.pass(400)
      stage.broadcast.author(i, stage.now)
    }
    expect(stage.broadcast.isRoot).toBe(true)
    const own = shortId(keyOf(0x80))
    const [first] = stage.sent(beacon)
    expect(beaconSlot(first?.payload as Uint8Array)).toBe(hotSlot)
    for (let i = 0; i < 20; i++) {
      for (const child of [1, 2]) stage.receive(child, encodeAttach([own], [3]))
      stage.pass(1_000)
    }
    stage.forwarded()
    stage.broadcast.author(99, stage.now)
    expect(stage.forwarded()).toEqual([
      { ref: 99, to: [nameOf(1), nameOf(2)], tree: own, hop: 1, pulled: false, late: false },
    ])
    expect(beaconOnline(stage.sent(beacon).at(-1)?.payload as Uint8Array)).toBe(7)
    stage.pass(40_000)
    expect(stage.broadcast.isRoot).toBe(false)
  })

  it('GOS34 does not where four others do already', () => {
    const stage = new Stage().link(1, 2)
    for (let root = 0x30; root < 0x34; root++) stage.receive(1, nth(stage, root, { slot: hotSlot }))
    for (let i = 1; i <= hotMessages + 1; i++) stage.broadcast.author(i, stage.now)
    expect(stage.broadcast.isRoot).toBe(false)
    expect(stage.broadcast.trees).toHaveLength(maxHotTrees)
  })
})
