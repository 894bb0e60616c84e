/**
 * Finds damage in the files of a LevelDB store before LevelDB opens them.
 *
 * LevelDB 1.20, as `classic-level` builds it, drops a damaged stretch of its log without a word and reads table blocks
 * without looking at their checksums; both would be a silent loss. The formats are small and frozen, so they are read
 * here: `log_format.md` and `table_format.md` of LevelDB 1.20.
 *
 * Log:   blocks of 32 KiB of records { crc u32le · length u16le · type u8 (1 full, 2 first, 3 middle, 4 last) · bytes }.
 * Table: blocks { bytes · compression u8 · crc u32le } · footer of 48 bytes (handles of metaindex and index, magic).
 * Every crc is a masked CRC-32C over (type ‖ bytes) or (bytes ‖ compression).
 *
 * What looks torn at the very end of a log, with nothing whole behind it, is a write that the power took before it was
 * confirmed: LevelDB drops it, rightly. A flipped bit in the very last record cannot be told from that.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const logBlockBytes = 32_768
const logHeaderBytes = 7
const footerBytes = 48
const trailerBytes = 5
const tableMagic = 0xdb47_7524_8b80_fb57n

/** One sentence per damaged file; empty when all is well. A folder that does not exist yet is well. */
export async function findDamage(directory: string): Promise<readonly string[]> {
  const damage: string[] = []
  for (const name of await namesIn(directory)) {
    const isLog = /^\d+\.log$/.test(name)
    if (!isLog && !/^\d+\.(ldb|sst)$/.test(name)) continue
    const bytes = await readFile(join(directory, name)).catch((error: unknown) => {
      // Whoever holds the store may be replacing its files this moment.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    })
    if (bytes === undefined) continue
    const at = isLog ? findLogDamage(bytes) : findTableDamage(bytes)
    if (at !== undefined) damage.push(`${name} is damaged at byte ${at} of ${bytes.length}`)
  }
  return damage
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Offset of the first damaged record that has a whole one behind it, or undefined. */
export function findLogDamage(log: Buffer): number | undefined {
  let at = 0
  while (at < log.length) {
    const left = logBlockBytes - (at % logBlockBytes)
    if (left < logHeaderBytes) {
      at += left
      continue
    }
    const length = wholeLogRecord(log, at)
    if (length === undefined) return hasWholeRecordAfter(log, at) ? at : undefined
    at += length
  }
  return undefined
}

/** Bytes of the whole record at `at`, header included, or undefined when there is none. */
function wholeLogRecord(log: Buffer, at: number): number | undefined {
  if (at + logHeaderBytes > log.length) return undefined
  const length = log.readUInt16LE(at + 4)
  const type = log[at + 6] as number
  const end = at + logHeaderBytes + length
  const blockEnd = at - (at % logBlockBytes) + logBlockBytes
  if (type < 1 || type > 4 || end > blockEnd || end > log.length) return undefined
  return log.readUInt32LE(at) === maskedCrc32c(log, at + 6, end) ? logHeaderBytes + length : undefined
}

/** Byte by byte to the end of the block, since a damaged length hides where the next record starts; then by blocks. */
function hasWholeRecordAfter(log: Buffer, damaged: number): boolean {
  const blockEnd = damaged - (damaged % logBlockBytes) + logBlockBytes
  for (let at = damaged + 1; at < blockEnd; at++) if (wholeLogRecord(log, at) !== undefined) return true
  for (let at = blockEnd; at < log.length; at += logBlockBytes) if (wholeLogRecord(log, at) !== undefined) return true
  return false
}

/** Offset of the first block whose checksum is wrong, or of the footer; undefined when the table is whole. */
export function findTableDamage(table: Buffer): number | undefined {
  const footer = table.length - footerBytes
  if (footer < 0 || table.readBigUInt64LE(table.length - 8) !== tableMagic) return Math.max(footer, 0)
  const handles = new VarintReader(table.subarray(footer, -8))
  const metaIndex = handles.handle()
  const index = handles.handle()
  for (const top of [metaIndex, index]) {
    if (!isWholeBlock(table, top)) return top?.offset ?? footer
    for (const handle of handlesIn(table, top as BlockHandle)) {
      if (!isWholeBlock(table, handle)) return handle?.offset ?? top?.offset
    }
  }
  return undefined
}

interface BlockHandle {
  readonly offset: number
  readonly size: number
}

function isWholeBlock(table: Buffer, block: BlockHandle | undefined): boolean {
  if (block === undefined) return false
  const end = block.offset + block.size
  if (end + trailerBytes > table.length) return false
  return table.readUInt32LE(end + 1) === maskedCrc32c(table, block.offset, end + 1)
}

/** The handles an (uncompressed) index block points to: entries of shared, unshared, value length, key rest, value. */
function handlesIn(table: Buffer, block: BlockHandle): readonly (BlockHandle | undefined)[] {
  const end = block.offset + block.size
  const restarts = table.readUInt32LE(end - 4)
  const entries = new VarintReader(table.subarray(block.offset, Math.max(block.offset, end - 4 - 4 * restarts)))
  const handles: (BlockHandle | undefined)[] = []
  while (entries.remaining > 0) {
    entries.varint()
    const unshared = entries.varint()
    const valueLength = entries.varint()
    if (unshared === undefined || valueLength === undefined) return [...handles, undefined]
    entries.skip(unshared)
    handles.push(new VarintReader(entries.take(valueLength)).handle())
  }
  return handles
}

class VarintReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  skip(length: number): void {
    this.#at += length
  }

  take(length: number): Buffer {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  varint(): number | undefined {
    let value = 0
    for (let scale = 1; this.#at < this.#bytes.length && scale < 2 ** 49; scale *= 128) {
      const byte = this.#bytes[this.#at++] as number
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return undefined
  }

  handle(): BlockHandle | undefined {
    const offset = this.varint()
    const size = this.varint()
    return offset === undefined || size === undefined ? undefined : { offset, size }
  }
}

const slices = makeSlices()

/** CRC-32C (Castagnoli, reflected), four bytes at a time: the tables of one, two, three and four zero bytes behind. */
function makeSlices(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const one = new Int32Array(256)
  for (let i = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f6_3b78
    one[i] = crc
  }
  const next = (table: Int32Array): Int32Array => table.map((crc) => (one[crc & 255] as number) ^ (crc >>> 8))
  const two = next(one)
  const three = next(two)
  return [one, two, three, next(three)]
}

/** LevelDB stores checksums masked, because a checksum of bytes that hold checksums is weak. */
export function maskedCrc32c(bytes: Uint8Array, from: number, to: number): number {
  const [one, two, three, four] = slices
  let crc = -1
  let at = from
  for (; at + 4 <= to; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    crc =
      (four[crc & 255] as number) ^
      (three[(crc >>> 8) & 255] as number) ^
      (two[(crc >>> 16) & 255] as number) ^
      (one[crc >>> 24] as number)
  }
  for (; at < to; at++) crc = (one[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8)
  crc ^= -1
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0
}
