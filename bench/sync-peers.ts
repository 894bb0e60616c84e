/**
 * The same question asked of others: two replicas of 100,000 messages by 100 people that differ in d of them.
 *
 * Negentropy's reference implementation compares sets of ids, as ours does; the d are scattered. Automerge and Yjs are
 * documents, whose replicas cannot lack something old: the d are the newest, half on either side, each a change of its own.
 * Their histories are built in bulk, one insertion of 1,000 messages for each person, because one by one takes minutes; that
 * is to their advantage. (10,000 changes of its own take Automerge minutes and are left out.) Bytes are all that is sent but the d texts themselves (of ids for Negentropy, which sends no
 * messages); for documents they contain what is around each text as well.
 */
import { createHash } from 'node:crypto'
import { next as Automerge } from '@automerge/automerge'
import { Negentropy, NegentropyStorageVector } from '@welshman/net/dist/net/src/negentropy.js'
import * as Y from 'yjs'
import { mulberry } from './sync-logs.ts'

export interface PeerFigure {
  readonly bytes: number
  readonly roundTrips: number
  readonly ms: number
}

export type PeerFigures = Record<string, PeerFigure>

const people = 100
const each = 1_000
const textBytes = 48

export async function measureNegentropy(differences: readonly number[]): Promise<PeerFigures> {
  // As a module it finds the browser's `crypto` where it looks for Node's.
  Object.defineProperty(globalThis.crypto, 'createHash', { value: createHash })
  const random = mulberry(1)
  const items = Array.from({ length: people * each }, (_, i) => {
    return { time: 1_700_000_000 + i, id: Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256)) }
  })
  const figures: PeerFigures = {}
  for (const d of differences) {
    const lacking = [new Set<number>(), new Set<number>()] as const
    while (lacking[0].size + lacking[1].size < d) {
      const item = Math.floor(random() * items.length)
      if (!lacking[0].has(item) && !lacking[1].has(item)) lacking[random() < 0.5 ? 0 : 1].add(item)
    }
    const [a, b] = lacking.map((without) => {
      const storage = new NegentropyStorageVector()
      items.forEach(({ time, id }, i) => {
        if (!without.has(i)) storage.insert(time, id)
      })
      storage.seal()
      return Object.assign(new Negentropy(storage, 0), { wantUint8ArrayOutput: true })
    }) as unknown as [Negentropy, Negentropy]
    const began = performance.now()
    let bytes = 0
    let roundTrips = 0
    let found = 0
    let query: Uint8Array | null = await a.initiate()
    while (query !== null) {
      const [answer] = (await b.reconcile(query)) as [Uint8Array]
      bytes += query.length + answer.length
      roundTrips++
      const [next, have, need] = (await a.reconcile(answer)) as [Uint8Array | null, unknown[], unknown[]]
      found += have.length + need.length
      query = next
    }
    if (found !== d) throw new Error(`Negentropy found ${found} of ${d}`)
    figures[`d${d}`] = { bytes, roundTrips, ms: Math.round(performance.now() - began) }
  }
  return figures
}

interface Chat {
  messages: string[]
}

export function measureAutomerge(differences: readonly number[]): PeerFigures {
  let base = Automerge.from<{ messages: string[] }>({ messages: [] }, actorOf(0))
  for (let person = 0; person < people; person++) {
    const writer = Automerge.clone(base, actorOf(person + 1))
    base = Automerge.change(writer, (chat: Chat) => void chat.messages.push(...textsOf(person)))
  }
  const figures: PeerFigures = {}
  for (const d of differences) {
    let [a, b] = [500, 501].map((actor) => {
      let doc = Automerge.clone(base, actorOf(actor))
      for (let i = 0; i < d / 2; i++)
        doc = Automerge.change(doc, (chat: Chat) => void chat.messages.push(textOf(actor, i)))
      return doc
    }) as [Automerge.Doc<Chat>, Automerge.Doc<Chat>]
    const began = performance.now()
    let [stateA, stateB] = [Automerge.initSyncState(), Automerge.initSyncState()]
    let bytes = 0
    let rounds = 0
    for (let isOver = false; !isOver;) {
      isOver = true
      const [nextA, toB] = Automerge.generateSyncMessage(a, stateA)
      stateA = nextA
      if (toB !== null) {
        bytes += toB.length
        isOver = false
        ;[b, stateB] = Automerge.receiveSyncMessage(b, stateB, toB)
      }
      const [nextB, toA] = Automerge.generateSyncMessage(b, stateB)
      stateB = nextB
      if (toA !== null) {
        bytes += toA.length
        isOver = false
        ;[a, stateA] = Automerge.receiveSyncMessage(a, stateA, toA)
      }
      if (!isOver) rounds++
    }
    if (a.messages.length !== people * each + d || b.messages.length !== a.messages.length) throw new Error('Automerge')
    figures[`d${d}`] = { bytes: bytes - d * textBytes, roundTrips: rounds, ms: Math.round(performance.now() - began) }
  }
  return figures
}

export function measureYjs(differences: readonly number[]): PeerFigures {
  const base = new Y.Doc()
  for (let person = 0; person < people; person++) {
    const writer = new Y.Doc()
    writer.clientID = person + 1
    Y.applyUpdate(writer, Y.encodeStateAsUpdate(base))
    const before = Y.encodeStateVector(writer)
    writer.getArray('messages').push(textsOf(person))
    Y.applyUpdate(base, Y.encodeStateAsUpdate(writer, before))
    writer.destroy()
  }
  const whole = Y.encodeStateAsUpdate(base)
  const figures: PeerFigures = {}
  for (const d of differences) {
    const [a, b] = [500, 501].map((client) => {
      const doc = new Y.Doc()
      Y.applyUpdate(doc, whole)
      doc.clientID = client
      for (let i = 0; i < d / 2; i++) doc.getArray('messages').push([textOf(client, i)])
      return doc
    }) as [Y.Doc, Y.Doc]
    const began = performance.now()
    const [vectorA, vectorB] = [Y.encodeStateVector(a), Y.encodeStateVector(b)]
    const [updateA, updateB] = [Y.encodeStateAsUpdate(a, vectorB), Y.encodeStateAsUpdate(b, vectorA)]
    Y.applyUpdate(a, updateB)
    Y.applyUpdate(b, updateA)
    const ms = Math.round(performance.now() - began)
    const lengths = [a, b].map((doc) => doc.getArray('messages').length)
    if (lengths.some((length) => length !== people * each + d)) throw new Error('Yjs')
    const bytes = vectorA.length + vectorB.length + updateA.length + updateB.length - d * textBytes
    figures[`d${d}`] = { bytes, roundTrips: 1, ms }
  }
  return figures
}

function actorOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

function textsOf(person: number): string[] {
  return Array.from({ length: each }, (_, i) => textOf(person, i))
}

function textOf(person: number, i: number): string {
  return `${person}/${i} `.padEnd(textBytes, 'what somebody says in a chat ')
}
