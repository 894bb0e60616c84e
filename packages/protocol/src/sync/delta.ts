/**
 * What the answerer of a vector lacks, packed bit by bit, its items named by their places in the vector.
 *
 *   delta   wants varint · proofs wanted varint · floors varint · [orders u8 × 4 (places, gaps, lengths, floors) · bits]
 *   want    place, less the one before, less 1: golomb · everything 1 · [ranges, see vector.ts]
 *   proof   place likewise
 *   floor   place likewise · floor: golomb
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { limits } from '../log/limits.ts'
import type { Range } from '../log/ranges.ts'
import { BitReader, BitWriter, bestOrder, maxOrder } from './bits.ts'
import type { Want } from './compare.ts'
import { maxRanges, rangeOrders, readRanges, writeRanges } from './vector.ts'

export interface Delta {
  readonly wants: readonly Want[]
  readonly wantProofs: readonly number[]
  readonly floors: readonly { readonly index: number; readonly floor: number }[]
}

/** The places of each list ascend. */
export function encodeDelta({ wants, wantProofs, floors }: Delta): Uint8Array {
  const header = new Writer(16).varint(wants.length).varint(wantProofs.length).varint(floors.length)
  if (wants.length + wantProofs.length + floors.length === 0) return header.finish()
  const lists = [wants.map(({ index }) => index), wantProofs, floors.map(({ index }) => index)]
  const placeOrder = bestOrder(lists.flatMap((list) => list.map((place, i) => place - (list[i - 1] ?? -1) - 1)))
  const orders = rangeOrders(wants.flatMap(({ ranges }) => (ranges === undefined ? [] : [ranges])))
  const floorOrder = bestOrder(floors.map(({ floor }) => floor))
  const writer = new BitWriter()
  let last = -1
  for (const { index, ranges } of wants) {
    writer.golomb(index - last - 1, placeOrder).bit(ranges === undefined)
    if (ranges !== undefined) writeRanges(writer, ranges, orders)
    last = index
  }
  last = -1
  for (const index of wantProofs) {
    writer.golomb(index - last - 1, placeOrder)
    last = index
  }
  last = -1
  for (const { index, floor } of floors) {
    writer.golomb(index - last - 1, placeOrder).golomb(floor, floorOrder)
    last = index
  }
  header.u8(placeOrder).u8(orders.gap).u8(orders.length).u8(floorOrder)
  return header.raw(writer.finish()).finish()
}

export function decodeDelta(bytes: Uint8Array): Delta | undefined {
  const header = new Reader(bytes)
  const counts = [header.varint(), header.varint(), header.varint()] as const
  if (header.failed || Math.max(...counts) > limits.sessions) return undefined
  if (counts[0] + counts[1] + counts[2] === 0) {
    return header.done() ? { wants: [], wantProofs: [], floors: [] } : undefined
  }
  const placeOrder = header.u8()
  const orders = { gap: header.u8(), length: header.u8() }
  const floorOrder = header.u8()
  if (header.failed || Math.max(placeOrder, orders.gap, orders.length, floorOrder) > maxOrder) return undefined
  const reader = new BitReader(header.rest())
  const budget = { ranges: maxRanges }
  const wants = readPlaces(reader, counts[0], placeOrder, (index): Want => {
    const ranges: readonly Range[] | undefined = reader.bit() ? undefined : readRanges(reader, orders, budget)
    return { index, ranges }
  })
  const wantProofs = readPlaces(reader, counts[1], placeOrder, (index) => index)
  const floors = readPlaces(reader, counts[2], placeOrder, (index) => ({ index, floor: reader.golomb(floorOrder) }))
  return reader.done() ? { wants, wantProofs, floors } : undefined
}

function readPlaces<T>(reader: BitReader, count: number, order: number, read: (index: number) => T): T[] {
  const list: T[] = []
  let last = -1
  for (let i = 0; i < count && !reader.failed; i++) {
    last += 1 + reader.golomb(order)
    list.push(read(last))
  }
  return list
}
