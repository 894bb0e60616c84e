/**
 * The tree that names a file: SHA-256 over sealed blocks, in the shape of BEP 52.
 *
 *   leaf   SHA-256("kith1/blob/leaf\0" ‖ block)
 *   node   SHA-256("kith1/blob/node\0" ‖ left ‖ right); leaves missing up to a power of two are 32 zero bytes
 *   root   SHA-256("kith1/blob/root\0" ‖ size of the plaintext u48 ‖ top)
 *
 * A file of more than one page is a tree of pages of 512 leaves; each page carries its path, so that it can be checked
 * alone and nothing is believed, or kept, that does not lead to the root.
 */
import { concatBytes, emptyBytes, equalBytes, label } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Result, accept, reject } from '../machine.ts'
import { blocksOf, hashBytes, heightOf, leavesPerPage, pageLengthOf, pagesOf, pathLengthOf } from './layout.ts'

type Hash = Pick<Crypto, 'sha256'>

/** In front of a block when its leaf is hashed. */
export const leafLabel: Uint8Array = label('kith1/blob/leaf')
const nodeLabel = label('kith1/blob/node')
const rootLabel = label('kith1/blob/root')
const zeroLeaf: Uint8Array = new Uint8Array(hashBytes)

export function leafOf(crypto: Hash, block: Uint8Array): Uint8Array {
  return crypto.sha256(leafLabel, block)
}

/** The pages of a file from its leaves, one after the other, and its root. */
export function buildPages(
  crypto: Hash,
  size: number,
  leaves: Uint8Array,
): { readonly root: Uint8Array; readonly pages: readonly Uint8Array[] } {
  const pages = pagesOf(size)
  const pageHeight = pageHeightOf(size)
  const zeros = zeroNodes(crypto, pageHeight + heightOf(pages))
  const cut: Uint8Array[] = []
  let row: Uint8Array[] = []
  for (let page = 0; page < pages; page++) {
    const own = leaves.subarray(page * leavesPerPage * hashBytes, (page + 1) * leavesPerPage * hashBytes)
    cut.push(own)
    row.push(topOf(crypto, splitHashes(own), 0, pageHeight, zeros))
  }
  const paths: Uint8Array[][] = cut.map(() => [])
  for (let level = pageHeight; level < pageHeight + heightOf(pages); level++) {
    for (let page = 0; page < pages; page++) {
      const at = page >> (level - pageHeight)
      paths[page]?.push(row[at ^ 1] ?? (zeros[level] as Uint8Array))
    }
    row = pairUp(crypto, row, zeros[level] as Uint8Array)
  }
  return {
    root: rootOf(crypto, size, row[0] as Uint8Array),
    pages: cut.map((own, page) => concatBytes(own, ...(paths[page] as Uint8Array[]))),
  }
}

/** The leaves of a page that leads to `root`. Its length is checked first, so nothing large is hashed in vain. */
export function openPage(
  crypto: Hash,
  root: Uint8Array,
  size: number,
  page: number,
  bytes: Uint8Array,
): Result<Uint8Array, 'wrongLength' | 'wrongPage'> {
  if (page < 0 || page >= pagesOf(size) || bytes.length !== pageLengthOf(size, page)) return reject('wrongLength')
  const pageHeight = pageHeightOf(size)
  const pathAt = bytes.length - pathLengthOf(size) * hashBytes
  const leaves = bytes.subarray(0, pathAt)
  let top = topOf(crypto, splitHashes(leaves), 0, pageHeight, zeroNodes(crypto, pageHeight))
  splitHashes(bytes.subarray(pathAt)).forEach((sibling, level) => {
    const isRight = ((page >> level) & 1) === 1
    top = isRight ? nodeOf(crypto, sibling, top) : nodeOf(crypto, top, sibling)
  })
  return equalBytes(rootOf(crypto, size, top), root) ? accept(leaves) : reject('wrongPage')
}

function rootOf(crypto: Hash, size: number, top: Uint8Array): Uint8Array {
  return crypto.sha256(rootLabel, new Writer(6).u48(size).finish(), top)
}

function nodeOf(crypto: Hash, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(nodeLabel, left, right)
}

/** Levels inside a page: nine where there are several. */
function pageHeightOf(size: number): number {
  return heightOf(Math.min(blocksOf(size), leavesPerPage))
}

function topOf(
  crypto: Hash,
  hashes: readonly Uint8Array[],
  from: number,
  to: number,
  zeros: readonly Uint8Array[],
): Uint8Array {
  let row = hashes
  for (let level = from; level < to; level++) row = pairUp(crypto, row, zeros[level] as Uint8Array)
  return row[0] ?? emptyBytes
}

function pairUp(crypto: Hash, row: readonly Uint8Array[], zero: Uint8Array): Uint8Array[] {
  const above: Uint8Array[] = []
  for (let i = 0; i < row.length; i += 2) above.push(nodeOf(crypto, row[i] as Uint8Array, row[i + 1] ?? zero))
  return above
}

/** Tops of trees that hold nothing, by height. */
function zeroNodes(crypto: Hash, height: number): Uint8Array[] {
  const zeros: Uint8Array[] = [zeroLeaf]
  for (let level = 0; level < height; level++) {
    const below = zeros[level] as Uint8Array
    zeros.push(nodeOf(crypto, below, below))
  }
  return zeros
}

function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += hashBytes) hashes.push(bytes.subarray(at, at + hashBytes))
  return hashes
}
