/**
 * Makes a screenshot small: an 8-bit RGB(A) PNG in, an indexed PNG of at most 256 colours out (PNG 1.2, median cut by
 * Heckbert 1982). Interfaces have few colours, so the eye finds no difference, and the file is a third.
 */
import { deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const maxColours = 256

function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** Pixels as 0xRRGGBB, row by row. */
function decode(png) {
  let width = 0
  let height = 0
  let channels = 3
  const parts = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const data = png.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') {
      width = data.readUInt32BE(0)
      height = data.readUInt32BE(4)
      if (data[8] !== 8 || (data[9] !== 2 && data[9] !== 6) || data[12] !== 0)
        throw new Error('not an 8-bit RGB(A) PNG')
      channels = data[9] === 6 ? 4 : 3
    } else if (type === 'IDAT') parts.push(data)
    at += length + 12
  }
  const raw = inflateSync(Buffer.concat(parts))
  const stride = width * channels
  const pixels = new Uint32Array(width * height)
  let above = new Uint8Array(stride)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]
    const row = new Uint8Array(stride)
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? row[x - channels] : 0
      const up = above[x]
      const upLeft = x >= channels ? above[x - channels] : 0
      row[x] = raw[y * (stride + 1) + 1 + x] + predicted(filter, left, up, upLeft)
    }
    for (let x = 0; x < width; x++) {
      const i = x * channels
      pixels[y * width + x] = (row[i] << 16) | (row[i + 1] << 8) | row[i + 2]
    }
    above = row
  }
  return { width, height, pixels }
}

function predicted(filter, left, up, upLeft) {
  switch (filter) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    default: {
      const guess = left + up - upLeft
      const [dl, du, dd] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)]
      return dl <= du && dl <= dd ? left : du <= dd ? up : upLeft
    }
  }
}

const shifts = [16, 8, 0]
const part = (colour, shift) => (colour >> shift) & 255

/** Boxes of colours, the widest cut at the median of its pixels until there are enough. */
function palette(countByColour) {
  const boxes = [{ colours: [...countByColour.keys()], shift: 16, weight: Infinity }]
  const measure = (box) => {
    box.weight = 0
    for (const shift of shifts) {
      let low = 255
      let high = 0
      for (const colour of box.colours) {
        low = Math.min(low, part(colour, shift))
        high = Math.max(high, part(colour, shift))
      }
      // A wide box of a few stray pixels may wait; large even areas must come out exactly.
      const weight = (high - low) * Math.sqrt(box.colours.reduce((sum, colour) => sum + countByColour.get(colour), 0))
      if (weight > box.weight) Object.assign(box, { weight, shift })
    }
    return box
  }
  measure(boxes[0])
  while (boxes.length < maxColours) {
    const widest = boxes.reduce((a, b) => (b.weight > a.weight ? b : a))
    if (widest.weight === 0) break
    boxes.splice(boxes.indexOf(widest), 1)
    const sorted = widest.colours.sort((a, b) => part(a, widest.shift) - part(b, widest.shift))
    const half = sorted.reduce((sum, colour) => sum + countByColour.get(colour), 0) / 2
    let cut = 1
    for (let sum = countByColour.get(sorted[0]); cut < sorted.length - 1 && sum < half; cut++)
      sum += countByColour.get(sorted[cut])
    boxes.push(measure({ colours: sorted.slice(0, cut) }), measure({ colours: sorted.slice(cut) }))
  }
  return boxes
}

/** @param {Buffer} png @returns {Buffer} */
export function shrinkPng(png) {
  const { width, height, pixels } = decode(png)
  const countByColour = new Map()
  for (const colour of pixels) countByColour.set(colour, (countByColour.get(colour) ?? 0) + 1)
  const indexByColour = new Map()
  const plte = Buffer.concat(
    palette(countByColour).map(({ colours }, index) => {
      // The commonest colour of a box stands for it: paper stays exactly paper.
      const chosen = colours.reduce((a, b) => (countByColour.get(b) > countByColour.get(a) ? b : a))
      for (const colour of colours) indexByColour.set(colour, index)
      return Buffer.from(shifts.map((shift) => part(chosen, shift)))
    }),
  )
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexByColour.get(pixels[y * width + x])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', plte),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
